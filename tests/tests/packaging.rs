//! Owns what a user gets: the files of each package, and the crates that come along.
//! Called by `cargo test`.
//! Never publishes; building from the packages is a step of `.ci/run`.

#![expect(clippy::unwrap_used, reason = "a test stops at what it does not expect")]

mod nested;

use std::collections::BTreeSet;
use std::fs;

use nested::{cargo, lock, root, scratch, stdout};

/// How many crates a build with default features may add to a user's tree. On Windows
/// sysinfo alone brings 16.
const MOST_CRATES: usize = if cfg!(windows) { 30 } else { 20 };

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

/// The features of the runtime, without `default`.
fn features() -> BTreeSet<String> {
    let metadata = cargo(&root(), &["metadata", "--format-version", "1", "--no-deps"]);
    let metadata: serde_json::Value = serde_json::from_str(&stdout(metadata)).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let runtime = packages.iter().find(|package| package["name"] == "memmacros-runtime").unwrap();
    let features = runtime["features"].as_object().unwrap().keys().cloned();
    features.filter(|feature| feature != "default").collect()
}

#[test]
fn every_feature_is_in_the_table() {
    let map = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let (_, table) = map.split_once("| feature | default |").unwrap();
    let rows = table.lines().skip(2).take_while(|row| row.starts_with('|'));
    let listed: BTreeSet<String> =
        rows.filter_map(|row| Some(row.split('`').nth(1)?.to_owned())).collect();
    assert_eq!(listed, features());
}

/// What `--cfg memmacros_off` is tried on has everything on that can be turned on.
#[test]
fn every_feature_is_tried_switched_off() {
    let manifest = root().join("tests/crates/disabled_dependency/Cargo.toml");
    let manifest = fs::read_to_string(manifest).unwrap();
    let (_, list) = manifest.split_once("features = [").unwrap();
    let (list, _) = list.split_once(']').unwrap();
    let on: BTreeSet<String> = list.split('"').skip(1).step_by(2).map(str::to_owned).collect();
    assert_eq!(on, features());
}
