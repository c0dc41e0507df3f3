//! AES blocks, counter mode and GHASH for crypto/internal/fips140/aes and its gcm, on processors with
//! the AES and carry-less multiplication instructions. The functions answer 0 when they cannot; the
//! overlay then takes the portable Go code.
//!
//! Round keys come as Go keeps them: words in big-endian value order, so each is byte-swapped here.

use super::{AES, CLMUL, features};
use core::arch::x86_64::*;

#[target_feature(enable = "ssse3")]
fn word_swap() -> __m128i {
    _mm_set_epi64x(0x0c0d_0e0f_0809_0a0b, 0x0405_0607_0001_0203)
}

#[target_feature(enable = "ssse3")]
fn byte_swap() -> __m128i {
    _mm_set_epi64x(0x0001_0203_0405_0607, 0x0809_0a0b_0c0d_0e0f)
}

#[target_feature(enable = "ssse3")]
unsafe fn keys(k: *const u32, rounds: usize) -> [__m128i; 15] {
    let mut out = [_mm_setzero_si128(); 15];
    for (i, o) in out.iter_mut().enumerate().take(rounds + 1) {
        // SAFETY: the schedule has rounds + 1 keys.
        *o = unsafe { _mm_shuffle_epi8(_mm_loadu_si128(k.add(4 * i) as *const __m128i), word_swap()) };
    }
    out
}

#[target_feature(enable = "aes,ssse3")]
unsafe fn one(rounds: usize, k: *const u32, dst: *mut u8, src: *const u8, decrypt: bool) {
    // SAFETY: schedule and blocks are valid, per the caller.
    unsafe {
        let k = keys(k, rounds);
        let mut x = _mm_xor_si128(_mm_loadu_si128(src as *const __m128i), k[0]);
        for key in &k[1..rounds] {
            x = if decrypt { _mm_aesdec_si128(x, *key) } else { _mm_aesenc_si128(x, *key) };
        }
        x = if decrypt { _mm_aesdeclast_si128(x, k[rounds]) } else { _mm_aesenclast_si128(x, k[rounds]) };
        _mm_storeu_si128(dst as *mut __m128i, x);
    }
}

/// `crypto/internal/fips140/aes.encrypt1(rounds, keys, dst, src)`.
pub(crate) unsafe extern "C" fn aes_encrypt1(rounds: usize, k: *const u32, dst: *mut u8, src: *const u8) -> u64 {
    if features() & AES == 0 || rounds > 14 {
        return 0;
    }
    // SAFETY: Go passes a schedule and two blocks.
    unsafe { one(rounds, k, dst, src, false) };
    1
}

/// `crypto/internal/fips140/aes.decrypt1(rounds, keys, dst, src)`.
pub(crate) unsafe extern "C" fn aes_decrypt1(rounds: usize, k: *const u32, dst: *mut u8, src: *const u8) -> u64 {
    if features() & AES == 0 || rounds > 14 {
        return 0;
    }
    // SAFETY: Go passes a schedule and two blocks.
    unsafe { one(rounds, k, dst, src, true) };
    1
}

