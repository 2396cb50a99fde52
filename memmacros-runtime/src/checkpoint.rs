//! placeholder
pub(crate) fn mark(_: crate::site::Place, _: u64, _: std::fmt::Arguments<'_>) {}
