use memmacros_runtime::memory_watched;

#[memory_watched(limit = "1GB", name = "import", limit = "2GB", r#name = "again", checkpoints, checkpoints)]
fn import() {}

#[memory_watched(limit = "1XB", limit = "2GB")]
fn the_first_is_bad_too() {}

fn main() {
    import();
    the_first_is_bad_too();
}