#[target_feature(enable = "aes,ssse3,sse4.1")]
unsafe fn ctr(rounds: usize, k: *const u32, dst: *mut u8, src: *const u8, n: usize, counter: *mut u8) {
    // SAFETY: schedule, counter block and `n` bytes are valid, per the caller.
    unsafe {
        let k = keys(k, rounds);
        let base = _mm_loadu_si128(counter as *const __m128i);
        let mut count = u32::from_be((counter.add(12) as *const u32).read_unaligned());
        let mut next = || {
            let x = _mm_insert_epi32::<3>(base, count.swap_bytes() as i32);
            count = count.wrapping_add(1);
            _mm_xor_si128(x, k[0])
        };
        let mut i = 0;
        while i + 128 <= n {
            let mut x = [next(), next(), next(), next(), next(), next(), next(), next()];
            for key in &k[1..rounds] {
                for v in &mut x {
                    *v = _mm_aesenc_si128(*v, *key);
                }
            }
            for (j, v) in x.iter().enumerate() {
                let v = _mm_aesenclast_si128(*v, k[rounds]);
                let d = _mm_loadu_si128(src.add(i + 16 * j) as *const __m128i);
                _mm_storeu_si128(dst.add(i + 16 * j) as *mut __m128i, _mm_xor_si128(v, d));
            }
            i += 128;
        }
        while i < n {
            let mut x = next();
            for key in &k[1..rounds] {
                x = _mm_aesenc_si128(x, *key);
            }
            x = _mm_aesenclast_si128(x, k[rounds]);
            if i + 16 <= n {
                let d = _mm_loadu_si128(src.add(i) as *const __m128i);
                _mm_storeu_si128(dst.add(i) as *mut __m128i, _mm_xor_si128(x, d));
            } else {
                let mut pad = [0u8; 16];
                _mm_storeu_si128(pad.as_mut_ptr() as *mut __m128i, x);
                for (j, b) in pad.iter().enumerate().take(n - i) {
                    *dst.add(i + j) = *src.add(i + j) ^ b;
                }
            }
            i += 16;
        }
        (counter.add(12) as *mut u32).write_unaligned(count.to_be());
    }
}

/// `crypto/internal/fips140/aes/gcm.counter(rounds, keys, dst, src, n, counter)`: XORs `n` bytes with
/// the key stream of a counter block whose last four bytes count; updates the counter.
pub(crate) unsafe extern "C" fn gcm_counter(
    rounds: usize,
    k: *const u32,
    dst: *mut u8,
    src: *const u8,
    n: usize,
    counter: *mut u8,
) -> u64 {
    if features() & (AES | CLMUL) != AES | CLMUL || rounds > 14 {
        return 0;
    }
    // SAFETY: Go passes a schedule, `n` bytes twice and a block.
    unsafe { ctr(rounds, k, dst, src, n, counter) };
    1
}

/// Product in GHASH's field; operands byte-reversed.
#[target_feature(enable = "pclmulqdq,ssse3")]
fn multiply(a: __m128i, b: __m128i) -> __m128i {
    let mut lo = _mm_clmulepi64_si128::<0x00>(a, b);
    let mid = _mm_xor_si128(_mm_clmulepi64_si128::<0x10>(a, b), _mm_clmulepi64_si128::<0x01>(a, b));
    let mut hi = _mm_clmulepi64_si128::<0x11>(a, b);
    lo = _mm_xor_si128(lo, _mm_slli_si128::<8>(mid));
    hi = _mm_xor_si128(hi, _mm_srli_si128::<8>(mid));
    // The product of bit-reflected operands is one bit short: shift left by one.
    let (cl, ch) = (_mm_srli_epi32::<31>(lo), _mm_srli_epi32::<31>(hi));
    lo = _mm_or_si128(_mm_slli_epi32::<1>(lo), _mm_slli_si128::<4>(cl));
    hi = _mm_or_si128(_mm_slli_epi32::<1>(hi), _mm_slli_si128::<4>(ch));
    hi = _mm_or_si128(hi, _mm_srli_si128::<12>(cl));
    // Reduce modulo x^128 + x^7 + x^2 + x + 1.
    let t = _mm_xor_si128(_mm_xor_si128(_mm_slli_epi32::<31>(lo), _mm_slli_epi32::<30>(lo)), _mm_slli_epi32::<25>(lo));
    lo = _mm_xor_si128(lo, _mm_slli_si128::<12>(t));
    let r = _mm_xor_si128(_mm_xor_si128(_mm_srli_epi32::<1>(lo), _mm_srli_epi32::<2>(lo)), _mm_srli_epi32::<7>(lo));
    let r = _mm_xor_si128(r, _mm_srli_si128::<4>(t));
    _mm_xor_si128(hi, _mm_xor_si128(lo, r))
}

