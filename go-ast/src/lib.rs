#![doc = include_str!("../README.md")]
//! # What this crate never does
//!
//! It knows no types, reads no files, and parsing never fails: it returns a tree and diagnostics.

pub mod ast;
pub mod branches;
pub mod directive;
mod expr_string;
mod parser;
mod print;
pub mod visit;

pub use ast::*;
pub use branches::{check_all_branches, check_branches};
pub use expr_string::expr_string;
pub use parser::{Comments, DepthLimit, Origin, ParseMode, Parsed, parse};
pub use print::format;
pub use visit::{Child, Walk, end_pos, start_pos};
