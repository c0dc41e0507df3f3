//! `select`: plain operations for one case, the runtime's `selectnb*` for one case and default,
//! `selectgo` otherwise.

use super::body::Body;
use go_ast::{CommClause, ExprId, ExprKind, StmtId, StmtKind, UnaryOp};
use go_ir::ir::{CmpOp, Value};
use go_ir::ty::Ty;
use go_source::Pos;
use std::sync::Arc;

/// What a communication clause does, operands evaluated.
enum Comm {
    Send { ch: Value, elem: Value },
    Recv { ch: Value, elem: Value, lhs: Vec<ExprId>, define: bool },
}

impl Body<'_, '_> {
    /// A select statement.
    pub(super) fn select_stmt(&mut self, clauses: &[CommClause], pos: Pos) {
        if clauses.is_empty() {
            self.call_rt("block", &[]);
            self.fr.b.unreachable();
            return;
        }
        let label = self.fr.pending_label.take();
        let done = self.fr.b.new_block();
        let default = clauses.iter().position(|c| c.comm.is_none());
        let mut comms: Vec<Option<Comm>> = Vec::new();
        for c in clauses {
            let comm = c.comm.map(|s| self.comm_operands(s));
            comms.push(comm);
        }
        self.fr.b.pos = pos;
        self.fr.pending_label = label;
        self.push_target(done, None);
        let n = comms.iter().flatten().count();
        match (n, default) {
            (0, Some(d)) => self.stmts(&clauses[d].body),
            (1, None) => self.select_single(clauses, comms),
            (1, Some(d)) => self.select_non_blocking(clauses, comms, d, done),
            _ => self.select_many(clauses, comms, default, done),
        }
        self.fr.targets.pop();
        self.fr.b.jump(done);
        self.fr.b.switch_to(done);
    }

    /// The receive expression of a clause.
    fn recv_operand(&self, e: ExprId) -> Option<ExprId> {
        match self.tree.exprs[self.tree.unparen(e)].kind {
            ExprKind::Unary { op: UnaryOp::Recv, x } => Some(x),
            _ => None,
        }
    }

    fn comm_operands(&mut self, s: StmtId) -> Comm {
        let tree = Arc::clone(&self.tree);
        let (rx, lhs, define) = match &tree.stmts[s].kind {
            StmtKind::Send { chan, value } => {
                self.order_all(&[*chan, *value]);
                let ch = self.expr(*chan);
                let et = self.elem(self.fr.b.ty(ch));
                let v = self.expr_to(*value, et);
                let elem = self.spill(v);
                return Comm::Send { ch, elem };
            }
            StmtKind::Expr(e) => (*e, Vec::new(), false),
            StmtKind::Assign { lhs, rhs, define, .. } => (rhs[0], lhs.to_vec(), *define),
            _ => (ExprId(0), Vec::new(), false),
        };
        let ch = match self.recv_operand(rx) {
            Some(x) => self.expr(x),
            None => self.zero(Ty::UNSAFE_POINTER),
        };
        let et = self.elem(self.fr.b.ty(ch));
        let wanted = lhs.first().is_some_and(|l| !self.is_blank(*l));
        let elem = if wanted { self.alloc(et) } else { self.zero(Ty::UNSAFE_POINTER) };
        Comm::Recv { ch, elem, lhs, define }
    }

    fn is_blank(&self, e: ExprId) -> bool {
        matches!(self.tree.exprs[self.tree.unparen(e)].kind, ExprKind::Name(n) if n.is_blank())
    }

    /// Assigns what was received.
    fn finish_recv(&mut self, ch: Value, elem: Value, lhs: &[ExprId], define: bool, ok: Value) {
        let et = self.elem(self.fr.b.ty(ch));
        for (i, l) in lhs.iter().enumerate() {
            if self.is_blank(*l) {
                continue;
            }
            let v = if i == 0 { self.load(elem, et) } else { ok };
            let p = self.place(*l, define);
            self.store_place(p, v);
        }
    }

    fn select_single(&mut self, clauses: &[CommClause], comms: Vec<Option<Comm>>) {
        for (c, comm) in clauses.iter().zip(comms) {
            match comm {
                Some(Comm::Send { ch, elem }) => {
                    self.call_rt("chansend1", &[ch, elem]);
                }
                Some(Comm::Recv { ch, elem, lhs, define }) => {
                    let ok = self.call_rt1("chanrecv2", &[ch, elem], Ty::BOOL);
                    self.finish_recv(ch, elem, &lhs, define, ok);
                }
                None => {}
            }
            self.stmts(&c.body);
        }
    }

