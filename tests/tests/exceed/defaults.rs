//! Who follows what when `on_exceed` is not written.

use memmacros_runtime::{MemoryLimitExceeded, memory_watched, watch};
use memmacros_tests::{alone, block_on, captured, pending, site};

use super::{panic_of, warnings};

const LINE: u32 = line!() + 3;

#[memory_watched(limit = "1 B")]
fn returns_result(runs: &mut u32) -> Result<u32, MemoryLimitExceeded> {
    *runs += 1;
    Ok(*runs)
}

#[test]
fn a_result_carries_the_error() {
    let mut runs = 0;
    let exceeded = returns_result(&mut runs).expect_err("1 byte is passed");
    assert_eq!(runs, 0, "the body does not run");
    assert_eq!(exceeded.limit().as_u64(), 1);
    assert!(exceeded.resident() > exceeded.limit());
    assert_eq!(exceeded.growth(), None);
    let place = exceeded.site();
    assert_eq!((place.name(), place.file(), place.line()), ("returns_result", file!(), LINE));
    let text = exceeded.to_string();
    assert!(
        !text.contains('\n') && text.contains("over the limit of 1 B at `returns_result` (tests"),
        "{text}"
    );
    // None is let through, however many there are.
    for _ in 0..1000 {
        assert!(returns_result(&mut runs).is_err());
    }
    let site = site("returns_result");
    assert_eq!((site.calls, site.active, site.limit_errors, site.panics), (1001, 0, 1001, 0));
}

#[memory_watched(limit = "1 B")]
fn returns_nothing() {}

#[memory_watched(limit = "1 B")]
fn returns_a_number() -> u32 {
    1
}

#[memory_watched(limit = "1 B")]
fn returns_an_option() -> Option<u32> {
    Some(1)
}

#[memory_watched(limit = "1 B")]
async fn async_number() -> u32 {
    pending(1).await;
    1
}

#[test]
fn everything_else_panics() {
    for (call, name) in [
        ((|| returns_nothing()) as fn(), "returns_nothing"),
        (|| assert_eq!(returns_a_number(), 1), "returns_a_number"),
        (|| assert_eq!(returns_an_option(), Some(1)), "returns_an_option"),
        (|| assert_eq!(block_on(async_number()), 1), "async_number"),
    ] {
        for _ in 0..3 {
            let text = panic_of(call).expect("it panics");
            assert!(text.contains(&format!("over the limit of 1 B at `{name}`")), "{text}");
        }
        let site = site(name);
        assert_eq!(
            (site.calls, site.active, site.panics, site.limit_errors),
            (3, 0, 3, 0),
            "{name}"
        );
    }
}

#[memory_watched(limit = "1 B")]
async fn async_result(runs: &mut u32) -> Result<u32, MemoryLimitExceeded> {
    *runs += 1;
    pending(1).await;
    Ok(*runs)
}

#[test]
fn an_async_result_carries_the_error() {
    let mut runs = 0;
    let exceeded = block_on(async_result(&mut runs)).expect_err("1 byte is passed");
    assert_eq!((runs, exceeded.site().name()), (0, "async_result"));
    let site = site("async_result");
    assert_eq!((site.calls, site.active, site.limit_errors, site.cancelled), (1, 0, 1, 0));
}

#[memory_watched(limit = "1 B", on_exceed = error)]
fn option_with_error_written() -> Option<u32> {
    Some(1)
}

#[test]
fn an_option_is_none_where_error_is_written() {
    assert_eq!(option_with_error_written(), None);
}

#[memory_watched]
fn result_with_loop() -> Result<u32, MemoryLimitExceeded> {
    #[memory_watched(limit = "1 B")]
    for _ in 0..3 {}
    Ok(1)
}

#[memory_watched]
fn number_with_loop() -> u32 {
    #[memory_watched(limit = "1 B")]
    for _ in 0..3 {}
    1
}

#[memory_watched(on_exceed = warn)]
fn warning_with_loop() -> Result<u32, MemoryLimitExceeded> {
    #[memory_watched(limit = "1 B")]
    for _ in 0..3 {}
    Ok(1)
}

#[memory_watched(on_exceed = warn)]
fn warning_with_strict_loop() -> Result<u32, MemoryLimitExceeded> {
    #[memory_watched(limit = "1 B", on_exceed = error)]
    for _ in 0..3 {}
    Ok(1)
}

#[memory_watched]
async fn future_with_loop() -> Result<u32, MemoryLimitExceeded> {
    #[memory_watched(limit = "1 B")]
    for _ in 0..3 {
        pending(1).await;
    }
    Ok(1)
}

#[test]
fn a_loop_follows_its_function() {
    alone(|| {
        let told = captured();
        assert_eq!(
            result_with_loop().expect_err("1 byte is passed").site().name(),
            "result_with_loop/for"
        );
        assert!(panic_of(number_with_loop).expect("it panics").contains("number_with_loop/for"));
        assert_eq!(
            block_on(future_with_loop()).expect_err("1 byte").site().name(),
            "future_with_loop/for"
        );
        assert_eq!(
            warning_with_strict_loop().expect_err("1 byte is passed").site().name(),
            "warning_with_strict_loop/for"
        );
        assert_eq!(warnings(&told), [] as [&str; 0]);
        assert_eq!(warning_with_loop().expect("it only warns"), 1);
        assert_eq!(warnings(&told).len(), 1);
    });
}

