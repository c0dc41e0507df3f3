//! `for … range` over everything but functions.

use super::assign::Place;
use super::body::{Body, Opnd};
use go_ast::{Block, ExprId, ExprKind};
use go_ir::ir::{BinOp, CmpOp, Value};
use go_ir::ty::{Basic, Ty, TyKind};
use go_source::Pos;

/// Largest one-byte rune.
const RUNE_SELF: i64 = 0x80;

/// The iteration variables of a range statement.
#[derive(Clone, Copy)]
pub(super) struct RangeVars {
    /// First.
    pub key: Option<ExprId>,
    /// Second.
    pub value: Option<ExprId>,
    /// They are declared by the statement.
    pub define: bool,
}

impl Body<'_, '_> {
    /// A range statement.
    pub(super) fn range_stmt(
        &mut self,
        key: Option<ExprId>,
        value: Option<ExprId>,
        define: bool,
        x: ExprId,
        body: &Block,
        pos: Pos,
    ) {
        let vars = RangeVars { key: self.not_blank(key), value: self.not_blank(value), define };
        if define && self.version < (1, 22) {
            self.declare_shared(vars);
        }
        let xt = self.ety(x);
        match self.under(xt) {
            TyKind::Func(_) => self.range_func(vars, x, body, pos),
            TyKind::Basic(Basic::String) => self.range_string(vars, x, body, pos),
            TyKind::Basic(_) => self.range_int(vars, x, body, pos),
            TyKind::Map(k, v) => self.range_map(vars, x, k, v, body, pos),
            TyKind::Chan(..) => self.range_chan(vars, x, body, pos),
            TyKind::Slice(elem) => {
                let s = self.read_only_slice(x);
                self.fr.b.pos = pos;
                let (p, len, _) = self.slice_parts(s);
                self.range_elems(vars, p, len, elem, body, pos);
            }
            TyKind::Pointer(arr) => {
                if let TyKind::Array(elem, n) = self.under(arr) {
                    let p = self.expr(x);
                    let len = self.int(n as i64);
                    if vars.value.is_some() && n > 0 {
                        self.nil_check(p);
                    }
                    self.range_elems(vars, p, len, elem, body, pos);
                }
            }
            TyKind::Array(elem, n) => {
                let len = self.int(n as i64);
                let p = if vars.value.is_some() {
                    // The range expression is evaluated once: iterate over a copy.
                    let is_lit = matches!(self.tree.exprs[self.tree.unparen(x)].kind, ExprKind::CompositeLit { .. });
                    match self.operand(x) {
                        Opnd::Addr { ptr, .. } if is_lit => ptr,
                        o => {
                            let v = self.opnd_value(o);
                            self.spill(v)
                        }
                    }
                } else {
                    if self.has_call(x) {
                        self.eval_discard(x);
                    }
                    self.zero(Ty::UNSAFE_POINTER)
                };
                self.range_elems(vars, p, len, elem, body, pos);
            }
            _ => {}
        }
    }

    fn not_blank(&self, e: Option<ExprId>) -> Option<ExprId> {
        let e = e?;
        match self.tree.exprs[self.tree.unparen(e)].kind {
            ExprKind::Name(n) if n.is_blank() => None,
            _ => Some(e),
        }
    }

    /// Before Go 1.22: one variable for all iterations.
    fn declare_shared(&mut self, vars: RangeVars) {
        for e in [vars.key, vars.value].into_iter().flatten() {
            let pos = self.tree.exprs[e].pos;
            if let Some(o) = self.lo.checker.info.defs.get(&pos).copied() {
                let ty = self.obj_ty(o);
                self.bind_cell(o, ty);
            }
        }
    }

