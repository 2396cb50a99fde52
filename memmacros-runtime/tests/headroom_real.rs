//! Owns `Headroom` against real limits: rlimits, a real cgroup where one can be made, the user's maximum.
//! Called by `cargo test`; every test runs in its own process.
//! Never leaves a cgroup behind.
#![cfg(target_os = "linux")]
#![expect(unsafe_code, reason = "setrlimit and mmap")]

mod own_process;

use std::fs;
use std::path::{Path, PathBuf};

use memmacros_runtime::{ByteSize, Headroom, LimitSource, MemorySample, set_maximum_memory};

const MIB: u64 = 1 << 20;

#[cfg(target_env = "gnu")]
type Resource = libc::__rlimit_resource_t;
#[cfg(not(target_env = "gnu"))]
type Resource = libc::c_int;

fn found(headroom: &Headroom, is: impl Fn(&LimitSource) -> bool) -> Option<(ByteSize, u64)> {
    let found = headroom.limits().iter().find(|found| is(found.source()))?;
    Some((found.limit(), found.used()?.as_u64()))
}

/// Sets the soft limit; what it was before.
fn set_limit(which: Resource, soft: u64) -> u64 {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: `limit` is one rlimit, borrowed for each call.
    unsafe {
        assert_eq!(libc::getrlimit(which, &raw mut limit), 0);
        let before = std::mem::replace(&mut limit.rlim_cur, soft.min(limit.rlim_max));
        assert_eq!(libc::setrlimit(which, &raw const limit), 0);
        before
    }
}

