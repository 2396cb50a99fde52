//! `memory_watched` on iterators: no item is lost, and the iteration can go on.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use memmacros_runtime::{MemoryLimit, MemoryWatchedExt as _, SiteKind, resident, set_memory_limit};
use memmacros_tests::{MB, alone, captured, site, touched};

#[test]
fn every_item_comes() {
    let items: Result<Vec<u32>, _> = (0..1000).memory_watched("8GB").collect();
    assert_eq!(items.expect("there is room"), (0..1000).collect::<Vec<_>>());
    let mut by_reference = Vec::new();
    let texts = [String::from("a"), String::from("b")];
    for item in texts.iter().memory_watched(u64::MAX) {
        by_reference.push(item.expect("there is room").as_str());
    }
    assert_eq!(by_reference, ["a", "b"]);
    assert_eq!((0..0).memory_watched("8GB").count(), 0);
}

#[test]
fn the_error_hands_the_item_back_and_the_iteration_goes_on() {
    // Not to be cloned or copied.
    struct Item(u32);

    let mut watched = (0..3).map(Item).memory_watched("1 B");
    let mut handed_back = Vec::new();
    for error in watched.by_ref().take(3) {
        let error = error.err().expect("1 byte is passed");
        let exceeded = error.exceeded().expect("it is the limit");
        assert_eq!((exceeded.limit().as_u64(), exceeded.site().kind()), (1, SiteKind::Iterator));
        assert_eq!(exceeded.site().file(), file!());
        assert_eq!(error.to_string(), exceeded.to_string());
        assert!(std::error::Error::source(&error).is_some());
        handed_back.push(error.into_item().expect("there is one").0);
    }
    assert_eq!(handed_back, [0, 1, 2]);
    let last = watched.next().expect("one more check").err().expect("1 byte is passed");
    assert!(last.exceeded().is_some() && last.into_item().is_none());
    assert!(watched.next().is_none());
    assert!(watched.next().is_none());
}

/// A limit of 20 MB above what there is now.
fn room() -> u64 {
    resident().expect("it can be read").as_u64() + 20_000_000
}

#[test]
fn what_the_last_item_took_is_seen_after_it() {
    alone(|| {
        let mut kept = Vec::new();
        let mut errors = Vec::new();
        for item in (0..3).memory_watched(room()) {
            match item {
                // In the body, after the check of the item.
                Ok(2) => kept = touched(40 * MB),
                Ok(_) => {}
                Err(error) => errors.push(error.into_item()),
            }
        }
        assert_eq!((errors, kept.len()), (vec![None], 40 * MB));
    });
}

#[test]
fn what_an_item_took_is_seen_soon() {
    alone(|| {
        let mut kept = Vec::new();
        let watched = (0..10_000).inspect(|n| {
            if *n == 5000 {
                kept.push(touched(40 * MB));
            }
        });
        let (mut passed, mut first) = (0, None);
        for item in watched.memory_watched(room()) {
            match item {
                Ok(_) => passed += 1,
                Err(error) => {
                    passed += 1;
                    let item = error.into_item();
                    first = first.or(item);
                }
            }
        }
        // All items, and the check after the last.
        assert_eq!(passed, 10_001);
        let first = first.expect("40 of 20 MB");
        assert!((5000..5200).contains(&first), "{first}");
    });
}

#[test]
fn the_limit_can_change_meanwhile() {
    let mut watched = (0..100).memory_watched("8GB");
    assert!(watched.next().expect("there are more").is_ok());
    watched.set_limit("1 B").expect("a limit");
    let at = watched.position(|item| item.is_err()).expect("1 byte is passed");
    assert!(at < 64, "{at}");
    assert!(watched.set_limit("1 parsec").is_err(), "it stays as it was");
    assert!(watched.next().expect("there are more").is_err());
    watched.set_limit(u64::MAX).expect("a limit");
    assert!(watched.next().expect("there are more").is_ok());
    assert!(watched.all(|item| item.is_ok()));
}

#[test]
fn the_global_limit_can_change_meanwhile() {
    alone(|| {
        set_memory_limit("8GB").expect("a limit");
        let mut watched = (0..100).memory_watched(MemoryLimit::GLOBAL);
        assert!(watched.next().expect("there are more").is_ok());
        set_memory_limit(0).expect("a limit");
        assert!(watched.by_ref().take(64).any(|item| item.is_err()));
        assert!(watched.next().expect("there are more").is_err());
        set_memory_limit("8GB").expect("a limit");
        assert!(watched.all(|item| item.is_ok()));
    });
}

#[test]
fn the_default_limit_only_warns() {
    alone(|| {
        let told = captured();
        let block = touched(250 * MB);
        assert!((0..100).memory_watched(MemoryLimit::GLOBAL).all(|item| item.is_ok()));
        assert_eq!(told.lines().len(), 1, "{}", told.text());
        drop(block);
    });
}

#[test]
fn a_text_that_is_no_limit_is_one_error_and_fetches_nothing() {
    let fetched = Cell::new(0);
    let mut watched = (0..3).inspect(|_| fetched.set(fetched.get() + 1)).memory_watched("200m");
    let error = watched.next().expect("it is told").expect_err("no limit");
    assert!(error.exceeded().is_none());
    assert!(error.to_string().contains("200m"), "{error}");
    assert_eq!(error.into_item(), None);
    assert!(watched.next().is_none());
    assert_eq!(fetched.get(), 0);
    assert_eq!(watched.into_inner().collect::<Vec<_>>(), [0, 1, 2]);
}

#[test]
fn hints_and_inner_iterators() {
    let mut watched = (0..3).memory_watched("8GB");
    // The check after the last item can be one more.
    assert_eq!(watched.size_hint(), (3, Some(4)));
    assert!(watched.next().is_some());
    assert_eq!(watched.into_inner().collect::<Vec<_>>(), [1, 2]);
    assert_eq!((0..).memory_watched("8GB").size_hint(), (usize::MAX, None));
}

/// Its sum is that of the items, whoever calls it.
fn counted(upto: u32) -> u32 {
    (0..upto).memory_watched("8GB").map(|item| item.unwrap_or(1000)).sum()
}

#[test]
fn the_place_of_the_call_is_the_site() {
    alone(|| {
        assert_eq!((counted(3), counted(4)), (3, 6));
        let site = site("iterator");
        assert_eq!((site.calls, site.active, site.place.kind()), (2, 0, SiteKind::Iterator));
        let mut watched = (0..3).memory_watched("8GB").inspect(|item| {
            assert!(item.as_ref().is_ok_and(|n| *n < 1), "its own");
        });
        assert!(watched.next().is_some());
        assert!(catch_unwind(AssertUnwindSafe(|| watched.next())).is_err());
    });
}
