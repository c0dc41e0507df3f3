//! The operating system, as thin functions over system calls. `linux` holds the calls themselves.

pub(crate) mod linux;
#[cfg(freestanding)]
pub(crate) mod signal;
pub(crate) mod thread;
#[cfg(freestanding)]
pub(crate) mod time;
#[cfg(freestanding)]
pub(crate) mod vdso;

use linux::*;

/// Zeroed private memory; 0 on failure.
pub(crate) fn map(len: usize) -> usize {
    ok(mmap(0, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON))
}

/// Address space backed on first touch, not counted against overcommit; 0 on failure.
pub(crate) fn reserve(hint: usize, len: usize) -> usize {
    ok(mmap(hint, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON | MAP_NORESERVE))
}

/// Releases a mapping.
pub(crate) fn unmap(p: usize, len: usize) {
    syscall(SYS_MUNMAP, [p, len, 0, 0, 0, 0]);
}

/// Moves and resizes a mapping; 0 on failure.
pub(crate) fn remap(p: usize, old: usize, new: usize) -> usize {
    ok(syscall(SYS_MREMAP, [p, old, new, 1, 0, 0]))
}

/// Gives the memory behind whole pages back; they read as zero afterwards.
pub(crate) fn discard(p: usize, len: usize) -> bool {
    syscall(SYS_MADVISE, [p, len, 4, 0, 0, 0]) == 0
}

/// Makes whole pages fault when touched.
pub(crate) fn forbid(p: usize, len: usize) {
    syscall(SYS_MPROTECT, [p, len, 0, 0, 0, 0]);
}

/// Sleeps while `word` holds `value`.
pub(crate) fn futex_wait(word: &core::sync::atomic::AtomicU32, value: u32) {
    syscall(SYS_FUTEX, [word.as_ptr() as usize, 128, value as usize, 0, 0, 0]);
}

/// Wakes up to `n` sleepers on `word`.
pub(crate) fn futex_wake(word: &core::sync::atomic::AtomicU32, n: i32) {
    syscall(SYS_FUTEX, [word.as_ptr() as usize, 129, n as usize, 0, 0, 0]);
}

/// Lets other threads have the processor.
pub(crate) fn yield_now() {
    syscall(SYS_SCHED_YIELD, [0; 6]);
}

/// Processors that this process may use.
pub(crate) fn cpus() -> u32 {
    let mut mask = [0u64; 128];
    let n = syscall(SYS_SCHED_GETAFFINITY, [0, 1024, mask.as_mut_ptr() as usize, 0, 0, 0]);
    if is_error(n) { 1 } else { mask.iter().map(|w| w.count_ones()).sum() }
}

/// Keeps the kernel from backing a region with huge pages.
pub(crate) fn no_huge_pages(p: usize, len: usize) {
    syscall(SYS_MADVISE, [p, len, 15, 0, 0, 0]);
}

fn ok(r: usize) -> usize {
    if is_error(r) { 0 } else { r }
}

/// Fills memory with zeros.
///
/// # Safety
/// The caller owns `p..p+len`.
#[inline]
pub(crate) unsafe fn zero(p: usize, len: usize) {
    // SAFETY: per the caller.
    unsafe { core::ptr::write_bytes(p as *mut u8, 0, len) }
}

/// Fills memory with a byte.
///
/// # Safety
/// The caller owns `p..p+len`.
pub(crate) unsafe fn fill(p: usize, len: usize, byte: u8) {
    // SAFETY: per the caller.
    unsafe { core::ptr::write_bytes(p as *mut u8, byte, len) }
}

/// Asks for the cache line at `p`.
#[inline]
pub(crate) fn prefetch(p: usize) {
    // SAFETY: prefetching never faults.
    unsafe { core::arch::x86_64::_mm_prefetch::<{ core::arch::x86_64::_MM_HINT_T0 }>(p as *const i8) }
}

/// Writes to standard error.
pub(crate) fn print(s: &[u8]) {
    syscall(SYS_WRITE, [2, s.as_ptr() as usize, s.len(), 0, 0, 0]);
}

/// Writes a number to standard error, as 0x….
pub(crate) fn print_hex(v: usize) {
    let mut buf = [0u8; 18];
    let mut i = buf.len();
    let mut v = v;
    loop {
        i -= 1;
        buf[i] = b"0123456789abcdef"[v & 15];
        v >>= 4;
        if v == 0 {
            break;
        }
    }
    buf[i - 1] = b'x';
    buf[i - 2] = b'0';
    print(&buf[i - 2..]);
}

/// Writes a decimal number to standard error.
pub(crate) fn print_dec(v: usize) {
    let mut buf = [0u8; 20];
    let mut i = buf.len();
    let mut v = v;
    loop {
        i -= 1;
        buf[i] = b'0' + (v % 10) as u8;
        v /= 10;
        if v == 0 {
            break;
        }
    }
    print(&buf[i..]);
}

/// Prints a message and ends the process with status 2.
pub(crate) fn die(msg: &str) -> ! {
    print(msg.as_bytes());
    exit(2)
}

/// Ends the process.
pub(crate) fn exit(code: usize) -> ! {
    loop {
        syscall(SYS_EXIT_GROUP, [code, 0, 0, 0, 0, 0]);
    }
}
