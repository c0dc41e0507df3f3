//! Lexing, parsing and checking of the whole standard library on one thread, in lines a second:
//! `bench_frontend [ROUNDS]` with `GOROOT` set. The best of the rounds counts.
//!
//! `xtask/bench/frontend.go` measures the same stages of go/scanner, go/parser and go/types on the same files,
//! whose names are printed with `--files`.

use go_load::{LoadConfig, OsFileSystem, RuntimeDependency, load};
use go_source::{Interner, SourceMap};
use go_types::check::{BranchChecks, CheckOptions, Checker, PackageInput};
use std::sync::Arc;
use std::time::{Duration, Instant};

fn main() {
    let run = std::thread::Builder::new().stack_size(512 << 20).spawn(bench).expect("thread");
    run.join().expect("run");
}

fn bench() {
    let Ok(goroot) = std::env::var("GOROOT") else { return eprintln!("bench_frontend: set GOROOT") };
    let rounds = std::env::args().nth(1).and_then(|a| a.parse().ok()).unwrap_or(3);
    let mut config = LoadConfig::new(&goroot, format!("{goroot}/src"));
    config.runtime = RuntimeDependency::None;
    let (graph, _) = load(&config, &OsFileSystem, &["std".to_owned()]);
    if std::env::args().any(|a| a == "--files") {
        for p in graph.packages.iter().filter(|p| !p.is_unsafe()) {
            let names: Vec<String> = p.files.iter().map(|f| f.path.display().to_string()).collect();
            println!("{} {}", p.path, names.join(" "));
        }
        return;
    }
    let texts = || graph.packages.iter().flat_map(|p| &p.files).map(|f| &f.text);
    let lines: usize = texts().map(|t| t.iter().filter(|b| **b == b'\n').count()).sum();
    let mut best = [Duration::MAX; 3];
    let mut errors = 0;
    for _ in 0..rounds {
        let start = Instant::now();
        let tokens: usize = texts().map(|t| go_lexer::tokenize(t).len()).sum();
        assert!(tokens > lines);
        best[0] = best[0].min(start.elapsed());

        let interner = Arc::new(Interner::new());
        let mut sources = SourceMap::new();
        let mut trees = Vec::new();
        let mode = go_ast::ParseMode { origin: go_ast::Origin::Runtime, ..Default::default() };
        let start = Instant::now();
        for p in &graph.packages {
            let files = p.files.iter().map(|f| {
                let id = sources.add(f.display.clone(), Arc::clone(&f.text)).expect("fits");
                Arc::new(go_ast::parse(id, sources.file(id).base, &f.text, &interner, mode).file)
            });
            trees.push(files.collect::<Vec<_>>());
        }
        best[1] = best[1].min(start.elapsed());

        let options = CheckOptions { branches: BranchChecks::ByParser, ..CheckOptions::default() };
        let mut checker = Checker::new(interner, options);
        checker.set_sources(Arc::new(sources));
        let mut ids = Vec::new();
        let start = Instant::now();
        for (p, files) in graph.packages.iter().zip(trees) {
            if p.is_unsafe() {
                ids.push(go_types::store::Store::UNSAFE);
                continue;
            }
            let id = checker.add_package(PackageInput {
                path: p.path.clone(),
                files,
                imports: p.imports.iter().map(|(path, id)| (path.clone(), ids[id.index()])).collect(),
                go_version: (p.go_version.major, p.go_version.minor),
                own: true,
            });
            checker.check_package(id);
            ids.push(id);
        }
        best[2] = best[2].min(start.elapsed());
        errors = checker.take_diagnostics().len();
    }
    println!("{} packages, {lines} lines, {errors} errors, best of {rounds}, one thread", graph.packages.len());
    for (stage, t) in ["lex", "parse (with lexing)", "check"].into_iter().zip(best) {
        println!("{stage:20} {:6.0} ms {:8.0} k lines/s", t.as_secs_f64() * 1e3, lines as f64 / t.as_secs_f64() / 1e3);
    }
}
