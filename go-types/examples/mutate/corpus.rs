//! The programs that are mutated, and how one is checked: as a package of its own that may import
//! all of the standard library.

use crate::mutator::{self, Random};
use go_ast::{Origin, ParseMode};
use go_load::{LoadConfig, OsFileSystem, PackageGraph, RuntimeDependency};
use go_source::{Interner, SourceMap};
use go_types::check::{BranchChecks, CheckOptions, Checker, PackageInput};
use go_types::object::PkgId;
use rustc_hash::FxHashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Packages with more bytes than this are not checked as a whole around a mutated file.
const WHOLE_PACKAGE: usize = 120_000;
/// A checker serves so many programs.
const PROGRAMS_PER_CHECKER: usize = 100;

/// A file that may be mutated.
struct Source {
    path: PathBuf,
    /// The package of the standard library it belongs to, and its place in it.
    of: Option<(usize, usize)>,
}

/// All of them, with the standard library for their imports.
pub(crate) struct Corpus {
    sources: Vec<Source>,
    graph: PackageGraph,
    interner: Arc<Interner>,
    map: SourceMap,
    trees: Vec<Vec<Arc<go_ast::File>>>,
    state: Option<State>,
}

/// A checker in use.
struct State {
    checker: Checker,
    map: SourceMap,
    by_path: FxHashMap<String, PkgId>,
    programs: usize,
}

/// What checking a program found.
#[derive(Default)]
pub(crate) struct Findings {
    /// Errors of lexer and parser.
    pub(crate) syntax: usize,
    /// Errors of the checker.
    pub(crate) types: usize,
}

impl Corpus {
    /// Reads the standard library of an SDK and the names of its test files.
    pub(crate) fn new(goroot: &Path) -> Corpus {
        let mut config = LoadConfig::new(goroot.display().to_string(), goroot.join("src").display().to_string());
        config.runtime = RuntimeDependency::None;
        let (graph, _) = go_load::load(&config, &OsFileSystem, &["std".to_owned()]);
        let interner = Arc::new(Interner::new());
        let (mut map, mut trees, mut sources) = (SourceMap::new(), Vec::new(), Vec::new());
        for (i, p) in graph.packages.iter().enumerate() {
            let mut list = Vec::new();
            for (j, f) in p.files.iter().enumerate() {
                let id = map.add(f.display.clone(), Arc::clone(&f.text)).expect("fits");
                let mode = ParseMode { origin: Origin::Runtime, ..ParseMode::default() };
                list.push(Arc::new(go_ast::parse(id, map.file(id).base, &f.text, &interner, mode).file));
                sources.push(Source { path: f.display.clone().into(), of: Some((i, j)) });
            }
            trees.push(list);
        }
        let mut more = Vec::new();
        collect(&goroot.join("src"), false, &mut more);
        more.sort();
        // The checker's own test files say most about types, so that they come often.
        let often = more.iter().filter(|p| p.components().any(|c| c.as_os_str() == "types")).cloned();
        let often: Vec<PathBuf> = often.collect();
        for path in more.into_iter().chain(often.iter().cloned()).chain(often.iter().cloned()).chain(often.clone()) {
            sources.push(Source { path, of: None });
        }
        Corpus { sources, graph, interner, map, trees, state: None }
    }

    /// Number of files.
    pub(crate) fn len(&self) -> usize {
        self.sources.len()
    }

    fn text(&self, i: usize) -> Arc<[u8]> {
        match self.sources[i].of {
            Some((p, f)) => Arc::clone(&self.graph.packages[p].files[f].text),
            None => std::fs::read(&self.sources[i].path).unwrap_or_default().into(),
        }
    }

    /// The program of an index: which file it was, and the changed text.
    pub(crate) fn program(&self, seed: u64, index: u64) -> (usize, Vec<u8>) {
        let mut r = Random::new(seed, index);
        let i = r.below(self.sources.len());
        let donor = r.below(self.sources.len());
        (i, mutator::mutate(&self.text(i), &self.text(donor), &mut r))
    }

