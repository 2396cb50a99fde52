//! Owns the tests of the environment's variables, each value in a process of its own.
//! Called by `cargo test`.
//! Never sets a variable of this process.

#[expect(dead_code, reason = "used by other test files")]
mod output_support;

use std::path::PathBuf;

use memmacros_runtime::{
    ByteSize, Sink, mem_checkpoint, memory_limit, set_memory_limit, set_output, set_verbose,
};
use output_support::{Printed, Shared, grow, run};

fn rows(text: &str) -> Vec<&str> {
    let rows = text.lines().filter(|line| line.starts_with(' ') && !line.contains("RSS"));
    rows.map(|line| line.rsplit("  ").next().unwrap_or_default()).collect()
}

fn moves() {
    mem_checkpoint!("base");
    let block = grow(8 << 20);
    mem_checkpoint!("up");
    drop(block);
}

/// What a child prints on standard error under `variables`.
fn stderr(name: &str, variables: &[(&str, &str)], body: impl FnOnce()) -> Option<String> {
    let Printed { success, stdout, stderr } = run(name, variables, body)?;
    assert!(success, "{variables:?}\n{stdout}\n{stderr}");
    Some(stderr)
}

#[test]
fn unset_shows_what_moved() {
    let Some(text) = stderr("unset_shows_what_moved", &[], moves) else { return };
    let rows = rows(&text);
    assert!(rows.contains(&"base") && rows.contains(&"up"), "{text}");
    assert!(!text.contains("memmacros:"), "{text}");
}

#[test]
fn off_prints_nothing_at_all() {
    let name = "off_prints_nothing_at_all";
    for value in ["off", " OFF ", "json,off", "off,nonsense"] {
        let others = ("MEMMACROS_REPORT", "maybe");
        let Some(text) = stderr(name, &[("MEMMACROS", value), others], moves) else { return };
        assert_eq!(text, "", "{value}");
    }
}

#[test]
fn quiet_shows_no_rows_but_problems() {
    let name = "quiet_shows_no_rows_but_problems";
    let variables = [("MEMMACROS", "quiet"), ("MEMMACROS_LIMIT", "much")];
    let body = || {
        set_verbose(true);
        moves();
        memmacros_runtime::summary();
        // The readings go on.
        assert!(mem_checkpoint!("still counted").is_some());
    };
    let Some(text) = stderr(name, &variables, body) else { return };
    assert_eq!(text.lines().count(), 1, "{text}");
    assert!(text.starts_with("memmacros: MEMMACROS_LIMIT=much is ignored"), "{text}");
}

#[test]
fn verbose_shows_all_rows() {
    let name = "verbose_shows_all_rows";
    let body = || {
        for _ in 0..20 {
            mem_checkpoint!("again");
        }
    };
    let Some(text) = stderr(name, &[("MEMMACROS", "verbose")], body) else { return };
    assert_eq!(rows(&text), ["again"; 20], "{text}");
}

#[test]
fn what_code_says_of_verbose_holds() {
    let name = "what_code_says_of_verbose_holds";
    let body = || {
        set_verbose(false);
        for _ in 0..20 {
            mem_checkpoint!("again");
        }
    };
    let Some(text) = stderr(name, &[("MEMMACROS", "verbose")], body) else { return };
    assert!(rows(&text).len() < 20, "{text}");
}

#[test]
fn json_makes_objects_of_all() {
    let name = "json_makes_objects_of_all";
    let variables = [("MEMMACROS", "json,shrill")];
    let Some(text) = stderr(name, &variables, moves) else { return };
    let objects: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(objects[0]["event"], "bad_setting");
    assert_eq!(objects[0]["value"], "shrill");
    assert!(objects.iter().any(|object| object["message"] == "up"), "{text}");
}

#[test]
fn a_bad_value_is_told_once_and_the_rest_holds() {
    let name = "a_bad_value_is_told_once_and_the_rest_holds";
    let variables = [("MEMMACROS", "verbose,loud"), ("MEMMACROS_REPORT", "2")];
    let body = || {
        moves();
        moves();
        memmacros_runtime::summary();
    };
    let Some(text) = stderr(name, &variables, body) else { return };
    assert_eq!(
        text.matches("MEMMACROS=loud is ignored: it takes `off`, `quiet`").count(),
        1,
        "{text}"
    );
    assert_eq!(text.matches("MEMMACROS_REPORT=2 is ignored: it takes `1`").count(), 1, "{text}");
    assert!(rows(&text).len() >= 4, "{text}");
}

#[test]
fn a_limit_of_the_environment_holds_where_code_sets_none() {
    let name = "a_limit_of_the_environment_holds_where_code_sets_none";
    for (value, expected) in [("1GiB", "1 GiB"), (" 500MB ", "500 MB"), ("80%", "80%")] {
        let body = || {
            mem_checkpoint!();
            print!("limit: {} end", memory_limit());
        };
        let Some(printed) = run(name, &[("MEMMACROS_LIMIT", value)], body) else { return };
        let limit = format!("limit: {expected} end");
        assert!(printed.success && printed.stdout.contains(&limit), "{printed:?}");
    }
}

