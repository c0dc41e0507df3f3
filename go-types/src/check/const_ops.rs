//! Constant operands: overflow and representability (spec "Representability", "Constant
//! expressions").

use super::{Checker, Operand};
use crate::codes;
use crate::constant::{self, ConstValue};
use crate::ty::{BasicKind, Type, TypeId};
use go_source::{Code, Pos};

/// Untyped integers have at most this many bits.
const INT_BITS: u64 = 512;
/// Constant strings have at most this many bytes.
const STRING_BYTES: usize = 2_000_000_000;

impl Checker {
    /// Checks that the result of a constant operation is representable in its type, and that untyped
    /// values do not grow without bound.
    pub(crate) fn overflow(&mut self, x: &mut Operand, op_pos: Pos) {
        if matches!(x.val, ConstValue::Unknown) {
            let msg = "constant result is not representable";
            self.error(op_pos, codes::INVALID_CONST_VAL, msg);
            return;
        }
        if self.is_typed(x.ty) {
            let u = self.under(x.ty);
            self.representable(x, u);
            return;
        }
        if constant::is_int(&x.val) && constant::bit_len(&x.val) > INT_BITS {
            let op = x.expr.map_or("", |e| self.op_name(e));
            let msg = format!("constant {op}overflow");
            self.error(op_pos, codes::INVALID_CONST_VAL, msg);
            x.val = ConstValue::Unknown;
            return;
        }
        if let ConstValue::Str(s) = &x.val
            && s.len() > STRING_BYTES
        {
            let n = s.len();
            let msg = format!("constant string too long ({n} bytes > {STRING_BYTES} bytes)");
            self.error(op_pos, codes::INVALID_CONST_VAL, msg);
            x.val = ConstValue::Unknown;
        }
    }

    /// The value `x` as a value of basic type `ty` (rounded for floats), if it is representable.
    pub(crate) fn representable_const(&mut self, x: &ConstValue, ty: TypeId) -> Option<ConstValue> {
        if matches!(x, ConstValue::Unknown) {
            return Some(x.clone());
        }
        let Type::Basic(kind) = self.store.types[ty] else { return None };
        let word = self.options.word_size * 8;
        match kind {
            BasicKind::Int => int_fits(x, true, word),
            BasicKind::Int8 => int_fits(x, true, 8),
            BasicKind::Int16 => int_fits(x, true, 16),
            BasicKind::Int32 => int_fits(x, true, 32),
            BasicKind::Int64 => int_fits(x, true, 64),
            BasicKind::Uint | BasicKind::Uintptr => int_fits(x, false, word),
            BasicKind::Uint8 => int_fits(x, false, 8),
            BasicKind::Uint16 => int_fits(x, false, 16),
            BasicKind::Uint32 => int_fits(x, false, 32),
            BasicKind::Uint64 => int_fits(x, false, 64),
            BasicKind::UntypedInt | BasicKind::UntypedRune => Some(constant::to_int(x)).filter(constant::is_int),
            BasicKind::Float32 => round(&constant::to_float(x), Width::W32),
            BasicKind::Float64 => round(&constant::to_float(x), Width::W64),
            BasicKind::UntypedFloat => constant::is_float(&constant::to_float(x)).then(|| x.clone()),
            BasicKind::Complex64 => round_complex(x, Width::W32),
            BasicKind::Complex128 => round_complex(x, Width::W64),
            BasicKind::UntypedComplex => constant::is_complex(&constant::to_complex(x)).then(|| x.clone()),
            BasicKind::String | BasicKind::UntypedString => matches!(x, ConstValue::Str(_)).then(|| x.clone()),
            BasicKind::Bool | BasicKind::UntypedBool => matches!(x, ConstValue::Bool(_)).then(|| x.clone()),
            BasicKind::Invalid | BasicKind::UnsafePointer | BasicKind::UntypedNil => None,
        }
    }

    /// Reports constant `x` unless it is representable in basic type `ty`; adjusts its value.
    pub(crate) fn representable(&mut self, x: &mut Operand, ty: TypeId) {
        match self.representation(x, ty) {
            Ok(v) => x.val = v,
            Err(code) => {
                self.invalid_conversion(code, x, ty);
                x.invalidate();
            }
        }
    }

    /// The value of constant `x` as a value of basic type `ty`, or why there is none.
    pub(crate) fn representation(&mut self, x: &Operand, ty: TypeId) -> Result<ConstValue, Code> {
        if let Some(v) = self.representable_const(&x.val, ty) {
            return Ok(v);
        }
        if self.is_numeric(x.ty) && self.is_numeric(ty) {
            if !self.is_integer(x.ty) && self.is_integer(ty) {
                return Err(codes::TRUNCATED_FLOAT);
            }
            return Err(codes::NUMERIC_OVERFLOW);
        }
        Err(codes::INVALID_CONST_VAL)
    }
}

#[derive(Clone, Copy)]
enum Width {
    W32,
    W64,
}

fn int_fits(x: &ConstValue, signed: bool, bits: u32) -> Option<ConstValue> {
    let v = constant::to_int(x);
    if !constant::is_int(&v) {
        return None;
    }
    let ok = match (constant::int64_val(&v), signed) {
        (Some(i), true) => bits >= 64 || (-1i64 << (bits - 1) <= i && i < 1i64 << (bits - 1)),
        (Some(i), false) => i >= 0 && (bits >= 64 || i < 1i64 << bits),
        (None, true) => false,
        (None, false) => constant::sign(&v) >= 0 && constant::bit_len(&v) <= u64::from(bits),
    };
    ok.then_some(v)
}

fn round(x: &ConstValue, width: Width) -> Option<ConstValue> {
    if !constant::is_float(x) {
        return None;
    }
    let f = match width {
        Width::W32 => f64::from(constant::float32_val(x)),
        Width::W64 => constant::float64_val(x),
    };
    f.is_finite().then(|| constant::make_float64(f))
}

fn round_complex(x: &ConstValue, width: Width) -> Option<ConstValue> {
    let c = constant::to_complex(x);
    if !constant::is_complex(&c) {
        return None;
    }
    let re = round(&constant::to_float(&constant::real(&c)), width)?;
    let im = round(&constant::to_float(&constant::imag(&c)), width)?;
    Some(constant::make_complex(re, im))
}
