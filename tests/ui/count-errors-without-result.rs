use memmacros_runtime::memory_watched;

#[memory_watched(count_errors)]
fn number() -> u32 {
    3
}

#[memory_watched(count_errors)]
#[track_caller]
fn keeps_its_caller() -> Result<(), std::io::Error> {
    Ok(())
}

fn main() {
    number();
    keeps_its_caller().unwrap();
}
