//! The head of the thread structure `M`, found at `fs:0`. As for G: header here, Go-only fields
//! behind [`GO_FIELDS`], the runtime's private part behind [`M_SIZE`].

/// Bytes of an M that Go code may see.
pub const M_SIZE: usize = 4096;
/// First byte of the Go-only fields.
pub const GO_FIELDS: usize = 256;
/// Where, from the thread's base on, the running goroutine's g is once more: code for gc that reads
/// thread-local storage finds it in front of the base.
pub const TLS_G: i32 = -8;

/// Head of a thread structure.
#[repr(C)]
#[derive(Debug)]
pub struct MHead {
    /// Its own address (what `mov reg, fs:0` loads).
    pub self_: usize,
    /// Goroutine running on this thread, 0 when in the scheduler.
    pub curg: usize,
    /// Top of the system stack; 16-aligned.
    pub sys_sp: usize,
    /// Small number.
    pub id: i64,
    /// Go: depth of runtime locks held; non-zero forbids preemption.
    pub locks: i32,
    /// Padding.
    pub pad: i32,
    /// Kernel thread id.
    pub tid: u64,
    /// State of the cheap random generator.
    pub rand: [u64; 4],
    /// Bit `sig - 1` set by a handler for a caught signal, cleared by Go.
    pub sigpending: u64,
    /// Number of finished collections (wraps).
    pub gcgen: u32,
    /// Set to 1 when `runtime.nextfinal` has entries; cleared by Go.
    pub finwork: u32,
    /// Set to 1 by the time slice signal; Go may read and clear it.
    pub preempt: u32,
    /// Padding.
    pub pad2: u32,
}

/// Offsets of [`MHead`]'s fields.
pub mod off {
    use super::MHead;
    use core::mem::offset_of;
    /// `m.curg`
    pub const CURG: i32 = offset_of!(MHead, curg) as i32;
    /// `m.sys_sp`
    pub const SYS_SP: i32 = offset_of!(MHead, sys_sp) as i32;
    /// `m.locks`
    pub const LOCKS: i32 = offset_of!(MHead, locks) as i32;
}

const _: () = {
    assert!(core::mem::size_of::<MHead>() <= GO_FIELDS);
    assert!(off::CURG == 8 && off::SYS_SP == 16 && off::LOCKS == 32);
    assert!(core::mem::offset_of!(MHead, sigpending) == 80 && core::mem::offset_of!(MHead, gcgen) == 88);
    assert!(core::mem::offset_of!(MHead, tid) == 40 && core::mem::offset_of!(MHead, rand) == 48);
};
