//! Owns running a test's body in a process of its own.
//! Called by tests whose subject is process-wide: descriptors, forks, limits, resident memory.
//! Never runs a body beside another test.

use std::process::Command;

const CHILD: &str = "MEMMACROS_TEST_OWN_PROCESS";

/// Runs `body` alone in a new process of this test program; fails with its output where it fails.
/// `name` is the test's own name, as the program lists it.
pub(crate) fn run(name: &str, body: impl FnOnce()) {
    if std::env::var(CHILD).is_ok_and(|child| child == name) {
        return body();
    }
    let output = Command::new(std::env::current_exe().expect("a test program has a path"))
        // On the main thread, so that a fork copies everything there is.
        .args([name, "--exact", "--nocapture", "--test-threads=1"])
        .env(CHILD, name)
        .output()
        .expect("the test program runs again");
    let (out, error) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{name}: {}\n{out}{error}", output.status);
    assert!(out.contains("1 passed"), "{name} is not the test's name:\n{out}");
    for line in out.lines().chain(error.lines()).filter(|line| line.contains("skipped:")) {
        println!("{line}");
    }
}
