//! Watched futures: what they are, when they look, how they end.

mod checks;
mod endings;
mod nature;
