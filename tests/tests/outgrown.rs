//! Threads that meet more sites than their tables have places for, while calls are open.
//!
//! In a program of its own: a table is made for the sites that the linker knows, and these
//! are few here.

use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use memmacros_runtime::{
    MemoryWatchedExt as _, SiteKind, check_memory_against, memory_watched, sites,
};
use memmacros_tests::{MB, alone, site, touched};

/// A run of an iterator whose site is the place of the call.
#[track_caller]
fn met() -> usize {
    (0..3).memory_watched(u64::MAX).flatten().count()
}

/// Meets sixty sites, with which a table of at most 64 places is outgrown, often twice.
#[rustfmt::skip]
fn meet_sixty() -> usize {
    [
        met(), met(), met(), met(), met(), met(), met(), met(), met(), met(), met(), met(),
        met(), met(), met(), met(), met(), met(), met(), met(), met(), met(), met(), met(),
        met(), met(), met(), met(), met(), met(), met(), met(), met(), met(), met(), met(),
        met(), met(), met(), met(), met(), met(), met(), met(), met(), met(), met(), met(),
        met(), met(), met(), met(), met(), met(), met(), met(), met(), met(), met(), met(),
    ]
    .len()
}

fn assert_met(times: u64) {
    let all = sites();
    let met = all.iter().filter(|site| site.place.kind() == SiteKind::Iterator);
    assert_eq!(met.clone().count(), 60);
    assert!(met.clone().all(|site| (site.calls, site.active) == (times, 0)), "{all}");
}

/// Has the growth up to now given away.
fn read() {
    check_memory_against(u64::MAX).expect("nobody has that much");
}

/// `megabytes`, with two more or less for what else happens meanwhile.
#[track_caller]
fn assert_growth(name: &str, megabytes: i64) {
    let found = sites();
    let growth = found.iter().find(|site| site.place.name() == name).map(|site| site.growth);
    let growth = growth.expect("it is listed").as_i64();
    let about = (megabytes - 2) * 1_000_000..=(megabytes + 2) * 1_000_000;
    assert!(about.contains(&growth), "{name}: {growth}\n{found}");
}

#[memory_watched]
fn outer(kept: &mut Vec<Vec<u8>>) {
    kept.push(touched(40 * MB));
    inner(kept);
    kept.push(touched(60 * MB));
    read();
}

#[memory_watched]
fn inner(kept: &mut Vec<Vec<u8>>) {
    kept.push(touched(50 * MB));
    assert_eq!(meet_sixty(), 60);
    kept.push(touched(70 * MB));
    read();
}

#[test]
fn growth_goes_to_the_calls_that_are_open() {
    alone(|| {
        let mut kept = Vec::new();
        outer(&mut kept);
        read();
        assert_growth("outer", 100);
        assert_growth("inner", 120);
        for name in ["outer", "inner"] {
            assert_eq!((site(name).calls, site(name).active), (1, 0), "{name}");
        }
        assert_met(1);
    });
}

const THREADS: usize = 4;
const DEPTH: u64 = 1000;

/// Calls `bottom` with `depth` calls open, and lets others run while it ends them.
#[memory_watched]
fn deep(depth: u64, bottom: &dyn Fn()) {
    if depth == 1 {
        return bottom();
    }
    deep(depth - 1, bottom);
    if depth.is_multiple_of(8) {
        thread::yield_now();
    }
}

/// Threads that begin when others have outgrown their tables do not count in those.
#[test]
fn no_thread_counts_in_the_table_of_another() {
    alone(|| {
        let (outgrown, back) = (Barrier::new(THREADS + 1), Barrier::new(THREADS + 1));
        let (done, shallow) = (AtomicBool::new(false), Barrier::new(THREADS + 1));
        let calls: u64 = thread::scope(|scope| {
            let first: Vec<_> = (0..THREADS)
                .map(|_| {
                    scope.spawn(|| {
                        deep(DEPTH, &|| {
                            assert_eq!(meet_sixty(), 60);
                            outgrown.wait();
                            back.wait();
                        });
                    })
                })
                .collect();
            outgrown.wait();
            assert_eq!(site("deep").active, THREADS as u64 * DEPTH);
            let second: Vec<_> = (0..THREADS)
                .map(|_| {
                    scope.spawn(|| {
                        deep(1, &|| ());
                        shallow.wait();
                        let mut calls = 1;
                        while !done.load(Ordering::Relaxed) || calls < 1000 {
                            deep(1, &|| ());
                            calls += 1;
                        }
                        calls
                    })
                })
                .collect();
            shallow.wait();
            back.wait();
            for thread in first {
                thread.join().expect("it does not panic");
            }
            done.store(true, Ordering::Relaxed);
            second.into_iter().map(|thread| thread.join().expect("it does not panic")).sum()
        });
        let site = site("deep");
        assert_eq!((site.calls, site.active), (calls + THREADS as u64 * DEPTH, 0));
        assert_met(THREADS as u64);
    });
}
