//! What the tests share: one checked file, and a folder for executables.

use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::Arc;

use go_source::{Interner, SourceMap};
use go_types::check::{CheckOptions, Checker, PackageInput};
use go_types::object::PkgId;

/// A file without imports, checked as package `p`.
pub struct Checked {
    /// Names.
    pub interner: Arc<Interner>,
    /// The file.
    pub sources: SourceMap,
    /// Its tree.
    pub tree: Arc<go_ast::File>,
    /// The checker and all that it found out.
    pub checker: Checker,
    /// The package.
    pub package: PkgId,
}

/// Parses and checks a file.
pub fn check(text: &str) -> Checked {
    let interner = Arc::new(Interner::new());
    let mut sources = SourceMap::new();
    let id = sources.add("p.go".into(), text.as_bytes().into()).expect("small");
    let parsed = go_ast::parse(id, sources.file(id).base, text.as_bytes(), &interner, Default::default());
    assert!(parsed.diagnostics.is_empty(), "{:?}", parsed.diagnostics);
    let tree = Arc::new(parsed.file);
    let mut checker = Checker::new(Arc::clone(&interner), CheckOptions::default());
    let files = vec![Arc::clone(&tree)];
    let imports = Default::default();
    let package = checker.add_package(PackageInput { path: "p".into(), files, imports, go_version: (1, 27), own: true });
    checker.check_package(package);
    Checked { interner, sources, tree, checker, package }
}

/// Writes an executable, runs it, and removes it.
pub fn run(name: &str, image: &go_link::Image) -> Output {
    let path: PathBuf = std::env::temp_dir().join(format!("outside-{}-{name}", std::process::id()));
    image.write_to(&path).expect("a temporary file can be written");
    let output = Command::new(&path).output();
    let _ = std::fs::remove_file(&path);
    output.expect("the executable starts")
}
