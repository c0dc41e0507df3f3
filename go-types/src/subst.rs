//! Substitution of type arguments for type parameters.
//!
//! Types that do not mention the parameters are returned as they are. Source: go/types' `subst.go`.

use crate::check::Checker;
use crate::object::{ObjId, ObjectKind};
use crate::ty::{Interface, Signature, StructType, Term, Type, TypeId, TypeList, TypeParam};
use go_source::Pos;
use smallvec::SmallVec;
use std::sync::Arc;

/// Type parameters with their type arguments.
#[derive(Clone, Default, Debug)]
pub struct SubstMap {
    pairs: SmallVec<[(TypeId, TypeId); 4]>,
}

impl SubstMap {
    /// Pairs the lists up; both have the same length.
    #[must_use]
    pub fn new(tparams: &[TypeId], targs: &[TypeId]) -> SubstMap {
        SubstMap { pairs: tparams.iter().copied().zip(targs.iter().copied()).collect() }
    }

    /// Pairs the lists up; parameters whose arguments are unknown stay for themselves.
    #[must_use]
    pub(crate) fn partial(tparams: &[TypeId], targs: &[Option<TypeId>]) -> SubstMap {
        let pairs = tparams.iter().zip(targs).map(|(p, a)| (*p, a.unwrap_or(*p))).collect();
        SubstMap { pairs }
    }

    /// Whether nothing would be substituted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// The argument for a type parameter.
    #[must_use]
    pub fn get(&self, tparam: TypeId) -> Option<TypeId> {
        self.pairs.iter().find(|(p, _)| *p == tparam).map(|(_, a)| *a)
    }

    /// Adds a pair.
    pub fn insert(&mut self, tparam: TypeId, targ: TypeId) {
        self.pairs.push((tparam, targ));
    }
}

impl Checker {
    /// `t` with type arguments put in. `pos` is where new instances are said to be made.
    pub fn subst(&mut self, pos: Pos, t: TypeId, smap: &SubstMap) -> TypeId {
        if smap.is_empty() {
            return t;
        }
        match &self.store.types[t] {
            Type::Basic(_) => t,
            Type::TypeParam(_) => smap.get(t).unwrap_or(t),
            &Type::Array { elem, len } => {
                let e = self.subst(pos, elem, smap);
                if e == elem { t } else { self.store.new_type(Type::Array { elem: e, len }) }
            }
            &Type::Slice { elem } => {
                let e = self.subst(pos, elem, smap);
                if e == elem { t } else { self.store.new_type(Type::Slice { elem: e }) }
            }
            &Type::Pointer { elem } => {
                let e = self.subst(pos, elem, smap);
                if e == elem { t } else { self.store.new_type(Type::Pointer { elem: e }) }
            }
            &Type::Map { key, elem } => {
                let k = self.subst(pos, key, smap);
                let e = self.subst(pos, elem, smap);
                if (k, e) == (key, elem) { t } else { self.store.new_type(Type::Map { key: k, elem: e }) }
            }
            &Type::Chan { dir, elem } => {
                let e = self.subst(pos, elem, smap);
                if e == elem { t } else { self.store.new_type(Type::Chan { dir, elem: e }) }
            }
            Type::Struct(s) => {
                let s = Arc::clone(s);
                match self.subst_var_list(pos, &s.fields, smap) {
                    Some(fields) => {
                        let tags = s.tags.clone();
                        self.store.new_type(Type::Struct(Arc::new(StructType { fields, tags })))
                    }
                    None => t,
                }
            }
            Type::Tuple(vars) => {
                let vars = Arc::clone(vars);
                match self.subst_var_list(pos, &vars, smap) {
                    Some(vars) => self.store.new_type(Type::Tuple(Arc::from(vars))),
                    None => t,
                }
            }
            Type::Signature(sig) => {
                let sig = Arc::clone(sig);
                self.subst_signature(pos, t, &sig, smap)
            }
            Type::Union(terms) => {
                let terms = Arc::clone(terms);
                let new: Vec<Term> =
                    terms.iter().map(|x| Term { tilde: x.tilde, ty: self.subst(pos, x.ty, smap) }).collect();
                if new.iter().zip(terms.iter()).all(|(a, b)| a.ty == b.ty) {
                    t
                } else {
                    self.store.new_type(Type::Union(Arc::from(new)))
                }
            }
            Type::Interface(_) => self.subst_interface(pos, t, smap),
            &Type::Named(n) => {
                let data = &self.store.named[n];
                if data.type_args.is_empty() {
                    // A generic type without arguments is an error that was reported.
                    return if data.type_params.is_empty() { t } else { TypeId::INVALID };
                }
                let (orig, targs) = (data.orig, data.type_args.clone());
                if self.type_params_of(orig).len() != targs.len() {
                    return TypeId::INVALID; // reported
                }
                match self.subst_type_list(pos, &targs, smap) {
                    Some(targs) => self.instance(pos, orig, &targs),
                    None => t,
                }
            }
            &Type::Alias(a) => {
                let data = &self.store.aliases[a];
                if data.type_args.is_empty() {
                    return if data.type_params.is_empty() { t } else { TypeId::INVALID };
                }
                let (orig, targs) = (data.orig, data.type_args.clone());
                match self.subst_type_list(pos, &targs, smap) {
                    Some(targs) => self.new_alias_instance(pos, orig, &targs),
                    None => t,
                }
            }
        }
    }

