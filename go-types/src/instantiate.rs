//! Instances of generic types and functions, and whether type arguments satisfy constraints.
//!
//! Identical instances of a named type or alias share one type. Source: spec "Instantiations",
//! "Implementing an interface", "Satisfying a type constraint"; go/types' `instantiate.go`, `named.go`.

use crate::check::Checker;
use crate::check::version::GO1_20;
use crate::codes;
use crate::lookup::Equivalence;
use crate::object::{Color, ObjId, ObjectKind};
use crate::subst::SubstMap;
use crate::ty::{Alias, Interface, Named, NamedId, Signature, Type, TypeId};
use go_source::Pos;
use rustc_hash::FxHasher;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// How deep the structural hash of a type looks.
const HASH_DEPTH: u32 = 8;

impl Checker {
    /// The instance `orig[targs]` of a generic named type, alias or signature. Constraints are not
    /// checked (see `Checker::verify`); the right side is expanded when it is needed.
    pub fn instance(&mut self, pos: Pos, orig: TypeId, targs: &[TypeId]) -> TypeId {
        match &self.store.types[orig] {
            Type::Named(n) => {
                let n = *n;
                let hash = self.instance_hash(orig, targs);
                if let Some(t) = self.find_instance(hash, orig, targs) {
                    return t;
                }
                let t = self.new_named_instance(pos, n, orig, targs);
                self.core.instances.entry(hash).or_default().push(t);
                t
            }
            Type::Alias(a) => {
                let a = *a;
                let n = self.store.aliases[a].type_params.len();
                let name = self.store.text(self.store.objects[self.store.aliases[a].obj].name);
                if !self.validate_targ_len(pos, name, n, targs.len()) {
                    return TypeId::INVALID;
                }
                if n == 0 {
                    return orig;
                }
                let hash = self.instance_hash(orig, targs);
                if let Some(t) = self.find_instance(hash, orig, targs) {
                    return t;
                }
                let t = self.new_alias_instance(pos, orig, targs);
                self.core.instances.entry(hash).or_default().push(t);
                t
            }
            Type::Signature(sig) => {
                let sig = Arc::clone(sig);
                if sig.type_params.len() != targs.len() {
                    let name = self.type_string(orig);
                    self.validate_targ_len(pos, &name, sig.type_params.len(), targs.len());
                    return TypeId::INVALID;
                }
                if targs.is_empty() {
                    return orig;
                }
                let smap = SubstMap::new(&sig.type_params, targs);
                let t = self.subst(pos, orig, &smap);
                let Type::Signature(sig) = &self.store.types[t] else { return TypeId::INVALID };
                let sig = Signature { type_params: Arc::from([]), ..(**sig).clone() };
                self.store.new_type(Type::Signature(Arc::new(sig)))
            }
            _ => TypeId::INVALID,
        }
    }

    fn find_instance(&mut self, hash: u64, orig: TypeId, targs: &[TypeId]) -> Option<TypeId> {
        let n = self.core.instances.get(&hash)?.len();
        for i in 0..n {
            let t = self.core.instances[&hash][i];
            let (o, list) = match self.store.types[t] {
                Type::Named(n) => {
                    let n = &self.store.named[n];
                    (n.orig, Arc::clone(&n.type_args))
                }
                Type::Alias(a) => {
                    let a = &self.store.aliases[a];
                    (a.orig, Arc::clone(&a.type_args))
                }
                _ => continue,
            };
            if o == orig && self.identical_lists(&list, targs) {
                return Some(t);
            }
        }
        None
    }

    /// A type name of its own for an instance: it says where the instance was made.
    fn new_instance_name(&mut self, pos: Pos, orig: ObjId) -> ObjId {
        let o = &self.store.objects[orig];
        let (pkg, name) = (o.pkg, o.name);
        self.store.new_object(ObjectKind::TypeName, pos, pkg, name, TypeId::INVALID)
    }

    fn set_instance_type(&mut self, obj: ObjId, t: TypeId) -> TypeId {
        let o = &mut self.store.objects[obj];
        o.ty = t;
        o.color = Color::Black;
        t
    }

    fn new_named_instance(&mut self, pos: Pos, n: NamedId, orig: TypeId, targs: &[TypeId]) -> TypeId {
        let obj = self.new_instance_name(pos, self.store.named[n].obj);
        let t = self.store.new_named(Named {
            obj,
            orig,
            type_params: Arc::from([]),
            type_args: Arc::from(targs),
            underlying: None,
            from_rhs: None,
            methods: Vec::new(),
        });
        self.set_instance_type(obj, t)
    }

