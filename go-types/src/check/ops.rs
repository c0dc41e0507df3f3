//! Unary and binary operations (spec "Operators", "Arithmetic operators", "Comparison operators",
//! "Logical operators", "Address operators", "Receive operator").

use super::{Checker, Operand};
use crate::codes;
use crate::constant::{self, ConstValue};
use crate::info::Mode;
use crate::ty::{Type, TypeId};
use go_ast::{BinaryOp, ChanDir, ExprId, ExprKind, UnaryOp};

/// What operand types an operator accepts.
#[derive(Clone, Copy)]
enum OpTypes {
    Numeric,
    NumericOrString,
    Integer,
    Boolean,
}

impl Checker {
    fn op_defined(&mut self, x: &Operand, types: OpTypes, op: &str) -> bool {
        let ok = match types {
            OpTypes::Numeric => self.all_numeric(x.ty),
            OpTypes::NumericOrString => self.all_numeric_or_string(x.ty),
            OpTypes::Integer => self.all_integer(x.ty),
            OpTypes::Boolean => self.all_boolean(x.ty),
        };
        if !ok {
            let s = self.operand_string(x);
            let msg = format!("invalid operation: operator {op} not defined on {s}");
            self.err_operand(x, codes::UNDEFINED_OP, msg);
        }
        ok
    }

    /// The unary operation `e` on `inner`.
    pub(crate) fn unary(&mut self, x: &mut Operand, e: ExprId, op: UnaryOp, inner: ExprId) {
        self.expr(None, x, inner);
        if !x.is_valid() {
            return;
        }
        let (types, text) = match op {
            UnaryOp::Addr => {
                let tree = self.tree();
                let lit = matches!(tree.expr(tree.unparen(inner)).kind, ExprKind::CompositeLit { .. });
                if !lit && x.mode != Mode::Variable {
                    let s = self.operand_string(x);
                    let msg = format!("invalid operation: cannot take address of {s}");
                    self.err_operand(x, codes::UNADDRESSABLE_OPERAND, msg);
                    x.invalidate();
                    return;
                }
                x.mode = Mode::Value;
                x.ty = self.store.new_type(Type::Pointer { elem: x.ty });
                return;
            }
            UnaryOp::Recv => {
                let pos = self.operand_pos(x);
                if let Some(elem) = self.chan_elem(pos, x, ChanUse::Receive)
                    && self.is_complete(elem)
                {
                    x.mode = Mode::CommaOk;
                    x.ty = elem;
                    self.env_mut().has_call_or_recv = true;
                    return;
                }
                x.invalidate();
                return;
            }
            UnaryOp::Tilde => {
                let msg = "cannot use ~ outside of interface or type constraint";
                if !self.all_integer(x.ty) {
                    self.err_expr(e, codes::UNDEFINED_OP, msg);
                    x.invalidate();
                    return;
                }
                let msg = format!("{msg} (use ^ for bitwise complement)");
                self.err_expr(e, codes::UNDEFINED_OP, msg);
                (OpTypes::Integer, "^")
            }
            UnaryOp::Plus => (OpTypes::Numeric, "+"),
            UnaryOp::Neg => (OpTypes::Numeric, "-"),
            UnaryOp::Xor => (OpTypes::Integer, "^"),
            UnaryOp::Not => (OpTypes::Boolean, "!"),
        };
        if !self.op_defined(x, types, text) {
            x.invalidate();
            return;
        }
        if x.is_const() {
            if matches!(x.val, ConstValue::Unknown) {
                return;
            }
            let bits = if self.is_unsigned(x.ty) { u32::try_from(self.sizeof(x.ty) * 8).unwrap_or(0) } else { 0 };
            let op = if op == UnaryOp::Tilde { UnaryOp::Xor } else { op };
            x.val = constant::unary_op(op, &x.val, bits);
            x.expr = Some(e);
            let pos = self.op_pos(e);
            self.overflow(x, pos);
            return;
        }
        x.mode = Mode::Value;
    }

