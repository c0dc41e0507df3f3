//! Package initialisation: which initialisers run, and in what order. Source: spec "Package
//! initialization"; order of packages as since Go 1.21 (by path among those that are ready).

use super::body::{InitStep, lower_init, lower_made};
use super::program::Lowerer;
use go_ast::visit::{Child, Walk, walk};
use go_ast::{BinaryOp, DeclKind, ExprId, ExprKind, File, UnaryOp};
use go_ir::ir::{Attrs, FuncBody, FuncId};
use go_source::{FileId, Pos};
use go_types::info::Mode;
use go_types::object::{ObjId, PkgId};
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// Functions of the standard library whose calls have no effect but their result: an initialiser
/// made of them is dropped with its variable.
const PURE: &[&str] = &[
    "errors.New",
    "internal/godebug.New",
    "internal/abi.TypeFor",
    "internal/reflectlite.TypeOf",
    "internal/reflectlite.TypeFor",
    "reflect.TypeOf",
    "reflect.TypeFor",
    "reflect.ValueOf",
    "strings.NewReplacer",
    "sync.OnceFunc",
    "sync.OnceValue",
    "sync.OnceValues",
    "sync.NewCond",
    "math.Inf",
    "math.NaN",
    "math.Float64frombits",
    "math.Float32frombits",
    "fmt.Errorf",
    "time.Unix",
];

/// An initialiser of a package.
#[derive(Clone)]
struct VarInit {
    lhs: Vec<ObjId>,
    file: FileId,
    rhs: ExprId,
}

