//! Inner loops of standard packages for which gc has assembly: hashes, checksums, ciphers, big
//! integers. Each is an extern called by an overlay file of that package; all are pure functions of
//! memory. Vector units are used where cpuid announces them, portable code otherwise.

pub(crate) mod aes;
pub(crate) mod bigint;
pub(crate) mod crc32;
pub(crate) mod md5;
pub(crate) mod sha;
#[cfg(test)]
mod tests;

use core::sync::atomic::{AtomicU32, Ordering};

/// SSSE3, SSE4.1 and the SHA instructions.
pub(crate) const SHA: u32 = 1;
/// SSE4.1 and carry-less multiplication.
pub(crate) const CLMUL: u32 = 2;
/// SSE4.2.
pub(crate) const SSE42: u32 = 4;
/// SSSE3 and AES.
pub(crate) const AES: u32 = 8;
const KNOWN: u32 = 1 << 31;

/// What the processor offers, of the bits above.
pub(crate) fn features() -> u32 {
    static FOUND: AtomicU32 = AtomicU32::new(0);
    let f = FOUND.load(Ordering::Relaxed);
    if f != 0 {
        return f;
    }
    let c = core::arch::x86_64::__cpuid(1).ecx;
    let b = if core::arch::x86_64::__cpuid(0).eax >= 7 { core::arch::x86_64::__cpuid_count(7, 0).ebx } else { 0 };
    let (ssse3, sse41, sse42) = (c >> 9 & 1 != 0, c >> 19 & 1 != 0, c >> 20 & 1 != 0);
    let mut f = KNOWN;
    if ssse3 && sse41 && b >> 29 & 1 != 0 {
        f |= SHA;
    }
    if ssse3 && sse41 && c >> 1 & 1 != 0 {
        f |= CLMUL;
    }
    if sse42 {
        f |= SSE42;
    }
    if ssse3 && c >> 25 & 1 != 0 {
        f |= AES;
    }
    FOUND.store(f, Ordering::Relaxed);
    f
}

#[cfg(test)]
pub(crate) fn hex(b: &[u8]) -> String {
    b.iter().map(|x| format!("{x:02x}")).collect()
}

#[cfg(test)]
pub(crate) fn unhex(s: &str) -> Vec<u8> {
    (0..s.len() / 2).map(|i| u8::from_str_radix(&s[2 * i..2 * i + 2], 16).unwrap()).collect()
}
