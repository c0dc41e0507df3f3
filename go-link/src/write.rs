//! The image: sections copied and relocated in parallel into a mapped output file.
//!
//! The file is written under a temporary name and renamed at the end, so that a failed link leaves
//! nothing behind.

use crate::layout::{self, Layout, Section};
use crate::reach::{self, Def, Reached};
use crate::runtime_object::{self, RtKind, RtObject, RtReloc, RtTarget};
use crate::{DebugInfo, LinkError, LinkInput, LinkStats, buildinfo, dwarf, elf, tables};
use go_abi::object::{DataSection, Reloc, RelocKind, SymbolKind};
use rayon::prelude::*;
use std::path::Path;

/// A finished executable in memory.
pub struct Image {
    bytes: Vec<u8>,
    /// Sizes.
    pub stats: LinkStats,
}

/// Bytes of the build-id note.
const NOTE_SIZE: u64 = 16 + 20;

/// Links an image.
///
/// # Errors
/// Undefined symbols and malformed runtime objects (our bugs), and images above 2 GiB.
pub fn link(input: &LinkInput<'_>) -> Result<Image, LinkError> {
    let rt = runtime_object::parse(input.runtime)?;
    let entry = input.entry;
    let r = reach::reach(input, &rt, entry)?;
    let mut l = layout::place_text(input, &rt, &r);
    let tabs = tables::build(input, &r, &l);
    let (info, mod_at, mod_len) = buildinfo::encode(input.build_info);
    let live = |s: &go_abi::object::SymbolId| match r.symbol(*s) {
        Some(Def::Data(i)) if r.datas[i] => Some(i),
        _ => None,
    };
    let typelinks: Vec<usize> = input.typelinks.iter().filter_map(live).collect();
    let itabs: Vec<usize> = input.itabs.iter().filter_map(live).collect();
    let got = got_targets(&rt, &r);
    let table_size = tabs.size(typelinks.len(), itabs.len()).next_multiple_of(16);
    let note_at = table_size + 8 * got.len() as u64;
    layout::place_data(&mut l, input, &rt, &r, note_at + NOTE_SIZE, info.len() as u64)?;
    l.linker[0] = l.tables.addr;
    let note = Section { addr: l.tables.addr + note_at, offset: l.tables.offset + note_at, size: NOTE_SIZE };
    let got_addr = l.tables.addr + table_size;

    let debug = match input.debug {
        DebugInfo::Full => dwarf::sections(input, &r, &l),
        DebugInfo::SymbolsOnly | DebugInfo::None => Vec::new(),
    };
    let syms = (input.debug != DebugInfo::None).then(|| symbols(input, &rt, &r, &l));
    let (trailer, section_table, sections) =
        elf::trailer(elf::loaded_sections(&l, note), syms.as_deref(), debug, l.file_end.next_multiple_of(8));
    let trailer_at = l.file_end.next_multiple_of(8) as usize;
    let mut bytes = vec![0u8; trailer_at + trailer.len()];
    bytes[trailer_at..].copy_from_slice(&trailer);
    let entry_addr = match r.name(entry) {
        Some(d) => l.addr(d),
        None => 0,
    };
    let head = elf::headers(&l, entry_addr, note, section_table, sections);
    bytes[..head.len()].copy_from_slice(&head);

    let cx = Copier { input, rt: &rt, r: &r, l: &l, got: &got, got_addr };
    cx.copy(&mut bytes)?;
    let table_bytes = &mut bytes[l.tables.offset as usize..][..l.tables.size as usize];
    let addrs = |v: &[usize]| v.iter().map(|i| l.datas[*i]).collect::<Vec<_>>();
    let modinfo = (if mod_len == 0 { 0 } else { l.buildinfo.addr + mod_at as u64 }, mod_len as u64);
    tabs.write(&l, &addrs(&typelinks), &addrs(&itabs), modinfo, table_bytes);
    for (i, target) in got.iter().enumerate() {
        let a = match target {
            RtTarget::Section(t, off) => l.rt[*t] + off,
            RtTarget::Name { name, weak } => match (r.name(name), weak) {
                (Some(d), _) => l.addr(d),
                (None, true) => 0,
                (None, false) => {
                    return Err(LinkError::Undefined { from: "runtime object".into(), symbol: name.clone() });
                }
            },
        };
        table_bytes[(table_size as usize) + 8 * i..][..8].copy_from_slice(&a.to_le_bytes());
    }
    bytes[l.buildinfo.offset as usize..][..info.len()].copy_from_slice(&info);
    // The id names the contents: a hash of everything else.
    let hash = blake3::hash(&bytes);
    let n = &mut bytes[note.offset as usize..][..NOTE_SIZE as usize];
    n[..4].copy_from_slice(&4u32.to_le_bytes());
    n[4..8].copy_from_slice(&20u32.to_le_bytes());
    n[8..12].copy_from_slice(&3u32.to_le_bytes());
    n[12..16].copy_from_slice(b"GNU\0");
    n[16..].copy_from_slice(&hash.as_bytes()[..20]);
    let stats = LinkStats {
        functions: r.funcs.iter().filter(|b| **b).count(),
        go_text: l.text.size,
        runtime_text: l.rt_text.size,
        rodata: l.tables.end() - l.rodata.addr,
        data: l.bss.addr - l.buildinfo.addr,
        bss: l.noptrbss.end() - l.bss.addr,
        file: bytes.len() as u64,
    };
    Ok(Image { bytes, stats })
}

