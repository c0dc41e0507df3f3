//! The one door through which go-load reads files.
//!
//! Everything below [`crate::load`] asks a [`FileSystem`]: the real one, or a map in memory for
//! tests and tools. It never writes, never follows the process's working folder (all paths are
//! absolute), and never caches: one load reads a folder or file at most once by construction.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What a directory entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// A regular file.
    File,
    /// A folder.
    Dir,
    /// A symbolic link, not followed.
    Symlink,
    /// A device, socket, pipe.
    Other,
}

/// One entry of a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirEntry {
    /// Base name.
    pub name: String,
    /// What it is, links not followed.
    pub kind: EntryKind,
}

/// Read access to files by absolute path.
pub trait FileSystem: Sync {
    /// The entries of a folder, sorted by name. Names that are not UTF-8 are left out: Go cannot
    /// have them as source files either.
    fn read_dir(&self, dir: &Path) -> io::Result<Vec<DirEntry>>;
    /// A file's bytes.
    fn read(&self, path: &Path) -> io::Result<Arc<[u8]>>;
    /// What a path is, links followed.
    fn stat(&self, path: &Path) -> io::Result<EntryKind>;
    /// What a path is, a link at its end not followed.
    fn lstat(&self, path: &Path) -> io::Result<EntryKind>;
}

/// The operating system's files.
#[derive(Clone, Copy, Debug, Default)]
pub struct OsFileSystem;

fn kind_of(t: std::fs::FileType) -> EntryKind {
    if t.is_dir() {
        EntryKind::Dir
    } else if t.is_file() {
        EntryKind::File
    } else if t.is_symlink() {
        EntryKind::Symlink
    } else {
        EntryKind::Other
    }
}

impl FileSystem for OsFileSystem {
    fn read_dir(&self, dir: &Path) -> io::Result<Vec<DirEntry>> {
        let mut out = Vec::new();
        for entry in std::fs::read_dir(dir)? {
            let entry = entry?;
            let Ok(name) = entry.file_name().into_string() else {
                continue;
            };
            out.push(DirEntry { name, kind: kind_of(entry.file_type()?) });
        }
        out.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        Ok(out)
    }

    fn read(&self, path: &Path) -> io::Result<Arc<[u8]>> {
        use std::io::Read;
        // Most sources fit one read of a kept buffer: open, read, close, without a stat.
        const CHUNK: usize = 128 << 10;
        thread_local! {
            static SCRATCH: std::cell::RefCell<Vec<u8>> = const { std::cell::RefCell::new(Vec::new()) };
        }
        let mut file = std::fs::File::open(path)?;
        SCRATCH.with(|scratch| {
            let mut buf = scratch.borrow_mut();
            buf.resize(CHUNK, 0);
            let n = file.read(&mut buf)?;
            // A regular file answers short only at its end; a pipe named like a source may answer
            // short before, so a name below /dev or /proc is read to its end.
            let odd = path.starts_with("/dev") || path.starts_with("/proc");
            if n < CHUNK && !odd {
                return Ok(Arc::from(&buf[..n]));
            }
            let mut got = buf[..n].to_vec();
            file.read_to_end(&mut got)?;
            Ok(got.into())
        })
    }

    fn stat(&self, path: &Path) -> io::Result<EntryKind> {
        Ok(kind_of(std::fs::metadata(path)?.file_type()))
    }

    fn lstat(&self, path: &Path) -> io::Result<EntryKind> {
        Ok(kind_of(std::fs::symlink_metadata(path)?.file_type()))
    }
}

/// Files in memory: for tests, and for tools that make packages up.
#[derive(Clone, Debug, Default)]
pub struct MemoryFileSystem {
    files: BTreeMap<PathBuf, Arc<[u8]>>,
    dirs: BTreeSet<PathBuf>,
}

impl MemoryFileSystem {
    /// Adds a file and the folders above it.
    pub fn insert(&mut self, path: impl Into<PathBuf>, content: impl Into<Vec<u8>>) {
        let path = path.into();
        self.insert_dir(path.parent().unwrap_or(Path::new("/")).to_path_buf());
        self.files.insert(path, Arc::from(content.into()));
    }

