//! Unification: finding types for type parameters that make two types identical (or, in inexact
//! mode, assignable).
//!
//! Source: spec "Type unification"; go/types' `unify.go`.

use crate::check::Checker;
use crate::object::{ObjId, ObjectKind};
use crate::predicates::IfacePair;
use crate::ty::{Type, TypeId};
use go_ast::ChanDir;
use std::sync::Arc;

/// Deeper recursion means an endless one; unification fails then.
const DEPTH_LIMIT: u32 = 50;

/// How exactly types must match: a set of bits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct UnifyMode(u8);

impl UnifyMode {
    /// Types match inexactly: a named type and a literal by their underlying types, channels
    /// whatever their directions, an interface with what implements it.
    pub(crate) const INEXACT: UnifyMode = UnifyMode(0);
    /// Inexact at the top, exact for element types, as in an assignment.
    pub(crate) const ASSIGN: UnifyMode = UnifyMode(1);
    /// Types must become identical.
    pub(crate) const EXACT: UnifyMode = UnifyMode(2);

    fn exact(self) -> bool {
        self.0 & 2 != 0
    }

    /// The mode for element types.
    fn elem(self) -> UnifyMode {
        if self.0 & 1 != 0 { UnifyMode(self.0 | 2) } else { self }
    }
}

/// The types found so far for a list of type parameters.
#[derive(Debug)]
pub(crate) struct Unifier {
    /// Type parameters with the index of their slot. Joined parameters share one.
    handles: Vec<(TypeId, usize)>,
    slots: Vec<Option<TypeId>>,
    depth: u32,
    /// Use methods of interfaces (1.21).
    interface_inference: bool,
}

impl Unifier {
    /// A unifier for `tparams`, some of which have types already.
    pub(crate) fn new(tparams: &[TypeId], targs: &[Option<TypeId>], interface_inference: bool) -> Unifier {
        Unifier {
            handles: tparams.iter().enumerate().map(|(i, p)| (*p, i)).collect(),
            slots: (0..tparams.len()).map(|i| targs.get(i).copied().flatten()).collect(),
            depth: 0,
            interface_inference,
        }
    }

    fn slot(&self, tparam: TypeId) -> Option<usize> {
        self.handles.iter().find(|(p, _)| *p == tparam).map(|(_, s)| *s)
    }

    /// The type found for a type parameter.
    pub(crate) fn at(&self, tparam: TypeId) -> Option<TypeId> {
        self.slot(tparam).and_then(|s| self.slots[s])
    }

    /// Sets the type of a type parameter.
    pub(crate) fn set(&mut self, tparam: TypeId, t: TypeId) {
        if let Some(s) = self.slot(tparam) {
            self.slots[s] = Some(t);
        }
    }

    /// Makes two type parameters one; fails if both have types already.
    fn join(&mut self, x: TypeId, y: TypeId) -> bool {
        let (Some(hx), Some(hy)) = (self.slot(x), self.slot(y)) else { return false };
        if hx == hy {
            return true;
        }
        let (from, to) = match (self.slots[hx], self.slots[hy]) {
            (Some(_), Some(_)) => return false,
            (Some(_), None) => (hy, hx),
            (None, _) => (hx, hy),
        };
        for (_, h) in &mut self.handles {
            if *h == from {
                *h = to;
            }
        }
        true
    }

    /// Number of type parameters without a type.
    pub(crate) fn unknowns(&self) -> usize {
        self.handles.iter().filter(|(_, s)| self.slots[*s].is_none()).count()
    }

    /// The types found, in the order of `tparams`.
    pub(crate) fn inferred(&self, tparams: &[TypeId]) -> Vec<Option<TypeId>> {
        tparams.iter().map(|p| self.at(*p)).collect()
    }
}

impl Checker {
    /// Unifies two types.
    pub(crate) fn unify(&mut self, u: &mut Unifier, x: TypeId, y: TypeId, mode: UnifyMode) -> bool {
        self.nify(u, x, y, mode, None)
    }

    /// Unifies two types exactly.
    pub(crate) fn unify_exact(&mut self, u: &mut Unifier, x: TypeId, y: TypeId) -> bool {
        self.nify(u, x, y, UnifyMode::EXACT, None)
    }

    fn as_bound_type_param(&self, u: &Unifier, x: TypeId) -> Option<TypeId> {
        let x = self.store.unalias(x);
        (matches!(self.store.types[x], Type::TypeParam(_)) && u.slot(x).is_some()).then_some(x)
    }

