//! Every shape of a function under every form that its expansion takes.

#![expect(
    clippy::boxed_local,
    clippy::multiple_bound_locations,
    clippy::ptr_arg,
    clippy::unnecessary_wraps,
    clippy::unused_self,
    reason = "shapes that others write"
)]

mod associated;
mod asyncs;
mod blocks;
mod functions;
mod ported;

use memmacros_runtime::MemoryLimitExceeded;

/// The shapes are defined once and watched in each way that gives another expansion.
macro_rules! in_all_forms {
    ($shapes:ident) => {
        mod bare {
            super::$shapes! {}
        }
        mod exact {
            super::$shapes! { limit = "8GB", every = 1 }
        }
        mod growing {
            super::$shapes! { growth = "8GB", on_exceed = warn }
        }
        mod panicking {
            super::$shapes! { limit = "99%", growth = "8GB", on_exceed = panic }
        }
        mod handled {
            super::$shapes! { limit = super::super::eight(), growth = "8GB", on_exceed = super::super::handler }
        }
        mod warned {
            super::$shapes! { limit = super::super::eight(), every = "1ms", on_exceed = warn, name = "warned" }
        }
    };
}
pub(crate) use in_all_forms;

fn eight() -> u64 {
    8_000_000_000
}

fn handler(_: &MemoryLimitExceeded) {
    unreachable!("nothing here takes 8 GB");
}

fn ignore(_: &MemoryLimitExceeded) {}
