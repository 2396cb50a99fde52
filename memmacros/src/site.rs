//! Owns the `Site` static of one annotation, and the checks that are made for it.
//! Called by `body`, `watched_loop` and `watch`, which decide where the two stand.
//! Never names anything but `__private`, `::core` and the user's own tokens.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;

use crate::literals::Amount;
use crate::options::{Action, Every, Limit, Options};
use crate::runtime_path::RuntimePath;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Function,
    Loop,
    Future,
    Closure,
}

impl Kind {
    fn ident(self) -> Ident {
        let name = match self {
            Self::Function => "Function",
            Self::Loop => "Loop",
            Self::Future => "Future",
            Self::Closure => "Closure",
        };
        Ident::new(name, Span::mixed_site())
    }
}

/// Everything that one annotation says, after defaults and inheritance.
#[derive(Clone)]
pub(crate) struct Site {
    pub(crate) runtime: RuntimePath,
    pub(crate) kind: Kind,
    pub(crate) name: String,
    /// The function's name or the loop's keyword: the line that the table shows.
    pub(crate) line: Span,
    pub(crate) limit: Option<Limit>,
    pub(crate) growth: Option<u64>,
    pub(crate) every: Option<Every>,
    pub(crate) action: Action,
    pub(crate) action_written: bool,
    pub(crate) checkpoints: bool,
    pub(crate) count_errors: bool,
    /// Where a mismatch between the limit error and the returned type is underlined.
    pub(crate) returns: Span,
}

/// A local of ours: hidden from the user's statements by its span.
pub(crate) fn local(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}

/// The name of the static. It never shares a block with statements of the user's.
fn static_name() -> Ident {
    local("__MEMMACROS_SITE")
}

impl Site {
    pub(crate) fn new(
        options: &Options,
        kind: Kind,
        name: String,
        line: Span,
        action: (Action, bool),
    ) -> Self {
        Self {
            runtime: options.runtime(),
            kind,
            name,
            line,
            limit: options.limit.as_ref().map(|set| set.value.clone()),
            growth: options.growth.as_ref().map(|set| set.value),
            every: options.every.as_ref().map(|set| set.value),
            action: action.0,
            action_written: action.1,
            checkpoints: options.checkpoints.is_some(),
            count_errors: options.count_errors.is_some(),
            returns: Span::mixed_site().located_at(line),
        }
    }

