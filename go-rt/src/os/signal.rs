//! Signals: faults in Go code become Go panics, caught signals set bits for Go, the time slice
//! signal preempts. Signals that the program does not ask for do what gc's table says: end the process,
//! end it with a trace, or nothing. Handlers run on an alternate stack; they touch only what is named here.

use super::linux::*;
use crate::arch::stubs::*;
use crate::global::rt;
use crate::os;
use crate::sched::g::G;
use crate::sched::{m, stack};
use core::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use go_abi::layout::g::STACK_PREEMPT;

const SIGHUP: usize = 1;
const SIGINT: usize = 2;
const SIGQUIT: usize = 3;
const SIGILL: usize = 4;
const SIGTRAP: usize = 5;
const SIGABRT: usize = 6;
const SIGBUS: usize = 7;
const SIGFPE: usize = 8;
const SIGSEGV: usize = 11;
const SIGTERM: usize = 15;
const SIGSTKFLT: usize = 16;
const SIGURG: usize = 23;
const SIGPROF: usize = 27;
const SIGSYS: usize = 31;
/// The last signal.
const NSIG: usize = 64;

/// Signals that are left to the kernel: SIGKILL, SIGSTOP, the job control signals (until a program asks
/// for them), and two that C libraries use.
const LEFT_ALONE: [usize; 8] = [9, 18, 19, 20, 21, 22, 32, 34];

/// Codes of signals that a process sent, rather than the kernel for a fault.
const SI_USER: i32 = 0;
const SI_TKILL: i32 = -6;

/// What a signal does that the program did not ask for.
#[derive(PartialEq)]
enum Default {
    Kill,
    Trace,
    Nothing,
}

fn default_of(sig: usize) -> Default {
    match sig {
        SIGHUP | SIGINT | SIGTERM => Default::Kill,
        SIGQUIT | SIGILL | SIGTRAP | SIGABRT | SIGSTKFLT | SIGSYS | SIGBUS | SIGFPE | SIGSEGV => Default::Trace,
        _ => Default::Nothing,
    }
}

/// Modes of a signal, as `runtime.setsig` has them.
mod mode {
    /// As at start.
    pub(super) const DEFAULT: u32 = 0;
    pub(super) const IGNORE: u32 = 1;
    /// For the program's channels.
    pub(super) const CATCH: u32 = 2;
    pub(super) const ASK: u32 = 3;
    /// The kernel's default: the program is about to die of it.
    pub(super) const KERNEL: u32 = 4;
}

/// Whether the kernel raises it for what an instruction did: its handler stays whatever the mode.
fn is_fault(sig: usize) -> bool {
    matches!(sig, SIGILL | SIGTRAP | SIGBUS | SIGFPE | SIGSEGV)
}

/// What a signal that ends the program with a trace found; shared with Go (`runtime.sigContext`).
#[repr(C)]
pub(crate) struct SigContext {
    sig: usize,
    code: usize,
    addr: usize,
    /// The goroutine that ran, or null.
    g: usize,
    /// As in [`Context`].
    regs: [usize; 23],
}

impl SigContext {
    pub(crate) const fn new() -> SigContext {
        SigContext { sig: 0, code: 0, addr: 0, g: 0, regs: [0; 23] }
    }

    /// Notes the first such signal.
    ///
    /// # Safety
    /// `info` and `ctx` are a handler's arguments.
    unsafe fn record(&mut self, sig: usize, info: *const u8, ctx: *const Context) {
        if self.sig != 0 {
            return;
        }
        self.sig = sig;
        // SAFETY: per the caller.
        unsafe {
            self.code = *(info.add(8) as *const i32) as usize;
            self.addr = *(info.add(16) as *const usize);
            self.g = (*m::current()).head.curg as usize;
            self.regs = (*ctx).regs;
        }
    }
}
const ALT_STACK: usize = 64 << 10;
/// Stack that an asynchronous preemption needs below the interrupted stack pointer.
const PREEMPT_ROOM: usize = 512;

#[repr(C)]
struct SigAction {
    handler: usize,
    flags: usize,
    restorer: usize,
    mask: u64,
}

/// The parts of the kernel's `ucontext` that are used.
#[repr(C)]
struct Context {
    flags: usize,
    link: usize,
    stack: [usize; 3],
    /// r8..r15, rdi, rsi, rbp, rbx, rdx, rax, rcx, rsp, rip, eflags, …
    regs: [usize; 23],
}

const R15: usize = 7;
const RBP: usize = 10;
const RSP: usize = 15;
const RIP: usize = 16;

