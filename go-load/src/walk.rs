//! The ordered part of a load: one depth-first walk over what was read.
//!
//! It gives ids, finds cycles, checks who may import whom, resolves embeds, and tells problems with
//! the import stack or position that cmd/go would give: a package is judged at the first import that
//! reaches it, imports being taken in the order of their paths, and each package tells one problem.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::embed::{self, EmbedFiles};
use crate::error::{ImportStep, LoadError, LoadErrorKind, Position, Severity, Style};
use crate::fs::short_path;
use crate::graph::{Origin, Package, PackageGraph, PackageId, RuntimeDependency, display_path, overlay_error};
use crate::module::modfile::GoVersion;
use crate::module::path_check::has_path_prefix;
use crate::package::SourceFile;
use crate::reader::{COMMAND_LINE, ImporterKind, RawPackage, Reader, Resolution};
use crate::scan::line_col;
use crate::targets::Targets;

/// How far a package is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Progress {
    Open,
    Done,
}

struct Node {
    raw: Option<Arc<RawPackage>>,
    /// The path that errors show: final for packages, as written where nothing was found.
    path: String,
    progress: Progress,
    error: Option<LoadError>,
    children: Vec<usize>,
    imports: Vec<(String, usize)>,
    embeds: Vec<EmbedFiles>,
    root: bool,
}

/// The import that leads to a package.
#[derive(Clone)]
struct Site {
    pos: Position,
    from: String,
}

/// The walk's state.
pub(crate) struct Walk<'a, 'r> {
    reader: &'r Reader<'a>,
    nodes: Vec<Node>,
    /// By final path, or by path as written for those not found.
    index: FxHashMap<String, usize>,
    folded: FxHashMap<String, String>,
    stack: Vec<ImportStep>,
    order: Vec<usize>,
}

impl<'a, 'r> Walk<'a, 'r> {
    pub(crate) fn new(reader: &'r Reader<'a>) -> Self {
        Walk {
            reader,
            nodes: Vec::new(),
            index: FxHashMap::default(),
            folded: FxHashMap::default(),
            stack: Vec::new(),
            order: Vec::new(),
        }
    }

    /// Walks from runtime and the targets, and lays the result out.
    pub(crate) fn run(mut self, targets: &Targets, errors: &mut Vec<LoadError>) -> PackageGraph {
        let runtime = (self.reader.config.runtime == RuntimeDependency::Implicit)
            .then(|| self.visit(ImporterKind::Std, "runtime", None, None).0);
        if let Some(e) = runtime.and_then(|n| self.nodes[n].error.clone()) {
            errors.push(overlay_error(e.to_string()));
        }
        let mut roots = Vec::new();
        match targets {
            Targets::Packages(matches) => {
                let (warnings, _): (Vec<_>, Vec<_>) =
                    matches.iter().flat_map(|m| &m.errors).partition(|e| e.severity == Severity::Warning);
                errors.extend(warnings.into_iter().cloned());
                let mut told = vec![];
                for m in matches {
                    for path in &m.paths {
                        let (n, _) = self.visit(ImporterKind::User, path, None, None);
                        if self.omit_test_only(n, m.literal) || roots.contains(&n) {
                            continue;
                        }
                        self.nodes[n].root = true;
                        roots.push(n);
                    }
                    self.collect_errors(&roots, &mut told, errors);
                    errors.extend(m.errors.iter().filter(|e| e.severity == Severity::Error).cloned());
                }
            }
            Targets::Files { .. } => {
                if let Some(raw) = self.reader.package(COMMAND_LINE) {
                    let n = self.add_node(COMMAND_LINE, Some(raw.clone()));
                    self.open(n, &raw, COMMAND_LINE, None);
                    if raw.folder.files.is_empty() && !raw.folder.ignored.is_empty() && !raw.folder.only_tests {
                        let kind = LoadErrorKind::NoGoFiles("no Go source files".into());
                        self.nodes[n].error = Some(LoadError::command(kind));
                    }
                    self.nodes[n].root = true;
                    roots.push(n);
                }
                self.collect_errors(&roots, &mut vec![], errors);
            }
        }
        self.finish(&roots, runtime)
    }

