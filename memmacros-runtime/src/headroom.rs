//! placeholder until merged
use crate::bytes::ByteSize;
pub(crate) fn limit_now() -> Option<ByteSize> {
    None
}
