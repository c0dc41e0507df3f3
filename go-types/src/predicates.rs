//! Questions about types: kinds, identity, comparability, default types.
//!
//! Source: spec "Type identity", "Comparison operators", "Constants"; go/types' `predicates.go`.

use crate::check::Checker;
use crate::object::PkgId;
use crate::subst::SubstMap;
use crate::ty::{BasicKind, InterfaceId, Type, TypeId, basic_info as info};
use go_source::Pos;
use std::sync::Arc;

/// Interfaces that are being compared, innermost first: ends the comparison of types that are
/// recursive through anonymous interfaces.
#[derive(Clone, Copy)]
pub(crate) struct IfacePair<'a> {
    pub(crate) x: InterfaceId,
    pub(crate) y: InterfaceId,
    pub(crate) prev: Option<&'a IfacePair<'a>>,
}

impl IfacePair<'_> {
    /// Whether `x` and `y` are compared already further out.
    pub(crate) fn seen(p: Option<&IfacePair<'_>>, x: InterfaceId, y: InterfaceId) -> bool {
        let mut p = p;
        while let Some(q) = p {
            if (q.x, q.y) == (x, y) || (q.x, q.y) == (y, x) {
                return true;
            }
            p = q.prev;
        }
        false
    }
}

/// Variants of type identity.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Identity {
    /// The specification's.
    Strict,
    /// Struct tags do not count (conversions).
    IgnoreTags,
    /// An invalid type is identical to every type.
    IgnoreInvalids,
}

