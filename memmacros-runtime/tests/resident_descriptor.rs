//! Owns what `resident()` does when its descriptor is closed, reused, or cannot be had.
//! Called by `cargo test`; every test runs in its own process.
//! Never takes the library's word: each value is compared with a fresh reading.
#![cfg(target_os = "linux")]
#![expect(unsafe_code, reason = "descriptors are taken away behind the library's back")]

mod own_process;

use std::ffi::CString;
use std::fs;
use std::io::{Read as _, Seek as _, Write as _};
use std::os::fd::{AsRawFd as _, FromRawFd as _, OwnedFd};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use memmacros_runtime::{ByteSize, resident, try_resident};

/// What a fresh reading says.
fn fresh() -> u64 {
    let text = fs::read_to_string("/proc/self/statm").expect("/proc is mounted");
    let pages: u64 = text.split(' ').nth(1).and_then(|word| word.parse().ok()).expect("a number");
    // SAFETY: sysconf reads no memory of ours.
    pages * u64::try_from(unsafe { libc::sysconf(libc::_SC_PAGESIZE) }).expect("positive")
}

#[track_caller]
fn assert_right() {
    let (known, fresh) = (resident().expect("readable").as_u64(), fresh());
    assert!(known.abs_diff(fresh) < 4 << 20, "resident() says {known}, a fresh reading {fresh}");
}

/// The descriptors of this process that are open on its statm.
fn kept() -> Vec<i32> {
    let folder = fs::read_dir("/proc/self/fd").expect("/proc is mounted");
    let open = folder.filter_map(|entry| {
        let entry = entry.ok()?;
        let target = fs::read_link(entry.path()).ok()?;
        let is_statm = target.to_string_lossy().ends_with("/statm");
        is_statm.then(|| entry.file_name().to_string_lossy().parse().expect("a number"))
    });
    open.collect()
}

/// Opens the library's descriptor and tells its number.
fn open_kept() -> i32 {
    assert!(resident().is_some());
    let kept = kept();
    assert_eq!(kept.len(), 1, "one descriptor is kept");
    kept[0]
}

/// Puts `ours` in the place of the descriptor `number`, as a program that closed it might get it back.
fn take_over(number: i32, ours: &OwnedFd) {
    // SAFETY: two numbers; `number` is the library's, which is the point.
    assert_eq!(unsafe { libc::dup2(ours.as_raw_fd(), number) }, number);
}

fn same_file(number: i32, ours: &OwnedFd) -> bool {
    let name = |fd: i32| fs::read_link(format!("/proc/self/fd/{fd}")).ok();
    name(number).is_some() && name(number) == name(ours.as_raw_fd())
}

/// An empty folder, for one test alone.
fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("cargo has made the folder above");
    folder
}

#[test]
fn closed_by_the_program() {
    own_process::run("closed_by_the_program", || {
        for _ in 0..3 {
            let number = open_kept();
            // SAFETY: closing the library's descriptor is what is tried.
            assert_eq!(unsafe { libc::close(number) }, 0);
            assert_right();
        }
        assert_eq!(kept().len(), 1);
    });
}

#[test]
fn reused_for_a_file() {
    own_process::run("reused_for_a_file", || {
        let path = scratch("reused_for_a_file").join("text");
        fs::write(&path, "not seven numbers").expect("writable");
        let mut file = fs::File::open(&path).expect("readable");
        file.seek(std::io::SeekFrom::Start(4)).expect("seekable");
        let (number, ours) = (open_kept(), OwnedFd::from(file));
        take_over(number, &ours);
        for _ in 0..100 {
            assert_right();
        }
        assert!(same_file(number, &ours), "the program's file was closed");
        let mut rest = String::new();
        // SAFETY: `number` is this test's, made by dup2.
        let mut file = fs::File::from(unsafe { OwnedFd::from_raw_fd(number) });
        file.read_to_string(&mut rest).expect("still open");
        assert_eq!(rest, "seven numbers", "its position was moved");
    });
}

