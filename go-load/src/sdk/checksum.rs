//! Checksums of archives: SHA-256 of the file, and Go's `h1:` over its contents.

use std::io::{Cursor, Read};

use rayon::prelude::*;
use sha2::{Digest, Sha256};
use zip::ZipArchive;

/// SHA-256 in hexadecimal.
pub(crate) fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// Go's dirhash Hash1 over a module zip: the SHA-256, in base 64, of one line per file in the order
/// of their names: its SHA-256 in hexadecimal, two spaces, its name.
pub(crate) fn h1(zip: &[u8]) -> Result<String, String> {
    let archive = ZipArchive::new(Cursor::new(zip)).map_err(|e| e.to_string())?;
    let mut lines: Vec<(String, String)> = (0..archive.len())
        .into_par_iter()
        .map_init(
            || archive.clone(),
            |archive, i| {
                let mut file = archive.by_index(i).map_err(|e| e.to_string())?;
                let mut content = Vec::with_capacity(file.size() as usize);
                file.read_to_end(&mut content).map_err(|e| e.to_string())?;
                Ok((file.name().to_owned(), sha256_hex(&content)))
            },
        )
        .collect::<Result<_, String>>()?;
    lines.retain(|(name, _)| !name.ends_with('/'));
    lines.sort();
    let mut sum = Sha256::new();
    for (name, hash) in lines {
        sum.update(format!("{hash}  {name}\n"));
    }
    Ok(format!("h1:{}", base64(&sum.finalize())))
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let n = chunk.iter().fold(0u32, |n, b| n << 8 | u32::from(*b)) << (8 * (3 - chunk.len()));
        for i in 0..4 {
            if i <= chunk.len() {
                out.push(ALPHABET[(n >> (18 - 6 * i)) as usize & 63] as char);
            } else {
                out.push('=');
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_pads() {
        assert_eq!(base64(b""), "");
        assert_eq!(base64(b"f"), "Zg==");
        assert_eq!(base64(b"fo"), "Zm8=");
        assert_eq!(base64(b"foobar"), "Zm9vYmFy");
    }
}
