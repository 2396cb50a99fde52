//! `memory_watched` on streams, with each poll in place of a call.

use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use futures_core::{FusedStream as _, Stream};
use memmacros_runtime::{
    MemoryLimit, MemoryWatchedStreamExt as _, SiteKind, resident, set_memory_limit,
};
use memmacros_tests::{MB, alone, block_on, is_send, site, touched};

/// 0, 1, 2 and so on, each after a poll that is pending.
struct Numbers {
    next: u32,
    end: u32,
    ready: bool,
}

fn numbers(end: u32) -> Numbers {
    Numbers { next: 0, end, ready: false }
}

impl Stream for Numbers {
    type Item = u32;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<u32>> {
        self.ready = !self.ready;
        if self.ready {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let next = self.next;
        self.next += 1;
        Poll::Ready((next < self.end).then_some(next))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = (self.end - self.next) as usize;
        (left, Some(left))
    }
}

async fn next<S: Stream>(mut stream: Pin<&mut S>) -> Option<S::Item> {
    std::future::poll_fn(|context| stream.as_mut().poll_next(context)).await
}

async fn collected<S: Stream>(stream: S) -> Vec<S::Item> {
    let (mut stream, mut items) = (pin!(stream), Vec::new());
    while let Some(item) = next(stream.as_mut()).await {
        items.push(item);
    }
    items
}

#[test]
fn every_item_comes() {
    let items = block_on(is_send(collected(numbers(100).memory_watched("8GB"))));
    let items: Result<Vec<u32>, _> = items.into_iter().collect();
    assert_eq!(items.expect("there is room"), (0..100).collect::<Vec<_>>());
}

#[test]
fn the_error_hands_the_item_back_and_the_stream_goes_on() {
    let items = block_on(collected(numbers(3).memory_watched("1 B")));
    assert!(items.iter().all(|item| item.as_ref().is_err_and(|error| error.exceeded().is_some())));
    let handed_back: Vec<_> =
        items.into_iter().map(|item| item.expect_err("as above").into_item()).collect();
    // The last is the check after the last item.
    assert_eq!(handed_back, [Some(0), Some(1), Some(2), None]);
}

#[test]
fn what_the_last_item_took_is_seen_after_it() {
    alone(|| {
        let room = resident().expect("it can be read").as_u64() + 20_000_000;
        let mut kept = Vec::new();
        let errors = block_on(async {
            let mut stream = pin!(numbers(3).memory_watched(room));
            let mut errors = Vec::new();
            while let Some(item) = next(stream.as_mut()).await {
                match item {
                    Ok(2) => kept = touched(40 * MB),
                    Ok(_) => {}
                    Err(error) => errors.push(error.into_item()),
                }
            }
            errors
        });
        assert_eq!((errors, kept.len()), (vec![None], 40 * MB));
    });
}

#[test]
fn the_global_limit_can_change_meanwhile() {
    alone(|| {
        set_memory_limit("8GB").expect("a limit");
        block_on(async {
            let mut stream = pin!(numbers(1000).memory_watched(MemoryLimit::GLOBAL));
            assert!(next(stream.as_mut()).await.expect("there are more").is_ok());
            set_memory_limit(0).expect("a limit");
            let mut good = 0;
            while next(stream.as_mut()).await.expect("there are more").is_ok() {
                good += 1;
            }
            assert!(good < 64, "{good}");
            set_memory_limit("8GB").expect("a limit");
            while let Some(item) = next(stream.as_mut()).await {
                item.expect("there is room again");
            }
        });
    });
}

#[test]
fn a_text_that_is_no_limit_is_one_error_and_fetches_nothing() {
    let mut items = block_on(collected(numbers(3).memory_watched("200m"))).into_iter();
    let error = items.next().expect("it is told").expect_err("no limit");
    assert!(error.exceeded().is_none() && error.to_string().contains("200m"), "{error}");
    assert!(items.next().is_none());
}

#[test]
fn it_ends_and_stays_so() {
    block_on(async {
        let mut stream = pin!(numbers(1).memory_watched("8GB"));
        assert_eq!((stream.size_hint(), stream.is_terminated()), ((1, Some(2)), false));
        assert!(next(stream.as_mut()).await.is_some());
        assert!(next(stream.as_mut()).await.is_none());
        assert!(stream.is_terminated());
        assert_eq!(stream.size_hint(), (0, Some(0)));
        assert!(next(stream.as_mut()).await.is_none());
    });
}

#[test]
fn the_place_of_the_call_is_the_site() {
    alone(|| {
        let watched = || numbers(3).memory_watched("8GB");
        assert_eq!(block_on(collected(watched())).len(), 3);
        let half_read = watched();
        assert_eq!(site("stream").active, 1);
        drop(half_read);
        let site = site("stream");
        assert_eq!((site.calls, site.active, site.place.kind()), (2, 0, SiteKind::Iterator));
    });
}
