//! Owns the guards of functions, loops, futures, iterators and streams.
//! Called by generated code through `private`, and by the extension traits.
//! Never panics while the thread unwinds, and never holds a lock while it calls a user.

mod check;
mod function;
mod future;
mod iterator;
mod looped;
mod returns;
#[cfg(feature = "stream")]
mod stream;
mod verdict;

use crate::settings;
use crate::site::Site;
use crate::site::threads::{self, Tally};
use crate::switch;

pub use check::{check_memory, check_memory_against, memory_limit};
pub use function::Guard;
pub use future::{ActingFuture, ErrorFuture, Keeps, MemoryWatchedFutureExt, OwnErrors};
pub use iterator::{MemoryWatched, MemoryWatchedError, MemoryWatchedExt};
pub use looped::LoopWatch;
pub use returns::{FromLimitExceeded, LimitReturn};
#[cfg(feature = "stream")]
pub use stream::{MemoryWatchedStream, MemoryWatchedStreamExt};
pub use verdict::{GivenHandler, GivenLimit, SiteLimit, site_limit};

/// This thread's tally of `site`. `None` where memmacros is switched off, and while the
/// thread ends.
#[inline(always)]
#[expect(clippy::inline_always, reason = "a few instructions on the path of every watched call")]
fn tally(site: &'static Site) -> Option<&'static Tally> {
    // Under `memmacros_off` this is known to the compiler, which then drops whatever only
    // serves a tally.
    if switch::is_off() {
        return None;
    }
    match threads::tally(site) {
        Some(tally) => Some(tally),
        None => first_tally(site),
    }
}

#[cold]
#[inline(never)]
fn first_tally(site: &'static Site) -> Option<&'static Tally> {
    if settings::is_on() { threads::make_tally(site) } else { None }
}
