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

/// Broken bytes of a file that are reported.
const MAX_MESSAGES: usize = 10_000;

const BOM: &[u8] = b"\xef\xbb\xbf";

/// The text as UTF-8 if nothing has to be left out.
pub(crate) fn as_clean(text: &[u8]) -> Option<&str> {
    let s = std::str::from_utf8(text).ok()?;
    if s.contains('\0') || s.contains('\u{feff}') { None } else { Some(s) }
}

/// The text without what has to be left out, and what that was.
pub(crate) fn clean(text: &[u8]) -> (String, Vec<Removed>) {
    let mut out = String::with_capacity(text.len());
    let mut removed: Vec<Removed> = Vec::new();
    let mut told = 0;
    let mut add = |r: Removed| match removed.last_mut() {
        // Nobody reads so many messages, but the place must be kept.
        Some(last) if told >= MAX_MESSAGES && last.clean == r.clean => last.len += r.len,
        _ => {
            told += 1;
            let message = r.message.filter(|_| told <= MAX_MESSAGES);
            removed.push(Removed { message, ..r });
        }
    };
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
            add(Removed { original: original as u32, clean: out.len() as u32, len: len as u32, message });
            run = &run[at + len..];
        }
        out.push_str(run);
        i = end;
        if i < text.len() {
            add(Removed {
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

/// Maps offsets of the cleaned text back.
pub(crate) struct Mapping<'a> {
    removed: &'a [Removed],
    /// How much was left out up to and with each.
    shifts: Vec<u32>,
}

impl<'a> Mapping<'a> {
    pub(crate) fn new(removed: &'a [Removed]) -> Mapping<'a> {
        let mut sum = 0;
        let shifts = removed.iter().map(|r| {
            sum += r.len;
            sum
        });
        Mapping { removed, shifts: shifts.collect() }
    }

    /// The original offset of the byte at `clean` (what was left out before it is skipped).
    pub(crate) fn start(&self, clean: u32) -> u32 {
        let n = self.removed.partition_point(|r| r.clean <= clean);
        clean + if n == 0 { 0 } else { self.shifts[n - 1] }
    }

    /// The original offset past the byte that ends at `clean`.
    pub(crate) fn end(&self, clean: u32) -> u32 {
        if clean == 0 { 0 } else { self.start(clean - 1) + 1 }
    }
}
