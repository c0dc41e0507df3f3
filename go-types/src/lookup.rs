//! Fields and methods by name, and missing methods.
//!
//! Source: spec "Selectors", "Method sets", "Implementing an interface"; go/types' `lookup.go`.

use crate::check::Checker;
use crate::object::{ObjId, ObjectKind, PkgId};
use crate::ty::{StructType, Type, TypeId};
use crate::unify::Unifier;
use go_source::Symbol;
use std::sync::Arc;

/// What a lookup finds: the field or method, its path (not empty without an object: the name is
/// ambiguous), and whether a pointer was followed on the way (without an object and path: the method
/// needs a pointer receiver).
pub type LookupResult = (Option<ObjId>, Vec<u32>, bool);

/// How method signatures are compared in [`Checker::missing_method`].
pub(crate) enum Equivalence<'a> {
    /// They must be identical.
    Identical,
    /// They must unify.
    Unify(&'a mut Unifier),
}

/// A type found at some depth of embedding.
struct Embedded {
    ty: TypeId,
    index: Vec<u32>,
    /// A pointer was followed on the way.
    indirect: bool,
    /// The type occurs several times at this depth.
    multiples: bool,
}

/// Why a type lacks a method.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Missing {
    NotFound,
    WrongName,
    Unexported,
    WrongSig,
    Ambiguous,
    PtrRecv,
    Field,
}

fn concat(list: &[u32], i: usize) -> Vec<u32> {
    let mut v = Vec::with_capacity(list.len() + 1);
    v.extend_from_slice(list);
    v.push(i as u32);
    v
}

impl Checker {
    /// The field or method `name` of `t`, as seen from package `pkg`. `addressable` says whether
    /// the operand is, so that methods with pointer receivers count. With `fold_case`, case and
    /// packages are ignored (for hints in messages).
    pub fn lookup_field_or_method(
        &mut self,
        t: TypeId,
        addressable: bool,
        pkg: Option<PkgId>,
        name: Symbol,
        fold_case: bool,
    ) -> LookupResult {
        // A named pointer type has no methods, but the fields of its base type.
        if let Some(n) = self.as_named(t) {
            let u = self.under(n);
            if matches!(self.store.types[u], Type::Pointer { .. }) {
                let r = self.lookup_impl(u, false, pkg, name, fold_case);
                if let Some(obj) = r.0
                    && matches!(self.store.objects[obj].kind, ObjectKind::Func { .. })
                {
                    return (None, Vec::new(), false);
                }
                return r;
            }
        }
        self.lookup_impl(t, addressable, pkg, name, fold_case)
    }

    fn lookup_impl(
        &mut self,
        t: TypeId,
        addressable: bool,
        pkg: Option<PkgId>,
        name: Symbol,
        fold_case: bool,
    ) -> LookupResult {
        const NOTHING: LookupResult = (None, Vec::new(), false);
        if name.is_blank() {
            return NOTHING;
        }
        let (typ, is_ptr) = self.deref(t);
        // A pointer to an interface (or type parameter) has no methods.
        if is_ptr && self.is_interface(typ) {
            return NOTHING;
        }
        let mut current = vec![Embedded { ty: typ, index: Vec::new(), indirect: is_ptr, multiples: false }];
        // Named types seen at shallower depths: they hide the same types further down.
        let mut seen: Vec<TypeId> = Vec::new();
        let mut found: Option<ObjId> = None;
        let mut index: Vec<u32> = Vec::new();
        let mut indirect = false;
        while !current.is_empty() {
            let mut next: Vec<Embedded> = Vec::new();
            for e in &current {
                let collision = found.is_some() || e.multiples;
                if let Some(named) = self.as_named(e.ty) {
                    if seen.iter().any(|s| self.identical(*s, named)) {
                        continue;
                    }
                    seen.push(named);
                    if let Some((i, m)) = self.lookup_named_method(named, pkg, name, fold_case) {
                        index = concat(&e.index, i);
                        if collision {
                            return (None, index, false);
                        }
                        found = Some(m);
                        indirect = e.indirect;
                        continue;
                    }
                }
                let u = self.under(e.ty);
                match &self.store.types[u] {
                    Type::Struct(s) => {
                        let s: Arc<StructType> = Arc::clone(s);
                        for (i, f) in s.fields.iter().enumerate() {
                            if self.same_id(*f, pkg, name, fold_case) {
                                index = concat(&e.index, i);
                                if found.is_some() || e.multiples {
                                    return (None, index, false);
                                }
                                found = Some(*f);
                                indirect = e.indirect;
                                continue;
                            }
                            // Only needed while there is no match at this depth.
                            if found.is_none() && self.store.objects[*f].is_embedded() {
                                let (ty, ptr) = self.deref(self.store.objects[*f].ty);
                                next.push(Embedded {
                                    ty,
                                    index: concat(&e.index, i),
                                    indirect: e.indirect || ptr,
                                    multiples: e.multiples,
                                });
                            }
                        }
                    }
                    Type::Interface(_) => {
                        let set = self.type_set(u);
                        if let Some((i, m)) = self.type_set_lookup(&set, pkg, name, fold_case) {
                            index = concat(&e.index, i);
                            if collision {
                                return (None, index, false);
                            }
                            found = Some(m);
                            indirect = e.indirect;
                        }
                    }
                    _ => {}
                }
            }
            if let Some(obj) = found {
                // A method with pointer receiver needs a pointer or something addressable.
                if matches!(self.store.objects[obj].kind, ObjectKind::Func { .. })
                    && !indirect
                    && !addressable
                    && self.has_ptr_recv(obj)
                {
                    return (None, Vec::new(), true);
                }
                return (found, index, indirect);
            }
            current = self.consolidate_multiples(next);
        }
        NOTHING
    }

