//! Owns amounts of memory: `ByteSize`, `ByteDelta`, how they are written and read.
//! Called by every other room; a limit, a sample and a report all speak in these.
//! Never rounds silently: arithmetic is checked, and a bad text is a typed error.

mod format;
mod parse;

use std::fmt;
use std::str::FromStr;

pub(crate) use format::grouped;
pub use parse::ParseByteSizeError;

/// An amount of memory in bytes.
///
/// Reads and prints the units that people write: `"200MB"` is 200 000 000 bytes,
/// `"200MiB"` (or Kubernetes' `"200Mi"`) is 209 715 200.
///
/// ```
/// use memmacros_runtime::ByteSize;
///
/// let limit: ByteSize = "1.5 GB".parse()?;
/// assert_eq!(limit.as_u64(), 1_500_000_000);
/// assert_eq!(limit.to_string(), "1.5 GB");
/// # Ok::<(), memmacros_runtime::ParseByteSizeError>(())
/// ```
///
/// # Units
/// | written | bytes |
/// |---|---|
/// | `"42"`, `"42 B"`, `"1_000_000"` | as they stand |
/// | `K` `M` `G` `T` `P`, `KB` `MB` `GB` `TB` `PB` `EB` | powers of 1000 |
/// | `Ki` `Mi` `Gi` `Ti` `Pi` `Ei`, `KiB` `MiB` `GiB` `TiB` `PiB` `EiB` | powers of 1024 |
///
/// Upper and lower case are alike, but for `m` and `E` alone: Kubernetes reads `200m`
/// as 0.2, and `1E6` could be an exponent. Both are errors that show what to write.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ByteSize(u64);

impl ByteSize {
    /// No bytes.
    pub const ZERO: Self = Self(0);
    /// The largest amount, 2<sup>64</sup> - 1 bytes.
    pub const MAX: Self = Self(u64::MAX);
    /// 1000 bytes.
    pub const KB: Self = Self(1_000);
    /// 1000<sup>2</sup> bytes.
    pub const MB: Self = Self(1_000_000);
    /// 1000<sup>3</sup> bytes.
    pub const GB: Self = Self(1_000_000_000);
    /// 1024 bytes.
    pub const KIB: Self = Self(1 << 10);
    /// 1024<sup>2</sup> bytes.
    pub const MIB: Self = Self(1 << 20);
    /// 1024<sup>3</sup> bytes.
    pub const GIB: Self = Self(1 << 30);

    /// An amount of `bytes`.
    ///
    /// ```
    /// # use memmacros_runtime::ByteSize;
    /// assert_eq!(ByteSize::new(512).to_string(), "512 B");
    /// ```
    #[must_use]
    pub const fn new(bytes: u64) -> Self {
        Self(bytes)
    }

    /// The amount in bytes.
    ///
    /// ```
    /// # use memmacros_runtime::ByteSize;
    /// assert_eq!(ByteSize::MIB.as_u64(), 1_048_576);
    /// ```
    #[must_use]
    pub const fn as_u64(self) -> u64 {
        self.0
    }

    /// The sum, or `None` where it is more than a `u64` holds.
    ///
    /// ```
    /// # use memmacros_runtime::ByteSize;
    /// assert_eq!(ByteSize::KB.checked_add(ByteSize::KB), Some(ByteSize::new(2000)));
    /// assert_eq!(ByteSize::MAX.checked_add(ByteSize::KB), None);
    /// ```
    #[must_use]
    pub const fn checked_add(self, other: Self) -> Option<Self> {
        match self.0.checked_add(other.0) {
            Some(sum) => Some(Self(sum)),
            None => None,
        }
    }

    /// The difference, or `None` where it would be negative.
    ///
    /// ```
    /// # use memmacros_runtime::ByteSize;
    /// assert_eq!(ByteSize::KB.checked_sub(ByteSize::MB), None);
    /// ```
    #[must_use]
    pub const fn checked_sub(self, other: Self) -> Option<Self> {
        match self.0.checked_sub(other.0) {
            Some(difference) => Some(Self(difference)),
            None => None,
        }
    }

    /// The product, or `None` where it is more than a `u64` holds.
    ///
    /// ```
    /// # use memmacros_runtime::ByteSize;
    /// assert_eq!(ByteSize::MIB.checked_mul(200), Some(ByteSize::new(209_715_200)));
    /// ```
    #[must_use]
    pub const fn checked_mul(self, times: u64) -> Option<Self> {
        match self.0.checked_mul(times) {
            Some(product) => Some(Self(product)),
            None => None,
        }
    }

