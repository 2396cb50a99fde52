use memmacros_runtime::memory_watched;

#[memory_watched(limit = "0%")]
fn none_of_it() {}

#[memory_watched(limit = "120%")]
fn more_than_all() {}

#[memory_watched(limit = "eighty%")]
fn in_words() {}

#[memory_watched(growth = "10%")]
fn growth_in_percent() {}

fn main() {}
