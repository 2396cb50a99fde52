use memmacros_runtime::memory_watched;

struct Importer;

#[memory_watched]
impl Importer {
    #[cfg_attr(all(), memory_watched(skip))]
    fn run(&self) {}
}

fn main() {
    Importer.run();
}
