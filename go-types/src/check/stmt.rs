//! Statements and function bodies. Source: spec "Statements".

use super::operand::EvalKind;
use super::ops::ChanUse;
use super::{BranchChecks, Checker, Env, Operand};
use crate::codes;
use crate::constant::ConstValue;
use crate::info::Mode;
use crate::object::ObjId;
use crate::ty::TypeId;
use go_ast::{BinaryOp, Block, BranchKind, CommClause, ExprId, ExprKind, Ident, StmtId, StmtKind, UnaryOp};
use go_source::Pos;
use std::sync::Arc;

/// Which control-flow statements are permitted where a statement stands.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct StmtContext {
    pub(crate) break_ok: bool,
    pub(crate) continue_ok: bool,
    pub(crate) fallthrough_ok: bool,
    pub(crate) final_switch_case: bool,
    pub(crate) in_type_switch: bool,
}

impl StmtContext {
    /// The context of statements inside a nested statement.
    fn inner(self) -> StmtContext {
        StmtContext { fallthrough_ok: false, final_switch_case: false, in_type_switch: false, ..self }
    }
}

impl Checker {
    /// Checks a function body. `decl` is the declared function that collects dependencies.
    pub(crate) fn func_body(&mut self, decl: Option<ObjId>, sig: TypeId, body: &Block, iota: Option<ConstValue>) {
        let Some(scope) = self.sig_scopes.remove(&sig) else { return };
        let outer = self.env();
        let mut env = Env::new(outer.pkg, Arc::clone(&outer.tree), scope, outer.version);
        env.decl = decl;
        env.iota = iota;
        env.sig = Some(sig);
        let saved = self.env.replace(env);
        self.stmt_list(StmtContext::default(), &body.stmts);
        if self.env().has_label && self.options.branches == BranchChecks::ByChecker {
            self.labels(&body.stmts);
        }
        let results = self.as_signature(sig).is_some_and(|s| !s.results.is_empty());
        if results && !self.is_terminating_list(&body.stmts) {
            self.error(body.rbrace, codes::MISSING_RETURN, "missing return");
        }
        self.usage();
        self.env = saved;
    }

    pub(crate) fn stmt_list(&mut self, ctxt: StmtContext, list: &[StmtId]) {
        let tree = self.tree();
        let end = list.iter().rposition(|s| !matches!(tree.stmt(*s).kind, StmtKind::Empty)).map_or(0, |i| i + 1);
        let list = &list[..end];
        for (i, s) in list.iter().enumerate() {
            let fallthrough_ok = ctxt.fallthrough_ok && i + 1 == list.len();
            self.stmt(StmtContext { fallthrough_ok, ..ctxt }, *s);
        }
    }

    fn simple_stmt(&mut self, s: Option<StmtId>) {
        if let Some(s) = s {
            self.stmt(StmtContext::default(), s);
        }
    }

    /// Checks statement `s`.
    pub(crate) fn stmt(&mut self, ctxt: StmtContext, s: StmtId) {
        let top = self.delayed.len();
        let scope = self.env().scope;
        self.stmt_kind(ctxt, s);
        self.env_mut().scope = scope;
        // Function literals are checked before the next statement declares anything.
        self.process_delayed(top);
    }