    fn subst_type_list(&mut self, pos: Pos, list: &[TypeId], smap: &SubstMap) -> Option<Vec<TypeId>> {
        let new: Vec<TypeId> = list.iter().map(|t| self.subst(pos, *t, smap)).collect();
        (new != list).then_some(new)
    }

    fn subst_var_list(&mut self, pos: Pos, vars: &[ObjId], smap: &SubstMap) -> Option<Vec<ObjId>> {
        let mut out: Option<Vec<ObjId>> = None;
        for (i, v) in vars.iter().enumerate() {
            let ty = self.store.objects[*v].ty;
            let new = self.subst(pos, ty, smap);
            if new != ty {
                out.get_or_insert_with(|| vars.to_vec())[i] = self.clone_object(*v, new);
            }
        }
        out
    }

    /// Variables with type arguments put into their types.
    pub(crate) fn subst_vars(&mut self, pos: Pos, vars: &Arc<[ObjId]>, smap: &SubstMap) -> Arc<[ObjId]> {
        if smap.is_empty() {
            return Arc::clone(vars);
        }
        match self.subst_var_list(pos, vars, smap) {
            Some(v) => Arc::from(v),
            None => Arc::clone(vars),
        }
    }

    /// A copy of a variable or function with another type, which remembers what it is a copy of.
    pub(crate) fn clone_object(&mut self, obj: ObjId, ty: TypeId) -> ObjId {
        let mut o = self.store.objects[obj].clone();
        o.ty = ty;
        match &mut o.kind {
            ObjectKind::Var { origin, .. } | ObjectKind::Func { origin, .. } => {
                origin.get_or_insert(obj);
            }
            _ => {}
        }
        self.store.objects.push(o)
    }

