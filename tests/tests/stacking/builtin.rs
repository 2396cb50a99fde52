//! Attributes of the language.

use memmacros_runtime::{MemoryLimitExceeded, memory_watched, sites};
use memmacros_tests::site;

#[memory_watched]
#[inline(always)]
#[expect(clippy::inline_always, reason = "a shape")]
#[doc(hidden)]
fn inlined(n: u32) -> u32 {
    n + 1
}

#[deprecated(note = "for a test")]
#[memory_watched]
fn deprecated(n: u32) -> u32 {
    n + 1
}

#[cfg_attr(not(any()), memory_watched(name = "attribute on"))]
fn attribute_on(n: u32) -> u32 {
    n + 1
}

#[cfg_attr(any(), memory_watched(name = "attribute off"))]
fn attribute_off(n: u32) -> u32 {
    n + 1
}

#[memory_watched]
#[cfg(any())]
fn configured_out() -> NoSuchType {}

#[cfg(any())]
#[memory_watched(name = "configured out")]
fn configured_out() -> NoSuchType {}

#[cfg_attr(not(any()), inline, memory_watched(limit = "1 B"))]
fn several() -> Result<(), MemoryLimitExceeded> {
    Ok(())
}

/// Documented.
#[memory_watched]
#[must_use = "a value"]
fn documented() -> u32 {
    1
}

#[test]
#[expect(deprecated, reason = "calling it is the test: without the attribute this is unfulfilled")]
fn deprecated_stays() {
    assert_eq!(deprecated(1), 2);
}

#[test]
#[expect(unused_must_use, reason = "without the attribute this is unfulfilled")]
fn must_use_stays() {
    documented();
}

#[test]
fn switched_by_cfg() {
    assert_eq!((inlined(1), attribute_on(1), attribute_off(1)), (2, 2, 2));
    assert_eq!((site("inlined").calls, site("attribute on").calls), (1, 1));
    assert!(several().is_err());
    let off = ["attribute off", "configured out", "configured_out"];
    assert!(!sites().iter().any(|site| off.contains(&site.place.name())));
}
