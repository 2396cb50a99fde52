//! Owns how a limit is given: bytes, a text, or a part of what the process may have.
//! Called by whatever takes a limit.
//! Never reads memory; a part is worked out where it is checked, as the whole may change.

use std::error::Error;
use std::fmt;
use std::str::FromStr;

use crate::bytes::{ByteSize, ParseByteSizeError};
use crate::headroom;

/// A limit for the resident size: an amount, or a part of what the process may have.
///
/// ```
/// use memmacros_runtime::{ByteSize, MemoryLimit};
///
/// let limit: MemoryLimit = "200MB".parse()?;
/// assert_eq!(limit.bytes(), Some(ByteSize::new(200_000_000)));
///
/// // Of the tightest of the cgroup's limits, rlimits and RAM, as it is when checked.
/// let part: MemoryLimit = "80%".parse()?;
/// assert_eq!(part.to_string(), "80%");
/// # Ok::<(), memmacros_runtime::LimitError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MemoryLimit(Given);

#[derive(Clone, Copy, Debug, PartialEq)]
enum Given {
    Global,
    Bytes(ByteSize),
    Percent(f64),
}

impl MemoryLimit {
    /// Whatever [`set_memory_limit`](crate::set_memory_limit) says at the time of the check.
    pub const GLOBAL: Self = Self(Given::Global);

    pub(crate) const fn of_bytes(bytes: ByteSize) -> Self {
        Self(Given::Bytes(bytes))
    }

    /// `percent` as the macros checked it.
    pub(crate) const fn of_percent(percent: f64) -> Self {
        Self(Given::Percent(percent))
    }

    pub(crate) fn is_global(self) -> bool {
        self.0 == Given::Global
    }

    /// The limit in bytes as of now. `None` where it is a part of something that cannot
    /// be read here.
    ///
    /// Cost: some nanoseconds; for a part, the whole is read again at most every half
    /// second (some dozen microseconds).
    #[must_use]
    pub fn bytes(self) -> Option<ByteSize> {
        match self.0 {
            Given::Global => super::global().limit.bytes(),
            Given::Bytes(bytes) => Some(bytes),
            Given::Percent(percent) => headroom::limit_now().map(|whole| part(whole, percent)),
        }
    }

    /// For the global limit, which cannot be given in terms of itself: `None` then.
    pub(super) fn bytes_or_percent(self) -> Option<Result<ByteSize, f64>> {
        match self.0 {
            Given::Global => None,
            Given::Bytes(bytes) => Some(Ok(bytes)),
            Given::Percent(percent) => Some(Err(percent)),
        }
    }
}

/// `percent` of `whole`, to the byte.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "percent is within 0 and 100"
)]
fn part(whole: ByteSize, percent: f64) -> ByteSize {
    ByteSize::new((whole.as_u64() as f64 * percent / 100.0) as u64)
}

impl From<ByteSize> for MemoryLimit {
    fn from(bytes: ByteSize) -> Self {
        Self::of_bytes(bytes)
    }
}

impl FromStr for MemoryLimit {
    type Err = LimitError;

    fn from_str(text: &str) -> Result<Self, LimitError> {
        let Some(number) = text.strip_suffix('%') else {
            return Ok(Self::of_bytes(text.parse()?));
        };
        let number = number.strip_suffix(' ').unwrap_or(number);
        let plain = number.starts_with(|c: char| c.is_ascii_digit())
            && number.ends_with(|c: char| c.is_ascii_digit())
            && number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        match number.parse::<f64>() {
            Ok(percent) if plain && percent > 0.0 && percent <= 100.0 => {
                Ok(Self::of_percent(percent))
            }
            _ => Err(LimitError(Problem::Percent(text.chars().take(40).collect()))),
        }
    }
}

impl fmt::Display for MemoryLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Given::Global => f.write_str("the global limit"),
            Given::Bytes(bytes) => bytes.fmt(f),
            Given::Percent(percent) => write!(f, "{percent}%"),
        }
    }
}

/// Whatever a limit can be given as: a number of bytes, a [`ByteSize`], a text such as
/// `"200MB"` or `"80%"`, or a [`MemoryLimit`].
///
/// ```
/// use memmacros_runtime::{ByteSize, set_memory_limit};
///
/// set_memory_limit(200_000_000)?;
/// set_memory_limit(ByteSize::GIB)?;
/// set_memory_limit("1.5GiB")?;
/// set_memory_limit("80%")?;
/// assert!(set_memory_limit("80 percent").is_err());
/// # Ok::<(), memmacros_runtime::LimitError>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be used as a memory limit",
    note = "give bytes as a `u64` (`bytes as u64`), a `ByteSize`, or a text such as \"200MB\", \"1.5GiB\" or \"80%\""
)]
pub trait IntoLimit {
    /// The limit.
    ///
    /// # Errors
    /// Where it is a text that is no size and no percentage.
    fn into_limit(self) -> Result<MemoryLimit, LimitError>;
}

impl IntoLimit for u64 {
    fn into_limit(self) -> Result<MemoryLimit, LimitError> {
        Ok(MemoryLimit::of_bytes(ByteSize::new(self)))
    }
}

impl IntoLimit for ByteSize {
    fn into_limit(self) -> Result<MemoryLimit, LimitError> {
        Ok(self.into())
    }
}

impl IntoLimit for MemoryLimit {
    fn into_limit(self) -> Result<MemoryLimit, LimitError> {
        Ok(self)
    }
}

impl IntoLimit for &str {
    fn into_limit(self) -> Result<MemoryLimit, LimitError> {
        self.parse()
    }
}

impl IntoLimit for &String {
    fn into_limit(self) -> Result<MemoryLimit, LimitError> {
        self.parse()
    }
}

impl IntoLimit for String {
    fn into_limit(self) -> Result<MemoryLimit, LimitError> {
        self.parse()
    }
}

/// A text that is no limit. Prints what is wrong with it and shows a good one.
///
/// ```
/// let error = memmacros_runtime::set_memory_limit("120%").unwrap_err();
/// assert_eq!(error.to_string(), r#"`120%` is not a limit: write "80%", more than 0% and at most 100%, or "200MB""#);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LimitError(Problem);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Problem {
    Size(ParseByteSizeError),
    Percent(String),
    /// A percentage where an amount is meant.
    Part(String),
}

impl LimitError {
    pub(super) fn of_a_part(percent: f64) -> Self {
        Self(Problem::Part(format!("{percent}%")))
    }
}

impl From<ParseByteSizeError> for LimitError {
    fn from(error: ParseByteSizeError) -> Self {
        Self(Problem::Size(error))
    }
}

impl fmt::Display for LimitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Problem::Size(error) => error.fmt(f),
            Problem::Part(text) => {
                write!(
                    f,
                    r#"`{text}` is a part of what it would set: write an amount, such as "4GiB""#
                )
            }
            Problem::Percent(text) => {
                write!(
                    f,
                    r#"`{text}` is not a limit: write "80%", more than 0% and at most 100%, or "200MB""#
                )
            }
        }
    }
}

impl Error for LimitError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.0 {
            Problem::Size(error) => Some(error),
            Problem::Percent(_) | Problem::Part(_) => None,
        }
    }
}
