//! Watched loops: every kind, everywhere a loop can stand.

#![expect(clippy::never_loop, reason = "the shortest body does")]

mod asynchronous;
mod in_macros;
mod kinds;
mod leaving;
mod places;
mod watch;
