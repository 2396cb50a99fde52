//! Owns the tests of the output: whole lines whatever the writer does, colours, JSON.
//! Called by `cargo test`.
//! Never shares a process between two tests: there is one output a process.

mod output_support;

use std::collections::HashSet;
use std::io::{self, Write};
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

use memmacros_runtime::{Sink, mem_checkpoint, set_output, set_sink, set_verbose, summary};
use output_support::{Printed, Shared, command, grow, is_child, isolated, run};

/// The messages of all rows, in order.
fn messages(lines: &[String]) -> Vec<String> {
    let rows = lines.iter().filter(|line| !line.contains("RSS") && !line.starts_with("memmacros:"));
    rows.map(|line| line.split_whitespace().skip(2).collect::<Vec<_>>().join(" ")).collect()
}

fn moves() {
    mem_checkpoint!("base");
    let block = grow(8 << 20);
    mem_checkpoint!("up");
    drop(block);
    mem_checkpoint!("down");
}

#[test]
fn colours_only_where_they_are_wanted() {
    let test = "colours_only_where_they_are_wanted";
    let red = |printed: &Printed| printed.stderr.contains("\u{1b}[31m");
    let green = |printed: &Printed| printed.stderr.contains("\u{1b}[32m");
    // Standard error is a pipe here; the rest of the matrix is tested beside the decision.
    for (variables, coloured) in [
        (&[][..], false),
        (&[("CLICOLOR_FORCE", "1")][..], true),
        (&[("CLICOLOR_FORCE", "0")][..], false),
        (&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")][..], false),
        (&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "")][..], true),
        (&[("CLICOLOR_FORCE", "1"), ("TERM", "dumb")][..], true),
    ] {
        let Some(printed) = run(test, variables, moves) else { return };
        assert!(printed.success && printed.stderr.contains("up"), "{printed:?}");
        assert_eq!((red(&printed), green(&printed)), (coloured, coloured), "{variables:?}");
        assert_eq!(printed.stderr.contains('\u{1b}'), coloured, "{variables:?}");
    }
}

#[test]
fn a_writer_is_coloured_only_by_force() {
    let test = "a_writer_is_coloured_only_by_force";
    for force in ["0", "1"] {
        let printed = run(test, &[("CLICOLOR_FORCE", force)], || {
            let out = Shared::default();
            set_output(out.clone());
            moves();
            let force = std::env::var("CLICOLOR_FORCE").unwrap() == "1";
            assert_eq!(out.text().contains('\u{1b}'), force, "{}", out.text());
        });
        assert!(printed.is_none_or(|printed| printed.success));
    }
}

/// Marks from within each write, also of the rows that come of it.
struct MarksInside(Shared);

impl Write for MarksInside {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        mem_checkpoint!("inside");
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        mem_checkpoint!("inside flush");
        summary();
        Ok(())
    }
}

#[test]
fn a_writer_may_make_rows() {
    isolated("a_writer_may_make_rows", || {
        let out = Shared::default();
        set_verbose(true);
        set_output(MarksInside(out.clone()));
        mem_checkpoint!("one");
        mem_checkpoint!("two");
        let lines = out.lines();
        let rows = messages(&lines);
        assert_eq!(rows, ["one", "inside", "two", "inside"], "{lines:#?}");
        let told = lines.iter().filter(|line| line.contains("one level deep")).count();
        assert_eq!(told, 1, "{lines:#?}");
    });
}

/// Sets another output from within a write.
struct LeavesInside(Shared);