    fn consolidate_multiples(&mut self, list: Vec<Embedded>) -> Vec<Embedded> {
        if list.len() <= 1 {
            return list;
        }
        let mut out: Vec<Embedded> = Vec::with_capacity(list.len());
        for e in list {
            let mut same = out.iter().position(|o| o.ty == e.ty);
            if same.is_none() {
                same = (0..out.len()).find(|i| self.identical(out[*i].ty, e.ty));
            }
            match same {
                Some(i) => out[i].multiples = true,
                None => out.push(e),
            }
        }
        out
    }

    /// The declared method `name` of named type `named` with its index. For an instance the method
    /// is instantiated.
    pub(crate) fn lookup_named_method(
        &mut self,
        named: TypeId,
        pkg: Option<PkgId>,
        name: Symbol,
        fold_case: bool,
    ) -> Option<(usize, ObjId)> {
        let data = self.store.named_data(named)?;
        let orig = self.store.named_data(data.orig)?;
        if orig.methods.is_empty() || name.is_blank() {
            return None;
        }
        if !(self.store.objects[orig.obj].pkg == pkg || fold_case || self.is_exported(name)) {
            return None;
        }
        let text = self.store.text(name);
        let i = orig.methods.iter().position(|m| {
            m.is_some_and(|m| {
                let n = self.store.objects[m].name;
                n == name || fold_case && crate::check::under::equal_fold(self.store.text(n), text)
            })
        })?;
        Some((i, self.named_method(named, i)?))
    }

    /// Number of methods declared for a named type or its origin.
    #[must_use]
    pub fn num_methods(&self, named: TypeId) -> usize {
        self.store.named_data(named).and_then(|n| self.store.named_data(n.orig)).map_or(0, |n| n.methods.len())
    }

    /// Whether a method has a pointer receiver.
    pub fn has_ptr_recv(&self, f: ObjId) -> bool {
        let o = &self.store.objects[f];
        if let Type::Signature(sig) = &self.store.types[o.ty]
            && let Some(r) = sig.recv
        {
            return self.deref(self.store.objects[r].ty).1;
        }
        matches!(o.kind, ObjectKind::Func { ptr_recv: true, .. })
    }

