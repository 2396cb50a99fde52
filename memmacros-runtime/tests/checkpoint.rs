//! Owns the tests of `mem_checkpoint!`: its rows, its chains, its messages, its value.
//! Called by `cargo test`.
//! Never shares a process between two tests: rows and resident sizes are the process's.

mod output_support;

use std::cell::Cell;
use std::fmt;
use std::thread;

use memmacros_runtime::{
    ByteDelta, ByteSize, Captured, Sink, SiteKind, mem_checkpoint, resident, set_output, set_sink,
    set_verbose, sites,
};
use output_support::{Shared, grow, isolated, run};

fn captured() -> Captured {
    let (sink, captured) = Sink::memory();
    set_sink(sink);
    captured
}

/// As memory_utils' `test_print_memory`, but so that it can fail.
#[test]
fn ten_thousand_rows_under_one_header() {
    isolated("ten_thousand_rows_under_one_header", || {
        let out = Shared::default();
        set_output(out.clone());
        set_verbose(true);
        mem_checkpoint!("BEFORE");
        let mut kept = Vec::new();
        for _ in 0..10_000 {
            kept.push(vec![1_u8; 1024]);
            mem_checkpoint!("DURING");
        }
        mem_checkpoint!("AFTER");
        let lines = out.lines();
        assert_eq!(lines.len(), 10_003);
        assert_eq!(lines.iter().filter(|line| line.contains("RSS")).count(), 1);
        let (rss, delta) = (lines[0].find("RSS").unwrap() + 3, lines[0].find("Delta").unwrap() + 5);
        let number = |cell: &str| cell.trim().replace(',', "").parse::<i64>().unwrap();
        let rows: Vec<(i64, i64)> = lines[1..]
            .iter()
            .map(|line| (number(&line[..rss]), number(&line[rss..delta])))
            .collect();
        assert!(lines[1].ends_with("  BEFORE") && lines[10_002].ends_with("  AFTER"));
        assert!(lines[2..10_002].iter().all(|line| line.ends_with("  DURING")));
        assert_eq!(rows[0].1, 0);
        assert!(rows.iter().all(|(_, delta)| delta % 4096 == 0));
        let sum: i64 = rows[1..].iter().map(|(_, delta)| delta).sum();
        assert_eq!(sum, rows[10_001].0 - rows[0].0);
        assert!(sum >= 10_000 * 1024 / 2, "{sum} bytes for ten megabytes");
    });
}

#[test]
fn what_does_not_move_is_not_shown() {
    isolated("what_does_not_move_is_not_shown", || {
        let captured = captured();
        let mut still = 0;
        for turn in 0..100 {
            let before = captured.rows().len();
            let moved = mem_checkpoint!("at rest") != Some(ByteDelta::ZERO);
            // The first row is shown with its delta of 0.
            assert_eq!(captured.rows().len() - before, usize::from(moved || turn == 0));
            still += u32::from(!moved);
        }
        assert!(still > 50, "memory rested {still} times of 100");
        let before = captured.rows().len();
        let block = grow(8 << 20);
        let up = mem_checkpoint!("up").unwrap();
        drop(block);
        let down = mem_checkpoint!("down").unwrap();
        let rows = captured.rows();
        assert_eq!(rows.len(), before + 2);
        assert_eq!((rows[before].delta, rows[before + 1].delta), (up, down));
        assert!((8_300_000..9_000_000).contains(&up.as_i64()), "{up}");
        assert!((-9_000_000..-8_000_000).contains(&down.as_i64()), "{down}");
        assert_eq!(rows[0].delta, ByteDelta::ZERO);
        assert!(rows[before].resident > ByteSize::new(8 << 20));
    });
}

#[test]
fn verbose_shows_what_does_not_move() {
    isolated("verbose_shows_what_does_not_move", || {
        let captured = captured();
        set_verbose(true);
        for turn in 0..5 {
            mem_checkpoint!("turn {turn}");
        }
        let messages: Vec<String> = captured.rows().into_iter().map(|row| row.message).collect();
        assert_eq!(messages, ["turn 0", "turn 1", "turn 2", "turn 3", "turn 4"]);
    });
}

