//! How futures end: ready, refused, cancelled by `select!`, a timeout or an abort, or never.

use std::time::Duration;

use memmacros_runtime::{MemoryLimitExceeded, MemoryWatchedFutureExt as _, memory_watched};
use memmacros_tests::{pending, site};
use tokio::time::timeout;

#[memory_watched]
async fn waits_for_ever() {
    #[memory_watched(name = "waits in a loop")]
    loop {
        std::future::pending::<()>().await;
    }
}

#[memory_watched]
async fn gives(n: u32) -> u32 {
    pending(2).await;
    n
}

#[tokio::test]
async fn select_cancels_the_other() {
    #[memory_watched]
    async fn selected() -> u32 {
        tokio::select! {
            () = waits_for_ever() => 0,
            n = gives(7) => n,
        }
    }
    for _ in 0..5 {
        assert_eq!(selected().await, 7);
    }
    let site_of_waits = site("waits_for_ever");
    assert_eq!((site_of_waits.active, site("waits in a loop").active), (0, 0));
    assert_eq!(site_of_waits.calls, site_of_waits.cancelled);
    assert_eq!(
        (site("gives").calls, site("gives").cancelled, site("selected").cancelled),
        (5, 0, 0)
    );
}

#[memory_watched]
async fn times_out() {
    std::future::pending().await
}

#[tokio::test(start_paused = true)]
async fn a_timeout_cancels() {
    assert!(timeout(Duration::from_secs(5), times_out()).await.is_err());
    let site_of_future = site("times_out");
    assert_eq!((site_of_future.calls, site_of_future.active, site_of_future.cancelled), (1, 0, 1));

    let by_a_method = std::future::pending::<()>().memory_watched("8GB");
    assert!(timeout(Duration::from_secs(5), by_a_method).await.is_err());
    let site = site("future");
    assert_eq!((site.calls, site.active, site.cancelled), (1, 0, 1));
}

#[memory_watched(limit = "1 B")]
async fn refused() -> Result<(), MemoryLimitExceeded> {
    std::future::pending().await
}

#[tokio::test]
async fn a_refused_one_does_not_wait() {
    refused().await.expect_err("1 byte is passed");
    let tasks = [(); 3].map(|()| tokio::spawn(refused()));
    for task in tasks {
        task.await.expect("it does not panic").expect_err("1 byte is passed");
    }
    let site = site("refused");
    assert_eq!((site.calls, site.active, site.limit_errors, site.cancelled), (4, 0, 4, 0));
}

#[memory_watched]
async fn outer(n: u32) -> Result<u32, MemoryLimitExceeded> {
    let mut sum = 0;
    #[memory_watched]
    for m in 0..n {
        sum += gives_early(m).await?;
    }
    Ok(sum)
}

#[memory_watched]
async fn gives_early(n: u32) -> Result<u32, MemoryLimitExceeded> {
    if n == 3 {
        memmacros_runtime::check_memory_against("1 B")?;
    }
    pending(1).await;
    Ok(n)
}

#[tokio::test]
async fn a_question_mark_passes_on_what_is_not_its_own() {
    assert_eq!(outer(3).await.expect("no limit"), 3);
    let exceeded = outer(5).await.expect_err("1 byte is passed");
    assert_eq!(exceeded.site().name(), "check_memory_against");
    // It came from a plain call, so that it is no limit error of theirs.
    for (name, calls) in [("outer", 2), ("outer/for", 2), ("gives_early", 7)] {
        let site = site(name);
        let found = (site.calls, site.active, site.limit_errors, site.cancelled);
        assert_eq!(found, (calls, 0, 0, 0), "{name}");
    }
}
