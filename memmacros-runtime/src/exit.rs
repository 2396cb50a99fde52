//! Owns the table of all sites as users ask for it: now, at the end of a scope, on a signal.
//! Called by users.
//! Never ends the process, but for a signal that would have done so.

use crate::event::Event;
use crate::site::sites;
use crate::{output, settings};

/// Prints the table of all sites: calls, what went wrong, growth, worst resident size;
/// greatest growth first.
///
/// It goes to the sink, as rows do. Sites that never ran are one line, or all of them with
/// [`set_verbose`](crate::set_verbose). The growth of all sites and `(unattributed)` add up
/// to what the process grew by between its first and its last reading. `errors` are those
/// that a limit made a site return and, with `count_errors`, its own. Prints nothing with
/// `MEMMACROS=off` or `MEMMACROS=quiet`.
///
/// [`sites`](crate::sites) has the same as data, which also prints as this table.
///
/// ```
/// memmacros_runtime::summary();
/// ```
pub fn summary() {
    if settings::is_on() {
        output::dispatch(&Event::Summary(&sites()));
    }
}

/// Prints the [`summary`] when it is dropped: bind it at the top of `main`.
///
/// `std::process::exit` drops nothing; `MEMMACROS_REPORT=1` prints there, too. The table is
/// printed once, whichever comes first, and not where a signal kills the process: for that
/// there is `on_signals` (feature `signals`).
///
/// ```
/// let _report = memmacros_runtime::ExitReport::new();
/// // the program
/// ```
#[derive(Debug)]
#[must_use = "the table is printed when this is dropped; bind it to a name, `_` drops it at once"]
pub struct ExitReport(());

impl ExitReport {
    /// A guard that prints when it is dropped.
    #[expect(clippy::new_without_default, reason = "a default that prints when dropped surprises")]
    pub fn new() -> Self {
        settings::init();
        Self(())
    }
}

impl Drop for ExitReport {
    fn drop(&mut self) {
        if settings::is_on() && !output::is_quiet() {
            output::report_last();
        }
    }
}
