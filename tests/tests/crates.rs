//! Owns the ways in which a program can depend on memmacros: each is a crate in tests/crates.
//! Called by `cargo test`; builds and runs each with cargo.
//! Never makes them members of the workspace: features and editions are to be their own.

#![expect(clippy::unwrap_used, reason = "a test stops at what it does not expect")]

mod nested;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use nested::{cargo, done, lock, quiet, root, scratch, stdout};

fn folder(name: &str) -> PathBuf {
    root().join("tests").join("crates").join(name)
}

/// What the program in tests/crates/`name` prints.
fn run(name: &str) -> String {
    run_package(&folder(name), &[])
}

fn run_package(folder: &Path, arguments: &[&str]) -> String {
    lock(folder);
    let mut command = cargo(folder, &["run", "--quiet"]);
    command.args(arguments).arg("--target-dir").arg(scratch("crates"));
    stdout(command)
}

#[track_caller]
fn assert_lines(printed: &str, lines: &[&str]) {
    for line in lines {
        assert!(
            printed.lines().any(|printed| printed == *line),
            "`{line}` is missing in\n{printed}"
        );
    }
}

#[test]
fn runtime_only() {
    let printed = run("runtime_only");
    assert_lines(
        &printed,
        &[
            "fn sync_function: 2",
            "loop sync_loop: 2",
            "async fn async_function: 1",
            "loop async_loop: 1",
            "fn never_called: 0",
            "loop free_loop: 1",
        ],
    );
    assert!(printed.lines().any(|line| line.starts_with("iterator ")), "{printed}");
}

#[test]
fn separate() {
    assert_lines(&run("separate"), &["over: true", "fn over: 1", "loop free_loop: 1"]);
}

#[test]
fn renamed() {
    assert_lines(
        &run("renamed"),
        &[
            "over: true",
            "ready: true, turns: 3",
            "fn over: 1",
            "async fn future: 1",
            "loop async_loop: 1",
            "loop method_loop: 1",
            "loop free_loop: 1",
        ],
    );
}

#[test]
fn renamed_alias() {
    assert_lines(&run("renamed_alias"), &["over: true", "fn over: 1"]);
}

#[test]
fn facade_user() {
    assert_lines(
        &run("facade_user"),
        &[
            "over: true",
            "over in async: true",
            "fn over: 1",
            "async fn over_in_async: 1",
            "loop free_loop: 1",
        ],
    );
}

#[test]
fn no_implicit_prelude() {
    assert_lines(
        &run("no_implicit_prelude"),
        &["fn function: 1", "loop turns: 1", "loop free_loop: 1"],
    );
}

#[test]
fn editions() {
    for edition in ["2018", "2021", "2024"] {
        let package = format!("crate-edition-{edition}");
        assert_lines(
            &run_package(&folder("editions"), &["-p", &package]),
            &[
                "over: true",
                "words: 3",
                "ready: true",
                "run: 3",
                "fn over: 1",
                "fn borrows: 1",
                "loop while_let: 1",
                "async fn future: 1",
                "loop value: 1",
                "fn Counter::run: 1",
                "loop free_loop: 1",
            ],
        );
    }
}

/// The `disabled` program, built with `rustflags`.
fn build_disabled(rustflags: &str) -> PathBuf {
    let target = scratch(if rustflags.is_empty() { "crates" } else { "crates-off" });
    lock(&folder("disabled"));
    let mut command =
        cargo(&folder("disabled"), &["build", "--quiet", "--release", "--target-dir"]);
    done({
        command.arg(&target).env("RUSTFLAGS", rustflags);
        command
    });
    let name = format!("crate-disabled{}", std::env::consts::EXE_SUFFIX);
    target.join("release").join(name)
}

fn run_with(program: &Path, settings: &[(&str, &str)]) -> Output {
    let mut command = Command::new(program);
    quiet(&mut command);
    done({
        command.envs(settings.iter().copied());
        command
    })
}

/// The marks that annotations leave in a program, and what only the print at exit knows.
/// What the program calls by itself, such as `summary()`, stays and does nothing.
const LEFT_OVER: &[&str] = &[
    "left_over_function",
    "left_over_loop",
    "left_over_watch",
    "left_over_dependency",
    "MEMMACROS_REPORT",
];

fn left_over(program: &Path) -> Vec<&'static str> {
    let bytes = fs::read(program).unwrap();
    let holds = |mark: &str| bytes.windows(mark.len()).any(|window| window == mark.as_bytes());
    LEFT_OVER.iter().copied().filter(|mark| holds(mark)).collect()
}

const AS_WRITTEN: &[&str] = &[
    "function: as written",
    "growth: as written",
    "panic: as written",
    "loop: as written",
    "future: as written",
    "dependency: as written",
    "delta: None",
    "calls: 0",
];

