//! The macros of [memmacros-runtime](https://docs.rs/memmacros-runtime).

mod body;
mod entry;
mod errors;
mod fallback;
mod inert;
mod literals;
mod macro_args;
mod memory_watched;
mod options;
mod place;
mod returns;
mod runtime_path;
mod site;
mod target;
mod watch;
mod watched_loop;

use proc_macro::TokenStream;

/// Watches.
#[proc_macro_attribute]
pub fn memory_watched(arguments: TokenStream, item: TokenStream) -> TokenStream {
    entry::memory_watched(arguments.into(), item.into()).into()
}

/// Watches.
#[proc_macro]
pub fn watch(input: TokenStream) -> TokenStream {
    entry::watch(input.into()).into()
}
