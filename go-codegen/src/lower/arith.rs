//! Arithmetic, comparisons and numeric conversions by Go's rules.

use super::Fx;
use crate::repr::Repr;
use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::immediates::{Ieee32, Ieee64};
use cranelift_codegen::ir::{InstBuilder, MemFlagsData, Type, Value as V, types};
use go_ir::{Basic, BinOp, CmpOp, Inst, Op, Ty, TyKind, UnOp, Value, ValueDef};

/// What kind of scalar a type is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Class {
    Signed,
    Unsigned,
    Float,
}

impl Fx<'_, '_> {
    /// Class of a scalar type.
    pub(crate) fn class(&self, t: Ty) -> Class {
        match self.prog.types.under(t) {
            TyKind::Basic(b) => match b {
                Basic::Int | Basic::Int8 | Basic::Int16 | Basic::Int32 | Basic::Int64 => Class::Signed,
                Basic::Float32 | Basic::Float64 => Class::Float,
                Basic::Bool
                | Basic::Uint
                | Basic::Uint8
                | Basic::Uint16
                | Basic::Uint32
                | Basic::Uint64
                | Basic::Uintptr
                | Basic::Complex64
                | Basic::Complex128
                | Basic::String
                | Basic::UnsafePointer => Class::Unsigned,
            },
            _ => Class::Unsigned,
        }
    }

    /// The constant an operand is, if it is one.
    pub(crate) fn const_int(&self, v: Value) -> Option<i64> {
        match self.f.values[v].def {
            ValueDef::Result(i, _) => match self.f.insts[i].op {
                Op::ConstInt(n) => Some(n),
                Op::Zero => Some(0),
                _ => None,
            },
            ValueDef::Param(..) => None,
        }
    }

    /// `Unary`
    pub(crate) fn unary(&mut self, i: Inst, op: UnOp, x: Value) {
        let float = self.class(self.ty(x)) == Class::Float;
        let v = self.scalar(x);
        let r = match op {
            UnOp::Neg if float => self.b.ins().fneg(v),
            UnOp::Neg => self.b.ins().ineg(v),
            UnOp::Not => self.b.ins().bxor_imm_s(v, 1),
            UnOp::Com => self.b.ins().bnot(v),
        };
        self.def1(i, r);
    }

    /// `Binary`
    pub(crate) fn binary(&mut self, i: Inst, op: BinOp, x: Value, y: Value) {
        let class = self.class(self.ty(x));
        let (a, b) = (self.scalar(x), self.scalar(y));
        let r = if class == Class::Float {
            match op {
                BinOp::Add => self.b.ins().fadd(a, b),
                BinOp::Sub => self.b.ins().fsub(a, b),
                BinOp::Mul => self.b.ins().fmul(a, b),
                BinOp::Div => self.b.ins().fdiv(a, b),
                other => panic!("bug: float operation {other:?}"),
            }
        } else {
            match op {
                BinOp::Add => self.b.ins().iadd(a, b),
                BinOp::Sub => self.b.ins().isub(a, b),
                BinOp::Mul => self.b.ins().imul(a, b),
                BinOp::And => self.b.ins().band(a, b),
                BinOp::Or => self.b.ins().bor(a, b),
                BinOp::Xor => self.b.ins().bxor(a, b),
                BinOp::AndNot => self.b.ins().band_not(a, b),
                BinOp::Div | BinOp::Rem => self.divide(op, class, a, b, self.const_int(y)),
                BinOp::Shl | BinOp::Shr => self.shift(op, class, a, b, self.const_int(y)),
            }
        };
        self.def1(i, r);
    }

