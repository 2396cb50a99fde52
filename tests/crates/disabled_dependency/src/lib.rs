//! Owns a dependency that watches its own code, with every feature on.
//! Called by `disabled`.
//! Never knows whether the program switches it all off.

use memmacros_runtime::{MemoryLimitExceeded, memory_watched};

/// Fails unless it is switched off.
///
/// # Errors
/// Where it is watched: no program is that small.
#[memory_watched(limit = "1 B", name = "left_over_dependency")]
pub fn work() -> Result<u32, MemoryLimitExceeded> {
    Ok(4)
}
