//! Owns finding the process's cgroups and reading their limits, v1 and v2.
//! Called by headroom only.
//! Never takes the mount's root for the process's own cgroup, and never stops at the first of several.

use std::io::ErrorKind;
use std::path::Path;

use super::{FoundLimit, Headroom, LimitSource};
use crate::bytes::ByteSize;
use crate::sys::system::System;

/// v1 writes the largest multiple of a page below 2^63 for "no limit": 2^63 - 4096 or - 65536.
const V1_UNLIMITED: u64 = 1 << 62;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Version {
    One,
    Two,
}

/// Adds every limit of the process's cgroups and of those above them.
pub(super) fn look(system: &dyn System, headroom: &mut Headroom) {
    let memberships = match system.read_file("/proc/self/cgroup") {
        Ok(text) => text,
        // A kernel without cgroups, or another system.
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Unsupported) => {
            return;
        }
        Err(error) => return headroom.report("/proc/self/cgroup", &error),
    };
    let memberships: Vec<_> = memberships.lines().filter_map(membership).collect();
    if memberships.is_empty() {
        return;
    }
    let mounts = match system.read_file("/proc/self/mountinfo") {
        Ok(text) => text,
        Err(error) => return headroom.report("/proc/self/mountinfo", &error),
    };
    let mounts: Vec<_> = mounts.lines().filter_map(Mount::parse).collect();
    let memory_is_v1 = memberships.iter().any(|(version, _)| *version == Version::One);
    for (version, path) in memberships {
        // Where v1 has the memory controller, a v2 tree beside it (systemd's) cannot limit memory.
        if version == Version::One || !memory_is_v1 {
            look_at(system, headroom, version, path, &mounts);
        }
    }
}

/// One line of /proc/self/cgroup, if it is about memory: `0::/path` or `4:memory:/path`.
fn membership(line: &str) -> Option<(Version, &str)> {
    let (id, rest) = line.split_once(':')?;
    let (controllers, path) = rest.split_once(':')?;
    // The cgroup of a process whose folder was removed under it keeps its name and this mark.
    let path = path.strip_suffix(" (deleted)").unwrap_or(path);
    if controllers.split(',').any(|controller| controller == "memory") {
        Some((Version::One, path))
    } else if id == "0" && controllers.is_empty() {
        Some((Version::Two, path))
    } else {
        None
    }
}

/// A mounted cgroup hierarchy that can hold the memory controller.
struct Mount {
    version: Version,
    /// Which cgroup is seen at `point`.
    root: String,
    point: String,
}

impl Mount {
    /// A line of mountinfo: `35 31 0:32 /root /point options.. - cgroup source memory,rw`.
    fn parse(line: &str) -> Option<Self> {
        let (mount, filesystem) = line.split_once(" - ")?;
        let mut filesystem = filesystem.split(' ');
        let (kind, super_options) = (filesystem.next()?, filesystem.nth(1).unwrap_or(""));
        let version = match kind {
            "cgroup2" => Version::Two,
            "cgroup" if super_options.split(',').any(|option| option == "memory") => Version::One,
            _ => return None,
        };
        let mut fields = mount.split(' ');
        let (root, point) = (fields.nth(3)?, fields.next()?);
        Some(Self { version, root: unescape(root), point: unescape(point) })
    }

    /// Where the cgroup `path` is seen below this mount, as a path that starts at the mount's point.
    fn below(&self, path: &str) -> Option<String> {
        let root = self.root.trim_end_matches('/');
        let rest = path.strip_prefix(root)?;
        (rest.is_empty() || rest.starts_with('/')).then(|| rest.trim_end_matches('/').to_owned())
    }

    /// Whether what is mounted lies above the process's cgroup namespace: `/..` or `/../..`.
    fn is_above_namespace(&self) -> bool {
        self.root.len() > 1 && self.root.split('/').skip(1).all(|part| part == "..")
    }
}

/// mountinfo writes space, tab, line end and backslash as `\040` and so on.
fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        plain.push_str(before);
        let code = after.get(..3).and_then(|digits| u8::from_str_radix(digits, 8).ok());
        match (code, after.get(3..)) {
            (Some(code), Some(after)) if code.is_ascii() => {
                plain.push(char::from(code));
                rest = after;
            }
            _ => {
                plain.push('\\');
                rest = after;
            }
        }
    }
    plain.push_str(rest);
    plain
}