type Handler = unsafe extern "C" fn(usize, *const u8, *mut Context);

fn action(sig: usize, handler: Handler) {
    let sa = SigAction {
        handler: handler as usize,
        // SA_SIGINFO | SA_ONSTACK | SA_RESTART | SA_RESTORER
        flags: 0x1c00_0004,
        restorer: &raw const rt_sigreturn as usize,
        mask: u64::MAX,
    };
    syscall(SYS_RT_SIGACTION, [sig, &raw const sa as usize, 0, 8, 0, 0]);
}

/// Kernel's own: 0 default, 1 ignore.
fn plain_action(sig: usize, handler: usize) {
    let sa = SigAction { handler, flags: 0x0400_0000, restorer: &raw const rt_sigreturn as usize, mask: 0 };
    syscall(SYS_RT_SIGACTION, [sig, &raw const sa as usize, 0, 8, 0, 0]);
}

/// The handler that a signal has unless it is ignored.
fn handler_of(sig: usize) -> Handler {
    match sig {
        SIGURG => preempt_handler,
        _ if is_fault(sig) => fault_handler,
        _ => caught_handler,
    }
}

/// Ignored since before the program started?
fn inherited_ignore(sig: usize) -> bool {
    let mut sa = SigAction { handler: 0, flags: 0, restorer: 0, mask: 0 };
    syscall(SYS_RT_SIGACTION, [sig, 0, &raw mut sa as usize, 8, 0, 0]);
    sa.handler == 1
}

/// The alternate stack, the handlers and the time slice signal.
pub(crate) fn init() {
    let p = os::map(ALT_STACK);
    if p == 0 {
        os::die("runtime: cannot allocate the signal stack\n");
    }
    let ss = [p, 0, ALT_STACK];
    syscall(SYS_SIGALTSTACK, [ss.as_ptr() as usize, 0, 0, 0, 0, 0]);
    for sig in (1..=NSIG).filter(|sig| !LEFT_ALONE.contains(sig)) {
        // What nohup and shells ignore for a command stays ignored.
        if matches!(sig, SIGHUP | SIGINT) && inherited_ignore(sig) {
            rt().sig_modes[sig] = mode::IGNORE as u8;
            rt().sig_inherited |= 1 << sig;
        } else {
            action(sig, handler_of(sig));
        }
    }
    probe_xsave();
    let rt = rt();
    // struct sigevent: value, signo, notify = SIGEV_THREAD_ID, tid
    // SAFETY: this thread's M.
    let tid = unsafe { (*m::current()).head.tid };
    let ev: [u64; 8] = [0, SIGURG as u64 | 4 << 32, tid, 0, 0, 0, 0, 0];
    let mut id = -1i32;
    // CLOCK_THREAD_CPUTIME_ID: an idle program gets no ticks.
    if syscall(SYS_TIMER_CREATE, [3, ev.as_ptr() as usize, &raw mut id as usize, 0, 0, 0]) == 0 {
        rt.timer_id = id;
        set_time_slice(rt.time_slice);
    }
}

/// Period of the preemption signal in CPU time; 0 = none.
pub(crate) fn set_time_slice(ns: i64) {
    let id = rt().timer_id;
    if id >= 0 {
        let (s, n) = (ns / 1_000_000_000, ns % 1_000_000_000);
        let spec = [s, n, s, n];
        syscall(SYS_TIMER_SETTIME, [id as usize, 0, spec.as_ptr() as usize, 0, 0, 0]);
    }
}

fn probe_xsave() {
    let rt = rt();
    rt.save_size = 256 + 512;
    // SAFETY: cpuid and, when announced, xgetbv exist.
    unsafe {
        let c = core::arch::x86_64::__cpuid(1).ecx;
        if c & (1 << 27) != 0 {
            // x87 is never live in Go code; PKRU and AMX are not ours.
            rt.xsave_mask = xcr0() & 0xe6;
            let size = core::arch::x86_64::__cpuid_count(0xd, 0).ebx as usize;
            rt.save_size = 256 + size.max(512 + 64);
        }
    }
}

/// Extended control register 0.
///
/// # Safety
/// The CPU has xgetbv enabled.
pub(crate) unsafe fn xcr0() -> u64 {
    let (lo, hi): (u32, u32);
    // SAFETY: per the caller.
    unsafe { core::arch::asm!("xgetbv", in("ecx") 0, out("eax") lo, out("edx") hi, options(nomem, nostack)) };
    u64::from(lo) | u64::from(hi) << 32
}

