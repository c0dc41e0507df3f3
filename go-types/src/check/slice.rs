//! Slice expressions (spec "Slice expressions").

use super::{Checker, Operand};
use crate::codes;
use crate::constant::ConstValue;
use crate::info::Mode;
use crate::ty::{Type, TypeId};
use go_ast::{ExprId, ExprKind};

impl Checker {
    /// Evaluates the slice expression `e`.
    pub(crate) fn slice_expr(&mut self, x: &mut Operand, e: ExprId) {
        let tree = self.tree();
        let ExprKind::Slice { x: inner, bounds, full } = &tree.expr(e).kind else { return };
        self.expr(None, x, *inner);
        if !x.is_valid() {
            let given: Vec<ExprId> = bounds.iter().flatten().copied().collect();
            self.use_exprs(&given);
            return;
        }
        let Some(u) = self.sliced_type(x) else {
            x.invalidate();
            return;
        };
        let xu = self.under(x.ty);
        if let Type::Pointer { elem } = self.store.types[xu]
            && !self.is_complete(elem)
        {
            x.invalidate();
            return;
        }

        let mut len = -1;
        let mut valid = true;
        match self.store.types[u].clone() {
            Type::Basic(_) if self.is_string(u) => {
                if *full {
                    let at = bounds[2].unwrap_or(e);
                    let msg = "invalid operation: 3-index slice of string";
                    self.err_expr(at, codes::INVALID_SLICE_EXPR, msg);
                    x.invalidate();
                    return;
                }
                if let ConstValue::Str(s) = &x.val
                    && x.is_const()
                {
                    len = s.len() as i64;
                }
                if self.is_untyped(x.ty) {
                    x.ty = TypeId::STRING;
                }
            }
            Type::Array { elem, len: n } => {
                len = n;
                if x.mode != Mode::Variable {
                    let s = self.operand_string(x);
                    let msg = format!("cannot slice unaddressable value {s}");
                    self.err_operand(x, codes::NON_SLICEABLE_OPERAND, msg);
                    x.invalidate();
                    return;
                }
                x.ty = self.store.new_type(Type::Slice { elem });
            }
            Type::Pointer { elem } => {
                let base = self.under(elem);
                if let Type::Array { elem, len: n } = self.store.types[base] {
                    len = n;
                    x.ty = self.store.new_type(Type::Slice { elem });
                } else {
                    valid = false;
                }
            }
            Type::Slice { .. } => {}
            _ => valid = false,
        }
        if !valid {
            let s = self.operand_string(x);
            self.err_operand(x, codes::NON_SLICEABLE_OPERAND, format!("cannot slice {s}"));
            x.invalidate();
            return;
        }
        x.mode = Mode::Value;
        if *full && (bounds[1].is_none() || bounds[2].is_none()) {
            let msg = "2nd and 3rd index required in 3-index slice";
            self.err_expr(e, codes::INVALID_SYNTAX_TREE, msg);
            x.invalidate();
            return;
        }
        self.slice_bounds(bounds, len);
    }

    /// The common underlying type of what `x` may be, strings counted as byte slices.
    fn sliced_type(&mut self, x: &Operand) -> Option<TypeId> {
        let mut first: Option<(TypeId, TypeId)> = None;
        let mut has_string = false;
        for (t, u) in self.typeset(x.ty) {
            let (Some(t), Some(mut u)) = (t, u) else {
                let (s, ts) = (self.operand_string(x), self.type_string(x.ty));
                let msg = format!("cannot slice {s}: no specific type in {ts}");
                self.err_operand(x, codes::NON_SLICEABLE_OPERAND, msg);
                return None;
            };
            if self.is_string(u) {
                u = self.store.new_type(Type::Slice { elem: TypeId::BYTE });
                has_string = true;
            }
            let Some((ct, cu)) = first else {
                first = Some((t, u));
                continue;
            };
            if !self.identical(cu, u) {
                let s = self.operand_string(x);
                let (a, b) = (self.type_string(ct), self.type_string(t));
                let msg = format!("cannot slice {s}: {a} and {b} have different underlying types");
                self.err_operand(x, codes::NON_SLICEABLE_OPERAND, msg);
                // With a string among the types, gc goes on with string.
                return if has_string { Some(TypeId::STRING) } else { None };
            }
        }
        if has_string {
            return Some(if self.is_type_param(x.ty) { TypeId::STRING } else { self.under(x.ty) });
        }
        first.map(|(_, u)| u)
    }

    /// Checks the bounds against each other and against length `len` (negative: unknown).
    fn slice_bounds(&mut self, bounds: &[Option<ExprId>; 3], len: i64) {
        let mut ind = [-1i64; 3];
        for (i, bound) in bounds.iter().enumerate() {
            ind[i] = match bound {
                Some(b) => {
                    let max = if len >= 0 { len + 1 } else { -1 };
                    self.index(*b, max).1
                }
                None if i == 0 => 0,
                None => len.max(-1),
            };
        }
        for (i, x) in ind.iter().enumerate().take(2) {
            if *x <= 0 {
                continue;
            }
            for j in i + 1..3 {
                let y = ind[j];
                if y >= 0
                    && y < *x
                    && let Some(at) = bounds[j]
                {
                    let msg = format!("invalid slice indices: {y} < {x}");
                    self.err_expr(at, codes::SWAPPED_SLICE_INDICES, msg);
                    return;
                }
            }
        }
    }
}
