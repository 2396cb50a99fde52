//! Owns the price of a checkpoint that shows nothing, beside the reading that it takes.
//! Called by `cargo bench --bench checkpoint`.
//! Never prints a row: what it measures would be the terminal.

use divan::{Bencher, black_box};
use memmacros_runtime::{ByteDelta, ByteSize, Sink, mem_checkpoint, resident, set_sink};

fn main() {
    // Should memory move after all, the row must not cost a write to the terminal.
    set_sink(Sink::writer(std::io::sink()));
    divan::main();
}

/// The floor.
#[divan::bench]
fn reading() -> Option<ByteSize> {
    resident()
}

#[divan::bench]
fn plain() -> Option<ByteDelta> {
    mem_checkpoint!()
}

#[divan::bench]
fn with_message(bencher: Bencher<'_, '_>) {
    let rows = black_box(3);
    bencher.bench_local(|| mem_checkpoint!("imported {rows} rows"));
}

/// Threads share nothing but the counts of the site.
#[divan::bench(threads = [1, 2])]
fn by_threads() -> Option<ByteDelta> {
    mem_checkpoint!("a turn")
}
