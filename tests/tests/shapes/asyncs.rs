//! Async functions and methods, and functions that give futures.

macro_rules! shapes {
    ($($options:tt)*) => {
        use std::future::Future;
        use std::pin::Pin;

        use memmacros_runtime::{MemoryLimitExceeded, memory_watched};
        use memmacros_tests::{block_on, is_send, pending};

        type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

        #[memory_watched($($options)*)]
        async fn nothing() {
            pending(1).await;
        }

        #[memory_watched($($options)*)]
        async fn plain(a: u32, b: u32) -> u32 {
            pending(2).await;
            a + b
        }

        #[memory_watched($($options)*)]
        async fn generic<T: Clone + Send, const N: usize>(item: &T) -> Vec<T>
        where
            T: Sync,
        {
            pending(1).await;
            vec![item.clone(); N]
        }

        #[memory_watched($($options)*)]
        async fn references<'a>(a: &'a str, list: &mut Vec<&'a str>) -> &'a str {
            list.push(a);
            pending(1).await;
            list.push(a);
            list[0]
        }

        #[memory_watched($($options)*)]
        async fn elided(text: &str) -> &str {
            pending(1).await;
            &text[1..]
        }

        #[memory_watched($($options)*)]
        async fn owns(text: String) -> usize {
            pending(1).await;
            text.len()
        }

        #[memory_watched($($options)*)]
        async fn question(text: &str) -> Result<u32, Box<dyn std::error::Error + Send + Sync>> {
            pending(1).await;
            if text.is_empty() {
                return Ok(0);
            }
            Ok(text.parse()?)
        }

        #[memory_watched($($options)*)]
        async fn returns_impl(upto: u32) -> impl Iterator<Item = u32> {
            pending(1).await;
            (0..upto).map(|n| n * 2)
        }

        #[memory_watched($($options)*)]
        async fn returns_dyn(by: u32) -> Box<dyn Fn(u32) -> u32 + Send> {
            pending(1).await;
            Box::new(move |n| n * by)
        }

        #[memory_watched($($options)*)]
        async fn option(text: &str) -> Option<char> {
            let first = text.chars().next()?;
            pending(1).await;
            Some(first)
        }

        #[memory_watched($($options)*)]
        async fn never() -> ! {
            pending(1).await;
            std::panic::resume_unwind(Box::new(7_u8))
        }

        #[memory_watched($($options)*)]
        async fn infers(texts: &[&str]) -> Result<Vec<u32>, Box<dyn std::error::Error + Send + Sync>> {
            pending(1).await;
            Ok(texts.iter().map(|text| text.parse()).collect::<Result<_, _>>()?)
        }

        #[memory_watched($($options)*)]
        async fn patterns((a, mut b): (u32, u32), _: u32, #[cfg(any())] _: NoSuchType) -> u32 {
            b += 1;
            pending(1).await;
            a + b
        }

        #[memory_watched($($options)*)]
        async fn inner_attribute() -> u32 {
            #![allow(unused_variables, clippy::allow_attributes)]
            let unused = 1;
            pending(1).await;
            2
        }

        #[expect(unsafe_code, reason = "a shape")]
        #[memory_watched($($options)*)]
        async unsafe fn unsafe_fn(n: u32) -> u32 {
            pending(1).await;
            n
        }

        #[memory_watched($($options)*)]
        async fn recursive(n: u32) -> u32 {
            if n == 0 { 0 } else { Box::pin(recursive(n - 1)).await + 1 }
        }

        #[memory_watched($($options)*)]
        fn returns_future(n: u32) -> impl Future<Output = u32> + Send {
            async move {
                pending(1).await;
                n
            }
        }

        #[memory_watched($($options)*)]
        fn returns_boxed(text: &str) -> Pin<Box<dyn Future<Output = usize> + Send + '_>> {
            let length = text.len();
            Box::pin(async move {
                pending(1).await;
                length
            })
        }

        #[memory_watched($($options)*)]
        fn returns_alias(text: &str) -> BoxFuture<'_, usize> {
            Box::pin(async move { text.len() })
        }

        #[memory_watched($($options)*)]
        fn returns_result_future(n: u32) -> impl Future<Output = Result<u32, MemoryLimitExceeded>> + Send {
            async move {
                pending(1).await;
                Ok(n)
            }
        }

        struct Store {
            items: Vec<u32>,
        }

        impl Store {
            #[memory_watched($($options)*)]
            async fn push(&mut self, item: u32) -> &mut u32 {
                pending(1).await;
                self.items.push(item);
                self.items.last_mut().expect("just pushed")
            }

            #[memory_watched($($options)*)]
            async fn get(&self, at: usize) -> Result<&u32, std::io::Error> {
                pending(1).await;
                self.items.get(at).ok_or_else(|| std::io::ErrorKind::NotFound.into())
            }

            #[memory_watched($($options)*)]
            async fn into_items(self) -> Vec<u32> {
                pending(1).await;
                self.items
            }

            #[memory_watched($($options)*)]
            async fn make(of: &[u32]) -> Self {
                pending(1).await;
                Self { items: of.to_vec() }
            }
        }

        trait Load {
            fn load(&self) -> impl Future<Output = u32> + Send;
        }

        impl Load for Store {
            #[memory_watched($($options)*)]
            async fn load(&self) -> u32 {
                pending(1).await;
                self.items.iter().sum()
            }
        }

        #[test]
        fn each_gives_what_it_would_unwatched() {
            block_on(is_send(nothing()));
            assert_eq!(block_on(is_send(plain(1, 2))), 3);
            assert_eq!(block_on(is_send(generic::<_, 2>(&1))), [1, 1]);
            let mut list = Vec::new();
            assert_eq!(block_on(is_send(references("a", &mut list))), "a");
            assert_eq!(list, ["a", "a"]);
            assert_eq!(block_on(is_send(elided("abc"))), "bc");
            assert_eq!(block_on(is_send(owns("abc".into()))), 3);
            assert_eq!(block_on(is_send(question("12"))).expect("a number"), 12);
            assert_eq!(block_on(question("")).expect("nothing"), 0);
            assert!(block_on(question("x")).is_err());
            assert_eq!(block_on(is_send(returns_impl(3))).collect::<Vec<_>>(), [0, 2, 4]);
            assert_eq!(block_on(is_send(returns_dyn(3)))(2), 6);
            assert_eq!((block_on(option("a")), block_on(option(""))), (Some('a'), None));
            assert_eq!(block_on(is_send(infers(&["1", "2"]))).expect("numbers"), [1, 2]);
            assert_eq!(block_on(is_send(patterns((1, 2), 3))), 4);
            assert_eq!(block_on(is_send(inner_attribute())), 2);
            assert_eq!(block_on(recursive(5)), 5);
            assert_eq!(block_on(is_send(returns_future(4))), 4);
            assert_eq!(block_on(is_send(returns_boxed("abc"))), 3);
            assert_eq!(block_on(is_send(returns_alias("abc"))), 3);
            assert_eq!(block_on(is_send(returns_result_future(5))).expect("no limit"), 5);
        }

        #[test]
        #[expect(unsafe_code, reason = "a shape")]
        fn an_unsafe_function_stays_one() {
            // SAFETY: it asks for nothing.
            assert_eq!(block_on(is_send(unsafe { unsafe_fn(4) })), 4);
        }

        #[test]
        fn methods() {
            let mut store = block_on(is_send(Store::make(&[1])));
            *block_on(is_send(store.push(2))) += 1;
            assert_eq!(block_on(is_send(store.get(1))).expect("there is one"), &3);
            assert!(block_on(store.get(5)).is_err());
            assert_eq!(block_on(is_send(store.load())), 4);
            assert_eq!(block_on(is_send(store.into_items())), [1, 3]);
        }

        #[test]
        fn a_future_that_never_ends_can_still_panic() {
            let why = std::panic::catch_unwind(|| block_on(never())).expect_err("it panics");
            assert_eq!(why.downcast_ref::<u8>(), Some(&7));
        }
    };
}
use shapes;

