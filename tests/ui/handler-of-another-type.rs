use memmacros_runtime::memory_watched;

fn takes_text(_: &str) {}

#[memory_watched(on_exceed = takes_text)]
fn handled() {}

#[memory_watched(on_exceed = missing_handler)]
fn not_found() {}

fn main() {
    handled();
    not_found();
}
