//! The first five lines: watch a function, mark where memory stands, see who made it grow.
//!
//! ```sh
//! cargo run --example quick_start
//! MEMMACROS=off cargo run --example quick_start    # the same program, unwatched
//! ```

use memmacros_runtime::{MemoryLimitExceeded, mem_checkpoint, memory_watched, summary};

/// Stops with an error before the process passes 500 MB.
#[memory_watched(limit = "500MB")]
fn import(rows: usize) -> Result<Vec<String>, MemoryLimitExceeded> {
    Ok((0..rows).map(|row| format!("row {row} of {rows}")).collect())
}

fn main() -> Result<(), MemoryLimitExceeded> {
    mem_checkpoint!("start");
    let rows = import(500_000)?;
    mem_checkpoint!("imported {} rows", rows.len());
    drop(rows);
    mem_checkpoint!("dropped them");
    summary();
    Ok(())
}
