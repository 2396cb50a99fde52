//! Scenarios H6, H10 and H11: arguments and results pass through, the body runs once, names
//! and generators stay.

use std::cell::Cell;

use memmacros_runtime::{MemoryLimitExceeded, memory_watched};
use memmacros_tests::{block_on, pending};

macro_rules! forms {
    ($($name:ident { $($options:tt)* })*) => {
        $(
            mod $name {
                use super::*;

                #[memory_watched($($options)*)]
                pub(super) fn once(runs: &Cell<u32>, text: &str, list: Vec<u8>, n: Option<u32>) -> Result<(String, Vec<u8>, Option<u32>), MemoryLimitExceeded> {
                    runs.set(runs.get() + 1);
                    Ok((text.to_owned(), list, n))
                }

                #[memory_watched($($options)*)]
                pub(super) async fn once_later(runs: &Cell<u32>, list: Vec<u8>) -> Result<Vec<u8>, MemoryLimitExceeded> {
                    pending(3).await;
                    runs.set(runs.get() + 1);
                    Ok(list)
                }
            }
        )*

        /// H6: whatever is measured, however long it takes, the body runs exactly once.
        #[test]
        fn arguments_and_results_pass_through_and_the_body_runs_once() {
            $(
                let runs = Cell::new(0);
                let result = $name::once(&runs, "text", vec![1, 2], Some(3)).expect("no limit");
                assert_eq!(result, ("text".to_owned(), vec![1, 2], Some(3)));
                assert_eq!(block_on($name::once_later(&runs, vec![4])).expect("no limit"), [4]);
                assert_eq!(runs.get(), 2, stringify!($name));
            )*
        }
    };
}

forms! {
    bare {}
    exact { every = 1, limit = "8GB" }
    growing { growth = "8GB" }
    counting { count_errors, growth = "8GB", every = "1ms" }
    warning { on_exceed = warn, limit = "1 B" }
    panicking { on_exceed = panic, limit = super::super::eight() }
    handled { on_exceed = super::super::ignore, limit = "1 B" }
}

/// H10: the function is still called what it was.
#[test]
fn names_and_types_stay() {
    #[memory_watched]
    fn named(n: u32) -> u32 {
        n
    }

    assert!(std::any::type_name_of_val(&named).ends_with("names_and_types_stay::named"));
    let pointer: fn(u32) -> u32 = named;
    assert_eq!(pointer(3), 3);
    // Nothing that needs to be dropped, moved or stored has come to it.
    assert_eq!(size_of_val(&named), 0);
}

/// H11: what is generated piece by piece comes piece by piece.
#[test]
fn generators_stay_lazy() {
    #[memory_watched]
    fn numbers(made: &Cell<u32>) -> impl Iterator<Item = u32> {
        std::iter::from_fn(move || {
            made.set(made.get() + 1);
            Some(made.get())
        })
    }

    let made = Cell::new(0);
    let mut numbers = numbers(&made);
    assert_eq!(made.get(), 0);
    assert_eq!((numbers.next(), numbers.next()), (Some(1), Some(2)));
    assert_eq!(made.get(), 2);
}

/// H11: nothing of an async function runs before it is polled.
#[test]
fn futures_stay_lazy() {
    #[memory_watched]
    async fn notes(made: &Cell<u32>) -> u32 {
        made.set(made.get() + 1);
        pending(1).await;
        made.get()
    }

    let made = Cell::new(0);
    let future = notes(&made);
    assert_eq!(made.get(), 0);
    assert_eq!(block_on(future), 1);
}
