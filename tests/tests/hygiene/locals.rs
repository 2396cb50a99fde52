//! Arguments and locals that are called like ours.

use memmacros_runtime::{MemoryLimitExceeded, memory_watched};
use memmacros_tests::{block_on, pending};

#[memory_watched(limit = memmacros_guard, growth = "8GB", count_errors)]
fn arguments(
    memmacros_guard: u64,
    memmacros_result: u64,
    memmacros_watch: u64,
    memmacros_exceeded: u64,
    guard: u64,
    result: u64,
    watch: u64,
    exceeded: u64,
) -> Result<u64, MemoryLimitExceeded> {
    let mut sum = memmacros_guard + memmacros_result + memmacros_watch + memmacros_exceeded;
    #[memory_watched(limit = memmacros_watch, name = "uses the argument")]
    for memmacros_exceeded in 0..3 {
        sum += memmacros_exceeded;
    }
    Ok(sum + guard + result + watch + exceeded)
}

const BIG: u64 = 8_000_000_000;

#[test]
fn arguments_keep_their_meaning() {
    assert_eq!(arguments(BIG, 1, BIG, 2, 3, 4, 5, 6).expect("no limit"), 2 * BIG + 24);
    // The limit of the function is its own first argument, that of the loop the third.
    let error = arguments(1, 0, BIG, 0, 0, 0, 0, 0).expect_err("1 byte is passed");
    assert_eq!(error.site().name(), "arguments");
    let error = arguments(BIG, 0, 1, 0, 0, 0, 0, 0).expect_err("1 byte is passed");
    assert_eq!(error.site().name(), "uses the argument");
}

#[memory_watched(growth = "8GB", count_errors)]
async fn future(
    memmacros_site: u32,
    memmacros_future: u32,
    memmacros_value: u32,
    memmacros_never: u32,
    memmacros_exceeded: u32,
    site: u32,
) -> Result<u32, MemoryLimitExceeded> {
    pending(1).await;
    Ok(memmacros_site
        + memmacros_future
        + memmacros_value
        + memmacros_never
        + memmacros_exceeded
        + site)
}

#[test]
fn arguments_of_futures_keep_their_meaning() {
    assert_eq!(block_on(future(1, 2, 3, 4, 5, 6)).expect("no limit"), 21);
}

#[memory_watched]
fn locals() -> (u32, &'static str, u8) {
    let memmacros_guard = 1;
    let guard = "guard";
    const __MEMMACROS_SITE: u8 = 3;
    #[memory_watched]
    loop {
        let memmacros_watch = memmacros_guard;
        break (memmacros_watch, guard, __MEMMACROS_SITE);
    }
}

#[test]
fn locals_keep_their_meaning() {
    assert_eq!(locals(), (1, "guard", 3));
}

#[memory_watched(limit = r#type.r#fn(), name = "raw")]
fn r#raw(r#type: &r#Struct) -> u64 {
    #[memory_watched]
    'r#loop: for r#in in 0..3 {
        if r#in == 2 {
            break 'r#loop;
        }
    }
    r#type.r#fn()
}

struct r#Struct(u64);

#[memory_watched]
impl r#Struct {
    fn r#fn(&self) -> u64 {
        self.0
    }
}

#[test]
fn raw_identifiers() {
    assert_eq!(r#raw(&r#Struct(BIG)), BIG);
    // Shown as they are called, without the `r#`.
    assert_eq!(memmacros_tests::site("Struct::fn").calls, 2);
}

/// A nested function may be called like anything.
#[memory_watched(limit = "8GB", growth = "8GB", on_exceed = panic)]
fn items() -> u32 {
    fn enter() -> u32 {
        1
    }
    struct Site(u32);
    const SITE: Site = Site(2);
    static __MEMMACROS_SITE: u32 = 3;
    macro_rules! site {
        () => {
            4
        };
    }
    enter() + SITE.0 + __MEMMACROS_SITE + site!()
}

#[test]
fn items_keep_their_meaning() {
    assert_eq!(items(), 10);
}
