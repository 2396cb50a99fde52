//! Scenario H8: a panic in watched code comes through, harms nobody else, and the report is
//! still written.

use memmacros_runtime::{ExitReport, memory_watched};
use memmacros_tests::{alone, outcome_under, site};

#[memory_watched(growth = "8GB", every = 1)]
fn panics(n: u32) -> u32 {
    #[memory_watched]
    for m in 0..n {
        assert!(m < 3, "its own words");
    }
    n
}

#[memory_watched]
fn goes_on() -> u32 {
    1
}

#[test]
fn the_panic_comes_through_and_others_go_on() {
    alone(|| {
        let other = std::thread::spawn(|| (0..1000).map(|_| goes_on()).sum::<u32>());
        let panicked = std::thread::spawn(|| panics(5)).join().expect_err("it panics");
        assert_eq!(panicked.downcast_ref::<&str>(), Some(&"its own words"));
        assert_eq!(other.join().expect("it does not panic"), 1000);
        assert_eq!((panics(2), goes_on()), (2, 1));
        assert_eq!((site("panics").calls, site("panics").panics, site("panics").active), (2, 1, 0));
    });
}

#[test]
fn the_report_of_a_guard_is_still_written() {
    let printed = outcome_under(&[], || {
        let _report = ExitReport::new();
        panics(5);
    });
    if let Some(printed) = printed {
        assert!(printed.exited && !printed.passed, "{printed}");
        assert!(printed.stderr.contains("its own words"), "{printed}");
        let row = printed.stderr.lines().find(|line| line.starts_with("panics "));
        assert!(row.is_some_and(|row| row.contains("ported.rs:")), "{printed}");
    }
}

#[test]
fn the_report_of_the_environment_is_still_written() {
    let printed = outcome_under(&[("MEMMACROS_REPORT", "1")], || {
        panics(5);
    });
    if let Some(printed) = printed {
        assert!(printed.exited && !printed.passed, "{printed}");
        assert!(printed.stderr.lines().any(|line| line.starts_with("panics ")), "{printed}");
    }
}

#[test]
fn an_exit_without_unwinding_reports_once() {
    let printed = outcome_under(&[("MEMMACROS_REPORT", "1")], || {
        let _report = ExitReport::new();
        assert_eq!(goes_on(), 1);
        std::process::exit(7);
    });
    if let Some(printed) = printed {
        assert!(printed.exited && !printed.passed, "{printed}");
        let rows = printed.stderr.lines().filter(|line| line.starts_with("goes_on ")).count();
        assert_eq!(rows, 1, "{printed}");
    }
}
