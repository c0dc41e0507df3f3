//! Exact constant values and their arithmetic (spec "Constants", "Constant expressions").
//!
//! Integers and rationals are exact; what is too large for a rational is a float with 512 bits of
//! mantissa. Values are immutable and cheap to clone. Follows the value model of `go/constant`: an
//! integer value of a float constant is a `Rat`, not an `Int64`. Operations on operands that do not
//! fit give `Unknown`.

use crate::big_float::{BigFloat, round_to_binary};
use dashu_int::ops::BitTest;
use dashu_int::{IBig, UBig};
use dashu_ratio::RBig;
use go_ast::{BinaryOp, LitKind, UnaryOp};
use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

pub use crate::const_str::ConstStr;
pub use crate::literal::{make_from_literal, quote, unquote};

/// Rationals whose parts have more bits become floats.
pub(crate) const MAX_RAT_BITS: usize = 4 << 10;

/// A constant value. Complex values hold two real parts (`Int64`, `BigInt`, `Rat` or `Float`).
#[derive(Clone, Debug, PartialEq, Default)]
pub enum ConstValue {
    /// Unknown because of an earlier error.
    #[default]
    Unknown,
    /// A boolean.
    Bool(bool),
    /// A string: bytes, since conversions can make invalid UTF-8.
    Str(ConstStr),
    /// An integer that fits in 64 bits.
    Int64(i64),
    /// Any other integer.
    BigInt(Arc<IBig>),
    /// A rational number: a float constant, perhaps with an integer value.
    Rat(Arc<RBig>),
    /// A float that is too large or small for a rational.
    Float(Arc<BigFloat>),
    /// A complex number: real and imaginary part.
    Complex(Arc<(ConstValue, ConstValue)>),
}

impl ConstValue {
    /// The bytes of a string value.
    #[must_use]
    pub fn as_str_bytes(&self) -> Option<&[u8]> {
        if let ConstValue::Str(s) = self { Some(s) } else { None }
    }

    /// The value converted to an integer, `Unknown` if that is not possible.
    #[must_use]
    pub fn to_int(&self) -> ConstValue {
        to_int(self)
    }

    /// The nearest `f64` of a real value; `None` for other values and for what is too large.
    #[must_use]
    pub fn to_f64(&self) -> Option<f64> {
        (is_int(self) || is_float(self)).then(|| float64_val(self)).filter(|f| f.is_finite())
    }

    /// The value of an integer constant if it fits in 64 bits.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        int64_val(self)
    }
}

/// A string value.
#[must_use]
pub fn make_string(s: &[u8]) -> ConstValue {
    ConstValue::Str(s.into())
}

/// An integer value.
#[must_use]
pub fn make_int64(i: i64) -> ConstValue {
    ConstValue::Int64(i)
}

/// An integer value.
#[must_use]
pub fn make_uint64(u: u64) -> ConstValue {
    i64::try_from(u).map_or_else(|_| make_int(IBig::from(u)), ConstValue::Int64)
}

/// An integer value in its smallest form.
#[must_use]
pub(crate) fn make_int(i: IBig) -> ConstValue {
    match i64::try_from(&i) {
        Ok(v) => ConstValue::Int64(v),
        Err(_) => ConstValue::BigInt(Arc::new(i)),
    }
}

pub(crate) fn make_rat(r: RBig) -> ConstValue {
    if ibig_bits(r.numerator()) < MAX_RAT_BITS && r.denominator().bit_len() < MAX_RAT_BITS {
        return ConstValue::Rat(Arc::new(r));
    }
    make_float(BigFloat::from_ratio(r.numerator(), r.denominator()))
}

pub(crate) fn make_float(f: BigFloat) -> ConstValue {
    if f.is_infinite() { ConstValue::Unknown } else { ConstValue::Float(Arc::new(f)) }
}

