//! Range over functions: the body becomes a closure that the iterator calls. Its state is checked, and
//! ways out of it are taken after the iterator has returned. Source: spec "For statements with range
//! clause"; states as in `internal/abi`.

use super::body::{Body, Frame, JumpTarget, RangeBody, Var};
use super::control::READY;
use super::range::RangeVars;
use go_ast::{Block, ExprId, StmtId, StmtKind};
use go_ir::ir::{Callee, CmpOp, Op, Value};
use go_ir::ty::Ty;
use go_source::{Pos, Symbol};
use rustc_hash::FxHashSet;
use std::sync::Arc;

/// The body is running, or has panicked.
const PANIC: i64 = 2;
/// The iterator has returned.
const EXHAUSTED: i64 = 3;
/// The body panicked, but the iterator recovered that.
const MISSING_PANIC: i64 = 4;

impl Body<'_, '_> {
    /// `for … range f`
    pub(super) fn range_func(&mut self, vars: RangeVars, x: ExprId, body: &Block, pos: Pos) {
        let label = self.fr.pending_label.take();
        let f = self.expr(x);
        self.fr.b.pos = pos;
        let sig = self.signature(self.fr.b.ty(f));
        let Some(yield_ty) = sig.params.first().copied() else { return };
        if self.fr.range_body.is_none() {
            if self.fr.next_key.is_none() {
                self.fr.next_key = Some(self.entry_cell(Ty::INT));
            }
            if self.facts.has_range_defer(body.lbrace) {
                self.range_defer_token();
            }
        }
        let state = self.hidden_cell(Ty::INT);
        let ready = self.int(READY);
        self.write_var(state, ready);
        let (func_value, exits) = self.range_closure(vars, body, yield_ty, state, label, pos);
        self.fr.b.pos = pos;
        let callee = Callee::Closure(f);
        self.fr.b.emit_multi(Op::Call { callee, args: vec![func_value] }, &[]);
        let st = self.read_var(state);
        let p = self.int(PANIC);
        let bad = self.cmp(CmpOp::Eq, st, p);
        self.panic_block(bad, |s| {
            let m = s.int(MISSING_PANIC);
            s.call_rt("panicrangestate", &[m]);
        });
        let e = self.int(EXHAUSTED);
        self.write_var(state, e);
        for (code, exit) in exits {
            let Some(next) = self.fr.next_key else { break };
            let n = self.read_var(next);
            let c = self.int(code);
            let hit = self.cmp(CmpOp::Eq, n, c);
            let (take, go) = (self.fr.b.new_block(), self.fr.b.new_block());
            self.fr.b.branch(hit, take, go);
            self.fr.b.switch_to(take);
            self.resume_exit(exit);
            if self.fr.b.is_open() {
                self.fr.b.jump(go);
            }
            self.fr.b.switch_to(go);
        }
    }

    /// A variable that exists from the function's entry on.
    pub(super) fn entry_cell(&mut self, ty: Ty) -> super::body::VarKey {
        let key = self.hidden();
        let pty = self.ptr_to(ty);
        let site = self.fr.b.new_site();
        let ptr = self.fr.b.emit_entry(Op::Alloc { ty, site }, pty);
        self.fr.vars.insert(key, Var::Cell { ptr, ty });
        key
    }

    /// The closure of a loop body, and the ways out of it.
    fn range_closure(
        &mut self,
        vars: RangeVars,
        body: &Block,
        yield_ty: Ty,
        state: super::body::VarKey,
        label: Option<Symbol>,
        pos: Pos,
    ) -> (Value, Vec<(i64, super::body::Exit)>) {
        self.fr.range_gen += 1;
        let name = format!("{}-range{}", self.fr.name, self.fr.range_gen);
        let sig = self.signature(yield_ty);
        let func = self.lo.add_made_func(&name, sig.params.clone(), sig.results.clone(), Self::closure_attrs());
        let mut labels = FxHashSet::default();
        self.collect_labels(&body.stmts, &mut labels);
        self.push_frame(func, pos);
        let parent: &Frame = self.outer.last().expect("bug: range body without function");
        let (tys, keys, next, token, frame_key) = (
            parent.result_tys.clone(),
            parent.result_keys.clone(),
            parent.next_key,
            parent.defer_token,
            parent.frame_key,
        );
        self.fr.result_tys = tys;
        self.fr.result_keys = keys;
        self.fr.next_key = next;
        self.fr.defer_token = token;
        self.fr.frame_key = frame_key;
        self.fr.own_labels = labels;
        self.fr.range_body = Some(RangeBody { state, exits: Vec::new() });
        let id = self.target_id();
        self.fr.targets.push(JumpTarget { id, label, brk: None, cont: None, is_loop: true, range_body: true });

        let st = self.read_var(state);
        let ready = self.int(READY);
        let wrong = self.cmp(CmpOp::Ne, st, ready);
        self.panic_block(wrong, |s| {
            s.call_rt("panicrangestate", &[st]);
        });
        let p = self.int(PANIC);
        self.write_var(state, p);
        let params = self.fr.b.params();
        self.set_range_vars(vars, params.first().copied(), params.get(1).copied());
        self.block_stmts(body);
        self.fr.b.pos = body.rbrace;
        if self.fr.b.is_open() {
            let r = self.int(READY);
            self.write_var(state, r);
            self.range_body_return(true);
        }
        let exits = self.fr.range_body.as_ref().map(|r| r.exits.clone()).unwrap_or_default();
        let captures = self.pop_frame();
        self.fr.b.pos = pos;
        (self.closure_value(func, &captures, yield_ty), exits)
    }

    /// Labels among statements, those in bodies of function literals left out.
    fn collect_labels(&self, ss: &[StmtId], out: &mut FxHashSet<Symbol>) {
        let tree = Arc::clone(&self.tree);
        for s in ss {
            match &tree.stmts[*s].kind {
                StmtKind::Labeled { label, stmt } => {
                    out.insert(label.name);
                    self.collect_labels(&[*stmt], out);
                }
                StmtKind::Block(b) => self.collect_labels(&b.stmts, out),
                StmtKind::If { then, els, .. } => {
                    self.collect_labels(&then.stmts, out);
                    if let Some(e) = els {
                        self.collect_labels(&[*e], out);
                    }
                }
                StmtKind::For { body, .. } | StmtKind::Range { body, .. } => self.collect_labels(&body.stmts, out),
                StmtKind::Switch { clauses, .. } | StmtKind::TypeSwitch { clauses, .. } => {
                    for c in clauses {
                        self.collect_labels(&c.body, out);
                    }
                }
                StmtKind::Select { clauses, .. } => {
                    for c in clauses {
                        self.collect_labels(&c.body, out);
                    }
                }
                _ => {}
            }
        }
    }
}
