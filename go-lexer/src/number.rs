//! Number literals. Source: the Go specification, "Integer literals" to "Imaginary literals".

use crate::scanner::Scanner;
use crate::token::Tok;
use crate::unicode::quote_char;

/// What a run of digits had.
#[derive(Clone, Copy, Default)]
struct Seen {
    digit: bool,
    separator: bool,
}

pub(crate) fn base_name(base: u32) -> &'static str {
    match base {
        2 => "binary",
        8 => "octal",
        10 => "decimal",
        _ => "hexadecimal",
    }
}

impl Scanner<'_> {
    /// Digits and separators. Up to base 10 any decimal digit is taken, and the first one that is
    /// too large is noted in `invalid`.
    fn digits(&mut self, base: u32, seen: &mut Seen, invalid: &mut Option<usize>) {
        loop {
            let b = self.peek();
            match b {
                b'_' => seen.separator = true,
                b'0'..=b'9' => {
                    seen.digit = true;
                    if u32::from(b - b'0') >= base && invalid.is_none() {
                        *invalid = Some(self.i);
                    }
                }
                b'a'..=b'f' | b'A'..=b'F' if base == 16 => seen.digit = true,
                _ => return,
            }
            self.i += 1;
        }
    }

    /// A number that starts at `start` with a digit or with a point before a digit.
    pub(crate) fn number(&mut self, start: usize) {
        let mut ok = true;
        let mut kind = Tok::Int;
        let mut base = 10;
        let mut prefix = 0u8; // one of 0, '0', 'x', 'o', 'b'
        let mut seen = Seen::default();
        let mut invalid = None;
        let mut point = false;

        if self.peek() == b'.' {
            self.i += 1;
            point = true;
        } else {
            if self.peek() == b'0' {
                self.i += 1;
                (base, prefix) = match self.peek() | 0x20 {
                    b'x' => (16, b'x'),
                    b'o' => (8, b'o'),
                    b'b' => (2, b'b'),
                    _ => (8, b'0'),
                };
                if prefix == b'0' {
                    seen.digit = true;
                } else {
                    self.i += 1;
                }
            }
            self.digits(base, &mut seen, &mut invalid);
            if self.peek() == b'.' {
                if prefix == b'o' || prefix == b'b' {
                    self.error(format!("invalid radix point in {} literal", base_name(base)));
                    ok = false;
                }
                self.i += 1;
                point = true;
            }
        }
        if point {
            kind = Tok::Float;
            self.digits(base, &mut seen, &mut invalid);
        }
        if !seen.digit && ok {
            self.error(format!("{} literal has no digits", base_name(base)));
            ok = false;
        }

        let e = self.peek() | 0x20;
        if self.peek() != 0 && (e == b'e' || e == b'p') {
            if ok {
                let shown = quote_char(char::from(self.peek()));
                if e == b'e' && prefix != 0 && prefix != b'0' {
                    self.error(format!("{shown} exponent requires decimal mantissa"));
                    ok = false;
                } else if e == b'p' && prefix != b'x' {
                    self.error(format!("{shown} exponent requires hexadecimal mantissa"));
                    ok = false;
                }
            }
            self.i += 1;
            kind = Tok::Float;
            if matches!(self.peek(), b'+' | b'-') {
                self.i += 1;
            }
            let mut exponent = Seen { digit: false, separator: seen.separator };
            self.digits(10, &mut exponent, &mut None);
            seen = exponent;
            if !seen.digit && ok {
                self.error("exponent has no digits");
                ok = false;
            }
        } else if prefix == b'x' && kind == Tok::Float && ok {
            self.error("hexadecimal mantissa requires a 'p' exponent");
            ok = false;
        }

        if self.peek() == b'i' {
            kind = Tok::Imag;
            self.i += 1;
        }

        if let (Tok::Int, Some(at), true) = (kind, invalid, ok) {
            let digit = quote_char(char::from(self.bytes[at]));
            self.error_at(at, format!("invalid digit {digit} in {} literal", base_name(base)));
            ok = false;
        }
        if seen.separator
            && ok
            && let Some(at) = invalid_separator(&self.bytes[start..self.i])
        {
            self.error_at(start + at, "'_' must separate successive digits");
            ok = false;
        }
        self.push_literal(kind, start, ok);
    }
}

/// The index of the first `_` of a number that does not stand between digits (a base prefix counts
/// as one).
fn invalid_separator(x: &[u8]) -> Option<usize> {
    #[derive(PartialEq, Clone, Copy)]
    enum Prev {
        Separator,
        Digit,
        Other,
    }
    let mut prev = Prev::Other;
    let mut hex = false;
    let mut i = 0;
    if x.len() >= 2 && x[0] == b'0' && matches!(x[1] | 0x20, b'x' | b'o' | b'b') {
        hex = x[1] | 0x20 == b'x';
        prev = Prev::Digit;
        i = 2;
    }
    while i < x.len() {
        let b = x[i];
        if b == b'_' {
            if prev != Prev::Digit {
                return Some(i);
            }
            prev = Prev::Separator;
        } else if b.is_ascii_digit() || hex && b.is_ascii_hexdigit() {
            prev = Prev::Digit;
        } else {
            if prev == Prev::Separator {
                return Some(i - 1);
            }
            prev = Prev::Other;
        }
        i += 1;
    }
    (prev == Prev::Separator).then(|| x.len() - 1)
}