/// A float value; infinities and NaN are unknown.
#[must_use]
pub fn make_float64(f: f64) -> ConstValue {
    if !f.is_finite() {
        return ConstValue::Unknown;
    }
    let b = BigFloat::from_f64(f);
    match b.to_ratio(MAX_RAT_BITS as i64) {
        Some(r) => ConstValue::Rat(Arc::new(r)),
        None => make_float(b),
    }
}

/// A complex value.
#[must_use]
pub fn make_complex(re: ConstValue, im: ConstValue) -> ConstValue {
    if matches!(re, ConstValue::Unknown) || matches!(im, ConstValue::Unknown) {
        return ConstValue::Unknown;
    }
    ConstValue::Complex(Arc::new((re, im)))
}

/// Whether the value is an integer constant.
#[must_use]
pub fn is_int(v: &ConstValue) -> bool {
    matches!(v, ConstValue::Int64(_) | ConstValue::BigInt(_))
}

/// Whether the value is a float constant.
#[must_use]
pub fn is_float(v: &ConstValue) -> bool {
    matches!(v, ConstValue::Rat(_) | ConstValue::Float(_))
}

/// Whether the value is a complex constant.
#[must_use]
pub fn is_complex(v: &ConstValue) -> bool {
    matches!(v, ConstValue::Complex(_))
}

/// Whether the value is a number.
#[must_use]
pub fn is_numeric(v: &ConstValue) -> bool {
    is_int(v) || is_float(v) || is_complex(v)
}

fn ibig_bits(i: &IBig) -> usize {
    use dashu_int::ops::UnsignedAbs;
    i.unsigned_abs().bit_len()
}

/// The integer of an integer value.
#[must_use]
pub fn big_int(v: &ConstValue) -> Option<IBig> {
    match v {
        ConstValue::Int64(i) => Some(IBig::from(*i)),
        ConstValue::BigInt(b) => Some((**b).clone()),
        _ => None,
    }
}

fn rat(v: &ConstValue) -> Option<RBig> {
    match v {
        ConstValue::Rat(r) => Some((**r).clone()),
        _ => Some(RBig::from(big_int(v)?)),
    }
}

fn float(v: &ConstValue) -> Option<BigFloat> {
    match v {
        ConstValue::Float(f) => Some((**f).clone()),
        ConstValue::Rat(r) => Some(BigFloat::from_ratio(r.numerator(), r.denominator())),
        _ => Some(BigFloat::from_int(&big_int(v)?)),
    }
}

/// The value of an integer constant if it fits.
#[must_use]
pub fn int64_val(v: &ConstValue) -> Option<i64> {
    if let ConstValue::Int64(i) = v { Some(*i) } else { None }
}

/// The value of an integer constant if it fits.
#[must_use]
pub fn uint64_val(v: &ConstValue) -> Option<u64> {
    match v {
        ConstValue::Int64(i) => u64::try_from(*i).ok(),
        ConstValue::BigInt(b) => u64::try_from(&**b).ok(),
        _ => None,
    }
}

/// The nearest `float32` of a real value, infinite if it is too large.
#[must_use]
pub fn float32_val(v: &ConstValue) -> f32 {
    match v {
        ConstValue::Int64(i) => *i as f32,
        ConstValue::BigInt(b) => BigFloat::from_int(b).to_f32(),
        ConstValue::Rat(r) => round_to_binary::<24, -149, 128>(r.numerator(), r.denominator()) as f32,
        ConstValue::Float(f) => f.to_f32(),
        _ => 0.0,
    }
}

/// The nearest `float64` of a real value, infinite if it is too large.
#[must_use]
pub fn float64_val(v: &ConstValue) -> f64 {
    match v {
        ConstValue::Int64(i) => *i as f64,
        ConstValue::BigInt(b) => BigFloat::from_int(b).to_f64(),
        ConstValue::Rat(r) => round_to_binary::<53, -1074, 1024>(r.numerator(), r.denominator()),
        ConstValue::Float(f) => f.to_f64(),
        _ => 0.0,
    }
}

