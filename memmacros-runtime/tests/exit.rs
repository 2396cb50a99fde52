//! Owns the tests of the table at the end: by return, by `exit`, by signal.
//! Called by `cargo test`.
//! Never ends this process: each end is a child's.

#[expect(dead_code, reason = "used by other test files")]
mod output_support;

use memmacros_runtime::{
    ExitReport, Sink, mem_checkpoint, set_output, set_sink, set_verbose, summary,
};
use output_support::{Printed, isolated, run};

fn tables(printed: &Printed) -> usize {
    printed.stderr.matches("memmacros: memory by site").count()
}

#[test]
fn a_summary_lists_what_ran() {
    isolated("a_summary_lists_what_ran", || {
        let (sink, captured) = Sink::memory();
        set_sink(sink);
        for _ in 0..3 {
            mem_checkpoint!("counted");
        }
        summary();
        let text = captured.text();
        let line = text.lines().find(|line| line.starts_with("counted")).unwrap();
        assert!(line.contains("checkpoint") && line.contains(" 3 "), "{text}");
        assert!(text.contains("exit.rs:") && text.contains("(unattributed)"), "{text}");
        // Without the linker's list, a site is known once it has run.
        let never_ran = text.contains("sites that never ran");
        assert_eq!(never_ran, cfg!(not(memmacros_plain_sites)), "{text}");
        assert!(memmacros_runtime::sites().to_string().contains("counted"));
    });
}

#[test]
fn a_report_is_printed_when_it_is_dropped() {
    let name = "a_report_is_printed_when_it_is_dropped";
    let body = || {
        let report = ExitReport::new();
        mem_checkpoint!("work");
        assert!(
            std::panic::catch_unwind(move || {
                let _report = report;
                panic!("on purpose");
            })
            .is_err()
        );
    };
    // Both ask for it; it is there once.
    for flag in ["0", "1"] {
        let Some(printed) = run(name, &[("MEMMACROS_REPORT", flag)], body) else { return };
        assert!(printed.success);
        assert_eq!(tables(&printed), 1, "{printed:?}");
    }
}

#[test]
fn the_environment_asks_for_a_report() {
    let name = "the_environment_asks_for_a_report";
    for (flag, expected) in [("1", 1), ("0", 0)] {
        let body = || _ = mem_checkpoint!("work");
        let Some(printed) = run(name, &[("MEMMACROS_REPORT", flag)], body) else { return };
        assert!(printed.success);
        assert_eq!(tables(&printed), expected, "{printed:?}");
        assert_eq!(printed.stderr.contains("\nwork "), expected == 1, "{printed:?}");
    }
}

#[test]
fn quiet_keeps_the_report_that_is_asked_for_beside_it() {
    let name = "quiet_keeps_the_report_that_is_asked_for_beside_it";
    let variables = [("MEMMACROS", "quiet"), ("MEMMACROS_REPORT", "1")];
    let Some(printed) = run(name, &variables, || _ = mem_checkpoint!("work")) else { return };
    assert_eq!(tables(&printed), 1, "{printed:?}");
    assert!(printed.stderr.starts_with("memmacros:"), "no rows: {printed:?}");
}

#[test]
fn the_report_is_printed_by_exit() {
    let name = "the_report_is_printed_by_exit";
    let body = || {
        mem_checkpoint!("work");
        std::process::exit(0);
    };
    let Some(printed) = run(name, &[("MEMMACROS_REPORT", "1")], body) else { return };
    assert_eq!(tables(&printed), 1, "{printed:?}");
}

#[test]
fn the_report_goes_to_the_file_of_the_environment() {
    let name = "the_report_goes_to_the_file_of_the_environment";
    let path = format!("{}/report-{}", env!("CARGO_TARGET_TMPDIR"), std::process::id());
    let variables = [("MEMMACROS_REPORT", "1"), ("MEMMACROS_OUTPUT", path.as_str())];
    let Some(printed) = run(name, &variables, || _ = mem_checkpoint!("work")) else { return };
    assert_eq!(printed.stderr, "");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    assert!(text.contains("memmacros: memory by site"), "{text}");
}

