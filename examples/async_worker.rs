//! Async: a watched function is checked at each poll, its loop at each turn; a job that
//! passes the limit is an error of that job, and a cancelled one is counted as such.
//!
//! ```sh
//! cargo run --example async_worker
//! ```

use std::time::Duration;

use memmacros_runtime::{ByteSize, MemoryLimitExceeded, memory_watched, resident, summary};
use tokio::task::JoinSet;
use tokio::time;

/// Collects `parts` of 1 MiB, and lets the others work in between.
#[memory_watched]
async fn job(parts: usize, limit: ByteSize) -> Result<usize, MemoryLimitExceeded> {
    let mut body = Vec::new();
    #[memory_watched(limit = limit, name = "each part")]
    for part in 0..parts {
        // Written to, so that it is really there.
        body.resize((part + 1) << 20, 1_u8);
        tokio::task::yield_now().await;
    }
    Ok(body.len())
}

/// Never ready: somebody has to stop waiting for it.
#[memory_watched(on_exceed = warn)]
async fn stuck() {
    std::future::pending::<()>().await;
}

#[tokio::main]
async fn main() {
    let start = resident().unwrap_or_default();
    let limit = start.checked_add(ByteSize::new(120_000_000)).unwrap_or(ByteSize::MAX);

    let mut jobs = JoinSet::new();
    for parts in [4, 8, 400] {
        jobs.spawn(job(parts, limit));
    }
    while let Some(joined) = jobs.join_next().await {
        match joined {
            Ok(Ok(bytes)) => println!("a job is done: {}", ByteSize::new(bytes as u64)),
            Ok(Err(exceeded)) => println!("a job was stopped: {exceeded}"),
            Err(error) => println!("a job panicked: {error}"),
        }
    }

    if time::timeout(Duration::from_millis(20), stuck()).await.is_err() {
        println!("stopped waiting for the stuck one");
    }
    summary();
}