    fn divide(&mut self, op: BinOp, class: Class, a: V, b: V, by: Option<i64>) -> V {
        if class == Class::Unsigned {
            return match op {
                BinOp::Div => self.b.ins().udiv(a, b),
                _ => self.b.ins().urem(a, b),
            };
        }
        match by {
            Some(-1) => match op {
                BinOp::Div => self.b.ins().ineg(a),
                _ => {
                    let t = self.b.func.dfg.value_type(a);
                    self.b.ins().iconst(t, 0)
                }
            },
            Some(_) => match op {
                BinOp::Div => self.b.ins().sdiv(a, b),
                _ => self.b.ins().srem(a, b),
            },
            // MinInt / -1 wraps in Go and traps in the machine: dividing by 1 and negating is the same.
            None => match op {
                BinOp::Div => {
                    let t = self.b.func.dfg.value_type(a);
                    let minus1 = self.b.ins().icmp_imm_s(IntCC::Equal, b, -1);
                    let one = self.b.ins().iconst(t, 1);
                    let d = self.b.ins().select(minus1, one, b);
                    let q = self.b.ins().sdiv(a, d);
                    let n = self.b.ins().ineg(q);
                    self.b.ins().select(minus1, n, q)
                }
                _ => {
                    let t = self.b.func.dfg.value_type(a);
                    let minus1 = self.b.ins().icmp_imm_s(IntCC::Equal, b, -1);
                    let one = self.b.ins().iconst(t, 1);
                    let d = self.b.ins().select(minus1, one, b);
                    self.b.ins().srem(a, d)
                }
            },
        }
    }

    fn shift(&mut self, op: BinOp, class: Class, a: V, count: V, by: Option<i64>) -> V {
        let t = self.b.func.dfg.value_type(a);
        let bits = i64::from(t.bits());
        let arithmetic = op == BinOp::Shr && class == Class::Signed;
        if let Some(n) = by {
            let n = if (0..bits).contains(&n) {
                n
            } else if arithmetic {
                bits - 1
            } else {
                return self.b.ins().iconst(t, 0);
            };
            return match (op, arithmetic) {
                (BinOp::Shl, _) => self.b.ins().ishl_imm_s(a, n),
                (_, true) => self.b.ins().sshr_imm_s(a, n),
                (_, false) => self.b.ins().ushr_imm_s(a, n),
            };
        }
        let small = self.b.ins().icmp_imm_s(IntCC::UnsignedLessThan, count, bits);
        if arithmetic {
            let ct = self.b.func.dfg.value_type(count);
            let max = self.b.ins().iconst(ct, bits - 1);
            let c = self.b.ins().select(small, count, max);
            return self.b.ins().sshr(a, c);
        }
        let s = match op {
            BinOp::Shl => self.b.ins().ishl(a, count),
            _ => self.b.ins().ushr(a, count),
        };
        let zero = self.b.ins().iconst(t, 0);
        self.b.ins().select(small, s, zero)
    }

    /// `Compare`
    pub(crate) fn compare(&mut self, i: Inst, op: CmpOp, x: Value, y: Value) {
        let class = self.class(self.ty(x));
        let (a, b) = (self.scalar(x), self.scalar(y));
        let r = match class {
            Class::Float => {
                let cc = match op {
                    CmpOp::Eq => FloatCC::Equal,
                    CmpOp::Ne => FloatCC::NotEqual,
                    CmpOp::Lt => FloatCC::LessThan,
                    CmpOp::Le => FloatCC::LessThanOrEqual,
                    CmpOp::Gt => FloatCC::GreaterThan,
                    CmpOp::Ge => FloatCC::GreaterThanOrEqual,
                };
                self.b.ins().fcmp(cc, a, b)
            }
            Class::Signed | Class::Unsigned => {
                let s = class == Class::Signed;
                let cc = match op {
                    CmpOp::Eq => IntCC::Equal,
                    CmpOp::Ne => IntCC::NotEqual,
                    CmpOp::Lt if s => IntCC::SignedLessThan,
                    CmpOp::Lt => IntCC::UnsignedLessThan,
                    CmpOp::Le if s => IntCC::SignedLessThanOrEqual,
                    CmpOp::Le => IntCC::UnsignedLessThanOrEqual,
                    CmpOp::Gt if s => IntCC::SignedGreaterThan,
                    CmpOp::Gt => IntCC::UnsignedGreaterThan,
                    CmpOp::Ge if s => IntCC::SignedGreaterThanOrEqual,
                    CmpOp::Ge => IntCC::UnsignedGreaterThanOrEqual,
                };
                self.b.ins().icmp(cc, a, b)
            }
        };
        self.def1(i, r);
    }

