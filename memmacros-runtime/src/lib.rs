#![doc = include_str!("../README.md")]

// Generated code names `::memmacros_runtime`; so this crate's own tests can use the macros.
extern crate self as memmacros_runtime;

mod bytes;
mod checkpoint;
mod event;
mod gate;
mod headroom;
mod limit;
mod output;
mod sample;
mod settings;
mod site;
mod switch;
mod sys;
mod watch;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;

pub use crate::bytes::{ByteDelta, ByteSize, ParseByteSizeError};
pub use crate::event::{Event, Outcome, Row};
pub use crate::limit::{
    IntoLimit, LimitError, MemoryLimit, MemoryLimitExceeded, memory_limit, set_memory_limit,
};
pub use crate::headroom::{FoundLimit, Headroom, HeadroomProblem, LimitSource, set_maximum_memory};
pub use crate::sample::{MemorySample, resident, try_resident};
pub use crate::site::{Place, SiteKind, SiteStats, Sites, sites};
pub use crate::sys::{ReadError, system};
pub use crate::watch::{
    ErrorFuture, MemoryWatched, MemoryWatchedError, MemoryWatchedExt, MemoryWatchedFutureExt,
    check_memory, check_memory_against,
};
