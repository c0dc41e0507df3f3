#![doc = include_str!("../README.md")]
//! # What this crate never does
//!
//! It knows no grammar, reads no files and never fails: errors are events of the token stream.

mod clean;
mod directive;
mod number;
mod scanner;
mod text;
mod token;
pub mod unicode;
mod unicode_tables;

pub use directive::{LineParts, go_build_version, parse_line_directive};
pub use scanner::{Event, EventKind, Tokens, tokenize};
pub use text::unquote;
pub use token::{Tok, TokenSet};
