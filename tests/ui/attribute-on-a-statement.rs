use memmacros_runtime::memory_watched;

#[memory_watched]
fn looped() {
    #[memory_watched]
    let n = 3;
    #[memory_watched]
    if n > 3 {}
    #[memory_watched]
    println!("{n}");
    #[memory_watched]
    {
        println!("{n}");
    }
    let double = #[memory_watched]
    |x: u32| x * 2;
    double(n);
}

fn main() {
    looped();
}
