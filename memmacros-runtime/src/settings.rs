//! Owns what the environment says: `MEMMACROS`, `MEMMACROS_OUTPUT`, `MEMMACROS_LIMIT`, `MEMMACROS_REPORT`.
//! Called once by whatever comes first: a look of the gate, a checkpoint, a summary.
//! Never overrides what the program has set itself, but for `off` and `quiet`.

use std::cell::Cell;
use std::env;
use std::ffi::{OsStr, OsString};
use std::fs::OpenOptions;
use std::io;
use std::sync::Once;

use crate::event::Event;
use crate::limit::{global, set_memory_limit};
use crate::output::{self, Sink};
use crate::switch;

static READ: Once = Once::new();

thread_local! {
    /// Whether this thread is the one that reads: what it allocates may be watched.
    static READING: Cell<bool> = const { Cell::new(false) };
}

/// Reads the environment, the first time. Afterwards it is one load.
///
/// A thread that comes while another one reads waits for it, so that none checks against
/// a limit or prints to an output that is about to change; the one that reads is never
/// held up by itself.
#[inline]
pub(crate) fn init() {
    if !switch::is_known() {
        read_once();
    }
}

/// Whether anything is watched.
#[inline]
pub(crate) fn is_on() -> bool {
    init();
    !switch::is_off()
}

/// Whether rows without movement and a row for each check of a loop are shown.
#[inline]
pub(crate) fn verbose() -> bool {
    output::is_verbose()
}

#[cold]
fn read_once() {
    if READING.get() {
        return;
    }
    let mut found = Found::default();
    READ.call_once_force(|_| {
        let _reading = Reading::begin();
        found = read(|name| env::var_os(name));
        apply(&mut found);
    });
    // Only now: a writer of the program's may come back to here.
    for bad in &found.bad {
        output::dispatch(&Event::BadSetting {
            name: bad.name,
            value: &bad.value,
            expected: bad.expected,
            problem: bad.problem.as_deref(),
        });
    }
}

struct Reading;

impl Reading {
    fn begin() -> Self {
        READING.set(true);
        Self
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        READING.set(false);
    }
}

/// What the variables say.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a word that stands there or not")]
struct Found {
    off: bool,
    quiet: bool,
    verbose: bool,
    json: bool,
    report: bool,
    output: Option<OsString>,
    limit: Option<String>,
    bad: Vec<Bad>,
}

#[derive(Debug, PartialEq)]
struct Bad {
    name: &'static str,
    value: String,
    expected: &'static str,
    problem: Option<String>,
}

const MODES: &str = "`off`, `quiet`, `verbose`, `json`, or some of them with commas between";
const EITHER: &str = "either `quiet` or `verbose`";
const FLAG: &str = "`1` for a table at exit, or `0`";
const LIMIT: &str = "a size or a percentage, such as `1GiB` or `80%`";
const FILE: &str = "a file that can be written to";

fn read(get: impl Fn(&str) -> Option<OsString>) -> Found {
    let mut found = Found::default();
    let text = |name: &str| get(name).map(|value| value.to_string_lossy().trim().to_string());
    for mode in text("MEMMACROS").unwrap_or_default().split(',') {
        match mode.trim().to_ascii_lowercase().as_str() {
            "" | "on" => {}
            "off" => found.off = true,
            "quiet" => found.quiet = true,
            "verbose" => found.verbose = true,
            "json" => found.json = true,
            _ => found.bad("MEMMACROS", mode.trim(), MODES, None),
        }
    }
    if found.quiet && found.verbose {
        (found.quiet, found.verbose) = (false, false);
        found.bad("MEMMACROS", "quiet,verbose", EITHER, None);
    }
    if let Some(flag) = text("MEMMACROS_REPORT") {
        match flag.to_ascii_lowercase().as_str() {
            "" | "0" | "no" | "off" | "false" => {}
            "1" | "yes" | "on" | "true" => found.report = true,
            _ => found.bad("MEMMACROS_REPORT", &flag, FLAG, None),
        }
    }
    // A path is taken as it stands: blanks can be part of it, and it need not be UTF-8.
    found.output = get("MEMMACROS_OUTPUT").filter(|path| !path.is_empty());
    found.limit = text("MEMMACROS_LIMIT").filter(|limit| !limit.is_empty());
    found
}