/// `runtime.setsig`. Returns the former mode.
pub(crate) fn set_mode(sig: usize, mode: u32) -> u32 {
    let rt = rt();
    if sig == 0 || sig > NSIG {
        return 0;
    }
    let old = rt.sig_modes[sig] as u32;
    // Of SIGPROF gc tells nobody; faults and the time slice need their handlers.
    let fixed = is_fault(sig) || matches!(sig, SIGURG | SIGPROF);
    match mode {
        mode::ASK => return old,
        mode::KERNEL => plain_action(sig, 0),
        mode::IGNORE if !fixed => plain_action(sig, 1),
        mode::CATCH if sig == SIGPROF => return old,
        mode::CATCH if !fixed => action(sig, handler_of(sig)),
        // As with gc, what was ignored stays so.
        mode::DEFAULT if old == mode::IGNORE => return old,
        mode::DEFAULT if rt.sig_inherited >> sig & 1 != 0 => {
            plain_action(sig, 1);
            rt.sig_modes[sig] = mode::IGNORE as u8;
            return old;
        }
        _ => {}
    }
    rt.sig_modes[sig] = if mode == mode::KERNEL { old } else { mode } as u8;
    old
}

/// Leaves a signal to the scheduler.
unsafe fn note(sig: usize) {
    // SAFETY: the field is only used atomically.
    unsafe {
        (*(&raw const (*m::current()).head.sigpending as *const AtomicU64)).fetch_or(1 << (sig - 1), Ordering::SeqCst)
    };
    let fd = rt().sig_wake_fd;
    if fd >= 0 {
        let one = 1u64;
        syscall(SYS_WRITE, [fd as usize, &raw const one as usize, 8, 0, 0, 0]);
    }
}

/// Dies of `sig`, which is blocked in its handler. The first process of a container survives that and
/// exits as a shell would say.
fn die_of(sig: usize) -> ! {
    plain_action(sig, 0);
    let set = 1u64 << (sig - 1);
    syscall(SYS_RT_SIGPROCMASK, [1, &raw const set as usize, 0, 8, 0, 0]);
    let pid = syscall(SYS_GETPID, [0; 6]);
    syscall(SYS_TGKILL, [pid, syscall(SYS_GETTID, [0; 6]), sig, 0, 0, 0]);
    os::exit(128 + sig)
}

unsafe extern "C" fn caught_handler(sig: usize, info: *const u8, ctx: *mut Context) {
    let rt = rt();
    // SAFETY: called by the kernel on this thread.
    unsafe {
        match rt.sig_modes[sig] as u32 {
            mode::CATCH => note(sig),
            mode::IGNORE => {}
            _ => match default_of(sig) {
                Default::Kill => die_of(sig),
                Default::Trace => {
                    // Go prints it once the goroutine that runs has got to a safe place.
                    rt.sig_context.record(sig, info, ctx);
                    note(sig);
                    preempt(ctx);
                }
                Default::Nothing => {}
            },
        }
    }
}

unsafe fn go_frame(ctx: *const Context, g: *const G) -> bool {
    // SAFETY: per the caller.
    unsafe { !g.is_null() && crate::trace::in_go_text((*ctx).regs[RIP]) && (*ctx).regs[R15] == g as usize }
}

unsafe extern "C" fn preempt_handler(sig: usize, _info: *const u8, ctx: *mut Context) {
    // SAFETY: called by the kernel on the worker thread.
    unsafe {
        if rt().sig_modes[sig] as u32 == mode::CATCH {
            note(sig);
        }
        preempt(ctx);
    }
}

/// Makes the goroutine that runs go to the scheduler, at once or from the next function entry.
///
/// # Safety
/// Called by a handler on the worker thread: what it reads is stable while Go code or the runtime is
/// interrupted, and it writes only when a Go PC outside the runtime was interrupted.
unsafe fn preempt(ctx: *mut Context) {
    // SAFETY: per the caller.
    unsafe {
        let m = m::current();
        (*(&raw const (*m).head.preempt as *const AtomicU32)).store(1, Ordering::Relaxed);
        let g = (*m).head.curg as *mut G;
        if g.is_null() || (*m).head.locks != 0 {
            return;
        }
        let regs = &mut (*ctx).regs;
        if !go_frame(ctx, g) {
            (*g).head.stack_lo = STACK_PREEMPT;
            return;
        }
        let sp = regs[RSP];
        if crate::trace::is_runtime_pc(regs[RIP]) || !stack::on_current(g, sp, PREEMPT_ROOM) {
            (*g).head.stack_lo = STACK_PREEMPT;
            return;
        }
        let buf = save_area(m);
        if buf == 0 {
            return;
        }
        *((buf + 160) as *mut usize) = (*g).preempt_buf;
        (*g).preempt_buf = buf;
        *((sp - 8) as *mut usize) = regs[RIP];
        regs[RSP] = sp - 8;
        regs[RIP] = &raw const rt_async_preempt as usize;
    }
}

