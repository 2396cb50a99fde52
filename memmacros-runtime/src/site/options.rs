//! Owns the options of a site as constants, as the macros write them.
//! Called by generated code (to build) and by the gate and the guards (to read).
//! Never checks: the macros have refused what does not fit.

use crate::bytes::ByteSize;

/// What a site does when its limit is passed.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    Error,
    Panic,
    Warn,
    Handler,
}

/// Where the limit of a site comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum LimitOption {
    /// None written: the global one.
    Global,
    Bytes(u64),
    Percent(f64),
    /// An expression, evaluated at each check.
    Dynamic,
}

/// When a site looks at the resident size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Every {
    /// A countdown that adapts, then a clock.
    Gate,
    /// Each so many calls, exactly.
    Count(u32),
    /// At most once in so many nanoseconds.
    Nanos(u64),
}

impl Every {
    /// Whether the pace of the calls says when to look.
    pub(crate) const fn is_paced(self) -> bool {
        !matches!(self, Self::Count(_))
    }
}

/// The options of a site, built in a constant.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Options {
    pub(crate) limit: LimitOption,
    pub(crate) growth: Option<ByteSize>,
    pub(crate) every: Every,
    pub(crate) action: Action,
    pub(crate) action_written: bool,
    pub(crate) checkpoints: bool,
    pub(crate) count_errors: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self::new()
    }
}

impl Options {
    #[must_use]
    pub const fn new() -> Self {
        Self {
            limit: LimitOption::Global,
            growth: None,
            every: Every::Gate,
            action: Action::Warn,
            action_written: false,
            checkpoints: false,
            count_errors: false,
        }
    }

    #[must_use]
    pub const fn limit_bytes(mut self, bytes: u64) -> Self {
        self.limit = LimitOption::Bytes(bytes);
        self
    }

    #[must_use]
    pub const fn limit_percent(mut self, percent: f64) -> Self {
        self.limit = LimitOption::Percent(percent);
        self
    }

    #[must_use]
    pub const fn limit_dynamic(mut self) -> Self {
        self.limit = LimitOption::Dynamic;
        self
    }

    #[must_use]
    pub const fn growth_bytes(mut self, bytes: u64) -> Self {
        self.growth = Some(ByteSize::new(bytes));
        self
    }

    #[must_use]
    pub const fn every_count(mut self, calls: u32) -> Self {
        self.every = Every::Count(if calls == 0 { 1 } else { calls });
        self
    }

    #[must_use]
    pub const fn every_nanos(mut self, nanos: u64) -> Self {
        self.every = Every::Nanos(nanos);
        self
    }

    #[must_use]
    pub const fn action(mut self, action: Action) -> Self {
        self.action = action;
        self
    }

    #[must_use]
    pub const fn action_written(mut self) -> Self {
        self.action_written = true;
        self
    }

    #[must_use]
    pub const fn checkpoints(mut self) -> Self {
        self.checkpoints = true;
        self
    }

    #[must_use]
    pub const fn count_errors(mut self) -> Self {
        self.count_errors = true;
        self
    }

    /// Whether each call is read at both ends.
    pub(crate) const fn is_exact(&self) -> bool {
        matches!(self.every, Every::Count(1)) || self.growth.is_some() || self.checkpoints
    }
}
