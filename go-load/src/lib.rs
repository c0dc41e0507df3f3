#![doc = include_str!("../README.md")]

pub mod constraint;
mod embed;
mod error;
mod fs;
mod graph;
mod module;
mod overlay;
mod package;
mod pattern;
mod reader;
mod scan;
pub mod sdk;
mod targets;
mod walk;

pub use embed::EmbedFiles;
pub use error::{ImportStep, LoadError, LoadErrorKind, Position, Severity};
pub use fs::{DirEntry, EntryKind, FileSystem, MemoryFileSystem, OsFileSystem, short_path};
pub use graph::{LoadConfig, Origin, Package, PackageGraph, PackageId, RuntimeDependency, load};
pub use module::modfile::{GoVersion, ModuleVersion};
pub use module::{ModMode, Module};
pub use overlay::{Overlay, OverlayError, SymbolAlias};
pub use package::SourceFile;
pub use scan::{Directive, EmbedPattern, Header, HeaderError, HeaderErrorKind, ImportSpec, line_col, scan_header};
