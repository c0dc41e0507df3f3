//! Unions of terms in constraints. Source: spec "General interfaces".

use super::Checker;
use crate::codes;
use crate::info::Mode;
use crate::ty::{Term, Type, TypeId};
use go_ast::{BinaryOp, ExprId, ExprKind, UnaryOp};
use std::sync::Arc;

/// gc's limit on the number of terms.
const MAX_TERM_COUNT: usize = 100;

impl Checker {
    /// The type of an interface element: a union, or a single type.
    pub(crate) fn parse_union(&mut self, e: ExprId) -> TypeId {
        let (mut ops, mut list) = (Vec::new(), Vec::new());
        self.flatten_union(e, &mut ops, &mut list);
        let mut terms: Vec<Term> = Vec::with_capacity(list.len());
        let mut u = TypeId::INVALID;
        let mut too_many = false;
        for (i, x) in list.iter().enumerate() {
            let term = self.parse_tilde(*x);
            if list.len() == 1 && !term.tilde {
                return term.ty;
            }
            if terms.len() >= MAX_TERM_COUNT {
                if !std::mem::replace(&mut too_many, true) {
                    let msg =
                        format!("cannot handle more than {MAX_TERM_COUNT} union terms (implementation limitation)");
                    self.error(*x, codes::INVALID_UNION, msg);
                }
                u = TypeId::INVALID;
            } else {
                terms.push(term);
                u = self.store.new_type(Type::Union(Arc::from(terms.clone())));
            }
            if i > 0 {
                self.record_type_and_value(ops[i - 1], Mode::TypeExpr, u, None);
            }
        }
        if u == TypeId::INVALID {
            return u;
        }
        self.later_check(move |c| c.check_terms(&terms, &list));
        u
    }

    fn check_terms(&mut self, terms: &[Term], list: &[ExprId]) {
        for (i, t) in terms.iter().enumerate() {
            if !self.is_valid_type(t.ty) {
                continue;
            }
            let at = list[i];
            let u = self.under(t.ty);
            let is_iface = matches!(self.store.types[u], Type::Interface(_));
            let ts = self.type_string(t.ty);
            if t.tilde {
                if is_iface {
                    let msg = format!("invalid use of ~ ({ts} is an interface)");
                    self.error(at, codes::INVALID_UNION, msg);
                    continue;
                }
                if !self.identical(u, t.ty) {
                    let us = self.type_string(u);
                    let msg = format!("invalid use of ~ (underlying type of {ts} is {us})");
                    self.error(at, codes::INVALID_UNION, msg);
                    continue;
                }
            }
            if is_iface {
                let set = self.type_set(u);
                let term = self.term_string(*t);
                if !set.methods.is_empty() {
                    let msg = format!("cannot use {term} in union ({term} contains methods)");
                    self.error(at, codes::INVALID_UNION, msg);
                } else if t.ty == TypeId::COMPARABLE {
                    self.error(at, codes::INVALID_UNION, "cannot use comparable in union");
                } else if set.comparable {
                    let msg = format!("cannot use {term} in union ({term} embeds comparable)");
                    self.error(at, codes::INVALID_UNION, msg);
                }
                continue;
            }
            if let Some(other) = self.overlapping_term(&terms[..i], *t) {
                let (a, b) = (self.term_string(*t), self.term_string(other));
                let msg = format!("overlapping terms {a} and {b}");
                self.soft_errorf(at, codes::INVALID_UNION, msg);
            }
        }
    }

    /// gc prints terms with full package paths.
    fn term_string(&self, t: Term) -> String {
        let s = self.store.type_string_full(t.ty);
        if t.tilde { format!("~{s}") } else { s }
    }

    /// A term that has a type in common with `y`.
    fn overlapping_term(&mut self, terms: &[Term], y: Term) -> Option<Term> {
        for x in terms {
            if self.is_interface(x.ty) {
                continue;
            }
            let ux = if y.tilde { self.under(x.ty) } else { x.ty };
            let uy = if x.tilde { self.under(y.ty) } else { y.ty };
            if self.identical(ux, uy) {
                return Some(*x);
            }
        }
        None
    }

    fn parse_tilde(&mut self, e: ExprId) -> Term {
        let tree = self.tree();
        let (x, tilde) = match tree.expr(e).kind {
            ExprKind::Unary { op: UnaryOp::Tilde, x } => (x, true),
            _ => (e, false),
        };
        let mut ty = self.typ(x);
        if self.is_type_param(ty) {
            let msg = if tilde {
                let s = self.expr_string(e);
                format!("type in term {s} cannot be a type parameter")
            } else {
                "term cannot be a type parameter".to_owned()
            };
            self.error(x, codes::MISPLACED_TYPE_PARAM, msg);
            ty = TypeId::INVALID;
        }
        let term = Term { tilde, ty };
        if tilde {
            let u = self.store.new_type(Type::Union(Arc::from([term])));
            self.record_type_and_value(e, Mode::TypeExpr, u, None);
        }
        term
    }

    /// Operands and operators of `A | B | C`.
    fn flatten_union(&self, e: ExprId, ops: &mut Vec<ExprId>, list: &mut Vec<ExprId>) {
        let tree = &self.env().tree;
        let mut stack = Vec::new();
        let mut at = e;
        while let ExprKind::Binary { op: BinaryOp::Or, x, y } = tree.expr(at).kind {
            stack.push((at, y));
            at = x;
        }
        list.push(at);
        for (op, y) in stack.into_iter().rev() {
            ops.push(op);
            list.push(y);
        }
    }
}
