//! The parallel part of a load: folders and headers, as soon as an import names them.
//!
//! One task per package; it resolves the path, reads the folder, scans the headers, and asks for the
//! imports it found. Two maps guard against doing anything twice: one from (kind of importer, path
//! in source) to where it leads, one from the final path to what is there. Nothing is decided here
//! that depends on the order of arrival.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustc_hash::FxHashMap;

use crate::error::LoadErrorKind;
use crate::fs::{DirEntry, EntryKind, FileSystem};
use crate::graph::{LoadConfig, Origin, RuntimeDependency};
use crate::module::path_check::{check_import_path, has_path_prefix, is_standard_import_path};
use crate::module::{Module, ModuleSet, NotFound, go_dir};
use crate::overlay::PackageRules;
use crate::package::{FolderInput, FolderPackage, Selection};
use crate::pattern::is_meta;
use crate::targets::Targets;

/// The path of the package made of files named on the command line.
pub(crate) const COMMAND_LINE: &str = "command-line-arguments";

/// Importers that see an import path alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum ImporterKind {
    /// Modules, and the command line.
    User,
    /// std: external paths lead to GOROOT/src/vendor.
    Std,
    /// cmd: external paths lead to GOROOT/src/cmd/vendor.
    Cmd,
}

/// Where an import leads.
#[derive(Clone, Debug)]
pub(crate) enum Resolution {
    /// A package, by its final path.
    Package(String),
    /// Nowhere, told at the import.
    Failed(LoadErrorKind),
    /// Nowhere; the words depend on the importer.
    MissingSum(String),
    /// Nowhere, told with the import stack.
    FailedWithStack(LoadErrorKind),
}

/// A package as read.
#[derive(Debug)]
pub(crate) struct RawPackage {
    pub(crate) path: String,
    pub(crate) dir: PathBuf,
    pub(crate) origin: Origin,
    pub(crate) module: Option<Arc<Module>>,
    pub(crate) rules: Option<PackageRules>,
    pub(crate) folder: FolderPackage,
}

impl RawPackage {
    pub(crate) fn kind(&self) -> ImporterKind {
        match self.origin {
            Origin::Std if has_path_prefix(&self.path, "cmd") => ImporterKind::Cmd,
            Origin::Std => ImporterKind::Std,
            Origin::Main | Origin::Dependency | Origin::CommandLine => ImporterKind::User,
        }
    }

    /// Imported paths without doubles, sorted, each with its first file and offset.
    pub(crate) fn import_sites(&self) -> Vec<(&str, usize, u32)> {
        let mut sites: Vec<(&str, usize, u32)> = Vec::new();
        for (i, f) in self.folder.files.iter().enumerate() {
            sites.extend(f.imports.iter().map(|s| (s.path.as_str(), i, s.offset)));
        }
        sites.sort_unstable();
        sites.dedup_by(|b, a| a.0 == b.0);
        sites
    }
}

/// Shared state of the reading tasks.
pub(crate) struct Reader<'a> {
    pub(crate) config: &'a LoadConfig,
    pub(crate) fs: &'a dyn FileSystem,
    pub(crate) goroot_src: &'a Path,
    pub(crate) modules: &'a ModuleSet,
    resolved: Mutex<FxHashMap<(ImporterKind, String), Option<Resolution>>>,
    packages: Mutex<FxHashMap<String, Option<Arc<RawPackage>>>>,
}

/// A place found for a path.
struct Spot {
    path: String,
    dir: PathBuf,
    origin: Origin,
    module: Option<Arc<Module>>,
    entries: Vec<DirEntry>,
    rules: Option<PackageRules>,
}