macro_rules! basic_predicates {
    ($($(#[$m:meta])* $name:ident = $f:ident($bits:expr);)*) => {
        impl Checker {$(
            $(#[$m])*
            pub fn $name(&mut self, t: TypeId) -> bool {
                self.$f(t, $bits)
            }
        )*}
    };
}

basic_predicates! {
    /// Underlying type is boolean. Type parameters are not.
    is_boolean = is_basic(info::BOOLEAN);
    /// Underlying type is an integer type.
    is_integer = is_basic(info::INTEGER);
    /// Underlying type is an unsigned integer type.
    is_unsigned = is_basic(info::UNSIGNED);
    /// Underlying type is a float type.
    is_float = is_basic(info::FLOAT);
    /// Underlying type is a complex type.
    is_complex = is_basic(info::COMPLEX);
    /// Underlying type is numeric.
    is_numeric = is_basic(info::NUMERIC);
    /// Underlying type is a string type.
    is_string = is_basic(info::STRING);
    /// Underlying type is an integer or float type.
    is_integer_or_float = is_basic(info::INTEGER | info::FLOAT);
    /// Constants can have the type.
    is_const_type = is_basic(info::CONST_TYPE);
    /// All types of the type set are boolean.
    all_boolean = all_basic(info::BOOLEAN);
    /// All types of the type set are integer types.
    all_integer = all_basic(info::INTEGER);
    /// All types of the type set are unsigned integer types.
    all_unsigned = all_basic(info::UNSIGNED);
    /// All types of the type set are numeric.
    all_numeric = all_basic(info::NUMERIC);
    /// All types of the type set are string types.
    all_string = all_basic(info::STRING);
    /// All types of the type set are ordered.
    all_ordered = all_basic(info::ORDERED);
    /// All types of the type set are numeric or string types.
    all_numeric_or_string = all_basic(info::NUMERIC | info::STRING);
}

impl Checker {
    /// Whether `t` is not the invalid type.
    #[must_use]
    pub fn is_valid_type(&self, t: TypeId) -> bool {
        self.store.unalias(t) != TypeId::INVALID
    }

    /// The kind of `t` if it is a basic type itself.
    #[must_use]
    pub fn basic_kind(&self, t: TypeId) -> Option<BasicKind> {
        if let Type::Basic(k) = self.store.types[t] { Some(k) } else { None }
    }

    /// The kind of `t`'s underlying type if that is basic.
    pub fn under_basic(&mut self, t: TypeId) -> Option<BasicKind> {
        let u = self.under(t);
        self.basic_kind(u)
    }

    /// Whether `t`'s underlying type is basic and has one of the properties.
    pub fn is_basic(&mut self, t: TypeId, bits: u8) -> bool {
        self.under_basic(t).is_some_and(|k| k.info() & bits != 0)
    }

    /// Whether all types of `t`'s type set are basic and have one of the properties.
    pub fn all_basic(&mut self, t: TypeId, bits: u8) -> bool {
        let Some(p) = self.store.as_type_param(t) else { return self.is_basic(t, bits) };
        let set = self.tparam_type_set(p);
        set.has_terms() && set.terms.as_deref().unwrap_or_default().iter().all(|t| self.is_basic(t.ty, bits))
    }

    /// Whether `t` has a name: basic and named types, type parameters.
    #[must_use]
    pub fn has_name(&self, t: TypeId) -> bool {
        let t = self.store.unalias(t);
        matches!(self.store.types[t], Type::Basic(_) | Type::Named(_) | Type::TypeParam(_))
    }

    /// Whether `t` is neither a named type nor a type parameter.
    #[must_use]
    pub fn is_type_lit(&self, t: TypeId) -> bool {
        let t = self.store.unalias(t);
        !matches!(self.store.types[t], Type::Named(_) | Type::TypeParam(_))
    }

    /// Whether `t` is not the type of an untyped value.
    #[must_use]
    pub fn is_typed(&self, t: TypeId) -> bool {
        !self.is_untyped(t)
    }

    /// Whether `t` is the type of an untyped value.
    #[must_use]
    pub fn is_untyped(&self, t: TypeId) -> bool {
        self.basic_kind(t).is_some_and(|k| k.info() & info::UNTYPED != 0)
    }

    /// Whether `t` is the type of an untyped number.
    #[must_use]
    pub fn is_untyped_numeric(&self, t: TypeId) -> bool {
        self.basic_kind(t).is_some_and(|k| {
            let i = k.info();
            i & info::UNTYPED != 0 && i & info::NUMERIC != 0
        })
    }

    /// Whether `t`'s underlying type is an interface (type parameters included).
    pub fn is_interface(&mut self, t: TypeId) -> bool {
        self.as_interface(t).is_some()
    }

    /// Whether `t` is an interface and no type parameter.
    pub fn is_non_type_param_interface(&mut self, t: TypeId) -> bool {
        !self.is_type_param(t) && self.is_interface(t)
    }

    /// Whether `t` is a type parameter.
    #[must_use]
    pub fn is_type_param(&self, t: TypeId) -> bool {
        self.store.as_type_param(t).is_some()
    }

    /// Whether `t` is a type parameter whose type set is known to be empty.
    pub fn has_empty_typeset(&mut self, t: TypeId) -> bool {
        let Some(p) = self.store.as_type_param(t) else { return false };
        let u = self.safe_underlying(self.store.type_params[p].bound);
        let Type::Interface(i) = self.store.types[u] else { return false };
        self.store.interfaces[i].type_set.as_ref().is_some_and(|s| s.is_empty())
    }

    /// Whether `t` is a generic type that is not instantiated.
    #[must_use]
    pub fn is_generic(&self, t: TypeId) -> bool {
        if let Type::Alias(a) = self.store.types[t] {
            let a = &self.store.aliases[a];
            if !a.type_params.is_empty() && a.type_args.is_empty() {
                return true;
            }
        }
        match self.store.as_named(t) {
            Some((t, n)) => {
                let n = &self.store.named[n];
                n.orig == t && !n.type_params.is_empty()
            }
            None => false,
        }
    }

    /// Whether values of type `t` can be compared with `==`, perhaps with a panic.
    pub fn comparable(&mut self, t: TypeId) -> bool {
        self.comparable_type(t, true).is_ok()
    }

    /// Whether `t` is comparable; with `dynamic`, interfaces always are. The error is a cause that
    /// may be empty.
    pub(crate) fn comparable_type(&mut self, t: TypeId, dynamic: bool) -> Result<(), String> {
        self.comparable_type_seen(t, dynamic, &mut Vec::new())
    }

    pub(crate) fn comparable_type_seen(
        &mut self,
        t: TypeId,
        dynamic: bool,
        seen: &mut Vec<TypeId>,
    ) -> Result<(), String> {
        if seen.contains(&t) {
            return Ok(());
        }
        seen.push(t);
        let u = self.under(t);
        match &self.store.types[u] {
            Type::Basic(k) => {
                if *k == BasicKind::UntypedNil {
                    return Err(String::new());
                }
            }
            Type::Pointer { .. } | Type::Chan { .. } => {}
            Type::Struct(s) => {
                let s = Arc::clone(s);
                for f in &s.fields {
                    let ft = self.store.objects[*f].ty;
                    if self.comparable_type_seen(ft, dynamic, seen).is_err() {
                        let ft = self.type_string(ft);
                        return Err(format!("struct containing {ft} cannot be compared"));
                    }
                }
            }
            Type::Array { elem, .. } => {
                let elem = *elem;
                if self.comparable_type_seen(elem, dynamic, seen).is_err() {
                    return Err(format!("{} cannot be compared", self.type_string(t)));
                }
            }
            Type::Interface(_) => {
                if dynamic && !self.is_type_param(t) {
                    return Ok(());
                }
                let set = self.type_set(u);
                if self.type_set_comparable(&set, seen) {
                    return Ok(());
                }
                let cause = if set.is_empty() { "empty type set" } else { "incomparable types in type set" };
                return Err(cause.to_owned());
            }
            Type::Slice { .. }
            | Type::Map { .. }
            | Type::Signature(_)
            | Type::Tuple(_)
            | Type::Union(_)
            | Type::Named(_)
            | Type::TypeParam(_)
            | Type::Alias(_) => return Err(String::new()),
        }
        Ok(())
    }

    /// Whether `nil` is a value of type `t`.
    pub fn has_nil(&mut self, t: TypeId) -> bool {
        let u = self.under(t);
        match self.store.types[u] {
            Type::Basic(k) => k == BasicKind::UnsafePointer,
            Type::Slice { .. } | Type::Pointer { .. } | Type::Signature(_) | Type::Map { .. } | Type::Chan { .. } => {
                true
            }
            Type::Interface(_) => !self.is_type_param(t) || self.under_is(t, |c, u| u.is_some_and(|u| c.has_nil(u))),
            Type::Array { .. }
            | Type::Struct(_)
            | Type::Tuple(_)
            | Type::Union(_)
            | Type::Named(_)
            | Type::TypeParam(_)
            | Type::Alias(_) => false,
        }
    }

    /// Whether both are the same package (`None` is the universe).
    #[must_use]
    pub fn same_pkg(&self, a: Option<PkgId>, b: Option<PkgId>) -> bool {
        a == b
    }

    /// Type identity.
    pub fn identical(&mut self, x: TypeId, y: TypeId) -> bool {
        x == y || self.identical_by(x, y, Identity::Strict, None)
    }

    /// Type identity without regard to struct tags.
    pub fn identical_ignore_tags(&mut self, x: TypeId, y: TypeId) -> bool {
        x == y || self.identical_by(x, y, Identity::IgnoreTags, None)
    }

    /// Type identity where the invalid type is identical to every type.
    pub fn identical_ignore_invalids(&mut self, x: TypeId, y: TypeId) -> bool {
        x == y || self.identical_by(x, y, Identity::IgnoreInvalids, None)
    }

    /// Whether two named types come from one declaration.
    pub(crate) fn identical_origin(&self, x: TypeId, y: TypeId) -> bool {
        let orig_obj = |t: TypeId| {
            let n = self.store.named_data(t)?;
            Some(self.store.named_data(n.orig)?.obj)
        };
        orig_obj(x) == orig_obj(y)
    }

    fn identical_vars(
        &mut self,
        x: &[crate::object::ObjId],
        y: &[crate::object::ObjId],
        how: Identity,
        p: Option<&IfacePair<'_>>,
    ) -> bool {
        x.len() == y.len()
            && x.iter().zip(y).all(|(v, w)| {
                let (v, w) = (self.store.objects[*v].ty, self.store.objects[*w].ty);
                self.identical_by(v, w, how, p)
            })
    }

    fn identical_by(&mut self, x: TypeId, y: TypeId, how: Identity, p: Option<&IfacePair<'_>>) -> bool {
        let x = self.store.unalias(x);
        let y = self.store.unalias(y);
        if x == y {
            return true;
        }
        if how == Identity::IgnoreInvalids && (x == TypeId::INVALID || y == TypeId::INVALID) {
            return true;
        }
        match (&self.store.types[x], &self.store.types[y]) {
            (Type::Basic(a), Type::Basic(b)) => a == b,
            (&Type::Array { elem: xe, len: xl }, &Type::Array { elem: ye, len: yl }) => {
                // Unknown lengths come from errors that were reported.
                (xl < 0 || yl < 0 || xl == yl) && self.identical_by(xe, ye, how, p)
            }
            (&Type::Slice { elem: xe }, &Type::Slice { elem: ye })
            | (&Type::Pointer { elem: xe }, &Type::Pointer { elem: ye }) => self.identical_by(xe, ye, how, p),
            (Type::Struct(a), Type::Struct(b)) => {
                if a.fields.len() != b.fields.len() {
                    return false;
                }
                let (a, b) = (Arc::clone(a), Arc::clone(b));
                for (i, (f, g)) in a.fields.iter().zip(&b.fields).enumerate() {
                    let (fo, go) = (&self.store.objects[*f], &self.store.objects[*g]);
                    let (ft, gt) = (fo.ty, go.ty);
                    if fo.is_embedded() != go.is_embedded()
                        || how != Identity::IgnoreTags && a.tag(i) != b.tag(i)
                        || !self.same_id(*f, go.pkg, go.name, false)
                        || !self.identical_by(ft, gt, how, p)
                    {
                        return false;
                    }
                }
                true
            }
            (Type::Tuple(a), Type::Tuple(b)) => {
                let (a, b) = (Arc::clone(a), Arc::clone(b));
                self.identical_vars(&a, &b, how, p)
            }
            (Type::Signature(a), Type::Signature(b)) => {
                if a.type_params.len() != b.type_params.len()
                    || a.variadic != b.variadic
                    || a.params.len() != b.params.len()
                    || a.results.len() != b.results.len()
                {
                    return false;
                }
                let (a, b) = (Arc::clone(a), Arc::clone(b));
                let (mut yparams, mut yresults) = (Arc::clone(&b.params), Arc::clone(&b.results));
                if !a.type_params.is_empty() {
                    // Names of type parameters do not count: compare after renaming.
                    let smap = SubstMap::new(&b.type_params, &a.type_params);
                    for (xt, yt) in a.type_params.iter().zip(b.type_params.iter()) {
                        let (xb, yb) = (self.bound_of(*xt), self.bound_of(*yt));
                        let yb = self.subst(Pos::NONE, yb, &smap);
                        if !self.identical_by(xb, yb, how, p) {
                            return false;
                        }
                    }
                    yparams = self.subst_vars(Pos::NONE, &yparams, &smap);
                    yresults = self.subst_vars(Pos::NONE, &yresults, &smap);
                }
                self.identical_vars(&a.params, &yparams, how, p) && self.identical_vars(&a.results, &yresults, how, p)
            }
            (Type::Union(_), Type::Union(_)) => {
                let xs = self.compute_union_type_set(Pos::NONE, x);
                let ys = self.compute_union_type_set(Pos::NONE, y);
                match (xs, ys) {
                    (Some(xs), Some(ys)) => self.terms_equal(&xs.terms, &ys.terms),
                    _ => true,
                }
            }
            (&Type::Interface(a), &Type::Interface(b)) => {
                let xs = self.type_set(x);
                let ys = self.type_set(y);
                if xs.comparable != ys.comparable
                    || xs.methods.len() != ys.methods.len()
                    || !self.terms_equal(&xs.terms, &ys.terms)
                {
                    return false;
                }
                if IfacePair::seen(p, a, b) {
                    return true;
                }
                let q = IfacePair { x: a, y: b, prev: p };
                for (f, g) in xs.methods.iter().zip(&ys.methods) {
                    let (fo, go) = (&self.store.objects[*f], &self.store.objects[*g]);
                    let (ft, gt) = (fo.ty, go.ty);
                    if !self.same_id(*f, go.pkg, go.name, false) || !self.identical_by(ft, gt, how, Some(&q)) {
                        return false;
                    }
                }
                true
            }
            (&Type::Map { key: xk, elem: xe }, &Type::Map { key: yk, elem: ye }) => {
                self.identical_by(xk, yk, how, p) && self.identical_by(xe, ye, how, p)
            }
            (&Type::Chan { dir: xd, elem: xe }, &Type::Chan { dir: yd, elem: ye }) => {
                xd == yd && self.identical_by(xe, ye, how, p)
            }
            (&Type::Named(a), &Type::Named(b)) => {
                let (a, b) = (&self.store.named[a], &self.store.named[b]);
                if a.type_args.len() != b.type_args.len() || a.type_args.is_empty() {
                    return false; // equal ones were found above
                }
                if a.orig != b.orig {
                    return false;
                }
                let (xs, ys) = (a.type_args.clone(), b.type_args.clone());
                self.identical_lists(&xs, &ys)
            }
            _ => false,
        }
    }

    /// Pairwise identity of two lists.
    pub(crate) fn identical_lists(&mut self, xs: &[TypeId], ys: &[TypeId]) -> bool {
        xs.len() == ys.len() && xs.iter().zip(ys).all(|(x, y)| self.identical(*x, *y))
    }

    /// The bound of a type parameter, as declared.
    pub(crate) fn bound_of(&self, tparam: TypeId) -> TypeId {
        match self.store.as_type_param(tparam) {
            Some(p) => self.store.type_params[p].bound,
            None => TypeId::INVALID,
        }
    }

    /// The type that an untyped value takes by itself; other types are their own default.
    #[must_use]
    pub fn default_type(&self, t: TypeId) -> TypeId {
        match self.basic_kind(t) {
            Some(BasicKind::UntypedBool) => TypeId::BOOL,
            Some(BasicKind::UntypedInt) => TypeId::INT,
            Some(BasicKind::UntypedRune) => TypeId::RUNE,
            Some(BasicKind::UntypedFloat) => TypeId::FLOAT64,
            Some(BasicKind::UntypedComplex) => TypeId::COMPLEX128,
            Some(BasicKind::UntypedString) => TypeId::STRING,
            _ => t,
        }
    }

    /// The larger of two untyped numeric types (or the type that both are).
    #[must_use]
    pub fn max_type(&self, x: TypeId, y: TypeId) -> Option<TypeId> {
        if x == y {
            return Some(x);
        }
        if self.is_untyped_numeric(x) && self.is_untyped_numeric(y) {
            return if self.basic_kind(x) > self.basic_kind(y) { Some(x) } else { Some(y) };
        }
        None
    }

    /// The predeclared type `error`.
    #[must_use]
    pub fn universe_error(&self) -> TypeId {
        TypeId::ERROR
    }
}
