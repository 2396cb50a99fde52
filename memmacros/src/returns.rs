//! Owns what a signature says about the value that comes back: can it carry a limit error?
//! Called by `memory_watched`, `watched_loop` and `watch`.
//! Never guesses: a type that only the compiler knows is `Unknown`, and the runtime's traits judge it.

use proc_macro2::Span;
use syn::spanned::Spanned as _;
use syn::visit_mut::{self, VisitMut};
use syn::{GenericArgument, PathArguments, ReturnType, Type, TypeInfer, TypeParamBound, TypePath};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// `()` or nothing written.
    Nothing,
    /// `!`
    Never,
    /// The last segment of the path is `Result`.
    Result,
    Option,
    /// Surely neither of them: `u32`, `&str`, a tuple.
    Other,
    Unknown,
}

#[derive(Clone)]
pub(crate) struct Returns {
    pub(crate) shape: Shape,
    /// `None` where nothing is written, or where it is not known (closures).
    pub(crate) ty: Option<Type>,
}

/// Types of the prelude and of std that nobody names for an alias of `Result`.
const OTHER: &[&str] = &[
    "bool", "char", "str", "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64",
    "i128", "isize", "f32", "f64", "String", "Vec", "Box", "Rc", "Arc", "HashMap", "BTreeMap",
    "HashSet", "BTreeSet", "VecDeque", "Duration", "Instant", "PathBuf", "ExitCode",
];

impl Returns {
    pub(crate) fn unknown() -> Self {
        Self { shape: Shape::Unknown, ty: None }
    }

    pub(crate) fn of(output: &ReturnType) -> Self {
        match output {
            ReturnType::Default => Self { shape: Shape::Nothing, ty: None },
            ReturnType::Type(_, ty) => Self::of_type((**ty).clone()),
        }
    }

    /// A closure without a written type returns whatever its body gives.
    pub(crate) fn of_closure(output: &ReturnType) -> Self {
        match output {
            ReturnType::Default => Self::unknown(),
            ReturnType::Type(..) => Self::of(output),
        }
    }

    pub(crate) fn of_type(ty: Type) -> Self {
        Self { shape: shape(&ty), ty: Some(ty) }
    }

    /// Where a mismatch with a limit error is to be underlined: the written type.
    pub(crate) fn span(&self) -> Option<Span> {
        let ty = self.ty.as_ref()?;
        // On stable a span covers one token; the last name says more than `std`.
        let place = match ty {
            Type::Path(path) => path.path.segments.last().map(|last| last.ident.span()),
            _ => None,
        };
        Some(Span::mixed_site().located_at(place.unwrap_or_else(|| ty.span())))
    }

    pub(crate) fn cannot_carry(&self) -> bool {
        matches!(self.shape, Shape::Nothing | Shape::Never | Shape::Other)
    }

    /// The type with every `impl Trait` left to inference, as expressions and closures need it.
    pub(crate) fn inferable(&self) -> Option<Type> {
        let mut ty = self.ty.clone()?;
        EraseImpl.visit_type_mut(&mut ty);
        Some(ty)
    }
}

fn shape(ty: &Type) -> Shape {
    match ty {
        Type::Never(_) => Shape::Never,
        Type::Tuple(tuple) if tuple.elems.is_empty() => Shape::Nothing,
        Type::Group(group) => shape(&group.elem),
        Type::Paren(paren) => shape(&paren.elem),
        Type::Path(TypePath { qself: None, path, .. }) => match path.segments.last() {
            Some(last) if last.ident == "Result" => Shape::Result,
            Some(last) if last.ident == "Option" => Shape::Option,
            Some(last) if OTHER.iter().any(|name| last.ident == name) => Shape::Other,
            _ => Shape::Unknown,
        },
        Type::Array(_)
        | Type::FnPtr(_)
        | Type::ImplTrait(_)
        | Type::Ptr(_)
        | Type::Reference(_)
        | Type::Slice(_)
        | Type::TraitObject(_)
        | Type::Tuple(_) => Shape::Other,
        _ => Shape::Unknown,
    }
}

struct EraseImpl;

impl VisitMut for EraseImpl {
    fn visit_type_mut(&mut self, ty: &mut Type) {
        if let Type::ImplTrait(erased) = ty {
            *ty = Type::Infer(TypeInfer {
                attrs: Vec::new(),
                underscore_token: syn::Token![_](erased.impl_token.span),
            });
        } else {
            visit_mut::visit_type_mut(self, ty);
        }
    }
}

/// `T` of `Pin<Box<dyn Future<Output = T>>>`, `BoxFuture<'_, T>` and `impl Future<Output = T>`:
/// what an async body returns after `async_trait` and its like have boxed it.
pub(crate) fn future_output(output: &ReturnType) -> Option<Type> {
    match output {
        ReturnType::Type(_, ty) => output_of(ty),
        ReturnType::Default => None,
    }
}

fn output_of(ty: &Type) -> Option<Type> {
    match ty {
        Type::Group(group) => output_of(&group.elem),
        Type::Paren(paren) => output_of(&paren.elem),
        Type::ImplTrait(bounds) => bounds.bounds.iter().find_map(output_of_bound),
        Type::TraitObject(bounds) => bounds.bounds.iter().find_map(output_of_bound),
        Type::Path(TypePath { qself: None, path, .. }) => {
            let last = path.segments.last()?;
            let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
            let last_type = arguments.args.iter().rev().find_map(|argument| match argument {
                GenericArgument::Type(ty) => Some(ty),
                _ => None,
            })?;
            match last.ident.to_string().as_str() {
                "Pin" | "Box" => output_of(last_type),
                "BoxFuture" | "LocalBoxFuture" => Some(last_type.clone()),
                _ => None,
            }
        }
        _ => None,
    }
}

fn output_of_bound(bound: &TypeParamBound) -> Option<Type> {
    let TypeParamBound::Trait(bound) = bound else { return None };
    let last = bound.path.segments.last().filter(|last| last.ident == "Future")?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::AssocType(assoc) if assoc.ident == "Output" => Some(assoc.ty.clone()),
        _ => None,
    })
}
