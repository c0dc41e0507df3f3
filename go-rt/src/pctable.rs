//! Lookups in go-link's tables: functions, lines, inlined calls, landing pads. Pure: the tables are
//! an argument.

use go_abi::layout::pctab::*;

fn slice<'t, T>(addr: u64, n: u64) -> &'t [T] {
    if n == 0 || addr == 0 {
        return &[];
    }
    // SAFETY: the linker's tables hold `n` entries.
    unsafe { core::slice::from_raw_parts(addr as *const T, n as usize) }
}

/// Number of entries of `tab` for which `before` holds (it must hold for a prefix).
fn partition<T>(tab: &[T], before: impl Fn(&T) -> bool) -> usize {
    let (mut lo, mut hi) = (0, tab.len());
    while lo < hi {
        let mid = (lo + hi) / 2;
        match tab.get(mid) {
            Some(x) if before(x) => lo = mid + 1,
            _ => hi = mid,
        }
    }
    lo
}

/// The function that holds `pc`.
pub(crate) fn func(t: &PcTab, pc: usize) -> Option<&FuncTabEntry> {
    let tab = slice::<FuncTabEntry>(t.functab, t.nfuncs);
    let f = tab.get(partition(tab, |f| f.entry as usize <= pc).wrapping_sub(1))?;
    if pc < f.end as usize { Some(f) } else { None }
}

/// Entry of the `i`-th function, 0 behind the last.
pub(crate) fn func_addr(t: &PcTab, i: usize) -> usize {
    slice::<FuncTabEntry>(t.functab, t.nfuncs).get(i).map_or(0, |f| f.entry as usize)
}

/// Landing pad for a frame that is at `pc`: (address, fp − sp). Usually a call returns there; at a fault it
/// is another instruction. Then any call of the function does: code behind landing pads takes nothing from
/// registers, and the stack pointer is the same at all calls.
pub(crate) fn landing(t: &PcTab, pc: usize) -> Option<(usize, usize)> {
    let tab = slice::<CallSite>(t.callsites, t.ncallsites);
    let i = partition(tab, |c| (c.retaddr as usize) < pc);
    let near = [i, i.wrapping_sub(1)];
    let f = func(t, pc.wrapping_sub(1))?;
    let inside = |c: &&CallSite| (f.entry..=f.end).contains(&c.retaddr) && c.retaddr != f.entry;
    let c = near.iter().find_map(|i| tab.get(*i).filter(inside))?;
    Some((c.landing as usize, c.dist as usize))
}

/// What Go's `pcinfo` asks for; layout shared with the overlay's `symtab.go`.
#[repr(C)]
#[derive(Clone, Copy)]
pub(crate) struct PcInfo {
    /// In: which inlined frame, 0 = innermost.
    pub(crate) index: u32,
    /// `func_flags`, and the `func_id` shifted left by 16.
    pub(crate) flags: u32,
    pub(crate) entry: u64,
    pub(crate) end: u64,
    pub(crate) name: *const u8,
    pub(crate) name_len: usize,
    pub(crate) file: *const u8,
    pub(crate) file_len: usize,
    pub(crate) line: i32,
    pub(crate) start_line: i32,
}

fn text(t: &PcTab, off: u32, len: u32) -> (*const u8, usize) {
    if off as u64 + len as u64 > t.strings_len {
        return (core::ptr::null(), 0);
    }
    ((t.strings + off as u64) as *const u8, len as usize)
}

fn file(t: &PcTab, i: i64) -> (*const u8, usize) {
    slice::<StrRef>(t.files, t.nfiles).get(i as usize).map_or((core::ptr::null(), 0), |r| text(t, r.off, r.len))
}

/// File, line and inline index at `pc`.
fn position(t: &PcTab, f: &FuncTabEntry, pc: usize) -> (i64, i64, usize) {
    let lines = slice::<u8>(t.lines, t.lines_len);
    let mut pos = f.line_off as usize;
    let (mut at, mut file, mut line, mut inl) = (f.entry as usize, f.file as i64, f.start_line as i64, 0i64);
    for _ in 0..read_uvarint(lines, &mut pos) {
        at += read_uvarint(lines, &mut pos) as usize;
        if at > pc {
            break;
        }
        file += read_svarint(lines, &mut pos);
        line += read_svarint(lines, &mut pos);
        inl += read_svarint(lines, &mut pos);
    }
    (file, line, inl.max(0) as usize)
}

