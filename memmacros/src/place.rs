//! Owns what the surroundings of an annotation mean for it: names, defaults of `on_exceed`, what is refused.
//! Called by `memory_watched`, `watched_loop` and `watch`.
//! Never emits code.

use proc_macro2::Span;
use syn::ext::IdentExt as _;
use syn::{Attribute, FnArg, Ident, Signature, Type};

use crate::errors::Errors;
use crate::literals::Amount;
use crate::options::{Action, Limit, Options};
use crate::returns::{Returns, Shape};

/// Why a panic may not leave this function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoPanic {
    Abi,
    Drop,
}

impl NoPanic {
    pub(crate) fn why(self) -> &'static str {
        match self {
            Self::Abi => "a panic must not cross a foreign ABI",
            Self::Drop => "a panic in `drop` can abort the program",
        }
    }

    /// `is_drop`: the signature stands in `impl Drop`, or looks as if it did.
    pub(crate) fn of(signature: &Signature, is_drop: bool) -> Option<Self> {
        let foreign = signature
            .abi
            .as_ref()
            .is_some_and(|abi| abi.name.as_ref().is_none_or(|name| name.value() != "Rust"));
        if foreign {
            Some(Self::Abi)
        } else if is_drop || looks_like_drop(signature) {
            Some(Self::Drop)
        } else {
            None
        }
    }
}

/// A method does not see the head of its impl.
fn looks_like_drop(signature: &Signature) -> bool {
    signature.ident == "drop"
        && signature.inputs.len() == 1
        && signature.receiver().is_some_and(|receiver| {
            matches!(receiver.kind, syn::ReceiverKind::Reference(_, _, Some(_)))
        })
        && Returns::of(&signature.output).shape == Shape::Nothing
}

/// `unsafe fn alloc(&self, layout: Layout) -> *mut u8` and its three siblings.
pub(crate) fn looks_like_global_alloc(signature: &Signature) -> bool {
    let takes_layout = signature.inputs.iter().any(|input| {
        matches!(input, FnArg::Typed(typed)
            if matches!(&*typed.ty, Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == "Layout")))
    });
    matches!(signature.safety, syn::Safety::Unsafe(_))
        && takes_layout
        && signature.receiver().is_some()
        && ["alloc", "dealloc", "realloc", "alloc_zeroed"]
            .iter()
            .any(|name| signature.ident == name)
}

pub(crate) const IN_GLOBAL_ALLOC: &str = "`#[memory_watched]` inside `GlobalAlloc` would be called by the allocation that it makes: remove it, or write `#[memory_watched(skip)]` on the impl in a watched module";

/// `#[track_caller]` is lost where the body becomes a closure.
pub(crate) fn has_track_caller(attrs: &[Attribute]) -> bool {
    attrs.iter().any(|attr| attr.path().is_ident("track_caller"))
}

/// The body of a naked function is one assembly macro.
pub(crate) fn is_naked(attrs: &[Attribute]) -> bool {
    attrs.iter().any(|attr| {
        attr.path().is_ident("naked")
            || matches!(&attr.meta, syn::Meta::List(list)
                if attr.path().is_ident("unsafe") && list.tokens.to_string() == "naked")
    })
}

/// `r#type` is shown as `type`.
pub(crate) fn plain(ident: &Ident) -> String {
    ident.unraw().to_string()
}

/// What a loop or nested annotation takes from around it.
#[derive(Clone)]
pub(crate) struct Scope {
    /// `import_rows` or `Importer::run`, the head of the names of its loops. Empty under `watch!`.
    pub(crate) function: String,
    pub(crate) returns: Returns,
    pub(crate) is_async: bool,
    /// A constant, where nothing can be read at run time.
    pub(crate) is_const: bool,
    pub(crate) no_panic: Option<NoPanic>,
    /// The action that a loop follows, and whether anybody wrote it.
    pub(crate) action: (Action, bool),
    /// A limit with a value known at build time; an expression may name what a loop cannot see.
    pub(crate) limit: Option<Limit>,
    pub(crate) options: Options,
    /// Reached through an impl or module, so that nested functions warn too.
    pub(crate) is_reached: bool,
}

impl Scope {
    /// Inside a closure or an async block nobody knows what a limit error would be returned as.
    pub(crate) fn detached(&self, returns: Returns, is_async: bool) -> Self {
        let action = match &self.action {
            (action @ (Action::Panic | Action::Warn | Action::Handler(_)), true) => {
                (action.clone(), true)
            }
            _ => (Action::Warn, false),
        };
        Self { returns, is_async, action, ..self.clone() }
    }

    pub(crate) fn constant(&self) -> Self {
        Self { is_const: true, ..self.clone() }
    }

    /// A function inside, which nobody annotated: only its loops are watched, as in a bare `#[memory_watched]` one.
    pub(crate) fn nested(&self, signature: &Signature, prefix: Option<&str>) -> Self {
        let returns = Returns::of(&signature.output);
        let no_panic = NoPanic::of(signature, false);
        let action = default_action(&returns, no_panic, !self.is_reached);
        let options = Options { krate: self.options.krate.clone(), ..Options::default() };
        Self {
            function: qualified(prefix, &signature.ident),
            returns,
            is_async: signature.asyncness.is_some(),
            is_const: signature.constness.is_some(),
            no_panic,
            action: (action, false),
            limit: None,
            options,
            is_reached: self.is_reached,
        }
    }
}

pub(crate) fn qualified(prefix: Option<&str>, ident: &Ident) -> String {
    match prefix {
        Some(prefix) => format!("{prefix}::{}", plain(ident)),
        None => plain(ident),
    }
}

/// `error` where the function itself is annotated and returns a `Result`; else a panic, where that may leave it.
pub(crate) fn default_action(
    returns: &Returns,
    no_panic: Option<NoPanic>,
    is_direct: bool,
) -> Action {
    match (is_direct, returns.shape, no_panic) {
        (true, Shape::Result, _) => Action::Error,
        (false, ..) | (true, _, Some(_)) => Action::Warn,
        (true, _, None) => Action::Panic,
    }
}

/// Refuses a written action that this place cannot follow. `at` is the place itself, for what came from an impl or module.
pub(crate) fn check_action(
    options: &Options,
    returns: &Returns,
    no_panic: Option<NoPanic>,
    at: Span,
    errors: &mut Errors,
) {
    let Some(set) = &options.on_exceed else { return };
    let mut refuse = |why: String| {
        if set.inherited {
            errors.at(at, format_args!("{why}; write another `#[memory_watched(on_exceed = ..)]` or `#[memory_watched(skip)]` on this function"));
        } else {
            errors.on(&set.value_tokens, why);
        }
    };
    match &set.value {
        Action::Error if returns.cannot_carry() => refuse(
            "`on_exceed = error` needs a way out: return a `Result` or an `Option`, or write `on_exceed = panic`, `warn` or a handler".to_owned(),
        ),
        Action::Panic => {
            if let Some(no_panic) = no_panic {
                refuse(format!("{}: write `on_exceed = warn`, or a handler", no_panic.why()));
            }
        }
        _ => {}
    }
}

/// The limit that a loop takes over.
pub(crate) fn known_limit(limit: Option<&Limit>) -> Option<Limit> {
    match limit {
        Some(Limit::Amount(amount @ (Amount::Bytes(_) | Amount::Percent(_)))) => {
            Some(Limit::Amount(*amount))
        }
        _ => None,
    }
}
