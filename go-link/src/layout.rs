//! Addresses of everything that is reached.
//!
//! Segments: headers and text (R X), read-only data (R), data and bss (R W). File offsets follow
//! addresses modulo the page size, so that the file is mapped as it stands.

use crate::reach::{Def, Reached};
use crate::runtime_object::{RtKind, RtObject};
use crate::{LinkError, LinkInput};
use go_abi::object::DataSection;

/// Where the image starts.
pub(crate) const BASE: u64 = 0x40_0000;
/// Page size.
pub(crate) const PAGE: u64 = 4096;
/// Room for the ELF header and the program headers.
pub(crate) const HEADERS: u64 = 64 + 56 * 8;

/// A section of the image.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Section {
    /// Address.
    pub(crate) addr: u64,
    /// File offset.
    pub(crate) offset: u64,
    /// Size in memory.
    pub(crate) size: u64,
}

impl Section {
    /// End address.
    pub(crate) fn end(&self) -> u64 {
        self.addr + self.size
    }
}

/// Addresses.
#[derive(Default)]
pub(crate) struct Layout {
    /// Go code.
    pub(crate) text: Section,
    /// Runtime code.
    pub(crate) rt_text: Section,
    /// Read-only objects.
    pub(crate) rodata: Section,
    /// Linker-made tables, after the read-only objects.
    pub(crate) tables: Section,
    /// Build information and the `PcTab`, at the start of writable data.
    pub(crate) buildinfo: Section,
    /// Data without pointers, then the runtime object's data.
    pub(crate) noptrdata: Section,
    /// Data with pointers.
    pub(crate) data: Section,
    /// Bss with pointers.
    pub(crate) bss: Section,
    /// Bss without pointers, the runtime object's included.
    pub(crate) noptrbss: Section,
    /// Addresses of functions, data objects, runtime sections; 0 if not reached.
    pub(crate) funcs: Vec<u64>,
    pub(crate) datas: Vec<u64>,
    pub(crate) rt: Vec<u64>,
    /// Addresses of the linker's symbols, by number.
    pub(crate) linker: [u64; 4],
    /// End of the file's loaded part.
    pub(crate) file_end: u64,
}

impl Layout {
    /// Address of a definition.
    pub(crate) fn addr(&self, d: Def) -> u64 {
        match d {
            Def::Func(i) => self.funcs[i],
            Def::Data(i) => self.datas[i],
            Def::Rt(i, off) => self.rt[i] + off,
            Def::Linker(i) => self.linker[i],
        }
    }
}

fn is_bss(d: &go_abi::object::DataObject) -> bool {
    d.bytes.is_empty() && d.relocs.is_empty()
}

struct Cursor {
    at: u64,
}

impl Cursor {
    fn align(&mut self, a: u64) {
        self.at = self.at.next_multiple_of(a.max(1));
    }

    fn take(&mut self, size: u64, align: u64) -> u64 {
        self.align(align);
        let at = self.at;
        self.at += size;
        at
    }
}

/// Places the text; tables are made from these addresses.
pub(crate) fn place_text(input: &LinkInput<'_>, rt: &RtObject<'_>, r: &Reached) -> Layout {
    let mut l = Layout {
        funcs: vec![0; input.functions.len()],
        datas: vec![0; input.data.len()],
        rt: vec![0; rt.sections.len()],
        ..Layout::default()
    };
    let mut c = Cursor { at: BASE + HEADERS };
    c.align(64);
    l.text.addr = c.at;
    for (i, f) in input.functions.iter().enumerate().filter(|(i, _)| r.funcs[*i]) {
        l.funcs[i] = c.take(f.code.len() as u64, u64::from(f.align));
    }
    l.text.size = c.at - l.text.addr;
    c.align(64);
    l.rt_text.addr = c.at;
    for (i, s) in rt.sections.iter().enumerate().filter(|(i, s)| r.rt[*i] && s.kind == RtKind::Text) {
        l.rt[i] = c.take(s.size, s.align);
    }
    l.rt_text.size = c.at - l.rt_text.addr;
    l.text.offset = l.text.addr - BASE;
    l.rt_text.offset = l.rt_text.addr - BASE;
    l.linker[1] = l.text.addr;
    l.linker[2] = l.text.end();
    l
}

