//! Owns `ReadError`: which reading of the system failed, why, and what to do about it.
//! Called by everything in sys that reads, and by whoever tells the user.
//! Never allocates to be made; only showing it may.

use std::fmt;
#[cfg(target_os = "linux")]
use std::io;

/// Why the memory of this process could not be read.
///
/// Making one costs nothing and allocates nothing; its text names the file, the
/// cause and what to do.
///
/// ```
/// match memmacros_runtime::try_resident() {
///     Ok(resident) => println!("{resident} resident"),
///     Err(error) => println!("{error}"),
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadError {
    file: &'static str,
    cause: Cause,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cause {
    #[cfg(target_os = "linux")]
    Open(i32),
    #[cfg(target_os = "linux")]
    Read(i32),
    #[cfg(target_os = "linux")]
    Content,
    #[cfg(not(target_os = "linux"))]
    Unsupported,
}

impl ReadError {
    /// `file` could not be opened, with the system's error number.
    #[cfg(target_os = "linux")]
    pub(super) const fn open(file: &'static str, errno: i32) -> Self {
        Self { file, cause: Cause::Open(errno) }
    }

    /// `file` was opened but not read, with the system's error number.
    #[cfg(target_os = "linux")]
    pub(super) const fn read(file: &'static str, errno: i32) -> Self {
        Self { file, cause: Cause::Read(errno) }
    }

    /// `file` was read, but says something else than it should.
    #[cfg(target_os = "linux")]
    pub(super) const fn content(file: &'static str) -> Self {
        Self { file, cause: Cause::Content }
    }

    /// This system does not tell; `what` was asked.
    #[cfg(not(target_os = "linux"))]
    pub(super) const fn unsupported(what: &'static str) -> Self {
        Self { file: what, cause: Cause::Unsupported }
    }

    /// What was to be read: a path on Linux.
    ///
    /// ```
    /// if let Err(error) = memmacros_runtime::try_resident() {
    ///     eprintln!("mount {}", error.file());
    /// }
    /// ```
    #[must_use]
    pub const fn file(&self) -> &'static str {
        self.file
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = self.file;
        match self.cause {
            #[cfg(target_os = "linux")]
            Cause::Open(errno) => write!(
                f,
                "cannot open {file}: {}; mount /proc in this container or chroot and let the process read it",
                io::Error::from_raw_os_error(errno)
            ),
            #[cfg(target_os = "linux")]
            Cause::Read(errno) => write!(
                f,
                "cannot read {file}: {}; let the sandbox permit `pread` on it",
                io::Error::from_raw_os_error(errno)
            ),
            #[cfg(target_os = "linux")]
            Cause::Content => write!(
                f,
                "{file} does not hold seven numbers that describe this process; mount a real /proc there"
            ),
            #[cfg(not(target_os = "linux"))]
            Cause::Unsupported => {
                write!(f, "this system does not tell {file}; nothing can be measured here")
            }
        }
    }
}

impl std::error::Error for ReadError {}
