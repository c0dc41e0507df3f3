//! Conversions: implicit ones to interfaces, explicit ones of all kinds, type assertions.

use super::body::Body;
use crate::index::Idx;
use go_ast::ExprId;
use go_ir::ir::{BoundsKind, CmpOp, Op, Value};
use go_ir::ty::{Basic, Ty, TyKind};
use go_types::constant::ConstValue;
use go_types::info::Mode;

impl Body<'_, '_> {
    /// Converts a value as an assignment to a variable of type `to` does.
    pub fn convert_to(&mut self, v: Value, to: Ty) -> Value {
        let from = self.fr.b.ty(v);
        if from == to {
            return v;
        }
        if self.is_iface(to) {
            return if self.is_iface(from) { self.iface_to_iface(v, to) } else { self.make_iface(v, to) };
        }
        self.bitcast(v, to)
    }

    /// Interface value with a concrete dynamic value.
    pub fn make_iface(&mut self, v: Value, to: Ty) -> Value {
        let from = self.fr.b.ty(v);
        self.note_iface_value(from, to);
        let site = self.fr.b.new_site();
        self.layout(from);
        self.fr.b.emit(Op::MakeInterface { value: v, ty: from, site }, to)
    }

    fn note_iface_value(&mut self, from: Ty, to: Ty) {
        self.lo.use_iface_value(from);
        if !self.is_eface(to) {
            self.lo.use_itab(from, to);
        }
    }

    /// First word of an interface value of type `iface` with dynamic type `concrete`.
    pub(super) fn iface_word(&mut self, concrete: Ty, iface: Ty) -> Value {
        if self.is_eface(iface) { self.type_desc(concrete) } else { self.itab(concrete, iface) }
    }

    /// A constant in an interface: its data is read-only, nothing is allocated.
    pub(super) fn const_to_iface(&mut self, c: &ConstValue, own: Ty, to: Ty) -> Value {
        let own = if self.is_iface(own) { self.const_default_ty(c) } else { own };
        if let Some(bytes) = self.const_bytes(c, own) {
            self.note_iface_value(own, to);
            let align = self.layout(own).align;
            let id = self.lo.const_data(&bytes, align);
            let word = self.iface_word(own, to);
            let data = self.fr.b.emit(Op::DataAddr(id), Ty::UNSAFE_POINTER);
            return self.compose(&[word, data], to);
        }
        let v = self.const_val(c, own);
        self.make_iface(v, to)
    }

    fn const_default_ty(&self, c: &ConstValue) -> Ty {
        match c {
            ConstValue::Bool(_) => Ty::BOOL,
            ConstValue::Str(_) => Ty::STRING,
            ConstValue::Int64(_) | ConstValue::BigInt(_) | ConstValue::Unknown => Ty::INT,
            ConstValue::Rat(_) | ConstValue::Float(_) => Ty::FLOAT64,
            ConstValue::Complex(_) => Ty::COMPLEX128,
        }
    }

    /// Type word of an interface value: nil, or `*abi.Type`.
    pub(super) fn type_word(&mut self, v: Value) -> Value {
        let (tab, _) = self.iface_parts(v);
        if self.is_eface(self.fr.b.ty(v)) {
            return tab;
        }
        let nil = self.is_zero(tab);
        self.if_value(nil, Ty::UNSAFE_POINTER, |s| s.zero(Ty::UNSAFE_POINTER), |s| s.itab_type(tab))
    }

    /// `tab.Type` of a non-nil itab.
    pub(super) fn itab_type(&mut self, tab: Value) -> Value {
        let off = self.int(8);
        let pty = self.ptr_to(Ty::UNSAFE_POINTER);
        let p = self.fr.b.emit(Op::PtrAdd { base: tab, offset: off }, pty);
        self.load(p, Ty::UNSAFE_POINTER)
    }

    /// Conversion between interface types that cannot fail.
    pub(super) fn iface_to_iface(&mut self, v: Value, to: Ty) -> Value {
        let from = self.fr.b.ty(v);
        // As gc: each interface type with methods has itabs of its own, even with equal methods.
        if self.is_eface(from) && self.is_eface(to) {
            return self.bitcast(v, to);
        }
        let (_, data) = self.iface_parts(v);
        let typ = self.type_word(v);
        if self.is_eface(to) {
            return self.compose(&[typ, data], to);
        }
        let nil = self.is_zero(typ);
        let tab = self.if_value(
            nil,
            Ty::UNSAFE_POINTER,
            |s| s.zero(Ty::UNSAFE_POINTER),
            |s| {
                let inter = s.target_desc(to);
                s.call_rt1("assertE2I", &[inter, typ], Ty::UNSAFE_POINTER)
            },
        );
        self.compose(&[tab, data], to)
    }

