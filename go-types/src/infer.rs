//! Type inference: type arguments from function arguments, constraints and default types.
//!
//! Source: spec "Type inference"; go/types' `infer.go`.

use crate::check::version::GO1_21;
use crate::check::{Checker, Operand};
use crate::lookup::Equivalence;
use crate::object::ObjId;
use crate::subst::SubstMap;
use crate::ty::{Signature, Term, Type, TypeId, TypeList};
use crate::unify::{Unifier, UnifyMode};
use go_source::Pos;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// Why inference failed: where and what is to be reported; `None` if something was reported before.
pub(crate) type InferError = Option<(Pos, String)>;

/// Type arguments so far: those given, with holes.
type Given<'a> = &'a [Option<TypeId>];

/// Whether a call passes arguments to parameters, or a function is assigned to a variable (whose type
/// then plays the argument).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Direction {
    /// A call or instantiation.
    Forward,
    /// An assignment of a generic function.
    Reverse,
}

impl Checker {
    /// All type arguments for `tparams`: those given, and the others found by inference from the
    /// arguments passed for `params`. A list that is too short or has holes is completed.
    pub(crate) fn infer(
        &mut self,
        pos: Pos,
        tparams: &[TypeId],
        targs: Given<'_>,
        params: &[ObjId],
        args: &[Operand],
        direction: Direction,
    ) -> Result<Vec<TypeId>, InferError> {
        let n = tparams.len();
        if targs.len() == n
            && let Some(all) = targs.iter().copied().collect::<Option<Vec<TypeId>>>()
        {
            return Ok(all);
        }
        if args.iter().any(|a| !a.is_valid()) {
            return Err(None);
        }
        let mut given: Vec<Option<TypeId>> = targs.to_vec();
        given.resize(n, None);

        // Parameters get the arguments that are known, for better messages.
        let smap = SubstMap::partial(tparams, &given);
        let mut par_types: Vec<TypeId> = params.iter().map(|p| self.store.objects[*p].ty).collect();
        for t in &mut par_types {
            *t = self.subst(Pos::NONE, *t, &smap);
        }
        let interface_inference = self.allow_version(GO1_21);
        let mut u = Unifier::new(tparams, &given, interface_inference);

        // 1: typed arguments. Untyped ones for parameters that are type parameters come later.
        let mut untyped: Vec<usize> = Vec::new();
        for (i, arg) in args.iter().enumerate() {
            let Some(par) = par_types.get(i).copied() else { break };
            if !self.is_parameterized(tparams, par) && !self.is_parameterized(tparams, arg.ty) {
                continue;
            }
            if self.is_typed(arg.ty) {
                if !self.unify(&mut u, par, arg.ty, UnifyMode::ASSIGN) {
                    let msg = self.mismatch(&u, tparams, par, arg, direction);
                    return Err(Some((self.operand_pos(arg), msg)));
                }
            } else if matches!(self.store.types[par], Type::TypeParam(_)) && !arg.is_nil() {
                untyped.push(i);
            }
        }

        // 2: constraints, as long as something new is found.
        self.infer_from_constraints(&mut u, pos, tparams)?;

        // 3: untyped arguments take the default type of the largest kind per type parameter.
        let mut max_untyped: Vec<(TypeId, TypeId)> = Vec::new();
        for i in untyped {
            let (tpar, arg) = (par_types[i], &args[i]);
            if u.at(tpar).is_some() {
                continue;
            }
            match max_untyped.iter_mut().find(|(p, _)| *p == tpar) {
                None => max_untyped.push((tpar, arg.ty)),
                Some((_, max)) => match self.max_type(*max, arg.ty) {
                    Some(m) => *max = m,
                    None => {
                        let (a, b) = (self.type_string(*max), self.type_string(arg.ty));
                        let p = self.type_string(tpar);
                        let msg = format!("mismatched types {a} and {b} (cannot infer {p})");
                        return Err(Some((self.operand_pos(arg), msg)));
                    }
                },
            }
        }
        for (tpar, t) in max_untyped {
            u.set(tpar, self.default_type(t));
        }
        self.simplify(&u, pos, tparams, &given)
    }

