#![doc = include_str!("../README.md")]
//!
//! # This library
//!
//! The gorc runtime as the toolchain sees it: the relocatable object that is linked into every
//! program, and the overlay of Go sources. The runtime itself (`freestanding.rs`) is compiled by the
//! build script; here its machine-independent modules are compiled again for host tests only.
#![cfg_attr(test, allow(clippy::undocumented_unsafe_blocks, reason = "tests hand the functions memory of their own"))]

#[cfg(test)]
#[allow(dead_code, reason = "compiled here for its tests only")]
mod bytealg;
#[cfg(test)]
#[allow(dead_code, reason = "compiled here for its tests only")]
mod gc;
#[cfg(test)]
#[allow(dead_code, reason = "compiled here for its tests only")]
mod kernels;
#[cfg(test)]
#[allow(dead_code, reason = "compiled here for its tests only")]
mod mem;
#[cfg(test)]
#[allow(dead_code, reason = "compiled here for its tests only")]
mod os;
#[cfg(test)]
#[allow(dead_code, reason = "compiled here for its tests only")]
mod pctable;
#[cfg(test)]
#[allow(dead_code, reason = "compiled here for its tests only")]
#[path = "sched/size.rs"]
mod stack_size;

/// A system and architecture with a runtime object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RuntimeTarget {
    /// linux/amd64.
    LinuxAmd64,
}

/// Alignment for the embedded ELF file, so that readers may view its structures in place.
#[repr(C, align(16))]
struct Aligned<T: ?Sized>(T);

static LINUX_AMD64: &Aligned<[u8]> = &Aligned(*include_bytes!(concat!(env!("OUT_DIR"), "/runtime-x86_64-linux.o")));

/// The runtime object for a target: an ELF relocatable file. Its undefined symbols are
/// `go_abi::runtime_fns::{GO_ROOTS, LINKER_SYMBOLS}` and, weakly, the second halves of `EXTERN_CALLS`.
pub fn runtime_object(target: RuntimeTarget) -> &'static [u8] {
    match target {
        RuntimeTarget::LinuxAmd64 => &LINUX_AMD64.0,
    }
}

/// The overlay's Go files: path relative to `GOROOT/src`, and text. Sorted by path.
pub fn overlay_files() -> &'static [(&'static str, &'static str)] {
    include!(concat!(env!("OUT_DIR"), "/overlay.rs"))
}

/// The table that says which files of the standard library are compiled where that differs from the
/// ordinary choice (its format is explained in its head).
pub fn overlay_selection() -> &'static str {
    include_str!(concat!(env!("OUT_DIR"), "/SELECTION.tsv"))
}
