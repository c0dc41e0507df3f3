#![doc = include_str!("../README.md")]

mod buildinfo;
mod dwarf;
mod elf;
pub mod input;
mod layout;
mod reach;
mod runtime_object;
mod tables;
mod write;

pub use input::{BuildInfo, DebugInfo, LinkError, LinkInput, LinkStats, NoPositions, Positions};
pub use write::{Image, link};
