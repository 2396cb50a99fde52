//! Owns the wrappers of watched futures: each poll is a call of its site.
//! Called by generated code for async functions, and by `memory_watched` on futures.
//! Never holds a thread's state between polls, as the next one may be on another thread.

#![expect(clippy::inline_always, reason = "a call would cost more than what most of these do")]

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::returns::LimitReturn;
use super::verdict::{self, Finding, GivenHandler, GivenLimit};
use crate::checkpoint;
use crate::gate::{self, Owner};
use crate::limit::{IntoLimit, LimitError, MemoryLimit, MemoryLimitExceeded};
use crate::site::threads::Tally;
use crate::site::{Action, Site, SiteKind, at_caller};
use crate::sys::clock;

/// What a watched future keeps between polls.
///
/// PERF: two words, and no guard with a `Drop` for the poll: a future is moved into the
/// one that awaits it, and what is written right before a move is waited for.
#[derive(Clone, Copy, Debug)]
struct State {
    site: &'static Site,
    stage: u64,
}

/// Not polled yet, or switched off.
const IDLE: u64 = 0;
/// Ready, or refused.
const CLOSED: u64 = 1;
/// Between two polls, and never read. Larger: the resident size at the first look.
const UNREAD: u64 = 2;
/// In the midst of a poll, in the top bit; it stays where the poll panics.
const POLLING: u64 = 1 << 63;

/// One poll of a watched future.
#[derive(Clone, Copy)]
struct Turn {
    site: &'static Site,
    tally: &'static Tally,
    /// The era of a poll around it, of the same site.
    around: u64,
    /// The resident size at the first look; 0 before.
    entry: u64,
    due: bool,
}

impl State {
    const fn new(site: &'static Site) -> Self {
        Self { site, stage: IDLE }
    }

    #[inline(always)]
    fn begin(&mut self) -> Option<Turn> {
        let stage = self.stage;
        if cfg!(memmacros_off) || stage == CLOSED {
            return None;
        }
        let site = self.site;
        let tally = super::tally(site)?;
        if stage == IDLE {
            tally.count();
        }
        self.stage = POLLING | UNREAD;
        let (due, around) = tally.poll();
        // A future that is polled again after a panic begins anew.
        let entry = if stage > UNREAD && stage & POLLING == 0 { stage } else { 0 };
        Some(Turn {
            site,
            tally,
            around,
            entry,
            due: due || (entry == 0 && site.options().is_exact()),
        })
    }

    /// The poll has returned, and `ended` says whether it was the last.
    #[inline(always)]
    fn end(&mut self, turn: Turn, ended: bool) {
        turn.tally.reopen(turn.around);
        self.stage = match turn.entry {
            _ if ended => CLOSED,
            0 => UNREAD,
            entry => entry,
        };
        if ended {
            turn.tally.leave();
        }
    }

    /// The future is dropped.
    #[inline(always)]
    fn dropped(&mut self) {
        if !cfg!(memmacros_off) && self.stage > CLOSED {
            self.unfinished();
        }
    }

    #[cold]
    #[inline(never)]
    fn unfinished(&mut self) {
        let tally = super::tally(self.site);
        if self.stage & POLLING == 0 {
            self.site.counts().add_cancelled();
        } else {
            self.site.counts().add_panic();
            if let Some(tally) = tally {
                tally.reopen(0);
            }
        }
        if let Some(tally) = tally {
            tally.leave();
        }
    }
}

impl Turn {
    #[inline(always)]
    fn look<L: GivenLimit>(&mut self, limit: &L) -> Option<Finding> {
        let (entry, finding) = look(self.site, self.tally, self.entry, limit);
        self.entry = entry;
        finding
    }