#[test]
fn reused_for_a_pipe() {
    own_process::run("reused_for_a_pipe", || {
        let (mut reader, mut writer) = std::io::pipe().expect("a pipe");
        writer.write_all(b"1 2 3 4 5 6 7\n").expect("room");
        let number = open_kept();
        let ours = OwnedFd::from(reader.try_clone().expect("a copy"));
        take_over(number, &ours);
        assert_right();
        assert!(same_file(number, &ours), "the program's pipe was closed");
        drop(writer);
        // SAFETY: `number` is this test's, made by dup2.
        assert_eq!(unsafe { libc::close(number) }, 0);
        let mut text = String::new();
        reader.read_to_string(&mut text).expect("open");
        assert_eq!(text, "1 2 3 4 5 6 7\n", "something was taken out of the pipe");
    });
}

#[test]
fn reused_for_seven_numbers() {
    own_process::run("reused_for_seven_numbers", || {
        let path = scratch("reused_for_seven_numbers").join("numbers");
        fs::write(&path, "7 1 7 7 7 7 7\n").expect("writable");
        let ours = OwnedFd::from(fs::File::open(&path).expect("readable"));
        let number = open_kept();
        // So that the clock is calibrated and 100 ms are 100 ms.
        let start = Instant::now();
        while start.elapsed() < Duration::from_millis(5) {
            assert_right();
        }
        take_over(number, &ours);
        let start = Instant::now();
        let (mut last_wrong, mut right) = (None, 0);
        while right < 100 {
            let before = start.elapsed();
            match resident() {
                Some(bytes) if bytes > ByteSize::new(100_000) => right += 1,
                _ => last_wrong = Some(before),
            }
            assert!(before < Duration::from_secs(5), "never noticed");
        }
        // Read before the call, so that nothing the machine does in between can add to it.
        assert!(last_wrong < Some(Duration::from_millis(101)), "noticed after {last_wrong:?}");
        assert_right();
        assert!(same_file(number, &ours), "the program's file was closed");
    });
}

#[test]
fn threads_race_the_first_opening() {
    own_process::run("threads_race_the_first_opening", || {
        let mut number = None;
        for _ in 0..20 {
            if let Some(number) = number {
                // SAFETY: closing the library's descriptor makes the next opening a first one.
                assert_eq!(unsafe { libc::close(number) }, 0);
            }
            let barrier = std::sync::Barrier::new(16);
            std::thread::scope(|scope| {
                for _ in 0..16 {
                    scope.spawn(|| {
                        barrier.wait();
                        assert_right();
                    });
                }
            });
            let kept = kept();
            assert_eq!(kept.len(), 1, "the losers close their own, the winner's stays");
            number = Some(kept[0]);
        }
    });
}

#[test]
fn standard_streams_are_left_free() {
    own_process::run("standard_streams_are_left_free", || {
        // SAFETY: the number of standard input, which this test does not use.
        assert_eq!(unsafe { libc::close(0) }, 0);
        assert!(open_kept() > 2);
        // SAFETY: asking a number's flags.
        assert_eq!(unsafe { libc::fcntl(0, libc::F_GETFD) }, -1, "0 is still free");
    });
}

#[test]
fn no_descriptor_to_be_had() {
    own_process::run("no_descriptor_to_be_had", || {
        let none = libc::rlimit { rlim_cur: 0, rlim_max: 1024 };
        // SAFETY: `none` is one rlimit, borrowed for the call.
        assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const none) }, 0);
        assert_eq!(resident(), None);
        let error = try_resident().expect_err("nothing can be opened").to_string();
        assert!(error.starts_with("cannot open /proc/self/statm: Too many open files"), "{error}");
        let some = libc::rlimit { rlim_cur: 1024, rlim_max: 1024 };
        // SAFETY: as above.
        assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const some) }, 0);
        assert_right();
    });
}

