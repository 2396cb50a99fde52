//! Owns the guards of functions, loops, futures, iterators and streams.
//! Called by generated code through `private`, and by the extension traits.
//! Never panics while the thread unwinds, and never holds a lock while it calls a user.

mod check;
mod function;
mod future;
mod iterator;
mod looped;
mod returns;
mod verdict;

pub use check::{check_memory, check_memory_against};
pub use function::Guard;
pub use future::{ActingFuture, ErrorFuture, MemoryWatchedFutureExt};
pub use iterator::{MemoryWatched, MemoryWatchedError, MemoryWatchedExt};
pub use looped::LoopWatch;
pub use returns::{FromLimitExceeded, LimitReturn};
pub use verdict::{GivenLimit, SiteLimit, site_limit};
