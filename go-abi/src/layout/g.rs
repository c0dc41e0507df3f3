//! The head of the goroutine structure `G`, as machine code, the runtime and the overlay's Go
//! `type g struct` see it. Never holds anything private to the runtime (that lives behind
//! [`G_SIZE`]) nor the Go-only fields (they follow [`GO_FIELDS`]).
//!
//! The address of the current G is in r15 while Go code runs.

/// Bytes of a G that Go code may see: the header below, then Go-only fields. The runtime allocates
/// it zeroed, outside the heap, and scans it conservatively.
pub const G_SIZE: usize = 448;
/// First byte of the Go-only fields.
pub const GO_FIELDS: usize = 208;

/// `stack_lo` of a segment lies this far above the lowest usable byte: room for functions without
/// entry check, veneers and the PC pushed by a signal.
pub const STACK_SLACK: usize = 1024;
/// Size of a goroutine's first stack segment. A goroutine blocked on a channel needs some 200 bytes, so
/// a million of them fit where gc puts them.
pub const STACK_MIN: usize = 2 << 10;
/// Size of the main goroutine's first segment (address space; memory is taken when touched).
pub const STACK_MAIN: usize = 256 << 10;
/// Stack for assembly that has stack checks of its own: what it needs is known only to itself.
pub const ASM_STACK: usize = 64 << 10;
/// Least size of a second segment.
pub const STACK_SECOND: usize = 8 << 10;
/// Largest single stack segment; growth doubles up to it.
pub const STACK_SEG_MAX: usize = 64 << 20;
/// Default limit of all segments of one goroutine (`debug.SetMaxStack` changes it).
pub const STACK_LIMIT: usize = 1_000_000_000;
/// Bytes of code that belong to `runtime.morestack`, from its symbol on: a return address in there means
/// that the caller is one frame further up.
pub const MORESTACK_CODE: usize = 512;
/// Value of `stack_lo` that makes the next entry check call `runtime.morestack` (preemption request).
pub const STACK_PREEMPT: usize = 0xffff_ffff_ffff_fade;

/// Goroutine states, with the numbers that package runtime of gc uses.
pub mod status {
    /// Allocated, not yet set up.
    pub const IDLE: u32 = 0;
    /// In a run queue.
    pub const RUNNABLE: u32 = 1;
    /// Current on some M.
    pub const RUNNING: u32 = 2;
    /// In a system call that may block.
    pub const SYSCALL: u32 = 3;
    /// Parked.
    pub const WAITING: u32 = 4;
    /// Unused, may be taken for a new goroutine.
    pub const DEAD: u32 = 6;
}

/// Bits of [`GHead::flags`].
pub mod flags {
    /// Belongs to the runtime: not counted as a user goroutine, not part of deadlock detection.
    pub const SYSTEM: u32 = 1;
    /// Was stopped by a signal at an arbitrary instruction; its registers are in a save area.
    pub const ASYNC_PREEMPTED: u32 = 2;
    /// `debug.SetPanicOnFault(true)`: faults at any address become Go panics.
    pub const PANIC_ON_FAULT: u32 = 4;
}

