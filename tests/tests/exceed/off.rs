//! `MEMMACROS=off`: a built program with nothing of it.

use memmacros_runtime::{
    MemoryLimitExceeded, MemoryWatchedExt as _, MemoryWatchedFutureExt as _, check_memory_against,
    mem_checkpoint, memory_watched, sites, summary, watch,
};
use memmacros_tests::{MB, alone_under, block_on, captured, outcome_under, pending, touched};

#[memory_watched(limit = "1 B", count_errors)]
fn refused(fails: bool) -> Result<u32, MemoryLimitExceeded> {
    #[memory_watched(limit = "1 B")]
    for _ in 0..3 {}
    if fails { check_memory_against(0).map(|_| 2) } else { Ok(1) }
}

#[memory_watched(limit = "1 B", growth = "1 B", on_exceed = panic, every = 1, checkpoints)]
fn grows() -> Vec<u8> {
    touched(40 * MB)
}

#[memory_watched(limit = "1 B")]
async fn future() -> u32 {
    #[memory_watched(limit = "1 B")]
    loop {
        pending(1).await;
        break 1;
    }
}

fn everything() {
    let told = captured();
    assert_eq!((refused(false).expect("off"), refused(true).expect("off")), (1, 2));
    assert_eq!(grows().len(), 40 * MB);
    assert_eq!(block_on(future()), 1);
    assert_eq!(block_on(async { 1 }.memory_watched("1 B")).expect("off"), 1);
    assert_eq!((0..5).memory_watched("1 B").flatten().count(), 5);
    let mut turns = 0;
    watch! {
        #[memory_watched(limit = "1 B", on_exceed = panic)]
        for _ in 0..5 { turns += 1; }
    }
    assert_eq!(turns, 5);
    assert_eq!(mem_checkpoint!("nothing"), None);
    summary();
    assert_eq!(told.text(), "");
    assert_eq!(sites().iter().map(|site| site.calls + site.active).sum::<u64>(), 0);
}

#[test]
fn nothing_is_watched() {
    let printed = alone_under(&[("MEMMACROS", "off"), ("MEMMACROS_REPORT", "1")], || {
        everything();
    });
    if let Some(printed) = printed {
        assert!(!printed.stderr.contains("memmacros"), "{printed}");
    }
}

#[test]
fn on_it_is() {
    let printed = outcome_under(&[("MEMMACROS", "on")], || {
        everything();
    });
    if let Some(printed) = printed {
        assert!(printed.exited && !printed.passed, "{printed}");
    }
}
