//! What holds for the tokens of any text. Used by property tests and by `fuzz/`.

use go_lexer::{EventKind, Tok, tokenize};

/// Checks the tokens of `text`: ordered, inside the text, and nothing between them is lost.
pub(crate) fn check(text: &[u8]) {
    let toks = tokenize(text);
    let n = toks.len();
    assert!(n == toks.starts.len() && n == toks.ends.len(), "arrays of one length");
    assert_eq!(toks.kinds.last(), Some(&Tok::Eof), "ends with Eof");
    assert!(!toks.kinds[..n - 1].contains(&Tok::Eof), "one Eof");

    // What each byte belongs to: a token, a comment, or an error.
    let mut covered = vec![false; text.len()];
    let mut end = 0;
    for i in 0..n {
        let (lo, hi) = (toks.starts[i] as usize, toks.ends[i] as usize);
        assert!(end <= lo && lo <= hi && hi <= text.len(), "token {i}: {lo}..{hi} after {end} of {}", text.len());
        covered[lo..hi].fill(true);
        end = hi;
        if matches!(toks.kinds[i], Tok::Str | Tok::Char) {
            let _ = go_lexer::unquote(&String::from_utf8_lossy(toks.text(i, text)));
        }
    }
    let mut end = 0;
    for &(lo, hi) in &toks.comments {
        let (lo, hi) = (lo as usize, hi as usize);
        assert!(end <= lo && lo < hi && hi <= text.len(), "comment {lo}..{hi} after {end}");
        assert!(text[lo] == b'/', "comment starts with a slash");
        covered[lo..hi].fill(true);
        end = hi;
    }
    let mut token = 0;
    for e in &toks.events {
        assert!(token <= e.token && (e.token as usize) < n, "events follow the tokens");
        assert!(e.offset as usize <= text.len(), "event inside the text");
        token = e.token;
        if let EventKind::Error(_) = e.kind {
            // The whole character.
            let at = e.offset as usize;
            let len = (1..4).find(|k| text.get(at + k).is_none_or(|b| b & 0xc0 != 0x80)).unwrap_or(4);
            let hi = (at + len).min(text.len());
            covered[at..hi].fill(true);
        }
    }
    for (i, b) in text.iter().enumerate() {
        let bom = i < 3 && text.starts_with(b"\xef\xbb\xbf");
        assert!(covered[i] || bom || b" \t\r\n".contains(b), "byte {i} ({b:#x}) is lost");
    }
}
