//! Helper threads for system calls that may block for long while the worker thread has other
//! goroutines to run. A helper runs no Go code and takes no signals.

use crate::os::{self, linux::*};
use core::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

const MAX: usize = 256;
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
        os::futex_wake(&b.state, 1);
        return true;
    }
    // SAFETY: mailboxes are static.
    if unsafe { os::thread::spawn(main, b as *const Mailbox as usize) } {
        COUNT.store(n + 1, Ordering::Relaxed);
        return true;
    }
    b.state.store(IDLE, Ordering::Relaxed);
    false
}

fn main(b: usize) -> ! {
    // SAFETY: `submit` passes a mailbox of the static array.
    let b = unsafe { &*(b as *const Mailbox) };
    loop {
        while b.state.load(Ordering::Acquire) == IDLE {
            os::futex_wait(&b.state, IDLE);
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
