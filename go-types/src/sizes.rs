//! Sizes, alignments and offsets, as gc lays types out.
//!
//! Source: spec "Size and alignment guarantees"; gc's rules (padding after a trailing zero-size
//! field). Negative results mean that a type is too large. Never used for type parameters.

use crate::check::Checker;
use crate::object::ObjId;
use crate::ty::{BasicKind, Type, TypeId};
use std::sync::Arc;

impl Checker {
    /// Alignment of a variable of type `t`, at least 1.
    pub fn alignof(&mut self, t: TypeId) -> i64 {
        let word = i64::from(self.options.word_size);
        let u = self.under(t);
        match &self.store.types[u] {
            &Type::Array { elem, .. } => return self.alignof(elem),
            Type::Struct(s) => {
                let s = Arc::clone(s);
                if s.fields.is_empty() && self.is_sync_atomic_align64(t) {
                    return 8;
                }
                let mut max = 1;
                for f in &s.fields {
                    let ft = self.store.objects[*f].ty;
                    max = max.max(self.alignof(ft));
                }
                return max;
            }
            Type::Slice { .. } | Type::Interface(_) => return word,
            Type::Basic(BasicKind::String) => return word,
            _ => {}
        }
        let mut a = self.sizeof(t).max(1);
        if self.is_complex(t) {
            a /= 2;
        }
        a.min(word)
    }

    /// The type that forces an alignment of 8 on the struct that contains it.
    fn is_sync_atomic_align64(&self, t: TypeId) -> bool {
        let Some(n) = self.store.named_data(t) else { return false };
        let o = &self.store.objects[n.obj];
        let Some(p) = o.pkg else { return false };
        self.store.text(o.name) == "align64"
            && matches!(self.store.packages[p].path.as_str(), "sync/atomic" | "internal/runtime/atomic")
    }

    /// Offsets of struct fields.
    pub fn offsetsof(&mut self, fields: &[ObjId]) -> Vec<i64> {
        let mut offs: i64 = 0;
        let mut out = Vec::with_capacity(fields.len());
        for f in fields {
            if offs < 0 {
                out.push(-1);
                continue;
            }
            let t = self.store.objects[*f].ty;
            let a = self.alignof(t);
            offs = align(offs, a);
            out.push(offs);
            let d = self.sizeof(t);
            offs = if d >= 0 && offs >= 0 { offs.checked_add(d).unwrap_or(-1) } else { -1 };
        }
        out
    }

    /// Size of a variable of type `t`.
    pub fn sizeof(&mut self, t: TypeId) -> i64 {
        let word = i64::from(self.options.word_size);
        let u = self.under(t);
        match &self.store.types[u] {
            Type::Basic(k) => match k {
                BasicKind::Bool | BasicKind::Int8 | BasicKind::Uint8 => 1,
                BasicKind::Int16 | BasicKind::Uint16 => 2,
                BasicKind::Int32 | BasicKind::Uint32 | BasicKind::Float32 => 4,
                BasicKind::Int64 | BasicKind::Uint64 | BasicKind::Float64 | BasicKind::Complex64 => 8,
                BasicKind::Complex128 => 16,
                BasicKind::String => word * 2,
                _ => word,
            },
            &Type::Array { elem, len } => {
                if len <= 0 {
                    return 0;
                }
                match self.sizeof(elem) {
                    s if s < 0 => -1,
                    s => s.checked_mul(len).unwrap_or(-1),
                }
            }
            Type::Slice { .. } => word * 3,
            Type::Struct(s) => {
                let s = Arc::clone(s);
                let Some(last) = s.fields.last() else { return 0 };
                let offsets = self.offsetsof(&s.fields);
                let offs = offsets.last().copied().unwrap_or(0);
                let last = self.store.objects[*last].ty;
                let mut size = self.sizeof(last);
                if offs < 0 || size < 0 {
                    return -1;
                }
                // A pointer to a last field of size 0 must not point past the struct.
                if offs > 0 && size == 0 {
                    size = 1;
                }
                let a = self.alignof(u);
                offs.checked_add(size).map_or(-1, |n| align(n, a))
            }
            Type::Interface(_) => word * 2,
            _ => word,
        }
    }

    /// Offset of the field at the end of a path of embedded structs.
    pub fn offsetof(&mut self, t: TypeId, index: &[u32]) -> i64 {
        let mut t = t;
        let mut offs: i64 = 0;
        for i in index {
            let u = self.under(t);
            let Type::Struct(s) = &self.store.types[u] else { return -1 };
            let s = Arc::clone(s);
            let d = self.offsetsof(&s.fields).get(*i as usize).copied().unwrap_or(-1);
            if d < 0 {
                return -1;
            }
            offs = match offs.checked_add(d) {
                Some(o) => o,
                None => return -1,
            };
            t = self.store.objects[s.fields[*i as usize]].ty;
        }
        offs
    }
}

/// `x` rounded up to a multiple of `a`, negative on overflow.
fn align(x: i64, a: i64) -> i64 {
    match x.checked_add(a - 1) {
        Some(y) => y & !(a - 1),
        None => -1,
    }
}
