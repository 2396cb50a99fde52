//! Owns `RealSystem`: the answers of the system that the program runs on.
//! Called by `capture()` of sample and headroom.
//! Never keeps a descriptor or an answer; each question is asked anew.

use std::io;
use std::time::Duration;

use super::{ProcessMemory, ResourceLimit, System};
use crate::bytes::ByteSize;
use crate::sys;

/// The system that the program runs on.
///
/// ```
/// use memmacros_runtime::{MemorySample, system::RealSystem};
///
/// let sample = MemorySample::capture_from(&RealSystem);
/// println!("{sample}");
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct RealSystem;

impl System for RealSystem {
    fn read_file(&self, path: &str) -> io::Result<String> {
        // Not `read_to_string`: names in cgroup paths need not be UTF-8, and the rest still counts.
        let bytes = std::fs::read(path)?;
        Ok(String::from_utf8(bytes)
            .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
    }

    fn resource_limit(&self, which: ResourceLimit) -> io::Result<Option<ByteSize>> {
        resource_limit(which)
    }

    fn page_size(&self) -> ByteSize {
        ByteSize::new(sys::page_size())
    }

    fn now(&self) -> Duration {
        sys::clock::elapsed()
    }

    /// Allocates nothing.
    #[cfg(target_os = "linux")]
    fn process_memory(&self) -> io::Result<ProcessMemory> {
        use std::io::Read as _;

        let light = sys::light();
        // A status is 1 to 3 KiB; what this room reads stands in the first half.
        let mut text = [0_u8; 4096];
        let mut length = 0;
        let status = std::fs::File::open("/proc/self/status").and_then(|mut file| {
            while let Some(rest) = text.get_mut(length..).filter(|rest| !rest.is_empty()) {
                match file.read(rest)? {
                    0 => break,
                    read => length += read,
                }
            }
            Ok(())
        });
        match status {
            Ok(()) => {
                let text = text.get(..length).unwrap_or_default();
                let memory = super::proc_text::status(valid_start(text));
                Ok(light.map_or(memory, |light| memory.made_exact(&light)))
            }
            Err(error) => light.map_err(|_| error),
        }
    }

    #[cfg(not(any(target_os = "linux", target_family = "wasm")))]
    fn process_memory(&self) -> io::Result<ProcessMemory> {
        sys::light().map_err(|error| io::Error::new(io::ErrorKind::Unsupported, error))
    }

    #[cfg(not(any(target_os = "linux", target_family = "wasm")))]
    fn physical_memory(&self) -> io::Result<super::PhysicalMemory> {
        Ok(sys::other::physical())
    }
}

/// The text up to the first byte that is not UTF-8, which a process's name may hold.
#[cfg(target_os = "linux")]
fn valid_start(text: &[u8]) -> &str {
    // The name is the first line and says nothing about memory.
    let text = text.iter().position(|byte| *byte == b'\n').and_then(|end| text.get(end..));
    let text = text.unwrap_or_default();
    match std::str::from_utf8(text) {
        Ok(text) => text,
        Err(error) => {
            text.get(..error.valid_up_to()).and_then(|text| str::from_utf8(text).ok()).unwrap_or("")
        }
    }
}

#[cfg(all(unix, not(any(target_os = "openbsd"))))]
#[expect(unsafe_code, reason = "libc's getrlimit")]
fn resource_limit(which: ResourceLimit) -> io::Result<Option<ByteSize>> {
    let which = match which {
        ResourceLimit::AddressSpace => libc::RLIMIT_AS,
        ResourceLimit::Data => libc::RLIMIT_DATA,
    };
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: `limit` is room for one rlimit, borrowed for the call.
    if unsafe { libc::getrlimit(which, &raw mut limit) } != 0 {
        return Err(io::Error::last_os_error());
    }
    // Signed on some systems, so by way of a type that holds both.
    let bytes = u64::try_from(i128::from(limit.rlim_cur)).unwrap_or(u64::MAX);
    Ok((limit.rlim_cur != libc::RLIM_INFINITY).then(|| ByteSize::new(bytes)))
}

#[cfg(not(all(unix, not(any(target_os = "openbsd")))))]
fn resource_limit(_which: ResourceLimit) -> io::Result<Option<ByteSize>> {
    Ok(None)
}
