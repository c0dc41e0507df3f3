//! Modules: from an import path to a folder.
//!
//! A load has at most one main module (the go.mod in or above the working folder). Its packages,
//! those of modules replaced by local folders, of the vendor folder, and of modules that the module
//! cache already holds can be found. Nothing is downloaded and no file is changed here.

pub(crate) mod modfile;
pub(crate) mod path_check;
mod vendor;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use self::modfile::{GoVersion, ModFile, ModuleVersion, Strictness};
use self::path_check::has_path_prefix;
use self::vendor::VendorList;
use crate::error::{LoadError, LoadErrorKind};
use crate::fs::{DirEntry, EntryKind, FileSystem, clean, short_path};

/// cmd/go's word for a working folder outside all modules.
pub(crate) const NO_MODULE: &str =
    "go.mod file not found in current directory or any parent directory; see 'go help modules'";

/// How `-mod` is set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ModMode {
    /// Vendor if there is a vendor folder and go.mod says 1.14 or later, else read-only.
    #[default]
    Auto,
    /// `-mod=readonly` and `-mod=mod` (gorc never edits go.mod).
    Readonly,
    /// `-mod=vendor`.
    Vendor,
}

/// A module that takes part in a build.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Module {
    /// Module path.
    pub path: String,
    /// Version; empty for the main module.
    pub version: String,
    /// Its root folder (in vendor mode the vendor folder).
    pub dir: PathBuf,
    /// The language version of its packages.
    pub go_version: GoVersion,
    /// The text of its go line.
    pub go_line: Option<String>,
    /// Whether it is the main module.
    pub is_main: bool,
    /// `godebug` lines of its go.mod.
    pub godebug: Vec<(String, String)>,
}

/// Where a package was found.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) dir: PathBuf,
    pub(crate) module: Arc<Module>,
    pub(crate) entries: Vec<DirEntry>,
}

/// Why it was not.
#[derive(Clone, Debug)]
pub(crate) enum NotFound {
    Message(String),
    /// Its module is required but not verified: the words depend on the importer.
    MissingSum {
        module: ModuleVersion,
    },
}

/// One module besides the main one.
#[derive(Clone, Debug)]
struct Required {
    module: ModuleVersion,
    /// The folder, once known.
    place: Place,
}

#[derive(Clone, Debug)]
enum Place {
    Local(Arc<Module>),
    Cached(Arc<Module>),
    /// A replacement folder that is not there.
    Broken(String),
    MissingSum,
    NotDownloaded,
}

/// All modules of a load.
#[derive(Debug)]
pub(crate) struct ModuleSet {
    pub(crate) main: Option<Arc<Module>>,
    file: ModFile,
    vendor: Option<VendorList>,
    vendor_reason: &'static str,
    required: Vec<Required>,
}

/// What [`ModuleSet::find`] needs to know of the surroundings.
pub(crate) struct ModuleInputs<'a> {
    pub(crate) fs: &'a dyn FileSystem,
    pub(crate) cwd: &'a Path,
    pub(crate) goroot_src: &'a Path,
    pub(crate) mode: ModMode,
    pub(crate) mod_cache: Option<&'a Path>,
    pub(crate) go_release: &'a str,
}

fn find_up(fs: &dyn FileSystem, from: &Path) -> Option<PathBuf> {
    from.ancestors().find(|d| matches!(fs.stat(&d.join("go.mod")), Ok(EntryKind::File))).map(Path::to_path_buf)
}

fn too_new(line: &str, release: &str) -> bool {
    let nums = |v: &str| -> Vec<u32> {
        v.split('.')
            .map(|p| p.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap_or(0))
            .collect()
    };
    nums(line) > nums(release.strip_prefix("go").unwrap_or(release))
}

