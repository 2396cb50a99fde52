#![doc = include_str!("../README.md")]

// Generated code names `::memmacros_runtime`; so this crate's own tests can use the macros.
extern crate self as memmacros_runtime;

mod bytes;
mod event;
mod headroom;
mod limit;
mod sample;
mod site;
mod sys;

pub use crate::bytes::{ByteDelta, ByteSize, ParseByteSizeError};
pub use crate::event::{Event, Outcome, Row};
pub use crate::limit::{
    IntoLimit, LimitError, MemoryLimit, MemoryLimitExceeded, memory_limit, set_memory_limit,
};
pub use crate::sample::{MemorySample, resident, try_resident};
pub use crate::site::{Place, SiteKind, SiteStats, Sites, sites};
pub use crate::sys::{ReadError, system};
