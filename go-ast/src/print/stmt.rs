//! Statements.

use super::expr::{binary_tok, strip_all_parens};
use super::list::ListMode;
use super::writer::{Printer, Ws};
use crate::ast::{BinaryOp, Block, BranchKind, CaseClause, CommClause, ExprId, ExprKind, StmtId, StmtKind, UnaryOp};
use crate::visit::{Child, Walk, walk};
use go_lexer::Tok;

/// An entry of a statement list.
#[derive(Clone, Copy)]
pub(super) enum Listed<'a> {
    Stmt(StmtId),
    Case(&'a CaseClause),
    Comm(&'a CommClause),
}

fn assign_tok(op: BinaryOp) -> Tok {
    match op {
        BinaryOp::Add => Tok::AddAssign,
        BinaryOp::Sub => Tok::SubAssign,
        BinaryOp::Or => Tok::OrAssign,
        BinaryOp::Xor => Tok::XorAssign,
        BinaryOp::Mul => Tok::MulAssign,
        BinaryOp::Div => Tok::DivAssign,
        BinaryOp::Rem => Tok::RemAssign,
        BinaryOp::And => Tok::AndAssign,
        BinaryOp::AndNot => Tok::AndNotAssign,
        BinaryOp::Shl => Tok::ShlAssign,
        BinaryOp::Shr => Tok::ShrAssign,
        _ => binary_tok(op),
    }
}

impl<'a> Printer<'a> {
    fn stmt_start(&self, s: StmtId) -> u32 {
        self.src.start(self.src.file.stmts[s].span)
    }

    fn listed_start(&self, s: Listed<'_>) -> u32 {
        match s {
            Listed::Stmt(s) => self.stmt_start(s),
            Listed::Case(c) => self.src.offset(c.pos),
            Listed::Comm(c) => self.src.offset(c.pos),
        }
    }

    /// Statements on lines of their own; clauses are not indented.
    fn stmt_list(&mut self, list: &[Listed<'a>], indented: bool, next_is_brace: bool) {
        if indented {
            self.ws(Ws::Indent);
        }
        self.with_line_slot(|p, slot| {
            let mut printed = 0;
            for &s in list {
                if let Listed::Stmt(s) = s
                    && matches!(p.src.file.stmts[s].kind, StmtKind::Empty)
                {
                    continue;
                }
                if !p.out.is_empty() {
                    let line = p.src.line(p.listed_start(s));
                    let section = printed == 0 || !indented || p.lines_since(slot) > 0;
                    p.linebreak(line, 1, Ws::Ignore, section);
                }
                p.record_line(slot);
                let is_last = next_is_brace && printed + 1 == list.len();
                match s {
                    Listed::Stmt(s) => {
                        p.stmt(s, is_last);
                        // Labels have lines of their own.
                        let mut t = s;
                        while let StmtKind::Labeled { stmt, .. } = p.src.file.stmts[t].kind {
                            p.shift_line(slot);
                            t = stmt;
                        }
                    }
                    Listed::Case(c) => p.case_clause(c, is_last),
                    Listed::Comm(c) => p.comm_clause(c, is_last),
                }
                printed += 1;
            }
        });
        if indented {
            self.ws(Ws::Unindent);
        }
    }

    fn stmts(&mut self, list: &[StmtId], next_is_brace: bool) {
        let list: Vec<Listed<'a>> = list.iter().map(|s| Listed::Stmt(*s)).collect();
        self.stmt_list(&list, true, next_is_brace);
    }

    /// A block; it has at least two lines.
    pub(super) fn block(&mut self, b: &Block) {
        let list: Vec<Listed<'a>> = b.stmts.iter().map(|s| Listed::Stmt(*s)).collect();
        self.braces_around(&list, self.src.offset(b.lbrace), self.src.offset(b.rbrace), true);
    }

    fn braces_around(&mut self, list: &[Listed<'a>], open: u32, close: u32, indented: bool) {
        self.set_pos(open);
        self.tok(Tok::Lbrace);
        self.stmt_list(list, indented, true);
        let line = self.src.line(close);
        self.linebreak(line, 1, Ws::Ignore, true);
        self.set_pos(close);
        self.tok(Tok::Rbrace);
    }

    fn case_clause(&mut self, c: &'a CaseClause, next_is_brace: bool) {
        let pos = self.src.offset(c.pos);
        let colon = self.src.offset(c.colon);
        self.set_pos(pos);
        match &c.exprs {
            Some(list) => {
                self.tok(Tok::Case);
                self.blank();
                self.exprs(Some(pos), list, 1, ListMode::default(), Some(colon));
            }
            None => self.tok(Tok::Default),
        }
        self.set_pos(colon);
        self.tok(Tok::Colon);
        self.stmts(&c.body, next_is_brace);
    }

    fn comm_clause(&mut self, c: &'a CommClause, next_is_brace: bool) {
        self.set_pos(self.src.offset(c.pos));
        match c.comm {
            Some(s) => {
                self.tok(Tok::Case);
                self.blank();
                self.stmt(s, false);
            }
            None => self.tok(Tok::Default),
        }
        self.set_pos(self.src.offset(c.colon));
        self.tok(Tok::Colon);
        self.stmts(&c.body, next_is_brace);
    }

    /// An expression in a header without the parentheses around it, unless they keep the brace of a
    /// composite literal from starting the block.
    fn header_expr(&self, e: ExprId) -> ExprId {
        let file = self.src.file;
        let mut x = e;
        while let ExprKind::Paren(inner) = file.exprs[x].kind {
            let mut needed = false;
            walk(file, Child::Expr(inner), |c| {
                let Child::Expr(c) = c else { return Walk::Into };
                match &file.exprs[c].kind {
                    ExprKind::Paren(_) => Walk::Past,
                    ExprKind::CompositeLit { ty, .. } => {
                        let mut t = *ty;
                        while let Some(ExprKind::Selector { x, .. }) = t.map(|t| &file.exprs[t].kind) {
                            t = Some(*x);
                        }
                        let is_name = t.is_some_and(|t| matches!(file.exprs[t].kind, ExprKind::Name(_)));
                        if is_name {
                            needed = true;
                            return Walk::Stop;
                        }
                        Walk::Past
                    }
                    _ => Walk::Into,
                }
            });
            if needed {
                return x;
            }
            x = inner;
        }
        x
    }

    fn control_clause(&mut self, is_for: bool, init: Option<StmtId>, cond: Option<ExprId>, post: Option<StmtId>) {
        self.blank();
        let mut needs_blank = false;
        if init.is_none() && post.is_none() {
            if let Some(c) = cond {
                self.expr(self.header_expr(c));
                needs_blank = true;
            }
        } else {
            if let Some(s) = init {
                self.stmt(s, false);
            }
            self.tok(Tok::Semi);
            self.blank();
            if let Some(c) = cond {
                self.expr(self.header_expr(c));
                needs_blank = true;
            }
            if is_for {
                self.tok(Tok::Semi);
                self.blank();
                needs_blank = false;
                if let Some(s) = post {
                    self.stmt(s, false);
                    needs_blank = true;
                }
            }
        }
        if needs_blank {
            self.blank();
        }
    }

    /// Whether `x` is a composite literal or the address of one.
    fn is_literal_like(&self, x: ExprId) -> bool {
        let file = self.src.file;
        let is_literal =
            |x: ExprId| matches!(file.exprs[strip_all_parens(file, x)].kind, ExprKind::CompositeLit { .. });
        match file.exprs[strip_all_parens(file, x)].kind {
            ExprKind::CompositeLit { .. } => true,
            ExprKind::Unary { op: UnaryOp::Addr, x } => is_literal(x),
            _ => false,
        }
    }

    /// Whether a list of results looks better indented from its first element on.
    fn indents_list(&self, list: &[ExprId]) -> bool {
        if list.len() < 2 {
            return false;
        }
        let begin = self.src.line(self.start(list[0]));
        let end = self.src.line(self.end(list[list.len() - 1]));
        if begin >= end {
            return false;
        }
        let mut line = begin;
        let mut many_lined = 0;
        for &x in list {
            let (b, e) = (self.src.line(self.start(x)), self.src.line(self.end(x)));
            if line < b {
                return true;
            }
            if b < e && !self.is_literal_like(x) {
                many_lined += 1;
            }
            line = e;
        }
        many_lined > 1
    }

    pub(super) fn stmt(&mut self, id: StmtId, next_is_brace: bool) {
        let src = self.src;
        let s = &src.file.stmts[id];
        let start = src.start(s.span);
        let pos = src.offset(s.pos);
        self.set_pos(start);
        match &s.kind {
            StmtKind::Bad => self.literal(Tok::Str, "BadStmt"),
            StmtKind::Decl(ids) => self.local_decl(start, ids),
            StmtKind::Empty => {}
            StmtKind::Labeled { label, stmt } => {
                // Unindented against the line break before it.
                self.ws(Ws::Unindent);
                self.ident(*label);
                self.set_pos(pos);
                self.tok(Tok::Colon);
                self.ws(Ws::Indent);
                let inner = &src.file.stmts[*stmt];
                if matches!(inner.kind, StmtKind::Empty) {
                    if !next_is_brace {
                        self.ws(Ws::Newline);
                        self.set_pos(src.start(inner.span));
                        self.tok(Tok::Semi);
                        return;
                    }
                } else {
                    let line = src.line(src.start(inner.span));
                    self.linebreak(line, 1, Ws::Ignore, true);
                }
                self.stmt(*stmt, next_is_brace);
            }
            StmtKind::Expr(x) => self.expr0(*x, 1),
            StmtKind::Send { chan, value } => {
                self.expr0(*chan, 1);
                self.blank();
                self.set_pos(pos);
                self.tok(Tok::Arrow);
                self.blank();
                self.expr0(*value, 1);
            }
            StmtKind::IncDec { x, op } => {
                self.expr0(*x, 2);
                self.set_pos(pos);
                self.tok(if *op == BinaryOp::Add { Tok::Inc } else { Tok::Dec });
            }
            StmtKind::Assign { lhs, rhs, define, op, op_pos } => {
                let at = src.offset(*op_pos);
                let depth = if lhs.len() > 1 && rhs.len() > 1 { 2 } else { 1 };
                self.exprs(Some(start), lhs, depth, ListMode::default(), Some(at));
                self.blank();
                self.set_pos(at);
                self.tok(match (op, define) {
                    (Some(op), _) => assign_tok(*op),
                    (None, true) => Tok::Define,
                    (None, false) => Tok::Assign,
                });
                self.blank();
                self.exprs(Some(at), rhs, depth, ListMode::default(), None);
            }
            StmtKind::Go(x) => {
                self.tok(Tok::Go);
                self.blank();
                self.expr(*x);
            }
            StmtKind::Defer(x) => {
                self.tok(Tok::Defer);
                self.blank();
                self.expr(*x);
            }
            StmtKind::Return(results) => {
                self.tok(Tok::Return);
                if results.is_empty() {
                    return;
                }
                self.blank();
                if self.indents_list(results) {
                    self.ws(Ws::Indent);
                    let mode = ListMode { comma_term: false, no_indent: true };
                    self.exprs(None, results, 1, mode, None);
                    self.ws(Ws::Unindent);
                } else {
                    self.exprs(None, results, 1, ListMode::default(), None);
                }
            }
            StmtKind::Branch { kind, label } => {
                self.tok(match kind {
                    BranchKind::Break => Tok::Break,
                    BranchKind::Continue => Tok::Continue,
                    BranchKind::Goto => Tok::Goto,
                    BranchKind::Fallthrough => Tok::Fallthrough,
                });
                if let Some(l) = label {
                    self.blank();
                    self.ident(*l);
                }
            }
            StmtKind::Block(b) => self.block(b),
            StmtKind::If { init, cond, then, els } => {
                self.tok(Tok::If);
                self.control_clause(false, *init, Some(*cond), None);
                self.block(then);
                if let Some(e) = els {
                    self.blank();
                    self.tok(Tok::Else);
                    self.blank();
                    self.stmt(*e, next_is_brace);
                }
            }
            StmtKind::Switch { init, tag, clauses, lbrace, rbrace } => {
                self.tok(Tok::Switch);
                self.control_clause(false, *init, *tag, None);
                let list: Vec<Listed<'a>> = clauses.iter().map(Listed::Case).collect();
                self.braces_around(&list, src.offset(*lbrace), src.offset(*rbrace), false);
            }
            StmtKind::TypeSwitch { init, binding, guard, clauses, lbrace, rbrace, .. } => {
                self.tok(Tok::Switch);
                if let Some(s) = init {
                    self.blank();
                    self.stmt(*s, false);
                    self.tok(Tok::Semi);
                }
                self.blank();
                match binding {
                    Some(v) => {
                        let at = src.offset(v.pos);
                        let define = src.toks.starts[src.token_at(at) + 1];
                        self.set_pos(at);
                        self.ident(*v);
                        self.blank();
                        self.set_pos(define);
                        self.tok(Tok::Define);
                        self.blank();
                        self.exprs(Some(define), &[*guard], 1, ListMode::default(), None);
                    }
                    None => self.expr0(*guard, 1),
                }
                self.blank();
                let list: Vec<Listed<'a>> = clauses.iter().map(Listed::Case).collect();
                self.braces_around(&list, src.offset(*lbrace), src.offset(*rbrace), false);
            }
            StmtKind::Select { clauses, lbrace, rbrace } => {
                self.tok(Tok::Select);
                self.blank();
                let (open, close) = (src.offset(*lbrace), src.offset(*rbrace));
                if clauses.is_empty() && !self.comment_before(src.at(close)) {
                    self.set_pos(open);
                    self.tok(Tok::Lbrace);
                    self.set_pos(close);
                    self.tok(Tok::Rbrace);
                } else {
                    let list: Vec<Listed<'a>> = clauses.iter().map(Listed::Comm).collect();
                    self.braces_around(&list, open, close, false);
                }
            }
            StmtKind::For { init, cond, post, body } => {
                self.tok(Tok::For);
                self.control_clause(true, *init, *cond, *post);
                self.block(body);
            }
            StmtKind::Range { key, value, define, x, range_pos, body, .. } => {
                self.tok(Tok::For);
                self.blank();
                if let Some(k) = key {
                    self.expr(*k);
                    if let Some(v) = value {
                        self.set_pos(self.start(*v));
                        self.tok(Tok::Comma);
                        self.blank();
                        self.expr(*v);
                    }
                    self.blank();
                    let range = src.token_at(src.offset(*range_pos));
                    self.set_pos(src.toks.starts[range - 1]);
                    self.tok(if *define { Tok::Define } else { Tok::Assign });
                    self.blank();
                }
                self.tok(Tok::Range);
                self.blank();
                self.expr(self.header_expr(*x));
                self.blank();
                self.block(body);
            }
        }
    }
}
