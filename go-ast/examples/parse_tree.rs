//! Parses every `.go` file below the given folders (testdata left out) on all processors and prints
//! errors and speed: `parse_tree [--lex] [--repeat=N] [--threads=N] [--quiet] [--std] [--nodes] FOLDER…`

use go_ast::visit::walk;
use go_ast::{Child, File, Origin, ParseMode, Walk, check_all_branches, expr_string, parse, start_pos};
use go_source::{Interner, Pos, SourceFile, SourceMap};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

fn collect(dir: &Path, out: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(dir) else { return };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|e| e.path()).collect();
    paths.sort();
    for p in paths {
        if p.is_dir() {
            if p.file_name().is_none_or(|n| n != "testdata") {
                collect(&p, out);
            }
        } else if p.extension().is_some_and(|e| e == "go") {
            out.push(p);
        }
    }
}

/// A line for every node: gc's position, start, kind and text.
fn nodes(file: &File, interner: &Interner, source: &SourceFile) -> Vec<u8> {
    let mut out = Vec::new();
    let at = |p: Pos| source.line_col(p.0 - source.base.0);
    let name = &source.name;
    let mut visit = |c: Child| {
        match c {
            Child::Expr(e) => {
                let x = file.expr(e);
                let kind = format!("{:?}", x.kind);
                let kind = kind.split([' ', '(']).next().unwrap_or("");
                let (p, s) = (at(x.pos), at(start_pos(file, e)));
                let text = expr_string(file, interner, e);
                let _ = writeln!(out, "{name}:{}:{}: {}:{} {kind} {text}", p.0, p.1, s.0, s.1);
            }
            Child::Stmt(s) => {
                let s = file.stmt(s);
                let kind = format!("{:?}", s.kind);
                let kind = kind.split([' ', '(']).next().unwrap_or("");
                let p = at(s.pos);
                let _ = writeln!(out, "{name}:{}:{}: {kind}", p.0, p.1);
            }
            Child::Decl(_) => {}
        }
        Walk::Into
    };
    for &d in &file.decls {
        walk(file, Child::Decl(d), &mut visit);
    }
    out
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let number = |name: &str, default: usize| {
        let found = args.iter().find_map(|a| a.strip_prefix(name));
        found.and_then(|n| n.parse().ok()).unwrap_or(default)
    };
    let flag = |name: &str| args.iter().any(|a| a == name);
    let (repeat, threads) = (number("--repeat=", 1), number("--threads=", 2));
    let mut paths = Vec::new();
    for a in args.iter().filter(|a| !a.starts_with("--")) {
        if a.ends_with(".go") { paths.push(a.into()) } else { collect(Path::new(a), &mut paths) }
    }
    let mut sources = SourceMap::new();
    let (mut lines, mut bytes) = (0, 0);
    for p in &paths {
        let text = std::fs::read(p).expect("file can be read");
        lines += text.iter().filter(|b| **b == b'\n').count();
        bytes += text.len();
        sources.add(p.display().to_string(), text.into()).expect("fits");
    }
    let files: Vec<_> = sources.files().map(|(id, f)| (id, f.clone())).collect();

    let origin = if flag("--std") { Origin::Runtime } else { Origin::User };
    let mode = ParseMode { origin, ..ParseMode::default() };
    for _ in 0..repeat {
        let interner = Interner::new();
        let next = AtomicUsize::new(0);
        let errors = AtomicUsize::new(0);
        let tokens = AtomicUsize::new(0);
        let start = Instant::now();
        std::thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    while let Some((id, f)) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                        if flag("--lex") {
                            let n = go_lexer::tokenize(&f.text).len();
                            tokens.fetch_add(n, Ordering::Relaxed);
                            continue;
                        }
                        let parsed = parse(*id, f.base, &f.text, &interner, mode);
                        f.set_line_directives(parsed.line_directives_for(&f.name));
                        if flag("--nodes") {
                            let _ = std::io::stdout().write_all(&nodes(&parsed.file, &interner, f));
                        }
                        let mut all = parsed.diagnostics.clone();
                        if !flag("--no-branches") {
                            all.extend(check_all_branches(&parsed, &interner, &sources));
                        }
                        errors.fetch_add(all.len(), Ordering::Relaxed);
                        if !flag("--quiet") {
                            for d in all {
                                let (line, column) = f.line_col(d.span.lo.0 - f.base.0);
                                let _ = writeln!(std::io::stdout(), "{}:{line}:{column}: {}", f.name, d.message);
                            }
                        }
                    }
                });
            }
        });
        let seconds = start.elapsed().as_secs_f64();
        eprintln!(
            "{} files, {lines} lines, {bytes} bytes, {} errors, {} tokens: {:.3} s, {:.2} M lines/s, {:.0} MB/s",
            files.len(),
            errors.load(Ordering::Relaxed),
            tokens.load(Ordering::Relaxed),
            seconds,
            lines as f64 / seconds / 1e6,
            bytes as f64 / seconds / 1e6,
        );
    }
}
