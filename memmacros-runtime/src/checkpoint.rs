//! Owns the rows of `mem_checkpoint!`: the reading, the chain of each thread, what is shown.
//! Called by the macro, and by watched calls with the option `checkpoints`.
//! Never formats a message, allocates or locks where no row is shown.

mod chain;

use std::fmt;

use crate::bytes::{ByteDelta, ByteSize};
use crate::gate::{self, Owner};
use crate::site::threads;
use crate::site::{Place, Site};
use crate::{output, settings};

/// Prints a row with the resident size and what came on top since the row before.
///
/// Takes what `format!` takes, or nothing: the row then names its place.
///
/// ```
/// use memmacros_runtime::mem_checkpoint;
///
/// mem_checkpoint!("start");
/// let rows = vec![0_u8; 50_000_000];
/// let moved = mem_checkpoint!("imported {} rows", rows.len());
/// mem_checkpoint!();
/// # let _ = moved;
/// ```
///
/// ```text
///             RSS             Delta  Message
///       3,149,824                 0  start
///      53,153,792       +50,003,968  imported 50000000 rows
/// ```
///
/// - The first row is the baseline, with a delta of 0. Each thread has its own chain of
///   rows, and so has each tokio task with the feature `tokio`.
/// - A row whose delta is 0 is shown only with [`set_verbose(true)`](crate::set_verbose) or
///   `MEMMACROS=verbose`, the third one above for one. With `MEMMACROS=quiet` none is shown.
/// - The message is put together only when its row is shown. What it is made of is evaluated
///   once, whether shown or not, as the arguments of a function are. A `Display` that panics
///   is shown as far as it got; the program goes on.
///
/// # Value
/// What came on top, as `Option<ByteDelta>`: also where the row is not shown; `None` with
/// `MEMMACROS=off` and where the resident size cannot be read.
///
/// # Cost
/// Where nothing is shown, one [`resident`](crate::resident) and 30 to 50 ns, without an
/// allocation (bench `checkpoint`); some microseconds for a row; 2 ns with `MEMMACROS=off`.
#[macro_export]
macro_rules! mem_checkpoint {
    () => {
        $crate::__mem_checkpoint!("checkpoint", $crate::__private::format_args!(""))
    };
    ($message:literal $($arguments:tt)*) => {
        $crate::__mem_checkpoint!($message, $crate::__private::format_args!($message $($arguments)*))
    };
    ($($message:tt)+) => {
        $crate::__mem_checkpoint!("checkpoint", $crate::__private::format_args!($($message)+))
    };
}

/// The row of [`mem_checkpoint!`] with its site.
#[doc(hidden)]
#[macro_export]
macro_rules! __mem_checkpoint {
    ($name:expr, $message:expr) => {{
        $crate::__private::site! { $crate::__private, static SITE: $crate::__private::Site =
            $crate::__private::Site::new(
                $crate::__private::Kind::Checkpoint,
                $name,
                ::core::module_path!(),
                ::core::file!(),
                ::core::line!(),
                $crate::__private::Options::new(),
            )
        }
        $crate::__private::checkpoint(&SITE, $message)
    }};
}

/// What `mem_checkpoint!` does.
#[inline]
pub fn checkpoint(site: &'static Site, message: fmt::Arguments<'_>) -> Option<ByteDelta> {
    if cfg!(memmacros_off) { None } else { checkpoint_on(site, message) }
}

fn checkpoint_on(site: &'static Site, message: fmt::Arguments<'_>) -> Option<ByteDelta> {
    if !settings::is_on() {
        return None;
    }
    count(site);
    let resident = reading(site)?;
    let step = show(site.place(), resident, message);
    if step != ByteDelta::ZERO {
        site.counts().measured(step.as_i64());
    }
    Some(step)
}

/// The row of a watched call, with a reading that it has taken.
pub(crate) fn mark(place: Place, resident: u64, message: fmt::Arguments<'_>) {
    show(place, ByteSize::new(resident), message);
}

/// Goes on with the chain, and shows its row if there is something to see.
fn show(place: Place, resident: ByteSize, message: fmt::Arguments<'_>) -> ByteDelta {
    // The chain goes on before anything of the user's runs: a message that makes rows of
    // its own follows this row.
    let before = chain::step(resident);
    let delta = resident.since(before.unwrap_or(resident));
    let moved = before.is_none() || delta != ByteDelta::ZERO;
    if (moved && !output::is_quiet()) || settings::verbose() {
        output::row(place, resident, delta, None, message);
    }
    delta
}

fn count(site: &'static Site) {
    // A thread that ends has no table any more; its last rows are not counted.
    if let Some(tally) = threads::tally(site).or_else(|| threads::make_tally(site)) {
        tally.count();
        tally.leave();
    }
}

/// The resident size; where it cannot be read, that is told once.
fn reading(site: &'static Site) -> Option<ByteSize> {
    match gate::read(Owner::Innermost) {
        Ok(resident) => {
            site.counts().seen(resident);
            Some(ByteSize::new(resident))
        }
        Err(problem) => {
            output::tell_unreadable(&problem);
            None
        }
    }
}
