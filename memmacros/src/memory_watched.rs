//! Owns what `#[memory_watched]` does to an item: functions, impl blocks, traits and inline modules.
//! Called by `entry`, which prints the result or the errors.
//! Never changes a signature, an attribute of the user's or the order of items.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::{
    Attribute, Block, ImplItem, Item, ItemImpl, ItemMod, ItemTrait, Signature, Stmt, Token,
    TraitItem, Type,
};

use crate::body;
use crate::errors::Errors;
use crate::inert;
use crate::options::{self, Action, Options};
use crate::place::{self, NoPanic, Scope};
use crate::returns::{self, Returns, Shape};
use crate::site::{Kind, Site};
use crate::target::{self, Target};
use crate::watched_loop;

/// What the attribute around says about the functions inside. `None` for a function that stands by itself.
struct Around<'a> {
    options: Option<&'a Options>,
    prefix: Option<String>,
    is_drop: bool,
    is_global_alloc: bool,
}

const ALONE: Around<'static> =
    Around { options: None, prefix: None, is_drop: false, is_global_alloc: false };

/// Rewrites the item. Where `errors` has got one, the result is not meant to be used.
pub(crate) fn expand(options: Options, mut target: Target, errors: &mut Errors) -> TokenStream {
    if let Some(skip) = &options.skip
        && !matches!(target, Target::Loop)
    {
        errors.on(&skip.key, "`skip` stands on a function inside a watched impl, trait or module; remove the attribute to watch nothing here");
        return TokenStream::new();
    }
    match &mut target {
        Target::Item(item) => {
            match &mut **item {
                Item::Fn(item) => {
                    function(&item.attrs, &item.sig, &mut item.block, options, &ALONE, errors);
                }
                Item::Impl(item) => impl_block(item, &options, errors),
                Item::Trait(item) => trait_(item, &options, errors),
                Item::Mod(item) => module(item, &options, errors),
                other => target::refuse_item(other, errors),
            }
            item.to_token_stream()
        }
        Target::ImplFn(item) => {
            function(&item.attrs, &item.sig, &mut item.block, options, &ALONE, errors);
            item.to_token_stream()
        }
        Target::FnWithoutBody(name) => {
            errors.on(
                name,
                "this function has no body to watch: put `#[memory_watched]` where its body is",
            );
            TokenStream::new()
        }
        Target::Loop => TokenStream::new(),
        Target::Else(tokens) => {
            errors.on(tokens, target::GOES_ON);
            TokenStream::new()
        }
    }
}

