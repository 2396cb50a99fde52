//! Ways out of a loop; each closes its site.

use std::num::{IntErrorKind, ParseIntError};

use memmacros_runtime::{MemoryLimitExceeded, memory_watched};
use memmacros_tests::site;

#[derive(Debug)]
enum Failed {
    Limit(MemoryLimitExceeded),
    Number(ParseIntError),
}

impl From<MemoryLimitExceeded> for Failed {
    fn from(exceeded: MemoryLimitExceeded) -> Self {
        Self::Limit(exceeded)
    }
}

impl From<ParseIntError> for Failed {
    fn from(error: ParseIntError) -> Self {
        Self::Number(error)
    }
}

#[memory_watched]
fn question(texts: &[&str]) -> Result<u32, Failed> {
    let mut sum = 0;
    #[memory_watched]
    for text in texts {
        sum += text.parse::<u32>()?;
    }
    Ok(sum)
}

#[test]
fn a_question_mark_leaves() {
    assert_eq!(question(&["1", "2"]).expect("numbers"), 3);
    assert!(
        matches!(question(&["1", "x"]), Err(Failed::Number(error)) if error.kind() == &IntErrorKind::InvalidDigit)
    );
    let site = site("question/for");
    assert_eq!((site.calls, site.active, site.limit_errors), (2, 0, 0));
}

#[memory_watched]
fn returns(list: &[u32]) -> Option<usize> {
    #[memory_watched]
    for (at, n) in list.iter().enumerate() {
        if *n == 0 {
            return Some(at);
        }
    }
    None
}

#[test]
fn a_return_leaves() {
    assert_eq!((returns(&[1, 0]), returns(&[1])), (Some(1), None));
    assert_eq!((site("returns/for").calls, site("returns/for").active), (2, 0));
}

#[memory_watched]
fn panics(list: &[u32]) -> u32 {
    let mut sum = 0;
    #[memory_watched]
    for n in list {
        assert!(*n < 10, "too much");
        sum += n;
    }
    sum
}

#[test]
fn a_panic_leaves() {
    assert_eq!(panics(&[1, 2]), 3);
    assert!(std::panic::catch_unwind(|| panics(&[1, 20])).is_err());
    let inner = site("panics/for");
    assert_eq!((inner.calls, inner.active, inner.panics), (2, 0, 1));
    let outer = site("panics");
    assert_eq!((outer.calls, outer.active, outer.panics), (2, 0, 1));
}

/// The first iteration always looks, and 1 byte is always passed.
#[memory_watched(limit = "8GB")]
fn refused(turns: &mut u32) -> Result<(), Failed> {
    #[memory_watched(limit = "1 B")]
    for _ in 0..10 {
        *turns += 1;
    }
    Ok(())
}

#[test]
fn a_passed_limit_leaves_before_the_body_runs() {
    let mut turns = 0;
    let Err(Failed::Limit(exceeded)) = refused(&mut turns) else { panic!("1 byte is passed") };
    assert_eq!(turns, 0);
    assert_eq!((exceeded.limit().as_u64(), exceeded.site().name()), (1, "refused/for"));
    assert_eq!(exceeded.site().file(), file!());
    let site = site("refused/for");
    assert_eq!((site.calls, site.active, site.limit_errors), (1, 0, 1));
}

#[memory_watched]
fn refused_inside(turns: &mut u32) -> Result<u32, Failed> {
    #[memory_watched(limit = "8GB")]
    'outer: for _ in 0..3 {
        let n: u32 = #[memory_watched(limit = "1 B", name = "refused inside")]
        loop {
            *turns += 1;
            if *turns > 5 {
                break 'outer;
            }
            if *turns > 3 {
                break 7;
            }
        };
        *turns += n;
    }
    Ok(*turns)
}

#[test]
fn a_passed_limit_of_a_value_loop_leaves_the_function() {
    let mut turns = 0;
    assert!(matches!(refused_inside(&mut turns), Err(Failed::Limit(_))));
    assert_eq!(turns, 0);
}

/// What stands behind `continue` cannot skip the check.
#[memory_watched]
fn continues(turns: &mut u32) -> Result<(), Failed> {
    #[memory_watched(limit = limit_after(*turns), every = 1)]
    loop {
        *turns += 1;
        if *turns < 1000 {
            continue;
        }
        return Ok(());
    }
}

fn limit_after(turns: u32) -> u64 {
    if turns < 5 { 8_000_000_000 } else { 0 }
}

#[test]
fn continue_does_not_skip_the_check() {
    let mut turns = 0;
    assert!(matches!(continues(&mut turns), Err(Failed::Limit(_))));
    assert_eq!(turns, 5);
}
