//! Owns what each thread counts of each site: calls begun and ended, and when to look again.
//! Called by the guards at each call, and by `sites()` for the sums.
//! Never shares a cache line between threads that count, never locks where a call passes.

#![expect(
    clippy::inline_always,
    reason = "a few instructions each, on the path of every watched call"
)]

use std::cell::{Cell, RefCell};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use super::{Options, Site, SiteKind, list};

/// What one thread counts of one site. Written by that thread alone, read by all, so that
/// a plain load and a plain store make an exact count.
///
/// Two counters that only rise, instead of one that goes up and down: the second is not
/// read back at once, and calls that never ended show as a difference.
#[derive(Debug, Default)]
#[repr(align(64))]
pub(crate) struct Tally {
    entered: AtomicU64,
    left: AtomicU64,
    /// Polls of a future's site; its `entered` counts the futures.
    polls: AtomicU64,
    /// The value of `entered`, or for a future of `polls`, at which to look.
    due: AtomicU64,
    /// The thread's era when it was last opened; 0 where it is not on this thread's stack.
    ///
    /// Of a function that calls itself: of the innermost call that is open, where that or
    /// one since was looked at. An inner call that was not leaves its own era behind when
    /// it returns, so that the call around seems to be opened later than what it called
    /// before. To put that right each call would have to remember.
    opened: AtomicU64,
    /// When the last look was, in [`Moment`]s.
    looked: AtomicU32,
    /// Calls from that look to the next.
    batch: AtomicU32,
    /// Set at the first look.
    site: OnceLock<&'static Site>,
}

/// Ticks by the thousand, so that a tally fits into one cache line. They wrap after some
/// twenty minutes; what is told by them only paces.
const MOMENT: u64 = 1 << 10;

impl Tally {
    /// Opens a call that is not looked at, or not yet.
    #[inline(always)]
    pub(crate) fn open(&self) {
        self.opened.store(era(), Ordering::Relaxed);
    }

    /// When the call around was opened, of the same site: what [`reopen`](Self::reopen) takes.
    #[inline(always)]
    pub(crate) fn around(&self) -> u64 {
        self.opened.load(Ordering::Relaxed)
    }

    /// Counts a call, without opening it. True if it is time to look.
    #[inline(always)]
    pub(crate) fn count(&self) -> bool {
        let entered = self.entered.load(Ordering::Relaxed) + 1;
        self.entered.store(entered, Ordering::Relaxed);
        entered >= self.due.load(Ordering::Relaxed)
    }

    /// Counts the end of a call.
    #[inline(always)]
    pub(crate) fn leave(&self) {
        self.left.store(self.left.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
    }

    /// Opens a poll. True if it is time to look; also gives what [`reopen`](Self::reopen) takes.
    #[inline(always)]
    pub(crate) fn poll(&self) -> (bool, u64) {
        let polls = self.polls.load(Ordering::Relaxed) + 1;
        self.polls.store(polls, Ordering::Relaxed);
        let around = self.around();
        self.open();
        (polls >= self.due.load(Ordering::Relaxed), around)
    }

    /// Gives the call, the loop or the poll around, of the same site, its opening back.
    #[inline(always)]
    pub(crate) fn reopen(&self, around: u64) {
        self.opened.store(around, Ordering::Relaxed);
    }

    /// Ticks since the last look, and how many calls it was good for.
    pub(crate) fn last_look(&self, now: u64) -> (u64, u32) {
        let elapsed = moment(now).wrapping_sub(self.looked.load(Ordering::Relaxed));
        (u64::from(elapsed) * MOMENT, self.batch.load(Ordering::Relaxed))
    }

    /// Says whose tally it is, at each look, and opens the call in the first of two eras: one
    /// for itself, so that nothing opened before ties with it, and one for what it calls.
    pub(crate) fn belongs_to(&self, site: &'static Site) {
        self.site.get_or_init(|| site);
        local(|local| {
            let era = local.era.get() + 1;
            self.opened.store(era, Ordering::Relaxed);
            local.era.set(era + 1);
        });
    }

    /// Whether a limit has made something return an error since the call was opened, that
    /// was looked at.
    pub(crate) fn saw_refusal(&self) -> bool {
        local(|local| local.refused.get()) > self.opened.load(Ordering::Relaxed)
    }

    /// Whose tally it is, once it has been looked at.
    pub(crate) fn site(&self) -> Option<&'static Site> {
        self.site.get().copied()
    }

