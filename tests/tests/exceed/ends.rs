//! Calls that end beyond what they may: their own errors, their panics, their results.

use memmacros_runtime::{MemoryLimitExceeded, memory_watched};
use memmacros_tests::{MB, alone, alone_under, block_on, captured, site, touched};

use super::panic_of;

type Block = Vec<u8>;

#[derive(Debug)]
struct Own(Option<MemoryLimitExceeded>);

impl From<MemoryLimitExceeded> for Own {
    fn from(exceeded: MemoryLimitExceeded) -> Self {
        Self(Some(exceeded))
    }
}

#[memory_watched(growth = "20MB", on_exceed = error, count_errors)]
async fn own_error(kept: &mut Block) -> Result<&mut u8, Own> {
    *kept = touched(40 * MB);
    Err(Own(None))
}

#[memory_watched(growth = "20MB", on_exceed = error)]
async fn own_none(kept: &mut Block) -> Option<u8> {
    *kept = touched(40 * MB);
    None
}

#[test]
fn an_async_function_keeps_its_own_error() {
    alone(|| {
        let (told, mut kept) = (captured(), Vec::new());
        assert!(block_on(own_error(&mut kept)).expect_err("always").0.is_none());
        let counted = site("own_error");
        assert_eq!((counted.errors, counted.limit_errors, counted.active), (Some(1), 0, 0));
        assert_eq!(told.lines().len(), 1, "{}", told.text());
        assert!(told.text().contains("warning: `own_error`"), "{}", told.text());
        let mut kept = Vec::new();
        assert!(block_on(own_none(&mut kept)).is_none());
        assert_eq!(site("own_none").limit_errors, 0);
    });
}

#[memory_watched(growth = "20MB", on_exceed = panic)]
fn panics(bytes: usize) -> Block {
    touched(bytes)
}

#[memory_watched(growth = "20MB", on_exceed = panic)]
#[track_caller]
fn panics_tracked(bytes: usize) -> Block {
    touched(bytes)
}

#[memory_watched(growth = "20MB", on_exceed = panic)]
async fn future_panics(bytes: usize) -> Block {
    touched(bytes)
}

#[test]
fn a_panic_for_growth_is_counted() {
    alone(|| {
        assert!(panic_of(|| panics(40 * MB)).is_some());
        assert!(panic_of(|| block_on(future_panics(40 * MB))).is_some());
        assert!(panic_of(|| panics_tracked(40 * MB)).is_some());
        for name in ["panics", "panics_tracked", "future_panics"] {
            let site = site(name);
            assert_eq!((site.calls, site.active, site.panics), (1, 0, 1), "{name}");
        }
        assert_eq!(panics(4 * MB).len() + panics_tracked(4 * MB).len(), 8 * MB);
        assert_eq!((site("panics").panics, site("panics_tracked").panics), (1, 1));
    });
}

#[memory_watched(limit = "50MB", every = 1)]
fn ends_beyond() -> Result<Block, MemoryLimitExceeded> {
    Ok(touched(60 * MB))
}

#[memory_watched(limit = "50MB", every = 1)]
fn refused_within(kept: &mut Block) -> Result<(), MemoryLimitExceeded> {
    #[memory_watched(limit = "50MB", every = 1)]
    for _ in 0..3 {
        *kept = touched(60 * MB);
    }
    Ok(())
}

#[test]
fn an_end_beyond_the_limit_is_told_once_and_the_result_stands() {
    alone(|| {
        let told = captured();
        let block = ends_beyond().expect("its result stands");
        assert_eq!((block.len(), site("ends_beyond").limit_errors), (60 * MB, 0));
        let said = told.text();
        assert!(said.contains("warning, after the call: resident memory of"), "{said}");
        // The same crossing: the next call is refused, and no more is said.
        ends_beyond().expect_err("60 of 50 MB");
        assert_eq!((told.lines().len(), site("ends_beyond").limit_errors), (1, 1), "{said}");
    });
}

#[test]
fn the_error_of_a_limit_within_is_not_told_again_at_the_end() {
    alone(|| {
        let (told, mut kept) = (captured(), Vec::new());
        let exceeded = refused_within(&mut kept).expect_err("60 of 50 MB");
        assert_eq!(exceeded.site().name(), "refused_within/for");
        assert_eq!(told.text(), "");
    });
}

#[test]
fn an_end_beyond_the_limit_is_an_outcome_of_its_own() {
    let printed = alone_under(&[("MEMMACROS", "json")], || {
        drop(ends_beyond().expect("its result stands"));
    });
    let Some(printed) = printed else { return };
    let told: Vec<serde_json::Value> = printed
        .stderr
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .filter(|told: &serde_json::Value| told["event"] == "exceeded")
        .collect();
    assert_eq!(told.len(), 1, "{printed}");
    assert_eq!(told[0]["outcome"], "ended", "{printed}");
}
