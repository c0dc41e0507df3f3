//! The Go type checker: declarations lazily, bodies on demand, own packages in full.
//!
//! Works on syntax trees in memory; never reads files, prints, or lowers.

pub mod big_float;
pub mod check;
pub mod codes;
pub mod constant;
pub mod info;
pub mod infer;
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
