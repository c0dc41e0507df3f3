//! Values of string constants: concatenations are put together only when their bytes are needed.
//!
//! Long chains of `+` would otherwise copy (and keep) every intermediate result.

use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

/// The bytes of a string constant. Dereferences to them.
#[derive(Clone)]
pub struct ConstStr(Arc<Node>);

struct Node {
    len: usize,
    /// The bytes; set from the start unless this is a concatenation.
    flat: OnceLock<Arc<[u8]>>,
    parts: Option<(ConstStr, ConstStr)>,
}

impl ConstStr {
    /// Number of bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len
    }

    /// Whether there are no bytes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.len == 0
    }

    /// `self + other`.
    #[must_use]
    pub fn concat(&self, other: &ConstStr) -> ConstStr {
        if other.is_empty() {
            return self.clone();
        }
        if self.is_empty() {
            return other.clone();
        }
        ConstStr(Arc::new(Node {
            len: self.len().saturating_add(other.len()),
            flat: OnceLock::new(),
            parts: Some((self.clone(), other.clone())),
        }))
    }

    /// All bytes.
    #[must_use]
    pub fn bytes(&self) -> &Arc<[u8]> {
        self.0.flat.get_or_init(|| self.prefix(self.len()).into())
    }

    /// The first bytes, at most `n`.
    #[must_use]
    pub fn prefix(&self, n: usize) -> Vec<u8> {
        let mut out = Vec::with_capacity(n.min(self.len()));
        let mut todo = vec![self];
        while let Some(s) = todo.pop() {
            let missing = n - out.len();
            if missing == 0 {
                break;
            }
            match (s.0.flat.get(), &s.0.parts) {
                (Some(b), _) => out.extend_from_slice(&b[..b.len().min(missing)]),
                (None, Some((l, r))) => {
                    todo.push(r);
                    todo.push(l);
                }
                (None, None) => {}
            }
        }
        out
    }
}

impl Deref for ConstStr {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.bytes()
    }
}

impl From<&[u8]> for ConstStr {
    fn from(s: &[u8]) -> ConstStr {
        Arc::<[u8]>::from(s).into()
    }
}

impl From<Vec<u8>> for ConstStr {
    fn from(s: Vec<u8>) -> ConstStr {
        Arc::<[u8]>::from(s).into()
    }
}

impl From<Arc<[u8]>> for ConstStr {
    fn from(s: Arc<[u8]>) -> ConstStr {
        ConstStr(Arc::new(Node { len: s.len(), flat: OnceLock::from(s), parts: None }))
    }
}

impl PartialEq for ConstStr {
    fn eq(&self, other: &ConstStr) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.len() == other.len() && self.bytes() == other.bytes()
    }
}

impl Eq for ConstStr {}

impl fmt::Debug for ConstStr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", String::from_utf8_lossy(&self.prefix(100)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn concatenation_is_lazy() {
        let a: ConstStr = b"ab"[..].into();
        let mut s = a.clone();
        for _ in 0..40 {
            s = s.concat(&s);
        }
        assert_eq!(s.len(), 2 << 40);
        assert_eq!(s.prefix(5), b"ababa");
        let t = a.concat(&b"c"[..].into());
        assert_eq!(&*t, b"abc");
        assert_eq!(t, b"abc"[..].into());
        assert!(t != a);
    }
}
