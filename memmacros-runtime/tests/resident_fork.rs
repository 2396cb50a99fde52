//! Owns `resident()` in children: fork, raw system calls, vfork, orphans, forks among busy threads.
//! Called by `cargo test`; every test runs in its own process.
//! Never lets a child return into the test harness.
#![cfg(target_os = "linux")]
#![expect(unsafe_code, reason = "processes are forked behind the library's back")]

mod own_process;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use memmacros_runtime::{ByteSize, MemorySample, resident};

const GROWTH: usize = 64 << 20;

fn bytes() -> u64 {
    resident().map_or(0, ByteSize::as_u64)
}

/// In a child: grows by 64 MiB and checks that `resident()` sees it at once. The exit code says.
fn grown_child(parent: u64) -> i32 {
    let block = std::hint::black_box(vec![1_u8; GROWTH]);
    let now = bytes();
    // Pages of files are not copied into a child, so the parent's size is no lower bound.
    let right = now > GROWTH as u64 && now < parent + 2 * GROWTH as u64;
    let sample = MemorySample::capture().resident().map_or(0, ByteSize::as_u64);
    let again = bytes();
    drop(block);
    let smaller = bytes() < again - GROWTH as u64 / 2;
    match (right, sample.abs_diff(again) < 4 << 20, smaller) {
        (true, true, true) => 7,
        (false, ..) => 8,
        (_, false, _) => 9,
        (_, _, false) => 10,
    }
}

fn wait_for(child: libc::pid_t) -> i32 {
    let mut status = 0;
    assert!(child > 0, "fork failed: {}", std::io::Error::last_os_error());
    // SAFETY: `status` is room for one int.
    assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
    assert!(libc::WIFEXITED(status), "the child was killed: {status:#x}");
    libc::WEXITSTATUS(status)
}

fn exit(code: i32) -> ! {
    // SAFETY: ends the process without running what belongs to its parent.
    unsafe { libc::_exit(code) }
}

fn check_in_child(fork: impl Fn() -> libc::pid_t) {
    let parent = bytes();
    assert!(parent > 0);
    let child = fork();
    if child == 0 {
        exit(grown_child(parent));
    }
    assert_eq!(wait_for(child), 7);
    assert!(bytes() < parent + GROWTH as u64 / 2, "the parent sees its own, too");
}

fn fork() -> libc::pid_t {
    // SAFETY: the children use only what a fork copies whole: their own thread and the allocator.
    unsafe { libc::fork() }
}

/// Without the C library, so that none of its fork handlers run.
fn raw_fork() -> libc::pid_t {
    let flags = libc::c_long::from(libc::SIGCHLD);
    // SAFETY: clone with only a signal is fork; the arguments besides are not looked at.
    let child =
        unsafe { libc::syscall(libc::SYS_clone, flags, 0_usize, 0_usize, 0_usize, 0_usize) };
    child.try_into().expect("a process's number")
}

#[test]
fn in_a_child_of_fork() {
    own_process::run("in_a_child_of_fork", || check_in_child(fork));
}

#[test]
fn in_a_child_of_a_raw_fork() {
    own_process::run("in_a_child_of_a_raw_fork", || check_in_child(raw_fork));
}

#[cfg(target_arch = "x86_64")]
#[test]
fn in_a_child_of_the_fork_system_call() {
    own_process::run("in_a_child_of_the_fork_system_call", || {
        check_in_child(|| {
            // SAFETY: as in `raw_fork`.
            unsafe { libc::syscall(libc::SYS_fork) }.try_into().expect("a process's number")
        });
    });
}

#[test]
fn in_a_grandchild_and_beside_it() {
    own_process::run("in_a_grandchild_and_beside_it", || {
        let parent = bytes();
        let child = fork();
        if child == 0 {
            let mine = bytes();
            let grandchild = raw_fork();
            if grandchild == 0 {
                exit(grown_child(mine));
            }
            let theirs = wait_for(grandchild);
            exit(if theirs == 7 { grown_child(parent) } else { theirs });
        }
        assert_eq!(wait_for(child), 7);
    });
}

/// The inherited descriptor then describes nobody.
#[test]
fn after_the_parent_has_ended() {
    own_process::run("after_the_parent_has_ended", || {
        use std::io::{Read as _, Write as _};
        let parent = bytes();
        let (mut reader, mut writer) = std::io::pipe().expect("a pipe");
        let child = fork();
        if child == 0 {
            // SAFETY: asks a number.
            let middle = unsafe { libc::getpid() };
            let orphan = fork();
            if orphan == 0 {
                // SAFETY: asks a number.
                while unsafe { libc::getppid() } == middle {
                    std::thread::yield_now();
                }
                let code = u8::try_from(grown_child(parent)).unwrap_or(0);
                let written = writer.write_all(&[code]);
                exit(i32::from(written.is_err()));
            }
            exit(0);
        }
        drop(writer);
        assert_eq!(wait_for(child), 0);
        let mut code = [0];
        reader.read_exact(&mut code).expect("the orphan answers");
        assert_eq!(code, [7]);
    });
}

/// It shares its parent's memory, and so its size.
#[test]
fn in_a_child_of_vfork() {
    static SEEN: AtomicU64 = AtomicU64::new(0);
    extern "C" fn look(_: *mut libc::c_void) -> libc::c_int {
        SEEN.store(bytes(), Ordering::SeqCst);
        0
    }

    own_process::run("in_a_child_of_vfork", || {
        let before = bytes();
        let block = std::hint::black_box(vec![1_u8; GROWTH]);
        let mut stack = vec![0_u128; 16_384];
        let flags = libc::CLONE_VM | libc::CLONE_VFORK | libc::SIGCHLD;
        // SAFETY: the stack is this call's own and outlives the child, as CLONE_VFORK waits for its end.
        let child = unsafe {
            let top = stack.as_mut_ptr().add(stack.len());
            libc::clone(look, top.cast(), flags, std::ptr::null_mut())
        };
        assert_eq!(wait_for(child), 0);
        let seen = SEEN.load(Ordering::SeqCst);
        assert!(seen > before + GROWTH as u64 - (4 << 20), "the child saw {seen}, before {before}");
        assert!(bytes().abs_diff(seen) < 4 << 20, "the parent sees the same");
        drop(block);
    });
}

#[test]
fn forks_among_busy_threads() {
    own_process::run("forks_among_busy_threads", || {
        let stop = AtomicBool::new(false);
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    while !stop.load(Ordering::Relaxed) {
                        assert!(bytes() > 100_000);
                    }
                });
            }
            for _ in 0..15 {
                let child = raw_fork();
                if child == 0 {
                    // No allocator here: another thread may have held its lock.
                    // SAFETY: a new mapping at an address of the kernel's choice.
                    let block = unsafe {
                        let (write, private) = (libc::PROT_WRITE, libc::MAP_PRIVATE);
                        let flags = private | libc::MAP_ANONYMOUS | libc::MAP_POPULATE;
                        libc::mmap(std::ptr::null_mut(), GROWTH, write, flags, -1, 0)
                    };
                    let right = bytes() > GROWTH as u64;
                    exit(if block != libc::MAP_FAILED && right { 7 } else { 8 });
                }
                let code = wait_for(child);
                // Before the check, as the threads above would outlive a panic here.
                stop.store(stop.load(Ordering::Relaxed) || code != 7, Ordering::Relaxed);
                assert_eq!(code, 7);
            }
            stop.store(true, Ordering::Relaxed);
        });
    });
}
