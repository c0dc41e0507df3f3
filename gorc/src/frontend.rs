//! Load, parse, check: from arguments to a checked program, or to the errors that gc prints.
//!
//! Packages are checked in dependency order. A package with errors is not looked at by those that
//! import it, as when cmd/go builds it. Packages of the SDK are only added to the checker: what is
//! needed of them is checked when it is reached.

use std::sync::Arc;

use go_ast::{DepthLimit, Origin as ParseOrigin, ParseMode, Parsed};
use go_load::{LoadConfig, OsFileSystem, Package, PackageGraph, Severity as LoadSeverity};
use go_source::diagnostic::{Diagnostic, Severity};
use go_source::{FileId, Interner, SourceMap};
use go_types::check::{BranchChecks, CheckOptions, Checker, PackageInput};
use go_types::object::PkgId;
use rayon::prelude::*;

use crate::render::go::ErrorLimit;
use crate::session::Session;

/// How strict unused names are taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum Unused {
    /// As gc: errors.
    #[default]
    Errors,
    /// Warnings (`-relaxed`).
    Warnings,
}

/// Options of the front end.
#[derive(Clone, Debug)]
pub(crate) struct FrontendOptions {
    /// Unused variables, imports, labels.
    pub(crate) unused: Unused,
    /// How many errors are told.
    pub(crate) limit: ErrorLimit,
    /// Language version of the named packages (`-lang`), instead of their module's.
    pub(crate) lang: Option<(u32, u32)>,
    /// `import "C"` is an opaque package (`-fakeImportC`).
    pub(crate) fake_import_c: bool,
    /// `assert` and `trace` are known, as internal/types/testdata needs (`-testbuiltins`).
    pub(crate) test_builtins: bool,
}

/// The findings about one package.
#[derive(Debug)]
pub(crate) struct PackageReport {
    /// Import path.
    pub(crate) path: String,
    /// Its diagnostics, in the order in which they were reported.
    pub(crate) diagnostics: Vec<Diagnostic>,
}

impl PackageReport {
    fn failed(&self) -> bool {
        self.diagnostics.iter().any(|d| d.severity == Severity::Error)
    }
}

/// A checked program.
pub(crate) struct Frontend {
    /// The packages.
    pub(crate) graph: PackageGraph,
    /// All files.
    pub(crate) sources: Arc<SourceMap>,
    /// Names.
    pub(crate) interner: Arc<Interner>,
    /// The checker with all sound packages.
    pub(crate) checker: Checker,
    /// The checker's package of each of the graph's; none for those that failed.
    pub(crate) ids: Vec<Option<PkgId>>,
    /// The trees of each package's files.
    pub(crate) trees: Vec<Vec<Arc<go_ast::File>>>,
    /// What was found, package by package, without those where nothing was.
    pub(crate) reports: Vec<PackageReport>,
}

impl Frontend {
    /// Whether anything is wrong with the program.
    pub(crate) fn failed(&self) -> bool {
        self.reports.iter().any(PackageReport::failed)
    }

    /// Frees the trees and what the checker knows, on another thread: nothing looks at them once a program is
    /// lowered, and they are most of what is in memory by then.
    pub(crate) fn release_syntax(&mut self) {
        let none = Checker::new(Arc::clone(&self.interner), CheckOptions::default());
        let Checker { store, info, trees, .. } = std::mem::replace(&mut self.checker, none);
        let own = std::mem::take(&mut self.trees);
        rayon::spawn(move || drop((store, info, trees, own)));
    }
}

