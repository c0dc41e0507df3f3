//! `cargo xtask std-test`: tests of the standard library, built by gorc, beside `go test`'s verdicts.
//!
//! gorc has no test command. Here each package with its test files is put into a tree of links to the SDK, with
//! a generated main package that calls the tests; nothing of the SDK is changed.

use anyhow::{Context, Result, bail};
use go_testkit::TempDir;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Packages whose tests count allocations.
const PACKAGES: &[&str] = &[
    "bufio",
    "bytes",
    "crypto/internal/fips140test",
    "crypto/ed25519",
    "crypto/md5",
    "crypto/rand",
    "crypto/sha1",
    "crypto/sha256",
    "crypto/sha3",
    "crypto/sha512",
    "database/sql",
    "encoding/binary",
    "encoding/gob",
    "encoding/json/jsontext",
    "fmt",
    "hash/maphash",
    "internal/runtime/maps",
    "io",
    "log/slog",
    "log/slog/internal/buffer",
    "math/big",
    "mime",
    "net/netip",
    "net/textproto",
    "path",
    "reflect",
    "sort",
    "strconv",
    "strings",
    "sync",
    "time",
    "unicode/utf16",
    "unicode/utf8",
    "unique",
];

/// Name of the folder with the generated main package, in the package's folder.
const MAIN: &str = "gorctest";

/// The test files of a package.
struct Tests {
    path: String,
    dir: PathBuf,
    inner: Vec<String>,
    outer: Vec<String>,
}

/// Runs the command: tests whose names match one of the words of `--run` (`Alloc|Malloc` if not given) of the
/// packages named, or of those that count allocations.
pub(crate) fn run(words: &[&str]) -> Result<()> {
    let (mut go, mut pattern, mut packages) = ("go", "Alloc|Malloc", Vec::new());
    let mut it = words.iter();
    while let Some(w) = it.next() {
        match *w {
            "--go" => go = it.next().context("--go needs a command")?,
            "--run" => pattern = it.next().context("--run needs words")?,
            p => packages.push(p),
        }
    }
    if packages.is_empty() {
        packages = PACKAGES.to_vec();
    }
    let gorc = crate::release_gorc()?;
    let root = PathBuf::from(text(Command::new(go).args(["env", "GOROOT"]))?.trim());
    let (mut same, mut other) = (0, 0);
    for p in packages {
        let t = tests(go, &root, p)?;
        let want = verdicts(&text(Command::new(go).args(["test", "-v", "-run", pattern, p]).current_dir(&root))?);
        if want.is_empty() {
            continue;
        }
        let got = match build_and_run(&gorc, &root, &t, pattern) {
            Ok(out) => verdicts(&out),
            Err(e) => {
                println!("{p}: {e:#}");
                BTreeMap::new()
            }
        };
        for (name, w) in &want {
            let g = got.get(name).map_or("nothing", |(v, _)| v.as_str());
            if g == w.0 {
                same += 1;
            } else {
                other += 1;
                println!("{p}: {name}: {g}, go: {}", w.0);
                got.get(name).iter().flat_map(|(_, lines)| lines).for_each(|l| println!("    {l}"));
            }
        }
    }
    println!("{same} verdicts as go's, {other} others");
    if other > 0 {
        bail!("{other} verdicts differ");
    }
    Ok(())
}

/// What a command prints, whether or not it succeeds.
fn text(c: &mut Command) -> Result<String> {
    let out = c.output().with_context(|| format!("{c:?}"))?;
    Ok(String::from_utf8_lossy(&out.stdout).into_owned())
}

fn tests(go: &str, root: &Path, path: &str) -> Result<Tests> {
    let format = "{{.Dir}}{{range .TestGoFiles}} {{.}}{{end}}\n{{range .XTestGoFiles}} {{.}}{{end}}";
    let listed = text(Command::new(go).args(["list", "-f", format, path]).current_dir(root))?;
    let mut lines = listed.lines();
    let mut first = lines.next().unwrap_or_default().split_whitespace().map(str::to_owned);
    let dir = PathBuf::from(first.next().with_context(|| format!("go list {path}"))?);
    let outer = lines.next().unwrap_or_default().split_whitespace().map(str::to_owned).collect();
    Ok(Tests { path: path.to_owned(), dir, inner: first.collect(), outer })
}

