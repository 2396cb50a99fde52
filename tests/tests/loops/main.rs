//! Watched loops: every kind, everywhere a loop can stand.

mod asynchronous;
mod in_macros;
mod kinds;
mod leaving;
mod places;
mod watch;
