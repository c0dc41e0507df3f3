//! Evaluation of expressions: the entry points, and the dispatch on the kind of expression.
//!
//! Every evaluation leaves its result in an [`Operand`] and records type and value of the
//! expression; types of untyped expressions are final only later (see `untyped`). Errors are
//! reported where they are found and leave an invalid operand. Source: spec "Expressions".

use super::operand::{EvalKind, Target};
use super::{Checker, Operand};
use crate::codes;
use crate::info::Mode;
use crate::ty::{Type, TypeId};
use go_ast::{ExprId, ExprKind, UnaryOp};

/// Sets of modes for [`Checker::exclude`].
const NO_VALUE: u8 = 1;
const BUILTIN: u8 = 2;
const TYPE_EXPR: u8 = 4;

impl Checker {
    /// Evaluates `e`, whose value is wanted, into `x`. `target` is the type that a generic function
    /// would be assigned to, if known.
    pub(crate) fn expr(&mut self, target: Option<&Target>, x: &mut Operand, e: ExprId) {
        self.raw_expr(target, x, e, None, false);
        self.exclude(x, NO_VALUE | BUILTIN | TYPE_EXPR);
        self.single_value(x);
    }

    /// Like [`Checker::expr`], but the result may be a generic function. `hint` is the type of an
    /// element of the enclosing composite literal.
    pub(crate) fn generic_expr(&mut self, x: &mut Operand, e: ExprId, hint: Option<TypeId>) {
        self.raw_expr(None, x, e, hint, true);
        self.exclude(x, NO_VALUE | BUILTIN | TYPE_EXPR);
        self.single_value(x);
    }

    /// Evaluates `e`, which may yield several values: the results of a call, or with
    /// `allow_comma_ok` a value and a boolean (then the second result is true).
    pub(crate) fn multi_expr(&mut self, e: ExprId, allow_comma_ok: bool) -> (Vec<Operand>, bool) {
        let mut x = Operand::new();
        self.raw_expr(None, &mut x, e, None, false);
        self.exclude(&mut x, NO_VALUE | BUILTIN | TYPE_EXPR);
        if x.is_valid()
            && let Some(vars) = self.as_tuple(x.ty)
        {
            let file = x.file;
            let list = vars
                .iter()
                .enumerate()
                .map(|(i, v)| {
                    let label = nth(i + 1, "function result");
                    Operand::labelled(file, e, label, self.store.objects[*v].ty)
                })
                .collect();
            return (list, false);
        }
        if allow_comma_ok && matches!(x.mode, Mode::MapIndex | Mode::CommaOk | Mode::CgoFunc) {
            let file = x.file;
            let x2 = if x.mode == Mode::CgoFunc {
                let label = "err value of (comma, err) expression".to_owned();
                Operand::labelled(file, e, label, TypeId::ERROR)
            } else {
                let label = "ok value of (comma, ok) expression".to_owned();
                Operand::labelled(file, e, label, TypeId::UNTYPED_BOOL)
            };
            return (vec![x, x2], true);
        }
        (vec![x], false)
    }

    /// Evaluates `e`, which may be a value or a type.
    pub(crate) fn expr_or_type(&mut self, x: &mut Operand, e: ExprId, allow_generic: bool) {
        self.raw_expr(None, x, e, None, allow_generic);
        self.exclude(x, NO_VALUE);
        self.single_value(x);
    }

    /// Evaluates `new`'s argument: a value or a type, but no builtin.
    pub(crate) fn expr_or_type_no_builtin(&mut self, x: &mut Operand, e: ExprId) {
        self.expr_or_type(x, e, false);
        self.exclude(x, NO_VALUE | BUILTIN);
    }

    /// Reports anything that is not a value (types, builtins, calls without results).
    pub(crate) fn exclude_non_values(&mut self, x: &mut Operand) {
        self.exclude(x, NO_VALUE | BUILTIN | TYPE_EXPR);
    }

    /// Evaluates any expression and records what is found out about it.
    pub(crate) fn raw_expr(
        &mut self,
        target: Option<&Target>,
        x: &mut Operand,
        e: ExprId,
        hint: Option<TypeId>,
        allow_generic: bool,
    ) -> EvalKind {
        let kind = self.expr_internal(target, x, e, hint);
        if !allow_generic {
            self.non_generic(target, x);
        }
        self.record(x);
        kind
    }

