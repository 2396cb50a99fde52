//! Owns the table of all sites: which columns, how wide, what adds up.
//! Called by `summary()`, the report at exit and the `Display` of `Sites`.
//! Never wider than 100 columns, unless much went wrong and the counts of that need the room.

use std::fmt::{self, Write as _};

use owo_colors::OwoColorize as _;

use super::text::{write_delta, write_plain};
use crate::bytes::{ByteDelta, ByteSize, grouped};
use crate::site::{SiteStats, Sites};

const WIDEST: usize = 100;
/// Between columns.
const GAP: &str = "  ";
/// Names and places are cut no shorter than this.
const SHORTEST: usize = 14;

pub(super) struct Table<'a> {
    pub(super) sites: &'a Sites,
    pub(super) resident: Option<ByteSize>,
    /// Whether sites that never ran have their own lines.
    pub(super) all: bool,
    pub(super) colour: bool,
}

/// The table that [`summary`](crate::summary) prints, without colours.
impl fmt::Display for Sites {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let resident = super::resident();
        Table { sites: self, resident, all: f.alternate(), colour: false }.fmt(f)
    }
}

impl fmt::Display for Table<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ran = self.sites.iter().filter(|site| site.calls > 0).count();
        let idle = self.sites.list.len() - ran;
        self.write_title(f, ran)?;
        if ran > 0 || (self.all && idle > 0) {
            self.write_sites(f)?;
        }
        match idle {
            0 => Ok(()),
            _ if self.all => Ok(()),
            _ if ran == 0 => Ok(()),
            1 => writeln!(f, "+ 1 site that never ran"),
            _ => writeln!(f, "+ {idle} sites that never ran"),
        }
    }
}

impl Table<'_> {
    fn write_title(&self, f: &mut fmt::Formatter<'_>, ran: usize) -> fmt::Result {
        let of = self.sites.list.len();
        let mut title = match (ran, of) {
            (_, 0) if cfg!(memmacros_off) => {
                "nothing is watched: the program is built with `--cfg memmacros_off`".to_string()
            }
            (_, 0) => "nothing is watched: put #[memory_watched] on a function, or mem_checkpoint!() in it"
                .to_string(),
            (0, 1) => "the one site has not run".to_string(),
            (0, _) => format!("none of the {of} sites has run"),
            (1, 1) => "memory by site: one site ran".to_string(),
            _ => format!("memory by site: {ran} of {of} ran"),
        };
        if let Some(resident) = self.resident {
            write!(title, "; {resident} resident now")?;
        }
        if self.colour {
            writeln!(f, "{} {}", "memmacros:".bold(), title.bold())
        } else {
            writeln!(f, "memmacros: {title}")
        }
    }

    fn write_sites(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown: Vec<&SiteStats> =
            self.sites.iter().filter(|site| self.all || site.calls > 0).collect();
        let mut columns = columns(&shown);
        let unattributed = self.sites.unattributed;
        let sum = |count: Count| shown.iter().map(|site| count(site)).sum::<u64>();
        let growth =
            shown.iter().fold(unattributed, |growth, site| growth.saturating_add(site.growth));
        for column in &mut columns {
            let (rest, total) = match column.of {
                Of::Name => ("(unattributed)".to_string(), "total".to_string()),
                Of::Growth => (unattributed.to_string(), growth.to_string()),
                Of::Count(count) => (String::new(), grouped(sum(count)).to_string()),
                Of::Other => (String::new(), String::new()),
            };
            column.cells.extend([rest, total]);
        }
        fit(&mut columns);
        let widths: Vec<usize> = columns.iter().map(Column::width).collect();

        let header = line(&columns, &widths, |column| column.title.to_string());
        if self.colour {
            writeln!(f, "{}", header.dimmed())?;
        } else {
            writeln!(f, "{header}")?;
        }
        for index in 0..shown.len() + 2 {
            let delta = match shown.get(index) {
                Some(site) => site.growth,
                None => ByteDelta::ZERO,
            };
            self.write_line(f, &columns, &widths, index, delta)?;
        }
        Ok(())
    }

    fn write_line(
        &self,
        f: &mut fmt::Formatter<'_>,
        columns: &[Column],
        widths: &[usize],
        index: usize,
        growth: ByteDelta,
    ) -> fmt::Result {
        let mut text = String::new();
        for (column, &width) in columns.iter().zip(widths) {
            if !text.is_empty() {
                text.push_str(GAP);
            }
            let cell = column.pad(&column.cells[index], width);
            match column.of {
                Of::Growth => write_delta(&mut text, growth, &cell, self.colour)?,
                _ => text.push_str(&cell),
            }
        }
        writeln!(f, "{}", text.trim_end())
    }
}

