//! Attaching and removing finalizers, cleanups and weak handles.

use super::alloc::{Cache, Heap};
use super::span::Span;
use super::special::{Special, SpecialKind};

impl Heap {
    /// Attaches a special to the live object holding `p`; its id, or 0 when `p` is not in the heap.
    pub(crate) fn add_special(&mut self, p: usize, kind: SpecialKind, rec: usize) -> u64 {
        let Some((s, i)) = self.find(p) else { return 0 };
        let mut x = self.spare_special;
        if x.is_null() {
            x = self.pages.meta.alloc(size_of::<Special>(), 8) as *mut Special;
            if x.is_null() {
                return 0;
            }
        } else {
            // SAFETY: list of unused records.
            self.spare_special = unsafe { (*x).next };
        }
        self.special_id += 1;
        // SAFETY: `s` is in use; `x` is ours.
        unsafe {
            *x = Special { next: (*s).specials, ptr: p, rec, id: self.special_id, index: i as u32, kind };
            (*s).specials = x;
            if !(*s).on_special_list {
                (*s).on_special_list = true;
                (*s).next_special = self.special_spans;
                self.special_spans = s;
            }
        }
        self.special_id
    }

    /// First special of the object holding `p` that satisfies `want`.
    pub(crate) fn find_special(&self, p: usize, want: impl Fn(&Special) -> bool) -> *mut Special {
        let Some((s, i)) = self.find(p) else { return core::ptr::null_mut() };
        // SAFETY: the list of an in-use span holds valid records.
        unsafe {
            let mut x = (*s).specials;
            while !x.is_null() {
                if (*x).index as usize == i && want(&*x) {
                    return x;
                }
                x = (*x).next;
            }
        }
        core::ptr::null_mut()
    }

    /// Removes the specials of `p`'s object that satisfy `which`.
    pub(crate) fn remove_special(&mut self, p: usize, which: impl Fn(&Special) -> bool) {
        let Some((s, i)) = self.find(p) else { return };
        self.retain_specials(s, |x| !(x.index as usize == i && which(x)));
    }

    /// Drops the records of `s` for which `keep` says no.
    pub(crate) fn retain_specials(&mut self, s: *mut Span, mut keep: impl FnMut(&Special) -> bool) {
        // SAFETY: `s` is in use; its list holds valid records.
        unsafe {
            let mut link = &raw mut (*s).specials;
            while !(*link).is_null() {
                let x = *link;
                if keep(&*x) {
                    link = &raw mut (*x).next;
                } else {
                    *link = (*x).next;
                    (*x).next = self.spare_special;
                    self.spare_special = x;
                }
            }
        }
    }

    /// The weak handle of `p`'s object, made on first use: an 8-byte object holding the address.
    /// 0 when `p` is not in the heap or memory is out.
    pub(crate) fn weak_handle(&mut self, cache: &mut Cache, p: usize) -> usize {
        let Some((base, _)) = self.object(p) else { return 0 };
        let x = self.find_special(base, |x| x.kind == SpecialKind::Weak && x.ptr == p);
        if !x.is_null() {
            // SAFETY: just found.
            return unsafe { (*x).rec };
        }
        // A block of its own: a tiny block would be kept by its neighbours. No collection happens here,
        // so `p` needs no root.
        // SAFETY: no type; the cache is the thread's.
        let h = unsafe { self.alloc(cache, 16, core::ptr::null(), true) };
        if h == 0 {
            return 0;
        }
        // SAFETY: fresh object.
        unsafe { *(h as *mut usize) = p };
        self.add_special(p, SpecialKind::Weak, h);
        h
    }
}
