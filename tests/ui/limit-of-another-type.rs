use memmacros_runtime::memory_watched;

#[memory_watched(limit = std::time::Duration::ZERO)]
fn sync() {}

#[memory_watched(limit = std::time::Duration::ZERO)]
async fn future() {}

fn main() {
    sync();
    drop(future());
}
