//! Object allocation. A thread's cache holds, per size class, a run of free objects found in a
//! span's bits; allocation bumps through the run. Everything periodic (collector trigger, counters,
//! zeroing, clearing of pointer bits) happens when a run is fetched.
//!
//! Where the pointers of an object are: objects ≤ 512 bytes have bits in `heap_bits` (one per word
//! of the heap), larger ones of a size class start with their type, large ones have it in the span.

use super::pages::Pages;
use super::sizeclass::{
    CLASS_OF, CLASS_PAGES, CLASS_SIZE, HEADER, HEADER_MIN, MAX_SMALL, NUM_CLASSES, PAGE, PAGE_SHIFT,
};
use super::span::{Bits, Span, SpanState};
use super::special::{Queue, Special};
use super::typ::Type;
use crate::os;

/// Number of (class, noscan) pairs.
pub(crate) const SLOTS: usize = NUM_CLASSES * 2;
/// Smallest heap at which a collection starts, at GOGC=100.
const MIN_HEAP: usize = 4 << 20;

/// A run of free objects. Read by the assembly fast path: layout fixed.
#[repr(C)]
#[derive(Clone, Copy)]
pub(crate) struct Slot {
    pub(crate) cur: usize,
    pub(crate) limit: usize,
    pub(crate) elem: usize,
    pub(crate) span: *mut Span,
}

/// A thread's allocation cache. Read by the assembly fast path: layout fixed.
#[repr(C)]
pub(crate) struct Cache {
    /// Next free byte of the current block for tiny pointer-free objects.
    pub(crate) tiny: usize,
    /// End of that block.
    pub(crate) tiny_end: usize,
    /// Objects placed in tiny blocks.
    pub(crate) tiny_allocs: u64,
    /// `Heap::heap_bits` minus the offset of the heap's start: the word at `bits_base + addr / 64 & !7`.
    pub(crate) bits_bias: usize,
    pub(crate) slots: [Slot; SLOTS],
}

const EMPTY: Slot = Slot { cur: 0, limit: 0, elem: 0, span: core::ptr::null_mut() };

impl Cache {
    pub(crate) const fn new() -> Cache {
        Cache { tiny: 0, tiny_end: 0, tiny_allocs: 0, bits_bias: 0, slots: [EMPTY; SLOTS] }
    }
}

/// Counters behind `MemStats`. "Objects" counts include those of runs handed out but not yet used;
/// readers subtract these.
pub(crate) struct Counters {
    pub(crate) mallocs: [u64; SLOTS],
    pub(crate) frees: [u64; SLOTS],
    pub(crate) large_mallocs: u64,
    pub(crate) large_frees: u64,
    pub(crate) large_alloc_bytes: u64,
    pub(crate) large_free_bytes: u64,
}

/// The object heap.
pub(crate) struct Heap {
    pub(crate) pages: Pages,
    /// One bit per heap word: holds a pointer (objects ≤ 512 bytes only).
    pub(crate) heap_bits: *mut u64,
    pub(crate) partial: [(*mut Span, *mut Span); SLOTS],
    free_bits: [*mut Bits; 17],
    /// Bytes in objects (allocated or reserved in runs).
    pub(crate) live: usize,
    /// Collection starts when `live` would pass this.
    pub(crate) next_gc: usize,
    /// Pages in spans in use.
    pub(crate) inuse_pages: usize,
    /// Bytes of stacks and globals that the last collection scanned.
    pub(crate) root_bytes: usize,
    pub(crate) gc_percent: i32,
    pub(crate) mem_limit: i64,
    pub(crate) counters: Counters,
    pub(crate) special_spans: *mut Span,
    pub(crate) spare_special: *mut Special,
    pub(crate) special_id: u64,
    pub(crate) queue: Queue,
    /// Runs of one object, and a collection every so many allocations.
    pub(crate) stress: u64,
    pub(crate) stress_left: u64,
    /// Poison freed objects, check pointers.
    pub(crate) verify: bool,
}