    /// The interface that `x` is, not looking at constraints of type parameters.
    fn interface_of(&mut self, x: TypeId) -> Option<TypeId> {
        if self.is_type_param(x) {
            return None;
        }
        let u = self.under(x);
        matches!(self.store.types[u], Type::Interface(_)).then_some(u)
    }

    fn nify(&mut self, u: &mut Unifier, x: TypeId, y: TypeId, mode: UnifyMode, p: Option<&IfacePair<'_>>) -> bool {
        if x == y || self.store.unalias(x) == self.store.unalias(y) {
            return true;
        }
        u.depth += 1;
        let ok = u.depth <= DEPTH_LIMIT && self.nify_step(u, x, y, mode, p);
        u.depth -= 1;
        ok
    }

    fn nify_step(
        &mut self,
        u: &mut Unifier,
        mut x: TypeId,
        mut y: TypeId,
        mode: UnifyMode,
        p: Option<&IfacePair<'_>>,
    ) -> bool {
        // A named type, if there is one, goes to y; a bound type parameter to x.
        if self.as_named(x).is_some() || self.as_bound_type_param(u, y).is_some() {
            std::mem::swap(&mut x, &mut y);
        }
        // Inexactly, a named type matches a literal by its underlying type.
        if !mode.exact()
            && self.as_named(y).is_some()
            && self.is_type_lit(x)
            && !(u.interface_inference && self.is_interface(x))
        {
            y = self.under(y);
            if x == y || self.store.unalias(x) == self.store.unalias(y) {
                return true;
            }
        }
        match (self.as_bound_type_param(u, x), self.as_bound_type_param(u, y)) {
            (Some(px), Some(py)) => {
                if u.join(px, py) {
                    return true;
                }
                let (Some(tx), Some(ty)) = (u.at(px), u.at(py)) else { return false };
                return self.nify(u, tx, ty, mode, p);
            }
            (Some(px), None) => {
                let Some(tx) = u.at(px) else {
                    u.set(px, y);
                    return true;
                };
                return self.nify_inferred(u, px, tx, y, mode, p);
            }
            _ => {}
        }
        if u.interface_inference && !mode.exact() {
            let xi = self.interface_of(x);
            let yi = self.interface_of(y);
            match (xi, yi) {
                (Some(xi), Some(yi)) => return self.nify_interfaces_inexact(u, xi, yi, p),
                (Some(i), None) => return self.nify_methods(u, i, y, p),
                (None, Some(i)) => return self.nify_methods(u, i, x, p),
                (None, None) => {}
            }
        }
        // Type parameters left are not bound; one goes to x.
        if self.is_type_param(y) {
            std::mem::swap(&mut x, &mut y);
        }
        self.nify_structure(u, x, y, mode, p)
    }

    /// Matches the type `tx` found for `px` before with another one, `y`.
    fn nify_inferred(
        &mut self,
        u: &mut Unifier,
        px: TypeId,
        tx: TypeId,
        y: TypeId,
        mode: UnifyMode,
        p: Option<&IfacePair<'_>>,
    ) -> bool {
        if !self.nify(u, tx, y, mode, p) {
            return false;
        }
        let (xi, yi) = (self.interface_of(tx), self.interface_of(y));
        let (xn, yn) = (self.as_named(tx).is_some(), self.as_named(y).is_some());
        match (xi, yi) {
            (Some(xi), Some(yi)) => {
                if xn && yn {
                    return self.identical(tx, y);
                }
                if self.type_set(xi).methods.len() != self.type_set(yi).methods.len() {
                    return false;
                }
            }
            // Either could be chosen: the result would depend on the order.
            (Some(_), None) | (None, Some(_)) => return false,
            (None, None) => {}
        }
        // Named types win over literals, directed channels over others, whatever the order.
        if !mode.exact() && !xn {
            if yn {
                u.set(px, y);
            } else {
                let yu = self.under(y);
                if let Type::Chan { dir, .. } = self.store.types[yu]
                    && dir != ChanDir::Both
                {
                    u.set(px, y);
                }
            }
        }
        true
    }