    /// A package with tests alone is no target of a `...` pattern.
    fn omit_test_only(&mut self, n: usize, literal: bool) -> bool {
        let only_tests = self.nodes[n].raw.as_ref().is_some_and(|r| r.folder.only_tests);
        only_tests && !literal
    }

    fn add_node(&mut self, path: &str, raw: Option<Arc<RawPackage>>) -> usize {
        self.nodes.push(Node {
            raw,
            path: path.to_owned(),
            progress: Progress::Open,
            error: None,
            children: Vec::new(),
            imports: Vec::new(),
            embeds: Vec::new(),
            root: false,
        });
        self.nodes.len() - 1
    }

    fn step(path: &str, site: Option<&Site>) -> ImportStep {
        ImportStep { path: path.to_owned(), from: site.map(|s| s.from.clone()) }
    }

    /// Loads the package of an import (or argument); the second result is why the importer may not
    /// import it.
    fn visit(
        &mut self,
        kind: ImporterKind,
        path: &str,
        importer: Option<&RawPackage>,
        site: Option<&Site>,
    ) -> (usize, Option<LoadError>) {
        let resolution = self.reader.resolution(kind, path);
        let (target, raw) = match &resolution {
            Some(Resolution::Package(p)) => (p.clone(), self.reader.package(p)),
            Some(Resolution::Failed(_) | Resolution::MissingSum(_) | Resolution::FailedWithStack(_)) | None => {
                (path.to_owned(), None)
            }
        };
        if let Some(&n) = self.index.get(&target) {
            self.reuse(n, path, site);
            let perr = self.forbidden(n, path, importer, site);
            return (n, perr);
        }
        let n = self.add_node(&target, raw.clone());
        self.index.insert(target, n);
        match (raw, resolution) {
            (Some(raw), _) => {
                self.open(n, &raw, path, site);
            }
            (None, Some(Resolution::FailedWithStack(kind))) => {
                self.stack.push(Self::step(path, site));
                self.nodes[n].error = Some(LoadError::package(kind, None, self.stack.clone()));
                self.stack.pop();
            }
            (None, resolution) => {
                let kind = match resolution {
                    Some(Resolution::Failed(kind)) => kind,
                    Some(Resolution::MissingSum(module)) => missing_sum(path, &module, importer),
                    Some(Resolution::Package(_) | Resolution::FailedWithStack(_)) | None => {
                        LoadErrorKind::Io(format!("package {path} was not read"))
                    }
                };
                self.nodes[n].error = Some(self.at_import(kind, site));
            }
        }
        self.nodes[n].progress = Progress::Done;
        if self.nodes[n].raw.is_none() {
            self.order.push(n);
        }
        let perr = self.forbidden(n, path, importer, site);
        (n, perr)
    }

    /// An error told at the position of the import, or alone at an argument.
    fn at_import(&self, kind: LoadErrorKind, site: Option<&Site>) -> LoadError {
        LoadError::package(kind, site.map(|s| s.pos.clone()), self.stack.clone())
    }

    /// A package that was seen before: a cycle if it is still open.
    fn reuse(&mut self, n: usize, path: &str, site: Option<&Site>) {
        self.stack.push(Self::step(path, site));
        let stack = self.stack.clone();
        self.stack.pop();
        let node = &mut self.nodes[n];
        if node.progress == Progress::Open && node.raw.is_some() {
            match &mut node.error {
                None => {
                    let mut e = LoadError::new(LoadErrorKind::ImportCycle, Style::Cycle);
                    e.stack = stack;
                    node.error = Some(e);
                    return;
                }
                Some(e) => e.style = Style::Cycle,
            }
        }
        if let Some(e) = &mut node.error
            && e.style != Style::Cycle
            && !e.stack.is_empty()
            && shorter(&stack, &e.stack)
        {
            e.stack = stack;
        }
    }

