//! The functions behind the `sys`, `noret` and `leaf` symbols of go-abi's list (leaf byte functions
//! are in `bytealg`). `sys` functions run on the system stack, one at a time.

use crate::arch::stubs::{rt_fatal_stub, rt_gogo};
use crate::gc;
use crate::global::rt;
use crate::mem::alloc::SLOTS;
use crate::mem::sizeclass::{CLASS_SIZE, NUM_CLASSES, PAGE_SHIFT, round_up_size};
use crate::mem::special::SpecialKind;
use crate::mem::typ::Type;
use crate::os::{self, linux::*, signal, time};
use crate::sched::g::{self, G};
use crate::sched::{helper, m, stack};
use crate::trace::{self, PcInfo};
use go_abi::layout::g::{G_SIZE, status};
use go_abi::layout::m::M_SIZE;

/// Two result scalars.
#[repr(C)]
pub(crate) struct Pair(u64, u64);

/// Makes the current goroutine run Go's `runtime.rtfatal(msg)`.
///
/// # Safety
/// `g` is the current goroutine, its `sched_sp`/`sched_bp` are valid.
pub(crate) unsafe fn fatal_on_g(g: *mut G, msg: &'static [u8]) -> ! {
    // SAFETY: per the caller.
    unsafe {
        (*g).head.sigaddr = msg.as_ptr() as usize;
        (*g).head.sigpc = msg.len();
        (*g).head.sched_sp -= 64;
        (*g).head.sched_pc = &raw const rt_fatal_stub as usize;
        rt_gogo(g as usize)
    }
}

// ---- memory ----

/// Slow path of `runtime.mallocgc`.
pub(crate) unsafe extern "C" fn mallocgc_slow(size: usize, typ: *const Type, needzero: u64) -> usize {
    let rt = rt();
    let m = m::current();
    // SAFETY: called from the veneer of the current thread with a valid type.
    unsafe {
        if rt.heap.want_gc(size) {
            collect(false);
        }
        let needzero = needzero & 0xff != 0;
        // Objects without bytes share the smallest ones; their addresses only must not be nil.
        let size = size.max(1);
        let p = rt.heap.alloc(&mut (*m).cache, size, typ, needzero);
        if p != 0 {
            return p;
        }
        collect(false);
        let p = rt.heap.alloc(&mut (*m).cache, size, typ, needzero);
        if p != 0 {
            return p;
        }
        os::print(b"runtime: out of memory: cannot allocate ");
        os::print_dec(size);
        os::print(b"-byte block (");
        os::print_dec(rt.heap.pages.sys());
        os::print(b" in use)\n");
        fatal_on_g((*m).head.curg as *mut G, b"out of memory")
    }
}

unsafe extern "C" {
    /// Pushes the callee-saved registers (they are the interrupted Go code's) and calls `collect_at`.
    fn rt_collect(forced: bool);
}

core::arch::global_asm!(
    ".section .text.gorc_stub,\"ax\",@progbits",
    ".globl rt_collect",
    "rt_collect:",
    "push rbp",
    "push rbx",
    "push r12",
    "push r13",
    "push r14",
    "push r15",
    "sub rsp, 8",
    "mov rsi, rsp",
    "call {collect}",
    "add rsp, 56",
    "ret",
    ".text",
    collect = sym collect_at,
);

fn collect(forced: bool) {
    // SAFETY: callers are on the system stack, all goroutines are stopped.
    unsafe { rt_collect(forced) }
}

/// One stop-the-world collection. The system stack is scanned from `sp` on: above this function's
/// own frame, where stale words would keep garbage alive.
unsafe extern "C" fn collect_at(forced: bool, sp: usize) {
    let t0 = time::nano();
    let rt = rt();
    let m = m::current();
    // SAFETY: single thread on its system stack: every goroutine is stopped at a saved stack pointer.
    unsafe {
        let heap = &raw mut rt.heap;
        let save_size = rt.save_size;
        gc::collect(&mut *heap, &mut (*m).cache, crate::global::mark_shared(), |mk| {
            let t = trace::pctab();
            mk.scan_root(t.data as usize, t.edata as usize);
            mk.scan_root(t.bss as usize, t.ebss as usize);
            for &(p, n) in &rt.roots[..rt.nroots] {
                mk.scan_root(p, p + n);
            }
            mk.scan_root(m as usize, m as usize + M_SIZE);
            mk.scan_root(sp, (*m).head.sys_sp);
            let mut g = rt.all_g;
            while !g.is_null() {
                if (*g).head.status != status::DEAD {
                    mk.scan_root(g as usize, g as usize + G_SIZE);
                    let mut buf = (*g).preempt_buf;
                    while buf != 0 {
                        mk.scan_root(buf, buf + save_size);
                        buf = *((buf + 160) as *const usize);
                    }
                    stack::ranges(g, |lo, hi| mk.scan_root(lo, hi));
                }
                g = (*g).head.alllink as *mut G;
                mk.drain();
            }
        });
        stack::trim();
        let (s, n) = time::wall();
        let pause = (time::nano() - t0).max(1) as u64;
        let i = (rt.gc.num % 256) as usize;
        rt.gc.pauses[i] = pause;
        rt.gc.last_unix = (s * 1_000_000_000 + n) as u64;
        rt.gc.ends[i] = rt.gc.last_unix;
        rt.gc.num += 1;
        rt.gc.forced += forced as u64;
        rt.gc.pause_total += pause;
        (*m).head.gcgen = (*m).head.gcgen.wrapping_add(1);
        if rt.heap.queue.len != 0 {
            (*m).head.finwork = 1;
        }
    }
}