    /// Two interfaces, one of which must have a subset of the other's methods.
    fn nify_interfaces_inexact(&mut self, u: &mut Unifier, xi: TypeId, yi: TypeId, p: Option<&IfacePair<'_>>) -> bool {
        let (xset, yset) = (self.type_set(xi), self.type_set(yi));
        if xset.comparable != yset.comparable || !self.terms_equal(&xset.terms, &yset.terms) {
            return false;
        }
        let (Type::Interface(a), Type::Interface(b)) = (&self.store.types[xi], &self.store.types[yi]) else {
            return false;
        };
        let (a, b) = (*a, *b);
        if IfacePair::seen(p, a, b) {
            return true;
        }
        let q = IfacePair { x: a, y: b, prev: p };
        let (small, large) = if xset.methods.len() > yset.methods.len() { (&yset, &xset) } else { (&xset, &yset) };
        for m in &small.methods {
            let o = &self.store.objects[*m];
            let (pkg, name, mt) = (o.pkg, o.name, o.ty);
            let Some((_, ym)) = self.type_set_lookup(large, pkg, name, false) else {
                return false;
            };
            let yt = self.store.objects[ym].ty;
            if !self.nify(u, mt, yt, UnifyMode::EXACT, Some(&q)) {
                return false;
            }
        }
        true
    }

    /// An interface and another type, which must have its methods.
    fn nify_methods(&mut self, u: &mut Unifier, iface: TypeId, y: TypeId, p: Option<&IfacePair<'_>>) -> bool {
        let set = self.type_set(iface);
        for m in &set.methods {
            let o = &self.store.objects[*m];
            let (pkg, name, mt) = (o.pkg, o.name, o.ty);
            let (obj, ..) = self.lookup_field_or_method(y, false, pkg, name, false);
            let Some(f) = obj.filter(|f| matches!(self.store.objects[*f].kind, ObjectKind::Func { .. })) else {
                return false;
            };
            self.obj_decl(f);
            let ft = self.store.objects[f].ty;
            // A generic method implements no interface method.
            if !self.type_params_of(ft).is_empty() || !self.nify(u, mt, ft, UnifyMode::EXACT, p) {
                return false;
            }
        }
        true
    }

    fn nify_vars(
        &mut self,
        u: &mut Unifier,
        x: &[ObjId],
        y: &[ObjId],
        mode: UnifyMode,
        p: Option<&IfacePair<'_>>,
    ) -> bool {
        x.len() == y.len()
            && x.iter().zip(y).all(|(v, w)| {
                let (v, w) = (self.store.objects[*v].ty, self.store.objects[*w].ty);
                self.nify(u, v, w, mode, p)
            })
    }

