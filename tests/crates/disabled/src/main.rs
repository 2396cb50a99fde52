//! Owns a program that tells by what it prints whether its annotations do anything.
//! Called by tests/crates.rs: as it stands, with `MEMMACROS=off`, and with `--cfg memmacros_off`.
//! Never names a feature; the dependency turns all of them on.
#![deny(warnings)]

use std::fmt;
use std::panic;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use memmacros_runtime::{MemoryLimitExceeded, mem_checkpoint, memory_watched, watch};

type Limited<T> = Result<T, MemoryLimitExceeded>;

#[memory_watched(limit = "1 B", name = "left_over_function", on_exceed = error)]
fn function() -> Limited<u32> {
    Ok(1)
}

#[memory_watched(growth = "1 B", on_exceed = error)]
fn grows() -> Limited<Vec<u8>> {
    Ok(vec![1; 64 << 20])
}

#[memory_watched(limit = "1 B")]
fn plain() -> u32 {
    2
}

#[memory_watched(on_exceed = error)]
fn looped() -> Limited<u32> {
    let mut turns = 0;
    #[memory_watched(limit = "1 B", name = "left_over_loop")]
    for turn in 0..3 {
        turns += turn;
    }
    Ok(turns)
}

#[memory_watched(limit = "1 B", on_exceed = error)]
async fn future() -> Limited<u32> {
    Ok(3)
}

/// Says so if somebody formats it.
struct Told;

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        println!("the message was formatted");
        f.write_str("left_over_message")
    }
}

fn say(what: &str, over: bool) {
    println!("{what}: {}", if over { "over" } else { "as written" });
}

fn main() {
    panic::set_hook(Box::new(|_| {}));
    say("function", function().is_err());
    say("growth", grows().is_err());
    say("panic", panic::catch_unwind(plain).is_err());
    say("loop", looped().is_err());
    let polled = pin!(future()).poll(&mut Context::from_waker(Waker::noop()));
    say("future", matches!(polled, Poll::Ready(Err(_))));
    say("dependency", crate_disabled_dependency::work().is_err());
    watch! {
        #[memory_watched(limit = "1 B", name = "left_over_watch", on_exceed = panic)]
        for _ in 0..0 {}
    }
    println!("delta: {:?}", mem_checkpoint!("{}", Told));
    memmacros_runtime::summary();
    let sites = memmacros_runtime::sites();
    println!("sites: {}", sites.list.len());
    println!("calls: {}", sites.iter().map(|site| site.calls).sum::<u64>());
}
