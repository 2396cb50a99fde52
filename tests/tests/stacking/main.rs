//! Attributes of others beside ours, in every order.

#![expect(clippy::unused_self, reason = "shapes that others write")]

mod async_trait;
mod builtin;
mod harness;
mod instrument;
mod twice;
