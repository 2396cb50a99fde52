//! Owns the case of a renamed runtime, with its name given to each attribute.
//! Called by tests/crates.rs, which reads what it prints.
//! Never has a crate `memmacros_runtime` in reach.
#![deny(warnings)]

#[mm::memory_watched(crate = ::mm, limit = "1 B", growth = "1 GB")]
fn over() -> Result<(), mm::MemoryLimitExceeded> {
    Ok(())
}

#[mm::memory_watched(crate = ::mm)]
async fn future() -> Result<u32, mm::MemoryLimitExceeded> {
    let mut sum = 0;
    #[memory_watched(name = "async_loop")]
    for turn in 0..3 {
        sum += turn;
    }
    Ok(sum)
}

struct Job;

#[mm::memory_watched(crate = ::mm)]
impl Job {
    fn run(&self) -> u32 {
        let mut turns = 0;
        #[memory_watched(name = "method_loop")]
        loop {
            turns += 1;
            if turns == 3 {
                break turns;
            }
        }
    }
}

fn main() {
    println!("over: {}", over().is_err());
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let ready = std::pin::pin!(future()).poll(&mut context).is_ready();
    println!("ready: {ready}, turns: {}", Job.run());
    // These need no path: they bring it along.
    mm::mem_checkpoint!("a row");
    mm::watch! {
        #[memory_watched(name = "free_loop")]
        for _ in 0..3 {}
    }
    for site in &mm::sites() {
        println!("{} {}: {}", site.place.kind(), site.place.name(), site.calls);
    }
}
