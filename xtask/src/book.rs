//! `cargo xtask book`: keeps the book's transcripts true.
//!
//! A block ```` ```console ```` holds commands (lines that start with `$ `) and their output. The commands run in
//! a fresh copy of `book/files`, one shell each, with the release builds of gorc and of all example programs
//! first on the path; what they print on either stream takes the place of what stood there. `--check` compares instead. Links,
//! included files and the table of contents are checked in both modes. Commands must print nothing that
//! differs between machines (times, folders).

use anyhow::{Context, Result, bail};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{cargo, target_dir, workspace};

/// Whether files are rewritten.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Write,
    Check,
}

/// Runs the command: all chapters, or those whose file names hold one of the words.
pub(crate) fn run(args: &[&str]) -> Result<()> {
    let mode = if args.contains(&"--check") { Mode::Check } else { Mode::Write };
    let words: Vec<&&str> = args.iter().filter(|a| !a.starts_with("--")).collect();
    let root = workspace();
    let mut files = chapters(&root.join("book/src"))?;
    let mut problems = contents(&root.join("book/src"), &files);
    files.push(root.join("gorc/README.md"));
    let shell = Shell { root: root.clone(), bin: programs(&root)? };
    for f in &files {
        let name = f.strip_prefix(&root).unwrap_or(f).display().to_string();
        let old = std::fs::read_to_string(f).with_context(|| name.clone())?;
        problems.extend(links(f, &old).into_iter().map(|p| format!("{name}: {p}")));
        if !words.is_empty() && !words.iter().any(|w| name.contains(**w)) {
            continue;
        }
        let new = refreshed(&old, &shell).with_context(|| name.clone())?;
        if new != old {
            match mode {
                Mode::Write => {
                    std::fs::write(f, &new)?;
                    println!("{name}: rewritten");
                }
                Mode::Check => problems.push(format!("{name}: {}", go_testkit::difference(&old, &new))),
            }
        }
    }
    for p in &problems {
        println!("{p}");
    }
    if !problems.is_empty() {
        bail!("{} problems in the book (cargo xtask book rewrites outputs)", problems.len());
    }
    render(&root)
}

/// Builds gorc and the examples, as the tests' build does, and returns the folder they are in.
fn programs(root: &Path) -> Result<PathBuf> {
    let build = ["build", "--release", "--workspace", "--bins", "--examples"];
    if !Command::new(cargo()).args(build).current_dir(root).status()?.success() {
        bail!("the workspace does not build");
    }
    Ok(target_dir().join("release"))
}

/// Renders the book where mdBook is installed.
fn render(root: &Path) -> Result<()> {
    match Command::new("mdbook").arg("build").arg(root.join("book")).status() {
        Ok(s) if s.success() => Ok(()),
        Ok(_) => bail!("mdbook fails"),
        Err(_) => {
            println!("mdbook is not installed: not rendered (cargo install mdbook --locked)");
            Ok(())
        }
    }
}

/// All Markdown files of the book, by name.
fn chapters(dir: &Path) -> Result<Vec<PathBuf>> {
    let mut out = Vec::new();
    let mut folders = vec![dir.to_path_buf()];
    while let Some(d) = folders.pop() {
        for e in std::fs::read_dir(&d).with_context(|| d.display().to_string())? {
            let p = e?.path();
            if p.is_dir() {
                folders.push(p);
            } else if p.extension().is_some_and(|x| x == "md") {
                out.push(p);
            }
        }
    }
    out.sort();
    Ok(out)
}

/// Chapters that the table of contents lacks.
fn contents(dir: &Path, files: &[PathBuf]) -> Vec<String> {
    let summary = std::fs::read_to_string(dir.join("SUMMARY.md")).unwrap_or_default();
    let listed: BTreeSet<PathBuf> = targets(&summary).map(|t| dir.join(t)).collect();
    let lacks = files.iter().filter(|f| !f.ends_with("SUMMARY.md") && !listed.contains(*f));
    lacks.map(|f| format!("{}: not in SUMMARY.md", f.display())).collect()
}

