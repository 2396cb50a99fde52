//! What the sites count.

mod calls;
mod growth;
mod never_run;
mod panics;
mod ported;
mod recursion;
mod tasks;
mod threads;
