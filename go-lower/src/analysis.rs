//! Facts about the variables of a function, found on its syntax before lowering: which are assigned
//! after their declaration, have their address taken, or are captured. Decides between plain values
//! and memory cells, and between capture by value and by reference. Emits nothing.

use super::body::Body;
use go_ast::{Block, BranchKind, DeclKind, ExprId, ExprKind, File, Ident, StmtId, StmtKind, UnaryOp};
use go_ir::ty::TyKind;
use go_source::Pos;
use go_types::info::SelectionKind;
use go_types::object::{ObjId, ObjectKind};
use go_types::universe::Builtin;
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// What happens to a variable.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct VarFacts {
    /// Assigned other than by its declaration (parts of it included).
    pub assigned: bool,
    /// Its address (or that of a part) is taken.
    pub addressed: bool,
    /// Used in a function nested in the one that declares it.
    pub captured: bool,
}

/// What a function body contains, without the bodies of function literals in it.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct FnFacts {
    /// A `defer` statement.
    pub has_defer: bool,
    /// A `goto` (defers may run several times).
    pub has_goto: bool,
    /// A range over a function.
    pub has_range_func: bool,
    /// A `go` statement or a call of `recover`.
    pub has_go_or_recover: bool,
}

/// All facts of an outermost function.
#[derive(Default, Debug)]
pub(super) struct Facts {
    vars: FxHashMap<ObjId, VarFacts>,
    depth: FxHashMap<ObjId, u32>,
    fns: FxHashMap<Pos, FnFacts>,
    range_defers: FxHashSet<Pos>,
}

impl Facts {
    /// Facts of a variable.
    pub(super) fn var(&self, o: ObjId) -> VarFacts {
        self.vars.get(&o).copied().unwrap_or_default()
    }

    /// Whether the body (of a range over a function) that opens at `lbrace` has defers.
    pub(super) fn has_range_defer(&self, lbrace: Pos) -> bool {
        self.range_defers.contains(&lbrace)
    }

    /// Facts of the function whose body opens at `lbrace`.
    pub(super) fn of_fn(&self, lbrace: Pos) -> FnFacts {
        self.fns.get(&lbrace).copied().unwrap_or_default()
    }
}

struct Walker<'b, 'l, 'a> {
    body: &'b mut Body<'l, 'a>,
    tree: Arc<File>,
    facts: Facts,
    depth: u32,
    fns: Vec<Pos>,
    ranges: Vec<Pos>,
}

impl Body<'_, '_> {
    /// Collects the facts of a function body (or of an expression of a package variable).
    pub(super) fn analyze(&mut self, body: Option<&Block>, exprs: &[ExprId]) -> Facts {
        let tree = Arc::clone(&self.tree);
        let mut w = Walker { body: self, tree, facts: Facts::default(), depth: 0, fns: Vec::new(), ranges: Vec::new() };
        if let Some(b) = body {
            w.fns.push(b.lbrace);
            w.block(b);
        } else {
            w.fns.push(Pos::NONE);
        }
        for e in exprs {
            w.expr(*e);
        }
        w.facts
    }
}