    fn subst_signature(&mut self, pos: Pos, t: TypeId, sig: &Signature, smap: &SubstMap) -> TypeId {
        // The receiver stays: interfaces and named types replace it.
        let mut type_params = sig.type_params.clone();
        let mut extended: Option<SubstMap> = None;
        let instantiating = sig.type_params.iter().any(|p| smap.get(*p).is_some());
        if !sig.type_params.is_empty() && !instantiating {
            // A generic method of a generic type: its type parameters' bounds may mention the
            // receiver's, so each instance gets fresh ones.
            let mut map = smap.clone();
            type_params = self.fresh_tparams(&sig.type_params, &mut map);
            for (old, new) in sig.type_params.iter().zip(type_params.iter()) {
                let bound = self.bound_of(*old);
                let bound = self.subst(pos, bound, &map);
                self.set_bound(*new, bound);
            }
            extended = Some(map);
        }
        let smap = extended.as_ref().unwrap_or(smap);
        let params = self.subst_vars(pos, &sig.params, smap);
        let results = self.subst_vars(pos, &sig.results, smap);
        if Arc::ptr_eq(&params, &sig.params)
            && Arc::ptr_eq(&results, &sig.results)
            && Arc::ptr_eq(&type_params, &sig.type_params)
        {
            return t;
        }
        self.store.new_type(Type::Signature(Arc::new(Signature {
            recv: sig.recv,
            type_params,
            recv_type_params: sig.recv_type_params.clone(),
            params,
            results,
            variadic: sig.variadic,
        })))
    }

    /// New type parameters like `list`, without bounds; the map learns about them.
    pub(crate) fn fresh_tparams(&mut self, list: &[TypeId], map: &mut SubstMap) -> TypeList {
        list.iter()
            .map(|old| {
                let Some(p) = self.store.as_type_param(*old) else { return *old };
                let data = self.store.type_params[p].clone();
                let o = self.store.objects[data.obj].clone();
                let obj = self.store.objects.push(o);
                let new = self.store.new_type_param(TypeParam { obj, index: data.index, bound: TypeId::INVALID });
                self.store.objects[obj].ty = new;
                self.mono_record_canon(new, *old);
                map.insert(*old, new);
                new
            })
            .collect()
    }

    fn set_bound(&mut self, tparam: TypeId, bound: TypeId) {
        if let Type::TypeParam(p) = self.store.types[tparam] {
            self.store.type_params[p].bound = bound;
        }
    }

    fn subst_interface(&mut self, pos: Pos, t: TypeId, smap: &SubstMap) -> TypeId {
        let Type::Interface(id) = self.store.types[t] else { return t };
        let data = self.store.interfaces[id].clone();
        let mut methods = data.methods.clone();
        for m in &mut methods {
            let ty = self.store.objects[*m].ty;
            let new = self.subst(pos, ty, smap);
            if new != ty {
                *m = self.clone_object(*m, new);
            }
        }
        let embeddeds: Vec<TypeId> = data.embeddeds.iter().map(|e| self.subst(pos, *e, smap)).collect();
        if methods == data.methods && embeddeds == data.embeddeds {
            return t;
        }
        let new = self.store.new_interface(Interface {
            methods: Vec::new(),
            embeddeds,
            embed_pos: data.embed_pos,
            implicit: data.implicit,
            complete: data.complete,
            type_set: None,
        });
        if let Some(replaced) = self.replace_recv_type(&methods, t, new) {
            methods = replaced;
        }
        if let Type::Interface(id) = self.store.types[new] {
            self.store.interfaces[id].methods = methods;
        }
        new
    }

    /// Methods with receivers of type `old` replaced by ones of type `new`; `None` if none has it.
    pub(crate) fn replace_recv_type(&mut self, methods: &[ObjId], old: TypeId, new: TypeId) -> Option<Vec<ObjId>> {
        let mut out: Option<Vec<ObjId>> = None;
        for (i, m) in methods.iter().enumerate() {
            let Type::Signature(sig) = &self.store.types[self.store.objects[*m].ty] else {
                continue;
            };
            let Some(recv) = sig.recv else { continue };
            if self.store.objects[recv].ty != old {
                continue;
            }
            let mut sig = (**sig).clone();
            sig.recv = Some(self.clone_object(recv, new));
            let ty = self.store.new_type(Type::Signature(Arc::new(sig)));
            out.get_or_insert_with(|| methods.to_vec())[i] = self.clone_object(*m, ty);
        }
        out
    }
}
