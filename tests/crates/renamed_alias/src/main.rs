//! Owns the case of a renamed runtime that one line makes known under its own name.
//! Called by tests/crates.rs, which reads what it prints.
//! Never writes `crate = ..`.
#![deny(warnings)]

extern crate mm as memmacros_runtime;

mod deep {
    pub mod down {
        #[mm::memory_watched(limit = "1 B")]
        pub fn over() -> Result<(), mm::MemoryLimitExceeded> {
            Ok(())
        }
    }
}

fn main() {
    println!("over: {}", deep::down::over().is_err());
    for site in &mm::sites() {
        println!("{} {}: {}", site.place.kind(), site.place.name(), site.calls);
    }
}
