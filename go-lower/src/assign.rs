//! Assignments: single, tuple, with operator; initialisation of package variables.

use super::body::{Body, Opnd, Values};
use super::index::Idx;
use go_ast::{BinaryOp, ExprId, ExprKind, Ident};
use go_ir::ir::{BoundsKind, Op, Value};
use go_ir::ty::{Basic, Ty, TyKind};
use go_source::Pos;
use go_types::constant::ConstValue;
use go_types::object::ObjId;
use std::sync::Arc;

/// The left side of an assignment, operands evaluated, checks not yet made.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place {
    /// `_`
    Blank,
    /// A variable declared by this statement.
    New(ObjId),
    /// A variable in memory.
    Addr(Value, Ty),
    /// An element of a slice: base, length, index.
    Elem { base: Value, len: Value, idx: Idx, elem: Ty },
    /// An element of an array in memory (`check`: behind a pointer).
    ArrayElem { base: Value, len: u64, idx: Idx, elem: Ty, check: bool },
    /// An element of a map.
    Map(Value, Value),
}

impl Body<'_, '_> {
    /// Makes the calls among a left side's operands happen now.
    fn order_place(&mut self, l: ExprId) {
        let inner = self.tree.unparen(l);
        match self.tree.exprs[inner].kind.clone() {
            ExprKind::Index { x, indices } => {
                self.order(x);
                for i in indices.iter() {
                    self.order(*i);
                }
            }
            ExprKind::Selector { x, .. } | ExprKind::Star(x) => self.order(x),
            _ => {}
        }
    }

    /// Evaluates a left side's operands.
    pub(super) fn place(&mut self, l: ExprId, define: bool) -> Place {
        let inner = self.tree.unparen(l);
        let tree = Arc::clone(&self.tree);
        let e = &tree.exprs[inner];
        match &e.kind {
            ExprKind::Name(name) => {
                if name.is_blank() {
                    return Place::Blank;
                }
                if define && let Some(o) = self.lo.checker.info.defs.get(&e.pos) {
                    return Place::New(*o);
                }
            }
            ExprKind::Index { x, indices } => {
                let xt = self.ety(*x);
                match self.under(xt) {
                    TyKind::Map(kt, _) => {
                        let m = self.expr(*x);
                        let k = self.expr_to(indices[0], kt);
                        return Place::Map(m, k);
                    }
                    TyKind::Slice(elem) => {
                        let s = self.expr(*x);
                        let idx = self.index_value(indices[0]);
                        let (base, len, _) = self.slice_parts(s);
                        return Place::Elem { base, len, idx, elem };
                    }
                    TyKind::Pointer(arr) => {
                        if let TyKind::Array(elem, len) = self.under(arr) {
                            let base = self.expr(*x);
                            let idx = self.index_value(indices[0]);
                            return Place::ArrayElem { base, len, idx, elem, check: true };
                        }
                    }
                    TyKind::Array(elem, len) => {
                        let o = self.operand(*x);
                        let base = self.opnd_addr(o);
                        let idx = self.index_value(indices[0]);
                        let check = self.size_of(xt) >= super::expr::SAFE_OFFSET;
                        return Place::ArrayElem { base, len, idx, elem, check };
                    }
                    _ => {}
                }
            }
            _ => {}
        }
        match self.operand(inner) {
            Opnd::Addr { ptr, ty } => Place::Addr(ptr, ty),
            Opnd::Val(_) => Place::Blank,
        }
    }

    /// Type of a place; `None` for blank.
    fn place_ty(&mut self, p: Place) -> Option<Ty> {
        match p {
            Place::Blank => None,
            Place::New(o) => Some(self.obj_ty(o)),
            Place::Addr(_, ty) => Some(ty),
            Place::Elem { elem, .. } | Place::ArrayElem { elem, .. } => Some(elem),
            Place::Map(m, _) => Some(self.elem(self.fr.b.ty(m))),
        }
    }

