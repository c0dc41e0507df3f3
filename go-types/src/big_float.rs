//! Binary floats with 512 bits of mantissa, for constants beyond the range of rationals.
//!
//! Rounds to nearest, ties to even, as gc's constant arithmetic. Never has NaN; infinities only
//! where the exponent leaves 32 bits.

use dashu_int::ops::{BitTest, DivRem, UnsignedAbs};
use dashu_int::{IBig, UBig};
use dashu_ratio::RBig;
use std::cmp::Ordering;

/// Bits of the mantissa.
pub(crate) const PRECISION: usize = 512;

/// A float: `mant * 2^exp`. The mantissa is odd or zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BigFloat {
    mant: IBig,
    exp: i64,
    infinite: bool,
}

fn magnitude(i: &IBig) -> UBig {
    i.unsigned_abs()
}

fn bits(i: &IBig) -> i64 {
    magnitude(i).bit_len() as i64
}

/// `m / 2^drop` rounded to nearest even; `sticky` says that there is something below `m`.
fn round_shift(m: UBig, drop: i64, sticky: bool) -> UBig {
    if drop <= 0 {
        return m << (-drop) as usize;
    }
    let drop = drop as usize;
    let half = m.bit(drop - 1);
    let below = sticky || m.trailing_zeros().is_some_and(|z| z < drop - 1);
    let q = m >> drop;
    if half && (below || q.bit(0)) { q + UBig::ONE } else { q }
}

/// `num / den` as a binary float of `BITS` bits of mantissa, whose least bit is worth at least
/// `2^LEAST` and whose value is less than `2^TOP` (else infinite). Exact in an `f64`.
pub(crate) fn round_to_binary<const BITS: i64, const LEAST: i64, const TOP: i64>(num: &IBig, den: &UBig) -> f64 {
    if *num == IBig::ZERO {
        return 0.0;
    }
    let negative = *num < IBig::ZERO;
    let n = num.unsigned_abs();
    let shift = BITS + 2 + den.bit_len() as i64 - n.bit_len() as i64;
    let (q, r) = if shift >= 0 { (n << shift as usize).div_rem(den) } else { n.div_rem(den << (-shift) as usize) };
    let v = round_mantissa::<BITS, LEAST, TOP>(q, -shift, r != UBig::ZERO);
    if negative { -v } else { v }
}

fn round_mantissa<const BITS: i64, const LEAST: i64, const TOP: i64>(m: UBig, exp: i64, sticky: bool) -> f64 {
    let top = exp.saturating_add(m.bit_len() as i64);
    if top > TOP {
        return f64::INFINITY;
    }
    if top < LEAST - 1 {
        return 0.0;
    }
    let least = (top - BITS).max(LEAST);
    let m = round_shift(m, least - exp, sticky);
    if m.bit_len() as i64 + least > TOP {
        return f64::INFINITY;
    }
    let Ok(m) = u64::try_from(&m) else { return f64::INFINITY };
    let m = m as f64;
    // Two steps, so that neither power of two leaves the range of an f64.
    let (a, b) = if least < -1000 {
        (-1000, least + 1000)
    } else if least > 900 {
        (900, least - 900)
    } else {
        (least, 0)
    };
    m * 2f64.powi(a as i32) * 2f64.powi(b as i32)
}

impl BigFloat {
    /// `mant * 2^exp`, rounded.
    pub(crate) fn new(mant: IBig, exp: i64) -> BigFloat {
        BigFloat::rounded(mant, exp, false, PRECISION)
    }

    fn rounded(mant: IBig, exp: i64, sticky: bool, precision: usize) -> BigFloat {
        if mant == IBig::ZERO {
            return BigFloat { mant, exp: 0, infinite: false };
        }
        let negative = mant < IBig::ZERO;
        let m = mant.unsigned_abs();
        let drop = (m.bit_len() as i64 - precision as i64).max(0);
        let mut m = round_shift(m, drop, sticky);
        let mut exp = exp.saturating_add(drop);
        let zeros = m.trailing_zeros().unwrap_or(0);
        m >>= zeros;
        exp = exp.saturating_add(zeros as i64);
        let top = exp.saturating_add(m.bit_len() as i64);
        if top < i64::from(i32::MIN) {
            return BigFloat { mant: IBig::ZERO, exp: 0, infinite: false };
        }
        let infinite = top > i64::from(i32::MAX);
        let mant = if negative { -IBig::from(m) } else { IBig::from(m) };
        BigFloat { mant, exp, infinite }
    }

    /// The float nearest to an integer.
    #[must_use]
    pub fn from_int(i: &IBig) -> BigFloat {
        BigFloat::new(i.clone(), 0)
    }

    /// The float nearest to a fraction.
    #[must_use]
    pub fn from_ratio(num: &IBig, den: &UBig) -> BigFloat {
        BigFloat::quotient(num, 0, &IBig::from(den.clone()), 0, PRECISION)
    }

