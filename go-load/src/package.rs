//! One folder to one package: which files belong, what they are called, what they import.
//!
//! The counterpart of go/build's Import. It never resolves an import and never fails: problems are
//! kept with the package, to be told with the position of the import that led here.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use crate::constraint::{BuildContext, IgnoreReason, matches_header};
use crate::error::LoadErrorKind;
use crate::fs::{DirEntry, EntryKind, FileSystem};
use crate::module::modfile::GoVersion;
use crate::overlay::{Overlay, PackageRules};
use crate::scan::{Directive, EmbedPattern, HeaderError, HeaderErrorKind, ImportSpec, line_col, scan_header};

/// A file of a package.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// Base name.
    pub name: String,
    /// Absolute path. For overlay files: where the file would stand in the SDK.
    pub path: PathBuf,
    /// The path as `go` prints it in messages: `./x.go` or `dir/x.go` below the working folder for
    /// own packages, absolute for std.
    pub display: String,
    /// The file's bytes.
    pub text: Arc<[u8]>,
    /// Whether it is gorc's own instead of the SDK's.
    pub from_overlay: bool,
    /// Imports in source order.
    pub imports: Vec<ImportSpec>,
    /// The language version that a `//go:build go1.N` line asks for.
    pub go_version: Option<GoVersion>,
    /// `//go:` lines before the package clause (`//go:debug`).
    pub directives: Vec<Directive>,
    /// `//go:embed` patterns.
    pub embed_patterns: Vec<EmbedPattern>,
}

/// A problem of a package's own, before it is known how it is reached.
#[derive(Clone, Debug)]
pub(crate) struct PackageProblem {
    pub(crate) kind: LoadErrorKind,
    /// File and offset, for messages that have a place of their own.
    pub(crate) place: Option<(PathBuf, u32, u32)>,
    /// Told with the import stack instead of the import's position.
    pub(crate) with_stack: bool,
}

/// A folder, read.
#[derive(Clone, Debug, Default)]
pub(crate) struct FolderPackage {
    pub(crate) name: String,
    pub(crate) files: Vec<SourceFile>,
    pub(crate) ignored: Vec<(String, IgnoreReason)>,
    pub(crate) problem: Option<PackageProblem>,
    /// Only test files are here: no error for cmd/go's loader, but nothing to compile.
    pub(crate) only_tests: bool,
    pub(crate) foreign: Option<LoadErrorKind>,
    /// Assembly files.
    pub(crate) assembly: Vec<String>,
}

/// What decides about a folder's files.
pub(crate) struct FolderInput<'a> {
    pub(crate) fs: &'a dyn FileSystem,
    pub(crate) context: &'a BuildContext,
    pub(crate) dir: &'a Path,
    pub(crate) entries: &'a [DirEntry],
    pub(crate) selection: Selection<'a>,
    /// Assembly files are listed. For the SDK's packages only those that the overlay names: what others have in
    /// assembly is gorc's business (other files, or go-rt).
    pub(crate) with_assembly: bool,
}

/// Which rule selects files.
#[derive(Clone, Copy)]
pub(crate) enum Selection<'a> {
    /// By name and constraint.
    Ordinary,
    /// The files named on the command line: all of them.
    Named,
    /// A std package with an overlay.
    Overlay { package: &'a str, overlay: &'a Overlay, rules: &'a PackageRules },
}

/// A file to read.
struct Candidate {
    name: String,
    /// Content from the overlay.
    given: Option<Arc<[u8]>>,
    /// Whether its constraint counts.
    by_constraint: bool,
}

enum Scanned {
    File(Box<SourceFile>, String, Option<HeaderError>),
    Ignored(String, IgnoreReason),
    Failed(LoadErrorKind),
}

