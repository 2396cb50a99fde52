//! Owns what follows from a reading: which limit holds, whether it is passed, what is done.
//! Called by every guard.
//! Never acts more than once per crossing, but for the errors and panics themselves.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use crate::bytes::ByteSize;
use crate::event::{Event, Outcome};
use crate::gate::{self, Owner};
use crate::limit::{Cause, LimitError, MemoryLimit, MemoryLimitExceeded, Origin, global};
use crate::output;
use crate::site::threads;
use crate::site::{Action, LimitOption, Site};

/// The limit that stands in the options of a site.
///
/// # Errors
/// Never; the macros have read it.
#[doc(hidden)]
pub fn site_limit(site: &'static Site) -> Result<MemoryLimit, LimitError> {
    Ok(match site.options().limit {
        LimitOption::Global | LimitOption::Dynamic => MemoryLimit::GLOBAL,
        LimitOption::Bytes(bytes) => MemoryLimit::of_bytes(ByteSize::new(bytes)),
        LimitOption::Percent(percent) => MemoryLimit::of_percent(percent),
    })
}

/// The limit of a future: the site's, or a value that was given when it was made.
#[doc(hidden)]
pub trait GivenLimit {
    #[expect(missing_docs, reason = "called by the futures of this crate only")]
    fn get(&self, site: &'static Site) -> Result<MemoryLimit, LimitError>;
}

/// The limit that stands in the options of a site.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct SiteLimit;

impl GivenLimit for SiteLimit {
    fn get(&self, site: &'static Site) -> Result<MemoryLimit, LimitError> {
        site_limit(site)
    }
}

impl GivenLimit for Result<MemoryLimit, LimitError> {
    fn get(&self, _: &'static Site) -> Result<MemoryLimit, LimitError> {
        self.clone()
    }
}

/// The handler of a future, if it has one.
#[doc(hidden)]
pub trait GivenHandler {
    #[expect(missing_docs, reason = "called by the futures of this crate only")]
    fn get(&self) -> Option<fn(&MemoryLimitExceeded)>;
}

impl GivenHandler for () {
    fn get(&self) -> Option<fn(&MemoryLimitExceeded)> {
        None
    }
}

impl GivenHandler for fn(&MemoryLimitExceeded) {
    fn get(&self) -> Option<Self> {
        Some(*self)
    }
}

/// Something is passed.
#[derive(Debug)]
pub(super) struct Finding {
    site: &'static Site,
    pub(super) error: MemoryLimitExceeded,
    /// Whether it was not yet passed at the check before.
    pub(super) crossing: bool,
    /// What the options say, where the finding does not soften it.
    pub(super) action: Action,
}

/// Holds a resident size against all that a site asks: its limit, and what the call may
/// have grown by since `entry`. Where both are passed anew, both are told.
pub(super) fn judge(
    site: &'static Site,
    entry: u64,
    resident: u64,
    limit: Result<MemoryLimit, LimitError>,
) -> Option<Finding> {
    let growth = judge_growth(site, entry, resident);
    let limit = judge_limit(site, resident, limit);
    match (growth, limit) {
        // A handler has heard of this limit already.
        (Some(growth), Some(limit))
            if growth.action == Action::Handler && growth.crossing && !limit.crossing =>
        {
            Some(growth)
        }
        (Some(growth), Some(limit)) => {
            growth.warn();
            Some(limit)
        }
        (growth, limit) => growth.or(limit),
    }
}

/// Holds a resident size against the limit of a site.
pub(super) fn judge_limit(
    site: &'static Site,
    resident: u64,
    limit: Result<MemoryLimit, LimitError>,
) -> Option<Finding> {
    let limit = match limit {
        Ok(limit) => limit,
        Err(error) => {
            if site.counts().tell_once() {
                output::dispatch(&Event::BadLimit { place: site.place(), error: &error });
            }
            return None;
        }
    };
    let origin = Origin::Site(site);
    let passed = if limit.is_global() {
        passes_global(resident, origin)
    } else {
        passes(resident, limit, origin)
    };
    let Ok(error) = passed else {
        if site.counts().tell_once() {
            output::dispatch(&Event::UnknownWhole { place: site.place() });
        }
        return None;
    };
    let crossing = site.counts().crosses(error.is_some());
    error.map(|error| Finding { site, error, crossing, action: site.options().action })
}

/// Holds what a call has grown by against what its site allows.
pub(super) fn judge_growth(site: &'static Site, entry: u64, resident: u64) -> Option<Finding> {
    let allowed = site.options().growth?;
    let resident = ByteSize::new(resident);
    let grown = resident.since(ByteSize::new(entry));
    let over = grown.is_growth() && grown.magnitude() > allowed;
    let crossing = site.counts().crosses_growth(over);
    if !over {
        return None;
    }
    // What the whole process grew by may be the doing of other threads.
    let own = false;
    let action =
        if own || site.options().action_written { site.options().action } else { Action::Warn };
    let error = MemoryLimitExceeded::new(
        resident,
        Cause::Growth { grown, allowed, own },
        Origin::Site(site),
    );
    Some(Finding { site, error, crossing, action })
}

/// The limit is a part of something that cannot be read here.
#[derive(Debug)]
pub(super) struct UnknownWhole;

pub(super) fn passes(
    resident: u64,
    limit: MemoryLimit,
    origin: Origin,
) -> Result<Option<MemoryLimitExceeded>, UnknownWhole> {
    let limit = limit.bytes().ok_or(UnknownWhole)?;
    let resident = ByteSize::new(resident);
    let over = resident > limit;
    Ok(over.then(|| MemoryLimitExceeded::new(resident, Cause::Limit(limit), origin)))
}

/// As [`passes`]; the limit that nobody chose fails nothing, but is told of once.
pub(super) fn passes_global(
    resident: u64,
    origin: Origin,
) -> Result<Option<MemoryLimitExceeded>, UnknownWhole> {
    let global = global();
    let passed = passes(resident, global.limit, origin)?;
    if global.chosen {
        return Ok(passed);
    }
    if let Some(error) = passed {
        static TOLD: AtomicBool = AtomicBool::new(false);
        if !TOLD.swap(true, Ordering::Relaxed) {
            output::dispatch(&Event::DefaultPassed { error: &error });
        }
    }
    Ok(None)
}

impl Finding {
    fn tell(&self, outcome: Outcome) {
        if self.crossing {
            output::dispatch(&Event::Exceeded { error: &self.error, outcome });
        }
    }

