//! The kinds of loops, with labels, values and patterns.

use std::collections::VecDeque;

use memmacros_runtime::{SiteKind, memory_watched};
use memmacros_tests::site;

#[memory_watched]
fn each_kind(upto: u32) -> Vec<u32> {
    let mut sums = Vec::new();

    let mut sum = 0;
    #[memory_watched(name = "kinds: for")]
    for n in 0..upto {
        sum += n;
    }
    sums.push(sum);

    let (mut sum, mut n) = (0, 0);
    #[memory_watched(name = "kinds: while")]
    while n < upto {
        sum += n;
        n += 1;
    }
    sums.push(sum);

    let mut sum = 0;
    let mut queue: VecDeque<u32> = (0..upto).collect();
    #[memory_watched(name = "kinds: while let")]
    while let Some(n) = queue.pop_front() {
        sum += n;
    }
    sums.push(sum);

    let (mut sum, mut n) = (0, 0);
    #[memory_watched(name = "kinds: loop")]
    loop {
        if n == upto {
            break;
        }
        sum += n;
        n += 1;
    }
    sums.push(sum);

    let (mut sum, mut pairs) = (0, (0..upto).map(|n| (n, Some(n))));
    #[memory_watched(name = "kinds: while let chain")]
    while let Some((n, Some(_))) = pairs.next()
        && n < upto
    {
        sum += n;
    }
    sums.push(sum);
    sums
}

#[test]
fn all_kinds() {
    assert_eq!(each_kind(5), [10; 5]);
    for kind in ["for", "while", "while let", "loop", "while let chain"] {
        let site = site(&format!("kinds: {kind}"));
        assert_eq!((site.calls, site.active, site.place.kind()), (1, 0, SiteKind::Loop), "{kind}");
    }
}

#[memory_watched]
fn values() -> (u32, &'static str, Option<u32>) {
    let mut n = 0;
    let found = #[memory_watched(every = 1)]
    loop {
        n += 1;
        if n == 7 {
            break n;
        }
    };
    let text = {
        #[memory_watched]
        'outer: loop {
            loop {
                break 'outer "out";
            }
        }
    };
    let wrapped = Some(
        #[memory_watched]
        loop {
            break found + 1;
        },
    );
    (found, text, wrapped)
}

#[test]
fn a_loop_has_a_value() {
    assert_eq!(values(), (7, "out", Some(8)));
}

#[memory_watched]
fn as_the_tail(list: &[u32]) -> u32 {
    let mut items = list.iter();
    #[memory_watched]
    loop {
        match items.next() {
            Some(n) if *n > 2 => break *n,
            Some(_) => {}
            None => break 0,
        }
    }
}

#[test]
fn a_loop_is_the_tail() {
    assert_eq!((as_the_tail(&[1, 5]), as_the_tail(&[1])), (5, 0));
}

#[memory_watched]
fn labelled(rows: &[&[i32]]) -> (Vec<i32>, u32) {
    let (mut seen, mut skipped) = (Vec::new(), 0);
    #[memory_watched]
    'rows: for row in rows {
        #[memory_watched(name = "columns")]
        'columns: for &cell in *row {
            if cell < 0 {
                break 'rows;
            }
            if cell == 0 {
                skipped += 1;
                continue 'rows;
            }
            if cell % 2 == 0 {
                continue 'columns;
            }
            seen.push(cell);
        }
    }
    (seen, skipped)
}

#[test]
fn labels_reach_through_nested_loops() {
    assert_eq!(labelled(&[&[1, 2, 3], &[5, 0, 7], &[9], &[-1, 11], &[13]]), (vec![1, 3, 5, 9], 1));
    // The label names the site.
    assert_eq!(site("labelled/'rows").calls, 1);
    assert_eq!((site("columns").calls, site("columns").active), (4, 0));
}

#[memory_watched]
fn inner_only(n: u32) -> u32 {
    let mut sum = 0;
    for a in 0..n {
        #[memory_watched]
        for b in 0..a {
            sum += b;
        }
    }
    sum
}

#[test]
fn a_loop_is_counted_each_time_it_is_entered() {
    assert_eq!(inner_only(5), 10);
    assert_eq!(site("inner_only/for").calls, 5);
}

#[memory_watched]
fn generic<T: Copy + std::iter::Sum<T>>(items: impl Iterator<Item = T>) -> T {
    let mut kept = Vec::new();
    #[memory_watched]
    for item in items {
        kept.push(item);
    }
    kept.into_iter().sum()
}

#[test]
fn a_loop_in_a_generic_function_is_one_site() {
    assert_eq!(generic([1_u8, 2].into_iter()), 3);
    assert_eq!(generic([1_i64, 2].into_iter()), 3);
    assert_eq!(site("generic/for").calls, 2);
}

#[memory_watched]
fn patterns(pairs: Vec<(u32, [u32; 2])>) -> u32 {
    let mut sum = 0;
    #[memory_watched]
    for (mut a, [b, _]) in pairs {
        a += b;
        sum += a;
    }
    sum
}

#[test]
fn patterns_bind() {
    assert_eq!(patterns(vec![(1, [2, 3]), (4, [5, 6])]), 12);
}

#[memory_watched]
fn empty_and_endless() -> u32 {
    #[memory_watched]
    for _ in [0; 0] {}
    #[memory_watched]
    while false {}
    #[memory_watched]
    loop {
        return 4;
    }
}

#[test]
fn loops_without_a_body_and_without_an_end() {
    assert_eq!(empty_and_endless(), 4);
}