    /// Name of file `i`.
    pub(crate) fn name(&self, i: usize) -> &Path {
        &self.sources[i].path
    }

    /// Gives up the checker, after a panic.
    pub(crate) fn reset(&mut self) {
        self.state = None;
    }

    fn new_state(&self) -> State {
        let options = CheckOptions { branches: BranchChecks::ByParser, ..CheckOptions::default() };
        let mut checker = Checker::new(Arc::clone(&self.interner), options);
        checker.set_sources(Arc::new(self.map.clone()));
        let mut ids = Vec::new();
        let mut by_path = FxHashMap::default();
        for (p, files) in self.graph.packages.iter().zip(&self.trees) {
            let id = if p.is_unsafe() {
                go_types::store::Store::UNSAFE
            } else {
                checker.add_package(PackageInput {
                    path: p.path.clone(),
                    files: files.clone(),
                    imports: p.imports.iter().map(|(path, id)| (path.clone(), ids[id.index()])).collect(),
                    go_version: (1, 27),
                    own: false,
                })
            };
            ids.push(id);
            by_path.insert(p.path.clone(), id);
            // Inside the standard library, vendored packages go by their own names.
            if let Some(path) = p.path.strip_prefix("vendor/") {
                by_path.insert(path.to_owned(), id);
            }
        }
        State { checker, map: self.map.clone(), by_path, programs: 0 }
    }

    /// Checks `text` in place of file `i`.
    pub(crate) fn check(&mut self, i: usize, text: &[u8]) -> Findings {
        if self.state.as_ref().is_none_or(|s| s.programs == PROGRAMS_PER_CHECKER) {
            self.state = Some(self.new_state());
        }
        let mut texts: Vec<Arc<[u8]>> = vec![text.into()];
        let mut path = "p".to_owned();
        if let Some((p, f)) = self.sources[i].of {
            let package = &self.graph.packages[p];
            path.clone_from(&package.path);
            if package.files.iter().map(|f| f.text.len()).sum::<usize>() <= WHOLE_PACKAGE {
                let others = package.files.iter().enumerate().filter(|(j, _)| *j != f);
                texts.extend(others.map(|(_, f)| Arc::clone(&f.text)));
            }
        }
        let Some(state) = &mut self.state else { unreachable!("made above") };
        state.programs += 1;
        let mut found = Findings::default();
        let _ = go_ast::format(text);
        let parsed: Vec<go_ast::Parsed> = texts
            .iter()
            .map(|text| {
                let id = state.map.add("x.go".to_owned(), Arc::clone(text)).expect("fits");
                let p = go_ast::parse(id, state.map.file(id).base, text, &self.interner, ParseMode::default());
                let file = state.map.file(id);
                file.set_line_directives(p.line_directives_for(&file.name));
                p
            })
            .collect();
        let map = Arc::new(state.map.clone());
        for p in &parsed {
            let branches = go_ast::check_all_branches(p, &self.interner, &map);
            found.syntax += p.diagnostics.len() + branches.len();
            for d in p.diagnostics.iter().chain(&branches) {
                map.location(d.span.lo);
            }
        }
        state.checker.set_sources(Arc::clone(&map));
        let pkg = state.checker.add_package(PackageInput {
            path,
            files: parsed.into_iter().map(|p| Arc::new(p.file)).collect(),
            imports: state.by_path.clone(),
            go_version: (1, 27),
            own: true,
        });
        state.checker.check_package(pkg);
        for d in state.checker.take_diagnostics() {
            found.types += 1;
            map.location(d.span.lo);
            d.labels.iter().for_each(|l| drop(map.location(l.span.lo)));
        }
        found
    }
}

/// Test files and the Go files of `testdata` folders; `inside` one of those, all.
fn collect(dir: &Path, inside: bool, out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        match entry.file_type() {
            Ok(t) if t.is_dir() => collect(&path, inside || name == "testdata", out),
            Ok(t) if t.is_file() && (inside && name.ends_with(".go") || name.ends_with("_test.go")) => out.push(path),
            _ => {}
        }
    }
}