pub(crate) extern "C" fn gcstart() {
    collect(true);
}

pub(crate) extern "C" fn freeosmemory1() {
    collect(true);
    rt().heap.pages.release(0);
}

/// `runtime.roundupsize` (leaf).
#[unsafe(export_name = "runtime.roundupsize")]
pub(crate) extern "C" fn roundupsize(size: usize, noscan: u64) -> usize {
    round_up_size(size, noscan & 0xff != 0)
}

pub(crate) extern "C" fn persistentalloc1(size: usize, align: usize) -> usize {
    let p = rt().heap.pages.meta.alloc(size, align);
    if p == 0 {
        os::die("fatal error: runtime: cannot allocate memory\n");
    }
    p
}

pub(crate) unsafe extern "C" fn heapobject(p: usize, out: *mut [usize; 2]) -> u64 {
    match rt().heap.object(p) {
        Some((base, size)) => {
            // SAFETY: Go passes room for two words.
            unsafe { *out = [base, size] };
            1
        }
        None => 0,
    }
}

pub(crate) extern "C" fn setgcpercent1(percent: i32) -> i32 {
    let h = &mut rt().heap;
    let old = h.gc_percent;
    h.gc_percent = percent.max(-1);
    h.set_goal();
    old
}

pub(crate) extern "C" fn setmemorylimit1(limit: i64) -> i64 {
    let h = &mut rt().heap;
    let old = h.mem_limit;
    if limit >= 0 {
        h.mem_limit = limit;
        h.set_goal();
    }
    old
}

pub(crate) extern "C" fn setmaxstack1(n: usize) -> usize {
    core::mem::replace(&mut rt().stacks.limit, n)
}

/// Layout of overlay Go's `rtMemStats`.
#[repr(C)]
pub(crate) struct MemStats {
    heap_alloc: u64,
    total_alloc: u64,
    sys: u64,
    mallocs: u64,
    frees: u64,
    heap_sys: u64,
    heap_idle: u64,
    heap_inuse: u64,
    heap_released: u64,
    heap_objects: u64,
    stack_inuse: u64,
    stack_sys: u64,
    gc_sys: u64,
    other_sys: u64,
    next_gc: u64,
    last_gc: u64,
    pause_total: u64,
    num_gc: u64,
    num_forced: u64,
    pause_ns: [u64; 256],
    pause_end: [u64; 256],
}

/// Objects and bytes per class that were handed to caches but not used.
fn unused(sc: usize) -> u64 {
    // SAFETY: this thread's M.
    let slot = unsafe { &(*m::current()).cache.slots[sc] };
    if slot.elem == 0 { 0 } else { ((slot.limit - slot.cur) / slot.elem) as u64 }
}

