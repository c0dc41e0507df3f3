//! The tables that map program counters to functions, lines, inlined calls and landing pads.
//! Their form is `go_abi::layout::pctab`.

use crate::layout::Layout;
use crate::reach::Reached;
use crate::{LinkInput, Positions};
use go_abi::layout::pctab::{
    CallSite, FuncTabEntry, InlNode, PcTab, StrRef, func_flags, func_id, write_svarint, write_uvarint,
};
use go_abi::object::MachineFunction;
use rayon::prelude::*;
use rustc_hash::FxHashMap;

/// The tables before their place is known.
#[derive(Default)]
pub(crate) struct Tables {
    funcs: Vec<FuncTabEntry>,
    callsites: Vec<CallSite>,
    files: Vec<StrRef>,
    strings: Vec<u8>,
    lines: Vec<u8>,
    inl: Vec<InlNode>,
}

#[derive(Default)]
struct Strings {
    bytes: Vec<u8>,
    map: FxHashMap<String, StrRef>,
}

impl Strings {
    fn add(&mut self, s: &str) -> StrRef {
        if let Some(r) = self.map.get(s) {
            return *r;
        }
        let r = StrRef { off: self.bytes.len() as u32, len: s.len() as u32 };
        self.bytes.extend(s.as_bytes());
        self.map.insert(s.to_string(), r);
        r
    }
}

fn flags_of(name: &str) -> u32 {
    if name.starts_with("runtime.") || name.starts_with("internal/runtime/") { func_flags::RUNTIME } else { 0 }
}

fn id_of(name: &str) -> u32 {
    match name {
        "runtime.main" => func_id::MAIN,
        "runtime.sigpanic" => func_id::SIGPANIC,
        "runtime.gopanic" => func_id::GOPANIC,
        n if n.ends_with(".init") => func_id::INIT,
        _ => func_id::NORMAL,
    }
}

/// The line program of a function.
fn line_program(f: &MachineFunction, positions: &dyn Positions, start: (u32, u32)) -> Vec<u8> {
    let mut rows = Vec::with_capacity(f.lines.len());
    let mut last = (start.0, start.1, 0);
    for r in &f.lines {
        let Some((file, line)) = positions.resolve(r.pos) else { continue };
        if (file, line, r.inl) != last {
            last = (file, line, r.inl);
            rows.push((r.offset, file, line, r.inl));
        }
    }
    let mut out = Vec::with_capacity(rows.len() * 4 + 2);
    write_uvarint(rows.len() as u64, |b| out.push(b));
    let mut at = (0, start.0, start.1, 0);
    for r in rows {
        write_uvarint(u64::from(r.0 - at.0), |b| out.push(b));
        write_svarint(i64::from(r.1) - i64::from(at.1), |b| out.push(b));
        write_svarint(i64::from(r.2) - i64::from(at.2), |b| out.push(b));
        write_svarint(i64::from(r.3) - i64::from(at.3), |b| out.push(b));
        at = r;
    }
    out
}

/// Makes the tables for the functions that are reached.
pub(crate) fn build(input: &LinkInput<'_>, r: &Reached, l: &Layout) -> Tables {
    let live: Vec<usize> = (0..input.functions.len()).filter(|i| r.funcs[*i]).collect();
    let programs: Vec<(Vec<u8>, (u32, u32))> = live
        .par_iter()
        .map(|i| {
            let f = &input.functions[*i];
            let start = input.positions.resolve(f.pos).unwrap_or((0, 0));
            (line_program(f, input.positions, start), start)
        })
        .collect();
    let mut t = Tables::default();
    let mut strings = Strings::default();
    for i in 0..input.positions.file_count() {
        let s = strings.add(&input.positions.file_name(i));
        t.files.push(s);
    }
    let mut shared: FxHashMap<Vec<u8>, u32> = FxHashMap::default();
    for (i, (program, start)) in live.iter().zip(programs) {
        let f = &input.functions[*i];
        let entry = l.funcs[*i] as u32;
        let name = strings.add(&f.name);
        let mut flags = flags_of(&f.name);
        flags |= if f.wrapper { func_flags::WRAPPER } else { 0 };
        flags |= if f.closure { func_flags::CTX } else { 0 };
        flags |= if f.nosplit { func_flags::NOSPLIT } else { 0 };
        let line_off = match shared.get(&program) {
            Some(o) => *o,
            None => {
                let o = t.lines.len() as u32;
                t.lines.extend(&program);
                shared.insert(program, o);
                o
            }
        };
        t.funcs.push(FuncTabEntry {
            entry,
            end: entry + f.code.len() as u32,
            name_off: name.off,
            name_len: name.len,
            file: start.0,
            start_line: start.1,
            flags,
            line_off,
            inl_off: t.inl.len() as u32,
            func_id: id_of(&f.name),
        });
        for s in &f.inlines {
            let name = strings.add(&s.name);
            let (call_file, call_line) = input.positions.resolve(s.call_pos).unwrap_or((0, 0));
            let (_, start_line) = input.positions.resolve(s.func_pos).unwrap_or((0, 0));
            t.inl.push(InlNode {
                name_off: name.off,
                name_len: name.len,
                parent: s.parent,
                call_file,
                call_line,
                start_line,
                flags: flags_of(&s.name),
                func_id: id_of(&s.name),
            });
        }
        for c in &f.call_sites {
            t.callsites.push(CallSite { retaddr: entry + c.ret, landing: entry + c.landing, dist: c.fp_to_sp });
        }
    }
    t.callsites.sort_by_key(|c| c.retaddr);
    t.strings = strings.bytes;
    t
}

/// Offsets of the parts inside the table area.
struct Parts {
    pctab: u64,
    funcs: u64,
    callsites: u64,
    files: u64,
    inl: u64,
    typelinks: u64,
    itabs: u64,
    strings: u64,
    lines: u64,
    end: u64,
}

