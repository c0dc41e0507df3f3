//! The page heap: runs of 8 KiB pages inside one reserved region. Two-level segregated free lists
//! (good fit in constant time), boundary entries in the page table for joining neighbours, release
//! of free runs to the system. Knows nothing of objects.

use super::sizeclass::{PAGE, PAGE_SHIFT};
use super::span::{Span, SpanState};
use crate::os;

const SL: usize = 16;
const FL: usize = 28;
/// Pages taken from the untouched part of the region at once.
const GROW: usize = 64;

/// Metadata memory: zeroed, never freed.
pub(crate) struct Persistent {
    cur: usize,
    end: usize,
    /// Bytes obtained from the system.
    pub(crate) sys: usize,
}

impl Persistent {
    pub(crate) const fn new() -> Self {
        Persistent { cur: 0, end: 0, sys: 0 }
    }

    /// `size` zeroed bytes; 0 when the system has no memory.
    pub(crate) fn alloc(&mut self, size: usize, align: usize) -> usize {
        let align = align.max(8);
        let p = (self.cur + align - 1) & !(align - 1);
        if self.cur != 0 && p + size <= self.end {
            self.cur = p + size;
            return p;
        }
        if size >= 64 << 10 {
            let len = (size + 4095) & !4095;
            self.sys += len;
            return os::map(len);
        }
        let len = 256 << 10;
        let m = os::map(len);
        if m == 0 {
            return 0;
        }
        self.sys += len;
        self.cur = m;
        self.end = m + len;
        self.alloc(size, align)
    }
}

/// The page heap.
pub(crate) struct Pages {
    /// First address of the region.
    pub(crate) lo: usize,
    /// End of the reserved region.
    pub(crate) hi: usize,
    /// End of the part ever used.
    pub(crate) top: usize,
    /// Span per page. For pages inside a free run entries may be stale; users check the span's range.
    pub(crate) table: *mut *mut Span,
    free: [[*mut Span; SL]; FL],
    fl_map: u32,
    sl_map: [u16; FL],
    spare: *mut Span,
    /// Pages in free runs.
    pub(crate) free_pages: usize,
    /// Of those, pages the system holds no memory for.
    pub(crate) released_pages: usize,
    pub(crate) meta: Persistent,
}

fn bin(n: usize) -> (usize, usize) {
    if n < SL {
        (0, n)
    } else {
        let l = usize::BITS as usize - 1 - n.leading_zeros() as usize;
        (l - 3, (n >> (l - 4)) & (SL - 1))
    }
}

impl Pages {
    pub(crate) const fn new() -> Self {
        Pages {
            lo: 0,
            hi: 0,
            top: 0,
            table: core::ptr::null_mut(),
            free: [[core::ptr::null_mut(); SL]; FL],
            fl_map: 0,
            sl_map: [0; FL],
            spare: core::ptr::null_mut(),
            free_pages: 0,
            released_pages: 0,
            meta: Persistent::new(),
        }
    }

    /// Reserves the region (`want` bytes, less when the system refuses) and its page table.
    pub(crate) fn init(&mut self, hint: usize, want: usize) -> bool {
        let mut size = want;
        loop {
            let p = os::reserve(hint, size + PAGE);
            if p != 0 {
                self.lo = (p + PAGE - 1) & !(PAGE - 1);
                self.hi = self.lo + size;
                break;
            }
            size /= 2;
            if size < 64 << 20 {
                return false;
            }
        }
        self.top = self.lo;
        self.table = os::reserve(0, (size >> PAGE_SHIFT) * 8) as *mut *mut Span;
        !self.table.is_null()
    }

    #[inline]
    pub(crate) fn index(&self, addr: usize) -> usize {
        (addr - self.lo) >> PAGE_SHIFT
    }

    /// The span record of the page holding `addr`, which must lie in `lo..top`; may be stale or null.
    #[inline]
    pub(crate) fn entry(&self, addr: usize) -> *mut Span {
        // SAFETY: `addr` is inside the region, the table has an entry per page of it.
        unsafe { *self.table.add(self.index(addr)) }
    }

