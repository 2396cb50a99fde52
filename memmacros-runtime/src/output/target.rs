//! Owns the writing itself: one entry into one writer, whatever the writer does.
//! Called by the one thread that drains the queue.
//! Never called with a lock of ours held, never lets a panic of a user's writer out.

use std::fmt;
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::captured::Captured;
use super::entry::Entry;
use super::{colour, discard, json, text};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Text,
    Json,
}

pub(super) struct Target {
    form: Form,
    out: Out,
    colour: bool,
    /// Whether the columns still need their header.
    header: bool,
    /// Whether the last write failed, so that an outage is told once.
    failing: bool,
}

enum Out {
    Stderr,
    Writer(Box<dyn Write + Send>),
    Memory(Captured),
}

impl Target {
    pub(super) fn terminal() -> Self {
        Self::new(Form::Text, Out::Stderr, colour::on_stderr())
    }

    pub(super) fn writer(form: Form, writer: Box<dyn Write + Send>) -> Self {
        Self::new(form, Out::Writer(writer), form == Form::Text && colour::on_writer())
    }

    pub(super) fn memory(captured: Captured) -> Self {
        Self::new(Form::Text, Out::Memory(captured), false)
    }

    fn new(form: Form, out: Out, colour: bool) -> Self {
        Self { form, out, colour, header: true, failing: false }
    }

    pub(super) fn write(&mut self, entry: &Entry) {
        let line = match self.form {
            Form::Text => text::render(entry, self.colour, &mut self.header),
            Form::Json => Some(json::render(entry)),
        };
        let Some(line) = line else { return };
        match &mut self.out {
            Out::Stderr => to_stderr(&line),
            Out::Memory(captured) => captured.add(entry, &line),
            Out::Writer(writer) => {
                // One call a line: a file in append mode then keeps the lines of several
                // processes apart.
                let done = catch_unwind(AssertUnwindSafe(|| writer.write_all(line.as_bytes())));
                if !self.survives(done) {
                    // Shown twice in part rather than not at all.
                    self.write(entry);
                }
            }
        }
    }

    pub(super) fn flush(&mut self) {
        if let Out::Writer(writer) = &mut self.out {
            let done = catch_unwind(AssertUnwindSafe(|| writer.flush()));
            // A flush of nothing succeeds; only a line that is taken ends an outage.
            let failing = self.failing;
            if self.survives(done) {
                self.failing |= failing;
            }
        }
    }

    /// Flushes, and drops the writer where a panic does no harm.
    pub(super) fn close(mut self) {
        self.flush();
        close(self.out);
    }

    /// Notes how a call of the writer went; false if it panicked and is gone.
    fn survives(&mut self, done: std::thread::Result<io::Result<()>>) -> bool {
        match done {
            Ok(Ok(())) => self.failing = false,
            Ok(Err(problem)) => {
                if !std::mem::replace(&mut self.failing, true) {
                    self.complain("failed", &format!("writing the output failed ({problem}); lines are missing from it until it works again"));
                }
            }
            Err(payload) => {
                discard(payload);
                let form = self.form;
                let gone = std::mem::replace(self, Self::terminal());
                self.form = form;
                close(gone.out);
                self.complain(
                    "panicked",
                    "the writer of the output panicked; from here on this goes to standard error",
                );
                return false;
            }
        }
        true
    }

    /// Says on standard error what cannot be said where it should.
    fn complain(&self, event: &'static str, message: &str) {
        let entry = Entry::problem(event, message.to_string());
        let line = match self.form {
            Form::Text => text::render(&entry, colour::on_stderr(), &mut false),
            Form::Json => Some(json::render(&entry)),
        };
        to_stderr(&line.unwrap_or_default());
    }
}

fn close(out: Out) {
    if let Err(payload) = catch_unwind(AssertUnwindSafe(|| drop(out))) {
        discard(payload);
    }
}

/// Not by `eprintln!`, which panics where standard error is a broken pipe.
fn to_stderr(line: &str) {
    let _ = io::stderr().write_all(line.as_bytes());
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let out = match self.out {
            Out::Stderr => "standard error",
            Out::Writer(_) => "writer",
            Out::Memory(_) => "memory",
        };
        f.debug_tuple("Target").field(&self.form).field(&out).finish()
    }
}
