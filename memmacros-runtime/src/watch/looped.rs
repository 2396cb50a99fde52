//! Owns the guard of a watched loop: a countdown in the loop's own frame.
//! Called by generated code at the top of the loop's body, and by watched iterators.
//! Never touches memory that another thread writes while it counts down.

#![expect(clippy::inline_always, reason = "a call would cost more than what most of these do")]

use std::thread;

use super::verdict::{self, Finding};
use crate::bytes::ByteSize;
use crate::checkpoint;
use crate::gate::{self, Owner};
use crate::limit::{LimitError, MemoryLimit, MemoryLimitExceeded};
use crate::output;
use crate::settings;
use crate::site::Site;
use crate::site::threads::Tally;
use crate::sys::clock;

/// A run of a watched loop, open until it is dropped.
///
/// PERF: nothing takes its address, so that the countdown stays in a register; what is
/// not inlined works on a copy of the rest.
#[doc(hidden)]
#[derive(Debug)]
pub struct LoopWatch {
    /// Iterations until the next look.
    left: u32,
    run: Run,
}

#[derive(Clone, Copy, Debug)]
struct Run {
    site: &'static Site,
    /// This thread's tally; `None` where the loop can move between threads, and is never
    /// the innermost site itself.
    tally: Option<&'static Tally>,
    /// Whether it is counted as open.
    open: bool,
    /// When the run around it was opened, of the same loop.
    around: u64,
    /// Whether it began while the thread unwound.
    unwinding: bool,
    /// Iterations from the last look to the next.
    batch: u32,
    /// When the last look was, in ticks.
    looked: u64,
    /// Iterations up to the last look.
    iterations: u64,
    /// The resident size at the first look; 0 before.
    entry: u64,
    /// The resident size at the last look.
    last: u64,
}

type Limit = Result<MemoryLimit, LimitError>;

impl LoopWatch {
    /// Opens a run of a loop that stays on its thread.
    #[inline(always)]
    #[must_use]
    pub fn start(site: &'static Site) -> Self {
        let tally = super::tally(site);
        let around = tally.map_or(0, |tally| {
            tally.count();
            let around = tally.around();
            tally.open();
            around
        });
        Self::opened(site, tally.is_some(), tally, around)
    }

    /// Opens a run of a loop that can go on in another thread.
    #[inline(always)]
    #[must_use]
    pub fn start_unpinned(site: &'static Site) -> Self {
        let tally = super::tally(site);
        if let Some(tally) = tally {
            tally.count();
        }
        Self::opened(site, tally.is_some(), None, 0)
    }

    #[inline(always)]
    fn opened(site: &'static Site, open: bool, tally: Option<&'static Tally>, around: u64) -> Self {
        let run = Run {
            site,
            tally,
            open,
            around,
            unwinding: !cfg!(memmacros_off) && thread::panicking(),
            batch: 0,
            looked: 0,
            iterations: 0,
            entry: 0,
            last: 0,
        };
        // Switched off, it looks again after four thousand million iterations.
        Self { left: if open { 1 } else { u32::MAX }, run }
    }

    /// Counts an iteration. True if it is time to look.
    #[inline(always)]
    pub fn tick(&mut self) -> bool {
        if cfg!(memmacros_off) {
            return false;
        }
        self.left = self.left.wrapping_sub(1);
        self.left == 0
    }

