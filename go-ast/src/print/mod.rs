//! The canonical layout of Go files, equal to gofmt's, comments included.
//!
//! Three layers: the tree is walked and gives tokens and white space (`expr`, `stmt`, `decl`);
//! `writer` holds white space back and puts comments where they belong between tokens; `tabs`
//! aligns columns. Source positions guide line breaks: the layout keeps the author's.

mod build_lines;
mod comment;
mod decl;
mod doc;
mod expr;
mod imports;
mod list;
mod stmt;
mod tabs;
mod writer;

use crate::ast::{Comment, Decl, DeclId, File};
use crate::parser::{Comments, ParseMode, parse};
use crate::visit::{Child, for_each_child};
use go_lexer::{Tok, Tokens};
use go_source::{Code, Diagnostic, FileId, Interner, Pos, Span};
use writer::Printer;

/// Depth of a tree that is still printed.
const MAX_TREE_DEPTH: usize = 60_000;
/// Depth of a tree that is printed on the caller's stack, and the size of the stack for others.
const SHALLOW: usize = 400;
const DEEP_STACK: usize = 512 << 20;

/// Formats a source file. Fails with its syntax errors; positions count from `Pos(0)` plus 1 at the
/// first byte.
pub fn format(text: &[u8]) -> Result<String, Vec<Diagnostic>> {
    let interner = Interner::new();
    let mode = ParseMode { comments: Comments::Keep, ..ParseMode::default() };
    let mut parsed = parse(FileId(0), Pos(1), text, &interner, mode);
    // Directives do not keep a file from being formatted.
    parsed.diagnostics.retain(|d| d.code == Code("Syntax") || d.code == Code("Lexical"));
    if !parsed.diagnostics.is_empty() {
        return Err(parsed.diagnostics);
    }
    let error = |message: &str| vec![Diagnostic::error_at(Code("Format"), Pos(1), message)];
    let Ok(text) = std::str::from_utf8(text) else {
        return Err(error("invalid UTF-8 encoding"));
    };
    let mut source = Source::new(text, &parsed.file, &interner);
    let groups = imports::sort(&mut source);
    source.top = groups;

    let run = || {
        let mut p = Printer::new(&source, &source.comments);
        p.file();
        p.finish()
    };
    let depth = tree_depth(&parsed.file);
    if depth <= SHALLOW {
        return Ok(run());
    }
    if depth > MAX_TREE_DEPTH {
        return Err(error("nested too deeply to be formatted"));
    }
    let result = std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(DEEP_STACK).spawn_scoped(scope, run);
        thread.ok().and_then(|t| t.join().ok())
    });
    result.ok_or_else(|| error("nested too deeply to be formatted"))
}

/// The greatest number of nodes inside one another.
fn tree_depth(file: &File) -> usize {
    let mut stack: Vec<(Child, usize)> = file.decls.iter().map(|d| (Child::Decl(*d), 1)).collect();
    let mut deepest = 0;
    while let Some((node, depth)) = stack.pop() {
        deepest = deepest.max(depth);
        for_each_child(file, node, &mut |c| stack.push((c, depth + 1)));
    }
    deepest
}

/// A position in the source; `line` 0 is none. Columns count from 1.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
struct At {
    offset: u32,
    line: i32,
    column: i32,
}

impl At {
    fn is_valid(self) -> bool {
        self.line > 0
    }
}

/// One comment: its position may be moved with the import it belongs to.
#[derive(Clone, Debug)]
struct Note {
    offset: u32,
    text: String,
}

impl Note {
    fn end(&self) -> u32 {
        self.offset + self.text.len() as u32
    }

    fn is_block(&self) -> bool {
        self.text.starts_with("/*")
    }
}

/// Comments without anything between them but single line breaks.
#[derive(Clone, Debug, Default)]
struct Group {
    notes: Vec<Note>,
}

impl Group {
    fn offset(&self) -> u32 {
        self.notes.first().map_or(0, |n| n.offset)
    }

    fn end(&self) -> u32 {
        self.notes.last().map_or(0, Note::end)
    }
}

/// An import spec as it is printed.
#[derive(Clone, Debug)]
struct ImportSpec {
    name: Option<String>,
    path: String,
    /// The path's value, by which imports are sorted.
    value: String,
    /// Where the spec starts, and its path.
    start: u32,
    path_start: u32,
    end: u32,
    /// Its place was taken over from another import.
    moved: bool,
    /// The comment after it on its line.
    comment: Option<String>,
}

/// A top-level declaration or group as it stands in the file.
struct Top {
    tok: Tok,
    offset: u32,
    parens: Option<(u32, u32)>,
    has_doc: bool,
    specs: Specs,
}

enum Specs {
    Imports(Vec<ImportSpec>),
    Decls(Vec<DeclId>),
}

/// A file with what is known about its text.
struct Source<'a> {
    text: &'a str,
    file: &'a File,
    interner: &'a Interner,
    toks: Tokens,
    /// For a bracket token the token that matches it.
    partner: Vec<u32>,
    /// Offsets at which lines start. Lines of removed imports are merged with the next.
    lines: Vec<u32>,
    comments: Vec<Group>,
    /// For a token, the comment group that ends the line before it (its number plus 1, or 0).
    line_comment: Vec<u32>,
    /// Whether a comment group stands directly above a token.
    has_lead: Vec<bool>,
    top: Vec<Top>,
}

