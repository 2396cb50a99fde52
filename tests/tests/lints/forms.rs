//! One of each form.

use memmacros_runtime::{MemoryLimitExceeded, mem_checkpoint, memory_watched, watch};
use memmacros_tests::{block_on, pending};

fn limit() -> u64 {
    8_000_000_000
}

fn shed(_: &MemoryLimitExceeded) {}

/// An error of the user's own.
#[derive(Debug)]
pub(crate) struct Failed;

impl From<MemoryLimitExceeded> for Failed {
    fn from(_: MemoryLimitExceeded) -> Self {
        Self
    }
}

// Functions: a guard, by each action and limit.

#[memory_watched]
fn bare() {}

#[memory_watched]
fn nothing_inside_but_an_item() {
    const _: () = ();
}

#[memory_watched(limit = "8GB", every = 1)]
fn error() -> Result<u32, MemoryLimitExceeded> {
    Ok(1)
}

#[memory_watched(limit = 8_000_000_000, every = 64, name = "converted")]
fn converted(text: &str) -> Result<u32, std::io::Error> {
    if text.is_empty() {
        return Err(std::io::ErrorKind::NotFound.into());
    }
    Ok(1)
}

#[memory_watched(limit = "99.5%", every = "10ms", on_exceed = panic)]
fn panics(n: u32) -> u32 {
    fn item_first(n: u32) -> u32 {
        n
    }
    item_first(n)
}

#[memory_watched(limit = limit(), on_exceed = warn, checkpoints)]
fn warns() -> u32 {
    1
}

#[memory_watched(limit = limit().max(1), on_exceed = shed)]
fn handled() -> u32 {
    1
}

#[memory_watched(on_exceed = error)]
fn option<T>(item: T) -> Option<T> {
    Some(item)
}

#[memory_watched]
fn borrows(list: &mut [u32]) -> Result<&mut u32, Failed> {
    list.first_mut().ok_or(Failed)
}

#[memory_watched]
#[must_use = "a value"]
#[inline]
fn returns_impl<'a>(list: &'a [&'a str]) -> impl Iterator<Item = &'a str> + 'a {
    list.iter().copied()
}

// With a look at the result.

#[memory_watched(growth = "8GB")]
fn growth_error(list: &mut [u32]) -> Result<&mut u32, Failed> {
    list.first_mut().ok_or(Failed)
}

#[memory_watched(growth = 8_000_000_000)]
fn growth_panics() -> u32 {
    1
}

#[memory_watched(growth = "8GB", on_exceed = warn)]
fn growth_warns() {}

#[memory_watched(growth = "8GB", on_exceed = shed)]
fn growth_handled(text: String) -> String {
    text
}

#[memory_watched(count_errors)]
fn counts() -> Result<(), Failed> {
    Ok(())
}

#[memory_watched(count_errors, growth = "8GB")]
fn counts_and_grows(fails: bool) -> Result<u32, Failed> {
    if fails {
        return Err(Failed);
    }
    Ok(1)
}

#[memory_watched(growth = "8GB", on_exceed = warn)]
#[track_caller]
fn growth_tracked() -> &'static std::panic::Location<'static> {
    std::panic::Location::caller()
}

// Futures.

#[memory_watched]
async fn future_bare() {
    pending(1).await;
}

#[memory_watched(limit = "8GB", growth = "8GB", every = 1)]
async fn future_error(text: &str) -> Result<usize, Failed> {
    pending(1).await;
    if text.is_empty() {
        return Err(Failed);
    }
    Ok(text.len())
}

#[memory_watched(limit = limit(), on_exceed = panic)]
async fn future_panics() -> u32 {
    pending(1).await;
    1
}

#[memory_watched(on_exceed = warn, checkpoints)]
async fn future_warns<T: Clone + Send + Sync>(item: &T) -> T {
    pending(1).await;
    item.clone()
}

#[memory_watched(limit = limit(), on_exceed = shed)]
async fn future_handled() -> Option<u32> {
    pending(1).await;
    Some(1)
}

#[memory_watched(count_errors)]
async fn future_counts() -> Result<u32, Failed> {
    pending(1).await;
    Ok(1)
}

#[memory_watched(count_errors, on_exceed = warn)]
async fn future_counts_and_warns() -> Result<impl Iterator<Item = u32>, Failed> {
    pending(1).await;
    Ok(0..1)
}

#[memory_watched]
fn boxed(text: &str) -> std::pin::Pin<Box<dyn Future<Output = usize> + Send + '_>> {
    Box::pin(async move { text.len() })
}

#[memory_watched]
fn returns_future(text: &str) -> impl Future<Output = Option<u32>> + Send + use<> {
    let length = u32::try_from(text.len()).ok();
    async move {
        pending(1).await;
        length
    }
}

// Loops.

