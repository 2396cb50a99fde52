//! Owns how an amount of bytes is written: three digits and a unit.
//! Called by the `Display` of `ByteSize` and `ByteDelta`, and by columns that group digits.
//! Never allocates, and has a text for every amount.

use std::fmt::{self, Write as _};

const DECIMAL: [(&str, u64); 6] = [
    ("KB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("TB", 1_000_000_000_000),
    ("PB", 1_000_000_000_000_000),
    ("EB", 1_000_000_000_000_000_000),
];
const BINARY: [(&str, u64); 6] = [
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("TiB", 1 << 40),
    ("PiB", 1 << 50),
    ("EiB", 1 << 60),
];

/// An amount: whole binary ones, as limits are given, say so.
pub(super) fn display(f: &mut fmt::Formatter<'_>, bytes: u64) -> fmt::Result {
    let binary = f.alternate() || is_whole_binary(bytes);
    pad(f, "", bytes, binary)
}

/// A change, in powers of 1000: nobody gives one, and a column of them keeps to one family.
pub(super) fn display_delta(f: &mut fmt::Formatter<'_>, sign: &str, bytes: u64) -> fmt::Result {
    let binary = f.alternate();
    pad(f, sign, bytes, binary)
}

fn pad(f: &mut fmt::Formatter<'_>, sign: &str, bytes: u64, binary: bool) -> fmt::Result {
    let mut text = Text::default();
    // Cannot fail: the longest text is shorter than the buffer.
    let _ = write_amount(&mut text, sign, bytes, binary);
    f.pad(text.as_str())
}

fn write_amount(text: &mut Text, sign: &str, bytes: u64, binary: bool) -> fmt::Result {
    text.write_str(sign)?;
    let units = if binary { &BINARY } else { &DECIMAL };
    if bytes < units[0].1 {
        return write!(text, "{bytes} B");
    }
    let mut index = units.iter().rposition(|&(_, size)| bytes >= size).unwrap_or(0);
    let mut hundredths = in_hundredths(bytes, units[index].1);
    // 999.996 KB would round to 1000 KB.
    let next = u128::from(units[0].1) * 100;
    if hundredths >= next && index + 1 < units.len() {
        index += 1;
        hundredths = in_hundredths(bytes, units[index].1);
    }
    let (whole, part) = (hundredths / 100, hundredths % 100);
    match part {
        0 => write!(text, "{whole}")?,
        _ if part.is_multiple_of(10) => write!(text, "{whole}.{}", part / 10)?,
        _ => write!(text, "{whole}.{part:02}")?,
    }
    write!(text, " {}", units[index].0)
}

/// An amount as it is written beside another.
pub(super) struct Beside {
    pub(super) bytes: u64,
    pub(super) other: u64,
}

impl fmt::Display for Beside {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let binary = is_whole_binary(self.bytes) || is_whole_binary(self.other);
        let written = |bytes, finely| {
            let mut text = Text::default();
            // Cannot fail: the longest text is shorter than the buffer.
            let _ = if finely {
                write_finely(&mut text, bytes, binary)
            } else {
                write_amount(&mut text, "", bytes, binary)
            };
            text
        };
        for finely in [false, true] {
            let text = written(self.bytes, finely);
            if self.bytes == self.other || text.as_str() != written(self.other, finely).as_str() {
                return f.pad(text.as_str());
            }
        }
        write!(f, "{} B", grouped(self.bytes))
    }
}

/// With three decimals: `100.176 MB`.
fn write_finely(text: &mut Text, bytes: u64, binary: bool) -> fmt::Result {
    let units = if binary { &BINARY } else { &DECIMAL };
    let &(name, unit) = units.iter().rev().find(|&&(_, unit)| bytes >= unit).unwrap_or(&("B", 1));
    let thousandths = (u128::from(bytes) * 1000 + u128::from(unit) / 2) / u128::from(unit);
    match (thousandths / 1000, thousandths % 1000) {
        (whole, 0) => write!(text, "{whole} {name}"),
        (whole, part) => write!(text, "{whole}.{part:03} {name}"),
    }
}

/// `200 MiB` is what somebody wrote as a limit; `209.72 MB` is not.
fn is_whole_binary(bytes: u64) -> bool {
    bytes >= BINARY[1].1
        && BINARY[1..].iter().any(|&(_, size)| bytes.is_multiple_of(size) && bytes / size < 1024)
        && !bytes.is_multiple_of(DECIMAL[1].1)
}

/// The amount in hundredths of `unit`, with only three digits kept: 1.54, 15.4, 154.
fn in_hundredths(bytes: u64, unit: u64) -> u128 {
    let (bytes, unit) = (u128::from(bytes), u128::from(unit));
    let step = match bytes / unit {
        0..10 => 1,
        10..100 => 10,
        _ => 100,
    };
    (bytes * 100 + unit * step / 2) / (unit * step) * step
}

/// `12,345,344`: digits in groups of three, as the columns of checkpoints show them.
pub(crate) fn grouped(bytes: u64) -> impl fmt::Display {
    let digits = bytes.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A short text on the stack, so that `{:>10}` pads without an allocation.
#[derive(Default)]
struct Text {
    bytes: [u8; 32],
    length: usize,
}

impl Text {
    fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..self.length]).unwrap_or_default()
    }
}

impl fmt::Write for Text {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.length + text.len();
        self.bytes.get_mut(self.length..end).ok_or(fmt::Error)?.copy_from_slice(text.as_bytes());
        self.length = end;
        Ok(())
    }
}
