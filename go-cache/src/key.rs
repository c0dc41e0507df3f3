//! Keys: hashes of everything a blob was made from. Never of the blob itself.

use std::fmt;

/// Names a blob: the BLAKE3 hash of all that it was made from.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key([u8; 32]);

impl Key {
    /// The hash.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The hash in hexadecimal, 64 digits.
    #[must_use]
    pub fn to_hex(&self) -> String {
        blake3::Hash::from_bytes(self.0).to_hex().to_string()
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_hex())
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({self})")
    }
}

/// Makes a key of named inputs. Names and values are hashed with their lengths, so that no two lists of
/// inputs run together; their order counts.
#[derive(Clone, Debug)]
pub struct KeyBuilder(blake3::Hasher);

impl KeyBuilder {
    /// Starts a key for one kind of blob. `kind` should hold a version that changes whenever the same
    /// inputs give another blob (a new compiler, another format).
    #[must_use]
    pub fn new(kind: &str) -> KeyBuilder {
        let mut k = KeyBuilder(blake3::Hasher::new());
        k.bytes(kind.as_bytes());
        k
    }

    /// Adds an input.
    #[must_use]
    pub fn input(mut self, name: &str, value: &[u8]) -> KeyBuilder {
        self.bytes(name.as_bytes());
        self.bytes(value);
        self
    }

    /// The key.
    #[must_use]
    pub fn finish(&self) -> Key {
        Key(*self.0.finalize().as_bytes())
    }

    fn bytes(&mut self, b: &[u8]) {
        self.0.update(&(b.len() as u64).to_le_bytes());
        self.0.update(b);
    }
}