impl FolderPackage {
    pub(crate) fn read(input: &FolderInput<'_>) -> FolderPackage {
        let mut out = FolderPackage::default();
        let candidates = candidates(input, &mut out);
        let tags: Vec<&str> = match input.selection {
            Selection::Overlay { rules, .. } => rules.tags.iter().map(String::as_str).collect(),
            Selection::Ordinary | Selection::Named => Vec::new(),
        };
        let scanned: Vec<Scanned> = if candidates.len() > 12 {
            candidates.into_par_iter().with_min_len(4).map(|c| scan(input, &tags, c)).collect()
        } else {
            candidates.into_iter().map(|c| scan(input, &tags, c)).collect()
        };
        let mut first_file = String::new();
        for s in scanned {
            match s {
                Scanned::Ignored(name, reason) => out.ignored.push((name, reason)),
                Scanned::Failed(kind) => {
                    out.fail(PackageProblem { kind, place: None, with_stack: false });
                }
                Scanned::File(file, package, error) => {
                    if let Some(e) = error {
                        out.fail(header_problem(&file, e));
                    }
                    if out.name.is_empty() {
                        out.name.clone_from(&package);
                        first_file.clone_from(&file.name);
                    } else if !package.is_empty() && package != out.name {
                        out.fail(PackageProblem {
                            kind: LoadErrorKind::MultiplePackages {
                                first: out.name.clone(),
                                first_file: first_file.clone(),
                                second: package,
                                second_file: file.name.clone(),
                                dir: input.dir.display().to_string(),
                            },
                            place: None,
                            with_stack: false,
                        });
                    }
                    out.files.push(*file);
                }
            }
        }
        out.files.sort_by(|a, b| a.name.cmp(&b.name));
        out.ignored.sort();
        out.judge_emptiness(input);
        out
    }

    fn fail(&mut self, problem: PackageProblem) {
        if self.problem.is_none() {
            self.problem = Some(problem);
        }
    }

    fn judge_emptiness(&mut self, input: &FolderInput<'_>) {
        if !self.files.is_empty() || self.problem.is_some() {
            return;
        }
        let dir = input.dir.display();
        // Test files are not read otherwise; here it matters whether one is for this build.
        let is_selected = |name: &String| {
            input
                .fs
                .read(&input.dir.join(name))
                .is_ok_and(|text| matches_header(input.context, &[], &text).is_ok_and(|v| v.selected))
        };
        let tests = self.ignored.iter().any(|(n, r)| *r == IgnoreReason::Test && is_selected(n));
        let others = self.ignored.iter().any(|(n, r)| *r != IgnoreReason::Test || !is_selected(n));
        self.only_tests = tests;
        let message = if others {
            format!("build constraints exclude all Go files in {dir}")
        } else if tests {
            format!("no non-test Go files in {dir}")
        } else {
            format!("no Go files in {dir}")
        };
        self.problem = Some(PackageProblem { kind: LoadErrorKind::NoGoFiles(message), place: None, with_stack: true });
    }
}

fn header_problem(file: &SourceFile, e: HeaderError) -> PackageProblem {
    let (line, column) = line_col(&file.text, e.offset);
    let shown = file.path.display();
    let (kind, place) = match e.kind {
        HeaderErrorKind::Syntax => (LoadErrorKind::Syntax(e.message), Some((file.path.clone(), line, column))),
        HeaderErrorKind::ImportPath => (LoadErrorKind::Syntax(format!("{shown}:{line}:{column}: {}", e.message)), None),
        HeaderErrorKind::Nul => (LoadErrorKind::Io(format!("read {shown}: {}", e.message)), None),
    };
    PackageProblem { kind, with_stack: place.is_some(), place }
}

