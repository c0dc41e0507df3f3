//! `if`, `for`, labels and branches, and the ways out of bodies of ranges over functions.

use super::body::{Body, Exit, JumpTarget, Var, VarKey};
use go_ast::{Block, BranchKind, ExprId, ExprKind, StmtId, StmtKind};
use go_ir::ir::Value;
use go_ir::ty::Ty;
use go_source::Symbol;
use go_types::object::ObjId;

/// State of a range over a function: its body may be entered.
pub(super) const READY: i64 = 1;
/// The loop is over.
pub(super) const DONE: i64 = 0;
/// First version with a variable per iteration.
const PER_ITERATION: (u32, u32) = (1, 22);

impl Body<'_, '_> {
    /// `if init; cond { then } else els`; only the live arm of a constant condition is lowered.
    pub(super) fn if_stmt(&mut self, init: Option<StmtId>, cond: ExprId, then: &Block, els: Option<StmtId>) {
        if let Some(i) = init {
            self.stmt(i);
        }
        match self.const_bool(cond) {
            Some(true) => return self.block_stmts(then),
            Some(false) => {
                if let Some(e) = els {
                    self.stmt(e);
                }
                return;
            }
            None => {}
        }
        let t = self.fr.b.new_block();
        let done = self.fr.b.new_block();
        let f = if els.is_some() { self.fr.b.new_block() } else { done };
        self.cond(cond, t, f);
        self.fr.b.switch_to(t);
        self.block_stmts(then);
        let open_then = self.fr.b.is_open();
        self.fr.b.jump(done);
        let mut open_els = true;
        if let Some(e) = els {
            self.fr.b.switch_to(f);
            self.stmt(e);
            open_els = self.fr.b.is_open();
            self.fr.b.jump(done);
        }
        if open_then || open_els {
            self.fr.b.switch_to(done);
        }
    }

    /// Pushes a jump target for the statement to come.
    pub(super) fn push_target(&mut self, brk: go_ir::ir::Block, cont: Option<go_ir::ir::Block>) {
        let id = self.target_id();
        let label = self.fr.pending_label.take();
        self.fr.targets.push(JumpTarget {
            id,
            label,
            brk: Some(brk),
            cont,
            is_loop: cont.is_some(),
            range_body: false,
        });
    }

    /// Variables of a `for` clause that need a copy per iteration.
    fn iteration_vars(&self, init: Option<StmtId>) -> Vec<ObjId> {
        let Some(i) = init else { return Vec::new() };
        if self.version < PER_ITERATION {
            return Vec::new();
        }
        let StmtKind::Assign { lhs, define: true, .. } = &self.tree.stmts[i].kind else { return Vec::new() };
        lhs.iter()
            .filter_map(|l| match self.tree.exprs[*l].kind {
                ExprKind::Name(_) => self.lo.checker.info.defs.get(&self.tree.exprs[*l].pos).copied(),
                _ => None,
            })
            .filter(|o| {
                let f = self.facts.var(*o);
                f.captured || f.addressed
            })
            .collect()
    }

    /// `for init; cond; post { body }`
    pub(super) fn for_stmt(&mut self, init: Option<StmtId>, cond: Option<ExprId>, post: Option<StmtId>, body: &Block) {
        let label = self.fr.pending_label.take();
        if let Some(i) = init {
            self.stmt(i);
        }
        // Per-iteration variables: the address of the current copy goes around the loop.
        let mut copies: Vec<(ObjId, Ty, Value)> = Vec::new();
        for o in self.iteration_vars(init) {
            if let Some(Var::Cell { ptr, ty }) = self.fr.vars.get(&VarKey::Obj(o)) {
                copies.push((o, *ty, *ptr));
            }
        }
        let head = self.fr.b.new_block();
        let start = self.fr.b.new_block();
        let next = self.fr.b.new_block();
        let done = self.fr.b.new_block();
        let firsts: Vec<Value> = copies.iter().map(|c| c.2).collect();
        self.fr.b.jump_with(head, &firsts);
        for (o, ty, ptr) in &mut copies {
            let pty = self.fr.b.ty(*ptr);
            let p = self.fr.b.add_param(head, pty);
            *ptr = p;
            self.fr.vars.insert(VarKey::Obj(*o), Var::Cell { ptr: p, ty: *ty });
        }
        self.fr.b.switch_to(head);
        self.fr.loop_depth += 1;
        match cond {
            Some(c) => {
                self.at(c);
                self.cond(c, start, done);
            }
            None => self.fr.b.jump(start),
        }
        self.fr.b.switch_to(start);
        self.fr.pending_label = label;
        self.push_target(done, Some(next));
        self.block_stmts(body);
        self.fr.targets.pop();
        self.fr.b.jump(next);
        self.fr.b.switch_to(next);
        let mut nexts = Vec::new();
        for (o, ty, ptr) in &copies {
            let v = self.load(*ptr, *ty);
            let p = self.spill(v);
            self.fr.vars.insert(VarKey::Obj(*o), Var::Cell { ptr: p, ty: *ty });
            nexts.push(p);
        }
        if let Some(p) = post {
            self.stmt(p);
        }
        self.fr.b.jump_with(head, &nexts);
        self.fr.loop_depth -= 1;
        self.fr.b.switch_to(done);
        if cond.is_none() && !self.is_jumped_to(done) {
            // An endless loop: nothing comes after it.
            self.fr.b.unreachable();
        }
    }

