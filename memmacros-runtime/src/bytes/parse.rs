//! Owns the grammar of sizes: `"200MB"`, `"1.5 GiB"`, `"1_000_000"`.
//! Called by `ByteSize` and `ByteDelta`; the macros hold the same grammar, kept equal by a test of theirs.
//! Never accepts a prefix: the whole text is a size or an error.

use std::error::Error;
use std::fmt;

/// A text that is no size. Prints what is wrong with it and shows a good one.
///
/// ```
/// use memmacros_runtime::ByteSize;
///
/// let error = "200m".parse::<ByteSize>().unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     r#"`200m` is not a size: `m` means a thousandth in Kubernetes; write "200M" or "200Mi""#
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseByteSizeError {
    /// Cut short where it is long, so that an error cannot carry a whole file along.
    text: String,
    problem: Problem,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Problem {
    Empty,
    NoNumber,
    Negative,
    BadNumber,
    Exponent,
    Milli,
    LoneE,
    UnknownUnit,
    PartOfAByte,
    TooLarge,
}

/// How much of a bad text an error repeats.
const SHOWN: usize = 40;

impl ParseByteSizeError {
    fn new(text: &str, problem: Problem) -> Self {
        let mut shown: String = text.chars().take(SHOWN).collect();
        if shown.len() < text.len() {
            shown.push_str("..");
        }
        Self { text: shown, problem }
    }

    pub(super) fn too_large(text: &str) -> Self {
        Self::new(text, Problem::TooLarge)
    }
}

impl fmt::Display for ParseByteSizeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = &self.text;
        match self.problem {
            Problem::Empty => {
                f.write_str(r#"an empty text is not a size; write "200MB" or "1.5GiB""#)
            }
            Problem::NoNumber => {
                write!(f, r#"`{text}` is not a size: it must begin with a number, as in "200MB""#)
            }
            Problem::Negative => {
                write!(f, r#"`{text}` is not a size: it cannot be negative; write "200MB" or "0""#)
            }
            Problem::BadNumber => write!(
                f,
                r#"`{text}` is not a size: its number is malformed; write "1_000_000", "1.5GB" or "200MB""#
            ),
            Problem::Exponent => write!(
                f,
                r#"`{text}` is not a size: exponents are not read; write "200M", "200Mi" or "200_000_000""#
            ),
            Problem::Milli => {
                let number = text.trim_end_matches('m').trim_end();
                write!(
                    f,
                    r#"`{text}` is not a size: `m` means a thousandth in Kubernetes; write "{number}M" or "{number}Mi""#
                )
            }
            Problem::LoneE => write!(
                f,
                r#"`{text}` is not a size: a lone `E` could be an exponent; write "EB" or "Ei", or "M", "Mi""#
            ),
            Problem::UnknownUnit => write!(
                f,
                r#"`{text}` is not a size: the unit must be B, KB, MB, GB, TB, PB, EB or KiB, MiB, GiB, TiB, PiB, EiB, as in "200MB""#
            ),
            Problem::PartOfAByte => {
                write!(
                    f,
                    r#"`{text}` is not a size: there is no part of a byte; write "200" or "1.5KB""#
                )
            }
            Problem::TooLarge => {
                write!(
                    f,
                    r#"`{text}` is not a size: it is more than 2^64 - 1 bytes; write "200MB""#
                )
            }
        }
    }
}

impl Error for ParseByteSizeError {}

/// Digits after the point that are read; a byte of the largest unit has 19.
const FRACTION_DIGITS: usize = 19;

pub(super) fn bytes(text: &str) -> Result<u64, ParseByteSizeError> {
    let error = |problem| ParseByteSizeError::new(text, problem);
    let (number, unit) = split(text).map_err(error)?;
    let unit = unit_bytes(unit).map_err(error)?;
    let (whole, fraction) = match number.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (number, None),
    };
    let whole = digits(whole).map_err(error)?.ok_or_else(|| error(Problem::TooLarge))?;
    let mut total = whole.checked_mul(u128::from(unit)).ok_or_else(|| error(Problem::TooLarge))?;
    if let Some(fraction) = fraction {
        total += fraction_bytes(fraction, unit).map_err(error)?;
    }
    u64::try_from(total).map_err(|_| error(Problem::TooLarge))
}

/// The number and the unit, which one run of spaces may part.
fn split(text: &str) -> Result<(&str, &str), Problem> {
    match text.as_bytes().first() {
        None => return Err(Problem::Empty),
        Some(b'-') => return Err(Problem::Negative),
        Some(b'0'..=b'9') => {}
        Some(_) => return Err(Problem::NoNumber),
    }
    let end =
        text.find(|c: char| !(c.is_ascii_digit() || c == '_' || c == '.')).unwrap_or(text.len());
    let (number, rest) = text.split_at(end);
    let unit = rest.trim_start_matches(' ');
    if unit.is_empty() && !rest.is_empty() {
        return Err(Problem::UnknownUnit);
    }
    Ok((number, unit))
}

/// Bytes of one `unit`.
fn unit_bytes(unit: &str) -> Result<u64, Problem> {
    let mut letters = unit.bytes();
    let power = match letters.next() {
        None => return Ok(1),
        Some(b'm') if unit.len() == 1 => return Err(Problem::Milli),
        Some(b'e' | b'E') if unit.len() == 1 => return Err(Problem::LoneE),
        Some(b'e' | b'E')
            if unit[1..].starts_with(|c: char| c.is_ascii_digit() || "+-".contains(c)) =>
        {
            return Err(Problem::Exponent);
        }
        Some(b'b' | b'B') if unit.len() == 1 => return Ok(1),
        Some(b'k' | b'K') => 1,
        Some(b'm' | b'M') => 2,
        Some(b'g' | b'G') => 3,
        Some(b't' | b'T') => 4,
        Some(b'p' | b'P') => 5,
        Some(b'e' | b'E') => 6,
        Some(_) => return Err(Problem::UnknownUnit),
    };
    match (letters.next(), letters.next(), letters.next()) {
        (None | Some(b'b' | b'B'), None, None) => Ok(1000_u64.pow(power)),
        (Some(b'i' | b'I'), None | Some(b'b' | b'B'), None) => Ok(1024_u64.pow(power)),
        _ => Err(Problem::UnknownUnit),
    }
}

/// The value of a run of digits, in which single `_` may stand between two digits.
/// `None` where it is more than any size.
fn digits(text: &str) -> Result<Option<u128>, Problem> {
    check_digits(text)?;
    let mut value = Some(0_u128);
    for digit in text.bytes().filter(|&byte| byte != b'_') {
        value = value
            .and_then(|value| value.checked_mul(10))
            .and_then(|value| value.checked_add(u128::from(digit - b'0')));
    }
    Ok(value)
}

/// Bytes of the digits after the point, to the nearest whole one.
fn fraction_bytes(text: &str, unit: u64) -> Result<u128, Problem> {
    check_digits(text)?;
    if unit == 1 {
        return Err(Problem::PartOfAByte);
    }
    let (mut value, mut scale) = (0_u128, 1_u128);
    for digit in text.bytes().filter(|&byte| byte != b'_').take(FRACTION_DIGITS) {
        value = value * 10 + u128::from(digit - b'0');
        scale *= 10;
    }
    Ok((value * u128::from(unit) + scale / 2) / scale)
}

fn check_digits(text: &str) -> Result<(), Problem> {
    let bytes = text.as_bytes();
    let whole = bytes.first().is_some_and(u8::is_ascii_digit)
        && bytes.last().is_some_and(u8::is_ascii_digit)
        && bytes.iter().all(|&byte| byte == b'_' || byte.is_ascii_digit())
        && !text.contains("__");
    if whole { Ok(()) } else { Err(Problem::BadNumber) }
}
