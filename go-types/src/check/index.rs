//! Index expressions and index values (spec "Index expressions").

use super::{Checker, Operand};
use crate::codes;
use crate::constant::{self, ConstValue};
use crate::info::Mode;
use crate::ty::{Type, TypeId};
use go_ast::{ExprId, ExprKind};
use go_source::Code;

/// What indexing a type gives.
struct Indexed {
    /// Length if known, else negative.
    len: i64,
    /// Key type of maps.
    key: Option<TypeId>,
    elem: TypeId,
    mode: Mode,
}

impl Checker {
    /// Evaluates the index expression `e`. If it is an instantiation of a generic function, the
    /// result is true, `x` is the generic function, and the caller instantiates it.
    pub(crate) fn index_expr(&mut self, x: &mut Operand, e: ExprId) -> bool {
        let tree = self.tree();
        let ExprKind::Index { x: inner, indices } = &tree.expr(e).kind else { return false };
        self.expr_or_type(x, *inner, true);
        match x.mode {
            Mode::Invalid => {
                self.use_exprs(indices);
                return false;
            }
            Mode::TypeExpr => {
                x.invalidate();
                x.ty = self.var_type(e);
                if self.is_valid_type(x.ty) {
                    x.mode = Mode::TypeExpr;
                }
                return false;
            }
            Mode::Value => {
                let u = self.under(x.ty);
                if self.as_signature(u).is_some_and(|s| !s.type_params.is_empty()) {
                    return true;
                }
            }
            _ => {}
        }
        self.non_generic(None, x);
        if !x.is_valid() {
            return false;
        }
        if !self.is_complete(x.ty) {
            x.invalidate();
            return false;
        }
        let u = self.under(x.ty);
        let inner_type = match self.store.types[u] {
            Type::Pointer { elem } | Type::Map { elem, .. } => Some(elem),
            _ => None,
        };
        if let Some(t) = inner_type
            && !self.is_complete(t)
        {
            x.invalidate();
            return false;
        }

        let found = if self.is_type_param(x.ty) { self.index_type_param(x) } else { self.index_type(x, u) };
        let Some(found) = found else {
            let s = self.operand_string(x);
            let pos = self.expr_pos(e);
            self.error(pos, codes::NON_SLICEABLE_OPERAND, format!("cannot index {s}"));
            self.use_exprs(indices);
            x.invalidate();
            return false;
        };
        let Some(index) = self.single_index(e, indices) else {
            x.invalidate();
            return false;
        };
        if let Some(key) = found.key {
            let mut k = Operand::new();
            self.generic_expr(&mut k, index, None);
            self.assignment(&mut k, Some(key), "map index");
            x.mode = Mode::MapIndex;
            x.ty = found.elem;
            x.expr = Some(e);
            return false;
        }
        x.mode = found.mode;
        x.ty = found.elem;
        self.index(index, found.len);
        false
    }

    /// What indexing `x` gives, for underlying type `u`.
    fn index_type(&mut self, x: &Operand, u: TypeId) -> Option<Indexed> {
        let value_mode = if x.mode == Mode::Variable { Mode::Variable } else { Mode::Value };
        match self.store.types[u].clone() {
            Type::Basic(_) if self.is_string(u) => {
                let len = match &x.val {
                    ConstValue::Str(s) if x.is_const() => s.len() as i64,
                    _ => -1,
                };
                Some(Indexed { len, key: None, elem: TypeId::BYTE, mode: Mode::Value })
            }
            Type::Array { elem, len } => Some(Indexed { len, key: None, elem, mode: value_mode }),
            Type::Pointer { elem } => {
                let base = self.under(elem);
                let Type::Array { elem, len } = self.store.types[base] else { return None };
                Some(Indexed { len, key: None, elem, mode: Mode::Variable })
            }
            Type::Slice { elem } => Some(Indexed { len: -1, key: None, elem, mode: Mode::Variable }),
            Type::Map { key, elem } => Some(Indexed { len: -1, key: Some(key), elem, mode: Mode::MapIndex }),
            _ => None,
        }
    }

    /// What indexing `x` gives, for a type parameter: the same for all its types.
    fn index_type_param(&mut self, x: &Operand) -> Option<Indexed> {
        let mut all: Option<Indexed> = None;
        for (_, u) in self.typeset(x.ty) {
            let one = self.index_type(x, u?)?;
            let Some(all) = &mut all else {
                all = Some(one);
                continue;
            };
            match (all.key, one.key) {
                (None, None) => {}
                (Some(a), Some(b)) if self.identical(a, b) => {}
                _ => return None,
            }
            if !self.identical(all.elem, one.elem) {
                return None;
            }
            if one.len >= 0 && one.len < all.len {
                all.len = one.len;
            }
            if one.mode == Mode::Value {
                all.mode = Mode::Value;
            }
        }
        all
    }

    /// The one index of index expression `e`.
    fn single_index(&mut self, e: ExprId, indices: &[ExprId]) -> Option<ExprId> {
        match indices {
            [] => {
                let s = self.expr_string(e);
                let msg = format!("missing index for {s}");
                self.err_expr(e, codes::INVALID_SYNTAX_TREE, msg);
                None
            }
            [index] => Some(*index),
            [index, second, ..] => {
                let msg = "invalid operation: more than one index";
                self.err_expr(*second, codes::INVALID_INDEX, msg);
                Some(*index)
            }
        }
    }

    /// Checks the index value `index`, below `max` if that is not negative. Gives its type (invalid
    /// if the index is), and its value if it is a valid constant, else -1.
    pub(crate) fn index(&mut self, index: ExprId, max: i64) -> (TypeId, i64) {
        let mut x = Operand::new();
        self.expr(None, &mut x, index);
        if !self.is_valid_index(&mut x, codes::INVALID_INDEX, "index", Negative::Refused) {
            return (TypeId::INVALID, -1);
        }
        if !x.is_const() {
            return (x.ty, -1);
        }
        let Some(v) = constant::int64_val(&x.val) else { return (TypeId::INVALID, -1) };
        if max >= 0 && v >= max {
            let msg = format!("invalid argument: index {} out of bounds [0:{max}]", x.val);
            self.err_operand(&x, codes::INVALID_INDEX, msg);
            return (TypeId::INVALID, -1);
        }
        (x.ty, v)
    }

    /// Whether `x` can be an index (or a size: `what` says); reports if not.
    pub(crate) fn is_valid_index(&mut self, x: &mut Operand, code: Code, what: &str, negative: Negative) -> bool {
        if !x.is_valid() {
            return false;
        }
        self.convert_untyped(x, TypeId::INT);
        if !x.is_valid() {
            return false;
        }
        let problem = if !self.all_integer(x.ty) {
            "must be integer"
        } else if !x.is_const() {
            return true;
        } else if negative == Negative::Refused && constant::sign(&x.val) < 0 {
            "must not be negative"
        } else {
            match self.representable_const(&x.val, TypeId::INT) {
                Some(v) => {
                    x.val = v;
                    return true;
                }
                None => "overflows int",
            }
        };
        let s = self.operand_string(x);
        let msg = format!("invalid argument: {what} {s} {problem}");
        self.err_operand(x, code, msg);
        false
    }
}

/// Whether a constant index may be negative.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Negative {
    /// As for `unsafe.Add`.
    Permitted,
    /// As everywhere else.
    Refused,
}
