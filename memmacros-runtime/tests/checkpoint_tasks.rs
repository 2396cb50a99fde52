//! Owns the tests of the chains of tokio's tasks.
//! Called by `cargo test --features tokio`.
//! Never shares a process between two tests: memory is the process's.
#![cfg(feature = "tokio")]

#[expect(dead_code, reason = "used by other test files")]
mod output_support;

use std::sync::{Arc, Mutex, mpsc};
use std::thread;

use memmacros_runtime::{ByteDelta, mem_checkpoint, set_output};
use output_support::{Shared, grow, isolated};

#[test]
fn each_task_has_its_own_chain() {
    isolated("each_task_has_its_own_chain", || {
        set_output(Shared::default());
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            mem_checkpoint!("outside of tasks");
            let block = grow(32 << 20);
            let first = tokio::spawn(async {
                let first = mem_checkpoint!("task");
                let block = grow(16 << 20);
                // Others run meanwhile, on the same thread.
                tokio::task::yield_now().await;
                (first, mem_checkpoint!("task again").unwrap(), block)
            });
            let second = tokio::spawn(async { mem_checkpoint!("another task") });
            let (baseline, moved, _kept) = first.await.unwrap();
            assert_eq!(baseline, Some(ByteDelta::ZERO));
            assert!((16 << 20..20 << 20).contains(&moved.as_i64()), "{moved}");
            assert_eq!(second.await.unwrap(), Some(ByteDelta::ZERO));
            // The chain of the thread goes on where it was.
            let whole = mem_checkpoint!("outside again").unwrap();
            assert!(whole.as_i64() >= 48 << 20, "{whole}");
            drop(block);
        });
    });
}

#[test]
fn a_chain_goes_along_to_another_thread() {
    isolated("a_chain_goes_along_to_another_thread", || {
        set_output(Shared::default());
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
        let (said, heard) = mpsc::channel();
        let (go, wait) = tokio::sync::oneshot::channel();
        let task = runtime.spawn(async move {
            assert_eq!(mem_checkpoint!(), Some(ByteDelta::ZERO), "the baseline");
            let block = grow(8 << 20);
            let here = thread::current().id();
            said.send(here).unwrap();
            wait.await.unwrap();
            let moved = mem_checkpoint!().unwrap();
            drop(block);
            (moved, thread::current().id() != here)
        });
        let there = heard.recv().unwrap();
        // Holds the first thread, so that the task has to go on in the other one.
        let (release, released) = mpsc::channel::<()>();
        let released = Arc::new(Mutex::new(released));
        loop {
            let (said, heard) = mpsc::channel();
            let released = Arc::clone(&released);
            runtime.spawn(async move {
                let right = thread::current().id() == there;
                said.send(right).unwrap();
                if right {
                    let _ = released.lock().unwrap().recv();
                }
            });
            if heard.recv().unwrap() {
                break;
            }
        }
        go.send(()).unwrap();
        let (moved, elsewhere) = runtime.block_on(task).unwrap();
        drop(release);
        assert!(elsewhere);
        assert!(moved.as_i64() >= 8 << 20, "{moved}");
    });
}

#[test]
fn ten_thousand_tasks_are_a_bounded_table() {
    isolated("ten_thousand_tasks_are_a_bounded_table", || {
        set_output(Shared::default());
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let long = tokio::spawn(async {
                mem_checkpoint!("long");
                for _ in 0..10_000 {
                    tokio::task::yield_now().await;
                    // A task that goes on marking is not forgotten: its row is never a
                    // baseline after 32 MB came.
                    mem_checkpoint!("long goes on");
                }
                let block = grow(32 << 20);
                let moved = mem_checkpoint!("long grew").unwrap();
                drop(block);
                moved
            });
            for _ in 0..10_000 {
                let first = tokio::spawn(async { mem_checkpoint!("short") }).await.unwrap();
                assert_eq!(first, Some(ByteDelta::ZERO));
            }
            let moved = long.await.unwrap();
            assert!(moved.as_i64() >= 32 << 20, "{moved}");
        });
    });
}