impl Lowerer<'_> {
    /// Starts with what every package runs: `init` functions, and initialisers with effects.
    pub(super) fn start_init(&mut self) {
        for i in 0..self.packages.len() {
            let Some(pkg) = self.packages[i].pkg else { continue };
            for init in self.checker.init_functions(pkg) {
                self.func_of(init, Vec::new());
            }
            let std = self.packages[i].std;
            for v in self.var_inits(pkg) {
                let tree = Arc::clone(&self.checker.trees[&v.file]);
                if !may_have_effects(&tree, v.rhs, std) {
                    continue;
                }
                self.checker.ensure_var_init(v.lhs[0]);
                if self.is_unsound() {
                    return;
                }
                if self.has_effects(&tree, v.rhs, std) {
                    self.run_init(pkg, &v);
                }
            }
        }
    }

    /// All initialisers of a package in source order.
    fn var_inits(&self, pkg: PkgId) -> Vec<VarInit> {
        let mut out: Vec<VarInit> = Vec::new();
        let mut by_expr: FxHashMap<(FileId, ExprId), usize> = FxHashMap::default();
        for obj in self.checker.package_objects_of(pkg) {
            let Some((file, rhs)) = self.initializer_of(*obj) else { continue };
            match by_expr.get(&(file, rhs)) {
                Some(i) => out[*i].lhs.push(*obj),
                None => {
                    by_expr.insert((file, rhs), out.len());
                    out.push(VarInit { lhs: vec![*obj], file, rhs });
                }
            }
        }
        out
    }

    /// The initialisation expression of a package variable.
    fn initializer_of(&self, obj: ObjId) -> Option<(FileId, ExprId)> {
        let info = self.checker.decls.get(&obj)?;
        let tree = self.checker.trees.get(&info.decl.file)?;
        let DeclKind::Var { names, values, .. } = &tree.all_decls[info.decl.decl].kind else { return None };
        let pos = self.checker.store.objects[obj].pos;
        let i = names.iter().position(|n| n.pos == pos)?;
        let rhs = if values.len() == names.len() { values.get(i) } else { values.first() };
        rhs.map(|r| (info.decl.file, *r))
    }

    /// A package variable became reachable: its initialiser counts.
    pub(super) fn init_global(&mut self, obj: ObjId) {
        let Some(pkg) = self.checker.store.objects[obj].pkg else { return };
        if self.embed_global(obj, pkg) {
            return;
        }
        let Some((file, rhs)) = self.initializer_of(obj) else { return };
        if self.init_funcs.contains_key(&(file, rhs)) {
            return;
        }
        self.checker.ensure_var_init(obj);
        if self.is_unsound() {
            return;
        }
        let lhs: Vec<ObjId> = match self.checker.decls.get(&obj) {
            Some(d) if d.lhs.len() > 1 => d.lhs.clone(),
            _ => vec![obj],
        };
        self.run_init(pkg, &VarInit { lhs, file, rhs });
    }

    /// Initialises statically if possible, else by a function of its own.
    fn run_init(&mut self, pkg: PkgId, v: &VarInit) {
        if self.init_funcs.contains_key(&(v.file, v.rhs)) {
            return;
        }
        self.init_funcs.insert((v.file, v.rhs), None);
        let blank = |lo: &Self, o: ObjId| lo.checker.store.objects[o].name.is_blank();
        if let [one] = v.lhs[..]
            && !blank(self, one)
        {
            let g = self.global(one);
            if let Some(init) = self.static_init(v.file, v.rhs, self.prog.globals[g].ty) {
                self.prog.globals[g].init = init;
                return;
            }
        }
        let path = self.symbols.package_path(self.checker, pkg);
        let name = format!("{path}.init");
        let f = self.add_made_func(&format!("{name}·v"), Vec::new(), Vec::new(), Attrs::default());
        self.init_funcs.insert((v.file, v.rhs), Some(f));
        let lhs = v.lhs.iter().map(|o| (!blank(self, *o)).then_some(*o)).collect();
        let step = InitStep::Assign { lhs, file: v.file, rhs: v.rhs };
        let base = self.init_counts.get(&pkg).copied().unwrap_or(0);
        let n = lower_init(self, f, &name, &[step], base);
        self.init_counts.insert(pkg, n);
    }

    /// Makes the packages' initialisation functions and `go:initall`, once everything is reached.
    pub(super) fn finish_init(&mut self) {
        let mut calls: FxHashMap<PkgId, Vec<FuncId>> = FxHashMap::default();
        let mut funcs: FxHashMap<PkgId, FxHashSet<ObjId>> = FxHashMap::default();
        for (obj, _) in self.funcs.keys() {
            if let Some(p) = self.checker.store.objects[*obj].pkg {
                funcs.entry(p).or_default().insert(*obj);
            }
        }
        for i in 0..self.packages.len() {
            let Some(pkg) = self.packages[i].pkg else { continue };
            let mut list = Vec::new();
            let dynamic: Vec<VarInit> = self
                .var_inits(pkg)
                .into_iter()
                .filter(|v| matches!(self.init_funcs.get(&(v.file, v.rhs)), Some(Some(_))))
                .collect();
            if !dynamic.is_empty() {
                let mut live = funcs.remove(&pkg).unwrap_or_default();
                live.extend(dynamic.iter().flat_map(|v| v.lhs.iter().copied()));
                let mut done = FxHashSet::default();
                for init in self.checker.init_order_of(pkg, &live) {
                    let key = (init.file, init.rhs);
                    if let Some(Some(f)) = self.init_funcs.get(&key)
                        && done.insert(key)
                    {
                        list.push(*f);
                    }
                }
                for v in dynamic {
                    if let Some(Some(f)) = self.init_funcs.get(&(v.file, v.rhs))
                        && done.insert((v.file, v.rhs))
                    {
                        list.push(*f);
                    }
                }
            }
            for init in self.checker.init_functions(pkg) {
                list.push(self.func_of(init, Vec::new()));
            }
            if !list.is_empty() {
                calls.insert(pkg, list);
            }
        }
        let mut all = Vec::new();
        for pkg in self.package_order() {
            let Some(list) = calls.remove(&pkg) else { continue };
            let path = self.symbols.package_path(self.checker, pkg);
            let f = self.add_made_func(&format!("{path}.init"), Vec::new(), Vec::new(), Attrs::default());
            make_calls(self, f, &list);
            all.push(f);
        }
        let f = match self.prog.by_name.get("go:initall") {
            Some(f) => *f,
            None => self.add_made_func("go:initall", Vec::new(), Vec::new(), Attrs::default()),
        };
        self.prog.funcs[f].body = FuncBody::None;
        make_calls(self, f, &all);
    }

    /// Packages in order of initialisation: the runtime and what it imports first, then again and
    /// again the first one by path whose imports are done.
    fn package_order(&self) -> Vec<PkgId> {
        let imports: FxHashMap<PkgId, &[PkgId]> =
            self.packages.iter().filter_map(|f| Some((f.pkg?, f.imports.as_slice()))).collect();
        let path = |p: PkgId| self.checker.store.packages[p].path.as_str();
        let mut first: FxHashSet<PkgId> = FxHashSet::default();
        let mut stack: Vec<PkgId> = imports.keys().copied().filter(|p| path(*p) == "runtime").collect();
        while let Some(p) = stack.pop() {
            if first.insert(p) {
                stack.extend(imports.get(&p).copied().unwrap_or_default());
            }
        }
        let mut rest: Vec<PkgId> = imports.keys().copied().collect();
        rest.sort_by(|a, b| (!first.contains(a), path(*a)).cmp(&(!first.contains(b), path(*b))));
        let mut waiting: FxHashMap<PkgId, usize> = FxHashMap::default();
        let mut users: FxHashMap<PkgId, Vec<PkgId>> = FxHashMap::default();
        for p in &rest {
            let needs: Vec<PkgId> = imports[p].iter().copied().filter(|i| imports.contains_key(i) && i != p).collect();
            waiting.insert(*p, needs.len());
            for n in needs {
                users.entry(n).or_default().push(*p);
            }
        }
        let rank: FxHashMap<PkgId, usize> = rest.iter().enumerate().map(|(i, p)| (*p, i)).collect();
        let mut ready: std::collections::BTreeSet<usize> =
            rest.iter().filter(|p| waiting[p] == 0).map(|p| rank[p]).collect();
        let mut out = Vec::new();
        while let Some(i) = ready.pop_first() {
            let p = rest[i];
            out.push(p);
            for u in users.get(&p).into_iter().flatten() {
                if let Some(n) = waiting.get_mut(u) {
                    *n -= 1;
                    if *n == 0 {
                        ready.insert(rank[u]);
                    }
                }
            }
        }
        out
    }

    /// Whether evaluating a checked expression does more than give a value.
    fn has_effects(&self, tree: &File, e: ExprId, std: bool) -> bool {
        let mut found = false;
        walk(tree, Child::Expr(e), |c| {
            let Child::Expr(x) = c else { return Walk::Into };
            match &tree.exprs[x].kind {
                ExprKind::FuncLit { .. } => return Walk::Past,
                ExprKind::Call { fun, .. } => {
                    if self.call_has_effects(tree, *fun) {
                        found = true;
                    }
                }
                k => found |= !std && may_panic(k),
            }
            if found { Walk::Stop } else { Walk::Into }
        });
        found || receives(tree, e)
    }

    fn call_has_effects(&self, tree: &File, fun: ExprId) -> bool {
        let fun = tree.unparen(fun);
        let tv = self.checker.info.type_and_value(tree.id, fun);
        match tv.mode {
            Mode::TypeExpr => return false,
            Mode::Builtin => {
                let name = match &tree.exprs[fun].kind {
                    ExprKind::Name(n) => self.checker.store.text(*n),
                    ExprKind::Selector { .. } => return false,
                    _ => return true,
                };
                return matches!(
                    name,
                    "clear" | "close" | "copy" | "delete" | "panic" | "print" | "println" | "recover"
                );
            }
            _ => {}
        }
        let mut callee = fun;
        if let ExprKind::Index { x, .. } = &tree.exprs[callee].kind {
            callee = *x;
        }
        let pos = match &tree.exprs[callee].kind {
            ExprKind::Name(_) => tree.exprs[callee].span.lo,
            ExprKind::Selector { sel, .. } => sel.pos,
            _ => return true,
        };
        match self.checker.info.uses.get(&pos) {
            Some(o) => !PURE.contains(&self.symbols.func_symbol(self.checker, *o).as_str()),
            None => true,
        }
    }
}

