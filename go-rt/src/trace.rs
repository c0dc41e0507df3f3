//! From program counters to functions, lines and landing pads, by go-link's tables.

use crate::arch::stubs::*;
use go_abi::layout::pctab::*;

unsafe extern "C" {
    #[link_name = "runtime.pctab"]
    static PCTAB: PcTab;
}

/// The tables' root.
pub(crate) fn pctab() -> &'static PcTab {
    // SAFETY: made by the linker, read-only.
    unsafe { &*(&raw const PCTAB) }
}

/// Whether `pc` is Go code.
#[inline]
pub(crate) fn in_go_text(pc: usize) -> bool {
    let t = pctab();
    pc as u64 >= t.text && (pc as u64) < t.etext
}

/// Whether `pc` may be code of the image at all (Go's or ours).
pub(crate) fn in_image(pc: usize) -> bool {
    // Everything of a static image lies in the low part; the heap, stacks and null do not.
    pc >= 0x1_0000 && pc < 0x8000_0000
}

fn slice<T>(addr: u64, n: u64) -> &'static [T] {
    if n == 0 || addr == 0 {
        return &[];
    }
    // SAFETY: the linker's tables hold `n` entries.
    unsafe { core::slice::from_raw_parts(addr as *const T, n as usize) }
}

/// The function that holds `pc`.
pub(crate) fn func(pc: usize) -> Option<&'static FuncTabEntry> {
    let t = pctab();
    let tab = slice::<FuncTabEntry>(t.functab, t.nfuncs);
    let (mut lo, mut hi) = (0, tab.len());
    while lo < hi {
        let mid = (lo + hi) / 2;
        if tab.get(mid)?.entry as usize <= pc {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    let f = tab.get(lo.wrapping_sub(1))?;
    if pc < f.end as usize { Some(f) } else { None }
}

/// Entry of the `i`-th function, 0 behind the last.
pub(crate) fn func_addr(i: usize) -> usize {
    let t = pctab();
    slice::<FuncTabEntry>(t.functab, t.nfuncs).get(i).map_or(0, |f| f.entry as usize)
}

/// Whether a thread at this Go `pc` must not be preempted.
pub(crate) fn is_runtime_pc(pc: usize) -> bool {
    func(pc).is_none_or(|f| f.flags & func_flags::RUNTIME != 0)
}

/// Whether the function at `code` takes a closure context (see `func_flags::CTX`). Code that is not
/// in the table is one of our stubs, which do.
///
/// # Safety
/// None beyond the tables being there; `unsafe` for use from assembly.
pub(crate) unsafe extern "C" fn takes_ctx(code: usize) -> usize {
    match func(code) {
        Some(f) => (f.flags & func_flags::CTX != 0) as usize,
        None => 1,
    }
}

/// Landing pad for the call that returns to `retaddr`: (address, fp − sp).
pub(crate) fn landing(retaddr: usize) -> Option<(usize, usize)> {
    let t = pctab();
    let tab = slice::<CallSite>(t.callsites, t.ncallsites);
    let (mut lo, mut hi) = (0, tab.len());
    while lo < hi {
        let mid = (lo + hi) / 2;
        let c = tab.get(mid)?;
        if c.retaddr as usize == retaddr {
            return Some((c.landing as usize, c.dist as usize));
        }
        if (c.retaddr as usize) < retaddr {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    None
}

/// What Go's `pcinfo` asks for; layout shared with the overlay's `symtab.go`.
#[repr(C)]
pub(crate) struct PcInfo {
    /// In: which inlined frame, 0 = innermost.
    pub(crate) index: u32,
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

fn text(off: u32, len: u32) -> (*const u8, usize) {
    let t = pctab();
    if off as u64 + len as u64 > t.strings_len {
        return (core::ptr::null(), 0);
    }
    ((t.strings + off as u64) as *const u8, len as usize)
}

fn file(i: i64) -> (*const u8, usize) {
    let t = pctab();
    slice::<StrRef>(t.files, t.nfiles).get(i as usize).map_or((core::ptr::null(), 0), |r| text(r.off, r.len))
}

/// File, line and inline index at `pc`.
fn position(f: &FuncTabEntry, pc: usize) -> (i64, i64, usize) {
    let t = pctab();
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

/// Fills `out` for frame `out.index` at `pc`; false when there is none. `pc` is the address of an
/// instruction of interest (callers pass return address − 1).
pub(crate) fn pc_info(pc: usize, out: &mut PcInfo) -> bool {
    let Some(f) = func(pc) else { return stub_info(pc, out) };
    let t = pctab();
    let nodes = slice::<InlNode>(t.inl, t.ninl);
    let (mut pfile, mut pline, mut inl) = position(f, pc);
    let mut index = out.index;
    loop {
        let node = if inl == 0 { None } else { nodes.get(f.inl_off as usize + inl - 1) };
        if index == 0 {
            (out.file, out.file_len) = file(pfile);
            out.line = pline as i32;
            out.entry = f.entry as u64;
            out.end = f.end as u64;
            match node {
                Some(n) => {
                    out.flags = n.flags | n.func_id << 16;
                    (out.name, out.name_len) = text(n.name_off, n.name_len);
                    out.start_line = n.start_line as i32;
                }
                None => {
                    out.flags = f.flags | f.func_id << 16;
                    (out.name, out.name_len) = text(f.name_off, f.name_len);
                    out.start_line = f.start_line as i32;
                }
            }
            return true;
        }
        let Some(n) = node else { return false };
        index -= 1;
        pfile = n.call_file as i64;
        pline = n.call_line as i64;
        inl = n.parent as usize;
    }
}

/// Frames of our own stubs, which tracebacks meet.
fn stub_info(pc: usize, out: &mut PcInfo) -> bool {
    let stubs: [(*const u8, *const u8, &'static str, u32); 4] = [
        (
            &raw const rt_morestack_start,
            &raw const rt_morestack_end,
            "runtime.morestack",
            func_flags::MORESTACK | func_flags::RUNTIME | func_flags::WRAPPER,
        ),
        (&raw const rt_reflectcall_start, &raw const rt_reflectcall_end, "runtime.reflectcall", func_flags::RUNTIME),
        (&raw const rt_makefunc_start, &raw const rt_makefunc_end, "reflect.makeFuncStub", func_flags::WRAPPER),
        (&raw const rt_methodvalue_start, &raw const rt_methodvalue_end, "reflect.methodValueCall", func_flags::WRAPPER),
    ];
    for (lo, hi, name, flags) in stubs {
        if pc >= lo as usize && pc < hi as usize {
            if out.index != 0 {
                return false;
            }
            out.flags = flags;
            out.entry = lo as u64;
            out.end = hi as u64;
            out.name = name.as_ptr();
            out.name_len = name.len();
            out.file = core::ptr::null();
            out.file_len = 0;
            out.line = 0;
            out.start_line = 0;
            return true;
        }
    }
    false
}
