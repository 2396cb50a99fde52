//! Owns ticks: the cheapest clock of the machine, and how many of its ticks make a duration.
//! Called by the gate on every look, by statm and by whoever re-reads something now and then.
//! Never sleeps, locks, allocates or panics; a step backwards reads as "long ago".

#[cfg(any(test, all(target_arch = "x86_64", not(miri))))]
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::time::Duration;

/// Now, in ticks of unknown length. Rises within a process, but for what hardware gets wrong.
///
/// x86-64 with an invariant counter: `rdtsc`, about 9 ns in a virtual machine. `AArch64`: the
/// virtual counter. Elsewhere nanoseconds of the monotonic clock. Always 0 on wasm without a clock.
#[inline]
pub(crate) fn ticks() -> u64 {
    counter::ticks()
}

/// Ticks since `earlier`; `u64::MAX` where the clock has stepped back meanwhile.
#[cfg(any(test, target_os = "linux"))]
#[inline]
pub(super) fn since(earlier: u64) -> u64 {
    ticks().checked_sub(earlier).unwrap_or(u64::MAX)
}

/// How many ticks `duration` has.
///
/// In the first 2 ms after the first use this is a guess that is rather too short, so that
/// whoever waits for it looks too often, not too seldom.
#[inline]
pub(crate) fn ticks_in(duration: Duration) -> u64 {
    let nanos = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
    scale(nanos, counter::rate())
}

/// A rate of one tick per nanosecond; rates have 32 bits before and after the point.
const ONE: u64 = 1 << 32;

#[inline]
fn scale(nanos: u64, rate: u64) -> u64 {
    u64::try_from((u128::from(nanos) * u128::from(rate)) >> 32).unwrap_or(u64::MAX)
}

/// Time since some moment before the program began; for whatever need not be cheap.
pub(crate) fn elapsed() -> Duration {
    Duration::from_nanos(monotonic())
}

/// Nanoseconds of the system's monotonic clock.
#[cfg(unix)]
#[expect(unsafe_code, reason = "std's Instant does not give its number")]
fn monotonic() -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is room for one timespec, borrowed for the call.
    unsafe {
        libc::clock_gettime(libc::CLOCK_MONOTONIC, &raw mut time);
    }
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    seconds.saturating_mul(1_000_000_000).saturating_add(u64::try_from(time.tv_nsec).unwrap_or(0))
}

#[cfg(not(any(unix, all(target_family = "wasm", target_os = "unknown"))))]
fn monotonic() -> u64 {
    static START: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    let elapsed = START.get_or_init(std::time::Instant::now).elapsed();
    u64::try_from(elapsed.as_nanos()).unwrap_or(u64::MAX)
}

/// A browser's wasm has no clock that can be asked without its host.
#[cfg(all(target_family = "wasm", target_os = "unknown"))]
fn monotonic() -> u64 {
    0
}

/// The rate of a counter, found by comparing it with the monotonic clock at two moments.
#[cfg(any(test, all(target_arch = "x86_64", not(miri))))]
#[derive(Debug)]
struct Calibration {
    /// 0 until known, then ticks per nanosecond.
    rate: AtomicU64,
    state: AtomicU8,
    ticks: AtomicU64,
    nanos: AtomicU64,
}

#[cfg(any(test, all(target_arch = "x86_64", not(miri))))]
impl Calibration {
    const UNSET: u8 = 0;
    const BEING_SET: u8 = 1;
    const SET: u8 = 2;

    /// Both clocks are read within some 50 ns, so after 2 ms the rate is right to 1 in 10 000.
    const ENOUGH: u64 = 2_000_000;

    const fn new() -> Self {
        Self {
            rate: AtomicU64::new(0),
            state: AtomicU8::new(Self::UNSET),
            ticks: AtomicU64::new(0),
            nanos: AtomicU64::new(0),
        }
    }

