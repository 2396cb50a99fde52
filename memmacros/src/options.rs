//! Owns the grammar of what stands in the brackets: `limit = "200MB", every = 64, checkpoints`.
//! Called by `memory_watched`, `watched_loop` and `watch`, each with its own place for the attribute.
//! Never stops at a bad option: it is reported and the next one is read.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt as _;
use syn::parse::{ParseStream, Parser as _};
use syn::spanned::Spanned as _;
use syn::{Expr, ExprLit, ExprPath, Lit, Path, Token, UnOp};

use crate::errors::Errors;
use crate::literals::{self, Amount};
use crate::runtime_path;
use crate::words;

const KEYS: &[&str] = &[
    "limit",
    "growth",
    "on_exceed",
    "every",
    "name",
    "checkpoints",
    "count_errors",
    "crate",
    "skip",
];

const LIMIT: &str = r#"`limit = "200MB"`, `limit = "80%"` or `limit = an_expression`"#;
const LIMIT_SHORT: &str = r#"`limit = "200MB"`"#;
const GROWTH: &str = r#"`growth = "10MB"`"#;
const ON_EXCEED: &str = "`on_exceed = error`, `panic`, `warn`, or the path of a `fn(&MemoryLimitExceeded)` such as `crate::shed`";
const EVERY: &str = r#"`every = 1`, `every = 64` or `every = "10ms"`"#;
const NAME: &str = r#"`name = "import"`"#;
const CRATE: &str = "`crate = ::memmacros_runtime`";

/// An option as written, with the tokens that its errors underline.
#[derive(Clone)]
pub(crate) struct Set<T> {
    pub(crate) key: Ident,
    pub(crate) value: T,
    pub(crate) value_tokens: TokenStream,
    /// It stands on the impl or module around, not here.
    pub(crate) inherited: bool,
}

