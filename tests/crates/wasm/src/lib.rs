//! Owns an annotated library that runs where there is no /proc and no linker section of ours.
//! Called by tests/wasm.rs, and by node where there is one.
//! Never expects a reading: the resident size is unknown here.

use memmacros_runtime::{MemoryLimitExceeded, mem_checkpoint, memory_watched, resident, watch};

#[memory_watched(limit = "1 B", growth = "1 B", on_exceed = error)]
fn limited(turns: u32) -> Result<u32, MemoryLimitExceeded> {
    let mut sum = 0;
    #[memory_watched(limit = "1 B")]
    for turn in 0..turns {
        sum += turn;
    }
    Ok(sum)
}

#[memory_watched]
async fn future() -> u32 {
    1
}

/// The sum of the numbers below `turns`: what cannot be read is no error.
#[unsafe(no_mangle)]
pub extern "C" fn sum(turns: u32) -> u32 {
    drop(future());
    mem_checkpoint!("{turns} turns");
    watch! {
        for _ in 0..turns {}
    }
    limited(turns).unwrap_or(u32::MAX)
}

/// How many annotations have run.
#[unsafe(no_mangle)]
pub extern "C" fn sites_that_ran() -> usize {
    memmacros_runtime::sites().iter().filter(|site| site.calls > 0).count()
}

/// 1 if a resident size can be read.
#[unsafe(no_mangle)]
pub extern "C" fn knows_resident() -> u32 {
    u32::from(resident().is_some())
}
