//! To which call growth goes where functions and loops call themselves.

use std::ops::RangeInclusive;

use memmacros_runtime::{check_memory_against, memory_watched, sites};
use memmacros_tests::{MB, alone, site, touched};

type Blocks = Vec<Vec<u8>>;

/// Has the growth up to now given to the innermost open site.
fn read() {
    check_memory_against(u64::MAX).expect("nobody has that much");
}

/// `megabytes`, with two more or less for what else happens meanwhile.
fn about(megabytes: i64) -> RangeInclusive<i64> {
    (megabytes - 2) * 1_000_000..=(megabytes + 2) * 1_000_000
}

#[track_caller]
fn assert_growth(growth: i64, megabytes: i64) {
    assert!(about(megabytes).contains(&growth), "not about {megabytes} MB: {}", sites());
}

#[memory_watched(every = 1)]
fn a(depth: u32, kept: &mut Blocks) {
    if depth > 0 {
        b(depth, kept);
    }
}

#[memory_watched(every = 1)]
fn b(depth: u32, kept: &mut Blocks) {
    a(depth - 1, kept);
    kept.push(touched(40 * MB));
    read();
}

#[test]
fn to_the_one_that_goes_on_when_the_other_has_returned() {
    alone(|| {
        let mut kept = Vec::new();
        // The innermost one returns at once, then each `b` grows.
        a(3, &mut kept);
        read();
        assert_growth(site("b").growth.as_i64(), 120);
        assert_growth(site("a").growth.as_i64(), 0);
        assert_eq!((site("a").calls, site("b").calls), (4, 3));
    });
}

#[memory_watched(every = 1)]
fn refuses_to_go_on(depth: u32, kept: &mut Blocks) {
    if depth == 0 {
        std::panic::resume_unwind(Box::new(()));
    }
    catches(depth, kept);
}

#[memory_watched(every = 1)]
fn catches(depth: u32, kept: &mut Blocks) {
    let call = std::panic::AssertUnwindSafe(|| refuses_to_go_on(depth - 1, kept));
    assert_eq!(std::panic::catch_unwind(call).is_err(), depth == 1);
    kept.push(touched(40 * MB));
    read();
}

#[test]
fn also_where_the_other_has_panicked() {
    alone(|| {
        let mut kept = Vec::new();
        refuses_to_go_on(2, &mut kept);
        assert_growth(site("catches").growth.as_i64(), 80);
        assert_growth(site("refuses_to_go_on").growth.as_i64(), 0);
        assert_eq!(site("refuses_to_go_on").panics, 1);
    });
}

#[memory_watched(every = 1)]
fn called_by_a_loop(depth: u32, kept: &mut Blocks) {
    loops(depth - 1, kept);
    kept.push(touched(40 * MB));
    read();
}

#[memory_watched(every = 1)]
fn loops(depth: u32, kept: &mut Blocks) {
    #[memory_watched(name = "loop")]
    for _ in 0..2 {
        if depth > 0 {
            called_by_a_loop(depth, kept);
        }
    }
}

#[test]
fn to_the_function_that_goes_on_when_the_loop_in_it_has_ended() {
    alone(|| {
        let mut kept = Vec::new();
        loops(2, &mut kept);
        assert_growth(site("called_by_a_loop").growth.as_i64(), 240);
        assert_growth(site("loop").growth.as_i64(), 0);
    });
}