    pub(crate) fn new_span(&mut self) -> *mut Span {
        let s = self.spare;
        if !s.is_null() {
            // SAFETY: `spare` links unused records made below.
            unsafe {
                self.spare = (*s).next;
                core::ptr::write(s, Span::empty());
            }
            return s;
        }
        let s = self.meta.alloc(core::mem::size_of::<Span>(), 64) as *mut Span;
        if !s.is_null() {
            // SAFETY: fresh zeroed memory of the right size.
            unsafe { core::ptr::write(s, Span::empty()) };
        }
        s
    }

    fn drop_span(&mut self, s: *mut Span) {
        // SAFETY: `s` came from `new_span` and is in no list.
        unsafe {
            (*s).state = SpanState::Unused;
            (*s).next = self.spare;
        }
        self.spare = s;
    }

    fn insert(&mut self, s: *mut Span) {
        // SAFETY: `s` is a free run owned by the caller; list heads are valid records or null.
        unsafe {
            let n = (*s).npages;
            (*s).state = SpanState::Free;
            let (f, l) = bin(n);
            let head = self.free[f][l];
            (*s).next = head;
            (*s).prev = core::ptr::null_mut();
            if !head.is_null() {
                (*head).prev = s;
            }
            self.free[f][l] = s;
            self.fl_map |= 1 << f;
            self.sl_map[f] |= 1 << l;
            let i = self.index((*s).base);
            *self.table.add(i) = s;
            *self.table.add(i + n - 1) = s;
            self.free_pages += n;
            if (*s).zeroed {
                self.released_pages += n;
            }
        }
    }

    fn unlink(&mut self, s: *mut Span) {
        // SAFETY: `s` is in the list of its bin.
        unsafe {
            let n = (*s).npages;
            let (f, l) = bin(n);
            if (*s).prev.is_null() {
                self.free[f][l] = (*s).next;
                if (*s).next.is_null() {
                    self.sl_map[f] &= !(1 << l);
                    if self.sl_map[f] == 0 {
                        self.fl_map &= !(1 << f);
                    }
                }
            } else {
                (*(*s).prev).next = (*s).next;
            }
            if !(*s).next.is_null() {
                (*(*s).next).prev = (*s).prev;
            }
            (*s).next = core::ptr::null_mut();
            (*s).prev = core::ptr::null_mut();
            self.free_pages -= n;
            if (*s).zeroed {
                self.released_pages -= n;
            }
        }
    }

    fn find(&mut self, n: usize) -> *mut Span {
        // First bin all of whose runs are long enough.
        let rounded = if n < SL {
            n
        } else {
            let l = usize::BITS as usize - 1 - n.leading_zeros() as usize;
            n + (1 << (l - 4)) - 1
        };
        let (mut f, l) = bin(rounded);
        let mut sl = self.sl_map[f] & (!0u16).checked_shl(l as u32).unwrap_or(0);
        if sl == 0 {
            let fl = self.fl_map & (!0u32).checked_shl(f as u32 + 1).unwrap_or(0);
            if fl == 0 {
                return core::ptr::null_mut();
            }
            f = fl.trailing_zeros() as usize;
            sl = self.sl_map[f];
        }
        self.free[f][sl.trailing_zeros() as usize]
    }

    fn grow(&mut self, n: usize) -> bool {
        let want = n.max(GROW);
        let avail = (self.hi - self.top) >> PAGE_SHIFT;
        let take = if avail >= want {
            want
        } else if avail >= n {
            avail
        } else {
            return false;
        };
        let s = self.new_span();
        if s.is_null() {
            return false;
        }
        // SAFETY: `s` is a fresh record; the pages `top..` are unused and zero.
        unsafe {
            (*s).base = self.top;
            (*s).npages = take;
            (*s).zeroed = true;
        }
        self.top += take << PAGE_SHIFT;
        self.free_run(s);
        true
    }

    /// A run of exactly `n` pages as a span record in state `Unused`; its table entries all set.
    /// `zeroed` tells whether its memory is zero. Null when memory is out.
    pub(crate) fn alloc(&mut self, n: usize) -> *mut Span {
        if n > (self.hi - self.lo) >> PAGE_SHIFT {
            return core::ptr::null_mut();
        }
        let mut s = self.find(n);
        if s.is_null() {
            if !self.grow(n) {
                return s;
            }
            s = self.find(n);
            if s.is_null() {
                // `find` rounds up; the run just made is exact and sits at the end of the region.
                s = self.entry(self.top - 1);
            }
        }
        self.unlink(s);
        // SAFETY: `s` is a free run of at least `n` pages, now in no list.
        unsafe {
            if (*s).npages > n {
                let rest = self.new_span();
                if !rest.is_null() {
                    (*rest).base = (*s).base + (n << PAGE_SHIFT);
                    (*rest).npages = (*s).npages - n;
                    (*rest).zeroed = (*s).zeroed;
                    (*s).npages = n;
                    self.insert(rest);
                }
            }
            (*s).state = SpanState::Unused;
            let i = self.index((*s).base);
            for k in 0..(*s).npages {
                *self.table.add(i + k) = s;
            }
        }
        s
    }

