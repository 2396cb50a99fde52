//! How far memory grows past the limit of a watched loop before the loop stops, by the
//! default gate, in a real process that allocates and touches as fast as it can.

use std::env;
use std::fmt::Write as _;
use std::hint::black_box;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use memmacros_runtime::{
    ByteSize, MemoryLimitExceeded, memory_watched, resident, set_memory_limit,
};

/// What a limit may be passed by, where a chunk is smaller.
const ALLOWED: u64 = 4_000_000;
/// The most iterations between two looks.
const BATCH: u64 = 64;

const LIMITS: [u64; 5] = [20, 130, 203, 210, 240];
const CHUNKS: [usize; 5] = [64, 4 << 10, 64 << 10, 1 << 20, 16 << 20];

/// The case to run, in the process that runs one.
const CASE: &str = "MEMMACROS_TEST_OVERSHOOT";

type Chunks = Vec<Vec<u8>>;

/// A chunk that is resident: each page is written.
fn chunk(bytes: usize) -> Vec<u8> {
    let mut chunk = Vec::with_capacity(bytes);
    chunk.resize(bytes, 1);
    black_box(chunk)
}

#[memory_watched]
fn steady(kept: &mut Chunks, limit: u64, bytes: usize) -> Result<(), MemoryLimitExceeded> {
    #[memory_watched(limit = limit)]
    loop {
        kept.push(chunk(bytes));
    }
}

/// A loop so short that it never gets beyond its first looks.
#[memory_watched]
fn three(kept: &mut Chunks, limit: u64, bytes: usize) -> Result<(), MemoryLimitExceeded> {
    #[memory_watched(limit = limit)]
    for _ in 0..3 {
        kept.push(chunk(bytes));
    }
    Ok(())
}

/// Two milliseconds of work a turn, then the chunk.
#[memory_watched]
fn slow(kept: &mut Chunks, limit: u64, bytes: usize) -> Result<(), MemoryLimitExceeded> {
    #[memory_watched(limit = limit)]
    loop {
        let turn = Instant::now();
        while turn.elapsed() < Duration::from_millis(2) {
            black_box(&kept);
        }
        kept.push(chunk(bytes));
    }
}

/// Nothing for fifty million iterations, then a chunk in each.
#[memory_watched]
fn changing(kept: &mut Chunks, limit: u64, bytes: usize) -> Result<(), MemoryLimitExceeded> {
    let mut iteration = 0_u64;
    #[memory_watched(limit = limit)]
    loop {
        iteration += 1;
        if iteration > 50_000_001 {
            kept.push(chunk(bytes));
        }
        black_box(iteration);
    }
}

/// In a process of its own: prints by how much the limit was passed.
fn run_case(case: &str) {
    let words: Vec<&str> = case.split(' ').collect();
    let [kind, megabytes, bytes] = words[..] else { panic!("{case}") };
    let bytes: usize = bytes.parse().expect("bytes");
    // The functions around the loops name no limit.
    set_memory_limit(ByteSize::MAX).expect("a limit");
    let growth = megabytes.parse::<u64>().expect("megabytes") * 1_000_000;
    let mut kept = Chunks::new();
    // Made before, so that the list's own growth is no chunk; `resize` makes it resident.
    kept.resize(usize::try_from(growth / bytes as u64 + 4 * BATCH).expect("fits"), Vec::new());
    kept.clear();
    let limit = resident().expect("a resident size").as_u64() + growth;
    let error = loop {
        let ended = match kind {
            "steady" => steady(&mut kept, limit, bytes),
            "three" => three(&mut kept, limit, bytes),
            "slow" => slow(&mut kept, limit, bytes),
            "changing" => changing(&mut kept, limit, bytes),
            _ => panic!("{case}"),
        };
        if let Err(error) = ended {
            break error;
        }
    };
    assert_eq!(error.limit(), ByteSize::new(limit));
    // What is resident when the caller has the error, not what the check saw.
    let after = resident().expect("a resident size").as_u64();
    println!("overshoot={}", after - limit);
}

fn overshoot(case: &str) -> u64 {
    let test = thread::current().name().expect("the test's name").to_owned();
    let output = Command::new(env::current_exe().expect("this test"))
        .args(["--exact", &test, "--nocapture"])
        .env(CASE, case)
        .env_remove("MEMMACROS")
        .stderr(Stdio::inherit())
        .output()
        .expect("the test can be run again");
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{case}: {printed}");
    let figure = printed.lines().find_map(|line| line.split("overshoot=").nth(1));
    figure.unwrap_or_else(|| panic!("{case}: {printed}")).trim().parse().expect("a figure")
}

/// Runs `kind` with all chunks that suit it, and prints the table.
fn matrix(kind: &str, suits: impl Fn(usize) -> bool, allowed: impl Fn(u64) -> u64) {
    if let Ok(case) = env::var(CASE) {
        return run_case(&case);
    }
    if resident().is_none() {
        return println!("skipped: the resident size cannot be read here");
    }
    let mut failures = Vec::new();
    for bytes in CHUNKS.into_iter().filter(|&bytes| suits(bytes)) {
        let mut row = format!("{kind:>8} {:>9}", format!("{:#}", ByteSize::new(bytes as u64)));
        for &limit in limits(kind) {
            let case = format!("{kind} {limit} {bytes}");
            let over = overshoot(&case);
            let _ = write!(row, " {:>9}", ByteSize::new(over).to_string());
            if over > allowed(bytes as u64) {
                failures.push(format!("{case}: {} over", ByteSize::new(over)));
            }
        }
        println!("{row}");
    }
    assert!(failures.is_empty(), "{failures:#?}");
}

/// The cheap iterations take seconds in a debug build: two limits, but for the long run.
fn limits(kind: &str) -> &'static [u64] {
    let long = env::var("MEMMACROS_TEST_COUNT").is_ok_and(|count| count != "1");
    if kind == "changing" && !long { &[20, 210] } else { &LIMITS }
}

fn a_chunk_or_four_megabytes(bytes: u64) -> u64 {
    // The page of the chunk's header, and of the stack.
    ALLOWED.max(bytes + 64 * 1024)
}

#[test]
fn a_steady_loop_stops_within_a_chunk_or_four_megabytes() {
    matrix("steady", |_| true, a_chunk_or_four_megabytes);
}

#[test]
fn loops_of_three_iterations_stop_as_well() {
    matrix("three", |_| true, a_chunk_or_four_megabytes);
}

#[test]
fn a_loop_of_two_milliseconds_a_turn_looks_at_each() {
    matrix("slow", |bytes| bytes >= 1 << 20, a_chunk_or_four_megabytes);
}

#[test]
fn after_fifty_million_cheap_iterations_at_most_one_batch_passes() {
    matrix("changing", |bytes| bytes >= 64 << 10, |bytes| ALLOWED.max(BATCH * bytes + 64 * 1024));
}
