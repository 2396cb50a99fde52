//! Owns the tests of sizes, shares and times; sizes against the runtime's own reader.
//! Called by `cargo test`.
//! Never accepts a text that the runtime refuses, nor the other way round.

use memmacros_runtime::ByteSize;
use proptest::prelude::*;

use crate::literals::{Amount, amount, duration, size};

#[test]
fn reads_sizes() {
    for (text, bytes) in [
        ("200MB", 200_000_000),
        ("200MiB", 209_715_200),
        ("200Mi", 209_715_200),
        ("1.5 GB", 1_500_000_000),
        ("1_000_000", 1_000_000),
        ("42", 42),
        ("0", 0),
        ("18446744073709551615", u64::MAX),
    ] {
        assert_eq!(size(text), Ok(bytes), "{text}");
    }
}

#[test]
fn refuses_what_is_no_size_and_shows_one() {
    for text in [
        "",
        "5KBjunk",
        "-1MB",
        "1XB",
        "200m",
        "1E",
        "1e6",
        "1.5",
        "1__0",
        "MB",
        "1 ",
        "18446744073709551616",
    ] {
        let error = size(text).unwrap_err();
        assert!(error.contains('"'), "no good example in: {error}");
    }
}

#[test]
fn says_the_same_as_the_runtime() {
    for text in ["", "200m", "5KBjunk", "-1MB", "1XB", "1e6", "1E", "1.5", "1_", "MB", "99999EB"] {
        let ours = size(text).unwrap_err();
        let theirs = text.parse::<ByteSize>().unwrap_err().to_string();
        assert_eq!(ours, theirs);
    }
}

#[test]
fn reads_shares() {
    assert_eq!(amount("80%"), Ok(Amount::Percent(80.0)));
    assert_eq!(amount("12.5 %"), Ok(Amount::Percent(12.5)));
    assert_eq!(amount("100%"), Ok(Amount::Percent(100.0)));
    for text in ["0%", "101%", "%", "-5%", "1e1%", "a%", ".5%", "5.%", "inf%", "NaN%"] {
        assert!(amount(text).unwrap_err().contains("\"80%\""), "{text}");
    }
}

#[test]
fn reads_times() {
    assert_eq!(duration("10ms"), Ok(10_000_000));
    assert_eq!(duration("1_000 us"), Ok(1_000_000));
    assert_eq!(duration("3s"), Ok(3_000_000_000));
    assert_eq!(duration("7ns"), Ok(7));
    for text in ["", "10", "0ms", "1.5ms", "ms", "-1ms", "10 minutes", "99999999999999s"] {
        assert!(duration(text).unwrap_err().contains("\"10ms\""), "{text}");
    }
}

/// Texts near the grammar, so that about half of them are sizes.
fn near_a_size() -> impl Strategy<Value = String> {
    let number = prop_oneof![
        "[0-9]{1,4}",
        "[0-9]{1,3}\\.[0-9]{1,3}",
        "[0-9]{1,3}(_[0-9]{1,3}){1,2}",
        "[0-9._]{0,6}",
        "[0-9]{18,42}",
        "[0-9]{1,2}\\.[0-9]{17,42}",
    ];
    let unit = prop_oneof![
        " {0,2}[kmgtpeKMGTPE]?[iI]?[bB]?",
        "[ a-zA-Z%+-]{0,4}",
        Just(String::new()),
        "[eE][0-9+-]{1,2}",
    ];
    (number, unit).prop_map(|(number, unit)| number + &unit)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 5_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn agrees_with_the_runtime(text in near_a_size()) {
        let theirs = text.parse::<ByteSize>();
        let ours = size(&text);
        match (&ours, &theirs) {
            (Ok(ours), Ok(theirs)) => prop_assert_eq!(*ours, theirs.as_u64()),
            (Err(_), Err(_)) => {}
            _ => prop_assert!(false, "{:?}: {:?} here, {:?} there", text, ours, theirs),
        }
    }

    #[test]
    fn agrees_with_the_runtime_on_anything(text in "\\PC{0,12}") {
        prop_assert_eq!(size(&text).ok(), text.parse::<ByteSize>().ok().map(ByteSize::as_u64));
    }
}
