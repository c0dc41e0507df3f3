//! Composite literals: built in place where they are large or their address is taken.

use super::body::{Body, Opnd};
use go_ast::{ExprId, ExprKind};
use go_ir::ir::{Intrinsic, Op, Value};
use go_ir::ty::{Ty, TyKind};
use go_source::Symbol;
use smallvec::{SmallVec, smallvec};
use std::sync::Arc;

/// Array literals with at least so many constant elements are copied from read-only data.
const MIN_STATIC_ELEMS: usize = 8;

impl Body<'_, '_> {
    /// Whether a literal of type `t` (or of a pointer to it, elided) has field names as keys.
    pub(super) fn literal_is_struct(&self, t: Ty) -> bool {
        match self.under(t) {
            TyKind::Struct(_) => true,
            TyKind::Pointer(e) => matches!(self.under(e), TyKind::Struct(_)),
            _ => false,
        }
    }

    fn elems_of(&self, e: ExprId) -> Box<[ExprId]> {
        match &self.tree.exprs[e].kind {
            ExprKind::CompositeLit { elems, .. } => elems.clone(),
            _ => Box::default(),
        }
    }

    /// Value expression of a literal's element.
    fn elem_value(&self, el: ExprId) -> ExprId {
        match self.tree.exprs[el].kind {
            ExprKind::KeyValue { value, .. } => value,
            _ => el,
        }
    }

    /// A composite literal as an operand.
    pub(super) fn composite(&mut self, e: ExprId) -> Opnd {
        let ty = self.ety(e);
        self.order_elems(e);
        match self.under(ty) {
            TyKind::Pointer(t) => {
                // `{…}` for `&T{…}` inside another literal.
                let p = self.alloc(t);
                self.fill(e, p, t);
                Opnd::Val(self.bitcast(p, ty))
            }
            TyKind::Slice(elem) => Opnd::Val(self.slice_lit(e, ty, elem)),
            TyKind::Map(k, v) => Opnd::Val(self.map_lit(e, ty, k, v)),
            TyKind::Struct(_) if self.layout(ty).parts.is_some() => Opnd::Val(self.struct_value(e, ty)),
            _ => {
                let p = self.alloc(ty);
                self.fill(e, p, ty);
                Opnd::Addr { ptr: p, ty }
            }
        }
    }

    fn order_elems(&mut self, e: ExprId) {
        let vs: Vec<ExprId> = self.elems_of(e).iter().map(|el| self.elem_value(*el)).collect();
        self.order_all(&vs);
    }

    /// `&T{…}`
    pub(super) fn composite_ptr(&mut self, e: ExprId) -> Value {
        let ty = self.ety(e);
        self.order_elems(e);
        self.at(e);
        let p = match self.under(ty) {
            TyKind::Struct(_) | TyKind::Array(..) => {
                let p = self.alloc(ty);
                self.fill(e, p, ty);
                p
            }
            _ => {
                let o = self.composite(e);
                let v = self.opnd_value(o);
                self.spill(v)
            }
        };
        let pty = self.ptr_to(ty);
        self.bitcast(p, pty)
    }

    /// Path to the field that a key names: its index, after those of the embedded structs that hold
    /// it (promoted fields as keys, Go 1.27).
    fn field_path(&self, t: Ty, key: ExprId) -> Option<SmallVec<[u32; 2]>> {
        let ExprKind::Name(name) = self.tree.exprs[key].kind else { return None };
        let mut level: Vec<(Ty, SmallVec<[u32; 2]>)> = vec![(t, SmallVec::new())];
        while !level.is_empty() {
            let mut next = Vec::new();
            for (t, path) in level {
                if let Some(i) = self.field_by_name(t, name) {
                    return Some(path.iter().copied().chain([i]).collect());
                }
                let TyKind::Struct(fields) = self.under(t) else { continue };
                for (i, f) in fields.iter().enumerate().filter(|(_, f)| f.embedded) {
                    next.push((f.ty, path.iter().copied().chain([i as u32]).collect()));
                }
            }
            level = next;
        }
        None
    }

    pub(super) fn field_by_name(&self, t: Ty, name: Symbol) -> Option<u32> {
        match self.under(t) {
            TyKind::Struct(fs) => fs.iter().position(|f| f.name == name).map(|i| i as u32),
            _ => None,
        }
    }

    /// (path to the field, value expression) of a struct literal.
    fn struct_elems(&self, e: ExprId, ty: Ty) -> Vec<(SmallVec<[u32; 2]>, ExprId)> {
        self.elems_of(e)
            .iter()
            .enumerate()
            .filter_map(|(i, el)| match self.tree.exprs[*el].kind {
                ExprKind::KeyValue { key, value } => self.field_path(ty, key).map(|f| (f, value)),
                _ => Some((smallvec![i as u32], *el)),
            })
            .collect()
    }

