//! Owns the question whether this process is a child that came out of `fork`.
//! Called by statm before it trusts its descriptor, and by rooms whose threads die in a fork.
//! Never asks the system on the way of a sample, and never needs the C library's fork.

#[cfg(target_os = "linux")]
use std::sync::atomic::{AtomicPtr, AtomicU64};
#[cfg(unix)]
use std::sync::atomic::{AtomicU32, Ordering};

/// What a child must not inherit. All zero means "know nothing yet".
#[cfg(target_os = "linux")]
#[repr(C, align(64))]
#[derive(Debug)]
pub(super) struct Words {
    /// statm's kept descriptor, packed; 0 where none is open.
    pub(super) statm: AtomicU64,
    /// Ticks at which statm's descriptor was last known to be ours.
    pub(super) checked: AtomicU64,
    generation: AtomicU32,
    /// The process these words describe; 0 in a page that the kernel wipes by itself.
    pid: AtomicU32,
}

/// Set once, to a page with `MADV_WIPEONFORK` or to `UNWIPED`.
#[cfg(target_os = "linux")]
static PAGE: AtomicPtr<Words> = AtomicPtr::new(std::ptr::null_mut());

/// For kernels before 4.14 and emulators: told apart by getpid, about 0.1 us a call.
#[cfg(target_os = "linux")]
static UNWIPED: Words = Words {
    statm: AtomicU64::new(0),
    checked: AtomicU64::new(0),
    generation: AtomicU32::new(0),
    pid: AtomicU32::new(u32::MAX),
};

/// How many generations this memory has seen; survives forks, so that a child counts on from its parent.
#[cfg(unix)]
static GENERATIONS: AtomicU32 = AtomicU32::new(0);

/// The words of this process: all zero again in a child, also after a raw `SYS_fork`.
///
/// A vfork child shares its parent's memory and so, rightly, its words.
#[cfg(target_os = "linux")]
#[inline]
pub(super) fn words() -> &'static Words {
    let page = PAGE.load(Ordering::Acquire);
    if page.is_null() {
        return set_up();
    }
    #[expect(unsafe_code, reason = "the page lives in a raw mapping")]
    // SAFETY: `PAGE` is only ever set to a mapping or static that holds `Words` and is never freed.
    let words = unsafe { &*page };
    if words.pid.load(Ordering::Relaxed) != 0 {
        words.notice(std::process::id());
    }
    words
}

#[cfg(target_os = "linux")]
impl Words {
    /// Wipes words that describe another process than `pid`.
    #[cold]
    fn notice(&self, pid: u32) {
        if self.pid.load(Ordering::Relaxed) != pid {
            self.statm.store(0, Ordering::Relaxed);
            self.checked.store(0, Ordering::Relaxed);
            self.generation.store(0, Ordering::Relaxed);
            self.pid.store(pid, Ordering::Release);
        }
    }
}

#[cfg(target_os = "linux")]
#[cold]
fn set_up() -> &'static Words {
    let unwiped = std::ptr::from_ref(&UNWIPED).cast_mut();
    let page = wiped_page().unwrap_or(unwiped);
    match PAGE.compare_exchange(std::ptr::null_mut(), page, Ordering::AcqRel, Ordering::Acquire) {
        Ok(_) => {}
        Err(_) if page == unwiped => {}
        Err(_) => unmap(page),
    }
    words()
}

/// A page of zeros that the kernel turns into zeros again in every child.
#[cfg(target_os = "linux")]
#[expect(unsafe_code, reason = "mmap and madvise")]
fn wiped_page() -> Option<*mut Words> {
    let size = usize::try_from(super::page_size()).ok()?;
    let protection = libc::PROT_READ | libc::PROT_WRITE;
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
    // SAFETY: a new mapping at an address of the kernel's choice touches nothing that exists.
    let page = unsafe { libc::mmap(std::ptr::null_mut(), size, protection, flags, -1, 0) };
    if page == libc::MAP_FAILED {
        return None;
    }
    // Emulators of system calls say yes to every advice; only a kernel refuses one that does not exist.
    // SAFETY: advice about a page that only this function knows.
    let wiped = unsafe {
        libc::madvise(page, size, -1) != 0 && libc::madvise(page, size, libc::MADV_WIPEONFORK) == 0
    };
    if !wiped {
        unmap(page.cast());
        return None;
    }
    Some(page.cast())
}

#[cfg(target_os = "linux")]
#[expect(unsafe_code, reason = "munmap")]
fn unmap(page: *mut Words) {
    // SAFETY: called with a page of `wiped_page` that has been shown to nobody else.
    unsafe {
        if let Ok(size) = usize::try_from(super::page_size()) {
            libc::munmap(page.cast(), size);
        }
    }
}

/// A number that differs between a process and its children, and stays within one.
///
/// A room that keeps something a fork breaks (a thread, a lock, a descriptor) notes it and
/// compares: a greater number says "we are a child that has not noticed yet". Two children of
/// one parent have the same number, which is no harm, as neither sees the other's memory.
/// About 1 ns; no system call on Linux since 4.14.
#[cfg(target_os = "linux")]
#[inline]
pub(crate) fn generation() -> u32 {
    let words = words();
    match words.generation.load(Ordering::Relaxed) {
        0 => next_generation(words),
        generation => generation,
    }
}

#[cfg(target_os = "linux")]
#[cold]
fn next_generation(words: &Words) -> u32 {
    let next = GENERATIONS.fetch_add(1, Ordering::Relaxed).wrapping_add(1).max(1);
    match words.generation.compare_exchange(0, next, Ordering::Relaxed, Ordering::Relaxed) {
        Ok(_) => next,
        Err(already) => already,
    }
}

/// Other systems' kernels wipe no pages: getpid tells, 0.1 us where it is a system call.
#[cfg(all(unix, not(target_os = "linux")))]
pub(crate) fn generation() -> u32 {
    static PID: AtomicU32 = AtomicU32::new(0);
    let pid = std::process::id();
    if PID.swap(pid, Ordering::Relaxed) != pid {
        GENERATIONS.fetch_add(1, Ordering::Relaxed);
    }
    GENERATIONS.load(Ordering::Relaxed)
}

/// Systems without fork have one generation.
#[cfg(not(unix))]
#[inline]
pub(crate) fn generation() -> u32 {
    1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn words_of_another_process_are_wiped() {
        let words = Words {
            statm: AtomicU64::new(7),
            checked: AtomicU64::new(8),
            generation: AtomicU32::new(9),
            pid: AtomicU32::new(41),
        };
        words.notice(41);
        assert_eq!(words.statm.load(Ordering::Relaxed), 7);
        words.notice(42);
        assert_eq!(words.statm.load(Ordering::Relaxed), 0);
        assert_eq!(words.checked.load(Ordering::Relaxed), 0);
        assert_eq!(words.generation.load(Ordering::Relaxed), 0);
        assert_eq!(words.pid.load(Ordering::Relaxed), 42);
    }

    #[test]
    fn a_generation_stays_within_a_process() {
        assert_ne!(generation(), 0);
        assert_eq!(generation(), generation());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_kernel_wipes() {
        assert_eq!(words().pid.load(Ordering::Relaxed), 0, "the fallback is in use");
    }
}
