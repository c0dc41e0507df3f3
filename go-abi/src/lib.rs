//! Everything the gorc compiler, linker and runtime must agree on: layouts, registers, runtime
//! functions, object model. Never does any work of its own.
#![no_std]

pub mod layout;
pub mod runtime_fns;
pub mod source;
