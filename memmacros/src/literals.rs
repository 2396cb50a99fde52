//! Owns the texts that options take: `"200MB"`, `"80%"`, `"10ms"`.
//! Called by `options`; a test holds the sizes equal to the runtime's own grammar.
//! Never accepts a prefix: the whole text is a value or an error that shows a good one.

/// Digits after the point that are read; a byte of the largest unit has 19.
const FRACTION_DIGITS: usize = 19;

const NO_SIZE: &str = r#"it must begin with a number, as in "200MB""#;
const UNKNOWN_UNIT: &str =
    r#"the unit must be B, KB, MB, GB, TB, PB, EB or KiB, MiB, GiB, TiB, PiB, EiB, as in "200MB""#;
const BAD_NUMBER: &str = r#"its number is malformed; write "1_000_000", "1.5GB" or "200MB""#;
const TOO_LARGE: &str = r#"it is more than 2^64 - 1 bytes; write "200MB""#;
const PART_OF_A_BYTE: &str = r#"there is no part of a byte; write "200" or "1.5KB""#;

/// What a `limit` may say in quotes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Amount {
    Bytes(u64),
    Percent(f64),
}

/// `"200MB"` or `"80%"`.
pub(crate) fn amount(text: &str) -> Result<Amount, String> {
    match text.strip_suffix('%') {
        Some(number) => percent(text, number.trim_end_matches(' ')).map(Amount::Percent),
        None => size(text).map(Amount::Bytes),
    }
}

fn percent(text: &str, number: &str) -> Result<f64, String> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let plain =
        |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let value = if plain(whole) && plain(fraction) { number.parse::<f64>().ok() } else { None };
    match value {
        Some(value) if value > 0.0 && value <= 100.0 => Ok(value),
        _ => Err(format!(
            r#"`{text}` is not a share of the limit: write "80%", more than 0% and at most 100%"#
        )),
    }
}

/// `"200MB"` in bytes.
pub(crate) fn size(text: &str) -> Result<u64, String> {
    if text.is_empty() {
        return Err(r#"an empty text is not a size; write "200MB" or "1.5GiB""#.to_owned());
    }
    size_or_reason(text).map_err(|reason| format!("`{text}` is not a size: {reason}"))
}

fn size_or_reason(text: &str) -> Result<u64, String> {
    match text.as_bytes()[0] {
        b'-' => return Err(r#"it cannot be negative; write "200MB" or "0""#.to_owned()),
        b'0'..=b'9' => {}
        _ => return Err(NO_SIZE.to_owned()),
    }
    let end =
        text.find(|c: char| !(c.is_ascii_digit() || c == '_' || c == '.')).unwrap_or(text.len());
    let (number, rest) = text.split_at(end);
    let unit_name = rest.trim_start_matches(' ');
    if unit_name.is_empty() && !rest.is_empty() {
        return Err(UNKNOWN_UNIT.to_owned());
    }
    let unit = unit_bytes(number, unit_name)?;

    let (whole, fraction) = match number.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (number, None),
    };
    let mut total = digits(whole)?
        .parse::<u128>()
        .ok()
        .and_then(|whole| whole.checked_mul(u128::from(unit)))
        .ok_or(TOO_LARGE)?;
    if let Some(fraction) = fraction {
        let mut fraction = digits(fraction)?;
        if unit == 1 {
            return Err(PART_OF_A_BYTE.to_owned());
        }
        fraction.truncate(FRACTION_DIGITS);
        let scale = (0..fraction.len()).fold(1_u128, |scale, _| scale * 10);
        let value = fraction.parse::<u128>().map_err(|_| BAD_NUMBER)?;
        total += (value * u128::from(unit) + scale / 2) / scale;
    }
    u64::try_from(total).map_err(|_| TOO_LARGE.to_owned())
}

/// Bytes of one unit. `number` only serves the messages.
fn unit_bytes(number: &str, unit: &str) -> Result<u64, String> {
    match unit.as_bytes() {
        [] | [b'b' | b'B'] => Ok(1),
        [b'm'] => Err(format!(
            r#"`m` means a thousandth in Kubernetes; write "{number}M" or "{number}Mi""#
        )),
        [b'e' | b'E'] => {
            Err(r#"a lone `E` could be an exponent; write "EB" or "Ei", or "M", "Mi""#.to_owned())
        }
        [b'e' | b'E', b'0'..=b'9' | b'+' | b'-', ..] => {
            Err(r#"exponents are not read; write "200M", "200Mi" or "200_000_000""#.to_owned())
        }
        [letter] | [letter, b'b' | b'B'] => power(*letter).map(|power| 1000_u64.pow(power)),
        [letter, b'i' | b'I'] | [letter, b'i' | b'I', b'b' | b'B'] => {
            power(*letter).map(|power| 1024_u64.pow(power))
        }
        _ => Err(UNKNOWN_UNIT.to_owned()),
    }
}

fn power(letter: u8) -> Result<u32, String> {
    match letter.to_ascii_uppercase() {
        b'K' => Ok(1),
        b'M' => Ok(2),
        b'G' => Ok(3),
        b'T' => Ok(4),
        b'P' => Ok(5),
        b'E' => Ok(6),
        _ => Err(UNKNOWN_UNIT.to_owned()),
    }
}

/// A run of digits without the single `_` that may stand between two of them.
fn digits(text: &str) -> Result<String, String> {
    let groups_are_whole = text
        .split('_')
        .all(|group| !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_digit()));
    if groups_are_whole { Ok(text.replace('_', "")) } else { Err(BAD_NUMBER.to_owned()) }
}

/// `"10ms"` in nanoseconds.
pub(crate) fn duration(text: &str) -> Result<u64, String> {
    let error = || {
        format!(
            r#"`{text}` is not a time: write "10ms", a whole number of ns, us, ms or s; 0 is `every = 1`"#
        )
    };
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == '_')).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let scale: u64 = match unit.trim_start_matches(' ') {
        "ns" => 1,
        "us" | "µs" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        _ => return Err(error()),
    };
    let nanos = digits(number)
        .ok()
        .and_then(|number| number.parse::<u64>().ok())
        .and_then(|number| number.checked_mul(scale));
    match nanos {
        None | Some(0) => Err(error()),
        Some(nanos) => Ok(nanos),
    }
}