/// Number of bits of an integer's absolute value.
#[must_use]
pub fn bit_len(v: &ConstValue) -> u64 {
    match v {
        ConstValue::Int64(i) => u64::from(64 - i.unsigned_abs().leading_zeros()),
        ConstValue::BigInt(b) => ibig_bits(b) as u64,
        _ => 0,
    }
}

/// -1, 0 or 1 as a number is negative, zero or positive; for complex numbers 0 only if both parts
/// are. Unknown values count as positive, so that no division by zero is reported.
#[must_use]
pub fn sign(v: &ConstValue) -> i32 {
    let of = |o: Ordering| match o {
        Ordering::Less => -1,
        Ordering::Equal => 0,
        Ordering::Greater => 1,
    };
    match v {
        ConstValue::Int64(i) => of(i.cmp(&0)),
        ConstValue::BigInt(b) => of((**b).cmp(&IBig::ZERO)),
        ConstValue::Rat(r) => of(r.numerator().cmp(&IBig::ZERO)),
        ConstValue::Float(f) => f.sign(),
        ConstValue::Complex(c) => sign(&c.0) | sign(&c.1),
        ConstValue::Unknown | ConstValue::Bool(_) | ConstValue::Str(_) => 1,
    }
}

/// The real part of a number.
#[must_use]
pub fn real(v: &ConstValue) -> ConstValue {
    match v {
        ConstValue::Complex(c) => c.0.clone(),
        _ => v.clone(),
    }
}

/// The imaginary part of a number.
#[must_use]
pub fn imag(v: &ConstValue) -> ConstValue {
    match v {
        ConstValue::Complex(c) => c.1.clone(),
        ConstValue::Unknown => ConstValue::Unknown,
        _ => ConstValue::Int64(0),
    }
}

/// The value as an integer constant, `Unknown` if it is none. A float so close to an integer that
/// the difference may come from rounding counts as that integer.
#[must_use]
pub fn to_int(v: &ConstValue) -> ConstValue {
    match v {
        ConstValue::Int64(_) | ConstValue::BigInt(_) => v.clone(),
        ConstValue::Rat(r) => {
            if r.denominator().is_one() {
                make_int(r.numerator().clone())
            } else {
                ConstValue::Unknown
            }
        }
        ConstValue::Float(f) => f.to_near_int(MAX_RAT_BITS as i64).map_or(ConstValue::Unknown, make_int),
        ConstValue::Complex(_) => to_int(&to_float(v)),
        ConstValue::Unknown | ConstValue::Bool(_) | ConstValue::Str(_) => ConstValue::Unknown,
    }
}

/// The value as a float constant, `Unknown` if it is no real number.
#[must_use]
pub fn to_float(v: &ConstValue) -> ConstValue {
    match v {
        ConstValue::Int64(i) => ConstValue::Rat(Arc::new(RBig::from(IBig::from(*i)))),
        ConstValue::BigInt(b) => {
            if ibig_bits(b) < MAX_RAT_BITS {
                ConstValue::Rat(Arc::new(RBig::from((**b).clone())))
            } else {
                make_float(BigFloat::from_int(b))
            }
        }
        ConstValue::Rat(_) | ConstValue::Float(_) => v.clone(),
        ConstValue::Complex(c) if sign(&c.1) == 0 => to_float(&c.0),
        ConstValue::Complex(_) | ConstValue::Unknown | ConstValue::Bool(_) | ConstValue::Str(_) => ConstValue::Unknown,
    }
}

/// The value as a complex constant, `Unknown` if it is no number.
#[must_use]
pub fn to_complex(v: &ConstValue) -> ConstValue {
    match v {
        ConstValue::Complex(_) => v.clone(),
        ConstValue::Int64(_) | ConstValue::BigInt(_) | ConstValue::Rat(_) | ConstValue::Float(_) => {
            make_complex(v.clone(), ConstValue::Int64(0))
        }
        ConstValue::Unknown | ConstValue::Bool(_) | ConstValue::Str(_) => ConstValue::Unknown,
    }
}

