//! Global positions as files and lines, for the linker's tables.

use go_link::Positions;
use go_load::PackageGraph;
use go_source::{FileId, Pos, SourceMap};
use std::collections::HashMap;
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
    /// The positions of a graph's files, which must have been added to `sources` in its order.
    pub(crate) fn new(sources: &Arc<SourceMap>, graph: &PackageGraph, style: FileNames) -> SourcePositions {
        let mut names = Vec::new();
        for p in &graph.packages {
            for f in &p.files {
                names.push(match style {
                    FileNames::Full => f.path.display().to_string(),
                    FileNames::Trimmed => format!("{}/{}", p.path, f.name),
                });
            }
        }
        let mut others = HashMap::new();
        for (id, file) in sources.files() {
            for d in file.line_directives() {
                if d.file.is_empty() || others.contains_key(&(id, d.file.clone())) {
                    continue;
                }
                others.insert((id, d.file.clone()), names.len() as u32);
                names.push(d.file.clone());
            }
        }
        SourcePositions { sources: Arc::clone(sources), names, others }
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
