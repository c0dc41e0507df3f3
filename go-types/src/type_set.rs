//! Type sets of interfaces and unions, and the term lists that describe them.
//!
//! Source: spec "Interface types", "General interfaces"; go/types' `typeset.go`, `termlist.go`.

use crate::check::Checker;
use crate::check::version::{GO1_14, GO1_18};
use crate::codes;
use crate::object::{ObjId, PkgId};
use crate::ty::{Term, Type, TypeId, TypeSet};
use go_source::{Pos, Symbol};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// More terms than this in a union are refused.
const MAX_TERM_COUNT: usize = 100;

/// A term list: `None` stands for all types, an empty list for none.
pub(crate) type Terms = Option<Vec<Term>>;

impl TypeSet {
    /// No type is in the set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.terms.as_ref().is_some_and(Vec::is_empty)
    }

    /// All types are in the set.
    #[must_use]
    pub fn is_all(&self) -> bool {
        self.is_method_set() && self.methods.is_empty()
    }

    /// The set is described by methods only.
    #[must_use]
    pub fn is_method_set(&self) -> bool {
        !self.comparable && self.terms.is_none()
    }

    /// There are specific types.
    #[must_use]
    pub fn has_terms(&self) -> bool {
        self.terms.as_ref().is_some_and(|t| !t.is_empty())
    }
}

impl Checker {
    /// The type set of an interface type.
    pub fn type_set(&mut self, iface: TypeId) -> Arc<TypeSet> {
        self.compute_interface_type_set(Pos::NONE, iface)
    }

    /// The type set of an interface type; errors in its elements are reported. An interface that is
    /// not complete yet has, for the time being, the set of all types.
    pub(crate) fn compute_interface_type_set(&mut self, pos: Pos, iface: TypeId) -> Arc<TypeSet> {
        let Type::Interface(id) = self.store.types[iface] else {
            return Arc::new(TypeSet::default());
        };
        if let Some(set) = &self.store.interfaces[id].type_set {
            return Arc::clone(set);
        }
        if !self.store.interfaces[id].complete {
            return Arc::new(TypeSet::default());
        }
        let _ = pos;
        // Interfaces that expand without end are reported elsewhere; this ends the recursion.
        self.store.interfaces[id].type_set = Some(Arc::new(TypeSet::default()));

        let mut all = MethodCollector::default();
        for m in self.store.interfaces[id].methods.clone() {
            let pos = self.store.objects[m].pos;
            all.add(self, pos, m, true);
        }
        let mut terms: Terms = None;
        let mut comparable = false;
        for i in 0..self.store.interfaces[id].embeddeds.len() {
            let data = &self.store.interfaces[id];
            let typ = data.embeddeds[i];
            let pos = data.embed_pos.get(i).copied().unwrap_or_default();
            let u = self.under(typ);
            let (yterms, ycomp) = match self.store.types[u] {
                Type::Interface(_) => {
                    let set = self.compute_interface_type_set(pos, u);
                    if self.can_report(pos) && self.is_imported_constraint(typ) && !self.allow_version(GO1_18) {
                        let what = self.type_string(typ);
                        let what = format!("embedding constraint interface {what}");
                        self.version_errorf(pos, GO1_18, what);
                        continue;
                    }
                    for m in &set.methods {
                        all.add(self, pos, *m, false);
                    }
                    (set.terms.clone(), set.comparable)
                }
                Type::Union(_) => {
                    if self.can_report(pos) && !self.allow_version(GO1_18) {
                        let what = format!("embedding interface element {}", self.type_string(u));
                        self.version_errorf(pos, GO1_18, what);
                        continue;
                    }
                    let Some(set) = self.compute_union_type_set(pos, u) else { continue };
                    (set.terms.clone(), false)
                }
                _ => {
                    if u == TypeId::INVALID {
                        continue;
                    }
                    if self.can_report(pos) && !self.allow_version(GO1_18) {
                        let what = format!("embedding non-interface type {}", self.type_string(typ));
                        self.version_errorf(pos, GO1_18, what);
                        continue;
                    }
                    (Some(vec![Term { tilde: false, ty: typ }]), false)
                }
            };
            (terms, comparable) = self.intersect_term_lists(terms, comparable, yterms, ycomp);
        }
        let mut methods = all.methods;
        self.sort_methods(&mut methods);
        let set = Arc::new(TypeSet { methods, terms, comparable });
        self.store.interfaces[id].type_set = Some(Arc::clone(&set));
        set
    }

    fn can_report(&self, pos: Pos) -> bool {
        pos.is_known() && self.env.is_some()
    }

