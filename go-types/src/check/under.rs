//! Underlying types, aliases, type sets of type parameters, common underlying types.
//!
//! Expands instances of generic types when their underlying type is asked for. Source: spec
//! "Underlying types", "Type parameter declarations"; go/types' `under.go`, `named.go`, `typeparam.go`.

use super::Checker;
use crate::object::{Color, ObjId, PkgId};
use crate::ty::{Interface, InterfaceId, Named, NamedId, Term, Type, TypeId, TypeParamId, TypeSet};
use go_ast::ChanDir;
use go_source::Symbol;
use rustc_hash::FxHashMap;
use smallvec::SmallVec;
use std::sync::Arc;

/// Caches of the type machinery.
#[derive(Default, Debug)]
pub(crate) struct CoreState {
    /// Instances of generic types and aliases by structural hash.
    pub(crate) instances: FxHashMap<u64, SmallVec<[TypeId; 1]>>,
    /// Whether the size of a named type depends on type parameters.
    pub(crate) var_sizes: FxHashMap<TypeId, bool>,
    /// Type sets of unions; `None` for erroneous ones (already reported).
    pub(crate) union_sets: FxHashMap<TypeId, Option<Arc<TypeSet>>>,
}

/// A type of a type set with its underlying type; both absent if there are no specific types.
pub(crate) type TypeAndUnder = (Option<TypeId>, Option<TypeId>);

/// A condition on the types of a type set: the text of the error if it does not hold.
pub(crate) type UnderCond<'a> = &'a mut dyn FnMut(&mut Checker, Option<TypeId>, Option<TypeId>) -> Option<String>;

impl crate::store::Store {
    /// `t`, or the type that an alias stands for. An alias whose declaration is being worked on (its
    /// right side is itself) stays as it is.
    #[must_use]
    pub fn unalias(&self, mut t: TypeId) -> TypeId {
        // The limit ends chains that lead back to themselves (reported where they are declared).
        let mut steps = 0;
        while let Type::Alias(a) = self.types[t] {
            let a = &self.aliases[a];
            if let Some(actual) = a.actual {
                return actual;
            }
            if a.from_rhs == t {
                return t; // still being declared
            }
            t = a.from_rhs;
            steps += 1;
            if steps > 1000 {
                return TypeId::INVALID;
            }
        }
        t
    }

    /// The named type that `t` is or that an alias `t` stands for.
    #[must_use]
    pub fn as_named(&self, t: TypeId) -> Option<(TypeId, NamedId)> {
        let t = self.unalias(t);
        if let Type::Named(n) = self.types[t] { Some((t, n)) } else { None }
    }

    /// Data of the named type `t` (aliases looked through).
    #[must_use]
    pub fn named_data(&self, t: TypeId) -> Option<&Named> {
        self.as_named(t).map(|(_, n)| &self.named[n])
    }

    /// The type parameter that `t` is or that an alias `t` stands for.
    #[must_use]
    pub fn as_type_param(&self, t: TypeId) -> Option<TypeParamId> {
        if let Type::TypeParam(p) = self.types[self.unalias(t)] { Some(p) } else { None }
    }
}

impl Checker {
    /// `t`, or the type that an alias stands for.
    #[must_use]
    pub fn unalias(&self, t: TypeId) -> TypeId {
        self.store.unalias(t)
    }

    /// `t` without aliases if that is a named type.
    #[must_use]
    pub fn as_named(&self, t: TypeId) -> Option<TypeId> {
        self.store.as_named(t).map(|(t, _)| t)
    }

    /// The underlying type of `t`; for a type parameter its constraint interface.
    pub fn under(&mut self, t: TypeId) -> TypeId {
        match self.store.types[t] {
            Type::Named(n) => match self.store.named[n].underlying {
                Some(u) => u,
                None => self.resolve_underlying(t),
            },
            Type::Alias(_) => {
                let actual = self.store.unalias(t);
                if actual == t { TypeId::INVALID } else { self.under(actual) }
            }
            Type::TypeParam(p) => self.tparam_iface(p),
            Type::Basic(_)
            | Type::Array { .. }
            | Type::Slice { .. }
            | Type::Struct(_)
            | Type::Pointer { .. }
            | Type::Tuple(_)
            | Type::Signature(_)
            | Type::Union(_)
            | Type::Interface(_)
            | Type::Map { .. }
            | Type::Chan { .. } => t,
        }
    }

    /// The underlying type as far as it is known, without any computation for named types.
    pub(crate) fn safe_underlying(&mut self, t: TypeId) -> TypeId {
        match self.store.as_named(t) {
            Some((_, n)) => self.store.named[n].underlying.unwrap_or_default(),
            None => self.under(t),
        }
    }

