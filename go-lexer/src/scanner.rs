//! The scanner: text to tokens in one pass over bytes, driven by a table of byte classes.
//!
//! Invariants: token starts ascend; the last token is `Eof`; every event names the token during
//! whose scan it arose, in ascending order. Errors have the words and places of
//! cmd/compile/internal/syntax.

use crate::clean::{self, Mapping, Removed};
use crate::token::{Tok, name_or_keyword};
use crate::unicode::{is_digit, is_letter, show_code_point};

/// The tokens of a text as parallel arrays, and what was found beside them.
#[derive(Default, Debug)]
pub struct Tokens {
    /// Kinds; the last is [`Tok::Eof`].
    pub kinds: Vec<Tok>,
    /// Byte offset of each token's start.
    pub starts: Vec<u32>,
    /// Byte offset past each token (an automatic semicolon at the end of the file is empty).
    pub ends: Vec<u32>,
    /// Errors and directives in the order of discovery.
    pub events: Vec<Event>,
    /// Start and end of every comment.
    pub comments: Vec<(u32, u32)>,
    /// Literals that were reported as malformed (indices of tokens, ascending).
    pub bad_literals: Vec<u32>,
}

/// An error or directive.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Event {
    /// Index of the token being looked for when it was met: it stands before that token or in it.
    pub token: u32,
    /// Where.
    pub offset: u32,
    /// What.
    pub kind: EventKind,
}

/// Kinds of events.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum EventKind {
    /// A lexical error: its message.
    Error(String),
    /// A `//go:`, `//line`, `/*line` or `//export` comment.
    Directive {
        /// Offset past the comment.
        end: u32,
        /// Nothing but blanks stands before it on its line.
        alone: bool,
    },
}

impl Tokens {
    /// Number of tokens, `Eof` included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.kinds.len()
    }

    /// Whether there is no token at all (never the case after [`tokenize`]).
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.kinds.is_empty()
    }

    /// The source bytes of token `i` of `text`.
    #[must_use]
    pub fn text<'t>(&self, i: usize, text: &'t [u8]) -> &'t [u8] {
        text.get(self.starts[i] as usize..self.ends[i] as usize).unwrap_or(b"")
    }

    /// The lexical errors: offset and message.
    pub fn errors(&self) -> impl Iterator<Item = (u32, &str)> {
        self.events.iter().filter_map(|e| match &e.kind {
            EventKind::Error(message) => Some((e.offset, message.as_str())),
            EventKind::Directive { .. } => None,
        })
    }
}

/// Splits `text` (any bytes, less than 4 GiB) into tokens.
#[must_use]
pub fn tokenize(text: &[u8]) -> Tokens {
    if let Some(s) = clean::as_clean(text) {
        return scan(s, &[]);
    }
    let (cleaned, removed) = clean::clean(text);
    let mut toks = scan(&cleaned, &removed);

    // Reports of what was left out belong to the token that reads past it.
    let mut at = 0;
    for r in &removed {
        let Some(message) = r.message else { continue };
        while at + 1 < toks.ends.len() && toks.ends[at] < r.clean {
            at += 1;
        }
        toks.events.push(Event { token: at as u32, offset: r.clean, kind: EventKind::Error(message.to_owned()) });
    }
    let added = removed.iter().filter(|r| r.message.is_some()).count();
    let first_added = toks.events.len() - added;
    let map = Mapping::new(&removed);
    toks.starts.iter_mut().for_each(|s| *s = map.start(*s));
    toks.ends.iter_mut().for_each(|e| *e = map.start(*e)); // broken bytes at the end count
    for c in &mut toks.comments {
        *c = (map.start(c.0), map.end(c.1));
    }
    for (e, r) in toks.events[first_added..].iter_mut().zip(removed.iter().filter(|r| r.message.is_some())) {
        e.offset = r.original;
    }
    for e in &mut toks.events[..first_added] {
        e.offset = map.start(e.offset);
        if let EventKind::Directive { end, .. } = &mut e.kind {
            *end = map.end(*end);
        }
    }
    toks.events.sort_by_key(|e| (e.token, e.offset));
    toks
}

