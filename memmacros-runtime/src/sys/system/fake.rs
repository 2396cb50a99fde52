//! Owns `FakeSystem`: a machine made of texts, for tests.
//! Called by tests here and in users' programs.
//! Never reads the real system.

use std::collections::HashMap;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::{ResourceLimit, System};
use crate::bytes::ByteSize;

/// A machine made of texts, to test what a program does near a limit.
///
/// It starts empty: no files, no limits, pages of 4 KiB, time 0. Every setter takes `&self`, so that a
/// test can change the machine under a running program.
///
/// ```
/// use memmacros_runtime::{ByteSize, Headroom, system::FakeSystem};
///
/// let system = FakeSystem::new();
/// system.memory(ByteSize::new(8_000_000_000), ByteSize::new(6_000_000_000));
/// system.cgroup_v2("/pod", "500000000", "100000000");
/// let headroom = Headroom::capture_from(&system);
/// assert_eq!(headroom.left(), Some(ByteSize::new(400_000_000)));
///
/// system.write("/sys/fs/cgroup/pod/memory.max", "300000000\n");
/// assert_eq!(Headroom::capture_from(&system).left(), Some(ByteSize::new(200_000_000)));
/// ```
#[derive(Debug, Default)]
pub struct FakeSystem {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    files: HashMap<String, Result<String, io::ErrorKind>>,
    limits: HashMap<ResourceLimit, ByteSize>,
    page: Option<ByteSize>,
    now: Duration,
    reads: u64,
}

impl FakeSystem {
    /// An empty machine.
    ///
    /// ```
    /// use memmacros_runtime::{Headroom, system::FakeSystem};
    ///
    /// assert_eq!(Headroom::capture_from(&FakeSystem::new()).limit(), None);
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts `text` into the file at `path`.
    ///
    /// ```
    /// use memmacros_runtime::system::{FakeSystem, System};
    ///
    /// let system = FakeSystem::new();
    /// system.write("/proc/meminfo", "MemTotal: 1000 kB\n");
    /// assert!(system.read_file("/proc/meminfo").is_ok());
    /// ```
    pub fn write(&self, path: &str, text: &str) {
        self.state().files.insert(path.to_owned(), Ok(text.to_owned()));
    }

    /// Makes reading `path` fail with `error`.
    ///
    /// ```
    /// use memmacros_runtime::system::{FakeSystem, System};
    /// use std::io::ErrorKind;
    ///
    /// let system = FakeSystem::new();
    /// system.fail("/proc/meminfo", ErrorKind::PermissionDenied);
    /// assert!(system.physical_memory().is_err());
    /// ```
    pub fn fail(&self, path: &str, error: io::ErrorKind) {
        self.state().files.insert(path.to_owned(), Err(error));
    }

    /// Removes the file at `path`.
    ///
    /// ```
    /// use memmacros_runtime::system::{FakeSystem, System};
    ///
    /// let system = FakeSystem::new();
    /// system.write("/a", "1");
    /// system.remove("/a");
    /// assert!(system.read_file("/a").is_err());
    /// ```
    pub fn remove(&self, path: &str) {
        self.state().files.remove(path);
    }

