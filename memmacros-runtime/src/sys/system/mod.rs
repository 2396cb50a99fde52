// Owns the `System` trait: what the slow readings ask of the operating system, so that tests can answer instead.
// Called by sample and headroom; users' tests call `FakeSystem`.
// Never stands in the way of a cheap sample: `resident()` does not come through here.

//! What readings of memory and of limits ask of the operating system: [`RealSystem`] answers in programs,
//! [`FakeSystem`] in tests.

mod fake;
mod proc_text;
mod real;

use std::fmt;
use std::io;
use std::time::Duration;

pub use fake::FakeSystem;
pub use real::RealSystem;

use crate::bytes::ByteSize;

/// What [`MemorySample`](crate::MemorySample) and [`Headroom`](crate::Headroom) ask of the system they run on.
///
/// [`RealSystem`] asks the real one; [`FakeSystem`] is a map of files for tests. Files are named and
/// written as Linux has them; a system without such files answers `NotFound` and overrides
/// [`process_memory`](Self::process_memory) and [`physical_memory`](Self::physical_memory).
///
/// ```
/// use memmacros_runtime::system::{RealSystem, System};
///
/// let system: &dyn System = &RealSystem;
/// assert!(system.page_size().as_u64() >= 4096);
/// ```
pub trait System: fmt::Debug + Send + Sync {
    /// The whole text of the file at the absolute `path`.
    ///
    /// # Errors
    /// Those of reading a file. `NotFound` means "there is no such thing here", which is no problem
    /// where a kernel may lack it; any other error is reported as one.
    fn read_file(&self, path: &str) -> io::Result<String>;

    /// The soft limit of this process, `None` where it is unlimited or unknown to this system.
    ///
    /// # Errors
    /// Those of asking the system.
    fn resource_limit(&self, which: ResourceLimit) -> io::Result<Option<ByteSize>>;

    /// The size of a page of memory.
    fn page_size(&self) -> ByteSize;

    /// Time since some moment that stays the same while the program runs.
    fn now(&self) -> Duration;

    /// What this process uses. The default reads `/proc/self/status` and `/proc/self/statm`.
    ///
    /// # Errors
    /// Where neither file can be read.
    fn process_memory(&self) -> io::Result<ProcessMemory> {
        let statm = self.read_file("/proc/self/statm");
        let statm = statm.map(|text| proc_text::statm(&text, self.page_size()));
        match self.read_file("/proc/self/status") {
            Ok(status) => {
                let memory = proc_text::status(&status);
                Ok(statm.map_or(memory, |exact| memory.made_exact(&exact)))
            }
            Err(error) => statm.map_err(|_| error),
        }
    }

    /// The RAM of the machine. The default reads `/proc/meminfo`.
    ///
    /// # Errors
    /// Where the file cannot be read.
    fn physical_memory(&self) -> io::Result<PhysicalMemory> {
        Ok(proc_text::meminfo(&self.read_file("/proc/meminfo")?))
    }
}

/// A limit of the process that `ulimit` or `setrlimit` set.
///
/// ```
/// use memmacros_runtime::system::{RealSystem, ResourceLimit, System};
///
/// let limit = RealSystem.resource_limit(ResourceLimit::AddressSpace)?;
/// println!("{limit:?}");
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ResourceLimit {
    /// `RLIMIT_AS`: every mapping, touched or not.
    AddressSpace,
    /// `RLIMIT_DATA`: private writable memory, touched or not.
    Data,
}

/// What one process uses, as far as its system tells. `None` is unknown.
///
/// ```
/// use memmacros_runtime::system::{RealSystem, System};
///
/// if let Ok(memory) = RealSystem.process_memory() {
///     println!("{:?} resident", memory.resident);
/// }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProcessMemory {
    /// In RAM now.
    pub resident: Option<ByteSize>,
    /// The most that was ever in RAM.
    pub peak_resident: Option<ByteSize>,
    /// Moved out to swap.
    pub swap: Option<ByteSize>,
    /// Every mapping, touched or not.
    pub virtual_size: Option<ByteSize>,
    /// Resident and private to the process: heap and stacks.
    pub anonymous: Option<ByteSize>,
    /// Resident pages that belong to files or shared memory.
    pub shared: Option<ByteSize>,
    /// Private writable mappings, touched or not: what `RLIMIT_DATA` counts.
    pub data: Option<ByteSize>,
    /// Page tables, which the kernel charges to the process's cgroup.
    pub page_tables: Option<ByteSize>,
    /// Huge pages of hugetlbfs, which are in none of the figures above.
    pub huge_pages: Option<ByteSize>,
    /// Threads, the main one included.
    pub threads: Option<u32>,
}

impl ProcessMemory {
    /// Replaces what `statm` says more exactly, and keeps the peak at or above it.
    fn made_exact(self, exact: &Self) -> Self {
        let resident = exact.resident.or(self.resident);
        Self {
            resident,
            peak_resident: self
                .peak_resident
                .max(resident.filter(|_| self.peak_resident.is_some())),
            virtual_size: exact.virtual_size.or(self.virtual_size),
            shared: exact.shared.or(self.shared),
            ..self
        }
    }
}

/// The RAM of a machine. `None` is unknown.
///
/// ```
/// use memmacros_runtime::system::{RealSystem, System};
///
/// if let Ok(memory) = RealSystem.physical_memory() {
///     println!("{:?} of {:?} to be had", memory.available, memory.total);
/// }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PhysicalMemory {
    /// All of it.
    pub total: Option<ByteSize>,
    /// What programs can still get without swapping.
    pub available: Option<ByteSize>,
}
