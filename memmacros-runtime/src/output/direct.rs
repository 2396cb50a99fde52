//! Owns the handing over to `log` and `tracing`, which take events from any thread.
//! Called by `dispatch`, on the thread where the event happened: there its span is open.
//! Never lets a panic of a logger out.

#![cfg(any(feature = "log", feature = "tracing"))]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering;

use super::entry::{Entry, What};
use super::{QUEUE, WAY, discard, queue, text};
#[cfg(feature = "tracing")]
use crate::bytes::ByteDelta;
use crate::site::Place;

const TARGET: &str = "memmacros";

/// Gives `entry` to `logger`. Where that panics, the terminal takes over.
pub(super) fn hand_over(entry: Entry, logger: fn(&Entry)) {
    let mut done = Ok(());
    // What panics in here is a logger of the user's, which we do not look into afterwards.
    queue::direct(|| done = catch_unwind(AssertUnwindSafe(|| logger(&entry))));
    if let Err(payload) = done {
        discard(payload);
        WAY.store(QUEUE, Ordering::Relaxed);
        let message = "the logger panicked; from here on this goes to standard error";
        queue::push(Entry::problem("panicked", message.to_string()));
        queue::push(entry);
    }
}

fn place(entry: &Entry) -> Option<Place> {
    match &entry.what {
        What::Row(row) => Some(row.place),
        What::Exceeded { error, .. } => Some(error.site()),
        What::Problem { place, .. } => *place,
        What::Setting { .. } | What::Summary { .. } => None,
    }
}

/// Rows and tables are what was asked for, the rest is something to look at.
fn is_warning(entry: &Entry) -> bool {
    !matches!(entry.what, What::Row(_) | What::Summary { .. })
}

#[cfg(feature = "log")]
pub(super) fn log(entry: &Entry) {
    let level = if is_warning(entry) { log::Level::Warn } else { log::Level::Info };
    let place = place(entry);
    let mut record = log::Record::builder();
    record.target(TARGET).level(level);
    if let Some(place) = place {
        record.module_path_static(Some(place.module()));
        record.file_static(Some(place.file())).line(Some(place.line()));
    }
    let logger = log::logger();
    let wanted = level <= log::max_level()
        && logger.enabled(&log::Metadata::builder().target(TARGET).level(level).build());
    if !wanted {
        return;
    }
    if let What::Row(row) = &entry.what {
        let (resident, delta, what) = (row.resident, row.delta, &row.message);
        logger.log(&record.args(format_args!("{resident} resident, {delta}: {what}")).build());
    } else {
        logger.log(&record.args(format_args!("{}", text::sentence(&entry.what))).build());
    }
}

#[cfg(feature = "tracing")]
pub(super) fn tracing(entry: &Entry) {
    let place = place(entry);
    let site = place.map(|place| place.name());
    let file = place.map(|place| place.file());
    let line = place.map(|place| place.line());
    let message = text::sentence(&entry.what);
    match &entry.what {
        What::Row(row) => tracing::info!(
            target: TARGET,
            resident_bytes = row.resident.as_u64(),
            delta_bytes = row.delta.as_i64(),
            iteration = row.iteration,
            site,
            file,
            line,
            "{message}"
        ),
        What::Exceeded { error, .. } => tracing::warn!(
            target: TARGET,
            resident_bytes = error.resident().as_u64(),
            limit_bytes = error.limit().as_u64(),
            growth_bytes = error.growth().map(ByteDelta::as_i64),
            site,
            file,
            line,
            "{message}"
        ),
        _ if is_warning(entry) => tracing::warn!(target: TARGET, site, file, line, "{message}"),
        _ => tracing::info!(target: TARGET, "{message}"),
    }
}
