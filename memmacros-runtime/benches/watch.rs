//! What watching adds to a function of 1.4 ns, to a poll and to an iteration, beside
//! `#[tracing::instrument]` and the floors: a thread-local count, and one reading or two.
//!
//! `cargo bench -p memmacros-runtime --bench watch`; with `MEMMACROS=off` before it, the
//! same switched off. Instructions: `valgrind --tool=callgrind` over the built binary with
//! `--bench function::watched --sample-count 1 --sample-size 1000000`, less that of
//! `function::plain`.

use std::cell::Cell;
use std::future::Future;
use std::hint::black_box;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use memmacros_runtime::{memory_watched, resident};

fn main() {
    // Once before anything is timed: the first reading opens the file.
    let _ = resident();
    divan::main();
}

/// Calls a sample. Left to itself, a sample would be one call, as the first one reads.
const CALLS: u32 = 100_000;

const fn step(sum: u64, x: u64) -> u64 {
    (sum ^ x).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

#[divan::bench_group]
mod function {
    use super::{CALLS, Cell, black_box, memory_watched, resident, step};

    #[inline(never)]
    fn bare(x: u64) -> u64 {
        step(1, x)
    }

    #[inline(never)]
    #[memory_watched(limit = "64GiB")]
    fn with_default_gate(x: u64) -> u64 {
        step(1, x)
    }

    #[inline(never)]
    #[memory_watched(limit = "64GiB", every = 1)]
    fn with_each_call_read(x: u64) -> u64 {
        step(1, x)
    }

    #[inline(never)]
    #[tracing::instrument(skip_all)]
    fn with_tracing(x: u64) -> u64 {
        step(1, x)
    }

    thread_local! {
        static COUNT: Cell<u64> = const { Cell::new(0) };
    }

    #[inline(never)]
    fn with_a_count(x: u64) -> u64 {
        COUNT.set(COUNT.get() + 1);
        step(1, x)
    }

    /// Through a pointer, so that nothing is inlined and all pay the same call.
    fn call(bencher: divan::Bencher<'_, '_>, function: fn(u64) -> u64) {
        let x = Cell::new(1);
        bencher.bench_local(|| x.set(black_box(function)(x.get())));
    }

    #[divan::bench(sample_size = CALLS)]
    fn plain(bencher: divan::Bencher<'_, '_>) {
        call(bencher, bare);
    }

    #[divan::bench(sample_size = CALLS)]
    fn watched(bencher: divan::Bencher<'_, '_>) {
        call(bencher, with_default_gate);
    }

    #[divan::bench(sample_size = CALLS)]
    fn peer_tracing_without_subscriber(bencher: divan::Bencher<'_, '_>) {
        call(bencher, with_tracing);
    }

    #[divan::bench(sample_size = CALLS)]
    fn floor_thread_local_count(bencher: divan::Bencher<'_, '_>) {
        call(bencher, with_a_count);
    }

    #[divan::bench]
    fn watched_every_1(bencher: divan::Bencher<'_, '_>) {
        call(bencher, with_each_call_read);
    }

    #[divan::bench]
    fn floor_two_readings(bencher: divan::Bencher<'_, '_>) {
        bencher.bench_local(|| (black_box(resident()), black_box(resident())));
    }
}

#[divan::bench_group]
mod poll {
    use super::{CALLS, Context, Future, Pin, Poll, Waker, black_box, memory_watched, pin, step};

    /// Never ready, so that a poll of a future that waits is what is timed.
    struct Waiting(u64);

    impl Future for Waiting {
        type Output = u64;

        fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<u64> {
            self.0 = step(self.0, 1);
            Poll::Pending
        }
    }

    async fn bare() -> u64 {
        Waiting(0).await
    }

    #[memory_watched(limit = "64GiB")]
    async fn with_default_gate() -> u64 {
        Waiting(0).await
    }

    #[memory_watched(limit = "64GiB", every = 1)]
    async fn with_each_poll_read() -> u64 {
        Waiting(0).await
    }

    #[tracing::instrument(skip_all)]
    async fn with_tracing() -> u64 {
        Waiting(0).await
    }

    #[expect(clippy::unused_async, reason = "it is ready at once")]
    async fn bare_ready(x: u64) -> u64 {
        step(1, x)
    }

    #[memory_watched(limit = "64GiB")]
    async fn watched_ready(x: u64) -> u64 {
        step(1, x)
    }

    #[inline(never)]
    fn poll(future: Pin<&mut dyn Future<Output = u64>>) -> bool {
        future.poll(&mut Context::from_waker(Waker::noop())).is_ready()
    }

    fn waiting(bencher: divan::Bencher<'_, '_>, future: impl Future<Output = u64>) {
        let mut future = pin!(future);
        bencher.bench_local(|| poll(future.as_mut()));
    }

    #[divan::bench(sample_size = CALLS)]
    fn plain(bencher: divan::Bencher<'_, '_>) {
        waiting(bencher, bare());
    }

    #[divan::bench(sample_size = CALLS)]
    fn watched(bencher: divan::Bencher<'_, '_>) {
        waiting(bencher, with_default_gate());
    }

    #[divan::bench]
    fn watched_every_1(bencher: divan::Bencher<'_, '_>) {
        waiting(bencher, with_each_poll_read());
    }

    #[divan::bench(sample_size = CALLS)]
    fn peer_tracing_without_subscriber(bencher: divan::Bencher<'_, '_>) {
        waiting(bencher, with_tracing());
    }

    #[divan::bench(sample_size = CALLS)]
    fn made_and_polled_once_plain(bencher: divan::Bencher<'_, '_>) {
        bencher.bench_local(|| poll(pin!(bare_ready(black_box(1)))));
    }

    #[divan::bench(sample_size = CALLS)]
    fn made_and_polled_once_watched(bencher: divan::Bencher<'_, '_>) {
        bencher.bench_local(|| poll(pin!(watched_ready(black_box(1)))));
    }
}

#[divan::bench_group]
mod iteration {
    use divan::counter::ItemsCount;

    use super::{black_box, memory_watched, resident, step};

    const MANY: u64 = 1_000_000;
    const FEW: u64 = 1_000;

    fn bare(iterations: u64) -> u64 {
        let mut sum = 0;
        for x in 0..iterations {
            sum = step(sum, x);
        }
        sum
    }

    #[memory_watched]
    fn with_default_gate(iterations: u64) -> u64 {
        let mut sum = 0;
        #[memory_watched(limit = "64GiB")]
        for x in 0..iterations {
            sum = step(sum, x);
        }
        sum
    }

    #[memory_watched]
    fn with_each_read(iterations: u64) -> u64 {
        let mut sum = 0;
        #[memory_watched(limit = "64GiB", every = 1)]
        for x in 0..iterations {
            sum = step(sum, x);
        }
        sum
    }

    #[divan::bench]
    fn plain(bencher: divan::Bencher<'_, '_>) {
        bencher.counter(ItemsCount::new(MANY)).bench_local(|| bare(black_box(MANY)));
    }

    #[divan::bench]
    fn watched(bencher: divan::Bencher<'_, '_>) {
        bencher.counter(ItemsCount::new(MANY)).bench_local(|| with_default_gate(black_box(MANY)));
    }

    #[divan::bench]
    fn watched_every_1(bencher: divan::Bencher<'_, '_>) {
        bencher.counter(ItemsCount::new(FEW)).bench_local(|| with_each_read(black_box(FEW)));
    }

    #[divan::bench]
    fn floor_one_reading(bencher: divan::Bencher<'_, '_>) {
        bencher.counter(ItemsCount::new(FEW)).bench_local(|| {
            for _ in 0..FEW {
                black_box(resident());
            }
        });
    }
}
