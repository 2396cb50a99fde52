//! placeholder until merged
pub use crate::checkpoint::checkpoint;
pub use crate::site::section::{MEMMACROS_RUNTIME_0_1_SITES, site};
pub use crate::site::{Options, Site, SiteKind as Kind};
pub use core::format_args;
pub use linkme;
