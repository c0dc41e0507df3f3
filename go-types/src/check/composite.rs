//! Composite literals (spec "Composite literals"; promoted fields as keys since Go 1.27).

use super::version::GO1_27;
use super::{Checker, Operand};
use crate::codes;
use crate::constant::{self, ConstValue};
use crate::info::Mode;
use crate::object::{ObjId, ObjectKind};
use crate::ty::{StructType, Type, TypeId};
use go_ast::{ExprId, ExprKind};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeMap;
use std::sync::Arc;

impl Checker {
    /// Evaluates the composite literal `e`; `hint` is its type if the literal is an element of
    /// another one and has no type of its own.
    pub(crate) fn composite_lit(&mut self, x: &mut Operand, e: ExprId, hint: Option<TypeId>) {
        let tree = self.tree();
        let ExprKind::CompositeLit { ty, elems, rbrace, .. } = &tree.expr(e).kind else { return };
        let mut is_elem = false;
        let (typ, base) = match (*ty, hint) {
            (Some(t), _) => {
                let typ = match tree.expr(t).kind {
                    ExprKind::ArrayType { len: None, elem } => {
                        let elem = self.var_type(elem);
                        self.store.new_type(Type::Array { elem, len: -1 })
                    }
                    _ => self.typ(t),
                };
                (typ, typ)
            }
            (None, Some(hint)) => {
                is_elem = true;
                let base = match self.common_under(hint, None) {
                    Ok(u) => match self.store.types[u] {
                        Type::Pointer { elem } => elem,
                        _ => hint,
                    },
                    Err(_) => hint,
                };
                (hint, base)
            }
            (None, None) => {
                let msg = "missing type in composite literal";
                self.err_expr(e, codes::UNTYPED_LIT, msg);
                (TypeId::INVALID, TypeId::INVALID)
            }
        };
        if !self.is_complete(base) {
            x.invalidate();
            return;
        }

        let u = self.common_under(base, None).ok();
        match u.map(|u| self.store.types[u].clone()) {
            Some(Type::Struct(s)) => match elems.first() {
                None => {}
                Some(first) if matches!(tree.expr(*first).kind, ExprKind::KeyValue { .. }) => {
                    self.keyed_struct_lit(x, elems, base, u.unwrap_or_default());
                }
                Some(_) => self.plain_struct_lit(x, elems, base, &s, *rbrace),
            },
            Some(Type::Array { elem, len }) => {
                let n = self.indexed_elts(elems, elem, len);
                if len < 0
                    && let Some(u) = u
                {
                    self.store.types[u] = Type::Array { elem, len: n };
                    if let Some(t) = *ty {
                        self.record_type_and_value(t, Mode::TypeExpr, u, None);
                    }
                }
            }
            Some(Type::Slice { elem }) => {
                self.indexed_elts(elems, elem, -1);
            }
            Some(Type::Map { key, elem }) => self.map_lit(x, elems, key, elem),
            other => {
                for el in elems {
                    let el = match tree.expr(*el).kind {
                        ExprKind::KeyValue { value, .. } => value,
                        _ => *el,
                    };
                    self.use_exprs(&[el]);
                }
                if other.is_none() || u.is_some_and(|u| self.is_valid_type(u)) {
                    let qualifier = if is_elem { " element" } else { "" };
                    let cause = if other.is_none() { " (no common underlying type)" } else { "" };
                    let ts = self.type_string(typ);
                    let msg = format!("invalid composite literal{qualifier} type {ts}{cause}");
                    self.err_expr(e, codes::INVALID_LIT, msg);
                    x.invalidate();
                    return;
                }
            }
        }
        x.mode = Mode::Value;
        x.ty = typ;
    }

