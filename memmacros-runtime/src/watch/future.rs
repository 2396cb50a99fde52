//! Owns the wrappers of watched futures: each poll is a call of its site.
//! Called by generated code for async functions, and by `memory_watched` on futures.
//! Never holds a thread's state between polls, as the next one may be on another thread.

#![expect(clippy::inline_always, reason = "a call would cost more than what most of these do")]

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::verdict::{self, Finding, GivenLimit};
use crate::checkpoint;
use crate::gate::{self, Owner};
use crate::limit::{IntoLimit, LimitError, MemoryLimit, MemoryLimitExceeded};
use crate::site::threads::Tally;
use crate::site::{Action, Site, SiteKind, at_caller};
use crate::sys::clock;

/// Where a future stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Not polled yet, or switched off.
    Idle,
    /// Between two polls.
    Open,
    /// In the midst of a poll; stays so where the poll panics.
    Polling,
    Closed,
}

/// What a watched future keeps between polls.
#[derive(Clone, Copy, Debug)]
struct State {
    site: &'static Site,
    /// The resident size at the first look; 0 before.
    entry: u64,
    stage: Stage,
}

/// One poll of a watched future; dropped, it closes the poll.
///
/// PERF: nothing takes its address, so that it stays in registers.
struct PollGuard {
    site: &'static Site,
    tally: &'static Tally,
    /// The opening of a poll around it, of the same site.
    around: u64,
    due: bool,
    /// Whether the poll returned; if not when it is dropped, it panicked.
    returned: bool,
}

impl PollGuard {
    #[inline(always)]
    fn enter(state: &mut State) -> Option<Self> {
        if state.stage == Stage::Closed {
            return None;
        }
        let site = state.site;
        let tally = super::tally(site)?;
        if state.stage == Stage::Idle {
            tally.count();
        }
        state.stage = Stage::Polling;
        let (due, around) = tally.poll();
        let due = due || (state.entry == 0 && site.options().is_exact());
        Some(Self { site, tally, around, due, returned: false })
    }

    #[inline(always)]
    fn look<L: GivenLimit>(&self, state: &mut State, limit: &L) -> Option<Finding> {
        let (entry, finding) = look(self.site, self.tally, state.entry, limit);
        state.entry = entry;
        finding
    }

    /// Gives what the future has grown by too much, after the poll.
    #[inline(always)]
    fn measure(&self, state: &State, ready: bool) -> Option<Finding> {
        let measured = self.due || (ready && self.site.options().is_exact());
        if measured { measure(self.site, state.entry, ready) } else { None }
    }

    /// The poll has returned, and `ended` says whether it was the last.
    #[inline(always)]
    fn returned(&mut self, state: &mut State, ended: bool) {
        self.returned = true;
        state.stage = if ended { Stage::Closed } else { Stage::Open };
        if ended {
            leave(self.site);
        }
    }
}

impl Drop for PollGuard {
    #[inline(always)]
    fn drop(&mut self) {
        self.tally.end_poll(self.around);
        if !self.returned {
            self.site.counts().add_panic();
        }
    }
}

/// Looks before a poll. Gives the resident size at the first look, and what is passed.
#[cold]
#[inline(never)]
fn look<L: GivenLimit>(
    site: &'static Site,
    tally: &'static Tally,
    entry: u64,
    limit: &L,
) -> (u64, Option<Finding>) {
    let options = site.options();
    let now = clock::ticks();
    let first = entry == 0;
    let Some(resident) =
        verdict::read(now, site, first && options.is_exact(), Owner::Around(tally))
    else {
        return (entry, None);
    };
    let entry = if first { resident } else { entry };
    if first {
        site.counts().crosses_growth(false);
        if options.checkpoints {
            checkpoint::mark(
                site.place(),
                resident,
                format_args!("{}: begins", site.place().name()),
            );
        }
    }
    let finding = verdict::judge_growth(site, entry, resident)
        .or_else(|| verdict::judge_limit(site, resident, limit.get(site)));
    let refuses = finding.is_some() && matches!(options.action, Action::Error | Action::Panic);
    let (elapsed, batch) = tally.last_look(now);
    let batch = if refuses { 1 } else { gate::next_batch(options.every, batch, elapsed) };
    tally.plan(site, now, batch);
    (entry, finding)
}

/// Looks after a poll. Gives what the future has grown by too much.
#[cold]
#[inline(never)]
fn measure(site: &'static Site, entry: u64, ready: bool) -> Option<Finding> {
    if entry == 0 {
        return None;
    }
    let options = site.options();
    let resident =
        verdict::read(clock::ticks(), site, ready && options.is_exact(), Owner::Site(site))?;
    if ready {
        site.counts().measured(resident.wrapping_sub(entry).cast_signed());
        if options.checkpoints {
            checkpoint::mark(site.place(), resident, format_args!("{}: ends", site.place().name()));
        }
    }
    verdict::judge_growth(site, entry, resident)
}

/// Counts the end of a call.
#[inline(always)]
fn leave(site: &'static Site) {
    if let Some(tally) = super::tally(site) {
        tally.leave();
    }
}

