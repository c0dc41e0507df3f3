//! Simple statements and the headers of `if`, `for` and `switch`. Source: the Go specification,
//! "Statements".

use super::expr::binary_op;
use super::{ExprList, Parser};
use crate::ast::{ExprId, ExprKind, Ident, StmtId, StmtKind};
use crate::expr_string::{emphasized, simple_stmt_string};
use go_lexer::{Tok, TokenSet};
use go_source::Pos;

/// The statement whose header a simple statement stands in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Context {
    /// None, or a place where neither `range` nor a type switch guard may stand.
    Plain,
    For,
    If,
    Switch,
}

impl Context {
    fn keyword(self) -> &'static str {
        match self {
            Context::Plain => "",
            Context::For => "for",
            Context::If => "if",
            Context::Switch => "switch",
        }
    }
}

/// A simple statement.
pub(super) enum Simple {
    Stmt(StmtId),
    /// `binding := x.(type)`.
    Guard(Guard),
    Range(RangeHead),
}

/// `binding := x.(type)`
pub(super) struct Guard {
    /// The assertion as a statement.
    stmt: StmtId,
    binding: Ident,
    lhs: ExprId,
    op_pos: Pos,
}

/// `lhs = range x`
pub(super) struct RangeHead {
    pub(super) lhs: Option<ExprList>,
    pub(super) define: bool,
    pub(super) pos: Pos,
    pub(super) x: ExprId,
}

/// What stands between the keyword and the block.
#[derive(Default)]
pub(super) struct Header {
    pub(super) init: Option<StmtId>,
    pub(super) cond: Option<ExprId>,
    pub(super) post: Option<StmtId>,
    pub(super) binding: Option<Ident>,
    pub(super) range: Option<RangeHead>,
}

