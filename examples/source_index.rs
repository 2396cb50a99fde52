//! The main job: a full-text index (word -> files and lines) of all Rust sources in this
//! machine's cargo registry, that knows how much memory it may take.
//!
//! ```sh
//! cargo run --release --example source_index                       # some seconds
//! cargo run --release --example source_index -- --limit 100MB     # the limit at work
//! cargo run --release --example source_index -- --help
//! ```
//!
//! Shows, in the order of the program:
//! - `set_memory_limit` with an amount or a part of what the process may have,
//! - `mem_checkpoint!` between the phases,
//! - `#[memory_watched]` on a function and on the loop in it: the loop ends with an error
//!   when the limit is passed, and the program goes on with what it has,
//! - `growth = ".."` on a function that may take only so much for one file,
//! - `summary()`: which annotation made the process grow.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;
use std::{env, fs, io};

use memmacros_runtime::{
    ByteSize, MemoryLimitExceeded, MemorySample, mem_checkpoint, memory_limit, memory_watched,
    set_memory_limit, summary,
};

const HELP: &str = "\
Builds a full-text index of Rust sources and answers queries from it.

Usage: source_index [OPTIONS] [FOLDER]..

FOLDER             where the sources are; by default the cargo registry of this machine
--limit LIMIT      memory that the program may take: 100MB, 1GiB, 80% (default: 80%)
--max SIZE         text to read at most (default: 80MB)
--query WORDS      what to look for, one or more words in a row; can be given more than once
--help             this text
";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("source_index: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let Some(job) = Job::from_args(env::args().skip(1))? else {
        print!("{HELP}");
        return Ok(());
    };
    set_memory_limit(&job.limit)?;
    println!("Text to read: {} at most. Memory: {} at most.", job.max, memory_limit());
    mem_checkpoint!("start");

    let sources = collect(&job.folders, job.max)?;
    mem_checkpoint!("collected {} files", sources.len());

    let mut index = Index::default();
    let stopped = index.add_all(&sources).err();
    mem_checkpoint!("indexed {} files, {} different words", index.files.len(), index.lists.len());

    let index = index.sorted();
    if let Some(exceeded) = stopped {
        // The error says how much, over which limit, where. What was indexed is whole.
        println!("\nStopped after {} of {} files: {exceeded}.", index.files.len(), sources.len());
    }

    println!("\nMost frequent: {}.", index.most_frequent(8).join(", "));
    for query in &job.queries {
        index.print_answer(query);
    }
    mem_checkpoint!("answered {} queries", job.queries.len());

    println!("\nMemory at the end: {}.\n", MemorySample::capture());
    summary();
    Ok(())
}

/// What the command line asks for.
struct Job {
    folders: Vec<PathBuf>,
    limit: String,
    max: ByteSize,
    queries: Vec<String>,
}

impl Job {
    /// `None` where it asks for help.
    fn from_args(mut args: impl Iterator<Item = String>) -> Result<Option<Self>, Box<dyn Error>> {
        let mut folders = Vec::new();
        let mut limit = "80%".to_owned();
        let mut max = ByteSize::new(80_000_000);
        let mut queries = Vec::new();
        while let Some(arg) = args.next() {
            let mut value =
                || args.next().ok_or_else(|| format!("{arg} needs a value (see --help)"));
            match arg.as_str() {
                "--help" | "-h" => return Ok(None),
                "--limit" => limit = value()?,
                "--max" => max = value()?.parse()?,
                "--query" => queries.push(value()?),
                option if option.starts_with('-') => {
                    return Err(format!("unknown option {option} (see --help)").into());
                }
                path => folders.push(PathBuf::from(path)),
            }
        }
        if queries.is_empty() {
            queries =
                ["unsafe", "Arc Mutex", "out of memory", "memory usage"].map(str::to_owned).into();
        }
        if folders.is_empty() {
            folders = registry()?;
        }
        Ok(Some(Self { folders, limit, max, queries }))
    }
}

