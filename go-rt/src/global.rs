//! The runtime's state: one value, used by the worker thread on its system stack (so never twice at
//! once), and by signal handlers only for the fields they name.

use crate::mem::alloc::Heap;
use crate::os::signal::SigContext;
use crate::sched::g::G;
use crate::sched::m::M;
use crate::sched::stack::Stacks;
use crate::trace::PcCache;
use core::cell::UnsafeCell;

/// Collection history and times.
pub(crate) struct GcStats {
    pub(crate) num: u64,
    pub(crate) forced: u64,
    pub(crate) pause_total: u64,
    pub(crate) last_unix: u64,
    pub(crate) pauses: [u64; 256],
    pub(crate) ends: [u64; 256],
}

/// Everything.
pub(crate) struct Runtime {
    pub(crate) heap: Heap,
    pub(crate) stacks: Stacks,
    pub(crate) all_g: *mut G,
    pub(crate) free_g: *mut G,
    pub(crate) goid: u64,
    /// Stack pointer at `_start`.
    pub(crate) initial_sp: usize,
    pub(crate) pc_cache: PcCache,
    pub(crate) roots: [(usize, usize); 64],
    pub(crate) nroots: usize,
    pub(crate) gc: GcStats,
    /// vDSO `clock_gettime`, 0 when absent.
    pub(crate) vdso_clock: usize,
    /// Mode per signal (`runtime.setsig`).
    pub(crate) sig_modes: [u8; 65],
    /// Signals that were ignored when the program started, as bits.
    pub(crate) sig_inherited: u64,
    pub(crate) sig_context: SigContext,
    pub(crate) sig_wake_fd: i32,
    pub(crate) timer_id: i32,
    /// Period of preemption in CPU time, ns.
    pub(crate) time_slice: i64,
    /// Bytes of a save area; 0 = not yet known.
    pub(crate) save_size: usize,
    /// Components for xsave, 0 = use fxsave.
    pub(crate) xsave_mask: u64,
}

struct Global<T>(UnsafeCell<T>);
// SAFETY: see the module comment: one thread uses the contents.
unsafe impl<T> Sync for Global<T> {}

static RUNTIME: Global<Runtime> = Global(UnsafeCell::new(Runtime {
    heap: Heap::new(),
    stacks: Stacks::new(),
    all_g: core::ptr::null_mut(),
    free_g: core::ptr::null_mut(),
    goid: 0,
    initial_sp: 0,
    pc_cache: PcCache::new(),
    roots: [(0, 0); 64],
    nroots: 0,
    gc: GcStats { num: 0, forced: 0, pause_total: 0, last_unix: 0, pauses: [0; 256], ends: [0; 256] },
    vdso_clock: 0,
    sig_modes: [0; 65],
    sig_inherited: 0,
    sig_context: SigContext::new(),
    sig_wake_fd: -1,
    timer_id: -1,
    time_slice: 10_000_000,
    save_size: 0,
    xsave_mask: 0,
}));

/// A thread with the words in front of its base.
#[repr(C)]
struct Thread {
    /// The last is the slot of g that code for gc knows.
    front: [usize; 8],
    m: M,
}

const _: () = {
    let slot = core::mem::offset_of!(Thread, m) as isize + go_abi::layout::m::TLS_G as isize;
    assert!(slot >= 0 && slot + 8 <= core::mem::size_of::<[usize; 8]>() as isize);
};

static M0: Global<Thread> = Global(UnsafeCell::new(Thread { front: [0; 8], m: M::new() }));

/// The runtime's state.
#[inline]
pub(crate) fn rt() -> &'static mut Runtime {
    // SAFETY: one thread, system stack only; callers keep no reference over a switch.
    unsafe { &mut *RUNTIME.0.get() }
}

/// The first thread.
pub(crate) fn m0() -> *mut M {
    // SAFETY: a field of a static.
    unsafe { &raw mut (*M0.0.get()).m }
}

static MARK_SHARED: crate::gc::par::Shared = crate::gc::par::Shared::new();

/// What marking threads share.
pub(crate) fn mark_shared() -> &'static crate::gc::par::Shared {
    &MARK_SHARED
}
