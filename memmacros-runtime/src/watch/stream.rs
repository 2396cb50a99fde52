//! Owns `memory_watched` on streams: as on iterators, with each poll in place of a call.
//! Called by users, with the feature `stream`.
//! Never drops the item that was fetched when the limit tripped: the error hands it back.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::stream::{FusedStream, Stream};
use pin_project_lite::pin_project;

use super::iterator::MemoryWatchedError;
use super::looped::LoopWatch;
use crate::limit::{IntoLimit, LimitError, MemoryLimit};
use crate::site::{Action, SiteKind, at_caller};

/// `memory_watched` on streams; feature `stream`.
pub trait MemoryWatchedStreamExt: Stream + Sized {
    /// Checks `limit` at the items, exactly as
    /// [`MemoryWatchedExt::memory_watched`](crate::MemoryWatchedExt::memory_watched) does.
    ///
    /// # Errors
    /// A `limit` that is a text and no limit gives one error, and the stream ends without
    /// having been polled.
    ///
    /// ```
    /// use futures_core::Stream;
    /// use memmacros_runtime::{MemoryWatchedError, MemoryWatchedStreamExt as _};
    ///
    /// fn within_a_gigabyte(
    ///     rows: impl Stream<Item = String>,
    /// ) -> impl Stream<Item = Result<String, MemoryWatchedError<String>>> {
    ///     rows.memory_watched("1GB")
    /// }
    /// ```
    #[track_caller]
    fn memory_watched(self, limit: impl IntoLimit) -> MemoryWatchedStream<Self> {
        let site = at_caller(SiteKind::Iterator, "stream", Action::Error);
        let (limit, refused) = match limit.into_limit() {
            Ok(limit) => (limit, None),
            Err(error) => (MemoryLimit::GLOBAL, Some(error)),
        };
        MemoryWatchedStream {
            items: self,
            watch: LoopWatch::start_unpinned(site),
            limit,
            refused,
            ended: false,
        }
    }
}

impl<S: Stream> MemoryWatchedStreamExt for S {}

pin_project! {
    /// A stream that checks a limit; made by [`MemoryWatchedStreamExt::memory_watched`].
    #[derive(Debug)]
    #[must_use = "streams do nothing unless polled"]
    pub struct MemoryWatchedStream<S> {
        #[pin]
        items: S,
        watch: LoopWatch,
        limit: MemoryLimit,
        refused: Option<LimitError>,
        ended: bool,
    }
}

impl<S: Stream> Stream for MemoryWatchedStream<S> {
    type Item = Result<S::Item, MemoryWatchedError<S::Item>>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.project();
        if *this.ended {
            return Poll::Ready(None);
        }
        if let Some(error) = this.refused.take() {
            *this.ended = true;
            return Poll::Ready(Some(Err(MemoryWatchedError::refused(error))));
        }
        let item = ready!(this.items.poll_next(context));
        *this.ended = item.is_none();
        if item.is_none() || this.watch.tick() {
            let limit = *this.limit;
            if let Some(exceeded) = this.watch.check_error(|_| Ok(limit)) {
                return Poll::Ready(Some(Err(MemoryWatchedError::exceeding(item, exceeded))));
            }
        }
        Poll::Ready(item.map(Ok))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        if self.ended {
            return (0, Some(0));
        }
        // One more: the check after the last item can give an error without one.
        let (least, most) = self.items.size_hint();
        (if self.refused.is_some() { 0 } else { least }, most.and_then(|most| most.checked_add(1)))
    }
}

impl<S: Stream> FusedStream for MemoryWatchedStream<S> {
    fn is_terminated(&self) -> bool {
        self.ended
    }
}
