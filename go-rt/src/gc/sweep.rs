//! Sweeping: dead objects become free slots, empty spans free pages, specials of dead objects act.
//! Works on metadata only; object memory is cleared when it is handed out again.

use crate::mem::alloc::{Heap, SLOTS};
use crate::mem::span::{Span, SpanState};
use crate::mem::special::{Queued, SpecialKind};
use crate::os;

/// Sweeps the whole heap after marking; recomputes `heap.live`.
pub(crate) fn sweep(heap: &mut Heap) {
    specials(heap);
    for sc in 0..SLOTS {
        heap.partial[sc] = (core::ptr::null_mut(), core::ptr::null_mut());
    }
    let mut live = 0;
    let mut at = heap.pages.lo;
    while at < heap.pages.top {
        let s = heap.pages.entry(at);
        // SAFETY: `at` is the base of a run; its end is read before the record can change.
        unsafe {
            at = (*s).end();
            match (*s).state {
                SpanState::Small => live += small(heap, s),
                SpanState::Large => live += large(heap, s),
                SpanState::Free | SpanState::Unused => {}
            }
        }
    }
    heap.live = live;
}

unsafe fn small(heap: &mut Heap, s: *mut Span) -> usize {
    // SAFETY: `s` is an in-use small span in no cache.
    unsafe {
        let sc = (*s).class as usize * 2 + (*s).noscan as usize;
        let (mut alloc, mut live) = (0, 0);
        for w in 0..(*s).words() {
            let b = (*s).bits.add(w);
            alloc += (*b).alloc.count_ones();
            if heap.verify {
                poison(s, w, (*b).alloc & !(*b).mark);
            }
            (*b).alloc = (*b).mark;
            live += (*b).mark.count_ones();
            (*b).mark = 0;
        }
        let freed = alloc - live;
        heap.counters.frees[sc] += freed as u64;
        if freed > 0 {
            (*s).zeroed = false;
        }
        (*s).free_index = 0;
        if live == 0 {
            heap.free_span(s);
        } else if live < (*s).nelems {
            (*s).next = core::ptr::null_mut();
            let (head, tail) = &mut heap.partial[sc];
            if head.is_null() {
                *head = s;
            } else {
                (**tail).next = s;
            }
            *tail = s;
        }
        live as usize * (*s).elem_size
    }
}

unsafe fn large(heap: &mut Heap, s: *mut Span) -> usize {
    // SAFETY: `s` is an in-use large span.
    unsafe {
        let bytes = (*s).elem_size;
        if (*(*s).bits).mark != 0 {
            (*(*s).bits).mark = 0;
            return bytes;
        }
        heap.counters.large_frees += 1;
        heap.counters.large_free_bytes += bytes as u64;
        if heap.verify {
            os::fill((*s).base, bytes, 0xdb);
        }
        (*s).zeroed = false;
        heap.free_span(s);
        0
    }
}

unsafe fn poison(s: *mut Span, word: usize, mut dead: u64) {
    while dead != 0 {
        let i = word * 64 + dead.trailing_zeros() as usize;
        dead &= dead - 1;
        // SAFETY: object `i` of `s` is dead.
        unsafe { os::fill((*s).base + i * (*s).elem_size, (*s).elem_size, 0xdb) };
    }
}

/// Lets the specials of unmarked objects act; rebuilds the list of spans that have specials.
fn specials(heap: &mut Heap) {
    let mut s = heap.special_spans;
    heap.special_spans = core::ptr::null_mut();
    while !s.is_null() {
        // SAFETY: the list holds in-use spans.
        unsafe {
            let next = (*s).next_special;
            one_span(heap, s);
            if (*s).specials.is_null() {
                (*s).on_special_list = false;
            } else {
                (*s).next_special = heap.special_spans;
                heap.special_spans = s;
            }
            s = next;
        }
    }
}

unsafe fn one_span(heap: &mut Heap, s: *mut Span) {
    // SAFETY: `s` is in use, its records are valid; bits cover their indices. Records are prepended,
    // so the queue is filled from a pass in attachment order by ids.
    unsafe {
        let marked = |i: u32| {
            let (b, m) = (*s).bits_of(i as usize);
            (*b).mark & m != 0
        };
        // Objects with a finalizer live once more; their weak handles are cleared all the same.
        let mut keep_bits = false;
        let mut x = (*s).specials;
        while !x.is_null() {
            if !marked((*x).index) {
                keep_bits = true;
                break;
            }
            x = (*x).next;
        }
        if !keep_bits {
            return;
        }
        let has_finalizer = |i: u32| {
            let mut y = (*s).specials;
            while !y.is_null() {
                if (*y).index == i && (*y).kind == SpecialKind::Finalizer {
                    return true;
                }
                y = (*y).next;
            }
            false
        };
        // Pass 1: act, remembering what goes by clearing `ptr`.
        let mut x = (*s).specials;
        while !x.is_null() {
            if !marked((*x).index) {
                let kept = has_finalizer((*x).index);
                match (*x).kind {
                    SpecialKind::Weak => {
                        *((*x).rec as *mut usize) = 0;
                        (*x).ptr = 0;
                    }
                    SpecialKind::Finalizer => {
                        heap.queue.push(Queued { kind: 0, object: (*x).ptr, rec: (*x).rec });
                        (*x).ptr = 0;
                    }
                    SpecialKind::Cleanup if !kept => {
                        heap.queue.push(Queued { kind: 1, object: 0, rec: (*x).rec });
                        (*x).ptr = 0;
                    }
                    SpecialKind::Cleanup => {}
                }
            }
            x = (*x).next;
        }
        // Pass 2: resurrect, then drop the records that acted.
        let mut x = (*s).specials;
        while !x.is_null() {
            if (*x).kind == SpecialKind::Finalizer && (*x).ptr == 0 {
                let (b, m) = (*s).bits_of((*x).index as usize);
                (*b).mark |= m;
            }
            x = (*x).next;
        }
        heap.retain_specials(s, |x| x.ptr != 0);
    }
}