    /// The difference, 0 where it would be negative.
    ///
    /// ```
    /// # use memmacros_runtime::ByteSize;
    /// assert_eq!(ByteSize::KB.saturating_sub(ByteSize::MB), ByteSize::ZERO);
    /// ```
    #[must_use]
    pub const fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// As it is written beside `other`: in the same family of units, and to the byte where
    /// three digits of both would read the same.
    pub(crate) fn beside(self, other: Self) -> impl fmt::Display {
        format::Beside { bytes: self.0, other: other.0 }
    }

    /// What came on top of `earlier`; negative where it shrank.
    ///
    /// ```
    /// # use memmacros_runtime::ByteSize;
    /// assert_eq!(ByteSize::KB.since(ByteSize::MB).to_string(), "-999 KB");
    /// ```
    #[must_use]
    pub const fn since(self, earlier: Self) -> ByteDelta {
        let (now, then) = (self.0 as i128, earlier.0 as i128);
        ByteDelta::saturating(now - then)
    }
}

impl From<u64> for ByteSize {
    fn from(bytes: u64) -> Self {
        Self(bytes)
    }
}

impl FromStr for ByteSize {
    type Err = ParseByteSizeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse::bytes(text).map(Self)
    }
}

/// Three digits and a unit: `1.54 GB`. Whole binary amounts say so: `200 MiB`.
/// `{:#}` counts in powers of 1024 only.
impl fmt::Display for ByteSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        format::display(f, self.0)
    }
}

/// A change of an amount of memory in bytes: growth is positive.
///
/// ```
/// use memmacros_runtime::{ByteDelta, ByteSize};
///
/// let delta = ByteSize::new(2_000_000).since(ByteSize::new(500_000));
/// assert_eq!(delta, ByteDelta::new(1_500_000));
/// assert_eq!(delta.to_string(), "+1.5 MB");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ByteDelta(i64);

impl ByteDelta {
    /// No change.
    pub const ZERO: Self = Self(0);

    /// A change by `bytes`.
    ///
    /// ```
    /// # use memmacros_runtime::ByteDelta;
    /// assert_eq!(ByteDelta::new(-1536).to_string(), "-1.54 KB");
    /// ```
    #[must_use]
    pub const fn new(bytes: i64) -> Self {
        Self(bytes)
    }

    /// The change in bytes.
    ///
    /// ```
    /// # use memmacros_runtime::ByteDelta;
    /// assert_eq!(ByteDelta::new(-4096).as_i64(), -4096);
    /// ```
    #[must_use]
    pub const fn as_i64(self) -> i64 {
        self.0
    }

    /// The amount without its sign.
    ///
    /// ```
    /// # use memmacros_runtime::{ByteDelta, ByteSize};
    /// assert_eq!(ByteDelta::new(-1000).magnitude(), ByteSize::KB);
    /// ```
    #[must_use]
    pub const fn magnitude(self) -> ByteSize {
        ByteSize(self.0.unsigned_abs())
    }

    /// Whether it grew.
    ///
    /// ```
    /// # use memmacros_runtime::ByteDelta;
    /// assert!(ByteDelta::new(1).is_growth());
    /// assert!(!ByteDelta::ZERO.is_growth());
    /// ```
    #[must_use]
    pub const fn is_growth(self) -> bool {
        self.0 > 0
    }

    /// The sum, at the bounds of an `i64` where it is more.
    ///
    /// ```
    /// # use memmacros_runtime::ByteDelta;
    /// assert_eq!(ByteDelta::new(1).saturating_add(ByteDelta::new(-3)), ByteDelta::new(-2));
    /// ```
    #[must_use]
    pub const fn saturating_add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// `bytes`, held within an `i64`.
    #[expect(clippy::cast_possible_truncation, reason = "both bounds are checked")]
    const fn saturating(bytes: i128) -> Self {
        if bytes > i64::MAX as i128 {
            Self(i64::MAX)
        } else if bytes < i64::MIN as i128 {
            Self(i64::MIN)
        } else {
            Self(bytes as i64)
        }
    }
}

impl FromStr for ByteDelta {
    type Err = ParseByteSizeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (negative, digits) = match text.as_bytes().first() {
            Some(b'-') => (true, &text[1..]),
            Some(b'+') => (false, &text[1..]),
            _ => (false, text),
        };
        let amount = i128::from(parse::bytes(digits)?);
        let bytes = if negative { -amount } else { amount };
        i64::try_from(bytes).map(Self).map_err(|_| ParseByteSizeError::too_large(text))
    }
}

/// Three digits and a unit, with its sign: `+12.3 MB`, `-1 B`, `0 B`; always in powers of 1000,
/// but for `{:#}`.
impl fmt::Display for ByteDelta {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = match self.0 {
            0 => "",
            1.. => "+",
            _ => "-",
        };
        format::display_delta(f, sign, self.0.unsigned_abs())
    }
}

#[cfg(test)]
mod tests;
