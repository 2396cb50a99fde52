use memmacros_runtime::memory_watched;

#[memory_watched(checkpoints = true, count_errors(yes))]
fn import() -> Result<(), std::io::Error> {
    Ok(())
}

struct Importer;

#[memory_watched]
impl Importer {
    #[memory_watched(skip = true)]
    fn run(&self) {}
}

fn main() {
    import().unwrap();
    Importer.run();
}
