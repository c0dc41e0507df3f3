//! Bytes that Go's scanner reports and then passes over as if they were absent: NUL, invalid UTF-8,
//! and byte order marks. Nearly all files have none; for the others a cleaned copy is scanned and
//! its offsets are mapped back.

/// A byte that was left out.
pub(crate) struct Removed {
    /// Offset in the original text.
    pub(crate) original: u32,
    /// Offset in the cleaned text of the byte that follows.
    pub(crate) clean: u32,
    /// Bytes left out there.
    pub(crate) len: u32,
    /// What is to be reported; a mark at the very start is fine.
    pub(crate) message: Option<&'static str>,
}

const BOM: &[u8] = b"\xef\xbb\xbf";

/// The text as UTF-8 if nothing has to be left out.
pub(crate) fn as_clean(text: &[u8]) -> Option<&str> {
    let s = std::str::from_utf8(text).ok()?;
    if s.contains('\0') || s.contains('\u{feff}') { None } else { Some(s) }
}

/// The text without what has to be left out, and what that was.
pub(crate) fn clean(text: &[u8]) -> (String, Vec<Removed>) {
    let mut out = String::with_capacity(text.len());
    let mut removed = Vec::new();
    let mut i = 0;
    while i < text.len() {
        // The longest valid run from here on; broken bytes are dropped one by one.
        let rest = &text[i..];
        let valid = match std::str::from_utf8(rest) {
            Ok(s) => s,
            Err(e) => std::str::from_utf8(&rest[..e.valid_up_to()]).unwrap_or(""),
        };
        let end = i + valid.len();
        let mut run = valid;
        while let Some(at) = run.find(['\0', '\u{feff}']) {
            out.push_str(&run[..at]);
            let original = end - run.len() + at;
            let is_nul = run.as_bytes()[at] == 0;
            let len = if is_nul { 1 } else { BOM.len() };
            let message = match (is_nul, original) {
                (true, 0) => Some("invalid character U+0000"),
                (true, _) => Some("invalid NUL character"),
                (false, 0) => None,
                (false, _) => Some("invalid BOM in the middle of the file"),
            };
            removed.push(Removed { original: original as u32, clean: out.len() as u32, len: len as u32, message });
            run = &run[at + len..];
        }
        out.push_str(run);
        i = end;
        if i < text.len() {
            removed.push(Removed {
                original: i as u32,
                clean: out.len() as u32,
                len: 1,
                message: Some("invalid UTF-8 encoding"),
            });
            i += 1;
        }
    }
    (out, removed)
}

/// Maps offsets of the cleaned text back; asked in ascending order.
pub(crate) struct Mapping<'a> {
    removed: &'a [Removed],
    next: usize,
    shift: u32,
}

impl<'a> Mapping<'a> {
    pub(crate) fn new(removed: &'a [Removed]) -> Mapping<'a> {
        Mapping { removed, next: 0, shift: 0 }
    }

    /// The original offset of the byte at `clean` (what was left out before it is skipped).
    pub(crate) fn start(&mut self, clean: u32) -> u32 {
        while self.next < self.removed.len() && self.removed[self.next].clean <= clean {
            self.shift += self.removed[self.next].len;
            self.next += 1;
        }
        clean + self.shift
    }

    /// The original offset past the byte that ends at `clean`.
    pub(crate) fn end(&mut self, clean: u32) -> u32 {
        if clean == 0 { 0 } else { self.start(clean - 1) + 1 }
    }
}