    /// Adds a folder and those above it.
    pub fn insert_dir(&mut self, dir: impl Into<PathBuf>) {
        let mut dir = dir.into();
        while self.dirs.insert(dir.clone()) {
            if !dir.pop() {
                break;
            }
        }
    }

    fn missing() -> io::Error {
        io::Error::new(io::ErrorKind::NotFound, "no such file or directory")
    }
}

impl FileSystem for MemoryFileSystem {
    fn read_dir(&self, dir: &Path) -> io::Result<Vec<DirEntry>> {
        if !self.dirs.contains(dir) {
            return Err(Self::missing());
        }
        let child = |p: &Path| {
            (p.parent() == Some(dir)).then(|| p.file_name().map(|n| n.to_string_lossy().into_owned())).flatten()
        };
        let mut out: Vec<DirEntry> = self
            .files
            .keys()
            .filter_map(|p| child(p).map(|name| DirEntry { name, kind: EntryKind::File }))
            .chain(self.dirs.iter().filter_map(|p| child(p).map(|name| DirEntry { name, kind: EntryKind::Dir })))
            .collect();
        out.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        Ok(out)
    }

    fn read(&self, path: &Path) -> io::Result<Arc<[u8]>> {
        self.files.get(path).cloned().ok_or_else(Self::missing)
    }

    fn stat(&self, path: &Path) -> io::Result<EntryKind> {
        self.lstat(path)
    }

    fn lstat(&self, path: &Path) -> io::Result<EntryKind> {
        if self.files.contains_key(path) {
            Ok(EntryKind::File)
        } else if self.dirs.contains(path) {
            Ok(EntryKind::Dir)
        } else {
            Err(Self::missing())
        }
    }
}

/// Removes `.` and `..` from an absolute path by its text alone, as Go's filepath.Clean.
pub(crate) fn clean(path: &Path) -> PathBuf {
    use std::path::Component;
    let mut out = PathBuf::new();
    for c in path.components() {
        match c {
            Component::CurDir => {}
            Component::ParentDir => {
                if !out.pop() {
                    out.push("/");
                }
            }
            Component::Prefix(_) | Component::RootDir | Component::Normal(_) => out.push(c),
        }
    }
    out
}

/// How cmd/go shows a path: relative to `cwd` if that is shorter.
pub fn short_path(cwd: &Path, path: &Path) -> String {
    let full = path.to_string_lossy().into_owned();
    match relative(cwd, path) {
        Some(rel) if rel.len() < full.len() => rel,
        Some(_) | None => full,
    }
}

/// The relative path from one absolute folder to another place.
pub(crate) fn relative(from: &Path, to: &Path) -> Option<String> {
    if !from.is_absolute() || !to.is_absolute() {
        return None;
    }
    let from: Vec<_> = from.components().collect();
    let to: Vec<_> = to.components().collect();
    let same = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let mut parts: Vec<String> = vec!["..".into(); from.len() - same];
    parts.extend(to[same..].iter().map(|c| c.as_os_str().to_string_lossy().into_owned()));
    Some(if parts.is_empty() { ".".into() } else { parts.join("/") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_path_prefers_the_shorter_form() {
        let cwd = Path::new("/a/b");
        assert_eq!(short_path(cwd, Path::new("/a/b/x.go")), "x.go");
        assert_eq!(short_path(cwd, Path::new("/a/b")), ".");
        assert_eq!(short_path(Path::new("/long/b"), Path::new("/long/c/x.go")), "../c/x.go");
        assert_eq!(short_path(Path::new("/a/b/c/d/e"), Path::new("/z")), "/z");
    }

    #[test]
    fn clean_resolves_dots() {
        assert_eq!(clean(Path::new("/a/./b/../c")), PathBuf::from("/a/c"));
        assert_eq!(clean(Path::new("/..")), PathBuf::from("/"));
    }
}
