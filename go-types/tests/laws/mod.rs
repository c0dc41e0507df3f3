//! What holds for checking any program. Used by property tests and by `fuzz/`.

use go_ast::{ParseMode, parse};
use go_source::{Interner, SourceMap};
use go_types::check::{BranchChecks, CheckOptions, Checker, PackageInput};
use std::sync::Arc;

/// Checks a program of one file that can import nothing but unsafe: every error has a place, and a second
/// checker says the same.
pub(crate) fn check(text: &[u8]) {
    let first = errors(text);
    assert_eq!(first, errors(text), "errors differ from run to run");
}

fn errors(text: &[u8]) -> Vec<String> {
    let interner = Arc::new(Interner::new());
    let mut sources = SourceMap::new();
    let id = sources.add("x.go".to_owned(), text.into()).expect("fits");
    let base = sources.file(id).base;
    let parsed = parse(id, base, text, &interner, ParseMode::default());
    let options = CheckOptions { branches: BranchChecks::ByParser, ..CheckOptions::default() };
    let mut checker = Checker::new(Arc::clone(&interner), options);
    let sources = Arc::new(sources);
    checker.set_sources(Arc::clone(&sources));
    let pkg = checker.add_package(PackageInput {
        path: "p".to_owned(),
        files: vec![Arc::new(parsed.file)],
        imports: [("unsafe".to_owned(), go_types::store::Store::UNSAFE)].into_iter().collect(),
        go_version: (1, 27),
        own: true,
    });
    checker.check_package(pkg);
    let mut out = Vec::new();
    for d in checker.take_diagnostics() {
        let l = sources.location(d.span.lo);
        assert!(l.line > 0, "{}: no position", d.message);
        out.push(format!("{}:{}: {}", l.line, l.column, d.message));
    }
    out
}
