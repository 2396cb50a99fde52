//! Owns the way a test gets a process of its own: it runs itself again.
//! Called by the tests of output, checkpoints, settings and exit.
//! Never leaves a child behind: each is waited for.
#![expect(clippy::unwrap_used, reason = "a test that cannot begin fails")]

use std::io::{self, Write};
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

const CHILD: &str = "TEST_CHILD";

/// Runs `body` in a process of its own, with these variables and none of ours beside;
/// gives what the process printed, in the parent.
///
/// `test` is the name of the calling test.
pub(crate) fn run(test: &str, variables: &[(&str, &str)], body: impl FnOnce()) -> Option<Printed> {
    if is_child(test) {
        body();
        return None;
    }
    Some(Printed::of(command(test, variables).output().unwrap()))
}

/// As [`run`], for a body that must go through.
pub(crate) fn isolated(test: &str, body: impl FnOnce()) {
    if let Some(printed) = run(test, &[], body) {
        assert!(printed.success, "{}\n{}", printed.stdout, printed.stderr);
    }
}

/// The command that runs `test` of this executable in a child.
pub(crate) fn command(test: &str, variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", test, "--nocapture", "--test-threads=1"]).env(CHILD, test);
    for name in ["MEMMACROS", "MEMMACROS_OUTPUT", "MEMMACROS_LIMIT", "MEMMACROS_REPORT"] {
        command.env_remove(name);
    }
    for name in ["NO_COLOR", "CLICOLOR_FORCE", "TERM", "RUST_BACKTRACE"] {
        command.env_remove(name);
    }
    command.envs(variables.iter().copied()).stdin(Stdio::null());
    command
}

/// Whether this is the child of `test`.
pub(crate) fn is_child(test: &str) -> bool {
    std::env::var_os(CHILD).is_some_and(|child| child == test)
}

#[derive(Debug)]
pub(crate) struct Printed {
    pub(crate) success: bool,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Printed {
    pub(crate) fn of(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Self {
            success: output.status.success(),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }
}

/// A writer that several can look into.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shared(Arc<Mutex<Vec<u8>>>);

impl Shared {
    pub(crate) fn text(&self) -> String {
        let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8(bytes.clone()).unwrap()
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.text().lines().map(str::to_string).collect()
    }
}

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Touches `bytes` of fresh memory.
pub(crate) fn grow(bytes: usize) -> Vec<u8> {
    let mut block = vec![0_u8; bytes];
    for page in block.chunks_mut(4096) {
        page[0] = 1;
    }
    std::hint::black_box(block)
}