/// A save area from the thread's list, else a new one. Metadata memory may be used here: a Go PC was
/// interrupted, so nobody is inside the allocator.
unsafe fn save_area(m: *mut m::M) -> usize {
    let rt = rt();
    // SAFETY: per the caller.
    unsafe {
        let mut buf = (*m).free_bufs;
        if buf != 0 {
            (*m).free_bufs = *((buf + 160) as *const usize);
        } else {
            buf = rt.heap.pages.meta.alloc(rt.save_size, 64);
            if buf == 0 {
                return 0;
            }
        }
        *((buf + 152) as *mut u64) = rt.xsave_mask;
        buf
    }
}

unsafe extern "C" fn fault_handler(sig: usize, info: *const u8, ctx: *mut Context) {
    // SAFETY: called by the kernel with a valid context; stack words are read only after checking
    // that they lie on the goroutine's current segment.
    unsafe {
        let m = m::current();
        let g = (*m).head.curg as *mut G;
        let code = *(info.add(8) as *const i32);
        let addr = *(info.add(16) as *const usize);
        if code == SI_USER || code == SI_TKILL {
            // Somebody sent it: no instruction is at fault.
            return caught_handler(sig, info, ctx);
        }
        if default_of(sig) == Default::Trace && !matches!(sig, SIGBUS | SIGFPE | SIGSEGV) {
            rt().sig_context.record(sig, info, ctx);
        }
        let regs = &mut (*ctx).regs;
        let mut pc = regs[RIP];
        let sp = regs[RSP];
        let mut push = true;
        let ok = if go_frame(ctx, g) {
            true
        } else if g.is_null() || !stack::on_current(g, sp, 64) {
            false
        } else if pc >= &raw const rt_leaf_start as usize && pc < &raw const rt_leaf_end as usize
            || !crate::trace::in_image(pc)
        {
            // Assembly leaf, or a jump to nowhere: the return address is on top of the stack.
            pc = *(sp as *const usize);
            push = false;
            true
        } else {
            // Rust leaf: it has a frame.
            let bp = regs[RBP];
            if bp < sp || bp - sp > 512 {
                false
            } else {
                pc = *((bp + 8) as *const usize);
                regs[RSP] = bp + 8;
                regs[RBP] = *(bp as *const usize);
                push = false;
                true
            }
        };
        if !ok || !crate::trace::in_go_text(pc) {
            fatal(sig, code, addr, regs, g);
        }
        (*g).head.signo = sig as u32;
        (*g).head.sigcode = code as u32;
        (*g).head.sigaddr = addr;
        (*g).head.sigpc = pc;
        if push {
            regs[RSP] = sp - 8;
            *((sp - 8) as *mut usize) = pc;
        }
        regs[R15] = g as usize;
        regs[RIP] = &raw const go_sigpanic as usize;
    }
}

fn fatal(sig: usize, code: i32, addr: usize, regs: &[usize; 23], g: *const G) -> ! {
    os::print(b"fatal error: unexpected signal during runtime execution\n[signal ");
    os::print(match sig {
        SIGSEGV => b"SIGSEGV: segmentation violation",
        SIGBUS => b"SIGBUS: bus error",
        SIGFPE => b"SIGFPE: floating-point exception",
        SIGILL => b"SIGILL: illegal instruction",
        _ => b"SIGTRAP: trace trap",
    });
    os::print(b" code=");
    os::print_hex(code as u32 as usize);
    os::print(b" addr=");
    os::print_hex(addr);
    os::print(b" pc=");
    os::print_hex(regs[RIP]);
    os::print(b"]\n\n");
    // SAFETY: the goroutine that was interrupted, or null.
    unsafe { crate::trace::print_stack(g, regs[RIP], regs[RBP]) };
    os::print(b"\n");
    const NAMES: [&[u8]; 18] = [
        b"r8 ", b"r9 ", b"r10", b"r11", b"r12", b"r13", b"r14", b"r15", b"rdi", b"rsi", b"rbp", b"rbx", b"rdx", b"rax",
        b"rcx", b"rsp", b"rip", b"flg",
    ];
    for (name, value) in NAMES.iter().zip(regs) {
        os::print(name);
        os::print(b"    ");
        os::print_hex(*value);
        os::print(b"\n");
    }
    os::exit(2)
}
