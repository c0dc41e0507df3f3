#![doc = include_str!("../README.md")]

pub mod diagnostic;
pub mod index;
pub mod intern;
pub mod pos;
pub mod source_map;

pub use diagnostic::{Code, Diagnostic, Label, Severity};
pub use index::{Idx, IndexVec, SideTable};
pub use intern::{Interner, Symbol};
pub use pos::{Pos, Span};
pub use source_map::{FileId, Location, SourceFile, SourceMap};
