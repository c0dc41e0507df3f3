//! Expressions: blanks around operators depend on what stands around them.

use super::list::ListMode;
use super::writer::{INFINITY, Node, Printer, Ws};
use crate::ast::{BinaryOp, Block, ChanDir, ExprId, ExprKind, File, Ident, LitKind, UnaryOp};
use go_lexer::Tok;

const LOWEST: u8 = 0;
const UNARY: u8 = 6;
const HIGHEST: u8 = 7;

pub(super) fn strip_all_parens(file: &File, e: ExprId) -> ExprId {
    file.unparen(e)
}

fn unary_tok(op: UnaryOp) -> Tok {
    match op {
        UnaryOp::Plus => Tok::Add,
        UnaryOp::Neg => Tok::Sub,
        UnaryOp::Not => Tok::Not,
        UnaryOp::Xor => Tok::Xor,
        UnaryOp::Addr => Tok::And,
        UnaryOp::Recv => Tok::Arrow,
        UnaryOp::Tilde => Tok::Tilde,
    }
}

pub(super) fn binary_tok(op: BinaryOp) -> Tok {
    match op {
        BinaryOp::OrOr => Tok::OrOr,
        BinaryOp::AndAnd => Tok::AndAnd,
        BinaryOp::Eq => Tok::Eql,
        BinaryOp::Ne => Tok::Neq,
        BinaryOp::Lt => Tok::Lss,
        BinaryOp::Le => Tok::Leq,
        BinaryOp::Gt => Tok::Gtr,
        BinaryOp::Ge => Tok::Geq,
        BinaryOp::Add => Tok::Add,
        BinaryOp::Sub => Tok::Sub,
        BinaryOp::Or => Tok::Or,
        BinaryOp::Xor => Tok::Xor,
        BinaryOp::Mul => Tok::Star,
        BinaryOp::Div => Tok::Div,
        BinaryOp::Rem => Tok::Rem,
        BinaryOp::And => Tok::And,
        BinaryOp::AndNot => Tok::AndNot,
        BinaryOp::Shl => Tok::Shl,
        BinaryOp::Shr => Tok::Shr,
    }
}

/// What the operators of an expression are.
#[derive(Clone, Copy, Default)]
struct Operators {
    has4: bool,
    has5: bool,
    /// The greatest precedence at which operators would run together without blanks.
    problem: u8,
}