    /// Looks again after `batch` calls.
    pub(crate) fn plan(&self, site: &'static Site, now: u64, batch: u32) {
        self.looked.store(moment(now), Ordering::Relaxed);
        self.batch.store(batch, Ordering::Relaxed);
        let count = if site.is_future() { &self.polls } else { &self.entered };
        self.due.store(count.load(Ordering::Relaxed) + u64::from(batch), Ordering::Relaxed);
    }

    /// When the site was last opened on this thread, if more than `but` calls are open.
    fn open_since(&self, but: u64) -> Option<(u64, &'static Site)> {
        let opened = self.opened.load(Ordering::Relaxed);
        let site = self.site()?;
        let open = if site.is_future() {
            1
        } else {
            self.entered.load(Ordering::Relaxed).wrapping_sub(self.left.load(Ordering::Relaxed))
        };
        (opened != 0 && open > but).then_some((opened, site))
    }

    /// Opens a call that is looked at; [`close_looked_at`](Self::close_looked_at) ends it.
    pub(crate) fn open_looked_at(&'static self, site: &'static Site) {
        let around = self.around();
        with_around(|calls| calls.push((self, around)));
        self.belongs_to(site);
    }

    /// The end of the innermost call of this site that was looked at.
    pub(crate) fn close_looked_at(&self) {
        with_around(|calls| {
            // The last one, but where a coroutine has left its calls on the thread.
            if let Some(at) = calls.iter().rposition(|(tally, _)| std::ptr::eq(*tally, self)) {
                let (_, around) = calls.remove(at);
                self.reopen(around);
            }
        });
    }

    /// Another thread begins with it: it looks at its first call.
    fn renew(&self) {
        for word in [&self.due, &self.opened] {
            word.store(0, Ordering::Relaxed);
        }
        self.batch.store(0, Ordering::Relaxed);
    }
}

#[expect(clippy::cast_possible_truncation, reason = "it wraps, as said there")]
fn moment(ticks: u64) -> u32 {
    (ticks / MOMENT) as u32
}

/// A thread's own state.
#[derive(Debug)]
pub(crate) struct Local {
    tallies: Cell<&'static [Tally]>,
    /// Numbers the looks of this thread, from 1.
    era: Cell<u64>,
    /// The era in which a limit last made something return an error.
    refused: Cell<u64>,
    /// When this thread last read the resident size, in ticks.
    pub(crate) read_at: Cell<u64>,
    /// What it read; 0 before the first time.
    pub(crate) resident: Cell<u64>,
    exiting: Cell<bool>,
}

thread_local! {
    // PERF: constant and without a destructor, so that an access is one instruction.
    static LOCAL: Local = const {
        Local {
            tallies: Cell::new(&[]),
            era: Cell::new(1),
            refused: Cell::new(0),
            read_at: Cell::new(0),
            resident: Cell::new(0),
            exiting: Cell::new(false),
        }
    };
    /// What is given back when the thread ends.
    static LEASE: Lease = const {
        Lease { outgrown: RefCell::new(Vec::new()), around: RefCell::new(Vec::new()) }
    };
}

/// Runs `f` with the calling thread's state.
#[inline(always)]
pub(crate) fn local<R>(f: impl FnOnce(&Local) -> R) -> R {
    LOCAL.with(f)
}

/// This thread's tally of `site`, if its table has one.
#[inline(always)]
pub(crate) fn tally(site: &'static Site) -> Option<&'static Tally> {
    local(|local| local.tallies.get()).get(site.index())
}

/// PERF: a closure of its own for each word, so small that it is always inlined.
#[inline(always)]
fn era() -> u64 {
    local(|local| local.era.get())
}

/// Notes that a limit makes something return an error.
pub(crate) fn note_refusal() {
    local(|local| local.refused.set(local.era.get()));
}

impl Local {
    /// The innermost open site of this thread, leaving the last opening of `but` out.
    ///
    /// PERF: found by a walk over the table when something is to be given to it, as a
    /// chain kept by every call is what those calls would wait for.
    pub(crate) fn innermost(&self, but: Option<&Tally>) -> Option<&'static Site> {
        let outgrown = LEASE.try_with(|lease| lease.outgrown.borrow().clone()).unwrap_or_default();
        let tables = outgrown.into_iter().chain([self.tallies.get()]);
        let open = tables.flatten().filter_map(|tally| {
            let left_out = but.is_some_and(|but| std::ptr::eq(but, tally));
            tally.open_since(u64::from(left_out))
        });
        // Two of one era were both too short to be looked at. The outer one was mostly
        // met first.
        open.max_by_key(|&(opened, site)| (opened, site.index())).map(|(_, site)| site)
    }
}