    /// The type set of a union type; `None` if it has too many terms, which is reported once.
    pub(crate) fn compute_union_type_set(&mut self, pos: Pos, utyp: TypeId) -> Option<Arc<TypeSet>> {
        if let Some(set) = self.core.union_sets.get(&utyp) {
            return set.clone();
        }
        let Type::Union(terms) = &self.store.types[utyp] else { return None };
        let terms = Arc::clone(terms);
        let empty = Arc::new(TypeSet { terms: Some(Vec::new()), ..TypeSet::default() });
        self.core.union_sets.insert(utyp, Some(empty));
        let mut all: Terms = Some(Vec::new());
        for t in terms.iter() {
            let u = self.under(t.ty);
            let yterms = if matches!(self.store.types[u], Type::Interface(_)) {
                self.compute_interface_type_set(pos, u).terms.clone()
            } else if u == TypeId::INVALID {
                continue;
            } else if t.tilde && !self.identical(t.ty, u) {
                Some(Vec::new()) // no type has t.ty as its underlying type
            } else {
                Some(vec![*t])
            };
            all = self.terms_union(all, yterms);
            if all.as_ref().is_some_and(|t| t.len() > MAX_TERM_COUNT) {
                if self.can_report(pos) {
                    let msg =
                        format!("cannot handle more than {MAX_TERM_COUNT} union terms (implementation limitation)");
                    self.error(pos, codes::INVALID_UNION, msg);
                }
                self.core.union_sets.insert(utyp, None);
                return None;
            }
        }
        let set = Arc::new(TypeSet { terms: all, ..TypeSet::default() });
        self.core.union_sets.insert(utyp, Some(Arc::clone(&set)));
        Some(set)
    }

    /// Whether `typ` is a named constraint interface of another package.
    pub(crate) fn is_imported_constraint(&mut self, typ: TypeId) -> bool {
        let Some(n) = self.store.named_data(typ) else { return false };
        let pkg = self.store.objects[n.obj].pkg;
        if pkg.is_none() || pkg == self.env.as_ref().map(|e| e.pkg) {
            return false;
        }
        let u = self.under(typ);
        matches!(self.store.types[u], Type::Interface(_)) && !self.type_set(u).is_method_set()
    }

    /// Whether all types of the set are strictly comparable.
    pub(crate) fn type_set_comparable(&mut self, set: &TypeSet, seen: &mut Vec<TypeId>) -> bool {
        match &set.terms {
            None => set.comparable,
            Some(terms) if terms.is_empty() => false,
            Some(terms) => terms.iter().all(|t| self.comparable_type_seen(t.ty, false, seen).is_ok()),
        }
    }

    /// Index and method called `name` (seen from `pkg`) of a type set.
    pub(crate) fn type_set_lookup(
        &self,
        set: &TypeSet,
        pkg: Option<PkgId>,
        name: Symbol,
        fold_case: bool,
    ) -> Option<(usize, ObjId)> {
        self.method_index(&set.methods, pkg, name, fold_case)
    }

    /// Index and method called `name` (seen from `pkg`) in a list of methods.
    pub(crate) fn method_index(
        &self,
        methods: &[ObjId],
        pkg: Option<PkgId>,
        name: Symbol,
        fold_case: bool,
    ) -> Option<(usize, ObjId)> {
        if name.is_blank() {
            return None;
        }
        let i = methods.iter().position(|m| self.same_id(*m, pkg, name, fold_case))?;
        Some((i, methods[i]))
    }

    /// Sorts methods by unique id: exported ones first, then by name, then by package path.
    pub(crate) fn sort_methods(&self, list: &mut [ObjId]) {
        if list.len() > 1 {
            list.sort_by_cached_key(|m| self.method_key(*m));
        }
    }

    fn method_key(&self, m: ObjId) -> (bool, &'static str, String) {
        let o = &self.store.objects[m];
        let name = self.store.text(o.name);
        if crate::check::under::is_exported(name) {
            return (false, name, String::new());
        }
        let path = o.pkg.map(|p| self.store.packages[p].path.clone()).unwrap_or_default();
        (true, name, path)
    }

    fn intersect_term_lists(&mut self, xterms: Terms, xcomp: bool, yterms: Terms, ycomp: bool) -> (Terms, bool) {
        let mut terms = self.terms_intersect(xterms, yterms);
        let mut comp = xcomp || ycomp;
        if comp && let Some(list) = &mut terms {
            let old = std::mem::take(list);
            *list = old.into_iter().filter(|t| self.comparable_type(t.ty, false).is_ok()).collect();
            comp = false;
        }
        (terms, comp)
    }

    fn term_disjoint(&mut self, x: Term, y: Term) -> bool {
        let ux = if y.tilde { self.under(x.ty) } else { x.ty };
        let uy = if x.tilde { self.under(y.ty) } else { y.ty };
        !self.identical(ux, uy)
    }

