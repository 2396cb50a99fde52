//! Owns what the row before read: of this thread, or of this task.
//! Called by each row.
//! Never allocates for a thread; for tasks once.

use std::cell::Cell;

use crate::bytes::ByteSize;

/// No row yet.
const NONE: u64 = u64::MAX;

thread_local! {
    static LAST: Cell<u64> = const { Cell::new(NONE) };
}

/// Notes `resident` as the last row of the current thread or task; gives the one before.
pub(super) fn step(resident: ByteSize) -> Option<ByteSize> {
    let resident = resident.as_u64();
    #[cfg(feature = "tokio")]
    if let Some(task) = tokio::task::try_id() {
        return tasks::step(task, resident).map(ByteSize::new);
    }
    match LAST.replace(resident) {
        NONE => None,
        before => Some(ByteSize::new(before)),
    }
}

#[cfg(feature = "tokio")]
mod tasks {
    use std::collections::HashMap;
    use std::sync::{LazyLock, Mutex, PoisonError};

    use tokio::task::Id;

    /// How many tasks have a chain. A task does not tell when it ends, so that the table
    /// fills up with ended ones; the half with the oldest rows then goes. A task that is
    /// among them and goes on begins with a baseline again.
    pub(super) const MOST: usize = 4_096;

    #[derive(Debug)]
    struct Chains {
        last: HashMap<Id, Last>,
        /// Rows so far: the age of a chain.
        rows: u64,
    }

    #[derive(Debug)]
    struct Last {
        resident: u64,
        row: u64,
    }

    static CHAINS: LazyLock<Mutex<Chains>> =
        LazyLock::new(|| Mutex::new(Chains { last: HashMap::with_capacity(MOST), rows: 0 }));

    pub(super) fn step(task: Id, resident: u64) -> Option<u64> {
        let mut chains = CHAINS.lock().unwrap_or_else(PoisonError::into_inner);
        chains.rows += 1;
        let row = chains.rows;
        if let Some(last) = chains.last.get_mut(&task) {
            last.row = row;
            return Some(std::mem::replace(&mut last.resident, resident));
        }
        if chains.last.len() == MOST {
            chains.forget_half();
        }
        chains.last.insert(task, Last { resident, row });
        None
    }

    impl Chains {
        fn forget_half(&mut self) {
            let mut rows: Vec<u64> = self.last.values().map(|last| last.row).collect();
            let (_, &mut middle, _) = rows.select_nth_unstable(MOST / 2);
            self.last.retain(|_, last| last.row >= middle);
        }
    }
}
