//! Limits whose expressions call what is watched with them.

use memmacros_runtime::{MemoryLimitExceeded, memory_watched};
use memmacros_tests::{alone, captured, site};

use super::warnings;

#[memory_watched(limit = itself(limit).unwrap_or(0), every = 1)]
fn itself(limit: u64) -> Result<u64, MemoryLimitExceeded> {
    Ok(limit)
}

/// With the default gate.
#[memory_watched(limit = gated(limit), on_exceed = warn)]
fn gated(limit: u64) -> u64 {
    limit
}

#[test]
fn a_function_whose_limit_calls_it() {
    alone(|| {
        let told = captured();
        assert_eq!(itself(u64::MAX).expect("nobody has that much"), u64::MAX);
        // One call, and that of its limit.
        assert_eq!((site("itself").calls, site("itself").active), (2, 0));
        assert_eq!(itself(1).expect_err("1 byte is passed").limit().as_u64(), 1);
        assert_eq!((site("itself").calls, site("itself").limit_errors), (4, 1));

        assert_eq!((gated(u64::MAX), gated(1)), (u64::MAX, 1));
        assert_eq!(warnings(&told).len(), 1, "{}", told.text());
    });
}

struct Pool {
    allowed: u64,
}

#[memory_watched(limit = self.allowed(), every = 1)]
impl Pool {
    fn allowed(&self) -> u64 {
        self.allowed
    }

    fn work(&self) -> u64 {
        self.allowed() - 1
    }
}

#[test]
fn an_impl_whose_limit_is_one_of_its_methods() {
    alone(|| {
        let told = captured();
        assert_eq!(Pool { allowed: u64::MAX }.work(), u64::MAX - 1);
        assert_eq!(told.text(), "");
        assert_eq!(Pool { allowed: 1 }.work(), 0);
        let told = warnings(&told);
        assert!(told.iter().any(|line| line.contains("`Pool::work`")), "{told:#?}");
        assert_eq!((site("Pool::work").calls, site("Pool::work").active), (2, 0));
        assert_eq!(site("Pool::allowed").active, 0);
    });
}