    /// Reports a generic type or function that is used without instantiation; a generic function
    /// is instantiated from `target` if possible.
    pub(crate) fn non_generic(&mut self, target: Option<&Target>, x: &mut Operand) {
        if !x.is_valid() || x.mode == Mode::NoValue {
            return;
        }
        let what = match &self.store.types[x.ty] {
            Type::Alias(_) | Type::Named(_) => {
                if !self.is_generic(x.ty) {
                    return;
                }
                "type"
            }
            Type::Signature(sig) if !sig.type_params.is_empty() => {
                if target.is_some() {
                    let pos = x.expr.map_or_else(Default::default, |e| self.expr_pos(e));
                    self.func_inst(target, pos, x, None, true);
                    return;
                }
                "function"
            }
            _ => return,
        };
        let text = self.operand_expr_string(x);
        let msg = format!("cannot use generic {what} {text} without instantiation");
        self.err_operand(x, codes::WRONG_TYPE_ARG_COUNT, msg);
        x.invalidate();
        x.ty = TypeId::INVALID;
    }

    fn expr_internal(&mut self, target: Option<&Target>, x: &mut Operand, e: ExprId, hint: Option<TypeId>) -> EvalKind {
        *x = Operand::new();
        x.file = self.env().file;
        let tree = self.tree();
        match &tree.expr(e).kind {
            ExprKind::Bad => {}
            ExprKind::Name(_) => {
                self.ident(x, e, false);
                // An unresolved name stays an expression, so that its statement is not reported.
                x.expr = Some(e);
                return EvalKind::Expression;
            }
            ExprKind::BasicLit { .. } => self.basic_lit(x, e),
            ExprKind::CompositeLit { .. } => self.composite_lit(x, e, hint),
            ExprKind::FuncLit { .. } => self.func_lit(x, e),
            ExprKind::Paren(inner) => {
                let kind = self.raw_expr(None, x, *inner, None, false);
                x.expr = Some(e);
                return kind;
            }
            ExprKind::Selector { .. } => {
                self.selector(x, e, false);
                x.expr = Some(e);
                return EvalKind::Expression;
            }
            ExprKind::Index { .. } => {
                if self.index_expr(x, e) {
                    let pos = self.expr_pos(e);
                    self.func_inst(target, pos, x, Some(e), true);
                }
            }
            ExprKind::Slice { .. } => self.slice_expr(x, e),
            ExprKind::TypeAssert { x: inner, ty } => self.type_assert(x, e, *inner, *ty),
            ExprKind::Call { .. } => return self.call_expr(x, e),
            ExprKind::Star(inner) => self.star(x, *inner),
            ExprKind::Unary { op, x: inner } => {
                self.unary(x, e, *op, *inner);
                if x.is_valid() && *op == UnaryOp::Recv {
                    x.expr = Some(e);
                    return EvalKind::Statement;
                }
            }
            ExprKind::Binary { op, x: lhs, y: rhs } => self.binary(x, Some(e), *lhs, *rhs, *op),
            ExprKind::KeyValue { .. } => {
                self.err_expr(e, codes::INVALID_SYNTAX_TREE, "no key:value expected");
            }
            ExprKind::Ellipsis { .. } => {
                self.err_expr(e, codes::INVALID_SYNTAX_TREE, "invalid use of ...");
            }
            ExprKind::ArrayType { .. }
            | ExprKind::SliceType { .. }
            | ExprKind::StructType { .. }
            | ExprKind::FuncType(_)
            | ExprKind::InterfaceType { .. }
            | ExprKind::MapType { .. }
            | ExprKind::ChanType { .. } => {
                x.ty = self.typ(e);
                x.mode = Mode::TypeExpr;
            }
        }
        x.expr = Some(e);
        if x.is_valid() { EvalKind::Expression } else { EvalKind::Statement }
    }

