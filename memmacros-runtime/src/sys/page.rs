//! Owns the size of a page of memory, asked once.
//! Called by statm's parser and by the real system.
//! Never calls the system twice.

use std::sync::atomic::{AtomicU64, Ordering};

/// 0 until asked. Two first callers store the same number.
static SIZE: AtomicU64 = AtomicU64::new(0);

/// Bytes in a page.
#[inline]
pub(crate) fn page_size() -> u64 {
    match SIZE.load(Ordering::Relaxed) {
        0 => ask(),
        size => size,
    }
}

#[cold]
fn ask() -> u64 {
    let size = system();
    SIZE.store(size, Ordering::Relaxed);
    size
}

#[cfg(unix)]
fn system() -> u64 {
    #[expect(unsafe_code, reason = "libc's sysconf")]
    // SAFETY: sysconf takes a number, reads no memory of ours and may be called at any time.
    let size = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    u64::try_from(size).ok().filter(|size| *size > 0).unwrap_or(4096)
}

#[cfg(not(unix))]
fn system() -> u64 {
    4096
}