fn look_at(
    system: &dyn System,
    headroom: &mut Headroom,
    version: Version,
    path: &str,
    mounts: &[Mount],
) {
    let mounts = || mounts.iter().filter(move |mount| mount.version == version);
    // Of several mounts the one that shows most of the cgroups above ours.
    let seen = mounts().filter_map(|mount| Some((mount, mount.below(path)?)));
    if let Some((mount, below)) = seen.max_by_key(|(_, below)| below.len()) {
        walk(system, headroom, version, mount, &below);
    } else if let Some(mount) = mounts().find(|mount| mount.is_above_namespace()) {
        // A mount from outside the namespace shows a cgroup above ours; between the two we are blind.
        headroom.report(
            path,
            &format_args!("not visible below {} from this cgroup namespace", mount.point),
        );
        walk(system, headroom, version, mount, "");
    } else if mounts().next().is_some() {
        headroom.report(path, &"this cgroup is outside of every cgroup mount");
    } else {
        headroom.report(path, &"the hierarchy of this cgroup is not mounted");
    }
}

/// Reads the limits of the cgroup at `lowest` under the mount, and of all between it and the mount's point.
fn walk(
    system: &dyn System,
    headroom: &mut Headroom,
    version: Version,
    mount: &Mount,
    lowest: &str,
) {
    let point = mount.point.trim_end_matches('/');
    let mut below = lowest;
    let mut own = true;
    loop {
        let level = Level { system, folder: format!("{point}{below}") };
        let go_on = match version {
            Version::Two => level.look_at_v2(headroom, own),
            Version::One => level.look_at_v1(headroom, own),
        };
        own = false;
        match below.rfind('/') {
            Some(slash) if go_on => below = below.get(..slash).unwrap_or(""),
            _ => break,
        }
    }
    if version == Version::One {
        Level { system, folder: format!("{point}{lowest}") }.look_at_hidden_v1(headroom);
    }
}

struct Level<'a> {
    system: &'a dyn System,
    folder: String,
}

