//! Owns the fake cgroup trees: v1, v2, nested, hybrid, namespaces, and all that can be missing or wrong.
//! Called by `cargo test`.
//! Never asks the real system.

use std::io::ErrorKind;

use super::*;
use crate::sys::system::FakeSystem;

const V2_MOUNT: &str = "30 23 0:28 / /sys/fs/cgroup rw shared:4 - cgroup2 cgroup2 rw\n";

fn bytes(bytes: u64) -> ByteSize {
    ByteSize::new(bytes)
}

fn capture(system: &FakeSystem) -> Headroom {
    Headroom::capture_with(system, None)
}

/// A machine with 64 MB, all available, in the v2 cgroup `path`.
fn v2(path: &str) -> FakeSystem {
    let system = FakeSystem::new();
    system.memory(bytes(65_536_000), bytes(65_536_000));
    system.write("/proc/self/cgroup", &format!("0::{path}\n"));
    system.write("/proc/self/mountinfo", V2_MOUNT);
    system.write("/sys/fs/cgroup/cgroup.controllers", "cpu memory\n");
    let own = format!("/sys/fs/cgroup{}/cgroup.controllers", path.trim_end_matches('/'));
    system.write(&own, "memory\n");
    system
}

/// One level of v2 with no cache.
fn level(system: &FakeSystem, folder: &str, max: &str, high: &str, current: u64) {
    system.write(&format!("{folder}/memory.max"), &format!("{max}\n"));
    system.write(&format!("{folder}/memory.high"), &format!("{high}\n"));
    system.write(&format!("{folder}/memory.current"), &format!("{current}\n"));
    system.write(&format!("{folder}/memory.stat"), "anon 7\nfile 0\n");
}

fn v1(system: &FakeSystem, folder: &str, limit: u64, usage: u64, stat: &str) {
    system.write(&format!("{folder}/memory.limit_in_bytes"), &format!("{limit}\n"));
    system.write(&format!("{folder}/memory.usage_in_bytes"), &format!("{usage}\n"));
    system.write(&format!("{folder}/memory.stat"), stat);
    system.write(&format!("{folder}/memory.use_hierarchy"), "1\n");
}

const UNLIMITED: u64 = 9_223_372_036_854_771_712;

fn file_of(headroom: &Headroom) -> String {
    match headroom.source() {
        Some(
            LimitSource::CgroupMax { file }
            | LimitSource::CgroupHigh { file }
            | LimitSource::CgroupV1 { file },
        ) => file.display().to_string(),
        other => format!("{other:?}"),
    }
}

#[test]
fn v2_counts_only_what_cannot_be_reclaimed() {
    let system = v2("/pod");
    level(&system, "/sys/fs/cgroup/pod", "1000000", "max", 900_000);
    system.write(
        "/sys/fs/cgroup/pod/memory.stat",
        "anon 200000\nfile 600000\nkernel 100000\nfile_dirty 30000\nfile_writeback 20000\ninactive_anon 1\n\
         inactive_file 300000\nactive_file 250000\nslab_reclaimable 60000\nslab_unreclaimable 40000\nshmem 50000\n",
    );
    let headroom = capture(&system);
    // 900 000 - (550 000 of files, 50 000 of them not yet written) - 60 000 of slabs.
    assert_eq!(headroom.used(), Some(bytes(340_000)));
    assert_eq!(headroom.left(), Some(bytes(660_000)));
    assert_eq!(file_of(&headroom), "/sys/fs/cgroup/pod/memory.max");
    assert_eq!(headroom.problems(), []);
}

#[test]
fn a_tighter_ancestor_binds() {
    let system = v2("/a/b/c");
    level(&system, "/sys/fs/cgroup/a", "5000", "max", 4500);
    level(&system, "/sys/fs/cgroup/a/b", "max", "max", 3000);
    level(&system, "/sys/fs/cgroup/a/b/c", "4000", "max", 1000);
    let headroom = capture(&system);
    assert_eq!(file_of(&headroom), "/sys/fs/cgroup/a/memory.max", "500 left there, 3000 here");
    assert_eq!(headroom.limit(), Some(bytes(5000)));
    assert_eq!(headroom.left(), Some(bytes(500)));
    assert_eq!(headroom.least_limit(), Some(bytes(4000)));
    assert_eq!(headroom.limits().len(), 3, "{:?}", headroom.limits());
}

