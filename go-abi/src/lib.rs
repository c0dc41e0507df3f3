//! Everything the gorc compiler, linker and runtime must agree on: layouts, registers, runtime
//! functions, object model. Knows neither syntax nor types, does no I/O.
#![no_std]
extern crate alloc;

pub mod layout;
pub mod object;
pub mod regs;
pub mod runtime_fns;
pub mod source;
