use memmacros_runtime::memory_watched;

#[memory_watched(limit = "200m", growth = "1XB")]
fn units() {}

#[memory_watched(limit = "", growth = "-1MB")]
fn no_number() {}

#[memory_watched(limit = "1e6", growth = "5KBjunk")]
fn not_whole() {}

#[memory_watched(limit = 1.5, growth = true)]
fn literals() {}

#[memory_watched(limit = -5, growth = 'x')]
fn more_literals() {}

#[memory_watched(limit = 5i8, growth = "99999999EB")]
fn too_large() {}

#[memory_watched(limit, growth =)]
fn no_value() {}

#[memory_watched(limit("200MB"), growth = compute())]
fn other_syntax() {}

fn main() {}
