use memmacros_runtime::memory_watched;
use std::alloc::{GlobalAlloc, Layout, System};

pub struct Block;

#[memory_watched]
unsafe impl GlobalAlloc for Block {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        unsafe { System.dealloc(block, layout) }
    }
}

pub struct Method;

unsafe impl GlobalAlloc for Method {
    #[memory_watched]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        unsafe { System.dealloc(block, layout) }
    }
}

#[memory_watched]
mod module {
    use super::{GlobalAlloc, Layout, System};

    pub struct Inside;

    unsafe impl GlobalAlloc for Inside {
        unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
            unsafe { System.alloc(layout) }
        }

        unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
            unsafe { System.dealloc(block, layout) }
        }
    }
}

pub use module::Inside;

fn main() {}
