//! Owns the limit that percentages are taken of, kept up to date, and the maximum set by the user.
//! Called by checks of limits in percent, on their cold path, and by `set_maximum_memory`.
//! Never holds a lock while reading, and never keeps a limit for longer than half a second.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::Headroom;
use crate::bytes::ByteSize;
use crate::sys::clock;
use crate::sys::system::RealSystem;

/// Half of the second within which a change shall show.
const REREAD_EVERY: Duration = Duration::from_millis(500);

/// Stands for "no maximum", as nothing is that big.
const NO_MAXIMUM: u64 = u64::MAX;

static MAXIMUM: AtomicU64 = AtomicU64::new(NO_MAXIMUM);
static LIVE: LiveLimit = LiveLimit::new();

/// One more limit beside those of the system; the largest amount is none.
pub(crate) fn set_maximum(maximum: ByteSize) {
    MAXIMUM.store(maximum.as_u64(), Ordering::Release);
    LIVE.forget();
}

/// What `set_maximum_memory` said.
pub(super) fn maximum() -> Option<ByteSize> {
    match MAXIMUM.load(Ordering::Acquire) {
        NO_MAXIMUM => None,
        bytes => Some(ByteSize::new(bytes)),
    }
}

/// The least limit on this process now: what "80%" is taken of. At most 0.5 s old.
///
/// About 15 ns; every 0.5 s one caller re-reads (0.1 to 0.3 ms, allocates) while the others go on
/// with the old value. No lock, so that it may be called anywhere but in an allocator.
pub(crate) fn limit_now() -> Option<ByteSize> {
    LIVE.get(clock::ticks(), clock::ticks_in(REREAD_EVERY), || {
        Headroom::capture_from(&RealSystem).least_limit()
    })
}

/// A limit with its age.
#[derive(Debug)]
struct LiveLimit {
    bytes: AtomicU64,
    /// When its last reading began.
    read_at: AtomicU64,
    /// Counts what makes a reading that is under way worthless.
    changes: AtomicU64,
}

impl LiveLimit {
    /// No limit is known.
    const NONE: u64 = u64::MAX;
    /// Nothing was read yet.
    const UNREAD: u64 = u64::MAX - 1;

    const fn new() -> Self {
        Self {
            bytes: AtomicU64::new(Self::UNREAD),
            read_at: AtomicU64::new(0),
            changes: AtomicU64::new(0),
        }
    }

    fn forget(&self) {
        self.changes.fetch_add(1, Ordering::SeqCst);
        self.bytes.store(Self::UNREAD, Ordering::SeqCst);
    }

    fn get(
        &self,
        now: u64,
        keep_for: u64,
        read: impl Fn() -> Option<ByteSize>,
    ) -> Option<ByteSize> {
        let bytes = self.bytes.load(Ordering::Acquire);
        let read_at = self.read_at.load(Ordering::Relaxed);
        if bytes == Self::UNREAD {
            self.read_at.store(now, Ordering::Relaxed);
            return self.renew(read);
        }
        // Either way apart: another thread may have stored a moment that is later than ours, by little,
        // and a clock may have stepped back, by much.
        let is_old = now.abs_diff(read_at) >= keep_for;
        // One thread takes the turn; the others go on with what is there.
        let (success, failure) = (Ordering::Relaxed, Ordering::Relaxed);
        if is_old && self.read_at.compare_exchange(read_at, now, success, failure).is_ok() {
            return self.renew(read);
        }
        Self::limit(bytes)
    }

    #[cold]
    fn renew(&self, read: impl Fn() -> Option<ByteSize>) -> Option<ByteSize> {
        let changes = self.changes.load(Ordering::SeqCst);
        let bytes = read().map_or(Self::NONE, |limit| limit.as_u64().min(Self::UNREAD - 1));
        self.bytes.store(bytes, Ordering::SeqCst);
        // A maximum that was set meanwhile is not in what was read. Looked at after the store: whoever
        // comes later than this look overwrites what was stored.
        if self.changes.load(Ordering::SeqCst) != changes {
            self.bytes.store(Self::UNREAD, Ordering::SeqCst);
        }
        Self::limit(bytes)
    }

    fn limit(bytes: u64) -> Option<ByteSize> {
        (bytes != Self::NONE).then(|| ByteSize::new(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::system::{FakeSystem, System as _};

    /// The fake machine's clock in nanoseconds stands for ticks.
    fn ask(live: &LiveLimit, system: &FakeSystem) -> Option<ByteSize> {
        let nanos = |time: Duration| u64::try_from(time.as_nanos()).expect("small");
        live.get(nanos(system.now()), nanos(REREAD_EVERY), || {
            Headroom::capture_with(system, None).least_limit()
        })
    }

    #[test]
    fn a_lowered_and_a_raised_limit_show_within_a_second() {
        let (live, system) = (LiveLimit::new(), FakeSystem::new());
        system.cgroup_v2("/pod", "1000000", "0");
        assert_eq!(ask(&live, &system), Some(ByteSize::new(1_000_000)));
        for limit in [400_000, 3_000_000] {
            system.write("/sys/fs/cgroup/pod/memory.max", &format!("{limit}\n"));
            system.advance(Duration::from_millis(999));
            assert_eq!(ask(&live, &system), Some(ByteSize::new(limit)));
        }
        system.write("/sys/fs/cgroup/pod/memory.max", "max\n");
        system.advance(Duration::from_millis(999));
        assert_eq!(ask(&live, &system), None);
    }

    #[test]
    fn between_two_readings_nothing_is_read() {
        let (live, system) = (LiveLimit::new(), FakeSystem::new());
        system.cgroup_v2("/pod", "1000000", "0");
        ask(&live, &system);
        let reads = system.reads();
        for _ in 0..49 {
            system.advance(Duration::from_millis(10));
            ask(&live, &system);
        }
        assert_eq!(system.reads(), reads);
        system.advance(Duration::from_millis(10));
        ask(&live, &system);
        assert!(system.reads() > reads);
    }

    #[test]
    fn no_limit_is_remembered_too_and_a_change_is_seen_at_once() {
        let (live, system) = (LiveLimit::new(), FakeSystem::new());
        assert_eq!(ask(&live, &system), None);
        let reads = system.reads();
        assert_eq!(ask(&live, &system), None);
        assert_eq!(system.reads(), reads);
        system.cgroup_v2("/pod", "5000", "0");
        live.forget();
        assert_eq!(ask(&live, &system), Some(ByteSize::new(5000)));
    }

    #[test]
    fn a_change_while_reading_is_not_lost() {
        let live = LiveLimit::new();
        let stale = live.get(0, 10, || {
            live.forget();
            Some(ByteSize::new(1))
        });
        assert_eq!(stale, Some(ByteSize::new(1)));
        assert_eq!(live.get(1, 10, || Some(ByteSize::new(2))), Some(ByteSize::new(2)));
    }

    #[test]
    fn a_clock_that_steps_back_reads_again() {
        let live = LiveLimit::new();
        live.get(1_000, 10, || Some(ByteSize::new(1)));
        assert_eq!(live.get(5, 10, || Some(ByteSize::new(2))), Some(ByteSize::new(2)));
    }
}