    /// Sets or, with `None`, lifts a limit of the process.
    ///
    /// ```
    /// use memmacros_runtime::ByteSize;
    /// use memmacros_runtime::system::{FakeSystem, ResourceLimit, System};
    ///
    /// let system = FakeSystem::new();
    /// system.set_resource_limit(ResourceLimit::Data, Some(ByteSize::GB));
    /// assert_eq!(system.resource_limit(ResourceLimit::Data)?, Some(ByteSize::GB));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn set_resource_limit(&self, which: ResourceLimit, limit: Option<ByteSize>) {
        let mut state = self.state();
        match limit {
            Some(limit) => state.limits.insert(which, limit),
            None => state.limits.remove(&which),
        };
    }

    /// Sets the size of a page.
    ///
    /// ```
    /// use memmacros_runtime::{ByteSize, system::{FakeSystem, System}};
    ///
    /// let system = FakeSystem::new();
    /// system.set_page_size(ByteSize::new(65_536));
    /// assert_eq!(system.page_size(), ByteSize::new(65_536));
    /// ```
    pub fn set_page_size(&self, page: ByteSize) {
        self.state().page = Some(page);
    }

    /// Lets `time` pass.
    ///
    /// ```
    /// use memmacros_runtime::system::{FakeSystem, System};
    /// use std::time::Duration;
    ///
    /// let system = FakeSystem::new();
    /// system.advance(Duration::from_secs(1));
    /// assert_eq!(system.now(), Duration::from_secs(1));
    /// ```
    pub fn advance(&self, time: Duration) {
        let mut state = self.state();
        state.now = state.now.saturating_add(time);
    }

    /// How many files were read or asked for.
    ///
    /// ```
    /// use memmacros_runtime::system::{FakeSystem, System};
    ///
    /// let system = FakeSystem::new();
    /// let _ = system.read_file("/proc/meminfo");
    /// assert_eq!(system.reads(), 1);
    /// ```
    #[must_use]
    pub fn reads(&self) -> u64 {
        self.state().reads
    }

    /// Writes `/proc/meminfo` of a machine with so much RAM.
    ///
    /// ```
    /// use memmacros_runtime::{ByteSize, Headroom, system::FakeSystem};
    ///
    /// let system = FakeSystem::new();
    /// system.memory(ByteSize::GIB, ByteSize::MIB);
    /// assert_eq!(Headroom::capture_from(&system).left(), Some(ByteSize::MIB));
    /// ```
    pub fn memory(&self, total: ByteSize, available: ByteSize) {
        let (total, available) = (total.as_u64() / 1024, available.as_u64() / 1024);
        self.write(
            "/proc/meminfo",
            &format!("MemTotal: {total} kB\nMemFree: 0 kB\nMemAvailable: {available} kB\n"),
        );
    }

    /// Writes `/proc/self/statm` and `status` of a process that has `resident` in RAM, rounded up to pages.
    ///
    /// ```
    /// use memmacros_runtime::{ByteSize, MemorySample, system::FakeSystem};
    ///
    /// let system = FakeSystem::new();
    /// system.resident(ByteSize::MIB);
    /// assert_eq!(MemorySample::capture_from(&system).resident(), Some(ByteSize::MIB));
    /// ```
    pub fn resident(&self, resident: ByteSize) {
        let page = self.page_size().as_u64().max(1);
        let pages = resident.as_u64().div_ceil(page);
        let kilobytes = pages.saturating_mul(page) / 1024;
        self.write("/proc/self/statm", &format!("{pages} {pages} 0 0 0 {pages} 0\n"));
        self.write(
            "/proc/self/status",
            &format!(
                "Name:\tfake\nVmSize:\t{kilobytes} kB\nVmHWM:\t{kilobytes} kB\nVmRSS:\t{kilobytes} kB\n\
                 RssAnon:\t{kilobytes} kB\nRssFile:\t0 kB\nRssShmem:\t0 kB\nVmData:\t{kilobytes} kB\n\
                 VmSwap:\t0 kB\nThreads:\t1\n"
            ),
        );
    }

    /// Puts the process into the cgroup v2 at `path` (below `/sys/fs/cgroup`), with `memory.max` and
    /// `memory.current` as the kernel writes them: bytes, or `max`.
    ///
    /// ```
    /// use memmacros_runtime::{ByteSize, Headroom, system::FakeSystem};
    ///
    /// let system = FakeSystem::new();
    /// system.cgroup_v2("/pod/app", "1000000", "250000");
    /// system.write("/sys/fs/cgroup/pod/app/memory.stat", "inactive_file 50000\n");
    /// assert_eq!(Headroom::capture_from(&system).used(), Some(ByteSize::new(200_000)));
    /// ```
    pub fn cgroup_v2(&self, path: &str, max: &str, current: &str) {
        let path = path.trim_end_matches('/');
        self.write("/proc/self/cgroup", &format!("0::{path}\n"));
        self.write(
            "/proc/self/mountinfo",
            "31 23 0:28 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw,nsdelegate\n",
        );
        let folder = format!("/sys/fs/cgroup{path}");
        self.write(&format!("{folder}/cgroup.controllers"), "memory\n");
        self.write(&format!("{folder}/memory.max"), &format!("{max}\n"));
        self.write(&format!("{folder}/memory.high"), "max\n");
        self.write(&format!("{folder}/memory.current"), &format!("{current}\n"));
        self.write(&format!("{folder}/memory.stat"), "anon 0\n");
    }

    /// A test that panicked elsewhere has still left a whole state.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl System for FakeSystem {
    fn read_file(&self, path: &str) -> io::Result<String> {
        let mut state = self.state();
        state.reads += 1;
        match state.files.get(path) {
            Some(Ok(text)) => Ok(text.clone()),
            Some(Err(kind)) => Err(io::Error::from(*kind)),
            None => Err(io::Error::from(io::ErrorKind::NotFound)),
        }
    }

    fn resource_limit(&self, which: ResourceLimit) -> io::Result<Option<ByteSize>> {
        Ok(self.state().limits.get(&which).copied())
    }

    fn page_size(&self) -> ByteSize {
        self.state().page.unwrap_or(ByteSize::new(4096))
    }

    fn now(&self) -> Duration {
        self.state().now
    }
}
