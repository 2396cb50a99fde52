//! `#[tracing::instrument]`, in both orders.

use memmacros_runtime::{MemoryLimitExceeded, memory_watched};
use memmacros_tests::{block_on, is_send, pending, site};
use tracing::instrument;

#[memory_watched]
#[instrument(skip_all, ret)]
fn inside(n: u32) -> u32 {
    #[memory_watched]
    for _ in 0..n {}
    n
}

#[instrument(skip_all, err)]
#[memory_watched(growth = "8GB")]
fn outside(list: &mut [u32]) -> Result<u32, MemoryLimitExceeded> {
    #[memory_watched]
    for n in list.iter_mut() {
        *n += 1;
    }
    Ok(list[0])
}

#[memory_watched]
#[instrument(skip(text), err)]
async fn inside_async(text: &str, n: u32) -> Result<usize, MemoryLimitExceeded> {
    #[memory_watched]
    for _ in 0..n {
        pending(1).await;
    }
    Ok(text.len())
}

#[instrument(skip(text), err)]
#[memory_watched(limit = "8GB", growth = "8GB")]
async fn outside_async(text: &str, n: u32) -> Result<usize, MemoryLimitExceeded> {
    #[memory_watched]
    for _ in 0..n {
        pending(1).await;
    }
    Ok(text.len())
}

#[instrument(skip_all)]
#[memory_watched(limit = "1 B")]
async fn refused_outside() -> Result<u32, MemoryLimitExceeded> {
    Ok(1)
}

#[memory_watched(limit = "1 B")]
#[instrument(skip_all)]
async fn refused_inside() -> Result<u32, MemoryLimitExceeded> {
    Ok(1)
}

#[test]
fn functions() {
    assert_eq!(inside(3), 3);
    assert_eq!(outside(&mut [1]).expect("no limit"), 2);
    assert_eq!((site("inside").calls, site("outside").calls), (1, 1));
    assert_eq!((site("inside/for").calls, site("outside/for").calls), (1, 1));
}

#[test]
fn futures() {
    assert_eq!(block_on(is_send(inside_async("abc", 2))).expect("no limit"), 3);
    assert_eq!(block_on(is_send(outside_async("abc", 2))).expect("no limit"), 3);
    assert_eq!((site("inside_async").calls, site("outside_async").calls), (1, 1));
    assert_eq!((site("inside_async/for").calls, site("outside_async/for").calls), (1, 1));
    assert!(block_on(refused_inside()).is_err());
    assert!(block_on(refused_outside()).is_err());
}
