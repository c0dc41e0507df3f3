//! Stack or heap, per allocation site: where escape analysis and code generation meet.

use crate::ir::{FuncId, Site};
use rustc_hash::FxHashSet;

/// Which allocation sites live on the stack. `StorageMap::all_heap()` is a legal, slow program.
#[derive(Clone, Debug, Default)]
pub struct StorageMap {
    stack: FxHashSet<(FuncId, Site)>,
}

impl StorageMap {
    /// Everything on the heap.
    #[must_use]
    pub fn all_heap() -> StorageMap {
        StorageMap::default()
    }

    /// Puts a site on the stack of its function.
    pub fn set_stack(&mut self, f: FuncId, s: Site) {
        self.stack.insert((f, s));
    }

    /// Whether a site lives on the stack.
    pub fn is_stack(&self, f: FuncId, s: Site) -> bool {
        self.stack.contains(&(f, s))
    }
}
