//! Block functions of SHA-1, SHA-256 and SHA-512.

use super::{SHA, features};
use core::arch::x86_64::*;

#[path = "sha_k.rs"]
mod k;

unsafe fn be32(p: *const u8) -> u32 {
    // SAFETY: per the callers, inside a block.
    u32::from_be(unsafe { (p as *const u32).read_unaligned() })
}

unsafe fn sha256_portable(h: &mut [u32; 8], p: *const u8, n: usize) {
    for block in 0..n {
        let mut w = [0u32; 64];
        for i in 0..16 {
            // SAFETY: inside the block.
            w[i] = unsafe { be32(p.add(block * 64 + i * 4)) };
        }
        for i in 16..64 {
            let (a, b) = (w[i - 15], w[i - 2]);
            let s0 = a.rotate_right(7) ^ a.rotate_right(18) ^ a >> 3;
            let s1 = b.rotate_right(17) ^ b.rotate_right(19) ^ b >> 10;
            w[i] = w[i - 16].wrapping_add(s0).wrapping_add(w[i - 7]).wrapping_add(s1);
        }
        let mut v = *h;
        for i in 0..64 {
            let [a, b, c, d, e, f, g, hh] = v;
            let s1 = e.rotate_right(6) ^ e.rotate_right(11) ^ e.rotate_right(25);
            let t1 = hh.wrapping_add(s1).wrapping_add(g ^ (e & (f ^ g))).wrapping_add(k::K256[i]).wrapping_add(w[i]);
            let s0 = a.rotate_right(2) ^ a.rotate_right(13) ^ a.rotate_right(22);
            let t2 = s0.wrapping_add((a & b) | (c & (a | b)));
            v = [t1.wrapping_add(t2), a, b, c, d.wrapping_add(t1), e, f, g];
        }
        for (x, y) in h.iter_mut().zip(v) {
            *x = x.wrapping_add(y);
        }
    }
}

#[target_feature(enable = "sha,sse4.1,ssse3")]
unsafe fn sha256_ni(h: &mut [u32; 8], p: *const u8, n: usize) {
    // SAFETY: the state, `n` blocks and the constants are readable.
    unsafe {
        let swap = _mm_set_epi64x(0x0c0d_0e0f_0809_0a0b, 0x0405_0607_0001_0203);
        let hp = h.as_mut_ptr() as *mut __m128i;
        let x = _mm_shuffle_epi32::<0xb1>(_mm_loadu_si128(hp));
        let y = _mm_shuffle_epi32::<0x1b>(_mm_loadu_si128(hp.add(1)));
        let mut s0 = _mm_alignr_epi8::<8>(x, y);
        let mut s1 = _mm_blend_epi16::<0xf0>(y, x);
        for block in 0..n {
            let (t0, t1) = (s0, s1);
            let q = p.add(block * 64) as *const __m128i;
            let mut w = [_mm_setzero_si128(); 4];
            for i in 0..16 {
                let v = if i < 4 {
                    _mm_shuffle_epi8(_mm_loadu_si128(q.add(i)), swap)
                } else {
                    let a = _mm_sha256msg1_epu32(w[i & 3], w[(i + 1) & 3]);
                    let b = _mm_alignr_epi8::<4>(w[(i + 3) & 3], w[(i + 2) & 3]);
                    _mm_sha256msg2_epu32(_mm_add_epi32(a, b), w[(i + 3) & 3])
                };
                w[i & 3] = v;
                let m = _mm_add_epi32(v, _mm_loadu_si128(k::K256.as_ptr().add(i * 4) as *const __m128i));
                s1 = _mm_sha256rnds2_epu32(s1, s0, m);
                s0 = _mm_sha256rnds2_epu32(s0, s1, _mm_shuffle_epi32::<0x0e>(m));
            }
            s0 = _mm_add_epi32(s0, t0);
            s1 = _mm_add_epi32(s1, t1);
        }
        let x = _mm_shuffle_epi32::<0x1b>(s0);
        let y = _mm_shuffle_epi32::<0xb1>(s1);
        _mm_storeu_si128(hp, _mm_blend_epi16::<0xf0>(x, y));
        _mm_storeu_si128(hp.add(1), _mm_alignr_epi8::<8>(y, x));
    }
}

