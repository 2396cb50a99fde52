//! Owns the tests of reading and showing sizes, with texts and numbers by chance among them.
//! Called by `cargo test`.
//! Never looks at the memory of the process.

use proptest::prelude::*;

use super::{ByteDelta, ByteSize};

fn parsed(text: &str) -> u64 {
    text.parse::<ByteSize>().unwrap_or_else(|error| panic!("{text:?}: {error}")).as_u64()
}

fn refused(text: &str) -> String {
    match text.parse::<ByteSize>() {
        Ok(size) => panic!("{text:?} was read as {size}"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn reads_what_people_write() {
    for (text, bytes) in [
        ("200MB", 200_000_000),
        ("200MiB", 209_715_200),
        ("200Mi", 209_715_200),
        ("200M", 200_000_000),
        ("200mb", 200_000_000),
        ("200mI", 209_715_200),
        ("1.5 GB", 1_500_000_000),
        ("1.5   GiB", 1_610_612_736),
        ("1_000_000", 1_000_000),
        ("1_0.2_5K", 10_250),
        ("42", 42),
        ("42B", 42),
        ("42 b", 42),
        ("0", 0),
        ("0.5k", 500),
        ("1EB", 1_000_000_000_000_000_000),
        ("1Ei", 1 << 60),
        ("18446744073709551615", u64::MAX),
        ("0.0004KB", 0),
        ("0.0005KB", 1),
    ] {
        assert_eq!(parsed(text), bytes, "{text:?}");
    }
}

#[test]
fn refuses_the_rest_and_shows_what_to_write() {
    for text in [
        "",
        " ",
        "MB",
        "5KBjunk",
        "-1MB",
        "+1MB",
        "1XB",
        "1 0MB",
        "1..5MB",
        ".5MB",
        "5.MB",
        "5.",
        "_1",
        "1_",
        "1__0",
        "1e6",
        "1E6",
        "1E+3",
        "2E",
        "2e",
        "200m",
        "200 m",
        "200 ",
        " 200",
        "200MBs",
        "200MiBs",
        "200 M B",
        "1.5",
        "1.5B",
        "18446744073709551616",
        "17EiB",
        "99999999999999999999999999999999999999999999999",
        "1\u{a0}MB",
        "10k\u{e9}",
        "\u{661}MB",
        "NaN",
        "inf",
        "0x10",
        "1,000",
    ] {
        let error = refused(text);
        assert!(error.contains('"'), "no example in {error:?}");
    }
}

#[test]
fn an_ambiguous_letter_is_answered_with_the_letters_to_use() {
    for text in ["200m", "200 m", "2E", "1e6", "1E6"] {
        let error = refused(text);
        assert!(error.contains('M') && error.contains("Mi"), "{error}");
    }
    assert!(refused("200m").contains(r#""200M" or "200Mi""#));
}

#[test]
fn a_long_text_is_not_carried_along() {
    assert!(refused(&"9x".repeat(10_000)).len() < 300);
}

/// Scenario A8.
#[test]
fn every_amount_has_a_text() {
    for (bytes, text) in [
        (0, "0 B"),
        (1, "+1 B"),
        (999, "+999 B"),
        (1000, "+1 KB"),
        (1023, "+1.02 KB"),
        (1024, "+1.02 KB"),
        (-1, "-1 B"),
        (-1536, "-1.54 KB"),
        (1 << 50, "+1.13 PB"),
        (i64::MAX, "+9.22 EB"),
        (i64::MIN, "-9.22 EB"),
    ] {
        assert_eq!(ByteDelta::new(bytes).to_string(), text);
    }
    assert_eq!(ByteSize::new(1 << 63).to_string(), "8 EiB");
    assert_eq!(ByteSize::MAX.to_string(), "18.4 EB");
    assert_eq!(ByteSize::new(999_996).to_string(), "1 MB");
    assert_eq!(ByteSize::new(209_715_200).to_string(), "200 MiB");
    assert_eq!(ByteSize::new(200_000_000).to_string(), "200 MB");
    assert_eq!(format!("{:#}", ByteSize::new(200_000_000)), "191 MiB");
    assert_eq!(format!("{:>10}|", ByteSize::new(42)), "      42 B|");
}

#[test]
fn digits_are_grouped() {
    for (bytes, text) in [(0, "0"), (999, "999"), (1000, "1,000"), (12_345_344, "12,345,344")] {
        assert_eq!(super::format::grouped(bytes).to_string(), text);
    }
}

/// Half of the last digit that `text` shows, in bytes.
fn shown_precision(text: &str) -> f64 {
    let (number, unit) = text.split_once(' ').expect("number and unit");
    let decimals = number.split_once('.').map_or(0, |(_, part)| part.len());
    let digits = number.split('.').next().unwrap_or_default().len();
    // Trailing zeros are not written: three digits are always meant.
    let decimals = decimals.max(3_usize.saturating_sub(digits));
    let unit = if unit == "B" { 1 } else { parsed(&format!("1{unit}")) };
    (unit as f64 / 10_f64.powi(i32::try_from(decimals).expect("small")) / 2.0).max(1.0)
}

proptest! {
    #[test]
    fn what_is_written_reads_back(bytes in prop_oneof![any::<u64>(), 0_u64..5_000_000, Just(2_930_770), any::<u32>().prop_map(u64::from)]) {
        for text in [format!("{}", ByteSize::new(bytes)), format!("{:#}", ByteSize::new(bytes))] {
            // The very last amounts round up beyond a u64.
            if let Ok(back) = text.parse::<ByteSize>() {
                let off = back.as_u64().abs_diff(bytes) as f64;
                // And half a byte, as reading rounds to whole ones.
                prop_assert!(off <= shown_precision(&text) * 1.000_001 + 0.5, "{bytes} -> {text} -> {back:?}");
            } else {
                prop_assert!(bytes > u64::MAX - u64::MAX / 100, "{text} does not read back");
            }
        }
    }

    #[test]
    fn whole_numbers_read_back_exactly(bytes in any::<u64>()) {
        prop_assert_eq!(parsed(&bytes.to_string()), bytes);
    }

    #[test]
    fn a_delta_reads_back_with_its_sign(bytes in any::<i64>()) {
        let back: ByteDelta = ByteDelta::new(bytes).to_string().parse().unwrap_or(ByteDelta::new(bytes));
        prop_assert_eq!(back.as_i64().signum(), bytes.signum());
    }

    #[test]
    fn no_text_panics(text in ".{0,60}") {
        let _ = text.parse::<ByteSize>();
        let _ = text.parse::<ByteDelta>();
    }

    #[test]
    fn sizes_without_end_are_errors(text in "[0-9_.]{0,40}[ ]{0,2}[a-zA-Z]{0,4}") {
        if let Err(error) = text.parse::<ByteSize>() {
            prop_assert!(error.to_string().contains('"'));
        }
    }
}

#[test]
fn amounts_in_one_sentence_use_one_family_and_read_differently() {
    let beside = |a: u64, b: u64| ByteSize::new(a).beside(ByteSize::new(b)).to_string();
    assert_eq!(beside(84_500_000, 80 << 20), "80.6 MiB");
    assert_eq!(beside(80 << 20, 84_500_000), "80 MiB");
    assert_eq!(beside(84_500_000, 80_000_000), "84.5 MB");
    assert_eq!(beside(100_204_544, 100_000_000), "100.205 MB");
    assert_eq!(beside(100_000_000, 100_204_544), "100 MB");
    assert_eq!(beside(100_000_001, 100_000_000), "100,000,001 B");
    assert_eq!(beside(999, 998), "999 B");
}
