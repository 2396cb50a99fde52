//! Owns events that have been taken off the thread where they happened, ready to be written.
//! Called by `dispatch` (to make them) and the renderers (to read them).
//! Never panics where a message of the user's does.

use std::fmt::{self, Write as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::OnceLock;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::bytes::{ByteDelta, ByteSize};
use crate::event::{Event, Outcome};
use crate::limit::MemoryLimitExceeded;
use crate::site::{Place, Sites};

/// An event with all that it borrowed.
#[derive(Debug)]
pub(super) struct Entry {
    /// Since the first entry of the process.
    pub(super) elapsed: Duration,
    /// Whether it was made while `set_verbose(true)` held.
    pub(super) verbose: bool,
    pub(super) what: What,
}

#[derive(Debug)]
pub(super) enum What {
    Row(OwnedRow),
    /// `None` for the default limit, which nothing is done about.
    Exceeded {
        error: MemoryLimitExceeded,
        outcome: Option<Outcome>,
    },
    /// Something is not as it should be with us or with how we were called.
    Problem {
        event: &'static str,
        message: String,
        place: Option<Place>,
    },
    Setting {
        name: &'static str,
        value: String,
        expected: &'static str,
        message: String,
    },
    Summary {
        sites: Sites,
        resident: Option<ByteSize>,
    },
}

/// A row of a checkpoint or of a loop, as a test reads it from
/// [`Captured`](crate::Captured).
///
/// ```
/// use memmacros_runtime::{Sink, mem_checkpoint, set_sink};
///
/// let (sink, captured) = Sink::memory();
/// set_sink(sink);
/// mem_checkpoint!("start");
/// assert!(captured.rows().iter().all(|row| row.message == "start"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OwnedRow {
    /// The resident size.
    pub resident: ByteSize,
    /// What came on top since the row before, of the same thread or task.
    pub delta: ByteDelta,
    /// What the row is about; empty for a plain `mem_checkpoint!()`.
    pub message: String,
    /// Where it comes from.
    pub place: Place,
    /// The iteration that a row of a loop is about, counted from 1.
    pub iteration: Option<u64>,
}

impl Entry {
    pub(super) fn of(event: &Event<'_>, verbose: bool) -> Self {
        let elapsed = match event {
            Event::Row(row) => row.elapsed,
            _ => elapsed(),
        };
        Self { elapsed, verbose, what: What::of(event) }
    }

    pub(super) fn problem(event: &'static str, message: String) -> Self {
        let what = What::Problem { event, message, place: None };
        Self { elapsed: elapsed(), verbose: false, what }
    }

    pub(super) fn is_row(&self) -> bool {
        matches!(self.what, What::Row(_))
    }

    /// Roughly what it holds in memory.
    pub(super) fn size(&self) -> usize {
        size_of::<Self>()
            + match &self.what {
                What::Row(row) => row.message.len(),
                What::Exceeded { .. } => 0,
                What::Problem { message, .. } | What::Setting { message, .. } => message.len(),
                What::Summary { sites, .. } => size_of_val(sites.list.as_slice()),
            }
    }
}