impl<'a> Source<'a> {
    fn new(text: &'a str, file: &'a File, interner: &'a Interner) -> Source<'a> {
        let toks = go_lexer::tokenize(text.as_bytes());
        let mut partner = vec![0; toks.len()];
        let mut open = Vec::new();
        for (i, t) in toks.kinds.iter().enumerate() {
            match t {
                Tok::Lparen | Tok::Lbrack | Tok::Lbrace => open.push(i),
                Tok::Rparen | Tok::Rbrack | Tok::Rbrace => {
                    if let Some(o) = open.pop() {
                        partner[o] = i as u32;
                        partner[i] = o as u32;
                    }
                }
                _ => {}
            }
        }
        let lines = std::iter::once(0)
            .chain(text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(i, _)| i as u32 + 1))
            .collect();
        let n = toks.len();
        let mut s = Source {
            text,
            file,
            interner,
            toks,
            partner,
            lines,
            comments: Vec::new(),
            line_comment: vec![0; n],
            has_lead: vec![false; n],
            top: Vec::new(),
        };
        s.group_comments();
        s
    }

    /// Collects comments into groups, gap by gap between tokens.
    fn group_comments(&mut self) {
        let comments: Vec<Comment> = self.file.comments.clone();
        let mut next = 0;
        for i in 0..self.toks.len() {
            let start = self.toks.starts[i];
            let mut gap = Vec::new();
            while let Some(c) = comments.get(next) {
                let (lo, hi) = (c.span.lo.0 - 1, c.span.hi.0 - 1);
                let before = lo < start || lo == start && self.toks.kinds[i] == Tok::Semi;
                if !before {
                    break;
                }
                gap.push((lo, hi));
                next += 1;
            }
            if gap.is_empty() {
                continue;
            }
            let token_line = self.line(start);
            let ends_line = matches!(self.toks.kinds[i], Tok::Semi | Tok::Eof);
            let mut k = 0;
            let mut end_line = -1;
            if i > 0 && self.line(gap[0].0) == self.line(self.toks.starts[i - 1]) {
                end_line = self.take_group(&gap, &mut k, 0);
                let next_line = gap.get(k).map_or(token_line, |g| self.line(g.0));
                if next_line != end_line || k == gap.len() && ends_line {
                    self.line_comment[i] = self.comments.len() as u32;
                }
                end_line = if k < gap.len() { end_line } else { -1 };
            }
            while k < gap.len() {
                end_line = self.take_group(&gap, &mut k, 1);
            }
            self.has_lead[i] = end_line + 1 == token_line;
        }
    }

    /// Takes the comments from `k` on whose lines are at most `distance` apart. Returns the line on
    /// which the last one ends.
    fn take_group(&mut self, gap: &[(u32, u32)], k: &mut usize, distance: i32) -> i32 {
        let mut group = Group::default();
        let mut end_line = self.line(gap[*k].0);
        while let Some(&(lo, hi)) = gap.get(*k).filter(|g| self.line(g.0) <= end_line + distance) {
            let raw = &self.text[lo as usize..hi as usize];
            end_line = self.line(lo) + raw.matches('\n').count() as i32;
            group.notes.push(Note { offset: lo, text: without_returns(raw) });
            *k += 1;
        }
        self.comments.push(group);
        end_line
    }

    fn at(&self, offset: u32) -> At {
        let line = self.lines.partition_point(|s| *s <= offset);
        let column = offset - self.lines[line - 1] + 1;
        At { offset, line: line as i32, column: column as i32 }
    }

    fn line(&self, offset: u32) -> i32 {
        self.lines.partition_point(|s| *s <= offset) as i32
    }

    /// Offset of a position of the tree.
    fn offset(&self, pos: Pos) -> u32 {
        pos.0.saturating_sub(1)
    }

    fn start(&self, span: Span) -> u32 {
        self.offset(span.lo)
    }

    fn end(&self, span: Span) -> u32 {
        self.offset(span.hi)
    }

    /// The token that starts at or after an offset.
    fn token_at(&self, offset: u32) -> usize {
        self.toks.starts.partition_point(|s| *s < offset).min(self.toks.len() - 1)
    }

    /// Offset of the partner of the bracket token `i`.
    fn closing(&self, i: usize) -> u32 {
        self.toks.starts[self.partner[i] as usize]
    }

    fn decl(&self, id: DeclId) -> &'a Decl {
        &self.file.all_decls[id]
    }

    /// Whether a comment ends the line of a field or spec whose text ends at `end`.
    fn has_line_comment(&self, end: u32) -> bool {
        self.line_comment_of(end).is_some()
    }

    /// The comment group that ends the line of a field or spec whose text ends at `end`.
    fn line_comment_of(&self, end: u32) -> Option<usize> {
        let i = self.token_at(end);
        if self.toks.kinds[i] != Tok::Semi {
            return None;
        }
        // After an explicit semicolon it stands before the next token.
        let explicit = self.text.as_bytes().get(self.toks.starts[i] as usize) == Some(&b';');
        let before = if explicit { i + 1 } else { i };
        let n = *self.line_comment.get(before)?;
        (n > 0).then(|| n as usize - 1)
    }
}

/// A comment without carriage returns, save one that keeps `*` and `/` apart.
fn without_returns(raw: &str) -> String {
    if !raw.contains('\r') {
        return raw.to_owned();
    }
    let is_block = raw.starts_with("/*");
    let mut out = String::with_capacity(raw.len());
    let mut chars = raw.chars().peekable();
    while let Some(c) = chars.next() {
        let keeps_apart = is_block && out.len() > 2 && out.ends_with('*') && chars.peek() == Some(&'/');
        if c != '\r' || keeps_apart {
            out.push(c);
        }
    }
    out
}
