//! `every`: how often it looks.

use std::hint::black_box;
use std::sync::atomic::{AtomicU32, Ordering};

use memmacros_runtime::{MemoryLimitExceeded, memory_watched, resident};
use memmacros_tests::{MB, alone, block_on, pending, touched};

static LOOKS: AtomicU32 = AtomicU32::new(0);

/// A limit that counts how often it is asked for.
fn counted() -> u64 {
    LOOKS.fetch_add(1, Ordering::Relaxed);
    u64::MAX
}

fn looks_in(run: impl FnOnce()) -> u32 {
    LOOKS.store(0, Ordering::Relaxed);
    run();
    LOOKS.load(Ordering::Relaxed)
}

#[memory_watched(limit = counted(), every = 1)]
fn each() {}

#[memory_watched(limit = counted(), every = 64)]
fn each_64th() {}

#[memory_watched]
fn loops(turns: u32) {
    #[memory_watched(limit = counted(), every = 1)]
    for _ in 0..turns {}
}

#[memory_watched]
fn loops_by_64(turns: u32) {
    #[memory_watched(limit = counted(), every = 64)]
    for _ in 0..turns {}
}

#[test]
fn counts_are_exact() {
    alone(|| {
        assert_eq!(looks_in(|| (0..640).for_each(|_| each())), 640);
        assert_eq!(looks_in(|| (0..640).for_each(|_| each_64th())), 10);
        assert_eq!(looks_in(|| loops(640)), 640);
        assert_eq!(looks_in(|| loops_by_64(640)), 10);
        assert_eq!(looks_in(|| loops_by_64(641)), 11);
        // The first iteration of each run looks.
        assert_eq!(looks_in(|| (0..10).for_each(|_| loops_by_64(2))), 10);
    });
}

fn room_for(megabytes: u64) -> u64 {
    resident().expect("it can be read").as_u64() + megabytes * 1_000_000
}

/// Grows by 40 MB in the third iteration; gives the iteration in which that was noticed.
macro_rules! grows_in_the_third {
    ($name:ident, $every:literal) => {
        #[memory_watched]
        fn $name(limit: u64, turns: &mut u32) -> Result<Vec<u8>, MemoryLimitExceeded> {
            let mut block = Vec::new();
            #[memory_watched(limit = limit, every = $every)]
            for turn in 0..1000 {
                *turns = turn;
                if turn == 2 {
                    block = touched(40 * MB);
                }
            }
            Ok(block)
        }
    };
}

grows_in_the_third!(noticed_at_once, 1);
grows_in_the_third!(noticed_by_64, 64);
grows_in_the_third!(not_noticed_for_long, "10s");

#[test]
fn growth_is_noticed_at_the_next_look() {
    alone(|| {
        let mut turns = 0;
        noticed_at_once(room_for(20), &mut turns).expect_err("40 of 20 MB");
        assert_eq!(turns, 2);
        noticed_by_64(room_for(20), &mut turns).expect_err("40 of 20 MB");
        assert_eq!(turns, 63);
        let block = not_noticed_for_long(room_for(20), &mut turns).expect("it looks after 10 s");
        assert_eq!((turns, block.len()), (999, 40 * MB));
    });
}

#[memory_watched(limit = limit, every = "10ms")]
fn each_10ms(limit: u64) -> Result<(), MemoryLimitExceeded> {
    Ok(())
}

#[test]
fn a_time_is_kept() {
    alone(|| {
        let limit = room_for(20);
        each_10ms(limit).expect("there is room");
        let block = touched(40 * MB);
        let begun = std::time::Instant::now();
        while each_10ms(limit).is_ok() {
            assert!(begun.elapsed().as_secs() < 10, "nobody looks");
        }
        drop(black_box(block));
        let begun = std::time::Instant::now();
        while each_10ms(limit).is_err() {
            assert!(begun.elapsed().as_secs() < 10, "nobody looks");
        }
    });
}

#[memory_watched(limit = limit, every = 1)]
async fn polled(limit: u64, polls: &mut u32) -> Result<(), MemoryLimitExceeded> {
    let mut block = Vec::new();
    for turn in 0..100 {
        *polls = turn;
        if turn == 2 {
            block = touched(40 * MB);
        }
        pending(1).await;
    }
    drop(block);
    Ok(())
}

#[test]
fn a_future_is_looked_at_in_each_poll() {
    alone(|| {
        let mut polls = 0;
        block_on(polled(room_for(20), &mut polls)).expect_err("40 of 20 MB");
        assert_eq!(polls, 2);
    });
}

#[memory_watched(limit = limit)]
fn gated(limit: u64) -> Result<(), MemoryLimitExceeded> {
    Ok(())
}

/// Without `every`, growth shows soon: within a batch and half a millisecond.
#[test]
fn the_default_gate_notices_soon() {
    alone(|| {
        let limit = room_for(20);
        for _ in 0..10_000 {
            gated(limit).expect("there is room");
        }
        let block = touched(40 * MB);
        let mut calls = 0;
        while gated(limit).is_ok() {
            calls += 1;
            assert!(calls < 1_000_000, "nobody looks");
        }
        drop(black_box(block));
    });
}