impl Image {
    /// The file's contents.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Writes the executable, replacing `path`; on failure nothing is left behind.
    ///
    /// # Errors
    /// What the system says about the path.
    pub fn write_to(&self, path: &Path) -> Result<(), LinkError> {
        let fail = |source| LinkError::Write { path: path.display().to_string(), source };
        // Devices such as /dev/null are written to, never replaced.
        if std::fs::metadata(path).is_ok_and(|m| !m.is_file() && !m.is_dir()) {
            return std::fs::write(path, &self.bytes).map_err(fail);
        }
        let mut name = path.file_name().unwrap_or_default().to_os_string();
        name.push(format!(".{}.tmp", std::process::id()));
        let tmp = path.with_file_name(name);
        let result = (|| {
            let mut options = std::fs::OpenOptions::new();
            options.write(true).create(true).truncate(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o777);
            let mut f = options.open(&tmp)?;
            std::io::Write::write_all(&mut f, &self.bytes)?;
            drop(f);
            std::fs::rename(&tmp, path)
        })();
        if result.is_err() {
            let _ = std::fs::remove_file(&tmp);
        }
        result.map_err(fail)
    }
}

/// Targets that need a slot in the offset table.
fn got_targets(rt: &RtObject<'_>, r: &Reached) -> Vec<RtTarget> {
    let mut out: Vec<RtTarget> = Vec::new();
    for (_, s) in rt.sections.iter().enumerate().filter(|(i, _)| r.rt[*i]) {
        for (off, kind, target, _) in &s.relocs {
            if *kind == RtReloc::GotPc
                && !(is_relaxable(s.bytes, *off as usize) && is_defined(r, target))
                && !out.contains(target)
            {
                out.push(target.clone());
            }
        }
    }
    out
}

fn is_defined(r: &Reached, target: &RtTarget) -> bool {
    match target {
        RtTarget::Section(..) => true,
        RtTarget::Name { name, .. } => r.name(name).is_some(),
    }
}

/// `mov foo@GOTPCREL(%rip), %reg`, which becomes `lea`.
fn is_relaxable(code: &[u8], off: usize) -> bool {
    off >= 3 && code[off - 2] == 0x8b && matches!(code[off - 3], 0x48 | 0x4c)
}

fn symbols(input: &LinkInput<'_>, rt: &RtObject<'_>, r: &Reached, l: &Layout) -> Vec<elf::Sym> {
    let mut out = Vec::new();
    for (i, f) in input.functions.iter().enumerate().filter(|(i, _)| r.funcs[*i]) {
        let mut name = f.name.clone();
        if f.symbol.kind() == SymbolKind::Thunk {
            name.push_str("·thunk");
        }
        out.push(elf::Sym { name, addr: l.funcs[i], size: f.code.len() as u64, func: true, section: elf::index::TEXT });
    }
    for (name, sec, off, size) in rt.functions.iter().filter(|(_, s, ..)| r.rt[*s]) {
        out.push(elf::Sym {
            name: name.clone(),
            addr: l.rt[*sec] + off,
            size: *size,
            func: true,
            section: elf::index::RT_TEXT,
        });
    }
    for (i, d) in input.data.iter().enumerate().filter(|(i, d)| r.datas[*i] && !d.name.is_empty()) {
        let bss = d.bytes.is_empty() && d.relocs.is_empty();
        let section = match (d.section, bss) {
            (DataSection::Rodata, _) => elf::index::RODATA,
            (DataSection::Data, false) => elf::index::DATA,
            (DataSection::Data, true) => elf::index::BSS,
            (DataSection::NoPtrData, false) => elf::index::NOPTRDATA,
            (DataSection::NoPtrData, true) => elf::index::NOPTRBSS,
        };
        out.push(elf::Sym { name: d.name.clone(), addr: l.datas[i], size: d.size, func: false, section });
    }
    out
}

/// One piece of the image: where it goes and what it is.
enum Piece {
    Func(usize),
    Data(usize),
    Rt(usize),
}

struct Copier<'a> {
    input: &'a LinkInput<'a>,
    rt: &'a RtObject<'a>,
    r: &'a Reached,
    l: &'a Layout,
    got: &'a [RtTarget],
    got_addr: u64,
}