    fn struct_value(&mut self, e: ExprId, ty: Ty) -> Value {
        let TyKind::Struct(fields) = self.under(ty) else { return self.zero(ty) };
        let mut parts: Vec<Option<Value>> = vec![None; fields.len()];
        let elems = self.struct_elems(e, ty);
        if elems.iter().any(|(path, _)| path.len() > 1) {
            let p = self.alloc(ty);
            self.fill(e, p, ty);
            return self.load(p, ty);
        }
        for (path, x) in elems {
            let i = path[0] as usize;
            parts[i] = Some(self.expr_to(x, fields[i].ty));
        }
        if parts.iter().all(Option::is_none) {
            return self.zero(ty);
        }
        let parts: Vec<Value> =
            parts.into_iter().zip(fields.iter()).map(|(p, f)| p.unwrap_or_else(|| self.zero(f.ty))).collect();
        self.compose(&parts, ty)
    }

    /// Fills zeroed memory at `p` with a struct or array literal.
    pub(super) fn fill(&mut self, e: ExprId, p: Value, ty: Ty) {
        match self.under(ty) {
            TyKind::Struct(_) => {
                for (path, x) in self.struct_elems(e, ty) {
                    let (mut a, mut t) = (p, ty);
                    for i in path {
                        let TyKind::Struct(fields) = self.under(t) else { return };
                        a = self.field_addr(a, t, i);
                        t = fields[i as usize].ty;
                    }
                    self.store_into(x, a, t);
                }
            }
            TyKind::Array(elem, _) => self.fill_elems(e, p, elem),
            _ => {
                let o = self.composite(e);
                let v = self.opnd_value(o);
                self.store(p, v);
            }
        }
    }

    /// Evaluates `x` into zeroed memory at `a`.
    pub(super) fn store_into(&mut self, x: ExprId, a: Value, ty: Ty) {
        let inner = self.tree.unparen(x);
        if matches!(self.tree.exprs[inner].kind, ExprKind::CompositeLit { .. })
            && self.ety(inner) == ty
            && !self.fr.ordered.contains_key(&inner)
            && matches!(self.under(ty), TyKind::Struct(_) | TyKind::Array(..))
        {
            self.fill(inner, a, ty);
            return;
        }
        let v = self.expr_to(x, ty);
        self.store(a, v);
    }

    /// (index, value expression) of an array or slice literal, and its length.
    fn indexed_elems(&self, e: ExprId) -> (Vec<(i64, ExprId)>, i64) {
        let mut out = Vec::new();
        let (mut next, mut len) = (0, 0);
        for el in self.elems_of(e).iter() {
            let value = match self.tree.exprs[*el].kind {
                ExprKind::KeyValue { key, value } => {
                    next = self.const_int(key).unwrap_or(next);
                    value
                }
                _ => *el,
            };
            out.push((next, value));
            next += 1;
            len = len.max(next);
        }
        (out, len)
    }

    fn fill_elems(&mut self, e: ExprId, p: Value, elem: Ty) {
        let (elems, len) = self.indexed_elems(e);
        if self.fill_static(&elems, len, p, elem) {
            return;
        }
        for (i, x) in elems {
            let a = self.const_elem_addr(p, i, elem);
            self.store_into(x, a, elem);
        }
    }

    /// Copies an array of constants from read-only data.
    fn fill_static(&mut self, elems: &[(i64, ExprId)], len: i64, p: Value, elem: Ty) -> bool {
        if elems.len() < MIN_STATIC_ELEMS || !matches!(self.under(elem), TyKind::Basic(_)) {
            return false;
        }
        let size = self.size_of(elem) as usize;
        let mut bytes = vec![0u8; len as usize * size];
        for (i, x) in elems {
            let Some(c) = self.lo.checker.info.const_value(self.tree.id, *x).cloned() else { return false };
            let Some(b) = self.const_bytes(&c, elem) else { return false };
            bytes[*i as usize * size..][..size].copy_from_slice(&b);
        }
        let align = self.layout(elem).align;
        let id = self.lo.const_data(&bytes, align);
        let src = self.fr.b.emit(Op::DataAddr(id), Ty::UNSAFE_POINTER);
        let n = self.iconst(bytes.len() as i64, Ty::UINTPTR);
        self.intrinsic_void(Intrinsic::MemMove, &[p, src, n]);
        true
    }

    fn slice_lit(&mut self, e: ExprId, ty: Ty, elem: Ty) -> Value {
        let (_, len) = self.indexed_elems(e);
        let arr = self.lo.prog.types.array(elem, len as u64);
        let p = self.alloc(arr);
        self.fill_elems(e, p, elem);
        self.slice_from_array(p, len as u64, len as u64, ty)
    }

    fn map_lit(&mut self, e: ExprId, ty: Ty, kt: Ty, vt: Ty) -> Value {
        let elems = self.elems_of(e);
        let hint = self.int(elems.len() as i64);
        self.at(e);
        let m = self.make_map(ty, Some(hint));
        let tree = Arc::clone(&self.tree);
        for el in elems.iter() {
            let ExprKind::KeyValue { key, value } = tree.exprs[*el].kind else { continue };
            let k = self.expr_to(key, kt);
            let v = self.expr_to(value, vt);
            self.at(key);
            let p = self.map_assign(m, k);
            self.store(p, v);
        }
        m
    }
}
