//! Free functions: what they take, what they return, what stands in front of them.

macro_rules! shapes {
    ($($options:tt)*) => {
        use std::fmt::{Debug, Display};

        use memmacros_runtime::{MemoryLimitExceeded, memory_watched};

        #[memory_watched($($options)*)]
        fn nothing() {}

        #[memory_watched($($options)*)]
        fn plain(a: u32, b: u32) -> u32 {
            a + b
        }

        #[memory_watched($($options)*)]
        fn generic<T: Clone, const N: usize>(item: &T) -> [T; N]
        where
            T: Debug,
        {
            std::array::from_fn(|_| item.clone())
        }

        #[memory_watched($($options)*)]
        fn longest<'a>(a: &'a str, b: &'a str) -> &'a str {
            if a.len() >= b.len() { a } else { b }
        }

        #[memory_watched($($options)*)]
        fn bound<'a, 'b: 'a, T: 'a + ?Sized + AsRef<str>>(first: &'a mut &'b str, _: &T) -> &'a mut &'b str {
            *first = &first[1..];
            first
        }

        #[memory_watched($($options)*)]
        fn takes_impl(items: impl IntoIterator<Item = u32>, call: impl FnOnce(u32) -> u32) -> u32 {
            call(items.into_iter().sum())
        }

        #[memory_watched($($options)*)]
        fn returns_impl(upto: u32) -> impl Iterator<Item = u32> + Clone {
            (0..upto).filter(|n| n % 2 == 0)
        }

        #[memory_watched($($options)*)]
        fn returns_result_of_impl(upto: u32) -> Result<impl Iterator<Item = u32>, MemoryLimitExceeded> {
            Ok(0..upto)
        }

        #[memory_watched($($options)*)]
        fn returns_borrowing_impl<'a>(texts: &'a [&str]) -> impl Iterator<Item = usize> + use<'a> {
            // Only the lengths leave.
            texts.iter().map(|text| text.len()).collect::<Vec<_>>().into_iter()
        }

        #[memory_watched($($options)*)]
        fn returns_closure(by: u32) -> impl Fn(u32) -> u32 {
            move |n| n * by
        }

        #[memory_watched($($options)*)]
        fn returns_dyn(by: u32) -> Box<dyn Fn(u32) -> u32> {
            Box::new(move |n| n * by)
        }

        #[memory_watched($($options)*)]
        fn returns_dyn_ref(text: &String) -> &dyn Display {
            text
        }

        #[memory_watched($($options)*)]
        fn coerces(text: &String) -> &str {
            text
        }

        #[memory_watched($($options)*)]
        fn returns_fn_pointer() -> fn(u32) -> u32 {
            |n| n + 1
        }

        #[memory_watched($($options)*)]
        fn returns_nested_generics() -> Result<Option<Vec<(u8, String)>>, Box<dyn std::error::Error + Send + Sync>> {
            Ok(Some(vec![(1, "one".into())]))
        }

        #[memory_watched($($options)*)]
        fn never(why: &str) -> ! {
            panic!("{why}")
        }

        #[memory_watched($($options)*)]
        fn never_by_loop() -> ! {
            loop {
                std::panic::resume_unwind(Box::new(7_u8));
            }
        }

        #[expect(unsafe_code, reason = "a shape")]
        #[memory_watched($($options)*)]
        unsafe fn unsafe_fn(number: *const u32) -> u32 {
            // SAFETY: the only caller gives the address of a local.
            unsafe { *number }
        }

        #[memory_watched($($options)*)]
        extern "Rust" fn extern_rust(n: u32) -> u32 {
            n
        }

        #[memory_watched($($options)*)]
        #[inline]
        #[must_use]
        #[cold]
        fn attributes() -> u32 {
            3
        }

        #[memory_watched($($options)*)]
        fn attributes_on_params(#[cfg(any())] _: NoSuchType, #[cfg(not(any()))] n: u32) -> u32 {
            n
        }

        #[memory_watched($($options)*)]
        fn patterns((a, b): (u32, u32), [first, .., last]: [u32; 4], mut sum: u32, _: String, &c: &u32) -> u32 {
            sum += a + b + first + last + c;
            sum
        }

        #[memory_watched($($options)*)]
        fn r#match(r#type: u32) -> u32 {
            r#type
        }

        #[memory_watched($($options)*)]
        fn inner_attribute() -> u32 {
            #![allow(unused_variables, clippy::allow_attributes)]
            let unused = 1;
            2
        }

        #[memory_watched($($options)*)]
        fn early(n: u32) -> u32 {
            if n > 10 {
                return 10;
            }
            n
        }

        #[memory_watched($($options)*)]
        fn question(text: &str) -> Result<u32, Box<dyn std::error::Error + Send + Sync>> {
            let n: u32 = text.parse()?;
            Ok(n)
        }

        #[memory_watched($($options)*)]
        fn question_on_option(text: &str) -> Option<char> {
            let first = text.chars().next()?;
            Some(first)
        }

        #[memory_watched($($options)*)]
        fn nested() -> u32 {
            #[memory_watched]
            fn inner() -> u32 {
                20
            }
            struct Local(u32);
            impl Local {
                #[memory_watched]
                fn get(&self) -> u32 {
                    self.0
                }
            }
            inner() + Local(1).get()
        }

        #[memory_watched($($options)*)]
        fn recursive(n: u64) -> u64 {
            if n < 2 { n } else { recursive(n - 1) + recursive(n - 2) }
        }

        #[memory_watched($($options)*)]
        fn closures(n: u32) -> u32 {
            let mut seen = Vec::new();
            let mut add = |m: u32| {
                seen.push(m);
                m
            };
            add(n) + add(n) + u32::try_from(seen.len()).expect("two")
        }

        #[memory_watched($($options)*)]
        fn moves_its_arguments(text: String, rest: Vec<u8>) -> (String, Vec<u8>) {
            drop(text.clone());
            (text, rest)
        }

        #[memory_watched($($options)*)]
        fn borrows_mutably(list: &mut Vec<u32>) -> &mut u32 {
            list.push(5);
            list.last_mut().expect("just pushed")
        }

        #[memory_watched($($options)*)]
        fn infers(texts: &[&str]) -> Result<Vec<u32>, Box<dyn std::error::Error + Send + Sync>> {
            Ok(texts.iter().map(|text| text.parse()).collect::<Result<_, _>>()?)
        }

        #[memory_watched($($options)*)]
        fn tail_is_a_statement_macro() -> String {
            format!("{}", 1)
        }

        #[memory_watched($($options)*)]
        fn tail_borrows_a_local() -> usize {
            let list = std::sync::Mutex::new(vec![1]);
            list.lock().expect("nobody panicked").len()
        }

        #[memory_watched($($options)*)]
        fn let_else(pair: Option<u32>) -> u32 {
            let Some(n) = pair else { return 0 };
            n
        }

        #[memory_watched($($options)*)]
        fn labelled_block(n: u32) -> u32 {
            'out: {
                if n > 1 {
                    break 'out 9;
                }
                n
            }
        }

        #[cfg(any(target_arch = "x86_64", target_arch = "x86"))]
        #[target_feature(enable = "sse2")]
        #[memory_watched($($options)*)]
        fn featured(n: u32) -> u32 {
            n + 1
        }

        #[test]
        fn each_gives_what_it_would_unwatched() {
            nothing();
            assert_eq!(plain(1, 2), 3);
            assert_eq!(generic::<_, 3>(&"x"), ["x"; 3]);
            assert_eq!(longest("ab", "c"), "ab");
            assert_eq!(*bound(&mut "abc", "t"), "bc");
            assert_eq!(takes_impl([1, 2], |sum| sum * 10), 30);
            assert_eq!(returns_impl(5).clone().collect::<Vec<_>>(), [0, 2, 4]);
            assert_eq!(returns_result_of_impl(3).expect("no limit").sum::<u32>(), 3);
            assert_eq!(returns_borrowing_impl(&["a", "bc"]).collect::<Vec<_>>(), [1, 2]);
            assert_eq!(returns_closure(3)(4), 12);
            assert_eq!(returns_dyn(3)(4), 12);
            assert_eq!(returns_dyn_ref(&"d".to_owned()).to_string(), "d");
            assert_eq!(coerces(&"c".to_owned()), "c");
            assert_eq!(returns_fn_pointer()(1), 2);
            assert_eq!(returns_nested_generics().expect("no limit"), Some(vec![(1, "one".to_owned())]));
            assert_eq!(extern_rust(4), 4);
            assert_eq!(attributes(), 3);
            assert_eq!(attributes_on_params(8), 8);
            assert_eq!(patterns((1, 2), [3, 0, 0, 4], 5, String::new(), &6), 21);
            assert_eq!(r#match(2), 2);
            assert_eq!(inner_attribute(), 2);
            assert_eq!((early(3), early(30)), (3, 10));
            assert_eq!(question("12").expect("a number"), 12);
            assert_eq!(question("x").expect_err("no number").to_string(), "invalid digit found in string");
            assert_eq!((question_on_option("ab"), question_on_option("")), (Some('a'), None));
            assert_eq!(nested(), 21);
            assert_eq!(recursive(15), 610);
            assert_eq!(closures(2), 6);
            assert_eq!(moves_its_arguments("m".into(), vec![1]), ("m".into(), vec![1]));
            let mut list = vec![1];
            *borrows_mutably(&mut list) += 1;
            assert_eq!(list, [1, 6]);
            assert_eq!(infers(&["1", "2"]).expect("numbers"), [1, 2]);
            assert_eq!(tail_is_a_statement_macro(), "1");
            assert_eq!(tail_borrows_a_local(), 1);
            assert_eq!((let_else(Some(1)), let_else(None)), (1, 0));
            assert_eq!((labelled_block(1), labelled_block(2)), (1, 9));
        }

        #[test]
        #[expect(unsafe_code, reason = "a shape")]
        fn an_unsafe_function_stays_one() {
            // SAFETY: the address of a local.
            assert_eq!(unsafe { unsafe_fn(&raw const *&7) }, 7);
        }

        #[test]
        #[cfg(any(target_arch = "x86_64", target_arch = "x86"))]
        #[expect(unsafe_code, reason = "a shape")]
        fn a_target_feature_stays_on() {
            // SAFETY: every x86_64 has it, and so has each x86 that Rust builds for by default.
            assert_eq!(unsafe { featured(1) }, 2);
        }

        #[test]
        fn functions_that_never_return_can_still_panic() {
            let why = std::panic::catch_unwind(|| never("because")).expect_err("it panics");
            assert_eq!(why.downcast_ref::<String>().map(String::as_str), Some("because"));
            let why = std::panic::catch_unwind(|| never_by_loop()).expect_err("it panics");
            assert_eq!(why.downcast_ref::<u8>(), Some(&7));
        }
    };
}
use shapes;

