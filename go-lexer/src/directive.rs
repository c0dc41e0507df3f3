//! Comments that mean something: `//line` and `//go:build`. Source: cmd/compile's documentation and
//! package go/build/constraint.

/// What a `//line` directive says; offsets count from the start of the text after `line `.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LineParts {
    /// File name as written (empty: see `keep_file`).
    pub file: String,
    /// The name was empty and a column was given: the previous name holds on.
    pub keep_file: bool,
    /// Line number.
    pub line: u32,
    /// Column, 0 if there was none.
    pub column: u32,
}

const POS_MAX: u64 = 1 << 30;

/// The number after the last colon: offset of its first byte, and its value if it is a number.
fn trailing_digits(text: &str) -> Option<(usize, Option<u64>)> {
    let colon = text.rfind(':')?;
    let digits = &text[colon + 1..];
    let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    Some((colon + 1, if plain { digits.parse().ok() } else { None }))
}

/// Parses the text after `line `. `Ok(None)`: not a line directive after all. An error is a message
/// and the offset in `text` that it is about.
pub fn parse_line_directive(text: &str) -> Result<Option<LineParts>, (usize, String)> {
    let Some((i, number)) = trailing_digits(text) else {
        return Ok(None);
    };
    let bad_line = |i: usize, text: &str| Err((i, format!("invalid line number: {}", &text[i..])));
    let Some(n) = number else {
        return bad_line(i, text);
    };
    let (line_at, line, column, kept) = match trailing_digits(&text[..i - 1]) {
        Some((i2, Some(n2))) => {
            if n == 0 || n > POS_MAX {
                return Err((i, format!("invalid column number: {}", &text[i..])));
            }
            (i2, n2, n, &text[..i - 1])
        }
        _ => (i, n, 0, text),
    };
    if line == 0 || line > POS_MAX {
        return bad_line(line_at, kept);
    }
    let file = &kept[..line_at - 1];
    Ok(Some(LineParts {
        file: file.to_owned(),
        keep_file: file.is_empty() && column != 0,
        line: line as u32,
        column: column as u32,
    }))
}

/// The language version that a `//go:build` line (without the slashes) asks for, as (1, N): the
/// least one under which its expression can hold. `None` if it implies none or does not parse.
#[must_use]
pub fn go_build_version(text: &str) -> Option<(u32, u32)> {
    let expr = text.strip_prefix("go:build")?;
    if !expr.starts_with([' ', '\t']) {
        return None;
    }
    let mut p = Constraint { rest: expr.trim_matches([' ', '\t', '\r']), depth: 0 };
    let v = p.or(Sign::Positive)?;
    p.space();
    if !p.rest.is_empty() || v < 0 {
        return None;
    }
    Some((1, v as u32))
}

/// Whether the least version is asked of an expression or of its negation.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sign {
    Positive,
    Negative,
}

impl Sign {
    fn flipped(self) -> Sign {
        match self {
            Sign::Positive => Sign::Negative,
            Sign::Negative => Sign::Positive,
        }
    }
}

/// A recursive-descent reader of build constraints that computes the version on the way: the value
/// is -1 where nothing is implied.
struct Constraint<'a> {
    rest: &'a str,
    depth: u32,
}

impl Constraint<'_> {
    fn space(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t']);
    }

    fn take(&mut self, token: &str) -> bool {
        self.space();
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn or(&mut self, sign: Sign) -> Option<i64> {
        let mut v = self.and(sign)?;
        while self.take("||") {
            let w = self.and(sign)?;
            v = if sign == Sign::Positive { v.min(w) } else { v.max(w) };
        }
        Some(v)
    }

    fn and(&mut self, sign: Sign) -> Option<i64> {
        let mut v = self.not(sign)?;
        while self.take("&&") {
            let w = self.not(sign)?;
            v = if sign == Sign::Positive { v.max(w) } else { v.min(w) };
        }
        Some(v)
    }

    fn not(&mut self, sign: Sign) -> Option<i64> {
        self.depth += 1;
        if self.depth > 1000 {
            return None;
        }
        if self.take("!") {
            self.space();
            if self.rest.starts_with('!') {
                return None; // double negation is not allowed
            }
            return self.not(sign.flipped());
        }
        if self.take("(") {
            let v = self.or(sign)?;
            return self.take(")").then_some(v);
        }
        self.space();
        let is_tag = |c: char| crate::unicode::is_letter(c) || crate::unicode::is_digit(c) || c == '_' || c == '.';
        let end = self.rest.find(|c| !is_tag(c)).unwrap_or(self.rest.len());
        let (tag, rest) = self.rest.split_at(end);
        if tag.is_empty() {
            return None;
        }
        self.rest = rest;
        if sign == Sign::Negative {
            return Some(-1);
        }
        if tag == "go1" {
            return Some(0);
        }
        let minor = tag.split_once("go1.").map_or("", |(_, v)| v);
        Some(minor.parse::<u32>().map_or(-1, i64::from))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_follow_the_expression() {
        assert_eq!(go_build_version("go:build go1.21"), Some((1, 21)));
        assert_eq!(go_build_version("go:build linux && go1.18 || go1.20"), Some((1, 18)));
        assert_eq!(go_build_version("go:build (go1.18 && go1.20)"), Some((1, 20)));
        assert_eq!(go_build_version("go:build !go1.20"), None);
        assert_eq!(go_build_version("go:build !(!go1.20)"), Some((1, 20)));
        assert_eq!(go_build_version("go:build linux"), None);
        assert_eq!(go_build_version("go:build go1"), Some((1, 0)));
        assert_eq!(go_build_version("go:build (go1.20"), None);
    }

    #[test]
    fn line_directives_have_one_or_two_numbers() {
        let parts = |t: &str| parse_line_directive(t).unwrap().unwrap();
        assert_eq!(parts("a.go:10"), LineParts { file: "a.go".into(), keep_file: false, line: 10, column: 0 });
        assert_eq!(
            parts("c:\\a.go:10:7"),
            LineParts { file: "c:\\a.go".into(), keep_file: false, line: 10, column: 7 }
        );
        assert!(parts(":3:4").keep_file);
        assert_eq!(parse_line_directive("nothing"), Ok(None));
        assert_eq!(parse_line_directive("a.go:x"), Err((5, "invalid line number: x".into())));
        assert_eq!(parse_line_directive("a.go:0"), Err((5, "invalid line number: 0".into())));
        assert_eq!(parse_line_directive("a.go:1:0"), Err((7, "invalid column number: 0".into())));
    }
}
