//! `memory_watched` on iterators and streams, and the rows of watched loops.

mod iterator;
mod rows;
mod stream;
