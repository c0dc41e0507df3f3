//! Clocks, through the vDSO when there is one.

use super::linux::*;
use crate::global::rt;

fn clock(id: usize) -> (i64, i64) {
    let mut ts = [0i64; 2];
    let f = rt().vdso_clock;
    if f != 0 {
        // SAFETY: the kernel's function of this signature.
        let f: extern "C" fn(i32, *mut i64) -> i32 = unsafe { core::mem::transmute(f) };
        if f(id as i32, ts.as_mut_ptr()) == 0 {
            return (ts[0], ts[1]);
        }
    }
    syscall(SYS_CLOCK_GETTIME, [id, ts.as_mut_ptr() as usize, 0, 0, 0, 0]);
    (ts[0], ts[1])
}

/// Wall clock: seconds and nanoseconds since 1970.
pub(crate) fn wall() -> (i64, i64) {
    clock(0)
}

/// Monotonic nanoseconds.
pub(crate) fn nano() -> i64 {
    let (s, n) = clock(1);
    s * 1_000_000_000 + n
}