#[test]
fn each_thread_has_its_own_chain() {
    isolated("each_thread_has_its_own_chain", || {
        let captured = captured();
        mem_checkpoint!("main");
        let block = grow(32 << 20);
        let first = thread::spawn(|| mem_checkpoint!("other")).join().unwrap();
        assert_eq!(first, Some(ByteDelta::ZERO));
        let moved = mem_checkpoint!("main again").unwrap();
        assert!(moved.as_i64() >= 32 << 20, "{moved}");
        drop(block);
        let rows = captured.rows();
        assert_eq!(rows.len(), 3);
        assert_eq!((rows[1].message.as_str(), rows[1].delta), ("other", ByteDelta::ZERO));
    });
}

struct Counted<'a>(&'a Cell<u32>);

impl fmt::Display for Counted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.set(self.0.get() + 1);
        f.write_str("counted")
    }
}

#[test]
fn a_message_is_formatted_only_for_its_row() {
    isolated("a_message_is_formatted_only_for_its_row", || {
        let _captured = captured();
        let (formatted, evaluated) = (Cell::new(0), Cell::new(0));
        let note = || {
            evaluated.set(evaluated.get() + 1);
            Counted(&formatted)
        };
        mem_checkpoint!("base");
        let mut still = 0;
        for turn in 1..=100 {
            let before = formatted.get();
            let moved = mem_checkpoint!("{}", note()) != Some(ByteDelta::ZERO);
            assert_eq!((formatted.get() - before, evaluated.get()), (u32::from(moved), turn));
            still += u32::from(!moved);
        }
        assert!(still > 50, "memory rested {still} times of 100");
        set_verbose(true);
        let before = formatted.get();
        mem_checkpoint!("{}", note());
        assert_eq!((formatted.get() - before, evaluated.get()), (1, 101));
    });
}

struct Panics;

impl fmt::Display for Panics {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic!("in a message")
    }
}

struct MarksWhenDropped;

impl Drop for MarksWhenDropped {
    fn drop(&mut self) {
        mem_checkpoint!("while unwinding {}", Panics);
    }
}

#[test]
fn a_message_that_panics_harms_nothing() {
    isolated("a_message_that_panics_harms_nothing", || {
        let captured = captured();
        set_verbose(true);
        assert!(mem_checkpoint!("before {}", Panics).is_some());
        let unwound = thread::spawn(|| {
            let _marks = MarksWhenDropped;
            panic!("on purpose");
        });
        assert!(unwound.join().is_err());
        mem_checkpoint!("after");
        let messages: Vec<String> = captured.rows().into_iter().map(|row| row.message).collect();
        assert_eq!(
            messages,
            [
                "before .. (its Display panicked)",
                "while unwinding .. (its Display panicked)",
                "after"
            ]
        );
    });
}

struct Marks(u32);

impl fmt::Display for Marks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 > 0 {
            mem_checkpoint!("inner {}", Marks(self.0 - 1));
        }
        write!(f, "level {}", self.0)
    }
}

#[test]
fn a_message_may_make_rows_of_its_own() {
    isolated("a_message_may_make_rows_of_its_own", || {
        let captured = captured();
        set_verbose(true);
        mem_checkpoint!("outer {}", Marks(2));
        let messages: Vec<String> = captured.rows().into_iter().map(|row| row.message).collect();
        assert_eq!(messages, ["inner level 0", "inner level 1", "outer level 2"]);
    });
}

#[test]
fn every_use_is_a_site() {
    isolated("every_use_is_a_site", || {
        let _captured = captured();
        for turn in 0..7 {
            mem_checkpoint!("import {turn}");
        }
        if std::hint::black_box(false) {
            mem_checkpoint!("never");
        }
        let line = line!() + 1;
        mem_checkpoint!();
        let sites = sites();
        let find = |name: &str| sites.iter().find(|site| site.place.name() == name).unwrap();
        let import = find("import {turn}");
        assert_eq!((import.calls, import.active), (7, 0));
        assert_eq!(import.place.kind(), SiteKind::Checkpoint);
        assert_eq!(import.place.module(), "checkpoint");
        assert!(import.worst_resident.is_some());
        // Without the linker's list, a site is known once it has run.
        if cfg!(not(memmacros_plain_sites)) {
            assert_eq!(find("never").calls, 0);
        }
        let plain = sites.iter().find(|site| site.place.line() == line).unwrap();
        assert_eq!((plain.place.name(), plain.calls), ("checkpoint", 1));
        assert!(plain.place.file().ends_with("checkpoint.rs"));
    });
}