pub(crate) unsafe extern "C" fn memstats1(out: *mut MemStats) {
    let rt = rt();
    let h = &rt.heap;
    let c = &h.counters;
    // SAFETY: this thread's M.
    let tiny = unsafe { (*m::current()).cache.tiny_allocs };
    let (mut mallocs, mut frees) = (c.large_mallocs + tiny, c.large_frees + tiny);
    let (mut total, mut freed) = (c.large_alloc_bytes, c.large_free_bytes);
    for sc in 0..SLOTS {
        let size = CLASS_SIZE[sc / 2] as u64;
        let n = c.mallocs[sc] - unused(sc);
        mallocs += n;
        frees += c.frees[sc];
        total += n * size;
        freed += c.frees[sc] * size;
    }
    let inuse = (h.inuse_pages << PAGE_SHIFT) as u64;
    let heap_sys = h.pages.sys() as u64;
    let gc_sys = (h.pages.sys() / 64 + (h.pages.sys() >> PAGE_SHIFT) * 8) as u64;
    // SAFETY: Go passes a struct of this layout.
    unsafe {
        *out = MemStats {
            heap_alloc: total - freed,
            total_alloc: total,
            sys: heap_sys + rt.stacks.sys as u64 + gc_sys + h.pages.meta.sys as u64,
            mallocs,
            frees,
            heap_sys,
            heap_idle: heap_sys - inuse,
            heap_inuse: inuse,
            heap_released: (h.pages.released_pages << PAGE_SHIFT) as u64,
            heap_objects: mallocs - frees,
            stack_inuse: rt.stacks.inuse as u64,
            stack_sys: rt.stacks.sys as u64,
            gc_sys,
            other_sys: h.pages.meta.sys as u64,
            next_gc: h.next_gc as u64,
            last_gc: rt.gc.last_unix,
            pause_total: rt.gc.pause_total,
            num_gc: rt.gc.num,
            num_forced: rt.gc.forced,
            pause_ns: rt.gc.pauses,
            pause_end: rt.gc.ends,
        };
    }
}

pub(crate) unsafe extern "C" fn sizeclassstats(out: *mut [u64; 3 * NUM_CLASSES]) {
    let c = &rt().heap.counters;
    for class in 0..NUM_CLASSES {
        let (a, b) = (class * 2, class * 2 + 1);
        let row = [
            CLASS_SIZE[class] as u64,
            c.mallocs[a] + c.mallocs[b] - unused(a) - unused(b),
            c.frees[a] + c.frees[b],
        ];
        for (k, v) in row.iter().enumerate() {
            // SAFETY: Go passes room for three words per class.
            unsafe { (*out)[class * 3 + k] = *v };
        }
    }
}

pub(crate) extern "C" fn addroots(p: usize, n: usize) {
    let rt = rt();
    if rt.nroots == rt.roots.len() {
        os::die("fatal error: runtime: too many root ranges\n");
    }
    rt.roots[rt.nroots] = (p, n);
    rt.nroots += 1;
}

pub(crate) extern "C" fn setfinalizer1(p: usize, rec: usize) -> u64 {
    let h = &mut rt().heap;
    if !h.find_special(p, |x| x.kind == SpecialKind::Finalizer && x.ptr == p).is_null() {
        return 0;
    }
    (h.add_special(p, SpecialKind::Finalizer, rec) != 0) as u64
}

pub(crate) extern "C" fn removefinalizer1(p: usize) {
    rt().heap.remove_special(p, |x| x.kind == SpecialKind::Finalizer && x.ptr == p);
}

pub(crate) extern "C" fn addcleanup1(p: usize, rec: usize) -> u64 {
    rt().heap.add_special(p, SpecialKind::Cleanup, rec)
}

pub(crate) extern "C" fn removecleanup1(p: usize, id: u64) {
    rt().heap.remove_special(p, |x| x.kind == SpecialKind::Cleanup && x.id == id);
}

pub(crate) unsafe extern "C" fn nextfinal(out: *mut [usize; 3]) -> u64 {
    match rt().heap.queue.pop() {
        Some(q) => {
            // SAFETY: Go passes room for three words.
            unsafe { *out = [q.kind, q.object, q.rec] };
            1
        }
        None => 0,
    }
}

pub(crate) extern "C" fn weakhandle(p: usize) -> usize {
    let m = m::current();
    // SAFETY: this thread's cache.
    unsafe { rt().heap.weak_handle(&mut (*m).cache, p) }
}

pub(crate) unsafe extern "C" fn weakload(h: *const usize) -> usize {
    // SAFETY: a handle made by `weakhandle`; no collection runs now.
    unsafe { *h }
}

// ---- goroutines ----

pub(crate) extern "C" fn newg(startfn: usize) -> *mut G {
    let g = g::new(startfn, go_abi::layout::g::STACK_MIN);
    if g.is_null() {
        // SAFETY: called from a veneer of the current goroutine.
        unsafe { fatal_on_g((*m::current()).head.curg as *mut G, b"out of memory (goroutine)") }
    }
    g
}

pub(crate) unsafe extern "C" fn gexit(to: *mut G) -> ! {
    // SAFETY: called by the current goroutine, which ends; `to` is ready to run.
    unsafe {
        g::free((*m::current()).head.curg as *mut G);
        rt_gogo(to as usize)
    }
}

