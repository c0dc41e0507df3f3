#![doc = include_str!("../README.md")]
//! # What this crate never does
//!
//! It works on syntax trees in memory: it reads no files, prints nothing, and lowers nothing.

pub mod big_float;
pub mod check;
pub mod codes;
pub mod const_str;
pub mod constant;
pub mod infer;
pub mod info;
pub mod instantiate;
pub mod literal;
pub mod lookup;
pub mod object;
pub mod predicates;
pub mod sizes;
pub mod store;
pub mod subst;
pub mod ty;
pub mod type_set;
pub mod type_string;
pub mod unify;
pub mod universe;