    fn stmt_kind(&mut self, ctxt: StmtContext, s: StmtId) {
        let tree = self.tree();
        let stmt = tree.stmt(s);
        let inner = ctxt.inner();
        match &stmt.kind {
            StmtKind::Bad | StmtKind::Empty => {}
            StmtKind::Decl(list) => self.decl_stmt(list),
            StmtKind::Labeled { stmt, .. } => {
                self.env_mut().has_label = true;
                self.stmt(ctxt, *stmt);
            }
            StmtKind::Expr(e) => self.expr_stmt(*e),
            StmtKind::Send { chan, value } => {
                let (mut ch, mut val) = (Operand::new(), Operand::new());
                self.expr(None, &mut ch, *chan);
                self.generic_expr(&mut val, *value, None);
                if !ch.is_valid() || !val.is_valid() {
                    return;
                }
                if let Some(elem) = self.chan_elem(stmt.span.lo, &ch, ChanUse::Send) {
                    self.assignment(&mut val, Some(elem), "send");
                }
            }
            StmtKind::IncDec { x, op } => self.inc_dec(*x, *op),
            StmtKind::Assign { lhs, rhs, define, op, op_pos } => match op {
                None if *define => self.short_var_decl(*op_pos, lhs, rhs),
                None => self.assign_vars(lhs, rhs),
                Some(op) => {
                    if lhs.len() != 1 || rhs.len() != 1 {
                        let msg = format!("assignment operation {}= requires single-valued expressions", op.text());
                        self.error(s, codes::MULTI_VAL_ASSIGN_OP, msg);
                        return;
                    }
                    let mut x = Operand::new();
                    self.binary(&mut x, None, lhs[0], rhs[0], *op);
                    self.assign_var(lhs[0], None, Some(&mut x), "assignment");
                }
            },
            StmtKind::Go(call) => self.suspended_call("go", *call),
            StmtKind::Defer(call) => self.suspended_call("defer", *call),
            StmtKind::Return(results) => self.return_stmt(s, results),
            StmtKind::Branch { kind, label } => self.branch_stmt(ctxt, s, *kind, *label),
            StmtKind::Block(b) => {
                self.open_scope(b.lbrace, b.rbrace);
                self.stmt_list(inner, &b.stmts);
            }
            StmtKind::If { init, cond, then, els } => {
                self.open_scope(stmt.span.lo, stmt.span.hi);
                self.simple_stmt(*init);
                self.condition(*cond, "if");
                self.block(inner, then);
                if let Some(els) = els {
                    self.stmt(inner, *els);
                }
            }
            StmtKind::Switch { init, tag, clauses, .. } => {
                let inner = StmtContext { break_ok: true, ..inner };
                self.open_scope(stmt.span.lo, stmt.span.hi);
                self.simple_stmt(*init);
                self.switch_stmt(inner, *tag, clauses);
            }
            StmtKind::TypeSwitch { init, binding, x, clauses, .. } => {
                let inner = StmtContext { break_ok: true, in_type_switch: true, ..inner };
                self.open_scope(stmt.span.lo, stmt.span.hi);
                self.simple_stmt(*init);
                self.type_switch_stmt(inner, *binding, *x, clauses);
            }
            StmtKind::Select { clauses, .. } => {
                self.select_stmt(StmtContext { break_ok: true, ..inner }, clauses);
            }
            StmtKind::For { init, cond, post, body } => {
                let inner = StmtContext { break_ok: true, continue_ok: true, ..inner };
                self.open_scope(stmt.span.lo, stmt.span.hi);
                self.simple_stmt(*init);
                if let Some(cond) = cond {
                    self.condition(*cond, "for");
                }
                self.simple_stmt(*post);
                if let Some(post) = post
                    && let StmtKind::Assign { lhs, define: true, .. } = &tree.stmt(*post).kind
                {
                    // Reported by the parser; avoids follow-on errors.
                    self.use_exprs(lhs);
                }
                self.block(inner, body);
            }
            StmtKind::Range { .. } => {
                let inner = StmtContext { break_ok: true, continue_ok: true, ..inner };
                self.range_stmt(inner, s);
            }
        }
    }

    /// A block statement of its own scope.
    pub(crate) fn block(&mut self, ctxt: StmtContext, b: &Block) {
        let top = self.delayed.len();
        let ctxt = ctxt.inner();
        self.open_scope(b.lbrace, b.rbrace);
        self.stmt_list(ctxt, &b.stmts);
        self.close_scope();
        self.process_delayed(top);
    }

    fn condition(&mut self, cond: ExprId, what: &str) {
        let mut x = Operand::new();
        self.expr(None, &mut x, cond);
        if x.is_valid() && !self.all_boolean(x.ty) {
            let msg = format!("non-boolean condition in {what} statement");
            self.error(cond, codes::INVALID_COND, msg);
        }
    }

    fn expr_stmt(&mut self, e: ExprId) {
        let mut x = Operand::new();
        let kind = self.raw_expr(None, &mut x, e, None, false);
        let (msg, code) = match x.mode {
            Mode::Builtin => ("must be called", codes::UNCALLED_BUILTIN),
            Mode::TypeExpr => ("is not an expression", codes::NOT_AN_EXPR),
            _ if kind == EvalKind::Statement => return,
            _ => ("is not used", codes::UNUSED_EXPR),
        };
        let s = self.operand_string(&x);
        self.error(&x, code, format!("{s} {msg}"));
    }

    fn inc_dec(&mut self, e: ExprId, op: BinaryOp) {
        let mut x = Operand::new();
        self.expr(None, &mut x, e);
        if !x.is_valid() {
            return;
        }
        if !self.all_numeric(x.ty) {
            let (es, ts) = (self.expr_string(e), self.type_string(x.ty));
            let op = op.text();
            let msg = format!("invalid operation: {es}{op}{op} (non-numeric type {ts})");
            self.error(e, codes::NON_NUMERIC_INC_DEC, msg);
            return;
        }
        self.assign_var(e, None, Some(&mut x), "assignment");
    }

