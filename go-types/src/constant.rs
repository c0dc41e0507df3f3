//! Exact constant values and their arithmetic (spec "Constants", "Constant expressions").
//!
//! Integers and rationals are exact; floats are arbitrary-precision with at least 512 bits of
//! mantissa, as gc's. Values are immutable and cheap to clone.

use std::sync::Arc;

/// A constant value. Complex values hold two real parts (`Int` or `Rat`/`Float`).
#[derive(Clone, Debug, PartialEq)]
pub enum ConstValue {
    /// Unknown because of an earlier error.
    Unknown,
    /// A boolean.
    Bool(bool),
    /// A string: bytes, since conversions can make invalid UTF-8.
    Str(Arc<[u8]>),
    /// An integer that fits in 64 bits.
    Int64(i64),
    /// Any other integer.
    BigInt(Arc<dashu_int::IBig>),
    /// A rational number (not an integer).
    Rat(Arc<dashu_ratio::RBig>),
    /// A float whose exponent is too large for a rational.
    Float(Arc<dashu_float::FBig>),
    /// A complex number: real and imaginary part.
    Complex(Arc<(ConstValue, ConstValue)>),
}
