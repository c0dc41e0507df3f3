//! Go syntax trees, their parser and printer.
//!
//! Parsing never fails: it returns a tree and diagnostics. This crate never knows types.

pub mod ast;

pub use ast::*;
