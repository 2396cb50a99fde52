//! Owns `check_memory`, `check_memory_against` and `memory_limit`: a check by a plain call.
//! Called by users.
//! Never acts: the error is returned, and always means that the limit is passed.

use std::collections::HashSet;
use std::panic::Location;
use std::sync::{LazyLock, Mutex, PoisonError};

use super::verdict::{self, UnknownWhole};
use crate::event::Event;
use crate::gate::{self, Owner};
use crate::limit::{IntoLimit, LimitError, MemoryLimit, MemoryLimitExceeded, Origin, global};
use crate::output;
use crate::sample::MemorySample;
use crate::settings;

/// Reads the resident size and holds it against the [global limit](crate::memory_limit).
///
/// Equal passes, above fails. As long as nobody has set a limit, passing the 200 MiB that
/// hold by default is told once and fails nothing. Where the resident size cannot be
/// read, the sample says so (`resident()` is `None`), it is told once, and the check passes.
///
/// The sample has what one read of `/proc/self/statm` gives; for peak and swap see
/// [`MemorySample::capture`].
///
/// Cost: that of [`resident`](crate::resident), about 0.8 us on Linux.
///
/// # Errors
/// Where the limit is passed.
///
/// ```
/// memmacros_runtime::set_memory_limit("8GB")?;
/// let sample = memmacros_runtime::check_memory()?;
/// println!("at {:?}", sample.resident());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[track_caller]
pub fn check_memory() -> Result<MemorySample, MemoryLimitExceeded> {
    check(MemoryLimit::GLOBAL, Origin::Caller("check_memory", Location::caller()))
}

/// Reads the resident size and holds it against `limit`, as [`check_memory`] does.
///
/// A text that is no limit is told once for each place that gives it, and the check passes.
///
/// # Errors
/// Where the limit is passed.
///
/// ```
/// use memmacros_runtime::check_memory_against;
///
/// assert!(check_memory_against("8GB").is_ok());
/// assert!(check_memory_against(0).is_err());
/// ```
#[track_caller]
pub fn check_memory_against(limit: impl IntoLimit) -> Result<MemorySample, MemoryLimitExceeded> {
    let at = Location::caller();
    let origin = Origin::Caller("check_memory_against", at);
    match limit.into_limit() {
        Ok(limit) => check(limit, origin),
        Err(error) => {
            tell_bad_limit(origin, at, &error);
            Ok(sample())
        }
    }
}

/// The limit for every check that names none of its own: what
/// [`set_memory_limit`](crate::set_memory_limit) or `MEMMACROS_LIMIT` says, and 200 MiB
/// until then.
///
/// ```
/// assert_eq!(memmacros_runtime::memory_limit().to_string(), "200 MiB");
/// ```
#[must_use]
pub fn memory_limit() -> MemoryLimit {
    settings::init();
    global().limit
}

fn check(limit: MemoryLimit, origin: Origin) -> Result<MemorySample, MemoryLimitExceeded> {
    let sample = sample();
    let Some(resident) = sample.resident() else { return Ok(sample) };
    let resident = resident.as_u64();
    let passed = if limit.is_global() {
        verdict::passes_global(resident, origin)
    } else {
        verdict::passes(resident, limit, origin)
    };
    match passed {
        Ok(None) => Ok(sample),
        Ok(Some(error)) => Err(error),
        Err(UnknownWhole) => {
            if let Origin::Caller(_, at) = origin {
                tell_once(at, || output::dispatch(&Event::UnknownWhole { place: origin.place() }));
            }
            Ok(sample)
        }
    }
}

fn sample() -> MemorySample {
    if !settings::is_on() {
        return MemorySample::default();
    }
    match gate::read_sample(Owner::Innermost) {
        Ok(sample) => sample,
        Err(problem) => {
            output::tell_unreadable(&problem);
            MemorySample::default()
        }
    }
}

fn tell_bad_limit(origin: Origin, at: &'static Location<'static>, error: &LimitError) {
    tell_once(at, || output::dispatch(&Event::BadLimit { place: origin.place(), error }));
}

/// Calls `tell` the first time for each place.
#[cold]
fn tell_once(at: &'static Location<'static>, tell: impl FnOnce()) {
    static TOLD: LazyLock<Mutex<HashSet<&'static Location<'static>>>> =
        LazyLock::new(Mutex::default);
    let new = TOLD.lock().unwrap_or_else(PoisonError::into_inner).insert(at);
    if new {
        tell();
    }
}
