//! Owns what one reading of resident memory costs: ours, the floor and the peers, in one run.
//! Called by `cargo bench -p memmacros-runtime --bench resident`; ends with ratios from interleaved rounds.
//! Never compares figures of two runs.

use std::hint::black_box;

fn main() {
    divan::main();
    // `cargo test --benches` only wants to see that it runs.
    #[cfg(target_os = "linux")]
    if std::env::args().any(|argument| argument == "--bench") {
        linux::print_ratios();
    }
}

#[divan::bench]
fn resident() -> Option<memmacros_runtime::ByteSize> {
    memmacros_runtime::resident()
}

#[divan::bench]
fn sample_capture() -> memmacros_runtime::MemorySample {
    memmacros_runtime::MemorySample::capture()
}

#[divan::bench]
fn headroom_capture() -> memmacros_runtime::Headroom {
    memmacros_runtime::Headroom::capture()
}

#[divan::bench]
fn peer_sysinfo(bencher: divan::Bencher) {
    use sysinfo::{ProcessRefreshKind, ProcessesToUpdate, System};
    let pid = sysinfo::Pid::from_u32(std::process::id());
    let mut system = System::new().expect("sysinfo runs here");
    bencher.bench_local(|| {
        let kind = ProcessRefreshKind::nothing().with_memory().without_tasks();
        system.refresh_processes_specifics(ProcessesToUpdate::Some(&[pid]), false, kind);
        black_box(system.process(pid).map(sysinfo::Process::memory))
    });
}

#[cfg(target_os = "linux")]
mod linux {
    use std::fs::File;
    use std::hint::black_box;
    use std::os::unix::fs::FileExt as _;
    use std::time::{Duration, Instant};

    /// The least that a reading can be: one pread, and the second number taken out of it.
    fn floor(statm: &File) -> u64 {
        let mut text = [0_u8; 160];
        let length = statm.read_at(&mut text, 0).expect("statm is readable");
        resident_of(&text[..length])
    }

    fn resident_of(text: &[u8]) -> u64 {
        let second = text.iter().skip_while(|byte| **byte != b' ').skip(1);
        let digits = second.take_while(|byte| byte.is_ascii_digit());
        4096 * digits.fold(0, |number, digit| number * 10 + u64::from(digit - b'0'))
    }

    fn open_statm() -> File {
        File::open("/proc/self/statm").expect("/proc is mounted")
    }

    /// What `re_memory` does, and memory-stats with its statm feature.
    fn open_read_close() -> u64 {
        let text = std::fs::read_to_string("/proc/self/statm").expect("/proc is mounted");
        resident_of(text.as_bytes())
    }

    #[divan::bench]
    fn floor_kept_descriptor(bencher: divan::Bencher) {
        let statm = open_statm();
        bencher.bench_local(|| floor(black_box(&statm)));
    }

    #[divan::bench]
    fn peer_open_read_close() -> u64 {
        open_read_close()
    }

    #[divan::bench]
    fn peer_memory_stats() -> Option<usize> {
        memory_stats::memory_stats().map(|stats| stats.physical_mem)
    }

    #[divan::bench]
    fn peer_procfs(bencher: divan::Bencher) {
        let process = procfs::process::Process::myself().expect("/proc is mounted");
        bencher.bench_local(|| process.statm().map(|statm| statm.resident).ok());
    }

    /// The peak, not what is resident now: no substitute, but the cheapest number about memory there is.
    #[divan::bench]
    #[expect(unsafe_code, reason = "libc's getrusage")]
    fn other_getrusage() -> libc::c_long {
        let mut usage = std::mem::MaybeUninit::<libc::rusage>::zeroed();
        // SAFETY: `usage` is room for one rusage, and all zero is a valid one.
        unsafe {
            libc::getrusage(libc::RUSAGE_SELF, usage.as_mut_ptr());
            usage.assume_init().ru_maxrss
        }
    }

    /// Its name, how many calls make a round, and one call.
    type Way<'a> = (&'static str, u32, Box<dyn FnMut() -> u64 + 'a>);

    fn timed(calls: u32, call: &mut dyn FnMut() -> u64) -> Duration {
        let start = Instant::now();
        for _ in 0..calls {
            black_box(call());
        }
        start.elapsed()
    }

    /// Rounds of all ways in turn, so that a change of the machine's speed hits them alike.
    pub(super) fn print_ratios() {
        let statm = open_statm();
        let process = procfs::process::Process::myself().expect("/proc is mounted");
        let mut ways: [Way<'_>; 4] = [
            (
                "resident()",
                2000,
                Box::new(|| {
                    memmacros_runtime::resident().map_or(0, memmacros_runtime::ByteSize::as_u64)
                }),
            ),
            ("floor", 2000, Box::new(|| floor(black_box(&statm)))),
            ("open/read/close", 300, Box::new(open_read_close)),
            ("procfs", 300, Box::new(|| process.statm().map_or(0, |statm| statm.resident))),
        ];
        let mut nanos: [Vec<f64>; 4] = Default::default();
        for round in 0..201 {
            // Each goes first in its turn.
            for turn in 0..ways.len() {
                let way = (round + turn) % ways.len();
                let (_, calls, call) = &mut ways[way];
                let calls = *calls;
                nanos[way].push(timed(calls, call).as_secs_f64() * 1e9 / f64::from(calls));
            }
        }
        println!("\nmedians of 201 interleaved rounds, ratios within the same round:");
        for (way, (name, ..)) in ways.iter().enumerate() {
            let ratios = nanos[way].iter().zip(&nanos[1]).map(|(this, floor)| this / floor);
            println!(
                "{name:>16} {:8.1} ns  {:6.3} x floor",
                median(nanos[way].clone()),
                median(ratios.collect())
            );
        }
        println!(
            "instructions instead of time: `perf stat -e instructions:u` on this program with one bench's name, callgrind where the machine has no counters"
        );
    }

    fn median(mut numbers: Vec<f64>) -> f64 {
        numbers.sort_by(f64::total_cmp);
        numbers[numbers.len() / 2]
    }
}
