//! A growth and a limit that are passed at one check: neither hides the other.

use std::sync::Mutex;

use memmacros_runtime::{Captured, MemoryLimitExceeded, memory_watched};
use memmacros_tests::{MB, alone, block_on, captured, pending, site, touched};

use super::warnings;

type Blocks = Vec<Vec<u8>>;

/// The limit of 50 MB, with a warning of the 20 MB of growth before it.
#[track_caller]
fn assert_both(result: Result<(), MemoryLimitExceeded>, told: &Captured, name: &str) {
    let exceeded = result.expect_err("60 of 50 MB");
    assert_eq!((exceeded.growth(), exceeded.limit().as_u64()), (None, 50_000_000));
    assert_eq!(exceeded.site().name(), name);
    let told = warnings(told);
    assert_eq!(told.len(), 1, "{told:#?}");
    assert!(told[0].contains("over its allowed growth of 20 MB"), "{told:#?}");
}

#[memory_watched]
fn looped(kept: &mut Blocks) -> Result<(), MemoryLimitExceeded> {
    #[memory_watched(limit = "50MB", growth = "20MB", every = 1)]
    for _ in 0..3 {
        kept.push(touched(60 * MB));
    }
    Ok(())
}

#[memory_watched]
fn looped_with_error(kept: &mut Blocks) -> Result<(), MemoryLimitExceeded> {
    #[memory_watched(limit = "50MB", growth = "20MB", every = 1, on_exceed = error)]
    for _ in 0..3 {
        kept.push(touched(60 * MB));
    }
    Ok(())
}

#[test]
fn of_a_loop() {
    alone(|| {
        let (told, mut kept) = (captured(), Vec::new());
        assert_both(looped(&mut kept), &told, "looped/for");
        assert_eq!((kept.len(), site("looped/for").limit_errors), (1, 1));
    });
}

#[test]
fn of_a_loop_where_both_are_errors() {
    alone(|| {
        let (told, mut kept) = (captured(), Vec::new());
        assert_both(looped_with_error(&mut kept), &told, "looped_with_error/for");
        assert_eq!((kept.len(), site("looped_with_error/for").limit_errors), (1, 1));
    });
}

#[memory_watched(limit = "50MB", growth = "20MB", every = 1)]
async fn future(kept: &mut Blocks) -> Result<(), MemoryLimitExceeded> {
    kept.push(touched(60 * MB));
    pending(1).await;
    kept.push(touched(60 * MB));
    Ok(())
}

#[test]
fn of_a_future() {
    alone(|| {
        let (told, mut kept) = (captured(), Vec::new());
        assert_both(block_on(future(&mut kept)), &told, "future");
        assert_eq!((kept.len(), site("future").limit_errors), (1, 1));
    });
}

static HANDED: Mutex<Vec<&str>> = Mutex::new(Vec::new());

fn shed(exceeded: &MemoryLimitExceeded) {
    let what = if exceeded.growth().is_some() { "growth" } else { "limit" };
    HANDED.lock().expect("nobody panics").push(what);
}

fn handed() -> Vec<&'static str> {
    std::mem::take(&mut *HANDED.lock().expect("nobody panics"))
}

#[memory_watched(on_exceed = shed)]
fn handled_loop(megabytes: &[usize], kept: &mut Blocks) {
    #[memory_watched(limit = "50MB", growth = "20MB", every = 1, on_exceed = shed)]
    for megabytes in megabytes {
        kept.push(touched(megabytes * MB));
    }
}

#[memory_watched(limit = "50MB", growth = "20MB", every = 1, on_exceed = shed)]
async fn handled_future(kept: &mut Blocks) {
    for _ in 0..3 {
        kept.push(touched(33 * MB));
        pending(1).await;
    }
}

#[test]
fn a_handler_hears_of_one_after_the_other() {
    alone(|| {
        let mut kept = Vec::new();
        handled_loop(&[33, 33, 1, 1], &mut kept);
        assert_eq!(handed(), ["growth", "limit"]);
        drop(kept);
        let mut kept = Vec::new();
        block_on(handled_future(&mut kept));
        assert_eq!(handed(), ["growth", "limit"]);
    });
}

#[test]
fn a_handler_hears_of_the_limit_where_both_are_passed_at_once() {
    alone(|| {
        let (told, mut kept) = (captured(), Vec::new());
        handled_loop(&[60, 1, 1], &mut kept);
        assert_eq!(handed(), ["limit"]);
        let told = warnings(&told);
        assert_eq!(told.len(), 1, "{told:#?}");
        assert!(told[0].contains("over its allowed growth of 20 MB"), "{told:#?}");
    });
}
