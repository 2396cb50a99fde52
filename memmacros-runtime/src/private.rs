//! Owns what generated code calls; the whole contract with the `memmacros` crate.
//! Called by expansions only. Not public API: it changes in any version.
//! Never holds state, nor logic over a few lines.

use std::future::Future;

use crate::limit::{IntoLimit, LimitError, MemoryLimit, MemoryLimitExceeded};
use crate::switch;

pub use crate::checkpoint::checkpoint;
pub use crate::site::section::site;
pub use crate::site::{Action, Options, Site, SiteKind as Kind};
pub use crate::watch::{
    ActingFuture, ErrorFuture, FromLimitExceeded, GivenHandler, GivenLimit, Guard, Keeps,
    LimitReturn, LoopWatch, OwnErrors, SiteLimit, site_limit,
};
pub use core::format_args;
#[cfg(feature = "macros")]
pub use memmacros::watch;

pub use crate::site::section::listing;

/// Opens a call.
#[inline(always)]
#[expect(clippy::inline_always, reason = "a call here would cost as much as what it does")]
pub fn enter(site: &'static Site) -> Guard {
    Guard::enter(site)
}

/// Opens a run of a loop.
#[inline(always)]
#[expect(clippy::inline_always, reason = "forwards")]
pub fn watch_loop(site: &'static Site) -> LoopWatch {
    LoopWatch::start(site)
}

/// Opens a run of a loop that can go on in another thread.
#[inline(always)]
#[expect(clippy::inline_always, reason = "forwards")]
pub fn watch_loop_async(site: &'static Site) -> LoopWatch {
    LoopWatch::start_unpinned(site)
}

/// The limit that an expression gives.
pub fn into_limit(limit: impl IntoLimit) -> Result<MemoryLimit, LimitError> {
    limit.into_limit()
}

/// Calls `body`; as an `FnOnce`, so that it may give back what it borrows.
#[inline(always)]
#[expect(clippy::inline_always, reason = "stands for the body itself")]
pub fn call<R>(body: impl FnOnce() -> R) -> R {
    body()
}

/// Ends a call; its result gives way to the error of a passed growth; where it is an error, the growth
/// is only told.
pub fn finish_error<R: LimitReturn>(guard: Guard, result: R) -> R {
    if cfg!(memmacros_off) {
        return result;
    }
    if result.is_failure() {
        guard.finish_warn();
        return result;
    }
    guard.finish_error().map_or(result, R::exceeded)
}

/// Ends a call; panics where it grew by too much.
#[track_caller]
pub fn finish_panic<R>(guard: Guard, result: R) -> R {
    if !cfg!(memmacros_off) {
        guard.finish_panic();
    }
    result
}

/// Ends a call; says where it grew by too much.
pub fn finish_warn<R>(guard: Guard, result: R) -> R {
    if !cfg!(memmacros_off) {
        guard.finish_warn();
    }
    result
}

/// Ends a call; calls `handler` where it grew by too much.
pub fn finish_handler<R>(guard: Guard, result: R, handler: fn(&MemoryLimitExceeded)) -> R {
    if !cfg!(memmacros_off) {
        guard.finish_handler(handler);
    }
    result
}

/// Counts the function's own error.
pub fn tally_error<T, E>(guard: &Guard, result: &Result<T, E>) {
    if !cfg!(memmacros_off)
        && let Some(site) = guard.site()
    {
        tally_error_at(site, result);
    }
}

/// Counts the function's own error.
pub fn tally_error_at<T, E>(site: &'static Site, result: &Result<T, E>) {
    if !switch::is_off() && result.is_err() {
        site.count_error();
    }
}

/// Watches an async body that returns the error of a passed limit.
#[inline(always)]
#[expect(clippy::inline_always, reason = "builds the future where it is awaited")]
pub fn watch_future_error<F: Future, L: GivenLimit>(
    site: &'static Site,
    limit: L,
    future: F,
) -> ErrorFuture<F, L, OwnErrors> {
    ErrorFuture::new(site, limit, future)
}

/// Watches an async body that panics.
#[inline(always)]
#[expect(clippy::inline_always, reason = "builds the future where it is awaited")]
pub fn watch_future_panic<F: Future, L: GivenLimit>(
    site: &'static Site,
    limit: L,
    future: F,
) -> ActingFuture<F, L, ()> {
    ActingFuture::new(site, limit, (), future)
}

/// Watches an async body that tells.
#[inline(always)]
#[expect(clippy::inline_always, reason = "builds the future where it is awaited")]
pub fn watch_future_warn<F: Future, L: GivenLimit>(
    site: &'static Site,
    limit: L,
    future: F,
) -> ActingFuture<F, L, ()> {
    ActingFuture::new(site, limit, (), future)
}

/// Watches an async body that calls `handler`.
#[inline(always)]
#[expect(clippy::inline_always, reason = "builds the future where it is awaited")]
pub fn watch_future_handler<F: Future, L: GivenLimit>(
    site: &'static Site,
    limit: L,
    handler: fn(&MemoryLimitExceeded),
    future: F,
) -> ActingFuture<F, L, fn(&MemoryLimitExceeded)> {
    ActingFuture::new(site, limit, handler, future)
}
