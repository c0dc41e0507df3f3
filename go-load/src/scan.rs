//! The header scanner: package clause, imports and directives of a Go file, from its bytes.
//!
//! It reads no further than the last import, except for `//go:embed` lines in files that import
//! "embed". It is not the parser: what it accepts is what go/build accepts, and its messages are
//! those of go/parser, since cmd/go shows these for files whose header is broken. Positions are
//! byte offsets; [`line_col`] turns them into lines when a message needs them.

/// One import of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportSpec {
    /// The path, unquoted.
    pub path: String,
    /// Offset of the spec: its name if it has one, else its path.
    pub offset: u32,
}

/// One pattern of a `//go:embed` line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmbedPattern {
    /// The pattern, unquoted.
    pub pattern: String,
    /// Offset of the pattern.
    pub offset: u32,
}

/// A `//go:` line in front of the package clause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directive {
    /// The whole comment.
    pub text: String,
    /// Its offset.
    pub offset: u32,
}

/// What is wrong with a header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderError {
    /// Where.
    pub offset: u32,
    /// go/parser's words.
    pub message: String,
    /// What kind of problem.
    pub kind: HeaderErrorKind,
}

/// Kinds of broken headers; cmd/go tells them in different forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeaderErrorKind {
    /// Not Go's grammar.
    Syntax,
    /// An import path that no package can have: told with the full file name.
    ImportPath,
    /// A byte 0: told as a failure to read the file.
    Nul,
}

/// A file's header.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// The package name; empty if the clause is broken.
    pub package: String,
    /// Imports in source order.
    pub imports: Vec<ImportSpec>,
    /// `//go:` lines before the package clause.
    pub directives: Vec<Directive>,
    /// `//go:embed` patterns, if the file imports "embed".
    pub embeds: Vec<EmbedPattern>,
    /// The first error.
    pub error: Option<HeaderError>,
}

