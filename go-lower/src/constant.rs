//! Constants: exact values to IR constants of a type. Never rounds twice.

use super::body::Body;
use go_ir::ir::{Op, Value};
use go_ir::ty::{Basic, Ty, TyKind};
use go_types::constant::{self, ConstValue};

/// Low 64 bits of an integral constant in two's complement.
pub(super) fn to_i64(c: &ConstValue) -> i64 {
    if let ConstValue::Bool(b) = c {
        return i64::from(*b);
    }
    let c = constant::to_int(&constant::real(c));
    match constant::int64_val(&c) {
        Some(n) => n,
        None => constant::uint64_val(&c).unwrap_or(0) as i64,
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
                Basic::Float64 => {
                    self.fr.b.emit(Op::ConstFloat(constant::float64_val(&constant::to_float(c)).to_bits()), ty)
                }
                Basic::Float32 => self
                    .fr
                    .b
                    .emit(Op::ConstFloat(f64::from(constant::float32_val(&constant::to_float(c))).to_bits()), ty),
                Basic::Complex64 | Basic::Complex128 => {
                    let part = if b == Basic::Complex64 { Ty::FLOAT32 } else { Ty::FLOAT64 };
                    let (re, im) = (constant::real(c), constant::imag(c));
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
            Basic::Float32 => constant::float32_val(&constant::to_float(c)).to_le_bytes().to_vec(),
            Basic::Float64 => constant::float64_val(&constant::to_float(c)).to_le_bytes().to_vec(),
            Basic::Complex64 => {
                let (re, im) = (constant::real(c), constant::imag(c));
                [constant::float32_val(&re).to_le_bytes(), constant::float32_val(&im).to_le_bytes()].concat()
            }
            Basic::Complex128 => {
                let (re, im) = (constant::real(c), constant::imag(c));
                [constant::float64_val(&re).to_le_bytes(), constant::float64_val(&im).to_le_bytes()].concat()
            }
            Basic::String | Basic::UnsafePointer => return None,
        })
    }
}
