//! Owns the test of the rows that a watched loop makes when verbose.
//! Called by `cargo test`.
//! Never expects a row where the program is not verbose.
#![cfg(feature = "macros")]

#[expect(dead_code, reason = "used by other test files")]
mod output_support;

use memmacros_runtime::{Sink, memory_watched, set_memory_limit, set_sink, set_verbose};
use output_support::isolated;

/// As memory_utils' `test_memory_watch`.
#[test]
fn a_verbose_loop_makes_a_row_each_iteration() {
    #[memory_watched(name = "items")]
    fn deliver(items: std::ops::Range<u32>) -> Vec<u32> {
        let mut delivered = Vec::new();
        #[memory_watched(name = "items")]
        for item in items {
            delivered.push(item);
        }
        delivered
    }

    isolated("a_verbose_loop_makes_a_row_each_iteration", || {
        set_memory_limit("8GB").unwrap();
        let (sink, captured) = Sink::memory();
        set_sink(sink);
        assert_eq!(deliver(0..10).len(), 10);
        assert_eq!(captured.text(), "", "not verbose");
        set_verbose(true);
        assert!(deliver(0..10_000).into_iter().eq(0..10_000));
        let rows = captured.rows();
        let expected = (1..=10_000).map(|number| format!("[{number}] items"));
        assert!(rows.iter().map(|row| row.message.clone()).eq(expected), "{:?}", rows.first());
        assert!(rows.iter().enumerate().all(|(at, row)| row.iteration == Some(at as u64 + 1)));
    });
}
