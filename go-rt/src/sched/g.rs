//! Goroutine structures: the shared head (go-abi), Go's fields, and the runtime's private tail.
//! They live outside the heap, are never unmapped, and are reused.

use super::stack::{self, StackSeg};
use crate::global::rt;
use go_abi::layout::g::{G_SIZE, GHead, flags, status};

/// A goroutine.
#[repr(C)]
pub(crate) struct G {
    pub(crate) head: GHead,
    go_fields: [u8; G_SIZE - size_of::<GHead>()],
    /// Save areas of asynchronous preemptions, innermost first (`preempt::SaveArea`).
    pub(crate) preempt_buf: usize,
    /// Its first stack segment.
    pub(crate) first_seg: *mut StackSeg,
    pub(crate) next_free: *mut G,
    pad: [usize; 5],
}

/// Offset of [`G::preempt_buf`], for assembly.
pub(crate) const PREEMPT_BUF: usize = core::mem::offset_of!(G, preempt_buf);

/// A goroutine, with a first segment of `stack` bytes unless it is a recycled one, ready to enter `runtime.gostart`; null when memory is out. Go's fields are zero.
pub(crate) fn new(startfn: usize, stack: usize) -> *mut G {
    let rt = rt();
    let mut g = rt.free_g;
    // SAFETY: free list and fresh memory hold whole G records; the G belongs to nobody yet.
    unsafe {
        if g.is_null() {
            g = rt.heap.pages.meta.alloc(size_of::<G>(), 64) as *mut G;
            if g.is_null() {
                return g;
            }
            (*g).first_seg = stack::alloc(stack);
            if (*g).first_seg.is_null() {
                return core::ptr::null_mut();
            }
            (*g).head.alllink = rt.all_g as usize;
            rt.all_g = g;
        } else {
            rt.free_g = (*g).next_free;
            let all = (*g).head.alllink;
            crate::os::zero(g as usize, G_SIZE);
            (*g).head.alllink = all;
        }
        let seg = (*g).first_seg;
        (*seg).prev = core::ptr::null_mut();
        (*seg).cum = (*seg).size;
        (*g).head.seg = seg as usize;
        (*g).head.stack_lo = (*seg).stack_lo;
        (*g).head.startfn = startfn;
        rt.goid += 1;
        (*g).head.goid = rt.goid;
        (*g).head.status = status::IDLE;
        // As if called from address 0, with an empty frame chain.
        let sp = seg as usize - 8;
        *(sp as *mut usize) = 0;
        (*g).head.sched_sp = sp;
        (*g).head.sched_bp = 0;
        (*g).head.sched_pc = &raw const crate::arch::stubs::go_gostart as usize;
    }
    g
}

/// Puts a finished goroutine on the free list.
///
/// # Safety
/// `g` runs nowhere and is in no queue.
pub(crate) unsafe fn free(g: *mut G) {
    let rt = rt();
    // SAFETY: per the caller.
    unsafe {
        let first = (*g).first_seg;
        stack::free_chain((*first).next);
        (*first).next = core::ptr::null_mut();
        (*g).head.seg = first as usize;
        (*g).head.status = status::DEAD;
        (*g).head.flags &= !flags::ASYNC_PREEMPTED;
        (*g).preempt_buf = 0;
        (*g).next_free = rt.free_g;
    }
    rt.free_g = g;
}
