//! Owns `MemorySample`, one look at what the process uses, and `resident()`, the cheapest look.
//! Called by every room that checks, shows or reports.
//! Never starts a thread, and never shows 0 for what is unknown.

use std::fmt;

use crate::bytes::ByteSize;
use crate::sys::system::{ProcessMemory, RealSystem, System};
use crate::sys::{self, ReadError};

/// The memory of this process that is in RAM now, `None` where the system does not tell.
///
/// On Linux one `pread` of a kept-open `/proc/self/statm` (about 0.8 us); it allocates nothing,
/// takes no lock, and is right in threads and in children of `fork`. Elsewhere it asks through
/// sysinfo (10 to 50 us, allocates). `None` on wasm, and where `/proc` is not mounted.
///
/// ```
/// let before = memmacros_runtime::resident();
/// let block = vec![1_u8; 8_000_000];
/// let after = memmacros_runtime::resident();
/// if let (Some(before), Some(after)) = (before, after) {
///     println!("{} for {} bytes", after.since(before), block.len());
/// }
/// ```
#[must_use]
#[inline]
pub fn resident() -> Option<ByteSize> {
    sys::resident_bytes().ok().map(ByteSize::new)
}

/// [`resident()`] with the reason where it is not known.
///
/// # Errors
/// [`ReadError`] names the file that could not be read, the cause and what to do.
///
/// ```
/// match memmacros_runtime::try_resident() {
///     Ok(resident) => println!("{resident} resident"),
///     Err(error) => eprintln!("{error}"),
/// }
/// ```
#[inline]
pub fn try_resident() -> Result<ByteSize, ReadError> {
    sys::resident_bytes().map(ByteSize::new)
}

/// What the process used at one moment. Every getter gives `None` for what is unknown.
///
/// ```
/// use memmacros_runtime::MemorySample;
///
/// let sample = MemorySample::capture();
/// println!("{sample}"); // 4.2 MB resident (peak 5.1 MB), 0 B swapped, 68.2 MB virtual
/// if let (Some(peak), Some(now)) = (sample.peak_resident(), sample.resident()) {
///     assert!(peak >= now);
/// }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct MemorySample {
    memory: ProcessMemory,
}

impl MemorySample {
    /// Looks at this process now: on Linux `/proc/self/statm` and `/proc/self/status`, about 15 us,
    /// no allocation. What cannot be read is `None`.
    ///
    /// ```
    /// let sample = memmacros_runtime::MemorySample::capture();
    /// println!("{:?}", sample.resident());
    /// ```
    #[must_use]
    pub fn capture() -> Self {
        Self::capture_from(&RealSystem)
    }

    /// Looks at the process that `system` describes.
    ///
    /// ```
    /// use memmacros_runtime::{ByteSize, MemorySample, system::FakeSystem};
    ///
    /// let system = FakeSystem::new();
    /// assert_eq!(MemorySample::capture_from(&system).resident(), None);
    /// system.resident(ByteSize::MIB);
    /// assert_eq!(MemorySample::capture_from(&system).resident(), Some(ByteSize::MIB));
    /// ```
    #[must_use]
    pub fn capture_from(system: &dyn System) -> Self {
        Self { memory: system.process_memory().unwrap_or_default() }
    }

    /// The cheap look for checks: as [`resident()`], with what the same reading tells besides.
    pub(crate) fn light() -> Result<Self, ReadError> {
        sys::light().map(|memory| Self { memory })
    }

    /// In RAM now.
    ///
    /// ```
    /// # use memmacros_runtime::MemorySample;
    /// println!("{:?}", MemorySample::capture().resident());
    /// ```
    #[must_use]
    pub const fn resident(&self) -> Option<ByteSize> {
        self.memory.resident
    }

    /// The most that was ever in RAM; never below [`resident`](Self::resident) of the same sample.
    ///
    /// ```
    /// # use memmacros_runtime::MemorySample;
    /// println!("{:?}", MemorySample::capture().peak_resident());
    /// ```
    #[must_use]
    pub const fn peak_resident(&self) -> Option<ByteSize> {
        self.memory.peak_resident
    }

    /// Moved out to swap.
    ///
    /// ```
    /// # use memmacros_runtime::MemorySample;
    /// println!("{:?}", MemorySample::capture().swap());
    /// ```
    #[must_use]
    pub const fn swap(&self) -> Option<ByteSize> {
        self.memory.swap
    }

    /// Every mapping of the address space, touched or not.
    ///
    /// ```
    /// # use memmacros_runtime::MemorySample;
    /// println!("{:?}", MemorySample::capture().virtual_size());
    /// ```
    #[must_use]
    pub const fn virtual_size(&self) -> Option<ByteSize> {
        self.memory.virtual_size
    }