impl Found {
    fn bad(
        &mut self,
        name: &'static str,
        value: &str,
        expected: &'static str,
        problem: Option<String>,
    ) {
        self.bad.push(Bad { name, value: value.to_string(), expected, problem });
    }
}

fn apply(found: &mut Found) {
    if found.off {
        // Whatever else is wrong, a program that is told to be off says nothing.
        found.bad.clear();
        switch::set(switch::OFF);
        return;
    }
    if let Some(limit) = found.limit.take() {
        // The limit is checked for its form even where the program's own holds.
        let problem = if global().chosen {
            limit.parse::<crate::limit::MemoryLimit>().err()
        } else {
            set_memory_limit(&limit).err()
        };
        if let Some(problem) = problem {
            found.bad("MEMMACROS_LIMIT", &limit, LIMIT, Some(problem.to_string()));
        }
    }
    output::set_quiet(found.quiet);
    if found.verbose {
        output::default_verbose();
    }
    if let Some(path) = found.output.take() {
        match open(&path) {
            Ok(file) if found.json => output::default_sink(Sink::json(file)),
            Ok(file) => output::default_sink(Sink::writer(file)),
            Err(problem) => found.bad(
                "MEMMACROS_OUTPUT",
                &path.to_string_lossy(),
                FILE,
                Some(problem.to_string()),
            ),
        }
    }
    // Where the file cannot be had, its lines go to the terminal, in the form asked for.
    if found.json {
        output::default_sink(Sink::json(io::stderr()));
    }
    output::at_exit(found.report);
    switch::set(switch::ON);
}

/// Appends: several runs, or several processes of one run, share the file line by line.
fn open(path: &OsStr) -> io::Result<std::fs::File> {
    OpenOptions::new().append(true).create(true).open(path)
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::ffi::OsString;

    use super::{Bad, EITHER, FLAG, Found, MODES, read};

    fn with(variables: &[(&str, &str)]) -> Found {
        let variables: HashMap<&str, &str> = variables.iter().copied().collect();
        read(|name| variables.get(name).map(OsString::from))
    }

    fn modes(value: &str) -> (bool, bool, bool, bool, usize) {
        let found = with(&[("MEMMACROS", value)]);
        (found.off, found.quiet, found.verbose, found.json, found.bad.len())
    }

    #[test]
    fn modes_are_a_list_that_forgives_case_and_blanks() {
        assert_eq!(modes(""), (false, false, false, false, 0));
        assert_eq!(modes("on"), (false, false, false, false, 0));
        assert_eq!(modes("off"), (true, false, false, false, 0));
        assert_eq!(modes(" Quiet "), (false, true, false, false, 0));
        assert_eq!(modes("VERBOSE, json,"), (false, false, true, true, 0));
    }

    #[test]
    fn what_is_not_understood_is_told_and_the_rest_holds() {
        let found = with(&[("MEMMACROS", "json,loud")]);
        assert!(found.json);
        let value = "loud".to_string();
        let bad = Bad { name: "MEMMACROS", value, expected: MODES, problem: None };
        assert_eq!(found.bad, [bad]);
    }

    #[test]
    fn quiet_and_verbose_exclude_each_other() {
        let found = with(&[("MEMMACROS", "verbose,quiet,json")]);
        assert_eq!((found.quiet, found.verbose, found.json), (false, false, true));
        assert_eq!(found.bad[0].expected, EITHER);
    }

    #[test]
    fn the_report_is_a_flag() {
        for (value, report, bad) in
            [("1", true, 0), (" Yes", true, 0), ("0", false, 0), ("", false, 0), ("2", false, 1)]
        {
            let found = with(&[("MEMMACROS_REPORT", value)]);
            assert_eq!((found.report, found.bad.len()), (report, bad), "{value:?}");
            assert!(found.bad.iter().all(|bad| bad.expected == FLAG));
        }
    }
}
