//! `#[async_trait]`, which turns async methods into functions that box a future.

use async_trait::async_trait;
use memmacros_runtime::{MemoryLimitExceeded, SiteKind, memory_watched};
use memmacros_tests::{block_on, is_send, pending, site};

#[async_trait]
trait Load: Send + Sync {
    async fn load(&self, text: &str) -> Result<usize, std::io::Error>;

    async fn plain(&self, n: u32) -> u32;

    async fn refused(&self) -> Result<u32, MemoryLimitExceeded>;

    #[memory_watched(name = "default method")]
    async fn default(&self, text: &str) -> usize {
        pending(1).await;
        text.len()
    }
}

/// Ours on the methods.
struct Methods(usize);

#[async_trait]
impl Load for Methods {
    #[memory_watched(name = "methods: load", count_errors)]
    async fn load(&self, text: &str) -> Result<usize, std::io::Error> {
        let mut sum = self.0;
        #[memory_watched(name = "methods: loop")]
        for byte in text.bytes() {
            pending(1).await;
            sum += usize::from(byte - b'0');
        }
        if sum == 0 {
            return Err(std::io::ErrorKind::NotFound.into());
        }
        Ok(sum)
    }

    #[memory_watched(name = "methods: plain", growth = "8GB", every = 1)]
    async fn plain(&self, n: u32) -> u32 {
        pending(2).await;
        n
    }

    #[memory_watched(limit = "1 B", name = "methods: refused")]
    async fn refused(&self) -> Result<u32, MemoryLimitExceeded> {
        pending(1).await;
        Ok(1)
    }
}

/// Ours on the impl, above.
struct Above(usize);

#[memory_watched(name = "Above")]
#[async_trait]
impl Load for Above {
    async fn load(&self, text: &str) -> Result<usize, std::io::Error> {
        pending(1).await;
        Ok(text.len() + self.0)
    }

    async fn plain(&self, n: u32) -> u32 {
        pending(2).await;
        n
    }

    #[memory_watched(limit = "1 B", on_exceed = error)]
    async fn refused(&self) -> Result<u32, MemoryLimitExceeded> {
        pending(1).await;
        Ok(1)
    }
}

/// Ours on the impl, below.
struct Below(usize);

#[async_trait]
#[memory_watched(name = "Below")]
impl Load for Below {
    async fn load(&self, text: &str) -> Result<usize, std::io::Error> {
        pending(1).await;
        Ok(text.len() + self.0)
    }

    async fn plain(&self, n: u32) -> u32 {
        pending(2).await;
        n
    }

    #[memory_watched(limit = "1 B", on_exceed = error)]
    async fn refused(&self) -> Result<u32, MemoryLimitExceeded> {
        pending(1).await;
        Ok(1)
    }
}

fn check(load: &dyn Load, prefix: &str, text: &str, length: usize) {
    assert_eq!(block_on(is_send(load.load(text))).expect("found"), length);
    assert_eq!(block_on(is_send(load.plain(4))), 4);
    let exceeded = block_on(is_send(load.refused())).expect_err("1 byte is passed");
    assert_eq!(exceeded.limit().as_u64(), 1);
    let names = ["load", "plain", "refused"].map(|name| format!("{prefix}{name}"));
    assert_eq!(exceeded.site().name(), names[2]);
    for name in &names {
        let site = site(name);
        let found = (site.calls, site.active, site.cancelled, site.place.kind());
        // A future, and not the call that boxes it.
        assert_eq!(found, (1, 0, 0, SiteKind::Future), "{name}");
    }
}

#[test]
fn on_methods() {
    check(&Methods(1), "methods: ", "21", 4);
    assert_eq!((site("methods: loop").calls, site("methods: loop").active), (1, 0));
    assert_eq!(block_on(Methods(0).default("abc")), 3);
    assert_eq!(site("default method").calls, 1);
}

#[test]
fn on_the_impl_above() {
    check(&Above(1), "Above::", "abc", 4);
}

#[test]
fn on_the_impl_below() {
    check(&Below(1), "Below::", "abc", 4);
}

/// Other places where a boxed future is made by hand or by a macro.
#[async_trait(?Send)]
trait Local {
    async fn count(&self, n: u32) -> u32;
}

#[async_trait(?Send)]
impl Local for Methods {
    #[memory_watched(name = "not send")]
    async fn count(&self, n: u32) -> u32 {
        let shared = std::rc::Rc::new(n);
        pending(1).await;
        *shared
    }
}

#[test]
fn futures_that_are_not_send() {
    assert_eq!(block_on(Methods(0).count(3)), 3);
    assert_eq!(site("not send").place.kind(), SiteKind::Future);
}

#[test]
fn a_boxed_future_that_is_dropped_is_cancelled() {
    struct Cancelled;

    #[async_trait]
    impl Load for Cancelled {
        #[memory_watched(name = "cancelled: load")]
        async fn load(&self, _: &str) -> Result<usize, std::io::Error> {
            pending(100).await;
            Ok(1)
        }

        async fn plain(&self, n: u32) -> u32 {
            n
        }

        async fn refused(&self) -> Result<u32, MemoryLimitExceeded> {
            Ok(1)
        }
    }

    let mut future = Cancelled.load("");
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(future.as_mut().poll(&mut context).is_pending());
    drop(future);
    // Never polled, never begun.
    drop(Cancelled.load(""));
    let site = site("cancelled: load");
    assert_eq!((site.calls, site.active, site.cancelled), (1, 0, 1));
}
