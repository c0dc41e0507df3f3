//! Byte searching and comparing for package internal/bytealg: leaf functions on the goroutine's
//! stack, SSE2 (every x86-64 has it).

use core::arch::x86_64::*;

#[inline(always)]
unsafe fn load(p: *const u8) -> __m128i {
    // SAFETY: 16 readable bytes, per the callers.
    unsafe { _mm_loadu_si128(p as *const __m128i) }
}

#[inline(always)]
unsafe fn eq_mask(a: __m128i, b: __m128i) -> u32 {
    // SAFETY: SSE2 is baseline.
    unsafe { _mm_movemask_epi8(_mm_cmpeq_epi8(a, b)) as u32 }
}

#[inline(always)]
unsafe fn find_byte(p: *const u8, n: usize, c: u8) -> isize {
    // SAFETY: reads stay inside p..p+n.
    unsafe {
        if n < 16 {
            let mut i = 0;
            while i < n {
                if *p.add(i) == c {
                    return i as isize;
                }
                i += 1;
            }
            return -1;
        }
        let v = _mm_set1_epi8(c as i8);
        let mut i = 0;
        while i + 64 <= n {
            let (a, b, d, e) = (load(p.add(i)), load(p.add(i + 16)), load(p.add(i + 32)), load(p.add(i + 48)));
            let any = _mm_or_si128(
                _mm_or_si128(_mm_cmpeq_epi8(a, v), _mm_cmpeq_epi8(b, v)),
                _mm_or_si128(_mm_cmpeq_epi8(d, v), _mm_cmpeq_epi8(e, v)),
            );
            if _mm_movemask_epi8(any) != 0 {
                break;
            }
            i += 64;
        }
        while i + 16 <= n {
            let m = eq_mask(load(p.add(i)), v);
            if m != 0 {
                return (i + m.trailing_zeros() as usize) as isize;
            }
            i += 16;
        }
        if i < n {
            let m = eq_mask(load(p.add(n - 16)), v);
            if m != 0 {
                return (n - 16 + m.trailing_zeros() as usize) as isize;
            }
        }
        -1
    }
}

/// `internal/bytealg.IndexByte`.
///
/// # Safety
/// The slice is readable.
#[unsafe(export_name = "internal/bytealg.IndexByte")]
pub(crate) unsafe extern "C" fn index_byte(p: *const u8, n: usize, _cap: usize, c: u8) -> isize {
    // SAFETY: per the caller.
    unsafe { find_byte(p, n, c) }
}

/// `internal/bytealg.IndexByteString`.
///
/// # Safety
/// The string is readable.
#[unsafe(export_name = "internal/bytealg.IndexByteString")]
pub(crate) unsafe extern "C" fn index_byte_string(p: *const u8, n: usize, c: u8) -> isize {
    // SAFETY: per the caller.
    unsafe { find_byte(p, n, c) }
}

#[inline(always)]
unsafe fn count_byte(p: *const u8, n: usize, c: u8) -> usize {
    // SAFETY: reads stay inside p..p+n.
    unsafe {
        let v = _mm_set1_epi8(c as i8);
        let (mut i, mut total) = (0, 0);
        while i + 16 <= n {
            total += eq_mask(load(p.add(i)), v).count_ones() as usize;
            i += 16;
        }
        while i < n {
            total += (p.add(i).read_volatile() == c) as usize;
            i += 1;
        }
        total
    }
}

/// `internal/bytealg.Count`.
///
/// # Safety
/// The slice is readable.
#[unsafe(export_name = "internal/bytealg.Count")]
pub(crate) unsafe extern "C" fn count(p: *const u8, n: usize, _cap: usize, c: u8) -> usize {
    // SAFETY: per the caller.
    unsafe { count_byte(p, n, c) }
}

/// `internal/bytealg.CountString`.
///
/// # Safety
/// The string is readable.
#[unsafe(export_name = "internal/bytealg.CountString")]
pub(crate) unsafe extern "C" fn count_string(p: *const u8, n: usize, c: u8) -> usize {
    // SAFETY: per the caller.
    unsafe { count_byte(p, n, c) }
}