    pub(crate) fn new_alias_instance(&mut self, pos: Pos, orig: TypeId, targs: &[TypeId]) -> TypeId {
        let Type::Alias(a) = self.store.types[orig] else { return TypeId::INVALID };
        let data = self.store.aliases[a].clone();
        if data.type_params.len() != targs.len() {
            return TypeId::INVALID;
        }
        let smap = SubstMap::new(&data.type_params, targs);
        let from_rhs = self.subst(pos, data.from_rhs, &smap);
        let obj = self.new_instance_name(pos, data.obj);
        let t = self.store.new_alias(Alias {
            obj,
            orig,
            type_params: data.type_params,
            type_args: Arc::from(targs),
            from_rhs,
            actual: None,
        });
        self.set_instance_type(obj, t)
    }

    /// The right side of an instance: the origin's with type arguments put in.
    pub(crate) fn expand_rhs(&mut self, t: TypeId, n: NamedId) -> Option<TypeId> {
        let (orig, targs) = (self.store.named[n].orig, self.store.named[n].type_args.clone());
        let (_, on) = self.store.as_named(orig)?;
        let rhs = self.named_rhs(orig, on)?;
        let tparams = self.store.named[on].type_params.clone();
        if tparams.len() != targs.len() {
            self.store.named[n].from_rhs = Some(TypeId::INVALID);
            return Some(TypeId::INVALID);
        }
        let pos = self.store.objects[self.store.named[on].obj].pos;
        let smap = SubstMap::new(&tparams, &targs);
        let mut new = self.subst(pos, rhs, &smap);
        // Methods of an interface have the named type as their receiver.
        if let Type::Interface(i) = self.store.types[new] {
            let methods = self.store.interfaces[i].methods.clone();
            if let Some(methods) = self.replace_recv_type(&methods, orig, t) {
                if new == rhs {
                    let data = self.store.interfaces[i].clone();
                    new = self.store.new_interface(Interface { methods, type_set: None, implicit: false, ..data });
                } else {
                    self.store.interfaces[i].methods = methods;
                    self.store.interfaces[i].type_set = None;
                }
            }
        }
        self.store.named[n].from_rhs = Some(new);
        Some(new)
    }

    /// Method number `i` of a named type, instantiated if the type is an instance.
    pub fn named_method(&mut self, named: TypeId, i: usize) -> Option<ObjId> {
        let (t, n) = self.store.as_named(named)?;
        let orig = self.store.named[n].orig;
        if orig == t {
            return self.store.named[n].methods.get(i).copied().flatten();
        }
        if let Some(Some(m)) = self.store.named[n].methods.get(i) {
            return Some(*m);
        }
        let (_, on) = self.store.as_named(orig)?;
        let count = self.store.named[on].methods.len();
        let m = self.expand_method(t, n, self.store.named[on].methods.get(i).copied().flatten()?);
        let methods = &mut self.store.named[n].methods;
        if methods.len() < count {
            methods.resize(count, None);
        }
        // Expansion may have come here again for the same method: keep the first one.
        Some(*methods[i].get_or_insert(m))
    }

    fn expand_method(&mut self, t: TypeId, n: NamedId, orig: ObjId) -> ObjId {
        self.obj_decl(orig);
        let old = self.store.objects[orig].ty;
        let Type::Signature(sig) = &self.store.types[old] else {
            return self.clone_object(orig, old);
        };
        let (rtparams, recv) = (sig.recv_type_params.clone(), sig.recv);
        let targs = self.store.named[n].type_args.clone();
        let mut new = old;
        if rtparams.len() == targs.len() {
            let pos = self.store.objects[orig].pos;
            new = self.subst(pos, old, &SubstMap::new(&rtparams, &targs));
        }
        let rtype = if self.has_ptr_recv(orig) { self.store.new_type(Type::Pointer { elem: t }) } else { t };
        let recv = recv.map(|r| self.clone_object(r, rtype));
        let Type::Signature(sig) = &self.store.types[new] else {
            return self.clone_object(orig, new);
        };
        let sig = Signature { recv, recv_type_params: Arc::from([]), ..(**sig).clone() };
        let new = self.store.new_type(Type::Signature(Arc::new(sig)));
        self.clone_object(orig, new)
    }

