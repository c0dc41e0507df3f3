//! Text to tokens, by the rules of Go's `text/scanner` with newlines as tokens.

use rustc_hash::FxHashMap;
use std::rc::Rc;

/// Kinds of tokens.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Tok {
    Eof,
    Newline,
    Ident,
    Int,
    Float,
    Char,
    Str,
    /// `<<`
    Shl,
    /// `>>`
    Shr,
    /// `->`
    Arrow,
    /// `@>`
    Rot,
    /// A `//go:build` line.
    Build,
    Punct(char),
}

/// An interned text.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Name(u32);

/// A token. Those of a macro's body have the place of its use.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    pub(crate) tok: Tok,
    pub(crate) text: Name,
    pub(crate) line: u32,
    pub(crate) col: u32,
    /// It follows its predecessor without space.
    pub(crate) tight: bool,
}

/// All texts of an assembly, each once.
#[derive(Default)]
pub(crate) struct Interner {
    ids: FxHashMap<Rc<str>, Name>,
    texts: Vec<Rc<str>>,
}

impl Interner {
    pub(crate) fn intern(&mut self, text: &str) -> Name {
        if let Some(&id) = self.ids.get(text) {
            return id;
        }
        let id = Name(u32::try_from(self.texts.len()).expect("fewer than 2^32 texts"));
        let text: Rc<str> = text.into();
        self.texts.push(Rc::clone(&text));
        self.ids.insert(text, id);
        id
    }

    pub(crate) fn text(&self, name: Name) -> Rc<str> {
        Rc::clone(&self.texts[name.0 as usize])
    }

    pub(crate) fn str(&self, name: Name) -> &str {
        &self.texts[name.0 as usize]
    }
}

/// A lexical error: line, column and message.
pub(crate) type LexError = (u32, u32, String);

/// The tokens of a file; the last is [`Tok::Eof`].
pub(crate) fn tokenize(text: &str, names: &mut Interner) -> Result<Vec<Token>, LexError> {
    let mut s = Scanner { text, pos: 0, line: 1, line_start: 0 };
    let mut out = Vec::with_capacity(text.len() / 4);
    loop {
        let before = s.pos;
        s.skip_blank()?;
        let start = s.pos;
        let (line, col) = (s.line, s.col());
        let tok = s.token()?;
        let text = &text[start..s.pos];
        let text = match tok {
            // The substitutes of dot and slash, which identifiers cannot hold.
            Tok::Ident | Tok::Str if text.contains(['·', '∕']) => {
                names.intern(&text.replace('·', ".").replace('∕', "/"))
            }
            Tok::Newline => names.intern("\n"),
            Tok::Eof => names.intern("EOF"),
            _ => names.intern(text),
        };
        out.push(Token { tok, text, line, col, tight: before == start });
        if tok == Tok::Eof {
            return Ok(out);
        }
    }
}

struct Scanner<'a> {
    text: &'a str,
    pos: usize,
    line: u32,
    line_start: usize,
}

