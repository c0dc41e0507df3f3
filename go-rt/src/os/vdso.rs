//! Finding a function in the vDSO image that the kernel maps into every process.

unsafe fn at<T: Copy>(p: usize) -> T {
    // SAFETY: per the caller, inside the image.
    unsafe { (p as *const T).read_unaligned() }
}

/// Address of the function `name` in the image at `base`, or 0.
///
/// # Safety
/// `base` is the address given by AT_SYSINFO_EHDR.
pub(crate) unsafe fn find(base: usize, name: &[u8]) -> usize {
    // SAFETY: a well-formed ELF image, as the kernel makes it.
    unsafe {
        if at::<u32>(base) != 0x464c_457f {
            return 0;
        }
        let (phoff, phsize, phnum) = (at::<u64>(base + 32) as usize, at::<u16>(base + 54), at::<u16>(base + 56));
        let (mut load, mut dynamic, mut found) = (0usize, 0usize, false);
        for i in 0..phnum as usize {
            let ph = base + phoff + i * phsize as usize;
            let (kind, off, vaddr) = (at::<u32>(ph), at::<u64>(ph + 8) as usize, at::<u64>(ph + 16) as usize);
            if kind == 1 && !found {
                found = true;
                load = base.wrapping_add(off).wrapping_sub(vaddr);
            } else if kind == 2 {
                dynamic = base + off;
            }
        }
        if !found || dynamic == 0 {
            return 0;
        }
        let (mut strtab, mut symtab, mut hash, mut gnu) = (0, 0, 0, 0);
        let mut d = dynamic;
        while at::<u64>(d) != 0 {
            let v = load.wrapping_add(at::<u64>(d + 8) as usize);
            match at::<u64>(d) {
                4 => hash = v,
                5 => strtab = v,
                6 => symtab = v,
                0x6fff_fef5 => gnu = v,
                _ => {}
            }
            d += 16;
        }
        if strtab == 0 || symtab == 0 {
            return 0;
        }
        // Number of symbols: from either hash table; without one, a small bound.
        let count = if hash != 0 {
            at::<u32>(hash + 4) as usize
        } else if gnu != 0 {
            gnu_count(gnu)
        } else {
            0
        };
        for i in 0..count {
            let sym = symtab + i * 24;
            let value = at::<u64>(sym + 8) as usize;
            if at::<u16>(sym + 6) != 0 && same(strtab + at::<u32>(sym) as usize, name) {
                return load.wrapping_add(value);
            }
        }
        0
    }
}

unsafe fn gnu_count(gnu: usize) -> usize {
    // SAFETY: a GNU hash table.
    unsafe {
        let (nbuckets, symoffset, bloom) = (at::<u32>(gnu) as usize, at::<u32>(gnu + 4) as usize, at::<u32>(gnu + 8));
        let buckets = gnu + 16 + bloom as usize * 8;
        let mut last = 0;
        for b in 0..nbuckets {
            last = last.max(at::<u32>(buckets + b * 4) as usize);
        }
        if last < symoffset {
            return symoffset;
        }
        let chains = buckets + nbuckets * 4;
        while at::<u32>(chains + (last - symoffset) * 4) & 1 == 0 {
            last += 1;
        }
        last + 1
    }
}

unsafe fn same(p: usize, name: &[u8]) -> bool {
    for (i, &c) in name.iter().enumerate() {
        // SAFETY: a terminated string; stops at the first difference.
        if unsafe { at::<u8>(p + i) } != c {
            return false;
        }
    }
    // SAFETY: as above.
    unsafe { at::<u8>(p + name.len()) == 0 }
}