    /// Follows the right sides of declarations until there is a type that is neither named nor an
    /// alias. What is still being declared gives the invalid type, which is not remembered.
    fn resolve_underlying(&mut self, t: TypeId) -> TypeId {
        let mut path: SmallVec<[NamedId; 4]> = SmallVec::new();
        let mut rhs = t;
        let u = loop {
            match self.store.types[rhs] {
                Type::Alias(_) => {
                    let actual = self.store.unalias(rhs);
                    if actual == rhs {
                        return TypeId::INVALID; // still being declared
                    }
                    rhs = actual;
                }
                Type::Named(n) => {
                    if let Some(u) = self.store.named[n].underlying {
                        break u;
                    }
                    if path.contains(&n) {
                        return TypeId::INVALID;
                    }
                    path.push(n);
                    match self.named_rhs(rhs, n) {
                        Some(r) => rhs = r,
                        None => return TypeId::INVALID,
                    }
                }
                Type::TypeParam(_) => break TypeId::INVALID, // reported where it is declared
                Type::Basic(_)
                | Type::Array { .. }
                | Type::Slice { .. }
                | Type::Struct(_)
                | Type::Pointer { .. }
                | Type::Tuple(_)
                | Type::Signature(_)
                | Type::Union(_)
                | Type::Interface(_)
                | Type::Map { .. }
                | Type::Chan { .. } => break rhs,
            }
        };
        for n in path {
            self.store.named[n].underlying.get_or_insert(u);
        }
        u
    }

    /// The right side of a named type's declaration, with type arguments put in for an instance.
    /// `None` while the declaration is being worked on.
    pub(crate) fn named_rhs(&mut self, t: TypeId, n: NamedId) -> Option<TypeId> {
        if let Some(r) = self.store.named[n].from_rhs {
            return Some(r);
        }
        if self.store.named[n].orig != t {
            return self.expand_rhs(t, n);
        }
        let obj = self.store.named[n].obj;
        if self.store.objects[obj].color == Color::White {
            self.obj_decl(obj);
        }
        self.store.named[n].from_rhs
    }

    /// The constraint interface of a type parameter. A constraint that is no interface is wrapped
    /// into an implicit one, which replaces it.
    pub(crate) fn tparam_iface(&mut self, p: TypeParamId) -> TypeId {
        let bound = self.store.type_params[p].bound;
        if self.is_type_param(bound) {
            return TypeId::EMPTY_INTERFACE; // reported where it is declared
        }
        let u = self.under(bound);
        match self.store.types[u] {
            Type::Interface(i) => {
                if self.store.interfaces[i].type_set.is_none() {
                    let obj = match self.store.named_data(bound) {
                        Some(n) => n.obj,
                        None => self.store.type_params[p].obj,
                    };
                    let pos = self.store.objects[obj].pos;
                    self.compute_interface_type_set(pos, u);
                }
                u
            }
            Type::Basic(_) if u == TypeId::INVALID => TypeId::EMPTY_INTERFACE,
            _ => {
                let iface = self.store.new_interface(Interface {
                    embeddeds: vec![bound],
                    implicit: true,
                    complete: true,
                    ..Interface::default()
                });
                self.store.type_params[p].bound = iface;
                let pos = self.store.objects[self.store.type_params[p].obj].pos;
                self.compute_interface_type_set(pos, iface);
                iface
            }
        }
    }

    /// The type set of a type parameter's constraint.
    pub(crate) fn tparam_type_set(&mut self, p: TypeParamId) -> Arc<TypeSet> {
        let i = self.tparam_iface(p);
        self.type_set(i)
    }

    /// The terms of a type parameter's type set; `None` if there are no specific types.
    pub(crate) fn tparam_terms(&mut self, t: TypeId) -> Option<Vec<Term>> {
        let p = self.store.as_type_param(t)?;
        let set = self.tparam_type_set(p);
        if set.has_terms() { set.terms.clone() } else { None }
    }

    /// The types of `t`'s type set with their underlying types: for a type parameter without
    /// specific types a pair of `None`s, for any other type `t` itself.
    pub(crate) fn typeset(&mut self, t: TypeId) -> SmallVec<[TypeAndUnder; 2]> {
        let Some(p) = self.store.as_type_param(t) else {
            let u = self.under(t);
            return smallvec::smallvec![(Some(t), Some(u))];
        };
        let set = self.tparam_type_set(p);
        if !set.has_terms() {
            return smallvec::smallvec![(None, None)];
        }
        let terms = set.terms.as_deref().unwrap_or_default();
        terms
            .iter()
            .map(|term| {
                let mut u = self.store.unalias(term.ty);
                if !term.tilde {
                    u = self.under(u);
                }
                (Some(term.ty), Some(u))
            })
            .collect()
    }