struct Store;

#[memory_watched(limit = "1 B")]
impl Store {
    fn result(&self) -> Result<u32, MemoryLimitExceeded> {
        Ok(1)
    }

    fn number(&self) -> u32 {
        1
    }

    async fn future(&self) -> Result<u32, MemoryLimitExceeded> {
        pending(1).await;
        Ok(1)
    }

    #[memory_watched(on_exceed = error)]
    fn written(&self) -> Result<u32, MemoryLimitExceeded> {
        Ok(1)
    }

    fn with_a_loop(&self) -> Result<u32, MemoryLimitExceeded> {
        #[memory_watched]
        for _ in 0..3 {}
        Ok(1)
    }
}

#[memory_watched(limit = "1 B")]
mod module {
    use memmacros_runtime::MemoryLimitExceeded;

    pub(super) fn result() -> Result<u32, MemoryLimitExceeded> {
        Ok(1)
    }

    pub(super) struct Inner;

    impl Inner {
        pub(super) fn number(self) -> u32 {
            1
        }
    }
}

#[memory_watched(limit = "1 B")]
trait Defaults {
    fn result(&self) -> Result<u32, MemoryLimitExceeded> {
        Ok(1)
    }
}

impl Defaults for u8 {}

#[test]
fn what_is_reached_through_an_impl_or_a_module_warns() {
    alone(|| {
        let told = captured();
        assert_eq!(Store.result().expect("it only warns"), 1);
        assert_eq!(Store.number(), 1);
        assert_eq!(block_on(Store.future()).expect("it only warns"), 1);
        assert_eq!(Store.with_a_loop().expect("it only warns"), 1);
        assert_eq!(module::result().expect("it only warns"), 1);
        assert_eq!(module::Inner.number(), 1);
        assert_eq!(0_u8.result().expect("it only warns"), 1);
        let warnings = warnings(&told);
        let names = [
            "Store::result",
            "Store::number",
            "Store::future",
            "Store::with_a_loop",
            "Store::with_a_loop/for",
            "module::result",
            "Inner::number",
            "Defaults::result",
        ];
        assert_eq!(warnings.len(), names.len(), "{warnings:#?}");
        for (warning, name) in warnings.iter().zip(names) {
            assert!(warning.contains(&format!("`{name}`")), "{name}: {warning}");
        }
        // Until it is written.
        assert!(Store.written().is_err());
        assert_eq!(site("Store::result").limit_errors, 0);
    });
}

#[memory_watched(limit = "1 B", on_exceed = error)]
impl std::str::FromStr for Store {
    type Err = std::io::Error;

    fn from_str(_: &str) -> Result<Self, std::io::Error> {
        Ok(Self)
    }
}

#[memory_watched(limit = "1 B", on_exceed = panic)]
mod strict {
    pub(super) fn number() -> u32 {
        1
    }
}

#[test]
fn what_is_written_on_an_impl_or_a_module_holds() {
    assert!("".parse::<Store>().is_err());
    assert!(panic_of(strict::number).is_some());
}

#[memory_watched]
fn closures_and_blocks() -> Result<u32, MemoryLimitExceeded> {
    let closure = || -> Result<u32, MemoryLimitExceeded> {
        #[memory_watched(limit = "1 B", name = "in a closure")]
        for _ in 0..3 {}
        Ok(1)
    };
    let block = async {
        #[memory_watched(limit = "1 B", name = "in an async block")]
        for _ in 0..3 {
            pending(1).await;
        }
        1
    };
    let strict = || -> Result<u32, MemoryLimitExceeded> {
        #[memory_watched(limit = "1 B", name = "strict", on_exceed = error)]
        for _ in 0..3 {}
        Ok(1000)
    };
    Ok(closure()? + block_on(block) + strict().unwrap_or(1))
}

#[test]
fn closures_and_async_blocks_warn() {
    alone(|| {
        let told = captured();
        assert_eq!(closures_and_blocks().expect("they only warn"), 3);
        let watched = watch!(
            #[memory_watched(limit = "1 B", name = "watch")]
            || 1
        );
        assert_eq!(watched(), 1);
        let warnings = warnings(&told);
        assert_eq!(warnings.len(), 3, "{warnings:#?}");
        for (warning, name) in warnings.iter().zip(["in a closure", "in an async block", "watch"]) {
            assert!(warning.contains(&format!("`{name}`")), "{name}: {warning}");
        }
    });
}

#[memory_watched(limit = "1 B")]
extern "C" fn foreign() -> u32 {
    #[memory_watched(limit = "1 B")]
    for _ in 0..3 {}
    1
}

struct Dropped;

impl Drop for Dropped {
    #[memory_watched(limit = "1 B")]
    fn drop(&mut self) {}
}

#[test]
fn where_a_panic_may_not_leave_it_warns() {
    alone(|| {
        let told = captured();
        assert_eq!(foreign(), 1);
        drop(Dropped);
        let warnings = warnings(&told);
        assert_eq!(warnings.len(), 3, "{warnings:#?}");
        for (warning, name) in warnings.iter().zip(["foreign", "foreign/for", "drop"]) {
            assert!(warning.contains(&format!("`{name}`")), "{name}: {warning}");
        }
    });
}