impl Tables {
    fn parts(&self, typelinks: usize, itabs: usize) -> Parts {
        let mut at = 0u64;
        let mut take = |n: u64| {
            let here = at;
            at = (at + n).next_multiple_of(8);
            here
        };
        Parts {
            pctab: take(size_of::<PcTab>() as u64),
            funcs: take((self.funcs.len() * size_of::<FuncTabEntry>()) as u64),
            callsites: take((self.callsites.len() * size_of::<CallSite>()) as u64),
            files: take((self.files.len() * size_of::<StrRef>()) as u64),
            inl: take((self.inl.len() * size_of::<InlNode>()) as u64),
            typelinks: take(typelinks as u64 * 8),
            itabs: take(itabs as u64 * 8),
            strings: take(self.strings.len() as u64),
            lines: take(self.lines.len() as u64),
            end: at,
        }
    }

    /// Size of the table area.
    pub(crate) fn size(&self, typelinks: usize, itabs: usize) -> u64 {
        self.parts(typelinks, itabs).end
    }

    /// Writes the area to `out`; `modinfo` is address and length of the module information.
    pub(crate) fn write(&self, l: &Layout, typelinks: &[u64], itabs: &[u64], modinfo: (u64, u64), out: &mut [u8]) {
        let p = self.parts(typelinks.len(), itabs.len());
        let base = l.tables.addr;
        let tab = PcTab {
            functab: base + p.funcs,
            nfuncs: self.funcs.len() as u64,
            callsites: base + p.callsites,
            ncallsites: self.callsites.len() as u64,
            files: base + p.files,
            nfiles: self.files.len() as u64,
            strings: base + p.strings,
            strings_len: self.strings.len() as u64,
            lines: base + p.lines,
            lines_len: self.lines.len() as u64,
            inl: base + p.inl,
            ninl: self.inl.len() as u64,
            text: l.text.addr,
            etext: l.text.end(),
            data: l.data.addr,
            edata: l.data.end(),
            bss: l.bss.addr,
            ebss: l.bss.end(),
            rodata: l.rodata.addr,
            erodata: l.tables.end(),
            noptrdata: l.noptrdata.addr,
            enoptrdata: l.noptrdata.end(),
            noptrbss: l.noptrbss.addr,
            enoptrbss: l.noptrbss.end(),
            types: l.rodata.addr,
            etypes: l.rodata.end(),
            typelinks: base + p.typelinks,
            ntypelinks: typelinks.len() as u64,
            itabs: base + p.itabs,
            nitabs: itabs.len() as u64,
            modinfo: modinfo.0,
            modinfo_len: modinfo.1,
        };
        let mut w = Writer { out, at: p.pctab as usize };
        for v in pctab_words(&tab) {
            w.u64(v);
        }
        w.at = p.funcs as usize;
        for f in &self.funcs {
            for v in [
                f.entry,
                f.end,
                f.name_off,
                f.name_len,
                f.file,
                f.start_line,
                f.flags,
                f.line_off,
                f.inl_off,
                f.func_id,
            ] {
                w.u32(v);
            }
        }
        w.at = p.callsites as usize;
        for c in &self.callsites {
            for v in [c.retaddr, c.landing, c.dist] {
                w.u32(v);
            }
        }
        w.at = p.files as usize;
        for f in &self.files {
            w.u32(f.off);
            w.u32(f.len);
        }
        w.at = p.inl as usize;
        for n in &self.inl {
            for v in [n.name_off, n.name_len, n.parent, n.call_file, n.call_line, n.start_line, n.flags, n.func_id] {
                w.u32(v);
            }
        }
        w.at = p.typelinks as usize;
        typelinks.iter().for_each(|a| w.u64(*a));
        w.at = p.itabs as usize;
        itabs.iter().for_each(|a| w.u64(*a));
        w.out[p.strings as usize..][..self.strings.len()].copy_from_slice(&self.strings);
        w.out[p.lines as usize..][..self.lines.len()].copy_from_slice(&self.lines);
    }
}

struct Writer<'a> {
    out: &'a mut [u8],
    at: usize,
}

impl Writer<'_> {
    fn u32(&mut self, v: u32) {
        self.out[self.at..self.at + 4].copy_from_slice(&v.to_le_bytes());
        self.at += 4;
    }

    fn u64(&mut self, v: u64) {
        self.out[self.at..self.at + 8].copy_from_slice(&v.to_le_bytes());
        self.at += 8;
    }
}

/// The fields of a `PcTab` in order of declaration; its size is checked in go-abi.
fn pctab_words(t: &PcTab) -> [u64; 32] {
    let PcTab {
        functab,
        nfuncs,
        callsites,
        ncallsites,
        files,
        nfiles,
        strings,
        strings_len,
        lines,
        lines_len,
        inl,
        ninl,
        text,
        etext,
        data,
        edata,
        bss,
        ebss,
        rodata,
        erodata,
        noptrdata,
        enoptrdata,
        noptrbss,
        enoptrbss,
        types,
        etypes,
        typelinks,
        ntypelinks,
        itabs,
        nitabs,
        modinfo,
        modinfo_len,
    } = *t;
    [
        functab,
        nfuncs,
        callsites,
        ncallsites,
        files,
        nfiles,
        strings,
        strings_len,
        lines,
        lines_len,
        inl,
        ninl,
        text,
        etext,
        data,
        edata,
        bss,
        ebss,
        rodata,
        erodata,
        noptrdata,
        enoptrdata,
        noptrbss,
        enoptrbss,
        types,
        etypes,
        typelinks,
        ntypelinks,
        itabs,
        nitabs,
        modinfo,
        modinfo_len,
    ]
}
