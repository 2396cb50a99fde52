#![doc = include_str!("../README.md")]

mod bytes;
mod sample;
mod sys;

pub use crate::bytes::{ByteDelta, ByteSize, ParseByteSizeError};
pub use crate::sample::{MemorySample, resident, try_resident};
pub use crate::sys::{ReadError, system};
