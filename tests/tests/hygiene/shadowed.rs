//! Names of the prelude, of std and of ours that mean something else here.

#![expect(
    non_camel_case_types,
    non_upper_case_globals,
    reason = "names that an expansion could trip over"
)]
#![expect(dead_code, unused_macros, reason = "they are only to be in the way")]

use memmacros_runtime::memory_watched;

// Types, functions, constants and modules called like what an expansion needs.
struct Result;
struct Option;
struct Some;
struct None;
struct Ok;
struct Err;
struct Box;
struct Drop;
struct From;
struct Into;
struct Future;
struct Iterator;
struct String;
struct Vec;
struct Send;
struct u64;
struct bool;
struct str;
struct Site;
struct Options;
struct Kind;
struct Action;
struct MemoryLimitExceeded;
trait LimitReturn {}

mod core {}
mod std {}
mod alloc {}
mod linkme {}
mod __private {}
mod memmacros {}
mod private {}

const SITE: () = ();
const __MEMMACROS_SITE: () = ();
const LISTED: () = ();
const site_limit: () = ();
static MEMMACROS_RUNTIME_0_1_SITES: () = ();

fn enter() {}
fn call() {}
fn watch_loop() {}
fn drop() {}
fn guard() {}
fn into_limit() {}

macro_rules! site {
    ($($any:tt)*) => {
        compile_error!("the user's own")
    };
}
macro_rules! module_path {
    ($($any:tt)*) => {
        compile_error!("the user's own")
    };
}
macro_rules! file {
    ($($any:tt)*) => {
        compile_error!("the user's own")
    };
}
macro_rules! line {
    ($($any:tt)*) => {
        compile_error!("the user's own")
    };
}
macro_rules! cfg {
    ($($any:tt)*) => {
        compile_error!("the user's own")
    };
}
macro_rules! panic {
    ($($any:tt)*) => {
        compile_error!("the user's own")
    };
}
macro_rules! format_args {
    ($($any:tt)*) => {
        compile_error!("the user's own")
    };
}

#[derive(PartialEq, Debug)]
struct Failed;

impl ::core::convert::From<::memmacros_runtime::MemoryLimitExceeded> for Failed {
    fn from(_: ::memmacros_runtime::MemoryLimitExceeded) -> Self {
        Failed
    }
}

mod errors {
    pub(super) fn eight() -> ::core::primitive::u64 {
        8_000_000_000
    }
    pub(super) fn handler(_: &::memmacros_runtime::MemoryLimitExceeded) {}
}

#[memory_watched(limit = "8GB", growth = "8GB", count_errors, every = 1)]
fn error(n: u32) -> ::core::result::Result<u32, Failed> {
    let mut sum = 0;
    #[memory_watched(limit = "99%", growth = "8GB", every = "1ms")]
    for m in 0..n {
        sum += m;
    }
    #[cfg_attr(not(any()), memory_watched)]
    loop {
        break;
    }
    ::core::result::Result::Ok(sum)
}

#[memory_watched(limit = errors::eight(), growth = "8GB", on_exceed = errors::handler)]
fn handled(n: u32) -> u32 {
    #[memory_watched]
    loop {
        break n;
    }
}

#[memory_watched(growth = "8GB", count_errors)]
async fn future(n: u32) -> ::core::result::Result<u32, Failed> {
    #[memory_watched]
    loop {
        break ::core::result::Result::Ok(n);
    }
}

#[memory_watched]
async fn plain_future() -> ::core::option::Option<u32> {
    ::core::option::Option::Some(1)
}

#[memory_watched]
impl Result {
    fn method(&self) -> Self {
        Result
    }
}

/// A `Result` of the user's own that is none: the annotation says what to do.
#[memory_watched(on_exceed = panic)]
fn own_result() -> Result {
    Result.method()
}

#[test]
fn works() {
    ::std::assert_eq!(error(4), ::core::result::Result::Ok(6));
    ::std::assert_eq!(handled(2), 2);
    ::std::assert_eq!(::memmacros_tests::block_on(future(4)), ::core::result::Result::Ok(4));
    ::std::assert_eq!(::memmacros_tests::block_on(plain_future()), ::core::option::Option::Some(1));
    let Result = own_result();
    let mut sum = 0;
    ::memmacros_runtime::watch! { for n in 0..4 { sum += n; } }
    ::std::assert_eq!(sum, 6);
    let _ = ::memmacros_runtime::mem_checkpoint!("a row of {sum}");
}