    /// Looks at the limit; gives the error to return.
    #[inline(always)]
    pub fn check_error(
        &mut self,
        limit: impl FnOnce(&'static Site) -> Limit,
    ) -> Option<MemoryLimitExceeded> {
        self.look(limit).and_then(Finding::into_error)
    }

    /// Looks at the limit, and panics where it is passed.
    ///
    /// # Panics
    /// Where the limit is passed and the thread does not unwind already.
    #[inline(always)]
    #[track_caller]
    pub fn check_panic(&mut self, limit: impl FnOnce(&'static Site) -> Limit) {
        if let Some(finding) = self.look(limit) {
            finding.panic();
        }
    }

    /// Looks at the limit, and says where it is passed.
    #[inline(always)]
    pub fn check_warn(&mut self, limit: impl FnOnce(&'static Site) -> Limit) {
        if let Some(finding) = self.look(limit) {
            finding.warn();
        }
    }

    /// Looks at the limit, and calls `handler` where it is newly passed.
    #[inline(always)]
    pub fn check_handler(
        &mut self,
        limit: impl FnOnce(&'static Site) -> Limit,
        handler: fn(&MemoryLimitExceeded),
    ) {
        if let Some(finding) = self.look(limit) {
            finding.hand_to(handler);
        }
    }

    #[inline(always)]
    fn look(&mut self, limit: impl FnOnce(&'static Site) -> Limit) -> Option<Finding> {
        let (run, finding) = look(self.run, self.left, limit);
        (self.run, self.left) = (run, run.batch);
        finding
    }
}

impl Drop for LoopWatch {
    #[inline(always)]
    fn drop(&mut self) {
        if self.run.open {
            end(self.run);
        }
    }
}

/// Looks, `left` iterations before the countdown would ask for it.
#[cold]
#[inline(never)]
fn look(
    mut run: Run,
    left: u32,
    limit: impl FnOnce(&'static Site) -> Limit,
) -> (Run, Option<Finding>) {
    if !run.open {
        run.batch = u32::MAX;
        return (run, None);
    }
    let site = run.site;
    let options = site.options();
    let verbose = settings::verbose();
    let since = run.batch.max(1) - left;
    run.iterations += u64::from(since);
    let now = clock::ticks();
    let exact = verbose || (run.entry == 0 && options.is_exact());
    let finding = verdict::read(now, site, exact, run.owner()).and_then(|resident| {
        // The check after the last item of an iterator is none of an iteration's.
        run.note(resident, verbose && since > 0);
        verdict::judge(site, run.entry, resident, limit(site))
    });
    let refuses = finding.as_ref().is_some_and(Finding::refuses);
    run.batch = if refuses || verbose {
        1
    } else {
        gate::next_batch(options.every, run.batch, now.wrapping_sub(run.looked))
    };
    run.looked = now;
    (run, finding)
}

/// The end of the loop: by itself, by `break`, `?`, a panic, or with its future.
#[cold]
#[inline(never)]
fn end(run: Run) {
    let site = run.site;
    if let Some(tally) = run.tally {
        tally.reopen(run.around);
    }
    // Perhaps another thread than the one that began: the sums are what counts.
    if let Some(tally) = run.tally.or_else(|| super::tally(site)) {
        tally.leave();
    }
    if thread::panicking() && !run.unwinding {
        site.counts().add_panic();
    }
    if run.entry == 0 {
        return;
    }
    let options = site.options();
    let Some(resident) = verdict::read(clock::ticks(), site, options.is_exact(), Owner::Site(site))
    else {
        return;
    };
    site.counts().measured(resident.wrapping_sub(run.entry).cast_signed());
    if options.checkpoints {
        checkpoint::mark(site.place(), resident, format_args!("{}: ends", site.place().name()));
    }
    if let Some(finding) = verdict::judge_growth(site, run.entry, resident) {
        finding.warn();
    }
}

impl Run {
    fn note(&mut self, resident: u64, verbose: bool) {
        let place = self.site.place();
        if self.entry == 0 {
            (self.entry, self.last) = (resident, resident);
            self.site.counts().crosses_growth(false);
            if let Some(tally) = self.tally {
                tally.belongs_to(self.site);
            }
            if self.site.options().checkpoints {
                checkpoint::mark(place, resident, format_args!("{}: begins", place.name()));
            }
        }
        if verbose {
            let delta = ByteSize::new(resident).since(ByteSize::new(self.last));
            output::loop_row(place, self.iterations, ByteSize::new(resident), delta);
        }
        self.last = resident;
    }

    /// Whose growth a reading finds: before the first look, that of the site around. What
    /// the body called has closed its own by now.
    fn owner(&self) -> Owner {
        match self.tally {
            _ if self.entry != 0 => Owner::Site(self.site),
            Some(tally) => Owner::Around(tally),
            None => Owner::Innermost,
        }
    }
}
