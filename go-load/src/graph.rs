//! The packages of a build, in dependency order: the crate's result and its entry point.
//!
//! Reading is parallel and unordered ([`crate::reader`]); everything that a user can see (ids,
//! errors, import stacks) is decided afterwards by one depth-first walk in the order of import paths,
//! as cmd/go does it, so a load gives the same result every time.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::constraint::{BuildContext, IgnoreReason};
use crate::embed::EmbedFiles;
use crate::error::{LoadError, LoadErrorKind};
use crate::fs::FileSystem;
use crate::module::modfile::GoVersion;
use crate::module::{ModMode, Module, ModuleInputs, ModuleSet};
use crate::overlay::{Overlay, SymbolAlias};
use crate::package::SourceFile;
use crate::reader::Reader;
use crate::walk::Walk;

/// A package of a [`PackageGraph`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PackageId(pub u32);

impl PackageId {
    /// Its place in [`PackageGraph::packages`].
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// Where a package comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The SDK: std, its vendored packages, cmd.
    Std,
    /// The main module.
    Main,
    /// Another module.
    Dependency,
    /// Files named on the command line.
    CommandLine,
}

/// One package.
#[derive(Clone, Debug)]
pub struct Package {
    /// Its place in the graph.
    pub id: PackageId,
    /// Import path as in symbols and reflection: `vendor/golang.org/x/…` for std's vendored ones,
    /// `command-line-arguments` for named files.
    pub path: String,
    /// The name of its package clause.
    pub name: String,
    /// Its folder.
    pub dir: PathBuf,
    /// Where it comes from.
    pub origin: Origin,
    /// Its module; none for std and for files outside a module.
    pub module: Option<Arc<Module>>,
    /// The language version of its files, unless a file asks for another.
    pub go_version: GoVersion,
    /// Files to compile, by name.
    pub files: Vec<SourceFile>,
    /// Names of its assembly files (`.s`), sorted; none where the overlay selects files that need none.
    pub assembly: Vec<String>,
    /// Files left out, and why.
    pub ignored: Vec<(String, IgnoreReason)>,
    /// From the path in source to the package, sorted by path; `"unsafe"` included, `"C"` never.
    pub imports: Vec<(String, PackageId)>,
    /// `//go:embed` patterns with their files, sorted by pattern.
    pub embeds: Vec<EmbedFiles>,
    /// Functions whose references go elsewhere (overlay).
    pub aliases: Vec<SymbolAlias>,
    /// Whether the user named it (by itself or by a pattern).
    pub is_root: bool,
    /// Whether it could be read without errors of its own.
    pub is_sound: bool,
}

impl Package {
    /// Whether it belongs to the SDK.
    pub fn is_std(&self) -> bool {
        self.origin == Origin::Std
    }

    /// Whether it is the user's: main module or command line.
    pub fn is_own(&self) -> bool {
        matches!(self.origin, Origin::Main | Origin::CommandLine)
    }

    /// Whether it is the pseudo-package `unsafe`, which has no files.
    pub fn is_unsafe(&self) -> bool {
        self.path == "unsafe"
    }

    /// The package that an import of this package's files names.
    pub fn import(&self, path: &str) -> Option<PackageId> {
        let at = self.imports.binary_search_by(|(p, _)| p.as_str().cmp(path)).ok()?;
        Some(self.imports[at].1)
    }
}

/// The result of a load.
#[derive(Clone, Debug, Default)]
pub struct PackageGraph {
    /// All packages, each after those it imports.
    pub packages: Vec<Package>,
    /// The packages that the patterns named.
    pub roots: Vec<PackageId>,
    /// Package runtime, if it was asked for.
    pub runtime: Option<PackageId>,
    /// The main module.
    pub main_module: Option<Arc<Module>>,
    pub(crate) by_path: FxHashMap<String, PackageId>,
}

impl PackageGraph {
    /// A package by its import path.
    pub fn find(&self, path: &str) -> Option<PackageId> {
        self.by_path.get(path).copied()
    }

    /// A package by id.
    pub fn package(&self, id: PackageId) -> &Package {
        &self.packages[id.index()]
    }

