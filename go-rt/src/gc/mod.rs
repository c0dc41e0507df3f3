//! The collector: stop-the-world mark and sweep. Roots are given by the caller as ranges to scan
//! conservatively; heap objects are scanned by their types. Never moves anything; runs on the
//! system stack and uses no memory of the heap it collects.

pub(crate) mod mark;
pub(crate) mod par;
pub(crate) mod sweep;

use crate::mem::alloc::{Cache, Heap};
use mark::Marker;
use par::Shared;

/// One full collection. `roots` is called with a marker and scans every root through it.
pub(crate) fn collect(heap: &mut Heap, cache: &mut Cache, shared: &Shared, roots: impl FnOnce(&mut Marker<'_>)) {
    heap.flush(cache);
    // SAFETY: until the marker is finished the heap is touched through markers only.
    let root_bytes = unsafe {
        let parallel = shared.begin(heap);
        let mut m = Marker::new(heap, if parallel { Some(shared) } else { None });
        roots(&mut m);
        m.queue_roots();
        m.special_roots();
        if parallel {
            shared.finish(&mut m);
        } else {
            m.drain();
        }
        let root_bytes = m.root_bytes;
        m.finish();
        root_bytes
    };
    heap.root_bytes = root_bytes;
    sweep::sweep(heap);
    heap.set_goal();
    let free_resident = (heap.pages.free_pages - heap.pages.released_pages) * crate::mem::pages::Pages::PAGE;
    let inuse = heap.inuse_pages * crate::mem::pages::Pages::PAGE;
    let retain = if heap.next_gc == usize::MAX { usize::MAX } else { heap.next_gc + heap.next_gc / 8 };
    let limit = (heap.mem_limit.max(0) as usize).saturating_sub(heap.pages.meta.sys);
    let retain = retain.min(limit);
    if inuse + free_resident > retain {
        heap.pages.release(retain.saturating_sub(inuse));
    }
}

#[cfg(test)]
mod tests;
