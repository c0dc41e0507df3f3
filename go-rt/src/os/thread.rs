//! Threads that run runtime code only: no Go, no signals, no M.

/// Starts a thread running `f(arg)`; false when the system refuses.
///
/// # Safety
/// `arg` means what `f` expects, for as long as the thread lives.
#[cfg(freestanding)]
pub(crate) unsafe fn spawn(f: fn(usize) -> !, arg: usize) -> bool {
    use super::linux::*;
    const STACK: usize = 32 << 10;
    let stack = super::map(STACK);
    if stack == 0 {
        return false;
    }
    let top = stack + STACK - 16;
    // SAFETY: the new stack is ours; the thread shares everything but it, and takes no signals.
    unsafe {
        *(top as *mut usize) = trampoline as extern "C" fn(usize) -> ! as usize;
        *((top + 8) as *mut usize) = stack;
        *(stack as *mut usize) = f as usize;
        *((stack + 8) as *mut usize) = arg;
        let (all, mut old) = (u64::MAX, 0u64);
        syscall(SYS_RT_SIGPROCMASK, [2, &raw const all as usize, &raw mut old as usize, 8, 0, 0]);
        let tid = crate::arch::stubs::rt_clone(0x50f00, top);
        syscall(SYS_RT_SIGPROCMASK, [2, &raw const old as usize, 0, 8, 0, 0]);
        if tid < 0 {
            super::unmap(stack, STACK);
        }
        tid >= 0
    }
}

#[cfg(freestanding)]
extern "C" fn trampoline(start: usize) -> ! {
    // SAFETY: `spawn` left function and argument at the low end of the stack.
    unsafe {
        let f = (start as *const fn(usize) -> !).read();
        let arg = ((start + 8) as *const usize).read();
        f(arg)
    }
}

/// The host's threads, for tests.
///
/// # Safety
/// As above.
#[cfg(not(freestanding))]
pub(crate) unsafe fn spawn(f: fn(usize) -> !, arg: usize) -> bool {
    std::thread::spawn(move || f(arg));
    true
}
