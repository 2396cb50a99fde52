//! Owns our attribute where rustc must never see it: on loops, and inside a watched impl or module.
//! Called by `watched_loop`, `memory_watched` and `fallback`.
//! Never reads its options; it only finds it and takes it off.

use proc_macro2::{TokenStream, TokenTree};
use syn::parse::Parser as _;
use syn::punctuated::Punctuated;
use syn::{AttrStyle, Attribute, Meta, Path, Token};

/// Whatever it was imported through: the last segment counts.
pub(crate) fn is_our_path(path: &Path) -> bool {
    path.segments.last().is_some_and(|last| last.ident == "memory_watched")
}

pub(crate) fn is_ours(attr: &Attribute) -> bool {
    matches!(attr.style, AttrStyle::Outer) && is_our_path(attr.path())
}

/// `#[cfg_attr(predicate, memory_watched)]`
pub(crate) fn is_ours_under_cfg(attr: &Attribute) -> bool {
    split_cfg_attr(attr).is_some_and(|(_, metas)| metas.iter().any(|meta| is_our_path(meta.path())))
}

fn split_cfg_attr(attr: &Attribute) -> Option<(TokenStream, Vec<Meta>)> {
    let Meta::List(list) = &attr.meta else { return None };
    if !list.path.is_ident("cfg_attr") || !mentions(&list.tokens) {
        return None;
    }
    let mut rest = list.tokens.clone().into_iter();
    let predicate = rest
        .by_ref()
        .take_while(|token| !matches!(token, TokenTree::Punct(punct) if punct.as_char() == ','))
        .collect();
    let metas = Punctuated::<Meta, Token![,]>::parse_terminated.parse2(rest.collect()).ok()?;
    Some((predicate, metas.into_iter().collect()))
}

/// One attribute of ours, off its loop or item.
pub(crate) struct Taken {
    pub(crate) meta: Meta,
    /// Of a `cfg_attr`.
    pub(crate) predicate: Option<TokenStream>,
}

/// Takes all of ours out of `attrs`; what else a `cfg_attr` holds stays.
pub(crate) fn take(attrs: &mut Vec<Attribute>) -> Vec<Taken> {
    let mut taken = Vec::new();
    let mut kept = Vec::with_capacity(attrs.len());
    for mut attr in attrs.drain(..) {
        if is_ours(&attr) {
            taken.push(Taken { meta: attr.meta, predicate: None });
            continue;
        }
        if let Some((predicate, metas)) = split_cfg_attr(&attr) {
            let (ours, others): (Vec<Meta>, Vec<Meta>) =
                metas.into_iter().partition(|meta| is_our_path(meta.path()));
            taken.extend(
                ours.into_iter().map(|meta| Taken { meta, predicate: Some(predicate.clone()) }),
            );
            if others.is_empty() {
                continue;
            }
            if let Meta::List(list) = &mut attr.meta {
                list.tokens = quote::quote!(#predicate, #(#others),*);
            }
        }
        kept.push(attr);
    }
    *attrs = kept;
    taken
}

/// A quick look, before tokens are parsed for it.
pub(crate) fn mentions(tokens: &TokenStream) -> bool {
    has_ident(tokens, "memory_watched")
}

pub(crate) fn has_ident(tokens: &TokenStream, name: &str) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == name,
        TokenTree::Group(group) => has_ident(&group.stream(), name),
        _ => false,
    })
}
