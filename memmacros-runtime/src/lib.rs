#![doc = include_str!("../README.md")]

mod bytes;
mod headroom;
mod sample;
mod sys;

pub use crate::bytes::{ByteDelta, ByteSize, ParseByteSizeError};
pub use crate::headroom::{FoundLimit, Headroom, HeadroomProblem, LimitSource, set_maximum_memory};
pub use crate::sample::{MemorySample, resident, try_resident};
pub use crate::sys::{ReadError, system};