    /// Whether type `t` is among the types of term `x`.
    pub(crate) fn term_includes(&mut self, x: Term, t: TypeId) -> bool {
        let u = if x.tilde { self.under(t) } else { t };
        self.identical(x.ty, u)
    }

    /// Whether all types of term `x` are among those of `y`.
    pub(crate) fn term_subset_of(&mut self, x: Term, y: Term) -> bool {
        !self.term_disjoint(x, y) && (!x.tilde || y.tilde)
    }

    /// Whether all types of `x` are among those of `y`.
    pub(crate) fn terms_subset_of(&mut self, x: &Terms, y: &Terms) -> bool {
        match (x, y) {
            (_, None) => true,
            (None, Some(_)) => false,
            (Some(xs), Some(ys)) => xs.iter().all(|x| ys.iter().any(|y| self.term_subset_of(*x, *y))),
        }
    }

    /// Whether two term lists describe the same types.
    pub(crate) fn terms_equal(&mut self, x: &Terms, y: &Terms) -> bool {
        match (x, y) {
            (None, None) => true,
            (None, Some(_)) | (Some(_), None) => false,
            (Some(_), Some(_)) => self.terms_subset_of(x, y) && self.terms_subset_of(y, x),
        }
    }

    fn terms_norm(&mut self, list: Vec<Term>) -> Vec<Term> {
        let mut used = vec![false; list.len()];
        let mut out = Vec::with_capacity(list.len());
        for i in 0..list.len() {
            if used[i] {
                continue;
            }
            let mut x = list[i];
            for j in i + 1..list.len() {
                if used[j] {
                    continue;
                }
                let y = list[j];
                if !self.term_disjoint(x, y) {
                    if !x.tilde && y.tilde {
                        x = y;
                    }
                    used[j] = true;
                }
            }
            out.push(x);
        }
        out
    }

    pub(crate) fn terms_union(&mut self, x: Terms, y: Terms) -> Terms {
        let (mut xs, ys) = (x?, y?);
        xs.extend(ys);
        Some(self.terms_norm(xs))
    }

    pub(crate) fn terms_intersect(&mut self, x: Terms, y: Terms) -> Terms {
        let (xs, ys) = match (x, y) {
            (None, other) | (other, None) => return other,
            (Some(xs), Some(ys)) => (xs, ys),
        };
        let mut out = Vec::new();
        for x in &xs {
            for y in &ys {
                if !self.term_disjoint(*x, *y) {
                    out.push(if !x.tilde || y.tilde { *x } else { *y });
                }
            }
        }
        Some(self.terms_norm(out))
    }

    /// A term list as text.
    pub(crate) fn terms_string(&self, terms: &Terms) -> String {
        match terms {
            None => "\u{1D4E4}".to_owned(),
            Some(list) if list.is_empty() => "\u{2205}".to_owned(),
            Some(list) => {
                let parts: Vec<String> = list
                    .iter()
                    .map(|t| {
                        let tilde = if t.tilde { "~" } else { "" };
                        // Terms are printed without regard to the current package.
                        let full = |p: PkgId| self.store.packages[p].path.clone();
                        format!("{tilde}{}", self.store.type_string(t.ty, &full))
                    })
                    .collect();
                parts.join(" | ")
            }
        }
    }
}

/// Methods of an interface while its type set is computed.
#[derive(Default)]
struct MethodCollector {
    methods: Vec<ObjId>,
    /// By name, and package if not exported: the method and where it comes from.
    seen: FxHashMap<(Symbol, Option<PkgId>), (ObjId, Pos)>,
}

impl MethodCollector {
    /// Adds `m`, declared or embedded at `pos`. Duplicates are errors, except for embedded ones of
    /// identical type (from 1.14 on), which can be judged only when all types are known.
    fn add(&mut self, c: &mut Checker, pos: Pos, m: ObjId, explicit: bool) {
        let o = &c.store.objects[m];
        let name = o.name;
        let key = (name, if c.is_exported(name) { None } else { o.pkg });
        let Some(&(other, other_pos)) = self.seen.get(&key) else {
            self.seen.insert(key, (m, pos));
            self.methods.push(m);
            return;
        };
        if c.env.is_none() {
            return;
        }
        let report = move |c: &mut Checker| {
            let name = c.store.text(name);
            let mut err = c.new_error(codes::DUPLICATE_DECL);
            err.add(pos, format!("duplicate method {name}"));
            err.add(other_pos, format!("other declaration of method {name}"));
            c.report(err);
        };
        if explicit {
            report(c);
            return;
        }
        c.later(move |c: &mut Checker| {
            let (mt, ot) = (c.store.objects[m].ty, c.store.objects[other].ty);
            if pos.is_known() && !c.allow_version(GO1_14) || !c.identical(mt, ot) {
                report(c);
            }
        });
    }
}
