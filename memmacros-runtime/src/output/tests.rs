//! Owns the tests of how each event looks, to people and to programs.
//! Called by `cargo test`.
//! Never writes to the output of this process.

use std::time::Duration;

use serde_json::{Value, json};

use super::entry::{Entry, OwnedRow, What};
use super::{json, text};
use crate::bytes::{ByteDelta, ByteSize};
use crate::event::{Event, Outcome, Row};
use crate::limit::{Cause, MemoryLimitExceeded, Origin};
use crate::site::{Options, Place, Site, SiteKind};

static SITE: Site = Site::new(
    SiteKind::Function,
    "import_rows",
    "app::import",
    "src/import.rs",
    42,
    Options::new(),
);

fn exceeded() -> MemoryLimitExceeded {
    let limit = Cause::Limit(ByteSize::new(200_000_000));
    MemoryLimitExceeded::new(ByteSize::new(210_000_000), limit, Origin::Site(&SITE))
}

fn seen(event: &Event<'_>, verbose: bool) -> Option<String> {
    text::render(&Entry::of(event, verbose), false, &mut false)
}

fn parsed(event: &Event<'_>) -> Value {
    serde_json::from_str(&json::render(&Entry::of(event, false))).unwrap()
}

fn row(resident: u64, delta: i64, message: &str) -> Entry {
    let row = OwnedRow {
        resident: ByteSize::new(resident),
        delta: ByteDelta::new(delta),
        message: message.to_string(),
        place: SITE.place(),
        iteration: None,
    };
    Entry { elapsed: Duration::ZERO, verbose: false, what: What::Row(row) }
}

#[test]
fn columns_stand_under_their_header() {
    let mut header = true;
    let mut table = String::new();
    for row in [
        row(12_345_344, 0, "start"),
        row(1_112_345_344, 1_100_000_000, "imported 3 rows"),
        row(4096, -1_112_341_248, ""),
    ] {
        table.push_str(&text::render(&row, false, &mut header).unwrap());
    }
    let expected = "
            RSS             Delta  Message
     12,345,344                 0  start
  1,112,345,344    +1,100,000,000  imported 3 rows
          4,096    -1,112,341,248  src/import.rs:42
";
    assert_eq!(table, expected[1..]);
}

#[test]
fn growth_is_red_and_shrinkage_green() {
    let colours = |delta| text::render(&row(4096, delta, "x"), true, &mut false).unwrap();
    assert!(colours(1).contains("\u{1b}[31m") && colours(1).contains("+1\u{1b}["));
    assert!(colours(-1).contains("\u{1b}[32m") && colours(-1).contains("-1\u{1b}["));
    assert!(!colours(0).contains('\u{1b}'));
}

#[test]
fn people_see_warnings_and_the_rest_when_verbose() {
    let error = exceeded();
    for outcome in [Outcome::Error, Outcome::Panic, Outcome::Handler] {
        let event = Event::Exceeded { error: &error, outcome };
        assert_eq!(seen(&event, false), None, "the program speaks for itself");
        assert!(seen(&event, true).unwrap().contains("over the limit of 200 MB"));
        assert_eq!(parsed(&event)["event"], "exceeded");
    }
    let event = Event::Exceeded { error: &error, outcome: Outcome::Warning };
    let line = seen(&event, false).unwrap();
    assert!(line.starts_with("memmacros: warning: resident memory of 210 MB is over"), "{line}");
    assert_eq!(line.lines().count(), 1);
}

#[test]
fn the_default_limit_says_how_to_set_one() {
    let error = exceeded();
    let event = Event::DefaultPassed { error: &error };
    let line = seen(&event, false).unwrap();
    assert!(line.contains("set_memory_limit(\"1GiB\")"), "{line}");
    assert!(line.contains("MEMMACROS_LIMIT=1GiB"), "{line}");
    assert_eq!(parsed(&event)["event"], "default_passed");
}

#[test]
fn a_passed_limit_is_numbers_and_a_place() {
    let error = exceeded();
    let object = parsed(&Event::Exceeded { error: &error, outcome: Outcome::Error });
    assert_eq!(object["outcome"], "error");
    assert_eq!(object["resident_bytes"], 210_000_000);
    assert_eq!(object["limit_bytes"], 200_000_000);
    assert_eq!(object["growth_bytes"], Value::Null);
    assert_eq!(object["site"], "import_rows");
    assert_eq!(object["kind"], "fn");
    assert_eq!(object["module"], "app::import");
    assert_eq!((&object["file"], &object["line"]), (&json!("src/import.rs"), &json!(42)));
    assert_eq!(object["message"], error.to_string());
}

#[test]
fn a_passed_growth_is_a_number() {
    let cause = Cause::Growth {
        grown: ByteDelta::new(30_000_000),
        allowed: ByteSize::new(10_000_000),
        own: false,
    };
    let error = MemoryLimitExceeded::new(ByteSize::new(90_000_000), cause, Origin::Site(&SITE));
    let object = parsed(&Event::Exceeded { error: &error, outcome: Outcome::Warning });
    assert_eq!(object["growth_bytes"], 30_000_000);
    assert_eq!(object["limit_bytes"], 10_000_000);
}

#[test]
fn every_other_event_is_a_line_and_an_object() {
    let place = SITE.place();
    let error = "x".parse::<crate::MemoryLimit>().unwrap_err();
    let bad = |problem| Event::BadSetting {
        name: "MEMMACROS",
        value: "lo\"ud\n",
        expected: "`off`",
        problem,
    };
    let told = |event: &Event<'_>, name: &str, parts: &[&str]| {
        let line = seen(event, false).unwrap();
        assert!(line.starts_with("memmacros: ") && line.ends_with('\n'), "{line}");
        assert_eq!(line.lines().count(), 1, "{line}");
        assert!(parts.iter().all(|part| line.contains(part)), "{line}");
        assert_eq!(parsed(event)["event"], name);
    };
    told(&Event::Unreadable { problem: format_args!("no /proc") }, "unreadable", &["no /proc"]);
    told(&Event::BadLimit { place, error: &error }, "bad_limit", &["`import_rows`", "`x` is not"]);
    told(&Event::UnknownWhole { place }, "unknown_whole", &["`import_rows`", "\"200MB\""]);
    told(&bad(None), "bad_setting", &["MEMMACROS=lo\"ud\\n is ignored: it takes `off`"]);
    told(&bad(Some("denied")), "bad_setting", &["is ignored (denied): it takes `off`"]);
    assert_eq!(parsed(&bad(None))["value"], "lo\"ud\n");
}

#[test]
fn a_row_of_a_loop_has_its_iteration() {
    let place = Place { kind: SiteKind::Loop, ..SITE.place() };
    let object = parsed(&Event::Row(Row {
        resident: ByteSize::new(4096),
        delta: ByteDelta::new(-4096),
        message: format_args!("[7] {}", place.name()),
        place,
        iteration: Some(7),
        elapsed: Duration::from_millis(5),
    }));
    assert_eq!((&object["iteration"], &object["message"]), (&json!(7), &json!("[7] import_rows")));
    assert_eq!((&object["delta_bytes"], &object["elapsed_us"]), (&json!(-4096), &json!(5000)));
    assert_eq!(object["kind"], "loop");
}