    /// Address of a place, with its checks.
    fn place_addr(&mut self, p: Place) -> Option<(Value, Ty)> {
        match p {
            Place::Blank | Place::New(_) => None,
            Place::Addr(ptr, ty) => Some((ptr, ty)),
            Place::Elem { base, len, idx, elem } => {
                self.bounds_check(BoundsKind::Index, idx, len);
                Some((self.index_addr(base, idx.v, elem), elem))
            }
            Place::ArrayElem { base, len, idx, elem, check } => {
                if check {
                    self.check_path(base);
                }
                let n = self.int(len as i64);
                self.bounds_check(BoundsKind::Index, idx, n);
                Some((self.index_addr(base, idx.v, elem), elem))
            }
            Place::Map(m, k) => {
                let p = self.map_assign(m, k);
                let et = self.elem(self.fr.b.ty(m));
                Some((p, et))
            }
        }
    }

    /// Assigns a value (converted to the place's type).
    pub(super) fn store_place(&mut self, p: Place, v: Value) {
        match p {
            Place::Blank => {}
            Place::New(o) => {
                let ty = self.obj_ty(o);
                let v = self.convert_to(v, ty);
                self.bind_new(o, v);
            }
            _ => {
                // Converted first: the conversion may allocate or fail before the place is looked up.
                if let Some(ty) = self.place_ty(p) {
                    let v = self.convert_to(v, ty);
                    if let Some((a, _)) = self.place_addr(p) {
                        self.store(a, v);
                    }
                }
            }
        }
    }

    /// `lhs = rhs`, `lhs := rhs`
    pub(super) fn assign(&mut self, lhs: &[ExprId], rhs: &[ExprId], define: bool, pos: Pos) {
        if lhs.len() == 1 && rhs.len() == 1 {
            self.assign_one(lhs[0], rhs[0], define, pos);
            return;
        }
        for l in lhs {
            self.order_place(*l);
        }
        if rhs.len() == lhs.len() {
            self.order_all(rhs);
            let places: Vec<Place> = lhs.iter().map(|l| self.place(*l, define)).collect();
            let mut vs: Vec<Option<Value>> = Vec::new();
            for (p, r) in places.iter().zip(rhs) {
                let v = match self.place_ty(*p) {
                    Some(ty) => Some(self.expr_to(*r, ty)),
                    None => {
                        self.eval_discard(*r);
                        None
                    }
                };
                vs.push(v);
            }
            self.fr.b.pos = pos;
            for (p, v) in places.iter().zip(vs) {
                if let Some(v) = v {
                    self.store_place(*p, v);
                }
            }
            return;
        }
        let vs: Values = self.expr_multi(rhs[0], lhs.len());
        self.fr.b.pos = pos;
        let places: Vec<Place> = lhs.iter().map(|l| self.place(*l, define)).collect();
        for (p, v) in places.iter().zip(vs) {
            self.store_place(*p, v);
        }
    }

    fn assign_one(&mut self, l: ExprId, r: ExprId, define: bool, pos: Pos) {
        let inner = self.tree.unparen(l);
        if let ExprKind::Name(name) = self.tree.exprs[inner].kind {
            if name.is_blank() {
                self.eval_discard(r);
                return;
            }
            let npos = self.tree.exprs[inner].pos;
            if define && self.lo.checker.info.defs.contains_key(&npos) {
                self.declare_init(&Ident { name, pos: npos }, r);
                return;
            }
        }
        if self.has_call(r) {
            self.order_place(l);
            self.order(r);
        }
        let lt = self.ety(l);
        let is_map = match self.tree.exprs[inner].kind {
            ExprKind::Index { x, .. } => {
                let t = self.ety(x);
                matches!(self.under(t), TyKind::Map(..))
            }
            _ => false,
        };
        if is_map {
            let p = self.place(l, false);
            let v = self.expr_to(r, lt);
            self.fr.b.pos = pos;
            self.store_place(p, v);
            return;
        }
        let v = self.expr_to(r, lt);
        self.fr.b.pos = pos;
        let p = self.place(l, false);
        self.store_place(p, v);
    }