#[test]
fn a_limit_on_the_mount_root_of_a_namespace_counts() {
    let system = v2("/");
    level(&system, "/sys/fs/cgroup", "3000", "max", 1000);
    assert_eq!(capture(&system).left(), Some(bytes(2000)));
    assert_eq!(file_of(&capture(&system)), "/sys/fs/cgroup/memory.max");
}

#[test]
fn high_below_max_binds() {
    let system = v2("/pod");
    level(&system, "/sys/fs/cgroup/pod", "10000", "8000", 1000);
    let headroom = capture(&system);
    assert_eq!(file_of(&headroom), "/sys/fs/cgroup/pod/memory.high");
    assert_eq!(headroom.left(), Some(bytes(7000)));
    assert!(headroom.to_string().contains("throttling line"), "{headroom}");
}

#[test]
fn no_limit_in_the_tree_leaves_the_machine() {
    let system = v2("/pod");
    level(&system, "/sys/fs/cgroup/pod", "max", "max", 1000);
    system.memory(bytes(65_536_000), bytes(16_384_000));
    let headroom = capture(&system);
    assert_eq!(headroom.source(), Some(&LimitSource::Physical));
    assert_eq!(headroom.used(), Some(bytes(49_152_000)));
    assert_eq!(headroom.left(), Some(bytes(16_384_000)));
    assert_eq!(headroom.problems(), []);
}

#[test]
fn levels_without_the_controller_are_no_problem() {
    let system = v2("/user.slice/app");
    level(&system, "/sys/fs/cgroup/user.slice", "5000", "max", 500);
    let headroom = capture(&system);
    assert_eq!(headroom.left(), Some(bytes(4500)));
    assert_eq!(headroom.problems(), []);
}

#[test]
fn what_cannot_be_read_is_reported() {
    let system = v2("/a/b");
    level(&system, "/sys/fs/cgroup/a", "5000", "max", 500);
    level(&system, "/sys/fs/cgroup/a/b", "4000", "max", 400);
    system.fail("/sys/fs/cgroup/a/memory.max", ErrorKind::PermissionDenied);
    system.write("/sys/fs/cgroup/a/b/memory.high", "12 bananas\n");
    let headroom = capture(&system);
    assert_eq!(headroom.left(), Some(bytes(3600)), "the rest still counts");
    let problems: Vec<_> = headroom.problems().iter().map(ToString::to_string).collect();
    assert_eq!(problems.len(), 2, "{problems:?}");
    assert!(problems[0].contains("/a/b/memory.high: \"12 bananas\" is neither"), "{problems:?}");
    assert!(problems[1].contains("/a/memory.max: permission denied"), "{problems:?}");
    assert!(headroom.to_string().ends_with("(2 limits could not be read)"), "{headroom}");
}

#[test]
fn garbage_is_never_a_limit() {
    for garbage in ["", "-1", "1e9", "5K", "18446744073709551616", "1 2", "Max"] {
        let system = v2("/pod");
        level(&system, "/sys/fs/cgroup/pod", garbage, "max", 500);
        let headroom = capture(&system);
        assert_eq!(headroom.source(), Some(&LimitSource::Physical), "{garbage:?}");
        assert_eq!(headroom.problems().len(), 1, "{garbage:?}");
    }
}

#[test]
fn an_unknown_use_does_not_hide_a_limit() {
    let system = v2("/pod");
    level(&system, "/sys/fs/cgroup/pod", "5000", "max", 500);
    system.fail("/sys/fs/cgroup/pod/memory.current", ErrorKind::PermissionDenied);
    let headroom = capture(&system);
    assert_eq!(headroom.least_limit(), Some(bytes(5000)));
    let found =
        headroom.limits().iter().find(|found| found.limit() == bytes(5000)).expect("listed");
    assert_eq!((found.used(), found.left()), (None, None));
    assert_eq!(headroom.problems().len(), 1);

    system.write("/sys/fs/cgroup/pod/memory.current", "1200\n");
    system.remove("/sys/fs/cgroup/pod/memory.stat");
    assert_eq!(capture(&system).used(), Some(bytes(1200)), "without memory.stat all of it counts");
}