fn lock<T>(m: &Mutex<T>) -> MutexGuard<'_, T> {
    m.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<'a> Reader<'a> {
    pub(crate) fn new(
        config: &'a LoadConfig,
        fs: &'a dyn FileSystem,
        goroot_src: &'a Path,
        modules: &'a ModuleSet,
    ) -> Self {
        Reader {
            config,
            fs,
            goroot_src,
            modules,
            resolved: Mutex::new(FxHashMap::default()),
            packages: Mutex::new(FxHashMap::default()),
        }
    }

    /// Reads the targets and everything below them.
    pub(crate) fn read_all(&self, targets: &Targets) {
        rayon::scope(|scope| {
            if self.config.runtime == RuntimeDependency::Implicit {
                self.request(scope, ImporterKind::Std, "runtime");
            }
            match targets {
                Targets::Packages(matches) => {
                    for path in matches.iter().flat_map(|m| &m.paths) {
                        self.request(scope, ImporterKind::User, path);
                    }
                }
                Targets::Files { dir, files } => {
                    let spot = Spot {
                        path: COMMAND_LINE.into(),
                        dir: dir.clone(),
                        origin: Origin::CommandLine,
                        // As with go: files on the command line have no module, hence the current
                        // language version.
                        module: None,
                        entries: files.clone(),
                        rules: None,
                    };
                    self.read_package(scope, spot);
                }
            }
        });
    }

    /// Where a path leads; every path was requested before this is asked.
    pub(crate) fn resolution(&self, kind: ImporterKind, path: &str) -> Option<Resolution> {
        lock(&self.resolved).get(&(kind, path.to_owned())).cloned().flatten()
    }

    /// A package that was read.
    pub(crate) fn package(&self, path: &str) -> Option<Arc<RawPackage>> {
        lock(&self.packages).get(path).cloned().flatten()
    }

    fn request<'s>(&'s self, scope: &rayon::Scope<'s>, kind: ImporterKind, path: &str) {
        let key = (kind, path.to_owned());
        {
            let mut map = lock(&self.resolved);
            if map.contains_key(&key) {
                return;
            }
            map.insert(key.clone(), None);
        }
        scope.spawn(move |scope| {
            let (resolution, spot) = match self.resolve(kind, &key.1) {
                Ok(spot) => (Resolution::Package(spot.path.clone()), Some(spot)),
                Err(r) => (r, None),
            };
            lock(&self.resolved).insert(key, Some(resolution));
            if let Some(spot) = spot {
                self.read_package(scope, spot);
            }
        });
    }

    fn read_package<'s>(&'s self, scope: &rayon::Scope<'s>, spot: Spot) {
        {
            let mut map = lock(&self.packages);
            if map.contains_key(&spot.path) {
                return;
            }
            map.insert(spot.path.clone(), None);
        }
        let folder = if spot.path == "unsafe" && spot.origin == Origin::Std {
            FolderPackage { name: "unsafe".into(), ..FolderPackage::default() }
        } else {
            let selection = match (&spot.rules, spot.origin) {
                (Some(rules), _) => Selection::Overlay { package: &spot.path, overlay: &self.config.overlay, rules },
                (None, Origin::CommandLine) => Selection::Named,
                (None, Origin::Std | Origin::Main | Origin::Dependency) => Selection::Ordinary,
            };
            FolderPackage::read(&FolderInput {
                fs: self.fs,
                context: &self.config.context,
                dir: &spot.dir,
                entries: &spot.entries,
                selection,
                with_assembly: spot.origin != Origin::Std || spot.path.starts_with("cmd/"),
            })
        };
        let package = Arc::new(RawPackage {
            path: spot.path,
            dir: spot.dir,
            origin: spot.origin,
            module: spot.module,
            rules: spot.rules,
            folder,
        });
        let kind = package.kind();
        for (path, ..) in package.import_sites() {
            self.request(scope, kind, path);
        }
        lock(&self.packages).insert(package.path.clone(), Some(package));
    }

    /// The package name of a folder's first file for this build (tests and broken files count; the
    /// latter may give an empty name); nothing if all are excluded.
    pub(crate) fn first_package_name(&self, dir: &Path, entries: &[DirEntry]) -> Option<String> {
        entries.iter().find_map(|e| {
            if e.kind == EntryKind::Dir || !e.name.ends_with(".go") || e.name.starts_with(['_', '.']) {
                return None;
            }
            if !self.config.context.matches_name(&e.name) {
                return None;
            }
            let Ok(text) = self.fs.read(&dir.join(&e.name)) else {
                return Some(String::new());
            };
            match crate::constraint::matches_header(&self.config.context, &[], &text) {
                Ok(v) if !v.selected => None,
                Ok(_) => {
                    let h = crate::scan::scan_header(&text);
                    let out = h.package == "documentation" || h.imports.iter().any(|i| i.path == "C");
                    (!out).then_some(h.package)
                }
                Err(_) => Some(String::new()),
            }
        })
    }

    fn resolve(&self, kind: ImporterKind, path: &str) -> Result<Spot, Resolution> {
        let fail = |k: LoadErrorKind| Err(Resolution::Failed(k));
        if path.starts_with("mod/") {
            let text = format!("disallowed import path {}", crate::module::path_check::quote(path));
            return Err(Resolution::FailedWithStack(LoadErrorKind::InvalidImport(text)));
        }
        if path.contains('@') {
            let text = "can only use path@version syntax with 'go get' and 'go install' in module-aware mode";
            return Err(Resolution::FailedWithStack(LoadErrorKind::InvalidImport(text.into())));
        }
        if path == "." || path == ".." || path.starts_with("./") || path.starts_with("../") {
            return fail(LoadErrorKind::InvalidImport(format!(
                "\"{path}\" is relative, but relative import paths are not supported in module mode"
            )));
        }
        if path.starts_with('/') {
            return fail(LoadErrorKind::InvalidImport(format!(
                "\"{path}\" is not a package path; see 'go help packages'"
            )));
        }
        if is_meta(path) {
            return fail(LoadErrorKind::InvalidImport(format!(
                "\"{path}\" is not an importable package; see 'go help packages'"
            )));
        }
        check_import_path(path).or_else(|e| fail(LoadErrorKind::InvalidImport(e)).map(|_: Spot| ()))?;

        let standard = is_standard_import_path(path);
        if standard && let Some(spot) = self.std_spot(path.to_owned()) {
            if let Some(text) = self.modules.shadows_std(self.fs, path, &spot.dir) {
                return fail(LoadErrorKind::MissingModule(text));
            }
            return Ok(spot);
        }
        let vendored = match kind {
            ImporterKind::User => None,
            ImporterKind::Std => Some(format!("vendor/{path}")),
            ImporterKind::Cmd => Some(format!("cmd/vendor/{path}")),
        };
        if !standard
            && let Some(vendored) = vendored
            && let Some(spot) = self.std_spot(vendored)
        {
            return Ok(spot);
        }
        match self.modules.lookup(self.fs, path) {
            Ok(found) => {
                if found.dir.starts_with(self.goroot_src) {
                    // The main module is std or cmd itself.
                    let rel = found.dir.strip_prefix(self.goroot_src).unwrap_or(Path::new(""));
                    if let Some(spot) = self.std_spot(rel.to_string_lossy().into_owned()) {
                        return Ok(spot);
                    }
                }
                let origin = if found.module.is_main { Origin::Main } else { Origin::Dependency };
                Ok(Spot {
                    path: path.to_owned(),
                    dir: found.dir,
                    origin,
                    module: Some(found.module),
                    entries: found.entries,
                    rules: None,
                })
            }
            Err(_) if standard => fail(LoadErrorKind::NotInStd {
                path: path.to_owned(),
                dir: self.goroot_src.join(path).to_string_lossy().into_owned(),
            }),
            Err(NotFound::Message(text)) => fail(LoadErrorKind::MissingModule(text)),
            Err(NotFound::MissingSum { module }) => Err(Resolution::MissingSum(module.path)),
        }
    }

    fn std_spot(&self, path: String) -> Option<Spot> {
        let rules = self.config.overlay.rules(&path);
        let dir = self.goroot_src.join(&path);
        let whole = rules.as_ref().is_some_and(|r| r.is_list());
        let entries = if whole {
            Vec::new()
        } else {
            match go_dir(self.fs, dir.clone()) {
                Some((_, entries)) => entries,
                None if self.config.overlay.defines(&path) => Vec::new(),
                None => return None,
            }
        };
        Some(Spot { path, dir, origin: Origin::Std, module: None, entries, rules })
    }
}
