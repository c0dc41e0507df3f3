//! From checked syntax to IR. `program.rs` and what it lists work on the program as a whole;
//! `body.rs` and the files per construct lower function bodies.

mod analysis;
mod append;
mod assign;
pub mod body;
mod builtins;
mod call;
mod chans;
mod closure;
pub mod compare;
mod complex;
mod composite;
mod constant;
mod control;
mod convert;
mod defer;
mod expr;
mod index;
pub mod intrinsics;
mod maps;
mod order;
pub mod program;
mod range;
mod range_func;
mod select;
mod stmt;
mod strings;
mod switch;

pub use program::{Instance, Lowerer};