    /// `Convert`
    pub(crate) fn convert(&mut self, i: Inst, x: Value) {
        let (from, to) = (self.ty(x), self.result_ty(i));
        let (fc, tc) = (self.class(from), self.class(to));
        let v = self.scalar(x);
        let ft = self.b.func.dfg.value_type(v);
        let tt = crate::abi::clif_type(self.prog.types.layout_of(to).parts.as_ref().expect("bug: scalar")[0].scalar);
        let r = match (fc, tc) {
            (Class::Float, Class::Float) => match (ft.bits(), tt.bits()) {
                (32, 64) => self.b.ins().fpromote(types::F64, v),
                (64, 32) => self.b.ins().fdemote(types::F32, v),
                _ => v,
            },
            (Class::Float, Class::Signed) => self.float_to_signed(v, tt),
            (Class::Float, Class::Unsigned) => self.float_to_unsigned(v, tt),
            (Class::Signed, Class::Float) => self.b.ins().fcvt_from_sint(tt, v),
            (Class::Unsigned, Class::Float) => self.b.ins().fcvt_from_uint(tt, v),
            (_, _) => self.resize(v, fc == Class::Signed, tt),
        };
        self.def1(i, r);
    }

    fn resize(&mut self, v: V, signed: bool, to: Type) -> V {
        let from = self.b.func.dfg.value_type(v);
        match from.bits().cmp(&to.bits()) {
            std::cmp::Ordering::Equal => v,
            std::cmp::Ordering::Greater => self.b.ins().ireduce(to, v),
            std::cmp::Ordering::Less if signed => self.b.ins().sextend(to, v),
            std::cmp::Ordering::Less => self.b.ins().uextend(to, v),
        }
    }

    fn float_const(&mut self, t: Type, x: f64) -> V {
        if t == types::F32 {
            self.b.ins().f32const(Ieee32::with_float(x as f32))
        } else {
            self.b.ins().f64const(Ieee64::with_float(x))
        }
    }

    /// As the machine's cvttsd2si: what does not fit (NaN included) gives the smallest integer.
    fn float_to_int(&mut self, v: V, wide: Type) -> V {
        let ft = self.b.func.dfg.value_type(v);
        let sat = self.b.ins().fcvt_to_sint_sat(wide, v);
        let limit = self.float_const(ft, if wide == types::I32 { 2147483648.0 } else { 9223372036854775808.0 });
        let fits = self.b.ins().fcmp(FloatCC::LessThan, v, limit);
        let min = self.b.ins().iconst(wide, if wide == types::I32 { i64::from(i32::MIN) } else { i64::MIN });
        self.b.ins().select(fits, sat, min)
    }

    fn float_to_signed(&mut self, v: V, to: Type) -> V {
        let wide = if to == types::I64 { types::I64 } else { types::I32 };
        let r = self.float_to_int(v, wide);
        self.resize(r, true, to)
    }

    fn float_to_unsigned(&mut self, v: V, to: Type) -> V {
        if to != types::I64 {
            let wide = if to == types::I32 { types::I64 } else { types::I32 };
            let r = self.float_to_int(v, wide);
            return self.resize(r, true, to);
        }
        // Values from 2^63 on are converted after subtracting 2^63, whose bit is then set again.
        let ft = self.b.func.dfg.value_type(v);
        let big = self.float_const(ft, 9223372036854775808.0);
        let is_small = self.b.ins().fcmp(FloatCC::LessThan, v, big);
        let low = self.float_to_int(v, types::I64);
        let rest = self.b.ins().fsub(v, big);
        let high = self.float_to_int(rest, types::I64);
        let bit = self.b.ins().iconst(types::I64, i64::MIN);
        let high = self.b.ins().bxor(high, bit);
        self.b.ins().select(is_small, low, high)
    }

    /// `Bitcast`
    pub(crate) fn bitcast(&mut self, i: Inst, x: Value) {
        let to = self.result_ty(i);
        let repr = self.repr(x);
        let Repr::Parts(ps) = &repr else {
            self.def(i, repr);
            return;
        };
        let parts = self.prog.types.layout_of(to).parts.clone().expect("bug: bitcast to a type in memory");
        let vals = ps
            .iter()
            .zip(&parts)
            .map(|(v, p)| {
                let tt = crate::abi::clif_type(p.scalar);
                if self.b.func.dfg.value_type(*v) == tt {
                    *v
                } else {
                    self.b.ins().bitcast(tt, MemFlagsData::new(), *v)
                }
            })
            .collect();
        self.def(i, Repr::Parts(vals));
    }
}
