use memmacros_runtime::memory_watched;

#[memory_watched]
const fn at_build_time() -> u32 {
    3
}

#[memory_watched]
fn with_a_constant() -> u32 {
    const INNER: u32 = {
        let mut n = 0;
        #[memory_watched]
        while n < 3 {
            n += 1;
        }
        n
    };
    INNER
}

const X: u32 = at_build_time();

fn main() {
    with_a_constant();
    let _ = X;
}
