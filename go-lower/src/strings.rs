//! Strings: concatenation, conversions from and to slices.

use super::body::Body;
use go_ast::{BinaryOp, ExprId, ExprKind};
use go_ir::ir::{CmpOp, Value};
use go_ir::ty::{Basic, Ty, TyKind};

impl Body<'_, '_> {
    /// Operands of a chain of `+`.
    fn concat_operands(&self, e: ExprId, out: &mut Vec<ExprId>) {
        let tv = self.tv(e);
        if tv.val.0 == 0 {
            match self.tree.exprs[e].kind {
                ExprKind::Paren(x) if !self.fr.ordered.contains_key(&e) => return self.concat_operands(x, out),
                ExprKind::Binary { op: BinaryOp::Add, x, y } => {
                    self.concat_operands(x, out);
                    self.concat_operands(y, out);
                    return;
                }
                _ => {}
            }
        }
        out.push(e);
    }

    /// A string concatenation.
    pub(super) fn concat(&mut self, e: ExprId, ty: Ty) -> Value {
        let mut ops = Vec::new();
        self.concat_operands(e, &mut ops);
        self.order_all(&ops);
        let vs: Vec<Value> = ops.iter().map(|o| self.expr_to(*o, ty)).collect();
        self.at(e);
        self.concat_values(&vs, ty)
    }

    /// Concatenates string values.
    pub(super) fn concat_values(&mut self, vs: &[Value], ty: Ty) -> Value {
        let bufty = {
            let a = self.lo.prog.types.array(Ty::UINT8, 32);
            self.ptr_to(a)
        };
        let mut args = vec![self.zero(bufty)];
        let name = match vs.len() {
            2 => "concatstring2",
            3 => "concatstring3",
            4 => "concatstring4",
            5 => "concatstring5",
            _ => {
                let st = self.lo.prog.types.slice(Ty::STRING);
                let vs: Vec<Value> = vs.iter().map(|v| self.bitcast(*v, Ty::STRING)).collect();
                args.push(self.slice_of(&vs, st));
                return self.call_rt1("concatstrings", &args, ty);
            }
        };
        args.extend_from_slice(vs);
        self.call_rt1(name, &args, ty)
    }

    /// `string(rune)`
    pub(super) fn int_to_string(&mut self, v: Value, ty: Ty) -> Value {
        // Values outside the range of runes become U+FFFD; so do unsigned ones beyond int64.
        let from = self.fr.b.ty(v);
        let wide = self.convert_num(v, Ty::INT64);
        let wide = if matches!(self.basic(from), Some(Basic::Uint | Basic::Uint64 | Basic::Uintptr)) {
            let z = self.iconst(0, Ty::INT64);
            let neg = self.cmp(CmpOp::Lt, wide, z);
            let bad = self.iconst(0xFFFD, Ty::INT64);
            self.select(neg, bad, wide)
        } else {
            wide
        };
        let buf = self.zero(Ty::UNSAFE_POINTER);
        self.call_rt1("intstring", &[buf, wide], ty)
    }

    /// `string([]byte)`, `string([]rune)`
    pub(super) fn slice_to_string(&mut self, v: Value, elem: Ty, ty: Ty) -> Value {
        let buf = self.zero(Ty::UNSAFE_POINTER);
        if self.size_of(elem) == 1 {
            let (p, len, _) = self.slice_parts(v);
            return self.call_rt1("slicebytetostring", &[buf, p, len], ty);
        }
        let rt = self.lo.prog.types.slice(Ty::INT32);
        let v = self.bitcast(v, rt);
        self.call_rt1("slicerunetostring", &[buf, v], ty)
    }

    /// `[]byte(string)`, `[]rune(string)`
    pub(super) fn string_to_slice(&mut self, v: Value, elem: Ty, ty: Ty) -> Value {
        let buf = self.zero(Ty::UNSAFE_POINTER);
        let v = self.bitcast(v, Ty::STRING);
        let f = if self.size_of(elem) == 1 { "stringtoslicebyte" } else { "stringtoslicerune" };
        self.call_rt1(f, &[buf, v], ty)
    }

    /// A byte slice as a string without a copy, for uses that do not keep it.
    pub(super) fn bytes_as_string(&mut self, v: Value) -> Value {
        let (p, len, _) = self.slice_parts(v);
        let pty = self.ptr_to(Ty::UINT8);
        let p = self.bitcast(p, pty);
        self.compose(&[p, len], Ty::STRING)
    }

    /// If `e` is `string(b)` of a byte slice: `b`.
    pub(super) fn string_of_bytes(&mut self, e: ExprId) -> Option<ExprId> {
        let e = self.tree.unparen(e);
        if self.fr.ordered.contains_key(&e) || self.tv(e).val.0 != 0 {
            return None;
        }
        let ExprKind::Call { fun, args, .. } = &self.tree.exprs[e].kind else { return None };
        let (fun, arg) = (*fun, *args.first()?);
        if !self.is_type_expr(self.tree.unparen(fun)) {
            return None;
        }
        let (to, from) = (self.ety(e), self.ety(arg));
        match (self.under(to), self.under(from)) {
            (TyKind::Basic(Basic::String), TyKind::Slice(el)) if self.size_of(el) == 1 => Some(arg),
            _ => None,
        }
    }
}
