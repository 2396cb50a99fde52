//! Owns the test that a child of `fork` has an output, whatever the parent was about to write.
//! Called by `cargo test`; has a process of its own, as it forks.
//! Never lets the child go back into the test harness.
#![cfg(target_os = "linux")]

use std::io::{self, Write};
use std::sync::{Arc, Barrier};
use std::thread;

use memmacros_runtime::{mem_checkpoint, set_output, set_verbose};

/// Stands still in the middle of a line until it is let go.
struct Stuck(Arc<Barrier>);

impl Write for Stuck {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.wait();
        self.0.wait();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct Answers(std::fs::File);

impl Write for Answers {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
#[expect(unsafe_code, reason = "to fork is unsafe")]
fn a_child_does_not_wait_for_a_writer_of_its_parent() {
    let path = format!("{}/fork-{}", env!("CARGO_TARGET_TMPDIR"), std::process::id());
    let gate = Arc::new(Barrier::new(2));
    set_verbose(true);
    set_output(Stuck(Arc::clone(&gate)));
    let writer = thread::spawn(|| mem_checkpoint!("of the parent, being written"));
    gate.wait();
    mem_checkpoint!("of the parent, waiting");
    // SAFETY: the other thread stands in a barrier and holds no lock that the child takes.
    let child = unsafe { libc::fork() };
    if child == 0 {
        let file = std::fs::File::create(&path).ok();
        if let Some(file) = file {
            set_output(Answers(file));
            mem_checkpoint!("of the child");
        }
        // SAFETY: ends the child at once, without the parent's exit handlers.
        unsafe { libc::_exit(0) };
    }
    let mut status = 0;
    // SAFETY: waits for the child that this thread has started.
    assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
    assert_eq!(status, 0);
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    assert!(text.ends_with("  of the child\n") && !text.contains("of the parent"), "{text}");
    // Twice a write: what was being written, and what waited.
    gate.wait();
    gate.wait();
    gate.wait();
    writer.join().unwrap();
}
