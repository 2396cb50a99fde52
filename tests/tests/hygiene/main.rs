//! Names: nothing that the user calls what may change what an expansion means.

#![forbid(unsafe_code)]

mod locals;
mod macros;
mod no_prelude;
mod shadowed;
