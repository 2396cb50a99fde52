//! Loops: a limit that ends one, a limit that only warns, iterators, and `watch!` where no
//! function can be annotated.
//!
//! ```sh
//! cargo run --example loops
//! ```

use std::collections::VecDeque;

use memmacros_runtime::{
    ByteSize, MemoryLimitExceeded, MemoryWatchedExt as _, memory_watched, resident, summary, watch,
};

/// 1 MiB that is really there: each page is written to.
fn chunk(nth: u8) -> Vec<u8> {
    vec![nth | 1; 1 << 20]
}

/// The attribute on the function is what makes the one on the loop work. The limit is an
/// expression here: it is worked out at each check.
#[memory_watched]
fn fill(up_to: ByteSize) -> Result<usize, MemoryLimitExceeded> {
    let mut chunks = Vec::new();
    #[memory_watched(limit = up_to, name = "each chunk")]
    for nth in 0..=u8::MAX {
        chunks.push(chunk(nth));
    }
    Ok(chunks.len())
}

/// `growth` counts from the start of the loop, whatever the process held before. Here it
/// only warns, once.
#[memory_watched(on_exceed = warn)]
fn keep_newest() -> usize {
    let mut chunks = VecDeque::new();
    let mut nth = 0;
    #[memory_watched(growth = "20MB")]
    while nth < 100 {
        chunks.push_back(chunk(nth));
        if chunks.len() > 64 {
            chunks.pop_front();
        }
        nth += 1;
    }
    chunks.len()
}

/// An iterator gives each item as a `Result`; the error hands the item back.
fn take_what_fits(limit: ByteSize) -> usize {
    let chunks = (0..=u8::MAX).map(chunk);
    let taken = chunks.memory_watched(limit).map_while(Result::ok);
    taken.collect::<Vec<_>>().len()
}

/// `watch!` takes a loop anywhere, also in a macro or a function that is not ours to annotate.
fn count_to(turns: u64) -> u64 {
    let mut sum = 0;
    watch! {
        #[memory_watched(name = "count_to")]
        for turn in 0..turns {
            sum += turn;
        }
    }
    sum
}

fn main() {
    let Some(before) = resident() else {
        println!("The resident size cannot be read here, so that no limit is ever passed.");
        return;
    };
    let limit = before.checked_add(ByteSize::new(50_000_000)).unwrap_or(ByteSize::MAX);

    match fill(limit) {
        Ok(chunks) => println!("fill: all {chunks} chunks"),
        Err(exceeded) => println!("fill: {exceeded}"),
    }
    println!("keep_newest: {} chunks", keep_newest());
    println!("take_what_fits: {} chunks of 256", take_what_fits(limit));
    println!("count_to: {}", count_to(1_000_000));
    summary();
}
