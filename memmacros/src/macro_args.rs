//! Owns the way to loops inside the arguments of a macro call, which are tokens and no expressions yet.
//! Called by `watched_loop` for each macro call in a body.
//! Never changes tokens that do not mention `memory_watched`.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::{ToTokens as _, quote};
use syn::parse::{ParseStream, Parser as _};
use syn::punctuated::Punctuated;
use syn::visit_mut::VisitMut as _;
use syn::{Attribute, Block, Expr, ExprForLoop, ExprLoop, ExprWhile, Label, Macro, Stmt, Token};

use crate::inert;
use crate::returns::Returns;
use crate::watched_loop::Loops;

pub(crate) fn visit(loops: &mut Loops<'_>, call: &mut Macro) {
    // `watch!` reads the attribute itself; `macro_rules!` defines code that runs who knows where.
    let reads_itself = call
        .path
        .segments
        .last()
        .is_some_and(|last| last.ident == "watch" || last.ident == "macro_rules");
    if !reads_itself && inert::mentions(&call.tokens) {
        call.tokens = rewrite(loops, std::mem::take(&mut call.tokens));
    }
}

/// Parses as much as can be parsed, so that closures and async blocks are seen for what they are.
fn rewrite(loops: &mut Loops<'_>, tokens: TokenStream) -> TokenStream {
    if !inert::mentions(&tokens) {
        return tokens;
    }
    if let Ok(mut stmts) = Block::parse_within.parse2(tokens.clone()) {
        for stmt in &mut stmts {
            loops.visit_stmt_mut(stmt);
        }
        return quote!(#(#stmts)*);
    }
    if let Ok(mut exprs) = Punctuated::<Expr, Token![,]>::parse_terminated.parse2(tokens.clone()) {
        for expr in &mut exprs {
            loops.visit_expr_mut(expr);
        }
        return exprs.into_token_stream();
    }
    walk(loops, tokens)
}

/// Token by token: `select!` arms, `json!` and whatever else has a grammar of its own.
fn walk(loops: &mut Loops<'_>, tokens: TokenStream) -> TokenStream {
    let mut out = TokenStream::new();
    let mut before: Vec<TokenTree> = Vec::new();
    let mut rest = tokens;
    loop {
        if let Some((expr, after)) = annotated_loop(&rest) {
            let mut stmt = Stmt::Expr(expr, None);
            loops.visit_stmt_mut(&mut stmt);
            stmt.to_tokens(&mut out);
            before.clear();
            rest = after;
            continue;
        }
        let mut tokens = rest.into_iter();
        let Some(token) = tokens.next() else { return out };
        rest = tokens.collect();
        let token = match token {
            TokenTree::Group(group) if inert::mentions(&group.stream()) => {
                let mut inner = TokenStream::new();
                match surroundings(&before) {
                    None => inner = rewrite(loops, group.stream()),
                    Some(is_async) => {
                        let scope = loops.scope.detached(Returns::unknown(), is_async);
                        loops.within(scope, |loops| inner = rewrite(loops, group.stream()));
                    }
                }
                let mut rewritten = Group::new(group.delimiter(), inner);
                rewritten.set_span(group.span());
                TokenTree::Group(rewritten)
            }
            other => other,
        };
        before.push(token.clone());
        token.to_tokens(&mut out);
    }
}

/// `async {`, `async move {`: a future of its own; `| .. | {`: a closure. Tells which, by what stands before the braces.
fn surroundings(before: &[TokenTree]) -> Option<bool> {
    let is = |token: Option<&TokenTree>, name: &str| matches!(token, Some(TokenTree::Ident(ident)) if ident == name);
    let mut back = before.iter().rev();
    let last = back.next();
    if is(last, "async") || (is(last, "move") && is(back.next(), "async")) {
        return Some(true);
    }
    matches!(last, Some(TokenTree::Punct(punct)) if punct.as_char() == '|').then_some(false)
}

/// The loop at the head of `tokens` and what follows it, where it has our attribute.
/// Read as a loop and not as an expression, which would swallow an operator behind it.
fn annotated_loop(tokens: &TokenStream) -> Option<(Expr, TokenStream)> {
    let mut head = tokens.clone().into_iter();
    let starts_with_attribute = matches!(head.next(), Some(TokenTree::Punct(punct)) if punct.as_char() == '#')
        && matches!(head.next(), Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Bracket);
    if !starts_with_attribute {
        return None;
    }
    let parse = |input: ParseStream<'_>| {
        let attrs = input.fork().call(Attribute::parse_outer)?;
        if !attrs.iter().any(|attr| inert::is_ours(attr) || inert::is_ours_under_cfg(attr)) {
            return Err(input.error("not ours"));
        }
        let expr = loop_only(input)?;
        Ok((expr, input.parse::<TokenStream>()?))
    };
    parse.parse2(tokens.clone()).ok()
}

/// A loop with its attributes and label, and nothing behind it.
pub(crate) fn loop_only(input: ParseStream<'_>) -> syn::Result<Expr> {
    let ahead = input.fork();
    ahead.call(Attribute::parse_outer)?;
    ahead.parse::<Option<Label>>()?;
    if ahead.peek(Token![for]) {
        input.parse::<ExprForLoop>().map(Expr::ForLoop)
    } else if ahead.peek(Token![while]) {
        input.parse::<ExprWhile>().map(Expr::While)
    } else {
        input.parse::<ExprLoop>().map(Expr::Loop)
    }
}
