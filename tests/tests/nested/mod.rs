//! Owns how a test runs cargo on another package.
//! Called by the tests that build crates of their own: crates, packaging, wasm.
//! Never lets the flags and settings of the outer run leak into the inner one.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The root of the workspace.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the package is a folder of the workspace")
        .to_owned()
}

/// A folder below the workspace's target folder that a test may fill.
pub(crate) fn scratch(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

/// Cargo in `folder`, without anything that was set for this run.
pub(crate) fn cargo(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO"));
    command.current_dir(folder).args(arguments);
    quiet(&mut command);
    command
}

/// Takes away what would change how `command` builds or what it prints.
pub(crate) fn quiet(command: &mut Command) {
    let ours = [
        "RUSTFLAGS",
        "CARGO_ENCODED_RUSTFLAGS",
        "RUSTDOCFLAGS",
        "CARGO_BUILD_TARGET",
        "NO_COLOR",
        "CLICOLOR_FORCE",
    ];
    for (name, _) in env::vars_os() {
        let Some(name) = name.to_str() else { continue };
        if ours.contains(&name) || name.starts_with("MEMMACROS") {
            command.env_remove(name);
        }
    }
}

/// Gives the workspace in `folder` the versions that ours is locked to, so that nothing
/// is resolved anew, let alone downloaded.
pub(crate) fn lock(folder: &Path) {
    fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock"))
        .expect("the lock file can be copied");
}

/// Runs `command` to its good end.
pub(crate) fn done(mut command: Command) -> Output {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(
        output.status.success(),
        "{command:?}: {}\n--- stdout\n{}\n--- stderr\n{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    output
}

/// What `command` prints on its standard output.
pub(crate) fn stdout(command: Command) -> String {
    String::from_utf8_lossy(&done(command).stdout).into_owned()
}
