//! Owns what a user gets: the files of each package, and the crates that come along.
//! Called by `cargo test`.
//! Never publishes; building from the packages is a step of `.ci/run`.

#![expect(clippy::unwrap_used, reason = "a test stops at what it does not expect")]

mod nested;

use std::collections::BTreeSet;
use std::fs;

use nested::{cargo, lock, root, scratch, stdout};

/// How many crates a build with default features may add to a user's tree.
const MOST_CRATES: usize = 20;

/// The crates of a new program that depends on the runtime, without the program.
fn tree(target: &[&str]) -> BTreeSet<String> {
    let folder = scratch("new_project").join(target.last().unwrap_or(&"host"));
    fs::create_dir_all(folder.join("src")).unwrap();
    fs::write(folder.join("src/main.rs"), "fn main() {}\n").unwrap();
    // Quoted as TOML quotes: a path may hold backslashes.
    let runtime = serde_json::Value::from(root().join("memmacros-runtime").to_str());
    let manifest = format!(
        "[package]\nname = \"new-project\"\nedition = \"2024\"\n[workspace]\n\
         [dependencies]\nmemmacros-runtime = {{ path = {runtime} }}\n"
    );
    fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    lock(&folder);
    let arguments = ["tree", "-e", "normal", "--prefix", "none", "--format", "{p}"];
    let printed = stdout(cargo(&folder, &[&arguments[..], target].concat()));
    let crates = printed.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        Some(format!("{} {}", words.next()?, words.next()?))
    });
    crates.filter(|name| !name.starts_with("new-project ")).collect()
}

#[test]
fn few_crates_come_along() {
    let crates = tree(&[]);
    println!("{} crates: {crates:#?}", crates.len());
    assert!(crates.iter().any(|name| name.starts_with("memmacros-runtime ")), "{crates:?}");
    assert!(crates.iter().any(|name| name.starts_with("syn ")), "{crates:?}");
    assert!(crates.len() <= MOST_CRATES, "{} crates: {crates:#?}", crates.len());
}

/// The files that `cargo package` would put into the package.
fn files(package: &str) -> BTreeSet<String> {
    let arguments = ["package", "--list", "--allow-dirty", "-p", package];
    stdout(cargo(&root(), &arguments)).lines().map(|line| line.replace('\\', "/")).collect()
}

#[test]
fn packages_are_whole_and_lean() {
    for package in ["memmacros", "memmacros-runtime"] {
        let files = files(package);
        for wanted in ["Cargo.toml", "README.md", "LICENSE-APACHE", "LICENSE-MIT", "src/lib.rs"] {
            assert!(files.contains(wanted), "{package} lacks {wanted}: {files:#?}");
        }
        let known = ["src/", "benches/", "tests/", "examples/"];
        let strange = files.iter().filter(|file| {
            file.contains('/') && !known.iter().any(|folder| file.starts_with(folder))
        });
        assert_eq!(strange.count(), 0, "{package}: {files:#?}");
    }
}

#[test]
fn licences_are_ours() {
    for (name, mark) in
        [("LICENSE-APACHE", "Apache License"), ("LICENSE-MIT", "Permission is hereby granted")]
    {
        for package in ["", "memmacros", "memmacros-runtime"] {
            let file = root().join(package).join(name);
            let text = fs::read_to_string(&file).unwrap();
            assert!(text.contains(mark), "{}", file.display());
        }
    }
}
