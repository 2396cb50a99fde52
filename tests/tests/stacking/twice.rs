//! Two of ours on one function: both watch. The upper one is expanded first, into the body
//! that the lower one then watches, so that the lower one is the first to look.

use memmacros_runtime::{MemoryLimitExceeded, SiteKind, memory_watched, sites};
use memmacros_tests::{block_on, pending, site};

#[memory_watched(name = "upper", limit = "1 B")]
#[memory_watched(name = "lower", limit = "8GB")]
fn function(turns: &mut u32) -> Result<u32, MemoryLimitExceeded> {
    *turns += 1;
    Ok(1)
}

#[memory_watched(name = "upper of growth", growth = "8GB")]
#[memory_watched(name = "lower of growth", growth = "8GB", count_errors)]
fn growing(list: &mut [u32]) -> Result<&mut u32, MemoryLimitExceeded> {
    #[memory_watched(name = "loop of both")]
    for n in list.iter_mut() {
        *n += 1;
    }
    Ok(&mut list[0])
}

#[memory_watched(name = "upper future")]
#[memory_watched(name = "lower future")]
async fn future(n: u32) -> Result<u32, MemoryLimitExceeded> {
    pending(1).await;
    Ok(n)
}

#[test]
fn both_watch() {
    let mut turns = 0;
    let exceeded = function(&mut turns).expect_err("1 byte is passed");
    assert_eq!((turns, exceeded.site().name()), (0, "upper"));
    assert_eq!((site("upper").calls, site("upper").limit_errors), (1, 1));
    assert_eq!((site("lower").calls, site("lower").limit_errors), (1, 0));

    assert_eq!(*growing(&mut [1]).expect("no limit"), 2);
    assert_eq!((site("upper of growth").calls, site("lower of growth").calls), (1, 1));
    // The upper one takes the attribute off; the loop is watched once.
    assert_eq!(site("loop of both").calls, 1);

    assert_eq!(block_on(future(3)).expect("no limit"), 3);
    for name in ["upper future", "lower future"] {
        assert_eq!((site(name).calls, site(name).place.kind()), (1, SiteKind::Future), "{name}");
    }
}

struct Store;

/// On the impl and on a function of it: the function's own options win, and it is one site.
#[memory_watched(limit = "1 B", on_exceed = error)]
impl Store {
    #[memory_watched(limit = "8GB")]
    fn raised(&self) -> Result<u32, MemoryLimitExceeded> {
        Ok(1)
    }

    fn inherited(&self) -> Result<u32, MemoryLimitExceeded> {
        Ok(1)
    }
}

#[test]
fn a_function_inherits_what_it_does_not_say() {
    assert_eq!(Store.raised().expect("8 GB are not passed"), 1);
    assert_eq!(Store.inherited().expect_err("1 byte is passed").site().name(), "Store::inherited");
    assert_eq!(sites().iter().filter(|site| site.place.name() == "Store::raised").count(), 1);
}