impl ModuleSet {
    /// Finds the main module and lays out the others.
    pub(crate) fn find(inputs: &ModuleInputs<'_>) -> Result<ModuleSet, Box<LoadError>> {
        let mut set =
            ModuleSet { main: None, file: ModFile::default(), vendor: None, vendor_reason: "", required: Vec::new() };
        let fail = |m: String| Box::new(LoadError::command(LoadErrorKind::Module(m)));
        let Some(root) = find_up(inputs.fs, inputs.cwd) else {
            if inputs.mode == ModMode::Vendor {
                set.vendor = Some(VendorList::default());
            }
            return Ok(set);
        };
        let path = root.join("go.mod");
        let shown = short_path(inputs.cwd, &path);
        let bytes = inputs.fs.read(&path).map_err(|e| fail(format!("reading {shown}: {e}")))?;
        let text = String::from_utf8_lossy(&bytes);
        let file = modfile::parse(&shown, &path.to_string_lossy(), &text, Strictness::Main)
            .map_err(|e| fail(format!("errors parsing {shown}:\n{}", e.join("\n"))))?;
        if file.module.is_empty() {
            return Err(fail(format!(
                "error reading {shown}: missing module declaration. To specify the module path:\n\tgo mod edit -module=example.com/mod"
            )));
        }
        if let Some(v) = &file.go
            && too_new(v, inputs.go_release)
        {
            let running = inputs.go_release.strip_prefix("go").unwrap_or(inputs.go_release);
            return Err(fail(format!("{shown} requires go >= {v} (running go {running}; GOTOOLCHAIN=local)")));
        }
        let go_version = file.go.as_deref().and_then(GoVersion::parse).unwrap_or(GoVersion::WITHOUT_GO_LINE);
        let is_std = root == inputs.goroot_src || root == inputs.goroot_src.join("cmd");
        set.main = Some(Arc::new(Module {
            path: file.module.clone(),
            version: String::new(),
            dir: root.clone(),
            go_version,
            go_line: file.go.clone(),
            is_main: true,
            godebug: file.godebug.clone(),
        }));
        let has_vendor = matches!(inputs.fs.stat(&root.join("vendor")), Ok(EntryKind::Dir));
        let automatic = has_vendor && file.go.is_some() && go_version >= GoVersion { major: 1, minor: 14 };
        let use_vendor = !is_std
            && match inputs.mode {
                ModMode::Auto => automatic,
                ModMode::Readonly => false,
                ModMode::Vendor => true,
            };
        if use_vendor {
            let text = inputs.fs.read(&root.join("vendor/modules.txt")).unwrap_or_default();
            let list = VendorList::parse(&String::from_utf8_lossy(&text));
            let bad = list.inconsistencies(&file);
            if !bad.is_empty() {
                return Err(fail(format!(
                    "inconsistent vendoring in {}:\n\t{}\n\n\tTo ignore the vendor directory, use -mod=readonly or -mod=mod.\n\tTo sync the vendor directory, run:\n\t\tgo mod vendor",
                    root.display(),
                    bad.join("\n\t")
                )));
            }
            if inputs.mode == ModMode::Auto {
                set.vendor_reason = "\n\t(Go version in go.mod is at least 1.14 and vendor directory exists.)";
            }
            set.vendor = Some(list);
        } else if !is_std {
            set.require(inputs, &root, &file);
            // Before Go 1.17 the whole module graph was needed, hence each go.mod of it.
            let lost = set.required.iter().find(|r| matches!(r.place, Place::MissingSum));
            if let Some(r) = lost.filter(|_| go_version < GoVersion { major: 1, minor: 17 }) {
                return Err(fail(format!(
                    "{}: missing go.sum entry for go.mod file; to add it:\n\tgo mod download {}",
                    r.module, r.module.path
                )));
            }
        }
        set.file = file;
        Ok(set)
    }