    /// `*inner`: an indirection, or a pointer type.
    fn star(&mut self, x: &mut Operand, inner: ExprId) {
        self.expr_or_type(x, inner, false);
        match x.mode {
            Mode::Invalid => {}
            Mode::TypeExpr => {
                self.valid_var_type(inner, x.ty);
                x.ty = self.store.new_type(Type::Pointer { elem: x.ty });
            }
            _ => {
                let mut base: Option<TypeId> = None;
                for (_, u) in self.typeset(x.ty) {
                    let elem = match u.map(|u| self.store.types[u].clone()) {
                        Some(Type::Pointer { elem }) => elem,
                        _ => {
                            let s = self.operand_string(x);
                            let msg = format!("invalid operation: cannot indirect {s}");
                            self.err_operand(x, codes::INVALID_INDIRECTION, msg);
                            x.invalidate();
                            return;
                        }
                    };
                    if let Some(b) = base
                        && !self.identical(elem, b)
                    {
                        let s = self.operand_string(x);
                        let msg = format!("invalid operation: pointers of {s} must have identical base types");
                        self.err_operand(x, codes::INVALID_INDIRECTION, msg);
                        x.invalidate();
                        return;
                    }
                    base = Some(elem);
                }
                let base = base.unwrap_or_default();
                if !self.is_complete(base) {
                    x.invalidate();
                    return;
                }
                x.mode = Mode::Variable;
                x.ty = base;
            }
        }
    }

    /// `inner.(ty)`
    fn type_assert(&mut self, x: &mut Operand, e: ExprId, inner: ExprId, ty: Option<ExprId>) {
        let Some(ty) = ty else {
            self.err_expr(e, codes::INVALID_SYNTAX_TREE, "use of .(type) outside type switch");
            self.use_exprs(&[inner]);
            x.invalidate();
            return;
        };
        self.expr(None, x, inner);
        if !x.is_valid() {
            return;
        }
        if self.is_type_param(x.ty) {
            let s = self.operand_string(x);
            let msg = format!("invalid operation: cannot use type assertion on type parameter value {s}");
            self.err_operand(x, codes::INVALID_ASSERT, msg);
            x.invalidate();
            return;
        }
        let u = self.under(x.ty);
        if !matches!(self.store.types[u], Type::Interface(_)) {
            let s = self.operand_string(x);
            self.err_operand(x, codes::INVALID_ASSERT, format!("invalid operation: {s} is not an interface"));
            x.invalidate();
            return;
        }
        let t = self.var_type(ty);
        if !self.is_valid_type(t) || !self.is_complete(t) {
            x.invalidate();
            return;
        }
        self.type_assertion(e, x, t, false);
        x.mode = Mode::CommaOk;
        x.ty = t;
    }

    /// Reports an assertion (or, with `type_switch`, a case) of `x` to `t` that can never hold.
    pub(crate) fn type_assertion(&mut self, e: ExprId, x: &Operand, t: TypeId, type_switch: bool) {
        let mut cause = String::new();
        if self.assertable_to(x.ty, t, Some(&mut cause)) {
            return;
        }
        let es = self.expr_string(e);
        let ts = self.type_string(t);
        let msg = if type_switch {
            let xs = self.operand_string(x);
            format!("impossible type switch case: {es}\n\t{xs} cannot have dynamic type {ts} {cause}")
        } else {
            let vs = self.type_string(x.ty);
            format!("impossible type assertion: {es}\n\t{ts} does not implement {vs} {cause}")
        };
        self.err_expr(e, codes::IMPOSSIBLE_ASSERT, msg);
    }

    fn exclude(&mut self, x: &mut Operand, modes: u8) {
        let s = |c: &mut Checker| c.operand_string(x);
        let (code, msg) = match x.mode {
            Mode::NoValue if modes & NO_VALUE != 0 => {
                let text = s(self);
                if modes & TYPE_EXPR != 0 {
                    (codes::TOO_MANY_VALUES, format!("{text} used as value"))
                } else {
                    (codes::TOO_MANY_VALUES, format!("{text} used as value or type"))
                }
            }
            Mode::Builtin if modes & BUILTIN != 0 => (codes::UNCALLED_BUILTIN, format!("{} must be called", s(self))),
            Mode::TypeExpr if modes & TYPE_EXPR != 0 => {
                (codes::NOT_AN_EXPR, format!("{} is not an expression", s(self)))
            }
            _ => return,
        };
        self.err_operand(x, code, msg);
        x.invalidate();
    }

    /// Reports a call with several results where one value is wanted.
    pub(crate) fn single_value(&mut self, x: &mut Operand) {
        if x.mode == Mode::Value && self.as_tuple(x.ty).is_some() {
            let s = self.operand_string(x);
            let msg = format!("multiple-value {s} in single-value context");
            self.err_operand(x, codes::TOO_MANY_VALUES, msg);
            x.invalidate();
        }
    }
}

/// `1st what`, `2nd what`, …
fn nth(n: usize, what: &str) -> String {
    let ext = match n {
        1 => "st",
        2 => "nd",
        3 => "rd",
        _ => "th",
    };
    format!("{n}{ext} {what}")
}
