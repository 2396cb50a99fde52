use memmacros_runtime::memory_watched;

#[memory_watched]
pub struct Struct;

#[memory_watched]
pub enum Enum {}

#[memory_watched]
pub use std::fmt;

#[memory_watched]
pub static STATIC: u32 = 3;

#[memory_watched]
pub type Alias = u32;

#[memory_watched]
unsafe extern "C" {
    pub safe fn abs(x: i32) -> i32;
}

fn main() {}
