//! From program counters to functions, lines and landing pads in this program.

use crate::arch::stubs::*;
pub(crate) use crate::pctable::PcInfo;
use crate::pctable::{self};
use crate::os;
use crate::sched::{g::G, stack};
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
    (0x1_0000..0x8000_0000).contains(&pc)
}

/// Entry of the `i`-th function, 0 behind the last.
pub(crate) fn func_addr(i: usize) -> usize {
    pctable::func_addr(pctab(), i)
}

/// Whether a thread at this Go `pc` must not be preempted.
pub(crate) fn is_runtime_pc(pc: usize) -> bool {
    pctable::func(pctab(), pc).is_none_or(|f| f.flags & func_flags::RUNTIME != 0)
}

/// Whether the function at `code` takes a closure context (see `func_flags::CTX`). Code that is not
/// in the table is one of our stubs, which do.
pub(crate) extern "C" fn takes_ctx(code: usize) -> usize {
    match pctable::func(pctab(), code) {
        Some(f) => (f.flags & func_flags::CTX != 0) as usize,
        None => 1,
    }
}

/// Landing pad for a frame that is at `pc`: (address, fp − sp).
pub(crate) fn landing(pc: usize) -> Option<(usize, usize)> {
    pctable::landing(pctab(), pc)
}

/// Fills `out` for frame `out.index` at `pc`; false when there is none.
pub(crate) fn pc_info(pc: usize, out: &mut PcInfo) -> bool {
    match pctable::func(pctab(), pc) {
        Some(f) => pctable::pc_info(pctab(), f, pc, out),
        None => stub_info(pc, out),
    }
}

/// Recent answers of [`pc_info`]: walks of deep recursions ask the same again and again.
pub(crate) struct PcCache {
    entries: [(usize, u32, bool, PcInfo); 64],
}

impl PcCache {
    pub(crate) const fn new() -> PcCache {
        const NONE: PcInfo = PcInfo {
            index: 0,
            flags: 0,
            entry: 0,
            end: 0,
            name: core::ptr::null(),
            name_len: 0,
            file: core::ptr::null(),
            file_len: 0,
            line: 0,
            start_line: 0,
        };
        PcCache { entries: [const { (0, 0, false, NONE) }; 64] }
    }

    /// [`pc_info`], remembered.
    pub(crate) fn lookup(&mut self, pc: usize, out: &mut PcInfo) -> bool {
        let index = out.index;
        let e = &mut self.entries[(pc ^ pc >> 6 ^ (index as usize) << 3) % 64];
        if e.0 != pc || e.1 != index || pc == 0 {
            e.3.index = index;
            (e.0, e.1, e.2) = (pc, index, pc_info(pc, &mut e.3));
        }
        if e.2 {
            *out = e.3;
        }
        e.2
    }
}

fn print_frame(pc: usize) {
    // SAFETY: all fields are plain.
    let mut i: PcInfo = unsafe { core::mem::zeroed() };
    os::print(b"\t");
    os::print_hex(pc);
    if pc_info(pc - 1, &mut i) {
        // SAFETY: names and files lie in the linker's tables.
        unsafe {
            os::print(b" ");
            os::print(core::slice::from_raw_parts(i.name, i.name_len));
            if !i.file.is_null() {
                os::print(b" ");
                os::print(core::slice::from_raw_parts(i.file, i.file_len));
                os::print(b":");
                os::print_dec(i.line as usize);
            }
        }
    }
    os::print(b"\n");
}

/// Prints the frames of goroutine `g` for a fatal report: from `pc` and `fp` when `pc` is Go code, else
/// from where it entered the runtime.
///
/// # Safety
/// `g` is null or valid.
pub(crate) unsafe fn print_stack(g: *const G, pc: usize, fp: usize) {
    // SAFETY: frame words are read only inside the goroutine's segments.
    unsafe {
        if g.is_null() {
            return;
        }
        os::print(b"goroutine ");
        os::print_dec((*g).head.goid as usize);
        os::print(b":\n");
        let mut fp = fp;
        if in_go_text(pc) {
            print_frame(pc + 1);
        } else {
            fp = (*g).head.sched_bp;
        }
        for _ in 0..100 {
            if fp & 7 != 0 || !stack::owns(g, fp) {
                return;
            }
            let ret = *((fp + 8) as *const usize);
            if ret == 0 {
                return;
            }
            print_frame(ret);
            fp = *(fp as *const usize);
        }
    }
}

/// Frames of our own stubs, which tracebacks meet.
fn stub_info(pc: usize, out: &mut PcInfo) -> bool {
    let stubs: [(*const u8, *const u8, &'static str, u32); 5] = [
        (
            &raw const rt_morestack_start,
            &raw const rt_morestack_end,
            "runtime.morestack",
            func_flags::MORESTACK | func_flags::RUNTIME | func_flags::WRAPPER,
        ),
        (&raw const rt_asmcall_start, &raw const rt_asmcall_end, "runtime.asmcall", func_flags::RUNTIME | func_flags::WRAPPER),
        (&raw const rt_reflectcall_start, &raw const rt_reflectcall_end, "runtime.reflectcall", func_flags::RUNTIME | func_flags::WRAPPER),
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
