//! Owns what each thread counts of each site: calls begun and ended, and when to look again.
//! Called by the guards at each call, and by `sites()` for the sums.
//! Never shares a cache line between threads that count, never locks where a call passes.

use std::cell::Cell;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

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
    /// The value of `entered` at which to look.
    due: AtomicU64,
    /// The tick at which the last look was.
    looked: AtomicU64,
    /// Calls from that look to the next.
    batch: AtomicU32,
}

impl Tally {
    /// Counts a call. True if it is time to look.
    #[inline]
    pub(crate) fn enter(&self) -> bool {
        let entered = self.entered.load(Ordering::Relaxed) + 1;
        self.entered.store(entered, Ordering::Relaxed);
        entered >= self.due.load(Ordering::Relaxed)
    }

    /// Counts the end of a call.
    #[inline]
    pub(crate) fn leave(&self) {
        self.left.store(self.left.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
    }

    /// When the last look was, in ticks, and how many calls it was good for.
    pub(crate) fn last_look(&self) -> (u64, u32) {
        (self.looked.load(Ordering::Relaxed), self.batch.load(Ordering::Relaxed))
    }

    /// Looks again after `batch` calls.
    pub(crate) fn plan(&self, now: u64, batch: u32) {
        self.looked.store(now, Ordering::Relaxed);
        self.batch.store(batch, Ordering::Relaxed);
        self.due.store(self.entered.load(Ordering::Relaxed) + u64::from(batch), Ordering::Relaxed);
    }
}

/// A thread's own state.
#[derive(Debug)]
pub(crate) struct Local {
    tallies: Cell<&'static [Tally]>,
    /// The innermost open site.
    pub(crate) innermost: Cell<Option<&'static Site>>,
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
            innermost: Cell::new(None),
            read_at: Cell::new(0),
            resident: Cell::new(0),
            exiting: Cell::new(false),
        }
    };
    /// Gives the table back when the thread ends.
    static LEASE: Lease = const { Lease };
}

/// Runs `f` with the calling thread's state.
#[inline]
pub(crate) fn local<R>(f: impl FnOnce(&Local) -> R) -> R {
    LOCAL.with(f)
}

impl Local {
    /// The calling thread's tally of `site`, if it has one yet.
    #[inline]
    pub(crate) fn tally(&self, site: &'static Site) -> Option<&'static Tally> {
        self.tallies.get().get(site.index())
    }
}

/// Makes room for `site` in the calling thread's table. `None` while the thread ends.
#[cold]
pub(crate) fn make_tally(site: &'static Site) -> Option<&'static Tally> {
    let index = assign(site);
    local(|local| {
        if local.exiting.get() || LEASE.try_with(|_| ()).is_err() {
            return None;
        }
        if local.tallies.get().len() <= index {
            let table = TABLES.lease(index);
            TABLES.give_back(local.tallies.replace(table));
        }
        local.tally(site)
    })
}

/// Gives `site` its place in the tables.
fn assign(site: &'static Site) -> usize {
    static NEXT: Mutex<u32> = Mutex::new(0);
    let mut next = NEXT.lock().unwrap_or_else(PoisonError::into_inner);
    if site.id.load(Ordering::Relaxed) == 0 {
        *next += 1;
        site.id.store(*next, Ordering::Relaxed);
        list::note(site);
    }
    site.index()
}

struct Lease;

impl Drop for Lease {
    fn drop(&mut self) {
        // The thread-local state has no destructor and outlives this one.
        local(|local| {
            local.exiting.set(true);
            TABLES.give_back(local.tallies.replace(&[]));
        });
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
            for tally in table {
                tally.due.store(0, Ordering::Relaxed);
                tally.batch.store(0, Ordering::Relaxed);
            }
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
