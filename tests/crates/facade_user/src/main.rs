//! Owns the case of a program that knows memmacros through another library alone.
//! Called by tests/crates.rs, which reads what it prints.
//! Never has `memmacros` or `memmacros_runtime` in reach.
#![deny(warnings)]

crate_facade::careful! {
    fn over() -> Result<u32, crate_facade::MemoryLimitExceeded> {
        let mut sum = 0;
        #[memory_watched]
        for turn in 0..3 {
            sum += turn;
        }
        Ok(sum)
    }

    async fn over_in_async() -> Result<(), crate_facade::MemoryLimitExceeded> {
        Ok(())
    }
}

fn main() {
    println!("over: {}", over().is_err());
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let polled = std::pin::pin!(over_in_async()).poll(&mut context);
    println!("over in async: {}", matches!(polled, std::task::Poll::Ready(Err(_))));
    crate_facade::mem_checkpoint!("a row");
    crate_facade::watch! {
        #[memory_watched(name = "free_loop")]
        for _ in 0..3 {}
    }
    for site in &crate_facade::sites() {
        println!("{} {}: {}", site.place.kind(), site.place.name(), site.calls);
    }
}
