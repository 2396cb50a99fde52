//! The global limit: 200 MiB that nobody chose, one that somebody sets, the environment's.

use memmacros_runtime::{
    ByteSize, MemoryLimitExceeded, check_memory, memory_limit, memory_watched, set_memory_limit,
};
use memmacros_tests::{MB, alone, alone_under, block_on, captured, touched};

use super::{panic_of, warnings};

#[memory_watched]
fn result() -> Result<u32, MemoryLimitExceeded> {
    #[memory_watched]
    for _ in 0..3 {}
    Ok(1)
}

#[memory_watched]
fn number() -> u32 {
    1
}

#[memory_watched]
async fn future() -> Result<u32, MemoryLimitExceeded> {
    Ok(1)
}

#[memory_watched(every = 1)]
fn grows() -> Result<Vec<u8>, MemoryLimitExceeded> {
    Ok(touched(250 * MB))
}

#[test]
fn the_default_warns_once_and_fails_nothing() {
    alone(|| {
        let told = captured();
        assert_eq!(memory_limit().bytes(), Some(ByteSize::new(200 << 20)));
        assert_eq!(result().expect("far below"), 1);
        assert_eq!(warnings(&told), [] as [&str; 0]);
        let block = grows().expect("nobody chose a limit");
        for _ in 0..100 {
            assert_eq!((result().expect("it only warns"), number()), (1, 1));
            assert_eq!(block_on(future()).expect("it only warns"), 1);
            check_memory().expect("it only warns");
        }
        let told = warnings(&told);
        assert_eq!(told.len(), 1, "{told:#?}");
        assert!(told[0].contains("over the limit of 200 MiB"), "{told:#?}");
        assert!(told[0].contains("set_memory_limit(\"1GiB\")"), "{told:#?}");
        drop(block);
    });
}

#[test]
fn one_that_is_set_holds() {
    alone(|| {
        let told = captured();
        set_memory_limit("1 B").expect("a limit");
        assert_eq!(result().expect_err("1 byte is passed").site().name(), "result");
        assert!(panic_of(number).is_some());
        assert!(block_on(future()).is_err());
        assert_eq!(check_memory().expect_err("1 byte is passed").limit().as_u64(), 1);
        // From the next check on.
        set_memory_limit("100%").expect("a limit");
        assert_eq!((result().expect("all of it"), number()), (1, 1));
        check_memory().expect("all of it");
        // A bad one changes nothing.
        assert!(set_memory_limit("12 parsecs").is_err());
        assert_eq!(memory_limit().to_string(), "100%");
        set_memory_limit(0).expect("a limit");
        assert!(result().is_err(), "0 is honoured");
        // The very default, once somebody chose it, holds like any other.
        set_memory_limit(200 << 20).expect("a limit");
        let block = grows().expect("it is not passed at the entry");
        assert_eq!(result().expect_err("250 of 200 MB").limit().as_u64(), 200 << 20);
        drop(block);
        assert!(!told.text().contains("default limit"));
    });
}

#[memory_watched]
fn set_within() -> Result<u32, MemoryLimitExceeded> {
    let mut turns = 0;
    #[memory_watched(every = 1)]
    loop {
        turns += 1;
        if turns == 10 {
            set_memory_limit(0).expect("a limit");
        }
        assert!(turns < 11, "the limit holds from the next check on");
    }
}

#[test]
fn one_that_is_set_while_a_loop_runs_holds() {
    alone(|| assert!(set_within().is_err()));
}

#[test]
fn of_the_environment() {
    alone_under(&[("MEMMACROS_LIMIT", "1 kB")], || {
        assert_eq!(result().expect_err("1 kB is passed").limit(), ByteSize::KB);
        assert_eq!(memory_limit().bytes(), Some(ByteSize::KB));
    });
}

#[test]
fn in_percent_of_the_environment() {
    alone_under(&[("MEMMACROS_LIMIT", "100%")], || {
        assert_eq!(result().expect("all of it"), 1);
        assert_eq!(memory_limit().to_string(), "100%");
    });
}

#[test]
fn one_that_is_set_holds_over_the_environments() {
    alone_under(&[("MEMMACROS_LIMIT", "1 kB")], || {
        set_memory_limit("8GB").expect("a limit");
        assert_eq!(result().expect("8 GB are not passed"), 1);
    });
}

#[test]
fn a_bad_one_of_the_environment_is_told_once_and_ignored() {
    alone_under(&[("MEMMACROS_LIMIT", "200m")], || {
        let told = captured();
        for _ in 0..3 {
            assert_eq!(result().expect("no limit"), 1);
        }
        let lines = told.lines();
        assert_eq!(lines.len(), 1, "{lines:#?}");
        assert!(lines[0].contains("MEMMACROS_LIMIT") && lines[0].contains("200m"), "{lines:#?}");
    });
}