/// Line and column (both from 1, the column in bytes) of an offset.
///
/// As in go/token, a newline at the very end starts no new line.
pub fn line_col(source: &[u8], offset: u32) -> (u32, u32) {
    let offset = offset as usize;
    if offset >= source.len()
        && let Some((b'\n', rest)) = source.split_last()
    {
        let (line, column) = line_col(rest, rest.len() as u32);
        return (line, column + 1);
    }
    let before = &source[..source.len().min(offset)];
    let line = before.iter().filter(|&&b| b == b'\n').count();
    let start = before.iter().rposition(|&b| b == b'\n').map_or(0, |i| i + 1);
    (line as u32 + 1, (before.len() - start) as u32 + 1)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tok {
    Eof,
    Ident,
    Keyword,
    Str,
    /// A number or rune literal.
    Literal,
    /// An explicit `;`.
    Semi,
    /// A semicolon made of a line's end.
    Newline,
    LParen,
    RParen,
    Dot,
    Comma,
    Op,
}

const KEYWORDS: [&str; 25] = [
    "break",
    "case",
    "chan",
    "const",
    "continue",
    "default",
    "defer",
    "else",
    "fallthrough",
    "for",
    "func",
    "go",
    "goto",
    "if",
    "import",
    "interface",
    "map",
    "package",
    "range",
    "return",
    "select",
    "struct",
    "switch",
    "type",
    "var",
];

const OPERATORS: [&str; 24] = [
    "<<=", ">>=", "&^=", "...", "&&", "||", "<-", "++", "--", "==", "!=", "<=", ">=", ":=", "+=", "-=", "*=", "/=",
    "%=", "&=", "|=", "^=", "<<", ">>",
];

struct Scanner<'a> {
    src: &'a [u8],
    i: usize,
    tok: Tok,
    start: usize,
    end: usize,
    /// Whether a line's end becomes a semicolon.
    semi: bool,
    error: Option<HeaderError>,
    directives: Vec<Directive>,
    embeds: Vec<EmbedPattern>,
    mode: Comments,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Comments {
    Directives,
    Skip,
    Embeds,
}

fn is_ident(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'_' || b >= 0x80
}

impl<'a> Scanner<'a> {
    fn text(&self) -> &'a [u8] {
        &self.src[self.start..self.end]
    }

    fn fail(&mut self, offset: usize, message: impl Into<String>) {
        if self.error.as_ref().is_none_or(|e| offset < e.offset as usize) {
            self.error =
                Some(HeaderError { offset: offset as u32, message: message.into(), kind: HeaderErrorKind::Syntax });
        }
    }

    fn comment(&mut self, at: usize, end: usize) {
        let mut line = &self.src[at..end];
        if let [rest @ .., b'\r'] = line {
            line = rest;
        }
        match self.mode {
            Comments::Directives if line.starts_with(b"//go:") => {
                self.directives.push(Directive { text: String::from_utf8_lossy(line).into_owned(), offset: at as u32 });
            }
            Comments::Embeds if line.starts_with(b"//go:embed") => {
                if let Ok(text) = std::str::from_utf8(line)
                    && let Some(list) = embed_patterns(text, at as u32)
                {
                    self.embeds.extend(list);
                }
            }
            Comments::Directives | Comments::Embeds | Comments::Skip => {}
        }
    }

    /// Skips blanks and comments; true if a line ended in between (outside an automatic semicolon).
    fn skip_space(&mut self) -> Option<usize> {
        let src = self.src;
        while let Some(&b) = src.get(self.i) {
            match b {
                b'\n' if self.semi => return Some(self.i),
                b' ' | b'\t' | b'\r' | b'\n' => self.i += 1,
                b'/' if src.get(self.i + 1) == Some(&b'/') => {
                    let at = self.i;
                    let len = src[at..].iter().position(|&b| b == b'\n').unwrap_or(src.len() - at);
                    self.i = at + len;
                    self.comment(at, self.i);
                }
                b'/' if src.get(self.i + 1) == Some(&b'*') => {
                    let at = self.i;
                    match src[at + 2..].windows(2).position(|w| w == b"*/") {
                        Some(n) => {
                            let body = &src[at..at + 2 + n];
                            if self.semi && body.contains(&b'\n') {
                                self.semi = false;
                                self.i = at + n + 4;
                                return Some(at);
                            }
                            self.i = at + n + 4;
                        }
                        None => {
                            self.fail(at, "comment not terminated");
                            self.i = src.len();
                        }
                    }
                }
                _ => break,
            }
        }
        None
    }

    fn next(&mut self) {
        let at_end_of_line = self.skip_space();
        self.start = self.i;
        if let Some(at) = at_end_of_line {
            self.start = at;
            self.end = at;
            self.semi = false;
            self.tok = Tok::Newline;
            return;
        }
        let src = self.src;
        let Some(&b) = src.get(self.i) else {
            self.end = self.i;
            self.tok = if self.semi { Tok::Newline } else { Tok::Eof };
            self.semi = false;
            return;
        };
        let semi;
        self.tok = match b {
            _ if is_ident(b) && !b.is_ascii_digit() => {
                while self.i < src.len() && is_ident(src[self.i]) {
                    self.i += 1;
                }
                let word = &src[self.start..self.i];
                if KEYWORDS.iter().any(|k| k.as_bytes() == word) {
                    semi = matches!(word, b"break" | b"continue" | b"fallthrough" | b"return");
                    Tok::Keyword
                } else {
                    semi = true;
                    Tok::Ident
                }
            }
            b'0'..=b'9' => {
                while self.i < src.len() && (is_ident(src[self.i]) || src[self.i] == b'.') {
                    self.i += 1;
                }
                semi = true;
                Tok::Literal
            }
            b'"' | b'`' | b'\'' => {
                semi = true;
                self.quoted(b)
            }
            _ => {
                let rest = &src[self.i..];
                let len = OPERATORS.iter().find(|o| rest.starts_with(o.as_bytes())).map_or(1, |o| o.len());
                self.i += len;
                semi = matches!(b, b')' | b']' | b'}') || rest.starts_with(b"++") || rest.starts_with(b"--");
                match b {
                    b';' => Tok::Semi,
                    b'(' => Tok::LParen,
                    b')' => Tok::RParen,
                    b',' => Tok::Comma,
                    b'.' if len == 1 => Tok::Dot,
                    0 => {
                        self.fail(self.start, "illegal character NUL");
                        Tok::Op
                    }
                    b'#' | b'?' | b'@' | b'$' | b'\\' | 1..=31 | 127 => {
                        let c = b as char;
                        self.fail(self.start, format!("illegal character U+{:04X} '{c}'", b as u32));
                        Tok::Op
                    }
                    _ => Tok::Op,
                }
            }
        };
        self.semi = semi;
        self.end = self.i;
    }

    fn quoted(&mut self, quote: u8) -> Tok {
        let src = self.src;
        self.i += 1;
        loop {
            match src.get(self.i) {
                Some(&b) if b == quote => {
                    self.i += 1;
                    break;
                }
                Some(b'\\') if quote != b'`' => self.i = (self.i + 2).min(src.len()),
                Some(b'\n') if quote != b'`' => {
                    let what = if quote == b'"' { "string" } else { "rune" };
                    self.fail(self.start, format!("{what} literal not terminated"));
                    break;
                }
                Some(_) => self.i += 1,
                None => {
                    let what = match quote {
                        b'"' => "string",
                        b'`' => "raw string",
                        _ => "rune",
                    };
                    self.fail(self.start, format!("{what} literal not terminated"));
                    break;
                }
            }
        }
        if quote == b'\'' { Tok::Literal } else { Tok::Str }
    }

    fn expected(&mut self, what: &str) {
        let found = match self.tok {
            Tok::Newline => "newline".to_owned(),
            Tok::Ident | Tok::Str | Tok::Literal => String::from_utf8_lossy(self.text()).into_owned(),
            Tok::Eof => "'EOF'".to_owned(),
            Tok::Keyword | Tok::Semi | Tok::LParen | Tok::RParen | Tok::Dot | Tok::Comma | Tok::Op => {
                format!("'{}'", String::from_utf8_lossy(self.text()))
            }
        };
        self.fail(self.start, format!("expected {what}, found {found}"));
    }
}

