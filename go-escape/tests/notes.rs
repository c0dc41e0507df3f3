//! Runs the analysis over the Go programs of `testdata` and compares its decisions with their notes:
//! `// escapes: no` (nothing allocated on this line is on the heap), `// escapes: heap` (something of it is
//! on the heap).
//!
//! Needs an SDK; says so and passes without.

use go_escape::{Decision, Storage};
use go_lower::{Lowerer, PackageFacts};
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A lowered program, its sources, and the analysis' decisions.
struct Analysed {
    sources: Arc<go_source::SourceMap>,
    prog: go_ir::Program,
    decisions: Vec<Decision>,
}

fn analyse(sdk: &Path, file: &Path) -> Result<Analysed, String> {
    let mut cfg = go_load::LoadConfig::new(sdk, file.parent().expect("a folder"));
    let files = go_rt::overlay_files().iter().map(|(p, t)| (*p, t.as_bytes()));
    let overlay = go_load::Overlay::new(go_rt::overlay_selection(), files, go_load::constraint::Arch::Amd64);
    cfg.overlay = Arc::new(overlay.map_err(|e| e.to_string())?);
    let pattern = file.display().to_string();
    let (graph, errors) = go_load::load(&cfg, &go_load::OsFileSystem, &[pattern]);
    if let Some(e) = errors.first() {
        return Err(e.to_string());
    }
    let interner = Arc::new(go_source::Interner::new());
    let mut sources = go_source::SourceMap::new();
    let mut trees = Vec::new();
    for p in &graph.packages {
        for f in &p.files {
            let id = sources.add(f.display.clone(), f.text.clone()).ok_or("too much source")?;
            let origin = if p.is_std() { go_ast::Origin::Runtime } else { go_ast::Origin::User };
            let mode = go_ast::ParseMode { origin, ..Default::default() };
            let parsed = go_ast::parse(id, sources.file(id).base, &f.text, &interner, mode);
            trees.push(Arc::new(parsed.file));
        }
    }
    let sources = Arc::new(sources);
    let mut checker = go_types::check::Checker::new(Arc::clone(&interner), Default::default());
    checker.set_sources(Arc::clone(&sources));
    let mut trees = trees.into_iter();
    let mut ids = HashMap::new();
    let mut facts = Vec::new();
    for p in graph.packages.iter().filter(|p| !p.is_unsafe()) {
        let imports: Vec<_> = p.imports.iter().filter_map(|(s, id)| Some((s.clone(), *ids.get(id)?))).collect();
        let pkg = checker.add_package(go_types::check::PackageInput {
            path: p.path.clone(),
            files: trees.by_ref().take(p.files.len()).collect(),
            imports: imports.iter().cloned().collect(),
            go_version: (p.go_version.major, p.go_version.minor),
            own: p.is_own(),
        });
        ids.insert(p.id, pkg);
        facts.push(PackageFacts {
            pkg: Some(pkg),
            imports: imports.iter().map(|i| i.1).collect(),
            aliases: p.aliases.iter().map(|a| (a.name.clone(), a.target.clone())).collect(),
            std: p.is_std(),
            ..PackageFacts::default()
        });
    }
    for p in graph.packages.iter().filter(|p| p.is_own()) {
        checker.check_package(ids[&p.id]);
    }
    if let Some(d) = checker.take_diagnostics().first() {
        return Err(d.message.clone());
    }
    let mut lowered = Lowerer::new(&mut checker, facts).lower_program().map_err(|e| format!("{e:?}"))?;
    go_ir::passes::run(&mut lowered.prog, &go_ir::passes::Options::default());
    let (_, report) = go_escape::analyze(&lowered.prog);
    Ok(Analysed { sources, prog: lowered.prog, decisions: report.decisions })
}

/// Differences between notes and decisions of one file.
fn compare(file: &Path, a: &Analysed) -> String {
    let text = std::fs::read_to_string(file).expect("readable");
    let mut by_line: BTreeMap<u32, Vec<&Decision>> = BTreeMap::new();
    for d in &a.decisions {
        let name = &a.prog.funcs[d.func].name;
        if d.pos != go_source::Pos::NONE && name.starts_with("main.") {
            let l = a.sources.location(d.pos);
            if Path::new(&l.file).file_name() == file.file_name() {
                by_line.entry(l.line).or_default().push(d);
            }
        }
    }
    let mut out = String::new();
    for (k, line) in text.lines().enumerate() {
        let Some((_, note)) = line.split_once("// escapes: ") else { continue };
        let found = by_line.get(&(k as u32 + 1)).map_or(&[][..], |v| v);
        let on_stack = found.iter().filter(|d| d.storage == Storage::Stack).count();
        let ok = match note.trim() {
            "no" => on_stack == found.len(),
            "heap" => on_stack < found.len(),
            _ => false,
        };
        if !ok {
            let _ = writeln!(out, "{}:{}: noted {note:?}, decided:", file.display(), k + 1);
            for d in found {
                let _ = writeln!(out, "    {} {:?} {:?}", a.prog.funcs[d.func].name, d.kind, d.storage);
            }
        }
    }
    out
}

#[test]
fn decisions_agree_with_notes() {
    let env = go_load::sdk::Env::new(std::env::vars());
    let Ok(sdk) = go_load::sdk::Sdk::find(&env) else {
        eprintln!("skipped: no SDK");
        return;
    };
    let sdk = sdk.root;
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
    let mut files: Vec<PathBuf> = std::fs::read_dir(dir)
        .expect("testdata")
        .filter_map(|e| Some(e.ok()?.path()))
        .filter(|p| p.extension().is_some_and(|x| x == "go"))
        .collect();
    files.sort();
    let run = move || -> String {
        files
            .iter()
            .map(|f| match analyse(&sdk, f) {
                Ok(a) => compare(f, &a),
                Err(e) => format!("{}: {e}\n", f.display()),
            })
            .collect()
    };
    // Checking recurses deeply.
    let thread = std::thread::Builder::new().stack_size(256 << 20).spawn(run).expect("a thread");
    let wrong = thread.join().expect("no panic");
    assert!(wrong.is_empty(), "{wrong}");
}