impl Printer<'_> {
    pub(super) fn start(&self, e: ExprId) -> u32 {
        self.src.start(self.src.file.exprs[e].span)
    }

    pub(super) fn end(&self, e: ExprId) -> u32 {
        self.src.end(self.src.file.exprs[e].span)
    }

    /// Whether this printer has comments to print (and not only sizes to find).
    pub(super) fn comments_kept(&self) -> bool {
        !self.comments.is_empty()
    }

    pub(super) fn ident(&mut self, n: Ident) {
        self.set_pos(self.src.offset(n.pos));
        self.name(self.src.interner.resolve(n.name));
    }

    pub(super) fn expr(&mut self, e: ExprId) {
        self.expr1(e, LOWEST, 1);
    }

    pub(super) fn expr0(&mut self, e: ExprId, depth: i32) {
        self.expr1(e, LOWEST, depth);
    }

    fn operators(&self, op: BinaryOp, x: ExprId, y: ExprId) -> Operators {
        let prec = op.precedence();
        let mut o = Operators { has4: prec == 4, has5: prec == 5, problem: 0 };
        let add = |p: &Self, o: &mut Operators, e: ExprId, least: u8| {
            if let ExprKind::Binary { op, x, y } = p.src.file.exprs[e].kind
                && op.precedence() >= least
            {
                let inner = p.operators(op, x, y);
                o.has4 |= inner.has4;
                o.has5 |= inner.has5;
                o.problem = o.problem.max(inner.problem);
            }
        };
        add(self, &mut o, x, prec);
        add(self, &mut o, y, prec + 1);
        match self.src.file.exprs[y].kind {
            ExprKind::Star(_) if op == BinaryOp::Div => o.problem = 5,
            ExprKind::Unary { op: right, .. } => match (op, right) {
                (BinaryOp::And, UnaryOp::Addr | UnaryOp::Xor) => o.problem = 5,
                (BinaryOp::Add, UnaryOp::Plus) | (BinaryOp::Sub, UnaryOp::Neg) => {
                    o.problem = o.problem.max(4);
                }
                _ => {}
            },
            _ => {}
        }
        o
    }

    /// The precedence from which on operators have no blanks around them.
    fn cutoff(&self, o: Operators, depth: i32) -> u8 {
        if o.problem > 0 {
            return o.problem + 1;
        }
        match (o.has4 && o.has5, depth == 1) {
            (true, true) => 5,
            (false, true) => 6,
            _ => 4,
        }
    }

    fn binary(&mut self, e: ExprId, above: u8, depth: i32) {
        let node = &self.src.file.exprs[e];
        let ExprKind::Binary { op, x, y } = node.kind else { return };
        let cutoff = self.cutoff(self.operators(op, x, y), depth);
        let op_offset = self.src.offset(node.pos);
        let prec = op.precedence();
        if prec < above {
            self.tok(Tok::Lparen);
            self.expr0(e, (depth - 1).max(1));
            self.tok(Tok::Rparen);
            return;
        }
        let mut blanks = prec < cutoff;
        let mut ws = Ws::Indent;
        let same = match self.src.file.exprs[x].kind {
            ExprKind::Binary { op, .. } => op.precedence() == prec,
            _ => false,
        };
        self.expr1(x, prec, depth + i32::from(!same));
        if blanks {
            self.blank();
        }
        let x_line = self.pos.line;
        let y_line = self.src.line(self.start(y));
        self.set_pos(op_offset);
        self.tok(binary_tok(op));
        if x_line != y_line && x_line > 0 && y_line > 0 && self.linebreak(y_line, 1, ws, true) > 0 {
            ws = Ws::Ignore;
            blanks = false;
        }
        if blanks {
            self.blank();
        }
        self.expr1(y, prec + 1, depth + 1);
        if ws == Ws::Ignore {
            self.ws(Ws::Unindent);
        }
    }

    pub(super) fn expr1(&mut self, e: ExprId, above: u8, depth: i32) {
        let src = self.src;
        let node = &src.file.exprs[e];
        let start = src.start(node.span);
        let pos = src.offset(node.pos);
        let last = src.end(node.span).saturating_sub(1);
        self.set_pos(start);
        match &node.kind {
            ExprKind::Bad => self.literal(Tok::Str, "BadExpr"),
            ExprKind::Name(name) => self.name(src.interner.resolve(*name)),
            ExprKind::Binary { .. } => self.binary(e, above, depth),
            ExprKind::KeyValue { key, value } => {
                self.expr(*key);
                self.set_pos(pos);
                self.tok(Tok::Colon);
                self.blank();
                self.expr(*value);
            }
            ExprKind::Star(x) => {
                self.tok(Tok::Star);
                self.expr(*x);
            }
            ExprKind::Unary { op, x } => {
                if UNARY < above {
                    self.tok(Tok::Lparen);
                    self.expr(e);
                    self.tok(Tok::Rparen);
                } else {
                    self.tok(unary_tok(*op));
                    self.expr1(*x, UNARY, depth);
                }
            }
            ExprKind::BasicLit { kind, value, .. } => {
                let text = src.interner.resolve(*value);
                match kind {
                    LitKind::String if text.starts_with('`') && text.contains('\r') => {
                        self.literal(Tok::Str, &text.replace('\r', ""));
                    }
                    LitKind::String => self.literal(Tok::Str, text),
                    LitKind::Char => self.literal(Tok::Char, text),
                    LitKind::Int => self.literal(Tok::Int, &normal_number(text)),
                    LitKind::Float => self.literal(Tok::Float, &normal_number(text)),
                    LitKind::Imag => self.literal(Tok::Imag, &normal_number(text)),
                }
            }
            ExprKind::FuncLit { ty, body } => {
                self.tok(Tok::Func);
                let start_column = self.out_column - "func".len() as i32;
                self.signature(*ty);
                let header = self.distance_from(start, start_column);
                self.func_body(header, Ws::Blank, body);
            }
            ExprKind::Paren(x) => {
                if matches!(src.file.exprs[*x].kind, ExprKind::Paren(_)) {
                    self.expr0(*x, depth);
                } else {
                    self.tok(Tok::Lparen);
                    self.expr0(*x, (depth - 1).max(1));
                    self.set_pos(last);
                    self.tok(Tok::Rparen);
                }
            }
            ExprKind::Selector { x, sel } => {
                self.selector(*x, *sel, depth, Callee::No);
            }
            ExprKind::TypeAssert { x, ty } => {
                self.expr1(*x, HIGHEST, depth);
                self.tok(Tok::Dot);
                self.set_pos(src.toks.starts[src.token_at(pos) + 1]);
                self.tok(Tok::Lparen);
                match ty {
                    Some(ty) => self.expr(*ty),
                    None => self.tok(Tok::Type),
                }
                self.set_pos(last);
                self.tok(Tok::Rparen);
            }
            ExprKind::Index { x, indices } => {
                self.expr1(*x, HIGHEST, 1);
                self.set_pos(pos);
                self.tok(Tok::Lbrack);
                match &indices[..] {
                    [i] => self.expr0(*i, depth + 1),
                    list => {
                        let mode = ListMode { comma_term: true, no_indent: false };
                        self.exprs(Some(pos), list, depth + 1, mode, Some(last));
                    }
                }
                self.set_pos(last);
                self.tok(Tok::Rbrack);
            }
            ExprKind::Slice { x, bounds, .. } => {
                self.expr1(*x, HIGHEST, 1);
                self.set_pos(pos);
                self.tok(Tok::Lbrack);
                self.slice_bounds(bounds, depth);
                self.set_pos(last);
                self.tok(Tok::Rbrack);
            }
            ExprKind::Call { fun, args, ellipsis } => {
                let ellipsis = ellipsis.map(|p| src.offset(p));
                // Without errors a call ends in `)`.
                self.call(*fun, args, pos, ellipsis, src.offset(src.file.exprs[e].span.hi) - 1, depth);
            }
            ExprKind::CompositeLit { ty, elems, rbrace } => {
                if let Some(ty) = ty {
                    self.expr1(*ty, HIGHEST, depth);
                }
                let (open, close) = (pos, src.offset(*rbrace));
                self.level += 1;
                self.set_pos(open);
                self.tok(Tok::Lbrace);
                let mode = ListMode { comma_term: true, no_indent: false };
                self.exprs(Some(open), elems, 1, mode, Some(close));
                // Lone comments need the indentation; a comment before the brace no line break.
                self.ws(Ws::Indent);
                self.ws(Ws::Unindent);
                self.toggle(!elems.is_empty());
                self.set_pos(close);
                self.tok(Tok::Rbrace);
                self.toggle(!elems.is_empty());
                self.level -= 1;
            }
            ExprKind::Ellipsis { elem } => {
                self.tok(Tok::DotDotDot);
                self.expr(*elem);
            }
            ExprKind::ArrayType { len, elem } => {
                self.tok(Tok::Lbrack);
                match len {
                    Some(len) => self.expr(*len),
                    None => {
                        self.set_pos(src.toks.starts[src.token_at(start) + 1]);
                        self.tok(Tok::DotDotDot);
                    }
                }
                self.tok(Tok::Rbrack);
                self.expr(*elem);
            }
            ExprKind::SliceType { elem } => {
                self.tok(Tok::Lbrack);
                self.tok(Tok::Rbrack);
                self.expr(*elem);
            }
            ExprKind::StructType { fields } => {
                self.tok(Tok::Struct);
                self.struct_fields(e, fields);
            }
            ExprKind::FuncType(_) => {
                self.tok(Tok::Func);
                self.signature(e);
            }
            ExprKind::InterfaceType { elems } => {
                self.tok(Tok::Interface);
                self.interface_elems(e, elems);
            }
            ExprKind::MapType { key, value } => {
                self.tok(Tok::Map);
                self.tok(Tok::Lbrack);
                self.expr(*key);
                self.tok(Tok::Rbrack);
                self.expr(*value);
            }
            ExprKind::ChanType { dir, elem } => {
                match dir {
                    ChanDir::Both => self.tok(Tok::Chan),
                    ChanDir::Recv => {
                        self.tok(Tok::Arrow);
                        self.tok(Tok::Chan);
                    }
                    ChanDir::Send => {
                        self.tok(Tok::Chan);
                        self.set_pos(src.toks.starts[src.token_at(start) + 1]);
                        self.tok(Tok::Arrow);
                    }
                }
                self.blank();
                self.expr(*elem);
            }
        }
    }

    fn slice_bounds(&mut self, bounds: &[Option<ExprId>; 3], depth: i32) {
        let shown = if bounds[2].is_some() { 3 } else { 2 };
        let is_binary = |e: &ExprId| matches!(self.src.file.exprs[*e].kind, ExprKind::Binary { .. });
        let given = bounds.iter().flatten().count();
        let blanks = depth <= 1 && given > 1 && bounds.iter().flatten().any(is_binary);
        for i in 0..shown {
            if i > 0 {
                if bounds[i - 1].is_some() && blanks {
                    self.blank();
                }
                self.tok(Tok::Colon);
                if bounds[i].is_some() && blanks {
                    self.blank();
                }
            }
            if let Some(x) = bounds[i] {
                self.expr0(x, depth + 1);
            }
        }
    }

    fn call(&mut self, fun: ExprId, args: &[ExprId], lparen: u32, ellipsis: Option<u32>, rparen: u32, depth: i32) {
        let depth = depth + i32::from(args.len() > 1);
        let parens = matches!(
            self.src.file.exprs[fun].kind,
            ExprKind::FuncType(_) | ExprKind::ChanType { dir: ChanDir::Recv, .. }
        );
        if parens {
            self.tok(Tok::Lparen);
        }
        let mut indented = false;
        if let ExprKind::Selector { x, sel } = self.src.file.exprs[fun].kind {
            indented = self.selector(x, sel, depth, Callee::Yes);
        } else {
            self.expr1(fun, HIGHEST, depth);
        }
        if parens {
            self.tok(Tok::Rparen);
        }
        self.set_pos(lparen);
        self.tok(Tok::Lparen);
        if let Some(dots) = ellipsis {
            self.exprs(Some(lparen), args, depth, ListMode::default(), Some(dots));
            self.set_pos(dots);
            self.tok(Tok::DotDotDot);
            if self.src.line(dots) < self.src.line(rparen) {
                self.tok(Tok::Comma);
                self.ws(Ws::Formfeed);
            }
        } else {
            let mode = ListMode { comma_term: true, no_indent: false };
            self.exprs(Some(lparen), args, depth, mode, Some(rparen));
        }
        self.set_pos(rparen);
        self.tok(Tok::Rparen);
        if indented {
            self.ws(Ws::Unindent);
        }
    }

    /// Prints a selector; returns whether it went to a new line, which the caller of a method then
    /// ends.
    fn selector(&mut self, x: ExprId, sel: Ident, depth: i32, callee: Callee) -> bool {
        self.expr1(x, HIGHEST, depth);
        self.tok(Tok::Dot);
        let offset = self.src.offset(sel.pos);
        let name = self.src.interner.resolve(sel.name);
        if self.pos.line < self.src.line(offset) {
            self.ws(Ws::Indent);
            self.ws(Ws::Newline);
            self.set_pos(offset);
            self.name(name);
            if callee == Callee::No {
                self.ws(Ws::Unindent);
            }
            return true;
        }
        self.set_pos(offset);
        self.name(name);
        false
    }

    /// Columns printed since `start`, if that is on this line.
    pub(super) fn distance_from(&self, start: u32, start_column: i32) -> i32 {
        if self.src.line(start) == self.pos.line { self.out_column - start_column } else { INFINITY }
    }

    /// A function body after a header of the given size: on one line if both are small.
    pub(super) fn func_body(&mut self, header: i32, sep: Ws, body: &Block) {
        const MAX: usize = 100;
        let level = std::mem::take(&mut self.level);
        let (open, close) = (self.src.offset(body.lbrace), self.src.offset(body.rbrace));
        // Less than nothing if the header went on to further lines.
        if i64::from(header) + self.body_size(body, MAX) as i64 <= MAX as i64 {
            self.ws(sep);
            self.set_pos(open);
            self.tok(Tok::Lbrace);
            if !body.stmts.is_empty() {
                self.blank();
                for (i, s) in body.stmts.iter().enumerate() {
                    if i > 0 {
                        self.tok(Tok::Semi);
                        self.blank();
                    }
                    self.stmt(*s, i + 1 == body.stmts.len());
                }
                self.blank();
            }
            self.toggle(false);
            self.set_pos(close);
            self.tok(Tok::Rbrace);
            self.toggle(false);
        } else {
            if sep != Ws::Ignore {
                self.blank();
            }
            self.block(body);
        }
        self.level = level;
    }

    /// The size of a body on one line, or more than `max`.
    fn body_size(&mut self, body: &Block, max: usize) -> usize {
        let (open, close) = (self.src.offset(body.lbrace), self.src.offset(body.rbrace));
        if self.src.line(open) != self.src.line(close) || body.stmts.len() > 5 {
            return max + 1;
        }
        let mut size = self.comment_size_before(self.src.at(close));
        for (i, s) in body.stmts.iter().enumerate() {
            if size > max {
                break;
            }
            size += if i > 0 { 2 } else { 0 };
            size += self.size(Node::Stmt(*s), max);
        }
        size
    }
}

/// Whether a selector is called.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Callee {
    Yes,
    No,
}

/// A number with its prefix and exponent in lower case, without needless leading zeros before `i`.
fn normal_number(text: &str) -> String {
    let lower_exponent = |s: &str, e: char, to: &str| match s.rfind(e) {
        Some(i) => format!("{}{to}{}", &s[..i], &s[i + 1..]),
        None => s.to_owned(),
    };
    match text.get(..2) {
        None => text.to_owned(),
        Some("0x" | "0X") => format!("0x{}", lower_exponent(&text[2..], 'P', "p")),
        Some("0o" | "0O") => format!("0o{}", &text[2..]),
        Some("0b" | "0B") => format!("0b{}", &text[2..]),
        Some(_) if text.contains('E') => lower_exponent(text, 'E', "e"),
        Some(_) if text.ends_with('i') && !text.contains(['.', 'e']) => match text.trim_start_matches(['0', '_']) {
            "i" => "0i".to_owned(),
            rest => rest.to_owned(),
        },
        Some(_) => text.to_owned(),
    }
}
