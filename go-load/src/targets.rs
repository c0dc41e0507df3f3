//! From the arguments of a command to the packages that a load starts from.

use std::path::{Path, PathBuf};

use crate::error::{LoadError, LoadErrorKind, Style};
use crate::fs::{DirEntry, EntryKind, clean};
use crate::package::reason;
use crate::pattern::{FolderState, Match, PatternScope, clean_pattern};
use crate::reader::Reader;

/// What the arguments named.
#[derive(Debug)]
pub(crate) enum Targets {
    /// Packages by path, pattern by pattern.
    Packages(Vec<Match>),
    /// Files of one folder.
    Files { dir: PathBuf, files: Vec<DirEntry> },
}

/// Resolves the arguments; an error here ends the load at once.
pub(crate) fn resolve(reader: &Reader<'_>, patterns: &[String]) -> Result<Targets, Box<LoadError>> {
    let is_file = |p: &str| {
        p.ends_with(".go") && matches!(reader.fs.stat(&clean(&reader.config.cwd.join(p))), Ok(k) if k != EntryKind::Dir)
    };
    if patterns.iter().any(|p| is_file(p)) {
        return files(reader, patterns);
    }
    let default = [".".to_owned()];
    let patterns = if patterns.is_empty() { &default } else { patterns };
    let scope = PatternScope {
        fs: reader.fs,
        cwd: &reader.config.cwd,
        goroot_src: reader.goroot_src,
        modules: reader.modules,
        has_package: &|dir| state(reader, dir),
    };
    let mut out = Vec::new();
    for p in patterns {
        let m = scope.resolve(&clean_pattern(p));
        // Without a module, a folder is no package: cmd/go stops at once.
        if let Some(e) =
            m.errors.iter().find(|e| e.style == Style::Command && e.severity == crate::error::Severity::Error)
        {
            return Err(Box::new(e.clone()));
        }
        out.push(m);
    }
    Ok(Targets::Packages(out))
}

fn state(reader: &Reader<'_>, dir: &Path) -> FolderState {
    let Ok(entries) = reader.fs.read_dir(dir) else {
        return FolderState::Nothing;
    };
    if !entries.iter().any(|e| e.kind != EntryKind::Dir && e.name.ends_with(".go") && !e.name.starts_with(['_', '.'])) {
        return FolderState::Nothing;
    }
    match reader.first_package_name(dir, &entries) {
        Some(name) if name == "main" => FolderState::Program,
        Some(_) => FolderState::Package,
        None => FolderState::Excluded,
    }
}

fn files(reader: &Reader<'_>, names: &[String]) -> Result<Targets, Box<LoadError>> {
    let fail = |text: String| Box::new(LoadError::new(LoadErrorKind::Pattern(text), Style::Plain));
    if let Some(other) = names.iter().find(|n| !n.ends_with(".go")) {
        return Err(fail(format!("named files must be .go files: {other}")));
    }
    let mut first: Option<String> = None;
    let mut files = Vec::new();
    for name in names {
        let path = clean(&reader.config.cwd.join(name));
        match reader.fs.stat(&path) {
            Err(e) => return Err(fail(format!("stat {name}: {}", reason(&e)))),
            Ok(EntryKind::Dir) => {
                return Err(fail(format!("{name} is a directory, should be a Go file")));
            }
            Ok(EntryKind::File | EntryKind::Symlink | EntryKind::Other) => {}
        }
        if let Err(e) = reader.fs.read(&path) {
            let text = format!("open {name}: {}", reason(&e));
            return Err(Box::new(LoadError::command(LoadErrorKind::Pattern(text))));
        }
        let cleaned = clean_pattern(name.strip_prefix("./").unwrap_or(name));
        let (dir, base) = cleaned.rsplit_once('/').map_or((".", cleaned.as_str()), |(d, b)| (d, b));
        match &first {
            None => first = Some(dir.to_owned()),
            Some(d) if d != dir => {
                return Err(fail(format!("named files must all be in one directory; have {d} and {dir}")));
            }
            Some(_) => {}
        }
        files.push(DirEntry { name: base.to_owned(), kind: EntryKind::File });
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    let dir = clean(&reader.config.cwd.join(first.unwrap_or_default()));
    Ok(Targets::Files { dir, files })
}
