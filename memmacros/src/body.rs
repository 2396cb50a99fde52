//! Owns how a guard enters a body: sync, sync with a look at the end, async, boxed async.
//! Called by `memory_watched` and `watch`.
//! Never quotes a body twice and never wraps it in braces of ours: statements are spliced as they stand.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Block, Expr, ExprAsync, ReturnType, Stmt, Token, Type};

use crate::options::Action;
use crate::returns::{Returns, Shape};
use crate::site::{Site, local};

/// A guard at the top; `Drop` is the end of the call. Keeps borrows, `return`, `?` and `#[track_caller]` as they are.
pub(crate) fn guarded(site: &Site, stmts: Vec<Stmt>) -> Vec<Stmt> {
    after_items(stmts, entry(site))
}

/// The body becomes a closure that is called once, so that its result can be judged before it goes out.
pub(crate) fn finished(site: &Site, returns: &Returns, stmts: &[Stmt]) -> Vec<Stmt> {
    // All at the return type: whatever lacks a conversion is then one error there, however often it is asked for.
    let span = site.returns;
    let private = site.runtime.private_at(span);
    let (guard, result) = (local("memmacros_guard"), Ident::new("memmacros_result", span));
    let (entry, handler) = (entry(site), site.handler_argument());
    let finish = site.verb("finish", span);
    let output = returns.inferable().map_or_else(|| quote_spanned!(span=> ()), |ty| quote!(#ty));
    let body = quote_spanned!(span=> #private::call(move || -> #output { #(#stmts)* }));
    let tail = if site.count_errors {
        quote_spanned! {span=>
            let #result = #body;
            #private::tally_error(&#guard, &#result);
            #private::#finish(#guard, #result #handler)
        }
    } else {
        quote_spanned!(span=> #private::#finish(#guard, #body #handler))
    };
    vec![verbatim(quote!(#entry #tail))]
}

fn entry(site: &Site) -> TokenStream {
    let guard = local("memmacros_guard");
    let (enter, check) = (site.entered_by("enter"), site.check(&guard));
    quote_spanned! {Span::mixed_site()=>
        let #guard = #enter;
        if #guard.due() { #check }
    }
}

/// The body as a future that looks at each poll.
pub(crate) fn polled(
    site: &Site,
    returns: &Returns,
    capture: Option<Token![move]>,
    stmts: Vec<Stmt>,
) -> Vec<Stmt> {
    let span = Span::mixed_site();
    let private = site.runtime.private();
    let (place, value) = (local("memmacros_site"), local("memmacros_value"));
    let is_error = matches!(site.action, Action::Error);
    // Awaited at the return type: an error type that lacks the conversion is then one error there.
    let at = if is_error { site.returns } else { span };
    let future = Ident::new("memmacros_future", at);
    let await_ = quote_spanned!(at=> #future.await);
    let (reference, limit, handler) =
        (site.reference(), site.limit_at_call(), site.handler_argument());
    let watch = site.verb("watch_future", span);
    let body = after_items(stmts, type_hint(returns));
    let tally = site
        .count_errors
        .then(|| quote_spanned!(span=> #private::tally_error_at(#place, &#value);));
    let awaited = if is_error {
        let error = local("memmacros_exceeded");
        let leave = site.exceeded(&error);
        let value = if tally.is_some() { quote!({ #tally #value }) } else { quote!(#value) };
        quote_spanned! {span=>
            match #await_ {
                ::core::result::Result::Ok(memmacros_value) => #value,
                ::core::result::Result::Err(#error) => #leave,
            }
        }
    } else if tally.is_some() {
        quote_spanned!(span=> let #value = #await_; #tally #value)
    } else {
        await_
    };
    let conversion = is_error.then(|| asked_first(site));
    vec![verbatim(quote_spanned! {span=>
        #conversion
        let #place = #reference;
        let #future = #private::#watch(#place, #limit #handler, async #capture { #(#body)* });
        #awaited
    })]
}

/// Asks for the conversion before the `.await` does, which rustc would else advise to remove.
fn asked_first(site: &Site) -> TokenStream {
    let leave = site.exceeded(&local("memmacros_never"));
    quote_spanned! {Span::mixed_site()=>
        if let ::core::option::Option::Some(memmacros_never) = ::core::option::Option::None {
            return #leave;
        }
    }
}

/// An async block has no written type; without this, `?` and `collect` in its body lose theirs.
fn type_hint(returns: &Returns) -> TokenStream {
    let ty = match (returns.shape, returns.inferable()) {
        (Shape::Never, _) | (_, Some(Type::Infer(_))) => return quote!(),
        (_, Some(ty)) => quote!(#ty),
        (Shape::Nothing, None) => quote_spanned!(Span::mixed_site()=> ()),
        (_, None) => return quote!(),
    };
    quote_spanned! {Span::mixed_site()=>
        if let ::core::option::Option::Some(memmacros_never) = ::core::option::Option::None::<#ty> {
            return memmacros_never;
        }
    }
}

/// Items at the head of a block stay there: `clippy::items_after_statements` is for what the user wrote.
pub(crate) fn after_items(mut stmts: Vec<Stmt>, ours: TokenStream) -> Vec<Stmt> {
    if !ours.is_empty() {
        let items = stmts.iter().take_while(|stmt| matches!(stmt, Stmt::Item(_))).count();
        stmts.insert(items, verbatim(ours));
    }
    stmts
}

pub(crate) fn verbatim(tokens: TokenStream) -> Stmt {
    Stmt::Expr(Expr::Verbatim(tokens), None)
}

/// The async block that is all of a function's value: the tail `Box::pin(async move { .. })` that `async_trait`
/// leaves, or a plain `async move { .. }` of a function that returns `impl Future`.
pub(crate) fn tail_async<'a>(
    block: &'a mut Block,
    output: &ReturnType,
) -> Option<&'a mut ExprAsync> {
    let ReturnType::Type(_, ty) = output else { return None };
    let Some(Stmt::Expr(tail, None)) = block.stmts.last_mut() else { return None };
    match tail {
        Expr::Async(body) if matches!(**ty, Type::ImplTrait(_)) => Some(body),
        Expr::Call(call) => {
            let Expr::Path(path) = &*call.func else { return None };
            let mut names = path.path.segments.iter().rev().map(|segment| &segment.ident);
            let is_box_pin = names.next().is_some_and(|name| name == "pin")
                && names.next().is_some_and(|name| name == "Box");
            match call.args.first_mut() {
                Some(Expr::Async(body)) if is_box_pin => Some(body),
                _ => None,
            }
        }
        _ => None,
    }
}
