//! Goroutine stacks: chains of segments that never move. Segments come in powers of two out of
//! reserved regions; a segment's record sits at its *top*, since code without entry check may run
//! below `stack_lo`.

use super::g::G;
use super::size::next_size;
use crate::arch::stubs;
use crate::global::rt;
use crate::os;
use go_abi::layout::g::{STACK_LIMIT, STACK_MIN, STACK_PREEMPT, STACK_SLACK};

/// Record at the top of a segment; its address is the first stack pointer of the segment. Assembly
/// reads `prev` (0) and `stack_lo` (32).
#[repr(C, align(16))]
pub(crate) struct StackSeg {
    /// Segment that this one continues.
    pub(crate) prev: *mut StackSeg,
    /// Segment that continued this one last time, kept.
    pub(crate) next: *mut StackSeg,
    /// Lowest address.
    pub(crate) base: usize,
    /// Bytes including this record.
    pub(crate) size: usize,
    /// Limit for entry checks.
    pub(crate) stack_lo: usize,
    /// Stack pointer in `prev` while this segment runs.
    pub(crate) prev_sp: usize,
    /// Bytes of this and all earlier segments.
    pub(crate) cum: usize,
    /// Free segments: memory already returned to the system.
    released: usize,
}

const _: () = assert!(size_of::<StackSeg>() == super::size::RECORD);

const MIN_SHIFT: usize = STACK_MIN.trailing_zeros() as usize;
const CLASSES: usize = 20;
/// Free segments of this size and more give their memory back after a collection.
const RELEASE_MIN: usize = 64 << 10;
/// Address space taken at once.
const REGION: usize = 128 << 30;
/// When the system refuses that.
const SMALL_REGION: usize = 64 << 20;
/// Bytes of a guard page.
const GUARD: usize = 4096;
/// Room kept for the fatal message when the limit is hit.
const LAST_SEG: usize = 256 << 10;

/// Free segments and the region they come from.
pub(crate) struct Stacks {
    cur: usize,
    end: usize,
    free: [*mut StackSeg; CLASSES],
    /// Bytes in segments of goroutines.
    pub(crate) inuse: usize,
    /// Bytes ever carved.
    pub(crate) sys: usize,
    /// Limit per goroutine.
    pub(crate) limit: usize,
    /// A page that nobody may touch lies below each segment: writes below the stack fault instead of
    /// reaching a neighbour. For debugging; costs two pages and a system call for each new segment.
    pub(crate) guard: bool,
}

impl Stacks {
    pub(crate) const fn new() -> Stacks {
        Stacks { cur: 0, end: 0, free: [core::ptr::null_mut(); CLASSES], inuse: 0, sys: 0, limit: STACK_LIMIT, guard: false }
    }
}

const fn class(size: usize) -> usize {
    size.trailing_zeros() as usize - MIN_SHIFT
}

/// A segment of `size` bytes (a power of two, at least `STACK_MIN`); null when memory is out.
pub(crate) fn alloc(size: usize) -> *mut StackSeg {
    let st = &mut rt().stacks;
    let c = class(size);
    if c >= CLASSES {
        return core::ptr::null_mut();
    }
    let seg = st.free[c];
    // SAFETY: free lists hold whole segments; carved memory is ours.
    unsafe {
        if !seg.is_null() {
            st.free[c] = (*seg).next;
            st.inuse += size;
            (*seg).next = core::ptr::null_mut();
            (*seg).released = 0;
            return seg;
        }
        let guard = if st.guard { 2 * GUARD } else { 0 };
        if st.end - st.cur < size + guard {
            let mut want = REGION;
            let mut p = os::reserve(0, want);
            if p == 0 {
                want = SMALL_REGION.max(size + guard);
                p = os::reserve(0, want);
                if p == 0 {
                    return core::ptr::null_mut();
                }
            }
            os::no_huge_pages(p, want);
            st.cur = (p + 63) & !63;
            st.end = p + want;
            if st.end - st.cur < size + guard {
                return core::ptr::null_mut();
            }
        }
        if st.guard {
            let page = (st.cur + GUARD - 1) & !(GUARD - 1);
            os::forbid(page, GUARD);
            st.cur = page + GUARD;
        }
        let base = st.cur;
        st.cur += size;
        st.sys += size;
        st.inuse += size;
        let seg = (base + size - size_of::<StackSeg>()) as *mut StackSeg;
        *seg = StackSeg {
            prev: core::ptr::null_mut(),
            next: core::ptr::null_mut(),
            base,
            size,
            stack_lo: base + STACK_SLACK,
            prev_sp: 0,
            cum: size,
            released: 0,
        };
        seg
    }
}

