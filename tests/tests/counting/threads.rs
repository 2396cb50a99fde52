//! Exact counts, however many threads there are and however short they live.

use std::sync::Barrier;
use std::thread;

use memmacros_runtime::{MemoryLimitExceeded, memory_watched, sites};
use memmacros_tests::site;

const THREADS: u64 = 8;
const CALLS: u64 = 100_000;

#[memory_watched]
fn gated(n: u64) -> u64 {
    n
}

#[memory_watched(every = 64, count_errors)]
fn counted(n: u64) -> Result<u64, std::io::Error> {
    if n.is_multiple_of(10) { Err(std::io::ErrorKind::Other.into()) } else { Ok(n) }
}

#[memory_watched(every = 64)]
fn looped() {
    #[memory_watched(name = "loops")]
    for _ in 0..2 {}
}

#[test]
fn eight_threads_at_once() {
    let barrier = Barrier::new(usize::try_from(THREADS).expect("few"));
    let sums = thread::scope(|scope| {
        let threads = (0..THREADS).map(|_| {
            scope.spawn(|| {
                barrier.wait();
                (0..CALLS)
                    .map(|n| {
                        looped();
                        gated(n) + counted(n).unwrap_or(n)
                    })
                    .sum::<u64>()
            })
        });
        let threads: Vec<_> = threads.collect();
        // What is read while they count is never more than what there is.
        for _ in 0..100 {
            let site = site("gated");
            assert!(site.calls <= THREADS * CALLS && site.active <= THREADS, "{site:?}");
        }
        threads.into_iter().map(|thread| thread.join().expect("it does not panic")).sum::<u64>()
    });
    assert_eq!(sums, THREADS * CALLS * (CALLS - 1));
    for name in ["gated", "counted", "looped", "loops"] {
        let site = site(name);
        assert_eq!((site.calls, site.active), (THREADS * CALLS, 0), "{name}");
    }
    assert_eq!(site("counted").errors, Some(THREADS * CALLS / 10));
}

#[memory_watched]
fn shortly() -> u32 {
    1
}

#[test]
fn two_thousand_short_threads() {
    for _ in 0..200 {
        let threads = [(); 10].map(|()| thread::spawn(|| (0..3).map(|_| shortly()).sum::<u32>()));
        for thread in threads {
            assert_eq!(thread.join().expect("it does not panic"), 3);
        }
    }
    assert_eq!((site("shortly").calls, site("shortly").active), (6000, 0));
}

#[memory_watched(limit = "1 B")]
fn refused_in_each_thread() -> Result<(), MemoryLimitExceeded> {
    Ok(())
}

/// A table that another thread has left does not keep the next one from looking.
#[test]
fn the_first_call_of_each_thread_looks() {
    for _ in 0..50 {
        let thread = thread::spawn(|| refused_in_each_thread().is_err());
        assert!(thread.join().expect("it does not panic"));
    }
    assert_eq!(site("refused_in_each_thread").limit_errors, 50);
}

#[memory_watched(limit = "8GB", growth = "8GB", on_exceed = warn, every = 1)]
fn at_the_end_of_a_thread() -> u32 {
    let mut turns = 0;
    #[memory_watched]
    for _ in 0..3 {
        turns += 1;
    }
    turns
}

struct CallsAtTheEnd;

impl Drop for CallsAtTheEnd {
    fn drop(&mut self) {
        assert_eq!(at_the_end_of_a_thread(), 3);
        assert!(sites().iter().count() > 0);
    }
}

thread_local! {
    static FIRST: CallsAtTheEnd = const { CallsAtTheEnd };
    static LAST: CallsAtTheEnd = const { CallsAtTheEnd };
}

/// Destructors of thread-local values run before and after what we keep for the thread.
#[test]
fn calls_while_a_thread_ends_do_no_harm() {
    for _ in 0..20 {
        let thread = thread::spawn(|| {
            FIRST.with(|_| ());
            let turns = at_the_end_of_a_thread();
            LAST.with(|_| ());
            turns
        });
        assert_eq!(thread.join().expect("it does not panic"), 3);
    }
    let site = site("at_the_end_of_a_thread");
    assert_eq!(site.active, 0);
    assert!((20..=60).contains(&site.calls), "{site:?}");
}
