//! Small-object size classes. The class sizes and span lengths are Go's (programs see them through
//! `cap` after `append` and through `MemStats.BySize`); the lookup table is computed from them.

/// Bytes of a heap page.
pub(crate) const PAGE: usize = 8192;
/// log2 of [`PAGE`].
pub(crate) const PAGE_SHIFT: usize = 13;
/// Largest request served by a size class, header included.
pub(crate) const MAX_SMALL: usize = 32768;
/// Objects with pointers and larger than this start with an 8-byte type header.
pub(crate) const HEADER_MIN: usize = 512;
/// Size of that header.
pub(crate) const HEADER: usize = 8;
/// Number of classes; class 0 stands for large objects.
pub(crate) const NUM_CLASSES: usize = 68;

/// Object size per class.
pub(crate) static CLASS_SIZE: [u16; NUM_CLASSES] = [
    0, 8, 16, 24, 32, 48, 64, 80, 96, 112, 128, 144, 160, 176, 192, 208, 224, 240, 256, 288, 320, 352, 384, 416, 448,
    480, 512, 576, 640, 704, 768, 896, 1024, 1152, 1280, 1408, 1536, 1792, 2048, 2304, 2688, 3072, 3200, 3456, 4096,
    4864, 5376, 6144, 6528, 6784, 6912, 8192, 9472, 9728, 10240, 10880, 12288, 13568, 14336, 16384, 18432, 19072,
    20480, 21760, 24576, 27264, 28672, 32768,
];

/// Span length in pages per class.
pub(crate) static CLASS_PAGES: [u8; NUM_CLASSES] = [
    0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 1, 2,
    1, 2, 1, 3, 2, 3, 1, 3, 2, 3, 4, 5, 6, 1, 7, 6, 5, 4, 3, 5, 7, 2, 9, 7, 5, 8, 3, 10, 7, 4,
];

/// Class by `(size + 7) / 8`, for sizes up to [`MAX_SMALL`].
pub(crate) static CLASS_OF: [u8; MAX_SMALL / 8 + 1] = class_of_table();

const fn class_of_table() -> [u8; MAX_SMALL / 8 + 1] {
    let mut t = [0u8; MAX_SMALL / 8 + 1];
    let mut class = 1;
    let mut i = 1;
    while i < t.len() {
        while (CLASS_SIZE[class] as usize) < i * 8 {
            class += 1;
        }
        t[i] = class as u8;
        i += 1;
    }
    t
}

/// The class for `size` bytes, 1 ≤ size ≤ [`MAX_SMALL`].
#[cfg(test)]
pub(crate) fn class_of(size: usize) -> usize {
    CLASS_OF[(size + 7) >> 3] as usize
}

/// Bytes that an allocation of `size` really provides.
pub(crate) fn round_up_size(size: usize, noscan: bool) -> usize {
    if size <= MAX_SMALL - HEADER {
        let header = if !noscan && size > HEADER_MIN { HEADER } else { 0 };
        // SAFETY: the index is (≤ 32768 + 7) / 8 and classes are < NUM_CLASSES by construction.
        unsafe {
            *CLASS_SIZE.get_unchecked(*CLASS_OF.get_unchecked((size + header + 7) >> 3) as usize) as usize - header
        }
    } else {
        match size.checked_add(PAGE - 1) {
            Some(s) => s & !(PAGE - 1),
            None => size,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_size_gets_the_smallest_class_that_fits() {
        for size in 1..=MAX_SMALL {
            let c = class_of(size);
            assert!(CLASS_SIZE[c] as usize >= size && (CLASS_SIZE[c - 1] as usize) < size);
        }
    }

    #[test]
    fn growth_steps_are_those_programs_see() {
        assert_eq!(round_up_size(33, true), 48);
        assert_eq!(round_up_size(513, true), 576);
        assert_eq!(round_up_size(513, false), 568);
        assert_eq!(round_up_size(32760, false), 32760);
        assert_eq!(round_up_size(32761, true), 32768);
        assert_eq!(round_up_size(32769, true), 40960);
        assert_eq!(round_up_size(usize::MAX, true), usize::MAX);
    }
}
