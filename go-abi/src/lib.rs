#![doc = include_str!("../README.md")]
#![no_std]
extern crate alloc;

pub mod layout;
pub mod object;
pub mod regs;
pub mod runtime_fns;
pub mod source;
