//! Owns the tests of the table.
//! Called by `cargo test`.
//! Never reads this process's memory: the numbers are given.

use super::{Table, WIDEST, cut_front, cut_middle};
use crate::bytes::{ByteDelta, ByteSize};
use crate::site::{Place, SiteKind, SiteStats, Sites};

fn site(name: &'static str, file: &'static str, calls: u64, growth: i64) -> SiteStats {
    SiteStats {
        place: Place { kind: SiteKind::Function, name, module: "app", file, line: 42 },
        calls,
        active: 0,
        limit_errors: 0,
        errors: None,
        panics: 0,
        cancelled: 0,
        growth: ByteDelta::new(growth),
        growth_max: (calls > 0).then_some(ByteDelta::new(growth / 2)),
        growth_last: None,
        worst_resident: Some(ByteSize::new(132_000_000)),
    }
}

fn text(list: Vec<SiteStats>, unattributed: i64, all: bool) -> String {
    let sites = Sites { list, unattributed: ByteDelta::new(unattributed) };
    let resident = Some(ByteSize::new(140_000_000));
    Table { sites: &sites, resident, all, colour: false }.to_string()
}

fn widest(text: &str) -> usize {
    text.lines().map(|line| line.chars().count()).max().unwrap_or(0)
}

#[test]
fn a_table_worth_reading() {
    let list = vec![
        site("import_rows", "src/import.rs", 3, 101_000_000),
        site("parse", "src/parse.rs", 12_345, 2_000_000),
        site("idle", "src/idle.rs", 0, 0),
    ];
    let expected = "\
memmacros: memory by site: 2 of 3 ran; 140 MB resident now
site            kind  where              calls   growth      max  last   worst
import_rows     fn    src/import.rs:42       3  +101 MB  +50.5 MB     -  132 MB
parse           fn    src/parse.rs:42   12,345    +2 MB     +1 MB     -  132 MB
(unattributed)                                   +500 KB
total                                   12,348  +104 MB
+ 1 site that never ran
";
    let found = text(list, 500_000, false);
    // Blanks between columns are counted in the test of alignment.
    let squeeze = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(squeeze(&found), squeeze(expected), "\n{found}");
}

#[test]
fn columns_stand_under_their_titles() {
    let list = vec![site("a", "src/a.rs", 3, 101_000_000), site("much_longer", "b.rs", 1, -5)];
    let found = text(list, 0, false);
    let lines: Vec<&str> = found.lines().collect();
    let ends = |line: &str, cell: &str| line.find(cell).map(|at| at + cell.len());
    assert_eq!(ends(lines[1], "growth"), ends(lines[2], "+101 MB"), "\n{found}");
    assert_eq!(ends(lines[1], "growth"), ends(lines[3], "-5 B"), "\n{found}");
    assert_eq!(ends(lines[1], "calls"), ends(lines[2], " 3"), "\n{found}");
    assert_eq!(lines[1].find("where"), lines[3].find("b.rs"), "\n{found}");
}

#[test]
fn the_growth_adds_up_over_what_belongs_to_nobody() {
    let list = vec![site("a", "a.rs", 1, 70_000_000), site("b", "b.rs", 1, -20_000_000)];
    let found = text(list, 3_000_000, false);
    let total = found.lines().find(|line| line.starts_with("total")).unwrap();
    assert!(total.contains("+53 MB"), "\n{found}");
}

#[test]
fn columns_of_trouble_are_there_when_there_is_trouble() {
    let mut list = vec![site("a", "a.rs", 9, 0)];
    let calm = text(list.clone(), 0, false);
    assert!(!calm.contains("panics") && !calm.contains("errors") && !calm.contains("active"));
    (list[0].panics, list[0].limit_errors, list[0].errors) = (2, 3, Some(4));
    let found = text(list, 0, false);
    assert!(
        found.contains("panics") && found.contains("errors") && found.contains(" 7 "),
        "\n{found}"
    );
}

#[test]
fn long_names_and_paths_give_way() {
    let name = "a_function_whose_name_tells_its_whole_story_from_beginning_to_end";
    let file = "crates/with/a/very/long/way/down/to/the/file/that/holds/it/import_rows.rs";
    let mut long = site(name, file, 1_234_567, 101_000_000);
    long.limit_errors = 1;
    let found = text(vec![long.clone()], 0, false);
    assert!(widest(&found) <= WIDEST, "{} columns\n{found}", widest(&found));
    assert!(found.contains("rows.rs:42"), "\n{found}");
    (long.active, long.panics, long.cancelled) = (1, 1, 1);
    let found = text(vec![long], 0, false);
    assert!(widest(&found) <= WIDEST + 20, "{} columns\n{found}", widest(&found));
}

#[test]
fn sites_that_never_ran_are_one_line_or_all_of_them() {
    let list =
        || vec![site("ran", "a.rs", 1, 0), site("one", "b.rs", 0, 0), site("two", "c.rs", 0, 0)];
    assert!(text(list(), 0, false).ends_with("+ 2 sites that never ran\n"));
    let all = text(list(), 0, true);
    assert!(all.contains("one") && all.contains("two") && !all.contains("never ran"));
}

#[test]
fn an_empty_table_says_what_to_do() {
    let found = text(Vec::new(), 0, false);
    assert!(found.contains("put #[memory_watched] on a function"), "\n{found}");
    assert_eq!(found.lines().count(), 1);
    assert!(text(vec![site("a", "a.rs", 0, 0)], 0, false).contains("the one site has not run"));
}

#[test]
fn colours_do_not_shift_columns() {
    let sites = Sites {
        list: vec![site("up", "a.rs", 1, 5), site("down", "b.rs", 1, -5)],
        unattributed: ByteDelta::ZERO,
    };
    let table = |colour| Table { sites: &sites, resident: None, all: false, colour }.to_string();
    let mut stripped = table(true);
    assert!(stripped.contains("\u{1b}[31m") && stripped.contains("\u{1b}[32m"));
    while let Some(at) = stripped.find('\u{1b}') {
        let end = stripped[at..].find('m').unwrap();
        stripped.replace_range(at..=at + end, "");
    }
    assert_eq!(stripped, table(false));
}

#[test]
fn names_are_cut_in_the_middle_and_paths_in_front() {
    assert_eq!(cut_middle("abcdefghij", 8), "abc..hij");
    assert_eq!(cut_middle("größenordnung", 8), "grö..ung");
    assert_eq!(cut_middle("short", 8), "short");
    assert_eq!(cut_front("src/deep/file.rs:1", 12), "../file.rs:1");
    assert_eq!(cut_front("src/deep/file.rs:1", 12).chars().count(), 12);
}
