//! Runs the checker over the test files of `internal/types/testdata` of a Go SDK (`GOROOT`) and over
//! those of this crate, whose `ERROR` comments must be met by errors, and the other way round.
//!
//! `tests/testdata.pass` lists the files that pass: it may only grow. `BLESS=1` rewrites it; names of
//! files as arguments (or parts of them) run those with all details. Skipped without an SDK.

use go_ast::{ParseMode, parse};
use go_load::{LoadConfig, OsFileSystem, RuntimeDependency, load};
use go_source::{Interner, Pos, SourceMap};
use go_types::check::{BranchChecks, CheckOptions, Checker, PackageInput};
use go_types::object::PkgId;
use regex::Regex;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// One package of test files.
struct Case {
    name: String,
    files: Vec<PathBuf>,
    /// Permitted distance in columns between an error and its comment.
    col_delta: u32,
}

/// Standard packages, parsed once.
struct Std {
    packages: Vec<StdPackage>,
    by_path: FxHashMap<String, usize>,
}

struct StdPackage {
    path: String,
    files: Vec<Arc<go_ast::File>>,
    imports: Vec<(String, usize)>,
    unsafe_: bool,
}

/// An `ERROR` comment.
struct Want {
    col: u32,
    pattern: String,
    is_regex: bool,
}

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    // Only an SDK of the supported version will do, wherever it is; a test fetches none.
    let sdk = go_load::sdk::Sdk::find(&go_load::sdk::Env::new(std::env::vars()));
    let goroot = sdk.map(|s| s.root.display().to_string()).unwrap_or_default();
    let data = Path::new(&goroot).join("src/internal/types/testdata");
    if !data.is_dir() {
        println!("no Go SDK (set GOROOT): skipped");
        return;
    }
    let filters: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with('-')).collect();
    let mut cases = Vec::new();
    for (dir, delta) in [("check", 50), ("spec", 20), ("examples", 125), ("fixedbugs", 100)] {
        collect(&data.join(dir), dir, delta, &mut cases);
    }
    let local = Path::new(&goroot).join("src/cmd/compile/internal/types2/testdata/local");
    collect(&local, "local", 0, &mut cases);
    collect(&root.join("testdata"), "own", 0, &mut cases);
    cases.retain(|c| filters.is_empty() || filters.iter().any(|f| c.name.contains(f.as_str())));

    // The checker recurses with the depth of types and expressions.
    let verbose = !filters.is_empty();
    let run = move || run_all(&goroot, cases, verbose);
    let thread = std::thread::Builder::new().stack_size(512 << 20).spawn(run);
    let (passed, failed) = thread.expect("thread").join().expect("run");

    println!("{} of {} pass", passed.len(), passed.len() + failed.len());
    if verbose {
        std::process::exit(i32::from(!failed.is_empty()));
    }
    let list = root.join("tests/testdata.pass");
    let known = std::fs::read_to_string(&list).unwrap_or_default();
    let passed: std::collections::BTreeSet<&str> = passed.iter().map(String::as_str).collect();
    if std::env::var("BLESS").is_ok() {
        let text: String = passed.iter().map(|p| format!("{p}\n")).collect();
        std::fs::write(&list, text).expect("list can be written");
        return;
    }
    let broken: Vec<&str> = known.lines().filter(|l| !passed.contains(l)).collect();
    if !broken.is_empty() {
        println!("these passed before: {broken:?}");
        std::process::exit(1);
    }
}

fn collect(dir: &Path, group: &str, col_delta: u32, out: &mut Vec<Case>) {
    let Ok(entries) = std::fs::read_dir(dir) else { return };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|e| e.path()).collect();
    paths.sort();
    for p in paths {
        let name = format!("{group}/{}", p.file_name().unwrap_or_default().to_string_lossy());
        let mut files = vec![p.clone()];
        if p.is_dir() {
            files = std::fs::read_dir(&p).into_iter().flatten().flatten().map(|e| e.path()).collect();
            files.sort();
        }
        out.push(Case { name, files, col_delta });
    }
}

fn run_all(goroot: &str, cases: Vec<Case>, verbose: bool) -> (Vec<String>, Vec<String>) {
    let interner = Arc::new(Interner::new());
    let mut sources = SourceMap::new();
    let mut parsed = Vec::new();
    let mut imports = FxHashSet::default();
    for case in &cases {
        let mut files = Vec::new();
        for path in &case.files {
            let Ok(text) = std::fs::read(path) else { continue };
            if !should_test(&text) {
                continue;
            }
            let display = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let text: Arc<[u8]> = text.into();
            let id = sources.add(display, Arc::clone(&text)).expect("fits");
            let p = parse(id, sources.file(id).base, &text, &interner, ParseMode::default());
            for i in &p.file.imports {
                imports.insert(interner.resolve(i.path_value).to_owned());
            }
            files.push((text, Arc::new(p.file), p.diagnostics));
        }
        parsed.push(files);
    }
    let std = load_std(goroot, &imports, &interner, &mut sources);
    let sources = Arc::new(sources);
    let (mut passed, mut failed) = (Vec::new(), Vec::new());
    for (case, files) in cases.iter().zip(&parsed) {
        if files.is_empty() {
            continue;
        }
        let run = || run_case(case, files, &std, &interner, &sources);
        let problems = match catch_unwind(AssertUnwindSafe(run)) {
            Ok(p) => p,
            Err(_) => vec!["panicked".to_owned()],
        };
        if problems.is_empty() {
            passed.push(case.name.clone());
            continue;
        }
        println!("FAIL {} ({})", case.name, problems.len());
        for p in problems.iter().take(if verbose { 1000 } else { 3 }) {
            println!("     {p}");
        }
        failed.push(case.name.clone());
    }
    (passed, failed)
}