#[inline(always)]
unsafe fn order(a: *const u8, an: usize, b: *const u8, bn: usize) -> isize {
    // SAFETY: reads stay inside both ranges.
    unsafe {
        let n = if an < bn { an } else { bn };
        if a != b {
            let mut i = 0;
            while i + 16 <= n {
                let m = eq_mask(load(a.add(i)), load(b.add(i)));
                if m != 0xffff {
                    let k = i + (!m).trailing_zeros() as usize;
                    return if *a.add(k) < *b.add(k) { -1 } else { 1 };
                }
                i += 16;
            }
            if n >= 16 && i < n {
                let m = eq_mask(load(a.add(n - 16)), load(b.add(n - 16)));
                if m != 0xffff {
                    let k = n - 16 + (!m).trailing_zeros() as usize;
                    return if *a.add(k) < *b.add(k) { -1 } else { 1 };
                }
            } else {
                if i + 8 <= n {
                    let x = (a.add(i) as *const u64).read_unaligned().swap_bytes();
                    let y = (b.add(i) as *const u64).read_unaligned().swap_bytes();
                    if x != y {
                        return if x < y { -1 } else { 1 };
                    }
                    i += 8;
                }
                while i < n {
                    let (x, y) = (*a.add(i), *b.add(i));
                    if x != y {
                        return if x < y { -1 } else { 1 };
                    }
                    i += 1;
                }
            }
        }
        (an > bn) as isize - (an < bn) as isize
    }
}

/// `internal/bytealg.Compare`.
///
/// # Safety
/// Both slices are readable.
#[unsafe(export_name = "internal/bytealg.Compare")]
pub(crate) unsafe extern "C" fn compare(a: *const u8, an: usize, _ac: usize, b: *const u8, bn: usize) -> isize {
    // SAFETY: per the caller.
    unsafe { order(a, an, b, bn) }
}

/// `runtime.cmpstring`.
///
/// # Safety
/// Both strings are readable.
#[unsafe(export_name = "runtime.cmpstring")]
pub(crate) unsafe extern "C" fn cmpstring(a: *const u8, an: usize, b: *const u8, bn: usize) -> isize {
    // SAFETY: per the caller.
    unsafe { order(a, an, b, bn) }
}

/// `runtime.memequal`.
///
/// # Safety
/// Both ranges are readable.
#[unsafe(export_name = "runtime.memequal")]
pub(crate) unsafe extern "C" fn memequal(a: *const u8, b: *const u8, n: usize) -> usize {
    // SAFETY: per the caller.
    unsafe { equal(a, b, n) as usize }
}

#[inline(always)]
unsafe fn equal(a: *const u8, b: *const u8, n: usize) -> bool {
    // SAFETY: reads stay inside both ranges.
    unsafe {
        if a == b {
            return true;
        }
        if n >= 16 {
            let mut i = 0;
            while i + 64 <= n {
                let x = _mm_cmpeq_epi8(load(a.add(i)), load(b.add(i)));
                let y = _mm_cmpeq_epi8(load(a.add(i + 16)), load(b.add(i + 16)));
                let z = _mm_cmpeq_epi8(load(a.add(i + 32)), load(b.add(i + 32)));
                let w = _mm_cmpeq_epi8(load(a.add(i + 48)), load(b.add(i + 48)));
                if _mm_movemask_epi8(_mm_and_si128(_mm_and_si128(x, y), _mm_and_si128(z, w))) != 0xffff {
                    return false;
                }
                i += 64;
            }
            while i + 16 <= n {
                if eq_mask(load(a.add(i)), load(b.add(i))) != 0xffff {
                    return false;
                }
                i += 16;
            }
            return i == n || eq_mask(load(a.add(n - 16)), load(b.add(n - 16))) == 0xffff;
        }
        if n >= 8 {
            let x = (a as *const u64).read_unaligned() ^ (b as *const u64).read_unaligned();
            let y = (a.add(n - 8) as *const u64).read_unaligned() ^ (b.add(n - 8) as *const u64).read_unaligned();
            return x | y == 0;
        }
        if n >= 4 {
            let x = (a as *const u32).read_unaligned() ^ (b as *const u32).read_unaligned();
            let y = (a.add(n - 4) as *const u32).read_unaligned() ^ (b.add(n - 4) as *const u32).read_unaligned();
            return x | y == 0;
        }
        let mut i = 0;
        while i < n {
            if *a.add(i) != *b.add(i) {
                return false;
            }
            i += 1;
        }
        true
    }
}

