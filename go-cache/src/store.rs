//! The store: a folder with a file per blob. Files appear whole or not at all (written beside, then
//! renamed), so any number of processes may share a store without locks: two that make the same blob
//! write the same bytes.

use crate::Key;
use crate::entry;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

/// A blob's time of use is written down again when it is older than this: reading stays cheap.
const USE_RESOLUTION: Duration = Duration::from_secs(3600);
/// Unfinished files of processes that died are removed after this.
const ABANDONED: Duration = Duration::from_secs(24 * 3600);
/// Ending of files that are being written.
const UNFINISHED: &str = "part";

/// Why a blob could not be stored or a store not be opened: always the machine's fault (no room, no
/// permission), and never a reason to fail a build.
#[derive(Debug)]
pub struct CacheError {
    /// File or folder.
    pub path: PathBuf,
    /// What the system says.
    pub error: io::Error,
}

impl std::fmt::Display for CacheError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "cache: {}: {}", self.path.display(), self.error)
    }
}

impl std::error::Error for CacheError {}

fn at(path: &Path) -> impl FnOnce(io::Error) -> CacheError + '_ {
    |error| CacheError { path: path.to_owned(), error }
}

/// What [`Store::trim`] did.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Trimmed {
    /// Files removed.
    pub removed: u64,
    /// Bytes left in the store.
    pub left: u64,
}

/// Blobs by key in a folder.
#[derive(Debug)]
pub struct Store {
    dir: PathBuf,
    next: AtomicU64,
}

impl Store {
    /// Opens a store; makes its folder if there is none.
    ///
    /// # Errors
    /// The folder cannot be made.
    pub fn open(dir: impl Into<PathBuf>) -> Result<Store, CacheError> {
        let dir = dir.into();
        fs::create_dir_all(&dir).map_err(at(&dir))?;
        Ok(Store { dir, next: AtomicU64::new(0) })
    }

    fn path(&self, key: &Key) -> PathBuf {
        let hex = key.to_hex();
        self.dir.join(&hex[..2]).join(&hex[2..])
    }

    /// The blob of a key, if it is stored and whole. A damaged one is removed. Marks the blob as used.
    #[must_use]
    pub fn get(&self, key: &Key) -> Option<Vec<u8>> {
        let path = self.path(key);
        let file = fs::read(&path).ok()?;
        let Some(blob) = entry::decode(file) else {
            // Nobody misses it; if it cannot be removed it stays a miss.
            let _ = fs::remove_file(&path);
            return None;
        };
        mark_used(&path);
        Some(blob)
    }

    /// Stores a blob. What was there under the key is replaced in one step.
    ///
    /// # Errors
    /// The file cannot be written; nothing of it is left then.
    pub fn put(&self, key: &Key, blob: &[u8]) -> Result<(), CacheError> {
        let path = self.path(key);
        let dir = path.parent().unwrap_or(&self.dir);
        fs::create_dir_all(dir).map_err(at(dir))?;
        let (part, mut file) = self.unfinished(dir, key)?;
        let written = file.write_all(&entry::encode(blob)).and_then(|()| fs::rename(&part, &path));
        if written.is_err() {
            let _ = fs::remove_file(&part);
        }
        written.map_err(at(&path))
    }

    /// A new file of a name that nobody else uses: other handles of this process have the same numbers.
    fn unfinished(&self, dir: &Path, key: &Key) -> Result<(PathBuf, File), CacheError> {
        loop {
            let n = self.next.fetch_add(1, Ordering::Relaxed);
            let part = dir.join(format!("{key}-{}-{n}.{UNFINISHED}", std::process::id()));
            match File::create_new(&part) {
                Ok(f) => return Ok((part, f)),
                Err(e) if e.kind() == ErrorKind::AlreadyExists => {}
                Err(e) => return Err(at(&part)(e)),
            }
        }
    }

    /// Removes the blobs that were not used for the longest time until at most `max_bytes` are left, and
    /// files that dead processes left unfinished. Other processes may go on using the store.
    ///
    /// # Errors
    /// The store cannot be listed. Files that others removed in the meantime are no error.
    pub fn trim(&self, max_bytes: u64) -> Result<Trimmed, CacheError> {
        let now = SystemTime::now();
        let mut files = Vec::new();
        let mut done = Trimmed::default();
        for shard in list(&self.dir)? {
            if !shard.is_dir() {
                continue;
            }
            for path in list(&shard)? {
                let Ok(meta) = path.metadata() else { continue };
                let used = meta.modified().unwrap_or(SystemTime::UNIX_EPOCH);
                let age = now.duration_since(used).unwrap_or_default();
                if path.extension() == Some(OsStr::new(UNFINISHED)) {
                    if age > ABANDONED && fs::remove_file(&path).is_ok() {
                        done.removed += 1;
                    }
                    continue;
                }
                done.left += meta.len();
                files.push((used, path, meta.len()));
            }
        }
        files.sort();
        for (_, path, len) in files {
            if done.left <= max_bytes {
                break;
            }
            match fs::remove_file(&path) {
                Ok(()) => done.removed += 1,
                Err(e) if e.kind() == ErrorKind::NotFound => {}
                Err(_) => continue,
            }
            done.left -= len;
        }
        Ok(done)
    }
}

fn list(dir: &Path) -> Result<Vec<PathBuf>, CacheError> {
    let entries = fs::read_dir(dir).map_err(at(dir))?;
    Ok(entries.filter_map(|e| Some(e.ok()?.path())).collect())
}

/// Writes down that a file was used. Failing is harmless: the blob only looks older than it is.
fn mark_used(path: &Path) {
    let now = SystemTime::now();
    let Ok(used) = path.metadata().and_then(|m| m.modified()) else { return };
    if now.duration_since(used).is_ok_and(|age| age > USE_RESOLUTION)
        && let Ok(f) = File::options().append(true).open(path)
    {
        let _ = f.set_modified(now);
    }
}
