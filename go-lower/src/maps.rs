//! Maps: access, assignment, deletion through the runtime, with its fast variants per kind of key.

use super::body::Body;
use go_ast::ExprId;
use go_ir::ir::{Intrinsic, Op, Value};
use go_ir::ty::{Basic, Ty, TyKind};

/// Elements above this size have no fast variants (`abi.MapMaxElemBytes`).
const MAX_FAST_ELEM: u64 = 128;
/// Control word of a group without entries (`abi.MapCtrlEmpty`).
const EMPTY_GROUP: i64 = 0x8080_8080_8080_8080_u64 as i64;
/// Size of the runtime's zero value (`abi.ZeroValSize`): larger elements need the two-result access.
const ZERO_VAL: u64 = 1024;

/// Which variant of the map functions a map type uses.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum MapKind {
    /// Any key, by pointer.
    Slow,
    /// 4 bytes without pointers.
    Fast32,
    /// 8 bytes without pointers.
    Fast64,
    /// A pointer.
    Fast64Ptr,
    /// A string.
    FastStr,
}

impl Body<'_, '_> {
    /// Variant for a map type.
    pub(super) fn map_kind(&mut self, key: Ty, elem: Ty) -> MapKind {
        if self.size_of(elem) > MAX_FAST_ELEM {
            return MapKind::Slow;
        }
        match self.under(key) {
            TyKind::Basic(b) => match b {
                Basic::Int32 | Basic::Uint32 => MapKind::Fast32,
                Basic::Int | Basic::Int64 | Basic::Uint | Basic::Uint64 | Basic::Uintptr => MapKind::Fast64,
                Basic::String => MapKind::FastStr,
                Basic::UnsafePointer => MapKind::Fast64Ptr,
                _ => MapKind::Slow,
            },
            TyKind::Pointer(_) | TyKind::Chan(..) => MapKind::Fast64Ptr,
            _ => MapKind::Slow,
        }
    }

    fn map_types(&self, mt: Ty) -> (Ty, Ty) {
        match self.under(mt) {
            TyKind::Map(k, v) => (k, v),
            _ => (Ty::INT, Ty::INT),
        }
    }

    /// Key argument and name suffix of a lookup or deletion.
    fn key_arg(&mut self, kind: MapKind, key: Value) -> (Value, &'static str) {
        match kind {
            MapKind::Slow => {
                let p = self.spill(key);
                (p, "")
            }
            MapKind::Fast32 => (self.convert_num(key, Ty::UINT32), "_fast32"),
            MapKind::Fast64 => (self.convert_num(key, Ty::UINT64), "_fast64"),
            MapKind::Fast64Ptr => (self.bitcast(key, Ty::UINT64), "_fast64"),
            MapKind::FastStr => (key, "_faststr"),
        }
    }

    /// Map and key of an index expression.
    fn map_operands(&mut self, e: ExprId, x: ExprId, i: ExprId) -> (Value, Value) {
        let mt = self.ety(x);
        let (kt, _) = self.map_types(mt);
        self.order_all(&[x, i]);
        let m = self.expr(x);
        let k = self.read_only_string(i, kt);
        self.at(e);
        (m, k)
    }

    /// `m[k]`
    pub(super) fn map_get(&mut self, e: ExprId, x: ExprId, i: ExprId) -> Value {
        let (m, k) = self.map_operands(e, x, i);
        let mt = self.fr.b.ty(m);
        let (kt, et) = self.map_types(mt);
        if self.size_of(et) > ZERO_VAL {
            return self.map_lookup(m, k).0;
        }
        let kind = self.map_kind(kt, et);
        let desc = self.type_desc(mt);
        let (arg, suffix) = self.key_arg(kind, k);
        let pty = self.ptr_to(et);
        let p = self.call_rt1(&format!("mapaccess1{suffix}"), &[desc, m, arg], pty);
        self.load(p, et)
    }

    /// Value for a key in a map, operands given.
    pub(super) fn map_value(&mut self, m: Value, k: Value) -> Value {
        self.map_lookup(m, k).0
    }

    /// `v, ok := m[k]`
    pub(super) fn map_get_ok(&mut self, e: ExprId, x: ExprId, i: ExprId) -> (Value, Value) {
        let (m, k) = self.map_operands(e, x, i);
        self.map_lookup(m, k)
    }

