//! placeholder
use crate::switch;
pub(crate) fn init() -> bool {
    if switch::state() == switch::UNKNOWN {
        switch::set(if std::env::var("MEMMACROS").is_ok_and(|v| v == "off") {
            switch::OFF
        } else {
            switch::ON
        })
    }
    switch::state() == switch::ON
}
pub(crate) fn verbose() -> bool {
    false
}
