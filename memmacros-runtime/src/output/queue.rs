//! Owns the queue before the output, and which thread writes it.
//! Called by whatever dispatches; one of the callers becomes the writer.
//! Never holds its lock while something is formatted, written, flushed or dropped.

use std::cell::Cell;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::entry::Entry;
use super::target::Target;

/// What waits at most while a slow writer is at work; what comes on top is counted.
const MOST_ENTRIES: usize = 8_192;
const MOST_BYTES: usize = 8 << 20;

/// How long to wait for a writer that makes no progress.
const PATIENCE: Duration = Duration::from_secs(1);

static STATE: Mutex<State> = Mutex::new(State {
    waiting: VecDeque::new(),
    bytes: 0,
    lost: 0,
    target: None,
    writing: None,
    taken: 0,
    flushed: 0,
});

/// Told when the writer has flushed a batch.
static DONE: Condvar = Condvar::new();

/// Entries written so far: progress, for those who wait.
static WRITTEN: AtomicU64 = AtomicU64::new(0);

thread_local! {
    /// What this thread is writing.
    static DEPTH: Cell<Depth> = const { Cell::new(Depth::Outside) };
}

/// How far an entry is from the program's own doing. A writer that makes a row for each
/// line it writes would otherwise never end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Depth {
    /// This thread writes nothing.
    Outside,
    /// It writes an entry of the program; what comes of it is an echo.
    Writing,
    /// It writes an echo; what comes of that is not shown.
    Echoing,
}

#[derive(Debug)]
struct State {
    waiting: VecDeque<Item>,
    bytes: usize,
    lost: u64,
    /// `None` while a thread writes, and until the first write.
    target: Option<Target>,
    /// The process whose thread writes. After a fork, the child's copy of this says
    /// that a thread writes which the child does not have.
    writing: Option<u32>,
    /// Items that a writer has taken out of `waiting`, and notes on what was lost.
    taken: u64,
    /// How many of them are written and flushed.
    flushed: u64,
}

#[derive(Debug)]
struct Item {
    /// The process that put it here.
    process: u32,
    job: Job,
}

#[derive(Debug)]
enum Job {
    Write {
        entry: Box<Entry>,
        echo: bool,
    },
    /// From here on to another target. In the queue, so that what came before it goes to
    /// the one before.
    Replace(Target),
}

impl Item {
    fn new(job: Job) -> Self {
        Self { process: super::process(), job }
    }
}

fn state() -> MutexGuard<'static, State> {
    STATE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Writes `entry`, or leaves it to the thread that writes.
pub(super) fn push(entry: Entry) {
    let depth = DEPTH.get();
    if depth == Depth::Echoing {
        return echo_lost();
    }
    // Allocated here, not under the lock.
    let size = entry.size();
    // What is no row is rare and matters more.
    let times = if entry.is_row() { 1 } else { 2 };
    let item = Item::new(Job::Write { entry: Box::new(entry), echo: depth == Depth::Writing });
    let refused = state().offer(item, size, times);
    drop(refused);
    drain();
}

impl State {
    /// Takes `item`, or gives it back where too much waits already.
    fn offer(&mut self, item: Item, size: usize, times: usize) -> Option<Item> {
        if self.waiting.len() >= times * MOST_ENTRIES || self.bytes >= times * MOST_BYTES {
            self.lost += 1;
            return Some(item);
        }
        self.bytes += size;
        self.waiting.push_back(item);
        None
    }
}

/// Sends what comes from here on to `target`.
pub(super) fn replace(target: Target) {
    let item = Item::new(Job::Replace(target));
    state().waiting.push_back(item);
    drain();
}

/// Runs `hand_over` for an entry that does not go through the queue. Gives false, and runs
/// nothing, where the entry comes of an echo.
#[cfg(any(feature = "log", feature = "tracing"))]
pub(super) fn direct(hand_over: impl FnOnce()) -> bool {
    let depth = match DEPTH.get() {
        Depth::Outside => Depth::Writing,
        Depth::Writing => Depth::Echoing,
        Depth::Echoing => {
            echo_lost();
            return false;
        }
    };
    let inside = Inside::enter(depth);
    hand_over();
    drop(inside);
    true
}

/// Writes all that waits, unless some thread does so already.
fn drain() {
    drain_up_to(u64::MAX);
}

