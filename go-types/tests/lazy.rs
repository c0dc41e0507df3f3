//! Checking only what is asked for must find out the same as a full check: standard packages are
//! checked both ways (objects and bodies one by one, backwards), and everything recorded is compared.
//!
//! Needs an SDK (`GOROOT`); arguments name other packages.

use go_ast::{ExprId, ParseMode};
use go_load::{LoadConfig, OsFileSystem, PackageGraph, RuntimeDependency, load};
use go_source::{FileId, Interner, Pos, SourceMap};
use go_types::check::{CheckOptions, Checker, PackageInput};
use go_types::info::Mode;
use go_types::object::{ObjId, PkgId};
use go_types::store::Store;
use std::path::Path;
use std::sync::Arc;

fn main() {
    // Only an SDK of the supported version will do, wherever it is; a test fetches none.
    let sdk = go_load::sdk::Sdk::find(&go_load::sdk::Env::new(std::env::vars()));
    let goroot = sdk.map(|s| s.root.display().to_string()).unwrap_or_default();
    if !Path::new(&goroot).join("src").is_dir() {
        println!("no Go SDK (set GOROOT): skipped");
        return;
    }
    let mut patterns: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with('-')).collect();
    if patterns.is_empty() {
        patterns = vec!["net/http".to_owned(), "go/types".to_owned()];
    }
    let thread = std::thread::Builder::new().stack_size(512 << 20);
    let run = thread.spawn(move || run(&goroot, &patterns)).expect("thread");
    if run.join().expect("run") > 0 {
        std::process::exit(1);
    }
}

fn run(goroot: &str, patterns: &[String]) -> usize {
    let mut config = LoadConfig::new(goroot, "/");
    config.runtime = RuntimeDependency::None;
    let (graph, errors) = load(&config, &OsFileSystem, patterns);
    assert!(errors.is_empty(), "{errors:?}");
    let interner = Arc::new(Interner::new());
    let mut sources = SourceMap::new();
    let mut files = Vec::new();
    for p in &graph.packages {
        let list = p.files.iter().map(|f| {
            let id = sources.add(f.display.clone(), f.text.clone()).expect("fits");
            let mode = ParseMode { origin: go_ast::Origin::Runtime, ..ParseMode::default() };
            let base = sources.file(id).base;
            Arc::new(go_ast::parse(id, base, &f.text, &interner, mode).file)
        });
        files.push(list.collect::<Vec<_>>());
    }
    let sources = Arc::new(sources);
    let (mut full, ids) = new_checker(&graph, &files, &interner, &sources, true);
    for id in ids.iter().filter(|id| **id != Store::UNSAFE) {
        full.check_package(*id);
    }
    let (mut lazy, ids) = new_checker(&graph, &files, &interner, &sources, false);
    for id in ids.iter().rev().filter(|id| **id != Store::UNSAFE) {
        for o in lazy.package_objects_of(*id).to_vec().into_iter().rev() {
            lazy.check_body(o);
            lazy.ensure_var_init(o);
        }
    }
    let mut bad = 0;
    for c in [&mut full, &mut lazy] {
        for d in c.take_diagnostics() {
            bad += 1;
            println!("{:?}: {}", sources.location(d.span.lo), d.message);
        }
    }
    let mut report = |file: FileId, pos: Pos, what: String| {
        bad += 1;
        if bad < 30 {
            let l = sources.location(pos);
            println!("{}:{}:{}: {what}", sources.file(file).name, l.line, l.column);
        }
    };
    let mut count = 0;
    for f in files.iter().flatten() {
        let shared = shared_constants(f);
        for (e, expr) in f.exprs.iter_enumerated() {
            if shared.iter().any(|s| s.lo <= expr.span.lo && expr.span.hi <= s.hi) {
                continue;
            }
            let (a, b) = (fact(&mut full, f.id, e), fact(&mut lazy, f.id, e));
            count += 1;
            if a != b {
                report(f.id, expr.span.lo, format!("full {a:?}, lazy {b:?}"));
            }
            let pos = match &expr.kind {
                go_ast::ExprKind::Selector { sel, .. } => sel.pos,
                go_ast::ExprKind::Name(_) => expr.span.lo,
                _ => continue,
            };
            let (a, b) = (name_facts(&mut full, pos), name_facts(&mut lazy, pos));
            if a != b {
                report(f.id, pos, format!("full {a}, lazy {b}"));
            }
        }
    }
    for id in ids.iter().filter(|id| **id != Store::UNSAFE) {
        let live = lazy.package_objects_of(*id).iter().copied().collect();
        let order = lazy.init_order_of(*id, &live);
        let key = |i: &go_types::info::Initializer| (i.file, i.rhs);
        let a: Vec<_> = full.info.init_order.get(id).into_iter().flatten().map(key).collect();
        let b: Vec<_> = order.iter().map(key).collect();
        if a != b {
            bad += 1;
            println!("initialisation order of {} differs", lazy.store.packages[*id].path);
        }
    }
    println!("{count} expressions compared, {bad} differences");
    bad
}