    /// The error to return. While the thread unwinds, and where the finding is only
    /// worth a warning, there is none.
    pub(super) fn into_error(self) -> Option<MemoryLimitExceeded> {
        if self.action == Action::Warn || thread::panicking() {
            self.warn();
            return None;
        }
        self.site.counts().add_limit_error();
        threads::note_refusal();
        self.tell(Outcome::Error);
        Some(self.error)
    }

    /// Panics with the error's text, unless the thread unwinds already.
    #[track_caller]
    pub(super) fn panic(&self) {
        if self.action == Action::Warn || thread::panicking() {
            return self.warn();
        }
        self.tell(Outcome::Panic);
        panic!("{}", self.error);
    }

    /// Does what the site's options say, where that is not to return an error.
    #[track_caller]
    pub(super) fn act(&self, handler: Option<fn(&MemoryLimitExceeded)>) {
        match (self.action, handler) {
            (Action::Panic, _) => self.panic(),
            (Action::Handler, Some(handler)) => self.hand_to(handler),
            _ => self.warn(),
        }
    }

    pub(super) fn warn(&self) {
        self.tell(Outcome::Warning);
    }

    /// Says that the call has ended beyond its limit; its result stands.
    pub(super) fn warn_at_end(&self) {
        self.tell(Outcome::Ended);
    }

    /// Counts the panic that is to come, where the call itself has ended.
    pub(super) fn count_panic(&self) {
        if self.action == Action::Panic && !thread::panicking() {
            self.site.counts().add_panic();
        }
    }

    /// Whether what is watched does not go on.
    pub(super) fn refuses(&self) -> bool {
        matches!(self.action, Action::Error | Action::Panic)
    }

    pub(super) fn hand_to(&self, handler: fn(&MemoryLimitExceeded)) {
        if self.action == Action::Warn || thread::panicking() {
            return self.warn();
        }
        if self.crossing {
            self.tell(Outcome::Handler);
            handler(&self.error);
        }
    }
}

/// Reads for a guard, now where it must be `exact`; what came on top goes to `owner`.
/// What cannot be read is told once and counts as no reading.
pub(super) fn read(now: u64, site: &'static Site, exact: bool, owner: Owner) -> Option<u64> {
    let read =
        if exact { gate::read(owner) } else { gate::read_at(now, site.options().every, owner) };
    match read {
        Ok(resident) => {
            site.counts().seen(resident);
            Some(resident)
        }
        Err(problem) => {
            output::tell_unreadable(&problem);
            None
        }
    }
}
