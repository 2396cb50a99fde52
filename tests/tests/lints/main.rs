//! Every form of expansion under lints that refuse everything: CI's clippy run judges it.

#![deny(warnings, clippy::all, clippy::pedantic)]
#![deny(
    missing_docs,
    unused,
    unreachable_pub,
    elided_lifetimes_in_paths,
    explicit_outlives_requirements,
    let_underscore_drop,
    macro_use_extern_crate,
    meta_variable_misuse,
    missing_abi,
    missing_copy_implementations,
    missing_debug_implementations,
    non_ascii_idents,
    redundant_lifetimes,
    single_use_lifetimes,
    trivial_casts,
    trivial_numeric_casts,
    unit_bindings,
    unsafe_code,
    unused_extern_crates,
    unused_import_braces,
    unused_lifetimes,
    unused_macro_rules,
    unused_qualifications,
    unused_results,
    variant_size_differences
)]
#![deny(
    clippy::allow_attributes,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::dbg_macro,
    clippy::default_numeric_fallback,
    clippy::expect_used,
    clippy::future_not_send,
    clippy::indexing_slicing,
    clippy::let_underscore_must_use,
    clippy::let_underscore_untyped,
    clippy::mem_forget,
    clippy::needless_pass_by_value,
    clippy::panic,
    clippy::pattern_type_mismatch,
    clippy::print_stderr,
    clippy::shadow_reuse,
    clippy::shadow_same,
    clippy::shadow_unrelated,
    clippy::string_slice,
    clippy::undocumented_unsafe_blocks,
    clippy::unwrap_used,
    clippy::use_self
)]

mod forms;

use memmacros_runtime::memory_watched;

/// H10: public, so that `missing_docs` would miss this line if the attribute lost it.
#[memory_watched]
pub fn documented() -> u32 {
    1
}

#[test]
fn the_forms_run() {
    // Each gives 1, but for three that give 2 or nothing.
    assert_eq!(forms::run(), 31);
    assert_eq!(documented(), 1);
}
