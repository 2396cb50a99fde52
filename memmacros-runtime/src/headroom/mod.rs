//! Owns `Headroom`: which limit of memory bites first, what counts against it, and what is left.
//! Called by limits in percent, by pressure, and by users.
//! Never keeps a limit for ever, and never passes over one that it could not read.

mod cgroup;
mod found;
mod live;
#[cfg(test)]
mod tests;

use std::fmt;

pub use found::{FoundLimit, HeadroomProblem, LimitSource};
pub(crate) use live::limit_now;
pub(crate) use live::set_maximum;

use crate::bytes::ByteSize;
use crate::sys::system::{RealSystem, ResourceLimit, System};

/// How much memory the process can still take before something stops it.
///
/// Looks at every limit that can bite: `memory.max` and `memory.high` of the process's cgroup v2 and of
/// all cgroups above it, the limits of cgroup v1, `ulimit -v` and `ulimit -d`, the machine's RAM, and what
/// [`set_maximum_memory`](crate::set_maximum_memory) says. The one with the **least left** is the one that [`limit`](Self::limit),
/// [`used`](Self::used) and [`left`](Self::left) speak of: a wide limit that is nearly full bites before a
/// tight one that is empty.
///
/// What the kernel can take back without swapping (clean cache of files) does not count as used.
///
/// ```
/// use memmacros_runtime::Headroom;
///
/// let headroom = Headroom::capture();
/// println!("{headroom}"); // 312 MB left of 500 MB, by /sys/fs/cgroup/pod/memory.max
/// for problem in headroom.problems() {
///     eprintln!("{problem}");
/// }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Headroom {
    /// The one that binds first.
    limits: Vec<FoundLimit>,
    problems: Vec<HeadroomProblem>,
}

impl Headroom {
    /// Asks the system now. On Linux this reads some ten small files, 0.1 to 0.3 ms; it allocates.
    ///
    /// ```
    /// let headroom = memmacros_runtime::Headroom::capture();
    /// println!("{:?} left", headroom.left());
    /// ```
    #[must_use]
    pub fn capture() -> Self {
        Self::capture_from(&RealSystem)
    }

    /// Asks `system`, and counts what [`set_maximum_memory`](crate::set_maximum_memory) says as well.
    ///
    /// ```
    /// use memmacros_runtime::{ByteSize, Headroom, system::FakeSystem};
    ///
    /// let system = FakeSystem::new();
    /// system.cgroup_v2("/pod", "1000", "300");
    /// let headroom = Headroom::capture_from(&system);
    /// assert_eq!(headroom.limit(), Some(ByteSize::new(1000)));
    /// assert_eq!(headroom.left(), Some(ByteSize::new(700)));
    /// ```
    #[must_use]
    pub fn capture_from(system: &dyn System) -> Self {
        Self::capture_with(system, live::maximum())
    }

    fn capture_with(system: &dyn System, maximum: Option<ByteSize>) -> Self {
        let mut headroom = Self::default();
        cgroup::look(system, &mut headroom);
        headroom.look_at_process(system, maximum);
        headroom.look_at_machine(system);
        // Least left first. What is unknown cannot be said to bite before what is known.
        headroom.limits.sort_by_key(|found| {
            (found.left().is_none(), found.left().unwrap_or(found.limit()), found.limit())
        });
        headroom
    }

    fn look_at_process(&mut self, system: &dyn System, maximum: Option<ByteSize>) {
        let limits = [
            (LimitSource::AddressSpace, system.resource_limit(ResourceLimit::AddressSpace)),
            (LimitSource::Data, system.resource_limit(ResourceLimit::Data)),
            (LimitSource::User, Ok(maximum)),
        ];
        let memory = system.process_memory();
        let before = self.limits.len();
        for (source, limit) in limits {
            match limit {
                Ok(None) => {}
                Ok(Some(limit)) => {
                    // The kernel compares mapped bytes with these limits, touched or not.
                    let used = memory.as_ref().ok().and_then(|memory| match source {
                        LimitSource::AddressSpace => memory.virtual_size,
                        LimitSource::Data => memory.data,
                        _ => memory.resident,
                    });
                    self.limits.push(FoundLimit::new(source, limit, used));
                }
                Err(error) => self.report(&source.to_string(), &error),
            }
        }
        if self.limits.len() > before
            && let Err(error) = memory
        {
            self.report("/proc/self/status", &error);
        }
    }