    /// Whether `f` holds for the underlying types of all types of `t`'s type set (`None` if there are
    /// no specific types).
    pub(crate) fn under_is(&mut self, t: TypeId, mut f: impl FnMut(&mut Checker, Option<TypeId>) -> bool) -> bool {
        self.typeset(t).into_iter().all(|(_, u)| f(self, u))
    }

    /// The single underlying type that all types of `t`'s type set have, channels of different
    /// directions counting as one (the restricted one). `cond` is asked for each type first. The
    /// error tells why there is none.
    pub(crate) fn common_under(&mut self, t: TypeId, mut cond: Option<UnderCond<'_>>) -> Result<TypeId, String> {
        let mut common: Option<(TypeId, TypeId)> = None;
        for (t, u) in self.typeset(t) {
            if let Some(cond) = cond.as_mut()
                && let Some(err) = cond(self, t, u)
            {
                return Err(err);
            }
            let (Some(t), Some(u)) = (t, u) else {
                return Err("no specific type".to_owned());
            };
            let Some((ct, cu)) = common else {
                common = Some((t, u));
                continue;
            };
            if let (Type::Chan { dir: cd, elem: ce }, Type::Chan { dir, elem }) =
                (&self.store.types[cu], &self.store.types[u])
            {
                let (cd, ce, dir, elem) = (*cd, *ce, *dir, *elem);
                if !self.identical(ce, elem) {
                    let (ct, t) = (self.type_string(ct), self.type_string(t));
                    return Err(format!("channels {ct} and {t} have different element types"));
                }
                if cd == dir {
                    // nothing to choose
                } else if cd == ChanDir::Both {
                    common = Some((t, u));
                } else if dir != ChanDir::Both {
                    let (ct, t) = (self.type_string(ct), self.type_string(t));
                    return Err(format!("channels {ct} and {t} have conflicting directions"));
                }
                continue;
            }
            if !self.identical(cu, u) {
                let (ct, t) = (self.type_string(ct), self.type_string(t));
                return Err(format!("{ct} and {t} have different underlying types"));
            }
        }
        common.map(|(_, u)| u).ok_or_else(String::new)
    }

    /// The type parameters of a named type, alias, or signature (empty for instances' origins that
    /// are not generic; for an instance of a named type those of its origin).
    pub(crate) fn type_params_of(&self, t: TypeId) -> crate::ty::TypeList {
        match &self.store.types[t] {
            Type::Named(n) => {
                let orig = self.store.named[*n].orig;
                match &self.store.types[orig] {
                    Type::Named(o) => self.store.named[*o].type_params.clone(),
                    _ => Arc::from([]),
                }
            }
            Type::Alias(a) => self.store.aliases[*a].type_params.clone(),
            Type::Signature(s) => s.type_params.clone(),
            _ => Arc::from([]),
        }
    }

    /// The interface that `t`'s underlying type is.
    pub(crate) fn as_interface(&mut self, t: TypeId) -> Option<InterfaceId> {
        let u = self.under(t);
        if let Type::Interface(i) = self.store.types[u] { Some(i) } else { None }
    }

    /// Whether `name`, seen from package `pkg`, names `obj` (spec "Uniqueness of identifiers").
    /// Folding ignores case and packages.
    pub(crate) fn same_id(&self, obj: ObjId, pkg: Option<PkgId>, name: Symbol, fold_case: bool) -> bool {
        let o = &self.store.objects[obj];
        if o.name != name {
            return fold_case && equal_fold(self.store.text(o.name), self.store.text(name));
        }
        fold_case || o.pkg == pkg || self.is_exported(name)
    }

    /// Whether a name starts with an upper-case letter.
    #[must_use]
    pub fn is_exported(&self, name: Symbol) -> bool {
        is_exported(self.store.text(name))
    }
}

/// Whether a name starts with an upper-case letter.
pub(crate) fn is_exported(name: &str) -> bool {
    match name.as_bytes().first() {
        Some(b) if b.is_ascii() => b.is_ascii_uppercase(),
        Some(_) => name.chars().next().is_some_and(char::is_uppercase),
        None => false,
    }
}

/// Equality under simple case folding.
pub(crate) fn equal_fold(a: &str, b: &str) -> bool {
    let fold = |s: &str| s.chars().flat_map(char::to_lowercase).collect::<String>();
    if a.is_ascii() && b.is_ascii() { a.eq_ignore_ascii_case(b) } else { fold(a) == fold(b) }
}
