//! Marking by several threads. Helper threads sleep between collections; during one, every marker
//! works on its own stack and passes surplus to a pool when another is out of work. Marking is over
//! when all are out of work at once.
//!
//! Field · who may touch it: `head`, `spare` under `lock`; `phase`, `workers`, `idle`, `avail` are changed
//! under `lock` and read anywhere.

use super::mark::{Grey, Marker};
use crate::mem::alloc::Heap;
use crate::os;
use core::cell::UnsafeCell;
use core::sync::atomic::{AtomicPtr, AtomicU32, Ordering};

/// Grey objects per unit of the pool.
pub(crate) const CHUNK: usize = 254;
/// Most helper threads.
const MAX_HELPERS: u32 = 3;
/// Heaps smaller than this are marked by one thread: waking another takes as long.
const PARALLEL_MIN: usize = 8 << 20;

struct Chunk {
    next: *mut Chunk,
    len: usize,
    items: [Grey; CHUNK],
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Leader,
    Helper,
}

enum Next {
    Leave,
    Work,
    Wait,
}

/// What the threads share.
pub(crate) struct Shared {
    /// Odd while a collection wants helpers; helpers sleep on it.
    phase: AtomicU32,
    heap: AtomicPtr<Heap>,
    /// Markers of the current collection: the leader and the helpers that came in time.
    workers: AtomicU32,
    /// Markers without work.
    idle: AtomicU32,
    lock: AtomicU32,
    avail: AtomicU32,
    head: UnsafeCell<*mut Chunk>,
    spare: UnsafeCell<*mut Chunk>,
    /// Helper threads that exist; negative knowledge as `u32::MAX`: none can be made.
    helpers: AtomicU32,
}
// SAFETY: see the module comment.
unsafe impl Sync for Shared {}

impl Shared {
    pub(crate) const fn new() -> Shared {
        Shared {
            phase: AtomicU32::new(0),
            heap: AtomicPtr::new(core::ptr::null_mut()),
            workers: AtomicU32::new(0),
            idle: AtomicU32::new(0),
            lock: AtomicU32::new(0),
            avail: AtomicU32::new(0),
            head: UnsafeCell::new(core::ptr::null_mut()),
            spare: UnsafeCell::new(core::ptr::null_mut()),
            helpers: AtomicU32::new(0),
        }
    }

    /// Whether somebody waits for work and the pool is empty.
    #[inline]
    pub(super) fn hungry(&self) -> bool {
        self.idle.load(Ordering::Relaxed) != 0 && self.avail.load(Ordering::Relaxed) == 0
    }

    fn locked<R>(&self, f: impl FnOnce() -> R) -> R {
        while self.lock.compare_exchange_weak(0, 1, Ordering::Acquire, Ordering::Relaxed).is_err() {
            core::hint::spin_loop();
        }
        let r = f();
        self.lock.store(0, Ordering::Release);
        r
    }

    /// Puts `n ≤ CHUNK` objects into the pool; false when there is no memory for them.
    ///
    /// # Safety
    /// `from` holds `n` entries.
    pub(super) unsafe fn give(&self, from: *const Grey, n: usize) -> bool {
        self.locked(|| {
            // SAFETY: the lock is held; chunks come from here and are never unmapped.
            unsafe {
                let mut c = *self.spare.get();
                if c.is_null() {
                    c = os::map(size_of::<Chunk>()) as *mut Chunk;
                    if c.is_null() {
                        return false;
                    }
                } else {
                    *self.spare.get() = (*c).next;
                }
                core::ptr::copy_nonoverlapping(from, (&raw mut (*c).items) as *mut Grey, n);
                (*c).len = n;
                (*c).next = *self.head.get();
                *self.head.get() = c;
            }
            self.avail.fetch_add(1, Ordering::Relaxed);
            true
        })
    }

    /// Moves one chunk of the pool to `m`'s stack. The lock is held.
    unsafe fn take(&self, m: &mut Marker<'_>) -> bool {
        // SAFETY: per the caller.
        unsafe {
            let c = *self.head.get();
            if c.is_null() {
                return false;
            }
            *self.head.get() = (*c).next;
            self.avail.fetch_sub(1, Ordering::Relaxed);
            for i in 0..(*c).len {
                m.push((*c).items[i]);
            }
            (*c).next = *self.spare.get();
            *self.spare.get() = c;
            true
        }
    }

