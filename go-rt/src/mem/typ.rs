//! What the allocator and the collector read of a Go type descriptor.

/// Head of `abi.Type`.
#[repr(C)]
pub(crate) struct Type {
    pub(crate) size: usize,
    /// Length of the prefix that can hold pointers.
    pub(crate) ptr_bytes: usize,
    pub(crate) hash: u32,
    pub(crate) tflag: u8,
    pub(crate) align: u8,
    pub(crate) field_align: u8,
    pub(crate) kind: u8,
    pub(crate) equal: usize,
    /// One bit per word of the prefix.
    pub(crate) gc_data: *const u8,
    pub(crate) str_: i32,
    pub(crate) ptr_to_this: i32,
}

/// `gc_data` is not a mask (it would be long); the value is scanned conservatively.
pub(crate) const TFLAG_MASK_ON_DEMAND: u8 = 16;

impl Type {
    #[inline]
    pub(crate) fn on_demand(&self) -> bool {
        self.tflag & TFLAG_MASK_ON_DEMAND != 0
    }

    /// Pointer bits of words `64 * chunk ..`, as far as the prefix goes.
    ///
    /// # Safety
    /// The type has a mask and `512 * chunk < ptr_bytes`.
    #[inline]
    pub(crate) unsafe fn mask(&self, chunk: usize) -> u64 {
        let words = self.ptr_bytes / 8 - chunk * 64;
        // SAFETY: bytes up to `ptr_bytes / 8` bits exist; eight are read at once only when they cannot
        // reach the next memory page.
        unsafe {
            let p = self.gc_data.add(chunk * 8);
            let raw = if (p as usize) & 4095 <= 4088 {
                (p as *const u64).read_unaligned()
            } else {
                let mut v = 0;
                for i in 0..words.min(64).div_ceil(8) {
                    v |= (*p.add(i) as u64) << (8 * i);
                }
                v
            };
            if words >= 64 { raw } else { raw & ((1 << words) - 1) }
        }
    }
}