impl What {
    fn of(event: &Event<'_>) -> Self {
        match event {
            Event::Row(row) => Self::Row(OwnedRow {
                resident: row.resident,
                delta: row.delta,
                message: message(row.message),
                place: row.place,
                iteration: row.iteration,
            }),
            Event::Exceeded { error, outcome } => {
                Self::Exceeded { error: (*error).clone(), outcome: Some(*outcome) }
            }
            Event::DefaultPassed { error } => {
                Self::Exceeded { error: (*error).clone(), outcome: None }
            }
            Event::Unreadable { problem } => Self::Problem {
                event: "unreadable",
                message: format!(
                    "the resident size cannot be read, so that checks pass and no row is shown: {}",
                    message(*problem)
                ),
                place: None,
            },
            Event::BadLimit { place, error } => Self::Problem {
                event: "bad_limit",
                message: format!("no limit holds at {place}: {error}"),
                place: Some(*place),
            },
            Event::UnknownWhole { place } => Self::Problem {
                event: "unknown_whole",
                message: format!(
                    "no limit holds at {place}: it is a percentage of a total that cannot be read here; \
                     write it in bytes, as in \"200MB\""
                ),
                place: Some(*place),
            },
            Event::BadSetting { name, value, expected, problem } => Self::Setting {
                name,
                value: (*value).to_string(),
                expected,
                message: match problem {
                    Some(problem) => {
                        format!("{name}={value} is ignored ({problem}): it takes {expected}")
                    }
                    None => format!("{name}={value} is ignored: it takes {expected}"),
                },
            },
            Event::Summary(sites) => {
                Self::Summary { sites: (*sites).clone(), resident: super::resident() }
            }
        }
    }
}

/// When the first entry of the process was made, by both clocks. `None` where there is no
/// clock, and asking would panic.
fn start() -> Option<(Instant, SystemTime)> {
    static START: OnceLock<(Instant, SystemTime)> = OnceLock::new();
    let no_clock = cfg!(all(target_family = "wasm", target_os = "unknown"));
    (!no_clock).then(|| *START.get_or_init(|| (Instant::now(), SystemTime::now())))
}

/// Time since the first entry of the process.
pub(super) fn elapsed() -> Duration {
    start().map(|(instant, _)| instant.elapsed()).unwrap_or_default()
}

/// Since 1970, `elapsed` after the first entry.
pub(super) fn since_1970(elapsed: Duration) -> Option<Duration> {
    let (_, first) = start()?;
    Some(first.duration_since(UNIX_EPOCH).ok()? + elapsed)
}

/// The most of a message that is kept: a row is a line, not a dump.
const LONGEST: usize = 16 << 10;

/// Puts a message together. Where the user's own code panics in it, the row says so and
/// the program goes on: a row must not end a program, least of all while it unwinds.
fn message(message: fmt::Arguments<'_>) -> String {
    if let Some(text) = message.as_str().filter(|text| text.len() <= LONGEST) {
        return text.to_string();
    }
    let mut text = Capped::default();
    let done = catch_unwind(AssertUnwindSafe(|| text.write_fmt(message)));
    let Capped { mut text, cut } = text;
    match done {
        Ok(Ok(())) => {}
        Ok(Err(_)) if cut => text.push_str(".. (cut)"),
        Ok(Err(_)) => text.push_str(".. (its Display gave an error)"),
        Err(payload) => {
            super::discard(payload);
            text.push_str(".. (its Display panicked)");
        }
    }
    text
}

#[derive(Default)]
struct Capped {
    text: String,
    cut: bool,
}

impl fmt::Write for Capped {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        let room = LONGEST - self.text.len();
        if part.len() <= room {
            self.text.push_str(part);
            return Ok(());
        }
        self.text.push_str(&part[..part.floor_char_boundary(room)]);
        self.cut = true;
        // Ends the formatting: the rest would be thrown away.
        Err(fmt::Error)
    }
}

#[cfg(test)]
mod tests {
    use std::fmt;

    use super::{LONGEST, message};

    struct Panics;

    impl fmt::Display for Panics {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("half a mess")?;
            panic!("no age");
        }
    }

    #[test]
    fn a_message_that_panics_is_shown_as_far_as_it_got() {
        assert_eq!(message(format_args!("{Panics}")), "half a mess.. (its Display panicked)");
    }

    #[test]
    fn a_huge_message_is_cut_at_a_character() {
        let huge = "ö".repeat(LONGEST);
        let shown = message(format_args!("x{huge}"));
        assert!(shown.len() < LONGEST + 20 && shown.ends_with("ö.. (cut)"));
        assert!(message(format_args!("{}", &huge[..LONGEST])).ends_with('ö'));
    }
}
