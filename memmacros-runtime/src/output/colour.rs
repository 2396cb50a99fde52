//! Owns the decision whether an output is coloured.
//! Called when a sink is made.
//! Never looks at the environment while something is written.

use std::env;
use std::ffi::OsString;
use std::io::IsTerminal as _;

/// For standard error.
pub(super) fn on_stderr() -> bool {
    decide(std::io::stderr().is_terminal(), |name| env::var_os(name))
}

/// For a writer of the user's, which may be anything.
pub(super) fn on_writer() -> bool {
    decide(false, |name| env::var_os(name))
}

/// `NO_COLOR` wins, as its users count on; then `CLICOLOR_FORCE`; then what the output is.
fn decide(terminal: bool, get: impl Fn(&str) -> Option<OsString>) -> bool {
    let set = |name: &str| get(name).filter(|value| !value.is_empty());
    if set("NO_COLOR").is_some() {
        return false;
    }
    if set("CLICOLOR_FORCE").is_some_and(|value| value != "0") {
        return true;
    }
    terminal && set("TERM").is_none_or(|term| term != "dumb")
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::decide;

    fn with(terminal: bool, variables: &[(&str, &str)]) -> bool {
        let find = |name: &str| variables.iter().find(|(known, _)| *known == name);
        decide(terminal, |name| find(name).map(|(_, value)| OsString::from(value)))
    }

    #[test]
    fn only_a_terminal_is_coloured_unless_forced() {
        assert!(with(true, &[]));
        assert!(!with(false, &[]));
        assert!(with(true, &[("TERM", "xterm-256color")]));
        assert!(!with(true, &[("TERM", "dumb")]));
        assert!(with(false, &[("CLICOLOR_FORCE", "1")]));
        assert!(with(true, &[("TERM", "dumb"), ("CLICOLOR_FORCE", "1")]));
        assert!(!with(false, &[("CLICOLOR_FORCE", "0")]));
        assert!(!with(false, &[("CLICOLOR_FORCE", "")]));
    }

    #[test]
    fn no_color_wins() {
        for force in ["0", "1"] {
            assert!(!with(true, &[("NO_COLOR", "1"), ("CLICOLOR_FORCE", force)]));
            assert!(!with(false, &[("NO_COLOR", "0"), ("CLICOLOR_FORCE", force)]));
        }
        assert!(with(true, &[("NO_COLOR", "")]));
    }
}
