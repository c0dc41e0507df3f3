//! What the linker is given, and how it fails.

use go_abi::object::{DataObject, MachineFunction, SymbolId};
use std::sync::Arc;

/// Turns global source positions into files and lines.
pub trait Positions: Sync {
    /// File number and line of a position; `None` if unknown.
    fn resolve(&self, pos: u32) -> Option<(u32, u32)>;
    /// Number of files.
    fn file_count(&self) -> u32;
    /// Name of a file, as traces print it.
    fn file_name(&self, file: u32) -> String;
}

/// No positions: traces show no lines.
#[derive(Clone, Copy, Debug)]
pub struct NoPositions;

impl Positions for NoPositions {
    fn resolve(&self, _pos: u32) -> Option<(u32, u32)> {
        None
    }

    fn file_count(&self) -> u32 {
        0
    }

    fn file_name(&self, _file: u32) -> String {
        String::new()
    }
}

/// No build information.
static NO_BUILD_INFO: BuildInfo = BuildInfo { go_version: String::new(), modinfo: String::new() };

/// What `go version -m` and `debug.ReadBuildInfo` show.
#[derive(Clone, Debug, Default)]
pub struct BuildInfo {
    /// `go1.27.3`
    pub go_version: String,
    /// Lines `path\t…`, `mod\t…`, `build\t…`.
    pub modinfo: String,
}

/// Whether debugging information is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DebugInfo {
    /// Symbol table and DWARF line tables.
    Full,
    /// Symbol table only (`-ldflags=-w`).
    SymbolsOnly,
    /// Neither (`-ldflags=-s`).
    None,
}

/// Everything that goes into an image.
pub struct LinkInput<'a> {
    /// Functions, in the order in which their code is placed.
    pub functions: &'a [MachineFunction],
    /// Data objects, in the order in which they are placed within their sections.
    pub data: &'a [DataObject],
    /// Symbols that stand for names of the runtime object, the linker, or functions and variables of
    /// the program: `Named` symbols and externs.
    pub names: &'a [(SymbolId, Arc<str>)],
    /// The runtime object (ELF relocatable); empty for a program without one.
    pub runtime: &'a [u8],
    /// Type descriptors sorted by type string; those that are reached go to reflect's table.
    pub typelinks: &'a [SymbolId],
    /// Itabs that the runtime registers at start, if reached.
    pub itabs: &'a [SymbolId],
    /// Source positions.
    pub positions: &'a dyn Positions,
    /// Build information.
    pub build_info: &'a BuildInfo,
    /// Debugging information.
    pub debug: DebugInfo,
    /// Name of the function, or symbol of the runtime object, at which the program starts.
    pub entry: &'a str,
}

impl<'a> LinkInput<'a> {
    /// A program without runtime object, positions, type tables and build information, which starts at
    /// the function called `entry`. Fields that are needed besides are set on the result.
    #[must_use]
    pub fn bare(functions: &'a [MachineFunction], data: &'a [DataObject], entry: &'a str) -> LinkInput<'a> {
        LinkInput {
            functions,
            data,
            names: &[],
            runtime: &[],
            typelinks: &[],
            itabs: &[],
            positions: &NoPositions,
            build_info: &NO_BUILD_INFO,
            debug: DebugInfo::SymbolsOnly,
            entry,
        }
    }
}

/// Why linking failed.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// A symbol has no definition: a bug of gorc, or a bodyless function nobody implements.
    #[error("{}: relocation target {symbol} not defined", from)]
    Undefined {
        /// Who refers to it.
        from: String,
        /// Its name.
        symbol: String,
    },
    /// The runtime object cannot be read: a bug of gorc.
    #[error("runtime object: {0}")]
    Runtime(String),
    /// The image does not fit below 2 GiB.
    #[error("program too large: {0} bytes")]
    TooLarge(u64),
    /// The output could not be written: the machine's fault.
    #[error("{path}: {source}")]
    Write {
        /// Output path.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
}

/// Sizes, for `-debug` output and benchmarks.
#[derive(Clone, Copy, Debug, Default)]
pub struct LinkStats {
    /// Functions placed.
    pub functions: usize,
    /// Bytes of Go code.
    pub go_text: u64,
    /// Bytes of runtime code.
    pub runtime_text: u64,
    /// Bytes of read-only data, tables included.
    pub rodata: u64,
    /// Bytes of writable data.
    pub data: u64,
    /// Bytes of zeroed memory.
    pub bss: u64,
    /// Bytes of the file.
    pub file: u64,
}
