//! Places in a function where a loop can stand.

use std::sync::Mutex;

use memmacros_runtime::{memory_watched, sites};
use memmacros_tests::site;

#[memory_watched]
fn in_a_match_arm(which: u32) -> u32 {
    let mut sum = 0;
    match which {
        0 =>
        {
            #[memory_watched]
            for n in 0..3 {
                sum += n;
            }
        }
        1 =>
        {
            #[memory_watched]
            while sum < 10 {
                sum += 4;
            }
        }
        _ => sum = 100,
    }
    sum + match which {
        5 =>
        {
            #[memory_watched]
            loop {
                break 5;
            }
        }
        _ => 0,
    }
}

#[test]
fn match_arms() {
    assert_eq!([0, 1, 2, 5].map(in_a_match_arm), [3, 12, 100, 105]);
}

#[memory_watched]
fn in_let_else(text: Option<&str>) -> usize {
    let Some(text) = text else {
        let mut tries = 0;
        #[memory_watched]
        loop {
            tries += 1;
            if tries == 3 {
                return tries;
            }
        }
    };
    text.len()
}

#[test]
fn the_else_of_a_let() {
    assert_eq!((in_let_else(Some("four")), in_let_else(None)), (4, 3));
    assert_eq!(site("in_let_else/loop").calls, 1);
}

#[memory_watched]
fn in_a_condition(n: u32) -> bool {
    if n > 1 && {
        let mut count = 0;
        #[memory_watched]
        for _ in 0..n {
            count += 1;
        }
        count > 2
    } {
        return true;
    }
    false
}

#[test]
fn conditions() {
    assert_eq!([0, 2, 3].map(in_a_condition), [false, false, true]);
}

/// The guard that the iterator borrows from lives until the end of the tail.
#[memory_watched]
fn tail_temporaries(list: &Mutex<Vec<u32>>, sum: &mut u32) {
    #[memory_watched]
    for n in list.lock().expect("nobody panics").iter() {
        *sum += n;
    }
}

#[test]
fn temporaries_of_the_tail_live_long_enough() {
    let (list, mut sum) = (Mutex::new(vec![1, 2]), 0);
    tail_temporaries(&list, &mut sum);
    assert_eq!(sum, 3);
    assert!(list.try_lock().is_ok());
}

#[memory_watched]
fn in_closures(list: &[u32]) -> u32 {
    let sum = |upto: u32| {
        let mut sum = 0;
        #[memory_watched(name = "in a closure")]
        for n in 0..upto {
            sum += n;
        }
        sum
    };
    let typed = |upto: u32| -> Result<u32, String> {
        let mut sum = 0;
        #[memory_watched]
        for n in 0..upto {
            if n > 5 {
                return Err("too much".into());
            }
            sum += n;
        }
        Ok(sum)
    };
    list.iter().map(|n| sum(*n)).sum::<u32>() + typed(3).unwrap_or(0) + typed(9).unwrap_or(1000)
}

#[test]
fn closures() {
    assert_eq!(in_closures(&[2, 3]), 1 + 3 + 3 + 1000);
    assert_eq!(site("in a closure").calls, 2);
}

#[memory_watched]
fn with_other_attributes(n: u32) -> u32 {
    let mut sum = 0;
    #[memory_watched]
    #[expect(unused_variables, reason = "it goes along")]
    for unused in 0..n {
        sum += 1;
    }
    #[allow(unused_variables, clippy::allow_attributes)]
    #[memory_watched(name = "allowed")]
    for unused in 0..n {
        sum += 1;
    }
    #[cfg(any())]
    #[memory_watched(name = "never compiled")]
    for _ in 0..NO_SUCH_NAME {
        sum += 1000;
    }
    #[memory_watched(name = "compiled")]
    #[cfg(not(any()))]
    for _ in 0..n {
        sum += 1;
    }
    #[cfg_attr(any(), memory_watched(name = "switched off", limit = "1 B", on_exceed = panic))]
    for _ in 0..n {
        sum += 1;
    }
    #[cfg_attr(not(any()), memory_watched(name = "switched on"))]
    for _ in 0..n {
        sum += 1;
    }
    sum
}

#[test]
fn other_attributes_stay() {
    assert_eq!(with_other_attributes(2), 10);
    assert_eq!(
        (site("allowed").calls, site("compiled").calls, site("switched on").calls),
        (1, 1, 1)
    );
    assert!(!sites().iter().any(|site| site.place.name() == "never compiled"));
}

struct Tree(Vec<Tree>, u32);

impl Tree {
    #[memory_watched]
    fn total(&self) -> u32 {
        let mut sum = self.1;
        #[memory_watched(name = "children")]
        for child in &self.0 {
            sum += child.total();
        }
        sum
    }
}

impl Iterator for Tree {
    type Item = u32;

    #[memory_watched]
    fn next(&mut self) -> Option<u32> {
        #[memory_watched]
        while let Some(child) = self.0.pop() {
            self.1 += child.1;
        }
        (self.1 > 0).then(|| std::mem::take(&mut self.1))
    }
}

#[test]
fn methods_and_recursion() {
    let tree = Tree(vec![Tree(vec![Tree(vec![], 4)], 2), Tree(vec![], 3)], 1);
    assert_eq!(tree.total(), 10);
    assert_eq!((site("children").calls, site("children").active), (4, 0));
    assert_eq!(tree.collect::<Vec<_>>(), [6]);
}

#[memory_watched]
fn nested_items() -> u32 {
    fn unannotated() -> u32 {
        let mut sum = 0;
        #[memory_watched(name = "of a nested function")]
        for n in 0..3 {
            sum += n;
        }
        sum
    }
    #[memory_watched]
    fn annotated() -> u32 {
        let mut sum = 0;
        #[memory_watched(name = "of a watched nested function")]
        for n in 0..3 {
            sum += n;
        }
        sum
    }
    unannotated() + annotated()
}

#[test]
fn nested_functions() {
    assert_eq!(nested_items(), 6);
    assert_eq!(site("of a nested function").calls, 1);
    assert_eq!(site("of a watched nested function").calls, 1);
}

#[memory_watched]
fn the_line_is_the_keyword() -> u32 {
    let mut sum = 0;
    #[memory_watched(name = "keyword")]
    for n in 0..3 {
        sum += n;
    }
    sum + line!()
}

#[test]
fn a_site_stands_where_its_keyword_does() {
    let line = the_line_is_the_keyword() - 3;
    assert_eq!(site("keyword").place.line(), line - 3);
    assert_eq!(site("keyword").place.file(), file!());
    assert_eq!(site("keyword").place.module(), module_path!());
    // That of a function is the line of its name.
    assert_eq!(site("the_line_is_the_keyword").place.line(), line - 6);
}