impl Heap {
    pub(crate) const fn new() -> Heap {
        Heap {
            pages: Pages::new(),
            heap_bits: core::ptr::null_mut(),
            partial: [(core::ptr::null_mut(), core::ptr::null_mut()); SLOTS],
            free_bits: [core::ptr::null_mut(); 17],
            live: 0,
            next_gc: MIN_HEAP,
            inuse_pages: 0,
            root_bytes: 0,
            gc_percent: 100,
            mem_limit: i64::MAX,
            counters: Counters {
                mallocs: [0; SLOTS],
                frees: [0; SLOTS],
                large_mallocs: 0,
                large_frees: 0,
                large_alloc_bytes: 0,
                large_free_bytes: 0,
            },
            special_spans: core::ptr::null_mut(),
            spare_special: core::ptr::null_mut(),
            special_id: 0,
            queue: Queue::new(),
            stress: 0,
            stress_left: 0,
            verify: false,
        }
    }

    /// Reserves the heap: up to `want` bytes near `hint`.
    pub(crate) fn init(&mut self, hint: usize, want: usize) -> bool {
        if !self.pages.init(hint, want) {
            return false;
        }
        self.heap_bits = os::reserve(0, (self.pages.hi - self.pages.lo) / 64 + 64) as *mut u64;
        !self.heap_bits.is_null()
    }

    /// The value of [`Cache::bits_bias`] for this heap.
    pub(crate) fn bits_bias(&self) -> usize {
        (self.heap_bits as usize).wrapping_sub(self.pages.lo / 64)
    }

    /// Whether a collection is due before allocating `size` more bytes.
    #[inline]
    pub(crate) fn want_gc(&mut self, size: usize) -> bool {
        if self.stress != 0 {
            self.stress_left -= 1;
            if self.stress_left == 0 {
                self.stress_left = self.stress;
                return true;
            }
        }
        self.live + size > self.next_gc
    }

    /// The collection goal for the live heap `live`.
    pub(crate) fn set_goal(&mut self) {
        let mut goal = if self.gc_percent < 0 {
            usize::MAX
        } else {
            let pct = self.gc_percent as usize;
            let extra = ((self.live + self.root_bytes) / 100).saturating_mul(pct);
            self.live.saturating_add(extra).max(MIN_HEAP / 100 * pct)
        };
        if self.mem_limit != i64::MAX {
            let other = self.pages.meta.sys + (self.pages.sys() >> 6);
            let room = (self.mem_limit as usize).saturating_sub(other);
            goal = goal.min(room.max(self.live + self.live / 16 + (1 << 20)));
        }
        self.next_gc = goal;
    }

    /// The in-use span and object index for an address, if it is inside an object slot.
    #[inline]
    pub(crate) fn find(&self, p: usize) -> Option<(*mut Span, usize)> {
        if p.wrapping_sub(self.pages.lo) >= self.pages.top - self.pages.lo {
            return None;
        }
        let s = self.pages.entry(p);
        if s.is_null() {
            return None;
        }
        // SAFETY: table entries are span records, which are never unmapped; a stale one fails the checks.
        unsafe {
            let off = p.wrapping_sub((*s).base);
            if off >= (*s).npages << PAGE_SHIFT || !(*s).in_use() {
                return None;
            }
            let i = (*s).index(off);
            if i < (*s).nelems as usize { Some((s, i)) } else { None }
        }
    }

    /// Start and size of the live object holding `p` (without its type header).
    pub(crate) fn object(&self, p: usize) -> Option<(usize, usize)> {
        let (s, i) = self.find(p)?;
        // SAFETY: `find` gave a valid pair.
        unsafe {
            let (b, m) = (*s).bits_of(i);
            if (*b).alloc & m == 0 {
                return None;
            }
            let h = (*s).header();
            Some(((*s).base + i * (*s).elem_size + h, (*s).elem_size - h))
        }
    }

