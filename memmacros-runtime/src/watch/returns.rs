//! Owns how a passed limit becomes the user's error.
//! Called by generated code, so that the compiler's messages name what to write.
//! Never converts by an inline `From::from`: that would be linted in the user's code.

use crate::limit::MemoryLimitExceeded;

/// A return type that can say that a limit is passed.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot carry a memory-limit error",
    label = "not a `Result` or an `Option`",
    note = "return `Result<_, E>` where `E: From<MemoryLimitExceeded>`, or write `on_exceed = panic`, `on_exceed = warn` or `on_exceed = path::to::handler`"
)]
pub trait LimitReturn {
    #[expect(missing_docs, reason = "called by generated code only")]
    fn exceeded(error: MemoryLimitExceeded) -> Self;
    /// Whether it is an error already, which then stays.
    fn is_failure(&self) -> bool;
}

/// An error type that can be made from a passed limit.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "the error type `{Self}` cannot be made from `MemoryLimitExceeded`",
    label = "has no `From<MemoryLimitExceeded>`",
    note = "write `on_exceed = panic`, `on_exceed = warn` or `on_exceed = path::to::handler`; or return `Box<dyn std::error::Error + Send + Sync>`, `std::io::Error` or `anyhow::Error`; or, where the type is your own, write `impl From<memmacros_runtime::MemoryLimitExceeded>` for it"
)]
pub trait FromLimitExceeded {
    #[expect(missing_docs, reason = "called by generated code only")]
    fn from_exceeded(error: MemoryLimitExceeded) -> Self;
}

#[diagnostic::do_not_recommend]
impl<E: From<MemoryLimitExceeded>> FromLimitExceeded for E {
    fn from_exceeded(error: MemoryLimitExceeded) -> Self {
        error.into()
    }
}

impl<T, E: FromLimitExceeded> LimitReturn for Result<T, E> {
    fn exceeded(error: MemoryLimitExceeded) -> Self {
        Err(E::from_exceeded(error))
    }

    fn is_failure(&self) -> bool {
        self.is_err()
    }
}

impl<T> LimitReturn for Option<T> {
    fn exceeded(_: MemoryLimitExceeded) -> Self {
        None
    }

    fn is_failure(&self) -> bool {
        self.is_none()
    }
}
