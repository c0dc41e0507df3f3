//! Machine code that Rust cannot express: entry, veneers, stack switches, call stubs, and the memory
//! functions. One file per concern; everything x86-64 System V.

pub(crate) mod leaf;
pub(crate) mod stubs;
pub(crate) mod veneer;
