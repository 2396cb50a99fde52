//! Owns the proof that watched calls, loops and polls allocate nothing, looked at or not.
//! Called by `cargo test`; has a process of its own for its allocator.
//! Never counts what other threads of the test harness allocate.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use memmacros_runtime::{memory_watched, set_memory_limit};

struct Counting;

thread_local!(static ALLOCATIONS: Cell<u64> = const { Cell::new(0) });

#[expect(unsafe_code, reason = "an allocator is unsafe to write; this one only counts")]
// SAFETY: every call goes to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let _ = ALLOCATIONS.try_with(|count| count.set(count.get() + 1));
        // SAFETY: as asked of the caller.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: as asked of the caller.
        unsafe { System.dealloc(block, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[memory_watched]
fn by_pace(x: u64) -> u64 {
    x.rotate_left(7)
}

#[memory_watched(every = 1)]
fn each(x: u64) -> u64 {
    x.rotate_left(7)
}

#[memory_watched(every = 16)]
fn each_sixteenth(x: u64) -> u64 {
    x.rotate_left(7)
}

#[memory_watched]
fn recursive(depth: u64) -> u64 {
    if depth == 0 { 1 } else { recursive(depth - 1) + 1 }
}

#[memory_watched]
fn short_loop(turns: u64) -> u64 {
    let mut sum = 0;
    #[memory_watched]
    for turn in 0..turns {
        sum += turn;
    }
    sum
}

struct Twice(bool);

impl Future for Twice {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.0, true) { Poll::Ready(()) } else { Poll::Pending }
    }
}

#[memory_watched]
async fn polled() {
    Twice(false).await;
}

fn a_turn(turn: u64) {
    by_pace(turn);
    each(turn);
    each_sixteenth(turn);
    recursive(turn % 8);
    short_loop(turn % 5);
    let mut future = pin!(polled());
    let mut context = Context::from_waker(Waker::noop());
    while future.as_mut().poll(&mut context).is_pending() {}
}

#[test]
fn watched_code_allocates_nothing() {
    set_memory_limit("64GiB").unwrap();
    // The first turns make the thread's table, and room for the calls that are looked at.
    (0..1000).for_each(a_turn);
    let before = ALLOCATIONS.get();
    (0..200_000).for_each(a_turn);
    assert_eq!(ALLOCATIONS.get() - before, 0);
}