    /// Lays out the modules that go.mod requires, and those that local replacements require in turn.
    fn require(&mut self, inputs: &ModuleInputs<'_>, root: &Path, file: &ModFile) {
        let sums = inputs.fs.read(&root.join("go.sum")).unwrap_or_default();
        let sums = String::from_utf8_lossy(&sums).into_owned();
        let mut queue: Vec<ModuleVersion> = file.require.clone();
        queue.reverse();
        while let Some(m) = queue.pop() {
            if self.main.as_ref().is_some_and(|main| main.path == m.path) {
                continue;
            }
            if let Some(old) = self.required.iter_mut().find(|r| r.module.path == m.path) {
                // The main module's line stands: since Go 1.17 it already names the highest.
                if !semver_less(&old.module.version, &m.version) || file.require.iter().any(|r| r.path == m.path) {
                    continue;
                }
                old.module = m.clone();
            }
            let place = place_of(inputs, root, file, &sums, &m, &mut queue);
            match self.required.iter_mut().find(|r| r.module.path == m.path) {
                Some(old) => old.place = place,
                None => self.required.push(Required { module: m, place }),
            }
        }
    }

    /// The modules of the build besides the main one that have a folder.
    pub(crate) fn dependencies(&self) -> impl Iterator<Item = &Arc<Module>> {
        self.required.iter().filter_map(|r| match &r.place {
            Place::Local(m) | Place::Cached(m) => Some(m),
            Place::Broken(_) | Place::MissingSum | Place::NotDownloaded => None,
        })
    }

    /// In vendor mode: the packages that the vendor folder holds.
    pub(crate) fn vendored_packages(&self) -> impl Iterator<Item = &str> {
        self.vendor.iter().flat_map(VendorList::packages)
    }

    /// Whether a path of std is also one of the main module, and the message for that.
    pub(crate) fn shadows_std(&self, fs: &dyn FileSystem, path: &str, std_dir: &Path) -> Option<String> {
        let main = self.main.as_ref().filter(|m| has_path_prefix(path, &m.path))?;
        let (dir, _) = dir_in_module(fs, path, &main.path, &main.dir, true)?;
        (dir != std_dir).then(|| {
            format!(
                "ambiguous import: found package {path} in multiple modules:\n\t{} ({})\n\t ({})",
                main.path,
                dir.display(),
                std_dir.display()
            )
        })
    }

    /// Folders that the main module's `ignore` lines leave out of `...` patterns.
    pub(crate) fn ignores(&self, rel: &str) -> bool {
        let dir = format!("/{rel}/");
        self.file.ignore.iter().any(|p| match p.strip_prefix("./") {
            Some(p) => dir.starts_with(&format!("/{}/", p.trim_matches('/'))),
            None => dir.contains(&format!("/{}/", p.trim_matches('/'))),
        })
    }

    /// Finds the folder of a package that is not of std.
    pub(crate) fn lookup(&self, fs: &dyn FileSystem, path: &str) -> Result<Found, NotFound> {
        let mut found: Vec<Found> = Vec::new();
        let in_module = |m: &Arc<Module>, local: bool| -> Option<Found> {
            let (dir, entries) = dir_in_module(fs, path, &m.path, &m.dir, local)?;
            Some(Found { dir, module: m.clone(), entries })
        };
        if let Some(list) = &self.vendor {
            if let Some(main) = &self.main {
                found.extend(in_module(main, true));
                let vendor_dir = main.dir.join("vendor");
                if let Some(m) = list.module_of(path)
                    && let Some((dir, entries)) = go_dir(fs, vendor_dir.join(path))
                {
                    let go_line = list.go_version(m).map(str::to_owned);
                    let module = Module {
                        path: m.path.clone(),
                        version: m.version.clone(),
                        dir: vendor_dir,
                        go_version: go_line.as_deref().and_then(GoVersion::parse).unwrap_or(GoVersion::WITHOUT_GO_LINE),
                        go_line,
                        is_main: false,
                        godebug: Vec::new(),
                    };
                    found.push(Found { dir, module: Arc::new(module), entries });
                }
            }
            return match found.len() {
                1 => Ok(found.remove(0)),
                0 => Err(NotFound::Message(format!(
                    "cannot find module providing package {path}: import lookup disabled by -mod=vendor{}",
                    self.vendor_reason
                ))),
                _ => Err(NotFound::Message(ambiguous(path, &found, false))),
            };
        }
        let mut unverified: Option<&ModuleVersion> = None;
        // From the longest module path to the shortest.
        let mut candidates: Vec<&Required> =
            self.required.iter().filter(|r| has_path_prefix(path, &r.module.path)).collect();
        candidates.sort_by_key(|r| std::cmp::Reverse(r.module.path.len()));
        for r in candidates {
            match &r.place {
                Place::Local(m) => found.extend(in_module(m, true)),
                Place::Cached(m) => found.extend(in_module(m, false)),
                Place::Broken(message) => return Err(NotFound::Message(message.clone())),
                Place::MissingSum => unverified = unverified.or(Some(&r.module)),
                Place::NotDownloaded => {
                    return Err(NotFound::Message(format!(
                        "{}: module is not in the module cache; to download it:\n\tgo mod download {}",
                        r.module, r.module.path
                    )));
                }
            }
        }
        if let Some(main) = &self.main {
            found.extend(in_module(main, true));
        }
        match found.len() {
            0 => {}
            1 if unverified.is_none() => return Ok(found.remove(0)),
            1 => {}
            _ => {
                found.reverse();
                return Err(NotFound::Message(ambiguous(path, &found, true)));
            }
        }
        if let Some(m) = unverified {
            return Err(NotFound::MissingSum { module: m.clone() });
        }
        Err(NotFound::Message(self.missing(fs, path)))
    }

