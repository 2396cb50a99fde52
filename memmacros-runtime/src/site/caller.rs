//! Owns the sites of annotations that are calls: iterators, streams and futures.
//! Called once for each iterator or future that is watched, not for each item or poll.
//! Never makes two sites for one place in the source.

use std::collections::HashMap;
use std::panic::Location;
use std::sync::{LazyLock, Mutex, PoisonError};

use super::{Action, Options, Site, SiteKind};

type Place = (&'static Location<'static>, SiteKind);

/// Every place that has been met.
static SITES: LazyLock<Mutex<HashMap<Place, &'static Site>>> = LazyLock::new(Mutex::default);

/// The site of the place that calls the caller, of a function that is `#[track_caller]`.
#[track_caller]
pub(crate) fn at_caller(kind: SiteKind, name: &'static str, action: Action) -> &'static Site {
    let at = Location::caller();
    let mut sites = SITES.lock().unwrap_or_else(PoisonError::into_inner);
    sites.entry((at, kind)).or_insert_with(|| {
        let options = Options::new().limit_dynamic().action(action).action_written();
        Box::leak(Box::new(Site::new(kind, name, "", at.file(), at.line(), options)))
    })
}