/// Exits while another thread is in the middle of writing.
#[test]
fn what_waits_is_written_before_the_end() {
    use std::io::{self, Write};
    use std::sync::mpsc;
    use std::time::Duration;

    struct Slow(mpsc::Sender<()>);

    impl Write for Slow {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let _ = self.0.send(());
            std::thread::sleep(Duration::from_millis(2));
            io::stderr().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    let name = "what_waits_is_written_before_the_end";
    let body = || {
        let (started, start) = mpsc::channel();
        set_verbose(true);
        set_output(Slow(started));
        std::thread::spawn(|| mem_checkpoint!("first"));
        start.recv().unwrap();
        for turn in 0..100 {
            mem_checkpoint!("turn {turn}");
        }
        std::process::exit(0);
    };
    let Some(printed) = run(name, &[], body) else { return };
    assert_eq!(printed.stderr.matches("turn ").count(), 100, "{printed:?}");
}

#[test]
fn threads_that_never_stop_printing_do_not_hold_up_the_end() {
    use std::io::{self, Write};
    use std::time::Duration;

    /// Slower than its two threads, so that the queue is never empty again.
    #[derive(Clone, Copy)]
    struct Slow;

    impl Write for Slow {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            std::thread::sleep(Duration::from_micros(200));
            io::stderr().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    let name = "threads_that_never_stop_printing_do_not_hold_up_the_end";
    let printed = run(name, &[], || {
        set_output(Slow);
        set_verbose(true);
        for _ in 0..2 {
            std::thread::spawn(|| {
                loop {
                    mem_checkpoint!("on and on");
                    std::thread::sleep(Duration::from_micros(50));
                }
            });
        }
        std::thread::sleep(Duration::from_millis(100));
        mem_checkpoint!("the last of main");
        // Gives the child's parent something to see where it hangs all the same.
        std::thread::spawn(|| {
            std::thread::sleep(Duration::from_mins(1));
            std::process::abort();
        });
    });
    let Some(printed) = printed else { return };
    assert!(printed.success, "it did not end by itself");
    assert!(printed.stderr.contains("the last of main"));
}

/// A writer that ends the process must not wait for itself.
#[test]
fn a_writer_may_exit() {
    use std::io::{self, Write};

    struct Exits;

    impl Write for Exits {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            std::process::exit(7)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    let name = "a_writer_may_exit";
    if output_support::is_child(name) {
        set_output(Exits);
        mem_checkpoint!("the end");
        return;
    }
    let begin = std::time::Instant::now();
    let status = output_support::command(name, &[("MEMMACROS_REPORT", "1")]).status().unwrap();
    assert_eq!(status.code(), Some(7));
    assert!(begin.elapsed().as_millis() < 900, "waited for itself");
}

#[cfg(all(unix, feature = "signals"))]
mod signals {
    //! Signals come from outside, as they would from a supervisor.

    #![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

    use std::io::{BufRead, BufReader, Read};
    use std::os::unix::process::ExitStatusExt;
    use std::process::{Child, Command, Stdio};

    use memmacros_runtime::mem_checkpoint;
    use memmacros_runtime::signals::{SIGINT, SIGTERM, SIGUSR1, on_signals};

    use super::output_support::{command, is_child};

    fn say(line: &str) {
        println!("\n{line}");
    }

    fn spawn(name: &str) -> (Child, BufReader<std::process::ChildStdout>) {
        let mut command = command(name, &[]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        wait_for(&mut stdout, "ready");
        (child, stdout)
    }

    fn wait_for(stdout: &mut impl BufRead, expected: &str) {
        let mut line = String::new();
        while stdout.read_line(&mut line).unwrap() > 0 {
            if line.trim() == expected {
                return;
            }
            line.clear();
        }
        panic!("the child never said {expected:?}");
    }

    fn send(child: &Child, signal: &str) {
        let id = child.id().to_string();
        assert!(
            Command::new("sh").args(["-c", "kill -$0 $1", signal, &id]).status().unwrap().success()
        );
    }

    fn stderr(child: &mut Child) -> String {
        let mut text = String::new();
        child.stderr.take().unwrap().read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn a_signal_prints_and_then_ends_the_process() {
        let name = "signals::a_signal_prints_and_then_ends_the_process";
        if is_child(name) {
            on_signals([SIGTERM, SIGINT]).unwrap();
            mem_checkpoint!("work");
            say("ready");
            loop {
                std::thread::park();
            }
        }
        for (signal, number) in [("TERM", SIGTERM), ("INT", SIGINT)] {
            let (mut child, _stdout) = spawn(name);
            send(&child, signal);
            let status = child.wait().unwrap();
            assert_eq!(status.signal(), Some(number), "the parent sees the signal");
            let text = stderr(&mut child);
            assert_eq!(text.matches("memmacros: memory by site").count(), 1, "{text}");
        }
    }

    #[test]
    fn a_handler_of_the_program_goes_on() {
        use std::sync::Arc;
        use std::sync::atomic::{AtomicBool, Ordering};

        let name = "signals::a_handler_of_the_program_goes_on";
        if is_child(name) {
            let seen = Arc::new(AtomicBool::new(false));
            signal_hook::flag::register(SIGUSR1, Arc::clone(&seen)).unwrap();
            on_signals([SIGUSR1]).unwrap();
            mem_checkpoint!("work");
            say("ready");
            let mut line = String::new();
            std::io::stdin().read_line(&mut line).unwrap();
            while !seen.load(Ordering::Relaxed) {
                std::thread::yield_now();
            }
            say("alive");
            loop {
                std::thread::park();
            }
        }
        let (mut child, mut stdout) = spawn(name);
        send(&child, "USR1");
        wait_for(&mut stdout, "alive");
        // The table comes from another thread: read until it is there.
        let mut lines = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        while !line.starts_with("memmacros: memory by site") {
            line.clear();
            assert!(lines.read_line(&mut line).unwrap() > 0, "no table");
        }
        child.kill().unwrap();
        child.wait().unwrap();
    }

    #[test]
    fn an_ignored_signal_stays_ignored() {
        let name = "signals::an_ignored_signal_stays_ignored";
        if is_child(name) {
            on_signals([SIGTERM, SIGINT]).unwrap();
            say("ready");
            loop {
                std::thread::park();
            }
        }
        // A shell that ignores SIGINT hands that on, as for a job in the background.
        let mut shell = Command::new("sh");
        let exe = std::env::current_exe().unwrap();
        shell
            .args(["-c", "trap '' INT; exec \"$0\" --exact \"$1\" --nocapture"])
            .arg(exe)
            .arg(name);
        shell.env("TEST_CHILD", name).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = shell.spawn().unwrap();
        wait_for(&mut BufReader::new(child.stdout.take().unwrap()), "ready");
        send(&child, "INT");
        send(&child, "TERM");
        assert_eq!(child.wait().unwrap().signal(), Some(SIGTERM));
    }

    #[test]
    fn a_table_that_is_stuck_does_not_make_immortal() {
        use std::io::{self, Write};

        struct Stuck;

        impl Write for Stuck {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                say("stuck");
                loop {
                    std::thread::park();
                }
            }

            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }

        let name = "signals::a_table_that_is_stuck_does_not_make_immortal";
        if is_child(name) {
            on_signals([SIGTERM]).unwrap();
            memmacros_runtime::set_output(Stuck);
            say("ready");
            loop {
                std::thread::park();
            }
        }
        let (mut child, mut stdout) = spawn(name);
        send(&child, "TERM");
        wait_for(&mut stdout, "stuck");
        send(&child, "TERM");
        assert_eq!(child.wait().unwrap().signal(), Some(SIGTERM));
    }

    #[test]
    fn what_cannot_be_caught_is_an_error() {
        for signal in [9, 11, 19] {
            let error = on_signals([SIGTERM, signal]).unwrap_err();
            assert_eq!(error.signal(), Some(signal));
        }
        let error = on_signals([999]).unwrap_err();
        assert_eq!(error.signal(), Some(999));
        assert!(error.to_string().contains("999"), "{error}");
    }
}