/// `crypto/internal/fips140/sha256.blocks(state, p, n)`: `n` blocks of 64 bytes.
pub(crate) unsafe extern "C" fn sha256_blocks(h: *mut [u32; 8], p: *const u8, n: usize) {
    // SAFETY: Go passes the state and `n` whole blocks; features checked.
    unsafe {
        if features() & SHA != 0 {
            sha256_ni(&mut *h, p, n);
        } else {
            sha256_portable(&mut *h, p, n);
        }
    }
}

unsafe fn sha1_portable(h: &mut [u32; 5], p: *const u8, n: usize) {
    for block in 0..n {
        let mut w = [0u32; 80];
        for i in 0..80 {
            w[i] = if i < 16 {
                // SAFETY: inside the block.
                unsafe { be32(p.add(block * 64 + i * 4)) }
            } else {
                (w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16]).rotate_left(1)
            };
        }
        let [mut a, mut b, mut c, mut d, mut e] = *h;
        for (i, &x) in w.iter().enumerate() {
            let (f, kk) = match i / 20 {
                0 => (d ^ (b & (c ^ d)), 0x5a82_7999),
                1 => (b ^ c ^ d, 0x6ed9_eba1),
                2 => ((b & c) | (d & (b | c)), 0x8f1b_bcdc),
                _ => (b ^ c ^ d, 0xca62_c1d6u32),
            };
            let t = a.rotate_left(5).wrapping_add(f).wrapping_add(e).wrapping_add(kk).wrapping_add(x);
            (e, d, c, b, a) = (d, c, b.rotate_left(30), a, t);
        }
        for (x, y) in h.iter_mut().zip([a, b, c, d, e]) {
            *x = x.wrapping_add(y);
        }
    }
}

#[target_feature(enable = "sha,sse4.1,ssse3")]
unsafe fn sha1_ni(h: &mut [u32; 5], p: *const u8, n: usize) {
    // SAFETY: the state and `n` blocks are readable.
    unsafe {
        let swap = _mm_set_epi64x(0x0001_0203_0405_0607, 0x0809_0a0b_0c0d_0e0f);
        let hp = h.as_mut_ptr() as *mut __m128i;
        let mut abcd = _mm_shuffle_epi32::<0x1b>(_mm_loadu_si128(hp));
        let mut e = _mm_set_epi32(h[4] as i32, 0, 0, 0);
        for block in 0..n {
            let (abcd0, e0) = (abcd, e);
            let q = p.add(block * 64) as *const __m128i;
            let mut w = [_mm_setzero_si128(); 4];
            let mut before = abcd;
            macro_rules! four {
                ($i:expr, $f:literal) => {
                    let v = if $i < 4 {
                        _mm_shuffle_epi8(_mm_loadu_si128(q.add($i)), swap)
                    } else {
                        let a = _mm_sha1msg1_epu32(w[$i & 3], w[($i + 1) & 3]);
                        _mm_sha1msg2_epu32(_mm_xor_si128(a, w[($i + 2) & 3]), w[($i + 3) & 3])
                    };
                    w[$i & 3] = v;
                    let x = if $i == 0 { _mm_add_epi32(e, v) } else { _mm_sha1nexte_epu32(before, v) };
                    before = abcd;
                    abcd = _mm_sha1rnds4_epu32::<$f>(abcd, x);
                };
            }
            for i in 0..5 {
                four!(i, 0);
            }
            for i in 5..10 {
                four!(i, 1);
            }
            for i in 10..15 {
                four!(i, 2);
            }
            for i in 15..20 {
                four!(i, 3);
            }
            e = _mm_sha1nexte_epu32(before, e0);
            abcd = _mm_add_epi32(abcd, abcd0);
        }
        _mm_storeu_si128(hp, _mm_shuffle_epi32::<0x1b>(abcd));
        h[4] = _mm_extract_epi32::<3>(e) as u32;
    }
}

/// `crypto/sha1.blocks(state, p, n)`: `n` blocks of 64 bytes.
pub(crate) unsafe extern "C" fn sha1_blocks(h: *mut [u32; 5], p: *const u8, n: usize) {
    // SAFETY: Go passes the state and `n` whole blocks; features checked.
    unsafe {
        if features() & SHA != 0 {
            sha1_ni(&mut *h, p, n);
        } else {
            sha1_portable(&mut *h, p, n);
        }
    }
}