/// Build constraints of the file: only targets and releases count.
fn should_test(text: &[u8]) -> bool {
    for line in String::from_utf8_lossy(text).lines() {
        if line.starts_with("package ") {
            return true;
        }
        if let Some(rest) = line.strip_prefix("//go:build ") {
            return !rest.starts_with("!") && !rest.contains("ignore");
        }
    }
    true
}

fn load_std(goroot: &str, paths: &FxHashSet<String>, interner: &Interner, sources: &mut SourceMap) -> Std {
    let mut patterns: Vec<String> = paths
        .iter()
        .filter(|p| Path::new(goroot).join("src").join(p).is_dir() && !p.starts_with('.'))
        .filter(|p| !p.is_empty())
        .cloned()
        .collect();
    patterns.sort();
    let mut config = LoadConfig::new(goroot, format!("{goroot}/src"));
    config.runtime = RuntimeDependency::None;
    let (graph, _) = load(&config, &OsFileSystem, &patterns);
    let mut std = Std { packages: Vec::new(), by_path: FxHashMap::default() };
    for p in &graph.packages {
        let files = p.files.iter().map(|f| {
            let id = sources.add(f.display.clone(), f.text.clone()).expect("fits");
            let mode = ParseMode { origin: go_ast::Origin::Runtime, ..ParseMode::default() };
            Arc::new(parse(id, sources.file(id).base, &f.text, interner, mode).file)
        });
        let files = files.collect();
        std.by_path.insert(p.path.clone(), std.packages.len());
        std.packages.push(StdPackage {
            path: p.path.clone(),
            files,
            imports: p.imports.iter().map(|(s, id)| (s.clone(), id.index())).collect(),
            unsafe_: p.is_unsafe(),
        });
    }
    std
}

/// Adds a standard package and what it imports to a checker.
fn add_std(c: &mut Checker, std: &Std, i: usize, done: &mut FxHashMap<usize, PkgId>) -> PkgId {
    if let Some(id) = done.get(&i) {
        return *id;
    }
    let p = &std.packages[i];
    let id = if p.unsafe_ {
        go_types::store::Store::UNSAFE
    } else {
        let imports = p.imports.iter().map(|(path, j)| (path.clone(), add_std(c, std, *j, done))).collect();
        c.add_package(PackageInput {
            path: p.path.clone(),
            files: p.files.clone(),
            imports,
            go_version: (1, 27),
            own: false,
        })
    };
    done.insert(i, id);
    id
}

type ParsedFile = (Arc<[u8]>, Arc<go_ast::File>, Vec<go_source::Diagnostic>);

fn run_case(
    case: &Case,
    files: &[ParsedFile],
    std: &Std,
    interner: &Arc<Interner>,
    sources: &Arc<SourceMap>,
) -> Vec<String> {
    let first = String::from_utf8_lossy(&files[0].0).lines().next().unwrap_or("").to_owned();
    let mut lang = (0, 0);
    let mut fake_c = false;
    if let Some(rest) = first.strip_prefix("//")
        && rest.trim_start().starts_with('-')
    {
        for f in rest.split_whitespace() {
            if let Some(v) = f.strip_prefix("-lang=go1.") {
                lang = (1, v.parse().unwrap_or(0));
            }
            fake_c |= f == "-fakeImportC";
        }
    }
    let options = CheckOptions {
        test_builtins: true,
        branches: BranchChecks::ByChecker,
        fake_import_c: fake_c,
        ..CheckOptions::default()
    };
    let mut checker = Checker::new(Arc::clone(interner), options);
    checker.set_sources(Arc::clone(sources));
    let mut done = FxHashMap::default();
    let mut imports = FxHashMap::default();
    for (_, f, _) in files {
        for i in &f.imports {
            let path = interner.resolve(i.path_value);
            if let Some(j) = std.by_path.get(path) {
                let id = add_std(&mut checker, std, *j, &mut done);
                imports.insert(path.to_owned(), id);
            }
        }
    }
    checker.take_diagnostics();
    let pkg = checker.add_package(PackageInput {
        path: interner.resolve(files[0].1.package_name.name).to_owned(),
        files: files.iter().map(|f| Arc::clone(&f.1)).collect(),
        imports,
        go_version: lang,
        own: true,
    });
    checker.check_package(pkg);

    let mut got: Vec<(Pos, String)> = Vec::new();
    for (_, _, ds) in files {
        got.extend(ds.iter().map(|d| (d.span.lo, d.message.clone())));
    }
    for d in checker.diagnostics.clone() {
        let mut msg = d.message;
        for l in &d.labels {
            msg.push_str(&format!("\n\t{}", l.text));
        }
        got.push((d.span.lo, msg));
    }
    let mut want: BTreeMap<(String, u32), Vec<Want>> = BTreeMap::new();
    for (text, f, _) in files {
        let name = sources.file(f.id).name.clone();
        for (line, w) in wanted(text) {
            want.entry((name.clone(), line)).or_default().push(w);
        }
    }
    compare(got, want, case.col_delta, sources)
}

