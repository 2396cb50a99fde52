use memmacros_runtime::memory_watched;

#[memory_watched(max = "200MB", limt = "1GB", grwoth = 5)]
fn import() {}

#[memory_watched("200MB")]
fn export() {}

#[memory_watched(limit = "64GB" every = 1, max)]
fn no_comma() {}

fn main() {
    import();
    export();
    no_comma();
}