/// `op v`. For `^` on an unsigned type, `bits` is the type's size; else 0.
#[must_use]
pub fn unary_op(op: UnaryOp, v: &ConstValue, bits: u32) -> ConstValue {
    match (op, v) {
        (UnaryOp::Plus, _) if is_numeric(v) => v.clone(),
        (UnaryOp::Neg, ConstValue::Int64(i)) => match i.checked_neg() {
            Some(n) => ConstValue::Int64(n),
            None => make_int(-IBig::from(*i)),
        },
        (UnaryOp::Neg, ConstValue::BigInt(b)) => make_int(-(**b).clone()),
        (UnaryOp::Neg, ConstValue::Rat(r)) => ConstValue::Rat(Arc::new(-(**r).clone())),
        (UnaryOp::Neg, ConstValue::Float(f)) => make_float(f.neg()),
        (UnaryOp::Neg, ConstValue::Complex(c)) => make_complex(unary_op(op, &c.0, 0), unary_op(op, &c.1, 0)),
        (UnaryOp::Xor, ConstValue::Int64(_) | ConstValue::BigInt(_)) => {
            let Some(i) = big_int(v) else { return ConstValue::Unknown };
            let mut z = !i;
            if bits > 0 {
                let mask = (IBig::from(1) << bits as usize) - IBig::from(1);
                z &= mask;
            }
            make_int(z)
        }
        (UnaryOp::Not, ConstValue::Bool(b)) => ConstValue::Bool(!b),
        _ => ConstValue::Unknown,
    }
}

/// How general a value's representation is; operands are brought to the more general one.
fn rank(v: &ConstValue) -> u8 {
    match v {
        ConstValue::Unknown => 0,
        ConstValue::Bool(_) | ConstValue::Str(_) => 1,
        ConstValue::Int64(_) => 2,
        ConstValue::BigInt(_) => 3,
        ConstValue::Rat(_) => 4,
        ConstValue::Float(_) => 5,
        ConstValue::Complex(_) => 6,
    }
}

/// `x op y` for operators other than comparisons and shifts. `/` of integers gives a rational; see
/// [`int_div`].
#[must_use]
pub fn binary_op(x: &ConstValue, op: BinaryOp, y: &ConstValue) -> ConstValue {
    let none = ConstValue::Unknown;
    match (x, y) {
        (ConstValue::Unknown, _) | (_, ConstValue::Unknown) => return none,
        (ConstValue::Bool(a), ConstValue::Bool(b)) => {
            return match op {
                BinaryOp::AndAnd => ConstValue::Bool(*a && *b),
                BinaryOp::OrOr => ConstValue::Bool(*a || *b),
                _ => none,
            };
        }
        (ConstValue::Str(a), ConstValue::Str(b)) => {
            return if op == BinaryOp::Add { ConstValue::Str(a.concat(b)) } else { none };
        }
        (ConstValue::Int64(a), ConstValue::Int64(b)) => {
            if let Some(v) = int64_op(*a, op, *b) {
                return v;
            }
        }
        _ => {}
    }
    match rank(x).max(rank(y)) {
        2 | 3 => {
            let (Some(a), Some(b)) = (big_int(x), big_int(y)) else { return none };
            int_op(a, op, b)
        }
        4 => {
            let (Some(a), Some(b)) = (rat(x), rat(y)) else { return none };
            match op {
                BinaryOp::Add => make_rat(a + b),
                BinaryOp::Sub => make_rat(a - b),
                BinaryOp::Mul => make_rat(a * b),
                BinaryOp::Div if sign(y) != 0 => make_rat(a / b),
                _ => none,
            }
        }
        5 => {
            let (Some(a), Some(b)) = (float(x), float(y)) else { return none };
            match op {
                BinaryOp::Add => make_float(a.add(&b)),
                BinaryOp::Sub => make_float(a.add(&b.neg())),
                BinaryOp::Mul => make_float(a.mul(&b)),
                BinaryOp::Div if b.sign() != 0 => make_float(a.div(&b)),
                _ => none,
            }
        }
        6 => complex_op(x, op, y),
        _ => none,
    }
}

