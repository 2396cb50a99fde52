//! Owns `watch! { .. }`: a loop or a closure where no function can be annotated.
//! Called by `entry`.
//! Never fails by default: nobody knows what the code around returns, so a limit warns.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens as _, quote};
use syn::parse::{ParseStream, Parser as _};
use syn::{Attribute, Block, Expr, ExprAsync, ExprClosure, Label, Path, Stmt, Token, token};

use crate::body;
use crate::errors::Errors;
use crate::inert::{self, Taken};
use crate::macro_args::loop_only;
use crate::options::{self, Action, Options};
use crate::place::{self, Scope};
use crate::returns::Returns;
use crate::site::{Kind, Site};
use crate::watched_loop;

/// `@crate(path)`, which the runtime's `watch!` puts in front so that a renamed crate is found.
fn prefix(input: ParseStream<'_>) -> syn::Result<Option<Path>> {
    if input.parse::<Option<Token![@]>>()?.is_none() {
        return Ok(None);
    }
    input.parse::<Token![crate]>()?;
    let path;
    syn::parenthesized!(path in input);
    path.call(Path::parse_mod_style).map(Some)
}

struct Input {
    krate: Option<Path>,
    attrs: Vec<Attribute>,
    expr: Expr,
}

fn parse(input: ParseStream<'_>) -> syn::Result<Input> {
    let krate = prefix(input)?;
    let ahead = input.fork();
    let attrs = ahead.call(Attribute::parse_outer)?;
    let labelled = ahead.parse::<Option<Label>>()?.is_some();
    let (attrs, expr) =
        if labelled || ahead.peek(Token![while]) || ahead.peek(Token![loop]) || is_for_loop(&ahead)
        {
            let mut expr = loop_only(input)?;
            let all = watched_loop::loop_attrs(&mut expr).map(std::mem::take).unwrap_or_default();
            let (inner, outer) =
                all.into_iter().partition(|attr| matches!(attr.style, syn::AttrStyle::Inner(_)));
            if let Some(attrs) = watched_loop::loop_attrs(&mut expr) {
                *attrs = inner;
            }
            (outer, expr)
        } else {
            input.call(Attribute::parse_outer)?;
            let start = input.span();
            match input.parse::<Expr>() {
                Ok(expr @ Expr::Closure(_)) => (attrs, expr),
                _ => return Err(syn::Error::new(start, WANTED)),
            }
        };
    input.parse::<Option<Token![;]>>()?;
    if input.is_empty() { Ok(Input { krate, attrs, expr }) } else { Err(input.error(WANTED)) }
}

/// `for<'a> |x: &'a u8|` begins like a loop.
fn is_for_loop(input: ParseStream<'_>) -> bool {
    input.peek(Token![for]) && !input.peek2(Token![<])
}

const WANTED: &str =
    "`watch!` takes one loop or one closure: `watch! { for x in xs { .. } }` or `watch!(|x| ..)`";

/// The user's own tokens, for the way out beside errors.
pub(crate) fn without_prefix(input: TokenStream) -> TokenStream {
    let tokens: Vec<TokenTree> = input.into_iter().collect();
    let ours = matches!(tokens.first(), Some(TokenTree::Punct(punct)) if punct.as_char() == '@');
    tokens.into_iter().skip(if ours { 3 } else { 0 }).collect()
}

pub(crate) fn expand(input: TokenStream, errors: &mut Errors) -> TokenStream {
    let Input { krate, mut attrs, expr } = match parse.parse2(input) {
        Ok(input) => input,
        Err(error) => {
            errors.push(error);
            return TokenStream::new();
        }
    };
    let mut ours = inert::take(&mut attrs).into_iter();
    let taken = ours
        .next()
        .unwrap_or_else(|| Taken { meta: syn::parse_quote!(memory_watched), predicate: None });
    for again in ours {
        errors.on(
            again.meta.path(),
            "`#[memory_watched]` stands here twice; put the options into one",
        );
    }
    let around = Options {
        krate: krate.map(|value| options::Set {
            key: proc_macro2::Ident::new("krate", Span::call_site()),
            value_tokens: value.to_token_stream(),
            value,
            inherited: true,
        }),
        ..Options::default()
    };
    let scope = Scope {
        function: String::new(),
        returns: Returns::unknown(),
        is_async: watched_loop::awaits(&expr),
        is_const: false,
        no_panic: None,
        action: (Action::Warn, false),
        limit: None,
        options: around,
        is_reached: true,
    };
    match expr {
        Expr::Closure(closure) => closure_expr(closure, &attrs, &taken, &scope, errors),
        expr => loop_expr(expr, &attrs, taken, &scope, errors),
    }
}

