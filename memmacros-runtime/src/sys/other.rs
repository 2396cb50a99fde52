//! Owns the readings of systems other than Linux, through the sysinfo crate.
//! Called by memory.rs and the real system there, and by tests on Linux.
//! Never keeps sysinfo's state between two readings, so that no lock is needed.

use sysinfo::{MemoryRefreshKind, Pid, ProcessRefreshKind, ProcessesToUpdate, System};

use super::system::{PhysicalMemory, ProcessMemory};
use crate::bytes::ByteSize;

/// What this process uses. sysinfo shows 0 where it cannot tell, which no running process uses.
pub(super) fn process() -> Option<ProcessMemory> {
    let pid = Pid::from_u32(std::process::id());
    let mut system = System::new().ok()?;
    let kind = ProcessRefreshKind::nothing().with_memory().without_tasks();
    system.refresh_processes_specifics(ProcessesToUpdate::Some(&[pid]), false, kind);
    let process = system.process(pid)?;
    let resident = known(process.memory());
    let virtual_size = known(process.virtual_memory());
    // The two are not read at the same moment.
    let peak_resident = peak().max(peak().and(resident));
    resident.map(|_| ProcessMemory {
        resident,
        peak_resident,
        virtual_size,
        ..ProcessMemory::default()
    })
}

/// sysinfo does not tell the peak, `getrusage` does.
#[cfg(unix)]
#[expect(unsafe_code, reason = "libc's getrusage")]
fn peak() -> Option<ByteSize> {
    // macOS counts bytes, all others KiB (each one's getrusage(2)).
    let unit = if cfg!(target_vendor = "apple") { 1 } else { 1024 };
    let mut usage = std::mem::MaybeUninit::<libc::rusage>::zeroed();
    // SAFETY: `usage` is room for one rusage, borrowed for the call; all zero is a valid one.
    let peak = unsafe {
        if libc::getrusage(libc::RUSAGE_SELF, usage.as_mut_ptr()) != 0 {
            return None;
        }
        usage.assume_init().ru_maxrss
    };
    u64::try_from(peak).ok()?.checked_mul(unit).and_then(known)
}

#[cfg(not(unix))]
fn peak() -> Option<ByteSize> {
    None
}

/// The RAM of the machine.
pub(super) fn physical() -> PhysicalMemory {
    let Ok(mut system) = System::new() else {
        return PhysicalMemory::default();
    };
    system.refresh_memory_specifics(MemoryRefreshKind::nothing().with_ram());
    let total = known(system.total_memory());
    let available = total.and(known(system.available_memory()));
    PhysicalMemory { total, available }
}

fn known(bytes: u64) -> Option<ByteSize> {
    (bytes > 0).then(|| ByteSize::new(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sysinfo_agrees_with_the_system() {
        let memory = process().expect("sysinfo knows this process");
        let resident = memory.resident.expect("known");
        let exact = ByteSize::new(crate::sys::resident_bytes().expect("readable"));
        let apart = resident.as_u64().abs_diff(exact.as_u64());
        assert!(apart < 64 << 20, "sysinfo says {resident}, the system {exact}");
        assert!(memory.virtual_size >= memory.resident);
        assert!(cfg!(not(unix)) || memory.peak_resident >= memory.resident);
        assert_eq!(memory.swap, None, "sysinfo does not tell a process's swap");
    }

    #[test]
    fn sysinfo_knows_the_machine() {
        let memory = physical();
        assert!(memory.total > Some(ByteSize::new(64 << 20)));
        assert!(memory.available <= memory.total);
    }
}
