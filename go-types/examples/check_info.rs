//! Audits what the checker records: every expression of the checked packages must have its final
//! type, every name its object. `check_info [--goroot=DIR] [--max=N] PATTERN…`; prints what is
//! missing, and exits with 1 if anything is. With `--dump` it prints all facts instead, one a line
//! (offsets of the expression, mode, type, value; objects; selections; instances; initialisation
//! order), to be compared with what another type checker says.

use go_ast::{Child, Expr, ExprId, ExprKind, File, StmtKind, Walk};
use go_load::{LoadConfig, OsFileSystem, RuntimeDependency, load};
use go_source::{Interner, Pos, SourceMap};
use go_types::check::{BranchChecks, CheckOptions, Checker, PackageInput};
use go_types::info::Mode;
use go_types::ty::{Type, TypeId};
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let value = |name: &str| args.iter().find_map(|a| a.strip_prefix(name)).map(str::to_owned);
    let goroot =
        value("--goroot=").or_else(|| std::env::var("GOROOT").ok()).unwrap_or_else(|| "/usr/local/go".to_owned());
    let max: usize = value("--max=").and_then(|v| v.parse().ok()).unwrap_or(50);
    let patterns: Vec<String> = args.iter().filter(|a| !a.starts_with("--")).cloned().collect();
    let cwd = value("--cwd=").unwrap_or_else(|| format!("{goroot}/src"));
    let mut config = LoadConfig::new(&goroot, cwd);
    config.runtime = RuntimeDependency::None;
    let (graph, _) = load(&config, &OsFileSystem, &patterns);

    let interner = Arc::new(Interner::new());
    let mut sources = SourceMap::new();
    let options = CheckOptions { branches: BranchChecks::ByParser, ..CheckOptions::default() };
    let mut checker = Checker::new(Arc::clone(&interner), options);
    let (mut ids, mut trees) = (Vec::new(), Vec::new());
    for p in &graph.packages {
        if p.is_unsafe() {
            ids.push(go_types::store::Store::UNSAFE);
            continue;
        }
        let mut files = Vec::new();
        for f in &p.files {
            let id = sources.add(f.display.clone(), f.text.clone()).expect("fits in 4 GiB");
            let base = sources.file(id).base;
            let mode = go_ast::ParseMode { origin: go_ast::Origin::Runtime, ..Default::default() };
            files.push(Arc::new(go_ast::parse(id, base, &f.text, &interner, mode).file));
        }
        trees.extend(files.iter().cloned());
        let imports: FxHashMap<String, _> =
            p.imports.iter().map(|(path, id)| (path.clone(), ids[id.index()])).collect();
        ids.push(checker.add_package(PackageInput {
            path: p.path.clone(),
            files,
            imports,
            go_version: (p.go_version.major, p.go_version.minor),
            own: true,
        }));
    }
    checker.set_sources(Arc::new(sources));
    for (p, id) in graph.packages.iter().zip(&ids) {
        if !p.is_unsafe() {
            checker.check_package(*id);
        }
    }
    let errors = checker.take_diagnostics().len();
    if args.iter().any(|a| a == "--dump") {
        dump(&mut checker, &trees, &ids);
        return;
    }
    let mut audit = Audit { checker: &checker, counts: FxHashMap::default(), max, found: 0 };
    for tree in &trees {
        audit.file(tree);
    }
    let mut counts: Vec<_> = audit.counts.iter().collect();
    counts.sort();
    for (what, n) in counts {
        println!("{n:8} {what}");
    }
    println!("{} files, {errors} errors, {} gaps", trees.len(), audit.found);
    std::process::exit(i32::from(audit.found > 0));
}

struct Audit<'a> {
    checker: &'a Checker,
    counts: FxHashMap<String, usize>,
    max: usize,
    found: usize,
}

