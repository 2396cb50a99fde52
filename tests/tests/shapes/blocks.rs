//! The attribute on impl blocks, traits and inline modules.

use memmacros_runtime::{SiteKind, memory_watched, sites};
use memmacros_tests::{block_on, pending, site};

struct Importer<T> {
    rows: Vec<T>,
}

#[memory_watched]
impl<T: Clone> Importer<T> {
    const WIDTH: usize = 2;

    const fn empty() -> Self {
        Self { rows: Vec::new() }
    }

    fn add(&mut self, row: T) -> Result<&mut T, std::fmt::Error> {
        self.rows.push(row);
        self.rows.last_mut().ok_or(std::fmt::Error)
    }

    async fn count(&self) -> usize {
        pending(1).await;
        self.rows.len() * Self::WIDTH
    }

    #[memory_watched(skip)]
    fn skipped(&self) -> usize {
        self.rows.len()
    }

    #[memory_watched(name = "renamed")]
    fn named(self) -> Vec<T> {
        self.rows
    }

    fn with_a_loop(&self) -> usize {
        let mut n = 0;
        #[memory_watched]
        for _ in &self.rows {
            n += 1;
        }
        n
    }
}

#[test]
fn every_function_of_an_impl_is_watched_but_for_the_skipped_and_the_constant() {
    const EMPTY: Importer<u8> = Importer::empty();
    let mut importer = EMPTY;
    *importer.add(1).expect("one") += 1;
    assert_eq!(block_on(importer.count()), 2);
    assert_eq!(importer.skipped(), 1);
    assert_eq!(importer.with_a_loop(), 1);
    assert_eq!(importer.named(), [2]);

    assert_eq!(site("Importer::add").calls, 1);
    assert_eq!(site("Importer::add").place.kind(), SiteKind::Function);
    assert_eq!(site("Importer::count").place.kind(), SiteKind::Future);
    assert_eq!(site("Importer::with_a_loop/for").place.kind(), SiteKind::Loop);
    assert_eq!(site("renamed").calls, 1);
    let unwatched = ["empty", "skipped"];
    assert!(
        !sites().iter().any(|site| unwatched.iter().any(|name| site.place.name().ends_with(name)))
    );
}

trait Visit {
    fn visit(&mut self, n: u32) -> u32;
    fn name() -> &'static str
    where
        Self: Sized;
}

struct Counter(u32);

#[memory_watched(on_exceed = warn)]
impl Visit for Counter {
    fn visit(&mut self, n: u32) -> u32 {
        self.0 += n;
        self.0
    }

    fn name() -> &'static str {
        "counter"
    }
}

#[test]
fn trait_impls() {
    let visitor: &mut dyn Visit = &mut Counter(1);
    assert_eq!((visitor.visit(2), Counter::name()), (3, "counter"));
    assert_eq!(site("Counter::visit").calls, 1);
}

#[memory_watched]
trait Defaults {
    fn required(&self) -> u32;

    fn doubled(&self) -> u32 {
        self.required() * 2
    }

    #[memory_watched(skip)]
    fn quiet(&self) -> u32 {
        self.required() + 1
    }
}

impl Defaults for u32 {
    fn required(&self) -> u32 {
        *self
    }
}

#[test]
fn default_methods_of_a_trait() {
    assert_eq!((4.doubled(), 4.quiet()), (8, 5));
    assert_eq!(site("Defaults::doubled").calls, 1);
    assert!(!sites().iter().any(|site| site.place.name() == "Defaults::quiet"));
}

#[memory_watched(name = "engine")]
mod engine {
    pub(crate) const START: u32 = 1;

    pub(crate) fn run(n: u32) -> u32 {
        inner::step(n) + Motor(n).turn() + twice(1)
    }

    const fn twice(n: u32) -> u32 {
        n * 2
    }

    struct Motor(u32);

    impl Motor {
        fn turn(&self) -> u32 {
            self.0
        }
    }

    pub(crate) trait Fuel {
        fn litres(&self) -> u32 {
            7
        }
    }

    impl Fuel for () {}

    pub(crate) mod inner {
        pub(crate) fn step(n: u32) -> u32 {
            n + super::START
        }
    }

    #[memory_watched(skip)]
    pub(crate) mod unwatched {
        pub(crate) fn quiet() -> u32 {
            3
        }
    }
}

#[test]
fn every_function_of_a_module_is_watched() {
    use engine::Fuel as _;

    assert_eq!(engine::run(1), 5);
    assert_eq!((engine::unwatched::quiet(), ().litres()), (3, 7));
    let all = sites();
    let mut names: Vec<&str> = all
        .iter()
        .filter(|site| site.place.module().contains("engine"))
        .map(|site| site.place.name())
        .collect();
    names.sort_unstable();
    // The module's name goes before its functions, the type's before its methods.
    assert_eq!(names, ["Fuel::litres", "Motor::turn", "engine::run", "inner::step"]);
}

mod generic_impls {
    use std::fmt::Debug;

    use memmacros_runtime::memory_watched;

    pub(super) struct Pair<'a, A: Debug + ?Sized, const N: usize>(
        pub(super) &'a A,
        pub(super) [u8; N],
    );

    #[memory_watched]
    impl<'a, A, const N: usize> Pair<'a, A, N>
    where
        A: Debug + ?Sized,
    {
        pub(super) fn first(&self) -> &'a A {
            self.0
        }

        pub(super) fn second(&mut self) -> &mut [u8; N] {
            &mut self.1
        }

        pub(super) fn length(&self) -> usize {
            N
        }
    }

    #[memory_watched]
    impl<A: Debug + ?Sized, const N: usize> Drop for Pair<'_, A, N> {
        fn drop(&mut self) {
            self.1.fill(0);
        }
    }
}

#[test]
fn generic_impls_with_borrows() {
    let mut pair = generic_impls::Pair("a", [1, 2]);
    assert_eq!(pair.first(), "a");
    pair.second()[0] = 9;
    assert_eq!((pair.1, pair.length()), ([9, 2], 2));
    drop(pair);
    assert_eq!(site("Pair::drop").calls, 1);
}
