//! Each program of this folder is an example; this library is empty.
