//! Span records: what is known about a run of heap pages. A record belongs to the page heap while
//! free and to the object heap while in use. Records live in metadata memory, never in the pages.

use super::sizeclass::PAGE_SHIFT;
use super::special::Special;

/// What a span record describes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub(crate) enum SpanState {
    /// Nothing (record unused, or just taken from the page heap).
    Unused,
    /// A free run.
    Free,
    /// Objects of one size class.
    Small,
    /// One large object.
    Large,
}

/// Bits of 64 objects: which are allocated, which were reached by the current collection.
#[derive(Clone, Copy, Default)]
#[repr(C)]
pub(crate) struct Bits {
    pub(crate) alloc: u64,
    pub(crate) mark: u64,
}

/// `Span::magic` for objects of `size` bytes.
#[inline]
pub(crate) fn magic_of(size: usize) -> u64 {
    u32::MAX as u64 / size as u64 + 1
}

/// A run of pages.
#[repr(C)]
pub(crate) struct Span {
    pub(crate) base: usize,
    pub(crate) npages: usize,
    /// `ceil(2^32 / elem_size)`, 0 for large spans: object index by multiplication.
    pub(crate) magic: u64,
    pub(crate) elem_size: usize,
    pub(crate) bits: *mut Bits,
    pub(crate) nelems: u32,
    /// Where the search for the next free run goes on.
    pub(crate) free_index: u32,
    pub(crate) state: SpanState,
    pub(crate) class: u8,
    pub(crate) noscan: bool,
    /// Memory is known to be zero (free runs and fresh spans).
    pub(crate) zeroed: bool,
    pub(crate) on_special_list: bool,
    pub(crate) inline_bits: Bits,
    /// Type of a large object.
    pub(crate) large_typ: usize,
    pub(crate) specials: *mut Special,
    pub(crate) next: *mut Span,
    pub(crate) prev: *mut Span,
    pub(crate) next_special: *mut Span,
}

impl Span {
    pub(crate) const fn empty() -> Span {
        Span {
            base: 0,
            npages: 0,
            magic: 0,
            elem_size: 0,
            bits: core::ptr::null_mut(),
            nelems: 0,
            free_index: 0,
            state: SpanState::Unused,
            class: 0,
            noscan: false,
            zeroed: false,
            on_special_list: false,
            inline_bits: Bits { alloc: 0, mark: 0 },
            large_typ: 0,
            specials: core::ptr::null_mut(),
            next: core::ptr::null_mut(),
            prev: core::ptr::null_mut(),
            next_special: core::ptr::null_mut(),
        }
    }

    #[inline]
    pub(crate) fn end(&self) -> usize {
        self.base + (self.npages << PAGE_SHIFT)
    }

    #[inline]
    pub(crate) fn in_use(&self) -> bool {
        self.state as u8 >= SpanState::Small as u8
    }

    /// Index of the object that holds the byte at `offset`.
    #[inline]
    pub(crate) fn index(&self, offset: usize) -> usize {
        ((offset as u64 * self.magic) >> 32) as usize
    }

    /// Bits of the object with index `i`.
    ///
    /// # Safety
    /// The span is in use and `i < nelems`.
    #[inline]
    pub(crate) unsafe fn bits_of(&self, i: usize) -> (*mut Bits, u64) {
        // SAFETY: `bits` has a word per 64 objects.
        unsafe { (self.bits.add(i >> 6), 1 << (i & 63)) }
    }

    /// Bytes in front of the object proper (its type header).
    #[inline]
    pub(crate) fn header(&self) -> usize {
        if self.noscan || self.state == SpanState::Large || self.elem_size <= super::sizeclass::HEADER_MIN {
            0
        } else {
            super::sizeclass::HEADER
        }
    }

    /// Number of 64-bit words of bits.
    pub(crate) fn words(&self) -> usize {
        (self.nelems as usize).div_ceil(64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mem::sizeclass::{CLASS_PAGES, CLASS_SIZE, NUM_CLASSES};

    #[test]
    fn every_byte_of_every_class_belongs_to_the_object_that_division_says() {
        for c in 1..NUM_CLASSES {
            let size = CLASS_SIZE[c] as usize;
            let mut s = Span::empty();
            s.magic = magic_of(size);
            for offset in 0..(CLASS_PAGES[c] as usize) << PAGE_SHIFT {
                assert_eq!(s.index(offset), offset / size, "class {c} offset {offset}");
            }
        }
    }

    #[test]
    fn bits_of_objects_are_distinct() {
        let mut bits = vec![Bits::default(); 3];
        let mut s = Span::empty();
        (s.bits, s.nelems) = (bits.as_mut_ptr(), 130);
        assert_eq!(s.words(), 3);
        for i in 0..130 {
            let (word, mask) = unsafe { s.bits_of(i) };
            let old = unsafe { (*word).mark };
            assert_eq!(old & mask, 0, "object {i}");
            unsafe { (*word).mark = old | mask };
        }
        assert_eq!(bits.iter().map(|b| b.mark.count_ones()).sum::<u32>(), 130);
        assert!(bits.iter().all(|b| b.alloc == 0));
    }

    #[test]
    fn only_middle_sized_objects_with_pointers_have_headers() {
        let header = |size, noscan, state| {
            let mut s = Span::empty();
            (s.elem_size, s.noscan, s.state) = (size, noscan, state);
            s.header()
        };
        assert_eq!(header(512, false, SpanState::Small), 0);
        assert_eq!(header(576, false, SpanState::Small), 8);
        assert_eq!(header(576, true, SpanState::Small), 0);
        assert_eq!(header(40960, false, SpanState::Large), 0);
    }
}