fn int64_op(a: i64, op: BinaryOp, b: i64) -> Option<ConstValue> {
    let v = match op {
        BinaryOp::Add => a.checked_add(b)?,
        BinaryOp::Sub => a.checked_sub(b)?,
        BinaryOp::Mul => a.checked_mul(b)?,
        BinaryOp::Rem => a.checked_rem(b)?,
        BinaryOp::And => a & b,
        BinaryOp::Or => a | b,
        BinaryOp::Xor => a ^ b,
        BinaryOp::AndNot => a & !b,
        _ => return None,
    };
    Some(ConstValue::Int64(v))
}

fn int_op(a: IBig, op: BinaryOp, b: IBig) -> ConstValue {
    let zero = b == IBig::ZERO;
    make_int(match op {
        BinaryOp::Add => a + b,
        BinaryOp::Sub => a - b,
        BinaryOp::Mul => a * b,
        BinaryOp::Div if !zero => return make_rat(RBig::from_parts_signed(a, b)),
        BinaryOp::Rem if !zero => a % b,
        BinaryOp::And => a & b,
        BinaryOp::Or => a | b,
        BinaryOp::Xor => a ^ b,
        BinaryOp::AndNot => a & !b,
        _ => return ConstValue::Unknown,
    })
}

/// `x / y` of integers, truncated towards zero.
#[must_use]
pub fn int_div(x: &ConstValue, y: &ConstValue) -> ConstValue {
    if sign(y) == 0 {
        return ConstValue::Unknown;
    }
    if let (ConstValue::Int64(a), ConstValue::Int64(b)) = (x, y)
        && let Some(q) = a.checked_div(*b)
    {
        return ConstValue::Int64(q);
    }
    match (big_int(x), big_int(y)) {
        (Some(a), Some(b)) => make_int(a / b),
        _ => ConstValue::Unknown,
    }
}

fn complex_op(x: &ConstValue, op: BinaryOp, y: &ConstValue) -> ConstValue {
    let (a, b, c, d) = (&real(x), &imag(x), &real(y), &imag(y));
    let add = |x: &ConstValue, y: &ConstValue| binary_op(x, BinaryOp::Add, y);
    let sub = |x: &ConstValue, y: &ConstValue| binary_op(x, BinaryOp::Sub, y);
    let mul = |x: &ConstValue, y: &ConstValue| binary_op(x, BinaryOp::Mul, y);
    let div = |x: &ConstValue, y: &ConstValue| binary_op(x, BinaryOp::Div, y);
    match op {
        BinaryOp::Add => make_complex(add(a, c), add(b, d)),
        BinaryOp::Sub => make_complex(sub(a, c), sub(b, d)),
        BinaryOp::Mul => make_complex(sub(&mul(a, c), &mul(b, d)), add(&mul(b, c), &mul(a, d))),
        BinaryOp::Div => {
            let s = add(&mul(c, c), &mul(d, d));
            let re = add(&mul(a, c), &mul(b, d));
            let im = sub(&mul(b, c), &mul(a, d));
            make_complex(div(&re, &s), div(&im, &s))
        }
        _ => ConstValue::Unknown,
    }
}

/// `x << s` or `x >> s` of an integer.
#[must_use]
pub fn shift(x: &ConstValue, op: BinaryOp, s: u32) -> ConstValue {
    match (x, op) {
        (ConstValue::Int64(i), BinaryOp::Shr) => ConstValue::Int64(i >> s.min(63)),
        _ => match (big_int(x), op) {
            (Some(i), BinaryOp::Shl) => make_int(i << s as usize),
            (Some(i), BinaryOp::Shr) => make_int(i >> s as usize),
            _ => ConstValue::Unknown,
        },
    }
}