    /// Reports a wrong number of type arguments for `name`.
    pub(crate) fn validate_targ_len(&mut self, pos: Pos, name: &str, want: usize, got: usize) -> bool {
        let qual = match got.cmp(&want) {
            std::cmp::Ordering::Less => "not enough",
            std::cmp::Ordering::Greater => "too many",
            std::cmp::Ordering::Equal => return true,
        };
        let msg = format!("{qual} type arguments for type {name}: have {got}, want {want}");
        self.error(pos, codes::WRONG_TYPE_ARG_COUNT, msg);
        false
    }

    /// Checks type arguments against the constraints of their parameters. The error is the index of
    /// the first one that fails, and why.
    pub(crate) fn verify(&mut self, pos: Pos, tparams: &[TypeId], targs: &[TypeId]) -> Result<(), (usize, String)> {
        let smap = SubstMap::new(tparams, targs);
        for (i, (p, a)) in tparams.iter().zip(targs).enumerate() {
            let Some(id) = self.store.as_type_param(*p) else { continue };
            self.tparam_iface(id); // wraps a constraint that is no interface
            let bound = self.store.type_params[id].bound;
            let bound = self.subst(pos, bound, &smap);
            let mut cause = String::new();
            if !self.implements(*a, bound, true, Some(&mut cause)) {
                return Err((i, cause));
            }
        }
        Ok(())
    }

    /// Whether `v` implements interface `t`, or with `constraint` satisfies it.
    pub(crate) fn implements(
        &mut self,
        v: TypeId,
        t: TypeId,
        constraint: bool,
        mut cause: Option<&mut String>,
    ) -> bool {
        let vu = self.under(v);
        let tu = self.under(t);
        if vu == TypeId::INVALID || tu == TypeId::INVALID {
            return true;
        }
        if let Type::Pointer { elem } = self.store.types[vu]
            && self.under(elem) == TypeId::INVALID
        {
            return true;
        }
        let verb = if constraint { "satisfy" } else { "implement" };
        if !matches!(self.store.types[tu], Type::Interface(_)) {
            if let Some(cause) = cause {
                let detail = if self.is_interface_ptr(tu) {
                    self.interface_ptr_error(t)
                } else {
                    format!("{} is not an interface", self.type_string(t))
                };
                let (vs, ts) = (self.type_string(v), self.type_string(t));
                *cause = format!("{vs} does not {verb} {ts} ({detail})");
            }
            return false;
        }
        let tset = self.type_set(tu);
        if tset.is_all() {
            return true;
        }
        let vset = matches!(self.store.types[vu], Type::Interface(_)).then(|| self.type_set(vu));
        if vset.as_ref().is_some_and(|s| s.is_empty()) {
            return true;
        }
        if tset.is_empty() {
            if let Some(cause) = cause {
                *cause = format!("cannot {verb} {} (empty type set)", self.type_string(t));
            }
            return false;
        }
        let mut why = cause.is_some().then(String::new);
        if !self.has_all_methods(v, t, true, Equivalence::Identical, why.as_mut()) {
            if let (Some(cause), Some(why)) = (cause, why) {
                let (vs, ts) = (self.type_string(v), self.type_string(t));
                *cause = format!("{vs} does not {verb} {ts} {why}");
            }
            return false;
        }
        if !tset.has_terms() {
            return self.check_comparability(v, &tset, constraint, cause);
        }
        if let Some(vset) = vset {
            if !self.terms_subset_of(&vset.terms, &tset.terms) {
                if let Some(cause) = cause {
                    let (vs, ts) = (self.type_string(v), self.type_string(t));
                    *cause = format!("{vs} does not {verb} {ts}");
                }
                return false;
            }
            return self.check_comparability(v, &tset, constraint, cause);
        }
        let mut alt: Option<TypeId> = None;
        let mut included = false;
        for x in tset.terms.as_deref().unwrap_or_default() {
            if self.term_includes(*x, v) {
                included = true;
                break;
            }
            if alt.is_none() && !x.tilde {
                let xu = self.under(x.ty);
                let tilde = crate::ty::Term { tilde: true, ty: x.ty };
                if self.identical(x.ty, xu) && self.term_includes(tilde, v) {
                    alt = Some(x.ty);
                }
            }
        }
        if !included {
            if let Some(cause) = cause.as_mut() {
                let (vs, ts) = (self.type_string(v), self.type_string(t));
                let detail = if let Some(alt) = alt {
                    format!("possibly missing ~ for {} in {ts}", self.type_string(alt))
                } else if self.mentions(tu, v) {
                    format!("{ts} mentions {vs}, but {vs} is not in the type set of {ts}")
                } else {
                    format!("{vs} missing in {}", self.terms_string(&tset.terms))
                };
                **cause = format!("{vs} does not {verb} {ts} ({detail})");
            }
            return false;
        }
        self.check_comparability(v, &tset, constraint, cause)
    }