    /// Loads a package's own facts, then its imports.
    fn open(&mut self, n: usize, raw: &Arc<RawPackage>, path: &str, site: Option<&Site>) {
        if let Some(p) = &raw.folder.problem {
            let error = if p.with_stack {
                self.stack.push(Self::step(path, site));
                let stack = self.stack.clone();
                self.stack.pop();
                let pos = p.place.as_ref().map(|(file, line, column)| Position {
                    path: short_path(&self.reader.config.cwd, file),
                    line: *line,
                    column: *column,
                });
                if raw.folder.only_tests {
                    // cmd/go tells this when it builds the package, not when it loads it.
                    let text = format!("{}: {}", raw.path, p.kind);
                    LoadError::new(LoadErrorKind::NoGoFiles(text), Style::Plain)
                } else {
                    LoadError::package(p.kind.clone(), pos, stack)
                }
            } else {
                self.at_import(p.kind.clone(), site)
            };
            self.nodes[n].error = Some(error);
        }
        let fold = raw.path.to_lowercase();
        match self.folded.get(&fold) {
            None => {
                self.folded.insert(fold, raw.path.clone());
            }
            Some(other) if *other != raw.path => {
                let text = format!("case-insensitive import collision: \"{}\" and \"{other}\"", raw.path);
                self.set_error(n, |w| w.at_import(LoadErrorKind::CaseCollision(text), site));
                self.close(n);
                return;
            }
            Some(_) => {}
        }
        self.stack.push(Self::step(path, site));
        self.resolve_embeds(n, raw);
        self.check_file_names(n, raw);
        let kind = raw.kind();
        let mut children = Vec::new();
        let mut imports = Vec::new();
        for (import, file, offset) in raw.import_sites() {
            let file = &raw.folder.files[file];
            let site = self.site(file, offset);
            let (child, perr) = self.visit(kind, import, Some(raw), Some(&site));
            if let Some(e) = perr {
                self.set_error(n, |_| e);
            }
            children.push(child);
            imports.push((import.to_owned(), child));
        }
        if let Some(kind) = &raw.folder.foreign {
            let kind = kind.clone();
            self.set_error(n, |w| LoadError::package(kind, None, w.stack.clone()));
        }
        self.stack.pop();
        self.nodes[n].children = children;
        self.nodes[n].imports = imports;
        self.close(n);
    }

    fn close(&mut self, n: usize) {
        self.nodes[n].progress = Progress::Done;
        self.order.push(n);
    }

    fn set_error(&mut self, n: usize, make: impl FnOnce(&Self) -> LoadError) {
        if self.nodes[n].error.is_none() {
            let e = make(self);
            self.nodes[n].error = Some(e);
        }
    }

    fn position(&self, file: &SourceFile, offset: u32) -> Position {
        let (line, column) = line_col(&file.text, offset);
        Position { path: short_path(&self.reader.config.cwd, &file.path), line, column }
    }

    fn site(&self, file: &SourceFile, offset: u32) -> Site {
        Site { pos: self.position(file, offset), from: file.name.clone() }
    }

    fn resolve_embeds(&mut self, n: usize, raw: &RawPackage) {
        let mut patterns: Vec<(&str, &SourceFile, u32)> = Vec::new();
        for f in &raw.folder.files {
            patterns.extend(f.embed_patterns.iter().map(|p| (p.pattern.as_str(), f, p.offset)));
        }
        patterns.sort_by(|a, b| a.0.cmp(b.0));
        patterns.dedup_by(|b, a| a.0 == b.0);
        for (pattern, file, offset) in patterns {
            match embed::resolve(self.reader.fs, &raw.dir, pattern) {
                Ok(files) => self.nodes[n].embeds.push(EmbedFiles { pattern: pattern.to_owned(), files }),
                Err(message) => {
                    let kind = LoadErrorKind::Embed { pattern: pattern.to_owned(), message };
                    let pos = self.position(file, offset);
                    self.set_error(n, |w| LoadError::package(kind, Some(pos), w.stack.clone()));
                    return;
                }
            }
        }
    }