    /// `T{f: v, …}`
    fn keyed_struct_lit(&mut self, x: &mut Operand, elems: &[ExprId], base: TypeId, u: TypeId) {
        let tree = self.tree();
        let mut visited = FieldPaths::default();
        let pkg = Some(self.env().pkg);
        for el in elems {
            let ExprKind::KeyValue { key, value } = tree.expr(*el).kind else {
                let msg = "mixture of field:value and value elements in struct literal";
                self.err_expr(*el, codes::MIXED_STRUCT_LIT, msg);
                continue;
            };
            self.generic_expr(x, value, None);
            let ExprKind::Name(name) = tree.expr(key).kind else {
                let ks = self.expr_string(key);
                let msg = format!("invalid field name {ks} in struct literal");
                self.err_expr(*el, codes::INVALID_LIT_FIELD, msg);
                continue;
            };
            let (obj, path, indirect) = self.lookup_field_or_method(u, false, pkg, name, false);
            let Some(fld) = obj else {
                let (alt, ..) = self.lookup_field_or_method(u, false, pkg, name, true);
                let text = self.store.text(name);
                let msg = self.lookup_error(base, text, alt, true);
                self.err_expr(key, codes::MISSING_LIT_FIELD, msg);
                continue;
            };
            let text = self.store.text(name);
            if !matches!(self.store.objects[fld].kind, ObjectKind::Var { .. }) {
                let msg = format!("{text} is not a field");
                self.err_expr(key, codes::MISSING_LIT_FIELD, msg);
                continue;
            }
            if path.len() > 1 && !self.allow_version(GO1_27) {
                let dotted = self.field_path(u, &path);
                let ts = self.type_string(base);
                let what = format!("use of promoted field {dotted} in struct literal of type {ts}");
                self.version_errorf(key, GO1_27, what);
                continue;
            }
            if indirect {
                let msg = format!("invalid implicit pointer indirection to reach {text}");
                self.err_expr(key, codes::INVALID_LIT_FIELD, msg);
                continue;
            }
            self.record_use(tree.expr(key).span.lo, fld);
            let fty = self.store.objects[fld].ty;
            self.assignment(x, Some(fty), "struct literal");
            if let Some((alt, n)) = visited.insert(&path, fld) {
                let alt_text = self.store.text(self.store.objects[alt].name);
                let msg = if alt == fld {
                    format!("duplicate field name {text} in struct literal")
                } else if n < path.len() {
                    format!("cannot specify promoted field {text} and enclosing embedded field {alt_text}")
                } else {
                    format!("cannot specify embedded field {text} and enclosed promoted field {alt_text}")
                };
                self.err_expr(*el, codes::DUPLICATE_LIT_FIELD, msg);
            }
        }
    }

    /// `T{v, …}`
    fn plain_struct_lit(
        &mut self,
        x: &mut Operand,
        elems: &[ExprId],
        base: TypeId,
        s: &StructType,
        rbrace: go_source::Pos,
    ) {
        let tree = self.tree();
        let pkg = self.env().pkg;
        for (i, el) in elems.iter().enumerate() {
            if matches!(tree.expr(*el).kind, ExprKind::KeyValue { .. }) {
                let msg = "mixture of field:value and value elements in struct literal";
                self.err_expr(*el, codes::MIXED_STRUCT_LIT, msg);
                continue;
            }
            self.generic_expr(x, *el, None);
            let Some(fld) = s.fields.get(i) else {
                let ts = self.type_string(base);
                let msg = format!("too many values in struct literal of type {ts}");
                self.err_operand(x, codes::INVALID_STRUCT_LIT, msg);
                break;
            };
            let f = self.store.objects[*fld].clone();
            if !self.is_exported(f.name) && f.pkg != Some(pkg) {
                let (name, ts) = (self.store.text(f.name), self.type_string(base));
                let msg = format!("implicit assignment to unexported field {name} in struct literal of type {ts}");
                self.err_operand(x, codes::UNEXPORTED_LIT_FIELD, msg);
                continue;
            }
            self.assignment(x, Some(f.ty), "struct literal");
        }
        if elems.len() < s.fields.len() {
            let hidden = s.fields.iter().any(|f| {
                let f = &self.store.objects[*f];
                !self.is_exported(f.name) && f.pkg != Some(pkg)
            });
            let hint = if hidden { " (type has unexported fields - use key:value pairs)" } else { "" };
            let ts = self.type_string(base);
            let msg = format!("too few values in struct literal of type {ts}{hint}");
            self.error(rbrace, codes::INVALID_STRUCT_LIT, msg);
        }
    }

    /// `map[K]V{k: v, …}`
    fn map_lit(&mut self, x: &mut Operand, elems: &[ExprId], key: TypeId, elem: TypeId) {
        let tree = self.tree();
        let key_is_interface = self.is_non_type_param_interface(key);
        let mut visited: FxHashMap<MapKey, Vec<TypeId>> = FxHashMap::default();
        for el in elems {
            let ExprKind::KeyValue { key: k, value } = tree.expr(*el).kind else {
                self.err_expr(*el, codes::MISSING_LIT_KEY, "missing key in map literal");
                continue;
            };
            self.generic_expr(x, k, Some(key));
            self.assignment(x, Some(key), "map literal");
            if !x.is_valid() {
                continue;
            }
            if x.is_const() {
                let seen = visited.entry(map_key(&x.val)).or_default();
                let duplicate = if key_is_interface {
                    let types = seen.clone();
                    seen.push(x.ty);
                    types.into_iter().any(|t| self.identical(t, x.ty))
                } else {
                    let old = !seen.is_empty();
                    seen.push(x.ty);
                    old
                };
                if duplicate {
                    let msg = format!("duplicate key {} in map literal", x.val);
                    self.err_operand(x, codes::DUPLICATE_LIT_KEY, msg);
                    continue;
                }
            }
            self.generic_expr(x, value, Some(elem));
            self.assignment(x, Some(elem), "map literal");
        }
    }