    /// `{ static ..; #enter(&static) }`: the static is in a block of its own, so that two attributes on one
    /// function do not meet.
    pub(crate) fn entered_by(&self, enter: &str) -> TokenStream {
        let (declare, private, site) = (self.declare(), self.runtime.private(), static_name());
        let enter = local(enter);
        quote_spanned!(Span::mixed_site()=> { #declare #private::#enter(&#site) })
    }

    /// `{ static ..; &static }`
    pub(crate) fn reference(&self) -> TokenStream {
        let (declare, site) = (self.declare(), static_name());
        quote_spanned!(Span::mixed_site()=> { #declare &#site })
    }

    fn declare(&self) -> TokenStream {
        let (private, site, kind, name) =
            (self.runtime.private(), static_name(), self.kind.ident(), &self.name);
        let (line, options) = (line_of(self.line), self.options());
        quote_spanned! {Span::mixed_site()=>
            #private::site! {
                #private,
                static #site: #private::Site = #private::Site::new(
                    #private::Kind::#kind,
                    #name,
                    ::core::module_path!(),
                    ::core::file!(),
                    #line,
                    #options
                )
            }
        }
    }

    fn options(&self) -> TokenStream {
        let private = self.runtime.private();
        let limit = match &self.limit {
            None => quote!(),
            Some(Limit::Amount(Amount::Bytes(bytes))) => {
                let bytes = number(Literal::u64_suffixed(*bytes));
                quote_spanned!(Span::mixed_site()=> .limit_bytes(#bytes))
            }
            Some(Limit::Amount(Amount::Percent(percent))) => {
                let percent = number(Literal::f64_suffixed(*percent));
                quote_spanned!(Span::mixed_site()=> .limit_percent(#percent))
            }
            Some(Limit::Expr(_)) => quote_spanned!(Span::mixed_site()=> .limit_dynamic()),
        };
        let growth = self.growth.map(|bytes| {
            let bytes = number(Literal::u64_suffixed(bytes));
            quote_spanned!(Span::mixed_site()=> .growth_bytes(#bytes))
        });
        let every = self.every.map(|every| match every {
            Every::Count(count) => {
                let count = number(Literal::u32_suffixed(count));
                quote_spanned!(Span::mixed_site()=> .every_count(#count))
            }
            Every::Nanos(nanos) => {
                let nanos = number(Literal::u64_suffixed(nanos));
                quote_spanned!(Span::mixed_site()=> .every_nanos(#nanos))
            }
        });
        let action = local(match self.action {
            Action::Error => "Error",
            Action::Panic => "Panic",
            Action::Warn => "Warn",
            Action::Handler(_) => "Handler",
        });
        let flag = |on: bool, name: &str| {
            let name = local(name);
            on.then(|| quote_spanned!(Span::mixed_site()=> .#name()))
        };
        let written = flag(self.action_written, "action_written");
        let checkpoints = flag(self.checkpoints, "checkpoints");
        let count_errors = flag(self.count_errors, "count_errors");
        quote_spanned! {Span::mixed_site()=>
            #private::Options::new()
                #limit #growth #every .action(#private::Action::#action) #written #checkpoints #count_errors
        }
    }

    /// The limit as the checks of functions and loops take it: asked for only when a check is due.
    fn limit_when_asked(&self) -> TokenStream {
        if let Some(Limit::Expr(expr)) = &self.limit {
            let convert = into_limit(&self.runtime, expr);
            quote_spanned!(Span::mixed_site()=> |_| #convert)
        } else {
            let private = self.runtime.private();
            quote_spanned!(Span::mixed_site()=> #private::site_limit)
        }
    }

    /// The limit as futures take it: a value, evaluated once at the call.
    pub(crate) fn limit_at_call(&self) -> TokenStream {
        if let Some(Limit::Expr(expr)) = &self.limit {
            into_limit(&self.runtime, expr)
        } else {
            let private = self.runtime.private();
            quote_spanned!(Span::mixed_site()=> #private::SiteLimit)
        }
    }

    /// The name of the action as function names end: `check_error`, `finish_error`, `watch_future_error`.
    pub(crate) fn verb(&self, prefix: &str, at: Span) -> Ident {
        let action = match self.action {
            Action::Error => "error",
            Action::Panic => "panic",
            Action::Warn => "warn",
            Action::Handler(_) => "handler",
        };
        Ident::new(&format!("{prefix}_{action}"), at)
    }

    /// `, path::to::handler`, for the functions that take one.
    pub(crate) fn handler_argument(&self) -> TokenStream {
        match &self.action {
            Action::Handler(path) => quote!(, #path),
            _ => quote!(),
        }
    }

    /// What follows when `guard` says that a check is due.
    pub(crate) fn check(&self, guard: &Ident) -> TokenStream {
        let span = Span::mixed_site();
        let (check, limit) = (self.verb("check", span), self.limit_when_asked());
        if matches!(self.action, Action::Error) {
            let leave = self.exceeded(&local("memmacros_exceeded"));
            return quote_spanned! {span=>
                if let ::core::option::Option::Some(memmacros_exceeded) = #guard.#check(#limit) { return #leave; }
            };
        }
        let handler = self.handler_argument();
        quote_spanned!(span=> #guard.#check(#limit #handler);)
    }

    /// The limit error as a value of the type that the user's function returns.
    pub(crate) fn exceeded(&self, exceeded: &Ident) -> TokenStream {
        let private = self.runtime.private_at(self.returns);
        quote_spanned!(self.returns=> #private::LimitReturn::exceeded(#exceeded))
    }
}

fn into_limit(runtime: &RuntimePath, expr: &syn::Expr) -> TokenStream {
    // At the expression, so that a type that is no limit is underlined there.
    let span = Span::mixed_site().located_at(expr.span());
    let private = runtime.private_at(span);
    quote_spanned!(span=> #private::into_limit(#expr))
}

/// A literal that lints on the user's literals do not look at.
fn number(mut literal: Literal) -> Literal {
    literal.set_span(Span::mixed_site());
    literal
}

/// The line as a literal: `line!()` in an expansion gives the line of the outermost attribute.
fn line_of(span: Span) -> TokenStream {
    if proc_macro::is_available() {
        let (place, call) = (span.unwrap(), Span::call_site().unwrap());
        // A name that a macro of another file wrote has its line there, while `file!()` is this file.
        if place.file() == call.file()
            && let Ok(line) = u32::try_from(place.line())
        {
            let line = number(Literal::u32_suffixed(line));
            return quote!(#line);
        }
    }
    quote_spanned!(Span::mixed_site()=> ::core::line!())
}
