//! Package patterns of the command line: `./...`, `std`, `cmd/...`, `net/http`, `../x`.
//!
//! Only names are decided here: which import paths a pattern stands for. Reading the packages is
//! the graph's work; whether a folder has a package at all is asked through `has_package`.

use std::path::{Path, PathBuf};

use crate::error::{LoadError, LoadErrorKind, Severity, Style};
use crate::fs::{EntryKind, FileSystem, clean, relative, short_path};
use crate::module::path_check::{has_path_prefix, is_standard_import_path};
use crate::module::{Module, ModuleSet, NO_MODULE};
use crate::package::reason;

/// What a pattern came to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Match {
    /// Import paths.
    pub(crate) paths: Vec<String>,
    /// Problems of the pattern itself.
    pub(crate) errors: Vec<LoadError>,
    /// Whether the pattern names one package.
    pub(crate) literal: bool,
}

/// Where patterns are resolved.
pub(crate) struct PatternScope<'a> {
    pub(crate) fs: &'a dyn FileSystem,
    pub(crate) cwd: &'a Path,
    pub(crate) goroot_src: &'a Path,
    pub(crate) modules: &'a ModuleSet,
    /// Whether a folder has Go files that the build selects (broken files count).
    pub(crate) has_package: &'a (dyn Fn(&Path) -> FolderState + Sync),
}

/// What a folder has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FolderState {
    /// Files for this build, or only tests, or broken files.
    Package,
    /// As before, and the package is called main.
    Program,
    /// Go files, all excluded.
    Excluded,
    /// No Go files.
    Nothing,
}

impl FolderState {
    fn is_package(self) -> bool {
        matches!(self, FolderState::Package | FolderState::Program)
    }
}

/// Whether an argument is a path in the file system.
pub(crate) fn is_local(pattern: &str) -> bool {
    pattern == "."
        || pattern == ".."
        || pattern.starts_with("./")
        || pattern.starts_with("../")
        || pattern.starts_with('/')
}

/// Whether a pattern is a word with a meaning of its own.
pub(crate) fn is_meta(pattern: &str) -> bool {
    matches!(pattern, "std" | "cmd" | "all" | "tool" | "work")
}

/// Puts an argument in canonical form.
pub(crate) fn clean_pattern(arg: &str) -> String {
    if arg.starts_with('/') {
        return clean(Path::new(arg)).to_string_lossy().into_owned();
    }
    let path = clean_slash(arg);
    match arg.strip_prefix("./") {
        Some(_) if path == "." => ".".into(),
        Some(_) if path.starts_with("..") => format!("./{path}"),
        Some(_) => format!("./{path}"),
        None => path,
    }
}

fn clean_slash(path: &str) -> String {
    let mut out: Vec<&str> = Vec::new();
    for e in path.split('/') {
        match e {
            "" | "." => {}
            ".." if out.last().is_some_and(|l| *l != "..") => {
                out.pop();
            }
            e => out.push(e),
        }
    }
    if out.is_empty() { ".".into() } else { out.join("/") }
}

/// A pattern with `...`, ready to test names.
#[derive(Clone, Debug)]
pub(crate) struct Glob {
    pieces: Vec<String>,
    /// A trailing `/...` also fits the path before it.
    bare: Option<String>,
}

const VENDOR: &str = "\0";

/// Puts vendor folders beyond the reach of wildcards.
fn hide_vendor(path: &str) -> String {
    let elems: Vec<&str> = path.split('/').collect();
    let last = elems.len() - 1;
    let hidden: Vec<&str> =
        elems.iter().enumerate().map(|(i, e)| if *e == "vendor" && i < last { VENDOR } else { *e }).collect();
    hidden.join("/")
}

impl Glob {
    pub(crate) fn new(pattern: &str) -> Glob {
        let hidden = hide_vendor(pattern);
        let bare = hidden.strip_suffix("/...").map(|p| match p.strip_suffix(VENDOR) {
            Some(before) => format!("{before}vendor"),
            None => p.to_owned(),
        });
        Glob { pieces: hidden.split("...").map(str::to_owned).collect(), bare }
    }

    pub(crate) fn matches(&self, name: &str) -> bool {
        let name = hide_vendor(name);
        if let Some(bare) = &self.bare {
            let only = Glob { pieces: bare.split("...").map(str::to_owned).collect(), bare: None };
            if only.fits(&name) {
                return true;
            }
        }
        self.fits(&name)
    }

