//! Values of literals.

/// The value of a string or character literal, without its quotes and escapes.
pub(crate) fn unquote(text: &str) -> Option<String> {
    let bytes = unquote_bytes(text)?;
    String::from_utf8(bytes).ok()
}

/// The bytes that a quoted literal stands for.
pub(crate) fn unquote_bytes(text: &str) -> Option<Vec<u8>> {
    let quote = text.chars().next()?;
    let inner = text.get(1..text.len().checked_sub(1)?)?;
    let mut out = Vec::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            continue;
        }
        let simple = match chars.next()? {
            'a' => 7,
            'b' => 8,
            'f' => 12,
            'n' => b'\n',
            'r' => b'\r',
            't' => b'\t',
            'v' => 11,
            '\\' => b'\\',
            c @ ('\'' | '"') if c == quote => c as u8,
            'x' => digits(&mut chars, 2, 16)? as u8,
            'u' => {
                push_char(&mut out, digits(&mut chars, 4, 16)?)?;
                continue;
            }
            'U' => {
                push_char(&mut out, digits(&mut chars, 8, 16)?)?;
                continue;
            }
            c @ '0'..='7' => {
                let rest = digits(&mut chars, 2, 8)?;
                u8::try_from(c.to_digit(8)? * 64 + rest).ok()?
            }
            _ => return None,
        };
        out.push(simple);
    }
    Some(out)
}

fn digits(chars: &mut std::str::Chars<'_>, count: usize, radix: u32) -> Option<u32> {
    let mut value = 0;
    for _ in 0..count {
        value = value * radix + chars.next()?.to_digit(radix)?;
    }
    Some(value)
}

fn push_char(out: &mut Vec<u8>, value: u32) -> Option<()> {
    let c = char::from_u32(value)?;
    out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    Some(())
}

/// The value of an integer literal, with a prefix for its base.
pub(crate) fn parse_int(text: &str) -> Result<u64, String> {
    let lower = text.to_ascii_lowercase();
    let (digits, radix) = match lower.as_bytes() {
        [b'0', b'x', ..] => (&lower[2..], 16),
        [b'0', b'b', ..] => (&lower[2..], 2),
        [b'0', b'o', ..] => (&lower[2..], 8),
        [b'0', _, ..] => (&lower[1..], 8),
        _ => (&lower[..], 10),
    };
    let digits = digits.replace('_', "");
    u64::from_str_radix(&digits, radix).map_err(|e| {
        let what = match e.kind() {
            std::num::IntErrorKind::PosOverflow => "value out of range",
            _ => "invalid syntax",
        };
        format!("strconv.ParseUint: parsing {text:?}: {what}")
    })
}

/// The value of a floating-point literal.
pub(crate) fn parse_float(text: &str) -> Option<f64> {
    let lower = text.replace('_', "").to_ascii_lowercase();
    let Some(hex) = lower.strip_prefix("0x") else { return lower.parse().ok() };
    let (mantissa, exponent) = hex.split_once('p')?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let mut value = 0.0;
    for d in whole.chars().chain(fraction.chars()) {
        value = value * 16.0 + f64::from(d.to_digit(16)?);
    }
    let exponent: i32 = exponent.parse().ok()?;
    Some(value * 2f64.powi(exponent - 4 * fraction.len() as i32))
}
