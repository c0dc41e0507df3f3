//! From the kernel's entry to the main goroutine.

use crate::arch::stubs::rt_gogo;
use crate::global::{m0, rt};
use crate::os::{self, linux::*};
use crate::sched::g;

const AT_RANDOM: usize = 25;
const AT_SYSINFO_EHDR: usize = 33;
/// Where the heap is placed if that is free; addresses starting with c0 are easy to tell in dumps.
const HEAP_HINT: usize = 0xc0_0000_0000;
const HEAP_RESERVE: usize = 512 << 30;

/// First Rust code of the process; `sp` is the kernel's initial stack pointer.
///
/// # Safety
/// Called once, by `_start`.
pub(crate) unsafe extern "C" fn start(sp: usize) -> ! {
    // SAFETY: the kernel's argument block is at `sp`; M0 is unused so far.
    unsafe {
        let m = m0();
        (*m).head.self_ = m as usize;
        (*m).head.sys_sp = (sp & !15) - 1024;
        syscall(SYS_ARCH_PRCTL, [0x1002, m as usize, 0, 0, 0, 0]);
        (*m).head.tid = syscall(SYS_GETTID, [0; 6]) as u64;
        let rt = rt();
        rt.initial_sp = sp;
        let argc = *(sp as *const usize);
        let mut p = sp + 8 * (argc + 2);
        while *(p as *const usize) != 0 {
            env(*(p as *const usize) as *const u8);
            p += 8;
        }
        p += 8;
        while *(p as *const usize) != 0 {
            let (key, value) = (*(p as *const usize), *((p + 8) as *const usize));
            if key == AT_RANDOM && value != 0 {
                (*m).head.rand[0] = (value as *const u64).read_unaligned() | 1;
                (*m).head.rand[1] = ((value + 8) as *const u64).read_unaligned();
            } else if key == AT_SYSINFO_EHDR {
                rt.vdso_clock = crate::os::vdso::find(value, b"__vdso_clock_gettime");
            }
            p += 16;
        }
        if !rt.heap.init(HEAP_HINT, HEAP_RESERVE) {
            os::die("runtime: cannot reserve address space for the heap\n");
        }
        (*m).cache.bits_bias = rt.heap.bits_bias();
        crate::os::signal::init();
        let g = g::new(0, go_abi::layout::g::STACK_MAIN);
        if g.is_null() {
            os::die("runtime: cannot allocate the main goroutine\n");
        }
        (*g).head.status = go_abi::layout::g::status::RUNNING;
        rt_gogo(g as usize)
    }
}

/// Reads the runtime's own switches from one environment entry.
unsafe fn env(s: *const u8) {
    // SAFETY: a terminated string.
    unsafe {
        if let Some(v) = value_of(s, b"GORC_GCSTRESS=") {
            let n = number(v);
            rt().heap.stress = n;
            rt().heap.stress_left = n;
        } else if let Some(v) = value_of(s, b"GORC_TIMESLICE=") {
            rt().time_slice = number(v) as i64;
        } else if let Some(v) = value_of(s, b"GORC_GCVERIFY=") {
            rt().heap.verify = *v == b'1';
        } else if let Some(v) = value_of(s, b"GORC_STACKGUARD=") {
            rt().stacks.guard = *v == b'1';
        }
    }
}

unsafe fn number(mut p: *const u8) -> u64 {
    let mut n = 0u64;
    // SAFETY: stops at the terminator at the latest.
    unsafe {
        while (*p).is_ascii_digit() {
            n = n.wrapping_mul(10).wrapping_add(u64::from(*p - b'0'));
            p = p.add(1);
        }
    }
    n
}

unsafe fn value_of(s: *const u8, key: &[u8]) -> Option<*const u8> {
    for (i, &k) in key.iter().enumerate() {
        // SAFETY: stops at the terminator at the latest.
        if unsafe { *s.add(i) } != k {
            return None;
        }
    }
    // SAFETY: the terminator is at or behind this point.
    Some(unsafe { s.add(key.len()) })
}
