//! Values of literals (spec "Lexical elements"), and strings in quotes.
//!
//! The scanner has reported malformed literals already; here they give an unknown value.

use crate::big_float::BigFloat;
use crate::constant::{ConstValue, MAX_RAT_BITS, make_complex, make_float, make_int, make_string};
use dashu_int::{IBig, UBig};
use dashu_ratio::RBig;
use go_ast::LitKind;
use std::sync::Arc;

/// The value of a literal's source text.
#[must_use]
pub fn make_from_literal(text: &str, kind: LitKind) -> ConstValue {
    let v = match kind {
        LitKind::Int => int_literal(text).map(make_int),
        LitKind::Float => float_literal(text),
        LitKind::Imag => {
            text.strip_suffix('i').and_then(float_literal).map(|im| make_complex(ConstValue::Int64(0), im))
        }
        LitKind::Char => {
            let inner = text.strip_prefix('\'').and_then(|t| t.strip_suffix('\''));
            inner.and_then(|t| {
                let (value, _, rest) = unquote_char(t.as_bytes(), b'\'')?;
                rest.is_empty().then_some(ConstValue::Int64(i64::from(value)))
            })
        }
        LitKind::String => unquote(text).map(|s| make_string(&s)),
    };
    v.unwrap_or(ConstValue::Unknown)
}

fn int_literal(text: &str) -> Option<IBig> {
    let digits: String = text.chars().filter(|c| *c != '_').collect();
    let lower = digits.to_ascii_lowercase();
    let (radix, ds) = if let Some(d) = lower.strip_prefix("0x") {
        (16, d)
    } else if let Some(d) = lower.strip_prefix("0b") {
        (2, d)
    } else if let Some(d) = lower.strip_prefix("0o") {
        (8, d)
    } else if lower.len() > 1 && lower.starts_with('0') {
        (8, &lower[1..])
    } else {
        (10, lower.as_str())
    };
    if ds.is_empty() || !ds.chars().all(|c| c.is_digit(radix)) {
        return None;
    }
    UBig::from_str_radix(ds, radix).ok().map(IBig::from)
}

/// A float literal, also decimal, hexadecimal, octal or binary integers as imaginary literals have
/// them (a leading 0 alone does not mean octal).
fn float_literal(text: &str) -> Option<ConstValue> {
    let lower: String = text.chars().filter(|c| *c != '_').collect::<String>().to_ascii_lowercase();
    if lower.starts_with("0b") || lower.starts_with("0o") {
        return int_literal(&lower).map(|i| exact_or_float(i, 0, 0));
    }
    let (radix, body, exp_char) = match lower.strip_prefix("0x") {
        Some(b) => (16, b, 'p'),
        None => (10, lower.as_str(), 'e'),
    };
    let (mant, exp) = match body.split_once(exp_char) {
        Some((m, e)) => (m, parse_exponent(e)?),
        None => (body, 0),
    };
    let (whole, frac) = mant.split_once('.').unwrap_or((mant, ""));
    let digits = format!("{whole}{frac}");
    if digits.is_empty() || !digits.chars().all(|c| c.is_digit(radix)) {
        return None;
    }
    let m = IBig::from(UBig::from_str_radix(&digits, radix).ok()?);
    let frac = frac.len() as i64;
    Some(if radix == 16 {
        exact_or_float(m, exp.saturating_sub(4 * frac), 0)
    } else {
        exact_or_float(m, 0, exp.saturating_sub(frac))
    })
}

/// An exponent; absurdly large ones are cut.
fn parse_exponent(s: &str) -> Option<i64> {
    const LIMIT: i64 = 1 << 40;
    let (negative, ds) = match s.as_bytes().first()? {
        b'+' => (false, &s[1..]),
        b'-' => (true, &s[1..]),
        _ => (false, s),
    };
    if ds.is_empty() || !ds.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let n = ds.bytes().fold(0i64, |n, b| (n * 10 + i64::from(b - b'0')).min(LIMIT));
    Some(if negative { -n } else { n })
}

/// `m * 2^exp2 * 10^exp10`: exact if it is neither too large nor too small.
fn exact_or_float(m: IBig, exp2: i64, exp10: i64) -> ConstValue {
    if m == IBig::ZERO {
        return ConstValue::Rat(Arc::new(RBig::ZERO));
    }
    let f = BigFloat::from_decimal(m.clone(), exp2, exp10);
    if f.is_infinite() {
        return ConstValue::Unknown;
    }
    if f.sign() == 0 {
        return ConstValue::Rat(Arc::new(RBig::ZERO));
    }
    if f.binary_exponent().abs() >= MAX_RAT_BITS as i64 {
        return make_float(f);
    }
    let pow = |base: u32, n: i64| UBig::from(base).pow(n.unsigned_abs() as usize);
    let mut num = m;
    let mut den = UBig::ONE;
    for (base, e) in [(2, exp2), (10, exp10)] {
        if e >= 0 {
            num *= IBig::from(pow(base, e));
        } else {
            den *= pow(base, e);
        }
    }
    ConstValue::Rat(Arc::new(RBig::from_parts(num, den)))
}

/// The bytes of an interpreted or raw string literal.
#[must_use]
pub fn unquote(text: &str) -> Option<Vec<u8>> {
    let bytes = text.as_bytes();
    let (first, last) = (*bytes.first()?, *bytes.last()?);
    if bytes.len() < 2 || first != last {
        return None;
    }
    let inner = &bytes[1..bytes.len() - 1];
    match first {
        b'`' => Some(inner.iter().copied().filter(|b| *b != b'\r').collect()),
        b'"' => {
            if !inner.contains(&b'\\') {
                return Some(inner.to_vec());
            }
            let mut out = Vec::with_capacity(inner.len());
            let mut rest = inner;
            while !rest.is_empty() {
                let (value, is_byte, tail) = unquote_char(rest, b'"')?;
                if is_byte {
                    out.push(value as u8);
                } else {
                    let c = char::from_u32(value)?;
                    out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                }
                rest = tail;
            }
            Some(out)
        }
        _ => None,
    }
}

