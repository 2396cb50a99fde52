//! Owns a program that has two versions of the runtime, through two of its dependencies.
//! Called by tests/crates.rs, which makes the second version and reads what this prints.
//! Never mixes them: each lists the annotations that were made with it.

#[memmacros_runtime::memory_watched]
fn with_this_one() {}

#[next::memory_watched(crate = ::next)]
fn with_the_next() {
    #[memory_watched(name = "loop_of_the_next")]
    for _ in 0..3 {}
}

fn main() {
    with_this_one();
    with_the_next();
    with_the_next();
    memmacros_runtime::mem_checkpoint!("a row");
    next::mem_checkpoint!("a row");
    for site in &memmacros_runtime::sites() {
        println!("this: {}: {}", site.place.name(), site.calls);
    }
    for site in &next::sites() {
        println!("next: {}: {}", site.place.name(), site.calls);
    }
}
