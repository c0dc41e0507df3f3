//! Finds the constraint lines in a file's leading comments.

use super::ConstraintError;

/// The constraint of a file, as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BuildLine<'a> {
    /// Neither form is present.
    None,
    /// The one `//go:build` line.
    GoBuild(&'a str),
    /// What follows `// +build` on each such line; only looked for without a `//go:build` line.
    PlusBuild(Vec<&'a str>),
}

fn trim(mut s: &[u8]) -> &[u8] {
    while let [b' ' | b'\t' | b'\r' | b'\n' | 0x0b | 0x0c, rest @ ..] = s {
        s = rest;
    }
    while let [rest @ .., b' ' | b'\t' | b'\r' | b'\n' | 0x0b | 0x0c] = s {
        s = rest;
    }
    s
}

fn is_go_build(line: &[u8]) -> bool {
    line.strip_prefix(b"//go:build").is_some_and(|rest| rest.is_empty() || trim(rest).len() < rest.len())
}

fn next_line(p: &[u8]) -> (&[u8], &[u8]) {
    match p.iter().position(|&b| b == b'\n') {
        Some(i) => (&p[..i], &p[i + 1..]),
        None => (p, &[]),
    }
}

/// Looks through the comments before the package clause. A second `//go:build` line is an error.
///
/// `// +build` lines count only in the leading run of `//` comments that a blank line ends.
pub fn build_line(source: &[u8]) -> Result<BuildLine<'_>, ConstraintError> {
    let content = source.strip_prefix(b"\xef\xbb\xbf").unwrap_or(source);
    let mut go_build: Option<&[u8]> = None;
    let mut old_end = 0;
    let mut ended = false;
    let mut saw_old = false;
    let mut in_block = false;
    let mut p = content;
    'lines: while !p.is_empty() {
        let (line, rest) = next_line(p);
        p = rest;
        let mut line = trim(line);
        if line.is_empty() && !ended {
            old_end = content.len() - p.len();
            continue;
        }
        if !line.starts_with(b"//") {
            ended = true;
        }
        if !in_block && line.starts_with(b"//") {
            if is_go_build(line) {
                if go_build.is_some() {
                    return Err(ConstraintError::Multiple);
                }
                go_build = Some(line);
            } else if !saw_old && line.windows(6).any(|w| w == b"+build") {
                saw_old = true;
            }
        }
        while !line.is_empty() {
            if in_block {
                match line.windows(2).position(|w| w == b"*/") {
                    Some(i) => {
                        in_block = false;
                        line = trim(&line[i + 2..]);
                    }
                    None => continue 'lines,
                }
            } else if line.starts_with(b"//") {
                continue 'lines;
            } else if line.starts_with(b"/*") {
                in_block = true;
                line = trim(&line[2..]);
            } else {
                break 'lines;
            }
        }
    }
    if let Some(line) = go_build {
        return match std::str::from_utf8(line) {
            Ok(text) => Ok(BuildLine::GoBuild(text)),
            Err(_) => Err(ConstraintError::Syntax("invalid syntax at \u{fffd}".into())),
        };
    }
    if !saw_old {
        return Ok(BuildLine::None);
    }
    let mut lines = Vec::new();
    let mut p = &content[..old_end];
    while !p.is_empty() {
        let (line, rest) = next_line(p);
        p = rest;
        let Some(body) = trim(line).strip_prefix(b"//") else {
            continue;
        };
        let Some(expr) = trim(body).strip_prefix(b"+build") else {
            continue;
        };
        let trimmed = trim(expr);
        if !expr.is_empty() && trimmed.len() == expr.len() {
            continue;
        }
        if let Ok(text) = std::str::from_utf8(trimmed) {
            lines.push(text);
        }
    }
    Ok(if lines.is_empty() { BuildLine::None } else { BuildLine::PlusBuild(lines) })
}