/// The packages that patterns name, or the text of what is wrong with them; warnings are printed.
pub(crate) fn load(session: &Session, config: &LoadConfig, patterns: &[String]) -> Result<PackageGraph, String> {
    let (graph, errors) = session.stage("load", || go_load::load(config, &OsFileSystem, patterns));
    let files: usize = graph.packages.iter().map(|p| p.files.len()).sum();
    session.info(format_args!("{} packages, {files} files", graph.packages.len()));
    let mut text = String::new();
    for e in &errors {
        match e.severity {
            LoadSeverity::Error => text.push_str(&format!("{e}\n")),
            LoadSeverity::Warning => eprintln!("{e}"),
        }
    }
    if text.is_empty() { Ok(graph) } else { Err(text) }
}

/// Parses and checks the packages of a graph.
pub(crate) fn check(session: &Session, graph: PackageGraph, options: &FrontendOptions) -> Frontend {
    let interner = Arc::new(Interner::new());
    let (sources, parsed) = session.stage("parse", || parse_all(&graph, &interner, session.depth));
    let lines: usize = graph.packages.iter().flat_map(|p| &p.files).map(|f| bytecount(&f.text)).sum();
    session.info(format_args!("{lines} lines"));
    let sources = Arc::new(sources);
    session.stage("check", || check_all(graph, interner, sources, parsed, options))
}

/// Whether a package is checked in full.
fn is_checked_in_full(p: &Package) -> bool {
    p.is_root || !p.is_std()
}

fn bytecount(text: &[u8]) -> usize {
    text.iter().filter(|b| **b == b'\n').count()
}

/// Parses all files in parallel; their positions follow the order of packages and files. Trees that are too
/// deep for the stacks of the pool are made on this thread, whose stack holds `depth`.
fn parse_all(graph: &PackageGraph, interner: &Interner, depth: DepthLimit) -> (SourceMap, Vec<Vec<Parsed>>) {
    let mut sources = SourceMap::new();
    let pool = DepthLimit::default();
    let pool = DepthLimit { nested: pool.nested.min(depth.nested), chain: pool.chain.min(depth.chain) };
    let mut work: Vec<(usize, FileId, ParseMode)> = Vec::new();
    for (i, p) in graph.packages.iter().enumerate() {
        let origin = if p.is_std() { ParseOrigin::Runtime } else { ParseOrigin::User };
        for f in &p.files {
            // Four GiB of sources do not fit into memory as trees either.
            let Some(id) = sources.add(f.display.clone(), Arc::clone(&f.text)) else { continue };
            work.push((i, id, ParseMode { origin, depth: pool, ..ParseMode::default() }));
        }
    }
    let parse = |id: FileId, mode: ParseMode| {
        let file = sources.file(id);
        go_ast::parse(id, file.base, &file.text, interner, mode)
    };
    let mut parsed: Vec<(usize, Parsed)> = work.par_iter().map(|(i, id, mode)| (*i, parse(*id, *mode))).collect();
    let mut is_deep = vec![false; parsed.len()];
    for (n, (_, p)) in parsed.iter_mut().enumerate().filter(|(_, (_, p))| p.too_deep) {
        let (_, id, mode) = work[n];
        is_deep[n] = true;
        *p = parse(id, ParseMode { depth, ..mode });
    }
    for (_, p) in &parsed {
        if !p.line_directives.is_empty() {
            let file = sources.file(p.file.id);
            file.set_line_directives(p.line_directives_for(&file.name));
        }
    }
    // Branches name other places, which need all `//line` directives.
    let branches = |p: &mut Parsed| {
        let found = go_ast::check_all_branches(p, interner, &sources);
        p.diagnostics.extend(found);
    };
    let own = |i: usize| is_checked_in_full(&graph.packages[i]);
    parsed.par_iter_mut().zip(&is_deep).filter(|((i, _), deep)| !**deep && own(*i)).for_each(|((_, p), _)| branches(p));
    for ((i, p), _) in parsed.iter_mut().zip(&is_deep).filter(|(_, deep)| **deep) {
        if own(*i) && !p.too_deep {
            branches(p);
        }
    }
    let mut out: Vec<Vec<Parsed>> = graph.packages.iter().map(|_| Vec::new()).collect();
    for (i, p) in parsed {
        out[i].push(p);
    }
    (sources, out)
}

