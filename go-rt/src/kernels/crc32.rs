//! CRC-32 with the IEEE polynomial (folding by carry-less multiplication) and with Castagnoli's (its
//! own instruction); tables for short inputs and old processors.

use super::{CLMUL, SSE42, features};
use core::arch::x86_64::*;

const fn table(poly: u32) -> [u32; 256] {
    let mut t = [0; 256];
    let mut i = 0;
    while i < 256 {
        let mut c = i as u32;
        let mut k = 0;
        while k < 8 {
            c = if c & 1 != 0 { c >> 1 ^ poly } else { c >> 1 };
            k += 1;
        }
        t[i] = c;
        i += 1;
    }
    t
}

static IEEE: [u32; 256] = table(0xedb8_8320);
static CASTAGNOLI: [u32; 256] = table(0x82f6_3b78);

unsafe fn bytewise(t: &[u32; 256], mut c: u32, p: *const u8, n: usize) -> u32 {
    for i in 0..n {
        // SAFETY: per the caller.
        c = t[((c ^ unsafe { *p.add(i) } as u32) & 255) as usize] ^ c >> 8;
    }
    c
}

/// Folds `n` bytes (a multiple of 16, at least 64) into the inverted checksum `c`.
#[target_feature(enable = "pclmulqdq,sse4.1")]
unsafe fn fold(c: u32, p: *const u8, n: usize) -> u32 {
    // SAFETY: `n` readable bytes, per the caller.
    unsafe {
        let load = |i: usize| _mm_loadu_si128(p.add(i) as *const __m128i);
        let far = _mm_set_epi64x(0x01_c6e4_1596, 0x01_5444_2bd4);
        let near = _mm_set_epi64x(0x00_ccaa_009e, 0x01_7519_97d0);
        let mut x = [load(0), load(16), load(32), load(48)];
        x[0] = _mm_xor_si128(x[0], _mm_cvtsi32_si128(c as i32));
        let step = |a: __m128i, k: __m128i, d: __m128i| {
            let (lo, hi) = (_mm_clmulepi64_si128::<0x00>(a, k), _mm_clmulepi64_si128::<0x11>(a, k));
            _mm_xor_si128(_mm_xor_si128(lo, hi), d)
        };
        let mut i = 64;
        while i + 64 <= n {
            for (j, v) in x.iter_mut().enumerate() {
                *v = step(*v, far, load(i + 16 * j));
            }
            i += 64;
        }
        let mut a = x[0];
        for v in &x[1..] {
            a = step(a, near, *v);
        }
        while i + 16 <= n {
            a = step(a, near, load(i));
            i += 16;
        }
        // 128 → 64 → 32 bits.
        let mask = _mm_setr_epi32(-1, 0, -1, 0);
        a = _mm_xor_si128(_mm_srli_si128::<8>(a), _mm_clmulepi64_si128::<0x10>(a, near));
        let k = _mm_set_epi64x(0, 0x01_63cd_6124);
        a = _mm_xor_si128(_mm_srli_si128::<4>(a), _mm_clmulepi64_si128::<0x00>(_mm_and_si128(a, mask), k));
        let poly = _mm_set_epi64x(0x01_f701_1641, 0x01_db71_0641);
        let mut b = _mm_clmulepi64_si128::<0x10>(_mm_and_si128(a, mask), poly);
        b = _mm_clmulepi64_si128::<0x00>(_mm_and_si128(b, mask), poly);
        _mm_extract_epi32::<1>(_mm_xor_si128(a, b)) as u32
    }
}

#[target_feature(enable = "sse4.2")]
unsafe fn castagnoli_sse42(c: u32, p: *const u8, n: usize) -> u32 {
    let mut c = c as u64;
    let mut i = 0;
    // SAFETY: `n` readable bytes, per the caller.
    unsafe {
        while i + 8 <= n {
            c = _mm_crc32_u64(c, (p.add(i) as *const u64).read_unaligned());
            i += 8;
        }
        while i < n {
            c = _mm_crc32_u8(c as u32, *p.add(i)) as u64;
            i += 1;
        }
    }
    c as u32
}

/// `hash/crc32.ieee(crc, p, n)`: the IEEE checksum `crc` continued over `n` bytes.
pub(crate) unsafe extern "C" fn crc32_ieee(crc: u32, p: *const u8, n: usize) -> u32 {
    let mut c = !crc;
    let mut done = 0;
    // SAFETY: `n` readable bytes, per the caller; features checked.
    unsafe {
        if n >= 64 && features() & CLMUL != 0 {
            done = n & !15;
            c = fold(c, p, done);
        }
        !bytewise(&IEEE, c, p.add(done), n - done)
    }
}

/// `hash/crc32.castagnoli(crc, p, n)`: the same with Castagnoli's polynomial.
pub(crate) unsafe extern "C" fn crc32_castagnoli(crc: u32, p: *const u8, n: usize) -> u32 {
    // SAFETY: `n` readable bytes, per the caller; features checked.
    unsafe { !if features() & SSE42 != 0 { castagnoli_sse42(!crc, p, n) } else { bytewise(&CASTAGNOLI, !crc, p, n) } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_length_agrees_with_the_table() {
        let b: Vec<u8> = (0..1000u32).map(|i| (i * 7 + i / 13) as u8).collect();
        unsafe {
            for n in 0..1000 {
                let c = n as u32 * 77;
                assert_eq!(crc32_ieee(c, b.as_ptr(), n), !bytewise(&IEEE, !c, b.as_ptr(), n));
                assert_eq!(crc32_castagnoli(c, b.as_ptr(), n), !bytewise(&CASTAGNOLI, !c, b.as_ptr(), n));
            }
            assert_eq!(crc32_ieee(0, b"123456789".as_ptr(), 9), 0xcbf4_3926);
            assert_eq!(crc32_castagnoli(0, b"123456789".as_ptr(), 9), 0xe306_9283);
        }
    }
}
