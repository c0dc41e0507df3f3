//! Everything the gorc compiler, linker and runtime must agree on.
//!
//! Layouts, register counts, the list of runtime functions, the object model. `no_std`; knows
//! neither syntax nor types, does no I/O.
#![no_std]
extern crate alloc;

pub mod object;
pub mod regs;
