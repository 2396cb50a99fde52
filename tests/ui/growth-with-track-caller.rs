use memmacros_runtime::{MemoryLimitExceeded, memory_watched};

#[memory_watched(growth = "1MB")]
#[track_caller]
fn by_default() -> Result<(), MemoryLimitExceeded> {
    Ok(())
}

#[memory_watched(growth = "1MB", on_exceed = shed)]
#[track_caller]
fn handled() {}

fn shed(_: &MemoryLimitExceeded) {}

fn main() {
    by_default().unwrap();
    handled();
    let _ = shed;
}
