//! Strings: concatenation, conversions from and to slices.

use super::body::Body;
use go_ast::{BinaryOp, ExprId, ExprKind};
use go_ir::ir::{CmpOp, Op, Value};
use go_ir::ty::{Basic, Ty, TyKind};
use go_types::constant::ConstValue;

/// Elements of the buffers that conversions and concatenations use (`runtime.tmpBuf`).
const TMP_BUFFER: u64 = 32;
/// Bytes of the buffer for a string of one rune.
const RUNE_BUFFER: u64 = 4;

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
        // With a constant that is not empty the result is never one of the other operands.
        let copies = ops.iter().any(|o| self.is_text(*o));
        let vs: Vec<Value> =
            ops.iter().map(|o| if copies { self.read_only_string(*o, ty) } else { self.expr_to(*o, ty) }).collect();
        self.at(e);
        self.concat_values(&vs, ty)
    }

    /// Whether `e` is a constant string that is not empty.
    fn is_text(&self, e: ExprId) -> bool {
        matches!(self.lo.checker.info.const_value(self.tree.id, e), Some(ConstValue::Str(s)) if !s.is_empty())
    }

    /// Room on the stack for `n` elements, for the result of a conversion or concatenation; nil if that is
    /// used beyond this function or the next round of a loop.
    fn buffer(&mut self, elem: Ty, n: u64) -> Value {
        let ty = self.lo.prog.types.array(elem, n);
        self.layout(ty);
        let pty = self.ptr_to(ty);
        let site = self.fr.b.new_site();
        self.fr.b.emit(Op::Buffer { ty, site }, pty)
    }

    /// Concatenates string values.
    pub(super) fn concat_values(&mut self, vs: &[Value], ty: Ty) -> Value {
        let mut args = vec![self.buffer(Ty::UINT8, TMP_BUFFER)];
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
        let buf = self.buffer(Ty::UINT8, RUNE_BUFFER);
        self.call_rt1("intstring", &[buf, wide], ty)
    }

    /// `string([]byte)`, `string([]rune)`
    pub(super) fn slice_to_string(&mut self, v: Value, elem: Ty, ty: Ty) -> Value {
        let buf = self.buffer(Ty::UINT8, TMP_BUFFER);
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
        let v = self.bitcast(v, Ty::STRING);
        if self.size_of(elem) == 1 {
            let buf = self.buffer(Ty::UINT8, TMP_BUFFER);
            return self.call_rt1("stringtoslicebyte", &[buf, v], ty);
        }
        let buf = self.buffer(Ty::INT32, TMP_BUFFER);
        self.call_rt1("stringtoslicerune", &[buf, v], ty)
    }

    /// A byte slice as a string without a copy, for uses that do not keep it.
    fn bytes_as_string(&mut self, v: Value) -> Value {
        let (p, len, _) = self.slice_parts(v);
        let pty = self.ptr_to(Ty::UINT8);
        let p = self.bitcast(p, pty);
        self.compose(&[p, len], Ty::STRING)
    }

    /// A string as a byte slice without a copy, for uses that neither keep nor change it.
    fn string_as_bytes(&mut self, v: Value, ty: Ty) -> Value {
        let (p, len) = self.str_parts(v);
        let pty = self.ptr_to(self.elem(ty));
        let p = self.bitcast(p, pty);
        self.compose(&[p, len, len], ty)
    }

    /// If `e` is a conversion that is not constant: its operand, and the types to and from which it converts.
    fn conversion_operand(&mut self, e: ExprId) -> Option<(ExprId, Ty, Ty)> {
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
        Some((arg, to, from))
    }

    /// If `e` is `string(b)` of a byte slice: `b`.
    pub(super) fn string_of_bytes(&mut self, e: ExprId) -> Option<ExprId> {
        let (arg, to, from) = self.conversion_operand(e)?;
        match (self.under(to), self.under(from)) {
            (TyKind::Basic(Basic::String), TyKind::Slice(el)) if self.size_of(el) == 1 => Some(arg),
            _ => None,
        }
    }

    /// If `e` is `[]byte(s)` of a string, or `[]rune(s)` with `size` 4: `s`.
    pub(super) fn slice_of_string(&mut self, e: ExprId, size: u64) -> Option<ExprId> {
        let (arg, to, from) = self.conversion_operand(e)?;
        match (self.under(to), self.under(from)) {
            (TyKind::Slice(el), TyKind::Basic(Basic::String)) if self.size_of(el) == size => Some(arg),
            _ => None,
        }
    }

    /// An operand as a value of type `ty`, for uses that neither keep nor change its bytes: `string(b)` is not copied.
    pub(super) fn read_only_string(&mut self, e: ExprId, ty: Ty) -> Value {
        match self.string_of_bytes(e) {
            Some(b) => {
                let v = self.expr(b);
                let s = self.bytes_as_string(v);
                self.convert_to(s, ty)
            }
            None => self.expr_to(e, ty),
        }
    }

    /// A slice operand that is only read, at once or by nobody who could change it.
    pub(super) fn read_only_slice(&mut self, e: ExprId) -> Value {
        let ty = self.ety(e);
        match self.slice_of_string(e, 1) {
            Some(s) => {
                let v = self.expr(s);
                self.string_as_bytes(v, ty)
            }
            None => self.expr(e),
        }
    }
}
