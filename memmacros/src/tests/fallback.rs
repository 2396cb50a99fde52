//! Owns the tests of what goes out beside errors: the item, minus what only we understand.
//! Called by `cargo test`.
//! Never looks at the texts of the errors.

use crate::fallback::{Inert, strip};

#[track_caller]
fn check(which: Inert, source: &str, expected: &str) {
    let stripped = strip(source.parse().unwrap(), which).to_string();
    let expected = expected.parse::<proc_macro2::TokenStream>().unwrap().to_string();
    assert_eq!(stripped, expected);
}

#[test]
fn loops_lose_the_attribute_wherever_they_stand() {
    check(
        Inert::OnLoops,
        "fn f() { #[memory_watched] for x in y {} vec![#[a::memory_watched(limit = 1)] loop {}]; #[cfg_attr(p, memory_watched)] while x {} }",
        "fn f() { for x in y {} vec![loop {}]; while x {} }",
    );
    check(Inert::OnLoops, "#[memory_watched] #[allow(x)] 'a: loop {}", "#[allow(x)] 'a: loop {}");
    check(Inert::OnLoops, "{ #[memory_watched] async move {} }", "{ async move {} }");
    check(
        Inert::OnLoops,
        "{ #[memory_watched] let x = 3; #[memory_watched] |x| x }",
        "{ let x = 3; |x| x }",
    );
}

#[test]
fn nested_items_keep_it_for_rustc_to_expand() {
    for item in [
        "fn g() {}",
        "pub fn g() {}",
        "async fn g() {}",
        "#[inline] unsafe fn g() {}",
        "impl X {}",
        "mod m {}",
    ] {
        let source = format!("fn f() {{ #[memory_watched] {item} }}");
        check(Inert::OnLoops, &source, &source);
    }
}

#[test]
fn impls_and_modules_lose_all_of_them() {
    check(
        Inert::Everywhere,
        "impl X { #[memory_watched(skip)] fn a() { #[memory_watched] loop {} } #[inline] #[memory_watched] fn b() {} }",
        "impl X { fn a() { loop {} } #[inline] fn b() {} }",
    );
}

#[test]
fn other_attributes_stay() {
    let source =
        "#[doc = \"memory_watched\"] #[allow(memory_watched)] #[memory_watched::other] fn f() {}";
    check(Inert::Everywhere, source, source);
}

#[test]
fn the_item_comes_first_and_whole() {
    let expansion = super::expanded(
        "#[memory_watched(nope)] fn f() -> u32 { #[memory_watched] loop { break 3 } }",
    );
    assert!(expansion.starts_with("fn f() -> u32 {\n    loop {"), "{expansion}");
    assert_eq!(expansion.matches("compile_error").count(), 1);
}