#[derive(Clone)]
pub(crate) enum Limit {
    Amount(Amount),
    /// Evaluated at each check.
    Expr(Box<Expr>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Every {
    Count(u32),
    Nanos(u64),
}

#[derive(Clone)]
pub(crate) enum Action {
    Error,
    Panic,
    Warn,
    Handler(Box<ExprPath>),
}

#[derive(Clone, Default)]
pub(crate) struct Options {
    /// `limit = "200MB" | "80%" | <expr>`
    pub(crate) limit: Option<Set<Limit>>,
    /// `growth = "10MB"`
    pub(crate) growth: Option<Set<u64>>,
    /// `on_exceed = error | panic | warn | path::to::handler`
    pub(crate) on_exceed: Option<Set<Action>>,
    /// `every = 1 | 64 | "10ms"`
    pub(crate) every: Option<Set<Every>>,
    /// `name = ".."`
    pub(crate) name: Option<Set<String>>,
    /// `checkpoints`
    pub(crate) checkpoints: Option<Set<()>>,
    /// `count_errors`
    pub(crate) count_errors: Option<Set<()>>,
    /// `crate = ::path`
    pub(crate) krate: Option<Set<Path>>,
    /// `skip`
    pub(crate) skip: Option<Set<()>>,
}

impl Options {
    /// Takes from the impl or module around whatever is not said here. Its name is a prefix, not a default.
    pub(crate) fn inherit(&mut self, outer: &Options) {
        fn take<T: Clone>(own: &mut Option<Set<T>>, outer: Option<&Set<T>>) {
            if own.is_none() {
                *own = outer.map(|set| Set { inherited: true, ..set.clone() });
            }
        }
        take(&mut self.limit, outer.limit.as_ref());
        take(&mut self.growth, outer.growth.as_ref());
        take(&mut self.on_exceed, outer.on_exceed.as_ref());
        take(&mut self.every, outer.every.as_ref());
        take(&mut self.checkpoints, outer.checkpoints.as_ref());
        take(&mut self.count_errors, outer.count_errors.as_ref());
        take(&mut self.krate, outer.krate.as_ref());
    }

    pub(crate) fn runtime(&self) -> runtime_path::RuntimePath {
        runtime_path::RuntimePath::new(self.krate.as_ref().map(|set| set.value.clone()))
    }

    /// The other keys beside `skip`, for the error that there are any.
    fn beside_skip(&self) -> Vec<&Ident> {
        let keys = [
            self.limit.as_ref().map(|set| &set.key),
            self.growth.as_ref().map(|set| &set.key),
            self.on_exceed.as_ref().map(|set| &set.key),
            self.every.as_ref().map(|set| &set.key),
            self.name.as_ref().map(|set| &set.key),
            self.checkpoints.as_ref().map(|set| &set.key),
            self.count_errors.as_ref().map(|set| &set.key),
            self.krate.as_ref().map(|set| &set.key),
        ];
        keys.into_iter().flatten().collect()
    }
}

/// Reads every option that can be read and reports every one that cannot.
pub(crate) fn parse(tokens: TokenStream, errors: &mut Errors) -> Options {
    let mut options = Options::default();
    let mut seen = Vec::new();
    let all = |input: ParseStream<'_>| {
        while !input.is_empty() {
            if let Err(error) = option(input, &mut options, &mut seen, errors) {
                errors.push(error);
                skip_to_comma(input)?;
            } else if !input.is_empty() && !input.peek(Token![,]) {
                errors.push(input.error("expected `,` between two options"));
                skip_to_comma(input)?;
            }
            input.parse::<Option<Token![,]>>()?;
        }
        Ok(())
    };
    if let Err(error) = all.parse2(tokens) {
        errors.push(error);
    }
    if let Some(skip) = &options.skip {
        for key in options.beside_skip() {
            errors.on(
                key,
                format_args!("nothing is watched under `skip`; remove `{key}` or `{}`", skip.key),
            );
        }
    }
    options
}

/// The options of an attribute that another macro of ours consumes: `#[memory_watched]` or `#[memory_watched(..)]`.
pub(crate) fn of_meta(meta: &syn::Meta, errors: &mut Errors) -> Options {
    match meta {
        syn::Meta::Path(_) => Options::default(),
        syn::Meta::List(list) => parse(list.tokens.clone(), errors),
        syn::Meta::NameValue(pair) => {
            errors.on(pair, r#"options stand in brackets: `#[memory_watched(limit = "200MB")]`"#);
            Options::default()
        }
    }
}

/// The names of all options, for messages.
fn known() -> String {
    KEYS.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ")
}

fn skip_to_comma(input: ParseStream<'_>) -> syn::Result<()> {
    while !input.is_empty() && !input.peek(Token![,]) {
        input.parse::<TokenTree>()?;
    }
    Ok(())
}

fn option(
    input: ParseStream<'_>,
    options: &mut Options,
    seen: &mut Vec<Ident>,
    errors: &mut Errors,
) -> syn::Result<()> {
    let key = input.call(Ident::parse_any).map_err(|error| {
        let message =
            format!("expected an option such as {LIMIT_SHORT}; the options are {}", known());
        syn::Error::new(error.span(), message)
    })?;
    // The value of a second one is read all the same, so that its own mistakes show too.
    let name = key.unraw();
    if seen.contains(&name) {
        errors.on(&key, format_args!("`{name}` is given twice; keep one"));
    }
    seen.push(name.clone());
    match name.to_string().as_str() {
        "limit" => set(&mut options.limit, key, |key| valued(input, key, LIMIT, limit)),
        "growth" => set(&mut options.growth, key, |key| valued(input, key, GROWTH, growth)),
        "on_exceed" => {
            set(&mut options.on_exceed, key, |key| valued(input, key, ON_EXCEED, on_exceed))
        }
        "every" => set(&mut options.every, key, |key| valued(input, key, EVERY, every)),
        "name" => set(&mut options.name, key, |key| valued(input, key, NAME, self::name)),
        "crate" => set(&mut options.krate, key, |key| valued(input, key, CRATE, krate)),
        "checkpoints" => set(&mut options.checkpoints, key, |key| flag(input, key)),
        "count_errors" => set(&mut options.count_errors, key, |key| flag(input, key)),
        "skip" => set(&mut options.skip, key, |key| flag(input, key)),
        _ => {
            seen.pop();
            let message = match words::nearest(&name.to_string(), KEYS) {
                Some(near) => format!(
                    "unknown option `{name}`: did you mean `{near}`? The options are {}",
                    known()
                ),
                None => format!("unknown option `{name}`; the options are {}", known()),
            };
            Err(syn::Error::new(key.span(), message))
        }
    }
}

/// The first value stays.
fn set<T>(
    slot: &mut Option<Set<T>>,
    key: Ident,
    read: impl FnOnce(&Ident) -> syn::Result<(T, TokenStream)>,
) -> syn::Result<()> {
    let (value, value_tokens) = read(&key)?;
    slot.get_or_insert(Set { key, value, value_tokens, inherited: false });
    Ok(())
}

fn flag(input: ParseStream<'_>, key: &Ident) -> syn::Result<((), TokenStream)> {
    if input.is_empty() || input.peek(Token![,]) {
        return Ok(((), key.to_token_stream()));
    }
    Err(input.error(format_args!("`{key}` takes no value: write it alone")))
}

fn valued<T>(
    input: ParseStream<'_>,
    key: &Ident,
    good: &str,
    read: impl FnOnce(&Expr) -> syn::Result<T>,
) -> syn::Result<(T, TokenStream)> {
    let wanted = |span: Span| {
        syn::Error::new(span, format_args!("`{}` takes a value: write {good}", key.unraw()))
    };
    if input.is_empty() || input.peek(Token![,]) {
        return Err(wanted(key.span()));
    }
    let Ok(equals) = input.parse::<Token![=]>() else { return Err(wanted(input.span())) };
    if input.is_empty() || input.peek(Token![,]) {
        return Err(wanted(equals.span));
    }
    let start = input.span();
    let value: Expr = input.parse().map_err(|_| wanted(start))?;
    let tokens = value.to_token_stream();
    read(peeled(&value)).map(|value| (value, tokens))
}

/// Literals that came through a `macro_rules!` parameter stand in invisible groups.
fn peeled(value: &Expr) -> &Expr {
    match value {
        Expr::Group(group) => peeled(&group.expr),
        other => other,
    }
}

fn bad(value: &Expr, message: impl std::fmt::Display) -> syn::Error {
    syn::Error::new_spanned(value, message)
}

fn limit(value: &Expr) -> syn::Result<Limit> {
    match value {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => literals::amount(&text.value())
            .map(Limit::Amount)
            .map_err(|message| bad(value, message)),
        Expr::Lit(ExprLit { lit: Lit::Int(_), .. }) => {
            whole_bytes(value, "limit").map(|bytes| Limit::Amount(Amount::Bytes(bytes)))
        }
        Expr::Lit(_) => {
            Err(bad(value, format_args!("this is not an amount of memory: write {LIMIT}")))
        }
        Expr::Unary(unary) if is_negative(unary) => {
            Err(bad(value, format_args!("a limit cannot be negative: write {LIMIT}")))
        }
        _ => Ok(Limit::Expr(Box::new(value.clone()))),
    }
}

fn is_negative(unary: &syn::ExprUnary) -> bool {
    matches!(unary.op, UnOp::Neg(_)) && matches!(*unary.expr, Expr::Lit(_))
}

/// `200_000_000`, plain bytes.
fn whole_bytes(value: &Expr, option: &str) -> syn::Result<u64> {
    let Expr::Lit(ExprLit { lit: Lit::Int(number), .. }) = value else {
        return Err(bad(value, format_args!(r#"write `{option} = "10MB"`"#)));
    };
    let suffix_is_known = matches!(number.suffix(), "" | "u32" | "u64" | "usize");
    number
        .base10_parse::<u64>()
        .ok()
        .filter(|_| suffix_is_known)
        .ok_or_else(|| bad(value, format_args!(r#"this is not a number of bytes: write `{option} = 200_000_000` or `{option} = "200MB"`"#)))
}

fn growth(value: &Expr) -> syn::Result<u64> {
    match value {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) if text.value().ends_with('%') => Err(bad(
            value,
            format_args!("growth is an amount, not a share of a limit: write {GROWTH}"),
        )),
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => {
            literals::size(&text.value()).map_err(|message| bad(value, message))
        }
        Expr::Lit(ExprLit { lit: Lit::Int(_), .. }) => whole_bytes(value, "growth"),
        _ => Err(bad(
            value,
            format_args!(
                "growth takes a size that is known when the program is built: write {GROWTH}"
            ),
        )),
    }
}

fn every(value: &Expr) -> syn::Result<Every> {
    match value {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => literals::duration(&text.value())
            .map(Every::Nanos)
            .map_err(|message| bad(value, message)),
        Expr::Lit(ExprLit { lit: Lit::Int(number), .. }) => match number.base10_parse::<u32>() {
            Ok(0) => Err(bad(
                value,
                "`every = 0` would never look: write `every = 1` for each call or turn",
            )),
            Ok(count) if number.suffix().is_empty() || number.suffix() == "u32" => {
                Ok(Every::Count(count))
            }
            _ => Err(bad(
                value,
                format_args!("this is not a number of calls or turns: write {EVERY}"),
            )),
        },
        _ => Err(bad(value, format_args!("write {EVERY}"))),
    }
}

fn on_exceed(value: &Expr) -> syn::Result<Action> {
    let refuse =
        || bad(value, format_args!("this is not something that can follow: write {ON_EXCEED}"));
    match value {
        Expr::Path(path) => {
            let Some(word) = path.path.get_ident() else {
                return Ok(Action::Handler(Box::new(path.clone())));
            };
            let word = word.to_string();
            match word.as_str() {
                "error" => Ok(Action::Error),
                "panic" => Ok(Action::Panic),
                "warn" => Ok(Action::Warn),
                // A function in scope may stand alone, but not one that looks like a mistyped word.
                _ if words::is_no_handler(&word) => Err(bad(value, no_handler(&word))),
                _ => Ok(Action::Handler(Box::new(path.clone()))),
            }
        }
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => {
            match words::nearest(&text.value(), words::ACTIONS) {
                Some(known) => {
                    Err(bad(value, format_args!("no quotes here: write `on_exceed = {known}`")))
                }
                None => Err(refuse()),
            }
        }
        Expr::Closure(_) => Err(bad(
            value,
            "a handler is named by its path: write a `fn(&MemoryLimitExceeded)` and `on_exceed = crate::shed`",
        )),
        _ => Err(refuse()),
    }
}

fn no_handler(word: &str) -> String {
    let guess = words::nearest(word, words::ACTIONS)
        .map_or_else(|| ".".to_owned(), |near| format!(": did you mean `{near}`?"));
    format!(
        "`{word}` looks like a mistyped word{guess} For a function of that name write `on_exceed = self::{word}`; else {ON_EXCEED}"
    )
}

fn name(value: &Expr) -> syn::Result<String> {
    match value {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) if !text.value().trim().is_empty() => {
            Ok(text.value())
        }
        _ => Err(bad(value, format_args!("a name is a text that is not empty: write {NAME}"))),
    }
}

fn krate(value: &Expr) -> syn::Result<Path> {
    match value {
        Expr::Path(ExprPath { qself: None, path, .. }) => {
            runtime_path::check(path)?;
            Ok(path.clone())
        }
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => {
            let shown = text.value();
            let shown = shown.trim_start_matches(':');
            Err(bad(value, format_args!("a path, without quotes: write `crate = ::{shown}`")))
        }
        _ => Err(syn::Error::new(value.span(), format_args!("write {CRATE}"))),
    }
}