    fn is_jumped_to(&self, b: go_ir::ir::Block) -> bool {
        let mut found = false;
        for data in self.fr.b.func.blocks.iter() {
            go_ir::build::for_each_target(&data.term, |t| found |= t.block == b);
        }
        found
    }

    /// The block of a label.
    pub(super) fn label_block(&mut self, label: Symbol) -> go_ir::ir::Block {
        if let Some(b) = self.fr.labels.get(&label) {
            return *b;
        }
        let b = self.fr.b.new_block();
        self.fr.labels.insert(label, b);
        b
    }

    /// `break`, `continue`, `goto`, `fallthrough`
    pub(super) fn branch_stmt(&mut self, kind: BranchKind, label: Option<Symbol>) {
        match kind {
            BranchKind::Fallthrough => {
                if let Some(Some(b)) = self.fr.falls.last().copied() {
                    self.fr.b.jump(b);
                }
            }
            BranchKind::Goto => {
                if let Some(l) = label {
                    self.goto_label(l);
                }
            }
            BranchKind::Break | BranchKind::Continue => {
                let fits = |t: &&JumpTarget| match label {
                    Some(l) => t.label == Some(l),
                    None => kind == BranchKind::Break || t.is_loop,
                };
                let is_break = kind == BranchKind::Break;
                if let Some(t) = self.fr.targets.iter().rev().find(fits).copied() {
                    self.jump_target(t, is_break);
                    return;
                }
                let mut found = None;
                let mut inner_is_range = self.fr.range_body.is_some();
                for f in self.outer.iter().rev() {
                    if !inner_is_range {
                        break;
                    }
                    found = f.targets.iter().rev().find(fits).map(|t| t.id);
                    if found.is_some() {
                        break;
                    }
                    inner_is_range = f.range_body.is_some();
                }
                if let Some(id) = found {
                    self.leave_range(if is_break { Exit::Break(id) } else { Exit::Continue(id) });
                }
            }
        }
    }

    /// Jumps to a target of the current frame.
    fn jump_target(&mut self, t: JumpTarget, is_break: bool) {
        if t.range_body {
            let state = self.fr.range_body.as_ref().map(|r| r.state);
            if let Some(key) = state {
                let n = self.int(if is_break { DONE } else { READY });
                self.write_var(key, n);
            }
            self.range_body_return(!is_break);
            return;
        }
        if let Some(b) = if is_break { t.brk } else { t.cont } {
            self.fr.b.jump(b);
        }
    }

    /// Returns from the body of a range over a function: whether it wants more.
    pub(super) fn range_body_return(&mut self, more: bool) {
        let ty = self.fr.b.func.results.first().copied().unwrap_or(Ty::BOOL);
        let v = self.iconst(i64::from(more), ty);
        self.fr.b.ret(&[v]);
    }

    /// Leaves the body of a range over a function for good; the code that called the iterator goes on
    /// by the exit code.
    pub(super) fn leave_range(&mut self, exit: Exit) {
        let code = exit_code(exit);
        let Some(r) = &mut self.fr.range_body else { return };
        if !r.exits.iter().any(|(c, _)| *c == code) {
            r.exits.push((code, exit));
        }
        let state = r.state;
        if let Some(next) = self.fr.next_key {
            let c = self.int(code);
            self.write_var(next, c);
        }
        let d = self.int(DONE);
        self.write_var(state, d);
        self.range_body_return(false);
    }

    fn goto_label(&mut self, l: Symbol) {
        let foreign = self.fr.range_body.is_some() && !self.fr.own_labels.contains(&l);
        if foreign {
            self.leave_range(Exit::Goto(l));
        } else {
            let b = self.label_block(l);
            self.fr.b.jump(b);
        }
    }

    /// Goes on in the current frame after a range over a function was left by `exit`.
    pub(super) fn resume_exit(&mut self, exit: Exit) {
        match exit {
            Exit::Return => {
                if self.fr.range_body.is_some() {
                    self.leave_range(exit);
                } else {
                    self.return_stored();
                }
            }
            Exit::Break(id) | Exit::Continue(id) => match self.fr.targets.iter().find(|t| t.id == id).copied() {
                Some(t) => {
                    self.clear_next();
                    self.jump_target(t, matches!(exit, Exit::Break(_)));
                }
                None => self.leave_range(exit),
            },
            Exit::Goto(l) => {
                if self.fr.range_body.is_some() && !self.fr.own_labels.contains(&l) {
                    self.leave_range(exit);
                } else {
                    self.clear_next();
                    self.goto_label(l);
                }
            }
        }
    }

    fn clear_next(&mut self) {
        if let Some(next) = self.fr.next_key {
            let z = self.int(0);
            self.write_var(next, z);
        }
    }
}

/// Code of a way out; unique in a function.
fn exit_code(e: Exit) -> i64 {
    match e {
        Exit::Return => -1,
        Exit::Break(id) => i64::from(id) * 2,
        Exit::Continue(id) => i64::from(id) * 2 + 1,
        Exit::Goto(l) => (1 << 32) + i64::from(l.0),
    }
}
