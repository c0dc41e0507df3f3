//! Untyped values: implicit conversion, and propagation of the final type down the expression.
//!
//! An untyped expression stays in [`Checker::untyped`] until its context gives it a type; then
//! [`Checker::update_expr_type`] walks down and records the final type of the parts that exist at
//! run time. Constant parts below a constant keep their untyped types.

use super::{Checker, Operand};
use crate::codes;
use crate::constant::ConstValue;
use crate::info::Mode;
use crate::ty::{BasicKind, Type, TypeId};
use go_ast::{ExprId, ExprKind};
use go_source::Code;

impl Checker {
    /// Gives expression `e`, if it still waits for its type, the type `ty`: for good if `is_final`
    /// or if `ty` is typed.
    pub(crate) fn update_expr_type(&mut self, e: ExprId, ty: TypeId, is_final: bool) {
        let key = (self.env().file, e);
        let Some(old) = self.untyped.get(&key).cloned() else { return };
        let tree = self.tree();
        let constant = old.mode == Mode::Constant;
        match &tree.expr(e).kind {
            ExprKind::Paren(x) => self.update_expr_type(*x, ty, is_final),
            ExprKind::Unary { x, .. } => {
                if !constant {
                    self.update_expr_type(*x, ty, is_final);
                }
            }
            ExprKind::Binary { op, x, y } => {
                if constant || op.is_comparison() {
                    // Constants below are never materialised; operands of a comparison have
                    // their final types already.
                } else if op.is_shift() {
                    self.update_expr_type(*x, ty, is_final);
                } else {
                    self.update_expr_type(*x, ty, is_final);
                    self.update_expr_type(*y, ty, is_final);
                }
            }
            ExprKind::Call { .. } | ExprKind::Name(_) | ExprKind::BasicLit { .. } | ExprKind::Selector { .. } => {}
            ExprKind::Bad
            | ExprKind::CompositeLit { .. }
            | ExprKind::KeyValue { .. }
            | ExprKind::FuncLit { .. }
            | ExprKind::Index { .. }
            | ExprKind::Slice { .. }
            | ExprKind::TypeAssert { .. }
            | ExprKind::Star(_)
            | ExprKind::ArrayType { .. }
            | ExprKind::SliceType { .. }
            | ExprKind::StructType { .. }
            | ExprKind::FuncType(_)
            | ExprKind::InterfaceType { .. }
            | ExprKind::MapType { .. }
            | ExprKind::ChanType { .. }
            | ExprKind::Ellipsis { .. } => return,
        }

        if !is_final && self.is_untyped(ty) {
            if let Some(info) = self.untyped.get_mut(&key) {
                info.ty = ty;
            }
            return;
        }
        self.untyped.remove(&key);

        if old.is_lhs && !self.all_integer(ty) {
            let es = self.expr_string(e);
            let ts = self.type_string(ty);
            let msg = format!("invalid operation: shifted operand {es} (type {ts}) must be integer");
            self.err_expr(e, codes::INVALID_SHIFT_OPERAND, msg);
            return;
        }
        if constant {
            let mut c = Operand::with(old.mode, key.0, e, old.ty);
            c.val = old.val.clone();
            self.convert_untyped(&mut c, ty);
            if !c.is_valid() {
                return;
            }
        }
        self.record_type_and_value(e, old.mode, ty, constant.then_some(&old.val));
    }

    /// Updates the value of an expression that still waits for its type.
    pub(crate) fn update_expr_val(&mut self, e: Option<ExprId>, val: &ConstValue) {
        let file = self.env().file;
        if let Some(e) = e
            && let Some(info) = self.untyped.get_mut(&(file, e))
        {
            info.val = val.clone();
        }
    }

    /// The type (and for constants maybe a new value) that untyped `x` has when it is used where a
    /// `target` is wanted; a code if it can't be.
    pub(crate) fn implicit_type_and_value(
        &mut self,
        x: &Operand,
        target: TypeId,
    ) -> Result<(TypeId, Option<ConstValue>), Code> {
        if !x.is_valid() || self.is_typed(x.ty) || !self.is_valid_type(target) {
            return Ok((x.ty, None));
        }
        let no = Err(codes::INVALID_UNTYPED_CONVERSION);
        if self.is_untyped(target) {
            return match self.max_type(x.ty, target) {
                Some(m) => Ok((m, None)),
                None => no,
            };
        }
        if x.is_nil() {
            return if self.has_nil(target) { Ok((target, None)) } else { no };
        }
        let u = self.under(target);
        match self.store.types[u].clone() {
            Type::Basic(_) => {
                if x.mode == Mode::Constant {
                    let v = self.representation(x, u)?;
                    return Ok((target, Some(v)));
                }
                let ok = match self.store.types[x.ty] {
                    Type::Basic(BasicKind::UntypedBool) => self.is_boolean(target),
                    Type::Basic(
                        BasicKind::UntypedInt
                        | BasicKind::UntypedRune
                        | BasicKind::UntypedFloat
                        | BasicKind::UntypedComplex,
                    ) => self.is_numeric(target),
                    Type::Basic(BasicKind::UntypedString) => self.is_string(target),
                    _ => false,
                };
                if ok { Ok((target, None)) } else { no }
            }
            Type::Interface(_) => {
                if self.is_type_param(target) {
                    for (_, u) in self.typeset(target) {
                        let Some(u) = u else { return no };
                        if self.implicit_type_and_value(x, u).is_err() {
                            return no;
                        }
                    }
                    return Ok((target, None));
                }
                if !self.type_set(u).is_all() {
                    return no;
                }
                Ok((self.default_type(x.ty), None))
            }
            _ => no,
        }
    }

    /// Reports that `x` can't be converted to `target`.
    pub(crate) fn invalid_conversion(&mut self, code: Code, x: &Operand, target: TypeId) {
        let xs = self.operand_string(x);
        let ts = self.type_string(target);
        let msg = if code == codes::TRUNCATED_FLOAT {
            format!("{xs} truncated to {ts}")
        } else if code == codes::NUMERIC_OVERFLOW {
            format!("{xs} overflows {ts}")
        } else {
            format!("cannot convert {xs} to type {ts}")
        };
        self.err_operand(x, code, msg);
    }

    /// Gives untyped `x` the type that it has where a `target` is wanted.
    pub(crate) fn convert_untyped(&mut self, x: &mut Operand, target: TypeId) {
        match self.implicit_type_and_value(x, target) {
            Err(code) => {
                let t = if self.is_type_param(target) { target } else { self.under(target) };
                self.invalid_conversion(code, x, t);
                x.invalidate();
            }
            Ok((ty, val)) => self.set_implicit(x, ty, val),
        }
    }

    /// Applies the result of [`Checker::implicit_type_and_value`].
    pub(crate) fn set_implicit(&mut self, x: &mut Operand, ty: TypeId, val: Option<ConstValue>) {
        // Operands with a label have no expression of their own.
        let e = if x.label.is_some() { None } else { x.expr };
        if let Some(v) = val {
            self.update_expr_val(e, &v);
            x.val = v;
        }
        if ty != x.ty {
            x.ty = ty;
            if let Some(e) = e {
                self.update_expr_type(e, ty, false);
            }
        }
    }
}
