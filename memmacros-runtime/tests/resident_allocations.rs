//! Owns the promise that a reading allocates nothing, also one that fails.
//! Called by `cargo test`; the counting allocator is this program's own.
//! Never counts another thread's allocations.
#![cfg(target_os = "linux")]
#![expect(unsafe_code, reason = "an allocator is unsafe to write")]

mod own_process;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::hint::black_box;

use memmacros_runtime::{MemorySample, resident, try_resident};

struct Counting;

thread_local! {
    static CALLS: Cell<u64> = const { Cell::new(0) };
}

fn count() {
    let _ = CALLS.try_with(|calls| calls.set(calls.get() + 1));
}

// SAFETY: everything is forwarded to the system's allocator; counting touches a plain thread-local.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller's promise is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count();
        // SAFETY: the caller's promise is passed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn calls_in<T>(body: impl FnOnce() -> T) -> (u64, T) {
    let before = CALLS.get();
    let value = black_box(body());
    (CALLS.get() - before, value)
}

#[test]
fn readings_allocate_nothing() {
    own_process::run("readings_allocate_nothing", || {
        let (calls, _) = calls_in(|| vec![1_u8; 100]);
        assert!(calls > 0, "the counter counts");

        let (calls, first) = calls_in(resident);
        assert_eq!((calls, first.is_some()), (0, true), "the first reading");
        let (calls, ()) = calls_in(|| {
            let start = std::time::Instant::now();
            // Past the check of the descriptor, which comes every 100 ms.
            while start.elapsed() < std::time::Duration::from_millis(250) {
                black_box(resident());
            }
        });
        assert_eq!(calls, 0, "later readings");
        let (calls, sample) = calls_in(MemorySample::capture);
        assert_eq!((calls, sample.swap().is_some()), (0, true), "a whole sample");
    });
}

#[test]
fn a_failing_reading_allocates_nothing() {
    own_process::run("a_failing_reading_allocates_nothing", || {
        let none = libc::rlimit { rlim_cur: 0, rlim_max: 1024 };
        // SAFETY: `none` is one rlimit, borrowed for the call.
        assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const none) }, 0);
        let (calls, result) = calls_in(try_resident);
        assert_eq!((calls, result.is_err()), (0, true));
        let (calls, sample) = calls_in(MemorySample::capture);
        assert_eq!((calls, sample.resident()), (0, None));
    });
}
