//! Owns one program that is built in every edition that has `async`.
//! Called by tests/crates.rs, which reads what it prints.
//! Never uses a syntax that only one of them has.
#![deny(warnings)]
#![forbid(unsafe_code)]

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use memmacros_runtime::{mem_checkpoint, memory_watched, watch, MemoryLimitExceeded};

#[memory_watched(limit = "1 B")]
fn over() -> Result<(), MemoryLimitExceeded> {
    Ok(())
}

#[memory_watched(growth = "100GB", on_exceed = panic)]
fn borrows<'a>(text: &'a str, others: &mut dyn Iterator<Item = &'a str>) -> impl Iterator<Item = &'a str> {
    let mut words = vec![text];
    #[memory_watched(name = "while_let")]
    while let Some(other) = others.next() {
        words.push(other);
    }
    words.into_iter()
}

#[memory_watched]
async fn future(turns: u32) -> Result<u32, MemoryLimitExceeded> {
    let mut left = turns;
    let found = #[memory_watched(name = "value")]
    'outer: loop {
        left -= 1;
        if left == 0 {
            break 'outer 5;
        }
    };
    Ok(found)
}

trait Job {
    fn run(&mut self, r#try: u32) -> u32;
}

struct Counter(u32);

#[memory_watched]
impl Job for Counter {
    fn run(&mut self, r#try: u32) -> u32 {
        self.0 += r#try;
        self.0
    }
}

fn main() {
    println!("over: {}", over().is_err());
    println!("words: {}", borrows("one", &mut ["two", "three"].iter().copied()).count());
    let mut future: Pin<Box<dyn Future<Output = _> + Send>> = Box::pin(future(3));
    let polled = future.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    println!("ready: {}", matches!(polled, Poll::Ready(Ok(5))));
    println!("run: {}", Counter(1).run(2));
    watch! {
        #[memory_watched(name = "free_loop")]
        for _ in 0..3 {}
    }
    mem_checkpoint!("a row");
    for site in &memmacros_runtime::sites() {
        println!("{} {}: {}", site.place.kind(), site.place.name(), site.calls);
    }
}