/// Where cargo unpacks the sources of dependencies: a folder for each registry in use.
fn registry() -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let cargo_home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let cargo_home = cargo_home.or_else(|| env::home_dir().map(|home| home.join(".cargo")));
    let Some(cargo_home) = cargo_home else {
        return Err("neither CARGO_HOME nor a home folder is known: name a folder".into());
    };
    let folder = cargo_home.join("registry").join("src");
    let Ok(entries) = fs::read_dir(&folder) else {
        let folder = folder.display();
        return Err(format!("there is no cargo registry at {folder}: name a folder").into());
    };
    Ok(entries.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<_>>()?)
}

/// A file to index.
struct Source {
    path: PathBuf,
    /// Below the folder that was searched.
    name: PathBuf,
    bytes: ByteSize,
}

/// All `.rs` files below `folders`, by name, as long as they are `max` together.
#[memory_watched]
fn collect(folders: &[PathBuf], max: ByteSize) -> io::Result<Vec<Source>> {
    let mut sources = Vec::new();
    for root in folders {
        let mut folders = vec![root.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder)? {
                let entry = entry?;
                let kind = entry.file_type()?;
                let path = entry.path();
                if kind.is_dir() {
                    folders.push(path);
                } else if kind.is_file()
                    && path.extension().is_some_and(|extension| extension == "rs")
                {
                    let name = path.strip_prefix(root).unwrap_or(&path).to_owned();
                    sources.push(Source {
                        name,
                        bytes: ByteSize::new(entry.metadata()?.len()),
                        path,
                    });
                }
            }
        }
    }
    if sources.is_empty() {
        return Err(io::Error::other(
            "there are no .rs files in the folders: name one that has some",
        ));
    }
    sources.sort_by(|a, b| a.name.cmp(&b.name));

    let found = sources.len();
    let mut left = max;
    let fit = sources.iter().take_while(|source| {
        let rest = left.checked_sub(source.bytes);
        left = rest.unwrap_or_default();
        rest.is_some()
    });
    let fit = fit.count();
    sources.truncate(fit);
    println!("Found {found} files; reading the first {fit}, {} of text.", max.saturating_sub(left));
    Ok(sources)
}

/// A place where a word stands.
#[derive(Clone, Copy)]
struct Position {
    /// Into `files` of the index.
    file: u32,
    /// Counts the words of the file.
    word: u32,
    line: u32,
    column: u32,
}

/// A file that is in the index; its text is kept to show the lines that a query finds.
struct Indexed {
    name: PathBuf,
    text: String,
}

/// The index while it is built.
#[derive(Default)]
struct Index {
    files: Vec<Indexed>,
    lists: HashMap<Box<str>, Vec<Position>>,
}

impl Index {
    /// Reads and adds the sources one by one, until they are all in or memory runs short.
    #[memory_watched]
    fn add_all(&mut self, sources: &[Source]) -> Result<(), MemoryLimitExceeded> {
        // Looked at in every turn: where the limit is passed, the function returns the
        // error before it takes the next file. Each file is in as a whole or not at all.
        #[memory_watched(name = "each file")]
        for source in sources {
            let text = match fs::read_to_string(&source.path) {
                Ok(text) => text,
                Err(error) => {
                    println!("Left out {}: {error}.", source.name.display());
                    continue;
                }
            };
            match tokenise(&text) {
                Ok(words) => {
                    self.add(&words);
                    self.files.push(Indexed { name: source.name.clone(), text });
                }
                // This one file is too much; the others may not be.
                Err(exceeded) => match exceeded.growth() {
                    Some(grown) => println!(
                        "Left out {}: its words took {grown}, {} is allowed.",
                        source.name.display(),
                        exceeded.limit()
                    ),
                    None => return Err(exceeded),
                },
            }
        }
        Ok(())
    }

