//! Panics and cancelled futures.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::pin;
use std::task::{Context, Waker};

use memmacros_runtime::memory_watched;
use memmacros_tests::{pending, site};

fn quietly<R>(call: impl FnOnce() -> R) -> bool {
    catch_unwind(AssertUnwindSafe(call)).is_err()
}

fn unwind() -> ! {
    // Without the message of a panic.
    resume_unwind(Box::new(()))
}

#[memory_watched]
fn panics(now: bool) {
    if now {
        unwind();
    }
}

#[memory_watched]
fn calls_it(now: bool) {
    panics(now);
}

#[memory_watched]
fn catches() -> bool {
    quietly(|| calls_it(true))
}

#[test]
fn of_calls() {
    assert!(!quietly(|| calls_it(false)));
    assert!(quietly(|| calls_it(true)));
    assert!(catches());
    for (name, calls, panics) in [("panics", 3, 2), ("calls_it", 3, 2), ("catches", 1, 0)] {
        let site = site(name);
        assert_eq!((site.calls, site.active, site.panics), (calls, 0, panics), "{name}");
    }
}

#[memory_watched(every = 64)]
fn seldom_looked_at(now: bool) {
    if now {
        unwind();
    }
}

#[test]
fn of_calls_that_are_not_looked_at() {
    for n in 0..1000 {
        assert_eq!(quietly(|| seldom_looked_at(n % 10 == 0)), n % 10 == 0);
    }
    let site = site("seldom_looked_at");
    assert_eq!((site.calls, site.active, site.panics), (1000, 0, 100));
}

#[memory_watched]
fn returns_normally() -> u32 {
    let mut sum = 0;
    #[memory_watched(name = "loop of it")]
    for n in 0..3 {
        sum += n;
    }
    sum
}

#[memory_watched(growth = "8GB")]
fn returns_normally_with_growth() -> u32 {
    3
}

#[memory_watched(count_errors)]
fn returns_an_error() -> Result<u32, std::io::Error> {
    Err(std::io::ErrorKind::Other.into())
}

#[memory_watched]
async fn future_returns_normally() -> u32 {
    pending(2).await;
    3
}

#[memory_watched]
async fn dropped_while_unwinding() {
    pending(u32::MAX).await;
}

struct InADestructor;

impl Drop for InADestructor {
    fn drop(&mut self) {
        assert!(std::thread::panicking());
        for _ in 0..100 {
            assert_eq!(returns_normally(), 3);
            assert_eq!(returns_normally_with_growth(), 3);
            assert!(returns_an_error().is_err());
        }
        assert_eq!(memmacros_tests::block_on(future_returns_normally()), 3);
    }
}

#[test]
fn a_call_that_returns_normally_while_another_unwinds_is_none() {
    assert!(quietly(|| {
        let mut future = Box::pin(dropped_while_unwinding());
        let mut context = Context::from_waker(Waker::noop());
        assert!(future.as_mut().poll(&mut context).is_pending());
        let _in_a_destructor = InADestructor;
        unwind();
    }));
    for name in
        ["returns_normally", "loop of it", "returns_normally_with_growth", "returns_an_error"]
    {
        let site = site(name);
        assert_eq!((site.calls, site.active, site.panics), (100, 0, 0), "{name}");
    }
    assert_eq!(site("returns_an_error").errors, Some(100));
    let site_of_future = site("future_returns_normally");
    assert_eq!((site_of_future.calls, site_of_future.active, site_of_future.panics), (1, 0, 0));
    let site = site("dropped_while_unwinding");
    assert_eq!((site.calls, site.active, site.panics, site.cancelled), (1, 0, 0, 1));
}

#[memory_watched]
async fn panics_later(polls: u32) {
    pending(polls).await;
    unwind();
}

#[test]
fn of_futures() {
    for polls in [0, 1, 5] {
        assert!(quietly(|| memmacros_tests::block_on(panics_later(polls))));
    }
    let site = site("panics_later");
    assert_eq!((site.calls, site.active, site.panics, site.cancelled), (3, 0, 3, 0));
}

#[memory_watched]
async fn cancelled(polls: u32) {
    inner(polls).await;
}

#[memory_watched]
async fn inner(polls: u32) {
    pending(polls).await;
}

#[test]
fn cancelled_futures() {
    let mut context = Context::from_waker(Waker::noop());
    // Never polled: it never began.
    drop(cancelled(3));
    assert_eq!((site("cancelled").calls, site("cancelled").cancelled), (0, 0));
    {
        let mut future = pin!(cancelled(3));
        assert!(future.as_mut().poll(&mut context).is_pending());
        assert_eq!((site("cancelled").active, site("inner").active), (1, 1));
    }
    {
        let mut future = pin!(cancelled(0));
        assert!(future.as_mut().poll(&mut context).is_ready());
    }
    for name in ["cancelled", "inner"] {
        let site = site(name);
        assert_eq!((site.calls, site.active, site.panics, site.cancelled), (2, 0, 0, 1), "{name}");
    }
}

/// The function of a thread that panics.
#[test]
fn of_threads() {
    #[memory_watched]
    fn body() {
        unwind();
    }
    for _ in 0..10 {
        assert!(std::thread::spawn(body).join().is_err());
    }
    assert_eq!((site("body").calls, site("body").active, site("body").panics), (10, 0, 10));
}