fn can_map(bytes: u64) -> bool {
    let (read, flags) = (libc::PROT_READ, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
    let length = usize::try_from(bytes).expect("small");
    // SAFETY: a new mapping at an address of the kernel's choice.
    unsafe { libc::mmap(std::ptr::null_mut(), length, read, flags, -1, 0) != libc::MAP_FAILED }
}

// Below, the limit is lifted before anything is asserted: a panic's backtrace takes memory.

#[test]
fn the_address_space() {
    own_process::run("the_address_space", || {
        let now = MemorySample::capture().virtual_size().expect("known").as_u64();
        let before = set_limit(libc::RLIMIT_AS, now + 64 * MIB);
        let headroom = Headroom::capture();
        let left = headroom.left().map_or(0, ByteSize::as_u64);
        let more = can_map(left + 2 * MIB);
        let less = can_map(left.saturating_sub(2 * MIB));
        let after = Headroom::capture().left();
        set_limit(libc::RLIMIT_AS, before);

        assert_eq!(headroom.source(), Some(&LimitSource::AddressSpace), "{headroom}");
        assert!(!more, "more than what is left could be mapped");
        assert!(less, "what is left could not be mapped");
        assert!(
            after <= Some(ByteSize::new(4 * MIB)),
            "{after:?} left after mapping most of {left}"
        );
    });
}

#[test]
fn the_data_segment() {
    own_process::run("the_data_segment", || {
        let now = MemorySample::capture().data().expect("known").as_u64();
        let before = set_limit(libc::RLIMIT_DATA, now + 64 * MIB);
        let headroom = Headroom::capture();
        // Never touched, so that it is in no other figure.
        let block = std::hint::black_box(Vec::<u8>::with_capacity(32 << 20));
        let with_block = Headroom::capture().left();
        set_limit(libc::RLIMIT_DATA, before);
        drop(block);

        assert_eq!(headroom.source(), Some(&LimitSource::Data), "{headroom}");
        assert!(headroom.left() <= Some(ByteSize::new(64 * MIB)), "{headroom}");
        assert!(headroom.left() >= Some(ByteSize::new(60 * MIB)), "{headroom}");
        assert!(with_block <= Some(ByteSize::new(32 * MIB)), "{with_block:?} left");
    });
}

#[test]
fn the_users_maximum() {
    own_process::run("the_users_maximum", || {
        let resident = MemorySample::capture().resident().expect("known");
        let maximum = resident.checked_add(ByteSize::new(8 * MIB)).expect("small");
        set_maximum_memory(maximum).unwrap();
        let headroom = Headroom::capture();
        assert_eq!(headroom.source(), Some(&LimitSource::User), "{headroom}");
        assert_eq!(headroom.limit(), Some(maximum));
        let block = std::hint::black_box(vec![1_u8; 16 << 20]);
        assert_eq!(Headroom::capture().left(), Some(ByteSize::ZERO), "passed");
        drop(block);
        set_maximum_memory(ByteSize::MAX).unwrap();
        assert_ne!(Headroom::capture().source(), Some(&LimitSource::User));
    });
}

#[test]
fn the_machine() {
    own_process::run("the_machine", || {
        let headroom = Headroom::capture();
        let (total, used) =
            found(&headroom, |source| *source == LimitSource::Physical).expect("known");
        assert!(total > ByteSize::new(64 * MIB) && used < total.as_u64(), "{headroom}");
        assert!(headroom.problems().iter().all(|problem| !problem.what().starts_with("/proc/")));
    });
}

/// A cgroup below this process's own, removed at the end.
struct Cgroup {
    folder: PathBuf,
    limit_file: PathBuf,
}

impl Cgroup {
    /// Why none can be made, if so.
    fn below_own() -> Result<Self, String> {
        let memberships =
            fs::read_to_string("/proc/self/cgroup").map_err(|error| error.to_string())?;
        let v1 = memberships.lines().find_map(|line| line.split_once(":memory:"));
        let v2 = memberships.lines().find_map(|line| line.strip_prefix("0::"));
        let (parent, file) = match (v1, v2) {
            (Some((_, path)), _) => {
                (format!("/sys/fs/cgroup/memory{path}"), "memory.limit_in_bytes")
            }
            (None, Some(path)) => (format!("/sys/fs/cgroup{path}"), "memory.max"),
            (None, None) => return Err("no cgroups here".to_owned()),
        };
        let folder = Path::new(&parent).join(format!("memmacros-test-{}", std::process::id()));
        fs::create_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        let cgroup = Self { limit_file: folder.join(file), folder };
        cgroup.set(256 * MIB).map_err(|error| format!("no limit can be set: {error}"))?;
        Ok(cgroup)
    }

    fn set(&self, limit: u64) -> std::io::Result<()> {
        fs::write(&self.limit_file, limit.to_string())
    }

    fn enter(&self) -> std::io::Result<()> {
        fs::write(self.folder.join("cgroup.procs"), std::process::id().to_string())
    }
}

impl Drop for Cgroup {
    fn drop(&mut self) {
        // The process must be out before the folder can go.
        if let Some(parent) = self.folder.parent() {
            let _ = fs::write(parent.join("cgroup.procs"), std::process::id().to_string());
        }
        if let Err(error) = fs::remove_dir(&self.folder) {
            eprintln!("{}: {error}", self.folder.display());
        }
    }
}

#[test]
fn a_real_cgroup() {
    own_process::run("a_real_cgroup", || {
        let cgroup = match Cgroup::below_own() {
            Ok(cgroup) => cgroup,
            Err(why) => return println!("skipped: no cgroup can be made: {why}"),
        };
        if let Err(error) = cgroup.enter() {
            return println!("skipped: the cgroup cannot be entered: {error}");
        }
        let is_own = |source: &LimitSource| match source {
            LimitSource::CgroupV1 { file } | LimitSource::CgroupMax { file } => {
                *file == cgroup.limit_file
            }
            _ => false,
        };
        let headroom = Headroom::capture();
        let (limit, before) = found(&headroom, is_own).expect("found");
        assert_eq!(limit, ByteSize::new(256 * MIB), "{headroom}");
        assert!(headroom.source().is_some_and(is_own), "{headroom}");

        // Memory of the process counts.
        let block = std::hint::black_box(vec![1_u8; 64 << 20]);
        let (_, with_block) = found(&Headroom::capture(), is_own).expect("found");
        assert!(with_block > before + 60 * MIB, "{before} before, {with_block} with 64 MiB");
        drop(block);

        // Cache of files does not, once it is written.
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("headroom_cache");
        fs::write(&path, vec![1_u8; 48 << 20]).expect("writable");
        fs::File::open(&path).and_then(|file| file.sync_all()).expect("on disk");
        let (_, with_cache) = found(&Headroom::capture(), is_own).expect("found");
        fs::remove_file(&path).expect("ours");
        assert!(
            with_cache < before + 24 * MIB,
            "{before} before, {with_cache} with 48 MiB of cache"
        );

        // A change shows.
        for limit in [128 * MIB, 512 * MIB] {
            cgroup.set(limit).expect("settable");
            assert_eq!(Headroom::capture().limit(), Some(ByteSize::new(limit)));
        }
    });
}
