//! Records attached to objects: finalizers, cleanups, weak handles. They live in metadata memory, in
//! a list per span. What they refer to (`rec`, `handle`) is a root of the collector while attached.

/// What a special does when its object dies.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum SpecialKind {
    /// Object is kept once more and queued with its record.
    Finalizer,
    /// Record is queued.
    Cleanup,
    /// The word at `rec` is cleared.
    Weak,
}

/// One record.
pub(crate) struct Special {
    pub(crate) next: *mut Special,
    /// Address the record was attached with.
    pub(crate) ptr: usize,
    /// Go record, or the weak handle.
    pub(crate) rec: usize,
    pub(crate) id: u64,
    /// Object index in the span.
    pub(crate) index: u32,
    pub(crate) kind: SpecialKind,
}

/// Entry of the queue read by `runtime.nextfinal`.
#[derive(Clone, Copy)]
pub(crate) struct Queued {
    /// 0 finalizer, 1 cleanup.
    pub(crate) kind: usize,
    pub(crate) object: usize,
    pub(crate) rec: usize,
}

/// A growable queue in mapped memory (first in, first out).
pub(crate) struct Queue {
    buf: *mut Queued,
    cap: usize,
    pub(crate) head: usize,
    pub(crate) len: usize,
}

impl Queue {
    pub(crate) const fn new() -> Self {
        Queue { buf: core::ptr::null_mut(), cap: 0, head: 0, len: 0 }
    }

    pub(crate) fn push(&mut self, q: Queued) {
        if self.len == self.cap {
            let cap = if self.cap == 0 { 512 } else { self.cap * 2 };
            let buf = crate::os::map(cap * size_of::<Queued>()) as *mut Queued;
            if buf.is_null() {
                return;
            }
            for i in 0..self.len {
                // SAFETY: both buffers hold at least `len` entries.
                unsafe { *buf.add(i) = self.at(i) };
            }
            if self.cap != 0 {
                crate::os::unmap(self.buf as usize, self.cap * size_of::<Queued>());
            }
            self.buf = buf;
            self.cap = cap;
            self.head = 0;
        }
        let i = (self.head + self.len) % self.cap;
        // SAFETY: `i < cap`.
        unsafe { *self.buf.add(i) = q };
        self.len += 1;
    }

    /// The `i`-th entry from the front, `i < len`.
    pub(crate) fn at(&self, i: usize) -> Queued {
        // SAFETY: `i < len ≤ cap`.
        unsafe { *self.buf.add((self.head + i) % self.cap) }
    }

    pub(crate) fn pop(&mut self) -> Option<Queued> {
        if self.len == 0 {
            return None;
        }
        let q = self.at(0);
        self.head = (self.head + 1) % self.cap;
        self.len -= 1;
        Some(q)
    }
}