super::in_all_forms!(shapes);

/// What may not panic has no form that does.
mod foreign {
    use memmacros_runtime::{MemoryLimitExceeded, memory_watched};

    #[memory_watched]
    extern "C" fn bare(n: u32) -> u32 {
        n + 1
    }

    #[memory_watched(growth = "8GB", on_exceed = warn)]
    extern "C" fn growing(n: u32) -> u32 {
        n + 1
    }

    #[expect(unsafe_code, reason = "a shape")]
    #[memory_watched(limit = "8GB", every = 1, on_exceed = super::super::handler)]
    unsafe extern "C" fn handled(n: u32) -> u32 {
        n + 1
    }

    #[expect(improper_ctypes_definitions, reason = "a shape")]
    #[memory_watched]
    extern "C" fn result(n: u32) -> Result<u32, MemoryLimitExceeded> {
        Ok(n + 1)
    }

    #[expect(unsafe_code, reason = "a shape")]
    #[unsafe(no_mangle)]
    #[memory_watched]
    extern "C" fn memmacros_tests_shapes_exported(n: u32) -> u32 {
        n + 1
    }

    struct Dropped<'a>(&'a mut u32);

    impl Drop for Dropped<'_> {
        #[memory_watched]
        fn drop(&mut self) {
            *self.0 += 1;
        }
    }

    #[test]
    #[expect(unsafe_code, reason = "a shape")]
    fn each_gives_what_it_would_unwatched() {
        let called: extern "C" fn(u32) -> u32 = bare;
        assert_eq!((called(1), growing(1)), (2, 2));
        // SAFETY: it asks for nothing.
        assert_eq!(unsafe { handled(1) }, 2);
        assert_eq!(result(1).expect("no limit"), 2);
        assert_eq!(memmacros_tests_shapes_exported(1), 2);
        let mut dropped = 0;
        drop(Dropped(&mut dropped));
        assert_eq!(dropped, 1);
    }
}

