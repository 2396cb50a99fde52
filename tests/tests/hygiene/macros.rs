//! Annotations that come out of macros of the user's.

use memmacros_runtime::{MemoryLimitExceeded, memory_watched};
use memmacros_tests::{block_on, site};

macro_rules! named {
    ($name:ident, $text:literal, $limit:expr, $growth:literal, $returns:ty, $body:expr) => {
        #[memory_watched(name = $text, limit = $limit, growth = $growth)]
        fn $name() -> $returns {
            $body
        }
    };
}

named!(with_a_literal, "literal", "8GB", "8GB", u32, 4);
named!(with_an_expression, "expression", 4 * TWO, "8GB", Result<u32, MemoryLimitExceeded>, Ok(5));

const TWO: u64 = 2_000_000_000;

#[test]
fn options_from_parameters() {
    assert_eq!((with_a_literal(), with_an_expression().expect("no limit")), (4, 5));
    assert_eq!((site("literal").calls, site("expression").calls), (1, 1));
}

macro_rules! whole {
    ($item:item) => {
        #[memory_watched]
        $item
    };
}

whole! {
    fn from_an_item(n: u32) -> Result<u32, MemoryLimitExceeded> {
        let mut sum = 0;
        #[memory_watched]
        for m in 0..n {
            sum += m;
        }
        Ok(sum)
    }
}

whole! {
    async fn from_an_async_item(n: u32) -> u32 {
        n
    }
}

#[test]
fn whole_items() {
    assert_eq!(from_an_item(4).expect("no limit"), 6);
    assert_eq!(block_on(from_an_async_item(4)), 4);
    assert_eq!(site("from_an_item/for").calls, 1);
}

macro_rules! with_locals {
    ($name:ident, $argument:ident, $body:expr) => {
        #[memory_watched]
        fn $name($argument: u32) -> u32 {
            let memmacros_guard = 10;
            #[memory_watched]
            loop {
                break memmacros_guard + $body;
            }
        }
    };
}

with_locals!(made, guard, guard * 2);

#[test]
fn locals_of_macro_and_caller_stay_apart() {
    assert_eq!(made(3), 16);
}

macro_rules! methods {
    ($type:ident { $($name:ident => $value:expr),* }) => {
        struct $type;

        #[memory_watched]
        impl $type {
            $(fn $name(&self) -> u32 { $value })*
        }
    };
}

methods!(Made { one => 1, two => 2 });

#[test]
fn impl_blocks() {
    assert_eq!(Made.one() + Made.two(), 3);
    assert_eq!((site("Made::one").calls, site("Made::two").calls), (1, 1));
}

macro_rules! types {
    ($name:ident, $argument:ty, $ok:ty) => {
        #[memory_watched(growth = "8GB")]
        fn $name(list: $argument) -> Result<$ok, MemoryLimitExceeded> {
            Ok(list.len())
        }
    };
}

types!(typed, &[u8], usize);

#[test]
fn types_from_parameters() {
    assert_eq!(typed(&[1, 2]).expect("no limit"), 2);
}