/// The first character of a quoted text: its value, whether it is a single byte (`\x`, octal), and
/// what follows.
fn unquote_char(s: &[u8], quote: u8) -> Option<(u32, bool, &[u8])> {
    let first = *s.first()?;
    if first == quote {
        return None;
    }
    if first != b'\\' {
        let len = match first {
            0..0x80 => 1,
            0x80..0xe0 => 2,
            0xe0..0xf0 => 3,
            0xf0.. => 4,
        };
        let text = std::str::from_utf8(s.get(..len)?).ok()?;
        return Some((text.chars().next()? as u32, false, &s[len..]));
    }
    let c = *s.get(1)?;
    let rest = &s[2..];
    let simple = |v: u8| Some((u32::from(v), false, rest));
    match c {
        b'a' => simple(7),
        b'b' => simple(8),
        b'f' => simple(12),
        b'n' => simple(b'\n'),
        b'r' => simple(b'\r'),
        b't' => simple(b'\t'),
        b'v' => simple(11),
        b'\\' => simple(b'\\'),
        b'\'' | b'"' => (c == quote).then_some((u32::from(c), false, rest)),
        b'x' | b'u' | b'U' => {
            let n = match c {
                b'x' => 2,
                b'u' => 4,
                _ => 8,
            };
            let digits = std::str::from_utf8(rest.get(..n)?).ok()?;
            let v = u32::from_str_radix(digits, 16).ok()?;
            if c != b'x' {
                char::from_u32(v)?;
            }
            Some((v, c == b'x', &rest[n..]))
        }
        b'0'..=b'7' => {
            let digits = std::str::from_utf8(s.get(1..4)?).ok()?;
            let v = u32::from_str_radix(digits, 8).ok()?;
            (v < 256).then_some((v, true, &s[4..]))
        }
        _ => None,
    }
}

/// A string in double quotes, with what is not printable escaped.
#[must_use]
pub fn quote(s: &[u8]) -> String {
    let mut out = String::with_capacity(s.len() + 2);
    out.push('"');
    for chunk in s.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '"' => out.push_str("\\\""),
                '\\' => out.push_str("\\\\"),
                '\u{7}' => out.push_str("\\a"),
                '\u{8}' => out.push_str("\\b"),
                '\u{c}' => out.push_str("\\f"),
                '\n' => out.push_str("\\n"),
                '\r' => out.push_str("\\r"),
                '\t' => out.push_str("\\t"),
                '\u{b}' => out.push_str("\\v"),
                c if is_print(c) => out.push(c),
                c if c < ' ' || c == '\u{7f}' => out.push_str(&format!("\\x{:02x}", c as u32)),
                c if (c as u32) < 0x10000 => out.push_str(&format!("\\u{:04x}", c as u32)),
                c => out.push_str(&format!("\\U{:08x}", c as u32)),
            }
        }
        for b in chunk.invalid() {
            out.push_str(&format!("\\x{b:02x}"));
        }
    }
    out.push('"');
    out
}

fn is_print(c: char) -> bool {
    if c.is_ascii() {
        return (' '..='~').contains(&c);
    }
    // The first character of a string is escaped if it is a combining mark; hence the letter.
    let text = format!("a{c}");
    !c.is_whitespace() && text.escape_debug().count() == 2
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lit(kind: LitKind, s: &str) -> String {
        make_from_literal(s, kind).to_string()
    }

    #[test]
    fn integers() {
        for (s, want) in [
            ("0", "0"),
            ("0x1F", "31"),
            ("0b1_01", "5"),
            ("0o17", "15"),
            ("017", "15"),
            ("1_000_000", "1000000"),
            ("0xFFFFFFFFFFFFFFFF", "18446744073709551615"),
            ("09", "unknown"),
        ] {
            assert_eq!(lit(LitKind::Int, s), want, "{s}");
        }
    }

    #[test]
    fn floats() {
        for (s, want) in [
            ("0.", "0"),
            ("1e100", "1e+100"),
            ("1.5", "1.5"),
            ("0x1p-2", "0.25"),
            ("0x1.8p1", "3"),
            ("1e-1000", "1e-1000"),
            ("1e1000000", "1e+1000000"),
            ("1e-1000000", "1e-1000000"),
            ("100000.0", "100000"),
            ("1000000.0", "1e+06"),
            ("3.14159265358979", "3.14159"),
            ("0.1", "0.1"),
            ("1e99999999999", "unknown"),
            ("-", "unknown"),
        ] {
            assert_eq!(lit(LitKind::Float, s), want, "{s}");
        }
        assert_eq!(lit(LitKind::Imag, "010i"), "(0 + 10i)");
        assert_eq!(lit(LitKind::Imag, "0x10i"), "(0 + 16i)");
    }

    #[test]
    fn text() {
        assert_eq!(lit(LitKind::Char, r"'a'"), "97");
        assert_eq!(lit(LitKind::Char, r"'\''"), "39");
        assert_eq!(lit(LitKind::Char, r"'\u00e9'"), "233");
        assert_eq!(lit(LitKind::Char, "'世'"), "19990");
        assert_eq!(lit(LitKind::String, r#""a\x00\n\"é世""#), r#""a\x00\n\"é世""#);
        assert_eq!(lit(LitKind::String, "`a\\n\r`"), r#""a\\n""#);
        assert_eq!(lit(LitKind::String, r#""\xff""#), r#""\xff""#);
        assert_eq!(unquote(r#""\'""#), None);
    }
}