    /// The element type of the channel `x` that is received from or sent to.
    pub(crate) fn chan_elem(&mut self, pos: go_source::Pos, x: &Operand, dir: ChanUse) -> Option<TypeId> {
        let mut cause = None;
        for (t, u) in self.typeset(x.ty) {
            let Some(u) = u else {
                cause = Some("no specific channel type".to_owned());
                break;
            };
            let ts = |c: &mut Checker| c.type_string(t.unwrap_or(u));
            match (&self.store.types[u], dir) {
                (Type::Chan { dir: ChanDir::Send, .. }, ChanUse::Receive) => {
                    cause = Some(format!("send-only channel {}", ts(self)));
                }
                (Type::Chan { dir: ChanDir::Recv, .. }, ChanUse::Send) => {
                    cause = Some(format!("receive-only channel {}", ts(self)));
                }
                (Type::Chan { .. }, _) => continue,
                _ => cause = Some(format!("non-channel {}", ts(self))),
            }
            break;
        }
        let cause = match cause {
            Some(c) => c,
            None => match self.common_under(x.ty, None) {
                Ok(u) => match self.store.types[u] {
                    Type::Chan { elem, .. } => return Some(elem),
                    _ => return None,
                },
                Err(c) => c,
            },
        };
        let (code, verb) = match dir {
            ChanUse::Receive => (codes::INVALID_RECEIVE, "receive from"),
            ChanUse::Send => (codes::INVALID_SEND, "send to"),
        };
        let s = self.operand_string(x);
        let msg = if self.is_type_param(x.ty) {
            format!("invalid operation: cannot {verb} {s}: {cause}")
        } else {
            format!("invalid operation: cannot {verb} {cause} {s}")
        };
        self.error(pos, code, msg);
        None
    }

    /// Compares `x` and `y`; the result, an untyped boolean, is left in `x`. With `switch_case` the
    /// comparison is that of a case `x` with the tag `y`.
    pub(crate) fn comparison(&mut self, x: &mut Operand, y: &mut Operand, op: BinaryOp, switch_case: bool) {
        if !self.is_valid_type(x.ty) || !self.is_valid_type(y.ty) {
            x.invalidate();
            return;
        }
        let op = if switch_case { BinaryOp::Eq } else { op };
        let Err((on_y, code, cause)) = self.comparable_operands(x, y, op) else {
            if x.is_const() && y.is_const() {
                x.val = ConstValue::Bool(constant::compare(&x.val, op, &y.val));
            } else {
                x.mode = Mode::Value;
                for o in [&*x, &*y] {
                    if o.label.is_none()
                        && let Some(e) = o.expr
                    {
                        let d = self.default_type(o.ty);
                        self.update_expr_type(e, d, true);
                    }
                }
            }
            x.ty = TypeId::UNTYPED_BOOL;
            return;
        };

        let mut on_y = on_y;
        let cause = if !cause.is_empty() {
            cause
        } else if self.is_type_param(x.ty) || self.is_type_param(y.ty) {
            if !self.is_type_param(x.ty) {
                on_y = true;
            }
            let t = self.type_string(if on_y { y.ty } else { x.ty });
            format!("type parameter {t} cannot use operator {}", op.text())
        } else {
            let t = if on_y { y.ty } else { x.ty };
            let what = match self.composite_kind(t) {
                "" => self.type_string(t),
                kind => kind.to_owned(),
            };
            format!("operator {} not defined on {what}", op.text())
        };
        let (xs, ys) = (self.operand_expr_string(x), self.operand_expr_string(y));
        if switch_case {
            let msg = format!("invalid case {xs} in switch on {ys} ({cause})");
            self.err_operand(x, code, msg);
        } else {
            let msg = format!("invalid operation: {xs} {} {ys} ({cause})", op.text());
            let at = if on_y { &*y } else { &*x };
            self.err_operand(at, code, msg);
        }
        x.invalidate();
    }