    /// A finite `f64`.
    #[must_use]
    pub fn from_f64(f: f64) -> BigFloat {
        let raw = f.to_bits();
        let e = (raw >> 52 & 0x7ff) as i64;
        let frac = raw & ((1 << 52) - 1);
        let (m, e) = if e == 0 { (frac, -1074) } else { (frac | 1 << 52, e - 1075) };
        let m = IBig::from(m);
        BigFloat::new(if f < 0.0 { -m } else { m }, e)
    }

    /// `10^n` with some bits more than usual, by repeated squaring.
    fn power_of_ten(n: u64) -> BigFloat {
        let p = PRECISION + 64;
        let mut result = BigFloat::from_int(&IBig::ONE);
        let mut base = BigFloat::from_int(&IBig::from(10));
        let mut n = n;
        while n > 0 {
            if n & 1 == 1 {
                result = BigFloat::rounded(&result.mant * &base.mant, result.exp.saturating_add(base.exp), false, p);
            }
            n >>= 1;
            if n > 0 {
                base = BigFloat::rounded(&base.mant * &base.mant, base.exp.saturating_mul(2), false, p);
            }
            if result.infinite {
                break;
            }
        }
        result
    }

    /// `mant * 2^exp2 * 10^exp10`.
    pub(crate) fn from_decimal(mant: IBig, exp2: i64, exp10: i64) -> BigFloat {
        if mant == IBig::ZERO {
            return BigFloat::new(mant, 0);
        }
        let ten = BigFloat::power_of_ten(exp10.unsigned_abs());
        if exp10 >= 0 {
            let exp = exp2.saturating_add(ten.exp);
            let mut f = BigFloat::new(mant * &ten.mant, exp);
            f.infinite |= ten.infinite;
            f
        } else if ten.infinite {
            BigFloat::new(IBig::ZERO, 0)
        } else {
            BigFloat::quotient(&mant, exp2, &ten.mant, ten.exp, PRECISION)
        }
    }

    fn quotient(a: &IBig, aexp: i64, b: &IBig, bexp: i64, precision: usize) -> BigFloat {
        let negative = (*a < IBig::ZERO) != (*b < IBig::ZERO);
        let shift = (precision as i64 + 2 + bits(b) - bits(a)).max(0);
        let (q, r) = (a.unsigned_abs() << shift as usize).div_rem(b.unsigned_abs());
        let q = IBig::from(q);
        let q = if negative { -q } else { q };
        let exp = aexp.saturating_sub(bexp).saturating_sub(shift);
        BigFloat::rounded(q, exp, r != UBig::ZERO, precision)
    }

    /// Whether the exponent left its range.
    #[must_use]
    pub fn is_infinite(&self) -> bool {
        self.infinite
    }

    /// -1, 0 or 1.
    #[must_use]
    pub fn sign(&self) -> i32 {
        match self.mant.cmp(&IBig::ZERO) {
            Ordering::Less => -1,
            Ordering::Equal => 0,
            Ordering::Greater => 1,
        }
    }

    /// Exponent of the value as `0.5 <= m < 1` times a power of two.
    pub(crate) fn binary_exponent(&self) -> i64 {
        if self.sign() == 0 { 0 } else { self.exp + bits(&self.mant) }
    }

    /// The negative.
    #[must_use]
    pub fn neg(&self) -> BigFloat {
        BigFloat { mant: -self.mant.clone(), ..*self }
    }

    /// The sum.
    #[must_use]
    pub fn add(&self, other: &BigFloat) -> BigFloat {
        if self.sign() == 0 {
            return other.clone();
        }
        if other.sign() == 0 {
            return self.clone();
        }
        let (a, b) = if self.binary_exponent() >= other.binary_exponent() { (self, other) } else { (other, self) };
        // Too small to make a difference after rounding.
        if a.binary_exponent() - b.binary_exponent() > 2 * PRECISION as i64 {
            return a.clone();
        }
        let exp = a.exp.min(b.exp);
        let am = &a.mant << (a.exp - exp) as usize;
        let bm = &b.mant << (b.exp - exp) as usize;
        BigFloat::new(am + bm, exp)
    }

    /// The product.
    #[must_use]
    pub fn mul(&self, other: &BigFloat) -> BigFloat {
        BigFloat::new(&self.mant * &other.mant, self.exp.saturating_add(other.exp))
    }

    /// The quotient; the divisor is not zero.
    #[must_use]
    pub fn div(&self, other: &BigFloat) -> BigFloat {
        if self.sign() == 0 {
            return self.clone();
        }
        BigFloat::quotient(&self.mant, self.exp, &other.mant, other.exp, PRECISION)
    }

    /// The nearest `f64`.
    #[must_use]
    pub fn to_f64(&self) -> f64 {
        let v = round_mantissa::<53, -1074, 1024>(magnitude(&self.mant), self.exp, false);
        if self.sign() < 0 { -v } else { v }
    }

    /// The nearest `f32`.
    #[must_use]
    pub fn to_f32(&self) -> f32 {
        let v = round_mantissa::<24, -149, 128>(magnitude(&self.mant), self.exp, false) as f32;
        if self.sign() < 0 { -v } else { v }
    }