    fn check_file_names(&mut self, n: usize, raw: &RawPackage) {
        let mut seen: FxHashMap<String, &str> = FxHashMap::default();
        for f in &raw.folder.files {
            if let Some(other) = seen.insert(f.name.to_lowercase(), &f.name) {
                let text = format!("case-insensitive file name collision: \"{other}\" and \"{}\"", f.name);
                self.set_error(n, |w| LoadError::package(LoadErrorKind::CaseCollision(text), None, w.stack.clone()));
                return;
            }
            let good = |c: char| c.is_ascii_alphanumeric() || "._/".contains(c) || !c.is_ascii();
            if !f.name.chars().next().is_some_and(good) {
                let text = format!("invalid input file name \"{}\"", f.name);
                self.set_error(n, |w| LoadError::package(LoadErrorKind::CaseCollision(text), None, w.stack.clone()));
                return;
            }
        }
    }

    /// Why an importer may not import a package: internal, vendored, a program, or a local path.
    fn forbidden(&self, n: usize, path: &str, importer: Option<&RawPackage>, site: Option<&Site>) -> Option<LoadError> {
        let importer = importer?;
        if let Some(raw) = &self.nodes[n].raw {
            if self.nodes[n].error.is_none() && !self.may_see_internal(importer, raw) {
                let mut e = self.at_import(LoadErrorKind::Internal(raw.path.clone()), site);
                e.style = Style::StackAndPos;
                return Some(e);
            }
            if !may_see_vendored(importer, raw) {
                return Some(self.at_import(LoadErrorKind::Vendored, site));
            }
            if let Some(short) = vendor_tail(path) {
                let kind = LoadErrorKind::VendorPath { path: path.to_owned(), short: short.to_owned() };
                return Some(self.at_import(kind, site));
            }
            if raw.folder.name == "main" && importer.dir != raw.dir {
                return Some(self.at_import(LoadErrorKind::ImportOfProgram(path.to_owned()), site));
            }
        }
        let local = path == "." || path == ".." || path.starts_with("./") || path.starts_with("../");
        if local && importer.origin != Origin::CommandLine {
            let text = if path == "." {
                ".: cannot import current directory".to_owned()
            } else {
                format!("local import \"{path}\" in non-local package")
            };
            return Some(self.at_import(LoadErrorKind::InvalidImport(text), site));
        }
        None
    }

    fn may_see_internal(&self, importer: &RawPackage, raw: &RawPackage) -> bool {
        let Some(at) = find_internal(&raw.path) else {
            return true;
        };
        let parent = &raw.path[..at.saturating_sub(1)];
        if has_path_prefix(&importer.path, "crypto") && has_path_prefix(&raw.path, "crypto/internal/fips140") {
            return true;
        }
        if has_path_prefix(&importer.path, "crypto/internal/fips140") {
            return has_path_prefix(&raw.path, "crypto/internal");
        }
        if raw.origin == Origin::Std {
            let root = if parent.is_empty() {
                self.reader.goroot_src.to_path_buf()
            } else {
                self.reader.goroot_src.join(parent)
            };
            return importer.dir.starts_with(root);
        }
        let importer_path = if importer.origin == Origin::CommandLine {
            self.reader.modules.path_of_dir(&importer.dir).map_or_else(|| ".".to_owned(), |(p, _)| p)
        } else {
            importer.path.clone()
        };
        has_path_prefix(&importer_path, parent)
    }

    /// Errors in the order of a depth-first list of the roots' packages.
    ///
    /// `told` marks the packages that earlier calls went through.
    fn collect_errors(&self, roots: &[usize], told: &mut Vec<bool>, errors: &mut Vec<LoadError>) {
        told.resize(self.nodes.len(), false);
        let mut list = Vec::new();
        for &r in roots {
            self.post_order(r, told, &mut list);
        }
        errors.extend(list.iter().filter_map(|&n| self.nodes[n].error.clone()));
    }