    // ---- type assertions -------------------------------------------------------------------

    /// Dynamic value of type `ty` from the data word of an interface.
    pub(super) fn unbox(&mut self, data: Value, ty: Ty) -> Value {
        if self.lo.is_direct(ty) {
            return self.unbox_direct(data, ty);
        }
        if self.size_of(ty) == 0 {
            return self.zero(ty);
        }
        let pty = self.ptr_to(ty);
        let p = self.bitcast(data, pty);
        self.load(p, ty)
    }

    fn unbox_direct(&mut self, data: Value, ty: Ty) -> Value {
        match self.under(ty) {
            TyKind::Struct(fields) => {
                let parts: Vec<Value> = fields
                    .iter()
                    .map(|f| if self.size_of(f.ty) == 0 { self.zero(f.ty) } else { self.unbox_direct(data, f.ty) })
                    .collect();
                self.compose(&parts, ty)
            }
            TyKind::Array(elem, _) => {
                let v = self.unbox_direct(data, elem);
                self.compose(&[v], ty)
            }
            _ => self.bitcast(data, ty),
        }
    }

    /// Whether the dynamic type of `v` is the concrete type `ty`.
    pub(super) fn has_type(&mut self, v: Value, ty: Ty) -> Value {
        // By type, not by itab: a dynamic type has one itab per interface type.
        let word = self.type_word(v);
        let want = self.type_desc(ty);
        self.cmp(CmpOp::Eq, word, want)
    }

    /// `x.(T)` that panics.
    pub(super) fn type_assert(&mut self, e: ExprId, x: ExprId) -> Value {
        let ty = self.ety(e);
        let v = self.expr(x);
        self.at(e);
        self.assert_value(v, ty)
    }

    /// Asserts that `v` holds a `ty`; panics otherwise.
    pub(super) fn assert_value(&mut self, v: Value, ty: Ty) -> Value {
        let from = self.fr.b.ty(v);
        let (tab, data) = self.iface_parts(v);
        if self.is_iface(ty) {
            let typ = self.type_word(v);
            if self.is_eface(ty) {
                let nil = self.is_zero(typ);
                self.panic_block(nil, |s| {
                    let want = s.type_desc(ty);
                    s.call_rt("panicnildottype", &[want]);
                });
                return self.compose(&[typ, data], ty);
            }
            let inter = self.target_desc(ty);
            let tab = self.call_rt1("assertE2I", &[inter, typ], Ty::UNSAFE_POINTER);
            return self.compose(&[tab, data], ty);
        }
        let ok = self.has_type(v, ty);
        let bad = self.not(ok);
        self.panic_block(bad, |s| {
            let want = s.type_desc(ty);
            let iface = s.type_desc(from);
            let f = if s.is_eface(from) { "panicdottypeE" } else { "panicdottypeI" };
            s.call_rt(f, &[tab, want, iface]);
        });
        self.unbox(data, ty)
    }

    /// `if cond { report() }` where `report` does not return.
    pub(super) fn panic_block(&mut self, cond: Value, report: impl FnOnce(&mut Self)) {
        let bad = self.fr.b.new_cold_block();
        let ok = self.fr.b.new_block();
        self.fr.b.branch(cond, bad, ok);
        self.fr.b.switch_to(bad);
        report(self);
        self.fr.b.unreachable();
        self.fr.b.switch_to(ok);
    }

    /// `v, ok := x.(T)`
    pub(super) fn type_assert_ok(&mut self, e: ExprId, x: ExprId) -> (Value, Value) {
        let ty = self.ety(e);
        let v = self.expr(x);
        self.at(e);
        self.assert_value_ok(v, ty)
    }

