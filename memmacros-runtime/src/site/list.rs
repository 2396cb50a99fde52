//! Owns the list of all sites and what it tells of them: `sites()`.
//! Called by the summary, the exit report and users.
//! Never on the hot path: it walks the tables of all threads.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{Place, Site, section, threads};
use crate::bytes::{ByteDelta, ByteSize};

/// Sites that no linker section holds: of iterators, and all where linkme does not work.
static MET: Mutex<Vec<&'static Site>> = Mutex::new(Vec::new());

fn met() -> MutexGuard<'static, Vec<&'static Site>> {
    MET.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Notes a site at its first call, if no section holds it.
pub(super) fn note(site: &'static Site) {
    if !section::sites().any(|listed| std::ptr::eq(listed, site)) {
        met().push(site);
    }
}

/// How many sites the linker found: a thread's table is made for all of them at once.
pub(super) fn known() -> usize {
    section::sites().count()
}

/// What one annotation has seen so far.
///
/// ```
/// use memmacros_runtime::memory_watched;
///
/// #[memory_watched]
/// fn import() {}
///
/// import();
/// let sites = memmacros_runtime::sites();
/// let import = sites.iter().find(|site| site.place.name() == "import").unwrap();
/// assert_eq!((import.calls, import.active), (1, 0));
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SiteStats {
    /// Which annotation it is, and where it stands.
    pub place: Place,
    /// Calls that began; for a loop, how often it was entered.
    pub calls: u64,
    /// Calls that have not ended.
    pub active: u64,
    /// Errors that a limit made it return.
    pub limit_errors: u64,
    /// The function's own errors; `None` unless `count_errors` is written.
    pub errors: Option<u64>,
    /// Calls that ended by a panic.
    pub panics: u64,
    /// Futures that were dropped before they were ready.
    pub cancelled: u64,
    /// What the process grew by between readings while this was the innermost open
    /// site of the thread that read. With [`Sites::unattributed`] it adds up to the
    /// process's growth.
    pub growth: ByteDelta,
    /// The greatest growth of one call that was read at both ends, what it called included.
    pub growth_max: Option<ByteDelta>,
    /// The growth of the last such call.
    pub growth_last: Option<ByteDelta>,
    /// The largest resident size that a reading at this site found.
    pub worst_resident: Option<ByteSize>,
}

impl SiteStats {
    fn of(site: &Site) -> Self {
        let (entered, left) = threads::totals(site);
        let counts = site.counts();
        Self {
            place: site.place(),
            calls: entered,
            active: entered.saturating_sub(left),
            limit_errors: counts.limit_errors(),
            errors: site.options().count_errors.then(|| counts.errors()),
            panics: counts.panics(),
            cancelled: counts.cancelled(),
            growth: ByteDelta::new(counts.growth()),
            growth_max: counts.growth_max().map(ByteDelta::new),
            growth_last: counts.growth_last().map(ByteDelta::new),
            worst_resident: counts.worst().map(ByteSize::new),
        }
    }
}

/// Every annotation of the program, by growth, and the growth that belongs to none.
///
/// Prints as a table.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Sites {
    /// The annotations, greatest growth first; those that never ran stand last.
    pub list: Vec<SiteStats>,
    /// Growth between readings while no site was open on the thread that read.
    pub unattributed: ByteDelta,
}

impl Sites {
    /// The annotations, greatest growth first.
    ///
    /// ```
    /// assert_eq!(memmacros_runtime::sites().iter().filter(|site| site.calls > 0).count(), 0);
    /// ```
    pub fn iter(&self) -> std::slice::Iter<'_, SiteStats> {
        self.list.iter()
    }
}

impl<'a> IntoIterator for &'a Sites {
    type Item = &'a SiteStats;
    type IntoIter = std::slice::Iter<'a, SiteStats>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// All annotations of the program with what they have counted, also those that never ran.
///
/// Cost: about a microsecond for each site, and allocations; it walks the table of every thread.
/// The counts of other threads are as of some moment during the walk.
///
/// ```
/// for site in &memmacros_runtime::sites() {
///     println!("{} called {} times", site.place, site.calls);
/// }
/// ```
#[must_use]
pub fn sites() -> Sites {
    let mut found: Vec<&'static Site> = section::sites().collect();
    found.extend(met().iter());
    let mut list: Vec<SiteStats> = found.into_iter().map(SiteStats::of).collect();
    // The order of a section differs between builds.
    list.sort_by_key(|site| (std::cmp::Reverse(site.growth), site.calls == 0, site.place));
    Sites { list, unattributed: ByteDelta::new(threads::UNATTRIBUTED.counts().growth()) }
}
