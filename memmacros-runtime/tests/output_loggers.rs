//! Owns the tests of the sinks for `log` and `tracing`.
//! Called by `cargo test --features log,tracing`.
//! Never shares a process between two tests: a logger is installed for good.
#![cfg(all(feature = "log", feature = "tracing"))]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[expect(dead_code, reason = "used by other test files")]
mod output_support;

use std::fmt::{self, Write as _};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use memmacros_runtime::{Sink, mem_checkpoint, set_sink, set_verbose};
use output_support::{isolated, run};

static SEEN: Mutex<Vec<String>> = Mutex::new(Vec::new());

fn see(line: String) {
    SEEN.lock().unwrap().push(line);
}

fn seen() -> Vec<String> {
    SEEN.lock().unwrap().clone()
}

struct Logger {
    /// Whether it marks from within.
    marks: bool,
    panics: AtomicBool,
}

impl log::Log for Logger {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        assert!(!self.panics.load(Ordering::Relaxed), "on purpose");
        see(format!(
            "{} {} {} {}",
            record.level(),
            record.target(),
            record.module_path().unwrap_or("-"),
            record.args()
        ));
        if self.marks {
            mem_checkpoint!("inside");
        }
    }

    fn flush(&self) {}
}

fn install(marks: bool) -> &'static Logger {
    let logger = Box::leak(Box::new(Logger { marks, panics: AtomicBool::new(false) }));
    log::set_logger(logger).unwrap();
    log::set_max_level(log::LevelFilter::Trace);
    set_sink(Sink::log());
    set_verbose(true);
    logger
}

#[test]
fn rows_are_records() {
    isolated("rows_are_records", || {
        install(false);
        mem_checkpoint!("one");
        let seen = seen();
        assert_eq!(seen.len(), 1, "{seen:?}");
        assert!(seen[0].starts_with("INFO memmacros output_loggers "), "{seen:?}");
        assert!(seen[0].ends_with(" resident, 0 B: one"), "{seen:?}");
    });
}

#[test]
fn levels_filter() {
    isolated("levels_filter", || {
        install(false);
        log::set_max_level(log::LevelFilter::Warn);
        mem_checkpoint!("one");
        assert_eq!(seen(), [""; 0]);
    });
}

#[test]
fn a_logger_may_make_rows() {
    isolated("a_logger_may_make_rows", || {
        install(true);
        mem_checkpoint!("one");
        let seen = seen();
        assert_eq!(seen.len(), 2, "{seen:?}");
        assert!(seen[0].ends_with("one") && seen[1].ends_with("inside"), "{seen:?}");
    });
}

#[test]
fn a_logger_that_panics_gives_way_to_standard_error() {
    let test = "a_logger_that_panics_gives_way_to_standard_error";
    let printed = run(test, &[], || {
        let logger = install(false);
        mem_checkpoint!("one");
        logger.panics.store(true, Ordering::Relaxed);
        mem_checkpoint!("two");
        mem_checkpoint!("three");
        assert_eq!(seen().len(), 1);
    });
    let Some(printed) = printed else { return };
    assert!(printed.success);
    assert_eq!(printed.stderr.matches("the logger panicked").count(), 1, "{}", printed.stderr);
    let ends = |end: &str| printed.stderr.lines().filter(|line| line.ends_with(end)).count();
    assert_eq!((ends("two"), ends("three")), (1, 1), "{}", printed.stderr);
}

struct Subscriber;

struct Fields(String);

impl tracing::field::Visit for Fields {
    fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn fmt::Debug) {
        let _ = write!(self.0, " {field}={value:?}");
    }
}

impl tracing::Subscriber for Subscriber {
    fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }

    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}
    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}
    fn enter(&self, _: &tracing::span::Id) {}
    fn exit(&self, _: &tracing::span::Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        let mut fields = Fields(String::new());
        event.record(&mut fields);
        see(format!("{} {}{}", event.metadata().level(), event.metadata().target(), fields.0));
    }
}

#[test]
fn rows_are_events_with_fields() {
    isolated("rows_are_events_with_fields", || {
        tracing::subscriber::set_global_default(Subscriber).unwrap();
        set_sink(Sink::tracing());
        set_verbose(true);
        let rows = 3;
        mem_checkpoint!("imported {rows} rows");
        memmacros_runtime::summary();
        let seen = seen();
        assert_eq!(seen.len(), 2, "{seen:?}");
        assert!(
            seen[0].starts_with("INFO memmacros message=imported 3 rows resident_bytes="),
            "{seen:?}"
        );
        assert!(seen[0].contains(" delta_bytes=0 site=\"imported {rows} rows\""), "{seen:?}");
        assert!(seen[1].contains("memory by site"), "{seen:?}");
    });
}