/// Chooses by names alone what is worth reading.
fn candidates(input: &FolderInput<'_>, out: &mut FolderPackage) -> Vec<Candidate> {
    let mut list = Vec::new();
    let rules = match input.selection {
        Selection::Overlay { rules, .. } => Some(rules),
        Selection::Ordinary | Selection::Named => None,
    };
    if let (Some(rules), Selection::Overlay { package, overlay, .. }) = (rules, input.selection) {
        for name in &rules.keep {
            list.push(Candidate { name: name.clone(), given: None, by_constraint: false });
        }
        for name in &rules.add {
            let given = overlay.file(package, name).cloned();
            list.push(Candidate { name: name.clone(), given, by_constraint: false });
        }
        if rules.is_list() {
            return list;
        }
    }
    for e in input.entries {
        let name = &e.name;
        if e.kind == EntryKind::Dir || name.starts_with(['_', '.']) {
            continue;
        }
        if e.kind == EntryKind::Symlink && !matches!(input.fs.stat(&input.dir.join(name)), Ok(EntryKind::File)) {
            continue;
        }
        let named = matches!(input.selection, Selection::Named);
        if !name.ends_with(".go") {
            foreign(input, name, out);
            let wanted = input.with_assembly || rules.is_some_and(|r| r.assembles(name));
            if wanted && !named && name.ends_with(".s") && is_for_this_build(input, name) {
                out.assembly.push(name.clone());
            }
            continue;
        }
        let mut candidate = Candidate { name: name.clone(), given: None, by_constraint: !named };
        if let (Some(rules), Selection::Overlay { package, overlay, .. }) = (rules, input.selection) {
            if rules.add.contains(name) {
                continue;
            }
            if rules.drop.contains(name) {
                out.ignored.push((name.clone(), IgnoreReason::Overlay));
                continue;
            }
            if rules.replace.contains(name) {
                candidate.given = overlay.file(package, name).cloned();
            }
        }
        if !named && !input.context.matches_name(name) {
            out.ignored.push((name.clone(), IgnoreReason::Name));
        } else if name.ends_with("_test.go") {
            out.ignored.push((name.clone(), IgnoreReason::Test));
        } else {
            list.push(candidate);
        }
    }
    list
}

/// Whether an assembly file's name and constraint select it.
fn is_for_this_build(input: &FolderInput<'_>, name: &str) -> bool {
    input.context.matches_name(name)
        && input
            .fs
            .read(&input.dir.join(name))
            .is_ok_and(|text| matches_header(input.context, &[], &text).is_ok_and(|v| v.selected))
}

/// Fortran files are refused even without cgo; other foreign sources are then left aside by cmd/go.
fn foreign(input: &FolderInput<'_>, name: &str, out: &mut FolderPackage) {
    let fortran = [".f", ".F", ".for", ".f90"].iter().any(|e| name.ends_with(e));
    if !fortran || !input.context.matches_name(name) {
        return;
    }
    match &mut out.foreign {
        Some(LoadErrorKind::ForeignSources { files, .. }) => {
            files.push(' ');
            files.push_str(name);
        }
        other => *other = Some(LoadErrorKind::ForeignSources { language: "Fortran", files: name.to_owned() }),
    }
}

fn scan(input: &FolderInput<'_>, tags: &[&str], candidate: Candidate) -> Scanned {
    let name = candidate.name;
    let path = input.dir.join(&name);
    let from_overlay = candidate.given.is_some();
    let text = match candidate.given {
        Some(text) => text,
        None => match input.fs.read(&path) {
            Ok(text) => text,
            Err(e) => {
                return Scanned::Failed(LoadErrorKind::Io(format!("open {}: {}", path.display(), reason(&e))));
            }
        },
    };
    let verdict = match matches_header(input.context, tags, &text) {
        Ok(v) => v,
        Err(e) => {
            return Scanned::Failed(LoadErrorKind::Constraint { file: name, message: e.to_string() });
        }
    };
    if candidate.by_constraint && !verdict.selected {
        return Scanned::Ignored(name, IgnoreReason::Constraint);
    }
    let header = scan_header(&text);
    if header.package == "documentation" {
        return Scanned::Ignored(name, IgnoreReason::Documentation);
    }
    if header.imports.iter().any(|i| i.path == "C") {
        return Scanned::Ignored(name, IgnoreReason::Cgo);
    }
    let file = SourceFile {
        name,
        path,
        display: String::new(),
        text,
        from_overlay,
        imports: header.imports,
        go_version: verdict.go_version.map(|minor| GoVersion { major: 1, minor }),
        directives: header.directives,
        embed_patterns: header.embeds,
    };
    Scanned::File(Box::new(file), header.package, header.error)
}

/// An I/O error in the words of Go's os package.
pub(crate) fn reason(e: &std::io::Error) -> String {
    match e.kind() {
        std::io::ErrorKind::NotFound => "no such file or directory".into(),
        std::io::ErrorKind::PermissionDenied => "permission denied".into(),
        std::io::ErrorKind::IsADirectory => "is a directory".into(),
        _ => {
            let text = e.to_string();
            text.split(" (os error").next().unwrap_or(&text).to_lowercase()
        }
    }
}