#[target_feature(enable = "pclmulqdq,ssse3")]
unsafe fn hash(y: *mut u8, h: *const u8, p: *const u8, n: usize) {
    // SAFETY: two blocks and `n` bytes are valid, per the caller.
    unsafe {
        let swap = byte_swap();
        let hh = _mm_shuffle_epi8(_mm_loadu_si128(h as *const __m128i), swap);
        let mut acc = _mm_shuffle_epi8(_mm_loadu_si128(y as *const __m128i), swap);
        let mut i = 0;
        while i < n {
            let x = if i + 16 <= n {
                _mm_loadu_si128(p.add(i) as *const __m128i)
            } else {
                let mut pad = [0u8; 16];
                for (j, b) in pad.iter_mut().enumerate().take(n - i) {
                    *b = *p.add(i + j);
                }
                _mm_loadu_si128(pad.as_ptr() as *const __m128i)
            };
            acc = multiply(_mm_xor_si128(acc, _mm_shuffle_epi8(x, swap)), hh);
            i += 16;
        }
        _mm_storeu_si128(y as *mut __m128i, _mm_shuffle_epi8(acc, swap));
    }
}

/// `crypto/internal/fips140/aes/gcm.ghashUpdate(y, h, p, n)`: continues GHASH over `n` bytes, the last
/// block padded with zeros.
pub(crate) unsafe extern "C" fn gcm_ghash(y: *mut u8, h: *const u8, p: *const u8, n: usize) -> u64 {
    if features() & (AES | CLMUL) != AES | CLMUL {
        return 0;
    }
    // SAFETY: Go passes two blocks and `n` bytes.
    unsafe { hash(y, h, p, n) };
    1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::{hex, unhex};

    #[test]
    fn known_answers() {
        if features() & (AES | CLMUL) != AES | CLMUL {
            return;
        }
        // FIPS 197 C.1: the schedule of key 000102…0f, as big-endian words.
        let schedule: Vec<u32> = [
            "000102030405060708090a0b0c0d0e0f",
            "d6aa74fdd2af72fadaa678f1d6ab76fe",
            "b692cf0b643dbdf1be9bc5006830b3fe",
            "b6ff744ed2c2c9bf6c590cbf0469bf41",
            "47f7f7bc95353e03f96c32bcfd058dfd",
            "3caaa3e8a99f9deb50f3af57adf622aa",
            "5e390f7df7a69296a7553dc10aa31f6b",
            "14f9701ae35fe28c440adf4d4ea9c026",
            "47438735a41c65b9e016baf4aebf7ad2",
            "549932d1f08557681093ed9cbe2c974e",
            "13111d7fe3944a17f307a78b4d2b30c5",
        ]
        .iter()
        .flat_map(|k| unhex(k).chunks(4).map(|c| u32::from_be_bytes(c.try_into().unwrap())).collect::<Vec<_>>())
        .collect();
        let mut out = [0u8; 16];
        unsafe {
            aes_encrypt1(10, schedule.as_ptr(), out.as_mut_ptr(), unhex("00112233445566778899aabbccddeeff").as_ptr())
        };
        assert_eq!(hex(&out), "69c4e0d86a7b0430d8cdb78070b4c55a");
        // Counter mode in pieces equals counter mode at once, and block by block.
        let src: Vec<u8> = (0..300u32).map(|i| i as u8).collect();
        let (mut a, mut b) = (vec![0u8; 300], vec![0u8; 300]);
        let (mut c, mut d) = ([9u8; 16], [9u8; 16]);
        unsafe {
            gcm_counter(10, schedule.as_ptr(), a.as_mut_ptr(), src.as_ptr(), 300, c.as_mut_ptr());
            for i in (0..300).step_by(16) {
                gcm_counter(
                    10,
                    schedule.as_ptr(),
                    b.as_mut_ptr().add(i),
                    src.as_ptr().add(i),
                    16.min(300 - i),
                    d.as_mut_ptr(),
                );
            }
        }
        assert_eq!((a, c), (b, d));
        // GCM test case 2: GHASH of one zero-key ciphertext block and the lengths.
        let h = unhex("66e94bd4ef8a2c3b884cfa59ca342b2e");
        let data = unhex("0388dace60b6a392f328c2b971b2fe7800000000000000000000000000000080");
        let mut y = [0u8; 16];
        unsafe { gcm_ghash(y.as_mut_ptr(), h.as_ptr(), data.as_ptr(), 32) };
        assert_eq!(hex(&y), "f38cbb1ad69223dcc3457ae5b6b0f885");
    }
}