    fn missing(&self, fs: &dyn FileSystem, path: &str) -> String {
        let message = format!("no required module provides package {path}");
        let Some(main) = &self.main else {
            return format!("{message}: {NO_MODULE}");
        };
        for r in &self.file.replace {
            if r.new.version.is_empty() && !self.required.iter().any(|q| q.module.path == r.old.path) {
                let dir = clean(&main.dir.join(&r.new.path));
                if dir_in_module(fs, path, &r.old.path, &dir, true).is_some() {
                    let what = &r.old;
                    return format!(
                        "module {} provides package {path} and is replaced but not required; to add it:\n\tgo get {what}",
                        what.path
                    );
                }
            }
        }
        format!("{message}; to add it:\n\tgo get {path}")
    }

    /// The import path of a folder inside the main module or a local replacement.
    pub(crate) fn path_of_dir(&self, dir: &Path) -> Option<(String, Arc<Module>)> {
        let local = self.required.iter().filter_map(|r| match &r.place {
            Place::Local(m) => Some(m),
            Place::Cached(_) | Place::Broken(_) | Place::MissingSum | Place::NotDownloaded => None,
        });
        for m in self.main.iter().chain(local) {
            if let Ok(rel) = dir.strip_prefix(&m.dir) {
                let rel = rel.to_string_lossy().replace('\\', "/");
                return Some((if rel.is_empty() { m.path.clone() } else { format!("{}/{rel}", m.path) }, m.clone()));
            }
        }
        None
    }
}