/// Reads a file's header.
pub fn scan_header(source: &[u8]) -> Header {
    let i = if source.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    let mut s = Scanner {
        src: source,
        i,
        tok: Tok::Eof,
        start: i,
        end: i,
        semi: false,
        error: None,
        directives: Vec::new(),
        embeds: Vec::new(),
        mode: Comments::Directives,
    };
    let mut header = Header::default();
    s.next();
    s.mode = Comments::Skip;
    clause_and_imports(&mut s, &mut header);
    let read = s.i;
    if s.error.is_none() && header.imports.iter().any(|i| i.path == "embed") {
        s.mode = Comments::Embeds;
        (s.i, s.semi) = (i, false);
        s.next();
        while s.tok != Tok::Eof {
            s.next();
        }
        // Errors in the rest of the file are the parser's to tell.
        s.error = None;
    }
    if header.error.is_none() {
        header.error = s.error;
    }
    if let Some(at) = source[..read].iter().position(|&b| b == 0) {
        header.error = Some(HeaderError {
            offset: at as u32,
            message: "unexpected NUL in input".into(),
            kind: HeaderErrorKind::Nul,
        });
    }
    if header.error.is_some() {
        // As in go/build: a broken header has no imports.
        header.imports.clear();
        return header;
    }
    header.directives = s.directives;
    header.embeds = s.embeds;
    header
}

fn is_keyword(s: &Scanner<'_>, word: &[u8]) -> bool {
    s.tok == Tok::Keyword && s.text() == word
}

fn clause_and_imports(s: &mut Scanner<'_>, header: &mut Header) {
    if s.error.is_some() {
        return;
    }
    if !is_keyword(s, b"package") {
        s.expected("'package'");
        return;
    }
    s.next();
    if s.tok != Tok::Ident {
        s.expected("'IDENT'");
        return;
    }
    header.package = String::from_utf8_lossy(s.text()).into_owned();
    s.next();
    if !end_of_spec(s) {
        return;
    }
    while is_keyword(s, b"import") && s.error.is_none() {
        s.next();
        if s.tok == Tok::LParen {
            s.next();
            while s.tok != Tok::RParen && s.tok != Tok::Eof {
                if !import_spec(s, header) {
                    return;
                }
                if !matches!(s.tok, Tok::RParen) && !list_separator(s) {
                    return;
                }
            }
            if s.tok != Tok::RParen {
                s.expected("')'");
                return;
            }
            s.next();
        } else if !import_spec(s, header) {
            return;
        }
        if !end_of_spec(s) {
            return;
        }
    }
}

