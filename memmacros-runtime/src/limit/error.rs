//! Owns `MemoryLimitExceeded`, the one error that always means: a limit is passed.
//! Called by everything that checks.
//! Never made for a reading or a limit that could not be had.

use std::error::Error;
use std::fmt;
use std::io;
use std::panic::Location;

use crate::bytes::{ByteDelta, ByteSize};
use crate::site::{Place, Site, SiteKind};

/// A memory limit is passed.
///
/// Prints one line that says how much, over which limit, where, and what to do.
///
/// ```
/// use memmacros_runtime::{ByteSize, check_memory_against};
///
/// let error = check_memory_against("1 MB").unwrap_err();
/// assert_eq!(error.limit(), ByteSize::MB);
/// assert!(error.resident() > error.limit());
/// assert!(error.to_string().contains("is over the limit of 1 MB"));
/// ```
///
/// `std::io::Error` is made from it by `?` (its kind is `OutOfMemory`), as are
/// `Box<dyn Error + Send + Sync>` and the error types of anyhow and eyre.
#[derive(Clone, Debug)]
pub struct MemoryLimitExceeded {
    resident: ByteSize,
    cause: Cause,
    origin: Origin,
}

/// What is passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    /// The resident size.
    Limit(ByteSize),
    /// What came on top since the call began: of the whole process, or of the call's own.
    Growth { grown: ByteDelta, allowed: ByteSize, own: bool },
}

/// Where the check stands.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Origin {
    Site(&'static Site),
    Caller(&'static str, &'static Location<'static>),
}

impl Origin {
    pub(crate) fn place(self) -> Place {
        match self {
            Self::Site(site) => site.place(),
            Self::Caller(name, at) => {
                Place { kind: SiteKind::Check, name, module: "", file: at.file(), line: at.line() }
            }
        }
    }
}

impl MemoryLimitExceeded {
    pub(crate) fn new(resident: ByteSize, cause: Cause, origin: Origin) -> Self {
        Self { resident, cause, origin }
    }

    /// The resident size that was found.
    #[must_use]
    pub fn resident(&self) -> ByteSize {
        self.resident
    }

    /// The limit that it is over; for `growth`, what was allowed to come on top.
    #[must_use]
    pub fn limit(&self) -> ByteSize {
        match self.cause {
            Cause::Limit(limit) => limit,
            Cause::Growth { allowed, .. } => allowed,
        }
    }

    /// What came on top since the call or the loop began, where `growth` is what was
    /// passed; `None` where it was the limit.
    #[must_use]
    pub fn growth(&self) -> Option<ByteDelta> {
        match self.cause {
            Cause::Limit(_) => None,
            Cause::Growth { grown, .. } => Some(grown),
        }
    }

    /// Where the check stands.
    #[must_use]
    pub fn site(&self) -> Place {
        self.origin.place()
    }
}

impl fmt::Display for MemoryLimitExceeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = self.site();
        match self.cause {
            Cause::Limit(limit) => write!(
                f,
                "resident memory of {} is over the limit of {} at {place}: \
                 free memory, work in smaller parts, or raise the limit",
                self.resident.beside(limit),
                limit.beside(self.resident)
            ),
            Cause::Growth { grown, allowed, own } => {
                let whose = if own { "its own allocations" } else { "the whole process" };
                write!(
                    f,
                    "{place} grew by {} ({whose}), over its allowed growth of {}, to {} resident: \
                     work in smaller parts, or raise `growth`",
                    grown.magnitude().beside(allowed),
                    allowed.beside(grown.magnitude()),
                    self.resident.beside(allowed)
                )
            }
        }
    }
}

impl Error for MemoryLimitExceeded {}

impl From<MemoryLimitExceeded> for io::Error {
    fn from(exceeded: MemoryLimitExceeded) -> Self {
        Self::new(io::ErrorKind::OutOfMemory, exceeded)
    }
}