#[test]
fn v1_in_a_hybrid_tree() {
    let system = FakeSystem::new();
    system.write(
        "/proc/self/cgroup",
        "9:name=systemd:/x\n4:cpu,memory:/docker/abc\n0::/docker/abc\n",
    );
    system.write(
        "/proc/self/mountinfo",
        "34 31 0:31 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset\n\
         35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,cpu,memory\n\
         41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n",
    );
    let root = "/sys/fs/cgroup/memory";
    v1(&system, root, UNLIMITED, 90_000, "");
    v1(&system, &format!("{root}/docker"), 50_000, 48_000, "total_inactive_file 3000\n");
    let stat = "cache 9\ntotal_cache 900\ntotal_shmem 300\ntotal_inactive_file 400\ntotal_active_file 200\n\
                total_dirty 50\ntotal_writeback 50\nhierarchical_memory_limit 10000\n";
    v1(&system, &format!("{root}/docker/abc"), 10_000, 7000, stat);
    let headroom = capture(&system);
    assert_eq!(file_of(&headroom), "/sys/fs/cgroup/memory/docker/abc/memory.limit_in_bytes");
    assert_eq!(headroom.used(), Some(bytes(6500)), "7000 less 500 of clean files");
    assert_eq!(headroom.limits().len(), 2, "the root has none: {:?}", headroom.limits());
    let named: Vec<_> = headroom.problems().iter().map(HeadroomProblem::what).collect();
    assert_eq!(named, ["/proc/meminfo"], "v2's tree beside v1's is not looked at");
}

#[test]
fn v1_limits_that_the_mount_does_not_show() {
    let system = FakeSystem::new();
    system.memory(bytes(1_024_000), bytes(1_024_000));
    system.write("/proc/self/cgroup", "4:memory:/docker/abc\n");
    // A container without a cgroup namespace: its own cgroup is mounted as if it were the root.
    system.write(
        "/proc/self/mountinfo",
        "35 31 0:32 /docker/abc /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n",
    );
    let root = "/sys/fs/cgroup/memory";
    v1(&system, root, UNLIMITED, 7000, "hierarchical_memory_limit 9000\n");
    let headroom = capture(&system);
    assert_eq!(headroom.left(), Some(bytes(2000)));
    assert_eq!(file_of(&headroom), "/sys/fs/cgroup/memory/memory.stat");
    assert_eq!(headroom.problems(), []);
}

#[test]
fn v1_without_hierarchy_stops_at_its_own_level() {
    let system = FakeSystem::new();
    system.write("/proc/self/cgroup", "4:memory:/a/b\n");
    let mount = "35 31 0:32 / /cg rw - cgroup cgroup rw,memory\n";
    system.write("/proc/self/mountinfo", mount);
    v1(&system, "/cg/a", 100, 90, "");
    v1(&system, "/cg/a/b", 5000, 10, "");
    assert_eq!(capture(&system).left(), Some(bytes(10)));
    system.write("/cg/a/memory.use_hierarchy", "0\n");
    assert_eq!(capture(&system).left(), Some(bytes(4990)), "its parent does not count it");
}

#[test]
fn a_missing_v1_file_is_reported_as_every_level_has_it() {
    let system = FakeSystem::new();
    system.memory(bytes(1_024_000), bytes(1_024_000));
    system.write("/proc/self/cgroup", "4:memory:/a\n");
    system.write("/proc/self/mountinfo", "35 31 0:32 / /cg rw - cgroup cgroup rw,memory\n");
    v1(&system, "/cg", UNLIMITED, 1, "");
    let headroom = capture(&system);
    assert_eq!(headroom.problems().len(), 1, "{:?}", headroom.problems());
    assert_eq!(headroom.problems()[0].what(), "/cg/a/memory.limit_in_bytes");
}

