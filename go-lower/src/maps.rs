//! Maps: access, assignment, deletion through the runtime, with its fast variants per kind of key.

use super::body::Body;
use go_ast::ExprId;
use go_ir::ir::{Op, Value};
use go_ir::ty::{Basic, Ty, TyKind};

/// Elements above this size have no fast variants (`abi.MapMaxElemBytes`).
const MAX_FAST_ELEM: u64 = 128;
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
        let k = match self.string_of_bytes(i) {
            Some(b) => {
                let v = self.expr(b);
                let s = self.bytes_as_string(v);
                self.convert_to(s, kt)
            }
            None => self.expr_to(i, kt),
        };
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

    /// `make(map[K]V, hint)`
    pub(super) fn make_map(&mut self, mt: Ty, hint: Option<Value>) -> Value {
        let small = match hint {
            None => true,
            Some(h) => self.fr.b.const_int_of(h).is_some_and(|n| n <= 8),
        };
        if small {
            self.lo.use_type(mt);
            return self.call_rt1("makemap_small", &[], mt);
        }
        let hint = hint.unwrap_or_else(|| self.int(0));
        let desc = self.type_desc(mt);
        let nil = self.fr.b.emit(Op::Zero, Ty::UNSAFE_POINTER);
        self.call_rt1("makemap", &[desc, hint, nil], mt)
    }
}
