//! Annotations that never ran are listed, too.

#![expect(dead_code, reason = "they never run")]

use memmacros_runtime::{
    MemoryWatchedExt as _, SiteKind, mem_checkpoint, memory_watched, sites, watch,
};
use memmacros_tests::site;

#[memory_watched]
fn function() {
    #[memory_watched]
    loop {
        mem_checkpoint!("never shown");
    }
}

#[memory_watched]
async fn future() {}

#[memory_watched]
fn generic<T>(_: T) {}

struct Store<T>(T);

#[memory_watched(name = "Shop")]
impl<T> Store<T> {
    fn method(_: &T) {}
}

fn unannotated() {
    let closure = watch!(
        #[memory_watched(name = "closure that never ran")]
        || ()
    );
    closure();
}

#[memory_watched]
fn looks_at(limit: &str) -> usize {
    (0..3).memory_watched(limit).count()
}

#[test]
fn they_are_listed() {
    for (name, kind) in [
        ("function", SiteKind::Function),
        ("function/loop", SiteKind::Loop),
        ("never shown", SiteKind::Checkpoint),
        ("future", SiteKind::Future),
        ("generic", SiteKind::Function),
        ("Shop::method", SiteKind::Function),
        ("closure that never ran", SiteKind::Closure),
    ] {
        let site = site(name);
        assert_eq!(site.place.kind(), kind, "{name}");
        assert_eq!((site.place.file(), site.place.module()), (file!(), module_path!()));
        assert!(site.place.line() > 0);
        assert_eq!((site.calls, site.active, site.panics, site.cancelled), (0, 0, 0, 0));
        assert_eq!((site.growth_max, site.growth_last, site.worst_resident), (None, None, None));
    }
    // A call that is no annotation is listed once it has run.
    let iterators =
        || sites().iter().filter(|site| site.place.kind() == SiteKind::Iterator).count();
    assert_eq!(iterators(), 0);
    assert_eq!(looks_at("8GB"), 3);
    assert_eq!(iterators(), 1);
}