fn scan(text: &str, removed: &[Removed]) -> Tokens {
    // Go has about one token per four bytes of text, comments included.
    let room = text.len() / 4 + 16;
    let toks = Tokens {
        kinds: Vec::with_capacity(room),
        starts: Vec::with_capacity(room),
        ends: Vec::with_capacity(room),
        ..Tokens::default()
    };
    let mut s = Scanner { text, bytes: text.as_bytes(), removed, i: 0, toks };
    s.run();
    s.toks
}

/// Classes of bytes.
mod class {
    /// Blank, tab, carriage return.
    pub(super) const SPACE: u8 = 1;
    /// ASCII letter or `_`.
    pub(super) const LETTER: u8 = 2;
    /// Decimal digit.
    pub(super) const DIGIT: u8 = 4;
    /// Anything but `"`, `\`, newline: what stands for itself in an interpreted string.
    pub(super) const STRING_PLAIN: u8 = 8;

    pub(super) static OF: [u8; 256] = {
        let mut t = [0; 256];
        let mut b = 0;
        while b < 256 {
            let c = b as u8;
            if c.is_ascii_alphabetic() || c == b'_' {
                t[b] |= LETTER;
            }
            if c.is_ascii_digit() {
                t[b] |= DIGIT;
            }
            if matches!(c, b' ' | b'\t' | b'\r') {
                t[b] |= SPACE;
            }
            if !matches!(c, b'"' | b'\\' | b'\n') {
                t[b] |= STRING_PLAIN;
            }
            b += 1;
        }
        t
    };
}

/// The offset from `i` on of the first byte that is in none of the `classes`.
#[inline(always)]
fn skip(bytes: &[u8], i: usize, classes: u8) -> usize {
    let rest = bytes.get(i..).unwrap_or(&[]);
    let n = rest.iter().position(|b| class::OF[*b as usize] & classes == 0);
    i + n.unwrap_or(rest.len())
}

pub(crate) struct Scanner<'a> {
    text: &'a str,
    pub(crate) bytes: &'a [u8],
    /// What was left out of the text.
    removed: &'a [Removed],
    /// Offset of the next byte.
    pub(crate) i: usize,
    pub(crate) toks: Tokens,
}