#[test]
fn a_limit_of_code_holds_over_the_environment() {
    let name = "a_limit_of_code_holds_over_the_environment";
    let body = || {
        set_memory_limit("300MB").unwrap();
        mem_checkpoint!();
        assert_eq!(memory_limit().bytes(), Some(ByteSize::new(300_000_000)));
        set_memory_limit("400MB").unwrap();
        mem_checkpoint!();
        assert_eq!(memory_limit().bytes(), Some(ByteSize::new(400_000_000)));
    };
    let Some(_) = stderr(name, &[("MEMMACROS_LIMIT", "1GiB")], body) else { return };
}

#[test]
fn a_bad_limit_says_why() {
    let name = "a_bad_limit_says_why";
    let Some(text) = stderr(name, &[("MEMMACROS_LIMIT", "200m")], moves) else { return };
    let told = text.lines().find(|line| line.contains("MEMMACROS_LIMIT=200m is ignored")).unwrap();
    assert!(told.contains("a thousandth") && told.contains("such as `1GiB` or `80%`"), "{told}");
}

fn scratch(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    folder.join(format!("{name}-{}", std::process::id()))
}

#[test]
fn an_output_file_is_appended_to() {
    let name = "an_output_file_is_appended_to";
    let path = scratch("appended");
    let variables = [("MEMMACROS_OUTPUT", path.to_str().unwrap())];
    for _ in 0..2 {
        let Some(text) = stderr(name, &variables, moves) else { return };
        assert_eq!(text, "");
    }
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    assert_eq!(rows(&text).iter().filter(|row| **row == "up").count(), 2, "{text}");
}

#[test]
fn an_output_file_takes_json() {
    let name = "an_output_file_takes_json";
    let path = scratch("json");
    let variables = [("MEMMACROS_OUTPUT", path.to_str().unwrap()), ("MEMMACROS", "json")];
    let Some(text) = stderr(name, &variables, moves) else { return };
    assert_eq!(text, "");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    assert!(text.lines().count() >= 2);
    for line in text.lines() {
        serde_json::from_str::<serde_json::Value>(line).unwrap();
    }
}

#[test]
fn an_output_that_cannot_be_had_is_told_and_the_terminal_used() {
    let name = "an_output_that_cannot_be_had_is_told_and_the_terminal_used";
    let variables = [("MEMMACROS_OUTPUT", "/nowhere/at/all")];
    let Some(text) = stderr(name, &variables, moves) else { return };
    assert_eq!(text.matches("MEMMACROS_OUTPUT=/nowhere/at/all is ignored (").count(), 1, "{text}");
    assert!(rows(&text).contains(&"up"), "{text}");
}

#[cfg(unix)]
#[test]
fn a_path_need_not_be_text() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let name = "a_path_need_not_be_text";
    if output_support::is_child(name) {
        return moves();
    }
    let path = OsStr::from_bytes(b"/nowhere/\xff\"quoted\"");
    let mut command = output_support::command(name, &[("MEMMACROS", "json")]);
    let printed = Printed::of(command.env("MEMMACROS_OUTPUT", path).output().unwrap());
    assert!(printed.success, "{printed:?}");
    let first: serde_json::Value =
        serde_json::from_str(printed.stderr.lines().next().unwrap()).unwrap();
    assert_eq!(first["value"], "/nowhere/\u{fffd}\"quoted\"");
}

#[test]
fn a_sink_of_code_holds_over_the_environment() {
    let name = "a_sink_of_code_holds_over_the_environment";
    let body = || {
        let out = Shared::default();
        set_output(out.clone());
        moves();
        assert!(rows(&out.text()).contains(&"up"));
        memmacros_runtime::set_sink(Sink::terminal());
        mem_checkpoint!("on the terminal, as text");
    };
    let Some(text) = stderr(name, &[("MEMMACROS", "json")], body) else { return };
    assert!(!text.contains('{'), "{text}");
}

#[test]
fn threads_that_come_first_together_tell_once() {
    let name = "threads_that_come_first_together_tell_once";
    let body = || {
        let start = std::sync::Barrier::new(8);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    start.wait();
                    mem_checkpoint!();
                    assert_eq!(memory_limit().bytes(), Some(ByteSize::GIB));
                });
            }
        });
    };
    let variables = [("MEMMACROS_LIMIT", "1GiB"), ("MEMMACROS", "loud")];
    let Some(text) = stderr(name, &variables, body) else { return };
    assert_eq!(text.matches("MEMMACROS=loud").count(), 1, "{text}");
}