/// Fills `out` for frame `out.index` at `pc` of function `f`; false when there is none. `pc` is the
/// address of an instruction of interest (callers pass return address − 1).
pub(crate) fn pc_info(t: &PcTab, f: &FuncTabEntry, pc: usize, out: &mut PcInfo) -> bool {
    let nodes = slice::<InlNode>(t.inl, t.ninl);
    let (mut pfile, mut pline, mut inl) = position(t, f, pc);
    let mut index = out.index;
    loop {
        let node = if inl == 0 { None } else { nodes.get(f.inl_off as usize + inl - 1) };
        if index == 0 {
            (out.file, out.file_len) = file(t, pfile);
            out.line = pline as i32;
            out.entry = f.entry as u64;
            out.end = f.end as u64;
            let (flags, id, off, len, start) = match node {
                Some(n) => (n.flags, n.func_id, n.name_off, n.name_len, n.start_line),
                None => (f.flags, f.func_id, f.name_off, f.name_len, f.start_line),
            };
            out.flags = flags | id << 16;
            (out.name, out.name_len) = text(t, off, len);
            out.start_line = start as i32;
            return true;
        }
        let Some(n) = node else { return false };
        index -= 1;
        pfile = n.call_file as i64;
        pline = n.call_line as i64;
        inl = n.parent as usize;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> PcTab {
        let strings = "main.fmain.gmain.h/a.go/b.go";
        let funcs = vec![
            FuncTabEntry {
                entry: 100,
                end: 150,
                name_off: 0,
                name_len: 6,
                file: 0,
                start_line: 10,
                ..Default::default()
            },
            FuncTabEntry {
                entry: 160,
                end: 200,
                name_off: 6,
                name_len: 6,
                file: 1,
                start_line: 5,
                ..Default::default()
            },
        ];
        // f: g inlined at a.go:11, in it h inlined at b.go:6.
        let inl = vec![
            InlNode {
                name_off: 6,
                name_len: 6,
                parent: 0,
                call_file: 0,
                call_line: 11,
                start_line: 5,
                ..Default::default()
            },
            InlNode {
                name_off: 12,
                name_len: 6,
                parent: 1,
                call_file: 1,
                call_line: 6,
                start_line: 9,
                ..Default::default()
            },
        ];
        let mut lines = Vec::new();
        write_uvarint(3, |b| lines.push(b));
        for (pc, f, l, i) in [(0u64, 0, 1, 0), (8, 1, -2, 2), (20, -1, 5, -2)] {
            write_uvarint(pc, |b| lines.push(b));
            for v in [f, l, i] {
                write_svarint(v, |b| lines.push(b));
            }
        }
        let calls =
            vec![CallSite { retaddr: 110, landing: 140, dist: 32 }, CallSite { retaddr: 120, landing: 145, dist: 32 }];
        let files = vec![StrRef { off: 18, len: 5 }, StrRef { off: 23, len: 5 }];
        PcTab {
            functab: funcs.leak().as_ptr() as u64,
            nfuncs: 2,
            callsites: calls.leak().as_ptr() as u64,
            ncallsites: 2,
            files: files.leak().as_ptr() as u64,
            nfiles: 2,
            strings: strings.as_ptr() as u64,
            strings_len: strings.len() as u64,
            lines_len: lines.len() as u64,
            lines: lines.leak().as_ptr() as u64,
            inl: inl.leak().as_ptr() as u64,
            ninl: 2,
            ..Default::default()
        }
    }

    fn frames(t: &PcTab, pc: usize) -> Vec<String> {
        let f = func(t, pc).unwrap();
        let mut out = Vec::new();
        for index in 0.. {
            let mut i: PcInfo = unsafe { core::mem::zeroed() };
            i.index = index;
            if !pc_info(t, f, pc, &mut i) {
                break;
            }
            let s = |p, n| unsafe { String::from_utf8_lossy(core::slice::from_raw_parts(p, n)).into_owned() };
            out.push(format!("{} {}:{} {}", s(i.name, i.name_len), s(i.file, i.file_len), i.line, i.start_line));
        }
        out
    }

    #[test]
    fn inlined_frames_unfold_to_their_calls() {
        let t = table();
        assert_eq!(frames(&t, 103), ["main.f /a.go:11 10"]);
        assert_eq!(frames(&t, 110), ["main.h /b.go:9 9", "main.g /b.go:6 5", "main.f /a.go:11 10"]);
        assert_eq!(frames(&t, 149), ["main.f /a.go:14 10"]);
    }

    #[test]
    fn addresses_outside_belong_to_nobody() {
        let t = table();
        assert!(func(&t, 99).is_none() && func(&t, 150).is_none() && func(&t, 200).is_none());
        assert_eq!(func(&t, 199).map(|f| f.entry), Some(160));
        assert_eq!((func_addr(&t, 1), func_addr(&t, 2)), (160, 0));
    }

    #[test]
    fn landing_pads_belong_to_the_function_of_the_address() {
        let t = table();
        assert_eq!(landing(&t, 120), Some((145, 32)));
        // Faults between calls, before the first and behind the last.
        assert_eq!(
            (landing(&t, 101), landing(&t, 119), landing(&t, 130)),
            (Some((140, 32)), Some((145, 32)), Some((145, 32)))
        );
        // A function without calls that may recover.
        assert_eq!((landing(&t, 170), landing(&t, 99)), (None, None));
    }
}