    fn mismatch(
        &mut self,
        u: &Unifier,
        tparams: &[TypeId],
        tpar: TypeId,
        arg: &Operand,
        direction: Direction,
    ) -> String {
        let targs = u.inferred(tparams);
        let ts = self.type_string(arg.ty);
        let es = self.operand_expr_string(arg);
        let ps = self.type_string(tpar);
        if targs.iter().all(Option::is_none) {
            let names = self.type_params_string(tparams);
            return format!("type {ts} of {es} does not match {ps} (cannot infer {names})");
        }
        let smap = SubstMap::partial(tparams, &targs);
        let pos = self.operand_pos(arg);
        let inferred = self.subst(pos, tpar, &smap);
        if inferred == tpar {
            return format!("type {ts} of {es} does not match {ps}");
        }
        let is = self.type_string(inferred);
        match direction {
            Direction::Reverse => {
                format!("inferred type {is} for {ps} does not match type {ts} of {es}")
            }
            Direction::Forward => {
                format!("type {ts} of {es} does not match inferred type {is} for {ps}")
            }
        }
    }

    fn infer_from_constraints(&mut self, u: &mut Unifier, pos: Pos, tparams: &[TypeId]) -> Result<(), InferError> {
        loop {
            let unknown = u.unknowns();
            for tpar in tparams {
                let tx = u.at(*tpar);
                let core = self.core_term(*tpar);
                if let Some((core, single)) = core {
                    match tx {
                        Some(tx) => {
                            if !self.unify(u, tx, core.ty, UnifyMode::INEXACT) {
                                let (p, t) = (self.type_string(*tpar), self.type_string(tx));
                                let c = self.type_string(self.bound_of(*tpar));
                                let msg = format!("{p} (type {t}) does not satisfy {c}");
                                return Err(Some((pos, msg)));
                            }
                        }
                        None if single && !core.tilde => u.set(*tpar, core.ty),
                        None => {}
                    }
                }
                // A known type must have the constraint's methods.
                if let Some(tx) = tx
                    && !self.is_parameterized(tparams, tx)
                    && let Some(p) = self.store.as_type_param(*tpar)
                {
                    let constraint = self.tparam_iface(p);
                    let mut cause = String::new();
                    let eq = Equivalence::Unify(u);
                    if !self.has_all_methods(tx, constraint, true, eq, Some(&mut cause)) {
                        let (p, t) = (self.type_string(*tpar), self.type_string(tx));
                        let c = self.type_string(self.bound_of(*tpar));
                        let msg = format!("{p} (type {t}) does not satisfy {c} {cause}");
                        return Err(Some((pos, msg)));
                    }
                }
            }
            if u.unknowns() == unknown {
                return Ok(());
            }
        }
    }

    /// Puts what was found into itself until no type parameters are left.
    fn simplify(
        &mut self,
        u: &Unifier,
        pos: Pos,
        tparams: &[TypeId],
        given: Given<'_>,
    ) -> Result<Vec<TypeId>, InferError> {
        let mut inferred = u.inferred(tparams);
        self.kill_cycles(tparams, &mut inferred);
        let mut dirty: Vec<usize> =
            (0..inferred.len()).filter(|i| inferred[*i].is_some() && given[*i].is_none()).collect();
        while !dirty.is_empty() {
            let smap = SubstMap::partial(tparams, &inferred);
            let mut still = Vec::new();
            for i in dirty {
                let Some(t0) = inferred[i] else { continue };
                let mut t1 = self.subst(Pos::NONE, t0, &smap);
                if t1 == t0 {
                    continue;
                }
                // A generic function whose parameters are all replaced is not generic any more.
                if let Type::Signature(sig) = &self.store.types[t1]
                    && !sig.type_params.is_empty()
                {
                    let sig = Arc::clone(sig);
                    if !self.is_parameterized(tparams, t1) {
                        let sig = Signature { type_params: Arc::from([]), ..(*sig).clone() };
                        t1 = self.store.new_type(Type::Signature(Arc::new(sig)));
                    }
                }
                inferred[i] = Some(t1);
                still.push(i);
            }
            dirty = still;
        }
        let mut out = Vec::with_capacity(inferred.len());
        for (i, t) in inferred.into_iter().enumerate() {
            match t {
                Some(t) if !self.is_parameterized(tparams, t) => out.push(t),
                _ => {
                    let obj = match self.store.as_type_param(tparams[i]) {
                        Some(p) => self.store.objects[self.store.type_params[p].obj].clone(),
                        None => return Err(None),
                    };
                    let (name, at) = (self.store.text(obj.name), self.pos_string(obj.pos));
                    return Err(Some((pos, format!("cannot infer {name} (declared at {at})"))));
                }
            }
        }
        Ok(out)
    }