#[test]
fn bind_mounts_show_the_cgroup_below_their_root() {
    let system = v2("/kubepods/pod1/app");
    // An unrelated cgroup, our pod, and ourselves: the pod's mount shows the most of what is above us.
    system.write(
        "/proc/self/mountinfo",
        "50 1 0:28 /kubepods/pod1/app /self rw - cgroup2 cgroup2 rw\n\
         51 1 0:28 /kubepods/pod1 /my\\040pod rw - cgroup2 cgroup2 rw\n\
         52 1 0:28 /kubepods/pod10 /stranger rw - cgroup2 cgroup2 rw\n",
    );
    system.write("/my pod/app/cgroup.controllers", "memory\n");
    level(&system, "/my pod", "3000", "max", 2500);
    level(&system, "/my pod/app", "2000", "max", 100);
    level(&system, "/stranger", "10", "max", 10);
    let headroom = capture(&system);
    assert_eq!(file_of(&headroom), "/my pod/memory.max");
    assert_eq!(headroom.left(), Some(bytes(500)));
    assert_eq!(headroom.problems(), []);
}

#[test]
fn a_mount_from_outside_the_namespace() {
    let system = v2("/");
    system.write("/proc/self/mountinfo", "50 1 0:28 /../.. /host rw - cgroup2 cgroup2 rw\n");
    system.write("/host/cgroup.controllers", "memory\n");
    level(&system, "/host", "3000", "max", 1000);
    let headroom = capture(&system);
    assert_eq!(headroom.left(), Some(bytes(2000)), "what is above us limits us, too");
    assert_eq!(headroom.problems().len(), 1, "but what lies between is not seen");

    system.write("/proc/self/mountinfo", "50 1 0:28 /../other /host rw - cgroup2 cgroup2 rw\n");
    let headroom = capture(&system);
    assert_eq!(headroom.source(), Some(&LimitSource::Physical), "a sibling's limit is not ours");
    assert_eq!(headroom.problems().len(), 1);
}

#[test]
fn a_process_outside_its_namespace_root() {
    let system = v2("/../sibling");
    system.write("/proc/self/mountinfo", "50 1 0:28 /.. /host rw - cgroup2 cgroup2 rw\n");
    system.write("/host/sibling/cgroup.controllers", "memory\n");
    level(&system, "/host/sibling", "3000", "max", 1000);
    assert_eq!(capture(&system).left(), Some(bytes(2000)));
    assert_eq!(capture(&system).problems(), []);
}

#[test]
fn an_invisible_cgroup_is_reported() {
    let system = v2("/pod");
    system.remove("/sys/fs/cgroup/pod/cgroup.controllers");
    assert_eq!(capture(&system).problems()[0].what(), "/sys/fs/cgroup/pod");
    system.write("/proc/self/mountinfo", "");
    assert!(capture(&system).problems()[0].why().contains("not mounted"));
    system.fail("/proc/self/mountinfo", ErrorKind::PermissionDenied);
    assert_eq!(capture(&system).problems()[0].what(), "/proc/self/mountinfo");
    system.fail("/proc/self/cgroup", ErrorKind::PermissionDenied);
    assert_eq!(capture(&system).problems()[0].what(), "/proc/self/cgroup");
}

#[test]
fn a_removed_cgroup_keeps_its_ancestors() {
    let system = v2("/a/gone (deleted)");
    system.write("/sys/fs/cgroup/a/gone/cgroup.controllers", "");
    level(&system, "/sys/fs/cgroup/a", "3000", "max", 1000);
    assert_eq!(capture(&system).left(), Some(bytes(2000)));
}

#[test]
fn limits_of_the_process() {
    let system = v2("/");
    system.resident(bytes(40_960));
    system.set_resource_limit(ResourceLimit::AddressSpace, Some(bytes(100_000)));
    let headroom = capture(&system);
    assert_eq!(headroom.source(), Some(&LimitSource::AddressSpace));
    assert_eq!(headroom.left(), Some(bytes(100_000 - 40_960)));
    system.set_resource_limit(ResourceLimit::Data, Some(bytes(50_000)));
    assert_eq!(capture(&system).source(), Some(&LimitSource::Data));

    let headroom = Headroom::capture_with(&system, Some(bytes(0)));
    assert_eq!(headroom.source(), Some(&LimitSource::User), "0 is honoured");
    assert_eq!(headroom.left(), Some(bytes(0)));
    assert_eq!(headroom.least_limit(), Some(bytes(0)));
}

#[test]
fn nothing_known_is_said() {
    let headroom = capture(&FakeSystem::new());
    assert_eq!((headroom.limit(), headroom.used(), headroom.left()), (None, None, None));
    assert_eq!(headroom.to_string(), "no limit known (1 limit could not be read)");
}
