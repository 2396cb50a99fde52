//! Owns the case of a whole crate without a prelude, and with names of its own for what is in it.
//! Called by tests/crates.rs, which reads what it prints.
//! Never has `Option`, `Result` or `Drop` in scope.
#![no_implicit_prelude]
#![deny(warnings)]
#![forbid(unsafe_code)]
#![allow(dead_code)]

mod core {}
mod std {}

enum Option {
    Some,
    None,
}

struct Result;

type Limited = ::core::result::Result<u32, ::memmacros_runtime::MemoryLimitExceeded>;

#[::memmacros_runtime::memory_watched(limit = "100GB", growth = "100GB", on_exceed = error)]
fn function() -> Limited {
    let mut sum = 0;
    #[memory_watched(name = "turns")]
    for turn in 0..3 {
        sum += turn;
    }
    ::core::result::Result::Ok(sum)
}

#[::memmacros_runtime::memory_watched(on_exceed = error)]
async fn future() -> Limited {
    ::core::result::Result::Ok(1)
}

fn main() {
    let sum = function();
    ::std::assert!(::core::matches!(sum, ::core::result::Result::Ok(3)));
    ::core::mem::drop(future());
    ::memmacros_runtime::mem_checkpoint!("a row");
    ::memmacros_runtime::watch! {
        #[memory_watched(name = "free_loop")]
        for _ in 0..3 {}
    }
    for site in ::memmacros_runtime::sites().iter() {
        ::std::println!("{} {}: {}", site.place.kind(), site.place.name(), site.calls);
    }
}
