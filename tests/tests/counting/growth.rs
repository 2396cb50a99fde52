//! To which site growth goes, and that none is lost.

use std::ops::RangeInclusive;
use std::thread;

use memmacros_runtime::{ByteDelta, check_memory_against, memory_watched, sites};
use memmacros_tests::{MB, alone, block_on, pending, site, touched};

type Blocks = Vec<Vec<u8>>;

/// `megabytes`, with two more or less for what else happens meanwhile.
fn about(megabytes: i64) -> RangeInclusive<i64> {
    (megabytes - 2) * 1_000_000..=(megabytes + 2) * 1_000_000
}

/// The resident size at a reading of its own.
fn reading() -> i64 {
    let sample = check_memory_against(u64::MAX).expect("nobody has that much");
    sample.resident().expect("it can be read").as_u64().try_into().expect("as above")
}

/// The growth of all sites and of none.
fn attributed() -> i64 {
    let sites = sites();
    sites.iter().map(|site| site.growth.as_i64()).sum::<i64>() + sites.unattributed.as_i64()
}

macro_rules! assert_about {
    ($bytes:expr, $megabytes:expr) => {
        let bytes = $bytes;
        assert!(about($megabytes).contains(&bytes), "{bytes} is not about {} MB", $megabytes);
    };
}

#[memory_watched]
fn inner(blocks: &mut Blocks) {
    blocks.push(touched(40 * MB));
}

#[memory_watched]
fn outer(blocks: &mut Blocks) {
    blocks.push(touched(50 * MB));
    inner(blocks);
    blocks.push(touched(60 * MB));
}

#[memory_watched]
fn looped(blocks: &mut Blocks) {
    #[memory_watched(name = "a loop")]
    for _ in 0..2 {
        blocks.push(touched(40 * MB));
    }
}

#[memory_watched]
async fn future(blocks: &mut Blocks) {
    pending(1).await;
    blocks.push(touched(45 * MB));
    pending(1).await;
}

#[test]
fn goes_to_the_innermost_site_and_adds_up() {
    alone(|| {
        let before = reading();
        let mut blocks = Vec::new();
        outer(&mut blocks);
        looped(&mut blocks);
        block_on(future(&mut blocks));
        blocks.push(touched(70 * MB));
        let after = reading();
        assert_eq!(attributed(), after - before, "{}", sites());

        assert_about!(site("inner").growth.as_i64(), 40);
        assert_about!(site("outer").growth.as_i64(), 110);
        assert_about!(site("a loop").growth.as_i64(), 80);
        assert_about!(site("looped").growth.as_i64(), 0);
        assert_about!(site("future").growth.as_i64(), 45);
        assert_about!(sites().unattributed.as_i64(), 70);
        // What it called is in the growth of a call.
        assert_about!(site("outer").growth_max.expect("it was measured").as_i64(), 150);
        assert_about!(site("a loop").growth_max.expect("it was measured").as_i64(), 80);

        drop(blocks);
        let end = reading();
        assert_eq!(attributed(), end - before, "{}", sites());
        assert_about!(sites().unattributed.as_i64(), 70 - 345);
    });
}

#[memory_watched(every = 1)]
fn exact(bytes: usize, blocks: &mut Blocks) {
    if bytes == 0 {
        blocks.clear();
    } else {
        blocks.push(touched(bytes));
    }
}

#[test]
fn of_each_call_where_every_is_1() {
    alone(|| {
        let mut blocks = Vec::new();
        for (megabytes, max) in [(40, 40), (60, 60), (50, 60), (0, 60), (45, 60)] {
            let before: usize = blocks.iter().map(Vec::len).sum();
            exact(megabytes * MB, &mut blocks);
            let after: usize = blocks.iter().map(Vec::len).sum();
            let grown = (i64::try_from(after).expect("small")
                - i64::try_from(before).expect("small"))
                / 1_000_000;
            let site = site("exact");
            assert_about!(site.growth_last.expect("it was measured").as_i64(), grown);
            assert_about!(site.growth_max.expect("it was measured").as_i64(), max);
            assert!(site.worst_resident.is_some());
        }
        assert_about!(site("exact").growth.as_i64(), 45);
        assert_eq!(site("exact").calls, 5);
    });
}

#[memory_watched]
fn in_a_thread(bytes: usize) -> Vec<u8> {
    touched(bytes)
}

#[test]
fn of_threads_adds_up() {
    alone(|| {
        let before = reading();
        let threads =
            [40, 50, 60, 70].map(|megabytes| thread::spawn(move || in_a_thread(megabytes * MB)));
        let blocks = threads.map(|thread| thread.join().expect("it does not panic"));
        let after = reading();
        assert_eq!(attributed(), after - before, "{}", sites());
        // A thread that begins while others grow finds growth that is not its call's.
        assert_about!(attributed(), 220);
        assert!(site("in_a_thread").growth > ByteDelta::new(70_000_000), "{}", sites());
        drop(blocks);
        let end = reading();
        assert_eq!(attributed(), end - before, "{}", sites());
    });
}

#[memory_watched]
fn gives_back(mut blocks: Blocks) {
    blocks.clear();
}

#[test]
fn shrinkage_is_negative_growth() {
    alone(|| {
        let blocks = vec![touched(40 * MB), touched(40 * MB)];
        gives_back(blocks);
        let site = site("gives_back");
        assert_about!(site.growth.as_i64(), -80);
        assert!(site.growth < ByteDelta::ZERO);
    });
}
