//! MD5's block function.

const S: [[u32; 4]; 4] = [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]];

static K: [u32; 64] = [
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501, 0x698098d8,
    0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821, 0xf61e2562, 0xc040b340,
    0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8, 0x21e1cde6, 0xc33707d6, 0xf4d50d87,
    0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a, 0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c,
    0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70, 0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039,
    0xe6db99e5, 0x1fa27cf8, 0xc4ac5665, 0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92,
    0xffeff47d, 0x85845dd1, 0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb,
    0xeb86d391,
];

/// `crypto/md5.blocks(state, p, n)`: `n` blocks of 64 bytes.
pub(crate) unsafe extern "C" fn md5_blocks(h: *mut [u32; 4], p: *const u8, n: usize) {
    // SAFETY: Go passes the state and `n` whole blocks.
    let h = unsafe { &mut *h };
    for block in 0..n {
        let mut m = [0u32; 16];
        for (i, w) in m.iter_mut().enumerate() {
            // SAFETY: inside the block.
            *w = unsafe { (p.add(block * 64 + i * 4) as *const u32).read_unaligned() };
        }
        let [mut a, mut b, mut c, mut d] = *h;
        macro_rules! round {
            ($r:literal, $f:expr, $g:expr) => {
                for i in 0..16usize {
                    let f: u32 = $f(b, c, d);
                    let g: usize = $g(i) & 15;
                    let t = a.wrapping_add(f).wrapping_add(K[$r * 16 + i]).wrapping_add(m[g]);
                    a = d;
                    d = c;
                    c = b;
                    b = b.wrapping_add(t.rotate_left(S[$r][i & 3]));
                }
            };
        }
        round!(0, |b: u32, c: u32, d: u32| d ^ (b & (c ^ d)), |i: usize| i);
        round!(1, |b: u32, c: u32, d: u32| c ^ (d & (b ^ c)), |i: usize| 5 * i + 1);
        round!(2, |b: u32, c: u32, d: u32| b ^ c ^ d, |i: usize| 3 * i + 5);
        round!(3, |b: u32, c: u32, d: u32| c ^ (b | !d), |i: usize| 7 * i);
        h[0] = h[0].wrapping_add(a);
        h[1] = h[1].wrapping_add(b);
        h[2] = h[2].wrapping_add(c);
        h[3] = h[3].wrapping_add(d);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_digest() {
        let mut block = [0u8; 64];
        block[..3].copy_from_slice(b"abc");
        block[3] = 0x80;
        block[56] = 24;
        let mut h = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476];
        unsafe { md5_blocks(&mut h, block.as_ptr(), 1) };
        let out: Vec<u8> = h.iter().flat_map(|w| w.to_le_bytes()).collect();
        assert_eq!(crate::kernels::hex(&out), "900150983cd24fb0d6963f7d28e17f72");
    }
}
