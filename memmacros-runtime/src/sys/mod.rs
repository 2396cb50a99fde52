//! Owns every read of the operating system: resident memory, /proc, cgroup files, limits, clocks, forks.
//! Called by sample, headroom, gate and the rooms above them; each names its system through here.
//! Never allocates or locks on the sampling path, and never uses another room but bytes.

pub(crate) mod clock;
mod error;
pub(crate) mod exit;
pub(crate) mod fork;
mod memory;
mod page;
pub mod system;

#[cfg(target_os = "linux")]
mod descriptor;
#[cfg(target_os = "linux")]
mod statm;

// Also built and run in the tests on Linux: it is the only place where it can be tried there.
#[cfg(any(test, not(any(target_os = "linux", target_family = "wasm"))))]
mod other;

pub use error::ReadError;
pub(crate) use memory::{light, resident_bytes};
pub(crate) use page::page_size;
