//! Test runners that gorc's crates share: a case is always a file, never an entry in a list.
//!
//! [`error_comments`] for programs that must not compile, [`program`] for programs and their output,
//! [`script`] for command scripts, [`ratchet`] for lists of passing cases, [`layers`] for the crates'
//! dependencies, [`crates`] for what a published crate brings with it. Nothing here knows how gorc works: it runs a command.

pub mod crates;
pub mod error_comments;
pub mod layers;
pub mod program;
pub mod ratchet;
pub mod script;
pub mod tidy;
pub mod txtar;

use std::path::{Path, PathBuf};

/// A folder below the system's temporary one that goes away with its value.
#[derive(Debug)]
pub struct TempDir(PathBuf);

impl TempDir {
    /// A new, empty folder.
    ///
    /// # Errors
    /// What the system says.
    pub fn new(name: &str) -> std::io::Result<TempDir> {
        use std::sync::atomic::{AtomicU32, Ordering};
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let n = NEXT.fetch_add(1, Ordering::Relaxed);
        let dir = std::env::temp_dir().join(format!("gorc-test-{}-{n}-{name}", std::process::id()));
        std::fs::create_dir_all(&dir)?;
        Ok(TempDir(dir.canonicalize()?))
    }

    /// Its path.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for TempDir {
    fn drop(&mut self) {
        // Left-overs in the temporary folder harm nobody.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Files of a folder with an extension, sorted by name; none if there is no such folder.
#[must_use]
pub fn files_with_extension(dir: &Path, extension: &str) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(dir) else { return Vec::new() };
    let mut out: Vec<PathBuf> =
        entries.flatten().map(|e| e.path()).filter(|p| p.extension().is_some_and(|e| e == extension)).collect();
    out.sort();
    out
}

/// A short description of how two texts differ, line by line; empty if they are equal.
#[must_use]
pub fn difference(want: &str, got: &str) -> String {
    if want == got {
        return String::new();
    }
    let (w, g): (Vec<&str>, Vec<&str>) = (want.split('\n').collect(), got.split('\n').collect());
    let same = w.iter().zip(&g).take_while(|(a, b)| a == b).count();
    let mut out = format!("first difference in line {}\n", same + 1);
    for l in w.iter().skip(same).take(8) {
        out.push_str(&format!("- {l}\n"));
    }
    for l in g.iter().skip(same).take(8) {
        out.push_str(&format!("+ {l}\n"));
    }
    out
}
