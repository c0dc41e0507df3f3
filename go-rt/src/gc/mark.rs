//! Marking: a stack of grey objects feeding a short first-in-first-out ring, so that an object's
//! memory is on its way into the cache before it is scanned. One marker per thread; while several
//! work (`gc::par`), mark bits are set atomically and surplus grey objects go to a shared pool.

use super::par::{CHUNK, Shared};
use crate::mem::alloc::Heap;
use crate::mem::sizeclass::HEADER_MIN;
use crate::mem::span::{Span, SpanState};
use crate::mem::special::SpecialKind;
use crate::mem::typ::Type;
use crate::os;
use core::sync::atomic::{AtomicU64, Ordering};

const RING: usize = 32;

#[derive(Clone, Copy)]
pub(super) struct Grey {
    /// Start of the object's slot.
    pub(super) base: usize,
    pub(super) span: *mut Span,
}

/// State of one marking phase.
pub(crate) struct Marker<'h> {
    heap: *mut Heap,
    /// Where surplus work goes, when several threads mark.
    pub(super) shared: Option<&'h Shared>,
    lo: usize,
    len: usize,
    stack: *mut Grey,
    depth: usize,
    cap: usize,
    ring: [Grey; RING],
    ring_head: usize,
    ring_len: usize,
    /// Bytes of root ranges scanned.
    pub(crate) root_bytes: usize,
}

impl<'h> Marker<'h> {
    /// A marker for `heap`, which nobody changes (but for mark bits) while markers exist.
    ///
    /// # Safety
    /// `heap` is valid for the marker's life.
    pub(crate) unsafe fn new(heap: *mut Heap, shared: Option<&'h Shared>) -> Self {
        let cap = (256 << 10) / size_of::<Grey>();
        let stack = os::map(cap * size_of::<Grey>()) as *mut Grey;
        if stack.is_null() {
            os::die("runtime: cannot allocate mark stack\n");
        }
        // SAFETY: per the caller.
        let (lo, len) = unsafe { ((*heap).pages.lo, (*heap).pages.top - (*heap).pages.lo) };
        let none = Grey { base: 0, span: core::ptr::null_mut() };
        Marker {
            heap,
            shared,
            lo,
            len,
            stack,
            depth: 0,
            cap,
            ring: [none; RING],
            ring_head: 0,
            ring_len: 0,
            root_bytes: 0,
        }
    }

    /// Releases the marker's memory.
    pub(crate) fn finish(self) {
        os::unmap(self.stack as usize, self.cap * size_of::<Grey>());
    }

    /// Scans a root range conservatively and counts it for pacing.
    ///
    /// # Safety
    /// The range is readable.
    pub(crate) unsafe fn scan_root(&mut self, lo: usize, hi: usize) {
        self.root_bytes += hi - lo;
        // SAFETY: per the caller.
        unsafe { self.scan_range(lo, hi) }
    }

    /// Scans `lo..hi` conservatively: every word may be a pointer.
    ///
    /// # Safety
    /// The range is readable.
    pub(crate) unsafe fn scan_range(&mut self, lo: usize, hi: usize) {
        let mut p = (lo + 7) & !7;
        while p + 8 <= hi {
            // SAFETY: per the caller.
            let w = unsafe { *(p as *const usize) };
            if w.wrapping_sub(self.lo) < self.len {
                self.mark(w);
            }
            p += 8;
        }
    }

    /// Marks the object that `p` points into, if any.
    #[inline]
    pub(crate) fn mark(&mut self, p: usize) {
        // SAFETY: the heap is valid and its shape fixed; `find` gives valid pairs.
        unsafe {
            let Some((s, i)) = (*self.heap).find(p) else { return };
            let (b, m) = (*s).bits_of(i);
            if self.shared.is_none() {
                if (*b).alloc & m == 0 || (*b).mark & m != 0 {
                    return;
                }
                (*b).mark |= m;
            } else {
                let mark = &*(&raw const (*b).mark as *const AtomicU64);
                if (*b).alloc & m == 0 || mark.load(Ordering::Relaxed) & m != 0 {
                    return;
                }
                if mark.fetch_or(m, Ordering::Relaxed) & m != 0 {
                    return;
                }
            }
            if !(*s).noscan {
                self.push(Grey { base: (*s).base + i * (*s).elem_size, span: s });
            }
        }
    }

    #[inline]
    pub(super) fn push(&mut self, g: Grey) {
        if self.depth == self.cap {
            self.grow();
        }
        // SAFETY: depth < cap.
        unsafe { *self.stack.add(self.depth) = g };
        self.depth += 1;
    }

    #[cold]
    fn grow(&mut self) {
        let bytes = self.cap * size_of::<Grey>();
        let p = os::remap(self.stack as usize, bytes, bytes * 2);
        if p == 0 {
            os::die("runtime: cannot grow mark stack\n");
        }
        self.stack = p as *mut Grey;
        self.cap *= 2;
    }

    /// Scans until nothing is grey.
    pub(crate) fn drain(&mut self) {
        loop {
            while self.ring_len < RING && self.depth > 0 {
                self.depth -= 1;
                // SAFETY: below the old depth.
                let g = unsafe { *self.stack.add(self.depth) };
                os::prefetch(g.base);
                self.ring[(self.ring_head + self.ring_len) % RING] = g;
                self.ring_len += 1;
            }
            if self.ring_len == 0 {
                return;
            }
            if let Some(shared) = self.shared
                && self.depth >= 64
                && shared.hungry()
            {
                self.donate(shared);
            }
            let g = self.ring[self.ring_head];
            self.ring_head = (self.ring_head + 1) % RING;
            self.ring_len -= 1;
            // SAFETY: grey objects are allocated objects of in-use spans with pointers.
            unsafe { self.scan_object(g) };
        }
    }