/// Frees a segment and those kept behind it.
///
/// # Safety
/// Nobody runs on them.
pub(crate) unsafe fn free_chain(mut seg: *mut StackSeg) {
    let st = &mut rt().stacks;
    while !seg.is_null() {
        // SAFETY: per the caller.
        unsafe {
            let next = (*seg).next;
            let c = class((*seg).size);
            st.inuse -= (*seg).size;
            (*seg).next = st.free[c];
            st.free[c] = seg;
            seg = next;
        }
    }
}

/// After a collection: drops spare segments behind the current ones, returns the memory of free
/// segments of 64 KiB and more.
pub(crate) fn trim() {
    let rt = rt();
    let mut g = rt.all_g;
    while !g.is_null() {
        // SAFETY: all goroutines are stopped; `seg` is null or their current segment.
        unsafe {
            let seg = (*g).head.seg as *mut StackSeg;
            if !seg.is_null() && !(*seg).next.is_null() {
                let next = (*seg).next;
                (*seg).next = core::ptr::null_mut();
                free_chain(next);
            }
            g = (*g).head.alllink as *mut G;
        }
    }
    for c in class(RELEASE_MIN)..CLASSES {
        let mut s = rt.stacks.free[c];
        while !s.is_null() {
            // SAFETY: free segments; the page of the record stays.
            unsafe {
                if (*s).released != 0 {
                    break;
                }
                let lo = ((*s).base + 4095) & !4095;
                let hi = (s as usize) & !4095;
                os::discard(lo, hi - lo);
                (*s).released = 1;
                s = (*s).next;
            }
        }
    }
}

/// Called by `runtime.morestack` on the system stack. Returns the stack pointer to call
/// `g.morestack_fn` on; or 0: try again as is; or 1: preemption wanted, then try again.
///
/// # Safety
/// `g` is the current goroutine and stands in `runtime.morestack`.
pub(crate) unsafe extern "C" fn morestack(g: *mut G, entry_sp: usize) -> usize {
    // SAFETY: per the caller; the chain of segments is the goroutine's.
    unsafe {
        let seg = (*g).head.seg as *mut StackSeg;
        if (*g).head.stack_lo == STACK_PREEMPT {
            (*g).head.stack_lo = (*seg).stack_lo;
            if (*g).head.morestack_sp >= (*seg).stack_lo {
                return if may_yield() { 1 } else { 0 };
            }
        }
        let frame = entry_sp.wrapping_sub((*g).head.morestack_sp);
        let need = frame + super::size::MARGIN;
        let next = (*seg).next;
        if !next.is_null() {
            if (*next).size >= need && (*next).cum <= rt().stacks.limit {
                return enter(g, seg, next);
            }
            (*seg).next = core::ptr::null_mut();
            free_chain(next);
        }
        let size = next_size((*seg).size, frame);
        if (*seg).cum + size > rt().stacks.limit {
            overflow(g, seg);
        }
        let next = alloc(size);
        if next.is_null() {
            crate::api::fatal_on_g(g, b"out of memory (goroutine stack)");
        }
        (*next).prev = seg;
        (*next).cum = (*seg).cum + size;
        (*seg).next = next;
        enter(g, seg, next)
    }
}