/// One line of all columns.
fn line(columns: &[Column], widths: &[usize], cell: impl Fn(&Column) -> String) -> String {
    let cells: Vec<String> = columns
        .iter()
        .zip(widths)
        .map(|(column, &width)| column.pad(&cell(column), width))
        .collect();
    cells.join(GAP).trim_end().to_string()
}

type Count = fn(&SiteStats) -> u64;

/// What a column holds, as far as the last lines need to know.
#[derive(Clone, Copy)]
enum Of {
    Name,
    Growth,
    /// A count that has a sum.
    Count(Count),
    Other,
}

struct Column {
    title: &'static str,
    of: Of,
    left: bool,
    /// How a cell that is too long gives way; `None` if it cannot.
    cut: Option<fn(&str, usize) -> String>,
    cells: Vec<String>,
}

impl Column {
    fn width(&self) -> usize {
        let cells = self.cells.iter().map(|cell| cell.chars().count());
        cells.max().unwrap_or(0).max(self.title.len())
    }

    fn pad(&self, cell: &str, width: usize) -> String {
        if self.left { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
    }
}

/// All columns that have something to tell.
fn columns(shown: &[&SiteStats]) -> Vec<Column> {
    let text = |title, of, cut: fn(&str, usize) -> String, cell: fn(&SiteStats) -> String| Column {
        title,
        of,
        left: true,
        cut: Some(cut),
        cells: shown.iter().map(|site| cell(site)).collect(),
    };
    let bytes = |title, of, cell: fn(&SiteStats) -> String| Column {
        title,
        of,
        left: false,
        cut: None,
        cells: shown.iter().map(|site| cell(site)).collect(),
    };
    let count = |title, count: Count| Column {
        title,
        of: Of::Count(count),
        left: false,
        cut: None,
        cells: shown.iter().map(|site| grouped(count(site)).to_string()).collect(),
    };
    let kind = Column {
        cut: None,
        ..text("kind", Of::Other, whole, |site| site.place.kind().to_string())
    };
    let mut columns = vec![
        text("site", Of::Name, cut_middle, |site| plain(site.place.name())),
        kind,
        text("where", Of::Other, cut_front, |site| {
            plain(&format!("{}:{}", site.place.file(), site.place.line()))
        }),
        count("calls", |site| site.calls),
    ];
    let troubles: [(&str, Count); 4] = [
        ("active", |site| site.active),
        ("errors", |site| site.limit_errors + site.errors.unwrap_or(0)),
        ("panics", |site| site.panics),
        ("cancelled", |site| site.cancelled),
    ];
    for (title, of) in troubles {
        // Mostly nothing goes wrong; a column of zeros would cost the others their room.
        if shown.iter().any(|site| of(site) > 0) {
            columns.push(count(title, of));
        }
    }
    columns.extend([
        bytes("growth", Of::Growth, |site| site.growth.to_string()),
        bytes("max", Of::Other, |site| known(site.growth_max)),
        bytes("last", Of::Other, |site| known(site.growth_last)),
        bytes("worst", Of::Other, |site| known(site.worst_resident)),
    ]);
    columns
}

fn known(amount: Option<impl fmt::Display>) -> String {
    amount.map_or_else(|| "-".to_string(), |amount| amount.to_string())
}

fn plain(text: &str) -> String {
    let mut line = String::new();
    write_plain(&mut line, text);
    line
}

/// Cuts names and places until the line fits, the longer one first.
fn fit(columns: &mut [Column]) {
    loop {
        let width =
            columns.iter().map(Column::width).sum::<usize>() + GAP.len() * (columns.len() - 1);
        let over = width.saturating_sub(WIDEST);
        let longest = columns
            .iter_mut()
            .filter(|column| column.cut.is_some() && column.width() > SHORTEST)
            .max_by_key(|column| column.width());
        let (Some(column), true) = (longest, over > 0) else { return };
        // By a quarter at most, so that both give way about alike.
        let now = column.width();
        let target = now.saturating_sub(over).max(now * 3 / 4).max(SHORTEST);
        if let Some(cut) = column.cut {
            for cell in &mut column.cells {
                *cell = cut(cell, target);
            }
        }
    }
}

fn whole(text: &str, _: usize) -> String {
    text.to_string()
}

/// `a_very_long..name`: both ends of a name tell it from others.
fn cut_middle(text: &str, width: usize) -> String {
    let length = text.chars().count();
    if length <= width {
        return text.to_string();
    }
    let kept = width - 2;
    let end = kept / 2;
    let head = text.chars().take(kept - end);
    head.chain("..".chars()).chain(text.chars().skip(length - end)).collect()
}

/// `..import/rows.rs:42`: the end of a path tells it from others.
fn cut_front(text: &str, width: usize) -> String {
    let length = text.chars().count();
    if length <= width {
        return text.to_string();
    }
    "..".chars().chain(text.chars().skip(length + 2 - width)).collect()
}

#[cfg(test)]
mod tests;
