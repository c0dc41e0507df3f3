//! The parser: a recursive descent over the tokens of one file, one function per production of the
//! Go specification (named as in gc's parser, whose errors and recovery it follows).
//!
//! Invariants: it always ends (every loop that does not consume a token leaves), it never recurses
//! deeper than [`ParseMode::depth`] allows, and each error is followed by a node (`Bad`, or the
//! best guess), so that the tree is complete.

mod decl;
mod expr;
mod params;
mod pragma;
mod recover;
mod simple;
mod stmt;
mod types;

use crate::ast::{Comment, Directive, Expr, ExprId, ExprKind, File, Ident, LitKind, Stmt, StmtId, StmtKind};
use go_lexer::{Tok, Tokens};
use go_source::source_map::LineDirective;
use go_source::{Diagnostic, FileId, IndexVec, Interner, Pos, Span, Symbol};
use pragma::Pending;

/// How deep a tree may become before the file is refused. Parsing, and what walks trees after it,
/// recurses with the tree, so the limit belongs to the stack of the thread that does so.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DepthLimit {
    /// Nested constructs: parentheses, blocks, types, operands of unary operators.
    pub nested: u32,
    /// Links of a chain in which each is the first operand of the next: `a + b + c`, `f()()()`. The
    /// parser itself does not recurse for these.
    pub chain: u32,
}

impl Default for DepthLimit {
    /// Nesting that a stack of a few megabytes holds, and chains that only the parser itself is sure to survive.
    fn default() -> DepthLimit {
        DepthLimit { nested: 1000, chain: 1_000_000 }
    }
}

/// Whether comments go into the tree.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Comments {
    /// For compilers. Parentheses that mean nothing are left out where gc leaves them out.
    #[default]
    Skip,
    /// For printers; all parentheses are kept too.
    Keep,
}

/// Whose code it is: some directives are only for the standard library.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Origin {
    /// Anyone's.
    #[default]
    User,
    /// The standard library.
    Std,
    /// Package runtime and those that share its rights.
    Runtime,
}

/// How to parse.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ParseMode {
    /// Comments.
    pub comments: Comments,
    /// Directives that are allowed.
    pub origin: Origin,
    /// Depth of the tree.
    pub depth: DepthLimit,
}

/// What parsing a file gives.
#[derive(Debug)]
pub struct Parsed {
    /// The tree, complete even if there were errors (without declarations if the package clause was
    /// wrong).
    pub file: File,
    /// Errors in order of position, thinned as gc thins them: one syntax error a line.
    pub diagnostics: Vec<Diagnostic>,
    /// Misplaced directives that gc reports only for a package that type-checks.
    pub late_diagnostics: Vec<Diagnostic>,
    /// `//line` directives; see [`Parsed::line_directives_for`].
    pub line_directives: Vec<LineDirective>,
    /// The `{` of function bodies with syntax errors inside: their labels are not checked.
    pub broken_bodies: Vec<Pos>,
    /// Whether the file was given up because of [`ParseMode::depth`].
    pub too_deep: bool,
}

impl Parsed {
    /// The `//line` directives for [`go_source::SourceFile::set_line_directives`]: relative names
    /// are taken from the folder of `file_name`, the file they stand in.
    #[must_use]
    pub fn line_directives_for(&self, file_name: &str) -> Vec<LineDirective> {
        let folder = file_name.rfind('/').map_or("", |i| &file_name[..=i]);
        let mut list = self.line_directives.clone();
        for d in &mut list {
            if !d.file.is_empty() {
                let joined = if d.file.starts_with('/') { d.file.clone() } else { format!("{folder}{}", d.file) };
                d.file = pragma::clean_path(&joined);
            }
        }
        list
    }
}

/// Parses `text`, the file `file` whose first byte is at `base`.
#[must_use]
pub fn parse(file: FileId, base: Pos, text: &[u8], interner: &Interner, mode: ParseMode) -> Parsed {
    let toks = go_lexer::tokenize(text);
    let mut p = Parser::new(file, base, text, interner, mode, toks);
    p.source_file();
    p.finish()
}

