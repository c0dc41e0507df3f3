//! Tokens, held-back white space, and where comments go between them.

use super::{At, Group, Source, build_lines, tabs};
use crate::ast::{ExprId, StmtId};
use go_lexer::Tok;
use std::collections::HashMap;

/// White space to come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Ws {
    Ignore,
    Blank,
    Vtab,
    Newline,
    Formfeed,
    Indent,
    Unindent,
}

/// At most one blank line between things.
const MAX_NEWLINES: i32 = 2;
/// White space held back at most.
const MAX_PENDING: usize = 16;
/// Beyond any file.
pub(super) const INFINITY: i32 = 1 << 30;

/// A node whose printed size is remembered.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Node {
    Expr(ExprId),
    Stmt(StmtId),
}

/// What was written before a token.
#[derive(Clone, Copy, Default)]
pub(super) struct Flushed {
    pub(super) wrote_newline: bool,
    pub(super) dropped_formfeed: bool,
}

/// The next comment group.
#[derive(Clone, Copy)]
pub(super) struct NextComment {
    /// Number of the group after it.
    pub(super) index: usize,
    /// Its offset; infinite if there is none.
    pub(super) offset: u32,
    pub(super) has_newline: bool,
}

pub(super) struct Printer<'a> {
    pub(super) src: &'a Source<'a>,
    pub(super) out: Vec<u8>,
    pub(super) indent: i32,
    /// Inside composite literals.
    pub(super) level: u32,
    pub(super) no_extra_blank: bool,
    pub(super) no_extra_linebreak: bool,
    /// Alignment ends with the current line.
    end_alignment: bool,
    /// A line break here would become a semicolon.
    pub(super) implied_semi: bool,
    /// The last token, `None` after white space.
    pub(super) last_tok: Option<Tok>,
    /// The last token if it opened a parenthesis or bracket.
    pub(super) prev_open: Option<Tok>,
    pub(super) pending: Vec<Ws>,
    pub(super) go_build: Vec<usize>,
    pub(super) plus_build: Vec<usize>,
    /// Where we are in the source, and in the output.
    pub(super) pos: At,
    pub(super) out_line: i32,
    pub(super) out_column: i32,
    /// `pos` after the last token or comment.
    pub(super) last: At,
    /// The slot that is to get the output line of the next token.
    record: Option<usize>,
    /// Output lines, a slot per list being printed.
    lines: Vec<i32>,
    pub(super) comments: &'a [Group],
    pub(super) next_comment: NextComment,
    sizes: HashMap<Node, usize>,
}

pub(super) fn limit(n: i32) -> i32 {
    n.min(MAX_NEWLINES)
}

/// Whether two adjacent tokens would be read as another one.
fn may_combine(prev: Tok, next: u8) -> bool {
    match prev {
        Tok::Int => next == b'.',
        Tok::Add => next == b'+',
        Tok::Sub => next == b'-',
        Tok::Div => next == b'*',
        Tok::Lss => next == b'-' || next == b'<',
        Tok::And => next == b'&' || next == b'^',
        _ => false,
    }
}

