//! Type-checks packages with everything they import and prints errors and speed:
//! `check_std [--goroot=DIR] [--lazy] [--bodies] [--max=N] [--quiet] PATTERN…`, for example
//! `check_std std`, `check_std fmt net/http`, `check_std cmd/...`.
//!
//! With `--lazy` only the named packages are checked in full; with `--bodies` objects and bodies one
//! by one.

use go_load::{LoadConfig, OsFileSystem, RuntimeDependency, load};
use go_source::{Interner, SourceMap};
use go_types::check::{BranchChecks, CheckOptions, Checker, PackageInput};
use rustc_hash::FxHashMap;
use std::sync::Arc;
use std::time::Instant;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let flag = |name: &str| args.iter().any(|a| a == name);
    let value = |name: &str| args.iter().find_map(|a| a.strip_prefix(name)).map(str::to_owned);
    let goroot =
        value("--goroot=").or_else(|| std::env::var("GOROOT").ok()).unwrap_or_else(|| "/usr/local/go".to_owned());
    let max: usize = value("--max=").and_then(|v| v.parse().ok()).unwrap_or(50);
    let patterns: Vec<String> = args.iter().filter(|a| !a.starts_with("--")).cloned().collect();

    let start = Instant::now();
    let cwd = value("--cwd=").unwrap_or_else(|| "/".to_owned());
    let mut config = LoadConfig::new(&goroot, cwd);
    config.runtime = RuntimeDependency::None;
    let (graph, errors) = load(&config, &OsFileSystem, &patterns);
    for e in &errors {
        eprintln!("{e}");
    }
    let loaded = start.elapsed();

    let start = Instant::now();
    let interner = Arc::new(Interner::new());
    let mut sources = SourceMap::new();
    let mut files = Vec::new();
    let mut lines = 0;
    let (mut broken, mut broken_files) = (Vec::new(), Vec::new());
    for p in &graph.packages {
        let mut list = Vec::new();
        for f in &p.files {
            let id = sources.add(f.display.clone(), f.text.clone()).expect("fits in 4 GiB");
            let base = sources.file(id).base;
            let mode = go_ast::ParseMode { origin: go_ast::Origin::Runtime, ..Default::default() };
            let parsed = go_ast::parse(id, base, &f.text, &interner, mode);
            let file = sources.file(id);
            file.set_line_directives(parsed.line_directives_for(&file.name));
            let branches = go_ast::check_all_branches(&parsed, &interner, &sources);
            for d in parsed.diagnostics.iter().chain(&branches) {
                let l = sources.location(d.span.lo);
                println!("{}:{}:{}: {}", l.file, l.line, l.column, d.message);
                if d.message.starts_with("syntax error") {
                    broken.push(p.path.clone());
                    broken_files.push(Some(id));
                }
            }
            lines += f.text.iter().filter(|b| **b == b'\n').count();
            list.push(Arc::new(parsed.file));
        }
        files.push(list);
    }
    let parsed = start.elapsed();

    let options = CheckOptions {
        branches: BranchChecks::ByParser,
        require_bodies: flag("--complete"),
        ..CheckOptions::default()
    };
    let mut checker = Checker::new(interner, options);
    let sources = Arc::new(sources);
    checker.set_sources(Arc::clone(&sources));
    let mut ids = Vec::new();
    let start = Instant::now();
    for (p, files) in graph.packages.iter().zip(files) {
        if p.is_unsafe() {
            ids.push(go_types::store::Store::UNSAFE);
            continue;
        }
        let imports: FxHashMap<String, _> =
            p.imports.iter().map(|(path, id)| (path.clone(), ids[id.index()])).collect();
        ids.push(checker.add_package(PackageInput {
            path: p.path.clone(),
            files,
            imports,
            go_version: (p.go_version.major, p.go_version.minor),
            own: p.is_root || !flag("--lazy"),
        }));
    }
    let collected = start.elapsed();
    let start = Instant::now();
    let mut slow = Vec::new();
    for (p, id) in graph.packages.iter().zip(&ids) {
        if p.is_unsafe() || flag("--lazy") && !p.is_root || broken.contains(&p.path) {
            continue;
        }
        let t = Instant::now();
        if flag("--verbose") {
            eprintln!("{}", p.path);
        }
        if flag("--bodies") {
            for o in checker.package_objects_of(*id).to_vec() {
                checker.check_body(o);
                checker.ensure_var_init(o);
            }
        } else {
            checker.check_package(*id);
        }
        slow.push((t.elapsed(), p.path.clone()));
    }
    let checked = start.elapsed();
    let diagnostics = checker.take_diagnostics();
    if !flag("--quiet") {
        for d in diagnostics.iter().take(max) {
            let l = sources.location(d.span.lo);
            if broken_files.contains(&sources.file_of(d.span.lo)) {
                continue;
            }
            println!("{}:{}:{}: {}", l.file, l.line, l.column, d.message);
            for x in &d.labels {
                let l = sources.location(x.span.lo);
                println!("\t{}:{}:{}: {}", l.file, l.line, l.column, x.text);
            }
        }
    }
    slow.sort();
    if flag("--slow") {
        for (t, p) in slow.iter().rev().take(10) {
            eprintln!("{t:?} {p}");
        }
    }
    eprintln!(
        "{} packages, {lines} lines, {} errors; load {loaded:.0?}, parse {parsed:.0?}, collect {collected:.0?}, check {checked:.0?} ({:.0} k lines/s)",
        graph.packages.len(),
        diagnostics.len(),
        lines as f64 / checked.as_secs_f64() / 1000.0,
    );
    eprintln!(
        "{} types, {} objects, {} scopes",
        checker.store.types.len(),
        checker.store.objects.len(),
        checker.store.scopes.len()
    );
}
