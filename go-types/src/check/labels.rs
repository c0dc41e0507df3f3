//! Labels and the branches to them. Source: spec "Labeled statements", "Break statements",
//! "Continue statements", "Goto statements".

use super::Checker;
use crate::codes;
use crate::object::{ObjId, ObjectKind};
use crate::ty::TypeId;
use go_ast::{Block, BranchKind, DeclKind, Ident, StmtId, StmtKind};
use go_source::{Pos, Symbol};
use rustc_hash::FxHashMap;

/// A block: labels declared in it, and the labelled statement that it belongs to.
struct LabelBlock {
    parent: Option<usize>,
    /// Label and labelled statement around this block.
    lstmt: Option<(Symbol, StmtId)>,
    labels: Vec<Symbol>,
}

/// The state of the check of one body.
struct Labels {
    /// All labels of the body, in order of declaration.
    all: FxHashMap<Symbol, ObjId>,
    order: Vec<ObjId>,
    blocks: Vec<LabelBlock>,
}

/// The state of one block.
struct Jumps {
    block: usize,
    var_decl_pos: Pos,
    /// Gotos whose label was not seen yet.
    fwd: Vec<Ident>,
    /// Those of them that jump over a variable declaration.
    bad: Vec<Ident>,
}

impl Labels {
    fn new_block(&mut self, parent: Option<usize>, lstmt: Option<(Symbol, StmtId)>) -> usize {
        self.blocks.push(LabelBlock { parent, lstmt, labels: Vec::new() });
        self.blocks.len() - 1
    }

    fn has_goto_target(&self, block: usize, name: Symbol) -> bool {
        let mut b = Some(block);
        while let Some(i) = b {
            if self.blocks[i].labels.contains(&name) {
                return true;
            }
            b = self.blocks[i].parent;
        }
        false
    }

    fn enclosing_target(&self, block: usize, name: Symbol) -> Option<StmtId> {
        let mut b = Some(block);
        while let Some(i) = b {
            if let Some((label, s)) = self.blocks[i].lstmt
                && label == name
            {
                return Some(s);
            }
            b = self.blocks[i].parent;
        }
        None
    }
}

impl Checker {
    /// Checks the labels of a body.
    pub(crate) fn labels(&mut self, body: &[StmtId]) {
        let mut all = Labels { all: FxHashMap::default(), order: Vec::new(), blocks: Vec::new() };
        let root = all.new_block(None, None);
        let fwd = self.block_branches(&mut all, root, body);
        for jmp in fwd {
            let name = self.store.text(jmp.name);
            if let Some(label) = all.all.get(&jmp.name).copied() {
                self.mark_label_used(label);
                let msg = format!("goto {name} jumps into block");
                self.error(jmp, codes::JUMP_INTO_BLOCK, msg);
            } else {
                let msg = format!("label {name} not declared");
                self.error(jmp, codes::UNDECLARED_LABEL, msg);
            }
        }
        for label in all.order {
            let o = &self.store.objects[label];
            if matches!(o.kind, ObjectKind::Label { used: false }) {
                let msg = format!("label {} declared and not used", self.store.text(o.name));
                self.soft_errorf(label, codes::UNUSED_LABEL, msg);
            }
        }
    }

    fn mark_label_used(&mut self, label: ObjId) {
        if let ObjectKind::Label { used } = &mut self.store.objects[label].kind {
            *used = true;
        }
    }

    /// Processes a list of statements in `block`; the result are the unresolved forward jumps.
    fn block_branches(&mut self, all: &mut Labels, block: usize, list: &[StmtId]) -> Vec<Ident> {
        let mut j = Jumps { block, var_decl_pos: Pos::NONE, fwd: Vec::new(), bad: Vec::new() };
        for s in list {
            self.stmt_branches(all, &mut j, None, *s);
        }
        j.fwd
    }

    fn nested(&mut self, all: &mut Labels, j: &mut Jumps, lstmt: Option<(Symbol, StmtId)>, list: &[StmtId]) {
        let b = all.new_block(Some(j.block), lstmt);
        let fwd = self.block_branches(all, b, list);
        j.fwd.extend(fwd);
    }