    /// Allocates `size ≥ 1` bytes. `typ` is 0 or a type descriptor, of which the object is one value
    /// or an array. Returns 0 when memory is out.
    ///
    /// # Safety
    /// `typ` is valid; `cache` belongs to the calling thread.
    pub(crate) unsafe fn alloc(&mut self, cache: &mut Cache, size: usize, typ: *const Type, needzero: bool) -> usize {
        // SAFETY: per the caller.
        let noscan = typ.is_null() || unsafe { (*typ).ptr_bytes == 0 };
        if size > MAX_SMALL - HEADER {
            return self.alloc_large(size, typ, noscan, needzero);
        }
        if noscan {
            if size < 16 {
                return self.alloc_tiny(cache, size);
            }
            let class = CLASS_OF[(size + 7) >> 3] as usize;
            let p = self.take(cache, class * 2 + 1);
            if p != 0 && needzero && size > HEADER_MIN {
                let slot = &cache.slots[class * 2 + 1];
                // SAFETY: the slot's span is valid while cached; the object is ours.
                unsafe {
                    if !(*slot.span).zeroed {
                        os::zero(p, slot.elem);
                    }
                }
            }
            return p;
        }
        if size <= HEADER_MIN {
            let p = self.take(cache, CLASS_OF[(size + 7) >> 3] as usize * 2);
            if p != 0 {
                // SAFETY: fresh object of `size` bytes whose bits were cleared at refill.
                unsafe { self.set_bits(p, size, &*typ) };
            }
            return p;
        }
        let p = self.take(cache, CLASS_OF[(size + HEADER + 7) >> 3] as usize * 2);
        if p == 0 {
            return 0;
        }
        // SAFETY: the slot is at least `size + HEADER` bytes.
        unsafe { *(p as *mut usize) = typ as usize };
        p + HEADER
    }

    fn alloc_tiny(&mut self, cache: &mut Cache, size: usize) -> usize {
        let align = if size & 7 == 0 {
            8
        } else if size & 3 == 0 {
            4
        } else if size & 1 == 0 {
            2
        } else {
            1
        };
        let p = (cache.tiny + align - 1) & !(align - 1);
        if p + size <= cache.tiny_end {
            cache.tiny = p + size;
            cache.tiny_allocs += 1;
            return p;
        }
        let p = self.take(cache, 2 * 2 + 1);
        if p != 0 {
            if self.stress == 0 {
                cache.tiny = p + size;
                cache.tiny_end = p + 16;
            }
        }
        p
    }

    #[inline]
    fn take(&mut self, cache: &mut Cache, sc: usize) -> usize {
        let slot = &mut cache.slots[sc];
        if slot.cur >= slot.limit && !self.refill(slot, sc) {
            return 0;
        }
        let p = slot.cur;
        slot.cur += slot.elem;
        p
    }

    /// Fetches the next run of free objects for a class.
    #[inline(never)]
    fn refill(&mut self, slot: &mut Slot, sc: usize) -> bool {
        let mut s = slot.span;
        loop {
            if !s.is_null() {
                // SAFETY: cached and partial spans are in use; bits cover `nelems`.
                unsafe {
                    if let Some((i, j)) = self.next_run(s) {
                        self.prepare_run(slot, s, sc, i, j);
                        return true;
                    }
                }
            }
            s = self.partial[sc].0;
            if s.is_null() {
                s = self.new_small_span(sc);
                if s.is_null() {
                    *slot = EMPTY;
                    return false;
                }
            } else {
                // SAFETY: list of valid spans.
                unsafe {
                    self.partial[sc].0 = (*s).next;
                    (*s).next = core::ptr::null_mut();
                }
            }
        }
    }