    /// The first method of interface `t` that `v` lacks, and whether `v` has one of that name which
    /// does not fit. With `is_static`, an interface `v` must have all methods; otherwise only those
    /// that it has must fit. `cause` takes an explanation, in parentheses.
    pub(crate) fn missing_method(
        &mut self,
        v: TypeId,
        t: TypeId,
        is_static: bool,
        mut equivalent: Equivalence<'_>,
        cause: Option<&mut String>,
    ) -> Option<(ObjId, bool)> {
        let tu = self.under(t);
        let methods = self.type_set(tu);
        if methods.methods.is_empty() {
            return None;
        }
        let vu = self.under(v);
        let vset = matches!(self.store.types[vu], Type::Interface(_)).then(|| self.type_set(vu));
        let mut missing: Option<(ObjId, Missing, Option<ObjId>)> = None;
        for m in &methods.methods {
            let (mpkg, mname) = (self.store.objects[*m].pkg, self.store.objects[*m].name);
            let f;
            if let Some(vset) = &vset {
                match self.type_set_lookup(vset, mpkg, mname, false) {
                    Some((_, g)) => f = g,
                    None if !is_static => continue,
                    None => {
                        missing = Some((*m, Missing::NotFound, None));
                        break;
                    }
                }
            } else {
                let (obj, index, indirect) = self.lookup_impl(v, false, mpkg, mname, false);
                let Some(obj) = obj else {
                    let (state, alt) = if !index.is_empty() {
                        (Missing::Ambiguous, None)
                    } else if indirect {
                        (Missing::PtrRecv, None)
                    } else {
                        self.similar_method(v, *m)
                    };
                    missing = Some((*m, state, alt));
                    break;
                };
                if !matches!(self.store.objects[obj].kind, ObjectKind::Func { .. }) {
                    missing = Some((*m, Missing::Field, None));
                    break;
                }
                // Methods get their signatures lazily.
                self.obj_decl(obj);
                f = obj;
            }
            let (ft, mt) = (self.store.objects[f].ty, self.store.objects[*m].ty);
            let same = match &mut equivalent {
                Equivalence::Identical => self.identical(ft, mt),
                Equivalence::Unify(u) => self.unify_exact(u, ft, mt),
            };
            if !same {
                missing = Some((*m, Missing::WrongSig, Some(f)));
                break;
            }
        }
        let (m, state, f) = missing?;
        if let Some(cause) = cause {
            if let Some(f) = f {
                self.obj_decl(f);
            }
            *cause = self.missing_method_cause(v, t, m, state, f);
        }
        Some((m, matches!(state, Missing::WrongSig | Missing::PtrRecv)))
    }

    /// A method of `v` whose name differs from `m`'s in case or package only.
    fn similar_method(&mut self, v: TypeId, m: ObjId) -> (Missing, Option<ObjId>) {
        let (pkg, name) = (self.store.objects[m].pkg, self.store.objects[m].name);
        let (obj, ..) = self.lookup_impl(v, false, pkg, name, true);
        match obj {
            Some(f) if matches!(self.store.objects[f].kind, ObjectKind::Func { .. }) => {
                let state = if self.store.objects[f].name == name { Missing::Unexported } else { Missing::WrongName };
                (state, Some(f))
            }
            _ => (Missing::NotFound, None),
        }
    }

    fn missing_method_cause(&mut self, v: TypeId, t: TypeId, m: ObjId, state: Missing, f: Option<ObjId>) -> String {
        let name = self.store.text(self.store.objects[m].name);
        let have_want = |c: &Checker, full: bool| {
            let have = f.map(|f| c.func_string(f, full)).unwrap_or_default();
            (have, c.func_string(m, full))
        };
        match state {
            Missing::NotFound => {
                if self.is_interface_ptr(v) {
                    format!("({})", self.interface_ptr_error(v))
                } else if self.is_interface_ptr(t) {
                    format!("({})", self.interface_ptr_error(t))
                } else {
                    format!("(missing method {name})")
                }
            }
            Missing::WrongName => {
                let (have, want) = have_want(self, false);
                format!("(missing method {name})\n\t\thave {have}\n\t\twant {want}")
            }
            Missing::Unexported => format!("(unexported method {name})"),
            Missing::WrongSig => {
                let (mut have, mut want) = have_want(self, false);
                if have == want {
                    (have, want) = have_want(self, true); // tell packages apart
                }
                if have == want {
                    return format!("(wrong type for method {name})");
                }
                format!("(wrong type for method {name})\n\t\thave {have}\n\t\twant {want}")
            }
            Missing::Ambiguous => format!("(ambiguous selector {}.{name})", self.type_string(v)),
            Missing::PtrRecv => format!("(method {name} has pointer receiver)"),
            Missing::Field => {
                format!("({}.{name} is a field, not a method)", self.type_string(v))
            }
        }
    }