/// A name with the end of its text.
#[derive(Clone, Copy)]
struct Name {
    id: Ident,
    end: Pos,
}

/// One or more expressions.
struct ExprList {
    first: ExprId,
    rest: Vec<ExprId>,
}

impl ExprList {
    fn into_box(self) -> Box<[ExprId]> {
        let mut all = self.rest;
        if all.is_empty() {
            return Box::new([self.first]);
        }
        all.insert(0, self.first);
        all.into_boxed_slice()
    }

    fn single(&self) -> Option<ExprId> {
        self.rest.is_empty().then_some(self.first)
    }
}

/// An entry of the direct-mapped cache of interned texts.
#[derive(Clone, Copy, Default)]
struct CachedSymbol {
    start: u32,
    len: u32,
    symbol: Symbol,
}

const SYMBOL_CACHE: usize = 512;

struct Parser<'a> {
    text: &'a [u8],
    base: u32,
    interner: &'a Interner,
    mode: ParseMode,

    toks: Tokens,
    /// Index, kind and start offset of the current token.
    i: usize,
    tok: Tok,
    start: u32,
    /// Past the last consumed token.
    prev_end: Pos,
    /// Next event to handle, and the token at which it is due.
    event: usize,
    event_due: u32,

    file: File,
    diagnostics: Vec<Diagnostic>,
    /// Errors so far, those about directives left out.
    errors: u32,
    late: Vec<Diagnostic>,
    line_directives: Vec<LineDirective>,
    broken_bodies: Vec<Pos>,
    /// Directives met since the last declaration.
    pending: Vec<Pending>,
    pending_from: u32,
    /// Before the package clause.
    top: bool,
    /// Function nesting.
    fnest: u32,
    /// Expression nesting; negative in statement headers, where `{` opens the block.
    xnest: i32,
    depth: u32,
    too_deep: bool,
    groups: u32,

    expr_stack: Vec<ExprId>,
    stmt_stack: Vec<StmtId>,
    symbols: Box<[CachedSymbol; SYMBOL_CACHE]>,
}

/// Moves a table to memory that is as large as it; shrinking in place would keep what is not used.
fn exact<T>(table: &mut Vec<T>) {
    if table.len() < table.capacity() {
        let mut moved = Vec::with_capacity(table.len());
        moved.append(table);
        *table = moved;
    }
}

