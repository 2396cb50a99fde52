//! Owns the build of an annotated library for wasm32, where there is no /proc and no linkme.
//! Called by `cargo test`; builds tests/crates/wasm, and runs it where there is node.
//! Never passes silently for want of a compiler: it says why it was skipped.

mod nested;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use nested::{cargo, done, lock, root, scratch, stdout};

const TARGET: &str = "wasm32-unknown-unknown";

/// What the compiler `rustc` prints for `argument`, if there is such a compiler.
fn ask(rustc: &Path, arguments: &[&str]) -> Option<String> {
    let output = Command::new(rustc).args(arguments).output().ok()?;
    let text = output.status.success().then(|| String::from_utf8(output.stdout).ok()).flatten()?;
    Some(text.trim().to_owned())
}

/// A compiler that has the standard library for wasm32, built or as source.
enum Compiler {
    /// The one that builds everything else has it built.
    Ours,
    /// Debian's `rustc-web` with `rust-web-src`: builds the library first, for which it
    /// wants to be told that it may do what stable compilers may not.
    FromSource(PathBuf),
}

fn compiler() -> Result<Compiler, &'static str> {
    let ours = env::var_os("RUSTC").map_or_else(|| "rustc".into(), PathBuf::from);
    let built = ask(&ours, &["--print", "target-libdir", "--target", TARGET]);
    if built.is_some_and(|folder| Path::new(&folder).is_dir()) {
        return Ok(Compiler::Ours);
    }
    let debian = PathBuf::from("/usr/bin/rustc");
    let Some(version) = ask(&debian, &["--version"]) else {
        return Err(
            "no wasm32 target (`rustup target add wasm32-unknown-unknown`), no rustc in /usr/bin",
        );
    };
    let minor = version.split('.').nth(1).and_then(|minor| minor.parse::<u32>().ok());
    if minor.is_none_or(|minor| minor < 95) {
        return Err("the rustc in /usr/bin is older than 1.95");
    }
    let source = ask(&debian, &["--print", "sysroot"])
        .map(|sysroot| Path::new(&sysroot).join("lib/rustlib/src/rust/library/Cargo.lock"));
    if source.is_some_and(|lock| lock.is_file()) {
        Ok(Compiler::FromSource(debian))
    } else {
        Err(
            "the rustc in /usr/bin has no sources of the standard library (`apt-get install rust-web-src`)",
        )
    }
}

/// The linker that comes with our compiler, for one that comes without.
fn linker() -> Option<PathBuf> {
    let sysroot = ask(Path::new("rustc"), &["--print", "sysroot"])?;
    let targets = fs::read_dir(Path::new(&sysroot).join("lib/rustlib")).ok()?;
    targets
        .flatten()
        .map(|target| target.path().join("bin/rust-lld"))
        .find(|linker| linker.is_file())
}

#[test]
fn an_annotated_library_runs_on_wasm32() {
    let compiler = match compiler() {
        Ok(compiler) => compiler,
        Err(reason) => {
            assert!(env::var_os("MEMMACROS_TEST_WASM").is_none(), "wasm32 is asked for: {reason}");
            println!("SKIPPED: {reason}");
            return;
        }
    };
    let folder = root().join("tests/crates/wasm");
    lock(&folder);
    let target = scratch("wasm");
    let mut build = cargo(&folder, &["build", "--quiet", "--target", TARGET, "--target-dir"]);
    build.arg(&target);
    if let Compiler::FromSource(rustc) = compiler {
        build.arg("-Zbuild-std=std,panic_abort").env("RUSTC", rustc).env("RUSTC_BOOTSTRAP", "1");
        if let Some(linker) = linker() {
            build.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
        }
    }
    done(build);

    let module = target.join(TARGET).join("debug").join("crate_wasm.wasm");
    assert!(module.is_file(), "{}", module.display());
    let Some(node) = ask(Path::new("node"), &["--version"]) else {
        println!("built, but not run: there is no node here");
        return;
    };
    println!("node {node}");
    let script = "const { readFileSync } = require('fs');
        WebAssembly.instantiate(readFileSync(process.argv[1])).then(({ instance: { exports } }) =>
            console.log(exports.sum(5), exports.sites_that_ran(), exports.knows_resident()));";
    let mut run = Command::new("node");
    run.args(["-e", script]).arg(&module);
    let printed = stdout(run);
    let numbers: Vec<&str> = printed.split_whitespace().collect();
    assert_eq!((numbers[0], numbers[2]), ("10", "0"), "the sum, and no resident size");
    // The function and its loop at least; what runs is listed without a section, too.
    assert!(numbers[1].parse::<u32>().unwrap() >= 2, "{printed}");
}
