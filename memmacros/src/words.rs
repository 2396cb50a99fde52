//! Owns the guess at what a mistyped word was to be.
//! Called by `options`, for the options and for what `on_exceed` takes.
//! Never guesses far: two edits at most, one for a word of up to four letters.

/// Words that other tools use, or that a handler would be called in an example.
const NOT_HANDLERS: &[&str] = &[
    "err",
    "errors",
    "fail",
    "failure",
    "abort",
    "exit",
    "kill",
    "quit",
    "panics",
    "panicking",
    "unwind",
    "warning",
    "warnings",
    "warns",
    "log",
    "print",
    "report",
    "notify",
    "ignore",
    "none",
    "nothing",
    "off",
    "return",
    "handler",
    "callback",
    "call",
];

pub(crate) const ACTIONS: &[&str] = &["error", "panic", "warn"];

/// Whether `word`, alone after `on_exceed`, is rather a mistake than the name of a function. Two edits from `warn`
/// would refuse `park` and `turn`, so one is all it takes here.
pub(crate) fn is_no_handler(word: &str) -> bool {
    let word = word.to_lowercase();
    NOT_HANDLERS.contains(&word.as_str()) || ACTIONS.iter().any(|known| edits(&word, known) <= 1)
}

/// The one of `known` that `word` was probably to be, in any case of letters.
pub(crate) fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    let word = word.to_lowercase();
    let near = |known: &&'a str| {
        let most = if known.len() > 4 { 2 } else { 1 };
        // `warnings` is `warn` and more.
        let edits = if word.starts_with(known) { 0 } else { edits(&word, known) };
        (edits <= most).then_some((edits, *known))
    };
    // Of two equally near ones the first.
    known.iter().filter_map(near).min_by_key(|&(edits, _)| edits).map(|(_, known)| known)
}

/// How many letters must be put in, left out, changed or swapped with their neighbour to make `a` of `b`.
fn edits(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    // A row for each start of `a`; a column for each start of `b`.
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let changed = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = changed.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::{ACTIONS, edits, is_no_handler, nearest};

    #[test]
    fn edits_are_counted() {
        for (a, b, wanted) in [
            ("error", "error", 0),
            ("eror", "error", 1),
            ("pannic", "panic", 1),
            ("grwoth", "growth", 1),
            ("wran", "warn", 1),
            ("", "warn", 4),
            ("päník", "panic", 3),
            ("shed", "warn", 4),
        ] {
            assert_eq!((edits(a, b), edits(b, a)), (wanted, wanted), "{a} {b}");
        }
    }

    #[test]
    fn only_near_words_are_guessed() {
        for (word, wanted) in [
            ("eror", Some("error")),
            ("err", Some("error")),
            ("Error", Some("error")),
            ("warnings", Some("warn")),
            ("panicking", Some("panic")),
            ("turn", None),
            ("abort", None),
            ("handler", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, ACTIONS), wanted, "{word}");
        }
        assert_eq!(nearest("time", &["limit", "name", "every"]), None);
    }

    #[test]
    fn names_of_functions_are_left_alone() {
        for word in ["shed", "park", "wait", "turn", "panel", "mirror", "evict_oldest", "warned"] {
            assert!(!is_no_handler(word), "{word}");
        }
        for word in ["handler", "Callback", "pannic", "PANIC", "wran", "eror"] {
            assert!(is_no_handler(word), "{word}");
        }
    }
}