    fn select_non_blocking(
        &mut self,
        clauses: &[CommClause],
        comms: Vec<Option<Comm>>,
        default: usize,
        done: go_ir::ir::Block,
    ) {
        let (yes, no) = (self.fr.b.new_block(), self.fr.b.new_block());
        for (c, comm) in clauses.iter().zip(comms) {
            match comm {
                Some(Comm::Send { ch, elem }) => {
                    let sent = self.call_rt1("selectnbsend", &[ch, elem], Ty::BOOL);
                    self.fr.b.branch(sent, yes, no);
                    self.fr.b.switch_to(yes);
                }
                Some(Comm::Recv { ch, elem, lhs, define }) => {
                    let r = self.call_rt("selectnbrecv", &[elem, ch]);
                    self.fr.b.branch(r[0], yes, no);
                    self.fr.b.switch_to(yes);
                    self.finish_recv(ch, elem, &lhs, define, r[1]);
                }
                None => continue,
            }
            self.stmts(&c.body);
            self.fr.b.jump(done);
        }
        self.fr.b.switch_to(no);
        self.stmts(&clauses[default].body);
    }

    fn select_many(
        &mut self,
        clauses: &[CommClause],
        comms: Vec<Option<Comm>>,
        default: Option<usize>,
        done: go_ir::ir::Block,
    ) {
        let n = comms.iter().flatten().count();
        let nsends = comms.iter().filter(|c| matches!(c, Some(Comm::Send { .. }))).count();
        let scase = self.lo.prog.types.array(Ty::UNSAFE_POINTER, 2);
        let cases_ty = self.lo.prog.types.array(scase, n as u64);
        let order_ty = self.lo.prog.types.array(Ty::UINT16, 2 * n as u64);
        let cases = self.alloc(cases_ty);
        let order = self.alloc(order_ty);
        // Sends come first, in order; receives fill the rest from the end.
        let (mut send_at, mut recv_at) = (0, n);
        let mut slots = Vec::new();
        for comm in &comms {
            let Some(comm) = comm else {
                slots.push(None);
                continue;
            };
            let (slot, ch, elem) = match comm {
                Comm::Send { ch, elem } => {
                    send_at += 1;
                    (send_at - 1, *ch, *elem)
                }
                Comm::Recv { ch, elem, .. } => {
                    recv_at -= 1;
                    (recv_at, *ch, *elem)
                }
            };
            slots.push(Some(slot));
            let c = self.const_elem_addr(cases, slot as i64, scase);
            for (i, v) in [ch, elem].into_iter().enumerate() {
                let v = self.bitcast(v, Ty::UNSAFE_POINTER);
                let a = self.const_elem_addr(c, i as i64, Ty::UNSAFE_POINTER);
                self.store(a, v);
            }
        }
        let nil = self.zero(Ty::UNSAFE_POINTER);
        let ns = self.int(nsends as i64);
        let nr = self.int((n - nsends) as i64);
        let block = self.iconst(i64::from(default.is_none()), Ty::BOOL);
        let r = self.call_rt("selectgo", &[cases, order, nil, ns, nr, block]);
        let (chosen, ok) = (r[0], r[1]);
        if let Some(d) = default {
            let z = self.int(0);
            let none = self.cmp(CmpOp::Lt, chosen, z);
            let (t, f) = (self.fr.b.new_block(), self.fr.b.new_block());
            self.fr.b.branch(none, t, f);
            self.fr.b.switch_to(t);
            self.stmts(&clauses[d].body);
            self.fr.b.jump(done);
            self.fr.b.switch_to(f);
        }
        let mut left = n;
        for ((c, comm), slot) in clauses.iter().zip(comms).zip(slots) {
            let (Some(comm), Some(slot)) = (comm, slot) else { continue };
            left -= 1;
            let mut other = None;
            if left > 0 {
                let k = self.int(slot as i64);
                let hit = self.cmp(CmpOp::Eq, chosen, k);
                let (t, f) = (self.fr.b.new_block(), self.fr.b.new_block());
                self.fr.b.branch(hit, t, f);
                self.fr.b.switch_to(t);
                other = Some(f);
            }
            if let Comm::Recv { ch, elem, lhs, define } = comm {
                self.finish_recv(ch, elem, &lhs, define, ok);
            }
            self.stmts(&c.body);
            self.fr.b.jump(done);
            if let Some(f) = other {
                self.fr.b.switch_to(f);
            }
        }
    }
}