/// The attribute of ours on an item inside a watched impl or module, merged with what is around.
/// `None`: the item is to be left alone.
fn own_options(attrs: &mut Vec<Attribute>, outer: &Options, errors: &mut Errors) -> (Options, Own) {
    let mut own = None;
    for taken in inert::take(attrs) {
        if taken.predicate.is_some() {
            errors.on(taken.meta.path(), "inside a watched impl or module the attribute cannot stand in `cfg_attr`: write it plainly, or `#[cfg]` on two versions of the item");
        } else if own.is_some() {
            errors.on(
                taken.meta.path(),
                "`#[memory_watched]` stands here twice; put the options into one",
            );
        }
        let options = options::of_meta(&taken.meta, errors);
        own = Some(own.unwrap_or(options));
    }
    match own {
        Some(own) if own.skip.is_some() => (own, Own::Skip),
        Some(mut own) => {
            own.inherit(outer);
            (own, Own::Written)
        }
        None => {
            let mut inherited = Options::default();
            inherited.inherit(outer);
            (inherited, Own::Nothing)
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Own {
    Written,
    Skip,
    Nothing,
}

/// One function inside a watched impl, trait or module.
fn member(
    attrs: &mut Vec<Attribute>,
    signature: &Signature,
    block: &mut Block,
    outer: &Options,
    around: &Around<'_>,
    errors: &mut Errors,
) {
    let (options, own) = own_options(attrs, outer, errors);
    let silently = own == Own::Nothing && (signature.constness.is_some() || place::is_naked(attrs));
    if own == Own::Skip || silently {
        // Its loops may still say that they want to be watched.
        let scope = bare_scope(outer).nested(signature, around.prefix.as_deref());
        watched_loop::in_stmts(&mut block.stmts, scope, errors);
        return;
    }
    let around = Around {
        options: (own == Own::Nothing).then_some(outer),
        prefix: around.prefix.clone(),
        is_drop: around.is_drop,
        is_global_alloc: around.is_global_alloc,
    };
    function(attrs, signature, block, options, &around, errors);
}

fn bare_scope(options: &Options) -> Scope {
    Scope {
        function: String::new(),
        returns: Returns::unknown(),
        is_async: false,
        is_const: false,
        no_panic: None,
        action: (Action::Warn, false),
        limit: None,
        options: options.clone(),
        is_reached: true,
    }
}

fn impl_block(item: &mut ItemImpl, options: &Options, errors: &mut Errors) {
    let trait_name = item.trait_.as_ref().and_then(|(path, _)| path.segments.last());
    let is_global_alloc = trait_name.is_some_and(|name| name.ident == "GlobalAlloc");
    if let Some(name) = trait_name.filter(|_| is_global_alloc) {
        errors.on(name, place::IN_GLOBAL_ALLOC);
        return;
    }
    let around = Around {
        options: Some(options),
        prefix: Some(prefix(options).unwrap_or_else(|| type_name(&item.self_ty))),
        is_drop: trait_name.is_some_and(|name| name.ident == "Drop"),
        is_global_alloc,
    };
    for item in &mut item.items {
        if let ImplItem::Fn(item) = item {
            member(&mut item.attrs, &item.sig, &mut item.block, options, &around, errors);
        }
    }
}

fn trait_(item: &mut ItemTrait, options: &Options, errors: &mut Errors) {
    let around = Around {
        options: Some(options),
        prefix: Some(prefix(options).unwrap_or_else(|| place::plain(&item.ident))),
        ..ALONE
    };
    for item in &mut item.items {
        if let TraitItem::Fn(item) = item {
            match &mut item.default {
                Some(block) => member(&mut item.attrs, &item.sig, block, options, &around, errors),
                None => {
                    // Without a body there is nothing to watch and nothing to say, but for options in vain.
                    for taken in inert::take(&mut item.attrs) {
                        errors.on(taken.meta.path(), "this method has no body to watch: annotate the impls, or give it a default body");
                    }
                }
            }
        }
    }
}

fn module(item: &mut ItemMod, options: &Options, errors: &mut Errors) {
    let Some((_, items)) = &mut item.content else {
        errors.on(&item.ident, format_args!("the body of `mod {}` is in another file, which an attribute does not see: write it inline, or annotate its functions", item.ident));
        return;
    };
    // The nearest module is enough: two functions `new` in the summary differ by it.
    let prefix = prefix(options).unwrap_or_else(|| place::plain(&item.ident));
    let around = Around { options: Some(options), prefix: Some(prefix), ..ALONE };
    for item in items {
        match item {
            Item::Fn(item) => {
                member(&mut item.attrs, &item.sig, &mut item.block, options, &around, errors);
            }
            Item::Impl(item) => {
                if let Some(options) = group_options(&mut item.attrs, options, errors) {
                    impl_block(item, &options, errors);
                }
            }
            Item::Trait(item) => {
                if let Some(options) = group_options(&mut item.attrs, options, errors) {
                    trait_(item, &options, errors);
                }
            }
            // Another file is another file: left alone, unless it asks.
            Item::Mod(item) if item.content.is_none() && !item.attrs.iter().any(inert::is_ours) => {
            }
            Item::Mod(item) => {
                if let Some(options) = group_options(&mut item.attrs, options, errors) {
                    module(item, &options, errors);
                }
            }
            _ => {}
        }
    }
}

/// The options of an impl, trait or module inside a watched module; `None` under `skip`.
fn group_options(
    attrs: &mut Vec<Attribute>,
    outer: &Options,
    errors: &mut Errors,
) -> Option<Options> {
    let (options, own) = own_options(attrs, outer, errors);
    (own != Own::Skip).then_some(options)
}

fn prefix(options: &Options) -> Option<String> {
    options.name.as_ref().map(|name| name.value.clone())
}

/// `Importer` of `Importer<'a, T>`, `&mut Importer` and `dyn Importer + Send`.
fn type_name(ty: &Type) -> String {
    match ty {
        Type::Path(path) => path
            .path
            .segments
            .last()
            .map_or_else(|| "impl".to_owned(), |last| place::plain(&last.ident)),
        Type::Reference(reference) => type_name(&reference.elem),
        Type::Group(group) => type_name(&group.elem),
        Type::Paren(paren) => type_name(&paren.elem),
        Type::Slice(slice) => format!("[{}]", type_name(&slice.elem)),
        Type::TraitObject(object) => object
            .bounds
            .iter()
            .find_map(|bound| match bound {
                syn::TypeParamBound::Trait(bound) => {
                    bound.path.segments.last().map(|last| place::plain(&last.ident))
                }
                _ => None,
            })
            .unwrap_or_else(|| "impl".to_owned()),
        other => other.to_token_stream().to_string().replace(' ', ""),
    }
}

/// The heart: one function with a body.
fn function(
    attrs: &[Attribute],
    signature: &Signature,
    block: &mut Block,
    mut options: Options,
    around: &Around<'_>,
    errors: &mut Errors,
) {
    if let Some(constness) = &signature.constness {
        errors.on(constness, "a `const fn` can run in the compiler, where there is no memory to read: remove `const` or `#[memory_watched]`, or watch its caller");
    }
    if place::is_naked(attrs) {
        errors.on(&signature.ident, "a naked function is one assembly block, which nothing can be put into: watch its caller");
    }
    if around.is_global_alloc || place::looks_like_global_alloc(signature) {
        errors.on(&signature.ident, place::IN_GLOBAL_ALLOC);
    }
    let boxed =
        if signature.asyncness.is_none() && body::tail_async(block, &signature.output).is_some() {
            returns::future_output(&signature.output)
        } else {
            None
        };
    let is_async = signature.asyncness.is_some() || boxed.is_some();
    let returns = boxed.clone().map_or_else(|| Returns::of(&signature.output), Returns::of_type);
    // A future is polled elsewhere, so the ABI of the function that makes it says nothing.
    let no_panic = NoPanic::of(signature, around.is_drop);
    let at = signature.ident.span();
    place::check_action(&options, &returns, no_panic, at, errors);
    check_result_options(attrs, &mut options, &returns, is_async, at, errors);

    let is_reached = around.options.is_some();
    let action = match options.on_exceed.clone() {
        Some(set) => (set.value, true),
        None => (place::default_action(&returns, no_panic, !is_reached), false),
    };
    let name = match options.name.as_ref() {
        Some(name) => name.value.clone(),
        None => place::qualified(around.prefix.as_deref(), &signature.ident),
    };
    let scope = Scope {
        function: name.clone(),
        returns: returns.clone(),
        is_async,
        is_const: signature.constness.is_some(),
        no_panic,
        action: action.clone(),
        limit: place::known_limit(options.limit.as_ref().map(|set| &set.value)),
        options: options.clone(),
        is_reached,
    };
    let kind = if is_async { Kind::Future } else { Kind::Function };
    let mut site = Site::new(&options, kind, name, at, action);
    if let Some(span) = returns.span() {
        site.returns = span;
    }
    watch(
        block,
        signature,
        &site,
        &returns,
        boxed.is_some(),
        has_closure_form(attrs, &site, &returns),
        scope,
        errors,
    );
}

/// The body is rewritten in one of three ways; its loops first, as they stand.
#[expect(clippy::too_many_arguments, reason = "a private step of `function`, which holds them all")]
fn watch(
    block: &mut Block,
    signature: &Signature,
    site: &Site,
    returns: &Returns,
    is_boxed: bool,
    is_finished: bool,
    scope: Scope,
    errors: &mut Errors,
) {
    if is_boxed {
        // What runs before the async block runs at the call, as a plain function does.
        let last = block.stmts.len().saturating_sub(1);
        let before = Scope {
            is_async: false,
            returns: Returns::of(&signature.output),
            ..scope.detached(Returns::unknown(), false)
        };
        watched_loop::in_stmts(&mut block.stmts[..last], before, errors);
        if let Some(inner) = body::tail_async(block, &signature.output) {
            let mut stmts = std::mem::take(&mut inner.block.stmts);
            watched_loop::in_stmts(&mut stmts, scope, errors);
            inner.block.stmts = body::polled(site, returns, inner.capture, stmts);
        }
        return;
    }
    let mut stmts: Vec<Stmt> = std::mem::take(&mut block.stmts);
    watched_loop::in_stmts(&mut stmts, scope, errors);
    block.stmts = if signature.asyncness.is_some() {
        body::polled(site, returns, Some(Token![move](Span::mixed_site())), stmts)
    } else if is_finished {
        body::finished(site, returns, &stmts)
    } else {
        body::guarded(site, stmts)
    };
}

/// Whether the body becomes a closure, so that growth and errors can be judged before the result goes out.
fn has_closure_form(attrs: &[Attribute], site: &Site, returns: &Returns) -> bool {
    let wants = site.growth.is_some() || site.count_errors;
    wants && returns.shape != Shape::Never && !place::has_track_caller(attrs)
}

/// `growth` and `count_errors` look at the result; that it can be looked at is checked here.
fn check_result_options(
    attrs: &[Attribute],
    options: &mut Options,
    returns: &Returns,
    is_async: bool,
    at: Span,
    errors: &mut Errors,
) {
    let keeps_caller = place::has_track_caller(attrs) && !is_async;
    if let Some(growth) = &options.growth
        && keeps_caller
    {
        // Growth only warns where nothing is written.
        let written = options.on_exceed.as_ref().map(|set| &set.value);
        if let Some(Action::Error | Action::Handler(_)) = written {
            let why = "`growth` with `#[track_caller]` cannot change what is returned, or the caller would be lost: write `on_exceed = warn` or `panic`";
            if growth.inherited { errors.at(at, why) } else { errors.on(&growth.key, why) }
        }
    }
    let Some(count) = &options.count_errors else { return };
    let counts = returns.shape == Shape::Result && !keeps_caller;
    if !counts && !count.inherited {
        let why = if keeps_caller {
            "`count_errors` must see the result, and `#[track_caller]` would lose its caller by that: remove one of them"
        } else {
            "`count_errors` counts the `Err`s of a function whose return type is written as a `Result`: return one, or remove it"
        };
        errors.on(&count.key, why);
    }
    if !counts {
        options.count_errors = None;
    }
}
