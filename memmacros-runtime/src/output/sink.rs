//! Owns the places where events can go, as users choose them.
//! Called by `set_sink`, `set_output` and the settings.
//! Never writes: a sink says where and how, `target` does it.

use std::fmt;
use std::io::Write;

use super::captured::Captured;
use super::target::{Form, Target};

/// Where rows, warnings and tables go; given to [`set_sink`](crate::set_sink).
///
/// Without one they go to standard error.
///
/// | sink | form |
/// |---|---|
/// | [`terminal`](Self::terminal) | columns and lines on standard error, coloured |
/// | [`writer`](Self::writer) | the same into anything that is `Write` |
/// | [`json`](Self::json) | one JSON object a line |
/// | `log`, `tracing` (features) | records and events of those crates |
/// | [`memory`](Self::memory) | kept for a test to read |
pub struct Sink(pub(super) Way);

pub(super) enum Way {
    /// Written by one thread at a time, from a queue.
    Queued(Target),
    /// Handed over by the thread where it happened.
    #[cfg(feature = "log")]
    Log,
    #[cfg(feature = "tracing")]
    Tracing,
}

impl Sink {
    /// Standard error: columns for rows, a line for each warning, tables.
    ///
    /// Growth is red and shrinkage green where standard error is a terminal. `NO_COLOR`
    /// turns colours off, `CLICOLOR_FORCE=1` turns them on elsewhere too, and `TERM=dumb`
    /// off. A closed or broken standard error is no error.
    ///
    /// ```
    /// memmacros_runtime::set_sink(memmacros_runtime::Sink::terminal());
    /// ```
    #[must_use]
    pub fn terminal() -> Self {
        Self(Way::Queued(Target::terminal()))
    }

    /// As [`terminal`](Self::terminal), into `writer`; coloured with `CLICOLOR_FORCE=1` only.
    ///
    /// A writer gets whole lines, from one thread at a time, and is flushed when no more
    /// is waiting. It is called with no lock held: it may itself use whatever is watched.
    /// One that panics is dropped, and standard error takes its place; one that gives an
    /// error is told of once and tried again with the next line.
    ///
    /// ```
    /// use memmacros_runtime::{Sink, set_sink};
    ///
    /// # let path = std::env::temp_dir().join("memmacros-doc-writer.txt");
    /// set_sink(Sink::writer(std::fs::File::create(&path)?));
    /// # std::fs::remove_file(path)?;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[must_use]
    pub fn writer(writer: impl Write + Send + 'static) -> Self {
        Self(Way::Queued(Target::writer(Form::Text, Box::new(writer))))
    }

    /// One JSON object a line, into `writer`, which is treated as by [`writer`](Self::writer).
    ///
    /// Each has `event`, `pid`, `elapsed_us` (microseconds since the first line) and `unix_ms`
    /// (milliseconds since 1970, so that the lines of several processes can be put together); bytes are
    /// numbers, what is unknown is `null`. Where something stands is told by `site`, `kind`,
    /// `module`, `file` and `line`.
    ///
    /// | `event` | fields |
    /// |---|---|
    /// | `row` | `resident_bytes`, `delta_bytes`, `message`, in loops `iteration`, place |
    /// | `exceeded` | `outcome` (`error`, `panic`, `warning`, `handler`, or `ended`: after the call, whose result stands), `resident_bytes`, `limit_bytes`, `growth_bytes`, `message`, place |
    /// | `default_passed` | as `exceeded`, without `outcome` |
    /// | `bad_setting` | `name`, `value`, `expected`, `message` |
    /// | `bad_limit`, `unknown_whole`, `unreadable`, `panicked`, `lost` | `message`, place where there is one |
    /// | `summary` | `resident_bytes`, `unattributed_bytes`, `sites`: each a place with `calls`, `active`, `limit_errors`, `errors`, `panics`, `cancelled`, `growth_bytes`, `growth_max_bytes`, `growth_last_bytes`, `worst_resident_bytes` |
    ///
    /// Unlike on a terminal, every passed limit is there, also one that is returned as an error.
    ///
    /// ```
    /// memmacros_runtime::set_sink(memmacros_runtime::Sink::json(std::io::stdout()));
    /// ```
    #[must_use]
    pub fn json(writer: impl Write + Send + 'static) -> Self {
        Self(Way::Queued(Target::writer(Form::Json, Box::new(writer))))
    }

    /// The `log` crate, target `memmacros`: rows and tables at info, the rest at warn.
    ///
    /// The record is made on the thread where the event happens; of what a logger itself
    /// causes, only one level deep is shown.
    ///
    /// ```
    /// memmacros_runtime::set_sink(memmacros_runtime::Sink::log());
    /// ```
    #[cfg(feature = "log")]
    #[must_use]
    pub fn log() -> Self {
        Self(Way::Log)
    }

    /// The `tracing` crate, target `memmacros`: rows and tables at info, the rest at warn.
    ///
    /// The event is made on the thread where it happens, so that it stands in its span. Its
    /// fields are named as in [`json`](Self::json).
    ///
    /// ```
    /// memmacros_runtime::set_sink(memmacros_runtime::Sink::tracing());
    /// ```
    #[cfg(feature = "tracing")]
    #[must_use]
    pub fn tracing() -> Self {
        Self(Way::Tracing)
    }

    /// A sink for tests, and the handle that reads what it got.
    ///
    /// There is one sink for the process: rows of tests that run at the same time come here
    /// too. Put such a test into a file of its own under `tests/`, or look only for your rows.
    ///
    /// ```
    /// use memmacros_runtime::{Sink, mem_checkpoint, set_sink};
    ///
    /// let (sink, captured) = Sink::memory();
    /// set_sink(sink);
    /// mem_checkpoint!("start");
    /// # if memmacros_runtime::resident().is_some() {
    /// assert!(captured.text().ends_with("start\n"));
    /// # }
    /// ```
    #[must_use]
    pub fn memory() -> (Self, Captured) {
        let captured = Captured::default();
        (Self(Way::Queued(Target::memory(captured.clone()))), captured)
    }
}

impl fmt::Debug for Sink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Way::Queued(target) => f.debug_tuple("Sink").field(target).finish(),
            #[cfg(feature = "log")]
            Way::Log => f.write_str("Sink(Log)"),
            #[cfg(feature = "tracing")]
            Way::Tracing => f.write_str("Sink(Tracing)"),
        }
    }
}
