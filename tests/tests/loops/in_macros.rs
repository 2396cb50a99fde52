//! Loops in the arguments of macro calls, which are tokens and no expressions yet.

use memmacros_runtime::memory_watched;
use memmacros_tests::site;
use tokio::sync::mpsc;

#[memory_watched]
fn in_std_macros() -> (Vec<u32>, String, u32) {
    let list = vec![
        1,
        #[memory_watched(name = "in vec")]
        loop {
            break 2;
        },
        {
            let mut sum = 0;
            #[memory_watched(name = "in a block in vec")]
            for n in 0..4 {
                sum += n;
            }
            sum
        },
    ];
    let text = format!(
        "{}-{tail}",
        #[memory_watched]
        loop {
            break "head";
        },
        tail = #[memory_watched]
        loop {
            break "tail";
        }
    );
    println!(
        "{}",
        #[memory_watched]
        loop {
            break "printed";
        }
    );
    assert!(
        #[memory_watched]
        loop {
            break true;
        } && list.len() == 3,
        "{}",
        list.len()
    );
    assert_eq!(
        #[memory_watched(name = "in assert_eq")]
        loop {
            break 2;
        } + 1,
        3
    );
    let chosen = if matches!(
        #[memory_watched]
        loop {
            break Some(1);
        },
        Some(1)
    ) {
        9
    } else {
        0
    };
    (list, text, chosen)
}

#[test]
fn macros_of_std() {
    assert_eq!(in_std_macros(), (vec![1, 2, 6], "head-tail".to_owned(), 9));
    for name in ["in vec", "in a block in vec", "in assert_eq"] {
        assert_eq!(site(name).calls, 1, "{name}");
    }
}

macro_rules! twice {
    ($body:block) => {
        $body + $body
    };
}

macro_rules! own_grammar {
    (given $($name:ident => $body:expr;)*) => {
        [$((stringify!($name), $body)),*]
    };
}

#[memory_watched]
fn in_macros_of_the_users() -> (u32, [(&'static str, u32); 2]) {
    let sum = twice!({
        let mut sum = 0;
        #[memory_watched]
        for n in 0..3 {
            sum += n;
        }
        sum
    });
    let pairs = own_grammar! {
        given
        one => #[memory_watched(name = "in a grammar")] loop { break 1 };
        two => { let mut n = 0; #[memory_watched] while n < 2 { n += 1 } n };
    };
    (sum, pairs)
}

#[test]
fn macros_of_the_users() {
    assert_eq!(in_macros_of_the_users(), (6, [("one", 1), ("two", 2)]));
    assert_eq!(site("in a grammar").calls, 1);
}

#[memory_watched]
async fn in_select(mut numbers: mpsc::Receiver<u32>, mut stop: mpsc::Receiver<()>) -> u32 {
    let mut sum = 0;
    #[memory_watched(name = "around select")]
    loop {
        tokio::select! {
            biased;
            Some(n) = numbers.recv() => {
                #[memory_watched(name = "in an arm of select")]
                for m in 0..n {
                    if m == 90 {
                        continue;
                    }
                    sum += m;
                }
            }
            _ = stop.recv() => break sum,
            else => break 0,
        }
    }
}

#[tokio::test]
async fn select() {
    let (send, numbers) = mpsc::channel(3);
    let (stop, stopped) = mpsc::channel(1);
    for n in [2, 3] {
        send.send(n).await.expect("there is room");
    }
    stop.send(()).await.expect("there is room");
    assert_eq!(in_select(numbers, stopped).await, 4);
    assert_eq!(site("around select").calls, 1);
    assert_eq!((site("in an arm of select").calls, site("in an arm of select").active), (2, 0));
}

#[memory_watched]
async fn in_join(upto: u32) -> (u32, u32) {
    tokio::join!(
        async {
            let mut sum = 0;
            #[memory_watched(name = "in join")]
            for n in 0..upto {
                tokio::task::yield_now().await;
                sum += n;
            }
            sum
        },
        async move {
            #[memory_watched]
            loop {
                tokio::task::yield_now().await;
                break upto;
            }
        }
    )
}

#[memory_watched]
async fn in_try_join(upto: u32) -> Result<(u32, u32), std::io::Error> {
    tokio::try_join!(
        async {
            #[memory_watched]
            for n in 0..upto {
                if n > 5 {
                    return Err(std::io::ErrorKind::Other.into());
                }
                tokio::task::yield_now().await;
            }
            Ok(upto)
        },
        async { Ok(2) },
    )
}

#[memory_watched]
async fn in_spawn(upto: u32) -> u32 {
    tokio::spawn(async move {
        let mut sum = 0;
        #[memory_watched(name = "in spawn")]
        for n in 0..upto {
            tokio::task::yield_now().await;
            sum += n;
        }
        sum
    })
    .await
    .expect("it does not panic")
}

#[tokio::test]
async fn join_and_spawn() {
    assert_eq!(tokio::spawn(in_join(4)).await.expect("it does not panic"), (6, 4));
    assert_eq!(in_try_join(3).await.expect("no error"), (3, 2));
    assert!(in_try_join(30).await.is_err());
    assert_eq!(in_spawn(4).await, 6);
    assert_eq!((site("in join").active, site("in spawn").active), (0, 0));
}