impl Level<'_> {
    /// The root cgroup has none of the files, nor has one whose parent does not hand the controller down.
    fn look_at_v2(&self, headroom: &mut Headroom, own: bool) -> bool {
        if own && !self.exists("cgroup.controllers") {
            headroom.report(&self.folder, &"the process's own cgroup is not to be seen there");
        }
        let max = self.limit(headroom, "memory.max");
        let high = self.limit(headroom, "memory.high");
        if max.is_none() && high.is_none() {
            return true;
        }
        // memory.stat counts dirty pages and those on their way to the disk as file cache too; the kernel
        // has to write them before it gets them back, and kills if that is too slow.
        let used = self.used(headroom, "memory.current", |stat| {
            let files = stat("inactive_file") + stat("active_file");
            let unwritten = stat("file_dirty") + stat("file_writeback");
            files.saturating_sub(unwritten) + stat("slab_reclaimable")
        });
        if let Some(limit) = max {
            let file = self.path("memory.max").into();
            headroom.limits.push(FoundLimit::new(LimitSource::CgroupMax { file }, limit, used));
        }
        if let Some(limit) = high {
            let file = self.path("memory.high").into();
            headroom.limits.push(FoundLimit::new(LimitSource::CgroupHigh { file }, limit, used));
        }
        true
    }

    /// Whether the cgroup above limits this one too, which old kernels let one switch off.
    fn look_at_v1(&self, headroom: &mut Headroom, own: bool) -> bool {
        const LIMIT: &str = "memory.limit_in_bytes";
        let hierarchy = self.system.read_file(&self.path("memory.use_hierarchy"));
        let counts_children = hierarchy.map_or(true, |text| text.trim() != "0");
        if !own && !counts_children {
            return false;
        }
        let problems = headroom.problems.len();
        let limit = self.limit(headroom, LIMIT).filter(|limit| limit.as_u64() < V1_UNLIMITED);
        // Every cgroup v1 has this file, also the root.
        if headroom.problems.len() == problems && !self.exists(LIMIT) {
            headroom.report(&self.path(LIMIT), &"not found");
        }
        if let Some(limit) = limit {
            let used = self.used_v1(headroom);
            let file = self.path(LIMIT).into();
            headroom.limits.push(FoundLimit::new(LimitSource::CgroupV1 { file }, limit, used));
        }
        true
    }

    /// The kernel's own minimum over all levels of v1, for those that the mount does not show.
    fn look_at_hidden_v1(&self, headroom: &mut Headroom) {
        let stat = self.read(headroom, "memory.stat");
        let least = stat.and_then(|stat| value_of(&stat, "hierarchical_memory_limit"));
        let Some(least) = least.filter(|bytes| *bytes < V1_UNLIMITED).map(ByteSize::new) else {
            return;
        };
        if headroom.limits.iter().all(|found| found.limit() > least) {
            // Others may use that level, too: what is used there is at least what is used here.
            let used = self.used_v1(headroom);
            let file = self.path("memory.stat").into();
            headroom.limits.push(FoundLimit::new(LimitSource::CgroupV1 { file }, least, used));
        }
    }

    fn used_v1(&self, headroom: &mut Headroom) -> Option<ByteSize> {
        self.used(headroom, "memory.usage_in_bytes", |stat| {
            let files = stat("total_inactive_file") + stat("total_active_file");
            files.saturating_sub(stat("total_dirty") + stat("total_writeback"))
        })
    }

    /// The use at this level without what the kernel can take back: all that is charged, less clean pages
    /// of files (active ones too: counting those is what makes "working set" alarms false) and slabs that it
    /// can shrink. Subtracting keeps what this code does not know of (page tables, sockets, kernel stacks,
    /// whatever comes next) as used; shared memory and locked pages are on other lists and so stay used;
    /// so does what swap could take, as swapping is what the program wants to avoid.
    fn used(
        &self,
        headroom: &mut Headroom,
        current: &str,
        reclaimable: impl Fn(&dyn Fn(&str) -> u64) -> u64,
    ) -> Option<ByteSize> {
        let Some(current_text) = self.read(headroom, current) else {
            if !self.is_reported(headroom, current) {
                headroom.report(&self.path(current), &"not found");
            }
            return None;
        };
        let Ok(charged) = current_text.trim().parse::<u64>() else {
            headroom.report(&self.path(current), &NotANumber(&current_text));
            return None;
        };
        // Without memory.stat all of it counts: rather too little left than too much.
        let stat = self.read(headroom, "memory.stat").unwrap_or_default();
        // Each is held below 2^62 so that no sum of a few can overflow.
        let field = |name: &str| value_of(&stat, name).unwrap_or(0).min(V1_UNLIMITED / 2);
        Some(ByteSize::new(charged.saturating_sub(reclaimable(&field))))
    }

    /// The number in a limit's file; `None` without a limit, and where it could not be read, which is reported.
    fn limit(&self, headroom: &mut Headroom, file: &str) -> Option<ByteSize> {
        let text = self.read(headroom, file)?;
        match text.trim() {
            "max" => None,
            number => {
                let limit = number.parse().ok().map(ByteSize::new);
                if limit.is_none() {
                    headroom.report(&self.path(file), &NotANumber(&text));
                }
                limit
            }
        }
    }

    /// `None` where there is no such file, and where it could not be read, which is reported.
    fn read(&self, headroom: &mut Headroom, file: &str) -> Option<String> {
        let path = self.path(file);
        match self.system.read_file(&path) {
            Ok(text) => Some(text),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => {
                if !self.is_reported(headroom, file) {
                    headroom.report(&path, &error);
                }
                None
            }
        }
    }

    fn is_reported(&self, headroom: &Headroom, file: &str) -> bool {
        let path = self.path(file);
        headroom.problems.iter().any(|problem| problem.what() == path)
    }

    fn exists(&self, file: &str) -> bool {
        let read = self.system.read_file(&self.path(file));
        !read.is_err_and(|error| error.kind() == ErrorKind::NotFound)
    }

    fn path(&self, file: &str) -> String {
        Path::new(&self.folder).join(file).to_string_lossy().into_owned()
    }
}

/// The number behind `name` in a text of `name number` lines.
fn value_of(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line?.trim().parse().ok()
}

struct NotANumber<'a>(&'a str);

impl std::fmt::Display for NotANumber<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let start: String = self.0.trim().chars().take(40).collect();
        write!(f, "{start:?} is neither a number of bytes nor `max`")
    }
}
