use memmacros_runtime::memory_watched;

#[memory_watched]
fn looped() {
    #[memory_watched(count_errors)]
    for _ in 0..3 {}
    #[memory_watched(limit = "1XB", max = 3)]
    while false {}
    #[memory_watched(limit = "1GB")]
    #[memory_watched(every = 1)]
    for _ in 0..3 {}
    println!("{}", {
        #[memory_watched(every = 0)]
        for _ in 0..3 {}
        3
    });
}

fn main() {
    looped();
}