/// `runtime.allghead` (leaf).
#[unsafe(export_name = "runtime.allghead")]
pub(crate) extern "C" fn allghead() -> *mut G {
    rt().all_g
}

pub(crate) unsafe extern "C" fn resumeframe(fp: usize, pc: usize) -> ! {
    let Some((landing, dist)) = trace::landing(pc) else {
        os::print(b"runtime: no landing pad for pc ");
        os::print_hex(pc);
        os::die("\nfatal error: recovery failed\n");
    };
    // SAFETY: `fp` is an active frame of the current goroutine, whose call returns to `pc`.
    unsafe {
        let g = (*m::current()).head.curg as *mut G;
        stack::cut_to(g, fp);
        (*g).head.sched_sp = fp - dist;
        (*g).head.sched_bp = fp;
        (*g).head.sched_pc = landing;
        rt_gogo(g as usize)
    }
}

// ---- tables ----

pub(crate) unsafe extern "C" fn pcinfo(pc: usize, out: *mut PcInfo) -> u64 {
    // SAFETY: Go passes a struct of this layout.
    unsafe { rt().pc_cache.lookup(pc, &mut *out) as u64 }
}

pub(crate) unsafe extern "C" fn linkinfo(out: *mut [u64; 16]) {
    let t = trace::pctab();
    // SAFETY: Go passes room for 16 words.
    unsafe {
        *out = [
            t.text, t.etext, t.rodata, t.erodata, t.data, t.edata, t.bss, t.ebss, t.noptrdata, t.enoptrdata, t.noptrbss,
            t.enoptrbss, t.typelinks, t.ntypelinks, t.itabs, t.nitabs,
        ];
    }
}

pub(crate) extern "C" fn funcaddr(i: usize) -> usize {
    trace::func_addr(i)
}

// ---- system ----

/// `runtime.initialsp` (leaf).
#[unsafe(export_name = "runtime.initialsp")]
pub(crate) extern "C" fn initialsp() -> usize {
    rt().initial_sp
}

/// `runtime.cputicks` (leaf).
#[unsafe(export_name = "runtime.cputicks")]
pub(crate) extern "C" fn cputicks() -> u64 {
    // SAFETY: every x86-64 has it.
    unsafe { core::arch::x86_64::_rdtsc() }
}

pub(crate) extern "C" fn nanotime1() -> i64 {
    time::nano()
}

pub(crate) extern "C" fn walltime1() -> Pair {
    let (s, n) = time::wall();
    Pair(s as u64, n as u64)
}

pub(crate) extern "C" fn gettimeofday(tv: usize) -> usize {
    let r = syscall(SYS_GETTIMEOFDAY, [tv, 0, 0, 0, 0, 0]);
    if is_error(r) { r.wrapping_neg() } else { 0 }
}

pub(crate) extern "C" fn setsig(sig: u32, mode: u32) -> u32 {
    signal::set_mode(sig as usize, mode)
}

/// `runtime.sigcontext` (leaf).
#[unsafe(export_name = "runtime.sigcontext")]
pub(crate) extern "C" fn sigcontext() -> *const signal::SigContext {
    &raw const rt().sig_context
}

pub(crate) extern "C" fn sigwakefd(fd: i32) {
    rt().sig_wake_fd = fd;
}

pub(crate) extern "C" fn settimeslice(ns: i64) {
    signal::set_time_slice(ns);
}

pub(crate) extern "C" fn blockingsyscall(req: *mut [usize; 8], wakefd: i32) -> u64 {
    helper::submit(req, wakefd) as u64
}

/// `internal/cpu.xgetbv` (leaf).
#[unsafe(export_name = "internal/cpu.xgetbv")]
pub(crate) extern "C" fn xgetbv() -> Pair {
    // SAFETY: Go calls it only when cpuid announces it.
    let v = unsafe { signal::xcr0() };
    Pair(v & 0xffff_ffff, v >> 32)
}

/// `vendor/golang.org/x/sys/cpu.xgetbv` (leaf).
#[unsafe(export_name = "vendor/golang.org/x/sys/cpu.xgetbv")]
pub(crate) extern "C" fn xgetbv_x() -> Pair {
    // SAFETY: Go calls it only when cpuid announces it.
    let v = unsafe { signal::xcr0() };
    Pair(v & 0xffff_ffff, v >> 32)
}

/// `internal/cpu.getGOAMD64level` (leaf).
#[unsafe(export_name = "internal/cpu.getGOAMD64level")]
pub(crate) extern "C" fn getgoamd64level() -> i32 {
    1
}