    /// The exact value as a fraction, unless its exponent reaches `max_bits`.
    #[must_use]
    pub fn to_ratio(&self, max_bits: i64) -> Option<RBig> {
        if self.infinite || self.binary_exponent().abs() >= max_bits {
            return None;
        }
        Some(if self.exp >= 0 {
            RBig::from(&self.mant << self.exp as usize)
        } else {
            RBig::from_parts(self.mant.clone(), UBig::ONE << (-self.exp) as usize)
        })
    }

    fn to_exact_int(&self) -> Option<IBig> {
        (self.exp >= 0).then(|| &self.mant << self.exp as usize)
    }

    /// The integer that the value is, or that it is up to an error in the last few bits. `None` for
    /// exponents of `max_bits` and more.
    pub(crate) fn to_near_int(&self, max_bits: i64) -> Option<IBig> {
        const DELTA: i64 = 4;
        if self.infinite || self.binary_exponent().abs() >= max_bits {
            return None;
        }
        if let Some(i) = self.to_exact_int() {
            return Some(i);
        }
        let drop = bits(&self.mant) - (PRECISION as i64 - DELTA);
        if drop <= 0 {
            return None;
        }
        let m = magnitude(&self.mant);
        let down = &m >> drop as usize;
        for candidate in [down.clone(), down + UBig::ONE] {
            let zeros = candidate.trailing_zeros().unwrap_or(0) as i64;
            if self.exp + drop + zeros < 0 {
                continue;
            }
            let shift = self.exp + drop;
            let i = if shift >= 0 { candidate << shift as usize } else { candidate >> (-shift) as usize };
            let i = IBig::from(i);
            return Some(if self.sign() < 0 { -i } else { i });
        }
        None
    }

    /// Decimal text with about six digits.
    pub(crate) fn short_string(&self) -> String {
        if self.infinite {
            return if self.sign() < 0 { "-Inf" } else { "+Inf" }.to_owned();
        }
        let x = self.to_f64();
        if (self.sign() == 0) == (x == 0.0) && x.is_finite() {
            let s = format_g(x, Some(6));
            if self.exp < 0 && !s.contains('.') {
                return format_g(x, None);
            }
            return s;
        }
        // Beyond the range of an f64: an approximation by logarithms.
        let exp = self.binary_exponent();
        let mut m = BigFloat { exp: -bits(&self.mant), ..self.clone() }.to_f64();
        let d = exp as f64 * (std::f64::consts::LN_2 / std::f64::consts::LN_10);
        let mut e = d as i64;
        m *= 10f64.powf(d - e as f64);
        if m.abs() < 1.0 - 0.5e-6 {
            m *= 10.0;
            e -= 1;
        } else if m.abs() >= 10.0 {
            m /= 10.0;
            e += 1;
        }
        format!("{}e{e:+}", format_g(m, Some(6)))
    }
}

impl PartialOrd for BigFloat {
    fn partial_cmp(&self, other: &BigFloat) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for BigFloat {
    fn cmp(&self, other: &BigFloat) -> Ordering {
        let (s, o) = (self.sign(), other.sign());
        if s != o || s == 0 {
            return s.cmp(&o);
        }
        let (a, b) = (self.binary_exponent(), other.binary_exponent());
        if a != b {
            return if s > 0 { a.cmp(&b) } else { b.cmp(&a) };
        }
        let exp = self.exp.min(other.exp);
        let am = &self.mant << (self.exp - exp) as usize;
        let bm = &other.mant << (other.exp - exp) as usize;
        am.cmp(&bm)
    }
}

/// A float as C's `%g` prints it: with at most `digits` significant digits, or as many as are needed
/// to tell it from other floats.
#[must_use]
pub fn format_g(x: f64, digits: Option<usize>) -> String {
    let s = match digits {
        Some(n) => format!("{x:.*e}", n - 1),
        None => format!("{x:e}"),
    };
    let Some((mant, exp)) = s.split_once('e') else { return s };
    let Ok(exp) = exp.parse::<i32>() else { return s };
    let (sign, mant) = mant.strip_prefix('-').map_or(("", mant), |m| ("-", m));
    let all: String = mant.chars().filter(|c| *c != '.').collect();
    let ds = all.trim_end_matches('0');
    let ds = if ds.is_empty() { "0" } else { ds };
    let nd = ds.len() as i32;
    let point = exp + 1;
    let mut limit = digits.map_or(6, |n| n as i32);
    if digits.is_some() && limit > nd && nd >= point {
        limit = nd;
    }
    if digits.is_none() && limit > nd && nd >= point {
        limit = 6;
    }
    if !(-4..limit).contains(&exp) {
        let (first, rest) = ds.split_at(1);
        let dot = if rest.is_empty() { "" } else { "." };
        let es = if exp < 0 { '-' } else { '+' };
        return format!("{sign}{first}{dot}{rest}e{es}{:02}", exp.abs());
    }
    if point <= 0 {
        let zeros = "0".repeat((-point) as usize);
        return format!("{sign}0.{zeros}{ds}");
    }
    let point = point as usize;
    if ds.len() <= point {
        let zeros = "0".repeat(point - ds.len());
        return format!("{sign}{ds}{zeros}");
    }
    format!("{sign}{}.{}", &ds[..point], &ds[point..])
}