    fn fits(&self, name: &str) -> bool {
        let Some((first, rest)) = self.pieces.split_first() else {
            return false;
        };
        let Some(name) = name.strip_prefix(first.as_str()) else {
            return false;
        };
        fits_rest(rest, name)
    }

    /// Whether a name below `dir` may fit.
    pub(crate) fn may_be_below(&self, dir: &str) -> bool {
        let first = self.pieces.first().map_or("", String::as_str);
        has_path_prefix(first, dir) || dir.starts_with(first)
    }
}

fn fits_rest(pieces: &[String], name: &str) -> bool {
    let Some((piece, rest)) = pieces.split_first() else {
        return name.is_empty();
    };
    if rest.is_empty() {
        return name.ends_with(piece.as_str()) && !name[..name.len() - piece.len()].contains(VENDOR);
    }
    let mut from = 0;
    while let Some(i) = name[from..].find(piece.as_str()) {
        let at = from + i;
        if name[..at].contains(VENDOR) {
            return false;
        }
        if fits_rest(rest, &name[at + piece.len()..]) {
            return true;
        }
        from = at + name[at..].chars().next().map_or(1, char::len_utf8);
        if from > name.len() {
            break;
        }
    }
    false
}

impl PatternScope<'_> {
    /// Resolves one cleaned pattern.
    pub(crate) fn resolve(&self, pattern: &str) -> Match {
        let wild = pattern.contains("...");
        let mut m = Match { literal: !wild && !is_meta(pattern), ..Match::default() };
        if is_local(pattern) {
            if wild {
                self.local_tree(pattern, &mut m);
            } else {
                match self.local_package(pattern) {
                    Ok(path) => m.paths.push(path),
                    Err(e) => m.errors.push(*e),
                }
            }
        } else if m.literal {
            m.paths.push(pattern.to_owned());
        } else {
            self.by_path(pattern, &mut m);
        }
        if !m.literal && m.paths.is_empty() && m.errors.is_empty() {
            let mut e = LoadError::command(LoadErrorKind::Pattern(format!("\"{pattern}\" matched no packages")));
            e.severity = Severity::Warning;
            m.errors.push(e);
        }
        m
    }

    fn absolute(&self, pattern: &str) -> PathBuf {
        clean(&self.cwd.join(pattern))
    }

    fn plain(text: String) -> Box<LoadError> {
        Box::new(LoadError::new(LoadErrorKind::Pattern(text), Style::Plain))
    }

    fn local_package(&self, pattern: &str) -> Result<String, Box<LoadError>> {
        let dir = self.absolute(pattern);
        let state = (self.has_package)(&dir);
        if state == FolderState::Nothing {
            if !matches!(self.fs.stat(&dir), Ok(EntryKind::Dir)) {
                return Err(Self::plain(format!("stat {}: directory not found", dir.display())));
            }
            if let Err(e) = self.fs.read_dir(&dir) {
                return Err(Self::plain(format!("open {}: {}", dir.display(), reason(&e))));
            }
            if self.modules.main.is_some() || dir.starts_with(self.goroot_src) {
                let kind = LoadErrorKind::NoGoFiles(format!("no Go files in {}", dir.display()));
                return Err(Box::new(LoadError::new(kind, Style::Plain)));
            }
        }
        if let Some((path, module)) = self.modules.path_of_dir(&dir) {
            let other = dir
                .ancestors()
                .take_while(|d| *d != module.dir)
                .any(|d| matches!(self.fs.stat(&d.join("go.mod")), Ok(EntryKind::File)));
            if other {
                return Err(Self::plain(format!("main module ({}) does not contain package {path}", module.path)));
            }
            if dir == self.goroot_src {
                return Err(Self::plain("GOROOT/src is not an importable package".into()));
            }
            return self.std_form(path, &module);
        }
        if let Ok(rel) = dir.strip_prefix(self.goroot_src)
            && !rel.as_os_str().is_empty()
        {
            let path = rel.to_string_lossy().into_owned();
            if path == "builtin" {
                return Err(Self::plain("\"builtin\" is a pseudo-package, not an importable package".into()));
            }
            return Ok(path);
        }
        if self.modules.main.is_none() {
            return Err(Box::new(LoadError::command(LoadErrorKind::Pattern(NO_MODULE.into()))));
        }
        let shown = short_path(self.cwd, &dir);
        let what = if shown == "." { "current directory".to_owned() } else { format!("directory {shown}") };
        Err(Self::plain(format!("{what} outside main module or its selected dependencies")))
    }

    /// Packages of the modules `std` and `cmd` go by their folder below GOROOT/src.
    fn std_form(&self, path: String, module: &Module) -> Result<String, Box<LoadError>> {
        if module.dir == self.goroot_src {
            let path = path.strip_prefix("std/").unwrap_or(&path).to_owned();
            if path == "builtin" {
                return Err(Self::plain("\"builtin\" is a pseudo-package, not an importable package".into()));
            }
            return Ok(path);
        }
        Ok(path)
    }

    /// `./...` and its like.
    fn local_tree(&self, pattern: &str, m: &mut Match) {
        let before = &pattern[..pattern.find("...").unwrap_or(pattern.len())];
        let start = before.rfind('/').map_or(".", |i| &before[..=i]);
        let dir = self.absolute(start);
        let root = self
            .modules
            .main
            .iter()
            .chain(self.modules.dependencies())
            .map(|md| md.dir.clone())
            .find(|d| dir.starts_with(d))
            .or_else(|| dir.starts_with(self.goroot_src).then(|| self.goroot_src.to_path_buf()));
        let Some(root) = root else {
            m.errors.push(*Self::plain(format!(
                "pattern {pattern}: directory prefix {} does not contain main module or its selected dependencies",
                short_path(self.cwd, &dir)
            )));
            return;
        };
        if let Err(e) = self.fs.lstat(&dir) {
            m.errors.push(*Self::plain(format!("pattern {pattern}: lstat {start}: {}", reason(&e))));
            return;
        }
        // Names are compared in the form of the pattern: relative to the working folder, or absolute.
        let glob =
            if pattern.starts_with('/') { Glob::new(pattern) } else { Glob::new(&self.absolute_pattern(pattern)) };
        let mut dirs = Vec::new();
        let walked = self.walk(&dir, &root, true, &|d| glob.may_be_below(&d.to_string_lossy()), &mut |d| {
            if glob.matches(&d.to_string_lossy()) {
                dirs.push(d.to_path_buf());
            }
        });
        if let Err((dir, e)) = walked {
            let shown = if pattern.starts_with('/') { None } else { relative(self.cwd, &dir) };
            let shown = shown.unwrap_or_else(|| dir.display().to_string());
            m.errors.push(*Self::plain(format!("pattern {pattern}: open {shown}: {}", reason(&e))));
        }
        for d in dirs {
            if !(self.has_package)(&d).is_package() {
                continue;
            }
            if let Some((path, module)) = self.modules.path_of_dir(&d) {
                if let Ok(p) = self.std_form(path, &module) {
                    m.paths.push(p);
                }
            } else if let Ok(rel) = d.strip_prefix(self.goroot_src)
                && !rel.as_os_str().is_empty()
            {
                m.paths.push(rel.to_string_lossy().into_owned());
            }
        }
        m.paths.retain(|p| p != "builtin");
    }

    fn absolute_pattern(&self, pattern: &str) -> String {
        let mut base = self.cwd.to_path_buf();
        let mut rest = pattern;
        loop {
            if let Some(r) = rest.strip_prefix("./") {
                rest = r;
            } else if let Some(r) = rest.strip_prefix("../") {
                base.pop();
                rest = r;
            } else {
                break;
            }
        }
        format!("{}/{rest}", base.to_string_lossy().trim_end_matches('/'))
    }

    /// Visits folders in the order of their names; hidden ones, testdata, other modules left out. Ends at the first
    /// that cannot be read.
    fn walk(
        &self,
        dir: &Path,
        module_root: &Path,
        top: bool,
        enter: &dyn Fn(&Path) -> bool,
        visit: &mut dyn FnMut(&Path),
    ) -> Result<(), (PathBuf, std::io::Error)> {
        if !top {
            let name = dir.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
            if name.starts_with(['.', '_']) || name == "testdata" {
                return Ok(());
            }
            if !enter(dir) || matches!(self.fs.stat(&dir.join("go.mod")), Ok(EntryKind::File)) {
                return Ok(());
            }
            if let Ok(rel) = dir.strip_prefix(module_root)
                && self.modules.ignores(&rel.to_string_lossy())
            {
                return Ok(());
            }
        }
        visit(dir);
        let entries = self.fs.read_dir(dir).map_err(|e| (dir.to_path_buf(), e))?;
        for e in entries.iter().filter(|e| e.kind == EntryKind::Dir) {
            self.walk(&dir.join(&e.name), module_root, false, enter, visit)?;
        }
        Ok(())
    }

    /// `std`, `cmd`, `all`, and patterns of import paths.
    fn by_path(&self, pattern: &str, m: &mut Match) {
        let glob = Glob::new(pattern);
        let wanted = |path: &str| is_meta(pattern) || glob.matches(path);
        let below = |path: &str| is_meta(pattern) || glob.may_be_below(path);
        let std_too = pattern != "all" || self.modules.main.is_none();
        if std_too && pattern != "cmd" {
            self.tree(self.goroot_src, "", &below, &mut |path, _| {
                if wanted(path)
                    && path != "builtin"
                    && path != "runtime/cgo"
                    && !has_path_prefix(path, "cmd")
                    && (pattern != "std" || is_standard_import_path(path))
                {
                    m.paths.push(path.to_owned());
                }
            });
        }
        if pattern == "cmd" || (pattern != "std" && pattern != "all" && below("cmd")) {
            self.tree(&self.goroot_src.join("cmd"), "cmd", &below, &mut |path, state| {
                let vendored_program =
                    pattern == "cmd" && state == FolderState::Program && has_path_prefix(path, "cmd/vendor");
                if wanted(path) && !vendored_program {
                    m.paths.push(path.to_owned());
                }
            });
        }
        if !matches!(pattern, "std" | "cmd") {
            let mains = self.modules.main.iter().filter(|md| !md.dir.starts_with(self.goroot_src));
            let own_only = pattern == "all";
            for md in mains.chain(self.modules.dependencies().filter(|_| !own_only)) {
                self.tree(&md.dir, &md.path, &below, &mut |path, _| {
                    let rel = path.strip_prefix(md.path.as_str()).unwrap_or(path);
                    if wanted(path) && !rel.split('/').any(|e| e == "vendor") {
                        m.paths.push(path.to_owned());
                    }
                });
            }
        }
        m.paths.extend(self.modules.vendored_packages().filter(|p| !is_meta(pattern) && wanted(p)).map(str::to_owned));
        m.paths.sort();
        m.paths.dedup();
    }

    fn tree(&self, root: &Path, prefix: &str, below: &dyn Fn(&str) -> bool, found: &mut dyn FnMut(&str, FolderState)) {
        let path_of = |dir: &Path| -> String {
            let rel = dir.strip_prefix(root).unwrap_or(dir).to_string_lossy().into_owned();
            match (prefix.is_empty(), rel.is_empty()) {
                (true, _) => rel,
                (false, true) => prefix.to_owned(),
                (false, false) => format!("{prefix}/{rel}"),
            }
        };
        let mut paths = Vec::new();
        // What cannot be read holds no packages that a path could name.
        let _ = self.walk(root, root, true, &|d| below(&path_of(d)), &mut |d| {
            if !(d == root && prefix.is_empty()) {
                paths.push((path_of(d), d.to_path_buf()));
            }
        });
        use rayon::prelude::*;
        let states: Vec<FolderState> = paths.par_iter().map(|(_, d)| (self.has_package)(d)).collect();
        for ((path, _), state) in paths.iter().zip(states) {
            if state.is_package() {
                found(path, state);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_fit_names_but_never_vendor_folders() {
        let m = |p: &str, n: &str| Glob::new(p).matches(n);
        assert!(m("net/...", "net") && m("net/...", "net/http") && !m("net/...", "netx"));
        assert!(m("net...", "netx/y") && m("...", "a/b") && m("a/.../c", "a/x/y/c"));
        assert!(!m("./...", "./vendor/x") && m("./vendor/...", "./vendor/x") && m("./vendor/...", "./vendor"));
        assert!(m("./...", "./vendor") && !m("x/.../y", "x/vendor/y"));
        assert!(!m("a/...b", "a/c"));
    }

    #[test]
    fn arguments_are_cleaned() {
        for (arg, want) in [
            ("./", "."),
            (".", "."),
            ("./a/../b", "./b"),
            ("a//b/", "a/b"),
            ("../x/", "../x"),
            ("./...", "./..."),
            ("/a/b/..", "/a"),
        ] {
            assert_eq!(clean_pattern(arg), want);
        }
    }
}
