//! Statements. Source: the Go specification, "Statements".

use super::simple::{Context, Header, Simple};
use super::{ExprList, Parser};
use crate::ast::{Block, BranchKind, CaseClause, CommClause, ExprKind, Ident, StmtId, StmtKind};
use go_lexer::{Tok, TokenSet};
use go_source::Pos;

/// Where an erroneous switch body goes on.
const CLAUSE_FOLLOW: TokenSet = TokenSet::new(&[Tok::Colon, Tok::Case, Tok::Default, Tok::Rbrace]);

impl Parser<'_> {
    /// StatementList = { Statement ";" }
    fn stmt_list(&mut self) -> Box<[StmtId]> {
        let mark = self.stmt_stack.len();
        while !matches!(self.tok, Tok::Eof | Tok::Rbrace | Tok::Case | Tok::Default) {
            let s = self.stmt_or_none();
            self.clear_pragma();
            let Some(s) = s else { break };
            self.stmt_stack.push(s);
            // ";" is optional before "}"
            if !self.got(Tok::Semi) && self.tok != Tok::Rbrace {
                self.syntax_error("at end of statement");
                self.advance(TokenSet::new(&[Tok::Semi, Tok::Rbrace, Tok::Case, Tok::Default]));
                self.got(Tok::Semi);
            }
        }
        let list = self.stmt_stack[mark..].into();
        self.stmt_stack.truncate(mark);
        list
    }

    /// A block; `context` says what it follows, and may be empty only at a `{`.
    pub(super) fn block(&mut self, context: &str) -> Block {
        let lbrace = self.pos();
        if !self.got(Tok::Lbrace) {
            self.syntax_error(&format!("expected {{ after {context}"));
            self.advance(TokenSet::new(&[Tok::Name, Tok::Rbrace]));
            let rbrace = self.pos();
            if self.got(Tok::Rbrace) {
                return Block { stmts: Box::new([]), lbrace, rbrace };
            }
        }
        let stmts = self.stmt_list();
        let rbrace = self.pos();
        self.want(Tok::Rbrace);
        Block { stmts, lbrace, rbrace }
    }

    /// A statement, if one starts here.
    fn stmt_or_none(&mut self) -> Option<StmtId> {
        if self.tok == Tok::Name {
            self.clear_pragma();
            let lo = self.pos();
            let lhs = self.expr_list();
            if self.tok == Tok::Colon
                && let Some(x) = lhs.single()
                && let ExprKind::Name(name) = self.file.exprs[x].kind
            {
                let label = Ident { name, pos: lo };
                return self.deeper(|p| p.labeled_stmt(label));
            }
            return Some(self.simple(Some(lhs)));
        }
        if matches!(self.tok, Tok::Var | Tok::Const | Tok::Type) {
            let (tok, pos) = (self.tok, self.pos());
            self.next();
            let list = self.decl_group(tok, pos).into_boxed_slice();
            return Some(self.stmt_node(StmtKind::Decl(list), pos, pos));
        }
        self.clear_pragma();
        self.deeper(Self::other_stmt)
    }

    fn simple(&mut self, lhs: Option<ExprList>) -> StmtId {
        match self.simple_stmt(lhs, Context::Plain) {
            Simple::Stmt(s) => s,
            // Only the header of a switch has guards, only that of a for has ranges.
            Simple::Guard(_) => self.empty(self.pos()),
            Simple::Range(r) => {
                let pos = r.pos;
                self.stmt_node(StmtKind::Bad, pos, pos)
            }
        }
    }

    /// A statement that starts neither with a name nor a declaration.
    fn other_stmt(&mut self) -> Option<StmtId> {
        let pos = self.pos();
        Some(match self.tok {
            Tok::Lbrace => {
                let block = self.block("");
                self.stmt_node(StmtKind::Block(block), pos, pos)
            }
            Tok::Add
            | Tok::Sub
            | Tok::Star
            | Tok::And
            | Tok::Xor
            | Tok::Not
            | Tok::Int
            | Tok::Float
            | Tok::Imag
            | Tok::Char
            | Tok::Str
            | Tok::Func
            | Tok::Lparen
            | Tok::Lbrack
            | Tok::Struct
            | Tok::Map
            | Tok::Chan
            | Tok::Interface
            | Tok::Arrow => self.simple(None),
            Tok::For => self.for_stmt(),
            Tok::Switch => self.switch_stmt(),
            Tok::Select => self.select_stmt(),
            Tok::If => self.if_stmt(),
            Tok::Fallthrough => {
                self.next();
                self.branch(BranchKind::Fallthrough, None, pos)
            }
            Tok::Break | Tok::Continue => {
                let kind = if self.tok == Tok::Break { BranchKind::Break } else { BranchKind::Continue };
                self.next();
                let label = (self.tok == Tok::Name).then(|| self.name().id);
                self.branch(kind, label, pos)
            }
            Tok::Goto => {
                self.next();
                let label = self.name().id;
                self.branch(BranchKind::Goto, Some(label), pos)
            }
            Tok::Go | Tok::Defer => self.call_stmt(),
            Tok::Return => {
                self.next();
                let results = if matches!(self.tok, Tok::Semi | Tok::Rbrace) {
                    Box::default()
                } else {
                    self.expr_list().into_box()
                };
                self.stmt_node(StmtKind::Return(results), pos, pos)
            }
            Tok::Semi => self.empty(pos),
            _ => return None,
        })
    }

    /// An empty statement at `pos`.
    fn empty(&mut self, pos: Pos) -> StmtId {
        let span = go_source::Span::at(pos);
        self.file.stmts.push(crate::ast::Stmt { kind: StmtKind::Empty, span, pos })
    }

    fn branch(&mut self, kind: BranchKind, label: Option<Ident>, pos: Pos) -> StmtId {
        self.stmt_node(StmtKind::Branch { kind, label }, pos, pos)
    }

    /// After a label, at its colon.
    fn labeled_stmt(&mut self, label: Ident) -> Option<StmtId> {
        let colon = self.pos();
        self.want(Tok::Colon);
        let stmt = if self.tok == Tok::Rbrace {
            // The semicolon of an empty statement may be left out before "}".
            self.empty(self.pos())
        } else {
            match self.stmt_or_none() {
                Some(s) => s,
                None => {
                    self.syntax_error_at(colon, "missing statement after label");
                    return None;
                }
            }
        };
        Some(self.stmt_node(StmtKind::Labeled { label, stmt }, label.pos, colon))
    }

    /// `go` and `defer`.
    fn call_stmt(&mut self) -> StmtId {
        let pos = self.pos();
        let tok = self.tok;
        self.next();
        let mut x = self.primary_expr(None);
        let inner = self.file.unparen(x);
        if inner != x {
            let at = self.file.exprs[x].pos;
            let keyword = tok.text();
            self.error_at(at, format!("expression in {keyword} must not be parenthesized"));
            x = inner;
        }
        let kind = if tok == Tok::Go { StmtKind::Go(x) } else { StmtKind::Defer(x) };
        self.stmt_node(kind, pos, pos)
    }

    fn for_stmt(&mut self) -> StmtId {
        let pos = self.pos();
        self.want(Tok::For);
        let Header { init, cond, post, range, .. } = self.header(Context::For);
        let body = self.block("for clause");
        let kind = match range {
            None => StmtKind::For { init, cond, post, body },
            Some(r) => {
                let (mut key, mut value, mut extra) = (None, None, None);
                if let Some(lhs) = r.lhs {
                    key = Some(lhs.first);
                    value = lhs.rest.first().copied();
                    extra = lhs.rest.get(1).copied();
                }
                let (define, range_pos, x) = (r.define, r.pos, r.x);
                StmtKind::Range { key, value, extra, define, x, range_pos, body }
            }
        };
        self.stmt_node(kind, pos, pos)
    }

    /// `if`, with its whole chain of `else if`.
    fn if_stmt(&mut self) -> StmtId {
        let mut chain = Vec::new();
        let mut last = None;
        loop {
            let pos = self.pos();
            self.want(Tok::If);
            let h = self.header(Context::If);
            let cond = match h.cond {
                Some(c) => c,
                None => self.bad_expr(),
            };
            let then = self.block("if clause");
            chain.push((pos, h.init, cond, then));
            if !self.got(Tok::Else) {
                break;
            }
            match self.tok {
                Tok::If => continue,
                Tok::Lbrace => {
                    let pos = self.pos();
                    let block = self.block("");
                    last = Some(self.stmt_node(StmtKind::Block(block), pos, pos));
                }
                _ => {
                    self.syntax_error("else must be followed by if or statement block");
                    self.advance(TokenSet::new(&[Tok::Name, Tok::Rbrace]));
                }
            }
            break;
        }
        let mut els = last;
        while let Some((pos, init, cond, then)) = chain.pop() {
            let s = self.stmt_node(StmtKind::If { init, cond, then, els }, pos, pos);
            if chain.is_empty() {
                return s;
            }
            els = Some(s);
        }
        self.empty(self.pos())
    }

    fn switch_stmt(&mut self) -> StmtId {
        let pos = self.pos();
        self.want(Tok::Switch);
        let Header { init, cond: tag, binding, .. } = self.header(Context::Switch);
        let lbrace = self.pos();
        if !self.got(Tok::Lbrace) {
            self.syntax_error("missing { after switch clause");
            self.advance(TokenSet::new(&[Tok::Case, Tok::Default, Tok::Rbrace]));
        }
        let mut clauses = Vec::new();
        while self.tok != Tok::Eof && self.tok != Tok::Rbrace {
            clauses.push(self.case_clause());
        }
        let clauses = clauses.into_boxed_slice();
        let rbrace = self.pos();
        self.want(Tok::Rbrace);
        let guard = tag.map(|t| (t, &self.file.exprs[t].kind));
        let kind = match guard {
            Some((guard, &ExprKind::TypeAssert { x, ty: None })) => {
                StmtKind::TypeSwitch { init, binding, x, guard, clauses, lbrace, rbrace }
            }
            _ => StmtKind::Switch { init, tag, clauses, lbrace, rbrace },
        };
        self.stmt_node(kind, pos, pos)
    }

    fn case_clause(&mut self) -> CaseClause {
        let pos = self.pos();
        let exprs = match self.tok {
            Tok::Case => {
                self.next();
                Some(self.expr_list().into_box())
            }
            Tok::Default => {
                self.next();
                None
            }
            _ => {
                self.syntax_error("expected case or default or }");
                self.advance(CLAUSE_FOLLOW);
                Some(Box::default())
            }
        };
        let colon = self.pos();
        self.want(Tok::Colon);
        let body = self.stmt_list();
        CaseClause { pos, exprs, body, colon, end: self.pos() }
    }

    fn select_stmt(&mut self) -> StmtId {
        let pos = self.pos();
        self.want(Tok::Select);
        let lbrace = self.pos();
        if !self.got(Tok::Lbrace) {
            self.syntax_error("missing { after select clause");
            self.advance(TokenSet::new(&[Tok::Case, Tok::Default, Tok::Rbrace]));
        }
        let mut clauses = Vec::new();
        while self.tok != Tok::Eof && self.tok != Tok::Rbrace {
            clauses.push(self.comm_clause());
        }
        let rbrace = self.pos();
        self.want(Tok::Rbrace);
        let clauses = clauses.into_boxed_slice();
        self.stmt_node(StmtKind::Select { clauses, lbrace, rbrace }, pos, pos)
    }

    fn comm_clause(&mut self) -> CommClause {
        let pos = self.pos();
        let comm = match self.tok {
            Tok::Case => {
                self.next();
                Some(self.simple(None))
            }
            Tok::Default => {
                self.next();
                None
            }
            _ => {
                self.syntax_error("expected case or default or }");
                self.advance(CLAUSE_FOLLOW);
                None
            }
        };
        let colon = self.pos();
        self.want(Tok::Colon);
        let body = self.stmt_list();
        CommClause { pos, comm, body, colon, end: self.pos() }
    }
}
