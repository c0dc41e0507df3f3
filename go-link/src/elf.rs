//! ELF headers, section table and symbol table. Source: the System V ABI, chapter "Object Files".

use crate::layout::{BASE, HEADERS, Layout, PAGE, Section};

/// A symbol for `.symtab`.
pub(crate) struct Sym {
    pub(crate) name: String,
    pub(crate) addr: u64,
    pub(crate) size: u64,
    pub(crate) func: bool,
    /// Index of its section in the section table.
    pub(crate) section: u16,
}

/// Indices in the section table.
pub(crate) mod index {
    pub(crate) const TEXT: u16 = 1;
    pub(crate) const RT_TEXT: u16 = 2;
    pub(crate) const RODATA: u16 = 3;
    pub(crate) const NOPTRDATA: u16 = 6;
    pub(crate) const DATA: u16 = 7;
    pub(crate) const BSS: u16 = 8;
    pub(crate) const NOPTRBSS: u16 = 9;
}

struct Out(Vec<u8>);

impl Out {
    fn u16(&mut self, v: u16) {
        self.0.extend(v.to_le_bytes());
    }
    fn u32(&mut self, v: u32) {
        self.0.extend(v.to_le_bytes());
    }
    fn u64(&mut self, v: u64) {
        self.0.extend(v.to_le_bytes());
    }
}

/// The ELF header and program headers.
pub(crate) fn headers(l: &Layout, entry: u64, note: Section, section_table: u64, sections: u16) -> Vec<u8> {
    let mut o = Out(b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0".to_vec());
    o.u16(2); // ET_EXEC
    o.u16(62); // EM_X86_64
    o.u32(1);
    o.u64(entry);
    o.u64(64);
    o.u64(section_table);
    o.u32(0);
    o.u16(64);
    o.u16(56);
    o.u16(5);
    o.u16(64);
    o.u16(sections);
    o.u16(if sections == 0 { 0 } else { sections - 1 });
    let mut ph = |ty: u32, flags: u32, offset: u64, addr: u64, filesz: u64, memsz: u64, align: u64| {
        o.u32(ty);
        o.u32(flags);
        for v in [offset, addr, addr, filesz, memsz, align] {
            o.u64(v);
        }
    };
    let text = l.rt_text.end() - BASE;
    ph(1, 5, 0, BASE, text, text, PAGE);
    let ro = l.tables.end() - l.rodata.addr;
    ph(1, 4, l.rodata.offset, l.rodata.addr, ro, ro, PAGE);
    let file = l.file_end - l.buildinfo.offset;
    ph(1, 6, l.buildinfo.offset, l.buildinfo.addr, file, l.noptrbss.end() - l.buildinfo.addr, PAGE);
    ph(4, 4, note.offset, note.addr, note.size, note.size, 4); // PT_NOTE
    ph(0x6474_e551, 6, 0, 0, 0, 0, 16); // PT_GNU_STACK
    assert!(o.0.len() as u64 <= HEADERS);
    o.0
}

/// A section header to be written.
pub(crate) struct Header {
    pub(crate) name: &'static str,
    pub(crate) ty: u32,
    pub(crate) flags: u64,
    pub(crate) place: Section,
    pub(crate) link: u32,
    pub(crate) info: u32,
    pub(crate) align: u64,
    pub(crate) entsize: u64,
}

/// Section headers of the loaded part, in the order of [`index`].
pub(crate) fn loaded_sections(l: &Layout, note: Section) -> Vec<Header> {
    let h =
        |name, ty, flags, place: Section, align| Header { name, ty, flags, place, link: 0, info: 0, align, entsize: 0 };
    vec![
        h("", 0, 0, Section::default(), 0),
        h(".text", 1, 6, l.text, 64),
        h(".text.runtime", 1, 6, l.rt_text, 64),
        h(".rodata", 1, 2, l.rodata, 16),
        h(".gopctab", 1, 2, l.tables, 16),
        h(".go.buildinfo", 1, 3, l.buildinfo, 16),
        h(".noptrdata", 1, 3, l.noptrdata, 64),
        h(".data", 1, 3, l.data, 64),
        h(".bss", 8, 3, l.bss, 64),
        h(".noptrbss", 8, 3, l.noptrbss, 64),
        h(".note.gnu.build-id", 7, 2, note, 4),
    ]
}

/// What follows the loaded part: symbol and string tables, debugging sections, section table.
/// Returns the bytes (to be put at file offset `at`), the offset of the section table and the number of sections.
pub(crate) fn trailer(
    mut headers: Vec<Header>,
    symbols: Option<&[Sym]>,
    debug: Vec<(&'static str, Vec<u8>)>,
    at: u64,
) -> (Vec<u8>, u64, u16) {
    let mut out = Vec::new();
    let place = |bytes: &[u8], out: &mut Vec<u8>| {
        out.resize(out.len().next_multiple_of(8), 0);
        let s = Section { addr: 0, offset: at + out.len() as u64, size: bytes.len() as u64 };
        out.extend(bytes);
        s
    };
    if let Some(symbols) = symbols {
        let mut strtab = vec![0u8];
        let mut symtab = Out(vec![0; 24]);
        for s in symbols {
            symtab.u32(strtab.len() as u32);
            symtab.0.push(if s.func { 0x12 } else { 0x11 });
            symtab.0.push(0);
            symtab.u16(s.section);
            symtab.u64(s.addr);
            symtab.u64(s.size);
            strtab.extend(s.name.as_bytes());
            strtab.push(0);
        }
        let link = headers.len() as u32 + 1;
        let p = place(&symtab.0, &mut out);
        headers.push(Header { name: ".symtab", ty: 2, flags: 0, place: p, link, info: 1, align: 8, entsize: 24 });
        let p = place(&strtab, &mut out);
        headers.push(Header { name: ".strtab", ty: 3, flags: 0, place: p, link: 0, info: 0, align: 1, entsize: 0 });
    }
    for (name, bytes) in debug {
        let p = place(&bytes, &mut out);
        headers.push(Header { name, ty: 1, flags: 0, place: p, link: 0, info: 0, align: 1, entsize: 0 });
    }
    let mut names = Vec::new();
    let mut offsets = Vec::new();
    for h in headers.iter().map(|h| h.name).chain([".shstrtab"]) {
        offsets.push(names.len() as u32);
        names.extend(h.as_bytes());
        names.push(0);
    }
    let p = place(&names, &mut out);
    headers.push(Header { name: ".shstrtab", ty: 3, flags: 0, place: p, link: 0, info: 0, align: 1, entsize: 0 });
    out.resize(out.len().next_multiple_of(8), 0);
    let table = at + out.len() as u64;
    let mut o = Out(out);
    for (h, name) in headers.iter().zip(offsets) {
        o.u32(name);
        o.u32(h.ty);
        for v in [h.flags, h.place.addr, h.place.offset, h.place.size] {
            o.u64(v);
        }
        o.u32(h.link);
        o.u32(h.info);
        o.u64(h.align);
        o.u64(h.entsize);
    }
    (o.0, table, headers.len() as u16)
}
