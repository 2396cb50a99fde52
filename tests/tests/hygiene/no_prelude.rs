//! `#![no_implicit_prelude]`: no name comes from anywhere but the source.

#![no_implicit_prelude]

#[derive(::core::fmt::Debug)]
struct Failed;

impl ::core::convert::From<::memmacros_runtime::MemoryLimitExceeded> for Failed {
    fn from(_: ::memmacros_runtime::MemoryLimitExceeded) -> Self {
        Failed
    }
}

fn eight() -> u64 {
    8_000_000_000
}

fn shed(_: &::memmacros_runtime::MemoryLimitExceeded) {}

#[::memmacros_runtime::memory_watched]
fn plain(n: u32) -> u32 {
    n
}

#[::memmacros_runtime::memory_watched(
    limit = "8GB",
    growth = "8GB",
    count_errors,
    checkpoints,
    every = 1
)]
fn error(n: u32) -> ::core::result::Result<u32, Failed> {
    let mut sum = 0;
    #[memory_watched(limit = eight(), on_exceed = error)]
    for m in 0..n {
        sum += m;
    }
    ::core::result::Result::Ok(sum)
}

#[::memmacros_runtime::memory_watched(limit = eight(), growth = "8GB", on_exceed = shed)]
fn handled(n: u32) -> u32 {
    #[memory_watched(on_exceed = panic)]
    loop {
        break n;
    }
}

#[::memmacros_runtime::memory_watched(on_exceed = error)]
fn option(n: u32) -> ::core::option::Option<u32> {
    #[memory_watched]
    while n > 3 {
        return ::core::option::Option::None;
    }
    ::core::option::Option::Some(n)
}

#[::memmacros_runtime::memory_watched(growth = "8GB", count_errors)]
async fn future(n: u32) -> ::core::result::Result<u32, Failed> {
    let mut sum = 0;
    #[memory_watched]
    for m in 0..n {
        sum += m;
    }
    ::core::result::Result::Ok(sum)
}

#[::memmacros_runtime::memory_watched(limit = eight(), on_exceed = shed)]
async fn handled_future(n: u32) -> u32 {
    n
}

struct Store;

#[::memmacros_runtime::memory_watched(on_exceed = warn, growth = "8GB")]
impl Store {
    fn get(&self) -> u32 {
        4
    }
}

#[::core::prelude::v1::test]
fn works() {
    ::core::assert_eq!(plain(1), 1);
    ::core::assert_eq!(error(4).ok(), ::core::option::Option::Some(6));
    ::core::assert_eq!(handled(2), 2);
    ::core::assert_eq!(option(2), ::core::option::Option::Some(2));
    ::core::assert_eq!(
        ::memmacros_tests::block_on(future(4)).ok(),
        ::core::option::Option::Some(6)
    );
    ::core::assert_eq!(::memmacros_tests::block_on(handled_future(2)), 2);
    ::core::assert_eq!(Store.get(), 4);
    let mut sum = 0;
    ::memmacros_runtime::watch! { for n in 0..4 { sum += n; } }
    let double = ::memmacros_runtime::watch!(|n: u32| n * 2);
    ::core::assert_eq!(double(sum), 12);
    let _ = ::memmacros_runtime::mem_checkpoint!();
    let _ = ::memmacros_runtime::mem_checkpoint!("a row of {sum}");
}
