//! placeholder
use std::sync::atomic::{AtomicU8, Ordering};
pub(crate) const UNKNOWN: u8 = 0;
pub(crate) const ON: u8 = 1;
pub(crate) const OFF: u8 = 2;
static STATE: AtomicU8 = AtomicU8::new(UNKNOWN);
#[inline(always)]
pub(crate) fn state() -> u8 {
    if cfg!(memmacros_off) { OFF } else { STATE.load(Ordering::Relaxed) }
}
pub(crate) fn set(s: u8) {
    STATE.store(s, Ordering::Relaxed)
}
#[inline(always)]
pub(crate) fn is_off() -> bool {
    let s = state();
    s != ON && (s == OFF || !crate::settings::init())
}
