//! Owns one limit that was found, where it came from, and one that could not be read.
//! Called by headroom, and shown to users.
//! Never judges which limit matters.

use std::fmt;
use std::path::PathBuf;

use crate::bytes::ByteSize;

/// What set a limit.
///
/// ```
/// use memmacros_runtime::{ByteSize, Headroom, LimitSource, system::FakeSystem};
///
/// let system = FakeSystem::new();
/// system.cgroup_v2("/pod", "1000", "0");
/// let headroom = Headroom::capture_from(&system);
/// match headroom.source() {
///     Some(LimitSource::CgroupMax { file }) => assert!(file.ends_with("pod/memory.max")),
///     other => panic!("{other:?}"),
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LimitSource {
    /// `memory.max` of a cgroup v2: above it the kernel kills.
    CgroupMax {
        /// The file that holds the limit.
        file: PathBuf,
    },
    /// `memory.high` of a cgroup v2: above it the kernel slows the program down, more and more.
    CgroupHigh {
        /// The file that holds the limit.
        file: PathBuf,
    },
    /// The limit of a cgroup v1: above it the kernel kills.
    CgroupV1 {
        /// The file that holds the limit.
        file: PathBuf,
    },
    /// `RLIMIT_AS` (`ulimit -v`): above it mapping fails.
    AddressSpace,
    /// `RLIMIT_DATA` (`ulimit -d`): above it mapping private memory fails.
    Data,
    /// The machine's RAM: above it the kernel swaps or kills.
    Physical,
    /// [`set_maximum_memory`](crate::set_maximum_memory).
    User,
}

impl fmt::Display for LimitSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CgroupMax { file } => write!(f, "the cgroup's maximum ({})", file.display()),
            Self::CgroupHigh { file } => {
                write!(f, "the cgroup's throttling line ({})", file.display())
            }
            Self::CgroupV1 { file } => write!(f, "the cgroup's limit ({})", file.display()),
            Self::AddressSpace => f.write_str("RLIMIT_AS (ulimit -v)"),
            Self::Data => f.write_str("RLIMIT_DATA (ulimit -d)"),
            Self::Physical => f.write_str("the machine's RAM"),
            Self::User => f.write_str("the program's own maximum (set_maximum_memory)"),
        }
    }
}

/// One limit and what counts against it.
///
/// ```
/// for found in memmacros_runtime::Headroom::capture().limits() {
///     println!("{}: {:?} of {}", found.source(), found.used(), found.limit());
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FoundLimit {
    source: LimitSource,
    limit: ByteSize,
    used: Option<ByteSize>,
}

impl FoundLimit {
    pub(super) const fn new(source: LimitSource, limit: ByteSize, used: Option<ByteSize>) -> Self {
        Self { source, limit, used }
    }

    /// What set it.
    ///
    /// ```
    /// # use memmacros_runtime::Headroom;
    /// Headroom::capture().limits().iter().for_each(|found| println!("{}", found.source()));
    /// ```
    #[must_use]
    pub const fn source(&self) -> &LimitSource {
        &self.source
    }

    /// The limit itself.
    ///
    /// ```
    /// # use memmacros_runtime::Headroom;
    /// Headroom::capture().limits().iter().for_each(|found| println!("{}", found.limit()));
    /// ```
    #[must_use]
    pub const fn limit(&self) -> ByteSize {
        self.limit
    }

    /// What counts against it and cannot be reclaimed; `None` where that could not be read.
    ///
    /// ```
    /// # use memmacros_runtime::Headroom;
    /// Headroom::capture().limits().iter().for_each(|found| println!("{:?}", found.used()));
    /// ```
    #[must_use]
    pub const fn used(&self) -> Option<ByteSize> {
        self.used
    }

    /// What is left until it; 0 where it is passed.
    ///
    /// ```
    /// # use memmacros_runtime::Headroom;
    /// Headroom::capture().limits().iter().for_each(|found| println!("{:?}", found.left()));
    /// ```
    #[must_use]
    pub const fn left(&self) -> Option<ByteSize> {
        match self.used {
            Some(used) => Some(self.limit.saturating_sub(used)),
            None => None,
        }
    }
}

/// One line: `312 MB left of 500 MB, by the machine's RAM`.
impl fmt::Display for FoundLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.left() {
            Some(left) => {
                let limit = self.limit;
                write!(
                    f,
                    "{} left of {}, by {}",
                    left.beside(limit),
                    limit.beside(left),
                    self.source
                )
            }
            None => write!(f, "{} by {}, use unknown", self.limit, self.source),
        }
    }
}

/// A limit that may exist but could not be read.
///
/// ```
/// use memmacros_runtime::{Headroom, system::FakeSystem};
/// use std::io::ErrorKind;
///
/// let system = FakeSystem::new();
/// system.cgroup_v2("/pod", "max", "0");
/// system.fail("/sys/fs/cgroup/pod/memory.max", ErrorKind::PermissionDenied);
/// let headroom = Headroom::capture_from(&system);
/// let text = headroom.problems()[0].to_string();
/// assert!(text.starts_with("/sys/fs/cgroup/pod/memory.max: permission denied"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HeadroomProblem {
    what: String,
    why: String,
}

impl HeadroomProblem {
    pub(super) fn new(what: &str, why: &dyn fmt::Display) -> Self {
        Self { what: what.to_owned(), why: why.to_string() }
    }

    /// The file or limit that was to be read.
    ///
    /// ```
    /// # use memmacros_runtime::Headroom;
    /// Headroom::capture().problems().iter().for_each(|problem| println!("{}", problem.what()));
    /// ```
    #[must_use]
    pub fn what(&self) -> &str {
        &self.what
    }

    /// Why it could not be.
    ///
    /// ```
    /// # use memmacros_runtime::Headroom;
    /// Headroom::capture().problems().iter().for_each(|problem| println!("{}", problem.why()));
    /// ```
    #[must_use]
    pub fn why(&self) -> &str {
        &self.why
    }
}

/// One line: `/sys/fs/cgroup/pod/memory.max: permission denied; a limit there would not be seen`.
impl fmt::Display for HeadroomProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}; a limit there would not be seen", self.what, self.why)
    }
}
