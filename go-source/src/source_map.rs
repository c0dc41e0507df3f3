//! The files of a build: name, text, base position; and line numbers found on demand.
//!
//! Never reads files itself: whoever loads them adds their text.

use crate::pos::Pos;
use std::sync::{Arc, OnceLock};

/// A file of the source map.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct FileId(pub u32);

/// One source file.
#[derive(Debug)]
pub struct SourceFile {
    /// Name as shown to users (relative or absolute as the loader decided).
    pub name: String,
    /// The whole text. Go source is UTF-8; invalid bytes are kept and reported by the scanner.
    pub text: Arc<[u8]>,
    /// Position of the first byte. Positions `base ..= base + len` belong to this file.
    pub base: Pos,
    lines: OnceLock<Vec<u32>>,
    /// `//line` directives: (offset from which it holds, file name, line, column or 0).
    line_directives: OnceLock<Vec<LineDirective>>,
}

/// A `//line` or `/*line*/` directive (spec of cmd/compile).
#[derive(Clone, Debug)]
pub struct LineDirective {
    /// Byte offset of the first byte that the directive governs.
    pub offset: u32,
    /// File name given, or empty for the previous one.
    pub file: String,
    /// Line number of the governed position.
    pub line: u32,
    /// Column number, 0 when the directive gave none.
    pub column: u32,
}

impl SourceFile {
    /// Offsets at which lines start (the first is 0).
    pub fn line_starts(&self) -> &[u32] {
        self.lines.get_or_init(|| {
            let mut v = Vec::with_capacity(self.text.len() / 32 + 1);
            v.push(0);
            for (i, b) in self.text.iter().enumerate() {
                if *b == b'\n' {
                    v.push(i as u32 + 1);
                }
            }
            v
        })
    }

    /// Records the file's `//line` directives, in order; later calls are ignored.
    pub fn set_line_directives(&self, directives: Vec<LineDirective>) {
        let _ = self.line_directives.set(directives);
    }

    /// The file's `//line` directives, in order.
    pub fn line_directives(&self) -> &[LineDirective] {
        self.line_directives.get().map_or(&[], Vec::as_slice)
    }

    /// Line and column (both from 1, column in bytes) of a byte offset, without `//line`.
    pub fn line_col(&self, offset: u32) -> (u32, u32) {
        let starts = self.line_starts();
        let i = starts.partition_point(|s| *s <= offset) - 1;
        (i as u32 + 1, offset - starts[i] + 1)
    }
}

/// A position resolved for people.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Location {
    /// File name, after `//line` directives.
    pub file: String,
    /// Line from 1, or 0 if unknown.
    pub line: u32,
    /// Column from 1 in bytes, or 0 if unknown.
    pub column: u32,
}

/// All files of a build, in the order in which they were added.
#[derive(Clone, Default, Debug)]
pub struct SourceMap {
    files: Vec<Arc<SourceFile>>,
    next: u32,
}

impl SourceMap {
    /// An empty map.
    #[must_use]
    pub fn new() -> SourceMap {
        SourceMap { files: Vec::new(), next: 1 }
    }

    /// Adds a file and gives it a base position. Fails (None) when the 4 GiB position space is full.
    pub fn add(&mut self, name: String, text: Arc<[u8]>) -> Option<FileId> {
        let len = u32::try_from(text.len()).ok()?;
        let base = self.next.max(1);
        self.next = base.checked_add(len)?.checked_add(1)?;
        self.files.push(Arc::new(SourceFile {
            name,
            text,
            base: Pos(base),
            lines: OnceLock::new(),
            line_directives: OnceLock::new(),
        }));
        Some(FileId(self.files.len() as u32 - 1))
    }

    /// The file of an id.
    pub fn file(&self, id: FileId) -> &Arc<SourceFile> {
        &self.files[id.0 as usize]
    }

    /// All files with their ids.
    pub fn files(&self) -> impl Iterator<Item = (FileId, &Arc<SourceFile>)> {
        self.files.iter().enumerate().map(|(i, f)| (FileId(i as u32), f))
    }

    /// The file that holds `pos`.
    pub fn file_of(&self, pos: Pos) -> Option<FileId> {
        if !pos.is_known() {
            return None;
        }
        let i = self.files.partition_point(|f| f.base <= pos);
        (i > 0).then(|| FileId(i as u32 - 1))
    }

    /// File name, line, column of `pos`, with `//line` directives applied.
    pub fn location(&self, pos: Pos) -> Location {
        let Some(id) = self.file_of(pos) else {
            return Location { file: String::new(), line: 0, column: 0 };
        };
        let f = self.file(id);
        let offset = pos.0 - f.base.0;
        let (line, column) = f.line_col(offset);
        if let Some(ds) = f.line_directives.get() {
            let i = ds.partition_point(|d| d.offset <= offset);
            if i > 0 {
                let d = &ds[i - 1];
                let (dl, dc) = f.line_col(d.offset);
                let file = ds[..i].iter().rev().find(|d| !d.file.is_empty());
                let file = file.map_or_else(|| f.name.clone(), |d| d.file.clone());
                let column = match (d.column, line == dl) {
                    (0, _) => 0,
                    (c, true) => c + (column - dc),
                    (_, false) => column,
                };
                return Location { file, line: d.line + (line - dl), column };
            }
        }
        Location { file: f.name.clone(), line, column }
    }
}