#[memory_watched]
fn loops(upto: u32) -> Result<u32, Failed> {
    let mut sum = 0_u32;
    #[memory_watched]
    for n in 0..upto {
        sum = sum.saturating_add(n);
    }
    #[memory_watched(limit = "8GB", growth = "8GB", every = 1)]
    'label: while sum < 10 {
        sum = sum.saturating_add(1);
        if sum == 9 {
            break 'label;
        }
    }
    let mut list = vec![0, 1];
    #[memory_watched(limit = limit(), on_exceed = panic)]
    while let Some(n) = list.pop() {
        sum = sum.saturating_add(n);
    }
    #[memory_watched(on_exceed = warn, checkpoints)]
    #[cfg(not(any()))]
    for n in &list {
        sum = sum.saturating_add(*n);
    }
    #[cfg_attr(not(any()), memory_watched(on_exceed = shed, name = "shed"))]
    for n in &list {
        sum = sum.saturating_add(*n);
    }
    #[memory_watched]
    for _ in &list {}
    let value = #[memory_watched]
    loop {
        sum = sum.saturating_add(1);
        if sum > 20 {
            break sum;
        }
    };
    let closure = |most: u32| {
        let mut inner = 0_u32;
        #[memory_watched]
        for n in 0..most {
            inner = inner.saturating_add(n);
        }
        inner
    };
    let mut turns = 0_u32;
    let listed = vec![
        #[memory_watched]
        loop {
            turns = turns.saturating_add(1);
            if turns > 2 {
                break closure(0);
            }
        },
    ];
    Ok(value.saturating_add(listed.into_iter().sum()))
}

#[memory_watched]
async fn loops_that_await(upto: u32) -> Result<u32, Failed> {
    let mut sum = 0_u32;
    #[memory_watched]
    for n in 0..upto {
        pending(1).await;
        sum = sum.saturating_add(n);
    }
    Ok(sum)
}

// Blocks.

/// A type.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Store(u32);

#[memory_watched]
impl Store {
    const fn new() -> Self {
        Self(1)
    }

    /// Documented.
    pub(crate) fn get(self) -> u32 {
        self.0
    }

    async fn load(&self) -> Result<u32, Failed> {
        pending(1).await;
        Ok(self.0)
    }

    #[memory_watched(skip)]
    fn skipped(self) -> u32 {
        self.0
    }
}

#[memory_watched(on_exceed = panic, limit = "8GB")]
impl std::fmt::Display for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

#[memory_watched]
trait Shape {
    fn sides(&self) -> u32;

    fn corners(&self) -> u32 {
        self.sides()
    }
}

#[memory_watched]
impl Shape for Store {
    fn sides(&self) -> u32 {
        self.0
    }
}

#[memory_watched(limit = "8GB", every = 1)]
mod inner {
    use memmacros_runtime::MemoryLimitExceeded;

    /// Documented.
    pub(crate) fn run(text: &str) -> Result<u32, MemoryLimitExceeded> {
        if text.is_empty() {
            let _sample = memmacros_runtime::check_memory()?;
        }
        Ok(1)
    }
}

pub(crate) fn run() -> u32 {
    let mut list = vec![1];
    bare();
    nothing_inside_but_an_item();
    growth_warns();
    let mut sum = panics(1).saturating_add(warns()).saturating_add(handled());
    let mut add = |n: Option<u32>| sum = sum.saturating_add(n.unwrap_or(1000));
    add(error().ok());
    add(converted("a").ok());
    add(option(1));
    add(borrows(&mut list).ok().copied());
    add(returns_impl(&["a"]).count().try_into().ok());
    add(growth_error(&mut list).ok().copied());
    add(Some(growth_panics()));
    add(growth_handled("a".into()).len().try_into().ok());
    add(counts().ok().map(|()| 1));
    add(counts_and_grows(false).ok());
    add(growth_tracked().file().ends_with("forms.rs").then_some(1));
    block_on(future_bare());
    add(block_on(future_error("a")).ok().and_then(|n| n.try_into().ok()));
    add(Some(block_on(future_panics())));
    add(Some(block_on(future_warns(&1))));
    add(block_on(future_handled()));
    add(block_on(future_counts()).ok());
    add(block_on(future_counts_and_warns()).ok().map(Iterator::sum::<u32>));
    add(block_on(boxed("a")).try_into().ok());
    add(block_on(returns_future("a")));
    add(loops(3).ok().and_then(|n| n.checked_sub(20)));
    add(block_on(loops_that_await(2)).ok());
    let store = Store::new();
    add(Some(store.get()));
    add(block_on(store.load()).ok());
    add(Some(store.skipped()));
    add(store.to_string().parse().ok());
    add(Some(store.corners()));
    add(inner::run("").ok());
    watch! {
        #[memory_watched(limit = "8GB")]
        for n in 0..1 {
            sum = sum.saturating_add(n);
        }
    }
    let double = watch!(|n: u32| n.saturating_mul(2));
    sum = sum.saturating_add(double(1));
    if mem_checkpoint!("at {sum}").is_none() || mem_checkpoint!().is_none() {
        sum = 0;
    }
    sum
}
