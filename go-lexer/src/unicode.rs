//! Character classes of Go source text, and the two ways in which Go's error messages show a
//! character (`%q` and `%#U` of package fmt).

use crate::unicode_tables::{DIGIT, LETTER, PRINT, UPPER};
use std::fmt::Write;

/// Whether `c` lies inside the property whose changes `table` lists.
fn inside(table: &[u32], c: char) -> bool {
    table.partition_point(|&change| change <= c as u32) % 2 == 1
}

/// A letter in the sense of the Go specification without `_`.
#[must_use]
pub fn is_letter(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_alphabetic() } else { inside(&LETTER, c) }
}

/// A decimal digit of any script.
#[must_use]
pub fn is_digit(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_digit() } else { inside(&DIGIT, c) }
}

/// An upper-case letter (category Lu): names that start with one are exported.
#[must_use]
pub fn is_upper(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_uppercase() } else { inside(&UPPER, c) }
}

/// Whether Go's quoting leaves `c` as it is.
#[must_use]
pub fn is_print(c: char) -> bool {
    if c.is_ascii() { (' '..='~').contains(&c) } else { inside(&PRINT, c) }
}

/// Whether a name is exported.
#[must_use]
pub fn is_exported(name: &str) -> bool {
    name.chars().next().is_some_and(is_upper)
}

/// `c` as a Go character literal: `%q`.
#[must_use]
pub fn quote_char(c: char) -> String {
    match c {
        '\'' => "'\\''".to_owned(),
        '\\' => "'\\\\'".to_owned(),
        '\x07' => "'\\a'".to_owned(),
        '\x08' => "'\\b'".to_owned(),
        '\x0c' => "'\\f'".to_owned(),
        '\n' => "'\\n'".to_owned(),
        '\r' => "'\\r'".to_owned(),
        '\t' => "'\\t'".to_owned(),
        '\x0b' => "'\\v'".to_owned(),
        _ if is_print(c) => format!("'{c}'"),
        _ if (c as u32) < 0x80 => format!("'\\x{:02x}'", c as u32),
        _ if (c as u32) < 0x10000 => format!("'\\u{:04x}'", c as u32),
        _ => format!("'\\U{:08x}'", c as u32),
    }
}

/// A code point as `U+0040 '@'`: `%#U`.
#[must_use]
pub fn show_code_point(c: u32) -> String {
    let mut s = format!("U+{c:04X}");
    if let Some(c) = char::from_u32(c).filter(|c| is_print(*c)) {
        let _ = write!(s, " '{c}'");
    }
    s
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_follow_the_character_database() {
        assert!(is_letter('é') && is_letter('本') && !is_letter('€') && !is_letter('_'));
        assert!(is_digit('٣') && !is_digit('²'));
        assert!(is_exported("Ähre") && !is_exported("ähre") && !is_exported("_X"));
        assert_eq!(show_code_point('@' as u32), "U+0040 '@'");
        assert_eq!(show_code_point(7), "U+0007");
        assert_eq!(quote_char('\u{feff}'), "'\\ufeff'");
    }
}
