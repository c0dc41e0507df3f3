//! Statements: dispatch, declarations, returns.

use super::body::{Body, Opnd, Values, Var, VarKey};
use go_ast::{Block, DeclId, DeclKind, ExprId, ExprKind, Ident, StmtId, StmtKind};
use go_ir::ir::Value;
use go_ir::ty::Ty;
use go_types::object::ObjId;
use std::sync::Arc;

impl Body<'_, '_> {
    /// The statements of a block.
    pub(super) fn block_stmts(&mut self, b: &Block) {
        self.stmts(&b.stmts);
    }

    /// Statements in order.
    pub(super) fn stmts(&mut self, ss: &[StmtId]) {
        for s in ss {
            if !self.fr.b.is_open() && !self.contains_label(*s) {
                continue;
            }
            self.stmt(*s);
        }
    }

    fn block_contains_label(&self, ss: &[StmtId]) -> bool {
        ss.iter().any(|s| self.contains_label(*s))
    }

    /// Whether control can enter a statement by a label in it.
    fn contains_label(&self, s: StmtId) -> bool {
        match &self.tree.stmts[s].kind {
            StmtKind::Labeled { .. } => true,
            StmtKind::Block(b) => self.block_contains_label(&b.stmts),
            StmtKind::If { then, els, .. } => {
                self.block_contains_label(&then.stmts) || els.is_some_and(|e| self.contains_label(e))
            }
            StmtKind::For { body, .. } | StmtKind::Range { body, .. } => self.block_contains_label(&body.stmts),
            StmtKind::Switch { clauses, .. } | StmtKind::TypeSwitch { clauses, .. } => {
                clauses.iter().any(|c| self.block_contains_label(&c.body))
            }
            StmtKind::Select { clauses, .. } => clauses.iter().any(|c| self.block_contains_label(&c.body)),
            _ => false,
        }
    }

    /// One statement.
    pub(super) fn stmt(&mut self, s: StmtId) {
        let tree = Arc::clone(&self.tree);
        let st = &tree.stmts[s];
        self.fr.b.pos = st.pos;
        if !matches!(
            st.kind,
            StmtKind::For { .. }
                | StmtKind::Range { .. }
                | StmtKind::Switch { .. }
                | StmtKind::TypeSwitch { .. }
                | StmtKind::Select { .. }
        ) {
            self.fr.pending_label = None;
        }
        match &st.kind {
            StmtKind::Bad | StmtKind::Empty => {}
            StmtKind::Decl(ds) => {
                for d in ds {
                    self.var_decl(*d);
                }
            }
            StmtKind::Labeled { label, stmt } => {
                let b = self.label_block(label.name);
                self.fr.b.jump(b);
                self.fr.b.switch_to(b);
                self.fr.pending_label = Some(label.name);
                let keep = matches!(tree.stmts[*stmt].kind, StmtKind::Labeled { .. });
                self.stmt(*stmt);
                if keep {
                    self.fr.pending_label = None;
                }
            }
            StmtKind::Expr(e) => self.expr_stmt(*e),
            StmtKind::Send { chan, value } => {
                self.order_all(&[*chan, *value]);
                let ch = self.expr(*chan);
                let elem = self.elem(self.fr.b.ty(ch));
                let v = self.expr_to(*value, elem);
                self.fr.b.pos = st.pos;
                self.send(ch, v);
            }
            StmtKind::IncDec { x, op } => self.inc_dec(*x, *op, st.pos),
            StmtKind::Assign { lhs, rhs, define, op, .. } => match op {
                Some(op) => self.op_assign(*op, lhs[0], rhs[0], st.pos),
                None => self.assign(lhs, rhs, *define, st.pos),
            },
            StmtKind::Go(e) => self.go_stmt(*e),
            StmtKind::Defer(e) => self.defer_stmt(*e),
            StmtKind::Return(es) => self.return_stmt(es, st.pos),
            StmtKind::Branch { kind, label } => self.branch_stmt(*kind, label.map(|l| l.name)),
            StmtKind::Block(b) => self.block_stmts(b),
            StmtKind::If { init, cond, then, els } => self.if_stmt(*init, *cond, then, *els),
            StmtKind::Switch { init, tag, clauses, .. } => self.switch_stmt(*init, *tag, clauses),
            StmtKind::TypeSwitch { init, x, clauses, .. } => self.type_switch(*init, *x, clauses),
            StmtKind::Select { clauses, .. } => self.select_stmt(clauses, st.pos),
            StmtKind::For { init, cond, post, body } => self.for_stmt(*init, *cond, *post, body),
            StmtKind::Range { key, value, define, x, body, .. } => {
                self.range_stmt(*key, *value, *define, *x, body, st.pos);
            }
        }
    }

