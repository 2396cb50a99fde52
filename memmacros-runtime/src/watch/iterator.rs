//! Owns `memory_watched` on iterators: items come as results, and none is lost.
//! Called by users.
//! Never drops the item that was fetched when the limit tripped: the error hands it back.

use std::error::Error;
use std::fmt;
use std::iter::FusedIterator;

use super::looped::LoopWatch;
use crate::limit::{IntoLimit, LimitError, MemoryLimit, MemoryLimitExceeded};
use crate::site::{Action, SiteKind, at_caller};

/// `memory_watched` on iterators.
pub trait MemoryWatchedExt: Iterator + Sized {
    /// Checks `limit` while iterating: each item comes as `Ok`, or, once the limit is
    /// passed, as an error that hands it back. Iteration can go on after an error; it is
    /// checked again. After the last item there is one more check.
    ///
    /// The check is the default gate's: the first item is always looked at, then as often
    /// as the pace of the items asks for; what an iteration allocates shows at one of the
    /// next. [`MemoryLimit::GLOBAL`] follows [`set_memory_limit`](crate::set_memory_limit)
    /// while the iteration runs.
    ///
    /// The place of the call is a [site](crate::sites).
    ///
    /// # Errors
    /// A `limit` that is a text and no limit gives one error, and the iteration ends
    /// without having fetched anything.
    ///
    /// ```
    /// use memmacros_runtime::MemoryWatchedExt as _;
    ///
    /// let mut rows = 0;
    /// for row in (0..1000).memory_watched("8GB") {
    ///     let row: u32 = row?;
    ///     rows += row / 999;
    /// }
    /// assert_eq!(rows, 1);
    /// # Ok::<(), memmacros_runtime::MemoryWatchedError<u32>>(())
    /// ```
    #[track_caller]
    fn memory_watched(self, limit: impl IntoLimit) -> MemoryWatched<Self> {
        let site = at_caller(SiteKind::Iterator, "iterator", Action::Error);
        let (limit, refused) = match limit.into_limit() {
            Ok(limit) => (limit, None),
            Err(error) => (MemoryLimit::GLOBAL, Some(error)),
        };
        MemoryWatched {
            items: self,
            watch: LoopWatch::start_unpinned(site),
            limit,
            refused,
            stage: Stage::Running,
        }
    }
}

impl<I: Iterator> MemoryWatchedExt for I {}

/// An iterator that checks a limit; made by [`MemoryWatchedExt::memory_watched`].
///
/// ```
/// use memmacros_runtime::MemoryWatchedExt as _;
///
/// let watched = [1, 2, 3].iter().memory_watched("8GB");
/// assert_eq!(watched.into_inner().len(), 3);
/// ```
#[derive(Debug)]
#[must_use = "iterators do nothing unless consumed"]
pub struct MemoryWatched<I> {
    items: I,
    watch: LoopWatch,
    limit: MemoryLimit,
    /// The limit was none; to be told at the first item.
    refused: Option<LimitError>,
    stage: Stage,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Running,
    /// The items are over, and the last check has been made.
    Checked,
}

impl<I> MemoryWatched<I> {
    /// Sets the limit for the items to come.
    ///
    /// # Errors
    /// Where the limit is a text that is none; it then stays as it was.
    ///
    /// ```
    /// use memmacros_runtime::MemoryWatchedExt as _;
    ///
    /// let mut watched = (0..3).memory_watched("8GB");
    /// watched.set_limit("4GB")?;
    /// # Ok::<(), memmacros_runtime::LimitError>(())
    /// ```
    pub fn set_limit(&mut self, limit: impl IntoLimit) -> Result<(), LimitError> {
        self.limit = limit.into_limit()?;
        self.refused = None;
        Ok(())
    }

    /// The iterator itself, with the items that have not been fetched.
    pub fn into_inner(self) -> I {
        self.items
    }

    fn check(&mut self) -> Option<MemoryLimitExceeded> {
        let limit = self.limit;
        self.watch.check_error(|_| Ok(limit))
    }
}

impl<I: Iterator> Iterator for MemoryWatched<I> {
    type Item = Result<I::Item, MemoryWatchedError<I::Item>>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if let Some(error) = self.refused.clone() {
            let first = self.stage == Stage::Running;
            self.stage = Stage::Checked;
            return first.then(|| Err(MemoryWatchedError::refused(error)));
        }
        let item = self.items.next();
        let due = match &item {
            Some(_) => self.watch.tick(),
            None => std::mem::replace(&mut self.stage, Stage::Checked) == Stage::Running,
        };
        if due && let Some(exceeded) = self.check() {
            return Some(Err(MemoryWatchedError::exceeding(item, exceeded)));
        }
        item.map(Ok)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        // One more: the check after the last item can give an error without one.
        let (least, most) = self.items.size_hint();
        (if self.refused.is_some() { 0 } else { least }, most.and_then(|most| most.checked_add(1)))
    }
}

impl<I: FusedIterator> FusedIterator for MemoryWatched<I> {}

/// The limit was passed while iterating; hands the item back.
///
/// ```
/// use memmacros_runtime::MemoryWatchedExt as _;
///
/// let error = vec!["only row"].into_iter().memory_watched("1 B").next().unwrap().unwrap_err();
/// assert!(error.exceeded().is_some());
/// assert_eq!(error.into_item(), Some("only row"));
/// ```
pub struct MemoryWatchedError<T> {
    item: Option<T>,
    cause: Cause,
}

#[derive(Clone, Debug)]
enum Cause {
    Exceeded(MemoryLimitExceeded),
    Limit(LimitError),
}

impl<T> MemoryWatchedError<T> {
    pub(super) fn exceeding(item: Option<T>, exceeded: MemoryLimitExceeded) -> Self {
        Self { item, cause: Cause::Exceeded(exceeded) }
    }

    pub(super) fn refused(error: LimitError) -> Self {
        Self { item: None, cause: Cause::Limit(error) }
    }

    /// The item that was fetched when the limit tripped; `None` after the last one.
    pub fn into_item(self) -> Option<T> {
        self.item
    }

    /// What was passed; `None` where the limit itself was no limit.
    pub fn exceeded(&self) -> Option<&MemoryLimitExceeded> {
        match &self.cause {
            Cause::Exceeded(exceeded) => Some(exceeded),
            Cause::Limit(_) => None,
        }
    }
}

// By hand, as an item need not be Debug for its error to be.
impl<T> fmt::Debug for MemoryWatchedError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryWatchedError")
            .field("has_item", &self.item.is_some())
            .field("cause", &self.cause)
            .finish_non_exhaustive()
    }
}

impl<T> fmt::Display for MemoryWatchedError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.cause {
            Cause::Exceeded(exceeded) => exceeded.fmt(f),
            Cause::Limit(error) => error.fmt(f),
        }
    }
}

impl<T> Error for MemoryWatchedError<T> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.cause {
            Cause::Exceeded(exceeded) => Some(exceeded),
            Cause::Limit(error) => Some(error),
        }
    }
}
