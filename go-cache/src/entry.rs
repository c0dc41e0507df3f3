//! The form of a stored blob: magic and version, length, hash of the content, content. What does not
//! agree with itself (a crash, a full disk, a bad one) is no entry.

/// First bytes of an entry; the last is the version of this form.
const MAGIC: &[u8; 8] = b"gorcblb\x01";
/// Magic, length (u64, little endian), hash.
const HEADER: usize = 8 + 8 + 32;

/// The bytes of the file for a blob.
pub(crate) fn encode(blob: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(HEADER + blob.len());
    out.extend_from_slice(MAGIC);
    out.extend_from_slice(&(blob.len() as u64).to_le_bytes());
    out.extend_from_slice(blake3::hash(blob).as_bytes());
    out.extend_from_slice(blob);
    out
}

/// The blob in a file's bytes; `None` if they are not a whole entry.
pub(crate) fn decode(mut file: Vec<u8>) -> Option<Vec<u8>> {
    let (magic, rest) = file.split_first_chunk::<8>()?;
    let (len, rest) = rest.split_first_chunk::<8>()?;
    let (hash, blob) = rest.split_first_chunk::<32>()?;
    let whole = magic == MAGIC && u64::from_le_bytes(*len) == blob.len() as u64;
    if !whole || blake3::hash(blob) != blake3::Hash::from_bytes(*hash) {
        return None;
    }
    file.drain(..HEADER);
    Some(file)
}