#[test]
fn everything_that_format_takes() {
    isolated("everything_that_format_takes", || {
        let captured = captured();
        set_verbose(true);
        let (rows, name) = (3, "Ada");
        mem_checkpoint!("plain");
        mem_checkpoint!("trailing",);
        mem_checkpoint!("{rows} of {name:>5}");
        mem_checkpoint!("{0} {1:?} {0:03} {n}", rows, name, n = 2);
        mem_checkpoint!("{:>1$}|{:.*}", rows, 4, 1.234_567,);
        mem_checkpoint!("{{}} 100%");
        mem_checkpoint!(concat!("joined {} ", "up"), rows);
        mem_checkpoint!(r#"raw "{name}""#);
        let line = line!() + 1;
        mem_checkpoint!();
        let shown: Vec<String> = captured.rows().into_iter().map(|row| row.message).collect();
        let expected = [
            "plain",
            "trailing",
            "3 of   Ada",
            "3 \"Ada\" 003 2",
            "   3|1.2346",
            "{} 100%",
            "joined 3 up",
            "raw \"Ada\"",
            "",
        ];
        assert_eq!(shown, expected);
        // Without a message a row names its place.
        let text = captured.text();
        assert!(text.ends_with(&format!("checkpoint.rs:{line}\n")), "{text}");
    });
}

mod bare {
    //! No prelude, and names of ours taken by others.
    #![no_implicit_prelude]

    #[expect(dead_code, reason = "stands in the way on purpose")]
    struct Site;
    #[expect(non_upper_case_globals, reason = "stands in the way on purpose")]
    const __private: () = ();

    pub(super) fn marks() -> ::core::option::Option<::memmacros_runtime::ByteDelta> {
        let total = 3;
        ::memmacros_runtime::mem_checkpoint!("bare {total}")
    }

    pub(super) async fn marks_between(ready: impl ::core::future::Future<Output = u32>) {
        ::memmacros_runtime::mem_checkpoint!("awaited {}", ready.await);
    }

    pub(super) fn tries(value: ::core::result::Result<u32, ()>) -> ::core::result::Result<(), ()> {
        ::memmacros_runtime::mem_checkpoint!("tried {}", value?);
        ::core::result::Result::Ok(())
    }
}

#[test]
fn works_without_a_prelude_with_await_and_with_question_marks() {
    isolated("works_without_a_prelude_with_await_and_with_question_marks", || {
        let captured = captured();
        set_verbose(true);
        bare::marks();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let is_send = |_: &(dyn Future<Output = ()> + Send)| ();
        let future = bare::marks_between(async { 5 });
        is_send(&future);
        runtime.block_on(future);
        assert_eq!(bare::tries(Err(())), Err(()));
        assert_eq!(bare::tries(Ok(7)), Ok(()));
        let messages: Vec<String> = captured.rows().into_iter().map(|row| row.message).collect();
        assert_eq!(messages, ["bare 3", "awaited 5", "tried 7"]);
    });
}

#[test]
fn rows_go_on_while_a_thread_ends() {
    struct Last;
    impl Drop for Last {
        fn drop(&mut self) {
            mem_checkpoint!("from a destructor");
        }
    }
    thread_local!(static LAST: Last = const { Last });

    isolated("rows_go_on_while_a_thread_ends", || {
        let captured = captured();
        set_verbose(true);
        thread::spawn(|| {
            LAST.with(|_| ());
            mem_checkpoint!("alive");
        })
        .join()
        .unwrap();
        let messages: Vec<String> = captured.rows().into_iter().map(|row| row.message).collect();
        assert_eq!(messages, ["alive", "from a destructor"]);
    });
}

#[test]
fn off_shows_nothing_and_gives_nothing() {
    let test = "off_shows_nothing_and_gives_nothing";
    let printed = run(test, &[("MEMMACROS", "off")], || {
        let out = Shared::default();
        set_output(out.clone());
        set_verbose(true);
        assert_eq!(mem_checkpoint!("hidden"), None);
        memmacros_runtime::summary();
        assert_eq!(out.text(), "");
        assert!(resident().is_some());
        assert!(sites().iter().all(|site| site.calls == 0));
    });
    assert!(printed.is_none_or(|printed| printed.success));
}