    /// `x op= y`
    pub(super) fn op_assign(&mut self, op: BinaryOp, l: ExprId, r: ExprId, pos: Pos) {
        if self.has_call(r) {
            self.order_place(l);
            self.order(r);
        }
        let p = self.place(l, false);
        let (cur, target) = self.read_place(p);
        let ty = self.fr.b.ty(cur);
        let v = if op.is_shift() {
            let (n, signed) = self.shift_count(r);
            self.fr.b.pos = pos;
            self.shift(op, cur, n, signed)
        } else if op == BinaryOp::Add && self.basic(ty) == Some(Basic::String) {
            let y = self.expr_to(r, ty);
            self.fr.b.pos = pos;
            self.concat_values(&[cur, y], ty)
        } else {
            let y = self.expr_to(r, ty);
            self.fr.b.pos = pos;
            self.arith(op, cur, y)
        };
        self.write_read_place(p, target, v);
    }

    /// `x++`, `x--`
    pub(super) fn inc_dec(&mut self, x: ExprId, op: BinaryOp, pos: Pos) {
        let p = self.place(x, false);
        self.fr.b.pos = pos;
        let (cur, target) = self.read_place(p);
        let ty = self.fr.b.ty(cur);
        let one = self.const_val(&ConstValue::Int64(1), ty);
        let v = self.arith(op, cur, one);
        self.write_read_place(p, target, v);
    }

    /// Current value of a place, and its address unless it is in a map.
    fn read_place(&mut self, p: Place) -> (Value, Option<Value>) {
        match p {
            Place::Map(m, k) => (self.map_value(m, k), None),
            _ => match self.place_addr(p) {
                Some((a, ty)) => (self.load(a, ty), Some(a)),
                None => (self.fr.b.emit(Op::Zero, Ty::INT), None),
            },
        }
    }

    fn write_read_place(&mut self, p: Place, target: Option<Value>, v: Value) {
        match target {
            Some(a) => self.store(a, v),
            None => self.store_place(p, v),
        }
    }

    /// Initialises package variables from one initialiser.
    pub(super) fn init_globals(&mut self, lhs: &[Option<ObjId>], rhs: ExprId) {
        let places: Vec<Place> = lhs.iter().map(|o| self.global_place(*o)).collect();
        if let [p] = places[..] {
            match self.place_ty(p) {
                Some(ty) => {
                    if let Place::Addr(a, _) = p
                        && self.is_literal_of(rhs, ty)
                    {
                        // Nothing can see the variable before it is complete but its own initialiser,
                        // which may not refer to it.
                        self.order(rhs);
                        self.store_into(rhs, a, ty);
                        return;
                    }
                    let v = self.expr_to(rhs, ty);
                    self.store_place(p, v);
                }
                None => self.eval_discard(rhs),
            }
            return;
        }
        let vs = self.expr_multi(rhs, lhs.len());
        for (p, v) in places.iter().zip(vs) {
            self.store_place(*p, v);
        }
    }

    fn is_literal_of(&mut self, x: ExprId, ty: Ty) -> bool {
        let inner = self.tree.unparen(x);
        matches!(self.tree.exprs[inner].kind, ExprKind::CompositeLit { .. }) && self.ety(inner) == ty
    }

    fn global_place(&mut self, o: Option<ObjId>) -> Place {
        let Some(o) = o else { return Place::Blank };
        let Some(g) = self.global_of(o) else { return Place::Blank };
        let ty = self.lo.prog.globals[g].ty;
        let pty = self.ptr_to(ty);
        self.layout(ty);
        let ptr = self.fr.b.emit(Op::GlobalAddr(g), pty);
        Place::Addr(ptr, ty)
    }
}
