//! Owns the guard of a watched function or closure: it counts, looks, and closes the site.
//! Called by generated code at the top of the function.
//! Never does more than count where it is not time to look.

#![expect(clippy::inline_always, reason = "a call would cost more than what most of these do")]

use std::cell::Cell;
use std::thread;

use super::verdict::{self, Finding};
use crate::checkpoint;
use crate::gate::{self, Owner};
use crate::limit::{LimitError, MemoryLimit, MemoryLimitExceeded};
use crate::site::threads::Tally;
use crate::site::{Action, LimitOption, Site};
use crate::sys::clock;

/// In place of the resident size at entry: the call is not one to look at.
const NOT_DUE: u64 = 0;
/// It is one to look at, and has not been read.
const DUE: u64 = 2;
/// The bit, also beside a reading, of a call that began while the thread unwound: that the
/// thread still does when it ends is no panic of the call's.
const UNWINDING: u64 = 1;

/// A call of a watched function, open until it is dropped.
///
/// PERF: built where it stays and never moved: a copy right after the fields are written
/// stalls for longer than all the rest takes.
#[doc(hidden)]
#[derive(Debug)]
pub struct Guard {
    /// `None`: switched off, or the thread is ending.
    tally: Option<&'static Tally>,
    /// The resident size when the call began, or one of the constants above.
    entry: Cell<u64>,
}

type Limit = Result<MemoryLimit, LimitError>;

impl Guard {
    /// Opens a call of `site`.
    #[inline(always)]
    #[must_use]
    pub fn enter(site: &'static Site) -> Self {
        let mut entry = NOT_DUE;
        let tally = super::tally(site);
        if let Some(tally) = tally {
            if tally.count() || thread::panicking() {
                entry = is_due(tally, site);
            } else {
                tally.open();
            }
        }
        Self { tally, entry: Cell::new(entry) }
    }

    /// Whether this call is one to look at.
    #[inline(always)]
    #[must_use]
    pub fn due(&self) -> bool {
        self.entry.get() != NOT_DUE
    }