    fn nested_clauses<'a>(
        &mut self,
        all: &mut Labels,
        j: &mut Jumps,
        lstmt: Option<(Symbol, StmtId)>,
        clauses: impl Iterator<Item = &'a [StmtId]>,
    ) {
        let outer = all.new_block(Some(j.block), lstmt);
        for list in clauses {
            let b = all.new_block(Some(outer), None);
            let fwd = self.block_branches(all, b, list);
            j.fwd.extend(fwd);
        }
    }

    fn stmt_branches(&mut self, all: &mut Labels, j: &mut Jumps, lstmt: Option<(Symbol, StmtId)>, s: StmtId) {
        let tree = self.tree();
        let stmt = tree.stmt(s);
        let block = |c: &mut Checker, all: &mut Labels, j: &mut Jumps, b: &Block| {
            c.nested(all, j, lstmt, &b.stmts);
        };
        match &stmt.kind {
            StmtKind::Decl(list) => {
                for d in list {
                    if let DeclKind::Var { names, .. } = &tree.decl(*d).kind {
                        j.var_decl_pos = names.first().map_or(stmt.span.lo, |n| n.pos);
                        j.bad.clone_from(&j.fwd);
                    }
                }
            }
            StmtKind::Labeled { label, stmt } => {
                let mut lstmt = lstmt;
                if !label.name.is_blank() {
                    self.declare_label(all, j, *label);
                    lstmt = Some((label.name, *stmt));
                }
                self.stmt_branches(all, j, lstmt, *stmt);
            }
            StmtKind::Branch { kind, label: Some(label) } => {
                self.label_branch(all, j, *kind, *label);
            }
            StmtKind::Assign { define: true, op_pos, .. } => {
                j.var_decl_pos = *op_pos;
                j.bad.clone_from(&j.fwd);
            }
            StmtKind::Block(b) => block(self, all, j, b),
            StmtKind::If { then, els, .. } => {
                block(self, all, j, then);
                if let Some(els) = els {
                    self.stmt_branches(all, j, lstmt, *els);
                }
            }
            StmtKind::Switch { clauses, .. } | StmtKind::TypeSwitch { clauses, .. } => {
                self.nested_clauses(all, j, lstmt, clauses.iter().map(|c| &*c.body));
            }
            StmtKind::Select { clauses, .. } => {
                self.nested_clauses(all, j, lstmt, clauses.iter().map(|c| &*c.body));
            }
            StmtKind::For { body, .. } | StmtKind::Range { body, .. } => block(self, all, j, body),
            StmtKind::Bad
            | StmtKind::Empty
            | StmtKind::Expr(_)
            | StmtKind::Send { .. }
            | StmtKind::IncDec { .. }
            | StmtKind::Assign { .. }
            | StmtKind::Go(_)
            | StmtKind::Defer(_)
            | StmtKind::Return(_)
            | StmtKind::Branch { .. } => {}
        }
    }

    fn declare_label(&mut self, all: &mut Labels, j: &mut Jumps, label: Ident) {
        let text = self.store.text(label.name);
        let pkg = Some(self.env().pkg);
        let kind = ObjectKind::Label { used: false };
        let obj = self.store.new_object(kind, label.pos, pkg, label.name, TypeId::INVALID);
        self.set_obj_type(obj, TypeId::INVALID);
        if let Some(alt) = all.all.get(&label.name).copied() {
            let mut err = self.new_error(codes::DUPLICATE_LABEL);
            err.soft();
            err.add(label.pos, format!("label {text} already declared"));
            self.add_alt_decl(&mut err, alt);
            self.report(err);
        } else {
            all.all.insert(label.name, obj);
            all.order.push(obj);
            all.blocks[j.block].labels.push(label.name);
            self.record_def(label.pos, obj);
        }
        for jmp in std::mem::take(&mut j.fwd) {
            if jmp.name != label.name {
                j.fwd.push(jmp);
                continue;
            }
            self.mark_label_used(obj);
            self.record_use(jmp.pos, obj);
            if j.var_decl_pos.is_known() && j.bad.contains(&jmp) {
                let line = self.line_of(j.var_decl_pos);
                let msg = format!("goto {text} jumps over variable declaration at line {line}");
                self.soft_errorf(jmp, codes::JUMP_OVER_DECL, msg);
            }
        }
    }

    fn label_branch(&mut self, all: &mut Labels, j: &mut Jumps, kind: BranchKind, label: Ident) {
        let tree = self.tree();
        let text = self.store.text(label.name);
        let target = all.enclosing_target(j.block, label.name).map(|s| &tree.stmt(s).kind);
        let is_loop = matches!(target, Some(StmtKind::For { .. } | StmtKind::Range { .. }));
        match kind {
            BranchKind::Break => {
                let valid = is_loop
                    || matches!(
                        target,
                        Some(StmtKind::Switch { .. } | StmtKind::TypeSwitch { .. } | StmtKind::Select { .. })
                    );
                if !valid {
                    let msg = format!("invalid break label {text}");
                    self.error(label, codes::MISPLACED_LABEL, msg);
                    return;
                }
            }
            BranchKind::Continue => {
                if !is_loop {
                    let msg = format!("invalid continue label {text}");
                    self.error(label, codes::MISPLACED_LABEL, msg);
                    return;
                }
            }
            BranchKind::Goto => {
                if !all.has_goto_target(j.block, label.name) {
                    j.fwd.push(label);
                    return;
                }
            }
            BranchKind::Fallthrough => {
                let msg = format!("branch statement: fallthrough {text}");
                self.error(label, codes::INVALID_SYNTAX_TREE, msg);
                return;
            }
        }
        if let Some(obj) = all.all.get(&label.name).copied() {
            self.mark_label_used(obj);
            self.record_use(label.pos, obj);
        }
    }
}
