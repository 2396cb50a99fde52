//! Owns the tests of what is refused, and that a way out is shown.
//! Called by `cargo test`; what rustc prints for it is in the package `tests`, under ui.
//! Never looks at spans, which exist only inside the compiler.

use super::{errors, errors_in};
use crate::entry;

#[track_caller]
fn one(source: &str, part: &str) {
    let all = errors(source);
    assert!(all.len() == 1 && all[0].contains(part), "{all:#?}");
}

#[test]
fn places_that_cannot_be_watched() {
    one("#[memory_watched] const fn f() {}", "remove `const`");
    one("#[memory_watched] struct S;", "in a struct");
    one("#[memory_watched] enum E {}", "in an enum");
    one("#[memory_watched] union U { a: u8 }", "in a union");
    one("#[memory_watched] use a::b;", "in an import");
    one("#[memory_watched] static X: u8 = 3;", "in a static");
    one("#[memory_watched] type T = u8;", "in a type alias");
    one("#[memory_watched] extern \"C\" { fn f(); }", "in an extern block");
    one("#[memory_watched] trait Alias = Send;", "in a trait alias");
    one("#[memory_watched] mod m;", "write it inline");
    one("#[memory_watched] fn f(&self);", "no body");
    one("#[memory_watched] |x| x", "`watch! { |x| .. }`");
    one("#[memory_watched] #[unsafe(naked)] extern \"C\" fn f() { naked_asm!(\"\") }", "naked");
    one("#[memory_watched] trait T { #[memory_watched] fn f(&self); }", "no body");
}

#[test]
fn a_lone_loop_is_told_what_it_needs() {
    for source in ["for x in y {}", "'a: while x {}", "#[allow(x)] loop {}"] {
        one(&format!("#[memory_watched] {source}"), "on the enclosing function");
    }
}

#[test]
fn actions_that_cannot_follow() {
    one("#[memory_watched(on_exceed = panic)] extern \"C\" fn f() {}", "foreign ABI");
    one("#[memory_watched(on_exceed = panic)] fn drop(&mut self) {}", "`drop`");
    one("#[memory_watched(on_exceed = panic)] impl Drop for X { fn drop(&mut self) {} }", "`drop`");
    for output in [
        "",
        "-> ()",
        "-> !",
        "-> u32",
        "-> &str",
        "-> (u8, u8)",
        "-> Vec<Result<u8, E>>",
        "-> impl Iterator",
    ] {
        one(
            &format!("#[memory_watched(on_exceed = error)] fn f() {output} {{}}"),
            "return a `Result`",
        );
        one(
            &format!("#[memory_watched(on_exceed = error)] async fn f() {output} {{}}"),
            "return a `Result`",
        );
    }
    one(
        "#[memory_watched] fn f() { #[memory_watched(on_exceed = error)] loop {} }",
        "return a `Result`",
    );
    one(
        "#[memory_watched] extern \"C\" fn f() { #[memory_watched(on_exceed = panic)] loop {} }",
        "foreign ABI",
    );
    one(
        "#[memory_watched(on_exceed = error)] impl X { fn a() -> Result<u8, E> { b() } fn b() {} }",
        "skip",
    );
    assert_eq!(
        errors("#[memory_watched(on_exceed = error)] fn f() -> MyResult<u8> { g() }"),
        [""; 0]
    );
    assert_eq!(
        errors("#[memory_watched(on_exceed = error)] fn f() -> Option<u8> { g() }"),
        [""; 0]
    );
}

#[test]
fn the_allocator_is_left_alone() {
    one(
        "#[memory_watched] unsafe impl GlobalAlloc for X { unsafe fn alloc(&self, l: Layout) -> *mut u8 { a() } }",
        "GlobalAlloc",
    );
    one("#[memory_watched] unsafe fn dealloc(&self, p: *mut u8, l: Layout) {}", "GlobalAlloc");
    one("#[memory_watched] mod m { unsafe impl a::GlobalAlloc for X {} }", "GlobalAlloc");
    assert_eq!(
        errors(
            "#[memory_watched] mod m { #[memory_watched(skip)] unsafe impl GlobalAlloc for X {} }"
        ),
        [""; 0]
    );
    assert_eq!(errors("#[memory_watched] fn alloc(&self, n: usize) -> u8 { 3 }"), [""; 0]);
}

#[test]
fn results_that_cannot_be_looked_at() {
    one(
        "#[memory_watched(growth = \"1MB\", on_exceed = error)] #[track_caller] fn f() -> Result<u8, E> { g() }",
        "on_exceed = warn",
    );
    one(
        "#[memory_watched(growth = \"1MB\", on_exceed = a::b)] #[track_caller] fn f() {}",
        "on_exceed = warn",
    );
    assert_eq!(
        errors(
            "#[memory_watched(growth = \"1MB\", on_exceed = warn)] #[track_caller] fn f() -> Result<u8, E> { g() }"
        ),
        [""; 0]
    );
    one("#[memory_watched(count_errors)] fn f() -> u8 { 3 }", "count_errors");
    one("#[memory_watched(count_errors)] fn f() -> IoResult<u8> { g() }", "count_errors");
    one(
        "#[memory_watched(count_errors)] #[track_caller] fn f() -> Result<u8, E> { g() }",
        "track_caller",
    );
    assert_eq!(
        errors(
            "#[memory_watched(count_errors)] impl X { fn a() {} fn b() -> Result<u8, E> { g() } }"
        ),
        [""; 0]
    );
}

#[test]
fn options_in_the_wrong_place() {
    one("#[memory_watched(skip)] fn f() {}", "inside a watched impl");
    one(
        "#[memory_watched] fn f() { #[memory_watched(skip)] loop {} }",
        "remove `#[memory_watched(skip)]`",
    );
    one("#[memory_watched] fn f() { #[memory_watched(count_errors)] loop {} }", "on the function");
    one("#[memory_watched] fn f() { #[memory_watched] #[memory_watched] loop {} }", "twice");
    one("#[memory_watched] impl X { #[memory_watched] #[memory_watched] fn f() {} }", "twice");
    one("#[memory_watched] impl X { #[cfg_attr(p, memory_watched(skip))] fn f() {} }", "cfg_attr");
    one("#[memory_watched] fn f() { #[memory_watched] let x = 3; }", "nested functions");
    one(
        "#[memory_watched] fn f() { const X: u8 = #[memory_watched] loop { break 3 }; }",
        "constant",
    );
    one("#[memory_watched] fn f() { const { #[memory_watched] loop { break 3 } } }", "constant");
}

#[test]
fn mistakes_in_the_attribute_and_in_the_body_come_together() {
    let all = errors(
        "#[memory_watched(nope, limit = 1.5)] const fn f() { #[memory_watched(every = 0)] loop {} }",
    );
    assert_eq!(all.len(), 5, "{all:#?}");
}

#[test]
fn watch_takes_loops_and_closures() {
    for source in ["3 + 4", "", "for x in y {} for x in y {}", "|x| x, 3", "fn f() {}"] {
        let all = errors_in(entry::watch(source.parse().unwrap()));
        assert!(all.len() == 1 && all[0].contains("one loop or one closure"), "{source}: {all:#?}");
    }
    for source in [
        "#[memory_watched(skip)] |x| x",
        "#[memory_watched(count_errors)] |x| x",
        "#[memory_watched(growth = 5, on_exceed = error)] |x| x",
    ] {
        assert_eq!(errors_in(entry::watch(source.parse().unwrap())).len(), 1, "{source}");
    }
}
