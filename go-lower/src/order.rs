//! Order of evaluation, as gc's: calls, receives, map reads and the like happen in source order
//! before the rest of the operands of a statement is read (variables are read late).
//!
//! [`Body::order`] evaluates such parts of an expression ahead; lowering the expression then finds
//! their values in `Frame::ordered`. Source: spec "Order of evaluation".

use super::body::Body;
use go_ast::{BinaryOp, ExprId, ExprKind, UnaryOp};
use go_ir::ty::TyKind;
use go_types::info::{Mode, SelectionKind};
use go_types::universe::Builtin;
use std::sync::Arc;

/// How an expression takes part in ordering.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Evaluated ahead as a whole.
    Whole,
    /// Its operands are looked at.
    Parts,
}

impl Body<'_, '_> {
    fn order_kind(&mut self, e: ExprId) -> Kind {
        let tree = Arc::clone(&self.tree);
        match &tree.exprs[e].kind {
            ExprKind::Call { fun, .. } => {
                let f = tree.unparen(*fun);
                match self.tv(f).mode {
                    Mode::TypeExpr => Kind::Parts,
                    Mode::Builtin => match self.builtin_of(f) {
                        Some(
                            Builtin::Len
                            | Builtin::Cap
                            | Builtin::Real
                            | Builtin::Imag
                            | Builtin::Complex
                            | Builtin::UnsafeAdd
                            | Builtin::UnsafeSliceData
                            | Builtin::UnsafeStringData,
                        ) => Kind::Parts,
                        _ => Kind::Whole,
                    },
                    _ => Kind::Whole,
                }
            }
            ExprKind::Unary { op: UnaryOp::Recv, .. } | ExprKind::TypeAssert { .. } => Kind::Whole,
            ExprKind::Index { x, .. } => {
                if self.is_value(*x) {
                    let t = self.ety(*x);
                    if matches!(self.under(t), TyKind::Map(..)) {
                        return Kind::Whole;
                    }
                }
                Kind::Parts
            }
            ExprKind::Binary { op: BinaryOp::AndAnd | BinaryOp::OrOr, .. } => Kind::Whole,
            _ => Kind::Parts,
        }
    }

    fn is_value(&self, e: ExprId) -> bool {
        !matches!(self.tv(e).mode, Mode::TypeExpr | Mode::Builtin | Mode::NoValue | Mode::Invalid)
    }

    /// Operands of `e`, in order of evaluation.
    fn operands(&self, e: ExprId) -> Vec<ExprId> {
        let mut out = Vec::new();
        match &self.tree.exprs[e].kind {
            ExprKind::CompositeLit { elems, .. } => {
                for el in elems {
                    match &self.tree.exprs[*el].kind {
                        ExprKind::KeyValue { key, value } => {
                            if self.is_value(*key) {
                                out.push(*key);
                            }
                            out.push(*value);
                        }
                        _ => out.push(*el),
                    }
                }
            }
            ExprKind::KeyValue { key, value } => out.extend([*key, *value]),
            ExprKind::Paren(x) | ExprKind::Star(x) | ExprKind::Unary { x, .. } | ExprKind::TypeAssert { x, .. } => {
                out.push(*x);
            }
            ExprKind::Selector { x, sel } => {
                let s = self.lo.checker.info.selections.get(&sel.pos);
                if s.is_some_and(|s| s.kind != SelectionKind::MethodExpr) {
                    out.push(*x);
                }
            }
            ExprKind::Index { x, indices } => {
                out.push(*x);
                out.extend(indices.iter().copied());
            }
            ExprKind::Slice { x, bounds, .. } => {
                out.push(*x);
                out.extend(bounds.iter().flatten().copied());
            }
            ExprKind::Call { fun, args, .. } => {
                out.push(*fun);
                out.extend(args.iter().copied());
            }
            ExprKind::Binary { x, y, .. } => out.extend([*x, *y]),
            ExprKind::Bad
            | ExprKind::Name(_)
            | ExprKind::BasicLit { .. }
            | ExprKind::FuncLit { .. }
            | ExprKind::ArrayType { .. }
            | ExprKind::SliceType { .. }
            | ExprKind::StructType { .. }
            | ExprKind::FuncType(_)
            | ExprKind::InterfaceType { .. }
            | ExprKind::MapType { .. }
            | ExprKind::ChanType { .. }
            | ExprKind::Ellipsis { .. } => {}
        }
        out
    }

    /// Whether evaluating `e` calls, receives, or does something else that has its place in order.
    pub(super) fn has_call(&mut self, e: ExprId) -> bool {
        if let Some(c) = self.calls.get(&e) {
            return *c;
        }
        let tv = self.tv(e);
        let c = if tv.val.0 != 0 || matches!(tv.mode, Mode::TypeExpr | Mode::Builtin) {
            false
        } else {
            let whole =
                self.order_kind(e) == Kind::Whole && !matches!(self.tree.exprs[e].kind, ExprKind::Binary { .. });
            whole || self.operands(e).into_iter().any(|o| self.has_call(o))
        };
        self.calls.insert(e, c);
        c
    }

    /// Evaluates the calls in `e` now; the rest of it later, when it is lowered.
    pub(super) fn order(&mut self, e: ExprId) {
        if self.fr.ordered.contains_key(&e) || !self.has_call(e) {
            return;
        }
        let parens_or_tuple = matches!(self.lo.checker.store.types[self.tv(e).ty], go_types::ty::Type::Tuple(_))
            && matches!(self.tree.exprs[e].kind, ExprKind::Call { .. });
        if self.order_kind(e) == Kind::Whole && !parens_or_tuple {
            let v = self.expr(e);
            self.fr.ordered.insert(e, v);
            return;
        }
        for o in self.operands(e) {
            self.order(o);
        }
    }

    /// Orders a list of expressions that are evaluated together.
    pub(super) fn order_all(&mut self, es: &[ExprId]) {
        // Nothing to do unless something is followed by a call.
        let Some(last) = es.iter().rposition(|e| self.has_call(*e)) else { return };
        if last == 0 && es.len() == 1 {
            return;
        }
        for e in &es[..=last] {
            self.order(*e);
        }
    }
}
