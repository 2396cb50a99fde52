//! A future is looked at in its polls; one that is refused is not polled any more.

use std::sync::atomic::{AtomicU64, Ordering};

use memmacros_runtime::{
    ByteSize, MemoryLimit, MemoryLimitExceeded, MemoryWatchedFutureExt as _, SiteKind,
    memory_watched, set_memory_limit, sites,
};
use memmacros_tests::{MB, alone, block_on, captured, pending, site, touched};

/// Notes that it is dropped.
struct Local<'a>(&'a AtomicU64);

impl Drop for Local<'_> {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

#[memory_watched(every = 1)]
async fn tightened(turns: &AtomicU64, dropped: &AtomicU64) -> Result<(), MemoryLimitExceeded> {
    let _local = Local(dropped);
    loop {
        turns.fetch_add(1, Ordering::Relaxed);
        set_memory_limit(if turns.load(Ordering::Relaxed) == 3 { 0 } else { u64::MAX })
            .expect("a limit");
        pending(1).await;
    }
}

#[test]
fn a_limit_that_is_passed_between_polls_ends_it() {
    alone(|| {
        let (turns, dropped) = (AtomicU64::new(0), AtomicU64::new(0));
        let exceeded = block_on(tightened(&turns, &dropped)).expect_err("0 is passed");
        assert_eq!((exceeded.limit(), exceeded.site().kind()), (ByteSize::ZERO, SiteKind::Future));
        assert_eq!((turns.into_inner(), dropped.into_inner()), (3, 1));
        let site = site("tightened");
        assert_eq!((site.calls, site.active, site.limit_errors, site.cancelled), (1, 0, 1, 0));
    });
}

#[memory_watched(limit = limit_of(made), every = 1)]
async fn evaluates_its_limit_once(made: &AtomicU64) -> u64 {
    pending(5).await;
    made.load(Ordering::Relaxed)
}

fn limit_of(made: &AtomicU64) -> u64 {
    made.fetch_add(1, Ordering::Relaxed);
    u64::MAX
}

#[test]
fn an_expression_is_evaluated_once_when_it_is_first_polled() {
    let made = AtomicU64::new(0);
    let future = evaluates_its_limit_once(&made);
    assert_eq!(made.load(Ordering::Relaxed), 0, "nothing runs before the first poll");
    assert_eq!(block_on(future), 1);
}

/// The growth of another future of the same thread goes to that one.
#[memory_watched(every = 1)]
async fn takes(megabytes: usize, kept: &mut Vec<u8>) {
    pending(1).await;
    *kept = touched(megabytes * MB);
    pending(3).await;
}

#[memory_watched(every = 1, name = "takes nothing")]
async fn takes_nothing() {
    pending(8).await;
}

#[test]
fn growth_goes_to_the_future_that_is_polled() {
    alone(|| {
        let (mut a, mut b) = (Vec::new(), Vec::new());
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("it starts");
        runtime.block_on(async {
            tokio::join!(takes_nothing(), takes(40, &mut a), takes_nothing(), takes(50, &mut b));
        });
        let grown = site("takes").growth.as_i64() / 1_000_000;
        assert!((89..=93).contains(&grown), "{}", sites());
        assert!(site("takes nothing").growth.as_i64() < 2_000_000, "{}", sites());
    });
}

fn watched_line() -> u32 {
    line!() + 4
}

fn watched(limit: &str) -> impl Future<Output = Result<u32, MemoryLimitExceeded>> {
    pending_one().memory_watched(limit)
}

async fn pending_one() -> u32 {
    pending(3).await;
    1
}

#[test]
fn by_a_method() {
    alone(|| {
        let told = captured();
        assert_eq!(block_on(watched("8GB")).expect("there is room"), 1);
        let exceeded = block_on(watched("1 B")).expect_err("1 byte is passed");
        assert_eq!((exceeded.limit().as_u64(), exceeded.site().line()), (1, watched_line()));
        assert_eq!(exceeded.site().file(), file!());
        let site = site("future");
        assert_eq!((site.calls, site.active, site.limit_errors), (2, 0, 1));
        assert_eq!(site.place.kind(), SiteKind::Future);
        assert_eq!(told.text(), "");
        // No limit holds nothing, and is told once.
        for _ in 0..3 {
            assert_eq!(block_on(watched("a lot")).expect("no limit"), 1);
        }
        assert_eq!(told.lines().len(), 1, "{}", told.text());
        assert!(told.text().contains("a lot"), "{}", told.text());
    });
}

async fn sets(limit: u64, polls: &AtomicU64) {
    loop {
        polls.fetch_add(1, Ordering::Relaxed);
        set_memory_limit(limit).expect("a limit");
        pending(1).await;
    }
}

#[test]
fn a_global_limit_can_change_meanwhile() {
    alone(|| {
        let polls = AtomicU64::new(0);
        set_memory_limit(u64::MAX).expect("a limit");
        block_on(sets(0, &polls).memory_watched(MemoryLimit::GLOBAL)).expect_err("0 is passed");
        // At the pace of the default gate, which looks soon.
        assert!((1..=64).contains(&polls.into_inner()));
    });
}
