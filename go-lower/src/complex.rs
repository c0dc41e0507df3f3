//! Complex arithmetic, expanded to floats (spec "Arithmetic operators"; division by the runtime).

use super::body::Body;
use go_ast::BinaryOp;
use go_ir::ir::{BinOp, CmpOp, Op, UnOp, Value};
use go_ir::ty::{Basic, Ty};

impl Body<'_, '_> {
    /// Type of the parts of a complex type.
    pub(super) fn complex_part_ty(&self, ty: Ty) -> Ty {
        if self.basic(ty) == Some(Basic::Complex64) { Ty::FLOAT32 } else { Ty::FLOAT64 }
    }

    /// Real and imaginary part.
    pub(super) fn complex_split(&mut self, v: Value) -> (Value, Value) {
        let part = self.complex_part_ty(self.fr.b.ty(v));
        (self.extract(v, 0, part), self.extract(v, 1, part))
    }

    /// `-v`
    pub(super) fn complex_neg(&mut self, v: Value) -> Value {
        let ty = self.fr.b.ty(v);
        let (re, im) = self.complex_split(v);
        let part = self.fr.b.ty(re);
        let re = self.fr.b.emit(Op::Unary(UnOp::Neg, re), part);
        let im = self.fr.b.emit(Op::Unary(UnOp::Neg, im), part);
        self.compose(&[re, im], ty)
    }

    /// `a op b`
    pub(super) fn complex_arith(&mut self, op: BinaryOp, a: Value, b: Value) -> Value {
        let ty = self.fr.b.ty(a);
        if op == BinaryOp::Div {
            let x = self.complex_convert(a, Ty::COMPLEX128);
            let y = self.complex_convert(b, Ty::COMPLEX128);
            let q = self.call_rt1("complex128div", &[x, y], Ty::COMPLEX128);
            return self.complex_convert(q, ty);
        }
        let (ar, ai) = self.complex_split(a);
        let (br, bi) = self.complex_split(b);
        let (re, im) = match op {
            BinaryOp::Sub => (self.bin(BinOp::Sub, ar, br), self.bin(BinOp::Sub, ai, bi)),
            BinaryOp::Mul => {
                // In double precision for complex64, as gc does.
                let part = self.fr.b.ty(ar);
                let (ar, ai, br, bi) = if part == Ty::FLOAT32 {
                    (self.widen(ar), self.widen(ai), self.widen(br), self.widen(bi))
                } else {
                    (ar, ai, br, bi)
                };
                let rr = self.bin(BinOp::Mul, ar, br);
                let ii = self.bin(BinOp::Mul, ai, bi);
                let ri = self.bin(BinOp::Mul, ar, bi);
                let ir = self.bin(BinOp::Mul, ai, br);
                let re = self.bin(BinOp::Sub, rr, ii);
                let im = self.bin(BinOp::Add, ri, ir);
                if part == Ty::FLOAT32 { (self.narrow(re), self.narrow(im)) } else { (re, im) }
            }
            _ => (self.bin(BinOp::Add, ar, br), self.bin(BinOp::Add, ai, bi)),
        };
        self.compose(&[re, im], ty)
    }

    fn widen(&mut self, v: Value) -> Value {
        self.fr.b.emit(Op::Convert(v), Ty::FLOAT64)
    }

    fn narrow(&mut self, v: Value) -> Value {
        self.fr.b.emit(Op::Convert(v), Ty::FLOAT32)
    }

    /// Conversion between complex types.
    pub(super) fn complex_convert(&mut self, v: Value, ty: Ty) -> Value {
        let from = self.fr.b.ty(v);
        let (pf, pt) = (self.complex_part_ty(from), self.complex_part_ty(ty));
        if pf == pt {
            return self.bitcast(v, ty);
        }
        let (re, im) = self.complex_split(v);
        let re = self.fr.b.emit(Op::Convert(re), pt);
        let im = self.fr.b.emit(Op::Convert(im), pt);
        self.compose(&[re, im], ty)
    }

    /// `a == b`
    pub(super) fn complex_eq(&mut self, a: Value, b: Value) -> Value {
        let (ar, ai) = self.complex_split(a);
        let (br, bi) = self.complex_split(b);
        let re = self.cmp(CmpOp::Eq, ar, br);
        let im = self.cmp(CmpOp::Eq, ai, bi);
        self.bin(BinOp::And, re, im)
    }
}