    /// Hands out old entries (whose subgraphs tend to be large) or, from a long stack, new ones.
    #[cold]
    fn donate(&mut self, shared: &Shared) {
        let n = (self.depth / 2).min(CHUNK);
        // SAFETY: n ≤ depth entries of the stack.
        unsafe {
            if self.depth <= 4096 {
                if shared.give(self.stack, n) {
                    core::ptr::copy(self.stack.add(n), self.stack, self.depth - n);
                    self.depth -= n;
                }
            } else if shared.give(self.stack.add(self.depth - n), n) {
                self.depth -= n;
            }
        }
    }

    #[inline]
    unsafe fn word(&mut self, p: usize) {
        // SAFETY: per the caller, `p` is inside an object.
        let w = unsafe { *(p as *const usize) };
        if w.wrapping_sub(self.lo) < self.len {
            // SAFETY: the heap outlives the marker.
            if unsafe { (*self.heap).verify } {
                self.check(p, w);
            }
            self.mark(w);
        }
    }

    unsafe fn scan_object(&mut self, g: Grey) {
        // SAFETY: per the caller; the bitmap covers the heap plus one word; headers hold valid types.
        unsafe {
            let s = &*g.span;
            if s.state == SpanState::Large {
                return self.scan_typed(g.base, s.elem_size, s.large_typ as *const Type);
            }
            if s.elem_size > HEADER_MIN {
                let typ = *(g.base as *const *const Type);
                return self.scan_typed(g.base + 8, s.elem_size - 8, typ);
            }
            let w = (g.base - self.lo) >> 3;
            let n = s.elem_size / 8;
            let q = (*self.heap).heap_bits.add(w >> 6);
            let mut bits = *q >> (w & 63);
            if w & 63 != 0 {
                bits |= *q.add(1) << (64 - (w & 63));
            }
            if n < 64 {
                bits &= (1 << n) - 1;
            }
            while bits != 0 {
                self.word(g.base + bits.trailing_zeros() as usize * 8);
                bits &= bits - 1;
            }
        }
    }

    unsafe fn scan_typed(&mut self, base: usize, len: usize, typ: *const Type) {
        // SAFETY: `base..base+len` is an object made of values of `typ`; a null type (slot whose
        // allocation was cut short) has no contents yet.
        unsafe {
            if typ.is_null() {
                return;
            }
            let typ = &*typ;
            let (size, prefix) = (typ.size, typ.ptr_bytes);
            if size == 0 || prefix == 0 {
                return;
            }
            let end = base + len;
            if size == 8 || typ.on_demand() {
                if size == 8 {
                    return self.scan_words(base, end);
                }
                let mut at = base;
                while at < end {
                    self.scan_range(at, (at + prefix).min(end));
                    at += size;
                }
                return;
            }
            let mut at = base;
            while at < end {
                let mut chunk = 0;
                while chunk * 512 < prefix {
                    let mut bits = typ.mask(chunk);
                    let from = at + chunk * 512;
                    while bits != 0 {
                        let p = from + bits.trailing_zeros() as usize * 8;
                        if p + 8 > end {
                            return;
                        }
                        self.word(p);
                        bits &= bits - 1;
                    }
                    chunk += 1;
                }
                at += size;
            }
        }
    }

    unsafe fn scan_words(&mut self, lo: usize, hi: usize) {
        let mut p = lo;
        while p < hi {
            // SAFETY: per the caller.
            unsafe { self.word(p) };
            p += 8;
        }
    }

    /// Records waiting for Go's finalizer goroutine.
    pub(crate) fn queue_roots(&mut self) {
        // SAFETY: the heap outlives the marker.
        let queue = unsafe { &(*self.heap).queue };
        for i in 0..queue.len {
            let q = queue.at(i);
            self.mark(q.object);
            self.mark(q.rec);
        }
    }

    /// Records attached to objects, and all that an object with finalizer refers to (not itself).
    pub(crate) fn special_roots(&mut self) {
        // SAFETY: the heap outlives the marker.
        let mut s = unsafe { (*self.heap).special_spans };
        while !s.is_null() {
            // SAFETY: the list holds in-use spans with valid records.
            unsafe {
                let mut x = (*s).specials;
                while !x.is_null() {
                    self.mark((*x).rec);
                    if (*x).kind == SpecialKind::Finalizer && !(*s).noscan {
                        let base = (*s).base + (*x).index as usize * (*s).elem_size;
                        self.scan_object(Grey { base, span: s });
                    }
                    x = (*x).next;
                }
                s = (*s).next_special;
            }
        }
    }

    /// A pointer found in a heap object must not lead into free pages.
    #[cold]
    fn check(&mut self, at: usize, p: usize) {
        // SAFETY: the heap outlives the marker.
        let s = unsafe { (*self.heap).pages.entry(p) };
        // SAFETY: table entries are span records.
        let ok = !s.is_null() && unsafe { p < (*s).base || p >= (*s).end() || (*s).in_use() };
        if !ok {
            os::print(b"runtime: pointer ");
            os::print_hex(p);
            os::print(b" in heap word ");
            os::print_hex(at);
            os::print(b" leads to free memory\n");
            os::die("fatal error: found bad pointer in Go heap\n");
        }
    }
}