fn place_of(
    inputs: &ModuleInputs<'_>,
    root: &Path,
    file: &ModFile,
    sums: &str,
    m: &ModuleVersion,
    queue: &mut Vec<ModuleVersion>,
) -> Place {
    let replaced = file
        .replace
        .iter()
        .find(|r| r.old == *m)
        .or_else(|| file.replace.iter().find(|r| r.old.path == m.path && r.old.version.is_empty()));
    let (dir, local, actual) = match replaced {
        Some(r) if r.new.version.is_empty() => {
            let dir = clean(&root.join(&r.new.path));
            if inputs.fs.stat(&dir).is_err() {
                return Place::Broken(format!("{m}: replacement directory {} does not exist", r.new.path));
            }
            (dir, true, m.clone())
        }
        other => {
            let actual = other.map_or_else(|| m.clone(), |r| r.new.clone());
            if !sums.lines().any(|l| l.strip_prefix(&format!("{} {} ", actual.path, actual.version)).is_some()) {
                return Place::MissingSum;
            }
            let Some(cache) = inputs.mod_cache else {
                return Place::NotDownloaded;
            };
            let dir = cache.join(format!("{}@{}", escape(&actual.path), escape(&actual.version)));
            if inputs.fs.stat(&dir).is_err() {
                return Place::NotDownloaded;
            }
            (dir, false, actual)
        }
    };
    let text = match inputs.fs.read(&dir.join("go.mod")) {
        Ok(text) => text,
        Err(e) if local => {
            let target = replaced.map_or("", |r| r.new.path.as_str());
            let path = dir.join("go.mod");
            let shown = short_path(inputs.cwd, &path);
            let why = crate::package::reason(&e);
            return Place::Broken(format!("module {target}: reading {shown}: open {}: {why}", path.display()));
        }
        Err(_) => Arc::from([]),
    };
    let dep =
        modfile::parse("go.mod", "go.mod", &String::from_utf8_lossy(&text), Strictness::Dependency).unwrap_or_default();
    if local {
        queue.extend(dep.require.iter().rev().cloned());
    }
    let module = Arc::new(Module {
        path: m.path.clone(),
        version: actual.version,
        dir,
        go_version: dep.go.as_deref().and_then(GoVersion::parse).unwrap_or(GoVersion::WITHOUT_GO_LINE),
        go_line: dep.go,
        is_main: false,
        godebug: Vec::new(),
    });
    if local { Place::Local(module) } else { Place::Cached(module) }
}

fn ambiguous(path: &str, found: &[Found], with_modules: bool) -> String {
    let what = if with_modules { "modules" } else { "directories" };
    let mut out = format!("ambiguous import: found package {path} in multiple {what}:");
    for f in found {
        if with_modules {
            out.push_str(&format!("\n\t{}", f.module.path));
            if !f.module.version.is_empty() {
                out.push_str(&format!(" {}", f.module.version));
            }
            out.push_str(&format!(" ({})", f.dir.display()));
        } else {
            out.push_str(&format!("\n\t{}", f.dir.display()));
        }
    }
    out
}

/// Module cache spelling: an upper-case letter becomes `!` and the lower-case one.
pub(crate) fn escape(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for c in path.chars() {
        if c.is_ascii_uppercase() {
            out.push('!');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

fn semver_less(a: &str, b: &str) -> bool {
    fn key(v: &str) -> (Vec<u64>, bool, &str) {
        let v = v.strip_prefix('v').unwrap_or(v);
        let v = v.split('+').next().unwrap_or(v);
        let (core, pre) = v.split_once('-').unwrap_or((v, ""));
        (core.split('.').map(|n| n.parse().unwrap_or(0)).collect(), pre.is_empty(), pre)
    }
    key(a) < key(b)
}

/// The folder of a package inside a module, if it has Go files (whatever their constraints).
fn dir_in_module(
    fs: &dyn FileSystem,
    path: &str,
    module: &str,
    root: &Path,
    local: bool,
) -> Option<(PathBuf, Vec<DirEntry>)> {
    let rel = path.strip_prefix(module)?;
    let dir = match rel.strip_prefix('/') {
        Some(rel) => root.join(rel),
        None if rel.is_empty() => root.to_path_buf(),
        None => return None,
    };
    let (dir, entries) = go_dir(fs, dir)?;
    if local {
        let other = dir
            .ancestors()
            .take_while(|d| *d != root)
            .any(|d| matches!(fs.stat(&d.join("go.mod")), Ok(EntryKind::File)));
        if other {
            return None;
        }
    }
    Some((dir, entries))
}

/// A folder's entries if one of them is a Go file.
pub(crate) fn go_dir(fs: &dyn FileSystem, dir: PathBuf) -> Option<(PathBuf, Vec<DirEntry>)> {
    let entries = fs.read_dir(&dir).ok()?;
    entries.iter().any(|e| e.kind != EntryKind::Dir && e.name.ends_with(".go")).then_some((dir, entries))
}
