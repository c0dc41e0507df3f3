//! Compares with the real `go list`: the packages of `std` and `cmd`, their files and imports.
//!
//! Needs a Go 1.27 SDK with a `go` command, found as gorc finds it; says so and passes when there is none.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use go_load::{LoadConfig, LoadErrorKind, OsFileSystem, RuntimeDependency, load};

fn sdk() -> Option<PathBuf> {
    let env = go_load::sdk::Env::new(std::env::vars());
    let root = go_load::sdk::Sdk::find(&env).ok()?.root;
    root.join("bin/go").exists().then_some(root)
}

/// Per package: name, files and imports, as one text.
fn go_list(root: &Path, cwd: &Path, pattern: &str) -> Option<BTreeMap<String, String>> {
    let format = "{{.ImportPath}}\t{{.Name}} {{.GoFiles}} {{.Imports}}";
    let out = Command::new(root.join("bin/go"))
        .args(["list", "-e", "-pgo=off", "-deps", "-f", format, pattern])
        .current_dir(cwd)
        .env("GOROOT", root)
        .env("GOTOOLCHAIN", "local")
        .env("GOPROXY", "off")
        .env("GOFLAGS", "")
        .env("GOOS", "linux")
        .env("GOARCH", "amd64")
        .env("CGO_ENABLED", "0")
        .output()
        .ok()?;
    if !out.status.success() {
        eprintln!("go list: {}", String::from_utf8_lossy(&out.stderr));
        return None;
    }
    let text = String::from_utf8(out.stdout).ok()?;
    Some(text.lines().filter_map(|l| l.split_once('\t')).map(|(p, f)| (p.to_owned(), f.to_owned())).collect())
}

fn ours(root: &Path, cwd: &Path, pattern: &str) -> BTreeMap<String, String> {
    let config = LoadConfig { runtime: RuntimeDependency::None, ..LoadConfig::new(root, cwd) };
    let (graph, errors) = load(&config, &OsFileSystem, &[pattern.to_owned()]);
    // Packages without files for this build may be named by a pattern; go list -e shows them too.
    let bad: Vec<String> =
        errors.iter().filter(|e| !matches!(e.kind, LoadErrorKind::NoGoFiles(_))).map(ToString::to_string).collect();
    assert!(bad.is_empty(), "{}", bad.join("\n"));
    let mut out = BTreeMap::new();
    for (i, p) in graph.packages.iter().enumerate() {
        assert_eq!(p.id.index(), i);
        assert!(p.imports.iter().all(|(_, d)| d.index() < i), "{} comes before an import", p.path);
        let files: Vec<&str> = p.files.iter().map(|f| f.name.as_str()).collect();
        let mut imports: Vec<&str> = p.imports.iter().map(|(_, d)| graph.package(*d).path.as_str()).collect();
        // go list keeps the order of the paths in source, which vendoring changes.
        imports.sort_unstable();
        out.insert(p.path.clone(), format!("{} [{}] [{}]", p.name, files.join(" "), imports.join(" ")));
    }
    out
}

fn compare(pattern: &str) {
    let Some(root) = sdk() else {
        eprintln!("skipped: no Go 1.27 SDK");
        return;
    };
    let cwd = std::env::temp_dir();
    let Some(want) = go_list(&root, &cwd, pattern) else {
        eprintln!("skipped: go list does not run");
        return;
    };
    let sorted = |text: &str| -> String {
        let (files, imports) = text.rsplit_once(" [").unwrap_or((text, ""));
        let mut list: Vec<&str> = imports.trim_end_matches(']').split_whitespace().collect();
        list.sort_unstable();
        format!("{files} [{}]", list.join(" "))
    };
    let got = ours(&root, &cwd, pattern);
    let mut bad = Vec::new();
    for (path, facts) in &want {
        // The pseudo-package has a file of documentation alone.
        // Packages of test files alone get their name from these, which are not read here.
        if path == "unsafe" || facts.contains(" [] ") {
            continue;
        }
        match got.get(path) {
            None => bad.push(format!("missing: {path}")),
            Some(g) if *g != sorted(facts) => bad.push(format!("{path}\n  go:   {}\n  gorc: {g}", sorted(facts))),
            Some(_) => {}
        }
    }
    bad.extend(
        got.iter()
            .filter(|(p, f)| !want.contains_key(*p) && !f.contains(" [] "))
            .map(|(p, _)| p)
            .map(|p| format!("too much: {p}")),
    );
    assert!(bad.is_empty(), "{} of {} differ:\n{}", bad.len(), want.len(), bad.join("\n"));
    eprintln!("{} packages of {pattern} agree", want.len());
}

#[test]
fn files_of_std_are_those_of_go_list() {
    compare("std");
}

#[test]
fn files_of_cmd_are_those_of_go_list() {
    compare("cmd");
    compare("cmd/...");
}

#[test]
fn a_pattern_of_paths_is_that_of_go_list() {
    compare("net/...");
    compare("...");
}
