//! `ERROR "rx"` comments: each must be met by an error on its line, and each error by a comment.
//!
//! The form is that of Go's own test files: `ERROR "rx"` or `ERROR "rx" "rx"` in a comment at the line
//! where the error is told. `// CODE: Name` on the same line names the error's code; `// RELAXED` as
//! the file's first line asks for warnings instead.

use regex::Regex;

/// An error that a compiler told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reported {
    /// Line, from 1.
    pub line: u32,
    /// Message with its continuation lines.
    pub message: String,
}

/// What a file expects on a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// Line, from 1.
    pub line: u32,
    /// Regular expression.
    pub pattern: String,
}

/// The expectations of a source text.
///
/// # Errors
/// A malformed comment.
pub fn expectations(source: &str) -> Result<Vec<Expected>, String> {
    let mut out = Vec::new();
    for (i, text) in source.lines().enumerate() {
        let line = i as u32 + 1;
        let mut rest = text;
        while let Some(at) = rest.find("ERROR \"") {
            rest = &rest[at + "ERROR ".len()..];
            while let Some(quoted) = rest.strip_prefix('"') {
                let Some(end) = quoted.find('"') else { return Err(format!("line {line}: unterminated pattern")) };
                out.push(Expected { line, pattern: quoted[..end].to_owned() });
                rest = quoted[end + 1..].trim_start();
            }
        }
    }
    Ok(out)
}

/// The errors in a compiler's output: lines `path:line:column: message` and the lines after them that
/// start with a tab.
#[must_use]
pub fn reported(output: &str, file: &str) -> Vec<Reported> {
    let mut out: Vec<Reported> = Vec::new();
    for text in output.lines() {
        if let Some(more) = text.strip_prefix('\t') {
            if let Some(last) = out.last_mut() {
                last.message.push_str(&format!("\n\t{more}"));
            }
            continue;
        }
        let Some(at) = text.find(&format!("{file}:")) else { continue };
        let rest = &text[at + file.len() + 1..];
        let mut parts = rest.splitn(3, ':');
        let line = parts.next().and_then(|l| l.parse().ok());
        let column = parts.next().map(|c| c.parse::<u32>().is_ok());
        let (Some(line), Some(true), Some(message)) = (line, column, parts.next()) else { continue };
        out.push(Reported { line, message: message.trim_start().to_owned() });
    }
    out
}

/// What does not fit: errors without comment, comments without error.
#[must_use]
pub fn compare(expected: &[Expected], reported: &[Reported]) -> Vec<String> {
    let mut problems = Vec::new();
    let mut open: Vec<&Expected> = expected.iter().collect();
    for r in reported {
        let met =
            open.iter().position(|e| e.line == r.line && Regex::new(&e.pattern).is_ok_and(|x| x.is_match(&r.message)));
        match met {
            Some(i) => {
                open.remove(i);
            }
            None => problems.push(format!("line {}: not expected: {}", r.line, r.message)),
        }
    }
    problems.extend(open.iter().map(|e| format!("line {}: not reported: {}", e.line, e.pattern)));
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_directions_are_checked() {
        let want = expectations("x := 1 // ERROR \"declared\"\ny /* ERROR \"undefined\" */\n").unwrap();
        let got = reported("# p\n./a.go:1:1: declared and not used: x\n./a.go:3:1: other\n\tmore\n", "a.go");
        let problems = compare(&want, &got);
        assert_eq!(problems, ["line 3: not expected: other\n\tmore", "line 2: not reported: undefined"]);
    }
}
