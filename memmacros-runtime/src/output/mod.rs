//! Owns what the program says: one way in for events, one sink that shows them.
//! Called by everything that has an event, and by users who choose the sink.
//! Never holds a lock while a message is formatted or a writer of the user's runs.

mod captured;
mod colour;
mod direct;
mod entry;
mod json;
mod last;
mod queue;
mod sink;
mod table;
mod target;
mod text;

use std::any::Any;
use std::fmt;
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

use crate::bytes::{ByteDelta, ByteSize};
use crate::event::{Event, Row};
use crate::site::Place;
use crate::sys::{self, ReadError};
pub use captured::Captured;
use entry::Entry;
pub use entry::OwnedRow;
pub(crate) use last::{at_exit, report_last};
#[cfg(all(unix, feature = "signals"))]
pub(crate) use queue::settle;
pub use sink::Sink;
use sink::Way;

/// Sends everything that is told to `sink`, from now on.
///
/// What was told before still goes to the sink before, which is flushed and dropped. The
/// default is [`Sink::terminal`], or what `MEMMACROS_OUTPUT` and `MEMMACROS=json` say; a
/// sink that is set here holds over both.
///
/// ```
/// use memmacros_runtime::{Sink, set_sink};
///
/// set_sink(Sink::json(std::io::stdout()));
/// ```
pub fn set_sink(sink: Sink) {
    CHOSEN.store(true, Ordering::Relaxed);
    install(sink);
}

/// Sends everything that is told to `writer`: short for `set_sink(Sink::writer(writer))`.
///
/// ```
/// memmacros_runtime::set_output(std::io::stdout());
/// ```
pub fn set_output(writer: impl Write + Send + 'static) {
    set_sink(Sink::writer(writer));
}

/// Whether rows without movement are shown, a row for each check of a watched loop, limits
/// that are passed whatever is done about it, and sites that never ran. Off by default;
/// `MEMMACROS=verbose` turns it on where the program does not say.
///
/// Each iteration of a watched loop is then a check: it costs a reading and a row.
///
/// ```
/// memmacros_runtime::set_verbose(true);
/// ```
pub fn set_verbose(verbose: bool) {
    VERBOSE.store(if verbose { YES } else { NO }, Ordering::Relaxed);
}

/// Whether the program has chosen its sink.
static CHOSEN: AtomicBool = AtomicBool::new(false);

static VERBOSE: AtomicU8 = AtomicU8::new(UNSET);
const UNSET: u8 = 0;
const NO: u8 = 1;
const YES: u8 = 2;

/// Whether only warnings are shown.
static QUIET: AtomicBool = AtomicBool::new(false);

/// Whether events are handed to `log` or `tracing` instead of the queue.
static WAY: AtomicU8 = AtomicU8::new(QUEUE);
const QUEUE: u8 = 0;
#[cfg(feature = "log")]
const LOG: u8 = 1;
#[cfg(feature = "tracing")]
const TRACING: u8 = 2;

fn install(sink: Sink) {
    match sink.0 {
        Way::Queued(target) => {
            WAY.store(QUEUE, Ordering::Relaxed);
            queue::replace(target);
        }
        #[cfg(feature = "log")]
        Way::Log => leave_queue(LOG),
        #[cfg(feature = "tracing")]
        Way::Tracing => leave_queue(TRACING),
    }
}

/// The writer before is flushed and dropped; the terminal stands by for a logger that panics.
#[cfg(any(feature = "log", feature = "tracing"))]
fn leave_queue(way: u8) {
    WAY.store(way, Ordering::Relaxed);
    queue::replace(target::Target::terminal());
}

/// The sink of a program that chooses none; the first one given counts.
pub(crate) fn default_sink(sink: Sink) {
    if !CHOSEN.swap(true, Ordering::Relaxed) {
        install(sink);
    }
}

/// Verbose, unless the program has said whether it is.
pub(crate) fn default_verbose() {
    let _ = VERBOSE.compare_exchange(UNSET, YES, Ordering::Relaxed, Ordering::Relaxed);
}

pub(crate) fn set_quiet(quiet: bool) {
    QUIET.store(quiet, Ordering::Relaxed);
}

/// Whether rows without movement are shown, too.
#[inline]
pub(crate) fn is_verbose() -> bool {
    VERBOSE.load(Ordering::Relaxed) == YES && !is_quiet()
}

/// Whether no rows are shown.
#[inline]
pub(crate) fn is_quiet() -> bool {
    QUIET.load(Ordering::Relaxed)
}

/// Shows `event`.
///
/// A message is formatted on the calling thread with no lock held; what is slow to write
/// is written by whichever thread came first.
pub(crate) fn dispatch(event: &Event<'_>) {
    if is_quiet() && matches!(event, Event::Row(_) | Event::Summary(_)) {
        return;
    }
    show(event);
}

/// As [`dispatch`], also where the program is quiet.
fn show(event: &Event<'_>) {
    let entry = Entry::of(event, is_verbose());
    match WAY.load(Ordering::Relaxed) {
        #[cfg(feature = "log")]
        LOG => direct::hand_over(entry, direct::log),
        #[cfg(feature = "tracing")]
        TRACING => direct::hand_over(entry, direct::tracing),
        _ => queue::push(entry),
    }
}

/// Shows a row, unless the program is quiet.
pub(crate) fn row(
    place: Place,
    resident: ByteSize,
    delta: ByteDelta,
    iteration: Option<u64>,
    message: fmt::Arguments<'_>,
) {
    let elapsed = entry::elapsed();
    dispatch(&Event::Row(Row { resident, delta, message, place, iteration, elapsed }));
}

/// Shows the row of a loop's check where rows of loops are shown: `[n] name`.
pub(crate) fn loop_row(place: Place, iteration: u64, resident: ByteSize, delta: ByteDelta) {
    if is_verbose() {
        row(
            place,
            resident,
            delta,
            Some(iteration),
            format_args!("[{iteration}] {}", place.name()),
        );
    }
}

fn resident() -> Option<ByteSize> {
    sys::resident_bytes().ok().map(ByteSize::new)
}

/// This process. Where there are none, asking would panic.
fn process() -> u32 {
    if cfg!(all(target_family = "wasm", target_os = "unknown")) { 0 } else { std::process::id() }
}

/// Drops what a panic left, which may itself panic in the attempt.
fn discard(payload: Box<dyn Any + Send>) {
    if let Err(again) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        // Whoever panics in the panic of a drop is not tried a third time.
        Box::leak(again);
    }
}

/// Says once that the resident size cannot be read.
#[cold]
pub(crate) fn tell_unreadable(problem: &ReadError) {
    static TOLD: AtomicBool = AtomicBool::new(false);
    if !TOLD.swap(true, Ordering::Relaxed) {
        dispatch(&Event::Unreadable { problem: format_args!("{problem}") });
    }
}

#[cfg(test)]
mod tests;
