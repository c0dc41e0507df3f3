//! The kernels against independent implementations, on lengths around every block boundary.

use super::{crc32::*, md5::*, sha::*};
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};

/// Bytes that look random and are the same each time.
fn bytes(n: usize) -> Vec<u8> {
    let mut x = 0x2545_f491_4f6c_dd1du64 ^ n as u64;
    (0..n)
        .map(|_| {
            x = x.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (x >> 56) as u8
        })
        .collect()
}

/// A message with the padding of Merkle–Damgård hashes: `block` bytes each, the length in bits in the last
/// `len` bytes.
fn padded(message: &[u8], block: usize, len: usize, big_endian: bool) -> Vec<u8> {
    let mut out = message.to_vec();
    out.push(0x80);
    while out.len() % block != block - len {
        out.push(0);
    }
    let bits = message.len() as u128 * 8;
    let all = if big_endian { bits.to_be_bytes() } else { bits.to_le_bytes() };
    out.extend(if big_endian { &all[16 - len..] } else { &all[..len] });
    out
}

#[test]
fn hashes_agree_with_reference_crates() {
    for n in (0..300).chain([1000, 4096, 10_000]) {
        let m = bytes(n);
        let (small, large) = (padded(&m, 64, 8, true), padded(&m, 128, 16, true));
        let little = padded(&m, 64, 8, false);
        let mut h1 = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0];
        let mut h256 = [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];
        let mut h512 = [
            0x6a09e667f3bcc908,
            0xbb67ae8584caa73b,
            0x3c6ef372fe94f82b,
            0xa54ff53a5f1d36f1,
            0x510e527fade682d1,
            0x9b05688c2b3e6c1f,
            0x1f83d9abfb41bd6b,
            0x5be0cd19137e2179,
        ];
        let mut h5 = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476];
        unsafe {
            sha1_blocks(&mut h1, small.as_ptr(), small.len() / 64);
            sha256_blocks(&mut h256, small.as_ptr(), small.len() / 64);
            sha512_blocks(&mut h512, large.as_ptr(), large.len() / 128);
            md5_blocks(&mut h5, little.as_ptr(), little.len() / 64);
        }
        let be = |h: &[u32]| h.iter().flat_map(|w| w.to_be_bytes()).collect::<Vec<u8>>();
        assert_eq!(be(&h1), Sha1::digest(&m).to_vec(), "SHA-1 of {n} bytes");
        assert_eq!(be(&h256), Sha256::digest(&m).to_vec(), "SHA-256 of {n} bytes");
        let h512: Vec<u8> = h512.iter().flat_map(|w: &u64| w.to_be_bytes()).collect();
        assert_eq!(h512, Sha512::digest(&m).to_vec(), "SHA-512 of {n} bytes");
        let h5: Vec<u8> = h5.iter().flat_map(|w: &u32| w.to_le_bytes()).collect();
        assert_eq!(h5, Md5::digest(&m).to_vec(), "MD5 of {n} bytes");
    }
}

#[test]
fn checksums_agree_with_a_reference_crate() {
    let m = bytes(3000);
    for n in (0..600).chain([1024, 2999]) {
        // Every alignment, and continued from a checksum before.
        let at = n % 17;
        let piece = &m[at..at + n.min(m.len() - at)];
        let mut reference = crc32fast::Hasher::new_with_initial(n as u32);
        reference.update(piece);
        let got = unsafe { crc32_ieee(n as u32, piece.as_ptr(), piece.len()) };
        assert_eq!(got, reference.finalize(), "{n} bytes");
    }
}
