//! Global positions as files and lines, for the linker's tables.

use go_link::Positions;
use go_load::{Package, PackageGraph};
use go_source::{FileId, Pos, SourceMap};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How file names are written into executables.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum FileNames {
    /// Absolute.
    Full,
    /// Import path and base name (`-trimpath`).
    Trimmed,
}

/// The files of a program, and those that `//line` directives name.
pub(crate) struct SourcePositions {
    sources: Arc<SourceMap>,
    names: Vec<String>,
    /// For files with `//line` directives: their names' numbers.
    others: HashMap<(FileId, String), u32>,
}

impl SourcePositions {
    /// The positions of a graph's files, which must have been added to `sources` in its order. Names in
    /// messages are relative to `cwd`.
    pub(crate) fn new(sources: &Arc<SourceMap>, graph: &PackageGraph, cwd: &Path, style: FileNames) -> SourcePositions {
        let mut names = Vec::new();
        let mut packages = Vec::new();
        for p in &graph.packages {
            for f in &p.files {
                names.push(name(p, &f.path, style));
                packages.push(p);
            }
        }
        let mut others = HashMap::new();
        for (id, file) in sources.files() {
            for d in file.line_directives() {
                if d.file.is_empty() || others.contains_key(&(id, d.file.clone())) {
                    continue;
                }
                others.insert((id, d.file.clone()), names.len() as u32);
                let path: PathBuf = cwd.join(d.file.strip_prefix("./").unwrap_or(&d.file));
                names.push(packages.get(id.0 as usize).map_or_else(|| d.file.clone(), |p| name(p, &path, style)));
            }
        }
        SourcePositions { sources: Arc::clone(sources), names, others }
    }
}

/// The name of a file of a package as traces show it.
fn name(p: &Package, path: &Path, style: FileNames) -> String {
    match (style, path.strip_prefix(&p.dir)) {
        (FileNames::Trimmed, Ok(rest)) if p.path == "command-line-arguments" => format!("./{}", rest.display()),
        (FileNames::Trimmed, Ok(rest)) => format!("{}/{}", p.path, rest.display()),
        (FileNames::Trimmed, Err(_)) | (FileNames::Full, _) => path.display().to_string(),
    }
}

impl Positions for SourcePositions {
    fn resolve(&self, pos: u32) -> Option<(u32, u32)> {
        let id = self.sources.file_of(Pos(pos))?;
        let file = self.sources.file(id);
        if file.line_directives().is_empty() {
            return Some((id.0, file.line_col(pos - file.base.0).0));
        }
        let l = self.sources.location(Pos(pos));
        let file = self.others.get(&(id, l.file)).copied().unwrap_or(id.0);
        Some((file, l.line))
    }

    fn file_count(&self) -> u32 {
        self.names.len() as u32
    }

    fn file_name(&self, file: u32) -> String {
        self.names[file as usize].clone()
    }
}