    /// Resident and private: heap, stacks, written copies of files' pages.
    ///
    /// ```
    /// # use memmacros_runtime::MemorySample;
    /// println!("{:?}", MemorySample::capture().anonymous());
    /// ```
    #[must_use]
    pub const fn anonymous(&self) -> Option<ByteSize> {
        self.memory.anonymous
    }

    /// Resident pages of files (the program itself, libraries, mapped files) and of shared memory.
    ///
    /// ```
    /// # use memmacros_runtime::MemorySample;
    /// println!("{:?}", MemorySample::capture().shared());
    /// ```
    #[must_use]
    pub const fn shared(&self) -> Option<ByteSize> {
        self.memory.shared
    }

    /// Private writable mappings, touched or not: what `RLIMIT_DATA` counts.
    ///
    /// ```
    /// # use memmacros_runtime::MemorySample;
    /// println!("{:?}", MemorySample::capture().data());
    /// ```
    #[must_use]
    pub const fn data(&self) -> Option<ByteSize> {
        self.memory.data
    }

    /// Page tables: not resident in the process, but charged to its cgroup.
    ///
    /// ```
    /// # use memmacros_runtime::MemorySample;
    /// println!("{:?}", MemorySample::capture().page_tables());
    /// ```
    #[must_use]
    pub const fn page_tables(&self) -> Option<ByteSize> {
        self.memory.page_tables
    }

    /// Huge pages of hugetlbfs, which [`resident`](Self::resident) leaves out.
    ///
    /// ```
    /// # use memmacros_runtime::MemorySample;
    /// println!("{:?}", MemorySample::capture().huge_pages());
    /// ```
    #[must_use]
    pub const fn huge_pages(&self) -> Option<ByteSize> {
        self.memory.huge_pages
    }

    /// Threads, the main one included.
    ///
    /// ```
    /// # use memmacros_runtime::MemorySample;
    /// println!("{:?}", MemorySample::capture().threads());
    /// ```
    #[must_use]
    pub const fn threads(&self) -> Option<u32> {
        self.memory.threads
    }
}

/// One line: `4.2 MB resident (peak 5.1 MB), 0 B swapped, 68.2 MB virtual`. Only what is known.
impl fmt::Display for MemorySample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.resident() {
            Some(resident) => write!(f, "{resident} resident")?,
            None => f.write_str("resident unknown")?,
        }
        if let Some(peak) = self.peak_resident() {
            write!(f, " (peak {peak})")?;
        }
        if let Some(swap) = self.swap() {
            write!(f, ", {swap} swapped")?;
        }
        if let Some(size) = self.virtual_size() {
            write!(f, ", {size} virtual")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::system::FakeSystem;
    use std::io::ErrorKind;

    #[test]
    fn a_sample_of_a_fake_process() {
        let system = FakeSystem::new();
        system.resident(ByteSize::MIB);
        let sample = MemorySample::capture_from(&system);
        assert_eq!(sample.resident(), Some(ByteSize::MIB));
        assert_eq!(sample.peak_resident(), Some(ByteSize::MIB));
        assert_eq!(sample.swap(), Some(ByteSize::ZERO));
        assert_eq!(sample.page_tables(), None);
        assert_eq!(sample.to_string(), "1 MiB resident (peak 1 MiB), 0 B swapped, 1 MiB virtual");
    }

    #[test]
    fn what_cannot_be_read_is_unknown() {
        let system = FakeSystem::new();
        system.resident(ByteSize::MIB);
        system.fail("/proc/self/status", ErrorKind::PermissionDenied);
        let sample = MemorySample::capture_from(&system);
        assert_eq!(sample.resident(), Some(ByteSize::MIB), "statm still tells");
        assert_eq!(sample.peak_resident(), None);
        system.fail("/proc/self/statm", ErrorKind::PermissionDenied);
        let sample = MemorySample::capture_from(&system);
        assert_eq!(sample, MemorySample::default());
        assert_eq!(sample.to_string(), "resident unknown");
    }

    #[test]
    fn the_real_process() {
        let (light, full) = (MemorySample::light().expect("readable"), MemorySample::capture());
        assert!(light.resident() > Some(ByteSize::new(100_000)));
        assert_eq!(light.swap(), None);
        assert!(full.virtual_size() >= full.resident());
        assert!(cfg!(not(unix)) || full.peak_resident() >= full.resident());
        assert!(cfg!(not(target_os = "linux")) || full.threads() >= Some(1));
    }
}
