//! Tasks that move between the workers of tokio.

use std::collections::HashSet;
use std::sync::Arc;
use std::thread::{self, ThreadId};

use memmacros_runtime::{MemoryLimitExceeded, memory_watched};
use memmacros_tests::site;
use tokio::sync::Barrier;
use tokio::task::{JoinSet, yield_now};

const TASKS: u64 = 400;
const TURNS: u64 = 50;

#[memory_watched]
async fn task(number: u64) -> Result<(u64, bool), MemoryLimitExceeded> {
    let mut threads = HashSet::<ThreadId>::new();
    let mut sum = 0;
    #[memory_watched(name = "turns")]
    for turn in 0..TURNS {
        threads.insert(thread::current().id());
        sum += step(number, turn).await;
    }
    Ok((sum, threads.len() > 1))
}

#[memory_watched]
async fn step(number: u64, turn: u64) -> u64 {
    yield_now().await;
    sync(number) + turn
}

#[memory_watched]
fn sync(number: u64) -> u64 {
    number
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn are_counted_exactly() {
    let mut tasks = JoinSet::new();
    for number in 0..TASKS {
        tasks.spawn(task(number));
    }
    let (mut sum, mut moved) = (0, 0);
    for result in tasks.join_all().await {
        let (task_sum, task_moved) = result.expect("no limit");
        sum += task_sum;
        moved += u64::from(task_moved);
    }
    assert_eq!(sum, TURNS * TASKS * (TASKS - 1) / 2 + TASKS * TURNS * (TURNS - 1) / 2);
    assert!(moved > 0, "no task moved, so that nothing was tested");
    for (name, calls) in
        [("task", TASKS), ("turns", TASKS), ("step", TASKS * TURNS), ("sync", TASKS * TURNS)]
    {
        let site = site(name);
        let found = (site.calls, site.active, site.cancelled, site.panics);
        assert_eq!(found, (calls, 0, 0, 0), "{name}");
    }
}

#[memory_watched]
async fn waits(barrier: Arc<Barrier>) {
    #[memory_watched(name = "waits in a loop")]
    for _ in 0..1 {
        barrier.wait().await;
        std::future::pending::<()>().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn open_ones_are_active_and_aborted_ones_cancelled() {
    let barrier = Arc::new(Barrier::new(101));
    let mut tasks = JoinSet::new();
    for _ in 0..100 {
        tasks.spawn(waits(Arc::clone(&barrier)));
    }
    barrier.wait().await;
    assert_eq!((site("waits").calls, site("waits").active), (100, 100));
    assert_eq!(site("waits in a loop").active, 100);
    tasks.shutdown().await;
    let site_of_waits = site("waits");
    assert_eq!((site_of_waits.active, site_of_waits.cancelled, site_of_waits.panics), (0, 100, 0));
    assert_eq!((site("waits in a loop").active, site("waits in a loop").panics), (0, 0));
}

#[memory_watched]
async fn panics() {
    yield_now().await;
    std::panic::resume_unwind(Box::new(()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn panicking_ones_are_panics() {
    for _ in 0..10 {
        assert!(tokio::spawn(panics()).await.is_err_and(|error| error.is_panic()));
    }
    let site = site("panics");
    assert_eq!((site.calls, site.active, site.panics, site.cancelled), (10, 0, 10, 0));
}
