//! Owns the user's item as it goes out beside our errors: as written, without the attributes that only we understand.
//! Called by `entry` and `watch` when anything is wrong.
//! Never drops code: the rest of the crate, and the editor, go on with the item.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

use crate::inert;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Inert {
    /// In a function rustc expands our attribute on a nested item; on a loop it could not.
    OnLoops,
    /// In a watched impl or module all of them are ours.
    Everywhere,
}

pub(crate) fn strip(tokens: TokenStream, which: Inert) -> TokenStream {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut out = Vec::with_capacity(tokens.len());
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        if is_attribute(&tokens[at..]) && is_ours(&tokens[at + 1]) && goes(&tokens[at + 2..], which)
        {
            at += 2;
            continue;
        }
        out.push(match token {
            TokenTree::Group(group) => {
                let mut stripped = Group::new(group.delimiter(), strip(group.stream(), which));
                stripped.set_span(group.span());
                TokenTree::Group(stripped)
            }
            other => other.clone(),
        });
        at += 1;
    }
    out.into_iter().collect()
}

fn is_attribute(tokens: &[TokenTree]) -> bool {
    matches!(tokens, [TokenTree::Punct(punct), TokenTree::Group(group), ..]
        if punct.as_char() == '#' && group.delimiter() == Delimiter::Bracket)
}

/// `[memory_watched ..]`, `[a::memory_watched ..]` or `[cfg_attr(.., memory_watched ..)]`.
fn is_ours(brackets: &TokenTree) -> bool {
    let TokenTree::Group(group) = brackets else { return false };
    let tokens: Vec<TokenTree> = group.stream().into_iter().collect();
    let path_end = tokens
        .iter()
        .position(|token| {
            !matches!(token, TokenTree::Ident(_))
                && !matches!(token, TokenTree::Punct(punct) if punct.as_char() == ':')
        })
        .unwrap_or(tokens.len());
    match &tokens[..path_end] {
        [TokenTree::Ident(only)] if only == "cfg_attr" => inert::mentions(&group.stream()),
        [.., TokenTree::Ident(last)] => last == "memory_watched",
        _ => false,
    }
}

/// How an item begins.
const ITEMS: &[&str] = &[
    "pub", "fn", "async", "const", "unsafe", "extern", "default", "impl", "mod", "trait", "struct",
    "enum", "use", "static", "type", "union",
];

/// Whether the attribute is one that rustc would only complain about: anything but an item follows.
fn goes(mut after: &[TokenTree], which: Inert) -> bool {
    if which == Inert::Everywhere {
        return true;
    }
    while is_attribute(after) {
        after = &after[2..];
    }
    match after {
        // `async {`, `async move {`, `unsafe {` and `const {` are expressions.
        [TokenTree::Ident(_), TokenTree::Group(group), ..]
            if group.delimiter() == Delimiter::Brace =>
        {
            true
        }
        [TokenTree::Ident(first), TokenTree::Ident(second), ..]
            if first == "async" && second == "move" =>
        {
            true
        }
        [TokenTree::Ident(first), ..] => !ITEMS.iter().any(|item| first == item),
        _ => true,
    }
}