    /// Gives what the future has grown by too much, after the poll.
    #[inline(always)]
    fn measure(&self, ready: bool) -> Option<Finding> {
        let measured = self.due || (ready && self.site.options().is_exact());
        if measured { measure(self.site, self.entry, ready) } else { None }
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
    tally.belongs_to(site);
    let (elapsed, batch) = tally.last_look(now);
    // Meanwhile: the limit may be an expression that polls this very future's like.
    tally.plan(site, now, gate::MOST);
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
    let finding = verdict::judge(site, entry, resident, limit.get(site));
    let refuses = finding.as_ref().is_some_and(Finding::refuses);
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

pin_project! {
    /// A future that is ready with an error once its limit is passed; made by
    /// [`MemoryWatchedFutureExt::memory_watched`].
    #[must_use = "futures do nothing unless polled"]
    #[derive(Debug)]
    pub struct ErrorFuture<F, L, K = ()> {
        #[pin]
        future: F,
        limit: L,
        kept: PhantomData<K>,
        state: State,
    }

    impl<F, L, K> PinnedDrop for ErrorFuture<F, L, K> {
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
    pub struct ActingFuture<F, L, H> {
        #[pin]
        future: F,
        limit: L,
        handler: H,
        state: State,
    }

    impl<F, L, H> PinnedDrop for ActingFuture<F, L, H> {
        fn drop(this: Pin<&mut Self>) {
            this.project().state.dropped();
        }
    }
}

impl<F, L, K> ErrorFuture<F, L, K> {
    /// Watches `future` as `site`.
    #[inline(always)]
    pub(crate) fn new(site: &'static Site, limit: L, future: F) -> Self {
        Self { future, limit, kept: PhantomData, state: State::new(site) }
    }
}

impl<F, L, H> ActingFuture<F, L, H> {
    /// Watches `future` as `site`.
    #[inline(always)]
    pub(crate) fn new(site: &'static Site, limit: L, handler: H, future: F) -> Self {
        Self { future, limit, handler, state: State::new(site) }
    }
}

impl<F: Future, L: GivenLimit, K: Keeps<F::Output>> Future for ErrorFuture<F, L, K> {
    type Output = Result<F::Output, MemoryLimitExceeded>;

    #[inline]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let Some(mut turn) = this.state.begin() else {
            return this.future.poll(context).map(Ok);
        };
        if turn.due
            && let Some(error) = turn.look(this.limit).and_then(Finding::into_error)
        {
            this.state.end(turn, true);
            return Poll::Ready(Err(error));
        }
        let polled = this.future.poll(context);
        let finding = turn.measure(polled.is_ready());
        let keeps = matches!(&polled, Poll::Ready(output) if K::keeps(output));
        let error = finding.and_then(|finding| {
            if keeps {
                finding.warn();
                return None;
            }
            finding.into_error()
        });
        this.state.end(turn, polled.is_ready() || error.is_some());
        match error {
            Some(error) => Poll::Ready(Err(error)),
            None => polled.map(Ok),
        }
    }
}

impl<F: Future, L: GivenLimit, H: GivenHandler> Future for ActingFuture<F, L, H> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let Some(mut turn) = this.state.begin() else {
            return this.future.poll(context);
        };
        if turn.due
            && let Some(finding) = turn.look(this.limit)
        {
            finding.act(this.handler.get());
        }
        let polled = this.future.poll(context);
        if let Some(finding) = turn.measure(polled.is_ready()) {
            finding.act(this.handler.get());
        }
        this.state.end(turn, polled.is_ready());
        polled
    }
}

/// Which outputs go out even where what the future has grown by is too much.
#[doc(hidden)]
pub trait Keeps<T> {
    /// Whether this output goes out.
    fn keeps(output: &T) -> bool;
}

impl<T> Keeps<T> for () {
    fn keeps(_: &T) -> bool {
        false
    }
}

/// The errors of an async function's own.
#[doc(hidden)]
#[derive(Debug)]
pub enum OwnErrors {}

impl<T: LimitReturn> Keeps<T> for OwnErrors {
    fn keeps(output: &T) -> bool {
        output.is_failure()
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