fn new_checker(
    graph: &PackageGraph,
    files: &[Vec<Arc<go_ast::File>>],
    interner: &Arc<Interner>,
    sources: &Arc<SourceMap>,
    own: bool,
) -> (Checker, Vec<PkgId>) {
    let mut c = Checker::new(Arc::clone(interner), CheckOptions::default());
    c.set_sources(Arc::clone(sources));
    let mut ids: Vec<PkgId> = Vec::new();
    for (p, files) in graph.packages.iter().zip(files) {
        if p.is_unsafe() {
            ids.push(Store::UNSAFE);
            continue;
        }
        let imports = p.imports.iter().map(|(s, id)| (s.clone(), ids[id.index()])).collect();
        ids.push(c.add_package(PackageInput {
            path: p.path.clone(),
            files: files.clone(),
            imports,
            go_version: (1, 27),
            own,
        }));
    }
    (c, ids)
}

/// Constant expressions that several constants repeat, with another iota each: what is recorded is
/// what was found out last.
fn shared_constants(f: &go_ast::File) -> Vec<go_source::Span> {
    let mut out = Vec::new();
    for d in f.all_decls.iter() {
        if let go_ast::DeclKind::Const { inherited: Some(of), .. } = &d.kind
            && let go_ast::DeclKind::Const { values, .. } = &f.decl(*of).kind
        {
            out.extend(values.iter().map(|v| f.expr(*v).span));
        }
    }
    out.dedup();
    out
}

/// Mode, type and value of an expression.
fn fact(c: &mut Checker, file: FileId, e: ExprId) -> (Mode, String, String) {
    let tv = c.info.type_and_value(file, e);
    if tv.mode == Mode::Invalid {
        return (tv.mode, String::new(), String::new());
    }
    let val = c.info.const_value(file, e).map(|v| format!("{v:?}")).unwrap_or_default();
    (tv.mode, c.type_string(tv.ty), val)
}

/// What is recorded at the position of a name.
fn name_facts(c: &mut Checker, pos: Pos) -> String {
    let mut out = String::new();
    let mut object = |c: &mut Checker, what: &str, o: Option<ObjId>| {
        if let Some(o) = o {
            let p = c.store.objects[o].pos;
            let ty = c.store.objects[o].ty;
            out.push_str(&format!(" {what} {p:?} {}", c.type_string(ty)));
        }
    };
    let (def, used) = (c.info.defs.get(&pos).copied(), c.info.uses.get(&pos).copied());
    object(c, "defines", def);
    object(c, "uses", used);
    if let Some(s) = c.info.selections.get(&pos).cloned() {
        object(c, "selects", Some(s.obj));
        let recv = c.type_string(s.recv);
        out.push_str(&format!(" {:?} {recv} {:?} {}", s.kind, s.path, s.indirect));
    }
    if let Some(i) = c.info.instances.get(&pos).cloned() {
        for t in i.type_args.iter() {
            out.push_str(&format!(" with {}", c.type_string(*t)));
        }
        out.push_str(&c.type_string(i.ty));
    }
    out
}
