//! Constraint expressions: tags joined by `&&`, `||`, `!` and parentheses.
//!
//! Grammar and messages are those of Go's go/build/constraint.

/// A parsed constraint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expr {
    /// A tag.
    Tag(String),
    /// Negation.
    Not(Box<Expr>),
    /// Both.
    And(Box<Expr>, Box<Expr>),
    /// Either.
    Or(Box<Expr>, Box<Expr>),
}

/// A malformed constraint: the user's file. Prints as cmd/go prints it after the file's name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConstraintError {
    /// The expression does not parse.
    #[error("parsing //go:build line: {0}")]
    Syntax(String),
    /// More than one line.
    #[error("multiple //go:build comments")]
    Multiple,
}

const MAX_TERMS: usize = 1000;

struct Parser<'a> {
    s: &'a str,
    i: usize,
    tok: &'a str,
    is_tag: bool,
    size: usize,
}

fn syntax(msg: impl Into<String>) -> ConstraintError {
    ConstraintError::Syntax(msg.into())
}

/// Parses the text of a `//go:build` line (with or without that prefix).
pub fn parse(line: &str) -> Result<Expr, ConstraintError> {
    let text = line.trim();
    let text = text.strip_prefix("//go:build").unwrap_or(text);
    let mut p = Parser { s: text, i: 0, tok: "", is_tag: false, size: 0 };
    let x = p.or()?;
    if p.tok.is_empty() { Ok(x) } else { Err(syntax(format!("unexpected token {}", p.tok))) }
}

impl<'a> Parser<'a> {
    fn or(&mut self) -> Result<Expr, ConstraintError> {
        let mut x = self.and()?;
        while self.tok == "||" {
            x = Expr::Or(Box::new(x), Box::new(self.and()?));
        }
        Ok(x)
    }

    fn and(&mut self) -> Result<Expr, ConstraintError> {
        let mut x = self.not()?;
        while self.tok == "&&" {
            x = Expr::And(Box::new(x), Box::new(self.not()?));
        }
        Ok(x)
    }

    fn not(&mut self) -> Result<Expr, ConstraintError> {
        self.size += 1;
        if self.size > MAX_TERMS {
            return Err(syntax("build expression too large"));
        }
        self.lex()?;
        if self.tok == "!" {
            self.lex()?;
            if self.tok == "!" {
                return Err(syntax("double negation not allowed"));
            }
            return Ok(Expr::Not(Box::new(self.atom()?)));
        }
        self.atom()
    }

    fn atom(&mut self) -> Result<Expr, ConstraintError> {
        if self.tok == "(" {
            let x = self.or().map_err(|e| match e {
                ConstraintError::Syntax(m) if m == "unexpected end of expression" => syntax("missing close paren"),
                ConstraintError::Syntax(_) | ConstraintError::Multiple => e,
            })?;
            if self.tok != ")" {
                return Err(syntax("missing close paren"));
            }
            self.lex()?;
            return Ok(x);
        }
        if !self.is_tag {
            return Err(if self.tok.is_empty() {
                syntax("unexpected end of expression")
            } else {
                syntax(format!("unexpected token {}", self.tok))
            });
        }
        let tag = self.tok.to_owned();
        self.lex()?;
        Ok(Expr::Tag(tag))
    }

    fn lex(&mut self) -> Result<(), ConstraintError> {
        self.is_tag = false;
        let bytes = self.s.as_bytes();
        while self.i < bytes.len() && matches!(bytes[self.i], b' ' | b'\t') {
            self.i += 1;
        }
        let Some(&b) = bytes.get(self.i) else {
            self.tok = "";
            return Ok(());
        };
        let start = self.i;
        match b {
            b'(' | b')' | b'!' => self.i += 1,
            b'&' | b'|' => {
                if bytes.get(self.i + 1) != Some(&b) {
                    return Err(syntax(format!("invalid syntax at {}", b as char)));
                }
                self.i += 2;
            }
            _ => {
                let rest = &self.s[start..];
                let len = rest.find(|c| !is_tag_char(c)).unwrap_or(rest.len());
                if len == 0 {
                    let c = rest.chars().next().unwrap_or('\u{fffd}');
                    return Err(syntax(format!("invalid syntax at {c}")));
                }
                self.i += len;
                self.is_tag = true;
            }
        }
        self.tok = &self.s[start..self.i];
        Ok(())
    }
}

fn is_tag_char(c: char) -> bool {
    c.is_alphabetic() || c.is_numeric() || c == '_' || c == '.'
}

/// Parses what follows `// +build`: options separated by spaces are alternatives, terms separated
/// by commas must all hold. Nothing is returned if there are too many terms; such a line is ignored.
pub fn parse_plus_build(text: &str) -> Option<Expr> {
    const MAX_OLD: usize = 100;
    let ignore = || Expr::Tag("ignore".into());
    let mut size = 0;
    let mut x: Option<Expr> = None;
    for clause in text.split_whitespace() {
        let mut y: Option<Expr> = None;
        for lit in clause.split(',') {
            let z = if lit.starts_with("!!") || lit == "!" {
                ignore()
            } else {
                let (neg, name) = lit.strip_prefix('!').map_or((false, lit), |n| (true, n));
                let tag =
                    if !name.is_empty() && name.chars().all(is_tag_char) { Expr::Tag(name.into()) } else { ignore() };
                if neg { Expr::Not(Box::new(tag)) } else { tag }
            };
            y = Some(match y {
                None => z,
                Some(y) => {
                    size += 1;
                    Expr::And(Box::new(y), Box::new(z))
                }
            });
        }
        let y = y.unwrap_or_else(ignore);
        x = Some(match x {
            None => y,
            Some(x) => {
                size += 1;
                Expr::Or(Box::new(x), Box::new(y))
            }
        });
        if size > MAX_OLD {
            return None;
        }
    }
    Some(x.unwrap_or_else(ignore))
}

impl Expr {
    /// Evaluates with a predicate over tags.
    pub fn eval(&self, has: &mut dyn FnMut(&str) -> bool) -> bool {
        match self {
            Expr::Tag(t) => has(t),
            Expr::Not(x) => !x.eval(has),
            Expr::And(x, y) => x.eval(has) && y.eval(has),
            Expr::Or(x, y) => x.eval(has) || y.eval(has),
        }
    }

    /// The minor Go version without which the expression cannot hold, judged by structure alone.
    pub fn go_version(&self) -> Option<u32> {
        u32::try_from(self.min_version(true)).ok()
    }

    fn min_version(&self, positive: bool) -> i64 {
        match self {
            Expr::And(x, y) | Expr::Or(x, y) => {
                let (a, b) = (x.min_version(positive), y.min_version(positive));
                let is_and = matches!(self, Expr::And(..)) == positive;
                if is_and { a.max(b) } else { a.min(b) }
            }
            Expr::Not(x) => x.min_version(!positive),
            Expr::Tag(_) if !positive => -1,
            Expr::Tag(t) if t == "go1" => 0,
            Expr::Tag(t) => t.strip_prefix("go1.").and_then(|n| n.parse::<u32>().ok()).map_or(-1, i64::from),
        }
    }
}
