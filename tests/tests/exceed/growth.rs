//! `growth`: how much may come on top, with each action.

use std::sync::Mutex;

use memmacros_runtime::{MemoryLimitExceeded, memory_watched};
use memmacros_tests::{MB, alone, block_on, captured, pending, site, touched};

use super::{panic_of, warnings};

type Block = Vec<u8>;

#[memory_watched(growth = "20MB")]
fn by_default(bytes: usize) -> Result<Block, MemoryLimitExceeded> {
    Ok(touched(bytes))
}

#[memory_watched(growth = "20MB")]
fn by_default_a_panic(bytes: usize) -> Block {
    touched(bytes)
}

/// The process's growth may be another thread's doing.
#[test]
fn of_the_process_it_warns_unless_told_otherwise() {
    alone(|| {
        let told = captured();
        by_default(4 * MB).expect("below");
        assert_eq!(warnings(&told).len(), 0);
        assert_eq!(by_default(40 * MB).expect("it only warns").len(), 40 * MB);
        assert_eq!(by_default_a_panic(40 * MB).len(), 40 * MB);
        let told = warnings(&told);
        assert_eq!(told.len(), 2, "{told:#?}");
        assert!(
            told[0].contains("`by_default`") && told[0].contains("(the whole process)"),
            "{told:#?}"
        );
        assert!(told[0].contains("over its allowed growth of 20 MB"), "{told:#?}");
        assert!(told[1].contains("`by_default_a_panic`"), "{told:#?}");
    });
}

#[memory_watched(growth = "20MB", on_exceed = error)]
fn error(bytes: usize) -> Result<Block, MemoryLimitExceeded> {
    Ok(touched(bytes))
}

#[derive(Debug)]
struct Own(Option<MemoryLimitExceeded>);

impl From<MemoryLimitExceeded> for Own {
    fn from(exceeded: MemoryLimitExceeded) -> Self {
        Self(Some(exceeded))
    }
}

#[memory_watched(growth = "20MB", on_exceed = error, count_errors)]
fn own_error(kept: &mut Block) -> Result<&mut u8, Own> {
    *kept = touched(40 * MB);
    Err(Own(None))
}

#[memory_watched(growth = "20MB", on_exceed = error)]
fn option(kept: &mut Block) -> Option<u32> {
    *kept = touched(40 * MB);
    Some(1)
}

#[test]
fn error_in_place_of_the_result() {
    alone(|| {
        assert_eq!(error(4 * MB).expect("below").len(), 4 * MB);
        let exceeded = error(40 * MB).expect_err("40 of 20 MB");
        let grown = exceeded.growth().expect("it is growth").as_i64();
        assert!((39_000_000..44_000_000).contains(&grown), "{grown}");
        assert_eq!(exceeded.limit().as_u64(), 20_000_000);
        assert_eq!(exceeded.site().name(), "error");
        let site_of_error = site("error");
        assert_eq!(
            (site_of_error.calls, site_of_error.active, site_of_error.limit_errors),
            (2, 0, 1)
        );

        // An error of the function's own stays.
        let mut kept = Vec::new();
        assert!(own_error(&mut kept).expect_err("always").0.is_none());
        assert_eq!(site("own_error").errors, Some(1));
        let mut kept = Vec::new();
        assert_eq!(option(&mut kept), None);
    });
}

#[memory_watched(growth = "20MB", on_exceed = panic)]
fn panics(bytes: usize) -> Block {
    touched(bytes)
}

#[memory_watched(growth = "20MB", on_exceed = panic)]
#[track_caller]
fn panics_tracked(kept: &mut Block) -> &'static std::panic::Location<'static> {
    *kept = touched(40 * MB);
    std::panic::Location::caller()
}

#[test]
fn a_panic() {
    alone(|| {
        assert_eq!(panics(4 * MB).len(), 4 * MB);
        assert!(
            panic_of(|| panics(40 * MB)).expect("it panics").contains("allowed growth of 20 MB")
        );
        assert_eq!((site("panics").calls, site("panics").active), (2, 0));
        let text = panic_of(|| panics_tracked(&mut Vec::new()).line()).expect("it panics");
        assert!(text.contains("`panics_tracked`"), "{text}");
    });
}

