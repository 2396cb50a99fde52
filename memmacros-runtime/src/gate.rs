//! Owns the reading of the resident size by whatever watches: how old it may be, when to
//! look again, and to which site the growth between two readings goes.
//! Called by the guards of `watch/`, by checkpoints and by `check_memory`.
//! Never decides what follows from a reading.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use crate::sample::MemorySample;
use crate::site::threads::{Local, Tally, UNATTRIBUTED, local};
use crate::site::{Every, Site};
use crate::sys::{self, ReadError, clock, fork};

/// How old a reading may be for the default gate. At 3 GB/s, about as fast as pages can
/// be touched first, 1.5 MB grow meanwhile.
const FRESH: Duration = Duration::from_micros(500);

/// The most calls or iterations that pass between two looks at the clock.
pub(crate) const MOST: u32 = 64;

/// The resident size at the last reading of any thread; 0 before the first.
static LAST: AtomicU64 = AtomicU64::new(0);

/// The process that read it.
static PROCESS: AtomicU32 = AtomicU32::new(0);

/// To whom the growth since the last reading goes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Owner {
    Site(&'static Site),
    /// The innermost open site of the thread.
    Innermost,
    /// The same, but for the call that has just been opened.
    Around(&'static Tally),
}

impl Owner {
    fn site(self) -> &'static Site {
        let found = match self {
            Self::Site(site) => Some(site),
            Self::Innermost => local(|local| local.innermost(None)),
            Self::Around(tally) => local(|local| local.innermost(Some(tally))),
        };
        found.unwrap_or(&UNATTRIBUTED)
    }
}

/// Reads the resident size, and gives what came on top since the last reading of any
/// thread to `owner`.
pub(crate) fn read(owner: Owner) -> Result<u64, ReadError> {
    let resident = sys::resident_bytes()?;
    note(resident, owner);
    Ok(resident)
}

/// As [`read`], with what the same reading tells besides.
pub(crate) fn read_sample(owner: Owner) -> Result<MemorySample, ReadError> {
    let sample = MemorySample::light()?;
    if let Some(resident) = sample.resident() {
        note(resident.as_u64(), owner);
    }
    Ok(sample)
}

/// Keeps a reading, and gives the growth since the last one away.
fn note(resident: u64, owner: Owner) {
    local(|local| {
        local.read_at.set(clock::ticks());
        local.resident.set(resident);
    });
    let process = fork::generation();
    let same_process = PROCESS.swap(process, Ordering::Relaxed) == process;
    let last = LAST.swap(resident, Ordering::Relaxed);
    // A child of a fork begins anew: what it lacks of its parent's memory nobody freed.
    if last != 0 && last != resident && same_process {
        owner.site().counts().add_growth(resident.wrapping_sub(last).cast_signed());
    }
}

/// As [`read`], but a reading of this thread that is fresh enough will do.
pub(crate) fn read_at(now: u64, every: Every, owner: Owner) -> Result<u64, ReadError> {
    match local(|local| fresh(local, now, every)) {
        Some(resident) => Ok(resident),
        None => read(owner),
    }
}

fn fresh(local: &Local, now: u64, every: Every) -> Option<u64> {
    let age = now.wrapping_sub(local.read_at.get());
    (local.resident.get() != 0 && age < patience(every)).then(|| local.resident.get())
}

/// Ticks for which a reading will do.
fn patience(every: Every) -> u64 {
    match every {
        Every::Gate => clock::ticks_in(FRESH),
        Every::Count(_) => 0,
        Every::Nanos(nanos) => clock::ticks_in(Duration::from_nanos(nanos)),
    }
}

/// How many calls or iterations may pass until the next look, when the last look was
/// `elapsed` ticks ago and good for `batch` of them (0: there was none).
///
/// What the calls of one batch allocate is what can pass unseen, so that a batch is
/// never longer than [`FRESH`] at the pace of the last one, and at most doubles.
pub(crate) fn next_batch(every: Every, batch: u32, elapsed: u64) -> u32 {
    match every {
        Every::Count(count) => count,
        Every::Gate | Every::Nanos(_) => paced(batch, elapsed, patience(every)),
    }
}

fn paced(batch: u32, elapsed: u64, target: u64) -> u32 {
    if batch == 0 {
        return 1;
    }
    // A clock that went backwards reads as an endless wait, and gives the shortest batch.
    let fit = u64::from(batch).saturating_mul(target) / elapsed.max(1);
    let most = batch.saturating_mul(2).min(MOST);
    u32::try_from(fit).unwrap_or(most).clamp(1, most)
}

#[cfg(test)]
mod tests {
    use super::{MOST, paced};

    const TARGET: u64 = 500_000;

    /// Looks at a loop whose iterations take `ticks(n)` each; gives the iterations looked at.
    fn looks(iterations: u64, ticks: impl Fn(u64) -> u64) -> Vec<u64> {
        let (mut looks, mut batch, mut left, mut now, mut looked) =
            (Vec::new(), 0, 1, 0_u64, 0_u64);
        for iteration in 0..iterations {
            left -= 1;
            if left == 0 {
                batch = paced(batch, now.wrapping_sub(looked), TARGET);
                (left, looked) = (batch, now);
                looks.push(iteration);
            }
            now = now.wrapping_add(ticks(iteration));
        }
        looks
    }

    #[test]
    fn the_first_iteration_looks_and_batches_at_most_double() {
        assert_eq!(looks(300, |_| 1)[..9], [0, 1, 3, 7, 15, 31, 63, 127, 191]);
    }

    #[test]
    fn slow_iterations_are_all_looked_at() {
        assert_eq!(looks(50, |_| 1_000_000).len(), 50);
    }

    #[test]
    fn a_batch_lasts_about_the_target() {
        // 20 us each: 25 fit into 0.5 ms.
        let looks = looks(500, |_| 20_000);
        let last: Vec<u64> = looks.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert!(last[6..].iter().all(|&batch| (24..=25).contains(&batch)), "{last:?}");
    }

    #[test]
    fn a_change_of_pace_is_seen_within_one_batch() {
        let change = 50_000_001;
        let looks = looks(change + 200, |iteration| if iteration < change { 1 } else { 5_000_000 });
        let first = looks.iter().position(|&look| look > change).expect("looked after the change");
        assert!(looks[first] - change <= u64::from(MOST));
        // From the second look on, each.
        assert!(looks[first + 1..].windows(2).all(|pair| pair[1] - pair[0] <= 1));
    }

    #[test]
    fn a_clock_that_steps_back_is_no_reason_to_wait() {
        assert_eq!(paced(32, u64::MAX, TARGET), 1);
        assert_eq!(paced(32, 0, TARGET), 64);
    }
}
