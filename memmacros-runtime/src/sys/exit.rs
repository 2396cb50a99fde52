//! Owns the ways in which the system tells that the process ends: `atexit`, and what a
//! signal does by default.
//! Called by output/ (the end of the queue) and exit.rs (signals).
//! Never lets a panic cross into C.

use std::sync::OnceLock;

static LAST: OnceLock<fn()> = OnceLock::new();

/// Runs `last` when the process ends by returning from `main` or by `exit`; not when it is
/// killed. Only the first one given is kept. `last` must not panic: the process would abort.
///
/// Where the system refuses (it has room for at least 32), nothing runs.
pub(crate) fn at_exit(last: fn()) {
    if LAST.set(last).is_ok() {
        register();
    }
}

#[cfg(any(unix, windows))]
#[expect(unsafe_code, reason = "`atexit` is a function of C")]
fn register() {
    unsafe extern "C" {
        fn atexit(callback: extern "C" fn()) -> std::ffi::c_int;
    }

    extern "C" fn run() {
        if let Some(last) = LAST.get() {
            last();
        }
    }

    // SAFETY: `run` has the signature that `atexit` asks for and is there until the process
    // (or the shared library that holds it, which runs it first) is gone.
    unsafe { atexit(run) };
}

#[cfg(not(any(unix, windows)))]
fn register() {}

/// What a signal does to this process.
#[cfg(all(unix, feature = "signals"))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Disposition {
    Default,
    Ignored,
    /// Somebody handles it.
    Handled,
}

/// What `signal` does now.
#[cfg(all(unix, feature = "signals"))]
#[expect(unsafe_code, reason = "`sigaction` is a function of C")]
pub(crate) fn disposition(signal: i32) -> std::io::Result<Disposition> {
    let mut action = std::mem::MaybeUninit::<libc::sigaction>::zeroed();
    // SAFETY: a null pointer for the new action asks only; the system fills `action`.
    if unsafe { libc::sigaction(signal, std::ptr::null(), action.as_mut_ptr()) } != 0 {
        return Err(std::io::Error::last_os_error());
    }
    // SAFETY: the call succeeded, so that `action` is filled; it was all zeros before, which
    // is a valid value as well.
    let action = unsafe { action.assume_init() };
    Ok(match action.sa_sigaction {
        libc::SIG_DFL => Disposition::Default,
        libc::SIG_IGN => Disposition::Ignored,
        _ => Disposition::Handled,
    })
}
