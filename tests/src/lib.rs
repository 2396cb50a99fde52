//! Owns what the tests share: processes of their own, memory to grow by, a look at one site.
//! Called by the tests of this package.
//! Never watched itself.

use std::env;
use std::future::Future;
use std::hint::black_box;
use std::panic::Location;
use std::pin::pin;
use std::process::{Command, Output};
use std::task::{Context, Poll, Waker};

use memmacros_runtime::{Captured, Sink, SiteStats, set_sink, sites};

/// A million bytes.
pub const MB: usize = 1_000_000;

const CHILD: &str = "MEMMACROS_TEST_IN_ITS_OWN_PROCESS";

/// Runs `body`, which stands in a test, in a process of its own; the test fails if it does.
///
/// For what depends on the state of the process: its resident size, the global limit,
/// the sink, counts that other tests would add to.
///
/// # Panics
/// Where `body` does.
pub fn alone<F: FnOnce()>(body: F) {
    let _ = alone_under(&[], body);
}

/// As [`alone`], with variables in the environment. Gives what the process printed, to
/// the test alone: in the other process it gives `None`.
///
/// # Panics
/// Where `body` does.
pub fn alone_under<F: FnOnce()>(environment: &[(&str, &str)], body: F) -> Option<Printed> {
    let printed = outcome_under(environment, body)?;
    assert!(printed.passed, "in its own process:\n{printed}");
    Some(printed)
}

/// As [`alone_under`], whatever the end of the process.
///
/// # Panics
/// Where `body` is not a closure that stands in the test.
pub fn outcome_under<F: FnOnce()>(environment: &[(&str, &str)], body: F) -> Option<Printed> {
    let test = test_of::<F>();
    if env::var_os(CHILD).is_some() {
        body();
        return None;
    }
    let mut child = Command::new(env::current_exe().expect("the path of this test"));
    child.args([test.as_str(), "--exact", "--nocapture", "--test-threads=1"]);
    for variable in ["MEMMACROS", "MEMMACROS_LIMIT", "MEMMACROS_OUTPUT", "MEMMACROS_REPORT"] {
        child.env_remove(variable);
    }
    child.env(CHILD, "1").env("RUST_BACKTRACE", "0").envs(environment.iter().copied());
    let printed = Printed::of(&child.output().expect("the test can be run again"));
    let ran = printed.stdout.contains("running 1 test");
    assert!(ran, "no test is called `{test}`: `body` has to stand in the test itself\n{printed}");
    Some(printed)
}

/// The test that `F`, a closure in it, stands in: `module::test` of `krate::module::test::{{closure}}`.
fn test_of<F>() -> String {
    let name = std::any::type_name::<F>();
    let name = name.split("::{{closure}}").next().unwrap_or(name);
    name.split_once("::").map_or(name, |(_, test)| test).to_owned()
}

/// What a process left.
#[derive(Debug)]
pub struct Printed {
    /// Whether its test passed.
    pub passed: bool,
    /// Whether it ended by itself, and not by a signal.
    pub exited: bool,
    /// Standard output, the words of the test harness included.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Printed {
    fn of(output: &Output) -> Self {
        Self {
            passed: output.status.success(),
            exited: output.status.code().is_some(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl std::fmt::Display for Printed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}\n{}", self.stdout, self.stderr)
    }
}

/// A block of `bytes` that is in RAM.
///
/// Above 32 MiB glibc maps it and unmaps it again when it is dropped, so that the resident
/// size follows at once.
#[must_use]
pub fn touched(bytes: usize) -> Vec<u8> {
    black_box(vec![1; bytes])
}

/// What is known of the one site called `name` in the file of the caller.
///
/// # Panics
/// Where there is none, or more than one.
#[must_use]
#[track_caller]
pub fn site(name: &str) -> SiteStats {
    let (all, file) = (sites(), Location::caller().file());
    let mut found =
        all.iter().filter(|site| site.place.name() == name && site.place.file() == file);
    let Some(site) = found.next() else { panic!("no site is called `{name}`:\n{all}") };
    assert!(found.next().is_none(), "two sites are called `{name}`:\n{all}");
    site.clone()
}

/// Sends everything that is told to memory.
#[must_use]
pub fn captured() -> Captured {
    let (sink, captured) = Sink::memory();
    set_sink(sink);
    captured
}

/// Runs a future that does not wait for anything but to be polled again.
pub fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
}

/// A future that is pending `polls` times.
pub async fn pending(mut polls: u32) {
    std::future::poll_fn(|context| {
        if polls == 0 {
            return Poll::Ready(());
        }
        polls -= 1;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// Says at compile time that `future` can be sent to another thread.
pub fn is_send<T: Send>(value: T) -> T {
    value
}