/// After a clause or a spec at top level. What follows on the same line is the parser's business
/// unless it is an import: go/build stops reading there.
fn end_of_spec(s: &mut Scanner<'_>) -> bool {
    match s.tok {
        Tok::Semi | Tok::Newline => {
            s.next();
            true
        }
        Tok::Keyword if s.text() == b"import" => {
            s.expected("';'");
            false
        }
        _ => false,
    }
}

fn list_separator(s: &mut Scanner<'_>) -> bool {
    match s.tok {
        Tok::Semi | Tok::Newline => {
            s.next();
            true
        }
        _ => {
            s.expected("';'");
            false
        }
    }
}

fn import_spec(s: &mut Scanner<'_>, header: &mut Header) -> bool {
    let offset = s.start;
    if matches!(s.tok, Tok::Ident | Tok::Dot) {
        s.next();
    }
    match s.tok {
        Tok::Str => {}
        Tok::Literal => {
            let at = s.start;
            s.fail(at, "import path must be a string");
            return false;
        }
        _ => {
            let at = s.start;
            s.fail(at, "missing import path");
            return false;
        }
    }
    if s.error.is_some() {
        return false;
    }
    let path = unquote(s.text()).unwrap_or_default();
    if !is_valid_import(&path) {
        if header.error.is_none() {
            header.error = Some(HeaderError {
                offset: offset as u32,
                message: format!("invalid import path: {path}"),
                kind: HeaderErrorKind::ImportPath,
            });
        }
    } else {
        header.imports.push(ImportSpec { path, offset: offset as u32 });
    }
    s.next();
    true
}

/// The stricter rule for import paths that the spec allows compilers to have.
fn is_valid_import(path: &str) -> bool {
    const ILLEGAL: &str = "!\"#$%&'()*,:;<=>?[\\]^{|}`\u{FFFD}";
    !path.is_empty() && !path.chars().any(|c| c.is_control() || c.is_whitespace() || ILLEGAL.contains(c))
}

/// The value of a Go string literal, quotes included.
pub(crate) fn unquote(lit: &[u8]) -> Option<String> {
    let lit = std::str::from_utf8(lit).ok()?;
    if let Some(raw) = lit.strip_prefix('`') {
        return Some(raw.strip_suffix('`')?.replace('\r', ""));
    }
    let body = lit.strip_prefix('"')?.strip_suffix('"')?;
    if !body.contains('\\') {
        return Some(body.to_owned());
    }
    let mut out = Vec::new();
    let mut chars = body.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            continue;
        }
        let e = chars.next()?;
        let mut number = |first: Option<char>, digits: usize, radix: u32| -> Option<u32> {
            let text: String = first.into_iter().chain(chars.by_ref().take(digits)).collect();
            u32::from_str_radix(&text, radix).ok()
        };
        match e {
            'a' => out.push(7),
            'b' => out.push(8),
            'f' => out.push(12),
            'n' => out.push(b'\n'),
            'r' => out.push(b'\r'),
            't' => out.push(b'\t'),
            'v' => out.push(11),
            '\\' | '"' => out.push(e as u8),
            'x' => out.push(number(None, 2, 16)? as u8),
            '0'..='7' => out.push(u8::try_from(number(Some(e), 2, 8)?).ok()?),
            'u' | 'U' => {
                let code = number(None, if e == 'u' { 4 } else { 8 }, 16)?;
                out.extend_from_slice(char::from_u32(code)?.encode_utf8(&mut [0; 4]).as_bytes());
            }
            _ => return None,
        }
    }
    String::from_utf8(out).ok()
}

