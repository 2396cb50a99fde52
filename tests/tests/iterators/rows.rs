//! With `set_verbose(true)`, a row for each check of a watched loop (scenario A2).

use memmacros_runtime::{Captured, MemoryWatchedExt as _, memory_watched, set_verbose, watch};
use memmacros_tests::{MB, alone, alone_under, captured, touched};

const ITEMS: u64 = 10_000;

/// The rows are those of the iterations 1, 2, 3 and so on.
fn assert_rows(told: &Captured, name: &str) {
    let rows = told.rows();
    assert_eq!(rows.len() as u64, ITEMS);
    for (row, iteration) in rows.iter().zip(1..) {
        assert_eq!(row.iteration, Some(iteration));
        assert_eq!(row.message, format!("[{iteration}] {name}"));
        assert_eq!(row.place.name(), name);
    }
    let moved: i64 = rows[1..].iter().map(|row| row.delta.as_i64()).sum();
    let apart = rows[rows.len() - 1].resident.since(rows[0].resident);
    assert_eq!(moved, apart.as_i64(), "the deltas add up");
    let headers = told.lines().iter().filter(|line| line.ends_with("Message")).count();
    assert_eq!(headers, 1);
}

#[memory_watched]
fn each_item() -> u64 {
    let mut sum = 0;
    #[memory_watched(name = "items")]
    for n in 1..=ITEMS {
        sum += n;
    }
    sum
}

#[test]
fn of_a_loop() {
    alone(|| {
        let told = captured();
        set_verbose(true);
        assert_eq!(each_item(), ITEMS * (ITEMS + 1) / 2);
        assert_rows(&told, "items");
    });
}

#[test]
fn of_an_iterator() {
    alone(|| {
        let told = captured();
        set_verbose(true);
        let items: Result<Vec<u64>, _> = (1..=ITEMS).memory_watched("8GB").collect();
        assert_eq!(items.expect("there is room"), (1..=ITEMS).collect::<Vec<_>>());
        assert_rows(&told, "iterator");
    });
}

#[test]
fn of_watch() {
    alone(|| {
        let told = captured();
        set_verbose(true);
        let mut count = 0;
        watch! {
            #[memory_watched(name = "watched")]
            while count < ITEMS { count += 1; }
        }
        assert_rows(&told, "watched");
    });
}

#[test]
fn by_the_environment() {
    alone_under(&[("MEMMACROS", "verbose")], || {
        let told = captured();
        assert_eq!(each_item(), ITEMS * (ITEMS + 1) / 2);
        assert_rows(&told, "items");
    });
}

#[test]
fn none_without_verbose() {
    alone(|| {
        let told = captured();
        assert_eq!(each_item(), ITEMS * (ITEMS + 1) / 2);
        assert_eq!(told.text(), "");
    });
}

#[test]
fn none_where_it_is_quiet() {
    alone_under(&[("MEMMACROS", "quiet")], || {
        let told = captured();
        set_verbose(true);
        assert_eq!(each_item(), ITEMS * (ITEMS + 1) / 2);
        assert_eq!(told.text(), "");
    });
}

#[test]
fn the_rows_show_what_each_iteration_took() {
    alone(|| {
        let told = captured();
        set_verbose(true);
        let mut kept = Vec::new();
        watch! {
            for n in 0..5 {
                if n % 2 == 1 { kept.push(touched(40 * MB)); }
            }
        }
        let grown: Vec<i64> =
            told.rows().iter().map(|row| row.delta.as_i64() / 39_000_000).collect();
        // A row stands at the top of an iteration: what it took shows in the next.
        assert_eq!(grown, [0, 0, 1, 0, 1]);
    });
}

#[memory_watched(checkpoints, name = "call")]
fn with_checkpoints(kept: &mut Vec<Vec<u8>>) {
    kept.push(touched(40 * MB));
}

#[test]
fn checkpoints_on_entry_and_exit() {
    alone(|| {
        let told = captured();
        set_verbose(true);
        let mut kept = Vec::new();
        with_checkpoints(&mut kept);
        with_checkpoints(&mut kept);
        let rows = told.rows();
        let messages: Vec<&str> = rows.iter().map(|row| row.message.as_str()).collect();
        assert_eq!(messages, ["call: begins", "call: ends", "call: begins", "call: ends"]);
        let grown: Vec<i64> = rows.iter().map(|row| row.delta.as_i64() / 39_000_000).collect();
        assert_eq!(grown, [0, 1, 0, 1]);
    });
}
