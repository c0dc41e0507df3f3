//! Conversions `T(x)` (spec "Conversions", package unsafe's rules included).

use super::assignability::prepend;
use super::version::{GO1_17, GO1_20};
use super::{Checker, Operand};
use crate::codes;
use crate::constant::{self, ConstValue};
use crate::info::Mode;
use crate::ty::{BasicKind, Type, TypeId};

impl Checker {
    /// Converts `x` to type `t`; the result is left in `x`.
    pub(crate) fn conversion(&mut self, x: &mut Operand, t: TypeId) {
        let const_arg = x.is_const();
        let mut cause = String::new();
        let ok = if const_arg && self.is_const_type(t) {
            let val = self.const_conversion(x, t);
            match val {
                Some(v) => {
                    x.val = v;
                    true
                }
                None if self.is_integer(x.ty) && self.is_integer(t) => {
                    let ts = self.type_string(t);
                    let msg = format!("constant {} overflows {ts}", x.val);
                    self.err_operand(x, codes::INVALID_CONVERSION, msg);
                    x.invalidate();
                    return;
                }
                None => {
                    // gc's message shows what was tried: the integer that the constant is.
                    let i = constant::to_int(&x.val);
                    if self.is_integer(t) && constant::is_int(&i) {
                        x.val = i;
                    }
                    false
                }
            }
        } else if const_arg && self.is_type_param(t) {
            let ok = self.const_to_type_param(x, t, &mut cause);
            x.mode = Mode::Value;
            ok
        } else if self.convertible_to(x, t, Some(&mut cause)) {
            x.mode = Mode::Value;
            true
        } else {
            false
        };

        if !ok {
            let xs = self.operand_string(x);
            let ts = self.type_string(t);
            let msg = if cause.is_empty() {
                format!("cannot convert {xs} to type {ts}")
            } else {
                format!("cannot convert {xs} to type {ts}: {cause}")
            };
            self.err_operand(x, codes::INVALID_CONVERSION, msg);
            x.invalidate();
            return;
        }

        if self.is_untyped(x.ty) {
            let last = if x.ty == TypeId::UNTYPED_NIL {
                t
            } else if self.is_non_type_param_interface(t) || const_arg && !self.is_const_type(t) {
                self.default_type(x.ty)
            } else if x.is_const() && self.is_integer(x.ty) && self.all_string(t) {
                x.ty
            } else {
                t
            };
            if let Some(e) = x.expr {
                self.update_expr_type(e, last, true);
            }
        }
        x.ty = t;
    }

    /// The value of constant `x` converted to a type with basic underlying type.
    fn const_conversion(&mut self, x: &Operand, t: TypeId) -> Option<ConstValue> {
        let u = self.under(t);
        if !matches!(self.store.types[u], Type::Basic(_)) {
            return None;
        }
        if let Some(v) = self.representable_const(&x.val, u) {
            return Some(v);
        }
        if self.is_integer(x.ty) && self.is_string(u) {
            let c = constant::uint64_val(&x.val)
                .and_then(|i| u32::try_from(i).ok())
                .and_then(char::from_u32)
                .unwrap_or(char::REPLACEMENT_CHARACTER);
            return Some(ConstValue::Str(c.to_string().into_bytes().into()));
        }
        None
    }

    fn const_to_type_param(&mut self, x: &Operand, t: TypeId, cause: &mut String) -> bool {
        for (_, u) in self.typeset(t) {
            let Some(u) = u else {
                *cause = format!("{} does not contain specific types", self.type_string(t));
                return false;
            };
            if self.is_string(x.ty) && self.is_bytes_or_runes(u) {
                continue;
            }
            if self.const_conversion(x, u).is_none() {
                let (us, ts) = (self.type_string(u), self.type_string(t));
                *cause = if self.is_integer(x.ty) && self.is_integer(u) {
                    format!("constant {} overflows {us} (in {ts})", x.val)
                } else {
                    let xs = self.operand_string(x);
                    format!("cannot convert {xs} to type {us} (in {ts})")
                };
                return false;
            }
        }
        true
    }