    fn check_comparability(
        &mut self,
        v: TypeId,
        tset: &crate::ty::TypeSet,
        constraint: bool,
        cause: Option<&mut String>,
    ) -> bool {
        if !self.type_set_comparable(tset, &mut Vec::new()) || self.comparable_type(v, false).is_ok() {
            return true;
        }
        let verb = if constraint { "satisfy" } else { "implement" };
        // From 1.20 on, ordinary interfaces satisfy comparable.
        if constraint && self.comparable_type(v, true).is_ok() {
            if self.env.is_none() || self.allow_version(GO1_20) {
                return true;
            }
            if let Some(cause) = cause {
                let vs = self.type_string(v);
                *cause = format!("{vs} to {verb} comparable requires go1.20 or later");
            }
            return false;
        }
        if let Some(cause) = cause {
            *cause = format!("{} does not {verb} comparable", self.type_string(v));
        }
        false
    }

    /// Whether the embedded elements of `t` mention `typ`.
    fn mentions(&mut self, t: TypeId, typ: TypeId) -> bool {
        match &self.store.types[t] {
            Type::Interface(i) => {
                let list = self.store.interfaces[*i].embeddeds.clone();
                list.into_iter().any(|e| self.mentions(e, typ))
            }
            Type::Union(terms) => {
                let terms = Arc::clone(terms);
                terms.iter().any(|x| self.mentions(x.ty, typ))
            }
            _ => self.identical(t, typ),
        }
    }

    fn instance_hash(&self, orig: TypeId, targs: &[TypeId]) -> u64 {
        let mut h = FxHasher::default();
        orig.0.hash(&mut h);
        for t in targs {
            self.hash_type(*t, HASH_DEPTH, &mut h);
        }
        h.finish()
    }

    /// Feeds a hash that is equal for identical types.
    fn hash_type(&self, t: TypeId, depth: u32, h: &mut FxHasher) {
        let t = self.store.unalias(t);
        if depth == 0 {
            return;
        }
        let d = depth - 1;
        match &self.store.types[t] {
            Type::Basic(k) => (0u8, *k).hash(h),
            Type::Array { elem, len } => {
                1u8.hash(h);
                len.hash(h);
                self.hash_type(*elem, d, h);
            }
            Type::Slice { elem } => {
                2u8.hash(h);
                self.hash_type(*elem, d, h);
            }
            Type::Struct(s) => {
                (3u8, s.fields.len()).hash(h);
                for f in &s.fields {
                    let o = &self.store.objects[*f];
                    o.name.0.hash(h);
                    self.hash_type(o.ty, d, h);
                }
            }
            Type::Pointer { elem } => {
                4u8.hash(h);
                self.hash_type(*elem, d, h);
            }
            Type::Tuple(vars) => (5u8, vars.len()).hash(h),
            Type::Signature(s) => {
                (6u8, s.params.len(), s.results.len(), s.variadic).hash(h);
                // Names of a signature's own type parameters do not count.
                if s.type_params.is_empty() {
                    for v in s.params.iter().chain(s.results.iter()) {
                        self.hash_type(self.store.objects[*v].ty, d, h);
                    }
                }
            }
            Type::Union(_) => 7u8.hash(h),
            Type::Interface(_) => 8u8.hash(h),
            Type::Map { key, elem } => {
                9u8.hash(h);
                self.hash_type(*key, d, h);
                self.hash_type(*elem, d, h);
            }
            Type::Chan { dir, elem } => {
                (10u8, *dir).hash(h);
                self.hash_type(*elem, d, h);
            }
            Type::Named(n) => {
                let n = &self.store.named[*n];
                (11u8, n.orig.0).hash(h);
                for a in n.type_args.iter() {
                    self.hash_type(*a, d, h);
                }
            }
            Type::TypeParam(p) => {
                // Bound parameters of an enclosing generic signature are not reached (see above).
                (12u8, p.0).hash(h);
            }
            Type::Alias(_) => 13u8.hash(h),
        }
    }
}
