//! Type-checks programs of one file each, named on standard input, and prints their errors with
//! positions, to be compared with those of another type checker: `check_errors [--lang=MINOR]`.

use go_load::{LoadConfig, OsFileSystem, RuntimeDependency, load};
use go_source::{Interner, SourceMap};
use go_types::check::{BranchChecks, CheckOptions, Checker, PackageInput};
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;
use std::io::BufRead;
use std::sync::Arc;

fn main() {
    let run = std::thread::Builder::new().stack_size(512 << 20).spawn(real_main).expect("thread");
    run.join().expect("run");
}

fn real_main() {
    let goroot = std::env::var("GOROOT").unwrap_or_else(|_| "/usr/local/go".to_owned());
    let minor = std::env::args().find_map(|a| a.strip_prefix("--lang=").and_then(|v| v.parse().ok())).unwrap_or(27);
    let names: Vec<String> = std::io::stdin().lock().lines().map_while(Result::ok).collect();
    let interner = Arc::new(Interner::new());
    let mut sources = SourceMap::new();
    let mut programs = Vec::new();
    let mut imports = BTreeSet::new();
    for name in &names {
        let text: Arc<[u8]> = std::fs::read(name).unwrap_or_default().into();
        let id = sources.add("x.go".to_owned(), Arc::clone(&text)).expect("fits");
        let base = sources.file(id).base;
        let p = go_ast::parse(id, base, &text, &interner, Default::default());
        let f = sources.file(id);
        f.set_line_directives(p.line_directives_for(&f.name));
        for i in &p.file.imports {
            imports.insert(interner.resolve(i.path_value).to_owned());
        }
        let bad = !p.diagnostics.is_empty() || !go_ast::check_all_branches(&p, &interner, &sources).is_empty();
        programs.push((Arc::new(p.file), bad));
    }
    let mut config = LoadConfig::new(&goroot, format!("{goroot}/src"));
    config.runtime = RuntimeDependency::None;
    let patterns: Vec<String> = imports
        .into_iter()
        .filter(|i| std::path::Path::new(&goroot).join("src").join(i).is_dir() && !i.is_empty())
        .collect();
    let (graph, _) = load(&config, &OsFileSystem, &patterns);
    let mut packages = Vec::new();
    for p in &graph.packages {
        let mut files = Vec::new();
        for f in &p.files {
            let id = sources.add(f.display.clone(), f.text.clone()).expect("fits in 4 GiB");
            let base = sources.file(id).base;
            let mode = go_ast::ParseMode { origin: go_ast::Origin::Runtime, ..Default::default() };
            files.push(Arc::new(go_ast::parse(id, base, &f.text, &interner, mode).file));
        }
        packages.push(files);
    }
    let sources = Arc::new(sources);
    let mut state = None;
    for (n, (name, (file, bad))) in names.iter().zip(&programs).enumerate() {
        let short = name.rsplit('/').next().unwrap_or(name);
        println!("### {short}");
        if *bad {
            println!("SYNTAX");
            continue;
        }
        if n % 400 == 0 {
            state = None;
        }
        let (c, by_path) = state.get_or_insert_with(|| {
            let options = CheckOptions { branches: BranchChecks::ByParser, ..CheckOptions::default() };
            let mut c = Checker::new(Arc::clone(&interner), options);
            c.set_sources(Arc::clone(&sources));
            let mut ids = Vec::new();
            let mut by_path = FxHashMap::default();
            for (p, files) in graph.packages.iter().zip(&packages) {
                let id = if p.is_unsafe() {
                    go_types::store::Store::UNSAFE
                } else {
                    let imports: FxHashMap<String, _> =
                        p.imports.iter().map(|(path, id)| (path.clone(), ids[id.index()])).collect();
                    c.add_package(PackageInput {
                        path: p.path.clone(),
                        files: files.clone(),
                        imports,
                        go_version: (1, 27),
                        own: false,
                    })
                };
                ids.push(id);
                by_path.insert(p.path.clone(), id);
            }
            by_path.insert("unsafe".to_owned(), go_types::store::Store::UNSAFE);
            (c, by_path)
        });
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let pkg = c.add_package(PackageInput {
                path: "p".to_owned(),
                files: vec![Arc::clone(file)],
                imports: by_path.clone(),
                go_version: (1, minor),
                own: true,
            });
            c.check_package(pkg);
            c.take_diagnostics()
        }));
        match result {
            Ok(ds) => {
                for d in ds {
                    let l = sources.location(d.span.lo);
                    let mut msg = d.message.replace('\n', "\\n");
                    for x in &d.labels {
                        let l = sources.location(x.span.lo);
                        msg.push_str(&format!("\\n\t{}:{}:{}: {}", l.file, l.line, l.column, x.text));
                    }
                    println!("{}:{}: {msg}", l.line, l.column);
                }
            }
            Err(_) => {
                println!("PANIC");
                state = None;
            }
        }
    }
}
