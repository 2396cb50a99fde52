use memmacros_runtime::memory_watched;

pub trait Job {
    #[memory_watched]
    fn run(&self);
}

#[memory_watched]
pub trait Watched {
    #[memory_watched(limit = "1GB")]
    fn run(&self);
}

unsafe extern "C" {
    #[memory_watched]
    pub safe fn abs(x: i32) -> i32;
}

fn main() {}