static HANDED: Mutex<Vec<String>> = Mutex::new(Vec::new());

fn shed(exceeded: &MemoryLimitExceeded) {
    assert!(exceeded.growth().is_some());
    HANDED.lock().expect("nobody panics").push(exceeded.site().name().to_owned());
}

#[memory_watched(growth = "20MB", on_exceed = shed)]
fn handled(bytes: usize) -> Block {
    touched(bytes)
}

#[memory_watched(growth = "20MB", on_exceed = shed)]
async fn handled_future(bytes: usize) -> Block {
    let block = touched(bytes);
    pending(3).await;
    block
}

#[test]
fn a_handler() {
    alone(|| {
        assert_eq!(handled(4 * MB).len(), 4 * MB);
        assert_eq!(handled(40 * MB).len(), 40 * MB);
        assert_eq!(block_on(handled_future(40 * MB)).len(), 40 * MB);
        assert_eq!(*HANDED.lock().expect("nobody panics"), ["handled", "handled_future"]);
    });
}

#[memory_watched(growth = "20MB", on_exceed = error)]
async fn future(bytes: usize, after: &mut bool) -> Result<Block, MemoryLimitExceeded> {
    pending(1).await;
    let block = touched(bytes);
    pending(1).await;
    *after = true;
    Ok(block)
}

#[test]
fn of_a_future() {
    alone(|| {
        let mut after = false;
        assert_eq!(block_on(future(4 * MB, &mut after)).expect("below").len(), 4 * MB);
        after = false;
        let exceeded = block_on(future(40 * MB, &mut after)).expect_err("40 of 20 MB");
        assert!(exceeded.growth().is_some());
        assert_eq!(site("future").active, 0);
        // A site's look may come with the poll after the next.
        let _ = after;
    });
}

#[memory_watched]
fn looped(bytes: usize, turns: &mut u32) -> Result<Vec<Block>, MemoryLimitExceeded> {
    let mut kept = Vec::new();
    #[memory_watched(growth = "100MB", every = 1, on_exceed = error)]
    for _ in 0..10 {
        *turns += 1;
        kept.push(touched(bytes));
    }
    Ok(kept)
}

#[memory_watched(on_exceed = warn)]
fn warned_loop() -> Result<Block, MemoryLimitExceeded> {
    let mut kept = Vec::new();
    #[memory_watched(growth = "20MB")]
    for _ in 0..1 {
        kept = touched(40 * MB);
    }
    Ok(kept)
}

#[test]
fn of_a_loop() {
    alone(|| {
        let told = captured();
        let mut turns = 0;
        assert_eq!(looped(MB, &mut turns).expect("10 of 100 MB").len(), 10);
        turns = 0;
        let exceeded = looped(34 * MB, &mut turns).expect_err("102 of 100 MB");
        assert_eq!(turns, 3);
        assert_eq!(exceeded.site().name(), "looped/for");
        // What came in the last iteration shows when the loop ends, too late for an error.
        warned_loop().expect("it only warns");
        let told = warnings(&told);
        assert_eq!(told.len(), 1, "{told:#?}");
        assert!(told[0].contains("`warned_loop/for`"), "{told:#?}");
    });
}

/// What is given back within the call does not count.
#[test]
fn only_what_stays() {
    #[memory_watched(growth = "20MB", on_exceed = error)]
    fn gives_back() -> Result<usize, MemoryLimitExceeded> {
        Ok(touched(40 * MB).len())
    }

    alone(|| {
        drop(touched(40 * MB));
        assert_eq!(gives_back().expect("nothing stays"), 40 * MB);
    });
}

/// As it keeps its `#[track_caller]`, it can only warn, which is also what nothing written means.
#[memory_watched(growth = "5MB")]
#[track_caller]
fn keeps_its_caller() -> Result<Vec<u8>, MemoryLimitExceeded> {
    Ok(vec![1; 20 * MB])
}

#[test]
fn a_result_function_that_keeps_its_caller_warns() {
    alone(|| {
        let captured = captured();
        assert!(keeps_its_caller().is_ok());
        let warnings = captured.lines().iter().filter(|line| line.contains("grew by")).count();
        assert_eq!(warnings, 1, "{}", captured.text());
    });
}