    /// Fresh type parameters in place of `tparams`, and `t` with them, so that a recursive call does
    /// not mix up the parameters to be found with those in scope.
    pub(crate) fn rename_tparams(&mut self, pos: Pos, tparams: &[TypeId], t: TypeId) -> (TypeList, TypeId) {
        let (new, smap) = self.renaming(pos, tparams);
        (new, self.subst(pos, t, &smap))
    }

    /// Like [`Checker::rename_tparams`], for a list of parameters.
    pub(crate) fn rename_tparams_in_vars(
        &mut self,
        pos: Pos,
        tparams: &[TypeId],
        vars: &Arc<[ObjId]>,
    ) -> (TypeList, Arc<[ObjId]>) {
        let (new, smap) = self.renaming(pos, tparams);
        (new, self.subst_vars(pos, vars, &smap))
    }

    fn renaming(&mut self, pos: Pos, tparams: &[TypeId]) -> (TypeList, SubstMap) {
        let mut map = SubstMap::default();
        let new = self.fresh_tparams(tparams, &mut map);
        for (old, fresh) in tparams.iter().zip(new.iter()) {
            let bound = self.bound_of(*old);
            let bound = self.subst(pos, bound, &map);
            if let Type::TypeParam(p) = self.store.types[*fresh] {
                self.store.type_params[p].bound = bound;
            }
        }
        (new, map)
    }

    /// Names of type parameters as an enumeration.
    pub(crate) fn type_params_string(&self, list: &[TypeId]) -> String {
        let names: Vec<&str> = list
            .iter()
            .filter_map(|t| self.store.as_type_param(*t))
            .map(|p| self.store.text(self.store.objects[self.store.type_params[p].obj].name))
            .collect();
        match names.as_slice() {
            [] => String::new(),
            [a] => (*a).to_owned(),
            [a, b] => format!("{a} and {b}"),
            [init @ .., last] => format!("{}, and {last}", init.join(", ")),
        }
    }

    /// Whether `t` mentions one of the type parameters.
    pub(crate) fn is_parameterized(&mut self, tparams: &[TypeId], t: TypeId) -> bool {
        if tparams.is_empty() || matches!(self.store.types[t], Type::Basic(_)) {
            return false;
        }
        self.mentions_tparam(tparams, t, &mut FxHashMap::default())
    }