/// Whether an expression contains, by its syntax alone, something that could have effects.
fn may_have_effects(tree: &File, e: ExprId, std: bool) -> bool {
    let mut found = receives(tree, e);
    walk(tree, Child::Expr(e), |c| {
        if let Child::Expr(x) = c {
            match &tree.exprs[x].kind {
                ExprKind::FuncLit { .. } => return Walk::Past,
                ExprKind::Call { .. } => found = true,
                k => found |= !std && may_panic(k),
            }
        }
        if found { Walk::Stop } else { Walk::Into }
    });
    found
}

/// Whether evaluating a node can panic.
fn may_panic(k: &ExprKind) -> bool {
    match k {
        ExprKind::Index { .. } | ExprKind::Slice { .. } | ExprKind::TypeAssert { .. } | ExprKind::Star(_) => true,
        ExprKind::Binary { op, .. } => matches!(op, BinaryOp::Div | BinaryOp::Rem),
        _ => false,
    }
}

fn receives(tree: &File, e: ExprId) -> bool {
    let mut found = false;
    walk(tree, Child::Expr(e), |c| {
        if let Child::Expr(x) = c {
            match &tree.exprs[x].kind {
                ExprKind::FuncLit { .. } => return Walk::Past,
                ExprKind::Unary { op: UnaryOp::Recv, .. } => found = true,
                _ => {}
            }
        }
        if found { Walk::Stop } else { Walk::Into }
    });
    found
}

fn make_calls(lo: &mut Lowerer<'_>, func: FuncId, list: &[FuncId]) {
    lower_made(lo, func, Pos::NONE, |b, _| {
        for f in list {
            b.call_func(*f, &[]);
        }
        b.fr.b.ret(&[]);
    });
}
