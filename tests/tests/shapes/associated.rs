//! Methods and associated functions, of types and of traits.

macro_rules! shapes {
    ($($options:tt)*) => {
        use std::pin::Pin;
        use std::rc::Rc;
        use std::sync::Arc;

        use memmacros_runtime::{MemoryLimitExceeded, memory_watched};

        #[derive(Clone, Debug, PartialEq)]
        struct Store<T> {
            items: Vec<T>,
        }

        #[derive(Debug, PartialEq)]
        struct OwnError;

        impl From<MemoryLimitExceeded> for OwnError {
            fn from(_: MemoryLimitExceeded) -> Self {
                Self
            }
        }

        impl<T: Clone + PartialEq> Store<T> {
            #[memory_watched($($options)*)]
            fn new() -> Self {
                Self { items: Vec::new() }
            }

            #[memory_watched($($options)*)]
            fn len(&self) -> usize {
                self.items.len()
            }

            #[memory_watched($($options)*)]
            fn push(&mut self, item: T) -> &mut Self {
                self.items.push(item);
                self
            }

            #[memory_watched($($options)*)]
            fn first_mut(&mut self) -> Result<&mut T, OwnError> {
                self.items.first_mut().ok_or(OwnError)
            }

            #[memory_watched($($options)*)]
            fn find(&self, item: &T) -> Option<&T> {
                for each in &self.items {
                    if each == item {
                        return Some(each);
                    }
                }
                None
            }

            #[memory_watched($($options)*)]
            fn map<U, F>(self, mut map: F) -> Store<U>
            where
                F: FnMut(T) -> U,
            {
                Store { items: self.items.into_iter().map(&mut map).collect() }
            }

            #[memory_watched($($options)*)]
            fn iter(&self) -> impl Iterator<Item = &T> {
                self.items.iter()
            }

            #[memory_watched($($options)*)]
            fn boxed(self: Box<Self>) -> Vec<T> {
                self.items
            }

            #[memory_watched($($options)*)]
            fn counted(self: &Rc<Self>) -> usize {
                Rc::strong_count(self)
            }

            #[memory_watched($($options)*)]
            fn shared(self: Arc<Self>) -> usize {
                self.items.len()
            }

            #[memory_watched($($options)*)]
            fn pinned(mut self: Pin<&mut Self>, item: T) -> usize
            where
                T: Unpin,
            {
                self.items.push(item);
                self.items.len()
            }

            #[memory_watched($($options)*)]
            fn mutable(mut self, item: T) -> Self {
                self.items.clear();
                self.items.push(item);
                self
            }
        }

        trait Shape {
            const SIDES: u32;

            #[memory_watched($($options)*)]
            fn sides(&self) -> u32 {
                Self::SIDES
            }

            fn area(&self) -> f64;

            fn create(side: u32) -> Result<Self, OwnError>
            where
                Self: Sized;

            fn corners(&self) -> impl Iterator<Item = u32>;
        }

        struct Square(u32);

        impl Shape for Square {
            const SIDES: u32 = 4;

            #[memory_watched($($options)*)]
            fn area(&self) -> f64 {
                f64::from(self.0) * f64::from(self.0)
            }

            #[memory_watched($($options)*)]
            fn create(side: u32) -> Result<Self, OwnError> {
                if side == 0 {
                    return Err(OwnError);
                }
                Ok(Self(side))
            }

            #[memory_watched($($options)*)]
            fn corners(&self) -> impl Iterator<Item = u32> {
                0..Self::SIDES
            }
        }

        trait Dynamic {
            fn name(&self) -> String;

            #[memory_watched($($options)*)]
            fn greeting(&self) -> String {
                format!("hello {}", self.name())
            }
        }

        impl Dynamic for Square {
            #[memory_watched($($options)*)]
            fn name(&self) -> String {
                format!("square {}", self.0)
            }
        }

        impl<T: Dynamic + ?Sized> Dynamic for Box<T> {
            #[memory_watched($($options)*)]
            fn name(&self) -> String {
                (**self).name()
            }
        }

        #[test]
        fn methods_take_self_in_every_way() {
            let mut store = Store::new();
            store.push(3).push(4);
            assert_eq!(store.len(), 2);
            *store.first_mut().expect("there is one") += 1;
            assert_eq!((store.find(&4), store.find(&9)), (Some(&4), None));
            assert_eq!(store.iter().sum::<i32>(), 8);
            assert_eq!(store.clone().map(|n| n.to_string()).items, ["4", "4"]);
            assert_eq!(Box::new(store.clone()).boxed(), [4, 4]);
            assert_eq!(Rc::new(store.clone()).counted(), 1);
            assert_eq!(Arc::new(store.clone()).shared(), 2);
            assert_eq!(Pin::new(&mut store).pinned(7), 3);
            assert_eq!(store.mutable(9).items, [9]);
            assert_eq!(Store::<u8>::new().first_mut(), Err(OwnError));
        }

        #[test]
        fn traits_and_their_impls() {
            let square = Square::create(3).expect("a square");
            assert!((square.area() - 9.0).abs() < f64::EPSILON);
            assert_eq!(square.sides(), 4);
            assert_eq!(square.corners().collect::<Vec<_>>(), [0, 1, 2, 3]);
            assert!(Square::create(0).is_err());
            let boxed: Box<dyn Dynamic> = Box::new(square);
            assert_eq!(boxed.greeting(), "hello square 3");
            assert_eq!(Dynamic::greeting(&boxed), "hello square 3");
        }
    };
}
use shapes;

super::in_all_forms!(shapes);
