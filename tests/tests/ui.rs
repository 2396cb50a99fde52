//! Owns the check of what rustc prints for wrong uses of the macros: `ui/*.rs` and the `.stderr` beside each.
//! Called by `cargo test`; after a wanted change, `TRYBUILD=overwrite cargo test -p memmacros-tests --test ui`
//! blesses what is printed now: read every line of the diff, and that a fixture fails for what its name says.
//! Never judges on another compiler than the pinned one, whose words the files hold.

use std::process::Command;

/// The compiler that the `.stderr` files were blessed with; raise it together with them.
const PINNED: &str = "rustc 1.95.";

#[test]
fn mistakes_print_our_errors_and_nothing_else() {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = Command::new(rustc).arg("--version").output().unwrap().stdout;
    let version = String::from_utf8_lossy(&version);
    if !version.starts_with(PINNED) {
        eprintln!(
            "SKIPPED: ui fixtures are blessed with {PINNED}x, this is {}",
            version.trim_end()
        );
        return;
    }
    trybuild::TestCases::new().compile_fail("ui/*.rs");
}
