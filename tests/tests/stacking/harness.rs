//! `#[test]`, `#[tokio::test]` and `#[tokio::main]`.

use memmacros_runtime::{MemoryLimitExceeded, SiteKind, memory_watched};
use memmacros_tests::{pending, site};

#[memory_watched]
#[test]
fn test_inside() {
    assert_eq!((site("test_inside").active, site("test_inside").calls), (1, 1));
}

#[test]
#[memory_watched]
fn test_outside() {
    assert_eq!((site("test_outside").active, site("test_outside").calls), (1, 1));
}

#[test]
#[memory_watched]
fn test_with_a_result() -> Result<(), MemoryLimitExceeded> {
    #[memory_watched]
    for _ in 0..3 {}
    assert_eq!(site("test_with_a_result/for").calls, 1);
    Ok(())
}

#[test]
#[should_panic(expected = "over the limit of 1 B")]
#[memory_watched(limit = "1 B")]
fn a_test_that_may_not_use_any_memory() {}

#[memory_watched]
#[tokio::test]
async fn tokio_test_inside() {
    pending(1).await;
    assert_eq!((site("tokio_test_inside").active, site("tokio_test_inside").calls), (1, 1));
}

#[tokio::test]
#[memory_watched]
async fn tokio_test_outside() {
    pending(1).await;
    assert_eq!((site("tokio_test_outside").active, site("tokio_test_outside").calls), (1, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[memory_watched(growth = "8GB", every = 1)]
async fn tokio_test_with_options() -> Result<(), MemoryLimitExceeded> {
    pending(1).await;
    Ok(())
}

#[memory_watched]
#[tokio::main(flavor = "current_thread")]
async fn main_inside() -> u32 {
    #[memory_watched]
    for _ in 0..3 {
        pending(1).await;
    }
    site("main_inside").active.try_into().expect("few")
}

#[tokio::main(flavor = "current_thread")]
#[memory_watched]
async fn main_outside() -> Result<u32, MemoryLimitExceeded> {
    #[memory_watched]
    for _ in 0..3 {
        pending(1).await;
    }
    Ok(site("main_outside").active.try_into().expect("few"))
}

#[test]
fn tokio_main() {
    assert_eq!(main_inside(), 1);
    assert_eq!(main_outside().expect("no limit"), 1);
    assert_eq!((site("main_inside/for").calls, site("main_outside/for").calls), (1, 1));
    // Above us, `tokio::main` hands over a function that blocks; below, it is handed one.
    assert_eq!(site("main_outside").place.kind(), SiteKind::Function);
    assert_eq!(site("main_inside").place.kind(), SiteKind::Future);
}
