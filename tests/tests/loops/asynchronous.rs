//! Loops in async functions and blocks: the future stays what it was.

use std::cell::Cell;
use std::rc::Rc;

use memmacros_runtime::{MemoryLimitExceeded, memory_watched, watch};
use memmacros_tests::{block_on, is_send, pending, site};

#[memory_watched]
async fn awaits(upto: u32, kept: &mut Vec<u32>) -> Result<u32, MemoryLimitExceeded> {
    let mut sum = 0;
    #[memory_watched]
    for n in 0..upto {
        pending(n % 2).await;
        kept.push(n);
        if n == 7 {
            continue;
        }
        sum += n;
    }
    #[memory_watched]
    while let Some(n) = kept.pop() {
        pending(1).await;
        sum += n;
    }
    let last = #[memory_watched]
    loop {
        pending(1).await;
        break 1000;
    };
    Ok(sum + last)
}

#[test]
fn a_loop_awaits() {
    let mut list = Vec::new();
    assert_eq!(block_on(is_send(awaits(4, &mut list))).expect("no limit"), 1012);
    for kind in ["for", "while", "loop"] {
        let site = site(&format!("awaits/{kind}"));
        assert_eq!((site.calls, site.active), (1, 0), "{kind}");
    }
}

#[memory_watched]
fn blocks(upto: u32) -> impl Future<Output = u32> + Send {
    let before = {
        let mut n = 0;
        #[memory_watched(name = "before the block")]
        for m in 0..upto {
            n += m;
        }
        n
    };
    let inner = async move {
        let mut sum = 0;
        #[memory_watched(name = "in a block")]
        for n in 0..upto {
            pending(1).await;
            sum += n;
        }
        sum
    };
    async move { before + inner.await }
}

#[test]
fn async_blocks() {
    assert_eq!(block_on(is_send(blocks(4))), 12);
    assert_eq!((site("before the block").calls, site("in a block").calls), (1, 1));
}

#[memory_watched]
async fn closures(upto: u32) -> u32 {
    let sum = async |upto: u32| {
        let mut sum = 0;
        #[memory_watched]
        for n in 0..upto {
            pending(1).await;
            sum += n;
        }
        sum
    };
    sum(upto).await + sum(upto).await
}

#[test]
fn async_closures() {
    assert_eq!(block_on(is_send(closures(4))), 12);
    assert_eq!(site("closures/for").calls, 2);
}

#[memory_watched]
async fn local(shared: Rc<Cell<u32>>) {
    #[memory_watched]
    for n in 0..3 {
        pending(1).await;
        shared.set(shared.get() + n);
    }
}

#[test]
fn a_future_that_is_not_send_may_stay_so() {
    let shared = Rc::new(Cell::new(0));
    block_on(local(Rc::clone(&shared)));
    assert_eq!(shared.get(), 3);
}

#[memory_watched]
async fn refused_later(turns: &mut u32) -> Result<(), MemoryLimitExceeded> {
    #[memory_watched(limit = "1 B")]
    loop {
        pending(1).await;
        *turns += 1;
    }
}

#[test]
fn a_passed_limit_leaves_the_async_function() {
    let mut turns = 0;
    let exceeded = block_on(is_send(refused_later(&mut turns))).expect_err("1 byte is passed");
    assert_eq!((turns, exceeded.site().name()), (0, "refused_later/loop"));
    assert_eq!(
        (site("refused_later/loop").active, site("refused_later/loop").limit_errors),
        (0, 1)
    );
    assert_eq!((site("refused_later").active, site("refused_later").limit_errors), (0, 0));
}

#[memory_watched]
async fn endless() {
    #[memory_watched]
    loop {
        pending(1).await;
    }
}

#[test]
fn a_cancelled_future_closes_its_loop() {
    {
        let mut future = std::pin::pin!(endless());
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        for _ in 0..3 {
            assert!(future.as_mut().poll(&mut context).is_pending());
        }
        assert_eq!((site("endless").active, site("endless/loop").active), (1, 1));
    }
    assert_eq!((site("endless").active, site("endless/loop").active), (0, 0));
    assert_eq!((site("endless").cancelled, site("endless").panics), (1, 0));
    assert_eq!((site("endless/loop").calls, site("endless/loop").panics), (1, 0));
}

async fn unannotated(upto: u32) -> u32 {
    let mut sum = 0;
    watch! {
        #[memory_watched(name = "watch! that awaits")]
        for n in 0..upto {
            pending(1).await;
            sum += n;
        }
    }
    sum
}

#[test]
fn watch_in_an_async_function() {
    assert_eq!(block_on(is_send(unannotated(4))), 6);
    assert_eq!((site("watch! that awaits").calls, site("watch! that awaits").active), (1, 0));
}