fn check_all(
    graph: PackageGraph,
    interner: Arc<Interner>,
    sources: Arc<SourceMap>,
    parsed: Vec<Vec<Parsed>>,
    options: &FrontendOptions,
) -> Frontend {
    let mut checker = Checker::new(
        Arc::clone(&interner),
        CheckOptions {
            relaxed: options.unused == Unused::Warnings,
            branches: BranchChecks::ByParser,
            fake_import_c: options.fake_import_c,
            test_builtins: options.test_builtins,
            ..CheckOptions::default()
        },
    );
    checker.set_sources(Arc::clone(&sources));
    let mut ids: Vec<Option<PkgId>> = Vec::with_capacity(graph.packages.len());
    let mut reports = Vec::new();
    let mut trees = Vec::with_capacity(graph.packages.len());
    for (p, files) in graph.packages.iter().zip(parsed) {
        if p.is_unsafe() {
            ids.push(Some(go_types::store::Store::UNSAFE));
            trees.push(Vec::new());
            continue;
        }
        let mut report = PackageReport { path: p.path.clone(), diagnostics: Vec::new() };
        let mut late = Vec::new();
        let mut list = Vec::with_capacity(files.len());
        let too_deep = files.iter().any(|f| f.too_deep);
        for f in files {
            report.diagnostics.extend(f.diagnostics);
            late.extend(f.late_diagnostics);
            late.extend(embeds_without_import(&f.file, &checker.store.interner));
            list.push(Arc::new(f.file));
        }
        trees.push(list.clone());
        // A package whose imports failed is not built, and says nothing.
        let imports = p.imports.iter().map(|(path, id)| Some((path.clone(), ids[id.index()]?)));
        let Some(imports) = imports.collect::<Option<_>>() else {
            ids.push(None);
            continue;
        };
        if options.unused == Unused::Warnings {
            for d in report.diagnostics.iter_mut().filter(|d| d.code == go_types::codes::UNUSED_LABEL) {
                d.severity = Severity::Warning;
            }
        }
        // Only syntax errors keep gc from checking types.
        if too_deep || report.diagnostics.iter().any(|d| d.message.starts_with("syntax error")) {
            ids.push(None);
            reports.push(report);
            continue;
        }
        let full = is_checked_in_full(p);
        let version = (p.go_version.major, p.go_version.minor);
        let id = checker.add_package(PackageInput {
            path: link_path(p),
            files: list,
            imports,
            go_version: options.lang.filter(|_| p.is_root).unwrap_or(version),
            own: full,
        });
        if full {
            checker.check_package(id);
        }
        report.diagnostics.append(&mut checker.diagnostics);
        if !report.failed() {
            report.diagnostics.extend(late);
        }
        ids.push((!report.failed()).then_some(id));
        if !report.diagnostics.is_empty() {
            reports.push(report);
        }
    }
    Frontend { graph, sources, interner, checker, ids, trees, reports }
}

/// The path that symbols and type names of a package start with: programs are called `main`.
pub(crate) fn link_path(p: &Package) -> String {
    if p.name == "main" && !p.is_std() { "main".to_owned() } else { p.path.clone() }
}

/// `//go:embed` directives of a file that does not import package embed.
fn embeds_without_import(file: &go_ast::File, interner: &Interner) -> Vec<Diagnostic> {
    if file.imports.iter().any(|i| interner.resolve(i.path_value) == "embed") {
        return Vec::new();
    }
    let embeds = file.directives.iter().filter(|d| d.text.starts_with("go:embed ") || &*d.text == "go:embed");
    let text = "go:embed requires import \"embed\" (or import _ \"embed\", if package is not used)";
    embeds.map(|d| Diagnostic::error_at(go_source::Code("MisplacedEmbed"), d.pos.offset(2), text)).collect()
}
