//! A crossing is told once; errors and panics are given each time.

use std::cell::Cell;
use std::sync::atomic::{AtomicU32, Ordering};

use memmacros_runtime::{MemoryLimitExceeded, memory_watched, set_verbose};
use memmacros_tests::{alone, block_on, captured, pending, site};

use super::warnings;

const OVER: u64 = 0;
const UNDER: u64 = u64::MAX;
/// Two crossings.
const LIMITS: [u64; 7] = [UNDER, OVER, OVER, UNDER, UNDER, OVER, OVER];

thread_local! {
    static NEXT: Cell<usize> = const { Cell::new(0) };
}

/// The limits above, one after the other.
fn next() -> u64 {
    let at = NEXT.get();
    NEXT.set((at + 1) % LIMITS.len());
    LIMITS[at]
}

static HANDED: AtomicU32 = AtomicU32::new(0);

fn shed(_: &MemoryLimitExceeded) {
    HANDED.fetch_add(1, Ordering::Relaxed);
}

#[memory_watched(limit = limit, every = 1, on_exceed = warn)]
fn warned(limit: u64) {}

#[memory_watched(limit = limit, every = 1, on_exceed = shed)]
fn handled(limit: u64) {}

#[memory_watched(limit = limit, every = 1)]
fn error(limit: u64) -> Result<(), MemoryLimitExceeded> {
    Ok(())
}

#[test]
fn of_functions() {
    alone(|| {
        let told = captured();
        LIMITS.into_iter().for_each(warned);
        assert_eq!(warnings(&told).len(), 2);
        LIMITS.into_iter().for_each(handled);
        assert_eq!(HANDED.load(Ordering::Relaxed), 2);
        assert_eq!(warnings(&told).len(), 2);

        set_verbose(true);
        let errors = LIMITS.map(|limit| error(limit).is_err());
        assert_eq!(errors, LIMITS.map(|limit| limit == OVER));
        let told = told.lines();
        assert_eq!(told.iter().filter(|line| line.contains("returned as an error")).count(), 2);
        assert_eq!(site("error").limit_errors, 4);
    });
}

#[memory_watched(on_exceed = warn)]
fn warned_loop() -> u32 {
    let mut turns = 0;
    #[memory_watched(limit = next(), every = 1)]
    for _ in LIMITS {
        turns += 1;
    }
    turns
}

#[memory_watched(on_exceed = shed)]
fn handled_loop() -> u32 {
    let mut turns = 0;
    #[memory_watched(limit = next(), every = 1)]
    for _ in LIMITS {
        turns += 1;
    }
    turns
}

#[test]
fn of_loops() {
    alone(|| {
        let told = captured();
        assert_eq!(warned_loop(), 7);
        assert_eq!(warnings(&told).len(), 2);
        assert_eq!(handled_loop(), 7);
        assert_eq!(HANDED.load(Ordering::Relaxed), 2);
        assert_eq!(warnings(&told).len(), 2);
    });
}

#[memory_watched(limit = limit, every = 1, on_exceed = warn)]
async fn warned_future(limit: u64) -> u32 {
    pending(5).await;
    1
}

#[memory_watched(limit = limit, every = 1, on_exceed = shed)]
async fn handled_future(limit: u64) -> u32 {
    pending(5).await;
    1
}

#[test]
fn of_futures() {
    alone(|| {
        let told = captured();
        assert_eq!(LIMITS.map(|limit| block_on(warned_future(limit))), [1; 7]);
        assert_eq!(warnings(&told).len(), 2);
        assert_eq!(LIMITS.map(|limit| block_on(handled_future(limit))), [1; 7]);
        assert_eq!(HANDED.load(Ordering::Relaxed), 2);
    });
}

#[test]
fn each_site_has_its_own() {
    #[memory_watched(limit = "1 B", on_exceed = warn)]
    fn first() {}
    #[memory_watched(limit = "1 B", on_exceed = warn)]
    fn second() {}

    alone(|| {
        let told = captured();
        for _ in 0..10 {
            first();
            second();
        }
        assert_eq!(warnings(&told).len(), 2);
    });
}
