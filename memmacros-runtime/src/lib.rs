#![doc = include_str!("../README.md")]

// Generated code names `::memmacros_runtime`; so this crate's own tests can use the macros.
extern crate self as memmacros_runtime;

mod bytes;
mod checkpoint;
mod event;
mod exit;
mod gate;
mod headroom;
mod limit;
mod output;
mod sample;
mod settings;
#[cfg(all(unix, feature = "signals"))]
pub mod signals;
mod site;
mod switch;
mod sys;
mod watch;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;

pub use crate::bytes::{ByteDelta, ByteSize, ParseByteSizeError};
pub use crate::exit::{ExitReport, summary};
pub use crate::headroom::{FoundLimit, Headroom, HeadroomProblem, LimitSource};
pub use crate::limit::{
    IntoLimit, LimitError, MemoryLimit, MemoryLimitExceeded, set_maximum_memory, set_memory_limit,
};
pub use crate::output::{Captured, OwnedRow, Sink, set_output, set_sink, set_verbose};
pub use crate::sample::{MemorySample, resident, try_resident};
pub use crate::site::{Place, SiteKind, SiteStats, Sites, sites};
pub use crate::sys::{ReadError, system};
pub use crate::watch::{
    ErrorFuture, MemoryWatched, MemoryWatchedError, MemoryWatchedExt, MemoryWatchedFutureExt,
    check_memory, check_memory_against, memory_limit,
};
#[cfg(feature = "stream")]
pub use crate::watch::{MemoryWatchedStream, MemoryWatchedStreamExt};
#[cfg(feature = "macros")]
pub use memmacros::memory_watched;

/// Watches a loop or a closure where its function cannot be annotated: in the body of a
/// `macro_rules!`, in a test, in code that is not yours to annotate.
///
/// Takes the options of [`memory_watched`] in front; it only warns when the limit is
/// passed, unless `on_exceed` is written, as it cannot see what it may return.
///
/// ```
/// use memmacros_runtime::watch;
///
/// let mut rows = Vec::new();
/// watch! {
///     #[memory_watched(limit = "8GB")]
///     for row in 0..1000 {
///         rows.push(row);
///     }
/// }
/// let double = watch!(|x: u32| x * 2);
/// assert_eq!(double(rows[21]), 42);
/// ```
#[cfg(feature = "macros")]
#[macro_export]
macro_rules! watch {
    ($($watched:tt)*) => {
        $crate::__private::watch! { @crate($crate) $($watched)* }
    };
}
