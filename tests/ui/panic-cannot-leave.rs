use memmacros_runtime::memory_watched;

#[memory_watched(on_exceed = panic)]
extern "C" fn callback() {}

#[memory_watched]
extern "C" fn loops() {
    #[memory_watched(on_exceed = panic)]
    for _ in 0..3 {}
}

struct Method;

impl Drop for Method {
    #[memory_watched(on_exceed = panic)]
    fn drop(&mut self) {}
}

struct Impl;

#[memory_watched(on_exceed = panic)]
impl Drop for Impl {
    fn drop(&mut self) {}
}

fn main() {
    callback();
    loops();
    drop((Method, Impl));
}
