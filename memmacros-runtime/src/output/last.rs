//! Owns what happens when the process ends: the report that the environment asks for, and
//! the end of the queue.
//! Called by the settings (to arrange it) and by the system at exit.
//! Never panics, and never waits long for a writer that is stuck.

use std::panic::catch_unwind;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use super::{process, queue, show};
use crate::event::Event;
use crate::site::sites;
use crate::sys;

/// Whether `MEMMACROS_REPORT=1` is set.
static ASKED: AtomicBool = AtomicBool::new(false);

/// Whether the last report is out.
static REPORTED: AtomicBool = AtomicBool::new(false);

/// The process that reports. A child of `fork` has its parent's counts and stays silent.
static PROCESS: AtomicU32 = AtomicU32::new(0);

/// Arranges that nothing that waits is lost at exit, and that `report` is printed there.
pub(crate) fn at_exit(report: bool) {
    static ARRANGED: Once = Once::new();
    ASKED.store(report, Ordering::Relaxed);
    PROCESS.store(process(), Ordering::Relaxed);
    ARRANGED.call_once(|| sys::exit::at_exit(end));
}

/// Prints the table of all sites, unless it was printed as the last report before.
pub(crate) fn report_last() {
    if !REPORTED.swap(true, Ordering::Relaxed) {
        show(&Event::Summary(&sites()));
    }
}

fn end() {
    // A panic here would abort a program that had done its work.
    let _ = catch_unwind(|| {
        let here = PROCESS.load(Ordering::Relaxed) == process();
        if here && ASKED.load(Ordering::Relaxed) {
            report_last();
        }
        queue::settle();
    });
}
