//! Owns the tests of the option grammar: what is read, and that all of it is.
//! Called by `cargo test`.
//! Never looks at expansions.

use crate::errors::Errors;
use crate::literals::Amount;
use crate::options::{Action, Every, Limit, Options, parse};

fn read(source: &str) -> Options {
    let mut errors = Errors::default();
    let options = parse(source.parse().unwrap(), &mut errors);
    assert_eq!(errors.into_tokens().map(super::errors_in), None, "{source}");
    options
}

fn refused(source: &str) -> Vec<String> {
    let mut errors = Errors::default();
    parse(source.parse().unwrap(), &mut errors);
    errors.into_tokens().map(super::errors_in).unwrap_or_default()
}

#[test]
fn reads_every_option() {
    let options = read(
        r#"limit = "1GB", growth = "10MB", on_exceed = warn, every = 64, name = "x", checkpoints, count_errors, crate = ::mm,"#,
    );
    assert!(matches!(options.limit.unwrap().value, Limit::Amount(Amount::Bytes(1_000_000_000))));
    assert_eq!(options.growth.unwrap().value, 10_000_000);
    assert!(matches!(options.on_exceed.unwrap().value, Action::Warn));
    assert_eq!(options.every.unwrap().value, Every::Count(64));
    assert_eq!(options.name.unwrap().value, "x");
    assert!(
        options.checkpoints.is_some() && options.count_errors.is_some() && options.krate.is_some()
    );
    assert!(options.skip.is_none());
}