/// Runs `f` with what the calls of this thread that are looked at keep; not while the thread
/// ends, nor where an allocator is watched that `f` itself calls.
fn with_around(f: impl FnOnce(&mut Vec<(&'static Tally, u64)>)) {
    let _ = LEASE.try_with(|lease| lease.around.try_borrow_mut().map(|mut calls| f(&mut calls)));
}

/// Makes room for `site` in the calling thread's table. `None` while the thread ends.
#[cold]
#[inline(never)]
pub(crate) fn make_tally(site: &'static Site) -> Option<&'static Tally> {
    let index = assign(site);
    local(|local| {
        if local.exiting.get() {
            return None;
        }
        LEASE
            .try_with(|lease| {
                if local.tallies.get().len() <= index {
                    // Calls may be open in the table before: it stays this thread's.
                    lease.outgrown.borrow_mut().push(local.tallies.replace(TABLES.lease(index)));
                }
                local.tallies.get().get(index)
            })
            .ok()?
    })
}

/// Gives `site` its place in the tables.
fn assign(site: &'static Site) -> usize {
    static NEXT: Mutex<u32> = Mutex::new(0);
    let mut next = NEXT.lock().unwrap_or_else(PoisonError::into_inner);
    if site.id.load(Ordering::Relaxed) == Site::UNMET {
        site.id.store(*next, Ordering::Relaxed);
        *next += 1;
        list::note(site);
    }
    site.index()
}

struct Lease {
    /// Tables that had no place for a site that came later, the oldest first.
    outgrown: RefCell<Vec<&'static [Tally]>>,
    /// Of each open call that is looked at, the innermost last: its tally, and when the
    /// call around it was opened, of the same site.
    ///
    /// PERF: here instead of in the guards, as one word more there costs every call.
    around: RefCell<Vec<(&'static Tally, u64)>>,
}

impl Drop for Lease {
    fn drop(&mut self) {
        // The thread-local state has no destructor and outlives this one.
        local(|local| {
            local.exiting.set(true);
            TABLES.give_back(local.tallies.replace(&[]));
        });
        for table in self.outgrown.take() {
            TABLES.give_back(table);
        }
    }
}

/// The tables of all threads. They are never freed: a thread that ends leaves its table,
/// counts and all, to the next one, so that there are never more than ran at once.
#[derive(Debug, Default)]
struct Tables {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    all: Vec<&'static [Tally]>,
    free: Vec<&'static [Tally]>,
}

static TABLES: Tables = Tables { state: Mutex::new(State { all: Vec::new(), free: Vec::new() }) };

impl Tables {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A table that has a place at `index`.
    fn lease(&self, index: usize) -> &'static [Tally] {
        let mut state = self.state();
        if let Some(at) = state.free.iter().position(|table| table.len() > index) {
            let table = state.free.swap_remove(at);
            // The new thread looks at its first call of each site.
            table.iter().for_each(Tally::renew);
            return table;
        }
        let length = list::known().max(index + 1).next_power_of_two();
        let table: &'static [Tally] =
            (0..length).map(|_| Tally::default()).collect::<Vec<_>>().leak();
        state.all.push(table);
        table
    }

    fn give_back(&self, table: &'static [Tally]) {
        if !table.is_empty() {
            self.state().free.push(table);
        }
    }
}

/// Calls begun and calls ended at `site`, over all threads.
pub(super) fn totals(site: &Site) -> (u64, u64) {
    let index = site.index();
    let tables = TABLES.state().all.clone();
    let tallies = || tables.iter().filter_map(|table| table.get(index));
    // What has ended is read first: a call that begins and ends in between does not make
    // the number of active calls negative.
    let left = tallies().map(|tally| tally.left.load(Ordering::Relaxed)).sum();
    let entered = tallies().map(|tally| tally.entered.load(Ordering::Relaxed)).sum();
    (entered, left)
}

/// Takes the growth that belongs to no site.
pub(crate) static UNATTRIBUTED: Site =
    Site::new(SiteKind::Check, "(unattributed)", "", "", 0, Options::new());