/// `x op y` for a comparison; false if a value is unknown.
#[must_use]
pub fn compare(x: &ConstValue, op: BinaryOp, y: &ConstValue) -> bool {
    let by = |o: Ordering| match op {
        BinaryOp::Eq => o == Ordering::Equal,
        BinaryOp::Ne => o != Ordering::Equal,
        BinaryOp::Lt => o == Ordering::Less,
        BinaryOp::Le => o != Ordering::Greater,
        BinaryOp::Gt => o == Ordering::Greater,
        BinaryOp::Ge => o != Ordering::Less,
        _ => false,
    };
    match (x, y) {
        (ConstValue::Unknown, _) | (_, ConstValue::Unknown) => return false,
        (ConstValue::Bool(a), ConstValue::Bool(b)) => return by(a.cmp(b)),
        (ConstValue::Str(a), ConstValue::Str(b)) => return by(a.bytes().cmp(b.bytes())),
        (ConstValue::Int64(a), ConstValue::Int64(b)) => return by(a.cmp(b)),
        _ => {}
    }
    match rank(x).max(rank(y)) {
        2 | 3 => big_int(x).zip(big_int(y)).is_some_and(|(a, b)| by(a.cmp(&b))),
        4 => rat(x).zip(rat(y)).is_some_and(|(a, b)| by(a.cmp(&b))),
        5 => float(x).zip(float(y)).is_some_and(|(a, b)| by(a.cmp(&b))),
        6 => {
            let eq = compare(&real(x), BinaryOp::Eq, &real(y)) && compare(&imag(x), BinaryOp::Eq, &imag(y));
            match op {
                BinaryOp::Eq => eq,
                BinaryOp::Ne => !eq,
                _ => false,
            }
        }
        _ => false,
    }
}

/// The value of a literal of kind `kind`, see [`make_from_literal`].
#[must_use]
pub fn literal(kind: LitKind, text: &str) -> ConstValue {
    make_from_literal(text, kind)
}

impl fmt::Display for ConstValue {
    /// The short form that messages use: long strings are cut, floats have six digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ConstValue::Unknown => f.write_str("unknown"),
            ConstValue::Bool(b) => write!(f, "{b}"),
            ConstValue::Str(s) => {
                const MAX: usize = 72;
                // A rune has at most four bytes.
                let s = quote(&s.prefix(MAX * 4));
                if s.chars().count() > MAX {
                    let cut: String = s.chars().take(MAX - 3).collect();
                    write!(f, "{cut}...")
                } else {
                    f.write_str(&s)
                }
            }
            ConstValue::Int64(i) => write!(f, "{i}"),
            ConstValue::BigInt(i) => write!(f, "{i}"),
            ConstValue::Rat(_) | ConstValue::Float(_) => {
                f.write_str(&float(self).map(|x| x.short_string()).unwrap_or_default())
            }
            ConstValue::Complex(c) => write!(f, "({} + {}i)", c.0, c.1),
        }
    }
}

