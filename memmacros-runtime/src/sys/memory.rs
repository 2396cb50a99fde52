//! Owns which reading stands for "resident" on each system.
//! Called by `resident()`, sample and the rooms that check limits.
//! Never returns 0 for what it could not read.

use super::ReadError;
use super::system::ProcessMemory;

/// Bytes of this process that are in RAM now.
#[cfg(target_os = "linux")]
#[inline]
pub(crate) fn resident_bytes() -> Result<u64, ReadError> {
    super::statm::read().map(|pages| pages.resident.saturating_mul(super::page_size()))
}

/// The same reading with what it tells besides.
#[cfg(target_os = "linux")]
pub(crate) fn light() -> Result<ProcessMemory, ReadError> {
    let pages = super::statm::read()?;
    let bytes = |pages: u64| Some(pages.saturating_mul(super::page_size()).into());
    Ok(ProcessMemory {
        resident: bytes(pages.resident),
        virtual_size: bytes(pages.size),
        shared: bytes(pages.shared),
        ..ProcessMemory::default()
    })
}

/// Bytes of this process that are in RAM now.
#[cfg(not(any(target_os = "linux", target_family = "wasm")))]
pub(crate) fn resident_bytes() -> Result<u64, ReadError> {
    super::other::process()
        .and_then(|memory| memory.resident)
        .map(crate::bytes::ByteSize::as_u64)
        .ok_or(ReadError::unsupported("the resident memory of a process"))
}

/// The same reading with what it tells besides.
#[cfg(not(any(target_os = "linux", target_family = "wasm")))]
pub(crate) fn light() -> Result<ProcessMemory, ReadError> {
    super::other::process().ok_or(ReadError::unsupported("the memory of a process"))
}

/// Nothing tells on wasm.
#[cfg(target_family = "wasm")]
pub(crate) fn resident_bytes() -> Result<u64, ReadError> {
    Err(ReadError::unsupported("the resident memory of a module"))
}

/// Nothing tells on wasm.
#[cfg(target_family = "wasm")]
pub(crate) fn light() -> Result<ProcessMemory, ReadError> {
    Err(ReadError::unsupported("the memory of a module"))
}
