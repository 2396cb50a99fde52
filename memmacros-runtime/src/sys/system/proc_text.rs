//! Owns reading the texts of /proc: `status`, `statm` and `meminfo`.
//! Called by the `System` trait's defaults and by the real system.
//! Never takes a line it does not understand for a 0.

use super::{PhysicalMemory, ProcessMemory};
use crate::bytes::ByteSize;

/// Reads `/proc/self/status`.
pub(super) fn status(text: &str) -> ProcessMemory {
    let mut memory = ProcessMemory::default();
    let (mut file, mut shmem) = (None, None);
    for (name, value) in lines(text) {
        match name {
            "VmHWM" => memory.peak_resident = kilobytes(value),
            "VmRSS" => memory.resident = kilobytes(value),
            "VmSize" => memory.virtual_size = kilobytes(value),
            "VmSwap" => memory.swap = kilobytes(value),
            "VmData" => memory.data = kilobytes(value),
            "VmPTE" => memory.page_tables = kilobytes(value),
            "RssAnon" => memory.anonymous = kilobytes(value),
            "RssFile" => file = kilobytes(value),
            "RssShmem" => shmem = kilobytes(value),
            "HugetlbPages" => memory.huge_pages = kilobytes(value),
            "Threads" => memory.threads = value.parse().ok(),
            _ => {}
        }
    }
    memory.shared = file.and_then(|file| file.checked_add(shmem?));
    memory
}

/// Reads `/proc/self/statm`, all of it or nothing.
pub(super) fn statm(text: &str, page: ByteSize) -> ProcessMemory {
    let mut numbers = text.split_ascii_whitespace().map(|number| number.parse::<u64>().ok());
    let mut next = || numbers.next().flatten();
    let (size, resident, shared) = (next(), next(), next());
    let whole = (0..4).all(|_| next().is_some()) && numbers.next().is_none();
    let bytes = |pages: Option<u64>| page.checked_mul(pages?).filter(|_| whole);
    ProcessMemory {
        virtual_size: bytes(size),
        // No page at all in RAM is what a process shows that has ended.
        resident: bytes(resident).filter(|bytes| *bytes > ByteSize::ZERO),
        shared: bytes(shared),
        ..ProcessMemory::default()
    }
}

/// Reads `/proc/meminfo`.
pub(super) fn meminfo(text: &str) -> PhysicalMemory {
    let mut memory = PhysicalMemory::default();
    for (name, value) in lines(text) {
        match name {
            "MemTotal" => memory.total = kilobytes(value),
            "MemAvailable" => memory.available = kilobytes(value),
            _ => {}
        }
    }
    memory
}

fn lines(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.lines().filter_map(|line| line.split_once(':')).map(|(name, value)| (name, value.trim()))
}

/// `1696 kB`, by which the kernel means KiB. The unit must be there.
fn kilobytes(value: &str) -> Option<ByteSize> {
    let number = value.strip_suffix("kB")?.trim_end();
    ByteSize::KIB.checked_mul(number.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_read() {
        let memory = status(
            "Name:\tVmRSS: x\nVmSize:\t    3060 kB\nVmHWM:\t    1696 kB\nVmRSS:\t 1600 kB\nRssAnon:\t 112 kB\n\
             RssFile:\t 1484 kB\nRssShmem:\t 4 kB\nVmData:\t 360 kB\nVmSwap:\t 0 kB\nThreads:\t3\n",
        );
        assert_eq!(memory.virtual_size, Some(ByteSize::new(3060 * 1024)));
        assert_eq!(memory.peak_resident, Some(ByteSize::new(1696 * 1024)));
        assert_eq!(memory.resident, Some(ByteSize::new(1600 * 1024)));
        assert_eq!(memory.shared, Some(ByteSize::new(1488 * 1024)));
        assert_eq!(memory.swap, Some(ByteSize::ZERO), "known to be none, which is not unknown");
        assert_eq!(memory.page_tables, None, "the line is missing");
        assert_eq!(memory.threads, Some(3));
    }

    #[test]
    fn garbage_is_unknown() {
        let memory =
            status("VmRSS:\t1600\nVmHWM:\t-5 kB\nVmSize: 18446744073709551615 kB\nVmSwap: kB\n");
        assert_eq!(memory, ProcessMemory::default());
        let page = ByteSize::new(4096);
        for text in ["", "1 2 3", "1 2 3 4 5 6 x", "1 2 3 4 5 6 7 8"] {
            assert_eq!(statm(text, page), ProcessMemory::default(), "{text:?}");
        }
        assert_eq!(statm("9 0 3 4 5 6 7\n", page).resident, None);
        assert_eq!(meminfo("MemTotal: lots\n"), PhysicalMemory::default());
    }

    #[test]
    fn the_exact_reading_wins_and_the_peak_is_never_below_it() {
        let rough = status("VmHWM:\t 40 kB\nVmRSS:\t 36 kB\nVmSize:\t 80 kB\n");
        let exact = rough.made_exact(&statm("30 11 3 4 5 6 7\n", ByteSize::new(4096)));
        assert_eq!(exact.resident, Some(ByteSize::new(45_056)));
        assert_eq!(exact.peak_resident, Some(ByteSize::new(45_056)));
        let unknown_peak = status("VmRSS:\t 36 kB\n").made_exact(&rough);
        assert_eq!(unknown_peak.peak_resident, None);
    }
}