impl<'a> Parser<'a> {
    fn new(id: FileId, base: Pos, text: &'a [u8], interner: &'a Interner, mode: ParseMode, toks: Tokens) -> Parser<'a> {
        let n = toks.len();
        let none = Ident { name: Symbol::BLANK, pos: base };
        let file = File {
            id,
            package_pos: base,
            package_name: none,
            imports: Vec::new(),
            decls: Vec::new(),
            all_decls: IndexVec::new(),
            exprs: IndexVec::from_raw(Vec::with_capacity(n / 2)),
            stmts: IndexVec::from_raw(Vec::with_capacity(n / 10)),
            directives: Vec::new(),
            comments: Vec::new(),
            go_version: None,
            eof: base.offset(text.len() as u32),
        };
        let mut p = Parser {
            text,
            base: base.0,
            interner,
            mode,
            i: 0,
            tok: toks.kinds[0],
            start: toks.starts[0],
            prev_end: base,
            event: 0,
            event_due: toks.events.first().map_or(u32::MAX, |e| e.token),
            toks,
            file,
            diagnostics: Vec::new(),
            errors: 0,
            late: Vec::new(),
            line_directives: Vec::new(),
            broken_bodies: Vec::new(),
            pending: Vec::new(),
            pending_from: 0,
            top: true,
            fnest: 0,
            xnest: 0,
            depth: 0,
            too_deep: false,
            groups: 0,
            expr_stack: Vec::new(),
            stmt_stack: Vec::new(),
            symbols: Box::new([CachedSymbol::default(); SYMBOL_CACHE]),
        };
        if p.event_due == 0 {
            p.handle_events();
        }
        p
    }

    fn finish(mut self) -> Parsed {
        if self.mode.comments == Comments::Keep {
            let at = |o: u32| Pos(self.base + o);
            self.file.comments =
                self.toks.comments.iter().map(|&(lo, hi)| Comment { span: Span::new(at(lo), at(hi)) }).collect();
        }
        if self.too_deep {
            // The end of the file is where the parser went, not what is there.
            let eof = self.file.eof;
            self.diagnostics.retain(|d| d.span.lo != eof);
        }
        recover::thin_and_sort(&mut self.diagnostics, self.text, self.base);
        // Room was made for more than most files need, and trees stay for long.
        exact(&mut self.file.exprs.raw);
        exact(&mut self.file.stmts.raw);
        exact(&mut self.file.all_decls.raw);
        Parsed {
            file: self.file,
            diagnostics: self.diagnostics,
            late_diagnostics: self.late,
            line_directives: self.line_directives,
            broken_bodies: self.broken_bodies,
            too_deep: self.too_deep,
        }
    }

    // Tokens.

    #[inline]
    fn next(&mut self) {
        self.prev_end = Pos(self.base + self.toks.ends[self.i]);
        if self.tok == Tok::Eof {
            return;
        }
        self.i += 1;
        self.tok = self.toks.kinds[self.i];
        self.start = self.toks.starts[self.i];
        if self.i as u32 >= self.event_due {
            self.handle_events();
        }
    }

    /// Position of the current token.
    #[inline]
    fn pos(&self) -> Pos {
        Pos(self.base + self.start)
    }

    #[inline]
    fn got(&mut self, tok: Tok) -> bool {
        if self.tok == tok {
            self.next();
            true
        } else {
            false
        }
    }

    fn want(&mut self, tok: Tok) {
        if !self.got(tok) {
            self.syntax_error(&format!("expected {}", recover::describe(tok)));
            self.skip_one();
        }
    }

    /// `=`, or `:=` with an error.
    fn got_assign(&mut self) -> bool {
        match self.tok {
            Tok::Define => {
                self.syntax_error("expected =");
                self.next();
                true
            }
            Tok::Assign => {
                self.next();
                true
            }
            _ => false,
        }
    }

    /// Source text of the current token.
    fn tok_text(&self) -> &'a [u8] {
        self.toks.text(self.i, self.text)
    }

    /// The interned text of the current token.
    fn symbol(&mut self) -> Symbol {
        let start = self.toks.starts[self.i];
        let bytes = self.tok_text();
        let mut h = (bytes.len() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        for chunk in bytes.chunks(8).take(3) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            h = (h.rotate_left(5) ^ u64::from_le_bytes(word)).wrapping_mul(0x517c_c1b7_2722_0a95);
        }
        let slot = (h >> 55) as usize % SYMBOL_CACHE;
        let c = self.symbols[slot];
        if c.len as usize == bytes.len() && self.text.get(c.start as usize..(c.start + c.len) as usize) == Some(bytes) {
            return c.symbol;
        }
        let symbol = match std::str::from_utf8(bytes) {
            Ok(s) => self.interner.intern(s),
            Err(_) => self.interner.intern(&String::from_utf8_lossy(bytes)),
        };
        self.symbols[slot] = CachedSymbol { start, len: bytes.len() as u32, symbol };
        symbol
    }

    // Nodes.

    /// A new expression from `lo` to the last consumed token.
    #[inline]
    fn expr_node(&mut self, kind: ExprKind, lo: Pos, pos: Pos) -> ExprId {
        let span = Span::new(lo, self.prev_end.max(lo));
        self.file.exprs.push(Expr { kind, span, pos })
    }

    /// A new statement from `lo` to the last consumed token.
    #[inline]
    fn stmt_node(&mut self, kind: StmtKind, lo: Pos, pos: Pos) -> StmtId {
        let span = Span::new(lo, self.prev_end.max(lo));
        self.file.stmts.push(Stmt { kind, span, pos })
    }

    fn bad_expr(&mut self) -> ExprId {
        self.bad_expr_at(self.pos())
    }

    fn bad_expr_at(&mut self, pos: Pos) -> ExprId {
        self.file.exprs.push(Expr { kind: ExprKind::Bad, span: Span::at(pos), pos })
    }

    fn lo(&self, e: ExprId) -> Pos {
        self.file.exprs[e].span.lo
    }

    /// Takes what was pushed on the expression stack since it had `mark` elements.
    fn take_exprs(&mut self, mark: usize) -> Box<[ExprId]> {
        let list = self.expr_stack[mark..].into();
        self.expr_stack.truncate(mark);
        list
    }

    // Productions used everywhere.

    fn name(&mut self) -> Name {
        let pos = self.pos();
        if self.tok == Tok::Name {
            let name = self.symbol();
            self.next();
            return Name { id: Ident { name, pos }, end: self.prev_end };
        }
        self.syntax_error("expected name");
        self.skip_one();
        Name { id: Ident { name: Symbol::BLANK, pos }, end: pos }
    }

    fn name_expr(&mut self, n: Name) -> ExprId {
        self.file.exprs.push(Expr { kind: ExprKind::Name(n.id.name), span: Span::new(n.id.pos, n.end), pos: n.id.pos })
    }

    /// IdentifierList, of which the first name is already there.
    fn name_list(&mut self, first: Name) -> Box<[Ident]> {
        if self.tok != Tok::Comma {
            return Box::new([first.id]);
        }
        let mut list = vec![first.id];
        while self.got(Tok::Comma) {
            list.push(self.name().id);
        }
        list.into_boxed_slice()
    }

    /// A literal, if there is one.
    fn literal_or_none(&mut self) -> Option<ExprId> {
        let kind = match self.tok {
            Tok::Int => LitKind::Int,
            Tok::Float => LitKind::Float,
            Tok::Imag => LitKind::Imag,
            Tok::Char => LitKind::Char,
            Tok::Str => LitKind::String,
            _ => return None,
        };
        let bad = !self.toks.bad_literals.is_empty() && self.toks.bad_literals.binary_search(&(self.i as u32)).is_ok();
        let pos = self.pos();
        let value = self.symbol();
        self.next();
        Some(self.expr_node(ExprKind::BasicLit { kind, value, bad }, pos, pos))
    }

    /// Elements separated by `sep` up to `close`, which is consumed; its position is returned.
    /// `element` returns whether no further element may follow.
    fn list(&mut self, context: &str, sep: Tok, close: Tok, mut element: impl FnMut(&mut Self) -> bool) -> Pos {
        let mut done = false;
        while self.tok != Tok::Eof && self.tok != close && !done {
            done = element(self);
            if !self.got(sep) && self.tok != close {
                self.syntax_error(&format!(
                    "in {context}; possibly missing {} or {}",
                    recover::describe(sep),
                    recover::describe(close)
                ));
                self.advance(recover::CLOSERS);
                if self.tok != close {
                    return self.pos();
                }
            }
        }
        let pos = self.pos();
        self.want(close);
        pos
    }

    /// Runs `f` one level deeper, or gives up on the file if that is too deep.
    #[inline]
    fn deeper<T>(&mut self, f: impl FnOnce(&mut Self) -> T) -> T {
        self.depth += 1;
        if self.depth > self.mode.depth.nested {
            self.give_up();
        }
        let t = f(self);
        self.depth -= 1;
        t
    }

    /// A chain of operators or calls got one link longer, or gives up on the file if that is too long.
    #[inline]
    fn longer(&mut self, links: &mut u32) {
        *links += 1;
        if *links > self.mode.depth.chain {
            self.give_up();
        }
    }

    /// A new nested construct was too deep: reports it once and moves to the end of the file.
    #[cold]
    fn give_up(&mut self) {
        if self.tok != Tok::Eof {
            self.too_deep = true;
            self.error_at(self.pos(), "exceeded max nesting depth");
            self.i = self.toks.len() - 1;
            self.tok = Tok::Eof;
            self.start = self.toks.starts[self.i];
            self.event_due = u32::MAX;
        }
    }

    fn add_directive(&mut self, offset: u32, text: &str) {
        self.file.directives.push(Directive { pos: Pos(self.base + offset), text: text.into() });
    }
}
