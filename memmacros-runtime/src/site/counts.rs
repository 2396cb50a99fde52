//! Owns what a site remembers beside the calls: failures and measured growth.
//! Called by the guards when something went wrong, and by the gate at each reading.
//! Never written by a call that is neither measured nor failing.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};

/// No measured call yet; no real growth is that negative.
const NONE: i64 = i64::MIN;

#[derive(Debug)]
pub(crate) struct Counts {
    limit_errors: AtomicU64,
    errors: AtomicU64,
    panics: AtomicU64,
    cancelled: AtomicU64,
    /// What readings found grown while this was the innermost open site.
    growth: AtomicI64,
    growth_max: AtomicI64,
    growth_last: AtomicI64,
    worst: AtomicU64,
    /// Whether the last check found the limit passed, so that a crossing is told once.
    over: AtomicBool,
    /// The same for `growth`.
    over_growth: AtomicBool,
    /// Whether a limit that cannot be read has been told.
    told: AtomicBool,
}

impl Counts {
    pub(super) const fn new() -> Self {
        Self {
            limit_errors: AtomicU64::new(0),
            errors: AtomicU64::new(0),
            panics: AtomicU64::new(0),
            cancelled: AtomicU64::new(0),
            growth: AtomicI64::new(0),
            growth_max: AtomicI64::new(NONE),
            growth_last: AtomicI64::new(NONE),
            worst: AtomicU64::new(0),
            over: AtomicBool::new(false),
            over_growth: AtomicBool::new(false),
            told: AtomicBool::new(false),
        }
    }

    pub(crate) fn add_limit_error(&self) {
        self.limit_errors.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn add_error(&self) {
        self.errors.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn add_panic(&self) {
        self.panics.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn add_cancelled(&self) {
        self.cancelled.fetch_add(1, Ordering::Relaxed);
    }

    /// What the process grew by while this site was innermost.
    pub(crate) fn add_growth(&self, bytes: i64) {
        self.growth.fetch_add(bytes, Ordering::Relaxed);
    }

    /// A call was read at both ends.
    pub(crate) fn measured(&self, growth: i64) {
        // PERF: as in `seen`; short loops are measured each time, mostly with 0.
        if growth != self.growth_last.load(Ordering::Relaxed) {
            self.growth_last.store(growth, Ordering::Relaxed);
        }
        if growth > self.growth_max.load(Ordering::Relaxed) {
            self.growth_max.fetch_max(growth, Ordering::Relaxed);
        }
    }

    pub(crate) fn seen(&self, resident: u64) {
        // PERF: the worst rarely moves, and a load shares the line where a write would not.
        if resident > self.worst.load(Ordering::Relaxed) {
            self.worst.fetch_max(resident, Ordering::Relaxed);
        }
    }

    /// Whether the limit is newly passed.
    pub(crate) fn crosses(&self, over: bool) -> bool {
        crosses(&self.over, over)
    }

    /// Whether the growth is newly passed.
    pub(crate) fn crosses_growth(&self, over: bool) -> bool {
        crosses(&self.over_growth, over)
    }

    /// True once.
    pub(crate) fn tell_once(&self) -> bool {
        !self.told.swap(true, Ordering::Relaxed)
    }

    pub(super) fn limit_errors(&self) -> u64 {
        self.limit_errors.load(Ordering::Relaxed)
    }

    pub(super) fn errors(&self) -> u64 {
        self.errors.load(Ordering::Relaxed)
    }

    pub(super) fn panics(&self) -> u64 {
        self.panics.load(Ordering::Relaxed)
    }

    pub(super) fn cancelled(&self) -> u64 {
        self.cancelled.load(Ordering::Relaxed)
    }

    pub(super) fn growth(&self) -> i64 {
        self.growth.load(Ordering::Relaxed)
    }

    pub(super) fn growth_max(&self) -> Option<i64> {
        known(&self.growth_max)
    }

    pub(super) fn growth_last(&self) -> Option<i64> {
        known(&self.growth_last)
    }

    pub(super) fn worst(&self) -> Option<u64> {
        match self.worst.load(Ordering::Relaxed) {
            0 => None,
            bytes => Some(bytes),
        }
    }
}

fn crosses(flag: &AtomicBool, over: bool) -> bool {
    if flag.load(Ordering::Relaxed) == over {
        return false;
    }
    flag.swap(over, Ordering::Relaxed) != over && over
}

fn known(growth: &AtomicI64) -> Option<i64> {
    match growth.load(Ordering::Relaxed) {
        NONE => None,
        bytes => Some(bytes),
    }
}
