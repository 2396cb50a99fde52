//! While a thread unwinds nothing of ours panics: every action is a warning.

use std::panic::{AssertUnwindSafe, catch_unwind};

use memmacros_runtime::{
    MemoryLimitExceeded, MemoryWatchedExt as _, memory_watched, set_memory_limit, watch,
};
use memmacros_tests::{MB, alone, block_on, captured, pending, site, touched};

use super::warnings;

#[memory_watched(limit = "1 B")]
fn panics() -> u32 {
    1
}

#[memory_watched(limit = "1 B")]
fn fails() -> Result<u32, MemoryLimitExceeded> {
    Ok(1)
}

#[memory_watched(limit = "1 B", on_exceed = never)]
fn hands_over() -> u32 {
    1
}

fn never(_: &MemoryLimitExceeded) {
    unreachable!("no handler is called while unwinding");
}

#[memory_watched(growth = "20MB", on_exceed = panic)]
fn grows() -> Vec<u8> {
    touched(40 * MB)
}

#[memory_watched(growth = "20MB", on_exceed = panic)]
#[track_caller]
fn grows_tracked(kept: &mut Vec<u8>) {
    *kept = touched(40 * MB);
}

#[memory_watched(limit = "1 B")]
async fn future() -> u32 {
    pending(2).await;
    1
}

#[memory_watched(limit = "1 B", growth = "20MB", on_exceed = error)]
async fn failing_future() -> Result<Vec<u8>, MemoryLimitExceeded> {
    pending(2).await;
    Ok(touched(40 * MB))
}

#[memory_watched]
fn loops() -> u32 {
    let mut turns = 0;
    #[memory_watched(limit = "1 B", growth = "1 B", on_exceed = panic, every = 1)]
    for _ in 0..3 {
        turns += 1;
    }
    turns
}

#[derive(Default)]
struct Done(u32, Vec<u8>);

/// Does all of it in its destructor.
struct Unwound<'a>(&'a mut Done);

impl Drop for Unwound<'_> {
    fn drop(&mut self) {
        assert!(std::thread::panicking());
        self.0.0 += panics();
        self.0.0 += fails().unwrap_or(100);
        self.0.0 += hands_over();
        let kept = grows();
        grows_tracked(&mut self.0.1);
        self.0.0 += u32::try_from(kept.len() / (40 * MB)).unwrap_or(100);
        self.0.0 += block_on(future());
        self.0.0 += block_on(failing_future()).map_or(100, |_| 1);
        self.0.0 += loops();
        watch! {
            #[memory_watched(limit = "1 B", on_exceed = panic, name = "watched in a destructor")]
            for _ in 0..1 { self.0.0 += 1; }
        }
        self.0.0 += (0..2).memory_watched("1 B").map(|item| item.map_or(100, |_| 1)).sum::<u32>();
    }
}

#[test]
fn every_action_warns() {
    alone(|| {
        let told = captured();
        let mut done = Done::default();
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            let _unwound = Unwound(&mut done);
            panic!("the first and only");
        }));
        let why = panicked.expect_err("it panics");
        assert_eq!(why.downcast_ref::<&str>(), Some(&"the first and only"));
        assert_eq!((done.0, done.1.len()), (12, 40 * MB));
        let told = warnings(&told);
        for name in [
            "panics",
            "fails",
            "hands_over",
            "grows",
            "grows_tracked",
            "future",
            "failing_future",
            "loops/for",
            "watched in a destructor",
        ] {
            assert!(
                told.iter().any(|line| line.contains(&format!("`{name}`"))),
                "{name} in {told:#?}"
            );
            // They ran to their ends, though their thread panicked.
            let site = site(name);
            assert_eq!(
                (site.calls, site.active, site.panics, site.limit_errors),
                (1, 0, 0, 0),
                "{name}"
            );
        }
    });
}

#[memory_watched]
fn unwinds(kept: &mut Vec<u8>) {
    #[memory_watched(growth = "20MB", on_exceed = panic)]
    for _ in 0..3 {
        *kept = touched(40 * MB);
        panic!("its own");
    }
}

#[memory_watched(growth = "20MB", on_exceed = panic)]
#[track_caller]
fn unwinds_tracked(kept: &mut Vec<u8>) {
    *kept = touched(40 * MB);
    panic!("its own");
}

#[memory_watched(growth = "20MB", on_exceed = panic)]
async fn unwinds_in_a_future(kept: &mut Vec<u8>) {
    pending(1).await;
    *kept = touched(40 * MB);
    panic!("its own");
}

/// Where the watched code panics itself, growth beyond its limit does not panic on top.
#[test]
fn the_users_own_panic_comes_through() {
    alone(|| {
        let own = |call: &mut dyn FnMut()| {
            let why = catch_unwind(AssertUnwindSafe(call)).expect_err("it panics");
            assert_eq!(why.downcast_ref::<&str>(), Some(&"its own"));
        };
        let (mut a, mut b, mut c) = (Vec::new(), Vec::new(), Vec::new());
        own(&mut || unwinds(&mut a));
        own(&mut || unwinds_tracked(&mut b));
        own(&mut || block_on(unwinds_in_a_future(&mut c)));
        for name in ["unwinds", "unwinds/for", "unwinds_tracked", "unwinds_in_a_future"] {
            assert_eq!((site(name).panics, site(name).active), (1, 0), "{name}");
        }
    });
}

/// A panic of ours, and another watched call while it unwinds.
#[memory_watched]
fn panics_twice(done: &mut Done) {
    let _unwound = Unwound(done);
    panics();
}

#[test]
fn our_own_panic_unwinds_through_watched_destructors() {
    alone(|| {
        set_memory_limit("8GB").expect("a limit");
        let mut done = Done::default();
        let panicked = catch_unwind(AssertUnwindSafe(|| panics_twice(&mut done)));
        let why = panicked.expect_err("1 byte is passed");
        assert!(why.downcast_ref::<String>().is_some_and(|text| text.contains("`panics`")));
        assert_eq!(done.0, 12);
        assert_eq!((site("panics").calls, site("panics").panics), (2, 1));
    });
}
