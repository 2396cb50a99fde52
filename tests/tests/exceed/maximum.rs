//! The most that the process may have, limits in percent of it, and how amounts are written.

use std::time::{Duration, Instant};

use memmacros_runtime::{
    ByteSize, Headroom, LimitSource, MemoryLimitExceeded, memory_watched, set_maximum_memory,
};
use memmacros_tests::{MB, alone, touched};

fn maximum() -> Option<ByteSize> {
    let headroom = Headroom::capture();
    let users = headroom.limits().iter().find(|found| *found.source() == LimitSource::User)?;
    Some(users.limit())
}

#[test]
fn is_given_like_every_limit() {
    alone(|| {
        assert_eq!(maximum(), None);
        set_maximum_memory("4GiB").expect("an amount");
        assert_eq!(maximum(), Some(ByteSize::new(4 << 30)));
        set_maximum_memory(3_000_000_000_u64).expect("an amount");
        assert_eq!(maximum(), Some(ByteSize::new(3_000_000_000)));
        set_maximum_memory(ByteSize::GIB).expect("an amount");
        let refused = set_maximum_memory("80%").expect_err("of itself?").to_string();
        assert!(refused.contains("`80%`") && refused.contains("\"4GiB\""), "{refused}");
        assert!(set_maximum_memory("4 parsecs").is_err());
        assert_eq!(maximum(), Some(ByteSize::GIB), "what is refused changes nothing");
        set_maximum_memory(0).expect("an amount");
        assert_eq!(maximum(), Some(ByteSize::ZERO));
        set_maximum_memory(ByteSize::MAX).expect("none");
        assert_eq!(maximum(), None);
    });
}

#[memory_watched(limit = "80%", every = 1)]
fn of_the_whole() -> Result<(), MemoryLimitExceeded> {
    Ok(())
}

/// Waits up to a second for what is to come within one.
#[track_caller]
fn within_a_second(happens: impl Fn() -> bool) {
    let start = Instant::now();
    while !happens() {
        assert!(start.elapsed() < Duration::from_secs(1), "not within a second");
    }
}

#[test]
fn a_limit_in_percent_follows_it() {
    alone(|| {
        let block = touched(60 * MB);
        of_the_whole().expect("of all memory");
        set_maximum_memory("50MB").expect("an amount");
        within_a_second(|| of_the_whole().is_err());
        assert_eq!(of_the_whole().expect_err("60 of 40 MB").limit().as_u64(), 40_000_000);
        set_maximum_memory(ByteSize::MAX).expect("none");
        within_a_second(|| of_the_whole().is_ok());
        drop(block);
    });
}

#[memory_watched(limit = "80MiB", every = 1)]
fn in_binary_units() -> Result<(), MemoryLimitExceeded> {
    Ok(())
}

#[test]
fn one_sentence_has_one_family_of_units() {
    alone(|| {
        let block = touched(90 * MB);
        let text = in_binary_units().expect_err("more than 80 MiB").to_string();
        assert!(text.contains("over the limit of 80 MiB at"), "{text}");
        assert!(text.contains(" MiB is over") && !text.contains(" MB"), "{text}");
        drop(block);

        // What is left of it is no whole number of anything.
        set_maximum_memory("64MiB").expect("an amount");
        let text = Headroom::capture().to_string();
        assert!(text.contains(" MiB left of 64 MiB"), "{text}");
        set_maximum_memory("64MB").expect("an amount");
        let text = Headroom::capture().to_string();
        assert!(text.contains(" MB left of 64 MB"), "{text}");
    });
}
