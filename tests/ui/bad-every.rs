use memmacros_runtime::memory_watched;

#[memory_watched(every = 0)]
fn never() {}

#[memory_watched(every = -1)]
fn negative() {}

#[memory_watched(every = 4294967296)]
fn too_large() {}

#[memory_watched(every = "10")]
fn no_unit() {}

#[memory_watched(every = "0ms")]
fn no_time() {}

#[memory_watched(every = some::path)]
fn not_a_literal() {}

fn main() {}
