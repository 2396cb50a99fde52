use memmacros_runtime::{MemoryLimitExceeded, memory_watched};

#[memory_watched(growth = "1MB", on_exceed = error)]
#[track_caller]
fn refused() -> Result<(), MemoryLimitExceeded> {
    Ok(())
}

#[memory_watched(growth = "1MB", on_exceed = shed)]
#[track_caller]
fn handled() {}

fn shed(_: &MemoryLimitExceeded) {}

fn main() {
    refused().unwrap();
    handled();
    let _ = shed;
}
