use memmacros_runtime::memory_watched;

#[memory_watched(on_exceed = error)]
fn nothing() {}

#[memory_watched(on_exceed = error)]
fn number() -> u32 {
    3
}

#[memory_watched(on_exceed = error)]
async fn text() -> String {
    String::new()
}

#[memory_watched]
fn looped() {
    #[memory_watched(on_exceed = error)]
    for _ in 0..3 {}
}

struct Importer;

#[memory_watched(on_exceed = error)]
impl Importer {
    fn open(&self) -> Result<(), std::io::Error> {
        Ok(())
    }

    fn len(&self) -> usize {
        0
    }
}

fn main() {
    nothing();
    number();
    drop(text());
    looped();
    Importer.open().unwrap();
    Importer.len();
}