    /// Gives the run `s` back, joined with free neighbours. The record is the heap's afterwards.
    pub(crate) fn free_run(&mut self, s: *mut Span) {
        // SAFETY: `s` describes pages that nobody uses; the neighbours' boundary entries are exact.
        unsafe {
            if (*s).base > self.lo {
                let p = self.entry((*s).base - 1);
                if !p.is_null() && (*p).state == SpanState::Free && (*p).end() == (*s).base {
                    self.unlink(p);
                    (*s).base = (*p).base;
                    (*s).npages += (*p).npages;
                    (*s).zeroed &= (*p).zeroed;
                    self.drop_span(p);
                }
            }
            let end = (*s).end();
            if end < self.top {
                let q = self.entry(end);
                if !q.is_null() && (*q).state == SpanState::Free && (*q).base == end {
                    self.unlink(q);
                    (*s).npages += (*q).npages;
                    (*s).zeroed &= (*q).zeroed;
                    self.drop_span(q);
                }
            }
        }
        self.insert(s);
    }

    /// Returns free memory to the system until at most `keep` bytes of free pages are resident.
    pub(crate) fn release(&mut self, keep: usize) {
        let mut resident = (self.free_pages - self.released_pages) << PAGE_SHIFT;
        for f in (0..FL).rev() {
            for l in (0..SL).rev() {
                let mut s = self.free[f][l];
                while !s.is_null() {
                    if resident <= keep {
                        return;
                    }
                    // SAFETY: `s` is a free run: nobody reads its pages.
                    unsafe {
                        if !(*s).zeroed && os::discard((*s).base, (*s).npages << PAGE_SHIFT) {
                            (*s).zeroed = true;
                            self.released_pages += (*s).npages;
                            resident -= (*s).npages << PAGE_SHIFT;
                        }
                        s = (*s).next;
                    }
                }
            }
        }
    }

    /// Calls `f` for each run of pages in address order, free or not.
    #[cfg(test)]
    pub(crate) fn for_each(&self, mut f: impl FnMut(*mut Span)) {
        let mut at = self.lo;
        while at < self.top {
            let s = self.entry(at);
            // SAFETY: `at` is the base of a run, whose first entry is exact; read before `f` may free it.
            at = unsafe { (*s).end() };
            f(s);
        }
    }

    /// Bytes of the region in use by the system's count: everything ever touched.
    pub(crate) fn sys(&self) -> usize {
        self.top - self.lo
    }

    /// Page size for callers that only see this module.
    pub(crate) const PAGE: usize = PAGE;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_split_and_join() {
        let mut p = Pages::new();
        assert!(p.init(0, 256 << 20));
        let mut x = 12345u64;
        let mut live: Vec<(*mut Span, usize, usize)> = Vec::new();
        for _ in 0..20_000 {
            x = x.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            if live.len() > 50 && x >> 63 == 0 {
                let (s, base, n) = live.swap_remove((x >> 33) as usize % live.len());
                unsafe {
                    assert_eq!(((*s).base, (*s).npages), (base, n));
                    (*s).zeroed = false;
                }
                p.free_run(s);
            } else {
                let n = 1 + (x >> 40) as usize % 70;
                let s = p.alloc(n);
                assert!(!s.is_null());
                let base = unsafe { (*s).base };
                for (_, b, m) in &live {
                    assert!(base + n * PAGE <= *b || *b + m * PAGE <= base);
                }
                live.push((s, base, n));
            }
        }
        let used: usize = live.iter().map(|l| l.2).sum();
        let mut total = 0;
        p.for_each(|s| total += unsafe { (*s).npages });
        assert_eq!(total - p.free_pages, used);
        p.release(0);
        assert_eq!(p.released_pages, p.free_pages);
    }
}