    #[inline]
    fn rate(&self, read: impl Fn() -> (u64, u64)) -> u64 {
        match self.rate.load(Ordering::Relaxed) {
            0 => self.look(read),
            rate => rate,
        }
    }

    /// Takes the first reading or, once enough time has passed, the second. Until then: a guess.
    #[cold]
    fn look(&self, read: impl Fn() -> (u64, u64)) -> u64 {
        let (ticks, nanos) = read();
        let first = self.state.compare_exchange(
            Self::UNSET,
            Self::BEING_SET,
            Ordering::Acquire,
            Ordering::Acquire,
        );
        match first {
            Ok(_) => {
                self.ticks.store(ticks, Ordering::Relaxed);
                self.nanos.store(nanos, Ordering::Relaxed);
                self.state.store(Self::SET, Ordering::Release);
                ONE
            }
            Err(Self::SET) => {
                let ticks = ticks.saturating_sub(self.ticks.load(Ordering::Relaxed));
                let nanos = nanos.saturating_sub(self.nanos.load(Ordering::Relaxed));
                if nanos < Self::ENOUGH {
                    return ONE;
                }
                let rate = (u128::from(ticks) << 32) / u128::from(nanos);
                // No counter in use ticks slower than 1 MHz or faster than 16 GHz: a machine that
                // was put to sleep between the two readings must not stop the looks for good.
                let rate = rate.clamp(u128::from(ONE) / 1000, u128::from(ONE) * 16);
                let rate = u64::try_from(rate).unwrap_or(ONE);
                self.rate.store(rate, Ordering::Relaxed);
                rate
            }
            // Another thread is between its two stores, or died there in a fork.
            Err(_) => ONE,
        }
    }
}

/// Reads both clocks as close to each other as a few tries allow: a thread may be
/// put aside between the two.
#[cfg(all(target_arch = "x86_64", not(miri)))]
fn paired(counter: impl Fn() -> u64) -> (u64, u64) {
    let mut best = (u64::MAX, (0, 0));
    for _ in 0..3 {
        let before = counter();
        let nanos = monotonic();
        let apart = counter().saturating_sub(before);
        if apart <= best.0 {
            best = (apart, (before + apart / 2, nanos));
        }
    }
    best.1
}

#[cfg(all(target_arch = "x86_64", not(miri)))]
mod counter {
    use super::{AtomicU8, Calibration, ONE, Ordering, monotonic, paired};

    const UNKNOWN: u8 = 0;
    const INVARIANT: u8 = 1;
    const NO: u8 = 2;

    /// Whether the counter ticks at one rate in all power states: asked once, as CPUID leaves a virtual machine.
    static COUNTER: AtomicU8 = AtomicU8::new(UNKNOWN);
    static CALIBRATION: Calibration = Calibration::new();

    #[inline]
    pub(super) fn ticks() -> u64 {
        match COUNTER.load(Ordering::Relaxed) {
            INVARIANT => rdtsc(),
            UNKNOWN => first(),
            _ => monotonic(),
        }
    }

    #[inline]
    pub(super) fn rate() -> u64 {
        match COUNTER.load(Ordering::Relaxed) {
            INVARIANT => CALIBRATION.rate(|| paired(rdtsc)),
            UNKNOWN => {
                first();
                rate()
            }
            _ => ONE,
        }
    }

    #[cold]
    fn first() -> u64 {
        COUNTER.store(if is_invariant() { INVARIANT } else { NO }, Ordering::Relaxed);
        ticks()
    }

    fn is_invariant() -> bool {
        use std::arch::x86_64::__cpuid;
        // Leaf 0x8000_0007, bit 8 of EDX: Intel's manual, volume 3, "Invariant TSC"; AMD's has the same bit.
        __cpuid(0x8000_0000).eax >= 0x8000_0007 && __cpuid(0x8000_0007).edx & (1 << 8) != 0
    }

    #[inline]
    #[expect(unsafe_code, reason = "the counter has no safe function")]
    fn rdtsc() -> u64 {
        // SAFETY: every x86-64 processor has the instruction, and it reads no memory.
        unsafe { std::arch::x86_64::_rdtsc() }
    }
}

