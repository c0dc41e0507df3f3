//! Rune literals, escapes, and the value of string literals. Source: the Go specification, "Rune
//! literals" and "String literals".

use crate::number::base_name;
use crate::scanner::Scanner;
use crate::token::Tok;
use crate::unicode::{quote_char, show_code_point};

impl Scanner<'_> {
    pub(crate) fn rune(&mut self, start: usize) {
        self.i += 1;
        let mut ok = true;
        let mut n = 0;
        loop {
            let Some(c) = self.peek_char() else {
                if ok {
                    self.error_at(start, "rune literal not terminated");
                    ok = false;
                }
                break;
            };
            match c {
                '\'' => {
                    if ok && n == 0 {
                        self.error("empty rune literal or unescaped '");
                        ok = false;
                    } else if ok && n != 1 {
                        self.error_at(start, "more than one character in rune literal");
                        ok = false;
                    }
                    self.i += 1;
                    break;
                }
                '\\' => {
                    self.i += 1;
                    ok &= self.escape(b'\'');
                }
                '\n' => {
                    if ok {
                        self.error("newline in rune literal");
                        ok = false;
                    }
                    break;
                }
                _ => self.i += c.len_utf8(),
            }
            n += 1;
        }
        self.push_literal(Tok::Char, start, ok);
    }

    /// The rest of an escape after its backslash. At the end of the text it is fine: the caller
    /// complains about that.
    pub(crate) fn escape(&mut self, quote: u8) -> bool {
        let (n, base, max) = match self.peek() {
            b if b == quote => {
                self.i += 1;
                return true;
            }
            b'a' | b'b' | b'f' | b'n' | b'r' | b't' | b'v' | b'\\' => {
                self.i += 1;
                return true;
            }
            b'0'..=b'7' => (3, 8, 255),
            b'x' => (2, 16, 255),
            b'u' => (4, 16, 0x10ffff),
            b'U' => (8, 16, 0x10ffff),
            0 => return true,
            _ => {
                self.error("unknown escape");
                return false;
            }
        };
        if base == 16 {
            self.i += 1;
        }
        let mut x = 0u32;
        for _ in 0..n {
            let Some(c) = self.peek_char() else {
                return true;
            };
            let Some(d) = c.to_digit(base) else {
                let shown = quote_char(c);
                self.error(format!("invalid character {shown} in {} escape", base_name(base)));
                return false;
            };
            x = x.wrapping_mul(base).wrapping_add(d);
            self.i += 1;
        }
        if x > max && base == 8 {
            self.error(format!("octal escape value {x} > 255"));
            return false;
        }
        if x > max || (0xd800..0xe000).contains(&x) {
            self.error(format!("escape is invalid Unicode code point {}", show_code_point(x)));
            return false;
        }
        true
    }
}

/// The value of a well-formed string or rune literal (bytes: escapes need not make UTF-8). `None`
/// for anything else.
#[must_use]
pub fn unquote(literal: &str) -> Option<Vec<u8>> {
    let bytes = literal.as_bytes();
    let (&quote, rest) = bytes.split_first()?;
    let (&last, body) = rest.split_last()?;
    if last != quote {
        return None;
    }
    let body_text = &literal[1..literal.len() - 1];
    match quote {
        b'`' => Some(body.iter().copied().filter(|b| *b != b'\r').collect()),
        b'"' | b'\'' if !body.contains(&b'\\') => Some(body.to_vec()),
        b'"' | b'\'' => {
            let mut out = Vec::with_capacity(body.len());
            let mut chars = body_text.chars();
            while let Some(c) = chars.next() {
                if c == '\\' {
                    unescape(&mut chars, &mut out)?;
                } else {
                    out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                }
            }
            Some(out)
        }
        _ => None,
    }
}

fn unescape(chars: &mut std::str::Chars<'_>, out: &mut Vec<u8>) -> Option<()> {
    let c = chars.next()?;
    let mut number = |digits: u32, base: u32, first: u32| {
        let mut x = first;
        for _ in 0..digits {
            x = x.checked_mul(base)?.checked_add(chars.next()?.to_digit(base)?)?;
        }
        Some(x)
    };
    let byte = match c {
        'a' => 7,
        'b' => 8,
        'f' => 12,
        'n' => b'\n',
        'r' => b'\r',
        't' => b'\t',
        'v' => 11,
        '\\' | '\'' | '"' => c as u8,
        '0'..='7' => u8::try_from(number(2, 8, c.to_digit(8)?)?).ok()?,
        'x' => u8::try_from(number(2, 16, 0)?).ok()?,
        'u' | 'U' => {
            let x = char::from_u32(number(if c == 'u' { 4 } else { 8 }, 16, 0)?)?;
            out.extend_from_slice(x.encode_utf8(&mut [0; 4]).as_bytes());
            return Some(());
        }
        _ => return None,
    };
    out.push(byte);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::unquote;

    #[test]
    fn escapes_become_bytes() {
        let value = |s: &str| unquote(s).map(|b| String::from_utf8_lossy(&b).into_owned());
        assert_eq!(value(r#""a\tb\x41\101\u00e9""#).as_deref(), Some("a\tbAAé"));
        assert_eq!(value("`a\r\nb`").as_deref(), Some("a\nb"));
        assert_eq!(value("'\\''").as_deref(), Some("'"));
        assert_eq!(unquote(r#""\xff""#), Some(vec![0xff]));
        assert_eq!(value(r#""\q""#), None);
        assert_eq!(value("\""), None);
    }
}