    fn expr_stmt(&mut self, e: ExprId) {
        let inner = self.tree.unparen(e);
        match self.tree.exprs[inner].kind {
            ExprKind::Call { .. } if self.tv(inner).val.0 == 0 => {
                self.call(inner);
            }
            _ => {
                let o = self.operand(e);
                self.discard(o);
            }
        }
    }

    fn var_decl(&mut self, d: DeclId) {
        let tree = Arc::clone(&self.tree);
        let DeclKind::Var { names, values, .. } = &tree.all_decls[d].kind else { return };
        if values.is_empty() {
            for n in names {
                if let Some(o) = self.def_at(n) {
                    self.declare_zero(o);
                }
            }
        } else if values.len() == names.len() {
            if names.len() == 1 {
                self.declare_init(&names[0], values[0]);
                return;
            }
            self.order_all(values);
            let mut vs = Vec::new();
            for (n, x) in names.iter().zip(values) {
                let v = self.decl_value(n, *x);
                vs.push(v);
            }
            for (n, v) in names.iter().zip(vs) {
                self.declare(n, v);
            }
        } else {
            let vs = self.expr_multi(values[0], names.len());
            for (n, v) in names.iter().zip(vs) {
                self.declare(n, Some(v));
            }
        }
    }

    /// The variable that an identifier declares.
    pub(super) fn def_at(&self, n: &Ident) -> Option<ObjId> {
        if n.name.is_blank() {
            return None;
        }
        self.lo.checker.info.defs.get(&n.pos).copied()
    }

    fn decl_value(&mut self, n: &Ident, x: ExprId) -> Option<Value> {
        match self.def_at(n) {
            Some(o) => {
                let ty = self.obj_ty(o);
                Some(self.expr_to(x, ty))
            }
            None => {
                self.eval_discard(x);
                None
            }
        }
    }

    /// Evaluates an expression for its effects.
    pub(super) fn eval_discard(&mut self, x: ExprId) {
        if self.tv(x).val.0 != 0 || self.tv(self.tree.unparen(x)).mode == go_types::info::Mode::Nil {
            return;
        }
        let o = self.operand(x);
        self.discard(o);
    }

    /// Declares a variable with a value (converted to its type).
    pub(super) fn declare(&mut self, n: &Ident, v: Option<Value>) {
        if let (Some(o), Some(v)) = (self.def_at(n), v) {
            let ty = self.obj_ty(o);
            let v = self.convert_to(v, ty);
            self.bind_new(o, v);
        }
    }

    /// `x := e` or `var x = e`.
    pub(super) fn declare_init(&mut self, n: &Ident, x: ExprId) {
        let Some(o) = self.def_at(n) else {
            self.eval_discard(x);
            return;
        };
        let ty = self.obj_ty(o);
        let inner = self.tree.unparen(x);
        if matches!(self.tree.exprs[inner].kind, ExprKind::CompositeLit { .. }) && self.ety(inner) == ty {
            // A literal built in memory becomes the variable.
            match self.operand(inner) {
                Opnd::Addr { ptr, ty } => {
                    self.fr.vars.insert(VarKey::Obj(o), Var::Cell { ptr, ty });
                }
                Opnd::Val(v) => self.bind_new(o, v),
            }
            return;
        }
        let v = self.expr_to(x, ty);
        self.bind_new(o, v);
    }

    /// `var x T`
    pub(super) fn declare_zero(&mut self, o: ObjId) {
        let ty = self.obj_ty(o);
        let f = self.facts.var(o);
        if !f.assigned && !f.addressed && self.layout(ty).parts.is_some() {
            let z = self.zero(ty);
            self.bind_new(o, z);
        } else {
            self.bind_cell(o, ty);
        }
    }

    fn return_stmt(&mut self, es: &[ExprId], pos: go_source::Pos) {
        if !es.is_empty() {
            let tys: Vec<Ty> = self.fr.result_tys.clone();
            let vs: Values = if es.len() == 1 && tys.len() != 1 {
                let vs = self.expr_multi(es[0], tys.len());
                vs.iter().zip(&tys).map(|(v, t)| self.convert_to(*v, *t)).collect()
            } else {
                self.order_all(es);
                es.iter().zip(&tys).map(|(e, t)| self.expr_to(*e, *t)).collect()
            };
            self.fr.b.pos = pos;
            if self.fr.range_body.is_none() {
                self.return_values(&vs);
                return;
            }
            let keys = self.fr.result_keys.clone().unwrap_or_default();
            for (k, v) in keys.iter().zip(&vs) {
                self.write_var(*k, *v);
            }
        }
        if self.fr.range_body.is_some() {
            self.leave_range(super::body::Exit::Return);
        } else {
            self.return_stored();
        }
    }
}