    unsafe fn next_run(&mut self, s: *mut Span) -> Option<(usize, usize)> {
        // SAFETY: per the caller, `s` is an in-use small span.
        unsafe {
            let n = (*s).nelems as usize;
            let mut i = (*s).free_index as usize;
            // First free object at or after i.
            loop {
                if i >= n {
                    (*s).free_index = n as u32;
                    return None;
                }
                let w = !(*(*s).bits.add(i >> 6)).alloc >> (i & 63);
                if w != 0 {
                    i += w.trailing_zeros() as usize;
                    break;
                }
                i = (i | 63) + 1;
            }
            if i >= n {
                (*s).free_index = n as u32;
                return None;
            }
            // First allocated object after it.
            let mut j = i;
            loop {
                let w = (*(*s).bits.add(j >> 6)).alloc >> (j & 63);
                if w != 0 {
                    j += w.trailing_zeros() as usize;
                    break;
                }
                j = (j | 63) + 1;
                if j >= n {
                    break;
                }
            }
            let mut j = j.min(n);
            if self.stress != 0 {
                j = i + 1;
            }
            for w in i >> 6..=(j - 1) >> 6 {
                (*(*s).bits.add(w)).alloc |= range_mask(w, i, j);
            }
            (*s).free_index = j as u32;
            Some((i, j))
        }
    }

    unsafe fn prepare_run(&mut self, slot: &mut Slot, s: *mut Span, sc: usize, i: usize, j: usize) {
        // SAFETY: objects i..j of `s` are free and now reserved for the slot.
        unsafe {
            let elem = (*s).elem_size;
            let (lo, hi) = ((*s).base + i * elem, (*s).base + j * elem);
            *slot = Slot { cur: lo, limit: hi, elem, span: s };
            if !(*s).zeroed && (sc & 1 == 0 || elem <= HEADER_MIN) {
                os::zero(lo, hi - lo);
            }
            if sc & 1 == 0 && elem <= HEADER_MIN {
                clear_bit_range(self.heap_bits, (lo - self.pages.lo) >> 3, (hi - self.pages.lo) >> 3);
            }
            self.live += hi - lo;
            self.counters.mallocs[sc] += (j - i) as u64;
        }
    }

    fn new_small_span(&mut self, sc: usize) -> *mut Span {
        let class = sc / 2;
        let size = CLASS_SIZE[class] as usize;
        let s = self.pages.alloc(CLASS_PAGES[class] as usize);
        if s.is_null() {
            return s;
        }
        // SAFETY: a fresh run, ours to set up.
        unsafe {
            (*s).elem_size = size;
            (*s).magic = super::span::magic_of(size);
            (*s).nelems = (((*s).npages << PAGE_SHIFT) / size) as u32;
            (*s).class = class as u8;
            (*s).noscan = sc & 1 != 0;
            (*s).free_index = 0;
            (*s).specials = core::ptr::null_mut();
            (*s).on_special_list = false;
            (*s).next = core::ptr::null_mut();
            let words = (*s).words();
            (*s).inline_bits = Bits::default();
            if words <= 1 {
                (*s).bits = &raw mut (*s).inline_bits;
            } else {
                let b = self.free_bits[words];
                if b.is_null() {
                    (*s).bits = self.pages.meta.alloc(words * size_of::<Bits>(), 16) as *mut Bits;
                    if (*s).bits.is_null() {
                        self.pages.free_run(s);
                        return core::ptr::null_mut();
                    }
                } else {
                    self.free_bits[words] = *(b as *mut *mut Bits);
                    (*s).bits = b;
                }
                for w in 0..words {
                    *(*s).bits.add(w) = Bits::default();
                }
            }
            self.inuse_pages += (*s).npages;
            (*s).state = SpanState::Small;
        }
        s
    }

    /// Returns an in-use span without live objects to the page heap.
    ///
    /// # Safety
    /// `s` is in use, in no list and in no cache.
    pub(crate) unsafe fn free_span(&mut self, s: *mut Span) {
        // SAFETY: per the caller.
        unsafe {
            let words = (*s).words();
            if (*s).state == SpanState::Small && words > 1 {
                *((*s).bits as *mut *mut Bits) = self.free_bits[words];
                self.free_bits[words] = (*s).bits;
            }
            self.inuse_pages -= (*s).npages;
            (*s).bits = core::ptr::null_mut();
            (*s).state = SpanState::Unused;
            self.pages.free_run(s);
        }
    }

