//! Owns `Event`: everything that the program is told while it runs.
//! Called by whatever has something to say; read by the sinks of `output/`.
//! Never formats: a message is put together only where a sink shows it.

use std::fmt;
use std::time::Duration;

use crate::bytes::{ByteDelta, ByteSize};
use crate::limit::{LimitError, MemoryLimitExceeded};
use crate::site::{Place, Sites};

/// Something that happened, as a sink sees it.
#[derive(Clone, Debug)]
pub(crate) enum Event<'a> {
    /// A row of a checkpoint, of a loop's check or of `checkpoints`.
    Row(Row<'a>),
    /// A limit is passed; told once per crossing, not per check.
    Exceeded {
        /// How much, over which limit, where.
        error: &'a MemoryLimitExceeded,
        /// What the annotation does about it.
        outcome: Outcome,
    },
    /// The 200 MiB that hold until a limit is set are passed; told once a process.
    DefaultPassed {
        /// How much, where.
        error: &'a MemoryLimitExceeded,
    },
    /// The resident size cannot be read; told once a process. Checks pass meanwhile.
    Unreadable {
        /// Which file, what went wrong.
        problem: fmt::Arguments<'a>,
    },
    /// A limit that an annotation was given at run time is none; told once a site. No
    /// limit holds there meanwhile.
    BadLimit {
        /// Where it was given.
        place: Place,
        /// What is wrong with it.
        error: &'a LimitError,
    },
    /// A limit in percent of something that cannot be read here; told once a site.
    UnknownWhole {
        /// Where it was given.
        place: Place,
    },
    /// A variable of the environment has a value that is not understood; it is ignored.
    BadSetting {
        /// The variable.
        name: &'static str,
        /// Its value.
        value: &'a str,
        /// What it can be.
        expected: &'static str,
        /// What went wrong with it, where that says more.
        problem: Option<&'a str>,
    },
    /// The summary of all sites.
    Summary(&'a Sites),
}

/// What an annotation does when its limit is passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The function returns an error.
    Error,
    /// The function panics.
    Panic,
    /// It is only told.
    Warning,
    /// It is only told, after the call: its result stands.
    Ended,
    /// A function of the user's was called.
    Handler,
}

/// A row: where memory stands and how it moved.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row<'a> {
    /// The resident size.
    pub(crate) resident: ByteSize,
    /// What came on top since the row before, of the same thread or task.
    pub(crate) delta: ByteDelta,
    /// What the row is about.
    pub(crate) message: fmt::Arguments<'a>,
    /// Where it comes from.
    pub(crate) place: Place,
    /// The iteration that a row of a loop is about, counted from 1.
    pub(crate) iteration: Option<u64>,
    /// Since the program's first row.
    pub(crate) elapsed: Duration,
}
