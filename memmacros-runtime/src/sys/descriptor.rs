//! Owns raw file descriptors: open, read at the start, identify, close, each in one safe function.
//! Called by statm only, as std's `File` would close what it does not own any more.
//! Never allocates, and never closes a number that it did not open in the same call chain.

use std::ffi::CStr;
use std::io;

/// A descriptor's number. Whether it still is ours must be asked (`identity`).
pub(super) type Fd = libc::c_int;

fn errno() -> i32 {
    io::Error::last_os_error().raw_os_error().unwrap_or(0)
}

/// Opens `path` for reading, closed on exec, never as 0, 1 or 2.
#[expect(unsafe_code, reason = "libc's open and fcntl")]
pub(super) fn open(path: &CStr) -> Result<Fd, i32> {
    // SAFETY: `path` is a string with its end, borrowed for the call.
    let fd = unsafe { libc::open(path.as_ptr(), libc::O_RDONLY | libc::O_CLOEXEC) };
    if fd < 0 {
        return Err(errno());
    }
    if fd > libc::STDERR_FILENO {
        return Ok(fd);
    }
    // A program that has closed its standard streams is about to open others in their place.
    // SAFETY: fcntl with F_DUPFD_CLOEXEC takes two numbers.
    let higher = unsafe { libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, libc::STDERR_FILENO + 1) };
    let failed = errno();
    close(fd);
    if higher < 0 { Err(failed) } else { Ok(higher) }
}

/// Reads from the start of the file into `into`; how many bytes came.
///
/// Where the number has become a stranger's pipe or socket, this takes nothing away from it:
/// those refuse reads at an offset, and elsewhere the file's own position stays.
#[inline]
#[expect(unsafe_code, reason = "libc's pread")]
pub(super) fn read_at_start(fd: Fd, into: &mut [u8]) -> Result<usize, i32> {
    // SAFETY: the pointer and the length are those of one exclusively borrowed slice.
    let read = unsafe { libc::pread(fd, into.as_mut_ptr().cast(), into.len(), 0) };
    usize::try_from(read).map_err(|_| errno())
}

/// 32 bits that tell one open file from another: its device and inode, mixed.
/// `None` where the number is not open.
///
/// Inodes of /proc are numbers of 32 bits that are given out once, so that within
/// one /proc two files never mix to the same value.
#[expect(unsafe_code, reason = "libc's fstat")]
pub(super) fn identity(fd: Fd) -> Option<u32> {
    let mut stat = std::mem::MaybeUninit::<libc::stat>::uninit();
    // SAFETY: `stat` is room for one stat record, which the call fills when it returns 0.
    let stat = unsafe {
        if libc::fstat(fd, stat.as_mut_ptr()) != 0 {
            return None;
        }
        stat.assume_init()
    };
    let (device, inode) = (stat.st_dev as u64, stat.st_ino as u64);
    let device = (device ^ (device >> 32)).wrapping_mul(0x9E37_79B1);
    let inode = inode ^ (inode >> 32);
    #[expect(clippy::cast_possible_truncation, reason = "the low halves carry the upper ones")]
    Some(device as u32 ^ inode as u32)
}

/// Closes a number that the caller has opened and told nobody of.
#[expect(unsafe_code, reason = "libc's close")]
pub(super) fn close(fd: Fd) {
    // SAFETY: closing a number touches no memory; the caller owns it, as the text above asks.
    unsafe {
        libc::close(fd);
    }
}
