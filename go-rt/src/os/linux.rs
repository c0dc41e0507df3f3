//! Linux system calls on x86-64: numbers, constants, the one instruction.

pub(crate) const SYS_WRITE: usize = 1;
pub(crate) const SYS_MMAP: usize = 9;
pub(crate) const SYS_MUNMAP: usize = 11;
pub(crate) const SYS_RT_SIGACTION: usize = 13;
pub(crate) const SYS_RT_SIGPROCMASK: usize = 14;
pub(crate) const SYS_SCHED_YIELD: usize = 24;
pub(crate) const SYS_MPROTECT: usize = 10;
pub(crate) const SYS_MREMAP: usize = 25;
pub(crate) const SYS_MADVISE: usize = 28;
pub(crate) const SYS_GETPID: usize = 39;
pub(crate) const SYS_TGKILL: usize = 234;
pub(crate) const SYS_GETTIMEOFDAY: usize = 96;
pub(crate) const SYS_SIGALTSTACK: usize = 131;
pub(crate) const SYS_ARCH_PRCTL: usize = 158;
pub(crate) const SYS_GETTID: usize = 186;
pub(crate) const SYS_FUTEX: usize = 202;
pub(crate) const SYS_SCHED_GETAFFINITY: usize = 204;
pub(crate) const SYS_TIMER_CREATE: usize = 222;
pub(crate) const SYS_TIMER_SETTIME: usize = 223;
pub(crate) const SYS_CLOCK_GETTIME: usize = 228;
pub(crate) const SYS_EXIT_GROUP: usize = 231;

pub(crate) const PROT_READ: usize = 1;
pub(crate) const PROT_WRITE: usize = 2;
pub(crate) const MAP_PRIVATE: usize = 2;
pub(crate) const MAP_ANON: usize = 0x20;
pub(crate) const MAP_NORESERVE: usize = 0x4000;

/// A system call; what the kernel left in rax.
#[inline]
pub(crate) fn syscall(num: usize, a: [usize; 6]) -> usize {
    let r;
    // SAFETY: the instruction itself touches only the named registers; what the call does is the
    // caller's business (all callers are in this crate and pass memory they own).
    unsafe {
        core::arch::asm!("syscall", inlateout("rax") num => r, in("rdi") a[0], in("rsi") a[1], in("rdx") a[2],
            in("r10") a[3], in("r8") a[4], in("r9") a[5], lateout("rcx") _, lateout("r11") _, options(nostack));
    }
    r
}

/// Whether a result stands for an error.
pub(crate) fn is_error(r: usize) -> bool {
    r > usize::MAX - 4095
}

/// Maps memory; address or error.
pub(crate) fn mmap(hint: usize, len: usize, prot: usize, flags: usize) -> usize {
    syscall(SYS_MMAP, [hint, len, prot, flags, usize::MAX, 0])
}