fn loop_expr(
    expr: Expr,
    attrs: &[Attribute],
    taken: Taken,
    scope: &Scope,
    errors: &mut Errors,
) -> TokenStream {
    let mut inside = [Stmt::Expr(expr, None)];
    watched_loop::in_stmts(&mut inside, scope.clone(), errors);
    let [Stmt::Expr(expr, _)] = inside else { return TokenStream::new() };
    let options = options::of_meta(&taken.meta, errors);
    let stmts = watched_loop::instrument(expr, options, taken, scope, errors);
    let (watch, expr) = stmts.split_at(stmts.len() - 1);
    quote!({ #(#watch)* #(#attrs)* #(#expr)* })
}

fn closure_expr(
    mut closure: ExprClosure,
    attrs: &[Attribute],
    taken: &Taken,
    scope: &Scope,
    errors: &mut Errors,
) -> TokenStream {
    let mut options = options::of_meta(&taken.meta, errors);
    options.inherit(&scope.options);
    check_closure_options(&options, taken, errors);

    let returns = Returns::of_closure(&closure.output);
    let line = closure.inputs_begin.span;
    let mut stmts = match *closure.body {
        // The braces of an async block hold the future that is to be watched, not the closure's own statements.
        Expr::Block(block) if block.label.is_none() && block.attrs.is_empty() => block.block.stmts,
        other => vec![Stmt::Expr(other, None)],
    };
    let is_async = closure.asyncness.is_some();
    let future = match stmts.as_mut_slice() {
        [Stmt::Expr(Expr::Async(body), None)] if !is_async && body.attrs.is_empty() => Some(body),
        _ => None,
    };
    // What the closure returns is then the future, not what that returns.
    let returns = if future.is_some() { Returns::unknown() } else { returns };
    place::check_action(&options, &returns, None, line, errors);
    let action = options.on_exceed.clone().map_or((Action::Warn, false), |set| (set.value, true));
    let name =
        options.name.as_ref().map_or_else(|| "closure".to_owned(), |name| name.value.clone());
    // Looks are paced by polls where there are polls.
    let kind = if is_async || future.is_some() { Kind::Future } else { Kind::Closure };
    let mut site = Site::new(&options, kind, name.clone(), line, action);
    if let Some(span) = returns.span() {
        site.returns = span;
    }
    let inside = Scope {
        function: name,
        is_async: is_async || future.is_some(),
        ..scope.detached(returns.clone(), is_async)
    };
    if let Some(ExprAsync { block, capture, .. }) = future {
        let mut body = std::mem::take(&mut block.stmts);
        watched_loop::in_stmts(&mut body, inside, errors);
        block.stmts = body::polled(&site, &returns, *capture, body);
    } else {
        watched_loop::in_stmts(&mut stmts, inside, errors);
        stmts = if is_async {
            // Without `move`: what the closure owns must stay in it for the next call.
            body::polled(&site, &returns, None, stmts)
        } else {
            body::guarded(&site, stmts)
        };
    }
    let block = Block { brace_token: token::Brace(Span::mixed_site()), stmts };
    *closure.body = Expr::Block(syn::ExprBlock { attrs: Vec::new(), label: None, block });
    quote!(#(#attrs)* #closure)
}

fn check_closure_options(options: &Options, taken: &Taken, errors: &mut Errors) {
    if taken.predicate.is_some() {
        errors.on(
            taken.meta.path(),
            "`watch!` is not switched by `cfg_attr`: write the attribute plainly",
        );
    }
    if let Some(skip) = &options.skip {
        errors.on(&skip.key, "to watch nothing here, leave `watch!` away");
    }
    if let Some(count) = &options.count_errors {
        errors.on(&count.key, "`count_errors` is for functions: put it on the one that is called");
    }
    if let (Some(growth), Some(Action::Error | Action::Handler(_))) =
        (&options.growth, options.on_exceed.as_ref().map(|set| &set.value))
    {
        errors.on(&growth.key, "`growth` of a closure is known only after its value is made: write `on_exceed = warn` or `panic`");
    }
}