    fn nify_structure(
        &mut self,
        u: &mut Unifier,
        x: TypeId,
        y: TypeId,
        mode: UnifyMode,
        p: Option<&IfacePair<'_>>,
    ) -> bool {
        let emode = mode.elem();
        let yorig = y;
        let x = self.store.unalias(x);
        let y = self.store.unalias(y);
        match (&self.store.types[x], &self.store.types[y]) {
            (Type::Basic(a), Type::Basic(b)) => a == b,
            (&Type::Array { elem: xe, len: xl }, &Type::Array { elem: ye, len: yl }) => {
                (xl < 0 || yl < 0 || xl == yl) && self.nify(u, xe, ye, emode, p)
            }
            (&Type::Slice { elem: xe }, &Type::Slice { elem: ye })
            | (&Type::Pointer { elem: xe }, &Type::Pointer { elem: ye }) => self.nify(u, xe, ye, emode, p),
            (Type::Struct(a), Type::Struct(b)) => {
                if a.fields.len() != b.fields.len() {
                    return false;
                }
                let (a, b) = (Arc::clone(a), Arc::clone(b));
                for (i, (f, g)) in a.fields.iter().zip(&b.fields).enumerate() {
                    let (fo, go) = (&self.store.objects[*f], &self.store.objects[*g]);
                    let (ft, gt) = (fo.ty, go.ty);
                    if fo.is_embedded() != go.is_embedded()
                        || a.tag(i) != b.tag(i)
                        || !self.same_id(*f, go.pkg, go.name, false)
                        || !self.nify(u, ft, gt, emode, p)
                    {
                        return false;
                    }
                }
                true
            }
            (Type::Tuple(a), Type::Tuple(b)) => {
                let (a, b) = (Arc::clone(a), Arc::clone(b));
                self.nify_vars(u, &a, &b, mode, p)
            }
            (Type::Signature(a), Type::Signature(b)) => {
                let (a, b) = (Arc::clone(a), Arc::clone(b));
                a.variadic == b.variadic
                    && self.nify_vars(u, &a.params, &b.params, emode, p)
                    && self.nify_vars(u, &a.results, &b.results, emode, p)
            }
            (&Type::Interface(a), &Type::Interface(b)) => {
                let (xset, yset) = (self.type_set(x), self.type_set(y));
                if xset.comparable != yset.comparable
                    || xset.methods.len() != yset.methods.len()
                    || !self.terms_equal(&xset.terms, &yset.terms)
                {
                    return false;
                }
                if IfacePair::seen(p, a, b) {
                    return true;
                }
                let q = IfacePair { x: a, y: b, prev: p };
                for (f, g) in xset.methods.iter().zip(&yset.methods) {
                    let (fo, go) = (&self.store.objects[*f], &self.store.objects[*g]);
                    let (ft, gt) = (fo.ty, go.ty);
                    if !self.same_id(*f, go.pkg, go.name, false) || !self.nify(u, ft, gt, UnifyMode::EXACT, Some(&q)) {
                        return false;
                    }
                }
                true
            }
            (&Type::Map { key: xk, elem: xe }, &Type::Map { key: yk, elem: ye }) => {
                self.nify(u, xk, yk, emode, p) && self.nify(u, xe, ye, emode, p)
            }
            (&Type::Chan { dir: xd, elem: xe }, &Type::Chan { dir: yd, elem: ye }) => {
                (!mode.exact() || xd == yd) && self.nify(u, xe, ye, emode, p)
            }
            (&Type::Named(a), &Type::Named(b)) => {
                let (a, b) = (&self.store.named[a], &self.store.named[b]);
                let (xs, ys) = (a.type_args.clone(), b.type_args.clone());
                // Arguments first, so that they unify for better messages.
                xs.len() == ys.len()
                    && xs.iter().zip(ys.iter()).all(|(x, y)| self.nify(u, *x, *y, mode, p))
                    && self.identical_origin(x, y)
            }
            (Type::TypeParam(_), _) => {
                // An unbound type parameter stands for the common underlying type of its constraint.
                match self.common_under(x, None) {
                    Ok(cx) => self.nify(u, cx, yorig, UnifyMode::ASSIGN, p),
                    Err(_) => false,
                }
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::CheckOptions;
    use crate::object::ObjectKind;
    use crate::subst::SubstMap;
    use crate::ty::TypeParam;
    use go_source::{Interner, Pos};

    fn checker() -> Checker {
        Checker::new(Arc::new(Interner::new()), CheckOptions::default())
    }

    fn tparam(c: &mut Checker, name: &str, index: usize) -> TypeId {
        let name = c.store.interner.intern(name);
        let kind = ObjectKind::TypeName;
        let obj = c.store.new_object(kind, Pos::NONE, None, name, TypeId::INVALID);
        let bound = TypeId::ANY;
        let t = c.store.new_type_param(TypeParam { obj, index, bound });
        c.store.objects[obj].ty = t;
        t
    }

    #[test]
    fn type_parameters_take_element_types() {
        let mut c = checker();
        let (p, q) = (tparam(&mut c, "P", 0), tparam(&mut c, "Q", 1));
        let x = c.store.new_type(Type::Map { key: p, elem: q });
        let slice = c.store.new_type(Type::Slice { elem: TypeId::BYTE });
        let y = c.store.new_type(Type::Map { key: TypeId::STRING, elem: slice });
        let mut u = Unifier::new(&[p, q], &[], true);
        assert_eq!(u.unknowns(), 2);
        assert!(c.unify(&mut u, x, y, UnifyMode::ASSIGN));
        assert_eq!(u.inferred(&[p, q]), [Some(TypeId::STRING), Some(slice)]);
        assert!(!c.unify(&mut u, p, TypeId::INT, UnifyMode::ASSIGN));

        let smap = SubstMap::partial(&[p, q], &u.inferred(&[p, q]));
        let z = c.subst(Pos::NONE, x, &smap);
        assert!(c.identical(y, z));
        assert_eq!(c.type_string(z), "map[string][]byte");
        assert_eq!(c.subst(Pos::NONE, y, &smap), y);
    }

    #[test]
    fn joined_parameters_share_a_type() {
        let mut c = checker();
        let (p, q) = (tparam(&mut c, "P", 0), tparam(&mut c, "Q", 1));
        let mut u = Unifier::new(&[p, q], &[], true);
        assert!(c.unify(&mut u, p, q, UnifyMode::EXACT));
        u.set(q, TypeId::INT);
        assert_eq!(u.at(p), Some(TypeId::INT));
        let ptr = c.store.new_type(Type::Pointer { elem: p });
        assert!(!c.unify(&mut u, ptr, TypeId::INT, UnifyMode::INEXACT));
    }
}
