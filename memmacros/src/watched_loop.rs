//! Owns the loops with `#[memory_watched]` inside a function: finds them, takes the attribute off, puts the tick in.
//! Called by `memory_watched` for each body, and by `watch` for the loop it is given.
//! Never enters a nested item that has the attribute itself: rustc expands that one.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::visit_mut::{self, VisitMut};
use syn::{
    AttrStyle, Attribute, Block, Expr, ExprBlock, ExprClosure, ImplItem, ImplItemFn, Item, ItemFn,
    ItemImpl, ItemTrait, Local, Macro, Meta, Signature, Stmt, StmtMacro, TraitItem, TraitItemFn,
    token,
};

use crate::body::{after_items, verbatim};
use crate::errors::Errors;
use crate::inert::{self, Taken};
use crate::macro_args;
use crate::options::{self, Options};
use crate::place::{self, Scope};
use crate::returns::Returns;
use crate::site::{Kind, Site, local};

/// Watches every annotated loop in `stmts`.
pub(crate) fn in_stmts(stmts: &mut [Stmt], scope: Scope, errors: &mut Errors) {
    let mut loops = Loops { scope, errors };
    for stmt in stmts {
        loops.visit_stmt_mut(stmt);
    }
}

pub(crate) struct Loops<'a> {
    pub(crate) scope: Scope,
    pub(crate) errors: &'a mut Errors,
}

impl Loops<'_> {
    pub(crate) fn within(&mut self, scope: Scope, visit: impl FnOnce(&mut Self)) {
        let outer = std::mem::replace(&mut self.scope, scope);
        visit(self);
        self.scope = outer;
    }

    fn nested_fn(&mut self, attrs: &[Attribute], signature: &Signature, block: &mut Block) {
        if !attrs.iter().any(inert::is_ours) {
            let scope = self.scope.nested(signature, None);
            self.within(scope, |this| this.visit_block_mut(block));
        }
    }

    /// Our attribute where it watches nothing.
    fn refuse(&mut self, attrs: &mut Vec<Attribute>) {
        for taken in inert::take(attrs) {
            self.errors.on(
                taken.meta.path(),
                "inside a function, `#[memory_watched]` goes on `for`, `while`, `loop` and nested functions; for a closure write `watch! { |x| .. }`",
            );
        }
    }

    /// The loop as a block, with its watch in front.
    fn watched(&mut self, mut expr: Expr, taken: Vec<Taken>) -> Expr {
        let mut taken = taken.into_iter();
        let Some(first) = taken.next() else { return expr };
        for again in taken {
            self.errors.on(
                again.meta.path(),
                "this loop has `#[memory_watched]` twice; put the options into one",
            );
        }
        let options = options::of_meta(&first.meta, self.errors);
        let attrs = loop_attrs(&mut expr).map(std::mem::take).unwrap_or_default();
        // `#![..]` stands inside the braces of the loop; `#[cfg]` and its like must take the watch along.
        let (inner, outer) =
            attrs.into_iter().partition(|attr| matches!(attr.style, AttrStyle::Inner(_)));
        if let Some(attrs) = loop_attrs(&mut expr) {
            *attrs = inner;
        }
        let place = keyword(&expr)
            .map_or_else(Span::mixed_site, |(span, ..)| Span::mixed_site().located_at(span));
        let stmts = instrument(expr, options, first, &self.scope, self.errors);
        let block = Block { brace_token: token::Brace(place), stmts };
        Expr::Block(ExprBlock { attrs: outer, label: None, block })
    }
}

