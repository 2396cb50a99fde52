//! Owns what a sink in memory has got.
//! Called by the writing thread (to add) and by tests (to read).
//! Never keeps its lock beyond a copy.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::entry::{Entry, OwnedRow, What};
use super::queue;

/// Reads what a [`Sink::memory`](crate::Sink::memory) got, in the form of a terminal
/// without colours.
///
/// Whatever other threads are about to write is waited for (at most a second without
/// progress), so that a row is there once its `mem_checkpoint!` has returned.
#[derive(Clone, Debug, Default)]
pub struct Captured(Arc<Mutex<Store>>);

#[derive(Debug, Default)]
struct Store {
    text: String,
    rows: Vec<OwnedRow>,
}

impl Captured {
    /// All of it.
    ///
    /// ```
    /// let (_, captured) = memmacros_runtime::Sink::memory();
    /// assert_eq!(captured.text(), "");
    /// ```
    #[must_use]
    pub fn text(&self) -> String {
        queue::settle();
        self.store().text.clone()
    }

    /// All of it by lines, headers included.
    ///
    /// ```
    /// let (_, captured) = memmacros_runtime::Sink::memory();
    /// assert!(captured.lines().is_empty());
    /// ```
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        queue::settle();
        self.store().text.lines().map(str::to_string).collect()
    }

    /// The rows of checkpoints and loops, as data.
    ///
    /// ```
    /// let (_, captured) = memmacros_runtime::Sink::memory();
    /// assert!(captured.rows().is_empty());
    /// ```
    #[must_use]
    pub fn rows(&self) -> Vec<OwnedRow> {
        queue::settle();
        self.store().rows.clone()
    }

    pub(super) fn add(&self, entry: &Entry, text: &str) {
        let mut store = self.store();
        store.text.push_str(text);
        if let What::Row(row) = &entry.what {
            store.rows.push(row.clone());
        }
    }

    fn store(&self) -> MutexGuard<'_, Store> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
