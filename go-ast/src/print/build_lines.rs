//! The `//go:build` line and the old `// +build` lines: brought to their place before the package
//! clause, written canonically, and made to say the same. Source: package go/build/constraint.

use super::tabs::ESCAPE;

/// A build constraint.
#[derive(Clone)]
enum Constraint {
    Tag(String),
    Not(Box<Constraint>),
    And(Box<Constraint>, Box<Constraint>),
    Or(Box<Constraint>, Box<Constraint>),
}

use Constraint::{And, Not, Or, Tag};

/// Nested parentheses beyond which a constraint is left as it is.
const MAX_DEPTH: u32 = 500;

/// What follows `//go:build` in a comment that is one.
fn go_build_text(comment: &str) -> Option<&str> {
    let rest = comment.strip_prefix("//go:build")?;
    (rest.is_empty() || rest.starts_with([' ', '\t'])).then(|| rest.trim())
}

/// What follows `+build` in a comment that is one.
fn plus_build_text(comment: &str) -> Option<&str> {
    let rest = comment.strip_prefix("//")?.trim().strip_prefix("+build")?;
    (rest.is_empty() || rest.starts_with([' ', '\t'])).then(|| rest.trim())
}

pub(super) fn is_go_build(comment: &str) -> bool {
    go_build_text(comment).is_some()
}

pub(super) fn is_plus_build(comment: &str) -> bool {
    plus_build_text(comment).is_some()
}

impl Constraint {
    fn show(&self) -> String {
        let or_in_parens = |x: &Constraint| match x {
            Or(..) => format!("({})", x.show()),
            _ => x.show(),
        };
        let and_in_parens = |x: &Constraint| match x {
            And(..) => format!("({})", x.show()),
            _ => x.show(),
        };
        match self {
            Tag(t) => t.clone(),
            Not(x) => match **x {
                And(..) | Or(..) => format!("!({})", x.show()),
                _ => format!("!{}", x.show()),
            },
            And(x, y) => format!("{} && {}", or_in_parens(x), or_in_parens(y)),
            Or(x, y) => format!("{} || {}", and_in_parens(x), and_in_parens(y)),
        }
    }
}

struct Reader<'a> {
    rest: &'a str,
    depth: u32,
}

impl Reader<'_> {
    fn take(&mut self, token: &str) -> bool {
        self.rest = self.rest.trim_start_matches([' ', '\t']);
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn or(&mut self) -> Option<Constraint> {
        let mut x = self.and()?;
        while self.take("||") {
            x = Or(Box::new(x), Box::new(self.and()?));
        }
        Some(x)
    }

    fn and(&mut self) -> Option<Constraint> {
        let mut x = self.not()?;
        while self.take("&&") {
            x = And(Box::new(x), Box::new(self.not()?));
        }
        Some(x)
    }

    fn not(&mut self) -> Option<Constraint> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return None;
        }
        if self.take("!") {
            if self.take("!") {
                return None;
            }
            return Some(Not(Box::new(self.not()?)));
        }
        if self.take("(") {
            let x = self.or()?;
            return self.take(")").then_some(x);
        }
        let is_tag =
            |c: char| go_lexer::unicode::is_letter(c) || go_lexer::unicode::is_digit(c) || c == '_' || c == '.';
        let end = self.rest.find(|c| !is_tag(c)).unwrap_or(self.rest.len());
        let (tag, rest) = self.rest.split_at(end);
        self.rest = rest;
        (!tag.is_empty()).then(|| Tag(tag.to_owned()))
    }
}

