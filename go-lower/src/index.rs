//! Index and slice expressions, with explicit bounds checks.

use super::body::{Body, Opnd};
use go_ast::{ExprId, ExprKind};
use go_ir::ir::{BinOp, BoundsKind, CmpOp, Op, Value};
use go_ir::ty::{Basic, Ty, TyKind};
use go_types::info::{Mode, SelectionKind};
use go_types::object::ObjectKind;

/// An index as `int`, with what its checks need to know.
#[derive(Clone, Copy, Debug)]
pub(super) struct Idx {
    /// Value of type int.
    pub v: Value,
    /// From an unsigned 64-bit type.
    pub unsigned: bool,
    /// If constant.
    pub known: Option<i64>,
}

impl Body<'_, '_> {
    /// An index operand.
    pub(super) fn index_value(&mut self, e: ExprId) -> Idx {
        if let Some(n) = self.const_int(e) {
            return Idx { v: self.int(n), unsigned: false, known: Some(n) };
        }
        let v = self.expr(e);
        self.as_index(v)
    }

    /// An integer value as an index.
    pub(super) fn as_index(&mut self, v: Value) -> Idx {
        let b = self.basic(self.fr.b.ty(v));
        let unsigned = matches!(b, Some(Basic::Uint | Basic::Uint64 | Basic::Uintptr));
        let known = self.fr.b.const_int_of(v);
        let v = self.convert_num(v, Ty::INT);
        Idx { v, unsigned, known }
    }

    /// Emits a bounds check unless both sides are constants that satisfy it.
    pub(super) fn bounds_check(&mut self, kind: BoundsKind, i: Idx, len: Value) {
        if let (Some(n), Some(l)) = (i.known, self.fr.b.const_int_of(len)) {
            let ok = match kind {
                BoundsKind::Index => (0..l).contains(&n),
                BoundsKind::SliceConvert => n >= l,
                _ => (0..=l).contains(&n),
            };
            if ok {
                return;
            }
        }
        if i.known == Some(0) && !matches!(kind, BoundsKind::Index | BoundsKind::SliceConvert) {
            return;
        }
        self.fr.b.emit_void(Op::BoundsCheck { kind, unsigned: i.unsigned, index: i.v, len });
    }

    /// `x[i]`, or a function instantiation.
    pub(super) fn index(&mut self, e: ExprId, x: ExprId, indices: &[ExprId]) -> Opnd {
        // A generic method with type arguments.
        let inner = self.tree.unparen(x);
        if let ExprKind::Selector { x: recv, sel } = self.tree.exprs[inner].kind
            && let Some(s) = self.lo.checker.info.selections.get(&sel.pos).cloned()
        {
            match s.kind {
                SelectionKind::FieldVal => {}
                SelectionKind::MethodVal => return Opnd::Val(self.method_value(e, recv, &s, sel.pos)),
                SelectionKind::MethodExpr => return Opnd::Val(self.method_expr(e, &s, sel.pos)),
            }
        }
        if let Some(o) = self.generic_func(x) {
            let pos = self.ident_pos(x);
            let f = self.func_at(o, pos);
            let ty = self.ety(e);
            return Opnd::Val(self.func_as_value(f, ty));
        }
        let xt = self.ety(x);
        let i = indices[0];
        if self.has_call(i) {
            self.order(x);
            self.order(i);
        }
        match self.under(xt) {
            TyKind::Map(..) => Opnd::Val(self.map_get(e, x, i)),
            TyKind::Pointer(arr) => {
                let p = self.expr(x);
                let idx = self.index_value(i);
                self.at(e);
                self.nil_check(p);
                self.array_elem(Opnd::Addr { ptr: p, ty: arr }, idx)
            }
            TyKind::Array(..) => {
                let o = self.operand(x);
                let idx = self.index_value(i);
                self.at(e);
                self.array_elem(o, idx)
            }
            TyKind::Slice(elem) => {
                let s = self.expr(x);
                let idx = self.index_value(i);
                self.at(e);
                self.slice_elem(s, elem, idx)
            }
            _ => {
                let s = self.expr(x);
                let idx = self.index_value(i);
                self.at(e);
                let (p, len) = self.str_parts(s);
                self.bounds_check(BoundsKind::Index, idx, len);
                let a = self.index_addr(p, idx.v, Ty::UINT8);
                let v = self.load(a, Ty::UINT8);
                let ty = self.ety(e);
                Opnd::Val(self.bitcast(v, ty))
            }
        }
    }

    /// Element of a slice value.
    pub(super) fn slice_elem(&mut self, s: Value, elem: Ty, idx: Idx) -> Opnd {
        let (p, len, _) = self.slice_parts(s);
        self.bounds_check(BoundsKind::Index, idx, len);
        Opnd::Addr { ptr: self.index_addr(p, idx.v, elem), ty: elem }
    }

    /// Element of an array operand.
    pub(super) fn array_elem(&mut self, o: Opnd, idx: Idx) -> Opnd {
        let aty = self.opnd_ty(o);
        let TyKind::Array(elem, n) = self.under(aty) else { return o };
        let len = self.int(n as i64);
        self.bounds_check(BoundsKind::Index, idx, len);
        if let (Opnd::Val(v), Some(k)) = (o, idx.known) {
            return Opnd::Val(self.extract(v, k as u32, elem));
        }
        let p = self.opnd_addr(o);
        self.check_large(p, aty);
        Opnd::Addr { ptr: self.index_addr(p, idx.v, elem), ty: elem }
    }

    /// Nil check before an access somewhere inside a large array.
    pub(super) fn check_large(&mut self, p: Value, array: Ty) {
        if self.size_of(array) >= super::expr::SAFE_OFFSET {
            self.check_path(p);
        }
    }