#[inline(always)]
unsafe fn find(a: *const u8, an: usize, b: *const u8, bn: usize) -> isize {
    // SAFETY: reads stay inside both ranges.
    unsafe {
        if bn == 0 {
            return 0;
        }
        if bn > an {
            return -1;
        }
        let (first, last) = (*b, *b.add(bn - 1));
        let (vf, vl) = (_mm_set1_epi8(first as i8), _mm_set1_epi8(last as i8));
        let end = an - bn + 1;
        let mut i = 0;
        while i + 16 <= end {
            let mut m = eq_mask(load(a.add(i)), vf) & eq_mask(load(a.add(i + bn - 1)), vl);
            while m != 0 {
                let k = i + m.trailing_zeros() as usize;
                if bn <= 2 || equal(a.add(k + 1), b.add(1), bn - 2) {
                    return k as isize;
                }
                m &= m - 1;
            }
            i += 16;
        }
        while i < end {
            if *a.add(i) == first && *a.add(i + bn - 1) == last && (bn <= 2 || equal(a.add(i + 1), b.add(1), bn - 2)) {
                return i as isize;
            }
            i += 1;
        }
        -1
    }
}

/// `internal/bytealg.Index`.
///
/// # Safety
/// Both slices are readable.
#[unsafe(export_name = "internal/bytealg.Index")]
pub(crate) unsafe extern "C" fn index(a: *const u8, an: usize, _ac: usize, b: *const u8, bn: usize) -> isize {
    // SAFETY: per the caller.
    unsafe { find(a, an, b, bn) }
}

/// `internal/bytealg.IndexString`.
///
/// # Safety
/// Both strings are readable.
#[unsafe(export_name = "internal/bytealg.IndexString")]
pub(crate) unsafe extern "C" fn index_string(a: *const u8, an: usize, b: *const u8, bn: usize) -> isize {
    // SAFETY: per the caller.
    unsafe { find(a, an, b, bn) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agree_with_the_obvious() {
        let mut x = 7u64;
        let mut rnd = move || {
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
            x
        };
        for _ in 0..20_000 {
            let n = (rnd() % 150) as usize;
            let a: Vec<u8> = (0..n).map(|_| (rnd() % 3) as u8).collect();
            let mut b = a.clone();
            if n > 0 && rnd() % 2 == 0 {
                b[(rnd() as usize) % n] = 9;
            }
            let m = (rnd() % 7) as usize;
            let c: Vec<u8> = (0..m).map(|_| (rnd() % 3) as u8).collect();
            unsafe {
                assert_eq!(memequal(a.as_ptr(), b.as_ptr(), n) != 0, a == b);
                assert_eq!(cmpstring(a.as_ptr(), n, c.as_ptr(), m), a.cmp(&c) as isize);
                assert_eq!(cmpstring(a.as_ptr(), n, b.as_ptr(), n), a.cmp(&b) as isize);
                assert_eq!(count_string(a.as_ptr(), n, 1), a.iter().filter(|&&v| v == 1).count());
                assert_eq!(
                    index_byte_string(b.as_ptr(), n, 9),
                    b.iter().position(|&v| v == 9).map_or(-1, |i| i as isize)
                );
                let want = if m == 0 { 0 } else { a.windows(m).position(|w| w == c).map_or(-1, |i| i as isize) };
                assert_eq!(index_string(a.as_ptr(), n, c.as_ptr(), m), want);
            }
        }
    }
}
