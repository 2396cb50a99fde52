//! Owns a library that hands memmacros on under its own name.
//! Called by facade_user, which depends on nothing else.
//! Never asks its users to name memmacros.

#[doc(hidden)]
pub use memmacros_runtime as __mm;
pub use memmacros_runtime::{MemoryLimitExceeded, mem_checkpoint, sites, watch};

/// Watches the functions in it.
#[macro_export]
macro_rules! careful {
    ($($function:item)*) => {
        $(#[$crate::__mm::memory_watched(crate = $crate::__mm, limit = "1 B")] $function)*
    };
}
