//! Owns the tests of what is counted where a call ends in more than one way at once.
//! Called by `cargo test`.
//! Never shares its process with another test: growth is the whole process's.

mod own_process;

use std::hint::black_box;

use memmacros_runtime::{MemoryLimitExceeded, SiteStats, memory_watched, sites};

fn site(name: &str) -> SiteStats {
    sites().iter().find(|site| site.place.name() == name).expect("it is listed").clone()
}

#[derive(Debug)]
enum Failed {
    ByItself,
    ByLimit,
}

impl From<MemoryLimitExceeded> for Failed {
    fn from(_: MemoryLimitExceeded) -> Self {
        Self::ByLimit
    }
}

#[memory_watched(limit = "1EB", growth = "1MB", on_exceed = error)]
fn grows_and(fails: bool) -> Result<Vec<u8>, Failed> {
    let block = black_box(vec![1_u8; 50_000_000]);
    if fails {
        std::mem::forget(block);
        return Err(Failed::ByItself);
    }
    Ok(block)
}

#[test]
fn an_error_of_its_own_is_no_limit_error() {
    own_process::run("an_error_of_its_own_is_no_limit_error", || {
        assert!(matches!(grows_and(true), Err(Failed::ByItself)));
        assert_eq!(site("grows_and").limit_errors, 0);
        assert!(matches!(grows_and(false), Err(Failed::ByLimit)));
        assert_eq!(site("grows_and").limit_errors, 1);
    });
}