unsafe fn enter(g: *mut G, _from: *mut StackSeg, next: *mut StackSeg) -> usize {
    // SAFETY: `next` follows the current segment of `g`.
    unsafe {
        (*next).prev_sp = (*g).head.sched_sp;
        (*g).head.seg = next as usize;
        (*g).head.stack_lo = (*next).stack_lo;
    }
    next as usize
}

fn may_yield() -> bool {
    let m = super::m::current();
    // SAFETY: this thread's M.
    unsafe { (*m).head.locks == 0 }
}

unsafe fn overflow(g: *mut G, seg: *mut StackSeg) -> ! {
    // SAFETY: per the caller.
    unsafe {
        os::print(b"runtime: goroutine stack exceeds ");
        os::print_dec(rt().stacks.limit);
        os::print(b"-byte limit\nruntime: sp=");
        os::print_hex((*g).head.morestack_sp);
        os::print(b" stack=[");
        os::print_hex((*seg).base);
        os::print(b", ");
        os::print_hex((*seg).base + (*seg).size);
        os::print(b"]\n");
        let last = alloc(LAST_SEG);
        if !last.is_null() {
            (*last).prev = seg;
            (*last).cum = 0;
            let sp = enter(g, seg, last);
            (*g).head.sched_sp = sp;
        }
        rt().stacks.limit = usize::MAX;
        crate::api::fatal_on_g(g, b"stack overflow")
    }
}

/// Makes the segment that holds `sp` the current one, for a jump to an older frame.
///
/// # Safety
/// `g` is current; `sp` lies in one of its active segments.
pub(crate) unsafe fn cut_to(g: *mut G, sp: usize) {
    // SAFETY: per the caller.
    unsafe {
        let mut seg = (*g).head.seg as *mut StackSeg;
        while !seg.is_null() {
            if sp >= (*seg).base && sp < (*seg).base + (*seg).size {
                (*g).head.seg = seg as usize;
                (*g).head.stack_lo = (*seg).stack_lo;
                return;
            }
            seg = (*seg).prev;
        }
    }
    os::die("runtime: resumeframe: frame is on no stack segment\n");
}

/// Calls `f` with each active range (sp, top) of a stopped goroutine's stack.
///
/// # Safety
/// `g` is stopped, `sched_sp` is valid.
pub(crate) unsafe fn ranges(g: *const G, mut f: impl FnMut(usize, usize)) {
    // SAFETY: per the caller.
    unsafe {
        let mut seg = (*g).head.seg as *mut StackSeg;
        let mut sp = (*g).head.sched_sp;
        while !seg.is_null() {
            let sp_in = sp.max((*seg).base);
            if sp_in < seg as usize {
                f(sp_in, seg as usize);
            }
            sp = (*seg).prev_sp;
            seg = (*seg).prev;
        }
    }
}

/// Whether the 16 bytes at `p` lie in one of the goroutine's active segments.
///
/// # Safety
/// `g` is valid.
pub(crate) unsafe fn owns(g: *const G, p: usize) -> bool {
    // SAFETY: per the caller.
    unsafe {
        let mut seg = (*g).head.seg as *const StackSeg;
        while !seg.is_null() {
            if p >= (*seg).base && p + 16 <= seg as usize {
                return true;
            }
            seg = (*seg).prev;
        }
        false
    }
}

/// The segment of `g` holding `sp`, if it is the current one and leaves `room` bytes below.
///
/// # Safety
/// `g` is valid.
pub(crate) unsafe fn on_current(g: *const G, sp: usize, room: usize) -> bool {
    // SAFETY: per the caller.
    unsafe {
        let seg = (*g).head.seg as *const StackSeg;
        !seg.is_null() && sp >= (*seg).base + room && sp <= seg as usize
    }
}

/// Keeps the stubs module linked in (its code calls into this one).
#[allow(dead_code, reason = "address only")]
pub(crate) const STUBS: *const u8 = &raw const stubs::rt_morestack_start;
