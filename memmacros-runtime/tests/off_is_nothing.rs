//! Owns the test that `--cfg memmacros_off` leaves nothing of ours in a watched function.
//! Called by `cargo test`; builds a small crate, some 20 s the first time.
//! Never runs where the assembly reads otherwise than on Linux.

#![cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]

use std::path::Path;
use std::process::Command;
use std::{env, fs};

const WATCHED: &str = r#"
use memmacros_runtime::{mem_checkpoint, memory_watched};
#[unsafe(no_mangle)]
#[memory_watched(limit = "1GB")]
pub fn off_plain(x: u64) -> u64 { x + 1 }
#[unsafe(no_mangle)]
#[memory_watched(growth = "1MB", count_errors)]
pub fn off_result(x: u64) -> Result<u64, std::io::Error> {
    if x > 3 { Ok(x) } else { Err(std::io::ErrorKind::Other.into()) }
}
#[unsafe(no_mangle)]
#[memory_watched]
pub fn off_loop(xs: &[u64]) -> u64 {
    let mut sum = 0_u64;
    #[memory_watched(growth = "1MB")]
    for x in xs { sum = sum.wrapping_add(*x); }
    sum
}
#[memory_watched]
async fn future(x: u64) -> Result<u64, std::io::Error> { Ok(x) }
#[unsafe(no_mangle)]
pub fn off_poll(context: &mut std::task::Context<'_>) -> bool {
    std::future::Future::poll(std::pin::pin!(future(3)), context).is_ready()
}
#[unsafe(no_mangle)]
pub fn off_checkpoint(x: u64) -> bool { mem_checkpoint!("{x}").is_some() }
"#;

#[test]
fn nothing_is_left() {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("off_is_nothing");
    fs::create_dir_all(root.join("src")).expect("a folder to build in");
    let manifest = format!(
        "[package]\nname = \"off\"\nedition = \"2024\"\n[dependencies]\nmemmacros-runtime = {{ path = {:?} }}\n[workspace]\n",
        env!("CARGO_MANIFEST_DIR")
    );
    fs::write(root.join("Cargo.toml"), manifest).expect("it is writable");
    fs::write(root.join("src/lib.rs"), WATCHED).expect("it is writable");
    let lock = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.lock");
    // In a package there is none; cargo then makes one.
    let _ = fs::copy(lock, root.join("Cargo.lock"));

    let out = root.join("off.s");
    let built = Command::new(env!("CARGO"))
        .args(["rustc", "--release", "--offline", "--", "-Ccodegen-units=1"])
        .arg(format!("--emit=asm={}", out.display()))
        .current_dir(&root)
        .env("CARGO_TARGET_DIR", root.join("target"))
        .env("RUSTFLAGS", "--cfg memmacros_off")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .output()
        .expect("cargo runs");
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));

    let assembly = fs::read_to_string(&out).expect("rustc wrote it");
    for name in ["off_plain", "off_result", "off_loop", "off_poll", "off_checkpoint"] {
        let start = assembly.find(&format!("\n{name}:\n")).expect("it is there");
        let body = &assembly[start..];
        let body = &body[..body.find("\n\t.size\t").expect("it ends")];
        for ours in ["memmacros", "__MEMMACROS", "tls", "call", "\tbl\t"] {
            assert!(!body.contains(ours), "{name} still has {ours}:\n{body}");
        }
    }
}