    /// Whether the non-constant conversion `t(x)` is permitted; else maybe the cause.
    pub(crate) fn convertible_to(&mut self, x: &Operand, t: TypeId, mut cause: Option<&mut String>) -> bool {
        if self.assignable_to(x, t, cause.as_deref_mut()).is_ok() {
            return true;
        }
        let orig_t = t;
        let v = self.unalias(x.ty);
        let t = self.unalias(t);
        let (vu, tu) = (self.under(v), self.under(t));
        let v_param = matches!(self.store.types[v], Type::TypeParam(_));
        let t_param = matches!(self.store.types[t], Type::TypeParam(_));

        if !v_param && !t_param && self.identical_ignore_tags(vu, tu) {
            return true;
        }
        if let (&Type::Pointer { elem: ve }, &Type::Pointer { elem: te }) = (&self.store.types[v], &self.store.types[t])
        {
            let (vb, tb) = (self.under(ve), self.under(te));
            if self.identical_ignore_tags(vb, tb) && !self.is_type_param(ve) && !self.is_type_param(te) {
                return true;
            }
        }
        if self.basic_convertible(vu, tu) {
            return true;
        }
        if let Type::Slice { elem } = self.store.types[vu] {
            match self.slice_to_array(elem, tu) {
                Some(Ok(())) => return true,
                Some(Err(why)) => {
                    if let Some(c) = cause {
                        *c = why.to_owned();
                    }
                    return false;
                }
                None => {}
            }
        }
        if !v_param && !t_param {
            return false;
        }

        let v_terms = if v_param { self.tparam_terms(v) } else { Some(Vec::new()) };
        let t_terms = if t_param { self.tparam_terms(t) } else { Some(Vec::new()) };
        let (Some(v_terms), Some(t_terms)) = (v_terms, t_terms) else { return false };
        let mut each = x.clone();
        let sources: Vec<Option<TypeId>> =
            if v_param { v_terms.iter().map(|t| Some(t.ty)).collect() } else { vec![None] };
        let dests: Vec<Option<TypeId>> =
            if t_param { t_terms.iter().map(|t| Some(t.ty)).collect() } else { vec![None] };
        for s in &sources {
            if let Some(s) = s {
                each.ty = *s;
            }
            for d in &dests {
                if self.convertible_to(&each, d.unwrap_or(t), cause.as_deref_mut()) {
                    continue;
                }
                if let Some(c) = cause {
                    let es = self.type_string(each.ty);
                    let from = match s {
                        Some(_) => format!("{es} (in {})", self.type_string(v)),
                        None => es,
                    };
                    let to = match d {
                        Some(d) => {
                            format!("{} (in {})", self.type_string(*d), self.type_string(t))
                        }
                        None => self.type_string(orig_t),
                    };
                    prepend(c, format!("cannot convert {from} to type {to}"));
                }
                return false;
            }
        }
        true
    }

    /// Conversions between numbers, strings and unsafe pointers, given underlying types.
    fn basic_convertible(&mut self, vu: TypeId, tu: TypeId) -> bool {
        if self.is_integer_or_float(vu) && self.is_integer_or_float(tu) {
            return true;
        }
        if self.is_complex(vu) && self.is_complex(tu) {
            return true;
        }
        if (self.is_integer(vu) || self.is_bytes_or_runes(vu)) && self.is_string(tu) {
            return true;
        }
        if self.is_string(vu) && self.is_bytes_or_runes(tu) {
            return true;
        }
        let is = |c: &Checker, t: TypeId, k: BasicKind| match c.store.types[t] {
            Type::Basic(b) => b == k,
            _ => false,
        };
        let pointer_like =
            |c: &Checker, t: TypeId| matches!(c.store.types[t], Type::Pointer { .. }) || is(c, t, BasicKind::Uintptr);
        let unsafe_ptr = |c: &Checker, t: TypeId| is(c, t, BasicKind::UnsafePointer);
        pointer_like(self, vu) && unsafe_ptr(self, tu) || unsafe_ptr(self, vu) && pointer_like(self, tu)
    }

    /// Conversion of a slice of `elem` to an array or array pointer `tu`; `None` if it is neither.
    fn slice_to_array(&mut self, elem: TypeId, tu: TypeId) -> Option<Result<(), &'static str>> {
        match self.store.types[tu].clone() {
            Type::Array { elem: e, .. } if self.identical(elem, e) => {
                if self.allow_version(GO1_20) {
                    return Some(Ok(()));
                }
                Some(Err("conversion of slice to array requires go1.20 or later"))
            }
            Type::Pointer { elem: p } => {
                let pu = self.under(p);
                let Type::Array { elem: e, .. } = self.store.types[pu] else { return None };
                if !self.identical(elem, e) {
                    return None;
                }
                if self.allow_version(GO1_17) {
                    return Some(Ok(()));
                }
                Some(Err("conversion of slice to array pointer requires go1.17 or later"))
            }
            _ => None,
        }
    }

    /// Whether `t` has a pointer as underlying type.
    pub(crate) fn is_pointer(&mut self, t: TypeId) -> bool {
        let u = self.under(t);
        matches!(self.store.types[u], Type::Pointer { .. })
    }

    /// Whether `t` is a slice of bytes or runes (or of types with these as underlying types).
    pub(crate) fn is_bytes_or_runes(&mut self, t: TypeId) -> bool {
        let u = self.under(t);
        let Type::Slice { elem } = self.store.types[u] else { return false };
        let eu = self.under(elem);
        matches!(self.store.types[eu], Type::Basic(BasicKind::Uint8 | BasicKind::Int32))
    }
}
