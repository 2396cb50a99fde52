// Owns the summary on a signal.
// Called by users, through feature `signals`.
// Never keeps a signal from its effect: the default follows, another handler runs as before.

//! The [`summary`] when a signal such as SIGTERM ends the program, with feature `signals` on unix.

use std::error::Error;
use std::fmt;
use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread;

use signal_hook::consts::FORBIDDEN;
pub use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2};
use signal_hook::flag;
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;

use crate::exit::summary;
use crate::sys::exit::{Disposition, disposition};
use crate::{output, settings};

/// Prints the [`summary`] when one of `signals` arrives, and passes the signal on.
///
/// What follows is what followed before: where nothing handled the signal, its default, so
/// that the process ends by that signal as its parent expects; where the program has a
/// handler of its own, that runs, and the process goes on; where it was ignored it stays
/// so, and is not waited for. Call it after the program has set up its own handlers: one
/// that comes later does not keep the process alive. A second signal of the same kind does
/// not wait for the table.
///
/// A thread of its own waits; nothing is done inside the signal handler. Does nothing under
/// `MEMMACROS=off`.
///
/// # Errors
/// Where a signal cannot be waited for (`SIGKILL`, `SIGSTOP`, `SIGILL`, `SIGFPE`, `SIGSEGV`
/// and numbers that are none), or the thread cannot be started. No signal is changed then.
///
/// ```
/// use memmacros_runtime::signals::{SIGINT, SIGTERM, on_signals};
///
/// on_signals([SIGTERM, SIGINT])?;
/// # Ok::<(), memmacros_runtime::signals::SignalError>(())
/// ```
pub fn on_signals(signals: impl IntoIterator<Item = i32>) -> Result<(), SignalError> {
    if !settings::is_on() {
        return Ok(());
    }
    let mut waited = Vec::new();
    for signal in signals {
        if FORBIDDEN.contains(&signal) {
            return Err(SignalError { signal: Some(signal), problem: None });
        }
        match disposition(signal) {
            Ok(Disposition::Ignored) => {}
            Ok(before) => waited.push((signal, before)),
            Err(problem) => {
                return Err(SignalError { signal: Some(signal), problem: Some(problem) });
            }
        }
    }
    let failed = |problem| SignalError { signal: None, problem: Some(problem) };
    let numbers = waited.iter().map(|&(signal, _)| signal);
    let mut arrivals = Signals::new(numbers).map_err(failed)?;
    for &(signal, before) in &waited {
        if before == Disposition::Default {
            // The first arrival arms, the second one ends: a table that cannot be written
            // must not make a process immortal.
            let armed = Arc::new(AtomicBool::new(false));
            flag::register_conditional_default(signal, Arc::clone(&armed)).map_err(failed)?;
            flag::register(signal, armed).map_err(failed)?;
        }
    }
    let wait = move || {
        for signal in arrivals.forever() {
            let ends = waited
                .iter()
                .any(|&(waited, before)| waited == signal && before == Disposition::Default);
            if ends {
                if !output::is_quiet() {
                    output::report_last();
                }
                output::settle();
                let _ = emulate_default_handler(signal);
            } else {
                summary();
            }
        }
    };
    thread::Builder::new().name("memmacros-signals".to_string()).spawn(wait).map_err(failed)?;
    Ok(())
}

/// Why [`on_signals`] cannot wait for a signal.
///
/// ```
/// let error = memmacros_runtime::signals::on_signals([9]).unwrap_err();
/// assert_eq!(error.signal(), Some(9));
/// assert!(error.to_string().contains("cannot be caught"));
/// ```
#[derive(Debug)]
pub struct SignalError {
    signal: Option<i32>,
    /// `None` where the signal is one that no program may catch.
    problem: Option<io::Error>,
}

impl SignalError {
    /// The signal, `None` where it is not about one of them.
    #[must_use]
    pub fn signal(&self) -> Option<i32> {
        self.signal
    }
}

impl fmt::Display for SignalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.signal, &self.problem) {
            (Some(signal), None) => write!(
                f,
                "signal {signal} cannot be caught, or the program cannot go on after it: give SIGTERM, SIGINT, SIGHUP or the like"
            ),
            (Some(signal), Some(problem)) => {
                write!(f, "signal {signal} cannot be waited for: {problem}")
            }
            (None, Some(problem)) => write!(f, "signals cannot be waited for: {problem}"),
            (None, None) => f.write_str("signals cannot be waited for"),
        }
    }
}

impl Error for SignalError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.problem.as_ref().map(|problem| problem as _)
    }
}