    fn alloc_large(&mut self, size: usize, typ: *const Type, noscan: bool, needzero: bool) -> usize {
        let Some(rounded) = size.checked_add(PAGE - 1) else { return 0 };
        let npages = rounded >> PAGE_SHIFT;
        let s = self.pages.alloc(npages);
        if s.is_null() {
            return 0;
        }
        // SAFETY: a fresh run, ours to set up.
        unsafe {
            let bytes = (*s).npages << PAGE_SHIFT;
            (*s).elem_size = bytes;
            (*s).magic = 0;
            (*s).nelems = 1;
            (*s).class = 0;
            (*s).noscan = noscan;
            (*s).free_index = 1;
            (*s).specials = core::ptr::null_mut();
            (*s).on_special_list = false;
            (*s).large_typ = typ as usize;
            (*s).inline_bits = Bits { alloc: 1, mark: 0 };
            (*s).bits = &raw mut (*s).inline_bits;
            if !(*s).zeroed && (needzero || !noscan) {
                os::zero((*s).base, bytes);
            }
            (*s).zeroed = false;
            self.inuse_pages += (*s).npages;
            self.live += bytes;
            self.counters.large_mallocs += 1;
            self.counters.large_alloc_bytes += bytes as u64;
            (*s).state = SpanState::Large;
            (*s).base
        }
    }

    /// Sets the pointer bits of a fresh object of `size ≤ 512` bytes at `p`.
    unsafe fn set_bits(&mut self, p: usize, size: usize, typ: &Type) {
        // SAFETY: the type has `ptr_bytes > 0` and, being small, a mask unless flagged.
        let one = unsafe {
            if typ.on_demand() {
                let n = (typ.ptr_bytes / 8).min(64);
                if n == 64 { !0 } else { (1u64 << n) - 1 }
            } else {
                typ.mask(0)
            }
        };
        let step = typ.size / 8;
        let mut mask = one;
        let mut at = step;
        while step != 0 && at < size / 8 {
            mask |= one << at;
            at += step;
        }
        if size < 512 {
            mask &= (1 << (size / 8)) - 1;
        }
        let w = (p - self.pages.lo) >> 3;
        // SAFETY: the bitmap covers the heap plus one word.
        unsafe {
            let q = self.heap_bits.add(w >> 6);
            *q |= mask << (w & 63);
            if w & 63 != 0 {
                *q.add(1) |= mask >> (64 - (w & 63));
            }
        }
    }

    /// Takes back what the cache has not used.
    pub(crate) fn flush(&mut self, cache: &mut Cache) {
        for sc in 0..SLOTS {
            let slot = cache.slots[sc];
            if slot.span.is_null() {
                continue;
            }
            // SAFETY: the slot's run cur..limit are unused objects of its span.
            unsafe {
                let s = slot.span;
                let (i, j) = ((slot.cur - (*s).base) / slot.elem, (slot.limit - (*s).base) / slot.elem);
                if i < j {
                    for w in i >> 6..=(j - 1) >> 6 {
                        (*(*s).bits.add(w)).alloc &= !range_mask(w, i, j);
                    }
                    self.live -= (j - i) * slot.elem;
                    self.counters.mallocs[sc] -= (j - i) as u64;
                }
            }
            cache.slots[sc] = EMPTY;
        }
        cache.tiny = 0;
        cache.tiny_end = 0;
    }
}

/// Bits of word `w` that stand for objects `i..j`.
#[inline]
pub(crate) fn range_mask(w: usize, i: usize, j: usize) -> u64 {
    let lo = i.saturating_sub(w * 64);
    let hi = (j - w * 64).min(64);
    let upper = if hi == 64 { !0 } else { (1u64 << hi) - 1 };
    upper & (!0u64 << lo)
}

/// Clears bits `lo..hi` of a bitmap.
unsafe fn clear_bit_range(map: *mut u64, lo: usize, hi: usize) {
    let (a, b) = (lo >> 6, (hi - 1) >> 6);
    // SAFETY: per the caller the bitmap covers the range.
    unsafe {
        *map.add(a) &= !range_mask(a, lo, hi);
        if a != b {
            for w in a + 1..b {
                *map.add(w) = 0;
            }
            *map.add(b) &= !range_mask(b, lo, hi);
        }
    }
}
