//! Owns the boundary: parse, validate, expand; or the user's item and every error.
//! Called by `lib`, and by the tests, which hand over the same tokens.
//! Never panics and never returns half of both.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};

use crate::errors::Errors;
use crate::fallback::{self, Inert};
use crate::options;
use crate::target::Target;

/// `#[memory_watched(arguments)] item`
pub(crate) fn memory_watched(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let options = options::parse(arguments, &mut errors);
    let target = match Target::parse(item.clone()) {
        Ok(Target::Loop) => return lone_loop(),
        Ok(target) => target,
        Err(error) => {
            errors.push(error);
            return beside(&errors_of(errors), &fallback::strip(item, Inert::OnLoops));
        }
    };
    let inert = match &target {
        Target::Item(item)
            if matches!(**item, syn::Item::Impl(_) | syn::Item::Trait(_) | syn::Item::Mod(_)) =>
        {
            Inert::Everywhere
        }
        _ => Inert::OnLoops,
    };
    let expanded = crate::memory_watched::expand(options, target, &mut errors);
    match errors.into_tokens() {
        None => expanded,
        Some(errors) => beside(&errors, &fallback::strip(item, inert)),
    }
}

/// `watch! { loop or closure }`
pub(crate) fn watch(input: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let expanded = crate::watch::expand(input.clone(), &mut errors);
    match errors.into_tokens() {
        None => expanded,
        Some(errors) => {
            let plain = fallback::strip(crate::watch::without_prefix(input), Inert::OnLoops);
            quote!({ #errors #plain })
        }
    }
}

fn errors_of(errors: Errors) -> TokenStream {
    errors.into_tokens().unwrap_or_default()
}

/// The item first, so that editors find it where it was.
fn beside(errors: &TokenStream, item: &TokenStream) -> TokenStream {
    quote!(#item #errors)
}

/// rustc calls us for a loop only after it has said that attributes on expressions are unstable.
/// A tail expression, so that a loop used as a value gives no error of its own on top.
fn lone_loop() -> TokenStream {
    quote_spanned! {Span::call_site()=>
        { ::core::compile_error!("`#[memory_watched]` on a loop needs `#[memory_watched]` on the enclosing function too; or write `watch! { for .. }`") }
    }
}
