//! Owns the usual case: the runtime is the only dependency.
//! Called by tests/crates.rs, which reads what it prints.
//! Never names `memmacros`.
#![deny(warnings)]
#![forbid(unsafe_code)]

use std::io;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use memmacros_runtime::{MemoryWatchedExt as _, mem_checkpoint, memory_watched, watch};

#[memory_watched(limit = "100GB", growth = "100GB")]
fn sync_function() -> io::Result<u32> {
    let mut sum = 0;
    #[memory_watched(name = "sync_loop")]
    for turn in 0..4 {
        sum += turn;
    }
    Ok(sum)
}

#[memory_watched]
async fn async_function() -> io::Result<u32> {
    let mut sum = 0;
    #[memory_watched(name = "async_loop")]
    while sum < 4 {
        sum += 1;
    }
    Ok(sum)
}

#[expect(dead_code, reason = "listed all the same")]
#[memory_watched]
fn never_called() {}

fn poll_once<F: Future>(future: F) -> Option<F::Output> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}

fn main() -> io::Result<()> {
    assert_eq!(sync_function()?, 6);
    assert_eq!(sync_function()?, 6);
    assert_eq!(poll_once(async_function()).transpose()?, Some(4));
    watch! {
        #[memory_watched(name = "free_loop")]
        for _ in 0..3 {}
    }
    assert_eq!((0..5).memory_watched("100GB").filter_map(Result::ok).count(), 5);
    mem_checkpoint!("a row");
    memmacros_runtime::summary();
    for site in &memmacros_runtime::sites() {
        println!("{} {}: {}", site.place.kind(), site.place.name(), site.calls);
    }
    Ok(())
}