#[test]
fn reads_every_form() {
    assert!(matches!(read("limit = 5").limit.unwrap().value, Limit::Amount(Amount::Bytes(5))));
    assert!(matches!(
        read(r#"limit = "80%""#).limit.unwrap().value,
        Limit::Amount(Amount::Percent(_))
    ));
    assert!(matches!(read("limit = a::b::<c, d>(1, 2) + 3").limit.unwrap().value, Limit::Expr(_)));
    assert!(matches!(read("limit = -x").limit.unwrap().value, Limit::Expr(_)));
    assert_eq!(read(r#"every = "10ms""#).every.unwrap().value, Every::Nanos(10_000_000));
    assert!(matches!(read("on_exceed = error").on_exceed.unwrap().value, Action::Error));
    assert!(matches!(read("on_exceed = panic").on_exceed.unwrap().value, Action::Panic));
    for handler in ["crate::shed", "shed", "self::warn", "Cache::<u8>::shed", "evict_oldest"] {
        assert!(
            matches!(
                read(&format!("on_exceed = {handler}")).on_exceed.unwrap().value,
                Action::Handler(_)
            ),
            "{handler}"
        );
    }
    for path in ["::mm", "crate::rt", "crate"] {
        assert!(read(&format!("crate = {path}")).krate.is_some(), "{path}");
    }
    assert!(read("skip").skip.is_some());
    assert!(read("").limit.is_none());
}

#[test]
fn a_raw_name_is_the_same_option() {
    assert_eq!(read(r#"r#name = "x""#).name.unwrap().value, "x");
    assert_eq!(refused(r#"name = "x", r#name = "y""#), ["`name` is given twice; keep one"]);
}

#[test]
fn a_value_from_a_macro_parameter_is_still_a_literal() {
    // `$limit:expr` arrives in an invisible group.
    let literal = proc_macro2::Group::new(proc_macro2::Delimiter::None, quote::quote!("200MB"));
    let mut errors = Errors::default();
    let options = parse(quote::quote!(limit = #literal), &mut errors);
    assert!(errors.into_tokens().is_none());
    assert!(matches!(options.limit.unwrap().value, Limit::Amount(Amount::Bytes(200_000_000))));
}

#[test]
fn reports_every_mistake_at_once() {
    let all = refused(
        r#"limit = "200m", growth = "80%", on_exceed = pannic, every = 0, naem = "x", limit = -5"#,
    );
    assert_eq!(all.len(), 7, "{all:#?}");
}

#[test]
fn unknown_options_list_the_known_ones() {
    let all = refused("max = 5");
    for known in [
        "limit",
        "growth",
        "on_exceed",
        "every",
        "name",
        "checkpoints",
        "count_errors",
        "crate",
        "skip",
    ] {
        assert!(all[0].contains(&format!("`{known}`")), "{known}: {all:?}");
    }
}

#[test]
fn bad_values_show_a_good_one() {
    for (source, good) in [
        ("limit = 1.5", r#"limit = "200MB""#),
        ("limit = true", r#"limit = "200MB""#),
        ("limit = -5", r#"limit = "200MB""#),
        ("limit = 5i8", r#"limit = "200MB""#),
        ("limit =", r#"limit = "200MB""#),
        ("limit", r#"limit = "200MB""#),
        (r#"limit("200MB")"#, r#"limit = "200MB""#),
        ("limit = 'x'", r#"limit = "200MB""#),
        ("growth = some::size()", r#"growth = "10MB""#),
        ("every = -1", r#"every = "10ms""#),
        ("every = 4294967296", r#"every = "10ms""#),
        ("every = 64u8", r#"every = "10ms""#),
        ("name = import", r#"name = "import""#),
        (r#"name = " ""#, r#"name = "import""#),
        ("crate = mm", "crate = ::mm"),
        ("crate = self::rt", "crate = ::rt"),
        (r#"crate = "::mm""#, "crate = ::mm"),
        (r#"on_exceed = "panic""#, "on_exceed = panic"),
        (r#"on_exceed = "pannic""#, "on_exceed = panic"),
        (r#"on_exceed = "shed""#, "crate::shed"),
        ("on_exceed = panic!()", "on_exceed = error"),
        ("on_exceed = Error", "on_exceed = error"),
        ("on_exceed = abort", "on_exceed = error"),
        ("on_exceed = wran", "on_exceed = error"),
        ("on_exceed = |e| log(e)", "on_exceed = crate::shed"),
        ("checkpoints = true", "write it alone"),
        (r#""200MB""#, r#"limit = "200MB""#),
    ] {
        let all = refused(source);
        assert!(all.len() == 1 && all[0].contains(good), "{source}: {all:#?}");
    }
}

#[test]
fn near_misses_are_guessed() {
    for (source, guess) in [
        ("limt = 5", "did you mean `limit`?"),
        ("grwoth = 5", "did you mean `growth`?"),
        ("Limit = 5", "did you mean `limit`?"),
        ("onexceed = warn", "did you mean `on_exceed`?"),
        ("checkpoint", "did you mean `checkpoints`?"),
        ("on_exceed = eror", "did you mean `error`?"),
        ("on_exceed = pannic", "did you mean `panic`?"),
        ("on_exceed = Error", "did you mean `error`?"),
        ("on_exceed = warning", "did you mean `warn`?"),
    ] {
        let all = refused(source);
        assert!(all.len() == 1 && all[0].contains(guess), "{source}: {all:#?}");
    }
    for source in ["max = 5", "on_exceed = abort", "on_exceed = handler"] {
        let all = refused(source);
        assert!(all.len() == 1 && !all[0].contains("did you mean"), "{source}: {all:#?}");
    }
}

#[test]
fn a_function_called_like_a_mistake_is_named_by_its_path() {
    for word in ["handler", "log", "report", "notify", "callback", "pannic"] {
        let all = refused(&format!("on_exceed = {word}"));
        let way_out = format!("write `on_exceed = self::{word}`");
        assert!(all.len() == 1 && all[0].contains(&way_out), "{word}: {all:#?}");
        let action = read(&format!("on_exceed = self::{word}")).on_exceed.unwrap().value;
        assert!(matches!(action, Action::Handler(_)), "{word}");
    }
}

#[test]
fn skip_stands_alone() {
    assert_eq!(
        refused(r#"skip, limit = "1GB""#),
        ["nothing is watched under `skip`; remove `limit` or `skip`"]
    );
}