/// Head of a goroutine structure. Offsets are fixed: use the constants in [`off`] from machine code.
///
/// What gc's g has in its first words is where gc has it: assembly and libraries that find g through
/// thread-local storage look at the stack bounds, the limit of stack checks, and the goroutine's number.
#[repr(C)]
#[derive(Debug)]
pub struct GHead {
    /// Go: bounds of the memory that stacks are in.
    pub stack: [usize; 2],
    /// Stack check limit: a function whose sp is below it calls `runtime.morestack`.
    pub stack_lo: usize,
    /// Entry of the function whose check failed.
    pub morestack_fn: usize,
    /// Go: innermost panic.
    pub panic_: usize,
    /// Go: top of the list of deferred calls.
    pub defer_: usize,
    /// The M running this goroutine, 0 when none.
    pub m: usize,
    /// Stack pointer while not running Go code.
    pub sched_sp: usize,
    /// Where to go on.
    pub sched_pc: usize,
    /// Current stack segment (runtime's `StackSeg`).
    pub seg: usize,
    /// Closure that the goroutine runs.
    pub startfn: usize,
    /// Stack pointer of the function whose check failed, after frame allocation: `entry sp - morestack_sp`
    /// is the room it needs.
    pub morestack_sp: usize,
    /// Frame pointer while not running Go code; a walk of a stopped goroutine starts here.
    pub sched_bp: usize,
    /// Address of the argument block, stored by the caller right before a call that needs one.
    pub argblock: usize,
    /// Frame pointer of the innermost `runtime.asmcall`: assembly need not keep the register.
    pub asmfp: usize,
    /// PC of the fault being turned into a panic.
    pub sigpc: usize,
    /// Faulting address.
    pub sigaddr: usize,
    /// Go: what wakes a goroutine hands to it.
    pub param: usize,
    /// One of [`status`].
    pub status: u32,
    /// Bits of [`flags`].
    pub flags: u32,
    /// Goroutine number as printed in tracebacks.
    pub goid: u64,
    /// Next in the queue that holds this goroutine.
    pub schedlink: usize,
    /// Next in the list of all goroutines ever made (never unlinked).
    pub alllink: usize,
    /// Go: wait reason in the low byte.
    pub waitreason: u64,
    /// Signal number.
    pub signo: u32,
    /// `si_code`.
    pub sigcode: u32,
    /// PC of the `go` statement.
    pub gopc: usize,
    /// goid of the creator.
    pub parentgoid: u64,
}

/// Offsets of [`GHead`]'s fields.
pub mod off {
    use super::GHead;
    use core::mem::offset_of;
    /// `g.stack_lo`
    pub const STACK_LO: i32 = offset_of!(GHead, stack_lo) as i32;
    /// `g.m`
    pub const M: i32 = offset_of!(GHead, m) as i32;
    /// `g.argblock`
    pub const ARGBLOCK: i32 = offset_of!(GHead, argblock) as i32;
    /// `g.morestack_fn`
    pub const MORESTACK_FN: i32 = offset_of!(GHead, morestack_fn) as i32;
    /// `g.morestack_sp`
    pub const MORESTACK_SP: i32 = offset_of!(GHead, morestack_sp) as i32;
    /// `g.asmfp`
    pub const ASMFP: i32 = offset_of!(GHead, asmfp) as i32;
    /// `g.seg`
    pub const SEG: i32 = offset_of!(GHead, seg) as i32;
    /// `g.sched_sp`
    pub const SCHED_SP: i32 = offset_of!(GHead, sched_sp) as i32;
    /// `g.sched_bp`
    pub const SCHED_BP: i32 = offset_of!(GHead, sched_bp) as i32;
    /// `g.sched_pc`
    pub const SCHED_PC: i32 = offset_of!(GHead, sched_pc) as i32;
    /// `g.startfn`
    pub const STARTFN: i32 = offset_of!(GHead, startfn) as i32;
    /// `g.sigpc`
    pub const SIGPC: i32 = offset_of!(GHead, sigpc) as i32;
    /// `g.sigaddr`
    pub const SIGADDR: i32 = offset_of!(GHead, sigaddr) as i32;
}

const _: () = {
    assert!(core::mem::size_of::<GHead>() == GO_FIELDS);
    // As in gc's g.
    assert!(off::STACK_LO == 16 && off::M == 48 && off::SCHED_SP == 56 && off::SCHED_PC == 64 && off::SCHED_BP == 96);
    assert!(core::mem::offset_of!(GHead, param) == 136 && core::mem::offset_of!(GHead, goid) == 152);
    // Within a byte, for the code in front of every function.
    assert!(off::ARGBLOCK < 128 && off::MORESTACK_FN < 128 && off::MORESTACK_SP < 128);
};
