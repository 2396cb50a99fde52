use memmacros_runtime::memory_watched;

fn main() {
    #[memory_watched]
    for _ in 0..3 {}
    let _value: u32 = #[memory_watched(limit = "1GB")]
    loop {
        break 3;
    };
}