/// Targets of Markdown links.
fn targets(text: &str) -> impl Iterator<Item = &str> {
    text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(t, _)| t)
}

/// Links and included files that do not exist, and paths in code spans that look like ours and are gone.
fn links(file: &Path, text: &str) -> Vec<String> {
    let dir = file.parent().unwrap_or(file);
    let prose: String = text.split("```").step_by(2).collect();
    let mut out = Vec::new();
    for t in targets(&prose) {
        let path = t.split('#').next().unwrap_or_default();
        if !path.is_empty() && !path.contains("://") && !dir.join(path).exists() {
            out.push(format!("link to {path}, which does not exist"));
        }
    }
    for rest in text.split("{{#include ").skip(1) {
        let path = rest.split(['}', ':']).next().unwrap_or_default().trim();
        if !dir.join(path).is_file() {
            out.push(format!("includes {path}, which does not exist"));
        }
    }
    let root = workspace();
    for span in prose.split('`').skip(1).step_by(2) {
        let first = span.split('/').next().unwrap_or_default();
        let ours = span.contains('/') && (first.starts_with("go-") || matches!(first, "gorc" | "tests" | "xtask"));
        if ours && !span.contains([' ', '*', '…']) && span.chars().all(|c| !c.is_uppercase() || span.contains('.')) {
            let path = span.trim_end_matches('/');
            if !root.join(path).exists() {
                out.push(format!("names {path}, which does not exist"));
            }
        }
    }
    out
}

struct Shell {
    root: PathBuf,
    bin: PathBuf,
}

impl Shell {
    /// A working folder with nothing but the book's files and gorc's example programs.
    fn folder(&self) -> Result<PathBuf> {
        let dir = self.root.join("target/book");
        if dir.exists() {
            std::fs::remove_dir_all(&dir)?;
        }
        std::fs::create_dir_all(&dir)?;
        for from in ["book/files", "gorc/examples"] {
            for e in std::fs::read_dir(self.root.join(from))? {
                let e = e?;
                std::fs::copy(e.path(), dir.join(e.file_name()))?;
            }
        }
        Ok(dir)
    }

    fn output(&self, dir: &Path, command: &str) -> Result<String> {
        let path = std::env::var("PATH").unwrap_or_default();
        let out = Command::new("sh")
            .args(["-c", &format!("exec 2>&1; {command}")])
            .current_dir(dir)
            .env("PATH", format!("{0}:{0}/examples:{path}", self.bin.display()))
            .env("LC_ALL", "C")
            // The chapters show a user's machine, not a developer's settings.
            .env_remove("GORC_LOG")
            .env_remove("RUSTFLAGS")
            .output()
            .with_context(|| command.to_owned())?;
        Ok(String::from_utf8_lossy(&out.stdout).into_owned())
    }
}

/// The text with what its commands print now.
fn refreshed(text: &str, shell: &Shell) -> Result<String> {
    let mut out = String::new();
    let mut lines = text.lines();
    // A chapter's commands share a folder: later ones see the files of earlier ones.
    let mut folder = None;
    while let Some(line) = lines.next() {
        out.push_str(line);
        out.push('\n');
        if line != "```console" {
            continue;
        }
        let dir = match &folder {
            Some(d) => d,
            None => folder.insert(shell.folder()?),
        };
        for inner in lines.by_ref() {
            if inner == "```" {
                out.push_str("```\n");
                break;
            }
            if let Some(command) = inner.strip_prefix("$ ") {
                out.push_str(&format!("$ {command}\n"));
                let printed = shell.output(dir, command)?;
                out.push_str(&printed);
                if !printed.is_empty() && !printed.ends_with('\n') {
                    out.push('\n');
                }
            }
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dead_links_are_found() {
        let root = workspace();
        let text = "[a](book.toml) [b](nowhere.md) `go-ir/src/ir.rs` `go-ir/src/gone.rs` {{#include none.rs}}\n";
        assert_eq!(
            links(&root.join("book/x.md"), text),
            [
                "link to nowhere.md, which does not exist",
                "includes none.rs, which does not exist",
                "names go-ir/src/gone.rs, which does not exist"
            ]
        );
    }
}