impl Walker<'_, '_, '_> {
    fn object_at(&self, pos: Pos) -> Option<ObjId> {
        let info = &self.body.lo.checker.info;
        info.uses.get(&pos).or_else(|| info.defs.get(&pos)).copied()
    }

    fn declare(&mut self, id: &Ident) {
        if let Some(o) = self.body.lo.checker.info.defs.get(&id.pos) {
            self.facts.depth.insert(*o, self.depth);
        }
    }

    fn used(&mut self, o: ObjId) {
        if let Some(d) = self.facts.depth.get(&o).copied().or(Some(0))
            && d < self.depth
        {
            self.facts.vars.entry(o).or_default().captured = true;
        }
    }

    fn fn_facts(&mut self) -> &mut FnFacts {
        let pos = *self.fns.last().expect("a function is being walked");
        self.facts.fns.entry(pos).or_default()
    }

    /// The variable that `e` is a part of without any pointer in between.
    fn root(&mut self, e: ExprId) -> Option<ObjId> {
        let tree = Arc::clone(&self.tree);
        match &tree.exprs[e].kind {
            ExprKind::Paren(x) => self.root(*x),
            ExprKind::Name(_) => self.object_at(tree.exprs[e].pos),
            ExprKind::Selector { x, sel } => {
                if !self.body.lo.checker.info.selections.contains_key(&sel.pos) {
                    return None;
                }
                let t = self.body.ety(*x);
                if matches!(self.body.under(t), TyKind::Pointer(_)) { None } else { self.root(*x) }
            }
            ExprKind::Index { x, .. } => {
                let t = self.body.ety(*x);
                if matches!(self.body.under(t), TyKind::Array(..)) { self.root(*x) } else { None }
            }
            _ => None,
        }
    }

    fn addressed(&mut self, e: ExprId) {
        if let Some(o) = self.root(e) {
            self.facts.vars.entry(o).or_default().addressed = true;
        }
    }

    fn assigned(&mut self, e: ExprId) {
        if let Some(o) = self.root(e) {
            self.facts.vars.entry(o).or_default().assigned = true;
        }
    }

    fn function(&mut self, ty: ExprId, body: &Block) {
        let tree = Arc::clone(&self.tree);
        self.depth += 1;
        if let ExprKind::FuncType(ft) = &tree.exprs[ty].kind {
            for f in ft.params.iter().chain(ft.results.iter()) {
                if let Some(n) = &f.name {
                    self.declare(n);
                }
            }
        }
        self.fns.push(body.lbrace);
        let ranges = std::mem::take(&mut self.ranges);
        self.block(body);
        self.ranges = ranges;
        self.fns.pop();
        self.depth -= 1;
    }

    fn exprs(&mut self, es: &[ExprId]) {
        for e in es {
            self.expr(*e);
        }
    }

    fn opt_expr(&mut self, e: Option<ExprId>) {
        if let Some(e) = e {
            self.expr(e);
        }
    }

    fn expr(&mut self, e: ExprId) {
        let tree = Arc::clone(&self.tree);
        if self.body.is_type_expr(e) {
            return;
        }
        match &tree.exprs[e].kind {
            ExprKind::Name(_) => {
                if let Some(o) = self.object_at(tree.exprs[e].pos) {
                    self.used(o);
                }
            }
            ExprKind::CompositeLit { elems, .. } => {
                let t = self.body.ety(e);
                let is_struct = self.body.literal_is_struct(t);
                for el in elems {
                    match &tree.exprs[*el].kind {
                        ExprKind::KeyValue { key, value } => {
                            if !is_struct {
                                self.expr(*key);
                            }
                            self.expr(*value);
                        }
                        _ => self.expr(*el),
                    }
                }
            }
            ExprKind::KeyValue { key, value } => {
                self.expr(*key);
                self.expr(*value);
            }
            ExprKind::FuncLit { ty, body } => self.function(*ty, body),
            ExprKind::Paren(x) | ExprKind::Star(x) => self.expr(*x),
            ExprKind::Selector { x, sel } => {
                let info = &self.body.lo.checker.info;
                let Some(s) = info.selections.get(&sel.pos) else { return };
                let (kind, obj) = (s.kind, s.obj);
                if kind == SelectionKind::MethodVal {
                    let o = &self.body.lo.checker.store.objects[obj];
                    if matches!(o.kind, ObjectKind::Func { ptr_recv: true, .. }) {
                        let t = self.body.ety(*x);
                        if !matches!(self.body.under(t), TyKind::Pointer(_)) {
                            self.addressed(*x);
                        }
                    }
                }
                if kind != SelectionKind::MethodExpr {
                    self.expr(*x);
                }
            }
            ExprKind::Index { x, indices } => {
                self.expr(*x);
                self.exprs(indices);
            }
            ExprKind::Slice { x, bounds, .. } => {
                let t = self.body.ety(*x);
                if matches!(self.body.under(t), TyKind::Array(..)) {
                    self.addressed(*x);
                }
                self.expr(*x);
                for b in bounds {
                    self.opt_expr(*b);
                }
            }
            ExprKind::TypeAssert { x, .. } => self.expr(*x),
            ExprKind::Call { fun, args, .. } => {
                if self.body.builtin_of(*fun) == Some(Builtin::Recover) {
                    self.fn_facts().has_go_or_recover = true;
                }
                self.expr(*fun);
                self.exprs(args);
            }
            ExprKind::Unary { op, x } => {
                if *op == UnaryOp::Addr {
                    self.addressed(*x);
                }
                self.expr(*x);
            }
            ExprKind::Binary { x, y, .. } => {
                self.expr(*x);
                self.expr(*y);
            }
            ExprKind::Bad
            | ExprKind::BasicLit { .. }
            | ExprKind::ArrayType { .. }
            | ExprKind::SliceType { .. }
            | ExprKind::StructType { .. }
            | ExprKind::FuncType(_)
            | ExprKind::InterfaceType { .. }
            | ExprKind::MapType { .. }
            | ExprKind::ChanType { .. }
            | ExprKind::Ellipsis { .. } => {}
        }
    }

    fn block(&mut self, b: &Block) {
        self.stmts(&b.stmts);
    }

    fn stmts(&mut self, ss: &[StmtId]) {
        for s in ss {
            self.stmt(*s);
        }
    }

    fn opt_stmt(&mut self, s: Option<StmtId>) {
        if let Some(s) = s {
            self.stmt(s);
        }
    }

    /// A left side of an assignment or definition.
    fn target(&mut self, e: ExprId, define: bool) {
        let tree = Arc::clone(&self.tree);
        if define && let ExprKind::Name(name) = tree.exprs[e].kind {
            let pos = tree.exprs[e].pos;
            if self.body.lo.checker.info.defs.contains_key(&pos) {
                self.declare(&Ident { name, pos });
                return;
            }
        }
        self.assigned(e);
        self.expr(e);
    }

    fn stmt(&mut self, s: StmtId) {
        let tree = Arc::clone(&self.tree);
        match &tree.stmts[s].kind {
            StmtKind::Bad | StmtKind::Empty => {}
            StmtKind::Decl(ds) => {
                for d in ds {
                    if let DeclKind::Var { names, values, .. } = &tree.all_decls[*d].kind {
                        self.exprs(values);
                        for n in names {
                            self.declare(n);
                        }
                    }
                }
            }
            StmtKind::Labeled { stmt, .. } => self.stmt(*stmt),
            StmtKind::Expr(e) => self.expr(*e),
            StmtKind::Go(e) => {
                self.fn_facts().has_go_or_recover = true;
                self.expr(*e);
            }
            StmtKind::Defer(e) => {
                self.fn_facts().has_defer = true;
                self.facts.range_defers.extend(self.ranges.iter().copied());
                self.expr(*e);
            }
            StmtKind::Send { chan, value } => {
                self.expr(*chan);
                self.expr(*value);
            }
            StmtKind::IncDec { x, .. } => {
                self.assigned(*x);
                self.expr(*x);
            }
            StmtKind::Assign { lhs, rhs, define, .. } => {
                self.exprs(rhs);
                for l in lhs {
                    self.target(*l, *define);
                }
            }
            StmtKind::Return(es) => self.exprs(es),
            StmtKind::Branch { kind, .. } => {
                if *kind == BranchKind::Goto {
                    self.fn_facts().has_goto = true;
                }
            }
            StmtKind::Block(b) => self.block(b),
            StmtKind::If { init, cond, then, els } => {
                self.opt_stmt(*init);
                self.expr(*cond);
                self.block(then);
                self.opt_stmt(*els);
            }
            StmtKind::Switch { init, tag, clauses, .. } => {
                self.opt_stmt(*init);
                self.opt_expr(*tag);
                for c in clauses {
                    if let Some(es) = &c.exprs {
                        self.exprs(es);
                    }
                    self.stmts(&c.body);
                }
            }
            StmtKind::TypeSwitch { init, x, clauses, .. } => {
                self.opt_stmt(*init);
                self.expr(*x);
                for c in clauses {
                    if let Some(o) = self.body.lo.checker.info.implicits.get(&c.pos) {
                        self.facts.depth.insert(*o, self.depth);
                    }
                    self.stmts(&c.body);
                }
            }
            StmtKind::Select { clauses, .. } => {
                for c in clauses {
                    self.opt_stmt(c.comm);
                    self.stmts(&c.body);
                }
            }
            StmtKind::For { init, cond, post, body } => {
                self.opt_stmt(*init);
                self.opt_expr(*cond);
                self.opt_stmt(*post);
                self.block(body);
            }
            StmtKind::Range { key, value, define, x, body, .. } => {
                self.expr(*x);
                let t = self.body.ety(*x);
                let is_func = matches!(self.body.under(t), TyKind::Func(_));
                if is_func {
                    self.fn_facts().has_range_func = true;
                    self.depth += 1;
                    self.ranges.push(body.lbrace);
                }
                for t in [key, value].into_iter().flatten() {
                    self.target(*t, *define);
                }
                self.block(body);
                if is_func {
                    self.depth -= 1;
                    self.ranges.pop();
                }
            }
        }
    }
}
