//! Owns `Site`: the static behind every annotation, its options and what is known of it.
//! Called by generated code, the guards of `watch/` and whatever reports.
//! Never allocates or locks where a watched call passes; what threads count stands in `threads`.

mod caller;
pub(crate) mod counts;
mod list;
mod options;
pub(crate) mod section;
pub(crate) mod threads;

use std::fmt;
use std::sync::atomic::{AtomicU32, Ordering};

pub(crate) use caller::at_caller;
use counts::Counts;
pub use list::{SiteStats, Sites, sites};
pub use options::{Action, Options};
pub(crate) use options::{Every, LimitOption};

/// What kind of annotation a [site](crate::sites) is.
///
/// ```
/// assert_eq!(memmacros_runtime::SiteKind::Loop.to_string(), "loop");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum SiteKind {
    /// A function under `#[memory_watched]`.
    Function,
    /// An async function, or another future that is watched at each poll.
    Future,
    /// A loop.
    Loop,
    /// A closure in `watch!`.
    Closure,
    /// An iterator or a stream under `memory_watched(..)`.
    Iterator,
    /// A `mem_checkpoint!`.
    Checkpoint,
    /// A call of `check_memory` or its like.
    Check,
}

impl fmt::Display for SiteKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Function => "fn",
            Self::Future => "async fn",
            Self::Loop => "loop",
            Self::Closure => "closure",
            Self::Iterator => "iterator",
            Self::Checkpoint => "checkpoint",
            Self::Check => "check",
        })
    }
}

/// Where an annotation stands in the source.
///
/// Prints as `` `import_rows` (src/import.rs:42) ``.
///
/// ```
/// let error = memmacros_runtime::check_memory_against("1 B").unwrap_err();
/// assert_eq!(error.site().name(), "check_memory_against");
/// assert!(error.site().line() > 0);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    pub(crate) kind: SiteKind,
    pub(crate) name: &'static str,
    pub(crate) module: &'static str,
    pub(crate) file: &'static str,
    pub(crate) line: u32,
}

impl Place {
    /// What kind of annotation stands there.
    #[must_use]
    pub const fn kind(&self) -> SiteKind {
        self.kind
    }

    /// The name given by `name = ".."`, else the function's.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The path of the module; empty where the compiler does not tell.
    #[must_use]
    pub const fn module(&self) -> &'static str {
        self.module
    }

    /// The source file, as the compiler was given it.
    #[must_use]
    pub const fn file(&self) -> &'static str {
        self.file
    }

    /// The line in that file, counted from 1.
    #[must_use]
    pub const fn line(&self) -> u32 {
        self.line
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` ({}:{})", self.name, self.file, self.line)
    }
}

/// The static behind one annotation.
///
/// The fields that a watched call touches come first; the counts behind them are
/// written when something is measured or goes wrong, at most every half millisecond
/// a thread.
#[doc(hidden)]
pub struct Site {
    /// The place in every thread's table; [`UNMET`](Self::UNMET) until the first call.
    id: AtomicU32,
    options: Options,
    place: Place,
    counts: Counts,
}

impl Site {
    /// A place that no table reaches.
    const UNMET: u32 = u32::MAX;

    /// Describes an annotation; called by generated code, in a `static`.
    #[must_use]
    pub const fn new(
        kind: SiteKind,
        name: &'static str,
        module: &'static str,
        file: &'static str,
        line: u32,
        options: Options,
    ) -> Self {
        let place = Place { kind, name, module, file, line };
        Self { id: AtomicU32::new(Self::UNMET), options, place, counts: Counts::new() }
    }

    pub(crate) const fn place(&self) -> Place {
        self.place
    }

    pub(crate) const fn options(&self) -> &Options {
        &self.options
    }

    pub(crate) const fn counts(&self) -> &Counts {
        &self.counts
    }

    /// Counts an error of the function's own.
    pub(crate) fn count_error(&self) {
        self.counts.add_error();
    }

    pub(crate) const fn is_future(&self) -> bool {
        matches!(self.place.kind, SiteKind::Future)
    }

    /// The place in every thread's table; before the first call, one that none has.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "one load")]
    pub(crate) fn index(&self) -> usize {
        self.id.load(Ordering::Relaxed) as usize
    }
}

impl fmt::Debug for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Site").field(&self.place).finish()
    }
}
