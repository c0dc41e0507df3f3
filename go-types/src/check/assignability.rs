//! Assignability (spec "Assignability") and assignment of operands to variables of a type.

use super::{Checker, Operand};
use crate::codes;
use crate::info::Mode;
use crate::ty::{Type, TypeId};
use go_ast::ChanDir;
use go_source::Code;

impl Checker {
    /// Checks that `x` can be assigned to a variable of type `ty` (`None`: the blank identifier) and
    /// gives untyped values their type. `context` says for messages what is being assigned. On
    /// failure `x` becomes invalid.
    pub(crate) fn assignment(&mut self, x: &mut Operand, ty: Option<TypeId>, context: &str) {
        self.single_value(x);
        match x.mode {
            Mode::Invalid => return,
            Mode::Nil
            | Mode::Constant
            | Mode::Variable
            | Mode::MapIndex
            | Mode::Value
            | Mode::CommaOk
            | Mode::CgoFunc => {}
            Mode::NoValue | Mode::Builtin | Mode::TypeExpr => {
                let xs = self.operand_string(x);
                let ts = ty.map_or_else(|| "nil".to_owned(), |t| self.type_string(t));
                let msg = format!("cannot assign {xs} to {ts} in {context}");
                self.err_operand(x, codes::INCOMPATIBLE_ASSIGN, msg);
                x.invalidate();
                return;
            }
        }

        if self.is_untyped(x.ty) && !self.assign_untyped(x, ty, context) {
            x.invalidate();
            return;
        }

        if self.as_signature(x.ty).is_some_and(|s| !s.type_params.is_empty()) {
            let target = self.new_target(ty, context);
            self.non_generic(target.as_ref(), x);
        } else {
            self.non_generic(None, x);
        }
        if !x.is_valid() {
            return;
        }
        let Some(ty) = ty else { return };

        let mut cause = String::new();
        if let Err(code) = self.assignable_to(x, ty, Some(&mut cause)) {
            let xs = self.operand_string(x);
            let ts = self.type_string(ty);
            let msg = if cause.is_empty() {
                format!("cannot use {xs} as {ts} value in {context}")
            } else {
                format!("cannot use {xs} as {ts} value in {context}: {cause}")
            };
            self.err_operand(x, code, msg);
            x.invalidate();
        }
    }

    /// Gives untyped `x` the type that it has when assigned to `ty`.
    fn assign_untyped(&mut self, x: &mut Operand, ty: Option<TypeId>, context: &str) -> bool {
        let target = match ty {
            None if x.is_nil() => {
                let msg = format!("use of untyped nil in {context}");
                self.err_operand(x, codes::UNTYPED_NIL_USE, msg);
                return false;
            }
            None => self.default_type(x.ty),
            Some(t) if !x.is_nil() && self.is_non_type_param_interface(t) => self.default_type(x.ty),
            Some(t) => t,
        };
        match self.implicit_type_and_value(x, target) {
            Ok((new, val)) => {
                self.set_implicit(x, new, val);
                true
            }
            Err(code) => {
                let xs = self.operand_string(x);
                let ts = self.type_string(target);
                let mut msg = format!("cannot use {xs} as {ts} value in {context}");
                let code = if code == codes::TRUNCATED_FLOAT {
                    msg.push_str(" (truncated)");
                    code
                } else if code == codes::NUMERIC_OVERFLOW {
                    msg.push_str(" (overflows)");
                    code
                } else {
                    codes::INCOMPATIBLE_ASSIGN
                };
                self.err_operand(x, code, msg);
                false
            }
        }
    }