impl State {
    const fn new(site: &'static Site) -> Self {
        Self { site, entry: 0, stage: Stage::Idle }
    }

    /// The future is dropped.
    #[inline(always)]
    fn dropped(&mut self) {
        match self.stage {
            Stage::Idle | Stage::Closed => {}
            Stage::Open => {
                self.site.counts().add_cancelled();
                leave(self.site);
            }
            Stage::Polling => leave(self.site),
        }
    }
}

pin_project! {
    /// A future that is ready with an error once its limit is passed; made by
    /// [`MemoryWatchedFutureExt::memory_watched`].
    #[must_use = "futures do nothing unless polled"]
    #[derive(Debug)]
    pub struct ErrorFuture<F, L> {
        #[pin]
        future: F,
        limit: L,
        state: State,
    }

    impl<F, L> PinnedDrop for ErrorFuture<F, L> {
        fn drop(this: Pin<&mut Self>) {
            this.project().state.dropped();
        }
    }
}

pin_project! {
    /// A future that panics, tells or calls when its limit is passed, and goes on.
    #[doc(hidden)]
    #[must_use = "futures do nothing unless polled"]
    #[derive(Debug)]
    pub struct ActingFuture<F, L> {
        #[pin]
        future: F,
        limit: L,
        handler: Option<fn(&MemoryLimitExceeded)>,
        state: State,
    }

    impl<F, L> PinnedDrop for ActingFuture<F, L> {
        fn drop(this: Pin<&mut Self>) {
            this.project().state.dropped();
        }
    }
}

impl<F, L> ErrorFuture<F, L> {
    /// Watches `future` as `site`.
    #[inline(always)]
    pub(crate) fn new(site: &'static Site, limit: L, future: F) -> Self {
        Self { future, limit, state: State::new(site) }
    }
}

impl<F, L> ActingFuture<F, L> {
    /// Watches `future` as `site`.
    #[inline(always)]
    pub(crate) fn new(
        site: &'static Site,
        limit: L,
        handler: Option<fn(&MemoryLimitExceeded)>,
        future: F,
    ) -> Self {
        Self { future, limit, handler, state: State::new(site) }
    }
}

impl<F: Future, L: GivenLimit> Future for ErrorFuture<F, L> {
    type Output = Result<F::Output, MemoryLimitExceeded>;

    #[inline]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let Some(mut guard) = PollGuard::enter(this.state) else {
            return this.future.poll(context).map(Ok);
        };
        if guard.due {
            if let Some(error) = guard.look(this.state, this.limit).and_then(Finding::into_error) {
                guard.returned(this.state, true);
                return Poll::Ready(Err(error));
            }
        }
        let polled = this.future.poll(context);
        let finding = guard.measure(this.state, polled.is_ready());
        let error = finding.and_then(Finding::into_error);
        guard.returned(this.state, polled.is_ready() || error.is_some());
        match error {
            Some(error) => Poll::Ready(Err(error)),
            None => polled.map(Ok),
        }
    }
}

impl<F: Future, L: GivenLimit> Future for ActingFuture<F, L> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let Some(mut guard) = PollGuard::enter(this.state) else {
            return this.future.poll(context);
        };
        if guard.due {
            if let Some(finding) = guard.look(this.state, this.limit) {
                finding.act(*this.handler);
            }
        }
        let polled = this.future.poll(context);
        if let Some(finding) = guard.measure(this.state, polled.is_ready()) {
            finding.act(*this.handler);
        }
        guard.returned(this.state, polled.is_ready());
        polled
    }
}

/// `memory_watched` on futures.
pub trait MemoryWatchedFutureExt: Future + Sized {
    /// Checks `limit` before each poll, at the pace of the default gate; once it is
    /// passed, the future is ready with the error and is not polled any more.
    ///
    /// The place of the call is a [site](crate::sites) of kind `Future`. A `limit` that
    /// is a text and no limit is told once through the sink, and none holds.
    ///
    /// ```
    /// use memmacros_runtime::MemoryWatchedFutureExt as _;
    ///
    /// # fn block_on<F: std::future::Future>(future: F) -> F::Output {
    /// #     let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    /// #     match std::pin::pin!(future).poll(&mut context) {
    /// #         std::task::Poll::Ready(output) => output,
    /// #         std::task::Poll::Pending => unreachable!(),
    /// #     }
    /// # }
    /// let watched = async { 42 }.memory_watched("8GB");
    /// assert_eq!(block_on(watched)?, 42);
    /// # Ok::<(), memmacros_runtime::MemoryLimitExceeded>(())
    /// ```
    #[track_caller]
    fn memory_watched(
        self,
        limit: impl IntoLimit,
    ) -> ErrorFuture<Self, Result<MemoryLimit, LimitError>> {
        let site = at_caller(SiteKind::Future, "future", Action::Error);
        ErrorFuture::new(site, limit.into_limit(), self)
    }
}

impl<F: Future> MemoryWatchedFutureExt for F {}
