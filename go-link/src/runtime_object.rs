//! Reading the runtime object: its sections, symbols and relocations.

use crate::LinkError;
use object::read::elf::{ElfFile64, FileHeader};
use object::{Object, ObjectSection, ObjectSymbol, RelocationTarget, SectionKind, SymbolSection};
use rustc_hash::FxHashMap;

/// Section of the image that an input section goes to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum RtKind {
    /// Code.
    Text,
    /// Read-only data.
    Rodata,
    /// Writable data.
    Data,
    /// Zeroed memory.
    Bss,
}

/// Target of a relocation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RtTarget {
    /// A section of the object, at an offset.
    Section(usize, u64),
    /// A name defined elsewhere; `weak` ones may be missing (address 0).
    Name {
        /// Name.
        name: String,
        /// May be missing.
        weak: bool,
    },
}

/// Kind of relocation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum RtReloc {
    /// S + A, 64 bits.
    Abs64,
    /// S + A, 32 bits.
    Abs32,
    /// S + A − P, 32 bits.
    Pc32,
    /// G + A − P, relaxed where possible.
    GotPc,
}

/// A section.
pub(crate) struct RtSection<'a> {
    pub(crate) kind: RtKind,
    pub(crate) bytes: &'a [u8],
    pub(crate) size: u64,
    pub(crate) align: u64,
    /// (offset, kind, target, addend)
    pub(crate) relocs: Vec<(u64, RtReloc, RtTarget, i64)>,
}

/// The object.
#[derive(Default)]
pub(crate) struct RtObject<'a> {
    pub(crate) sections: Vec<RtSection<'a>>,
    /// Global definitions: name → (section, offset).
    pub(crate) symbols: FxHashMap<String, (usize, u64)>,
    /// Functions for the symbol table: (name, section, offset, size).
    pub(crate) functions: Vec<(String, usize, u64, u64)>,
}

/// Parses the object; no bytes are an object without anything.
pub(crate) fn parse(bytes: &[u8]) -> Result<RtObject<'_>, LinkError> {
    if bytes.is_empty() {
        return Ok(RtObject::default());
    }
    let bad = |e: object::Error| LinkError::Runtime(e.to_string());
    let file: ElfFile64<'_> = ElfFile64::parse(bytes).map_err(bad)?;
    let _ = file.elf_header().e_machine(object::Endianness::Little);
    let mut index: FxHashMap<usize, usize> = FxHashMap::default();
    let mut sections = Vec::new();
    for s in file.sections() {
        let name = s.name().unwrap_or("");
        if name.starts_with(".eh_frame") || name.starts_with(".debug") || name.starts_with(".note") {
            continue;
        }
        let kind = match s.kind() {
            SectionKind::Text => RtKind::Text,
            SectionKind::ReadOnlyData | SectionKind::ReadOnlyString | SectionKind::ReadOnlyDataWithRel => {
                RtKind::Rodata
            }
            SectionKind::Data if name.starts_with(".data.rel.ro") => RtKind::Rodata,
            SectionKind::Data => RtKind::Data,
            SectionKind::UninitializedData => RtKind::Bss,
            _ => continue,
        };
        index.insert(s.index().0, sections.len());
        sections.push(RtSection {
            kind,
            bytes: if kind == RtKind::Bss { &[] } else { s.data().map_err(bad)? },
            size: s.size(),
            align: s.align().max(1),
            relocs: Vec::new(),
        });
    }
    let mut symbols = FxHashMap::default();
    let mut functions = Vec::new();
    for sym in file.symbols() {
        let SymbolSection::Section(sec) = sym.section() else { continue };
        let Some(i) = index.get(&sec.0) else { continue };
        let name = sym.name().unwrap_or("");
        if name.is_empty() {
            continue;
        }
        if sym.is_global() || sym.is_weak() {
            symbols.insert(name.to_string(), (*i, sym.address()));
        }
        if sections[*i].kind == RtKind::Text && sym.kind() == object::SymbolKind::Text {
            functions.push((name.to_string(), *i, sym.address(), sym.size()));
        }
    }
    for s in file.sections() {
        let Some(i) = index.get(&s.index().0).copied() else { continue };
        let mut relocs = Vec::new();
        for (offset, r) in s.relocations() {
            let object::RelocationFlags::Elf { r_type } = r.flags() else { continue };
            let kind = match r_type {
                object::elf::R_X86_64_64 => RtReloc::Abs64,
                object::elf::R_X86_64_32 | object::elf::R_X86_64_32S => RtReloc::Abs32,
                object::elf::R_X86_64_PC32 | object::elf::R_X86_64_PLT32 => RtReloc::Pc32,
                object::elf::R_X86_64_GOTPCREL
                | object::elf::R_X86_64_GOTPCRELX
                | object::elf::R_X86_64_REX_GOTPCRELX => RtReloc::GotPc,
                other => return Err(LinkError::Runtime(format!("relocation type {other}"))),
            };
            let RelocationTarget::Symbol(si) = r.target() else {
                return Err(LinkError::Runtime("relocation without symbol".into()));
            };
            let sym = file.symbol_by_index(si).map_err(bad)?;
            let target = match sym.section() {
                SymbolSection::Section(sec) => match index.get(&sec.0) {
                    Some(t) => RtTarget::Section(*t, sym.address()),
                    None => return Err(LinkError::Runtime(format!("reference to a dropped section at {offset:#x}"))),
                },
                _ => RtTarget::Name { name: sym.name().map_err(bad)?.to_string(), weak: sym.is_weak() },
            };
            relocs.push((offset, kind, target, r.addend()));
        }
        sections[i].relocs = relocs;
    }
    Ok(RtObject { sections, symbols, functions })
}