    /// Whether `x op y` is defined; else whether the culprit is `y`, the code and maybe the cause.
    fn comparable_operands(
        &mut self,
        x: &Operand,
        y: &Operand,
        op: BinaryOp,
    ) -> Result<(), (bool, go_source::Code, String)> {
        let ok = self.assignable_to(x, y.ty, None).is_ok() || self.assignable_to(y, x.ty, None).is_ok();
        if !ok {
            let (xs, ys) = (self.type_string(x.ty), self.type_string(y.ty));
            let cause = format!("mismatched types {xs} and {ys}");
            return Err((true, codes::MISMATCHED_TYPES, cause));
        }
        let code = codes::UNDEFINED_OP;
        if matches!(op, BinaryOp::Eq | BinaryOp::Ne) {
            if x.is_nil() || y.is_nil() {
                let t = if x.is_nil() { y.ty } else { x.ty };
                if !self.has_nil(t) {
                    return Err((true, code, String::new()));
                }
            } else if !self.comparable(x.ty) {
                return Err((false, code, self.incomparable_cause(x.ty)));
            } else if !self.comparable(y.ty) {
                return Err((true, code, self.incomparable_cause(y.ty)));
            }
        } else if !self.all_ordered(x.ty) {
            return Err((false, code, String::new()));
        } else if !self.all_ordered(y.ty) {
            return Err((true, code, String::new()));
        }
        Ok(())
    }

    /// Why values of type `t` can't be compared.
    pub(crate) fn incomparable_cause(&mut self, t: TypeId) -> String {
        let u = self.under(t);
        if matches!(self.store.types[u], Type::Slice { .. } | Type::Signature(_) | Type::Map { .. }) {
            return format!("{} can only be compared to nil", self.composite_kind(t));
        }
        self.comparable_type(t, true).err().unwrap_or_default()
    }

    /// The binary operation `lhs op rhs`. `e` is absent for assignment operations `lhs op= rhs`.
    pub(crate) fn binary(&mut self, x: &mut Operand, e: Option<ExprId>, lhs: ExprId, rhs: ExprId, op: BinaryOp) {
        let mut y = Operand::new();
        self.expr(None, x, lhs);
        self.expr(None, &mut y, rhs);
        if !x.is_valid() {
            return;
        }
        if !y.is_valid() {
            x.invalidate();
            x.expr = y.expr;
            return;
        }
        if op.is_shift() {
            self.shift(x, &mut y, e, op);
            return;
        }
        self.match_types(x, &mut y);
        if !x.is_valid() {
            return;
        }
        if op.is_comparison() {
            self.comparison(x, &mut y, op, false);
            return;
        }
        if !self.identical(x.ty, y.ty) {
            if self.is_valid_type(x.ty) && self.is_valid_type(y.ty) {
                let (xt, yt) = (self.type_string(x.ty), self.type_string(y.ty));
                let what = match e {
                    Some(e) => self.expr_string(e),
                    None => {
                        let (l, r) = (self.expr_string(lhs), self.expr_string(rhs));
                        format!("{l} {}= {r}", op.text())
                    }
                };
                let msg = format!("invalid operation: {what} (mismatched types {xt} and {yt})");
                self.err_operand(x, codes::MISMATCHED_TYPES, msg);
            }
            x.invalidate();
            return;
        }
        let types = match op {
            BinaryOp::Add => OpTypes::NumericOrString,
            BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Div => OpTypes::Numeric,
            BinaryOp::AndAnd | BinaryOp::OrOr => OpTypes::Boolean,
            BinaryOp::Rem
            | BinaryOp::And
            | BinaryOp::Or
            | BinaryOp::Xor
            | BinaryOp::AndNot
            | BinaryOp::Shl
            | BinaryOp::Shr => OpTypes::Integer,
            BinaryOp::Eq | BinaryOp::Ne | BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge => return,
        };
        if !self.op_defined(x, types, op.text()) {
            x.invalidate();
            return;
        }
        if matches!(op, BinaryOp::Div | BinaryOp::Rem) && self.divides_by_zero(x, &y) {
            self.err_operand(&y, codes::DIV_BY_ZERO, "invalid operation: division by zero");
            x.invalidate();
            return;
        }
        if x.is_const() && y.is_const() {
            if matches!(x.val, ConstValue::Unknown) || matches!(y.val, ConstValue::Unknown) {
                x.val = ConstValue::Unknown;
                return;
            }
            x.val = if op == BinaryOp::Div && self.is_integer(x.ty) {
                constant::int_div(&x.val, &y.val)
            } else {
                constant::binary_op(&x.val, op, &y.val)
            };
            if e.is_some() {
                x.expr = e;
            }
            let pos = x.expr.map_or_else(Default::default, |e| self.op_pos(e));
            self.overflow(x, pos);
            return;
        }
        x.mode = Mode::Value;
    }

