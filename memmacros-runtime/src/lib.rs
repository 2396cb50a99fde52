#![doc = include_str!("../README.md")]

// Generated code names `::memmacros_runtime`; so this crate's own tests can use the macros.
extern crate self as memmacros_runtime;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
mod bytes;
mod checkpoint;
mod event;
mod exit;
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

pub use crate::bytes::{ByteDelta, ByteSize, ParseByteSizeError};
pub use crate::event::{Event, Outcome, Row};
pub use crate::exit::{ExitReport, summary};
pub use crate::limit::{
    IntoLimit, LimitError, MemoryLimit, MemoryLimitExceeded, memory_limit, set_memory_limit,
};
pub use crate::output::{Captured, OwnedRow, Sink, set_output, set_sink, set_verbose};
pub use crate::sample::{MemorySample, resident, try_resident};
pub use crate::site::{Place, SiteKind, SiteStats, Sites, sites};
pub use crate::sys::{ReadError, system};