    /// Whether `x` can be assigned to a variable of type `t`; else the code, and maybe the cause.
    pub(crate) fn assignable_to(&mut self, x: &Operand, t: TypeId, mut cause: Option<&mut String>) -> Result<(), Code> {
        if !x.is_valid() || !self.is_valid_type(t) {
            return Ok(());
        }
        let orig_t = t;
        let v = self.unalias(x.ty);
        let t = self.unalias(t);
        if self.identical(v, t) {
            return Ok(());
        }
        let (vu, tu) = (self.under(v), self.under(t));
        let v_param = matches!(self.store.types[v], Type::TypeParam(_));
        let t_param = matches!(self.store.types[t], Type::TypeParam(_));

        if self.is_untyped(vu) {
            if t_param {
                let Some(terms) = self.tparam_terms(t) else {
                    return Err(codes::INCOMPATIBLE_ASSIGN);
                };
                for term in terms {
                    if self.implicit_type_and_value(x, term.ty).is_err() {
                        return Err(codes::INCOMPATIBLE_ASSIGN);
                    }
                }
                return Ok(());
            }
            return match self.implicit_type_and_value(x, t) {
                Ok(_) => Ok(()),
                Err(_) => Err(codes::INCOMPATIBLE_ASSIGN),
            };
        }

        // Like gc, x's type set comes first: that matters for what is reported about interfaces that
        // contain themselves.
        if matches!(self.store.types[vu], Type::Interface(_)) {
            self.type_set(vu);
        }
        let either_unnamed = !self.has_name(v) || !self.has_name(t);
        if !v_param && !t_param && either_unnamed && self.identical(vu, tu) {
            return Ok(());
        }

        let t_iface = matches!(self.store.types[tu], Type::Interface(_)) && !t_param;
        if t_iface || self.is_interface_ptr(tu) {
            if self.implements(v, t, false, cause.as_deref_mut()) {
                return Ok(());
            }
            if !v_param {
                return Err(codes::INVALID_IFACE_ASSIGN);
            }
            if let Some(c) = cause.as_deref_mut() {
                c.clear();
            }
        }

        if matches!(self.store.types[vu], Type::Interface(_)) && !v_param && self.implements(t, v, false, None) {
            if let Some(c) = cause.as_deref_mut() {
                *c = "need type assertion".to_owned();
            }
            return Err(codes::INCOMPATIBLE_ASSIGN);
        }

        if let (&Type::Chan { dir: ChanDir::Both, elem: ve }, &Type::Chan { elem: te, .. }) =
            (&self.store.types[vu], &self.store.types[tu])
            && self.identical(ve, te)
        {
            return if either_unnamed { Ok(()) } else { Err(codes::INVALID_CHAN_ASSIGN) };
        }

        if !v_param && !t_param {
            return Err(codes::INCOMPATIBLE_ASSIGN);
        }
        if !self.has_name(v) && t_param {
            return self.assignable_to_each(x, t, cause);
        }
        if v_param && !self.has_name(t) {
            let Some(terms) = self.tparam_terms(v) else {
                return Err(codes::INCOMPATIBLE_ASSIGN);
            };
            let mut each = x.clone();
            for term in terms {
                each.ty = term.ty;
                if let Err(code) = self.assignable_to(&each, t, cause.as_deref_mut()) {
                    if let Some(c) = cause {
                        let (es, vs) = (self.type_string(term.ty), self.type_string(v));
                        let ts = self.type_string(orig_t);
                        prepend(c, format!("cannot assign {es} (in {vs}) to {ts}"));
                    }
                    return Err(code);
                }
            }
            return Ok(());
        }
        Err(codes::INCOMPATIBLE_ASSIGN)
    }

    /// Whether `x`, of an unnamed type, can be assigned to each type of type parameter `t`.
    fn assignable_to_each(&mut self, x: &Operand, t: TypeId, mut cause: Option<&mut String>) -> Result<(), Code> {
        let Some(terms) = self.tparam_terms(t) else {
            return Err(codes::INCOMPATIBLE_ASSIGN);
        };
        for term in terms {
            if let Err(code) = self.assignable_to(x, term.ty, cause.as_deref_mut()) {
                if let Some(c) = cause {
                    let vs = self.type_string(x.ty);
                    let (es, ts) = (self.type_string(term.ty), self.type_string(t));
                    prepend(c, format!("cannot assign {vs} to {es} (in {ts})"));
                }
                return Err(code);
            }
        }
        Ok(())
    }
}

/// Puts `msg` before the cause found so far.
pub(crate) fn prepend(cause: &mut String, msg: String) {
    let old = std::mem::replace(cause, msg);
    if !old.is_empty() {
        cause.push_str("\n\t");
        cause.push_str(&old);
    }
}
