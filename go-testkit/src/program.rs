//! Programs whose comments tell what they do when run.
//!
//! `// Output:` is followed by the exact standard output: on the same line, or in the comment lines
//! after it up to the first line that is none. `// Exit: N` is the exit status (0 without it), and each
//! `// Stderr: rx` must be found in standard error. `// Args: a b` are the program's arguments.
//! `// Modes: a b` are the ways in which it runs, if not all.

use regex::Regex;
use std::path::Path;
use std::process::{Command, Stdio};

/// What a program is expected to do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expectation {
    /// Standard output, if the file says it.
    pub output: Option<String>,
    /// Exit status.
    pub exit: i32,
    /// Patterns for standard error.
    pub stderr: Vec<String>,
    /// Arguments.
    pub args: Vec<String>,
    /// Ways of building and running, if not all apply.
    pub modes: Option<Vec<String>>,
}

impl Expectation {
    /// Reads the comments of a source text.
    #[must_use]
    pub fn of(source: &str) -> Expectation {
        let mut e = Expectation::default();
        let mut lines = source.lines().peekable();
        while let Some(line) = lines.next() {
            let Some((_, comment)) = line.split_once("// ") else { continue };
            if let Some(rest) = comment.strip_prefix("Output:") {
                let rest = rest.trim();
                if rest.is_empty() {
                    let mut text = String::new();
                    while let Some(more) = lines.peek().and_then(|l| l.strip_prefix("//")) {
                        text.push_str(more.strip_prefix(' ').unwrap_or(more));
                        text.push('\n');
                        lines.next();
                    }
                    e.output = Some(text);
                } else {
                    e.output = Some(format!("{rest}\n"));
                }
            } else if let Some(rest) = comment.strip_prefix("Exit:") {
                e.exit = rest.trim().parse().unwrap_or(-1);
            } else if let Some(rest) = comment.strip_prefix("Stderr:") {
                e.stderr.push(rest.trim().to_owned());
            } else if let Some(rest) = comment.strip_prefix("Args:") {
                e.args = rest.split_whitespace().map(str::to_owned).collect();
            } else if let Some(rest) = comment.strip_prefix("Modes:") {
                e.modes = Some(rest.split_whitespace().map(str::to_owned).collect());
            }
        }
        e
    }
}

/// What a program did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Exit status; none if a signal ended it.
    pub exit: Option<i32>,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

/// Runs a command to its end.
///
/// # Errors
/// If it cannot be started.
pub fn run(command: &mut Command) -> std::io::Result<Outcome> {
    let out = command.stdin(Stdio::null()).output()?;
    Ok(Outcome {
        exit: out.status.code(),
        stdout: String::from_utf8_lossy(&out.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&out.stderr).into_owned(),
    })
}

/// Variables that a program is run with: (name, value).
pub type Environment<'a> = &'a [(&'a str, &'a str)];

/// Builds `source` with `gorc build FLAGS`, runs it in each environment, and tells how it differs from its
/// comments.
///
/// # Errors
/// The difference, or why it could not be built.
pub fn check(gorc: &Path, source: &Path, flags: &[&str], environments: &[Environment<'_>]) -> Result<(), String> {
    let text = std::fs::read_to_string(source).map_err(|e| e.to_string())?;
    let want = Expectation::of(&text);
    let dir = crate::TempDir::new("run").map_err(|e| e.to_string())?;
    let exe = dir.path().join("prog");
    let mut build = Command::new(gorc);
    build.arg("build").args(flags).arg("-o").arg(&exe).arg(source);
    let built = run(&mut build).map_err(|e| e.to_string())?;
    if built.exit != Some(0) {
        return Err(format!("build: exit {:?}\n{}{}", built.exit, built.stdout, built.stderr));
    }
    let mut problems = Vec::new();
    for environment in environments {
        let mut command = Command::new(&exe);
        command.args(&want.args).envs(environment.iter().copied()).current_dir(dir.path());
        let got = run(&mut command).map_err(|e| e.to_string())?;
        let found = differences(&want, &got);
        if !found.is_empty() && !environment.is_empty() {
            problems.push(format!("with {environment:?}:"));
        }
        problems.extend(found);
    }
    if problems.is_empty() { Ok(()) } else { Err(problems.join("\n")) }
}

fn differences(want: &Expectation, got: &Outcome) -> Vec<String> {
    let mut problems = Vec::new();
    if got.exit != Some(want.exit) {
        problems.push(format!("exit status {:?} instead of {}\n{}", got.exit, want.exit, got.stderr));
    }
    if let Some(output) = &want.output {
        let d = crate::difference(output, &got.stdout);
        if !d.is_empty() {
            problems.push(format!("output: {d}"));
        }
    }
    for p in &want.stderr {
        if !Regex::new(p).is_ok_and(|x| x.is_match(&got.stderr)) {
            problems.push(format!("standard error does not match {p}:\n{}", got.stderr));
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::Expectation;

    #[test]
    fn output_on_the_line_and_below() {
        assert_eq!(Expectation::of("f() // Output: -1 true\n").output.as_deref(), Some("-1 true\n"));
        let e = Expectation::of("}\n\n// Output:\n// a\n//\n//  b\n\n// Exit: 2\n// Stderr: ^panic\n");
        assert_eq!(e.output.as_deref(), Some("a\n\n b\n"));
        assert_eq!((e.exit, e.stderr.len()), (2, 1));
    }
}
