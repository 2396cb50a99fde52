//! How a limit is given, and where exactly it is passed.

use memmacros_runtime::{
    ByteSize, MemoryLimit, MemoryLimitExceeded, check_memory_against, memory_watched, resident,
};
use memmacros_tests::{alone, block_on, captured, pending};

macro_rules! limited {
    ($name:ident, $limit:expr) => {
        #[memory_watched(limit = $limit)]
        fn $name() -> Result<(), MemoryLimitExceeded> {
            Ok(())
        }
    };
}

limited!(kilobyte, "1kB");
limited!(fraction, "1.5 KiB");
limited!(bare_number, 4096);
limited!(zero, "0");
limited!(zero_number, 0);
limited!(gigabytes, "8GB");
limited!(kubernetes, "8Gi");
limited!(most, 18_446_744_073_709_551_615);
limited!(small_part, "0.0001 %");
limited!(all, "100%");

fn passed(result: Result<(), MemoryLimitExceeded>) -> Option<u64> {
    result.err().map(|exceeded| exceeded.limit().as_u64())
}

#[test]
fn literals() {
    assert_eq!(passed(kilobyte()), Some(1000));
    assert_eq!(passed(fraction()), Some(1536));
    assert_eq!(passed(bare_number()), Some(4096));
    assert_eq!((passed(zero()), passed(zero_number())), (Some(0), Some(0)));
    assert_eq!((passed(gigabytes()), passed(kubernetes()), passed(most())), (None, None, None));
}

#[test]
fn percentages() {
    let part = passed(small_part()).expect("nothing fits into a millionth");
    let whole = "100%".parse::<MemoryLimit>().expect("a limit").bytes().expect("RAM at least");
    assert_eq!(part, whole.as_u64() / 1_000_000);
    assert_eq!(passed(all()), None);
}

struct Store {
    limit: ByteSize,
}

impl Store {
    #[memory_watched(limit = self.limit)]
    fn method(&self) -> Result<(), MemoryLimitExceeded> {
        Ok(())
    }

    #[memory_watched(limit = self.limit)]
    async fn future(&mut self) -> Result<(), MemoryLimitExceeded> {
        pending(1).await;
        self.limit = ByteSize::new(7);
        Ok(())
    }

    #[memory_watched]
    fn looped(&self) -> Result<(), MemoryLimitExceeded> {
        #[memory_watched(limit = self.limit)]
        for _ in 0..3 {}
        Ok(())
    }
}

#[memory_watched(limit = limit)]
fn argument(limit: &str) -> Result<(), MemoryLimitExceeded> {
    Ok(())
}

#[memory_watched(limit = u64::from(a) * b)]
fn calculated(a: u32, b: u64) -> Result<(), MemoryLimitExceeded> {
    Ok(())
}

#[memory_watched(limit = limit.unwrap_or(MemoryLimit::GLOBAL))]
fn chosen(limit: Option<MemoryLimit>) -> Result<(), MemoryLimitExceeded> {
    Ok(())
}

#[memory_watched(limit = { let two = 2; whole / two })]
fn block(whole: u64) -> Result<(), MemoryLimitExceeded> {
    Ok(())
}

#[test]
fn expressions() {
    let mut store = Store { limit: ByteSize::new(5) };
    assert_eq!(passed(store.method()), Some(5));
    assert_eq!(passed(store.looped()), Some(5));
    assert_eq!(passed(block_on(store.future())), Some(5));
    store.limit = ByteSize::new(8_000_000_000);
    assert_eq!((passed(store.method()), passed(store.looped())), (None, None));
    assert_eq!(passed(block_on(store.future())), None);
    assert_eq!(store.limit.as_u64(), 7);

    assert_eq!((passed(argument("2 kB")), passed(argument("100%"))), (Some(2000), None));
    assert_eq!((passed(calculated(2, 3)), passed(calculated(u32::MAX, 1000))), (Some(6), None));
    assert_eq!(passed(chosen(Some(ByteSize::KB.into()))), Some(1000));
    assert_eq!(passed(block(10)), Some(5));
}

#[test]
fn a_text_that_is_no_limit_is_told_once_and_holds_nothing() {
    alone(|| {
        let told = captured();
        for _ in 0..3 {
            assert_eq!(passed(argument("200 mb of it")), None);
        }
        let lines = told.lines();
        assert_eq!(lines.len(), 1, "{lines:#?}");
        assert!(lines[0].contains("200 mb of it") && lines[0].contains("`argument`"), "{lines:#?}");
    });
}

#[memory_watched(limit = resident().unwrap_or_default().as_u64(), every = 1)]
fn exactly() -> Result<(), MemoryLimitExceeded> {
    Ok(())
}

#[memory_watched(limit = resident().unwrap_or_default().as_u64() - 1, every = 1)]
fn one_less() -> Result<(), MemoryLimitExceeded> {
    Ok(())
}

/// Runs `check` until the resident size is the same before and after.
fn at_rest<R>(check: impl Fn() -> R) -> (u64, R) {
    for _ in 0..100 {
        let before = resident();
        let result = check();
        if let (Some(before), Some(after)) = (before, resident())
            && before == after
        {
            return (before.as_u64(), result);
        }
    }
    panic!("the resident size does not come to rest");
}

#[test]
fn equal_passes_and_above_fails() {
    alone(|| {
        let (_, result) = at_rest(exactly);
        assert_eq!(passed(result), None);
        let (bytes, result) = at_rest(one_less);
        assert_eq!(passed(result), Some(bytes - 1));

        let (bytes, result) = at_rest(|| check_memory_against(resident().unwrap_or_default()));
        assert_eq!(result.expect("equal").resident().map(ByteSize::as_u64), Some(bytes));
        let (bytes, result) =
            at_rest(|| check_memory_against(resident().unwrap_or_default().as_u64() - 1));
        let exceeded = result.expect_err("one above");
        assert_eq!((exceeded.resident().as_u64(), exceeded.limit().as_u64()), (bytes, bytes - 1));
        assert_eq!(exceeded.site().line(), line!() - 3);
        assert_eq!(exceeded.site().file(), file!());

        let exceeded = check_memory_against(0).expect_err("0 is honoured");
        assert_eq!(exceeded.limit().as_u64(), 0);
    });
}
