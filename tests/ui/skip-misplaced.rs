use memmacros_runtime::memory_watched;

#[memory_watched(skip)]
fn alone() {}

#[memory_watched(skip)]
mod module {}

#[memory_watched]
fn looped() {
    #[memory_watched(skip)]
    for _ in 0..3 {}
}

struct Importer;

#[memory_watched]
impl Importer {
    #[memory_watched(skip, limit = "1GB", checkpoints)]
    fn run(&self) {}
}

fn main() {
    alone();
    looped();
    Importer.run();
}
