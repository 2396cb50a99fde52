//! Owns the path at which generated code finds the runtime: `::memmacros_runtime`, or `crate = path`.
//! Called by `options` and by everything that emits code.
//! Never looks into Cargo.toml: a renamed dependency is named by the user.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::Path;

#[derive(Clone, Default)]
pub(crate) struct RuntimePath(Option<Path>);

impl RuntimePath {
    pub(crate) fn new(path: Option<Path>) -> Self {
        Self(path)
    }

    /// The path of `__private`, all that generated code calls.
    pub(crate) fn private(&self) -> TokenStream {
        if let Some(path) = &self.0 {
            quote!(#path::__private)
        } else {
            // Mixed site, so that lints of the user's code never look here.
            quote_spanned!(Span::mixed_site()=> ::memmacros_runtime::__private)
        }
    }

    /// The same, shown at `span`: an error in what follows then underlines nothing but that place.
    pub(crate) fn private_at(&self, span: Span) -> TokenStream {
        let at_span = |mut token: TokenTree| {
            token.set_span(token.span().located_at(span));
            token
        };
        self.private().into_iter().map(at_span).collect()
    }
}

/// Generated code stands in functions, nested modules and blocks, where a relative path
/// would mean something else each time.
pub(crate) fn check(path: &Path) -> syn::Result<()> {
    let from_a_root = path.leading_colon.is_some()
        || path
            .segments
            .first()
            .is_some_and(|first| first.ident == "crate" || first.ident == "$crate");
    if from_a_root {
        return Ok(());
    }
    let shown = path.to_token_stream().to_string().replace(' ', "");
    let shown = shown.trim_start_matches("self::").trim_start_matches("super::");
    Err(syn::Error::new_spanned(
        path,
        format_args!(
            "`crate` takes an absolute path: write `crate = ::{shown}` for a dependency, or begin with `crate::` or `$crate::`"
        ),
    ))
}
