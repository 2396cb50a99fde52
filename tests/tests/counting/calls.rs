//! Calls, those that are open, errors of the limit and of the function.

use std::sync::mpsc;

use memmacros_runtime::{MemoryLimitExceeded, memory_watched, watch};
use memmacros_tests::{block_on, pending, site};

#[memory_watched]
fn looks_from_inside() -> (u64, u64) {
    let site = site("looks_from_inside");
    (site.calls, site.active)
}

#[memory_watched]
fn recursive(depth: u64) -> u64 {
    if depth == 1 { site("recursive").active } else { recursive(depth - 1) }
}

#[memory_watched]
fn with_a_loop() -> Vec<u64> {
    let mut active = Vec::new();
    #[memory_watched(name = "a loop")]
    for _ in 0..3 {
        active.push(site("a loop").active);
    }
    active.push(site("a loop").active);
    active
}

#[test]
fn a_call_is_open_while_it_runs() {
    assert_eq!(looks_from_inside(), (1, 1));
    assert_eq!(looks_from_inside(), (2, 1));
    assert_eq!((site("looks_from_inside").calls, site("looks_from_inside").active), (2, 0));
    assert_eq!(recursive(10), 10);
    assert_eq!((site("recursive").calls, site("recursive").active), (10, 0));
    assert_eq!(with_a_loop(), [1, 1, 1, 0]);
}

#[memory_watched]
fn waits(begun: &mpsc::Sender<()>, go: &mpsc::Receiver<()>) {
    #[memory_watched(name = "waiting loop")]
    for _ in 0..1 {
        begun.send(()).expect("the test waits");
        go.recv().expect("the test goes on");
    }
}

#[test]
fn other_threads_see_it() {
    let ((begun, wait), (go, stop)) = (mpsc::channel(), mpsc::channel());
    let thread = std::thread::spawn(move || waits(&begun, &stop));
    wait.recv().expect("it begins");
    assert_eq!((site("waits").calls, site("waits").active), (1, 1));
    assert_eq!(site("waiting loop").active, 1);
    go.send(()).expect("it waits");
    thread.join().expect("it does not panic");
    assert_eq!((site("waits").calls, site("waits").active), (1, 0));
    assert_eq!(site("waiting loop").active, 0);
}

#[derive(Debug)]
enum Failed {
    Limit,
    Own,
}

impl From<MemoryLimitExceeded> for Failed {
    fn from(_: MemoryLimitExceeded) -> Self {
        Self::Limit
    }
}

#[memory_watched(limit = limit, every = 1, count_errors)]
fn counts(limit: u64, fails: bool) -> Result<u32, Failed> {
    if fails { Err(Failed::Own) } else { Ok(1) }
}

#[memory_watched(limit = limit, every = 1, count_errors)]
async fn counts_in_a_future(limit: u64, fails: bool) -> Result<u32, Failed> {
    pending(1).await;
    if fails {
        return Err(Failed::Own);
    }
    Ok(1)
}

#[memory_watched(every = 1)]
fn does_not_count() -> Result<u32, Failed> {
    Err(Failed::Own)
}

#[test]
fn errors_are_told_apart() {
    assert!(matches!(counts(u64::MAX, false), Ok(1)));
    assert!(matches!(counts(u64::MAX, true), Err(Failed::Own)));
    assert!(matches!(counts(u64::MAX, true), Err(Failed::Own)));
    assert!(matches!(counts(0, true), Err(Failed::Limit)));
    let site_of_counts = site("counts");
    assert_eq!((site_of_counts.limit_errors, site_of_counts.errors), (1, Some(2)));

    assert!(block_on(counts_in_a_future(u64::MAX, false)).is_ok());
    assert!(matches!(block_on(counts_in_a_future(u64::MAX, true)), Err(Failed::Own)));
    assert!(matches!(block_on(counts_in_a_future(0, true)), Err(Failed::Limit)));
    let site_of_future = site("counts_in_a_future");
    assert_eq!((site_of_future.limit_errors, site_of_future.errors), (1, Some(1)));

    assert!(does_not_count().is_err());
    // Unknown, and not 0.
    assert_eq!(site("does_not_count").errors, None);
}

#[memory_watched]
fn generic<T: Default>() -> T {
    T::default()
}

#[memory_watched]
impl<const N: usize> Sized_<N> {
    fn method() -> usize {
        N
    }
}

struct Sized_<const N: usize>;

#[test]
fn a_generic_function_is_one_site() {
    let _: (u8, String, Vec<u8>) = (generic(), generic(), generic());
    assert_eq!(site("generic").calls, 3);
    assert_eq!(Sized_::<1>::method() + Sized_::<2>::method(), 3);
    assert_eq!(site("Sized_::method").calls, 2);
}

#[test]
fn loops_are_counted_by_runs() {
    fn run(turns: u32) -> u32 {
        let mut sum = 0;
        watch! {
            #[memory_watched(name = "runs")]
            for n in 0..turns { sum += n; }
        }
        sum
    }
    assert_eq!((0..100).map(run).sum::<u32>(), 161_700);
    assert_eq!((site("runs").calls, site("runs").active), (100, 0));
}

/// A call that is refused began all the same.
#[test]
fn refused_calls_count() {
    #[memory_watched(limit = "1 B")]
    fn refused() -> Option<Result<(), MemoryLimitExceeded>> {
        None
    }
    assert!(std::panic::catch_unwind(refused).is_err());
    let site = site("refused");
    assert_eq!((site.calls, site.active, site.panics, site.limit_errors), (1, 0, 1, 0));
    assert!(site.worst_resident.is_some());
}