impl Audit<'_> {
    fn gap(&mut self, tree: &File, e: ExprId, what: &str) {
        self.found += 1;
        let n = self.counts.entry(what.to_owned()).or_default();
        *n += 1;
        if *n <= self.max {
            let text = go_ast::expr_string(tree, &self.checker.store.interner, e);
            let at = self.place(tree.expr(e).span.lo);
            println!("{at}: {what}: {text}");
        }
    }

    fn place(&self, pos: Pos) -> String {
        let Some(sources) = &self.checker.sources else { return String::new() };
        let l = sources.location(pos);
        format!("{}:{}:{}", l.file, l.line, l.column)
    }

    fn file(&mut self, tree: &File) {
        // Names that are no expressions: keys of struct literals, package names, blank.
        let mut plain: FxHashSet<ExprId> = FxHashSet::default();
        let mut reached: Vec<ExprId> = Vec::new();
        for d in &tree.decls {
            go_ast::visit::walk(tree, Child::Decl(*d), |c| {
                match c {
                    Child::Expr(e) => {
                        if let ExprKind::StructType { fields } = &tree.expr(e).kind {
                            plain.extend(fields.iter().filter_map(|f| f.tag));
                        }
                        reached.push(e);
                    }
                    Child::Stmt(s) => match &tree.stmt(s).kind {
                        StmtKind::Assign { lhs, define: true, .. } => plain.extend(lhs.iter()),
                        StmtKind::TypeSwitch { clauses, .. } => {
                            plain.extend(clauses.iter().flat_map(|c| c.exprs.iter().flatten()));
                        }
                        _ => {}
                    },
                    Child::Decl(_) => {}
                }
                Walk::Into
            });
        }
        for e in &reached {
            match &tree.expr(*e).kind {
                // Redeclared variables, types of declared functions and interface methods, tags,
                // guards and nil cases of type switches have no type of their own.
                ExprKind::FuncType(_) | ExprKind::TypeAssert { ty: None, .. } => {
                    plain.insert(*e);
                }
                ExprKind::Index { x, .. } => {
                    plain.insert(*x);
                }
                ExprKind::CompositeLit { elems, .. } => {
                    let tv = self.checker.info.type_and_value(tree.id, *e);
                    let is_struct = self.is_struct(tv.ty);
                    for el in elems {
                        if let ExprKind::KeyValue { key, .. } = tree.expr(*el).kind {
                            plain.insert(*el);
                            if is_struct {
                                plain.insert(key);
                            }
                        }
                    }
                }
                ExprKind::Selector { x, .. } => {
                    let pos = tree.expr(*x).span.lo;
                    let pkg = self.checker.info.uses.get(&pos).is_some_and(|o| {
                        matches!(self.checker.store.objects[*o].kind, go_types::object::ObjectKind::PkgName { .. })
                    });
                    if pkg && matches!(tree.expr(*x).kind, ExprKind::Name(_)) {
                        plain.insert(*x);
                    }
                }
                _ => {}
            }
        }
        for e in reached {
            self.expr(tree, e, tree.expr(e), plain.contains(&e));
        }
    }

    fn is_struct(&self, mut t: TypeId) -> bool {
        let s = &self.checker.store;
        for _ in 0..10 {
            t = s.unalias(t);
            match &s.types[t] {
                Type::Struct(_) => return true,
                Type::Pointer { elem } => t = *elem,
                Type::Named(n) => match s.named[*n].underlying {
                    Some(u) => t = u,
                    None => return false,
                },
                Type::TypeParam(p) => t = s.type_params[*p].bound,
                Type::Interface(i) => match &s.interfaces[*i].type_set {
                    Some(set) => match set.terms.as_deref() {
                        Some([term, ..]) => t = term.ty,
                        _ => return false,
                    },
                    None => return false,
                },
                _ => return false,
            }
        }
        false
    }

    fn expr(&mut self, tree: &File, e: ExprId, expr: &Expr, plain: bool) {
        let info = &self.checker.info;
        match &expr.kind {
            ExprKind::Name(n) => {
                let pos = expr.span.lo;
                let known = info.uses.contains_key(&pos) || info.defs.contains_key(&pos);
                if !known && !n.is_blank() {
                    self.gap(tree, e, "name without object");
                }
                // A name that is (re)declared on a left side need not have a type.
                if plain || n.is_blank() || info.defs.contains_key(&pos) {
                    return;
                }
            }
            ExprKind::Selector { sel, .. } => {
                if !info.uses.contains_key(&sel.pos) {
                    self.gap(tree, e, "selector without object");
                }
            }
            ExprKind::Bad | ExprKind::KeyValue { .. } => return,
            _ => {}
        }
        if plain {
            return;
        }
        let tv = self.checker.info.type_and_value(tree.id, e);
        let kind = format!("{:?}", expr.kind);
        let kind = kind.split([' ', '(']).next().unwrap_or_default().to_owned();
        match tv.mode {
            Mode::Invalid => self.gap(tree, e, &format!("{kind} not recorded")),
            Mode::NoValue => {}
            _ => {
                if tv.mode == Mode::Builtin {
                    // Without a signature, the call is constant.
                } else if tv.ty == TypeId::INVALID {
                    self.gap(tree, e, &format!("{kind} of invalid type"));
                } else if tv.mode == Mode::Constant {
                    if tv.val.0 == 0 {
                        self.gap(tree, e, "constant without value");
                    } else if self.checker.is_untyped(tv.ty) {
                        // Part of a larger constant, too large for a type: does not exist at run
                        // time.
                        *self.counts.entry("untyped constants".to_owned()).or_default() += 1;
                    }
                } else if tv.mode != Mode::Nil && self.checker.is_untyped(tv.ty) {
                    self.gap(tree, e, "untyped value");
                } else if tv.mode == Mode::Nil && self.checker.is_untyped(tv.ty) {
                    self.gap(tree, e, "untyped nil");
                }
                if let Type::Signature(s) = &self.checker.store.types[tv.ty]
                    && !s.type_params.is_empty()
                    && tv.mode == Mode::Value
                {
                    let inst = matches!(expr.kind, ExprKind::Name(_) | ExprKind::Selector { .. });
                    self.gap(tree, e, if inst { "generic name" } else { "generic value" });
                }
            }
        }
    }
}

