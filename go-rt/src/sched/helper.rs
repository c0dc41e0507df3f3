//! Helper threads for system calls that may block for long while the worker thread has other
//! goroutines to run. A helper runs no Go code and takes no signals.

use crate::arch::stubs::rt_clone;
use crate::os::{self, linux::*};
use core::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

const MAX: usize = 256;
const STACK: usize = 32 << 10;
const IDLE: u32 = 0;
const WORK: u32 = 1;

struct Mailbox {
    state: AtomicU32,
    wakefd: AtomicU32,
    req: AtomicUsize,
}

static BOXES: [Mailbox; MAX] =
    [const { Mailbox { state: AtomicU32::new(IDLE), wakefd: AtomicU32::new(0), req: AtomicUsize::new(0) } }; MAX];
static COUNT: AtomicUsize = AtomicUsize::new(0);

/// Hands the call `req` = (num, six arguments, done) to a helper. When it is finished the result is
/// in `req[0]`, then `req[7]` becomes 1 and `wakefd` is written. False: no helper could be had.
pub(crate) fn submit(req: *mut [usize; 8], wakefd: i32) -> bool {
    let n = COUNT.load(Ordering::Relaxed);
    let idle = BOXES[..n].iter().find(|b| b.state.load(Ordering::Acquire) == IDLE);
    let (b, fresh) = match idle {
        Some(b) => (b, false),
        None if n < MAX => (&BOXES[n], true),
        None => return false,
    };
    b.req.store(req as usize, Ordering::Relaxed);
    b.wakefd.store(wakefd as u32, Ordering::Relaxed);
    b.state.store(WORK, Ordering::Release);
    if !fresh {
        syscall(SYS_FUTEX, [&b.state as *const _ as usize, 129, 1, 0, 0, 0]);
        return true;
    }
    if start(b) {
        COUNT.store(n + 1, Ordering::Relaxed);
        return true;
    }
    b.state.store(IDLE, Ordering::Relaxed);
    false
}

fn start(b: &'static Mailbox) -> bool {
    let stack = os::map(STACK);
    if stack == 0 {
        return false;
    }
    let top = stack + STACK - 16;
    // SAFETY: the new stack is ours; the thread shares everything but it, and takes no signals.
    unsafe {
        *(top as *mut usize) = main as extern "C" fn(&'static Mailbox) -> ! as usize;
        *((top + 8) as *mut usize) = b as *const _ as usize;
        let (all, mut old) = (u64::MAX, 0u64);
        syscall(SYS_RT_SIGPROCMASK, [2, &raw const all as usize, &raw mut old as usize, 8, 0, 0]);
        let tid = rt_clone(0x50f00, top);
        syscall(SYS_RT_SIGPROCMASK, [2, &raw const old as usize, 0, 8, 0, 0]);
        if tid < 0 {
            os::unmap(stack, STACK);
            return false;
        }
    }
    true
}

extern "C" fn main(b: &'static Mailbox) -> ! {
    loop {
        while b.state.load(Ordering::Acquire) == IDLE {
            syscall(SYS_FUTEX, [&b.state as *const _ as usize, 128, IDLE as usize, 0, 0, 0]);
        }
        let req = b.req.load(Ordering::Relaxed) as *mut [usize; 8];
        let fd = b.wakefd.load(Ordering::Relaxed);
        // SAFETY: the caller keeps `req` alive until it has seen `req[7]`.
        unsafe {
            let r = &*req;
            let result = syscall(r[0], [r[1], r[2], r[3], r[4], r[5], r[6]]);
            (*req)[0] = result;
            b.state.store(IDLE, Ordering::Release);
            (*(&raw mut (*req)[7] as *const AtomicUsize)).store(1, Ordering::Release);
        }
        let one = 1u64;
        syscall(SYS_WRITE, [fd as usize, &raw const one as usize, 8, 0, 0, 0]);
    }
}