    /// Comma-ok assertion of an interface value.
    pub(super) fn assert_value_ok(&mut self, v: Value, ty: Ty) -> (Value, Value) {
        let (_, data) = self.iface_parts(v);
        if self.is_iface(ty) {
            let typ = self.type_word(v);
            let nil = self.is_zero(typ);
            let word = if self.is_eface(ty) {
                typ
            } else {
                self.if_value(
                    nil,
                    Ty::UNSAFE_POINTER,
                    |s| s.zero(Ty::UNSAFE_POINTER),
                    |s| {
                        let inter = s.target_desc(ty);
                        s.call_rt1("assertE2I2", &[inter, typ], Ty::UNSAFE_POINTER)
                    },
                )
            };
            let none = self.is_zero(word);
            let ok = self.not(none);
            let z = self.zero(Ty::UNSAFE_POINTER);
            let data = self.select(none, z, data);
            let r = self.compose(&[word, data], ty);
            return (r, ok);
        }
        let ok = self.has_type(v, ty);
        let r = self.if_value(ok, ty, |s| s.unbox(data, ty), |s| s.zero(ty));
        (r, ok)
    }

    // ---- explicit conversions --------------------------------------------------------------

    /// `T(x)`, not constant.
    pub(super) fn conversion(&mut self, e: ExprId, x: ExprId) -> Value {
        let to = self.ety(e);
        if self.tv(self.tree.unparen(x)).mode == Mode::Nil {
            return self.zero(to);
        }
        if let Some(c) = self.lo.checker.info.const_value(self.tree.id, x).cloned() {
            let from = self.ety(x);
            if self.is_iface(to) {
                self.at(e);
                return self.const_to_iface(&c, from, to);
            }
            // A number becomes the number of the other type that is nearest: `T(3.14)` with a type parameter
            // is not constant, and T may be complex.
            let number = |s: &Self, t| {
                s.basic(t).is_some_and(|b| !matches!(b, Basic::Bool | Basic::String | Basic::UnsafePointer))
            };
            if number(self, from) && number(self, to) {
                self.at(e);
                return self.const_val(&c, to);
            }
            let v = self.const_val(&c, from);
            self.at(e);
            return self.convert(v, to);
        }
        let v = self.expr(x);
        self.at(e);
        self.convert(v, to)
    }

    /// Converts a value explicitly.
    pub(super) fn convert(&mut self, v: Value, to: Ty) -> Value {
        let from = self.fr.b.ty(v);
        if from == to {
            return v;
        }
        if self.is_iface(to) {
            return self.convert_to(v, to);
        }
        match (self.under(from), self.under(to)) {
            (TyKind::Basic(a), TyKind::Basic(b)) => self.convert_basic(v, a, b, to),
            (TyKind::Slice(elem), TyKind::Basic(Basic::String)) => self.slice_to_string(v, elem, to),
            (TyKind::Basic(Basic::String), TyKind::Slice(elem)) => self.string_to_slice(v, elem, to),
            (TyKind::Slice(_), TyKind::Pointer(arr)) => self.slice_to_array_ptr(v, arr, to),
            (TyKind::Slice(_), TyKind::Array(..)) => {
                let pty = self.ptr_to(to);
                let p = self.slice_to_array_ptr(v, to, pty);
                if self.size_of(to) == 0 { self.zero(to) } else { self.load(p, to) }
            }
            _ => self.bitcast(v, to),
        }
    }

    fn convert_basic(&mut self, v: Value, from: Basic, to: Basic, ty: Ty) -> Value {
        use Basic as B;
        let is_int = |b: Basic| super::body::basic_signed(b).is_some();
        let numeric = |b: Basic| is_int(b) || matches!(b, B::Float32 | B::Float64);
        match (from, to) {
            (B::Complex64 | B::Complex128, B::Complex64 | B::Complex128) => self.complex_convert(v, ty),
            (f, B::String) if is_int(f) => self.int_to_string(v, ty),
            (f, t) if f == t => self.bitcast(v, ty),
            (B::UnsafePointer, _) | (_, B::UnsafePointer) => self.bitcast(v, ty),
            (f, t) if numeric(f) && numeric(t) => {
                if is_int(f) && is_int(t) {
                    self.convert_num(v, ty)
                } else {
                    self.fr.b.emit(Op::Convert(v), ty)
                }
            }
            _ => self.bitcast(v, ty),
        }
    }

    /// Pointer to the array at the start of a slice that must be long enough.
    fn slice_to_array_ptr(&mut self, v: Value, arr: Ty, to: Ty) -> Value {
        let n = match self.under(arr) {
            TyKind::Array(_, n) => n as i64,
            _ => 0,
        };
        let (p, len, _) = self.slice_parts(v);
        if n > 0 {
            let want = self.int(n);
            let known = self.fr.b.const_int_of(len);
            self.bounds_check(BoundsKind::SliceConvert, Idx { v: len, unsigned: false, known }, want);
        }
        self.bitcast(p, to)
    }
}
