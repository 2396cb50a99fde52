//! Owns the check of the map: who may call whom, what opens a file, how long it may be, where `unsafe` may stand.
//! Called by `cargo test`; reads the sources as text.
//! Never follows a macro: an edge is a path that starts with `crate::`.

#![expect(clippy::unwrap_used, reason = "a test stops at what it does not expect")]

use std::fs;
use std::path::{Path, PathBuf};

/// The rooms of memmacros-runtime from the ground up, as in ARCHITECTURE.md. A room uses
/// only rooms that stand before it.
const ROOMS: &[(u8, &[&str])] = &[
    (1, &["bytes", "switch"]),
    (2, &["sys", "site"]),
    (3, &["sample", "headroom", "gate", "scope"]),
    (4, &["limit", "event"]),
    (5, &["output", "settings"]),
    (6, &["checkpoint", "watch", "exit", "signals"]),
    (8, &["private"]),
];

/// Where an `unsafe` block may stand, as a start of the path below `src`.
const UNSAFE_ROOMS: &[&str] = &["sys/", "sys.rs", "site/section.rs"];

/// Files of public modules, whose `//!` lines users read.
const PUBLIC: &[&str] = &["signals.rs", "sys/system/mod.rs"];

const MOST_LINES: usize = 500;

struct Source {
    /// Below `src`, with `/`.
    path: String,
    text: String,
}

impl Source {
    /// The room is the first part of the path: `site` for `site/list.rs`.
    fn room(&self) -> &str {
        let end = self.path.find(['/', '.']).unwrap_or(self.path.len());
        &self.path[..end]
    }

    /// `lib.rs` is no room: it re-exports from all of them.
    fn is_root(&self) -> bool {
        self.path == "lib.rs"
    }

    /// What is compiled into a user's program: without comments and tests.
    fn code(&self) -> String {
        let mut parts = self.path.split('/');
        if parts.any(|part| part == "tests" || part == "tests.rs") {
            return String::new();
        }
        let code = self.text.split("#[cfg(test)]").next().unwrap_or_default();
        code.lines().map(|line| line.split("//").next().unwrap_or_default()).fold(
            String::new(),
            |mut code, line| {
                code.push_str(line);
                code.push('\n');
                code
            },
        )
    }
}

fn sources(package: &str) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(package).join("src");
    let mut found = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(Source {
                    path: below(&root, &path),
                    text: fs::read_to_string(&path).unwrap(),
                });
            }
        }
    }
    assert!(!found.is_empty(), "no sources in {}", root.display());
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

fn below(root: &Path, path: &Path) -> String {
    let parts: PathBuf = path.strip_prefix(root).unwrap().into();
    parts.to_str().unwrap().replace('\\', "/")
}

/// The rooms that `code` names: `crate::room` and each of `crate::{room, other::x}`.
fn rooms_named(code: &str) -> Vec<String> {
    let mut rooms = Vec::new();
    for (at, prefix) in code.match_indices("crate::") {
        // `$crate::`, `othercrate::`: not ours, or the path of a macro's user.
        if code[..at].ends_with(|c: char| c == '$' || c == '_' || c.is_alphanumeric()) {
            continue;
        }
        let rest = &code[at + prefix.len()..];
        match rest.strip_prefix('{') {
            None => rooms.push(first_name(rest)),
            Some(group) => rooms.extend(members(group)),
        }
    }
    // An item of lib.rs is named in capitals or re-exported; only modules are rooms.
    rooms.retain(|name| name.starts_with(|c: char| c.is_lowercase()));
    rooms
}

/// The first name of each member of a use group, whose `{` is gone.
fn members(group: &str) -> Vec<String> {
    let mut names = Vec::new();
    let (mut depth, mut start) = (0_u32, true);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => start = true,
            _ if start && !c.is_whitespace() => {
                names.push(first_name(&group[at..]));
                start = false;
            }
            _ => {}
        }
    }
    names
}

fn first_name(path: &str) -> String {
    path.chars().take_while(|&c| c == '_' || c.is_alphanumeric()).collect()
}

/// The floor of a room and its place in the whole table.
fn place(room: &str) -> Option<(u8, usize)> {
    let rooms =
        ROOMS.iter().flat_map(|&(floor, rooms)| rooms.iter().map(move |&name| (floor, name)));
    rooms.enumerate().find(|&(_, (_, name))| name == room).map(|(at, (floor, _))| (floor, at))
}

/// What `sources` do against the table, one line each.
fn wrong_arrows(sources: &[Source]) -> Vec<String> {
    let mut wrong = Vec::new();
    for source in sources.iter().filter(|source| !source.is_root()) {
        let from = source.room();
        let Some((floor, at)) = place(from) else {
            wrong
                .push(format!("{}: no such room in the table: give `{from}` a floor", source.path));
            continue;
        };
        let mut rooms = rooms_named(&source.code());
        rooms.sort();
        rooms.dedup();
        for to in rooms.iter().filter(|&to| to != from) {
            match place(to) {
                Some((_, there)) if there < at => {}
                Some((above, _)) => wrong.push(format!("{}: `{from}` (floor {floor}) uses `{to}` (floor {above}), which stands after it",
                    source.path)),
                // A function that lib.rs re-exports: say which room it comes from instead.
                None => wrong.push(format!("{}: `crate::{to}` names no room", source.path)),
            }
        }
    }
    wrong
}