    fn add(&mut self, words: &[Word<'_>]) {
        let file = u32::try_from(self.files.len()).unwrap_or(u32::MAX);
        for (word, &Word { text, line, column }) in (0..).zip(words) {
            let position = Position { file, word, line, column };
            match self.lists.get_mut(text) {
                Some(list) => list.push(position),
                None => {
                    self.lists.insert(text.into(), vec![position]);
                }
            }
        }
    }

    /// The finished index: without slack, and sorted so that a word is found by halving.
    ///
    /// It must also pass where memory has run short already: it warns and goes on.
    #[memory_watched(checkpoints, on_exceed = warn)]
    fn sorted(self) -> SortedIndex {
        let lists = self.lists.into_iter().map(|(word, list)| (word, list.into_boxed_slice()));
        let mut lists: Vec<(Box<str>, Box<[Position]>)> = lists.collect();
        lists.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        SortedIndex { files: self.files, lists }
    }
}

/// A word of a file, with its place counted from 1.
struct Word<'a> {
    text: &'a str,
    line: u32,
    column: u32,
}

/// The words of a file.
///
/// A generated file can be a hundred times the usual one. `growth` limits what a single
/// file may take here: such a file is an error and no surprise.
#[memory_watched(growth = "1MB", on_exceed = error)]
fn tokenise(text: &str) -> Result<Vec<Word<'_>>, MemoryLimitExceeded> {
    let mut words = Vec::new();
    for (line, content) in (1..).zip(text.lines()) {
        let mut column = 1;
        for text in content.split(|c: char| !(c.is_alphanumeric() || c == '_')) {
            if text.len() > 1 && !text.starts_with(|c: char| c.is_ascii_digit()) {
                words.push(Word { text, line, column });
            }
            let separator = 1;
            column += u32::try_from(text.len()).unwrap_or(u32::MAX) + separator;
        }
    }
    Ok(words)
}

/// The index that answers queries.
struct SortedIndex {
    files: Vec<Indexed>,
    lists: Vec<(Box<str>, Box<[Position]>)>,
}

impl SortedIndex {
    /// Where `word` stands, in the order of the files and lines.
    fn list(&self, word: &str) -> &[Position] {
        match self.lists.binary_search_by(|(listed, _)| (**listed).cmp(word)) {
            Ok(at) => &self.lists[at].1,
            Err(_) => &[],
        }
    }

    /// Where `words` stand one after the other.
    fn find(&self, words: &[&str]) -> Vec<Position> {
        let Some((first, others)) = words.split_first() else { return Vec::new() };
        let mut found = self.list(first).to_vec();
        for (distance, next) in (1..).zip(others) {
            let list = self.list(next);
            found.retain(|at| {
                let wanted = (at.file, at.word + distance);
                list.binary_search_by_key(&wanted, |next| (next.file, next.word)).is_ok()
            });
        }
        found
    }

    fn most_frequent(&self, count: usize) -> Vec<String> {
        let mut lists: Vec<_> = self.lists.iter().map(|(word, list)| (list.len(), word)).collect();
        lists.sort_unstable_by_key(|&(times, _)| Reverse(times));
        lists.iter().take(count).map(|(times, word)| format!("{word} ({times})")).collect()
    }

    fn print_answer(&self, query: &str) {
        let words: Vec<&str> = query.split_whitespace().collect();
        let found = self.find(&words);
        let mut files: Vec<&[Position]> = found.chunk_by(|a, b| a.file == b.file).collect();
        println!("\n\"{query}\": {} times in {} files", found.len(), files.len());
        files.sort_by_key(|places| Reverse(places.len()));
        for places in files.iter().take(3) {
            if let Some(text) = places.first().and_then(|first| self.show(first)) {
                println!("{:6}  {text}", places.len());
            }
        }
    }

    /// The place, and the line as it stands there.
    fn show(&self, at: &Position) -> Option<String> {
        let file = self.files.get(usize::try_from(at.file).ok()?)?;
        let line = file.text.lines().nth(usize::try_from(at.line).ok()? - 1)?;
        let line: String = line.trim().chars().take(60).collect();
        Some(format!("{}:{}:{}  {line}", file.name.display(), at.line, at.column))
    }
}
