#![doc = include_str!("../README.md")]

mod bytes;

pub use crate::bytes::{ByteDelta, ByteSize, ParseByteSizeError};
