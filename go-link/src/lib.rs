//! Links machine functions, data and the runtime object into static executables.
//!
//! A closed world: symbols are ids, names matter only towards the runtime object. The stages, in
//! order: [`input`] → `reach` → `layout` → `tables` → `elf`. Knows neither Go types nor Cranelift.

mod buildinfo;
mod dwarf;
mod elf;
pub mod input;
mod layout;
mod reach;
mod runtime_object;
mod tables;
mod write;

pub use input::{BuildInfo, DebugInfo, LinkError, LinkInput, LinkStats, Positions};
pub use write::{Image, link};