impl Write for LeavesInside {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        set_output(self.0.clone());
        self.0.write(b"first: ")?;
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_writer_may_set_another_one() {
    isolated("a_writer_may_set_another_one", || {
        let out = Shared::default();
        set_verbose(true);
        set_output(LeavesInside(out.clone()));
        mem_checkpoint!("one");
        mem_checkpoint!("two");
        let text = out.text();
        assert_eq!(text.matches("first: ").count(), 1, "{text}");
        assert_eq!(text.matches("one").count(), 1, "{text}");
        assert_eq!(text.matches("two").count(), 1, "{text}");
    });
}

struct PanicsOnThird(Shared, usize);

impl Write for PanicsOnThird {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.1 += 1;
        assert!(self.1 < 3, "on purpose");
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for PanicsOnThird {
    fn drop(&mut self) {
        panic!("on purpose, when dropped");
    }
}

#[test]
fn a_writer_that_panics_gives_way_to_standard_error() {
    let test = "a_writer_that_panics_gives_way_to_standard_error";
    let printed = run(test, &[], || {
        let out = Shared::default();
        set_verbose(true);
        set_output(PanicsOnThird(out.clone(), 0));
        for row in 1..=5 {
            mem_checkpoint!("row {row}");
        }
        assert_eq!(messages(&out.lines()), ["row 1", "row 2"]);
    });
    let Some(printed) = printed else { return };
    assert!(printed.success, "{}", printed.stderr);
    for row in 3..=5 {
        let found = printed.stderr.lines().filter(|line| line.ends_with(&format!("row {row}")));
        assert_eq!(found.count(), 1, "{}", printed.stderr);
    }
    let told = printed.stderr.matches("memmacros: the writer of the output panicked").count();
    assert_eq!(told, 1, "{}", printed.stderr);
}

struct FailsTwice(Shared, usize);

impl Write for FailsTwice {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.1 += 1;
        if (2..=3).contains(&self.1) {
            return Err(io::Error::other("disk full"));
        }
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_writer_that_fails_is_told_of_once_and_tried_again() {
    let test = "a_writer_that_fails_is_told_of_once_and_tried_again";
    let printed = run(test, &[], || {
        let out = Shared::default();
        set_verbose(true);
        set_output(FailsTwice(out.clone(), 0));
        for row in 1..=5 {
            mem_checkpoint!("row {row}");
        }
        assert_eq!(messages(&out.lines()), ["row 1", "row 4", "row 5"]);
    });
    let Some(printed) = printed else { return };
    assert!(printed.success, "{}", printed.stderr);
    assert_eq!(printed.stderr.matches("disk full").count(), 1, "{}", printed.stderr);
}

/// Takes its time, and would mix lines if two threads wrote at once.
struct Slow {
    out: Shared,
    busy: Arc<AtomicBool>,
    turns: Arc<AtomicUsize>,
}

impl Write for Slow {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        assert!(!self.busy.swap(true, Ordering::SeqCst), "two threads write at once");
        // A writer in parts: each call may take less than it is given.
        let part = bytes.len().min(7);
        self.out.write_all(&bytes[..part])?;
        if self.turns.fetch_add(1, Ordering::Relaxed).is_multiple_of(500) {
            thread::sleep(Duration::from_millis(1));
        }
        self.busy.store(false, Ordering::SeqCst);
        Ok(part)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn eight_threads_and_a_slow_writer_lose_and_mix_nothing() {
    isolated("eight_threads_and_a_slow_writer_lose_and_mix_nothing", || {
        const EACH: usize = 500;
        let out = Shared::default();
        set_verbose(true);
        let (busy, turns) = (Arc::default(), Arc::default());
        set_output(Slow { out: out.clone(), busy, turns });
        let start = Arc::new(Barrier::new(8));
        let threads: Vec<_> = (0..8)
            .map(|name| {
                let start = Arc::clone(&start);
                thread::spawn(move || {
                    start.wait();
                    for turn in 0..EACH {
                        mem_checkpoint!("thread {name} turn {turn}");
                    }
                })
            })
            .collect();
        for thread in threads {
            thread.join().unwrap();
        }
        // Whoever wrote last has returned, so that all is written.
        let lines = out.lines();
        let rows = messages(&lines);
        assert_eq!(rows.len(), 8 * EACH, "{:?}", lines.last());
        let distinct: HashSet<&String> = rows.iter().collect();
        assert_eq!(distinct.len(), 8 * EACH);
        for name in 0..8 {
            let turns = rows.iter().filter(|row| row.starts_with(&format!("thread {name} ")));
            let expected = (0..EACH).map(|turn| format!("thread {name} turn {turn}"));
            assert!(turns.cloned().eq(expected), "out of order");
        }
    });
}

/// Stands still until it is let go.
struct Stuck(Shared, Arc<Barrier>, bool);

impl Write for Stuck {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !std::mem::replace(&mut self.2, true) {
            self.1.wait();
            self.1.wait();
        }
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn what_a_stuck_writer_cannot_take_is_counted() {
    isolated("what_a_stuck_writer_cannot_take_is_counted", || {
        let out = Shared::default();
        let gate = Arc::new(Barrier::new(2));
        set_verbose(true);
        set_output(Stuck(out.clone(), Arc::clone(&gate), false));
        let writer = thread::spawn(|| mem_checkpoint!("first"));
        gate.wait();
        // Nobody waits for the writer: these return at once.
        for turn in 0..10_000 {
            mem_checkpoint!("turn {turn}");
        }
        gate.wait();
        writer.join().unwrap();
        let lines = out.lines();
        let rows = messages(&lines);
        let lost: usize = lines
            .iter()
            .filter_map(|line| {
                line.strip_prefix("memmacros: ")?.split(' ').next()?.parse::<usize>().ok()
            })
            .sum();
        assert!(lost > 0, "the queue has no bound");
        assert_eq!(rows.len() + lost, 10_001);
    });
}

#[test]
fn outputs_change_while_threads_write() {
    isolated("outputs_change_while_threads_write", || {
        const EACH: usize = 1_000;
        let outs: Vec<Shared> = (0..50).map(|_| Shared::default()).collect();
        set_verbose(true);
        set_output(outs[0].clone());
        let threads: Vec<_> = (0..4)
            .map(|name| {
                thread::spawn(move || {
                    for turn in 0..EACH {
                        mem_checkpoint!("thread {name} turn {turn}");
                    }
                })
            })
            .collect();
        for out in &outs[1..] {
            set_output(out.clone());
            thread::yield_now();
        }
        for thread in threads {
            thread.join().unwrap();
        }
        mem_checkpoint!("last");
        let rows: Vec<String> = outs.iter().flat_map(|out| messages(&out.lines())).collect();
        assert_eq!(rows.len(), 4 * EACH + 1);
        for out in &outs {
            let headers = out.lines().iter().filter(|line| line.contains("RSS")).count();
            assert!(headers <= 1, "one header an output");
            assert_eq!(headers == 1, !out.lines().is_empty());
        }
    });
}

#[test]
fn standard_error_may_be_gone() {
    let test = "standard_error_may_be_gone";
    if is_child(test) {
        set_verbose(true);
        for turn in 0..1000 {
            mem_checkpoint!("turn {turn}");
        }
        summary();
        println!("survived");
        return;
    }
    // A pipe that nobody reads.
    let mut child =
        command(test, &[]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stderr.take());
    let printed = Printed::of(child.wait_with_output().unwrap());
    assert!(printed.success && printed.stdout.contains("survived"), "{printed:?}");
    // None at all.
    #[cfg(unix)]
    {
        let exe = std::env::current_exe().unwrap();
        let mut shell = std::process::Command::new("sh");
        shell.args(["-c", "exec \"$0\" --exact \"$1\" --nocapture 2>&-"]).arg(exe).arg(test);
        let printed = Printed::of(shell.env("TEST_CHILD", test).output().unwrap());
        assert!(printed.success && printed.stdout.contains("survived"), "{printed:?}");
    }
}

#[test]
fn json_holds_whatever_a_message_holds() {
    isolated("json_holds_whatever_a_message_holds", || {
        let out = Shared::default();
        set_verbose(true);
        set_sink(Sink::json(out.clone()));
        let hostile = "\"quoted\" \\ back\nline\r\ttab \u{0}\u{1b}[31m\u{7f}\u{85}\u{2028}é🦀";
        mem_checkpoint!("{hostile}");
        mem_checkpoint!("second");
        summary();
        let lines = out.lines();
        assert_eq!(lines.len(), 3, "{lines:#?}");
        let objects: Vec<serde_json::Value> =
            lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(objects[0]["event"], "row");
        assert_eq!(objects[0]["message"], hostile);
        assert_eq!(objects[0]["delta_bytes"], 0);
        assert!(objects[0]["resident_bytes"].as_u64().unwrap() > 100_000);
        assert_eq!(objects[0]["kind"], "checkpoint");
        assert_eq!(objects[0]["pid"], std::process::id());
        assert!(objects[0]["line"].as_u64().unwrap() > 0);
        assert!(objects[1]["elapsed_us"].as_u64() >= objects[0]["elapsed_us"].as_u64());
        assert_eq!(objects[2]["event"], "summary");
        let sites = objects[2]["sites"].as_array().unwrap();
        let second = sites.iter().find(|site| site["site"] == "second").unwrap();
        assert_eq!((&second["calls"], &second["errors"]), (&1.into(), &serde_json::Value::Null));
    });
}

#[test]
fn a_message_cannot_break_a_row_or_command_a_terminal() {
    isolated("a_message_cannot_break_a_row_or_command_a_terminal", || {
        let (sink, captured) = Sink::memory();
        set_sink(sink);
        set_verbose(true);
        mem_checkpoint!("two\nlines \u{1b}[2J\ttab");
        let lines = captured.lines();
        assert_eq!(lines.len(), 2, "{lines:#?}");
        assert!(lines[1].ends_with("two\\nlines \\u{1b}[2J\ttab"), "{lines:#?}");
        assert_eq!(captured.rows()[0].message, "two\nlines \u{1b}[2J\ttab");
    });
}

struct Holds(#[expect(dead_code, reason = "tells when it is dropped")] Arc<()>);

impl Write for Holds {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn the_writer_before_is_flushed_and_dropped() {
    isolated("the_writer_before_is_flushed_and_dropped", || {
        let out = Shared::default();
        set_verbose(true);
        set_output(io::BufWriter::with_capacity(1 << 20, out.clone()));
        mem_checkpoint!("flushed");
        assert_eq!(messages(&out.lines()), ["flushed"]);
        let held = Arc::new(());
        set_output(Holds(Arc::clone(&held)));
        set_output(out);
        assert_eq!(Arc::strong_count(&held), 1);
    });
}