    /// Sets the iteration variables.
    pub(super) fn set_range_vars(&mut self, vars: RangeVars, key: Option<Value>, value: Option<Value>) {
        let pairs: Vec<(ExprId, Value)> =
            [(vars.key, key), (vars.value, value)].into_iter().filter_map(|(e, v)| Some((e?, v?))).collect();
        let shared = vars.define && self.version < (1, 22);
        let mut places = Vec::new();
        for (e, _) in &pairs {
            let pos = self.tree.exprs[*e].pos;
            let def = self.lo.checker.info.defs.get(&pos).copied();
            let place = match def {
                Some(o) if vars.define && shared => match self.lookup(Self::key(o)) {
                    super::body::Var::Cell { ptr, ty } => Place::Addr(ptr, ty),
                    super::body::Var::Direct(_) => Place::New(o),
                },
                Some(o) if vars.define => Place::New(o),
                _ => {
                    self.calls_in_place(*e);
                    self.place(*e, false)
                }
            };
            places.push(place);
        }
        for (p, (_, v)) in places.iter().zip(&pairs) {
            self.store_place(*p, *v);
        }
    }

    fn calls_in_place(&mut self, e: ExprId) {
        if let ExprKind::Index { x, .. } = self.tree.exprs[e].kind {
            self.order(x);
        }
    }

    /// The body of a loop whose next iteration starts at `next`.
    fn range_body(&mut self, body: &Block, next: go_ir::ir::Block, done: go_ir::ir::Block) {
        self.fr.loop_depth += 1;
        self.push_target(done, Some(next));
        self.block_stmts(body);
        self.fr.targets.pop();
        self.fr.loop_depth -= 1;
        self.fr.b.jump(next);
    }

    /// A counting loop: `make` sets the iteration variables from the counter.
    fn counted(&mut self, ty: Ty, n: Value, body: &Block, pos: Pos, make: impl FnOnce(&mut Self, Value)) {
        let label = self.fr.pending_label.take();
        let (head, start, next, done) =
            (self.fr.b.new_block(), self.fr.b.new_block(), self.fr.b.new_block(), self.fr.b.new_block());
        let i = self.fr.b.add_param(head, ty);
        let zero = self.iconst(0, ty);
        self.fr.b.jump_with(head, &[zero]);
        self.fr.b.switch_to(head);
        let more = self.cmp(CmpOp::Lt, i, n);
        self.fr.b.branch(more, start, done);
        self.fr.b.switch_to(start);
        make(self, i);
        self.fr.pending_label = label;
        self.range_body(body, next, done);
        self.fr.b.switch_to(next);
        self.fr.b.pos = pos;
        let one = self.iconst(1, ty);
        let i1 = self.bin(BinOp::Add, i, one);
        self.fr.b.jump_with(head, &[i1]);
        self.fr.b.switch_to(done);
    }

    fn range_int(&mut self, vars: RangeVars, x: ExprId, body: &Block, pos: Pos) {
        let ty = match vars.key {
            Some(k) => {
                let kpos = self.tree.exprs[self.tree.unparen(k)].pos;
                match self.lo.checker.info.defs.get(&kpos).copied() {
                    Some(o) if vars.define => self.obj_ty(o),
                    _ => self.ety(k),
                }
            }
            None => self.ety(x),
        };
        let n = self.expr_to(x, ty);
        self.counted(ty, n, body, pos, |s, i| s.set_range_vars(vars, Some(i), None));
    }

    fn range_elems(&mut self, vars: RangeVars, p: Value, len: Value, elem: Ty, body: &Block, pos: Pos) {
        self.counted(Ty::INT, len, body, pos, |s, i| {
            let v = vars.value.map(|_| {
                let a = s.index_addr(p, i, elem);
                s.load(a, elem)
            });
            s.set_range_vars(vars, Some(i), v);
        });
    }