    fn post_order(&self, n: usize, seen: &mut [bool], list: &mut Vec<usize>) {
        if std::mem::replace(&mut seen[n], true) {
            return;
        }
        for &c in &self.nodes[n].children {
            self.post_order(c, seen, list);
        }
        list.push(n);
    }

    fn finish(mut self, roots: &[usize], runtime: Option<usize>) -> PackageGraph {
        let mut ids: FxHashMap<usize, PackageId> = FxHashMap::default();
        for &n in &self.order {
            if self.nodes[n].raw.is_some() {
                let id = PackageId(ids.len() as u32);
                ids.insert(n, id);
            }
        }
        let mut graph = PackageGraph {
            roots: roots.iter().filter_map(|n| ids.get(n).copied()).collect(),
            runtime: runtime.and_then(|n| ids.get(&n).copied()),
            ..PackageGraph::default()
        };
        let cwd = &self.reader.config.cwd;
        for n in std::mem::take(&mut self.order) {
            let Some(&id) = ids.get(&n) else { continue };
            let node = &mut self.nodes[n];
            let Some(raw) = node.raw.take() else { continue };
            let go_version = match (&raw.module, raw.origin) {
                (Some(m), Origin::Main | Origin::Dependency) => m.go_version,
                (None | Some(_), _) => GoVersion::CURRENT,
            };
            let mut files = raw.folder.files.clone();
            for f in &mut files {
                f.display = display_path(cwd, &raw.dir, &f.name, raw.origin);
            }
            let imports = node.imports.iter().filter_map(|(p, c)| ids.get(c).map(|id| (p.clone(), *id))).collect();
            graph.by_path.insert(node.path.clone(), id);
            graph.packages.push(Package {
                id,
                path: raw.path.clone(),
                name: raw.folder.name.clone(),
                dir: raw.dir.clone(),
                origin: raw.origin,
                module: raw.module.clone(),
                go_version,
                files,
                assembly: raw.folder.assembly.clone(),
                ignored: raw.folder.ignored.clone(),
                imports,
                embeds: std::mem::take(&mut node.embeds),
                aliases: raw.rules.as_ref().map(|r| r.aliases.clone()).unwrap_or_default(),
                is_root: node.root,
                is_sound: node.error.is_none(),
            });
        }
        graph
    }
}

fn shorter(a: &[ImportStep], b: &[ImportStep]) -> bool {
    if a.len() != b.len() {
        return a.len() < b.len();
    }
    a.iter().map(|s| &s.path).lt(b.iter().map(|s| &s.path))
}

fn missing_sum(path: &str, module: &str, importer: Option<&RawPackage>) -> LoadErrorKind {
    LoadErrorKind::MissingModule(match importer {
        Some(i) => format!(
            "missing go.sum entry for module providing package {path} (imported by {}); to add:\n\tgo get {}",
            i.path, i.path
        ),
        None => {
            format!("missing go.sum entry for module providing package {path}; to add:\n\tgo mod download {module}")
        }
    })
}

/// The offset of the last `internal` element.
fn find_internal(path: &str) -> Option<usize> {
    if path.ends_with("/internal") {
        Some(path.len() - "internal".len())
    } else if let Some(i) = path.rfind("/internal/") {
        Some(i + 1)
    } else {
        (path == "internal" || path.starts_with("internal/")).then_some(0)
    }
}

/// What follows the last `vendor` element, if something does.
fn vendor_tail(path: &str) -> Option<&str> {
    match path.rfind("/vendor/") {
        Some(i) => Some(&path[i + "/vendor/".len()..]),
        None => path.strip_prefix("vendor/"),
    }
}

fn may_see_vendored(importer: &RawPackage, raw: &RawPackage) -> bool {
    let Some(tail) = vendor_tail(&raw.path) else {
        return true;
    };
    let up = tail.split('/').count() + 1;
    match raw.dir.ancestors().nth(up) {
        Some(parent) => importer.dir.starts_with(parent),
        None => true,
    }
}