    /// Looks a key up: value and presence.
    fn map_lookup(&mut self, m: Value, k: Value) -> (Value, Value) {
        let mt = self.fr.b.ty(m);
        let (kt, et) = self.map_types(mt);
        let kind = self.map_kind(kt, et);
        let desc = self.type_desc(mt);
        let (arg, suffix) = self.key_arg(kind, k);
        let r = self.call_rt(&format!("mapaccess2{suffix}"), &[desc, m, arg]);
        let (p, ok) = (r[0], r[1]);
        let pty = self.ptr_to(et);
        let p = self.bitcast(p, pty);
        if self.size_of(et) > ZERO_VAL {
            let v = self.if_value(ok, et, |s| s.load(p, et), |s| s.zero(et));
            return (v, ok);
        }
        (self.load(p, et), ok)
    }

    /// Address of the element for key `k`, which is added if absent.
    pub(super) fn map_assign(&mut self, m: Value, k: Value) -> Value {
        let mt = self.fr.b.ty(m);
        let (kt, et) = self.map_types(mt);
        let kind = self.map_kind(kt, et);
        let desc = self.type_desc(mt);
        let pty = self.ptr_to(et);
        let (arg, name) = match kind {
            MapKind::Fast64Ptr => (self.bitcast(k, Ty::UNSAFE_POINTER), "mapassign_fast64ptr"),
            MapKind::Slow => (self.spill(k), "mapassign"),
            MapKind::Fast32 => (self.convert_num(k, Ty::UINT32), "mapassign_fast32"),
            MapKind::Fast64 => (self.convert_num(k, Ty::UINT64), "mapassign_fast64"),
            MapKind::FastStr => (k, "mapassign_faststr"),
        };
        self.call_rt1(name, &[desc, m, arg], pty)
    }

    /// `delete(m, k)`
    pub(super) fn map_delete(&mut self, m: Value, k: Value) {
        let mt = self.fr.b.ty(m);
        let (kt, et) = self.map_types(mt);
        let kind = self.map_kind(kt, et);
        let desc = self.type_desc(mt);
        let (arg, suffix) = self.key_arg(kind, k);
        self.call_rt(&format!("mapdelete{suffix}"), &[desc, m, arg]);
    }

    /// `len(m)`: the first word of the map.
    pub(super) fn map_len(&mut self, m: Value) -> Value {
        let nil = self.is_zero(m);
        let pty = self.ptr_to(Ty::UINT64);
        self.if_value(
            nil,
            Ty::INT,
            |s| s.int(0),
            |s| {
                let p = s.bitcast(m, pty);
                let n = s.load(p, Ty::UINT64);
                s.convert_num(n, Ty::INT)
            },
        )
    }

    /// Gives a new small map room on the stack for its first entries, if it is local.
    fn first_group(&mut self, m: Value, mt: Ty) {
        let (kt, et) = self.map_types(mt);
        let (group, _) = self.lo.map_group(kt, et);
        let size = self.size_of(group);
        let site = self.fr.b.new_site();
        let pty = self.ptr_to(group);
        let g = self.fr.b.emit(Op::Buffer { ty: group, site }, pty);
        let map = self.lo.named_type("internal/runtime/maps", "Map");
        let name = self.lo.checker.store.interner.intern("dirPtr");
        let Some(field) = self.field_by_name(map, name) else { return };
        let none = self.is_zero(g);
        let local = self.not(none);
        self.if_then(local, |s| {
            let bytes = s.iconst(size as i64, Ty::UINTPTR);
            s.intrinsic_void(Intrinsic::MemZero, &[g, bytes]);
            let control = s.ptr_to(Ty::UINT64);
            let p = s.bitcast(g, control);
            let empty = s.iconst(EMPTY_GROUP, Ty::UINT64);
            s.store(p, empty);
            let words = s.ptr_to(Ty::UNSAFE_POINTER);
            let pm = s.ptr_to(map);
            let m = s.bitcast(m, pm);
            let p = s.fr.b.emit(Op::FieldAddr { base: m, ty: map, field }, words);
            let g = s.bitcast(g, Ty::UNSAFE_POINTER);
            s.store(p, g);
        });
    }

    /// `make(map[K]V, hint)`
    pub(super) fn make_map(&mut self, mt: Ty, hint: Option<Value>) -> Value {
        let small = match hint {
            None => true,
            Some(h) => self.fr.b.const_int_of(h).is_some_and(|n| n <= 8),
        };
        if small {
            self.lo.use_type(mt);
            let m = self.call_rt1("makemap_small", &[], mt);
            self.first_group(m, mt);
            return m;
        }
        let hint = hint.unwrap_or_else(|| self.int(0));
        let desc = self.type_desc(mt);
        let nil = self.fr.b.emit(Op::Zero, Ty::UNSAFE_POINTER);
        self.call_rt1("makemap", &[desc, hint, nil], mt)
    }
}