impl Scanner<'_> {
    fn col(&self) -> u32 {
        (self.pos - self.line_start) as u32 + 1
    }

    fn peek(&self) -> Option<char> {
        self.text[self.pos..].chars().next()
    }

    fn byte(&self, ahead: usize) -> u8 {
        self.text.as_bytes().get(self.pos + ahead).copied().unwrap_or(0)
    }

    fn newline(&mut self) {
        self.line += 1;
        self.line_start = self.pos;
    }

    fn skip_blank(&mut self) -> Result<(), LexError> {
        loop {
            match self.byte(0) {
                b' ' | b'\t' | b'\r' => self.pos += 1,
                b'/' if self.byte(1) == b'/' && self.at_build_line() => return Ok(()),
                b'/' if self.byte(1) == b'/' => {
                    let rest = &self.text[self.pos..];
                    self.pos += rest.find('\n').unwrap_or(rest.len());
                }
                b'/' if self.byte(1) == b'*' => {
                    let (line, col) = (self.line, self.col());
                    let rest = &self.text[self.pos + 2..];
                    let Some(end) = rest.find("*/") else {
                        return Err((line, col, "comment not terminated".into()));
                    };
                    let stop = self.pos + 2 + end + 2;
                    while let Some(i) = self.text[self.pos..stop].find('\n') {
                        self.pos += i + 1;
                        self.newline();
                    }
                    self.pos = stop;
                }
                _ => return Ok(()),
            }
        }
    }

    /// Whether a comment that is next is a build constraint on a line of its own.
    fn at_build_line(&self) -> bool {
        let before = &self.text[self.line_start..self.pos];
        let after = self.text[self.pos..].strip_prefix("//go:build");
        before.trim_start().is_empty() && after.is_some_and(|a| a.is_empty() || a.starts_with([' ', '\t', '\n', '\r']))
    }

    fn token(&mut self) -> Result<Tok, LexError> {
        let Some(c) = self.peek() else { return Ok(Tok::Eof) };
        if c == '/' && self.at_build_line() {
            let rest = &self.text[self.pos..];
            self.pos += rest.find('\n').unwrap_or(rest.len());
            return Ok(Tok::Build);
        }
        if is_ident(c, false) {
            while let Some(c) = self.peek().filter(|&c| is_ident(c, true)) {
                self.pos += c.len_utf8();
            }
            return Ok(Tok::Ident);
        }
        if c.is_ascii_digit() || c == '.' && self.byte(1).is_ascii_digit() {
            return Ok(self.number());
        }
        if c == '"' || c == '\'' {
            return self.quoted(c);
        }
        self.pos += c.len_utf8();
        Ok(match c {
            '\n' => {
                self.newline();
                Tok::Newline
            }
            '-' if self.follows(b'>') => Tok::Arrow,
            '@' if self.follows(b'>') => Tok::Rot,
            '<' if self.follows(b'<') => Tok::Shl,
            '>' if self.follows(b'>') => Tok::Shr,
            _ => Tok::Punct(c),
        })
    }

    fn follows(&mut self, b: u8) -> bool {
        let yes = self.byte(0) == b;
        self.pos += usize::from(yes);
        yes
    }

    fn number(&mut self) -> Tok {
        let prefix = self.byte(1).to_ascii_lowercase();
        if self.byte(0) == b'0' && matches!(prefix, b'x' | b'b' | b'o') {
            self.pos += 2;
            while self.byte(0).is_ascii_hexdigit() || self.byte(0) == b'_' {
                self.pos += 1;
            }
            return self.exponent(b'p', Tok::Int);
        }
        self.digits();
        let mut tok = Tok::Int;
        if self.byte(0) == b'.' {
            self.pos += 1;
            self.digits();
            tok = Tok::Float;
        }
        self.exponent(b'e', tok)
    }

    fn digits(&mut self) {
        while self.byte(0).is_ascii_digit() || self.byte(0) == b'_' {
            self.pos += 1;
        }
    }

    fn exponent(&mut self, letter: u8, tok: Tok) -> Tok {
        let sign = usize::from(matches!(self.byte(1), b'+' | b'-'));
        if self.byte(0).to_ascii_lowercase() != letter || !self.byte(1 + sign).is_ascii_digit() {
            return tok;
        }
        self.pos += 1 + sign;
        self.digits();
        Tok::Float
    }

    fn quoted(&mut self, quote: char) -> Result<Tok, LexError> {
        let (line, col) = (self.line, self.col());
        self.pos += 1;
        loop {
            match self.peek() {
                Some(c) if c == quote => {
                    self.pos += 1;
                    return Ok(if quote == '"' { Tok::Str } else { Tok::Char });
                }
                Some('\\') if self.text.len() > self.pos + 1 && self.byte(1) != b'\n' => {
                    self.pos += 1;
                    self.pos += self.peek().map_or(0, char::len_utf8);
                }
                None | Some('\n' | '\\') => return Err((line, col, "literal not terminated".into())),
                Some(c) => self.pos += c.len_utf8(),
            }
        }
    }
}

fn is_ident(c: char, inner: bool) -> bool {
    c == '_' || c == '·' || c == '∕' || c.is_alphabetic() || inner && c.is_numeric()
}
