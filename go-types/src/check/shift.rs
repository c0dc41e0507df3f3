//! Shifts (spec "Operators": the rules for shift counts and untyped left operands).

use super::version::GO1_13;
use super::{Checker, Operand};
use crate::codes;
use crate::constant::{self, ConstValue};
use crate::info::Mode;
use crate::ty::TypeId;
use go_ast::{BinaryOp, ExprId};

/// Largest count of a constant shift: enough for the smallest float64.
const SHIFT_BOUND: u64 = 1023 - 1 + 52;

impl Checker {
    /// The shift `x op y`; the result is left in `x`. `e` is absent for `x op= y`.
    pub(crate) fn shift(&mut self, x: &mut Operand, y: &mut Operand, e: Option<ExprId>, op: BinaryOp) {
        let xval = if x.is_const() { constant::to_int(&x.val) } else { ConstValue::Unknown };
        let fits = self.all_integer(x.ty) || self.is_untyped(x.ty) && x.is_const() && constant::is_int(&xval);
        if !fits {
            self.shifted_operand_must_be_integer(x);
            return;
        }
        let yval = if y.is_const() { constant::to_int(&y.val) } else { ConstValue::Unknown };
        if !self.shift_count(y, &yval) {
            x.invalidate();
            return;
        }
        if x.is_const() && y.is_const() {
            self.const_shift(x, y, (&xval, &yval), e, op);
            return;
        }
        if y.is_const() && self.is_untyped(y.ty) {
            // No default type: `M + 0.` beyond 2^53 would be rounded as a float64.
            self.convert_untyped(y, TypeId::UINT);
        }
        if x.is_const() {
            if self.is_untyped(x.ty) {
                // The type of the left operand comes from the context of the shift.
                let file = self.env().file;
                if let Some(xe) = x.expr
                    && let Some(info) = self.untyped.get_mut(&(file, xe))
                {
                    info.is_lhs = true;
                }
                x.mode = Mode::Value;
                return;
            }
        }
        if !self.all_integer(x.ty) {
            self.shifted_operand_must_be_integer(x);
            return;
        }
        x.mode = Mode::Value;
    }

    fn shifted_operand_must_be_integer(&mut self, x: &mut Operand) {
        let s = self.operand_string(x);
        let msg = format!("invalid operation: shifted operand {s} must be integer");
        self.err_operand(x, codes::INVALID_SHIFT_OPERAND, msg);
        x.invalidate();
    }

    /// Checks the shift count `y` (with integer value `yval` if constant).
    fn shift_count(&mut self, y: &mut Operand, yval: &ConstValue) -> bool {
        if y.is_const() {
            if constant::is_int(yval) && constant::sign(yval) < 0 {
                let s = self.operand_string(y);
                let msg = format!("invalid operation: negative shift count {s}");
                self.err_operand(y, codes::INVALID_SHIFT_COUNT, msg);
                return false;
            }
            if self.is_untyped(y.ty) {
                self.representable(y, TypeId::UINT);
                return y.is_valid();
            }
            // A typed constant count falls through to the check of its type below, which for
            // integers always holds.
            return true;
        }
        if self.all_integer(y.ty) {
            if !self.all_unsigned(y.ty) {
                let s = self.operand_string(y);
                let pos = self.operand_pos(y);
                let what = format!("invalid operation: signed shift count {s}");
                return self.verify_versionf(pos, GO1_13, what);
            }
            return true;
        }
        if self.is_untyped(y.ty) {
            self.convert_untyped(y, TypeId::UINT);
            return y.is_valid();
        }
        let s = self.operand_string(y);
        let msg = format!("invalid operation: shift count {s} must be integer");
        self.err_operand(y, codes::INVALID_SHIFT_COUNT, msg);
        false
    }

    fn const_shift(
        &mut self,
        x: &mut Operand,
        y: &Operand,
        (xval, yval): (&ConstValue, &ConstValue),
        e: Option<ExprId>,
        op: BinaryOp,
    ) {
        if matches!(x.val, ConstValue::Unknown) || matches!(y.val, ConstValue::Unknown) {
            x.val = ConstValue::Unknown;
            if !self.is_integer(x.ty) {
                x.ty = TypeId::UNTYPED_INT;
            }
            return;
        }
        let count = constant::uint64_val(yval).filter(|s| *s <= SHIFT_BOUND);
        let Some(count) = count else {
            let s = self.operand_string(y);
            let msg = format!("invalid operation: invalid shift count {s}");
            self.err_operand(y, codes::INVALID_SHIFT_COUNT, msg);
            x.invalidate();
            return;
        };
        // 2.0 << s is an integer.
        if !self.is_integer(x.ty) {
            x.ty = TypeId::UNTYPED_INT;
        }
        x.val = constant::shift(xval, op, count as u32);
        if e.is_some() {
            x.expr = e;
        }
        let pos = x.expr.map_or_else(Default::default, |e| self.op_pos(e));
        self.overflow(x, pos);
    }
}