/// The value in full, as a Go literal where possible.
#[must_use]
pub fn exact_string(v: &ConstValue) -> String {
    match v {
        ConstValue::Str(s) => quote(s),
        ConstValue::Rat(r) => {
            if r.denominator() == &UBig::ONE {
                r.numerator().to_string()
            } else {
                format!("{}/{}", r.numerator(), r.denominator())
            }
        }
        ConstValue::Complex(c) => format!("({} + {}i)", exact_string(&c.0), exact_string(&c.1)),
        _ => v.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn int(s: &str) -> ConstValue {
        literal(LitKind::Int, s)
    }

    fn flt(s: &str) -> ConstValue {
        literal(LitKind::Float, s)
    }

    #[test]
    fn integer_arithmetic() {
        let max = int("9223372036854775807");
        assert_eq!(binary_op(&max, BinaryOp::Add, &int("1")).to_string(), "9223372036854775808");
        assert_eq!(binary_op(&max, BinaryOp::Mul, &max).to_string().len(), 38);
        assert_eq!(int_div(&int("7"), &unary_op(UnaryOp::Neg, &int("2"), 0)).to_string(), "-3");
        let neg = unary_op(UnaryOp::Neg, &int("7"), 0);
        assert_eq!(binary_op(&neg, BinaryOp::Rem, &int("2")).to_string(), "-1");
        assert_eq!(shift(&int("1"), BinaryOp::Shl, 100).to_string(), (1u128 << 100).to_string());
        assert_eq!(shift(&neg, BinaryOp::Shr, 70).to_string(), "-1");
        assert_eq!(unary_op(UnaryOp::Xor, &int("1"), 8).to_string(), "254");
        assert_eq!(unary_op(UnaryOp::Xor, &int("1"), 0).to_string(), "-2");
        let big = shift(&int("1"), BinaryOp::Shl, 64);
        assert_eq!(binary_op(&big, BinaryOp::AndNot, &big), ConstValue::Int64(0));
        assert_eq!(bit_len(&big), 65);
        assert_eq!(uint64_val(&int("18446744073709551615")), Some(u64::MAX));
    }

    #[test]
    fn float_arithmetic() {
        let third = binary_op(&flt("1.0"), BinaryOp::Div, &int("3"));
        let one = binary_op(&third, BinaryOp::Mul, &int("3"));
        assert_eq!(to_int(&one), ConstValue::Int64(1));
        assert_eq!(binary_op(&int("1"), BinaryOp::Div, &int("3")), third);
        assert_eq!(float64_val(&third), 1.0 / 3.0);
        assert_eq!(float32_val(&third), 1.0f32 / 3.0);
        assert_eq!(float64_val(&flt("5e-324")), 5e-324);
        assert_eq!(float64_val(&flt("2e-324")), 0.0);
        assert_eq!(float64_val(&flt("3e-324")), 5e-324);
        assert_eq!(float64_val(&flt("1.7976931348623157e308")), f64::MAX);
        assert!(float64_val(&flt("1.7976931348623159e308")).is_infinite());
        assert!(float32_val(&flt("3.5e38")).is_infinite());
        assert_eq!(float32_val(&flt("1e-45")), 1e-45);
        let huge = flt("1e10000");
        assert!(matches!(huge, ConstValue::Float(_)));
        let ratio = binary_op(&huge, BinaryOp::Div, &huge);
        assert_eq!(to_int(&ratio), ConstValue::Int64(1));
        assert!(compare(&huge, BinaryOp::Gt, &flt("1e9999")));
        let tiny = binary_op(&flt("1.0"), BinaryOp::Div, &huge);
        assert_eq!(tiny.to_string(), "1e-10000");
        assert_eq!(make_float64(0.5).to_string(), "0.5");
        for f in [1.0, 0.1, 1e300, 5e-324, -2.5, f64::MAX, 1e-310] {
            assert_eq!(float64_val(&make_float64(f)), f);
        }
    }

    #[test]
    fn complex_and_text() {
        let i = literal(LitKind::Imag, "1i");
        let m = binary_op(&i, BinaryOp::Mul, &i);
        assert_eq!(to_int(&m), ConstValue::Int64(-1));
        assert!(!compare(&m, BinaryOp::Eq, &int("1")));
        let z = binary_op(&int("1"), BinaryOp::Add, &i);
        assert_eq!(z.to_string(), "(1 + 1i)");
        assert_eq!(binary_op(&z, BinaryOp::Div, &z).to_string(), "(1 + 0i)");
        let s = binary_op(&make_string(b"ab"), BinaryOp::Add, &make_string(b"c"));
        assert_eq!(s.to_string(), "\"abc\"");
        assert!(compare(&s, BinaryOp::Lt, &make_string(b"abd")));
        let long = make_string(&[b'x'; 100]);
        assert_eq!(long.to_string(), format!("\"{}...", "x".repeat(68)));
    }
}