#[cfg(all(target_arch = "aarch64", not(miri)))]
mod counter {
    use super::ONE;
    use std::arch::asm;
    use std::sync::atomic::{AtomicU64, Ordering};

    #[inline]
    #[expect(unsafe_code, reason = "the counter has no safe function")]
    pub(super) fn ticks() -> u64 {
        let ticks: u64;
        // SAFETY: the register may be read by programs on every system that std runs on, and nothing is written.
        unsafe {
            asm!("mrs {}, cntvct_el0", out(reg) ticks, options(nomem, nostack, preserves_flags))
        };
        ticks
    }

    /// The processor says how fast it counts, so nothing has to be measured.
    #[inline]
    pub(super) fn rate() -> u64 {
        static RATE: AtomicU64 = AtomicU64::new(0);
        match RATE.load(Ordering::Relaxed) {
            0 => {
                let rate = ask();
                RATE.store(rate, Ordering::Relaxed);
                rate
            }
            rate => rate,
        }
    }

    #[cold]
    #[expect(unsafe_code, reason = "the register has no safe function")]
    fn ask() -> u64 {
        let hertz: u64;
        // SAFETY: as for the counter itself.
        unsafe {
            asm!("mrs {}, cntfrq_el0", out(reg) hertz, options(nomem, nostack, preserves_flags))
        };
        let rate = (u128::from(hertz) << 32) / 1_000_000_000;
        u64::try_from(rate).unwrap_or(ONE).clamp(ONE / 1000, ONE * 16)
    }
}

#[cfg(any(miri, not(any(target_arch = "x86_64", target_arch = "aarch64"))))]
mod counter {
    pub(super) fn ticks() -> u64 {
        super::monotonic()
    }

    pub(super) fn rate() -> u64 {
        super::ONE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_rise_and_a_step_back_is_long_ago() {
        let earlier = ticks();
        assert!(since(earlier) < ticks_in(Duration::from_mins(1)));
        assert_eq!(since(u64::MAX), u64::MAX);
    }

    #[test]
    fn a_duration_has_as_many_ticks_as_pass_in_it() {
        let (start, first) = (std::time::Instant::now(), ticks());
        while start.elapsed() < Duration::from_millis(20) {
            std::hint::black_box(ticks_in(Duration::from_millis(1)));
        }
        let (passed, elapsed) = (since(first), start.elapsed());
        let expected = ticks_in(elapsed);
        let apart = passed.abs_diff(expected);
        // A thread that is put aside between two of the lines above makes the difference.
        assert!(apart < expected / 4, "{passed} ticks passed, {expected} expected");
    }

    #[test]
    fn calibration_guesses_then_knows_and_never_runs_away() {
        let calibration = Calibration::new();
        assert_eq!(calibration.rate(|| (1_000, 1_000)), ONE, "first reading");
        assert_eq!(calibration.rate(|| (4_000, 2_000)), ONE, "too early");
        let rate = calibration.rate(|| (1_000 + 9_000_000, 1_000 + 3_000_000));
        assert_eq!(rate, 3 * ONE);
        assert_eq!(calibration.rate(|| (0, 0)), 3 * ONE, "known for good");

        let stopped = Calibration::new();
        stopped.rate(|| (5, 0));
        assert_eq!(stopped.rate(|| (5, u64::MAX)), ONE / 1000);
        let jumped = Calibration::new();
        jumped.rate(|| (0, 0));
        assert_eq!(jumped.rate(|| (u64::MAX, 10_000_000)), ONE * 16);
    }

    #[test]
    fn scaling_never_overflows() {
        assert_eq!(scale(1_000, ONE * 3), 3_000);
        assert_eq!(scale(u64::MAX, u64::MAX), u64::MAX);
        assert_eq!(ticks_in(Duration::ZERO), 0);
    }
}