impl<'a> Printer<'a> {
    pub(super) fn new(src: &'a Source<'a>, comments: &'a [Group]) -> Printer<'a> {
        let start = At { offset: 0, line: 1, column: 1 };
        let mut p = Printer {
            src,
            out: Vec::with_capacity(256),
            indent: 0,
            level: 0,
            no_extra_blank: false,
            no_extra_linebreak: false,
            end_alignment: false,
            implied_semi: false,
            last_tok: None,
            prev_open: None,
            pending: Vec::with_capacity(MAX_PENDING),
            go_build: Vec::new(),
            plus_build: Vec::new(),
            pos: start,
            out_line: 1,
            out_column: 1,
            last: At::default(),
            record: None,
            lines: Vec::new(),
            comments,
            next_comment: NextComment { index: 0, offset: u32::MAX, has_newline: false },
            sizes: HashMap::new(),
        };
        p.advance_comment();
        p
    }

    /// The finished text.
    pub(super) fn finish(mut self) -> String {
        self.implied_semi = false;
        let end = At { offset: INFINITY as u32, line: INFINITY, column: 0 };
        self.flush(end, Some(Tok::Eof));
        build_lines::fix(&mut self.out, &self.go_build, &self.plus_build);
        let text = tabs::trim(&tabs::align(&self.out));
        String::from_utf8_lossy(&text).into_owned()
    }

    /// The size of a node on one line: at most `max`, or more than that if it does not fit. The
    /// first answer holds.
    pub(super) fn size(&mut self, node: Node, max: usize) -> usize {
        if let Some(&size) = self.sizes.get(&node) {
            return size;
        }
        self.sizes.insert(node, max + 1);
        let mut p = Printer::new(self.src, &[]);
        p.sizes = std::mem::take(&mut self.sizes);
        match node {
            Node::Expr(e) => p.expr(e),
            Node::Stmt(s) => p.stmt(s, false),
        }
        p.implied_semi = false;
        let end = At { offset: INFINITY as u32, line: INFINITY, column: 0 };
        p.flush(end, Some(Tok::Eof));
        self.sizes = std::mem::take(&mut p.sizes);
        let text = tabs::trim(&p.out);
        if text.len() <= max && !text.iter().any(|b| matches!(b, b'\n' | b'\x0c')) {
            self.sizes.insert(node, text.len());
            return text.len();
        }
        max + 1
    }

    // Comments ahead.

    pub(super) fn advance_comment(&mut self) {
        let c = &mut self.next_comment;
        match self.comments.get(c.index) {
            Some(group) => {
                c.index += 1;
                c.offset = group.offset();
                let line = self.src.line(c.offset);
                c.has_newline = group
                    .notes
                    .iter()
                    .any(|n| self.src.line(n.offset) != line || !n.is_block() || n.text.contains('\n'));
            }
            None => c.offset = u32::MAX,
        }
    }

    /// Whether a comment comes before `next` and can be printed without making a semicolon.
    pub(super) fn comment_before(&self, next: At) -> bool {
        let c = self.next_comment;
        c.offset < next.offset && (!self.implied_semi || !c.has_newline)
    }

    /// The size of the comments on this line before `next`.
    pub(super) fn comment_size_before(&mut self, next: At) -> usize {
        let saved = self.next_comment;
        let mut size = 0;
        while self.comment_before(next) {
            let group = &self.comments[self.next_comment.index - 1];
            size += group.notes.iter().map(|n| n.text.len()).sum::<usize>();
            self.advance_comment();
        }
        self.next_comment = saved;
        size
    }

    // Raw output.

    fn write_indent(&mut self) {
        let n = self.indent.max(0);
        self.out.extend(std::iter::repeat_n(b'\t', n as usize));
        self.pos.offset = self.pos.offset.wrapping_add(n as u32);
        self.pos.column += n;
        self.out_column += n;
    }

    /// Writes a white space character `n` times.
    pub(super) fn write_byte(&mut self, b: u8, n: i32) {
        let mut b = b;
        if self.end_alignment {
            match b {
                b'\t' | b'\x0b' => b = b' ',
                b'\n' | b'\x0c' => {
                    b = b'\x0c';
                    self.end_alignment = false;
                }
                _ => {}
            }
        }
        if self.out_column == 1 {
            self.write_indent();
        }
        self.out.extend(std::iter::repeat_n(b, n.max(0) as usize));
        self.pos.offset = self.pos.offset.wrapping_add(n as u32);
        if b == b'\n' || b == b'\x0c' {
            self.pos.line += n;
            self.out_line += n;
            self.pos.column = 1;
            self.out_column = 1;
        } else {
            self.pos.column += n;
            self.out_column += n;
        }
    }

    /// Writes a token or comment that stands at `pos` in the source.
    pub(super) fn write_string(&mut self, pos: At, s: &str, is_literal: bool) {
        if self.out_column == 1 {
            self.write_indent();
        }
        if pos.is_valid() {
            self.pos = pos;
        }
        if is_literal {
            self.out.push(tabs::ESCAPE);
        }
        self.out.extend_from_slice(s.as_bytes());
        let len = s.len() as i32;
        self.pos.offset = self.pos.offset.wrapping_add(len as u32);
        let mut newlines = 0;
        let mut last_newline = 0;
        for (i, b) in s.bytes().enumerate() {
            if b == b'\n' || b == b'\x0c' {
                newlines += 1;
                last_newline = i;
                self.end_alignment = true;
            }
        }
        if newlines > 0 {
            self.pos.line += newlines;
            self.out_line += newlines;
            let column = len - last_newline as i32;
            self.pos.column = column;
            self.out_column = column;
        } else {
            self.pos.column += len;
            self.out_column += len;
        }
        if is_literal {
            self.out.push(tabs::ESCAPE);
        }
        self.last = self.pos;
    }

    /// Writes the first `n` pieces of held-back white space.
    pub(super) fn write_pending(&mut self, n: usize) {
        let mut i = 0;
        while i < n {
            match self.pending[i] {
                Ws::Ignore => {}
                Ws::Indent => self.indent += 1,
                Ws::Unindent => self.indent = (self.indent - 1).max(0),
                w @ (Ws::Newline | Ws::Formfeed) => {
                    // Before a line break an unindent comes first: it places a label.
                    if i + 1 < n && self.pending[i + 1] == Ws::Unindent {
                        self.pending[i] = Ws::Unindent;
                        self.pending[i + 1] = Ws::Formfeed;
                        continue;
                    }
                    self.write_byte(if w == Ws::Newline { b'\n' } else { b'\x0c' }, 1);
                }
                Ws::Blank => self.write_byte(b' ', 1),
                Ws::Vtab => self.write_byte(b'\x0b', 1),
            }
            i += 1;
        }
        self.pending.drain(..n);
    }

    /// Writes what comes before a token at `next`.
    pub(super) fn flush(&mut self, next: At, tok: Option<Tok>) -> Flushed {
        if self.comment_before(next) {
            self.intersperse_comments(next, tok)
        } else {
            self.write_pending(self.pending.len());
            Flushed::default()
        }
    }

    // Printing.

    /// The next token stands at this offset of the source.
    pub(super) fn set_pos(&mut self, offset: u32) {
        self.pos = self.src.at(offset);
    }

    /// Prints a list with a fresh slot for lines.
    pub(super) fn with_line_slot(&mut self, f: impl FnOnce(&mut Self, usize)) {
        let slot = self.lines.len();
        self.lines.push(0);
        f(self, slot);
        self.lines.truncate(slot);
        self.record = self.record.filter(|r| *r < slot);
    }

    /// Notes in `slot` on which output line the next token starts.
    pub(super) fn record_line(&mut self, slot: usize) {
        self.record = Some(slot);
    }

    /// Counts a line more for the token of `slot`.
    pub(super) fn shift_line(&mut self, slot: usize) {
        self.lines[slot] += 1;
    }

    /// Output lines since the token of `slot`.
    pub(super) fn lines_since(&self, slot: usize) -> i32 {
        self.out_line - self.lines[slot]
    }

    fn note_open(&mut self) {
        match self.last_tok {
            None => {}
            Some(t @ (Tok::Lparen | Tok::Lbrack)) => self.prev_open = Some(t),
            Some(_) => self.prev_open = None,
        }
    }

    pub(super) fn ws(&mut self, w: Ws) {
        self.note_open();
        if w == Ws::Ignore {
            return;
        }
        if self.pending.len() == MAX_PENDING {
            self.write_pending(MAX_PENDING);
        }
        self.pending.push(w);
        if w == Ws::Newline || w == Ws::Formfeed {
            self.implied_semi = false;
        }
        self.last_tok = None;
    }

    pub(super) fn blank(&mut self) {
        self.ws(Ws::Blank);
    }

    /// Changes the modes for block comments before a closing brace.
    pub(super) fn toggle(&mut self, extra_blank: bool) {
        self.note_open();
        self.no_extra_linebreak = !self.no_extra_linebreak;
        if extra_blank {
            self.no_extra_blank = !self.no_extra_blank;
        }
    }

    pub(super) fn tok(&mut self, tok: Tok) {
        self.note_open();
        let s = tok.text();
        if self.last_tok.is_some_and(|prev| may_combine(prev, s.as_bytes()[0])) {
            self.pending.clear();
            self.pending.push(Ws::Blank);
        }
        let implied = matches!(
            tok,
            Tok::Break
                | Tok::Continue
                | Tok::Fallthrough
                | Tok::Return
                | Tok::Inc
                | Tok::Dec
                | Tok::Rparen
                | Tok::Rbrack
                | Tok::Rbrace
        );
        self.last_tok = Some(tok);
        self.item(s, false, implied);
    }

    pub(super) fn name(&mut self, s: &str) {
        self.note_open();
        self.last_tok = Some(Tok::Name);
        self.item(s, false, true);
    }

    pub(super) fn literal(&mut self, kind: Tok, s: &str) {
        self.note_open();
        self.last_tok = Some(kind);
        self.item(s, true, true);
    }

    fn item(&mut self, data: &str, is_literal: bool, implied: bool) {
        let mut implied = implied;
        let next = self.pos;
        let flushed = self.flush(next, self.last_tok);
        // Line breaks of the source, where they make no semicolon.
        if !self.implied_semi {
            let mut n = limit(next.line - self.pos.line);
            if flushed.wrote_newline && n == MAX_NEWLINES {
                n = MAX_NEWLINES - 1;
            }
            if n > 0 {
                self.write_byte(if flushed.dropped_formfeed { b'\x0c' } else { b'\n' }, n);
                implied = false;
            }
        }
        if let Some(slot) = self.record.take() {
            self.lines[slot] = self.out_line;
        }
        self.write_string(next, data, is_literal);
        self.implied_semi = implied;
    }

    /// Line breaks to get to source line `line`, at least `min` of them. Returns 0 for none, 1 for
    /// one, more if there is a blank line or a new section.
    pub(super) fn linebreak(&mut self, line: i32, min: i32, ws: Ws, new_section: bool) -> i32 {
        let mut n = limit(line - self.pos.line).max(min);
        let mut breaks = 0;
        if n > 0 {
            self.ws(ws);
            if new_section {
                self.ws(Ws::Formfeed);
                n -= 1;
                breaks = 2;
            }
            breaks += n;
            for _ in 0..n {
                self.ws(Ws::Newline);
            }
        }
        breaks
    }
}
