//! Owns the case of both crates side by side, the runtime without its re-exports.
//! Called by tests/crates.rs, which reads what it prints.
//! Never takes a macro from the runtime.
#![deny(warnings)]

use memmacros::{memory_watched, watch};
use memmacros_runtime::MemoryLimitExceeded;

#[memory_watched(limit = "1 B")]
fn over() -> Result<(), MemoryLimitExceeded> {
    Ok(())
}

fn main() {
    println!("over: {}", over().is_err());
    watch! {
        #[memory_watched(name = "free_loop")]
        for _ in 0..3 {}
    }
    for site in &memmacros_runtime::sites() {
        println!("{} {}: {}", site.place.kind(), site.place.name(), site.calls);
    }
}
