//! Terminating statements. Source: spec "Terminating statements".

use super::Checker;
use go_ast::{BranchKind, ExprKind, File, StmtId, StmtKind};
use go_source::Symbol;

impl Checker {
    /// Whether statement `s` is terminating; `label` is its label, if any.
    fn is_terminating(&self, s: StmtId, label: Option<Symbol>) -> bool {
        let tree = &*self.env().tree;
        match &tree.stmt(s).kind {
            StmtKind::Bad
            | StmtKind::Empty
            | StmtKind::Decl(_)
            | StmtKind::Send { .. }
            | StmtKind::IncDec { .. }
            | StmtKind::Assign { .. }
            | StmtKind::Go(_)
            | StmtKind::Defer(_)
            | StmtKind::Range { .. } => false,
            StmtKind::Labeled { label, stmt } => self.is_terminating(*stmt, Some(label.name)),
            StmtKind::Expr(e) => {
                let e = tree.unparen(*e);
                matches!(tree.expr(e).kind, ExprKind::Call { .. }) && self.env().is_panic.contains(&e)
            }
            StmtKind::Return(_) => true,
            StmtKind::Branch { kind, .. } => {
                matches!(kind, BranchKind::Goto | BranchKind::Fallthrough)
            }
            StmtKind::Block(b) => self.is_terminating_list(&b.stmts),
            StmtKind::If { then, els, .. } => {
                els.is_some_and(|els| self.is_terminating_list(&then.stmts) && self.is_terminating(els, None))
            }
            StmtKind::Switch { clauses, .. } | StmtKind::TypeSwitch { clauses, .. } => {
                clauses.iter().any(|c| c.exprs.is_none())
                    && clauses
                        .iter()
                        .all(|c| self.is_terminating_list(&c.body) && !has_break_list(tree, &c.body, label, true))
            }
            StmtKind::Select { clauses, .. } => {
                clauses.iter().all(|c| self.is_terminating_list(&c.body) && !has_break_list(tree, &c.body, label, true))
            }
            StmtKind::For { cond, body, .. } => cond.is_none() && !has_break_list(tree, &body.stmts, label, true),
        }
    }

    /// Whether a list of statements ends in a terminating one (empty statements apart).
    pub(crate) fn is_terminating_list(&self, list: &[StmtId]) -> bool {
        let tree = &self.env().tree;
        list.iter()
            .rev()
            .find(|s| !matches!(tree.stmt(**s).kind, StmtKind::Empty))
            .is_some_and(|s| self.is_terminating(*s, None))
    }
}

/// Whether a statement holds a break that refers to `label`, or with `implicit` to the closest
/// statement around it.
fn has_break(tree: &File, s: StmtId, label: Option<Symbol>, implicit: bool) -> bool {
    match &tree.stmt(s).kind {
        StmtKind::Bad
        | StmtKind::Empty
        | StmtKind::Decl(_)
        | StmtKind::Expr(_)
        | StmtKind::Send { .. }
        | StmtKind::IncDec { .. }
        | StmtKind::Assign { .. }
        | StmtKind::Go(_)
        | StmtKind::Defer(_)
        | StmtKind::Return(_) => false,
        StmtKind::Labeled { stmt, .. } => has_break(tree, *stmt, label, implicit),
        StmtKind::Branch { kind, label: target } => {
            *kind == BranchKind::Break
                && match target {
                    None => implicit,
                    Some(t) => Some(t.name) == label,
                }
        }
        StmtKind::Block(b) => has_break_list(tree, &b.stmts, label, implicit),
        StmtKind::If { then, els, .. } => {
            has_break_list(tree, &then.stmts, label, implicit)
                || els.is_some_and(|els| has_break(tree, els, label, implicit))
        }
        StmtKind::Switch { clauses, .. } | StmtKind::TypeSwitch { clauses, .. } => {
            label.is_some() && clauses.iter().any(|c| has_break_list(tree, &c.body, label, false))
        }
        StmtKind::Select { clauses, .. } => {
            label.is_some() && clauses.iter().any(|c| has_break_list(tree, &c.body, label, false))
        }
        StmtKind::For { body, .. } | StmtKind::Range { body, .. } => {
            label.is_some() && has_break_list(tree, &body.stmts, label, false)
        }
    }
}

fn has_break_list(tree: &File, list: &[StmtId], label: Option<Symbol>, implicit: bool) -> bool {
    list.iter().any(|s| has_break(tree, *s, label, implicit))
}