/// As [`drain`], but no more than it takes to have `enough` items flushed, of all there ever
/// were: others may put in more for as long as this thread writes.
fn drain_up_to(enough: u64) {
    if DEPTH.get() != Depth::Outside {
        // This thread is the writer, or comes back to here.
        return;
    }
    let Some(mut target) = begin() else { return };
    loop {
        let (batch, lost) = {
            let mut state = state();
            state.flushed = state.taken;
            DONE.notify_all();
            let is_empty = state.waiting.is_empty() && state.lost == 0;
            if is_empty || state.flushed >= enough {
                state.target = Some(target);
                state.writing = None;
                return;
            }
            let lost = std::mem::take(&mut state.lost);
            state.bytes = 0;
            let batch = std::mem::take(&mut state.waiting);
            state.taken += batch.len() as u64 + u64::from(lost > 0);
            (batch, lost)
        };
        for item in batch {
            match item.job {
                Job::Write { entry, echo } => {
                    let inside = Inside::enter(if echo { Depth::Echoing } else { Depth::Writing });
                    target.write(&entry);
                    drop(inside);
                }
                Job::Replace(next) => {
                    let inside = Inside::enter(Depth::Writing);
                    std::mem::replace(&mut target, next).close();
                    drop(inside);
                }
            }
            WRITTEN.fetch_add(1, Ordering::Relaxed);
        }
        // Of what a note causes nothing is shown, or a full queue would feed itself.
        let _inside = Inside::enter(Depth::Echoing);
        if lost > 0 {
            target.write(&lost_note(lost));
        }
        target.flush();
    }
}

/// Makes this thread the writer, if there is something to write and no other one.
fn begin() -> Option<Target> {
    let me = super::process();
    leave_parent(me);
    let mut state = state();
    if state.writing.is_some() || (state.waiting.is_empty() && state.lost == 0) {
        return None;
    }
    state.writing = Some(me);
    let target = state.target.take();
    drop(state);
    Some(target.unwrap_or_else(Target::terminal))
}

/// After a fork while another thread wrote: that thread, its target and what waits for it
/// stay with the parent.
fn leave_parent(me: u32) {
    let mut theirs = {
        let mut state = state();
        if state.writing.is_none_or(|process| process == me) {
            return;
        }
        (state.bytes, state.lost, state.writing) = (0, 0, None);
        std::mem::take(&mut state.waiting)
    };
    theirs.retain(|item| item.process == me);
    state().waiting.extend(theirs);
}

/// Waits until all that was dispatched before is written; gives up on a writer that has made
/// no progress for a second. Does nothing inside a writer.
///
/// What other threads dispatch meanwhile is not waited for: they may never stop, and a
/// program that is about to end must.
pub(crate) fn settle() {
    if DEPTH.try_with(Cell::get) != Ok(Depth::Outside) {
        return;
    }
    let all = {
        let state = state();
        state.taken + state.waiting.len() as u64 + u64::from(state.lost > 0)
    };
    drain_up_to(all);
    let mut state = state();
    while state.writing == Some(super::process()) && state.flushed < all {
        let before = WRITTEN.load(Ordering::Relaxed);
        let (guard, waited) =
            DONE.wait_timeout(state, PATIENCE).unwrap_or_else(PoisonError::into_inner);
        state = guard;
        if waited.timed_out() && WRITTEN.load(Ordering::Relaxed) == before {
            return;
        }
    }
}

fn lost_note(lost: u64) -> Entry {
    let rows = if lost == 1 { "row is" } else { "rows are" };
    Entry::problem("lost", format!("{lost} {rows} missing here: the output was too slow"))
}

fn echo_lost() {
    static TOLD: AtomicBool = AtomicBool::new(false);
    if !TOLD.swap(true, Ordering::Relaxed) {
        let message = "what the output itself causes is shown one level deep, no deeper";
        let entry = Box::new(Entry::problem("lost", message.to_string()));
        let item = Item::new(Job::Write { entry, echo: true });
        state().waiting.push_back(item);
    }
}

/// Marks the thread as writing.
struct Inside(Depth);

impl Inside {
    fn enter(depth: Depth) -> Self {
        Self(DEPTH.replace(depth))
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        DEPTH.set(self.0);
    }
}