/// `growth` with an action that needs the result would lose the caller, and is refused.
mod tracked {
    use std::panic::Location;

    use memmacros_runtime::{MemoryLimitExceeded, memory_watched};

    #[memory_watched]
    #[track_caller]
    fn bare() -> &'static Location<'static> {
        Location::caller()
    }

    #[track_caller]
    #[memory_watched(limit = "8GB", every = 1)]
    fn outside() -> Result<&'static Location<'static>, MemoryLimitExceeded> {
        Ok(Location::caller())
    }

    #[memory_watched(growth = "8GB", on_exceed = warn)]
    #[track_caller]
    fn warned() -> Option<&'static Location<'static>> {
        Some(Location::caller())
    }

    #[memory_watched(growth = "8GB")]
    #[track_caller]
    fn panicking() -> &'static Location<'static> {
        Location::caller()
    }

    struct Method;

    impl Method {
        #[track_caller]
        #[memory_watched(limit = super::super::eight(), on_exceed = super::super::handler)]
        fn method(&self) -> &'static Location<'static> {
            Location::caller()
        }
    }

    macro_rules! told {
        ($call:expr) => {{
            let (here, line) = ($call, line!());
            assert_eq!((here.file(), here.line()), (file!(), line), "{}", stringify!($call));
        }};
    }

    #[test]
    fn tells_of_the_caller() {
        told!(bare());
        told!(outside().expect("no limit"));
        told!(warned().expect("some"));
        told!(panicking());
        told!(Method.method());
    }
}