    fn divides_by_zero(&mut self, x: &Operand, y: &Operand) -> bool {
        if !y.is_const() {
            return false;
        }
        if (x.is_const() || self.all_integer(x.ty)) && constant::sign(&y.val) == 0 {
            return true;
        }
        if x.is_const() && self.is_complex(x.ty) {
            let (re, im) = (constant::real(&y.val), constant::imag(&y.val));
            let re2 = constant::binary_op(&re, BinaryOp::Mul, &re);
            let im2 = constant::binary_op(&im, BinaryOp::Mul, &im);
            return constant::sign(&re2) == 0 && constant::sign(&im2) == 0;
        }
        false
    }

    /// Converts an untyped operand to the other's type, if the types may match at all.
    pub(crate) fn match_types(&mut self, x: &mut Operand, y: &mut Operand) {
        if !self.may_convert(x, y) {
            return;
        }
        self.convert_untyped(x, y.ty);
        if !x.is_valid() {
            return;
        }
        self.convert_untyped(y, x.ty);
        if !y.is_valid() {
            x.invalidate();
        }
    }

    fn may_convert(&mut self, x: &Operand, y: &Operand) -> bool {
        if self.is_typed(x.ty) && self.is_typed(y.ty) {
            return false;
        }
        if self.all_numeric(x.ty) != self.all_numeric(y.ty) {
            return false;
        }
        if self.is_non_type_param_interface(x.ty) || self.is_non_type_param_interface(y.ty) {
            return true;
        }
        if self.all_boolean(x.ty) != self.all_boolean(y.ty) {
            return false;
        }
        if self.all_string(x.ty) != self.all_string(y.ty) {
            return false;
        }
        if x.is_nil() {
            return self.has_nil(y.ty);
        }
        if y.is_nil() {
            return self.has_nil(x.ty);
        }
        !self.is_pointer(x.ty) && !self.is_pointer(y.ty)
    }

    /// Position for errors about the result of operation `e`.
    pub(crate) fn op_pos(&self, e: ExprId) -> go_source::Pos {
        match self.env().tree.expr(e).kind {
            ExprKind::Binary { .. } | ExprKind::Unary { .. } | ExprKind::Star(_) => self.expr_pos(e),
            _ => self.start_pos(e),
        }
    }

    /// What the operation `e` is called in messages about overflow; empty for most.
    pub(crate) fn op_name(&self, e: ExprId) -> &'static str {
        match self.env().tree.expr(e).kind {
            ExprKind::Unary { op: UnaryOp::Xor, .. } => "bitwise complement ",
            ExprKind::Binary { op, .. } => match op {
                BinaryOp::Add => "addition ",
                BinaryOp::Sub => "subtraction ",
                BinaryOp::Xor => "bitwise XOR ",
                BinaryOp::Mul => "multiplication ",
                BinaryOp::Shl => "shift ",
                _ => "",
            },
            _ => "",
        }
    }
}

/// What is done with a channel.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ChanUse {
    /// `<-c`
    Receive,
    /// `c <- v`
    Send,
}
