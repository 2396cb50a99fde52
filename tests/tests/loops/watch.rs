//! `watch!`: where no function can be annotated.

use memmacros_runtime::{MemoryLimitExceeded, SiteKind, memory_watched, watch};
use memmacros_tests::{block_on, pending, site};

macro_rules! summed {
    ($items:expr, $name:literal) => {{
        let mut sum = 0;
        watch! {
            #[memory_watched(name = $name)]
            for item in $items {
                sum += item;
            }
        }
        sum
    }};
}

#[test]
fn bodies_of_macro_rules() {
    assert_eq!(summed!(0..4, "first expansion"), 6);
    assert_eq!(summed!([1_u8, 2], "second expansion"), 3);
    assert_eq!((site("first expansion").calls, site("second expansion").calls), (1, 1));
}

macro_rules! looped {
    ($each:ident in $items:expr => $body:block) => {
        watch! { for $each in $items $body }
    };
}

#[test]
fn parts_from_the_caller_of_a_macro() {
    let mut seen = Vec::new();
    looped!(n in 0..3 => {
        if n == 1 {
            continue;
        }
        seen.push(n);
    });
    assert_eq!(seen, [0, 2]);
}

#[test]
fn every_kind_of_loop() {
    let mut n = 0;
    watch! { while n < 3 { n += 1; } }
    watch! { for _ in 0..3 { n += 1; } }
    let value = watch! { loop { break n + 1; } };
    let labelled = watch! { 'a: loop { loop { break 'a value * 2; } } };
    let mut list = vec![1, 2];
    watch! {
        while let Some(m) = list.pop() { n += m; };
    }
    assert_eq!((n, value, labelled), (9, 7, 14));
    let nested = vec![watch! { loop { break 1; } }, watch! { loop { break 2; } }];
    assert_eq!(nested, [1, 2]);
}

fn leaves(texts: &[&str]) -> Result<u32, std::num::ParseIntError> {
    let mut sum = 0;
    watch! {
        #[memory_watched(limit = "8GB")]
        for text in texts {
            if text.is_empty() {
                return Ok(1000);
            }
            sum += text.parse::<u32>()?;
        }
    }
    Ok(sum)
}

#[test]
fn return_and_question_mark_leave_the_function() {
    assert_eq!((leaves(&["1", "2"]), leaves(&["1", ""])), (Ok(3), Ok(1000)));
    assert!(leaves(&["x"]).is_err());
}

fn refused() -> Result<u32, MemoryLimitExceeded> {
    let mut sum = 0;
    watch! {
        #[memory_watched(limit = "1 B", on_exceed = error)]
        for n in 0..4 {
            sum += n;
        }
    }
    Ok(sum)
}

#[test]
fn error_where_it_is_written() {
    assert_eq!(refused().expect_err("1 byte is passed").site().name(), "for");
}

#[test]
fn warns_otherwise() {
    let mut sum = 0;
    watch! {
        #[memory_watched(limit = "1 B")]
        for n in 0..4 { sum += n; }
    }
    assert_eq!(sum, 6);
}

#[test]
fn closures() {
    let mut log = Vec::new();
    let mut push = watch!(
        #[memory_watched(name = "a closure")]
        |n: u32| {
            log.push(n);
            n
        }
    );
    assert_eq!((push(1), push(2)), (1, 2));
    assert_eq!(log, [1, 2]);
    let site = site("a closure");
    assert_eq!((site.calls, site.active, site.place.kind()), (2, 0, SiteKind::Closure));

    let text = String::from("moved");
    let owns = watch!(move |suffix: &str| -> String { format!("{text}{suffix}") });
    assert_eq!((owns("!"), owns("?")), ("moved!".into(), "moved?".into()));

    let once: Box<dyn FnOnce(Vec<u8>) -> Vec<u8>> = Box::new(watch!(|bytes: Vec<u8>| bytes));
    assert_eq!(once(vec![1]), [1]);

    assert_eq!((0..4).map(watch!(|n| n * 2)).collect::<Vec<_>>(), [0, 2, 4, 6]);
}

#[test]
fn closures_that_give_errors() {
    let refused = watch!(
        #[memory_watched(limit = "1 B", on_exceed = error)]
        |n: u32| -> Result<u32, MemoryLimitExceeded> { Ok(n) }
    );
    assert_eq!(refused(1).expect_err("1 byte is passed").site().name(), "closure");
}

#[test]
fn closures_that_give_futures() {
    let doubled = watch!(
        #[memory_watched(name = "async closure")]
        async |n: u32| {
            pending(1).await;
            n * 2
        }
    );
    assert_eq!((block_on(doubled(2)), block_on(doubled(3))), (4, 6));
    assert_eq!(site("async closure").calls, 2);

    let blocks = watch!(
        #[memory_watched(name = "closure with an async block")]
        |n: u32| async move {
            pending(1).await;
            n + 1
        }
    );
    assert_eq!(block_on(blocks(2)), 3);
    assert_eq!(site("closure with an async block").active, 0);
}

#[test]
fn in_a_test_in_a_thread() {
    let sum = std::thread::spawn(|| {
        let mut sum = 0;
        watch! { for n in 0..4 { sum += n; } }
        sum
    });
    assert_eq!(sum.join().expect("it does not panic"), 6);
}

/// A function that has both.
#[memory_watched]
fn watched_around(n: u32) -> u32 {
    let mut sum = 0;
    watch! {
        #[memory_watched(name = "watch! in a watched function")]
        for m in 0..n { sum += m; }
    }
    sum
}

#[test]
fn in_a_watched_function() {
    assert_eq!(watched_around(4), 6);
    assert_eq!(site("watch! in a watched function").calls, 1);
}
