//! The error types that a limit error turns into.

use std::error::Error;
use std::{fmt, io};

use memmacros_runtime::{MemoryLimitExceeded, memory_watched};
use memmacros_tests::block_on;

#[memory_watched(limit = "1 B")]
fn io_error() -> Result<(), io::Error> {
    Ok(())
}

#[memory_watched(limit = "1 B")]
fn io_alias() -> io::Result<()> {
    Ok(())
}

#[test]
fn of_io() {
    for error in [io_error(), io_alias()].map(|result| result.expect_err("1 byte is passed")) {
        assert_eq!(error.kind(), io::ErrorKind::OutOfMemory);
        let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<MemoryLimitExceeded>());
        assert_eq!(inner.expect("ours").limit().as_u64(), 1);
    }
}

#[memory_watched(limit = "1 B")]
fn boxed() -> Result<(), Box<dyn Error + Send + Sync>> {
    Ok(())
}

#[memory_watched(limit = "1 B")]
fn boxed_only() -> Result<(), Box<dyn Error>> {
    Ok(())
}

#[test]
fn boxes() {
    let error = boxed().expect_err("1 byte is passed");
    assert!(error.downcast_ref::<MemoryLimitExceeded>().is_some());
    let error = boxed_only().expect_err("1 byte is passed");
    assert!(error.downcast_ref::<MemoryLimitExceeded>().is_some());
}

#[memory_watched(limit = "1 B")]
fn anyhow_error() -> anyhow::Result<()> {
    Ok(())
}

#[memory_watched(limit = "1 B")]
async fn anyhow_future() -> Result<(), anyhow::Error> {
    anyhow::bail!("its own")
}

#[memory_watched(limit = "1 B")]
fn eyre_report() -> eyre::Result<()> {
    #[memory_watched(limit = "1 B")]
    loop {
        eyre::bail!("its own");
    }
}

#[test]
fn of_anyhow_and_eyre() {
    for error in [anyhow_error(), block_on(anyhow_future())] {
        let error = error.expect_err("1 byte is passed");
        assert_eq!(error.downcast::<MemoryLimitExceeded>().expect("ours").limit().as_u64(), 1);
    }
    let report = eyre_report().expect_err("1 byte is passed");
    assert_eq!(
        report.downcast::<MemoryLimitExceeded>().expect("ours").site().name(),
        "eyre_report"
    );
}

#[derive(Debug, PartialEq)]
enum Own {
    Limit(u64),
    Other,
}

impl From<MemoryLimitExceeded> for Own {
    fn from(exceeded: MemoryLimitExceeded) -> Self {
        Self::Limit(exceeded.limit().as_u64())
    }
}

mod aliased {
    pub(super) type Result<T, E = super::Own> = core::result::Result<T, E>;
}

#[memory_watched(limit = "1 B")]
fn own() -> Result<(), Own> {
    Err(Own::Other)
}

#[memory_watched(limit = "1 B")]
fn alias() -> aliased::Result<()> {
    Err(Own::Other)
}

#[memory_watched(limit = "1 B")]
fn generic<E: From<MemoryLimitExceeded>>() -> Result<(), E> {
    Ok(())
}

#[memory_watched(limit = "1 B")]
fn qualified() -> ::std::result::Result<(), Own> {
    Err(Own::Other)
}

#[memory_watched(limit = "1 B", growth = "8GB", count_errors)]
fn growing() -> aliased::Result<u32> {
    Err(Own::Other)
}

#[memory_watched(limit = "1 B")]
async fn future() -> aliased::Result<u32> {
    Err(Own::Other)
}

#[test]
fn of_the_users() {
    assert_eq!(own(), Err(Own::Limit(1)));
    assert_eq!(alias(), Err(Own::Limit(1)));
    assert_eq!(generic::<Own>(), Err(Own::Limit(1)));
    assert_eq!(qualified(), Err(Own::Limit(1)));
    assert_eq!(growing(), Err(Own::Limit(1)));
    assert_eq!(block_on(future()), Err(Own::Limit(1)));
}

struct Shown;

impl fmt::Display for Shown {
    /// A foreign error that cannot be made from ours.
    #[memory_watched(limit = "8GB", on_exceed = panic)]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("shown")
    }
}

#[test]
fn foreign_errors_go_with_another_action() {
    assert_eq!(Shown.to_string(), "shown");
}
