//! The macros of [memmacros-runtime](https://docs.rs/memmacros-runtime).