impl Parser<'_> {
    /// SimpleStmt, of which the left side may have been read already.
    pub(super) fn simple_stmt(&mut self, lhs: Option<ExprList>, context: Context) -> Simple {
        if context == Context::For && self.tok == Tok::Range {
            return Simple::Range(self.range_head(None, false));
        }
        let lhs = match lhs {
            Some(l) => l,
            None => self.expr_list(),
        };
        let pos = self.pos();
        let lo = self.lo(lhs.first);
        match (self.tok, lhs.single()) {
            (Tok::Assign | Tok::Define, _) => self.assignment(lhs, context),
            (tok, Some(x)) => match tok {
                Tok::Inc | Tok::Dec => {
                    self.next();
                    let op = binary_op(tok).unwrap_or(crate::ast::BinaryOp::Add);
                    Simple::Stmt(self.stmt_node(StmtKind::IncDec { x, op }, lo, pos))
                }
                Tok::Arrow => {
                    self.next();
                    let value = self.expr();
                    Simple::Stmt(self.stmt_node(StmtKind::Send { chan: x, value }, lo, pos))
                }
                _ if tok.is_assign_op() => {
                    self.next();
                    let rhs = self.expr();
                    let kind = StmtKind::Assign {
                        lhs: Box::new([x]),
                        rhs: Box::new([rhs]),
                        define: false,
                        op: binary_op(tok),
                        op_pos: pos,
                    };
                    Simple::Stmt(self.stmt_node(kind, lo, pos))
                }
                _ => Simple::Stmt(self.expr_stmt(x)),
            },
            (_, None) => {
                self.syntax_error("expected := or = or comma");
                self.advance(TokenSet::new(&[Tok::Semi, Tok::Rbrace]));
                Simple::Stmt(self.expr_stmt(lhs.first))
            }
        }
    }

    fn expr_stmt(&mut self, x: ExprId) -> StmtId {
        let e = &self.file.exprs[x];
        let (span, pos) = (e.span, e.pos);
        self.file.stmts.push(crate::ast::Stmt { kind: StmtKind::Expr(x), span, pos })
    }

    fn assignment(&mut self, lhs: ExprList, context: Context) -> Simple {
        let pos = self.pos();
        let define = self.tok == Tok::Define;
        self.next();
        if context == Context::For && self.tok == Tok::Range {
            return Simple::Range(self.range_head(Some(lhs), define));
        }
        let rhs = self.expr_list();
        if let (Context::Switch, true, Some(x), Some(l)) = (context, define, rhs.single(), lhs.single())
            && let ExprKind::TypeAssert { ty: None, .. } = self.file.exprs[x].kind
            && let ExprKind::Name(name) = self.file.exprs[l].kind
        {
            let ident = Ident { name, pos: self.file.exprs[l].pos };
            let stmt = self.expr_stmt(x);
            return Simple::Guard(Guard { stmt, binding: ident, lhs: l, op_pos: pos });
        }
        let lo = self.lo(lhs.first);
        let kind = StmtKind::Assign { lhs: lhs.into_box(), rhs: rhs.into_box(), define, op: None, op_pos: pos };
        Simple::Stmt(self.stmt_node(kind, lo, pos))
    }

    /// What looked like the guard of a type switch is its initial statement: a (wrong) definition.
    fn guard_to_definition(&mut self, g: &Guard) {
        let StmtKind::Expr(x) = self.file.stmts[g.stmt].kind else { return };
        let s = &mut self.file.stmts[g.stmt];
        s.span.lo = g.binding.pos;
        s.pos = g.op_pos;
        s.kind =
            StmtKind::Assign { lhs: Box::new([g.lhs]), rhs: Box::new([x]), define: true, op: None, op_pos: g.op_pos };
    }

    /// At `range`.
    fn range_head(&mut self, lhs: Option<ExprList>, define: bool) -> RangeHead {
        let pos = self.pos();
        self.next();
        let x = self.expr();
        RangeHead { lhs, define, pos, x }
    }

    /// A simple statement where `range` cannot stand.
    fn plain_stmt(&mut self) -> StmtId {
        match self.simple_stmt(None, Context::Plain) {
            Simple::Stmt(s) => s,
            Simple::Guard(g) => g.stmt,
            Simple::Range(r) => self.expr_stmt(r.x),
        }
    }

    /// From after the keyword to before the block.
    pub(super) fn header(&mut self, context: Context) -> Header {
        let mut h = Header::default();
        if self.tok == Tok::Lbrace {
            if context == Context::If {
                self.syntax_error("missing condition in if statement");
                h.cond = Some(self.bad_expr());
            }
            return h;
        }
        let outer = std::mem::replace(&mut self.xnest, -1);
        self.header_parts(context, &mut h);
        self.xnest = outer;
        h
    }

    fn header_parts(&mut self, context: Context, h: &mut Header) {
        let mut init = None;
        let mut init_guard = None;
        if self.tok != Tok::Semi {
            if self.got(Tok::Var) {
                let keyword = context.keyword();
                self.syntax_error(&format!("var declaration not allowed in {keyword} initializer"));
            }
            match self.simple_stmt(None, context) {
                Simple::Range(r) => {
                    h.range = Some(r);
                    return;
                }
                Simple::Stmt(s) => init = Some(s),
                Simple::Guard(g) => {
                    init = Some(g.stmt);
                    init_guard = Some(g);
                }
            }
        }

        if self.tok == Tok::Lbrace {
            // What was read is the condition; there is no initial statement.
            h.binding = init_guard.map(|g| g.binding);
            return self.condition(init, None, context, h);
        }
        h.init = init;
        if let Some(g) = init_guard {
            self.guard_to_definition(&g);
        }
        let mut semi = None;
        if self.tok == Tok::Semi {
            semi = Some((self.pos(), self.semi_text()));
            self.next();
        } else {
            self.want(Tok::Lbrace); // a better message than asking for a semicolon
            if self.tok != Tok::Lbrace {
                self.advance(TokenSet::new(&[Tok::Lbrace, Tok::Rbrace]));
            }
        }
        let mut cond = None;
        if context == Context::For {
            if self.tok != Tok::Semi {
                if self.tok == Tok::Lbrace {
                    self.syntax_error("expected for loop condition");
                    return;
                }
                cond = Some(self.plain_stmt());
            }
            self.want(Tok::Semi);
            if self.tok != Tok::Lbrace {
                let post = self.plain_stmt();
                h.post = Some(post);
                let s = &self.file.stmts[post];
                if matches!(s.kind, StmtKind::Assign { define: true, .. }) {
                    let pos = s.pos;
                    self.syntax_error_at(pos, "cannot declare in post statement of for loop");
                }
            }
        } else if self.tok != Tok::Lbrace {
            cond = Some(match self.simple_stmt(None, context) {
                Simple::Stmt(s) => s,
                Simple::Guard(g) => {
                    h.binding = Some(g.binding);
                    g.stmt
                }
                Simple::Range(r) => self.expr_stmt(r.x),
            });
        }
        self.condition(cond, semi, context, h);
    }

    /// Takes the condition out of its statement.
    fn condition(&mut self, stmt: Option<StmtId>, semi: Option<(Pos, &'static str)>, context: Context, h: &mut Header) {
        let Some(id) = stmt else {
            if let (Context::If, Some((pos, text))) = (context, semi) {
                if text == "semicolon" {
                    self.syntax_error_at(pos, "missing condition in if statement");
                } else {
                    let message = format!("unexpected {text}, expected {{ after if clause");
                    self.syntax_error_at(pos, &message);
                }
                h.cond = Some(self.bad_expr_at(pos));
            }
            return;
        };
        let s = &self.file.stmts[id];
        let pos = s.pos;
        match &s.kind {
            StmtKind::Expr(x) => h.cond = Some(*x),
            StmtKind::Assign { lhs, rhs, define: false, op: None, .. } => {
                // Probably `==` was meant.
                let l = emphasized(&self.file, self.interner, lhs);
                let r = emphasized(&self.file, self.interner, rhs);
                self.syntax_error_at(pos, &format!("cannot use assignment {l} = {r} as value"));
            }
            _ => {
                let text = simple_stmt_string(&self.file, self.interner, id);
                self.syntax_error_at(pos, &format!("cannot use {text} as value"));
            }
        }
    }
}