    /// Whether `v` has all methods of `t` (or is erroneous).
    pub(crate) fn has_all_methods(
        &mut self,
        v: TypeId,
        t: TypeId,
        is_static: bool,
        equivalent: Equivalence<'_>,
        cause: Option<&mut String>,
    ) -> bool {
        if !self.is_valid_type(v) {
            return true;
        }
        self.missing_method(v, t, is_static, equivalent, cause).is_none()
            || self.has_invalid_embedded_fields(v, &mut Vec::new())
    }

    fn has_invalid_embedded_fields(&mut self, t: TypeId, seen: &mut Vec<TypeId>) -> bool {
        let t = self.deref_struct_ptr(t);
        let u = self.under(t);
        let Type::Struct(s) = &self.store.types[u] else { return false };
        if seen.contains(&u) {
            return false;
        }
        seen.push(u);
        let s = Arc::clone(s);
        s.fields.iter().any(|f| {
            let o = &self.store.objects[*f];
            let (embedded, ty) = (o.is_embedded(), o.ty);
            embedded && (!self.is_valid_type(ty) || self.has_invalid_embedded_fields(ty, seen))
        })
    }

    /// Whether `t` is a pointer to an interface or type parameter.
    pub(crate) fn is_interface_ptr(&mut self, t: TypeId) -> bool {
        let u = self.under(t);
        match self.store.types[u] {
            Type::Pointer { elem } => self.is_interface(elem),
            _ => false,
        }
    }

    /// Explains that `t` is a pointer to an interface or type parameter.
    pub(crate) fn interface_ptr_error(&mut self, t: TypeId) -> String {
        let u = self.under(t);
        let ts = self.type_string(t);
        match self.store.types[u] {
            Type::Pointer { elem } if self.is_type_param(elem) => {
                format!("type {ts} is pointer to type parameter, not type parameter")
            }
            _ => format!("type {ts} is pointer to interface, not interface"),
        }
    }

    /// A method's name and signature without parameter names; `pkg_info` tells packages apart.
    pub(crate) fn func_string(&self, f: ObjId, pkg_info: bool) -> String {
        let o = &self.store.objects[f];
        let mut s = self.store.text(o.name).to_owned();
        if let Type::Signature(sig) = &self.store.types[o.ty] {
            s.push_str(&self.signature_string(sig, false, pkg_info));
        }
        s
    }

    /// Whether a value of interface `v` can be asserted to be a `t`.
    pub(crate) fn assertable_to(&mut self, v: TypeId, t: TypeId, cause: Option<&mut String>) -> bool {
        // An interface `t` is tested when the program runs.
        if self.is_interface(t) {
            return true;
        }
        self.has_all_methods(t, v, false, Equivalence::Identical, cause)
    }

    /// The base type of a pointer type (not of a named one), and whether `t` is a pointer.
    #[must_use]
    pub fn deref(&self, t: TypeId) -> (TypeId, bool) {
        match self.store.types[self.store.unalias(t)] {
            Type::Pointer { elem } => (elem, true),
            _ => (t, false),
        }
    }

    /// The struct type that `t` points to, or `t`.
    pub(crate) fn deref_struct_ptr(&mut self, t: TypeId) -> TypeId {
        let u = self.under(t);
        if let Type::Pointer { elem } = self.store.types[u] {
            let eu = self.under(elem);
            if matches!(self.store.types[eu], Type::Struct(_)) {
                return elem;
            }
        }
        t
    }

    /// The names of the fields along a path of indices, joined by dots.
    pub(crate) fn field_path(&mut self, t: TypeId, index: &[u32]) -> String {
        let mut names: Vec<&'static str> = Vec::new();
        let mut t = t;
        for i in index {
            t = self.deref_struct_ptr(t);
            let u = self.under(t);
            let Type::Struct(s) = &self.store.types[u] else { break };
            let Some(f) = s.fields.get(*i as usize) else { break };
            let o = &self.store.objects[*f];
            names.push(self.store.text(o.name));
            t = o.ty;
        }
        names.join(".")
    }
}
