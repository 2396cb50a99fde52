//! Owns what the tests share: source text in, readable expansion out.
//! Called by the tests beside it, one theme per file.
//! Never compiles an expansion; the package `tests` does, against the real runtime.

mod async_functions;
mod fallback;
mod functions;
mod groups;
mod literals;
mod loops;
mod macro_calls;
mod mistakes;
mod options;
mod watch;

use proc_macro2::TokenStream;
use syn::parse::{ParseStream, Parser as _};
use syn::{Attribute, Meta};

use crate::entry;

/// What rustc would hand over for an item whose first attribute is ours.
fn call(source: &str) -> TokenStream {
    let split = |input: ParseStream<'_>| {
        let ahead = input.fork();
        let attrs = ahead.call(Attribute::parse_outer)?;
        let pound: proc_macro2::TokenTree = input.parse()?;
        let brackets: proc_macro2::TokenTree = input.parse()?;
        drop((pound, brackets));
        let arguments = match &attrs[0].meta {
            Meta::List(list) => list.tokens.clone(),
            _ => TokenStream::new(),
        };
        Ok((arguments, input.parse::<TokenStream>()?))
    };
    let (arguments, item) = split.parse_str(source).unwrap();
    entry::memory_watched(arguments, item)
}

/// The expansion as rustfmt would print it; `rt` stands for `::memmacros_runtime::__private`.
fn expanded(source: &str) -> String {
    shown(call(source))
}

fn shown(tokens: TokenStream) -> String {
    let file = syn::parse2(tokens).unwrap();
    prettyplease::unparse(&file).replace("::memmacros_runtime::__private", "rt")
}

/// The texts of all errors of an expansion, in order.
fn errors(source: &str) -> Vec<String> {
    errors_in(call(source))
}

fn errors_in(tokens: TokenStream) -> Vec<String> {
    let mut found = Vec::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let proc_macro2::TokenTree::Group(group) = &token else {
            if token.to_string() == "compile_error" {
                tokens.next();
                let text = tokens.next().map(|group| group.to_string()).unwrap();
                let text = text.trim_matches(['{', '}', '(', ')', ' ']);
                found.push(syn::parse_str::<syn::LitStr>(text).unwrap().value());
            }
            continue;
        };
        found.extend(errors_in(group.stream()));
    }
    found
}