    /// A text for debugging: each package with its folder and files; files of the overlay are marked
    /// `+`, SDK files that only the overlay leaves out `-`.
    pub fn dump(&self) -> String {
        let mut out = String::new();
        for p in &self.packages {
            out.push_str(&format!("{} ({}) {} {}\n", p.path, p.name, p.go_version, p.dir.display()));
            for f in &p.files {
                let mark = if f.from_overlay { '+' } else { ' ' };
                out.push_str(&format!("\t{mark} {}\n", f.name));
            }
            for (name, _) in p.ignored.iter().filter(|(_, r)| *r == IgnoreReason::Overlay) {
                out.push_str(&format!("\t- {name}\n"));
            }
            for a in &p.aliases {
                out.push_str(&format!("\t= {} -> {}\n", a.name, a.target));
            }
        }
        out
    }
}

/// Whether package runtime and what it imports are part of every graph.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RuntimeDependency {
    /// As a compiler needs it.
    #[default]
    Implicit,
    /// Only what the patterns import, as `go list -deps` shows it.
    None,
}

/// What a load depends on besides files.
#[derive(Clone, Debug)]
pub struct LoadConfig {
    /// The SDK's root.
    pub goroot: PathBuf,
    /// The SDK's release, `go1.27.3`.
    pub go_release: String,
    /// The working folder, absolute.
    pub cwd: PathBuf,
    /// Target and tags.
    pub context: BuildContext,
    /// gorc's overlay; `Overlay::default()` for the SDK as it stands.
    pub overlay: Arc<Overlay>,
    /// `-mod`.
    pub mod_mode: ModMode,
    /// GOMODCACHE: where downloaded modules are.
    pub mod_cache: Option<PathBuf>,
    /// Whether runtime comes along.
    pub runtime: RuntimeDependency,
}

impl LoadConfig {
    /// A configuration for a host program: linux/amd64, no overlay, no module cache.
    pub fn new(goroot: impl Into<PathBuf>, cwd: impl Into<PathBuf>) -> Self {
        LoadConfig {
            goroot: goroot.into(),
            go_release: crate::sdk::GO_RELEASE.to_owned(),
            cwd: cwd.into(),
            context: BuildContext::new(crate::constraint::Os::Linux, crate::constraint::Arch::Amd64),
            overlay: Arc::new(Overlay::default()),
            mod_mode: ModMode::Auto,
            mod_cache: None,
            runtime: RuntimeDependency::Implicit,
        }
    }
}

/// Loads the packages that patterns name, with all they import.
///
/// `patterns` are the arguments of `go build`: none (the working folder), import paths, relative or
/// absolute folders, `...` patterns, `std`, `cmd`, or `.go` files of one folder. Errors come in the
/// order in which `go build` prints them; a graph comes in any case, and its unsound packages are
/// marked.
pub fn load(config: &LoadConfig, fs: &dyn FileSystem, patterns: &[String]) -> (PackageGraph, Vec<LoadError>) {
    let goroot_src = config.goroot.join("src");
    let inputs = ModuleInputs {
        fs,
        cwd: &config.cwd,
        goroot_src: &goroot_src,
        mode: config.mod_mode,
        mod_cache: config.mod_cache.as_deref(),
        go_release: &config.go_release,
    };
    let modules = match ModuleSet::find(&inputs) {
        Ok(m) => m,
        Err(e) => return (PackageGraph::default(), vec![*e]),
    };
    let reader = Reader::new(config, fs, &goroot_src, &modules);
    let mut errors = Vec::new();
    let targets = match crate::targets::resolve(&reader, patterns) {
        Ok(t) => t,
        Err(e) => return (PackageGraph::default(), vec![*e]),
    };
    reader.read_all(&targets);
    let mut graph = Walk::new(&reader).run(&targets, &mut errors);
    graph.main_module = modules.main.clone();
    (graph, errors)
}

/// The path of an own file as go's compiler messages show it.
pub(crate) fn display_path(cwd: &Path, dir: &Path, name: &str, origin: Origin) -> String {
    if origin == Origin::Std {
        return dir.join(name).to_string_lossy().into_owned();
    }
    match crate::fs::short_path(cwd, dir).as_str() {
        "." => format!("./{name}"),
        short => format!("{short}/{name}"),
    }
}

/// The error of an SDK that lacks package runtime, or of an overlay that breaks it.
pub(crate) fn overlay_error(text: String) -> LoadError {
    LoadError::command(LoadErrorKind::Overlay(text))
}
