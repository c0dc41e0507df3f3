//! Rules about source files that no lint knows: sizes, module comments, words.

use std::path::{Path, PathBuf};

/// Lines above which a file is a defect.
pub const MAX_LINES: usize = 1500;
/// Lines above which a file is worth a look.
pub const MANY_LINES: usize = 800;

/// What is wrong, and what is worth a look.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    /// Defects.
    pub problems: Vec<String>,
    /// Signals.
    pub notes: Vec<String>,
}

/// Looks at all Rust files of the workspace.
///
/// # Errors
/// If a folder cannot be read.
pub fn check(workspace: &Path) -> std::io::Result<Findings> {
    let mut files = Vec::new();
    collect(workspace, &mut files)?;
    files.sort();
    let mut out = Findings::default();
    for f in files {
        let text = std::fs::read_to_string(&f)?;
        let name = f.strip_prefix(workspace).unwrap_or(&f).display().to_string();
        one(&name, &text, &mut out);
    }
    Ok(out)
}

fn one(name: &str, text: &str, out: &mut Findings) {
    let lines = text.lines().count();
    if lines > MAX_LINES {
        out.problems.push(format!("{name}: {lines} lines, more than {MAX_LINES}"));
    } else if lines > MANY_LINES {
        out.notes.push(format!("{name}: {lines} lines"));
    }
    let first = text.lines().find(|l| !l.trim().is_empty() && !l.starts_with("#![")).unwrap_or_default();
    let documented = first.starts_with("//!") || text.starts_with("#![doc = include_str!");
    if !documented && !name.ends_with("tests.rs") {
        out.problems.push(format!("{name}: no module comment"));
    }
    for (i, l) in text.lines().enumerate() {
        let code = l.split("//").next().unwrap_or(l);
        // Assembled here, so that this file does not find itself.
        for mac in ["todo", "unimplemented", "dbg"] {
            if code.contains(&format!("{mac}!(")) {
                out.problems.push(format!("{name}:{}: {mac}!", i + 1));
            }
        }
    }
}

fn collect(dir: &Path, out: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(dir)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            if !name.starts_with('.') && name != "target" {
                collect(&path, out)?;
            }
        } else if name.ends_with(".rs") {
            out.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_without_comment_are_found() {
        let mut f = Findings::default();
        one("a.rs", "fn main() {}\n", &mut f);
        one("b.rs", "//! What it is for.\n", &mut f);
        assert_eq!(f.problems, ["a.rs: no module comment"]);
    }

    #[test]
    fn the_workspace_is_tidy() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        assert_eq!(check(&root).unwrap().problems, Vec::<String>::new());
    }
}