#[test]
fn no_arrow_points_up() {
    let wrong = wrong_arrows(&sources("memmacros-runtime"));
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn an_arrow_that_points_up_is_seen() {
    let source = |path: &str, text: &str| Source { path: path.into(), text: text.into() };
    let up = source("bytes/mod.rs", "use crate::site::Site;");
    assert!(wrong_arrows(&[up])[0].contains("`bytes` (floor 1) uses `site` (floor 2)"));
    let group =
        source("gate.rs", "use crate::{\n    bytes::ByteSize,\n    watch::{self, Guard},\n};");
    assert!(wrong_arrows(&[group])[0].contains("`gate` (floor 3) uses `watch` (floor 6)"));
    let inline = source("limit.rs", "fn f() { crate::output::dispatch(); }");
    assert!(wrong_arrows(&[inline])[0].contains("uses `output`"));
    let unknown = source("attic.rs", "");
    assert!(wrong_arrows(&[unknown])[0].contains("give `attic` a floor"));
    let fine = source(
        "watch/mod.rs",
        "use crate::{bytes::ByteSize, site};\n// crate::private\nfoo!($crate::private);\n\
         #[cfg(test)]\nmod tests { use crate::private; }",
    );
    assert_eq!(wrong_arrows(&[fine]), [""; 0]);
}

#[test]
fn files_say_what_they_own() {
    let mut wrong = Vec::new();
    for package in ["memmacros", "memmacros-runtime"] {
        for source in sources(package).iter().filter(|source| !source.is_root()) {
            // Plain comments open what is public, where rustdoc would show these lines to users.
            let mark = if source.text.starts_with("// ") { "// " } else { "//! " };
            let openings = ["Owns ", "Called ", "Never "];
            // A sentence may take a second line.
            let header: Vec<&str> =
                source.text.lines().map_while(|line| line.strip_prefix(mark)).collect();
            let mut from = 0;
            for opening in openings {
                match header[from..].iter().position(|line| line.starts_with(opening)) {
                    Some(at) => from += at + 1,
                    None => wrong.push(format!(
                        "{package}/src/{}: does not say `{}` in its first lines",
                        source.path,
                        opening.trim_end()
                    )),
                }
            }
            if !header.first().is_some_and(|line| line.starts_with(openings[0])) {
                wrong.push(format!(
                    "{package}/src/{}: its first line is not `//! Owns ..` or `// Owns ..`",
                    source.path
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn what_users_read_has_no_header_of_ours() {
    for package in ["memmacros", "memmacros-runtime"] {
        for source in sources(package) {
            let is_public = source.is_root() || PUBLIC.contains(&source.path.as_str());
            assert!(
                !(is_public && source.text.contains("//! Owns ")),
                "{package}/src/{}: write its header in plain comments, `// Owns ..`",
                source.path
            );
        }
    }
}

#[test]
fn files_are_short() {
    let mut wrong = Vec::new();
    for package in ["memmacros", "memmacros-runtime"] {
        for source in sources(package) {
            let lines = source.text.lines().count();
            // The docs of the macros are long, and stand where rustdoc shows them.
            let code =
                source.text.lines().filter(|line| !line.trim_start().starts_with("///")).count();
            let lines = if source.is_root() { code } else { lines };
            if lines >= MOST_LINES {
                wrong.push(format!("{package}/src/{}: {lines} lines", source.path));
            }
        }
    }
    assert!(wrong.is_empty(), "split these, {MOST_LINES} lines is too long: {wrong:#?}");
}

/// Whether `code` has an `unsafe` that rustc counts, or lets one pass. An attribute such
/// as `#[unsafe(no_mangle)]` counts, `unsafe` in a text does not.
fn has_unsafe(code: &str) -> bool {
    code.contains("expect(unsafe_code") || code.contains("allow(unsafe_code") || {
        let kinds =
            ["unsafe {", "unsafe fn", "unsafe impl", "unsafe extern", "unsafe trait", "#[unsafe("];
        // A text in quotes holds no code; a lifetime or a char with a quote is not in our way here.
        code.lines().any(|line| {
            let outside: String = line.split('"').step_by(2).collect();
            kinds.iter().any(|kind| outside.contains(kind))
        })
    }
}

#[test]
fn unsafe_code_stays_in_its_rooms() {
    for package in ["memmacros", "memmacros-runtime"] {
        for source in sources(package).iter().filter(|source| has_unsafe(&source.code())) {
            let allowed = package == "memmacros-runtime"
                && UNSAFE_ROOMS.iter().any(|room| source.path.starts_with(room));
            assert!(
                allowed,
                "{package}/src/{} holds unsafe code; sys/ is the room for it",
                source.path
            );
        }
    }
}

#[test]
fn unsafe_code_is_seen() {
    assert!(has_unsafe("    unsafe { read() }"));
    assert!(has_unsafe("#[expect(unsafe_code, reason = \"..\")]"));
    assert!(has_unsafe("unsafe impl Sync for Site {}"));
    assert!(!has_unsafe("let text = \"write unsafe { .. } here\";"));
}
