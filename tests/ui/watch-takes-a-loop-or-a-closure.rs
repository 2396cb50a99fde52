use memmacros_runtime::watch;

fn main() {
    watch!(3 + 4);
    watch!();
    watch! {
        for _ in 0..3 {}
        for _ in 0..3 {}
    }
    let _closure = watch!(#[memory_watched(skip)] |x: u32| x);
    let _growth = watch!(#[memory_watched(growth = "1MB", on_exceed = error)] |x: Option<u32>| -> Option<u32> { x });
    watch! {
        #[memory_watched(limit = "1XB", max = 3)]
        for _ in 0..3 {}
    }
}