    fn look_at_machine(&mut self, system: &dyn System) {
        match system.physical_memory() {
            Ok(memory) => match memory.total {
                Some(total) => {
                    let used = memory.available.map(|available| total.saturating_sub(available));
                    self.limits.push(FoundLimit::new(LimitSource::Physical, total, used));
                }
                None => self.report("/proc/meminfo", &"no MemTotal in it"),
            },
            Err(error) => self.report("/proc/meminfo", &error),
        }
    }

    fn report(&mut self, what: &str, why: &dyn fmt::Display) {
        self.problems.push(HeadroomProblem::new(what, why));
    }

    /// The limit that bites first, `None` where no limit is known.
    ///
    /// ```
    /// # use memmacros_runtime::Headroom;
    /// println!("{:?}", Headroom::capture().limit());
    /// ```
    #[must_use]
    pub fn limit(&self) -> Option<ByteSize> {
        self.binding().map(FoundLimit::limit)
    }

    /// Where the limit that bites first comes from.
    ///
    /// ```
    /// # use memmacros_runtime::Headroom;
    /// if let Some(source) = Headroom::capture().source() {
    ///     println!("bound by {source}");
    /// }
    /// ```
    #[must_use]
    pub fn source(&self) -> Option<&LimitSource> {
        self.binding().map(FoundLimit::source)
    }

    /// What counts against that limit and cannot be reclaimed. In a cgroup that is all its processes'
    /// memory, against [`Physical`](LimitSource::Physical) the whole machine's.
    ///
    /// ```
    /// # use memmacros_runtime::Headroom;
    /// println!("{:?}", Headroom::capture().used());
    /// ```
    #[must_use]
    pub fn used(&self) -> Option<ByteSize> {
        self.binding().and_then(FoundLimit::used)
    }

    /// What is left until that limit; 0 where it is passed.
    ///
    /// ```
    /// # use memmacros_runtime::Headroom;
    /// println!("{:?}", Headroom::capture().left());
    /// ```
    #[must_use]
    pub fn left(&self) -> Option<ByteSize> {
        self.binding().and_then(FoundLimit::left)
    }

    /// Every limit that was found, the one with the least left first.
    ///
    /// ```
    /// # use memmacros_runtime::Headroom;
    /// for found in Headroom::capture().limits() {
    ///     println!("{found}");
    /// }
    /// ```
    #[must_use]
    pub fn limits(&self) -> &[FoundLimit] {
        &self.limits
    }

    /// Limits that may exist but could not be read. With one here, the true headroom may be less.
    ///
    /// ```
    /// # use memmacros_runtime::Headroom;
    /// for problem in Headroom::capture().problems() {
    ///     eprintln!("{problem}");
    /// }
    /// ```
    #[must_use]
    pub fn problems(&self) -> &[HeadroomProblem] {
        &self.problems
    }

    /// The smallest of all limits, however much is left of it: what percentages are taken of.
    ///
    /// Never more than any limit, so that 80 % of it is below each of them. [`limit`](Self::limit) may
    /// be far more, such as the whole machine's RAM while its other programs leave little.
    ///
    /// ```
    /// use memmacros_runtime::{ByteSize, Headroom, system::FakeSystem};
    ///
    /// let system = FakeSystem::new();
    /// system.cgroup_v2("/pod", "1000000", "100000");
    /// system.memory(ByteSize::new(64_000_000), ByteSize::new(512_000));
    /// let headroom = Headroom::capture_from(&system);
    /// assert_eq!(headroom.limit(), Some(ByteSize::new(64_000_000)));
    /// assert_eq!(headroom.least_limit(), Some(ByteSize::new(1_000_000)));
    /// ```
    #[must_use]
    pub fn least_limit(&self) -> Option<ByteSize> {
        self.limits.iter().map(FoundLimit::limit).min()
    }

    fn binding(&self) -> Option<&FoundLimit> {
        self.limits.first()
    }
}

/// One line: `312 MB left of 500 MB, by memory.max (/sys/fs/cgroup/pod/memory.max)`.
impl fmt::Display for Headroom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.binding() {
            Some(found) => found.fmt(f)?,
            None => f.write_str("no limit known")?,
        }
        match self.problems.len() {
            0 => Ok(()),
            1 => f.write_str(" (1 limit could not be read)"),
            many => write!(f, " ({many} limits could not be read)"),
        }
    }
}
