//! Owns the limit that holds where an annotation names none.
//! Called by `set_memory_limit`, the settings and every check of a bare annotation.
//! Never locks where it is read: the limit is one word.

use std::sync::atomic::{AtomicU64, Ordering};

use super::{IntoLimit, LimitError, MemoryLimit};
use crate::bytes::ByteSize;
use crate::headroom;

/// As in memory_utils, of which this is the counterpart.
const DEFAULT: MemoryLimit = MemoryLimit::of_bytes(ByteSize::new(200 << 20));

/// No limit set. As a percentage it would be no number.
const UNSET: u64 = u64::MAX;

/// The top bit tells a percentage, whose sign bit is never set, from bytes.
const IS_PERCENT: u64 = 1 << 63;

static LIMIT: AtomicU64 = AtomicU64::new(UNSET);

/// The limit of the moment, and whether anybody chose it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Global {
    pub(crate) limit: MemoryLimit,
    pub(crate) chosen: bool,
}

pub(crate) fn global() -> Global {
    match LIMIT.load(Ordering::Relaxed) {
        UNSET => Global { limit: DEFAULT, chosen: false },
        word => Global { limit: decode(word), chosen: true },
    }
}

fn decode(word: u64) -> MemoryLimit {
    if word & IS_PERCENT == 0 {
        MemoryLimit::of_bytes(ByteSize::new(word))
    } else {
        MemoryLimit::of_percent(f64::from_bits(word & !IS_PERCENT))
    }
}

/// Sets the limit for every check that names none of its own; it holds from the next
/// check on, also in loops that are running. Amounts above 8 EiB are held as 8 EiB.
///
/// `MEMMACROS_LIMIT=1GiB` in the environment does the same to a built program.
///
/// # Errors
/// Where the limit is a text that is none; the limit then stays as it was.
///
/// ```
/// use memmacros_runtime::{ByteSize, memory_limit, set_memory_limit};
///
/// set_memory_limit("1GiB")?;
/// assert_eq!(memory_limit().bytes(), Some(ByteSize::GIB));
/// # Ok::<(), memmacros_runtime::LimitError>(())
/// ```
pub fn set_memory_limit(limit: impl IntoLimit) -> Result<(), LimitError> {
    let limit = limit.into_limit()?;
    let word = match limit.bytes_or_percent() {
        None => return Ok(()),
        Some(Ok(bytes)) => bytes.as_u64().min(IS_PERCENT - 1),
        Some(Err(percent)) => IS_PERCENT | percent.to_bits(),
    };
    LIMIT.store(word, Ordering::Relaxed);
    Ok(())
}

/// Sets the most that this process may have resident, as one more limit beside those of
/// the system. It stops nothing by itself: it counts in [`Headroom`](crate::Headroom) and
/// in limits in percent.
///
/// Takes effect at once, in all threads. 0 is honoured; `ByteSize::MAX` lifts it. Default:
/// none.
///
/// # Errors
/// Where it is a text that is no limit, or a percentage: a maximum is an amount.
///
/// ```
/// use memmacros_runtime::{ByteSize, Headroom, LimitSource, set_maximum_memory};
///
/// set_maximum_memory("4GiB")?;
/// let headroom = Headroom::capture();
/// assert!(headroom.limits().iter().any(|found| *found.source() == LimitSource::User));
/// set_maximum_memory(ByteSize::MAX)?;
/// assert!(set_maximum_memory("80%").is_err());
/// # Ok::<(), memmacros_runtime::LimitError>(())
/// ```
pub fn set_maximum_memory(maximum: impl IntoLimit) -> Result<(), LimitError> {
    match maximum.into_limit()?.bytes_or_percent() {
        Some(Ok(bytes)) => headroom::set_maximum(bytes),
        Some(Err(percent)) => return Err(LimitError::of_a_part(percent)),
        None => {}
    }
    Ok(())
}
