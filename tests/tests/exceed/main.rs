//! What happens when a limit is passed: by default, when written, once or each time.

#![expect(
    clippy::never_loop,
    clippy::unnecessary_wraps,
    clippy::unused_self,
    reason = "only what happens around the bodies counts here"
)]

mod actions;
mod crossings;
mod defaults;
mod ends;
mod errors;
mod every;
mod global;
mod growth;
mod limits;
mod maximum;
mod off;
mod together;
mod unwinding;
mod within;

use std::any::Any;
use std::panic::{UnwindSafe, catch_unwind};

use memmacros_runtime::Captured;

/// The warnings among what was told, in order.
fn warnings(captured: &Captured) -> Vec<String> {
    captured.lines().into_iter().filter(|line| line.contains("warning:")).collect()
}

/// What `call` panics with.
fn panic_of<R>(call: impl FnOnce() -> R + UnwindSafe) -> Option<String> {
    let text = |payload: Box<dyn Any + Send>| match payload.downcast::<String>() {
        Ok(text) => *text,
        Err(_) => "not a text".to_owned(),
    };
    catch_unwind(call).err().map(text)
}