impl Copier<'_> {
    /// File offset of an address.
    fn offset(&self, addr: u64) -> u64 {
        let l = self.l;
        if addr < l.rodata.addr {
            addr - layout::BASE
        } else if addr < l.buildinfo.addr {
            addr - l.rodata.addr + l.rodata.offset
        } else {
            addr - l.buildinfo.addr + l.buildinfo.offset
        }
    }

    /// Copies and relocates everything. The file is cut at the pieces' starts, so that each is
    /// written by one thread without sharing.
    fn copy(&self, bytes: &mut [u8]) -> Result<(), LinkError> {
        let mut pieces: Vec<(u64, u64, Piece)> = Vec::new();
        for (i, f) in self.input.functions.iter().enumerate().filter(|(i, _)| self.r.funcs[*i]) {
            pieces.push((self.offset(self.l.funcs[i]), f.code.len() as u64, Piece::Func(i)));
        }
        for (i, d) in self.input.data.iter().enumerate().filter(|(i, _)| self.r.datas[*i]) {
            let bss = d.section != DataSection::Rodata && d.bytes.is_empty() && d.relocs.is_empty();
            if !bss {
                pieces.push((self.offset(self.l.datas[i]), d.size, Piece::Data(i)));
            }
        }
        for (i, s) in self.rt.sections.iter().enumerate().filter(|(i, s)| self.r.rt[*i] && s.kind != RtKind::Bss) {
            pieces.push((self.offset(self.l.rt[i]), s.size, Piece::Rt(i)));
        }
        pieces.sort_by_key(|(o, n, _)| (*o, *n));
        let mut rest = bytes;
        let mut at = 0u64;
        let mut jobs = Vec::with_capacity(pieces.len());
        for (offset, size, piece) in pieces {
            let (_, tail) = rest.split_at_mut((offset - at) as usize);
            let (mine, tail) = tail.split_at_mut(size as usize);
            jobs.push((mine, piece));
            rest = tail;
            at = offset + size;
        }
        jobs.into_par_iter().with_min_len(64).try_for_each(|(out, piece)| match piece {
            Piece::Func(i) => {
                let f = &self.input.functions[i];
                out.copy_from_slice(&f.code);
                self.relocate(out, self.l.funcs[i], &f.relocs, &f.name)
            }
            Piece::Data(i) => {
                let d = &self.input.data[i];
                out[..d.bytes.len()].copy_from_slice(&d.bytes);
                self.relocate(out, self.l.datas[i], &d.relocs, &d.name)
            }
            Piece::Rt(i) => self.copy_rt(out, i),
        })
    }

    fn relocate(&self, out: &mut [u8], base: u64, relocs: &[Reloc], name: &str) -> Result<(), LinkError> {
        for r in relocs {
            let Some(d) = self.r.symbol(r.target) else {
                return Err(LinkError::Undefined { from: name.into(), symbol: format!("{:?}", r.target) });
            };
            let s = self.l.addr(d).wrapping_add_signed(r.addend);
            let at = r.offset as usize;
            match r.kind {
                RelocKind::Abs64 => out[at..at + 8].copy_from_slice(&s.to_le_bytes()),
                RelocKind::Abs32 => out[at..at + 4].copy_from_slice(&(s as u32).to_le_bytes()),
                RelocKind::Pc32 => {
                    let v = s.wrapping_sub(base + at as u64) as u32;
                    out[at..at + 4].copy_from_slice(&v.to_le_bytes());
                }
            }
        }
        Ok(())
    }

    fn copy_rt(&self, out: &mut [u8], i: usize) -> Result<(), LinkError> {
        let s = &self.rt.sections[i];
        out[..s.bytes.len()].copy_from_slice(s.bytes);
        for (offset, kind, target, addend) in &s.relocs {
            let at = *offset as usize;
            let place = self.l.rt[i] + offset;
            let addr = match target {
                RtTarget::Section(t, off) => self.l.rt[*t] + off,
                RtTarget::Name { name, weak } => match self.r.name(name) {
                    Some(d) => self.l.addr(d),
                    None if *weak => 0,
                    None => return Err(LinkError::Undefined { from: "runtime object".into(), symbol: name.clone() }),
                },
            };
            let value = addr.wrapping_add_signed(*addend);
            match kind {
                RtReloc::Abs64 => out[at..at + 8].copy_from_slice(&value.to_le_bytes()),
                RtReloc::Abs32 => out[at..at + 4].copy_from_slice(&(value as u32).to_le_bytes()),
                RtReloc::Pc32 => {
                    out[at..at + 4].copy_from_slice(&(value.wrapping_sub(place) as u32).to_le_bytes());
                }
                RtReloc::GotPc => {
                    let v = if is_relaxable(s.bytes, at) && is_defined(self.r, target) {
                        out[at - 2] = 0x8d;
                        value
                    } else {
                        let slot = self.got.iter().position(|g| g == target);
                        let slot =
                            slot.ok_or_else(|| LinkError::Runtime(format!("no offset table slot at {at:#x}")))?;
                        (self.got_addr + 8 * slot as u64).wrapping_add_signed(*addend)
                    };
                    out[at..at + 4].copy_from_slice(&(v.wrapping_sub(place) as u32).to_le_bytes());
                }
            }
        }
        Ok(())
    }
}
