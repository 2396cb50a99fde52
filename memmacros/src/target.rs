//! Owns what stands under the attribute: an item, a method, a lone loop, or something that it is not for.
//! Called by `entry`, which hands the result to `memory_watched`.
//! Never refuses what rustc may still accept: tokens it cannot read go back as they came.

use proc_macro2::TokenStream;
use syn::parse::{ParseStream, Parser as _};
use syn::spanned::Spanned as _;
use syn::{Attribute, ForeignItemFn, Ident, ImplItemFn, Item, Label, Token, TraitItemFn};

use crate::errors::Errors;

/// What stands under the attribute.
pub(crate) enum Target {
    Item(Box<Item>),
    /// `default fn`, which only an impl can hold.
    ImplFn(Box<ImplItemFn>),
    /// Without a body: a trait's, or one of an extern block.
    FnWithoutBody(Box<Ident>),
    /// rustc got to a loop before any attribute of ours did.
    Loop,
    Else(TokenStream),
}

impl Target {
    pub(crate) fn parse(tokens: TokenStream) -> syn::Result<Self> {
        (|input: ParseStream<'_>| {
            let ahead = input.fork();
            ahead.call(Attribute::parse_outer)?;
            // A half-written label is no reason to stop here.
            let labelled = ahead.peek(syn::Lifetime) && ahead.parse::<Label>().is_ok();
            if labelled
                || ahead.peek(Token![for])
                || ahead.peek(Token![while])
                || ahead.peek(Token![loop])
            {
                input.parse::<TokenStream>()?;
                return Ok(Self::Loop);
            }
            if let Ok(item) = whole::<TraitItemFn>(input)
                && item.default.is_none()
            {
                input.parse::<TokenStream>()?;
                return Ok(Self::FnWithoutBody(Box::new(item.sig.ident)));
            }
            // `safe fn` stands in extern blocks only.
            if let Ok(item) = whole::<ForeignItemFn>(input) {
                input.parse::<TokenStream>()?;
                return Ok(Self::FnWithoutBody(Box::new(item.sig.ident)));
            }
            match whole::<Item>(input) {
                Ok(Item::Verbatim(_)) => {}
                Ok(item) => {
                    input.parse::<TokenStream>()?;
                    return Ok(Self::Item(Box::new(item)));
                }
                // Its own message is the best there is where this surely was to be an item.
                Err(error)
                    if ahead.peek(Token![fn])
                        || ahead.peek(Token![impl])
                        || ahead.peek(Token![mod]) =>
                {
                    return Err(error);
                }
                Err(_) => {}
            }
            if let Ok(item) = whole::<ImplItemFn>(input) {
                input.parse::<TokenStream>()?;
                return Ok(Self::ImplFn(Box::new(item)));
            }
            input.parse().map(Self::Else)
        })
        .parse2(tokens)
    }
}

fn whole<T: syn::parse::Parse>(input: ParseStream<'_>) -> syn::Result<T> {
    let ahead = input.fork();
    let parsed = ahead.parse()?;
    if ahead.is_empty() { Ok(parsed) } else { Err(ahead.error("unexpected token")) }
}

pub(crate) const GOES_ON: &str = "`#[memory_watched]` goes on functions, `impl` blocks, traits and modules with a body, and on loops inside them; for a closure write `watch! { |x| .. }`";

/// Refuses an item in which nothing runs.
pub(crate) fn refuse_item(item: &Item, errors: &mut Errors) {
    let (what, at) = match item {
        Item::Struct(item) => ("a struct", item.struct_token.span),
        Item::Enum(item) => ("an enum", item.enum_token.span),
        Item::Union(item) => ("a union", item.union_token.span),
        Item::Use(item) => ("an import", item.use_token.span),
        Item::Const(item) => ("a constant", item.const_token.span),
        Item::Static(item) => ("a static", item.static_token.span),
        Item::Type(item) => ("a type alias", item.type_token.span),
        Item::TraitAlias(item) => ("a trait alias", item.trait_token.span),
        Item::ForeignMod(item) => ("an extern block", item.abi.extern_token.span),
        Item::ExternCrate(item) => ("an extern crate", item.extern_token.span),
        Item::Macro(item) => ("a macro", item.mac.path.span()),
        other => ("this", other.span()),
    };
    errors.at(at, format_args!("nothing runs in {what}; {GOES_ON}"));
}
