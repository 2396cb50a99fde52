//! Owns the kept-open /proc/self/statm: the cheapest exact reading of resident memory on Linux.
//! Called by memory.rs; every sample of the process comes through `read`.
//! Never allocates, locks or panics; never closes a descriptor that a stranger may own.

use std::ffi::CStr;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::descriptor::{self, Fd};
use super::fork::{self, Words};
use super::{ReadError, clock};

/// How long a program's reuse of our number for a file that also holds seven numbers may go unnoticed.
const CHECK_EVERY: Duration = Duration::from_millis(100);

const STATM: &str = "/proc/self/statm";
const STATM_C: &CStr = c"/proc/self/statm";
/// What this thread sees, for a process whose main thread has ended: there `self` shows zeros.
const THREAD: &str = "/proc/thread-self/statm";
const THREAD_C: &CStr = c"/proc/thread-self/statm";

/// Seven numbers of 20 digits with their separators are 147 bytes.
const TEXT: usize = 160;

/// One reading, in pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pages {
    pub(super) size: u64,
    pub(super) resident: u64,
    pub(super) shared: u64,
    pub(super) data: u64,
}

/// The kept descriptor as one word, so that its number and its identity change together:
/// the number plus 1 (24 bits), a count of reopenings (8 bits), the identity (32 bits).
/// The count keeps a slow thread from mistaking a reopened descriptor for the one it saw fail.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Kept(u64);

impl Kept {
    const NONE: Self = Self(0);

    fn new(fd: Fd, identity: u32, after: Self) -> Option<Self> {
        let number = u64::try_from(fd).ok()?.checked_add(1).filter(|number| *number < 1 << 24)?;
        let count = ((after.0 >> 24).wrapping_add(1)) & 0xFF;
        Some(Self(number | (count << 24) | (u64::from(identity) << 32)))
    }

    #[inline]
    fn fd(self) -> Fd {
        (self.0 & 0xFF_FFFF) as Fd - 1
    }

    fn is_still_ours(self) -> bool {
        descriptor::identity(self.fd()).map(u64::from) == Some(self.0 >> 32)
    }
}

/// Reads the process's own statm: one `pread`, right also in a child of `fork`.
#[inline]
pub(super) fn read() -> Result<Pages, ReadError> {
    let words = fork::words();
    let kept = Kept(words.statm.load(Ordering::Acquire));
    if kept != Kept::NONE
        && clock::since(words.checked.load(Ordering::Relaxed)) < clock::ticks_in(CHECK_EVERY)
        && let Ok(pages) = pages_of(kept.fd(), STATM)
    {
        return Ok(pages);
    }
    again(words, kept)
}

/// The first reading, the one every 100 ms, and the one after anything odd.
#[cold]
fn again(words: &Words, kept: Kept) -> Result<Pages, ReadError> {
    if kept != Kept::NONE && kept.is_still_ours() {
        words.checked.store(clock::ticks(), Ordering::Relaxed);
        if let Ok(pages) = pages_of(kept.fd(), STATM) {
            return Ok(pages);
        }
    }
    // What `kept` names stays open, whoever owns it now: after a fork it costs one number,
    // and closing it could hit a file of the program's that looks the same.
    let fd = descriptor::open(STATM_C).map_err(|errno| ReadError::open(STATM, errno))?;
    match pages_of(fd, STATM) {
        Ok(pages) => {
            keep(words, kept, fd);
            Ok(pages)
        }
        Err(error) => {
            descriptor::close(fd);
            by_thread().map_err(|_| error)
        }
    }
}

/// Makes `fd` the kept one, unless another thread was first.
fn keep(words: &Words, before: Kept, fd: Fd) {
    let next = descriptor::identity(fd).and_then(|identity| Kept::new(fd, identity, before));
    let kept = next.is_some_and(|next| {
        // Stored before the word that it belongs to: late, it would only cost a check.
        words.checked.store(clock::ticks(), Ordering::Relaxed);
        let (success, failure) = (Ordering::AcqRel, Ordering::Relaxed);
        words.statm.compare_exchange(before.0, next.0, success, failure).is_ok()
    });
    if !kept {
        descriptor::close(fd);
    }
}

/// Opened, read and closed each time (5 us): a thread may end any time, so nothing is kept.
fn by_thread() -> Result<Pages, ReadError> {
    let fd = descriptor::open(THREAD_C).map_err(|errno| ReadError::open(THREAD, errno))?;
    let pages = pages_of(fd, THREAD);
    descriptor::close(fd);
    pages
}

#[inline]
fn pages_of(fd: Fd, file: &'static str) -> Result<Pages, ReadError> {
    let mut text = [0_u8; TEXT];
    let length =
        descriptor::read_at_start(fd, &mut text).map_err(|errno| ReadError::read(file, errno))?;
    text.get(..length).and_then(parse).ok_or(ReadError::content(file))
}

/// Exactly seven decimal numbers, one space between two, a line end, and nothing else.
/// No resident page at all is not us: a running process has at least its stack.
#[inline]
fn parse(text: &[u8]) -> Option<Pages> {
    let mut numbers = [0_u64; 7];
    let mut rest = text.iter();
    for (index, number) in numbers.iter_mut().enumerate() {
        let end = if index == 6 { b'\n' } else { b' ' };
        let mut digits = 0;
        loop {
            let byte = *rest.next()?;
            let digit = byte.wrapping_sub(b'0');
            if digit < 10 {
                // 19 digits always fit; more is refused below.
                *number = number.wrapping_mul(10).wrapping_add(u64::from(digit));
                digits += 1;
            } else if byte == end && digits > 0 && digits < 20 {
                break;
            } else {
                return None;
            }
        }
    }
    let [size, resident, shared, _text, _lib, data, _dirty] = numbers;
    let whole = rest.as_slice().is_empty() && resident > 0;
    whole.then_some(Pages { size, resident, shared, data })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seven_numbers_are_read() {
        let pages = parse(b"765 424 396 5 0 123 0\n");
        assert_eq!(pages, Some(Pages { size: 765, resident: 424, shared: 396, data: 123 }));
        let most = b"9999999999999999999 1 1 1 1 1 1\n";
        assert_eq!(parse(most).map(|pages| pages.size), Some(9_999_999_999_999_999_999));
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "\n",
            "765 424 396 5 0 123\n",
            "765 424 396 5 0 123 0",
            "765 424 396 5 0 123 0 ",
            "765 424 396 5 0 123 0\n\n",
            "765 424 396 5 0 123 0 7\n",
            "765  424 396 5 0 123 0\n",
            " 765 424 396 5 0 123 0\n",
            "765 -424 396 5 0 123 0\n",
            "765 424 396 5 0 123 x\n",
            "765\n424 396 5 0 123 0\n",
            "765 0 396 5 0 123 0\n",
            "99999999999999999999 1 1 1 1 1 1\n",
        ] {
            assert_eq!(parse(text.as_bytes()), None, "{text:?}");
        }
    }

    #[test]
    fn a_kept_descriptor_packs_and_unpacks() {
        let first = Kept::new(5, 0xDEAD_BEEF, Kept::NONE).expect("fits");
        assert_eq!(first.fd(), 5);
        assert_eq!(first.0 >> 32, 0xDEAD_BEEF);
        let second = Kept::new(5, 0xDEAD_BEEF, first).expect("fits");
        assert!(second != first, "a reopened descriptor looks like the one that failed");
        assert!(Kept::new(1 << 24, 0, Kept::NONE).is_none());
    }
}
