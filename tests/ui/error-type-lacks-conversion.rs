use memmacros_runtime::memory_watched;
use std::fmt;

#[derive(Debug)]
struct Mine;

#[memory_watched]
fn own_error() -> Result<u32, Mine> {
    Ok(3)
}

#[memory_watched]
fn foreign_error() -> fmt::Result {
    Ok(())
}

#[memory_watched(growth = "1GB")]
fn with_growth() -> Result<u32, Mine> {
    Ok(3)
}

#[memory_watched]
async fn future() -> Result<u32, Mine> {
    Ok(3)
}

#[memory_watched(on_exceed = error)]
fn no_result() -> std::num::NonZeroU8 {
    std::num::NonZeroU8::MIN
}

#[memory_watched(on_exceed = error)]
async fn no_result_later() -> std::num::NonZeroU8 {
    std::num::NonZeroU8::MIN
}

fn main() {
    own_error().unwrap();
    foreign_error().unwrap();
    with_growth().unwrap();
    drop(future());
    no_result();
    drop(no_result_later());
}
