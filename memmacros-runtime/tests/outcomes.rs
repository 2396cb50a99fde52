//! Owns the tests of what is counted where a call ends in more than one way at once.
//! Called by `cargo test`.
//! Never shares its process with another test: growth is the whole process's.

mod own_process;

use std::future::Future;
use std::hint::black_box;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use memmacros_runtime::{
    ByteDelta, MemoryLimitExceeded, MemoryWatchedFutureExt as _, SiteStats, memory_watched, sites,
};

fn site(name: &str) -> SiteStats {
    sites().iter().find(|site| site.place.name() == name).expect("it is listed").clone()
}

#[derive(Debug)]
enum Failed {
    ByItself,
    ByLimit,
}

impl From<MemoryLimitExceeded> for Failed {
    fn from(_: MemoryLimitExceeded) -> Self {
        Self::ByLimit
    }
}

#[memory_watched(limit = "1EB", growth = "1MB", on_exceed = error)]
fn grows_and(fails: bool) -> Result<Vec<u8>, Failed> {
    let block = black_box(vec![1_u8; 50_000_000]);
    if fails {
        black_box(block.leak());
        return Err(Failed::ByItself);
    }
    Ok(block)
}

#[test]
fn an_error_of_its_own_is_no_limit_error() {
    own_process::run("an_error_of_its_own_is_no_limit_error", || {
        assert!(matches!(grows_and(true), Err(Failed::ByItself)));
        assert_eq!(site("grows_and").limit_errors, 0);
        assert!(matches!(grows_and(false), Err(Failed::ByLimit)));
        assert_eq!(site("grows_and").limit_errors, 1);
    });
}

/// Panics at its first poll, and is ready at the third.
struct Shaky(u32);

impl Future for Shaky {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        self.0 += 1;
        assert!(self.0 > 1, "on purpose");
        if self.0 == 2 { Poll::Pending } else { Poll::Ready(()) }
    }
}

#[test]
fn a_future_polled_again_after_a_panic_begins_anew() {
    own_process::run("a_future_polled_again_after_a_panic_begins_anew", || {
        let mut future = pin!(Shaky(0).memory_watched("1EB"));
        let mut context = Context::from_waker(Waker::noop());
        let first = catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(&mut context)));
        assert!(first.is_err());
        assert!(future.as_mut().poll(&mut context).is_pending());
        assert!(future.as_mut().poll(&mut context).is_ready());
        let site = site("future");
        assert_eq!((site.calls, site.active), (1, 0));
        let least = ByteDelta::new(-1_000_000_000_000);
        assert!(site.growth_max.is_none_or(|growth| growth > least), "{site:?}");
    });
}