/// The results in the output of a verbose test run, with the lines that belong to each.
fn verdicts(out: &str) -> BTreeMap<String, (String, Vec<String>)> {
    let mut all = BTreeMap::new();
    let mut lines: Vec<String> = Vec::new();
    for line in out.lines() {
        let result = line.trim_start().strip_prefix("--- ").and_then(|l| l.split_once(": "));
        match result {
            Some((verdict, rest)) => {
                let name = rest.split(' ').next().unwrap_or_default().to_owned();
                all.insert(name, (verdict.to_owned(), std::mem::take(&mut lines)));
            }
            None if line.starts_with("=== ") => lines.clear(),
            None => lines.push(line.trim().to_owned()),
        }
    }
    all
}

fn build_and_run(gorc: &Path, root: &Path, t: &Tests, pattern: &str) -> Result<String> {
    let tmp = TempDir::new("std-test")?;
    let sdk = tmp.path().join("go");
    let dir = link_tree(root, &sdk, &t.path)?;
    let main = dir.join(MAIN);
    std::fs::create_dir(&main)?;
    let mut functions = Vec::new();
    for (files, to, qualifier) in [(&t.inner, &dir, "p."), (&t.outer, &main, "")] {
        for f in files {
            let mut source = std::fs::read_to_string(t.dir.join(f)).with_context(|| f.clone())?;
            for name in source.lines().filter_map(test_name) {
                if name != "TestMain" && pattern.split('|').any(|p| name.contains(p)) {
                    functions.push((name.to_owned(), qualifier));
                }
            }
            if qualifier.is_empty() {
                source = as_main(&source);
            }
            // Without `_test` the file belongs to the package; what a name says about systems stays.
            std::fs::write(to.join(format!("zz_{}.go", f.trim_end_matches("_test.go"))), source)?;
        }
    }
    std::fs::write(main.join("gorc_main.go"), main_file(&t.path, &functions))?;
    let exe = tmp.path().join("program");
    let built = Command::new(gorc)
        .args(["build", "-o"])
        .arg(&exe)
        .arg(format!("{}/{MAIN}", t.path))
        .env("GOROOT", &sdk)
        .current_dir(sdk.join("src"))
        .output()?;
    if !built.status.success() {
        let why = String::from_utf8_lossy(&built.stderr);
        bail!("does not build: {}", why.lines().take(8).collect::<Vec<_>>().join("\n    "));
    }
    text(Command::new("timeout").arg("120").arg(&exe).args(["-test.v", "-test.run", pattern]).current_dir(&t.dir))
}

/// Links to everything in `from`, but for the folder of package `path` itself, which gets copies of its files.
fn link_tree(from: &Path, to: &Path, path: &str) -> Result<PathBuf> {
    let (mut from, mut to) = (from.to_path_buf(), to.to_path_buf());
    let elements: Vec<&str> = std::iter::once("src").chain(path.split('/')).collect();
    for k in 0..=elements.len() {
        std::fs::create_dir(&to)?;
        for entry in std::fs::read_dir(&from)? {
            let name = entry?.file_name();
            let at = from.join(&name);
            if k == elements.len() && at.is_file() {
                // What is embedded must be a file.
                std::fs::copy(&at, to.join(&name))?;
            } else if elements.get(k).is_none_or(|e| name != **e) {
                symlink(at, to.join(&name))?;
            }
        }
        if let Some(e) = elements.get(k) {
            from.push(e);
            to.push(e);
        }
    }
    Ok(to)
}

fn test_name(line: &str) -> Option<&str> {
    let (name, rest) = line.strip_prefix("func ")?.split_once('(')?;
    (name.starts_with("Test") && rest.contains("*testing.")).then_some(name)
}

/// The source with its package clause changed.
fn as_main(source: &str) -> String {
    let mut out = String::new();
    let mut done = false;
    for line in source.lines() {
        if !done && line.starts_with("package ") {
            out.push_str("package main");
            done = true;
        } else {
            out.push_str(line);
        }
        out.push('\n');
    }
    out
}

/// The program; a package's own TestMain is not called, which needs what only cmd/go may import.
fn main_file(path: &str, tests: &[(String, &str)]) -> String {
    let mut out = String::from("package main\n\nimport (\n\t\"regexp\"\n\t\"testing\"\n");
    if tests.iter().any(|t| t.1 == "p.") {
        let _ = writeln!(out, "\tp {path:?}");
    }
    out.push_str(")\n\nfunc main() {\n\ttesting.Main(regexp.MatchString, []testing.InternalTest{\n");
    for (name, qualifier) in tests {
        let _ = writeln!(out, "\t\t{{{name:?}, {qualifier}{name}}},");
    }
    out.push_str("\t}, nil, nil)\n}\n");
    out
}