    fn range_string(&mut self, vars: RangeVars, x: ExprId, body: &Block, pos: Pos) {
        let str_val = self.expr(x);
        let label = self.fr.pending_label.take();
        let (p, len) = self.str_parts(str_val);
        let (head, start, ascii, wide, go, next, done) = (
            self.fr.b.new_block(),
            self.fr.b.new_block(),
            self.fr.b.new_block(),
            self.fr.b.new_block(),
            self.fr.b.new_block(),
            self.fr.b.new_block(),
            self.fr.b.new_block(),
        );
        let i = self.fr.b.add_param(head, Ty::INT);
        let rune = self.fr.b.add_param(go, Ty::INT32);
        let after = self.fr.b.add_param(go, Ty::INT);
        let zero = self.int(0);
        self.fr.b.jump_with(head, &[zero]);
        self.fr.b.switch_to(head);
        let more = self.cmp(CmpOp::Lt, i, len);
        self.fr.b.branch(more, start, done);
        self.fr.b.switch_to(start);
        let a = self.index_addr(p, i, Ty::UINT8);
        let c = self.load(a, Ty::UINT8);
        let c = self.convert_num(c, Ty::INT32);
        let limit = self.iconst(RUNE_SELF, Ty::INT32);
        let small = self.cmp(CmpOp::Lt, c, limit);
        self.fr.b.branch(small, ascii, wide);
        self.fr.b.switch_to(ascii);
        let one = self.int(1);
        let i1 = self.bin(BinOp::Add, i, one);
        self.fr.b.jump_with(go, &[c, i1]);
        self.fr.b.switch_to(wide);
        let s = self.bitcast(str_val, Ty::STRING);
        let r = self.call_rt("decoderune", &[s, i]);
        let r0 = self.bitcast(r[0], Ty::INT32);
        let r1 = self.convert_num(r[1], Ty::INT);
        self.fr.b.jump_with(go, &[r0, r1]);
        self.fr.b.switch_to(go);
        self.set_range_vars(vars, Some(i), Some(rune));
        self.fr.pending_label = label;
        self.range_body(body, next, done);
        self.fr.b.switch_to(next);
        self.fr.b.pos = pos;
        self.fr.b.jump_with(head, &[after]);
        self.fr.b.switch_to(done);
    }

    fn range_map(&mut self, vars: RangeVars, x: ExprId, kt: Ty, vt: Ty, body: &Block, pos: Pos) {
        let m = self.expr(x);
        self.fr.b.pos = pos;
        let label = self.fr.pending_label.take();
        let mt = self.fr.b.ty(m);
        let iter = self.lo.named_type("internal/runtime/maps", "Iter");
        let it = self.alloc(iter);
        let desc = self.type_desc(mt);
        self.call_rt("mapIterStart", &[desc, m, it]);
        let (head, start, next, done) =
            (self.fr.b.new_block(), self.fr.b.new_block(), self.fr.b.new_block(), self.fr.b.new_block());
        self.fr.b.jump(head);
        self.fr.b.switch_to(head);
        let pp = self.ptr_to(Ty::UNSAFE_POINTER);
        let kslot = self.bitcast(it, pp);
        let kp = self.load(kslot, Ty::UNSAFE_POINTER);
        let end = self.is_zero(kp);
        self.fr.b.branch(end, done, start);
        self.fr.b.switch_to(start);
        let key = vars.key.map(|_| {
            let pty = self.ptr_to(kt);
            let p = self.bitcast(kp, pty);
            self.load(p, kt)
        });
        let value = vars.value.map(|_| {
            let off = self.int(8);
            let slot = self.fr.b.emit(go_ir::ir::Op::PtrAdd { base: kslot, offset: off }, pp);
            let vp = self.load(slot, Ty::UNSAFE_POINTER);
            let pty = self.ptr_to(vt);
            let p = self.bitcast(vp, pty);
            self.load(p, vt)
        });
        self.set_range_vars(vars, key, value);
        self.fr.pending_label = label;
        self.range_body(body, next, done);
        self.fr.b.switch_to(next);
        self.fr.b.pos = pos;
        self.call_rt("mapIterNext", &[it]);
        self.fr.b.jump(head);
        self.fr.b.switch_to(done);
    }

    fn range_chan(&mut self, vars: RangeVars, x: ExprId, body: &Block, pos: Pos) {
        let ch = self.expr(x);
        self.fr.b.pos = pos;
        let label = self.fr.pending_label.take();
        let (head, start, done) = (self.fr.b.new_block(), self.fr.b.new_block(), self.fr.b.new_block());
        self.fr.b.jump(head);
        self.fr.b.switch_to(head);
        let (v, ok) = self.recv_ok(ch);
        self.fr.b.branch(ok, start, done);
        self.fr.b.switch_to(start);
        self.set_range_vars(vars, Some(v), None);
        self.fr.pending_label = label;
        self.range_body(body, head, done);
        self.fr.b.switch_to(done);
    }
}