super::in_all_forms!(shapes);

/// A future that is not `Send` may stay so.
mod local {
    use std::rc::Rc;

    use memmacros_runtime::memory_watched;
    use memmacros_tests::{block_on, pending};

    #[memory_watched]
    async fn counts(shared: &Rc<u32>) -> usize {
        let own = Rc::clone(shared);
        pending(2).await;
        Rc::strong_count(&own)
    }

    #[test]
    fn works() {
        assert_eq!(block_on(counts(&Rc::new(1))), 2);
    }
}

/// What an async function takes lives as long as its future, also what it does not use.
mod drops {
    use std::sync::Mutex;

    use memmacros_runtime::memory_watched;
    use memmacros_tests::{block_on, pending};

    static DROPPED: Mutex<Vec<&str>> = Mutex::new(Vec::new());

    struct Noisy(&'static str);

    impl Drop for Noisy {
        fn drop(&mut self) {
            DROPPED.lock().expect("nobody panics").push(self.0);
        }
    }

    async fn unwatched(_a: Noisy, _: Noisy, _c: Noisy) {
        let _local = Noisy("local");
        pending(1).await;
    }

    #[memory_watched]
    async fn watched(_a: Noisy, _: Noisy, _c: Noisy) {
        let _local = Noisy("local");
        pending(1).await;
    }

    #[test]
    fn in_the_same_order() {
        block_on(unwatched(Noisy("a"), Noisy("b"), Noisy("c")));
        let expected = std::mem::take(&mut *DROPPED.lock().expect("nobody panics"));
        block_on(watched(Noisy("a"), Noisy("b"), Noisy("c")));
        assert_eq!(*DROPPED.lock().expect("nobody panics"), expected);
    }
}