/// The patterns of one `//go:embed` comment; nothing if the line is not one or is malformed (the
/// parser tells that).
fn embed_patterns(text: &str, offset: u32) -> Option<Vec<EmbedPattern>> {
    let args = text.strip_prefix("//go:embed")?;
    if !args.starts_with(char::is_whitespace) {
        return None;
    }
    let base = offset + (text.len() - args.len()) as u32;
    let mut out = Vec::new();
    let mut i = 0;
    loop {
        let rest = args[i..].trim_start();
        if rest.is_empty() {
            return Some(out);
        }
        i = args.len() - rest.len();
        let (len, pattern) = if rest.starts_with(['"', '`']) {
            let len = quoted_len(rest)?;
            if rest[len..].chars().next().is_some_and(|c| !c.is_whitespace()) {
                return None;
            }
            (len, unquote(&rest.as_bytes()[..len])?)
        } else {
            let len = rest.find(char::is_whitespace).unwrap_or(rest.len());
            (len, rest[..len].to_owned())
        };
        out.push(EmbedPattern { pattern, offset: base + i as u32 });
        i += len;
    }
}

fn quoted_len(s: &str) -> Option<usize> {
    let quote = s.as_bytes()[0];
    let mut i = 1;
    let b = s.as_bytes();
    while i < b.len() {
        match b[i] {
            c if c == quote => return Some(i + 1),
            b'\\' if quote == b'"' => i += 2,
            _ => i += 1,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(src: &str) -> (u32, u32, String) {
        let e = scan_header(src.as_bytes()).error.expect("an error");
        let (l, c) = line_col(src.as_bytes(), e.offset);
        (l, c, e.message)
    }

    #[test]
    fn imports_in_all_forms() {
        let h = scan_header(
            b"// c\npackage p; import \"a\"\nimport (\n\tx `b`\n\t. \"c\"; _ \"d\" // e\n)\nimport()\nvar x = \"z\"\n",
        );
        assert_eq!(h.package, "p");
        assert_eq!(h.imports.iter().map(|i| i.path.as_str()).collect::<Vec<_>>(), ["a", "b", "c", "d"]);
        assert_eq!(h.error, None);
    }

    #[test]
    fn what_follows_the_imports_is_not_judged() {
        for src in ["package main foo\n", "package p\nimport \"a\" \"b\"\n", "package p\nfunc {", "package p"] {
            assert_eq!(scan_header(src.as_bytes()).error, None, "{src}");
        }
    }

    #[test]
    fn broken_headers_get_the_words_of_the_parser() {
        assert_eq!(error(""), (1, 1, "expected 'package', found 'EOF'".into()));
        assert_eq!(error("func main() {}"), (1, 1, "expected 'package', found 'func'".into()));
        assert_eq!(error("pakage b\n"), (1, 1, "expected 'package', found pakage".into()));
        assert_eq!(error("package 12\n"), (1, 9, "expected 'IDENT', found 12".into()));
        assert_eq!(error("package p\n\nimport fmt\n"), (3, 11, "missing import path".into()));
        assert_eq!(error("package p\n\nimport 12\n"), (3, 8, "import path must be a string".into()));
        assert_eq!(error("package p\nimport \"fmt\n"), (2, 8, "string literal not terminated".into()));
        assert_eq!(error("package p\n\n/* x\n"), (3, 1, "comment not terminated".into()));
        assert_eq!(error("package p\nimport (\n\t\"fmt\"\n\nfunc main"), (5, 1, "missing import path".into()));
        assert_eq!(error("package p\nimport \"a b\"\n"), (2, 8, "invalid import path: a b".into()));
    }

    #[test]
    fn embed_lines_are_found_only_with_the_import() {
        let src = "package p\nimport _ \"embed\"\n\n//go:embed a* \"b c\" `d`\nvar x string\n// s := \"//go:embed no\"\nvar s = `\n//go:embed no\n`\n";
        let h = scan_header(src.as_bytes());
        let got: Vec<_> = h.embeds.iter().map(|e| (e.pattern.as_str(), line_col(src.as_bytes(), e.offset))).collect();
        assert_eq!(got, [("a*", (4, 12)), ("b c", (4, 15)), ("d", (4, 21))]);
        assert!(scan_header(src.replace("_ \"embed\"", "\"fmt\"").as_bytes()).embeds.is_empty());
    }

    #[test]
    fn directives_before_the_clause() {
        let h = scan_header(b"//go:debug panicnil=1\n//x\n//go:build linux\n\npackage p\n\n//go:noinline\n");
        assert_eq!(
            h.directives.iter().map(|d| d.text.as_str()).collect::<Vec<_>>(),
            ["//go:debug panicnil=1", "//go:build linux"]
        );
    }
}