    /// The generic or plain function object that `x` of an index expression names, if any.
    pub(super) fn generic_func(&self, x: ExprId) -> Option<go_types::object::ObjId> {
        let x = self.tree.unparen(x);
        if matches!(self.tv(x).mode, Mode::TypeExpr) {
            return None;
        }
        let pos = match &self.tree.exprs[x].kind {
            ExprKind::Name(_) => self.tree.exprs[x].pos,
            ExprKind::Selector { sel, .. } => {
                if self.lo.checker.info.selections.contains_key(&sel.pos) {
                    return None;
                }
                sel.pos
            }
            _ => return None,
        };
        let o = self.object_at(pos)?;
        matches!(self.lo.checker.store.objects[o].kind, ObjectKind::Func { .. }).then_some(o)
    }

    /// Position of the identifier that a (qualified) name ends with.
    pub(super) fn ident_pos(&self, x: ExprId) -> go_source::Pos {
        let x = self.tree.unparen(x);
        match &self.tree.exprs[x].kind {
            ExprKind::Selector { sel, .. } => sel.pos,
            _ => self.tree.exprs[x].pos,
        }
    }

    /// `x[lo:hi:max]`
    pub(super) fn slice_expr(&mut self, e: ExprId, x: ExprId, bounds: &[Option<ExprId>; 3], full: bool) -> Value {
        let given: Vec<ExprId> = bounds.iter().flatten().copied().collect();
        if given.iter().any(|b| self.has_call(*b)) {
            self.order(x);
            for b in &given {
                self.order(*b);
            }
        }
        let xt = self.ety(x);
        let ty = self.ety(e);
        let (ptr, len, cap, elem, of_slice);
        match self.under(xt) {
            TyKind::Slice(el) => {
                let s = self.expr(x);
                (ptr, len, cap) = self.slice_parts(s);
                elem = el;
                of_slice = true;
            }
            TyKind::Pointer(arr) => {
                let p = self.expr(x);
                self.at(e);
                self.nil_check(p);
                (ptr, len, elem) = self.array_base(p, arr);
                cap = len;
                of_slice = false;
            }
            TyKind::Array(..) => {
                let o = self.operand(x);
                let p = self.opnd_addr(o);
                self.at(e);
                self.check_path(p);
                (ptr, len, elem) = self.array_base(p, xt);
                cap = len;
                of_slice = false;
            }
            _ => {
                let s = self.expr(x);
                (ptr, len) = self.str_parts(s);
                cap = len;
                elem = Ty::UINT8;
                of_slice = false;
            }
        }
        let idx: Vec<Option<Idx>> = bounds.iter().map(|b| b.map(|b| self.index_value(b))).collect();
        self.at(e);
        let is_string = self.basic(ty) == Some(Basic::String);
        self.reslice(ty, elem, ptr, len, cap, &idx, of_slice, full, is_string)
    }

    fn array_base(&mut self, p: Value, arr: Ty) -> (Value, Value, Ty) {
        let TyKind::Array(elem, n) = self.under(arr) else { return (p, p, arr) };
        let pty = self.ptr_to(elem);
        let base = self.bitcast(p, pty);
        let len = self.int(n as i64);
        (base, len, elem)
    }

    fn reslice(
        &mut self,
        ty: Ty,
        elem: Ty,
        ptr: Value,
        len: Value,
        cap: Value,
        idx: &[Option<Idx>],
        of_slice: bool,
        full: bool,
        is_string: bool,
    ) -> Value {
        let zero = Idx { v: self.int(0), unsigned: false, known: Some(0) };
        let len_known = self.fr.b.const_int_of(len);
        let i = idx[0].unwrap_or(zero);
        let j = idx[1].unwrap_or(Idx { v: len, unsigned: false, known: len_known });
        let mut k = cap;
        if full {
            if let Some(max) = idx[2] {
                let kind = if of_slice { BoundsKind::Slice3Acap } else { BoundsKind::Slice3Alen };
                self.bounds_check(kind, max, cap);
                k = max.v;
            }
            self.bounds_check(BoundsKind::Slice3B, j, k);
            self.bounds_check(BoundsKind::Slice3C, i, j.v);
        } else {
            if idx[1].is_some() {
                let kind = if of_slice { BoundsKind::SliceAcap } else { BoundsKind::SliceAlen };
                self.bounds_check(kind, j, k);
            }
            self.bounds_check(BoundsKind::SliceB, i, j.v);
        }
        let zero_low = i.known == Some(0);
        let new_len = if zero_low { j.v } else { self.bin(BinOp::Sub, j.v, i.v) };
        let new_cap = if is_string {
            new_len
        } else if zero_low {
            k
        } else {
            self.bin(BinOp::Sub, k, i.v)
        };
        let data = if zero_low {
            ptr
        } else {
            // An empty result keeps the base, so that it never points past the object.
            let size = self.size_of(elem) as i64;
            let off = if size == 1 {
                i.v
            } else {
                let s = self.int(size);
                self.bin(BinOp::Mul, i.v, s)
            };
            let z = self.int(0);
            let none = self.cmp(CmpOp::Eq, new_cap, z);
            let off = self.select(none, z, off);
            let pty = self.fr.b.ty(ptr);
            self.fr.b.emit(Op::PtrAdd { base: ptr, offset: off }, pty)
        };
        if is_string { self.compose(&[data, new_len], ty) } else { self.compose(&[data, new_len, new_cap], ty) }
    }

    /// Address of element `i` (a constant) of an array in memory, unchecked.
    pub(super) fn const_elem_addr(&mut self, base: Value, i: i64, elem: Ty) -> Value {
        let idx = self.int(i);
        self.index_addr(base, idx, elem)
    }
}