fn dump(c: &mut Checker, trees: &[Arc<File>], ids: &[go_types::object::PkgId]) {
    use std::io::Write;
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let sources = c.sources.clone().expect("set above");
    let pos = |p: Pos| match sources.file_of(p) {
        Some(f) => format!("{}:{}", sources.file(f).name, p.0 - sources.file(f).base.0),
        None => "-".to_owned(),
    };
    let obj = |c: &Checker, o| {
        let o = &c.store.objects[o];
        format!("{}@{}", c.store.text(o.name), pos(o.pos))
    };
    let mut lines: Vec<String> = Vec::new();
    for tree in trees {
        for (e, expr) in tree.exprs.iter_enumerated() {
            let tv = c.info.type_and_value(tree.id, e);
            let key = format!("{}-{}", pos(expr.span.lo), expr.span.hi.0 - sources.file(tree.id).base.0);
            let mode = match tv.mode {
                Mode::Invalid => continue,
                Mode::NoValue => {
                    lines.push(format!("T {key} void"));
                    continue;
                }
                Mode::Builtin => "builtin",
                Mode::TypeExpr => "type",
                Mode::Constant => "const",
                Mode::Nil => "nil",
                Mode::Variable => "var",
                Mode::MapIndex => "mapindex",
                Mode::CommaOk => "commaok",
                Mode::Value | Mode::CgoFunc => "value",
            };
            let mut line = format!("T {key} {mode} {}", c.store.type_string_full(tv.ty));
            if let Some(v) = c.info.const_value(tree.id, e) {
                let exact = go_types::constant::is_int(v) || !go_types::constant::is_numeric(v);
                let v = if exact { go_types::constant::exact_string(v) } else { v.to_string() };
                line.push_str(&format!(" = {v}"));
            }
            lines.push(line);
        }
    }
    for (p, o) in c.info.defs.iter() {
        lines.push(format!("D {} {}", pos(*p), obj(c, *o)));
    }
    for (p, o) in c.info.uses.iter() {
        lines.push(format!("U {} {}", pos(*p), obj(c, *o)));
    }
    for (p, s) in c.info.selections.iter() {
        let path: Vec<String> = s.path.iter().map(u32::to_string).collect();
        lines.push(format!(
            "S {} {} {} {} [{}] {}",
            pos(*p),
            s.kind as u8,
            c.store.type_string_full(s.recv),
            obj(c, s.obj),
            path.join(" "),
            s.indirect
        ));
    }
    for (p, i) in c.info.instances.iter() {
        let args: Vec<String> = i.type_args.iter().map(|t| c.store.type_string_full(*t)).collect();
        let ty = c.store.type_string_full(i.ty);
        lines.push(format!("I {} [{}] {ty}", pos(*p), args.join(",")));
    }
    for id in ids {
        for init in c.info.init_order.get(id).into_iter().flatten() {
            let names: Vec<&str> = init.lhs.iter().map(|o| c.store.text(c.store.objects[*o].name)).collect();
            lines.push(format!("O {} {}", c.store.packages[*id].path, names.join(",")));
        }
    }
    for l in lines {
        writeln!(out, "{}", l.replace('\n', " ")).expect("output");
    }
}
