//! Names: nothing that the user calls what may change what an expansion means.

#![forbid(unsafe_code)]
#![expect(
    clippy::items_after_statements,
    clippy::never_loop,
    clippy::too_many_arguments,
    clippy::unused_self,
    clippy::while_immutable_condition,
    reason = "only the names count here"
)]

mod locals;
mod macros;
mod no_prelude;
mod shadowed;