fn compare(
    got: Vec<(Pos, String)>,
    mut want: BTreeMap<(String, u32), Vec<Want>>,
    col_delta: u32,
    sources: &SourceMap,
) -> Vec<String> {
    let mut problems = Vec::new();
    let mut thinned = FxHashSet::default();
    for (pos, msg) in got {
        let l = sources.location(pos);
        if msg.starts_with("syntax error") {
            // The parser reports one syntax error a line, as gc does.
            thinned.insert((l.file.clone(), l.line));
        }
        let key = (l.file.clone(), l.line);
        let list = want.entry(key.clone()).or_default();
        let matching = (0..list.len()).filter(|i| {
            let w = &list[*i];
            if w.is_regex {
                match Regex::new(&escape_braces(&w.pattern)) {
                    Ok(rx) => rx.is_match(&msg),
                    Err(_) => false,
                }
            } else {
                msg.contains(&w.pattern)
            }
        });
        let best = matching.min_by_key(|i| list[*i].col.abs_diff(l.column));
        let Some(best) = best else {
            problems.push(format!("{}:{}:{}: not expected: {msg}", l.file, l.line, l.column));
            continue;
        };
        let w = list.remove(best);
        if w.col.abs_diff(l.column) > col_delta {
            problems.push(format!("{}:{}:{}: wanted at column {}: {msg}", l.file, l.line, l.column, w.col));
        }
    }
    for ((file, line), list) in want {
        for w in list {
            if thinned.contains(&(file.clone(), line)) {
                continue;
            }
            problems.push(format!("{file}:{line}:{}: not reported: {}", w.col, w.pattern));
        }
    }
    problems
}

/// The `ERROR` comments of a file, at the line and column of the token before each.
fn wanted(text: &[u8]) -> Vec<(u32, Want)> {
    let toks = go_lexer::tokenize(text);
    let mut starts = vec![0usize];
    starts.extend(text.iter().enumerate().filter(|(_, b)| **b == b'\n').map(|(i, _)| i + 1));
    let line_col = |off: usize| {
        let i = starts.partition_point(|s| *s <= off) - 1;
        (i as u32 + 1, (off - starts[i]) as u32 + 1)
    };
    let mut out = Vec::new();
    for (start, end) in &toks.comments {
        let comment = String::from_utf8_lossy(&text[*start as usize..*end as usize]).into_owned();
        let body = comment.strip_suffix("*/").filter(|_| comment.starts_with("/*"));
        let body = &body.unwrap_or(&comment)[2..];
        let (pattern, is_regex) = if let Some(p) = body.strip_prefix(" ERROR ") {
            (p, false)
        } else if let Some(p) = body.strip_prefix(" ERRORx ") {
            (p, true)
        } else {
            continue;
        };
        let Some(pattern) = go_lexer::unquote(pattern.trim()) else { continue };
        let pattern = String::from_utf8_lossy(&pattern).into_owned();
        // The token before the comment; automatic semicolons do not count.
        let prev = (0..toks.kinds.len()).rev().find(|i| {
            let (s, e) = (toks.starts[*i] as usize, toks.ends[*i] as usize);
            let auto = toks.kinds[*i] == go_lexer::Tok::Semi && text.get(s) != Some(&b';');
            s < *start as usize && !auto && e > s && toks.kinds[*i] != go_lexer::Tok::Eof
        });
        let (line, col) = prev.map_or((0, 0), |i| line_col(toks.starts[i] as usize));
        out.push((line, Want { col, pattern, is_regex }));
    }
    out
}

/// Go's regular expressions take a brace that starts no repetition literally.
fn escape_braces(pattern: &str) -> String {
    let repetition = Regex::new(r"\{(\d+(,\d*)?\})?").expect("pattern");
    repetition
        .replace_all(pattern, |c: &regex::Captures<'_>| match c.get(1) {
            Some(_) => c[0].to_owned(),
            None => r"\{".to_owned(),
        })
        .into_owned()
}
