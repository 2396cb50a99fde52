//! Attributes of others beside ours, in every order.

mod async_trait;
mod builtin;
mod harness;
mod instrument;
mod twice;