/// `let mut watch = ..; for .. { if watch.tick() { .. } .. }`
pub(crate) fn instrument(
    mut expr: Expr,
    options: Options,
    taken: Taken,
    scope: &Scope,
    errors: &mut Errors,
) -> Vec<Stmt> {
    let Some((keyword, word, label)) = keyword(&expr) else { return vec![Stmt::Expr(expr, None)] };
    let site = loop_site(
        options,
        &taken.meta,
        keyword,
        &label.unwrap_or_else(|| word.to_owned()),
        scope,
        errors,
    );

    let watch = local("memmacros_watch");
    let enter = site.entered_by(if scope.is_async { "watch_loop_async" } else { "watch_loop" });
    // At the keyword, so that nothing of ours is ever shown as a part of the attribute.
    let span = Span::mixed_site().located_at(keyword);
    let check = site.check(&watch);
    let switch =
        taken.predicate.map(|predicate| quote_spanned!(span=> ::core::cfg!(#predicate) &&));
    let tick = quote_spanned!(span=> if #switch #watch.tick() { #check });
    if let Some(body) = loop_body(&mut expr) {
        body.stmts = after_items(std::mem::take(&mut body.stmts), tick);
    }
    vec![verbatim(quote_spanned!(span=> let mut #watch = #enter;)), Stmt::Expr(expr, None)]
}

fn loop_site(
    mut options: Options,
    meta: &Meta,
    keyword: Span,
    word: &str,
    scope: &Scope,
    errors: &mut Errors,
) -> Site {
    if scope.is_const {
        errors.on(meta.path(), "a loop in a constant runs in the compiler, where there is no memory to read: remove `#[memory_watched]`");
    }
    if let Some(skip) = &options.skip {
        errors.on(
            &skip.key,
            "a loop is watched only where it says so: remove `#[memory_watched(skip)]`",
        );
    }
    if let Some(count) = &options.count_errors {
        errors.on(
            &count.key,
            "a loop returns no errors to count: put `count_errors` on the function",
        );
    }
    place::check_action(&options, &scope.returns, scope.no_panic, keyword, errors);

    let action = match options.on_exceed.take() {
        Some(set) => (set.value, true),
        None => scope.action.clone(),
    };
    if options.krate.is_none() {
        options.krate.clone_from(&scope.options.krate);
    }
    let name = match &options.name {
        Some(name) => name.value.clone(),
        None if scope.function.is_empty() => word.to_owned(),
        None => format!("{}/{word}", scope.function),
    };
    let mut site = Site::new(&options, Kind::Loop, name, keyword, action);
    if site.limit.is_none() {
        site.limit.clone_from(&scope.limit);
    }
    if let Some(span) = scope.returns.span() {
        site.returns = span;
    }
    site
}

fn keyword(expr: &Expr) -> Option<(Span, &'static str, Option<String>)> {
    let (span, word, label) = match expr {
        Expr::ForLoop(each) => (each.for_token.span, "for", &each.label),
        Expr::While(each) => (each.while_token.span, "while", &each.label),
        Expr::Loop(each) => (each.loop_token.span, "loop", &each.label),
        _ => return None,
    };
    Some((span, word, label.as_ref().map(|label| label.name.to_string())))
}

fn loop_body(expr: &mut Expr) -> Option<&mut Block> {
    match expr {
        Expr::ForLoop(each) => Some(&mut each.body),
        Expr::While(each) => Some(&mut each.body),
        Expr::Loop(each) => Some(&mut each.body),
        _ => None,
    }
}

pub(crate) fn loop_attrs(expr: &mut Expr) -> Option<&mut Vec<Attribute>> {
    match expr {
        Expr::ForLoop(each) => Some(&mut each.attrs),
        Expr::While(each) => Some(&mut each.attrs),
        Expr::Loop(each) => Some(&mut each.attrs),
        _ => None,
    }
}

/// The attributes of expressions on which people might try ours.
fn other_attrs(expr: &mut Expr) -> Option<&mut Vec<Attribute>> {
    Some(match expr {
        Expr::Async(it) => &mut it.attrs,
        Expr::Await(it) => &mut it.attrs,
        Expr::Block(it) => &mut it.attrs,
        Expr::Call(it) => &mut it.attrs,
        Expr::Closure(it) => &mut it.attrs,
        Expr::If(it) => &mut it.attrs,
        Expr::Macro(it) => &mut it.attrs,
        Expr::Match(it) => &mut it.attrs,
        Expr::MethodCall(it) => &mut it.attrs,
        Expr::Unsafe(it) => &mut it.attrs,
        _ => return None,
    })
}

impl VisitMut for Loops<'_> {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        if let Some(attrs) = other_attrs(expr) {
            self.refuse(attrs);
        }
        match expr {
            Expr::Closure(closure) => self.visit_expr_closure_mut(closure),
            Expr::Async(body) => {
                let scope = self.scope.detached(Returns::unknown(), true);
                self.within(scope, |this| this.visit_block_mut(&mut body.block));
            }
            Expr::Const(body) => {
                let scope = self.scope.constant();
                self.within(scope, |this| this.visit_block_mut(&mut body.block));
            }
            _ => visit_mut::visit_expr_mut(self, expr),
        }
        let taken = loop_attrs(expr).map(inert::take).unwrap_or_default();
        if !taken.is_empty() {
            let own = std::mem::replace(expr, Expr::Verbatim(TokenStream::new()));
            *expr = self.watched(own, taken);
        }
    }

    fn visit_expr_closure_mut(&mut self, closure: &mut ExprClosure) {
        let is_async = closure.asyncness.is_some();
        let scope = self.scope.detached(Returns::of_closure(&closure.output), is_async);
        self.within(scope, |this| this.visit_expr_mut(&mut closure.body));
    }

    fn visit_local_mut(&mut self, local: &mut Local) {
        self.refuse(&mut local.attrs);
        visit_mut::visit_local_mut(self, local);
    }

    fn visit_stmt_macro_mut(&mut self, stmt: &mut StmtMacro) {
        self.refuse(&mut stmt.attrs);
        visit_mut::visit_stmt_macro_mut(self, stmt);
    }

    fn visit_macro_mut(&mut self, call: &mut Macro) {
        macro_args::visit(self, call);
    }

    fn visit_item_mut(&mut self, item: &mut Item) {
        match item {
            Item::Const(_) | Item::Static(_) => {
                let scope = self.scope.constant();
                self.within(scope, |this| visit_mut::visit_item_mut(this, item));
            }
            // A definition: its tokens are no code of this function.
            Item::Macro(item) if item.ident.is_some() => {}
            _ => visit_mut::visit_item_mut(self, item),
        }
    }

    fn visit_item_fn_mut(&mut self, item: &mut ItemFn) {
        self.nested_fn(&item.attrs, &item.sig, &mut item.block);
    }

    fn visit_item_impl_mut(&mut self, item: &mut ItemImpl) {
        if !item.attrs.iter().any(inert::is_ours) {
            visit_mut::visit_item_impl_mut(self, item);
        }
    }

    fn visit_item_trait_mut(&mut self, item: &mut ItemTrait) {
        if !item.attrs.iter().any(inert::is_ours) {
            visit_mut::visit_item_trait_mut(self, item);
        }
    }

    fn visit_item_mod_mut(&mut self, item: &mut syn::ItemMod) {
        if !item.attrs.iter().any(inert::is_ours) {
            visit_mut::visit_item_mod_mut(self, item);
        }
    }

    fn visit_impl_item_fn_mut(&mut self, item: &mut ImplItemFn) {
        self.nested_fn(&item.attrs, &item.sig, &mut item.block);
    }

    fn visit_trait_item_fn_mut(&mut self, item: &mut TraitItemFn) {
        if let Some(block) = &mut item.default {
            self.nested_fn(&item.attrs, &item.sig, block);
        }
    }

    fn visit_impl_item_mut(&mut self, item: &mut ImplItem) {
        let scope = if matches!(item, ImplItem::Const(_)) {
            self.scope.constant()
        } else {
            self.scope.clone()
        };
        self.within(scope, |this| visit_mut::visit_impl_item_mut(this, item));
    }

    fn visit_trait_item_mut(&mut self, item: &mut TraitItem) {
        let scope = if matches!(item, TraitItem::Const(_)) {
            self.scope.constant()
        } else {
            self.scope.clone()
        };
        self.within(scope, |this| visit_mut::visit_trait_item_mut(this, item));
    }
}

/// Whether tokens of ours would hold a guard across an `.await`.
pub(crate) fn awaits(expr: &Expr) -> bool {
    inert::has_ident(&quote!(#expr), "await")
}
