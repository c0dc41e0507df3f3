//! Constants: exact values to IR constants of a type. Never rounds twice.

use super::body::Body;
use crate::ir::{Op, Value};
use crate::ty::{Basic, Ty, TyKind};
use go_types::constant::ConstValue;

/// Low 64 bits of an integral constant in two's complement.
pub(super) fn to_i64(c: &ConstValue) -> i64 {
    match c {
        ConstValue::Int64(n) => *n,
        ConstValue::BigInt(b) => {
            let m = dashu_int::IBig::from(1u8) << 64usize;
            let mut r = &**b % &m;
            if r < dashu_int::IBig::ZERO {
                r += m;
            }
            u64::try_from(&r).unwrap_or(0) as i64
        }
        ConstValue::Bool(b) => i64::from(*b),
        ConstValue::Rat(_) | ConstValue::Float(_) => to_f64(c) as i64,
        ConstValue::Complex(p) => to_i64(&p.0),
        ConstValue::Unknown | ConstValue::Str(_) => 0,
    }
}

/// Nearest `float64`.
pub(super) fn to_f64(c: &ConstValue) -> f64 {
    match c {
        ConstValue::Int64(n) => *n as f64,
        ConstValue::BigInt(b) => b.to_f64().value(),
        ConstValue::Rat(r) => r.to_f64().value(),
        ConstValue::Float(f) => f.to_f64().value(),
        ConstValue::Complex(p) => to_f64(&p.0),
        ConstValue::Unknown | ConstValue::Bool(_) | ConstValue::Str(_) => 0.0,
    }
}

/// Nearest `float32`.
pub(super) fn to_f32(c: &ConstValue) -> f32 {
    match c {
        ConstValue::Int64(n) => *n as f32,
        ConstValue::BigInt(b) => b.to_f32().value(),
        ConstValue::Rat(r) => r.to_f32().value(),
        ConstValue::Float(f) => f.to_f32().value(),
        ConstValue::Complex(p) => to_f32(&p.0),
        ConstValue::Unknown | ConstValue::Bool(_) | ConstValue::Str(_) => 0.0,
    }
}

/// Real and imaginary parts.
pub(super) fn complex_parts(c: &ConstValue) -> (ConstValue, ConstValue) {
    match c {
        ConstValue::Complex(p) => (p.0.clone(), p.1.clone()),
        other => (other.clone(), ConstValue::Int64(0)),
    }
}

/// `n` cut to the width of an integer type, as `ConstInt` wants it: sign- or zero-extended.
pub(super) fn wrap_int(b: Basic, n: i64) -> i64 {
    match b {
        Basic::Int8 => i64::from(n as i8),
        Basic::Int16 => i64::from(n as i16),
        Basic::Int32 => i64::from(n as i32),
        Basic::Uint8 => i64::from(n as u8),
        Basic::Uint16 => i64::from(n as u16),
        Basic::Uint32 => i64::from(n as u32),
        Basic::Bool => i64::from(n != 0),
        _ => n,
    }
}

impl Body<'_, '_> {
    /// A constant as a value of a type that is not an interface.
    pub(super) fn const_val(&mut self, c: &ConstValue, ty: Ty) -> Value {
        match self.under(ty) {
            TyKind::Basic(b) => match b {
                Basic::String => {
                    let bytes: &[u8] = match c {
                        ConstValue::Str(s) => s,
                        _ => &[],
                    };
                    let id = self.lo.prog.string(bytes);
                    self.fr.b.emit(Op::ConstStr(id), ty)
                }
                Basic::Float64 => self.fr.b.emit(Op::ConstFloat(to_f64(c).to_bits()), ty),
                Basic::Float32 => self.fr.b.emit(Op::ConstFloat(f64::from(to_f32(c)).to_bits()), ty),
                Basic::Complex64 | Basic::Complex128 => {
                    let part = if b == Basic::Complex64 { Ty::FLOAT32 } else { Ty::FLOAT64 };
                    let (re, im) = complex_parts(c);
                    let re = self.const_val(&re, part);
                    let im = self.const_val(&im, part);
                    self.compose(&[re, im], ty)
                }
                Basic::UnsafePointer => self.fr.b.emit(Op::ConstInt(to_i64(c)), ty),
                _ => self.fr.b.emit(Op::ConstInt(wrap_int(b, to_i64(c))), ty),
            },
            TyKind::Pointer(_) => self.fr.b.emit(Op::ConstInt(to_i64(c)), ty),
            _ => self.zero(ty),
        }
    }

    /// Memory image of a constant of a basic type, if it has no pointers in it.
    pub(super) fn const_bytes(&mut self, c: &ConstValue, ty: Ty) -> Option<Vec<u8>> {
        let TyKind::Basic(b) = self.under(ty) else { return None };
        let n = to_i64(c);
        Some(match b {
            Basic::Bool | Basic::Int8 | Basic::Uint8 => vec![n as u8],
            Basic::Int16 | Basic::Uint16 => (n as u16).to_le_bytes().to_vec(),
            Basic::Int32 | Basic::Uint32 => (n as u32).to_le_bytes().to_vec(),
            Basic::Int | Basic::Int64 | Basic::Uint | Basic::Uint64 | Basic::Uintptr => n.to_le_bytes().to_vec(),
            Basic::Float32 => to_f32(c).to_le_bytes().to_vec(),
            Basic::Float64 => to_f64(c).to_le_bytes().to_vec(),
            Basic::Complex64 => {
                let (re, im) = complex_parts(c);
                [to_f32(&re).to_le_bytes(), to_f32(&im).to_le_bytes()].concat()
            }
            Basic::Complex128 => {
                let (re, im) = complex_parts(c);
                [to_f64(&re).to_le_bytes(), to_f64(&im).to_le_bytes()].concat()
            }
            Basic::String | Basic::UnsafePointer => return None,
        })
    }
}