    /// Marks until the collection `phase` is over. The leader is the one who may end it: when nobody
    /// has work. All changes of `idle`, `workers` and `phase` happen under the lock.
    fn work(&self, m: &mut Marker<'_>, phase: u32, role: Role) {
        loop {
            m.drain();
            // SAFETY: the lock is held inside.
            let got = self.locked(|| unsafe {
                self.take(m) || {
                    self.idle.fetch_add(1, Ordering::Relaxed);
                    false
                }
            });
            if got {
                continue;
            }
            let mut spins = 0u32;
            loop {
                if self.phase.load(Ordering::Acquire) != phase {
                    return;
                }
                let end =
                    role == Role::Leader && self.idle.load(Ordering::Relaxed) == self.workers.load(Ordering::Relaxed);
                if end || self.avail.load(Ordering::Relaxed) != 0 {
                    let next = self.locked(|| {
                        if self.phase.load(Ordering::Relaxed) != phase {
                            return Next::Leave;
                        }
                        // SAFETY: the lock is held.
                        if unsafe { self.take(m) } {
                            self.idle.fetch_sub(1, Ordering::Relaxed);
                            return Next::Work;
                        }
                        let all = self.workers.load(Ordering::Relaxed);
                        if role == Role::Leader && self.idle.load(Ordering::Relaxed) == all {
                            self.phase.store(phase.wrapping_add(1), Ordering::Release);
                            return Next::Leave;
                        }
                        Next::Wait
                    });
                    match next {
                        Next::Leave => return,
                        Next::Work => break,
                        Next::Wait => {}
                    }
                }
                spins += 1;
                if spins & 1023 == 0 {
                    os::yield_now();
                } else {
                    core::hint::spin_loop();
                }
            }
        }
    }

    /// Wakes the helpers for a collection of `heap`, when that pays. The caller's marker then works
    /// with `Some(self)` and must call [`Shared::finish`].
    ///
    /// # Safety
    /// Nobody changes `heap` until then.
    pub(crate) unsafe fn begin(&self, heap: *mut Heap) -> bool {
        // SAFETY: per the caller.
        if unsafe { (*heap).live } < PARALLEL_MIN {
            return false;
        }
        let mut n = self.helpers.load(Ordering::Relaxed);
        if n == 0 {
            let want = os::cpus().saturating_sub(1).min(MAX_HELPERS);
            // SAFETY: `self` is static in the object, and outlives the threads in tests.
            while n < want && unsafe { os::thread::spawn(helper, self as *const Shared as usize) } {
                n += 1;
            }
            self.helpers.store(if n == 0 { u32::MAX } else { n }, Ordering::Relaxed);
        }
        if n == 0 || n == u32::MAX {
            return false;
        }
        self.locked(|| {
            self.heap.store(heap, Ordering::Relaxed);
            self.workers.store(1, Ordering::Relaxed);
            self.idle.store(0, Ordering::Relaxed);
            self.phase.fetch_add(1, Ordering::Release);
        });
        os::futex_wake(&self.phase, i32::MAX);
        true
    }

    /// Marks to the end. Helpers that have not come by then stay out.
    pub(crate) fn finish(&self, m: &mut Marker<'_>) {
        self.work(m, self.phase.load(Ordering::Relaxed), Role::Leader);
    }
}

/// A helper thread.
fn helper(shared: usize) -> ! {
    // SAFETY: see `begin`.
    let shared = unsafe { &*(shared as *const Shared) };
    loop {
        let phase = shared.phase.load(Ordering::Acquire);
        if phase & 1 == 0 {
            os::futex_wait(&shared.phase, phase);
            continue;
        }
        let joined = shared.locked(|| {
            let open = shared.phase.load(Ordering::Relaxed) == phase;
            if open {
                shared.workers.fetch_add(1, Ordering::Relaxed);
            }
            open
        });
        if joined {
            // SAFETY: the heap is fixed while this thread counts as a worker that is not idle.
            let mut m = unsafe { Marker::new(shared.heap.load(Ordering::Relaxed), Some(shared)) };
            shared.work(&mut m, phase, Role::Helper);
            m.finish();
        }
    }
}