/// `crypto/internal/fips140/sha512.blocks(state, p, n)`: `n` blocks of 128 bytes.
pub(crate) unsafe extern "C" fn sha512_blocks(h: *mut [u64; 8], p: *const u8, n: usize) {
    // SAFETY: Go passes the state.
    let h = unsafe { &mut *h };
    for block in 0..n {
        let mut w = [0u64; 80];
        for i in 0..16 {
            // SAFETY: `n` whole blocks.
            w[i] = u64::from_be(unsafe { (p.add(block * 128 + i * 8) as *const u64).read_unaligned() });
        }
        for i in 16..80 {
            let (a, b) = (w[i - 15], w[i - 2]);
            let s0 = a.rotate_right(1) ^ a.rotate_right(8) ^ a >> 7;
            let s1 = b.rotate_right(19) ^ b.rotate_right(61) ^ b >> 6;
            w[i] = w[i - 16].wrapping_add(s0).wrapping_add(w[i - 7]).wrapping_add(s1);
        }
        let mut v = *h;
        for i in 0..80 {
            let [a, b, c, d, e, f, g, hh] = v;
            let s1 = e.rotate_right(14) ^ e.rotate_right(18) ^ e.rotate_right(41);
            let t1 = hh.wrapping_add(s1).wrapping_add(g ^ (e & (f ^ g))).wrapping_add(k::K512[i]).wrapping_add(w[i]);
            let s0 = a.rotate_right(28) ^ a.rotate_right(34) ^ a.rotate_right(39);
            let t2 = s0.wrapping_add((a & b) | (c & (a | b)));
            v = [t1.wrapping_add(t2), a, b, c, d.wrapping_add(t1), e, f, g];
        }
        for (x, y) in h.iter_mut().zip(v) {
            *x = x.wrapping_add(y);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::hex;

    fn padded(block: usize) -> Vec<u8> {
        let mut b = vec![0u8; block];
        b[..3].copy_from_slice(b"abc");
        b[3] = 0x80;
        b[block - 1] = 24;
        b
    }

    #[test]
    fn known_digests() {
        let mut h = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0];
        unsafe { sha1_blocks(&mut h, padded(64).as_ptr(), 1) };
        assert_eq!(
            hex(&h.iter().flat_map(|w: &u32| w.to_be_bytes()).collect::<Vec<_>>()),
            "a9993e364706816aba3e25717850c26c9cd0d89d"
        );
        let mut h = [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];
        unsafe { sha256_blocks(&mut h, padded(64).as_ptr(), 1) };
        assert_eq!(
            hex(&h.iter().flat_map(|w: &u32| w.to_be_bytes()).collect::<Vec<_>>()),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        let mut h = [
            0x6a09e667f3bcc908u64,
            0xbb67ae8584caa73b,
            0x3c6ef372fe94f82b,
            0xa54ff53a5f1d36f1,
            0x510e527fade682d1,
            0x9b05688c2b3e6c1f,
            0x1f83d9abfb41bd6b,
            0x5be0cd19137e2179,
        ];
        unsafe { sha512_blocks(&mut h, padded(128).as_ptr(), 1) };
        assert_eq!(
            hex(&h.iter().flat_map(|w| w.to_be_bytes()).collect::<Vec<_>>()[..32]),
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
        );
    }

    #[test]
    fn instructions_agree_with_portable_code() {
        if features() & SHA == 0 {
            return;
        }
        let b: Vec<u8> = (0..64 * 9u32).map(|i| (i * i / 7) as u8).collect();
        let (mut x, mut y) = ([1u32, 2, 3, 4, 5, 6, 7, 8], [1u32, 2, 3, 4, 5, 6, 7, 8]);
        let (mut u, mut v) = ([1u32, 2, 3, 4, 5], [1u32, 2, 3, 4, 5]);
        unsafe {
            sha256_portable(&mut x, b.as_ptr(), 9);
            sha256_ni(&mut y, b.as_ptr(), 9);
            sha1_portable(&mut u, b.as_ptr(), 9);
            sha1_ni(&mut v, b.as_ptr(), 9);
        }
        assert_eq!((x, u), (y, v));
    }
}
