use memmacros_runtime::{MemoryLimitExceeded, memory_watched};

#[memory_watched(on_exceed = pannic)]
fn mistyped() {}

#[memory_watched(on_exceed = abort)]
fn another_word() {}

#[memory_watched(on_exceed = "warn")]
fn quoted() {}

#[memory_watched(on_exceed = panic!())]
fn called() {}

#[memory_watched(on_exceed = |exceeded| drop(exceeded))]
fn closure() {}

fn handler(_: &MemoryLimitExceeded) {}

#[memory_watched(on_exceed = handler)]
fn by_its_name() {}

#[memory_watched(on_exceed = self::handler)]
fn by_its_path() {}

fn main() {}