impl Scanner<'_> {
    /// The next byte; 0 at the end (cleaned text has no NUL).
    #[inline(always)]
    pub(crate) fn peek(&self) -> u8 {
        self.bytes.get(self.i).copied().unwrap_or(0)
    }

    /// The byte at `i`; 0 beyond the end.
    #[inline(always)]
    fn at(&self, i: usize) -> u8 {
        self.bytes.get(i).copied().unwrap_or(0)
    }

    /// The next character, if any.
    pub(crate) fn peek_char(&self) -> Option<char> {
        self.text.get(self.i..)?.chars().next()
    }

    /// Reports an error at `offset`, for the token being scanned.
    pub(crate) fn error_at(&mut self, offset: usize, message: impl Into<String>) {
        self.toks.events.push(Event {
            token: self.toks.kinds.len() as u32,
            offset: offset as u32,
            kind: EventKind::Error(message.into()),
        });
    }

    /// Reports an error at the next character.
    pub(crate) fn error(&mut self, message: impl Into<String>) {
        self.error_at(self.i, message);
    }

    #[inline(always)]
    pub(crate) fn push(&mut self, kind: Tok, start: usize) {
        self.toks.kinds.push(kind);
        self.toks.starts.push(start as u32);
        self.toks.ends.push(self.i as u32);
    }

    pub(crate) fn push_literal(&mut self, kind: Tok, start: usize, ok: bool) {
        if !ok {
            self.toks.bad_literals.push(self.toks.kinds.len() as u32);
        }
        self.push(kind, start);
    }

    fn run(&mut self) {
        // Whether a newline met now becomes a semicolon.
        let mut semi = false;
        loop {
            let start = skip(self.bytes, self.i, class::SPACE);
            self.i = start;
            let b = self.peek();
            let c = class::OF[b as usize];
            if c & class::LETTER != 0 {
                semi = self.name(start);
                continue;
            }
            if c & class::DIGIT != 0 {
                self.number(start);
                semi = true;
                continue;
            }
            match b {
                b'\n' => {
                    self.i += 1;
                    if semi {
                        self.push(Tok::Semi, start);
                        semi = false;
                    }
                    continue;
                }
                0 => {
                    if semi {
                        self.push(Tok::Semi, start);
                    }
                    self.push(Tok::Eof, start);
                    return;
                }
                b'"' => {
                    self.string(start);
                    semi = true;
                    continue;
                }
                b'`' => {
                    self.raw_string(start);
                    semi = true;
                    continue;
                }
                b'\'' => {
                    self.rune(start);
                    semi = true;
                    continue;
                }
                b'/' if self.at(start + 1) == b'/' => {
                    self.line_comment(start);
                    continue;
                }
                b'/' if self.at(start + 1) == b'*' => {
                    if self.block_comment(start) && semi {
                        self.push(Tok::Semi, start);
                        semi = false;
                    }
                    continue;
                }
                b'.' if self.at(start + 1).is_ascii_digit() => {
                    self.number(start);
                    semi = true;
                    continue;
                }
                0x80.. => {
                    if self.other_name_start() {
                        semi = self.name(start);
                    }
                    continue;
                }
                _ => {}
            }
            let (kind, len) = self.punctuation(b);
            if len == 0 {
                self.error(format!("invalid character {}", show_code_point(u32::from(b))));
                self.i += 1;
                continue;
            }
            self.i += len;
            self.push(kind, start);
            semi = matches!(kind, Tok::Rparen | Tok::Rbrack | Tok::Rbrace | Tok::Inc | Tok::Dec);
        }
    }

    /// The operator or delimiter that starts with `b` and its length; 0 if there is none.
    #[inline]
    fn punctuation(&self, b: u8) -> (Tok, usize) {
        let b1 = self.at(self.i + 1);
        // An operator of length `n`, or its assigning form if `=` follows.
        let op = |n: usize, plain: Tok, assigning: Tok| {
            if self.at(self.i + n) == b'=' { (assigning, n + 1) } else { (plain, n) }
        };
        match b {
            b'(' => (Tok::Lparen, 1),
            b')' => (Tok::Rparen, 1),
            b'[' => (Tok::Lbrack, 1),
            b']' => (Tok::Rbrack, 1),
            b'{' => (Tok::Lbrace, 1),
            b'}' => (Tok::Rbrace, 1),
            b',' => (Tok::Comma, 1),
            b';' => (Tok::Semi, 1),
            b'.' if b1 == b'.' && self.at(self.i + 2) == b'.' => (Tok::DotDotDot, 3),
            b'.' => (Tok::Dot, 1),
            b':' if b1 == b'=' => (Tok::Define, 2),
            b':' => (Tok::Colon, 1),
            b'=' if b1 == b'=' => (Tok::Eql, 2),
            b'=' => (Tok::Assign, 1),
            b'+' if b1 == b'+' => (Tok::Inc, 2),
            b'+' => op(1, Tok::Add, Tok::AddAssign),
            b'-' if b1 == b'-' => (Tok::Dec, 2),
            b'-' => op(1, Tok::Sub, Tok::SubAssign),
            b'*' => op(1, Tok::Star, Tok::MulAssign),
            b'/' => op(1, Tok::Div, Tok::DivAssign),
            b'%' => op(1, Tok::Rem, Tok::RemAssign),
            b'&' if b1 == b'&' => (Tok::AndAnd, 2),
            b'&' if b1 == b'^' => op(2, Tok::AndNot, Tok::AndNotAssign),
            b'&' => op(1, Tok::And, Tok::AndAssign),
            b'|' if b1 == b'|' => (Tok::OrOr, 2),
            b'|' => op(1, Tok::Or, Tok::OrAssign),
            b'^' => op(1, Tok::Xor, Tok::XorAssign),
            b'<' if b1 == b'=' => (Tok::Leq, 2),
            b'<' if b1 == b'<' => op(2, Tok::Shl, Tok::ShlAssign),
            b'<' if b1 == b'-' => (Tok::Arrow, 2),
            b'<' => (Tok::Lss, 1),
            b'>' if b1 == b'=' => (Tok::Geq, 2),
            b'>' if b1 == b'>' => op(2, Tok::Shr, Tok::ShrAssign),
            b'>' => (Tok::Gtr, 1),
            b'!' if b1 == b'=' => (Tok::Neq, 2),
            b'!' => (Tok::Not, 1),
            b'~' => (Tok::Tilde, 1),
            _ => (Tok::Eof, 0),
        }
    }

    /// A name or keyword whose first character has been looked at. Returns whether it ends a
    /// statement.
    #[inline(always)]
    fn name(&mut self, start: usize) -> bool {
        self.i = skip(self.bytes, start, class::LETTER | class::DIGIT);
        if self.peek() >= 0x80 {
            self.name_rest();
        }
        let mut kind = name_or_keyword(&self.bytes[start..self.i]);
        if !self.removed.is_empty() && self.is_broken(start) {
            kind = Tok::Name;
        }
        self.push(kind, start);
        kind == Tok::Name || kind.ends_statement()
    }

    /// Whether something was left out after the first character of the token from `start` to here:
    /// such a token is no keyword.
    #[cold]
    fn is_broken(&self, start: usize) -> bool {
        let after = self.removed.partition_point(|r| r.clean as usize <= start);
        self.removed.get(after).is_some_and(|r| r.clean as usize <= self.i)
    }

    /// The rest of a name from its first character beyond ASCII on.
    #[cold]
    fn name_rest(&mut self) {
        while let Some(c) = self.peek_char() {
            if !(is_letter(c) || c == '_' || is_digit(c)) {
                if c.is_ascii() {
                    return;
                }
                self.error(format!("invalid character {} in identifier", show_code_point(c as u32)));
            }
            self.i += c.len_utf8();
        }
    }

    /// A character beyond ASCII where a token starts: takes it as the start of a name.
    #[cold]
    fn other_name_start(&mut self) -> bool {
        let Some(c) = self.peek_char() else {
            self.i += 1;
            return false;
        };
        if is_digit(c) {
            self.error(format!("identifier cannot begin with digit {}", show_code_point(c as u32)));
        } else if !is_letter(c) {
            self.error(format!("invalid character {} in identifier", show_code_point(c as u32)));
        }
        self.i += c.len_utf8();
        true
    }

    fn string(&mut self, start: usize) {
        self.i += 1;
        let mut ok = true;
        loop {
            self.i = skip(self.bytes, self.i, class::STRING_PLAIN);
            match self.peek() {
                b'"' => {
                    self.i += 1;
                    break;
                }
                b'\\' => {
                    self.i += 1;
                    ok &= self.escape(b'"');
                }
                b'\n' => {
                    self.error("newline in string");
                    ok = false;
                    break;
                }
                _ => {
                    self.error_at(start, "string not terminated");
                    ok = false;
                    break;
                }
            }
        }
        self.push_literal(Tok::Str, start, ok);
    }

    fn raw_string(&mut self, start: usize) {
        match self.text[start + 1..].find('`') {
            Some(n) => {
                self.i = start + n + 2;
                self.push_literal(Tok::Str, start, true);
            }
            None => {
                self.i = self.bytes.len();
                self.error_at(start, "string not terminated");
                self.push_literal(Tok::Str, start, false);
            }
        }
    }

    fn line_comment(&mut self, start: usize) {
        let rest = &self.text[start..];
        self.i = start + rest.find('\n').unwrap_or(rest.len());
        self.toks.comments.push((start as u32, self.i as u32));
        let body = &self.bytes[start + 2..self.i];
        if body.starts_with(b"go:") || body.starts_with(b"line ") || body.starts_with(b"export ") {
            self.directive(start);
        }
    }

    /// Returns whether the comment has a line break in it.
    fn block_comment(&mut self, start: usize) -> bool {
        match self.text[start + 2..].find("*/") {
            Some(n) => {
                self.i = start + 2 + n + 2;
                self.toks.comments.push((start as u32, self.i as u32));
                if self.bytes[start + 2..].starts_with(b"line ") {
                    self.directive(start);
                }
            }
            None => {
                self.i = self.bytes.len();
                self.toks.comments.push((start as u32, self.i as u32));
                self.error_at(start, "comment not terminated");
            }
        }
        self.bytes[start..self.i].contains(&b'\n')
    }

    fn directive(&mut self, start: usize) {
        let before = &self.bytes[..start];
        let blanks = before.iter().rev().find(|b| class::OF[**b as usize] & class::SPACE == 0);
        self.toks.events.push(Event {
            token: self.toks.kinds.len() as u32,
            offset: start as u32,
            kind: EventKind::Directive { end: self.i as u32, alone: matches!(blanks, None | Some(b'\n')) },
        });
    }
}
