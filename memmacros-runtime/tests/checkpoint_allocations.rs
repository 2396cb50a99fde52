//! Owns the proof that a checkpoint that shows nothing allocates nothing.
//! Called by `cargo test`; has a process of its own for its allocator.
//! Never counts what other threads of the test harness allocate.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use memmacros_runtime::{ByteDelta, Sink, mem_checkpoint, set_sink};

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

#[test]
fn a_checkpoint_that_shows_nothing_allocates_nothing() {
    let (sink, captured) = Sink::memory();
    set_sink(sink);
    let mark = |turn: u32| mem_checkpoint!("turn {turn} {:?}", "of many");
    // The first one makes the thread's table, and its row is shown.
    mark(0);
    assert_eq!(captured.rows().len(), 1);
    let mut quiet = 0;
    for turn in 0..1000 {
        let before = ALLOCATIONS.get();
        let moved = mark(turn);
        let allocated = ALLOCATIONS.get() - before;
        // Another thread of the harness may move memory; such a row is shown.
        if moved == Some(ByteDelta::ZERO) {
            quiet += 1;
            assert_eq!(allocated, 0, "at turn {turn}");
        }
    }
    assert!(quiet > 900, "memory moved {} times", 1000 - quiet);
}
