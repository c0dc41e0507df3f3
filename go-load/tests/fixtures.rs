//! Runs every `tests/fixtures/*.txtar`: a small world of files, the arguments of `go build`, and what
//! Go 1.27.3 printed for them.
//!
//! Lines before the first file: `args:` the patterns (none: the working folder), `cwd:` the working
//! folder below $WORK. `want/errors` is standard error (compile errors aside), `want/packages` the
//! user's packages in dependency order (left out where errors are expected): `path name [files] [embedded files] go-version`. $GOROOT is a
//! made-up SDK of a few packages.

use std::path::{Path, PathBuf};

use go_load::{LoadConfig, MemoryFileSystem, Origin, load};
use libtest_mimic::{Arguments, Failed, Trial};

const WORK: &str = "/work";
const GOROOT: &str = "/goroot";

/// What the made-up SDK holds: path and text.
const SDK: &[(&str, &str)] = &[
    ("fmt/print.go", "package fmt\n\nimport _ \"os\"\n"),
    ("os/file.go", "package os\n\nimport (\n\t_ \"internal/abi\"\n\t_ \"unsafe\"\n)\n"),
    ("embed/embed.go", "package embed\n"),
    ("unsafe/unsafe.go", "package unsafe\n"),
    ("builtin/builtin.go", "package builtin\n"),
    ("runtime/runtime.go", "package runtime\n\nimport _ \"internal/abi\"\n"),
    ("runtime/cgo/cgo.go", "package cgo\n\nimport \"C\"\n"),
    ("runtime/cgo/handle.go", "package cgo\n"),
    ("internal/abi/abi.go", "package abi\n"),
    ("internal/syscall/windows/x_windows.go", "package windows\n"),
    ("arena/arena.go", "//go:build goexperiment.arenas\n\npackage arena\n"),
    ("net/net.go", "package net\n\nimport _ \"golang.org/x/net/idna\"\n"),
    ("vendor/golang.org/x/net/idna/idna.go", "package idna\n"),
    ("cmd/go/main.go", "package main\n\nimport _ \"golang.org/x/mod\"\n\nfunc main() {}\n"),
    ("cmd/go.mod", "module cmd\n\ngo 1.27\n"),
    ("cmd/internal/obj/obj.go", "package obj\n"),
    ("cmd/vendor/golang.org/x/mod/mod.go", "package mod\n"),
    ("go.mod", "module std\n\ngo 1.27\n"),
];

struct Fixture {
    args: Vec<String>,
    cwd: PathBuf,
    files: Vec<(String, String)>,
}

fn parse(text: &str) -> Fixture {
    let mut fixture = Fixture { args: Vec::new(), cwd: PathBuf::from(WORK), files: Vec::new() };
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("-- ").and_then(|l| l.strip_suffix(" --")) {
            fixture.files.push((name.to_owned(), String::new()));
        } else if let Some((_, content)) = fixture.files.last_mut() {
            content.push_str(line);
            content.push('\n');
        } else if let Some(args) = line.strip_prefix("args:") {
            fixture.args = args.split_whitespace().map(str::to_owned).collect();
        } else if let Some(cwd) = line.strip_prefix("cwd:") {
            fixture.cwd = Path::new(WORK).join(cwd.trim());
        }
    }
    fixture
}

fn run(path: &Path) -> Result<(), Failed> {
    let fixture = parse(&std::fs::read_to_string(path)?);
    let mut fs = MemoryFileSystem::default();
    fs.insert_dir(&fixture.cwd);
    for (name, text) in SDK {
        fs.insert(format!("{GOROOT}/src/{name}"), *text);
    }
    let (mut want_errors, mut want_packages) = (String::new(), None);
    for (name, text) in &fixture.files {
        match name.as_str() {
            "want/errors" => want_errors.clone_from(text),
            "want/packages" => want_packages = Some(text.clone()),
            _ => fs.insert(Path::new(WORK).join(name), text.clone()),
        }
    }
    let config = LoadConfig::new(GOROOT, &fixture.cwd);
    let (graph, errors) = load(&config, &fs, &fixture.args);
    let mut got_errors = String::new();
    for e in &errors {
        got_errors.push_str(&format!("{e}\n"));
    }
    let got_errors = got_errors.replace(GOROOT, "$GOROOT").replace(WORK, "$WORK");
    let mut got_packages = String::new();
    for p in graph.packages.iter().filter(|p| p.origin != Origin::Std && !p.files.is_empty()) {
        let files: Vec<&str> = p.files.iter().map(|f| f.name.as_str()).collect();
        let mut embeds: Vec<&str> = p.embeds.iter().flat_map(|e| &e.files).map(String::as_str).collect();
        embeds.sort_unstable();
        embeds.dedup();
        let go = p.module.as_ref().and_then(|m| m.go_line.clone()).unwrap_or_default();
        let line = format!("{} {} [{}] [{}] {go}", p.path, p.name, files.join(" "), embeds.join(" "));
        got_packages.push_str(line.trim_end());
        got_packages.push('\n');
    }
    if got_errors.trim_end() != want_errors.trim_end() {
        return Err(format!("errors:\n--- want\n{want_errors}--- got\n{got_errors}").into());
    }
    if let Some(want_packages) = want_packages
        && got_packages != want_packages
    {
        return Err(format!("packages:\n--- want\n{want_packages}--- got\n{got_packages}").into());
    }
    Ok(())
}

fn main() {
    let args = Arguments::from_args();
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut trials = Vec::new();
    if let Ok(entries) = std::fs::read_dir(&dir) {
        let mut paths: Vec<PathBuf> = entries.flatten().map(|e| e.path()).collect();
        paths.sort();
        for path in paths.into_iter().filter(|p| p.extension().is_some_and(|e| e == "txtar")) {
            let name = path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
            trials.push(Trial::test(name, move || run(&path)));
        }
    }
    assert!(!trials.is_empty(), "no fixtures in {}", dir.display());
    libtest_mimic::run(&args, trials).exit();
}