    /// Looks at the limit; gives the error to return.
    #[cold]
    #[inline(never)]
    pub fn check_error(
        &self,
        limit: impl FnOnce(&'static Site) -> Limit,
    ) -> Option<MemoryLimitExceeded> {
        self.look(limit).and_then(Finding::into_error)
    }

    /// Looks at the limit, and panics where it is passed.
    ///
    /// # Panics
    /// Where the limit is passed and the thread does not unwind already.
    #[cold]
    #[inline(never)]
    #[track_caller]
    pub fn check_panic(&self, limit: impl FnOnce(&'static Site) -> Limit) {
        if let Some(finding) = self.look(limit) {
            finding.panic();
        }
    }

    /// Looks at the limit, and says where it is passed.
    #[cold]
    #[inline(never)]
    pub fn check_warn(&self, limit: impl FnOnce(&'static Site) -> Limit) {
        if let Some(finding) = self.look(limit) {
            finding.warn();
        }
    }

    /// Looks at the limit, and calls `handler` where it is newly passed.
    #[cold]
    #[inline(never)]
    pub fn check_handler(
        &self,
        limit: impl FnOnce(&'static Site) -> Limit,
        handler: fn(&MemoryLimitExceeded),
    ) {
        if let Some(finding) = self.look(limit) {
            finding.hand_to(handler);
        }
    }

    /// The start of a call that is looked at. Gives what is passed.
    fn look(&self, limit: impl FnOnce(&'static Site) -> Limit) -> Option<Finding> {
        let tally = self.tally?;
        let site = tally.site()?;
        let options = site.options();
        let now = clock::ticks();
        let (elapsed, batch) = tally.last_look(now);
        // Meanwhile: the limit may be an expression that calls this very function.
        tally.plan(site, now, gate::MOST);
        let resident = verdict::read(now, site, options.is_exact(), Owner::Around(tally));
        let finding = resident.and_then(|resident| {
            site.counts().crosses_growth(false);
            if options.checkpoints {
                checkpoint::mark(
                    site.place(),
                    resident,
                    format_args!("{}: begins", site.place().name()),
                );
            }
            verdict::judge_limit(site, resident, limit(site))
        });
        // A refused call costs little, and the next one must not slip through.
        let refuses = finding.as_ref().is_some_and(Finding::refuses);
        let batch = if refuses || options.is_exact() {
            1
        } else {
            gate::next_batch(options.every, batch, elapsed)
        };
        tally.plan(site, now, batch);
        let unwinding = u64::from(thread::panicking());
        self.entry.set(match resident {
            // PERF: several calls fit between two looks at the clock; the end of this one
            // would find nothing that the next look does not. It goes on like a call that
            // is not looked at.
            Some(_) if batch > 1 && options.every.is_paced() && unwinding == 0 => {
                tally.close_looked_at();
                tally.open();
                NOT_DUE
            }
            Some(resident) => (resident & !UNWINDING) | unwinding,
            None => DUE | unwinding,
        });
        finding
    }

    /// The end of a call that was looked at. Gives what it grew by too much.
    #[cold]
    #[inline(never)]
    fn measure(&self) -> Option<Finding> {
        let unwinding = self.entry.get() & UNWINDING;
        let entry = self.entry.replace(DUE | unwinding) & !UNWINDING;
        if entry <= DUE {
            return None;
        }
        let site = self.site()?;
        let options = site.options();
        let resident = verdict::read(clock::ticks(), site, options.is_exact(), Owner::Site(site))?;
        site.counts().measured(resident.wrapping_sub(entry).cast_signed());
        if options.checkpoints {
            checkpoint::mark(site.place(), resident, format_args!("{}: ends", site.place().name()));
        }
        // A handler and an expression are known at the entry only; they hear of it at the
        // next call. Where a loop inside has returned its error, there is nothing to add.
        let told = self.tally.is_some_and(Tally::saw_refusal);
        if !told
            && options.action != Action::Handler
            && options.limit != LimitOption::Dynamic
            && let Some(finding) = verdict::judge_limit(site, resident, verdict::site_limit(site))
        {
            finding.warn_at_end();
        }
        verdict::judge_growth(site, entry, resident)
    }

    /// The end of a call that was looked at or that unwinds.
    #[cold]
    #[inline(never)]
    fn close(&self) {
        if thread::panicking()
            && self.entry.get() & UNWINDING == 0
            && let Some(site) = self.site()
        {
            site.counts().add_panic();
        }
        let finding = self.measure();
        if let Some(tally) = self.tally
            && self.due()
        {
            tally.close_looked_at();
        }
        if let Some(finding) = finding {
            // Only functions that keep their `#[track_caller]` come here with `growth`.
            match finding.action {
                Action::Panic => {
                    finding.count_panic();
                    finding.panic();
                }
                _ => finding.warn(),
            }
        }
    }

    /// Ends the call with the error to return in place of its result, if there is one.
    pub(crate) fn finish_error(self) -> Option<MemoryLimitExceeded> {
        self.measure().and_then(Finding::into_error)
    }

    #[track_caller]
    pub(crate) fn finish_panic(self) {
        let finding = self.measure();
        drop(self);
        if let Some(finding) = finding {
            finding.count_panic();
            finding.panic();
        }
    }

    pub(crate) fn finish_warn(self) {
        if let Some(finding) = self.measure() {
            finding.warn();
        }
    }

    pub(crate) fn finish_handler(self, handler: fn(&MemoryLimitExceeded)) {
        if let Some(finding) = self.measure() {
            finding.hand_to(handler);
        }
    }

    /// The site, where it is watched.
    pub(crate) fn site(&self) -> Option<&'static Site> {
        self.tally?.site()
    }
}

/// PERF: the tally is told its site here, so that no call has to carry it.
#[cold]
#[inline(never)]
fn is_due(tally: &'static Tally, site: &'static Site) -> u64 {
    tally.open_looked_at(site);
    DUE
}

impl Drop for Guard {
    #[inline(always)]
    fn drop(&mut self) {
        let Some(tally) = self.tally else { return };
        tally.leave();
        if self.entry.get() != NOT_DUE || thread::panicking() {
            self.close();
        }
    }
}
