//! What is written: `error`, `panic`, `warn` and a handler, on functions, futures and loops.

use std::sync::Mutex;

use memmacros_runtime::{MemoryLimitExceeded, memory_watched};
use memmacros_tests::{alone, block_on, captured, pending, site};

use super::{panic_of, warnings};

static HANDED: Mutex<Vec<&'static str>> = Mutex::new(Vec::new());

fn shed(exceeded: &MemoryLimitExceeded) {
    assert_eq!(exceeded.limit().as_u64(), 1);
    HANDED.lock().expect("nobody panics").push(exceeded.site().name());
}

mod nested {
    pub(super) struct Shedder;

    impl Shedder {
        pub(super) fn shed(exceeded: &memmacros_runtime::MemoryLimitExceeded) {
            super::shed(exceeded);
        }
    }
}

#[memory_watched(limit = "1 B", on_exceed = shed)]
fn handled() -> Result<u32, MemoryLimitExceeded> {
    Ok(1)
}

#[memory_watched(limit = "1 B", on_exceed = nested::Shedder::shed)]
async fn handled_future() -> u32 {
    pending(2).await;
    1
}

#[memory_watched(on_exceed = nested::Shedder::shed)]
fn handled_loop() -> u32 {
    let mut turns = 0;
    #[memory_watched(limit = "1 B", every = 1)]
    for _ in 0..5 {
        turns += 1;
    }
    turns
}

#[memory_watched(limit = "1 B", on_exceed = shed, every = 1)]
extern "C" fn handled_foreign() -> u32 {
    1
}

#[test]
fn a_handler_is_called_and_the_call_goes_on() {
    alone(|| {
        let told = captured();
        assert_eq!(handled().expect("it goes on"), 1);
        assert_eq!(block_on(handled_future()), 1);
        assert_eq!(handled_loop(), 5);
        assert_eq!(handled_foreign(), 1);
        // Once each, however often they are looked at while the limit stays passed.
        assert_eq!(handled().expect("it goes on"), 1);
        assert_eq!(handled_loop(), 5);
        assert_eq!(handled_foreign(), 1);
        let handed = HANDED.lock().expect("nobody panics");
        assert_eq!(*handed, ["handled", "handled_future", "handled_loop/for", "handled_foreign"]);
        // It is the handler's to tell.
        assert_eq!(told.text(), "");
    });
}

#[memory_watched(limit = "1 B", on_exceed = warn)]
fn warned() -> u32 {
    1
}

#[memory_watched(limit = "1 B", on_exceed = warn)]
async fn warned_future() -> Result<u32, MemoryLimitExceeded> {
    pending(2).await;
    Ok(1)
}

#[memory_watched(on_exceed = panic)]
fn warned_loop() -> u32 {
    #[memory_watched(limit = "1 B", on_exceed = warn)]
    for _ in 0..5 {}
    1
}

#[test]
fn a_warning_is_told_and_the_call_goes_on() {
    alone(|| {
        let told = captured();
        for _ in 0..3 {
            assert_eq!(warned(), 1);
            assert_eq!(block_on(warned_future()).expect("it goes on"), 1);
            assert_eq!(warned_loop(), 1);
        }
        let warnings = warnings(&told);
        assert_eq!(warnings.len(), 3, "once each: {warnings:#?}");
        for (warning, name) in warnings.iter().zip(["warned", "warned_future", "warned_loop/for"]) {
            assert!(warning.starts_with("memmacros: warning: resident memory of "), "{warning}");
            assert!(
                warning.contains(&format!("over the limit of 1 B at `{name}` ({}:", file!())),
                "{warning}"
            );
        }
        assert_eq!((site("warned").limit_errors, site("warned").panics), (0, 0));
    });
}

#[memory_watched(limit = "1 B", on_exceed = panic)]
fn panics() -> Result<u32, MemoryLimitExceeded> {
    Ok(1)
}

#[memory_watched(limit = "1 B", on_exceed = panic)]
async fn panicking_future() -> Result<u32, MemoryLimitExceeded> {
    pending(2).await;
    Ok(1)
}

#[memory_watched]
fn panicking_loop() -> Result<u32, MemoryLimitExceeded> {
    #[memory_watched(limit = "1 B", on_exceed = panic)]
    loop {
        break;
    }
    Ok(1)
}

#[test]
fn a_panic_where_it_is_written() {
    for (text, name) in [
        (panic_of(panics), "panics"),
        (panic_of(|| block_on(panicking_future())), "panicking_future"),
        (panic_of(panicking_loop), "panicking_loop/loop"),
    ] {
        assert!(text.expect("it panics").contains(&format!("`{name}`")));
        assert_eq!(
            (site(name).panics, site(name).active, site(name).limit_errors),
            (1, 0, 0),
            "{name}"
        );
    }
    // What goes on around it is a panic, too.
    assert_eq!(site("panicking_loop").panics, 1);
}

type Outcome<T> = Result<T, MemoryLimitExceeded>;

#[memory_watched(limit = "1 B", on_exceed = error)]
fn alias() -> Outcome<u32> {
    Ok(1)
}

#[memory_watched(limit = "1 B", on_exceed = error)]
async fn alias_of_a_future() -> Outcome<u32> {
    Ok(1)
}

#[memory_watched(on_exceed = error)]
fn alias_with_loop() -> Outcome<u32> {
    #[memory_watched(limit = "1 B")]
    loop {
        break Ok(1);
    }
}

#[memory_watched(on_exceed = error)]
async fn option_of_a_future() -> Option<u32> {
    #[memory_watched(limit = "1 B")]
    loop {
        break Some(1);
    }
}

#[test]
fn an_error_where_it_is_written() {
    assert!(alias().is_err());
    assert!(block_on(alias_of_a_future()).is_err());
    assert!(alias_with_loop().is_err());
    assert_eq!(block_on(option_of_a_future()), None);
}
