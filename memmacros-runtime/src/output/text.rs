//! Owns how events look to people: the rows in their columns, everything else a line.
//! Called by the sinks for terminals, writers and tests.
//! Never lets a message break a line or reach the terminal as a command.

use std::fmt::{self, Write as _};

use owo_colors::OwoColorize as _;

use super::entry::{Entry, OwnedRow, What};
use super::table::Table;
use crate::bytes::{ByteDelta, grouped};
use crate::event::Outcome;

/// Wide enough for a terabyte, and for its sign and a gap.
const RSS: usize = 15;
const DELTA: usize = 18;

/// The text of `entry`, whole lines; `None` where people need not see it.
///
/// `header` says whether the columns still need theirs.
pub(super) fn render(entry: &Entry, colour: bool, header: &mut bool) -> Option<String> {
    let mut text = String::new();
    // A `String` takes everything.
    let _ = match &entry.what {
        What::Row(row) => {
            if std::mem::take(header) {
                let _ = write_header(&mut text, colour);
            }
            write_row(&mut text, row, colour)
        }
        // What is returned, panics or goes to a handler shows itself.
        What::Exceeded { outcome: Some(outcome), .. }
            if !matches!(outcome, Outcome::Warning | Outcome::Ended) && !entry.verbose =>
        {
            return None;
        }
        What::Summary { sites, resident } => {
            write!(text, "{}", Table { sites, resident: *resident, all: entry.verbose, colour })
        }
        what => write_line(&mut text, &sentence(what), colour),
    };
    Some(text)
}

/// What `what` says, without prefix or line end.
pub(super) fn sentence(what: &What) -> String {
    match what {
        What::Row(row) => row.message.clone(),
        What::Exceeded { error, outcome } => match outcome {
            Some(Outcome::Warning) => format!("warning: {error}"),
            Some(Outcome::Ended) => format!("warning, after the call: {error}"),
            Some(Outcome::Error) => format!("returned as an error: {error}"),
            Some(Outcome::Panic) => format!("panic: {error}"),
            Some(Outcome::Handler) => format!("given to its handler: {error}"),
            None => format!(
                "warning: {error}. This is the default limit, which only warns, and only once: \
                 choose one by set_memory_limit(\"1GiB\") or MEMMACROS_LIMIT=1GiB"
            ),
        },
        What::Problem { message, .. } | What::Setting { message, .. } => message.clone(),
        What::Summary { sites, .. } => sites.to_string(),
    }
}

fn write_header(text: &mut String, colour: bool) -> fmt::Result {
    let header = format!("{:>RSS$}{:>DELTA$}  Message", "RSS", "Delta");
    if colour { writeln!(text, "{}", header.bold()) } else { writeln!(text, "{header}") }
}

fn write_row(text: &mut String, row: &OwnedRow, colour: bool) -> fmt::Result {
    let delta = format!("{:>DELTA$}", signed(row.delta));
    write!(text, "{:>RSS$}", grouped(row.resident.as_u64()).to_string())?;
    write_delta(text, row.delta, &delta, colour)?;
    text.push_str("  ");
    if row.message.is_empty() {
        write_plain(text, &format!("{}:{}", row.place.file(), row.place.line()));
    } else {
        write_plain(text, &row.message);
    }
    text.push('\n');
    Ok(())
}

/// `cell` in the colour of its movement: red for growth, green for shrinkage.
pub(super) fn write_delta(
    text: &mut dyn fmt::Write,
    delta: ByteDelta,
    cell: &str,
    colour: bool,
) -> fmt::Result {
    match delta.as_i64() {
        1.. if colour => write!(text, "{}", cell.red()),
        ..=-1 if colour => write!(text, "{}", cell.green()),
        _ => text.write_str(cell),
    }
}

/// `+12,345`, `-1`, `0`.
fn signed(delta: ByteDelta) -> String {
    let sign = match delta.as_i64() {
        0 => "",
        1.. => "+",
        ..=-1 => "-",
    };
    format!("{sign}{}", grouped(delta.magnitude().as_u64()))
}

fn write_line(text: &mut String, message: &str, colour: bool) -> fmt::Result {
    if colour {
        write!(text, "{} ", "memmacros:".yellow())?;
    } else {
        text.push_str("memmacros: ");
    }
    write_plain(text, message);
    text.push('\n');
    Ok(())
}

/// `part` on one line, with what a terminal would obey written out.
pub(super) fn write_plain(text: &mut String, part: &str) {
    for character in part.chars() {
        if character.is_control() && character != '\t' {
            text.extend(character.escape_default());
        } else {
            text.push(character);
        }
    }
}