/// Places everything else, given the sizes of the linker's tables and of the build information.
pub(crate) fn place_data(
    l: &mut Layout,
    input: &LinkInput<'_>,
    rt: &RtObject<'_>,
    r: &Reached,
    tables: u64,
    buildinfo: u64,
) -> Result<(), LinkError> {
    let mut c = Cursor { at: l.rt_text.end() };
    let mut offset = c.at - BASE;
    // A new segment: next page in memory, same position within the page as in the file.
    let segment = |c: &mut Cursor, offset: u64| {
        c.at = c.at.next_multiple_of(PAGE) + offset % PAGE;
    };
    segment(&mut c, offset);
    c.align(16);
    offset = offset.next_multiple_of(16);
    l.rodata = Section { addr: c.at, offset, size: 0 };
    for (i, d) in input.data.iter().enumerate() {
        if r.datas[i] && d.section == DataSection::Rodata {
            l.datas[i] = c.take(d.size, u64::from(d.align));
        }
    }
    for (i, s) in rt.sections.iter().enumerate().filter(|(i, s)| r.rt[*i] && s.kind == RtKind::Rodata) {
        l.rt[i] = c.take(s.size, s.align);
    }
    l.rodata.size = c.at - l.rodata.addr;
    c.align(16);
    l.tables = Section { addr: c.at, offset: offset + (c.at - l.rodata.addr), size: tables };
    c.at += tables;
    offset += c.at - l.rodata.addr;

    segment(&mut c, offset);
    let pad = c.at.next_multiple_of(64) - c.at;
    c.at += pad;
    offset += pad;
    let (start, start_offset) = (c.at, offset);
    let section = |c: &mut Cursor, start: u64| {
        c.align(64);
        Section { addr: c.at, offset: start_offset + (c.at - start), size: 0 }
    };
    l.buildinfo = Section { addr: c.at, offset: start_offset, size: buildinfo };
    l.linker[3] = c.at;
    c.at += buildinfo;
    l.noptrdata = section(&mut c, start);
    for (i, d) in input.data.iter().enumerate() {
        if r.datas[i] && d.section == DataSection::NoPtrData && !is_bss(d) {
            l.datas[i] = c.take(d.size, u64::from(d.align));
        }
    }
    for (i, s) in rt.sections.iter().enumerate().filter(|(i, s)| r.rt[*i] && s.kind == RtKind::Data) {
        l.rt[i] = c.take(s.size, s.align);
    }
    l.noptrdata.size = c.at - l.noptrdata.addr;
    l.data = section(&mut c, start);
    for (i, d) in input.data.iter().enumerate() {
        if r.datas[i] && d.section == DataSection::Data && !is_bss(d) {
            l.datas[i] = c.take(d.size, u64::from(d.align));
        }
    }
    l.data.size = c.at - l.data.addr;
    l.file_end = start_offset + (c.at - start);
    l.bss = section(&mut c, start);
    for (i, d) in input.data.iter().enumerate() {
        if r.datas[i] && d.section == DataSection::Data && is_bss(d) {
            l.datas[i] = c.take(d.size, u64::from(d.align));
        }
    }
    l.bss.size = c.at - l.bss.addr;
    l.noptrbss = section(&mut c, start);
    for (i, d) in input.data.iter().enumerate() {
        if r.datas[i] && d.section == DataSection::NoPtrData && is_bss(d) {
            l.datas[i] = c.take(d.size, u64::from(d.align));
        }
    }
    for (i, s) in rt.sections.iter().enumerate().filter(|(i, s)| r.rt[*i] && s.kind == RtKind::Bss) {
        l.rt[i] = c.take(s.size, s.align);
    }
    l.noptrbss.size = c.at - l.noptrbss.addr;
    if c.at >= 1 << 31 {
        return Err(LinkError::TooLarge(c.at - BASE));
    }
    Ok(())
}
