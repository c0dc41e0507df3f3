//! The thread structure: shared head, Go's fields, private tail with the allocation cache. Found at
//! fs:0. One worker thread so far.

use crate::mem::alloc::Cache;
use go_abi::layout::m::{M_SIZE, MHead};

/// A thread.
#[repr(C, align(64))]
pub(crate) struct M {
    pub(crate) head: MHead,
    go_fields: [u8; M_SIZE - size_of::<MHead>()],
    /// Assembly reads it at `fs:[M_SIZE]`.
    pub(crate) cache: Cache,
    /// Free save areas of asynchronous preemption.
    pub(crate) free_bufs: usize,
}

/// Offset of [`M::free_bufs`], for assembly.
pub(crate) const FREE_BUFS: usize = core::mem::offset_of!(M, free_bufs);

const _: () = assert!(core::mem::offset_of!(M, cache) == M_SIZE);

impl M {
    pub(crate) const fn new() -> M {
        // SAFETY: all fields of the head and Go's part are integers.
        let head: MHead = unsafe { core::mem::zeroed() };
        M { head, go_fields: [0; M_SIZE - size_of::<MHead>()], cache: Cache::new(), free_bufs: 0 }
    }
}

/// This thread's M.
#[inline]
pub(crate) fn current() -> *mut M {
    let m;
    // SAFETY: fs:0 is set before anything else runs.
    unsafe { core::arch::asm!("mov {}, fs:0", out(reg) m, options(nostack, pure, readonly)) };
    m
}