    /// The call of a `go` or `defer` statement.
    fn suspended_call(&mut self, keyword: &str, call: ExprId) {
        let mut code = if keyword == "go" { codes::INVALID_GO } else { codes::INVALID_DEFER };
        let tree = self.tree();
        if !matches!(tree.expr(call).kind, ExprKind::Call { .. }) {
            let msg = format!("expression in {keyword} must be function call");
            self.error(call, code, msg);
            self.use_exprs(&[call]);
            return;
        }
        let mut x = Operand::new();
        let msg = match self.raw_expr(None, &mut x, call, None, false) {
            EvalKind::Conversion => "requires function call, not conversion",
            EvalKind::Expression => {
                code = codes::UNUSED_RESULTS;
                "discards result of"
            }
            EvalKind::Statement => return,
        };
        let s = self.operand_string(&x);
        self.error(&x, code, format!("{keyword} {msg} {s}"));
    }

    fn return_stmt(&mut self, s: StmtId, results: &[ExprId]) {
        let sig = self.env().sig.and_then(|t| self.as_signature(t));
        let res = sig.map(|s| s.results.clone()).unwrap_or_default();
        let named = res.first().is_some_and(|r| {
            let name = self.store.objects[*r].name;
            name != go_source::Symbol::EMPTY
        });
        if !results.is_empty() || !named {
            if results.is_empty() && res.is_empty() {
                return;
            }
            self.init_vars(&res, results, Some(s));
            return;
        }
        for obj in res.iter() {
            let name = self.store.objects[*obj].name;
            if let Some(alt) = self.lookup(name)
                && alt != *obj
            {
                let mut err = self.new_error(codes::OUT_OF_SCOPE_RESULT);
                let text = self.store.text(name);
                let pos = self.env().tree.stmt(s).span.lo;
                err.add(pos, format!("result parameter {text} not in scope at return"));
                let what = self.object_string(*obj);
                let alt_pos = self.store.objects[alt].pos;
                err.add(alt_pos, format!("inner declaration of {what}"));
                self.report(err);
            }
        }
    }

    fn branch_stmt(&mut self, ctxt: StmtContext, s: StmtId, kind: BranchKind, label: Option<Ident>) {
        if label.is_some() {
            self.env_mut().has_label = true;
            return;
        }
        if self.options.branches == BranchChecks::ByParser {
            return;
        }
        let (code, msg) = match kind {
            BranchKind::Break if !ctxt.break_ok => {
                (codes::MISPLACED_BREAK, "break not in for, switch, or select statement")
            }
            BranchKind::Continue if !ctxt.continue_ok => (codes::MISPLACED_CONTINUE, "continue not in for statement"),
            BranchKind::Fallthrough if !ctxt.fallthrough_ok => (
                codes::MISPLACED_FALLTHROUGH,
                if ctxt.final_switch_case {
                    "cannot fallthrough final case in switch"
                } else if ctxt.in_type_switch {
                    "cannot fallthrough in type switch"
                } else {
                    "fallthrough statement out of place"
                },
            ),
            BranchKind::Goto => (codes::INVALID_SYNTAX_TREE, "branch statement: goto"),
            BranchKind::Break | BranchKind::Continue | BranchKind::Fallthrough => return,
        };
        self.error(s, code, msg);
    }

    fn select_stmt(&mut self, inner: StmtContext, clauses: &[CommClause]) {
        let tree = self.tree();
        let defaults = clauses.iter().filter(|c| c.comm.is_none()).map(|c| c.pos);
        self.multiple_defaults(defaults.collect());
        for clause in clauses {
            let mut valid = false;
            let mut rhs = None;
            match clause.comm.map(|c| &tree.stmt(c).kind) {
                None | Some(StmtKind::Send { .. }) => valid = true,
                Some(StmtKind::Assign { rhs: r, .. }) if r.len() == 1 => rhs = Some(r[0]),
                Some(StmtKind::Expr(e)) => rhs = Some(*e),
                Some(_) => {}
            }
            if let Some(rhs) = rhs {
                let e = tree.unparen(rhs);
                valid = matches!(tree.expr(e).kind, ExprKind::Unary { op: UnaryOp::Recv, .. });
            }
            if !valid {
                if let Some(comm) = clause.comm {
                    let msg = "select case must be send or receive (possibly with assignment)";
                    self.error(comm, codes::INVALID_SELECT_CASE, msg);
                }
                continue;
            }
            self.open_scope(clause.pos, clause.end);
            if let Some(comm) = clause.comm {
                self.stmt(inner, comm);
            }
            self.stmt_list(inner, &clause.body);
            self.close_scope();
        }
    }

    /// Reports defaults after the first.
    pub(crate) fn multiple_defaults(&mut self, defaults: Vec<Pos>) {
        for pos in defaults.iter().skip(1) {
            let first = self.pos_string(defaults[0]);
            let msg = format!("multiple defaults (first at {first})");
            self.error(*pos, codes::DUPLICATE_DEFAULT, msg);
        }
    }
}