/// Makes `folder` the root, for the rest of the process. `false` where that is not allowed.
fn enter_root(folder: &Path) -> bool {
    let path = CString::new(folder.as_os_str().as_encoded_bytes()).expect("no zero byte");
    // SAFETY: a string with its end, borrowed for the call.
    let entered = unsafe { libc::chroot(path.as_ptr()) == 0 };
    if !entered {
        println!("skipped: chroot is not permitted: {}", std::io::Error::last_os_error());
    }
    entered
}

/// Runs with a /proc that is made of files by `fill`.
fn with_fake_proc(name: &str, fill: impl FnOnce(&Path), then: impl FnOnce()) {
    own_process::run(name, || {
        let root = scratch(name);
        fill(&root);
        if enter_root(&root) {
            then();
        }
    });
}

fn text_of_error() -> String {
    assert_eq!(resident(), None);
    try_resident().expect_err("unreadable").to_string()
}

#[test]
fn proc_is_not_mounted() {
    with_fake_proc(
        "proc_is_not_mounted",
        |_| {},
        || {
            let error = text_of_error();
            assert!(error.contains("/proc/self/statm: No such file"), "{error}");
            assert!(error.contains("mount /proc"), "{error}");
        },
    );
}

#[test]
fn proc_goes_away_after_the_first_reading() {
    own_process::run("proc_goes_away_after_the_first_reading", || {
        open_kept();
        let before = resident();
        if enter_root(&scratch("proc_goes_away")) {
            let block = std::hint::black_box(vec![1_u8; 32 << 20]);
            assert!(resident() > before.and_then(|it| it.checked_add(ByteSize::new(31 << 20))));
            drop(block);
        }
    });
}

fn fake_statm(root: &Path) -> PathBuf {
    fs::create_dir_all(root.join("proc/self")).expect("writable");
    root.join("proc/self/statm")
}

#[test]
fn opening_is_denied() {
    let fill = |root: &Path| {
        use std::os::unix::fs::PermissionsExt as _;
        let file = fake_statm(root);
        fs::write(&file, "1 1 1 1 1 1 1\n").expect("writable");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o000)).expect("ours");
    };
    with_fake_proc("opening_is_denied", fill, || {
        // SAFETY: one number; root may read everything, so it has to become somebody else.
        assert_eq!(unsafe { libc::seteuid(65_534) }, 0);
        let error = text_of_error();
        assert!(error.contains("cannot open /proc/self/statm: Permission denied"), "{error}");
    });
}

#[test]
fn reading_is_denied() {
    let fill = |root: &Path| fs::create_dir_all(fake_statm(root)).expect("writable");
    with_fake_proc("reading_is_denied", fill, || {
        let error = text_of_error();
        assert!(error.contains("cannot read /proc/self/statm: Is a directory"), "{error}");
    });
}

#[test]
fn the_file_holds_something_else() {
    let fill = |root: &Path| fs::write(fake_statm(root), "1 2 3\n").expect("writable");
    with_fake_proc("the_file_holds_something_else", fill, || {
        let error = text_of_error();
        assert!(error.contains("does not hold seven numbers"), "{error}");
    });
}

/// Then /proc/self is a thread that has ended and shows zeros.
#[test]
fn the_main_thread_has_ended() {
    own_process::run("the_main_thread_has_ended", || {
        let before = resident();
        assert!(before.is_some());
        // SAFETY: this process has one thread besides the main one, which waits; the child only uses its own.
        let child = unsafe { libc::fork() };
        if child == 0 {
            std::thread::spawn(move || {
                while fs::read_to_string("/proc/self/statm")
                    .is_ok_and(|text| !text.starts_with("0 0 "))
                {
                    std::thread::yield_now();
                }
                let right = resident().is_some_and(|now| now > ByteSize::new(100_000));
                // SAFETY: ends the process.
                unsafe { libc::_exit(if right { 7 } else { 8 }) };
            });
            // SAFETY: ends this thread alone, as a C program's pthread_exit in main does.
            unsafe { libc::syscall(libc::SYS_exit, 0) };
        }
        let mut status = 0;
        // SAFETY: `status` is room for one int.
        assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
        assert_eq!(libc::WEXITSTATUS(status), 7, "status {status:#x}");
    });
}
