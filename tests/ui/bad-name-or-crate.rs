use memmacros_runtime::memory_watched;

#[memory_watched(name = "")]
fn nameless() {}

#[memory_watched(name = import)]
fn name_without_quotes() {}

#[memory_watched(crate = mm)]
fn relative() {}

#[memory_watched(crate = "::mm")]
fn quoted() {}

fn main() {}
