//! placeholder
use crate::bytes::*;
use crate::event::Event;
use crate::site::Place;
pub(crate) fn dispatch(e: &Event<'_>) {
    eprintln!("{e:?}");
}
pub(crate) fn loop_row(_: Place, _: u64, _: ByteSize, _: ByteDelta) {}
