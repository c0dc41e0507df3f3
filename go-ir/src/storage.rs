//! Stack or heap, per allocation site: where escape analysis and code generation meet.

use crate::ir::{FuncId, Inst, Site};
use rustc_hash::FxHashSet;

/// Which allocation sites live on the stack; the others are on the heap, or nil (`Buffer`).
/// `StorageMap::all_heap()` is a legal, slow program.
#[derive(Clone, Debug, Default)]
pub struct StorageMap {
    local: FxHashSet<(FuncId, Site)>,
    borrowed: FxHashSet<(FuncId, Inst)>,
    on_heap: bool,
}

impl StorageMap {
    /// Everything on the heap.
    #[must_use]
    pub fn all_heap() -> StorageMap {
        StorageMap::default()
    }

    /// Puts a site on the stack of its function.
    pub fn set_stack(&mut self, f: FuncId, s: Site) {
        self.local.insert((f, s));
    }

    /// The bytes that a call of `runtime.stringtoslicebyte` makes of a string may be those of the string.
    pub fn set_borrowed(&mut self, f: FuncId, i: Inst) {
        self.borrowed.insert((f, i));
    }

    /// Whether a conversion needs no copy.
    pub fn is_borrowed(&self, f: FuncId, i: Inst) -> bool {
        self.borrowed.contains(&(f, i))
    }

    /// The same program with everything on the heap: capacities that depend on stack buffers stay.
    #[must_use]
    pub fn on_heap(mut self) -> StorageMap {
        self.on_heap = true;
        self
    }

    /// Whether a site's objects are used during its function only, wherever they live.
    pub fn is_local(&self, f: FuncId, s: Site) -> bool {
        self.local.contains(&(f, s))
    }

    /// Whether a site lives on the stack.
    pub fn is_stack(&self, f: FuncId, s: Site) -> bool {
        !self.on_heap && self.is_local(f, s)
    }
}
