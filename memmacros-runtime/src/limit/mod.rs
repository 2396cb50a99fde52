//! Owns limits: how they are given, which one holds, and the error that says one is passed.
//! Called by the guards, by users (`check_memory`, `set_memory_limit`) and the settings.
//! Never acts on a limit that is passed: it says so, and the caller decides.

mod error;
mod given;
mod global;

pub use error::MemoryLimitExceeded;
pub(crate) use error::{Cause, Origin};
pub use given::{IntoLimit, LimitError, MemoryLimit};
pub(crate) use global::global;
pub use global::{set_maximum_memory, set_memory_limit};