#[test]
fn disabled_when_built() {
    let program = build_disabled("--cfg memmacros_off");
    // Nothing that the environment says brings any of it back.
    let settings =
        [("MEMMACROS", "verbose"), ("MEMMACROS_REPORT", "1"), ("MEMMACROS_LIMIT", "1 B")];
    let output = run_with(&program, &settings);
    let printed = String::from_utf8_lossy(&output.stdout);
    assert_lines(&printed, AS_WRITTEN);
    assert_lines(&printed, &["sites: 0"]);
    assert!(!printed.contains("the message was formatted"), "{printed}");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(left_over(&program), [""; 0], "still in the program");
}

#[test]
fn disabled_when_run() {
    let program = build_disabled("");
    let output = run_with(&program, &[("MEMMACROS", "off"), ("MEMMACROS_REPORT", "1")]);
    let printed = String::from_utf8_lossy(&output.stdout);
    assert_lines(&printed, AS_WRITTEN);
    assert!(!printed.contains("the message was formatted"), "{printed}");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

/// The same program notices everything when it is not switched off, and has all the marks:
/// else the two tests above would prove nothing.
#[test]
fn not_disabled() {
    let program = build_disabled("");
    let output = run_with(&program, &[]);
    assert_lines(
        &String::from_utf8_lossy(&output.stdout),
        &[
            "function: over",
            "growth: over",
            "panic: over",
            "loop: over",
            "future: over",
            "dependency: over",
        ],
    );
    assert_ne!(String::from_utf8_lossy(&output.stderr), "");
    if cfg!(target_os = "linux") {
        assert_eq!(left_over(&program), LEFT_OVER);
    }
}

/// Puts the two crates into `folder` as their version 0.2 would be.
fn next_version(folder: &Path) {
    let replaced = [
        ("version = \"0.1.0\"", "version = \"0.2.0\""),
        // Below the target folder of the workspace, cargo may look the version up there.
        ("\nversion.workspace = true", "\nversion = \"0.2.0\""),
        ("=0.1.0", "=0.2.0"),
        ("\"tests\", \"examples\"", ""),
        // Said, because cargo takes our own workspace around the target folder if it has seen that before.
        ("[package]\n", "[package]\nworkspace = \"..\"\n"),
        ("MEMMACROS_RUNTIME_0_1_SITES", "MEMMACROS_RUNTIME_0_2_SITES"),
    ];
    let mut replacements = 0;
    let mut copy = |from: &Path, to: &Path| {
        let mut text = fs::read_to_string(from).unwrap();
        for (old, new) in replaced {
            replacements += text.matches(old).count();
            text = text.replace(old, new);
        }
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::write(to, text).unwrap();
    };
    let root = root();
    copy(&root.join("Cargo.toml"), &folder.join("Cargo.toml"));
    for package in ["memmacros", "memmacros-runtime"] {
        let mut left = vec![PathBuf::from(package)];
        while let Some(path) = left.pop() {
            let from = root.join(&path);
            if from.is_dir() {
                left.extend(
                    fs::read_dir(&from).unwrap().map(|entry| path.join(entry.unwrap().file_name())),
                );
            } else {
                copy(&from, &folder.join(&path));
            }
        }
    }
    assert!(replacements >= 7, "the version or the name of the section stands elsewhere now");
}

/// The sections of both are in one program, and neither lists what is the other's.
#[test]
fn two_versions() {
    let program = scratch("two_versions");
    // What a run before this one left could be of other sources.
    if program.exists() {
        fs::remove_dir_all(&program).unwrap();
    }
    next_version(&program.join("next"));
    fs::copy(folder("two_versions").join("main.rs"), program.join("main.rs")).unwrap();
    // Quoted as TOML quotes: a path may hold backslashes.
    let this = serde_json::Value::from(root().join("memmacros-runtime").to_str());
    let manifest = format!(
        "[package]\nname = \"crate-two-versions\"\nedition = \"2024\"\n[workspace]\nexclude = [\"next\"]\n\
         [[bin]]\nname = \"crate-two-versions\"\npath = \"main.rs\"\n[dependencies]\n\
         memmacros-runtime = {{ path = {this} }}\n\
         next = {{ package = \"memmacros-runtime\", path = \"next/memmacros-runtime\" }}\n"
    );
    fs::write(program.join("Cargo.toml"), manifest).unwrap();

    let printed = run_package(&program, &[]);
    assert_lines(
        &printed,
        &["this: with_this_one: 1", "next: with_the_next: 2", "next: loop_of_the_next: 2"],
    );
    assert!(!printed.contains("this: with_the_next"), "{printed}");
    assert!(!printed.contains("next: with_this_one"), "{printed}");
}