fn parse(comment: &str) -> Option<Constraint> {
    if let Some(text) = go_build_text(comment) {
        let mut r = Reader { rest: text, depth: 0 };
        let x = r.or()?;
        return r.rest.trim().is_empty().then_some(x);
    }
    let mut all = None;
    for clause in plus_build_text(comment)?.split_whitespace() {
        let mut ands = None;
        for lit in clause.split(',') {
            let (negated, tag) = match lit.strip_prefix('!') {
                Some(tag) => (true, tag),
                None => (false, lit),
            };
            let valid = !tag.is_empty() && !tag.contains(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.'));
            let x = Tag(if valid { tag } else { "ignore" }.to_owned());
            let x = if negated && valid { Not(Box::new(x)) } else { x };
            ands = Some(match ands {
                None => x,
                Some(a) => And(Box::new(a), Box::new(x)),
            });
        }
        let clause = ands?;
        all = Some(match all {
            None => clause,
            Some(a) => Or(Box::new(a), Box::new(clause)),
        });
    }
    Some(all.unwrap_or(Tag("ignore".to_owned())))
}

/// The operands of a chain of one operator.
fn operands(x: &Constraint, is_and: bool, out: &mut Vec<Constraint>) {
    match x {
        And(l, r) if is_and => {
            operands(l, true, out);
            operands(r, true, out);
        }
        Or(l, r) if !is_and => {
            operands(l, false, out);
            operands(r, false, out);
        }
        _ => out.push(x.clone()),
    }
}

/// The `// +build` lines that say the same as `x`.
fn plus_build_lines(x: Constraint) -> Vec<String> {
    let mut lines: Vec<Vec<Vec<String>>> = Vec::new();
    let mut ors = Vec::new();
    operands(&negations_down(x, false), true, &mut ors);
    for or in &ors {
        let mut alternatives = Vec::new();
        operands(or, false, &mut alternatives);
        let mut line = Vec::new();
        for a in &alternatives {
            let mut lits = Vec::new();
            operands(a, true, &mut lits);
            if lits.iter().any(|l| matches!(l, And(..) | Or(..))) {
                return vec!["// +build error: expression too complex for // +build lines".to_owned()];
            }
            line.push(lits.iter().map(Constraint::show).collect());
        }
        lines.push(line);
    }
    if lines.iter().all(|l| l.len() == 1) {
        lines = vec![vec![lines.into_iter().flatten().flatten().collect()]];
    }
    lines
        .iter()
        .map(|l| {
            let clauses: Vec<String> = l.iter().map(|c| c.join(",")).collect();
            format!("// +build {}", clauses.join(" "))
        })
        .collect()
}

/// `x`, or its negation, with negations at the tags only.
fn negations_down(x: Constraint, negate: bool) -> Constraint {
    let pair =
        |x: Constraint, y: Constraint| (Box::new(negations_down(x, negate)), Box::new(negations_down(y, negate)));
    match x {
        Tag(_) if negate => Not(Box::new(x)),
        Tag(_) => x,
        Not(x) => negations_down(*x, !negate),
        And(x, y) => {
            let (x, y) = pair(*x, *y);
            if negate { Or(x, y) } else { And(x, y) }
        }
        Or(x, y) => {
            let (x, y) = pair(*x, *y);
            if negate { And(x, y) } else { Or(x, y) }
        }
    }
}

fn is_newline(b: u8) -> bool {
    b == b'\n' || b == b'\x0c'
}

/// The line of `out` that starts at `start`, with its end.
fn line_at(out: &[u8], start: usize) -> &[u8] {
    let rest = &out[start..];
    let n = rest.iter().position(|b| is_newline(*b)).map_or(rest.len(), |n| n + 1);
    &rest[..n]
}

fn comment_at(out: &[u8], start: usize) -> String {
    let line = line_at(out, start);
    let text: Vec<u8> = line.iter().copied().filter(|b| *b != ESCAPE && !is_newline(*b)).collect();
    String::from_utf8_lossy(&text).into_owned()
}

/// Appends whole lines without doubling blank ones.
fn append_lines(x: &mut Vec<u8>, y: &[u8]) {
    let blank_before = x.is_empty() || x.len() >= 2 && x[x.len() - 2..].iter().all(|b| is_newline(*b));
    let y = if blank_before && y.first().is_some_and(|b| is_newline(*b)) { &y[1..] } else { y };
    x.extend_from_slice(y);
}

/// Puts the build lines of unaligned output in order; `go_build` and `plus_build` are where such
/// comments start in it.
pub(super) fn fix(out: &mut Vec<u8>, go_build: &[usize], plus_build: &[usize]) {
    if go_build.is_empty() && plus_build.is_empty() {
        return;
    }
    // The latest place: after the last blank line before anything but comments.
    let mut insert = 0;
    let mut pos = 0;
    loop {
        let mut blank = true;
        while matches!(out.get(pos), Some(b' ' | b'\t')) {
            pos += 1;
        }
        if out.get(pos..pos + 3) == Some(&[ESCAPE, b'/', b'/']) && pos + 3 < out.len() {
            blank = false;
            while out.get(pos).is_some_and(|b| !is_newline(*b)) {
                pos += 1;
            }
        }
        if !out.get(pos).is_some_and(|b| is_newline(*b)) {
            break;
        }
        pos += 1;
        if blank {
            insert = pos;
        }
    }
    match (go_build.first(), plus_build.first()) {
        (Some(&g), _) if g < insert => insert = g,
        (_, Some(&p)) if p < insert => insert = p,
        _ => {}
    }

    let x = match go_build {
        [] => {
            let mut all: Option<Option<Constraint>> = None;
            for &p in plus_build {
                let y = parse(&comment_at(out, p));
                all = Some(match (all, y) {
                    (None, y) => y,
                    (Some(Some(x)), Some(y)) => Some(And(Box::new(x), Box::new(y))),
                    _ => None,
                });
            }
            all.flatten()
        }
        [one] => parse(&comment_at(out, *one)),
        _ => None,
    };
    let mut block = Vec::new();
    match x {
        None => {
            for &p in go_build.iter().chain(plus_build) {
                block.extend_from_slice(line_at(out, p));
            }
        }
        Some(x) => {
            let mut lines = vec![format!("//go:build {}", x.show())];
            if !plus_build.is_empty() {
                lines.extend(plus_build_lines(x));
            }
            for line in lines {
                block.push(ESCAPE);
                block.extend_from_slice(line.as_bytes());
                block.extend_from_slice(&[ESCAPE, b'\n']);
            }
        }
    }
    block.push(b'\n');

    let mut delete: Vec<usize> = go_build.iter().chain(plus_build).copied().collect();
    delete.sort_unstable();
    let mut after = Vec::new();
    let mut start = insert;
    for end in delete {
        if end >= start {
            append_lines(&mut after, &out[start..end]);
            start = end + line_at(out, end).len();
        }
    }
    append_lines(&mut after, &out[start..]);
    if after.len() >= 2 && after[after.len() - 2..].iter().all(|b| is_newline(*b)) {
        after.pop();
    }
    out.truncate(insert);
    out.extend_from_slice(&block);
    out.extend_from_slice(&after);
}