    /// Checks the elements of an array or slice literal; gives the length of the literal.
    fn indexed_elts(&mut self, elems: &[ExprId], ty: TypeId, len: i64) -> i64 {
        let tree = self.tree();
        let mut visited: FxHashSet<i64> = FxHashSet::default();
        let (mut index, mut max) = (0i64, 0i64);
        // Without keys, no index can come twice.
        let keyed = elems.iter().any(|e| matches!(tree.expr(*e).kind, ExprKind::KeyValue { .. }));
        for el in elems {
            let mut valid = false;
            let mut value = *el;
            if let ExprKind::KeyValue { key, value: v } = tree.expr(*el).kind {
                value = v;
                let (kt, i) = self.index(key, len);
                if self.is_valid_type(kt) {
                    if i >= 0 {
                        index = i;
                        valid = true;
                    } else {
                        let ks = self.expr_string(key);
                        let msg = format!("index {ks} must be integer constant");
                        self.err_expr(*el, codes::INVALID_LIT_INDEX, msg);
                    }
                }
            } else if len >= 0 && index >= len {
                let msg = format!("index {index} is out of bounds (>= {len})");
                self.err_expr(*el, codes::OVERSIZE_ARRAY_LIT, msg);
            } else {
                valid = true;
            }
            if valid && keyed && !visited.insert(index) {
                let msg = format!("duplicate index {index} in array or slice literal");
                self.err_expr(*el, codes::DUPLICATE_LIT_KEY, msg);
            }
            index = index.saturating_add(1);
            max = max.max(index);

            let mut x = Operand::new();
            self.generic_expr(&mut x, value, Some(ty));
            self.assignment(&mut x, Some(ty), "array or slice literal");
        }
        max
    }
}

/// A constant as map key: numbers of equal value are equal, whatever their representation.
#[derive(PartialEq, Eq, Hash)]
enum MapKey {
    Bool(bool),
    Str(Arc<[u8]>),
    Int(i64),
    Big(String),
    Float(u64),
    Complex(u64, u64),
}

fn map_key(v: &ConstValue) -> MapKey {
    let bits = |v: &ConstValue| {
        let f = constant::float64_val(v);
        // Positive and negative zero are the same key.
        if f == 0.0 { 0 } else { f.to_bits() }
    };
    match v {
        ConstValue::Bool(b) => return MapKey::Bool(*b),
        ConstValue::Str(s) => return MapKey::Str(Arc::clone(s.bytes())),
        _ => {}
    }
    let i = constant::to_int(v);
    if let Some(n) = constant::int64_val(&i) {
        return MapKey::Int(n);
    }
    if constant::is_int(&i) {
        return MapKey::Big(i.to_string());
    }
    if constant::is_float(&constant::to_float(v)) {
        return MapKey::Float(bits(v));
    }
    MapKey::Complex(bits(&constant::real(v)), bits(&constant::imag(v)))
}

/// Field paths that a struct literal sets: a trie, in which no path may be a prefix of another.
#[derive(Default)]
struct FieldPaths {
    root: BTreeMap<u32, PathNode>,
}

enum PathNode {
    Leaf(ObjId),
    Inner(BTreeMap<u32, PathNode>),
}

impl FieldPaths {
    /// Inserts a path; if it collides, gives a field of a colliding path and the length of the
    /// common prefix.
    fn insert(&mut self, path: &[u32], fld: ObjId) -> Option<(ObjId, usize)> {
        let mut map = &mut self.root;
        let (last, init) = path.split_last()?;
        for (n, i) in init.iter().enumerate() {
            let node = map.entry(*i).or_insert_with(|| PathNode::Inner(BTreeMap::new()));
            match node {
                PathNode::Leaf(f) => return Some((*f, n + 1)),
                PathNode::Inner(m) => map = m,
            }
        }
        match map.get(last) {
            None => {
                map.insert(*last, PathNode::Leaf(fld));
                None
            }
            Some(PathNode::Leaf(f)) => Some((*f, path.len())),
            Some(PathNode::Inner(m)) => {
                let mut m = m;
                loop {
                    match m.values().next()? {
                        PathNode::Leaf(f) => return Some((*f, path.len())),
                        PathNode::Inner(inner) => m = inner,
                    }
                }
            }
        }
    }
}
