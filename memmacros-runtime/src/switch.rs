//! Owns the one word that says whether anything is watched at all.
//! Called by every watched call, before anything else; set by `settings`.
//! Never costs more than a relaxed load, and nothing under `--cfg memmacros_off`.

use std::sync::atomic::{AtomicU8, Ordering};

/// The environment has not been read yet; things are watched meanwhile.
pub(crate) const UNKNOWN: u8 = 0;
pub(crate) const ON: u8 = 1;
pub(crate) const OFF: u8 = 2;

static STATE: AtomicU8 = AtomicU8::new(UNKNOWN);

/// [`UNKNOWN`], [`ON`] or [`OFF`].
#[inline(always)]
#[expect(clippy::inline_always, reason = "a call here would cost as much as what it does")]
pub(crate) fn state() -> u8 {
    if cfg!(memmacros_off) { OFF } else { STATE.load(Ordering::Relaxed) }
}

/// Whether nothing is watched.
#[inline(always)]
#[expect(clippy::inline_always, reason = "a call here would cost as much as what it does")]
pub(crate) fn is_off() -> bool {
    state() == OFF
}

/// Whether the environment has been read; what it said is then visible to the caller.
#[inline]
pub(crate) fn is_known() -> bool {
    cfg!(memmacros_off) || STATE.load(Ordering::Acquire) != UNKNOWN
}

pub(crate) fn set(state: u8) {
    STATE.store(state, Ordering::Release);
}