    fn mentions_tparam(&mut self, tparams: &[TypeId], t: TypeId, seen: &mut FxHashMap<TypeId, bool>) -> bool {
        if let Some(r) = seen.get(&t) {
            return *r;
        }
        seen.insert(t, false);
        let r = match &self.store.types[t] {
            Type::Basic(_) | Type::Union(_) => false,
            Type::Alias(_) => {
                let t = self.store.unalias(t);
                self.mentions_tparam(tparams, t, seen)
            }
            &Type::Array { elem, .. } | &Type::Slice { elem } | &Type::Pointer { elem } | &Type::Chan { elem, .. } => {
                self.mentions_tparam(tparams, elem, seen)
            }
            Type::Struct(s) => {
                let s = Arc::clone(s);
                self.vars_mention_tparam(tparams, &s.fields, seen)
            }
            Type::Tuple(vars) => {
                let vars = Arc::clone(vars);
                self.vars_mention_tparam(tparams, &vars, seen)
            }
            Type::Signature(sig) => {
                // Type parameters that the signature declares do not count.
                let sig = Arc::clone(sig);
                self.vars_mention_tparam(tparams, &sig.params, seen)
                    || self.vars_mention_tparam(tparams, &sig.results, seen)
            }
            Type::Interface(_) => {
                let set = self.type_set(t);
                self.vars_mention_tparam(tparams, &set.methods, seen)
                    || set.has_terms()
                        && set
                            .terms
                            .as_deref()
                            .unwrap_or_default()
                            .iter()
                            .all(|x| self.mentions_tparam(tparams, x.ty, seen))
            }
            &Type::Map { key, elem } => {
                self.mentions_tparam(tparams, key, seen) || self.mentions_tparam(tparams, elem, seen)
            }
            Type::Named(n) => {
                let list = self.store.named[*n].type_args.clone();
                list.iter().any(|a| self.mentions_tparam(tparams, *a, seen))
            }
            Type::TypeParam(_) => tparams.contains(&t),
        };
        seen.insert(t, r);
        r
    }

    fn vars_mention_tparam(&mut self, tparams: &[TypeId], vars: &[ObjId], seen: &mut FxHashMap<TypeId, bool>) -> bool {
        vars.iter().any(|v| {
            let ty = self.store.objects[*v].ty;
            self.mentions_tparam(tparams, ty, seen)
        })
    }

    /// The core term of a type parameter's constraint, and whether it is the only term.
    fn core_term(&mut self, tpar: TypeId) -> Option<(Term, bool)> {
        let terms = self.tparam_terms(tpar).unwrap_or_default();
        if let [single] = terms.as_slice() {
            return Some((*single, true));
        }
        let ty = self.common_under(tpar, None).ok()?;
        Some((Term { tilde: terms.iter().any(|t| t.tilde), ty }, false))
    }

    /// Drops types that contain, directly or through others, the parameter they stand for.
    fn kill_cycles(&mut self, tparams: &[TypeId], inferred: &mut [Option<TypeId>]) {
        for t in tparams {
            self.find_cycles(*t, tparams, inferred, &mut Vec::new());
        }
    }

    fn find_cycles(&mut self, t: TypeId, tparams: &[TypeId], inferred: &mut [Option<TypeId>], path: &mut Vec<TypeId>) {
        let t = self.store.unalias(t);
        if path.contains(&t) {
            if let Some(i) = tparams.iter().position(|p| *p == t) {
                inferred[i] = None;
            }
            return;
        }
        path.push(t);
        let children: Vec<TypeId> = match &self.store.types[t] {
            Type::Basic(_) | Type::Alias(_) => Vec::new(),
            Type::Array { elem, .. } | Type::Slice { elem } | Type::Pointer { elem } | Type::Chan { elem, .. } => {
                vec![*elem]
            }
            Type::Struct(s) => s.fields.iter().map(|f| self.store.objects[*f].ty).collect(),
            Type::Tuple(vars) => vars.iter().map(|f| self.store.objects[*f].ty).collect(),
            Type::Signature(s) => s.params.iter().chain(s.results.iter()).map(|v| self.store.objects[*v].ty).collect(),
            Type::Union(terms) => terms.iter().map(|x| x.ty).collect(),
            Type::Interface(i) => {
                let i = &self.store.interfaces[*i];
                let methods = i.methods.iter().map(|m| self.store.objects[*m].ty);
                methods.chain(i.embeddeds.iter().copied()).collect()
            }
            Type::Map { key, elem } => vec![*key, *elem],
            Type::Named(n) => self.store.named[*n].type_args.to_vec(),
            Type::TypeParam(_) => {
                let i = tparams.iter().position(|p| *p == t);
                i.and_then(|i| inferred[i]).into_iter().collect()
            }
        };
        for c in children {
            self.find_cycles(c, tparams, inferred, path);
        }
        path.pop();
    }
}
