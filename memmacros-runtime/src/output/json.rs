//! Owns how events look to programs: one JSON object a line.
//! Called by the sinks for JSON lines.
//! Never writes bytes as text, nor a number for what is unknown.

use std::fmt::{self, Display, Write as _};

use super::entry::{self, Entry, OwnedRow, What};
use crate::bytes::{ByteDelta, ByteSize};
use crate::event::Outcome;
use crate::limit::MemoryLimitExceeded;
use crate::site::{Place, SiteStats, Sites};

/// The line of `entry`.
pub(super) fn render(entry: &Entry) -> String {
    let mut line = String::with_capacity(256);
    let mut object = Object::begin(&mut line);
    object.text("event", name(&entry.what));
    object.number("pid", super::process());
    object.number("elapsed_us", entry.elapsed.as_micros());
    let unix_ms = entry::since_1970(entry.elapsed).map(|time| time.as_millis().to_string());
    object.number("unix_ms", unix_ms.as_deref().unwrap_or("null"));
    match &entry.what {
        What::Row(row) => write_row(&mut object, row),
        What::Exceeded { error, outcome } => write_exceeded(&mut object, error, *outcome),
        What::Problem { message, place, .. } => {
            object.text("message", message);
            if let Some(place) = place {
                write_place(&mut object, place);
            }
        }
        What::Setting { name, value, expected, message } => {
            object.text("name", name);
            object.text("value", value);
            object.text("expected", expected);
            object.text("message", message);
        }
        What::Summary { sites, resident } => write_summary(&mut object, sites, *resident),
    }
    object.end();
    line.push('\n');
    line
}

fn name(what: &What) -> &'static str {
    match what {
        What::Row(_) => "row",
        What::Exceeded { outcome: Some(_), .. } => "exceeded",
        What::Exceeded { outcome: None, .. } => "default_passed",
        What::Problem { event, .. } => event,
        What::Setting { .. } => "bad_setting",
        What::Summary { .. } => "summary",
    }
}

fn write_row(object: &mut Object<'_>, row: &OwnedRow) {
    object.number("resident_bytes", row.resident.as_u64());
    object.number("delta_bytes", row.delta.as_i64());
    object.text("message", &row.message);
    if let Some(iteration) = row.iteration {
        object.number("iteration", iteration);
    }
    write_place(object, &row.place);
}

fn write_exceeded(object: &mut Object<'_>, error: &MemoryLimitExceeded, outcome: Option<Outcome>) {
    if let Some(outcome) = outcome {
        object.text(
            "outcome",
            match outcome {
                Outcome::Error => "error",
                Outcome::Panic => "panic",
                Outcome::Warning => "warning",
                Outcome::Ended => "ended",
                Outcome::Handler => "handler",
            },
        );
    }
    object.number("resident_bytes", error.resident().as_u64());
    object.number("limit_bytes", error.limit().as_u64());
    object.delta("growth_bytes", error.growth());
    object.text("message", &error.to_string());
    write_place(object, &error.site());
}

fn write_summary(object: &mut Object<'_>, sites: &Sites, resident: Option<ByteSize>) {
    object.size("resident_bytes", resident);
    object.number("unattributed_bytes", sites.unattributed.as_i64());
    object.key("sites");
    object.line.push('[');
    for (index, site) in sites.iter().enumerate() {
        if index > 0 {
            object.line.push(',');
        }
        write_site(object.line, site);
    }
    object.line.push(']');
}

fn write_site(line: &mut String, site: &SiteStats) {
    let mut object = Object::begin(line);
    write_place(&mut object, &site.place);
    object.number("calls", site.calls);
    object.number("active", site.active);
    object.number("limit_errors", site.limit_errors);
    object.optional("errors", site.errors);
    object.number("panics", site.panics);
    object.number("cancelled", site.cancelled);
    object.number("growth_bytes", site.growth.as_i64());
    object.delta("growth_max_bytes", site.growth_max);
    object.delta("growth_last_bytes", site.growth_last);
    object.size("worst_resident_bytes", site.worst_resident);
    object.end();
}

fn write_place(object: &mut Object<'_>, place: &Place) {
    object.text("site", place.name());
    object.text("kind", &place.kind().to_string());
    object.text("module", place.module());
    object.text("file", place.file());
    object.number("line", place.line());
}

struct Object<'a> {
    line: &'a mut String,
    empty: bool,
}

impl<'a> Object<'a> {
    fn begin(line: &'a mut String) -> Self {
        line.push('{');
        Self { line, empty: true }
    }

    fn end(self) {
        self.line.push('}');
    }

    fn key(&mut self, key: &str) {
        if !std::mem::take(&mut self.empty) {
            self.line.push(',');
        }
        self.put(format_args!("\"{key}\":"));
    }

    fn text(&mut self, key: &str, value: &str) {
        self.key(key);
        write_text(self.line, value);
    }

    fn number(&mut self, key: &str, value: impl Display) {
        self.key(key);
        self.put(format_args!("{value}"));
    }

    fn optional(&mut self, key: &str, value: Option<impl Display>) {
        match value {
            Some(value) => self.number(key, value),
            None => self.number(key, "null"),
        }
    }

    fn size(&mut self, key: &str, size: Option<ByteSize>) {
        self.optional(key, size.map(ByteSize::as_u64));
    }

    fn delta(&mut self, key: &str, delta: Option<ByteDelta>) {
        self.optional(key, delta.map(ByteDelta::as_i64));
    }

    fn put(&mut self, part: fmt::Arguments<'_>) {
        // A `String` takes everything.
        let _ = self.line.write_fmt(part);
    }
}

/// `value` as JSON's grammar asks: quotes, backslashes and control characters escaped.
fn write_text(line: &mut String, value: &str) {
    line.push('"');
    for character in value.chars() {
        match character {
            '"' => line.push_str("\\\""),
            '\\' => line.push_str("\\\\"),
            '\n' => line.push_str("\\n"),
            '\r' => line.push_str("\\r"),
            '\t' => line.push_str("\\t"),
            // Also the second row of controls, and what ends a line for some readers.
            '\0'..' ' | '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' => {
                let _ = write!(line, "\\u{:04x}", u32::from(character));
            }
            _ => line.push(character),
        }
    }
    line.push('"');
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop_assert_eq, proptest};

    use super::write_text;

    proptest! {
        #[test]
        fn every_text_reads_back(text in any::<String>()) {
            let mut json = String::new();
            write_text(&mut json, &text);
            prop_assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
        }

        #[test]
        fn no_text_holds_a_line_break(text in "[\\x00-\\x9f\u{2028}\u{2029}]{0,40}") {
            let mut json = String::new();
            write_text(&mut json, &text);
            prop_assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
            prop_assert_eq!(json.chars().filter(|c| c.is_control()).count(), 0);
        }
    }
}
