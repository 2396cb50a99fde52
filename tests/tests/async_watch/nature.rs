//! A watched future is what it was: as `Send`, and hardly larger.

use std::pin::Pin;
use std::rc::Rc;

use memmacros_runtime::{MemoryLimitExceeded, MemoryWatchedFutureExt as _, memory_watched};
use memmacros_tests::{block_on, is_send, pending};

const LARGE: usize = 10_000;

/// What the wrapper may add: its own state, the site and the limit.
const WRAPPER: usize = 160;

async fn plain() -> u8 {
    let block = [1; LARGE];
    pending(1).await;
    block[LARGE - 1]
}

#[memory_watched]
async fn watched() -> u8 {
    let block = [1; LARGE];
    pending(1).await;
    block[LARGE - 1]
}

#[memory_watched(limit = "8GB", growth = "8GB", count_errors, every = 1)]
async fn watched_for_everything() -> Result<u8, MemoryLimitExceeded> {
    let block = [1; LARGE];
    pending(1).await;
    Ok(block[LARGE - 1])
}

#[memory_watched]
async fn watched_loop() -> u8 {
    let block = [1; LARGE];
    #[memory_watched]
    for _ in 0..2 {
        pending(1).await;
    }
    block[LARGE - 1]
}

#[memory_watched]
async fn nested() -> u8 {
    watched().await
}

#[test]
fn locals_are_not_stored_twice() {
    let size = size_of_val(&plain());
    assert!(size >= LARGE);
    for (name, watched) in [
        ("watched", size_of_val(&watched())),
        ("watched_for_everything", size_of_val(&watched_for_everything())),
        ("watched_loop", size_of_val(&watched_loop())),
        ("nested", size_of_val(&nested()) - WRAPPER),
        ("by a method", size_of_val(&plain().memory_watched("8GB"))),
    ] {
        assert!(watched <= size + WRAPPER, "{name}: {watched} of {size} bytes");
    }
    assert_eq!(block_on(nested()) + block_on(watched_loop()), 2);
    assert_eq!(block_on(watched_for_everything()).expect("no limit"), 1);
}

#[expect(clippy::large_types_passed_by_value, reason = "that is what is measured")]
async fn takes_plainly(block: [u8; LARGE]) -> u8 {
    pending(1).await;
    block[LARGE - 1]
}

#[expect(clippy::large_types_passed_by_value, reason = "that is what is measured")]
#[memory_watched]
async fn takes(block: [u8; LARGE]) -> u8 {
    pending(1).await;
    block[LARGE - 1]
}

#[test]
fn arguments_are_stored_no_more_often_than_without() {
    let (plain, watched) = (takes_plainly([1; LARGE]), takes([1; LARGE]));
    let (before, after) = (size_of_val(&plain), size_of_val(&watched));
    assert!(after <= before + WRAPPER, "{after} of {before} bytes");
    assert_eq!(block_on(plain) + block_on(watched), 2);
}

fn is_sync<T: Sync>(value: T) -> T {
    value
}

#[memory_watched]
async fn borrows<'a>(text: &'a str, kept: &mut Vec<&'a str>) -> &'a str {
    kept.push(text);
    #[memory_watched]
    for part in text.split(' ') {
        pending(1).await;
        kept.push(part);
    }
    text
}

#[test]
fn is_send_and_sync_where_it_was() {
    let mut kept = Vec::new();
    assert_eq!(block_on(is_sync(is_send(borrows("a b", &mut kept)))), "a b");
    assert_eq!(kept, ["a b", "a", "b"]);
    let boxed: Pin<Box<dyn Future<Output = u8> + Send + Sync>> = Box::pin(watched());
    assert_eq!(block_on(boxed.memory_watched("8GB")).expect("no limit"), 1);
}

#[memory_watched]
async fn not_send(shared: Rc<u8>) -> u8 {
    pending(1).await;
    *shared
}

#[tokio::test]
async fn runs_on_one_thread_where_it_is_not() {
    let set = tokio::task::LocalSet::new();
    assert_eq!(
        set.run_until(async { tokio::task::spawn_local(not_send(Rc::new(3))).await })
            .await
            .expect("ran"),
        3
    );
}

#[memory_watched]
async fn deep(depth: u32) -> u32 {
    if depth == 0 { 0 } else { 1 + Box::pin(deep(depth - 1)).await }
}

/// Two wrappers a level would overflow a small stack sooner.
#[test]
fn recursion_needs_hardly_more_stack() {
    let thread = std::thread::Builder::new().stack_size(1 << 20).spawn(|| block_on(deep(300)));
    assert_eq!(thread.expect("it starts").join().expect("it does not overflow"), 300);
}
