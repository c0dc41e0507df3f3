//! Files under `testdata`: those in `valid` parse without error; those in `errors` have exactly the
//! errors that their comments announce. `/* ERROR text */` stands before the token at which an error
//! is reported, `// ERROR text` on its line; the text is a part of the message. Those in `format`
//! are formatted as the file beside them says. Broken texts of any kind never make the parser panic
//! or run away. With a Go SDK at hand (`GOROOT`), its sources are parsed and formatted too.

use go_ast::{Comments, ParseMode, check_all_branches, parse};
use go_lexer::tokenize;
use go_source::{Interner, Pos, SourceMap};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

fn files(folder: &str) -> Vec<PathBuf> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata").join(folder);
    let mut list: Vec<_> = std::fs::read_dir(dir).expect("folder").map(|e| e.expect("entry").path()).collect();
    list.sort();
    assert!(!list.is_empty());
    list
}

/// All errors of a text: offset and message.
fn errors(name: &str, text: &[u8]) -> Vec<(u32, String)> {
    let mut sources = SourceMap::new();
    let id = sources.add(name.to_owned(), text.into()).expect("fits");
    let base = sources.file(id).base;
    let interner = Interner::new();
    let parsed = parse(id, base, text, &interner, ParseMode::default());
    let mut all = parsed.diagnostics.clone();
    all.extend(check_all_branches(&parsed, &interner, &sources));
    all.into_iter().map(|d| (d.span.lo.0 - base.0, d.message)).collect()
}

/// An announced error.
struct Expected {
    offset: u32,
    whole_line: bool,
    text: String,
}

fn expected(text: &[u8]) -> Vec<Expected> {
    let toks = tokenize(text);
    let mut list = Vec::new();
    for &(lo, hi) in &toks.comments {
        let comment = String::from_utf8_lossy(&text[lo as usize..hi as usize]);
        if let Some(rest) = comment.strip_prefix("// ERROR ") {
            list.push(Expected { offset: lo, whole_line: true, text: rest.trim().to_owned() });
        } else if let Some(rest) = comment.strip_prefix("/* ERROR ") {
            let next = toks.starts.partition_point(|s| *s < hi);
            let text = rest.trim_end_matches("*/").trim().to_owned();
            list.push(Expected { offset: toks.starts[next], whole_line: false, text });
        }
    }
    list
}

#[test]
fn valid_files_have_no_errors() {
    for path in files("valid") {
        let text = std::fs::read(&path).expect("readable");
        assert_eq!(errors("x.go", &text), [], "{}", path.display());
    }
}

#[test]
fn erroneous_files_have_the_announced_errors() {
    let mut wrong = Vec::new();
    for path in files("errors") {
        let text = std::fs::read(&path).expect("readable");
        let line = |offset: u32| text[..offset as usize].iter().filter(|b| **b == b'\n').count();
        let mut wanted = expected(&text);
        for (offset, message) in errors("x.go", &text) {
            let found = wanted.iter().position(|e| {
                message.contains(&e.text)
                    && if e.whole_line { line(e.offset) == line(offset) } else { e.offset == offset }
            });
            match found {
                Some(i) => drop(wanted.remove(i)),
                None => wrong.push(format!("{}:{}: unexpected: {message}", path.display(), line(offset) + 1)),
            }
        }
        for e in wanted {
            wrong.push(format!("{}:{}: missing: {}", path.display(), line(e.offset) + 1, e.text));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn formatted_files_are_as_golden_and_stay_so() {
    for path in files("format") {
        if path.extension().is_some_and(|e| e == "input") {
            let text = std::fs::read(&path).expect("readable");
            let golden = std::fs::read_to_string(path.with_extension("golden")).expect("readable");
            assert_eq!(go_ast::format(&text).expect("no errors"), golden, "{}", path.display());
            assert_eq!(go_ast::format(golden.as_bytes()).expect("no errors"), golden);
        }
    }
}

/// Files below the SDK's src that gofmt and gc's parser disagree about, and so gofmt and we: go/parser
/// refuses the first two (too many variables of a range, which gc leaves to the checker), gc the third (a
/// body of a method that go/parser takes).
const NOT_AS_GOFMT: [&str; 3] = [
    "internal/types/testdata/fixedbugs/issue50372.go",
    "internal/types/testdata/spec/range.go",
    "internal/types/testdata/check/decls2/decls2a.go",
];

fn go_files(dir: &Path, out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).expect("folder") {
        let path = entry.expect("entry").path();
        if path.is_dir() {
            go_files(&path, out);
        } else if path.extension().is_some_and(|e| e == "go") {
            out.push(path);
        }
    }
}

/// Every `.go` file below the SDK's src: parses unless it is test data; is printed back as gofmt prints it,
/// where the SDK has a gofmt.
#[test]
fn sources_of_the_sdk_parse_and_are_printed_as_by_gofmt() {
    let env = go_load::sdk::Env::new(std::env::vars());
    let Ok(sdk) = go_load::sdk::Sdk::find(&env) else {
        eprintln!("skipped: no Go 1.27 SDK");
        return;
    };
    let (src, gofmt) = (sdk.src(), sdk.root.join("bin/gofmt"));
    let mut files = Vec::new();
    go_files(&src, &mut files);
    let (mut changed, mut refused) = (Vec::new(), Vec::new());
    for path in &files {
        let text = std::fs::read(path).expect("readable");
        match go_ast::format(&text) {
            Ok(f) if f.as_bytes() == text => {}
            Ok(f) => changed.push((path.clone(), f)),
            Err(_) => refused.push(path.clone()),
        }
    }
    for path in &refused {
        assert!(path.components().any(|c| c.as_os_str() == "testdata"), "{} does not parse", path.display());
    }
    println!("{} files, {} to be formatted, {} with errors", files.len(), changed.len(), refused.len());
    if !gofmt.is_file() {
        eprintln!("not compared: the SDK has no gofmt");
        return;
    }
    let excepted = |p: &Path| NOT_AS_GOFMT.iter().any(|n| p.ends_with(n));
    let listed = Command::new(&gofmt).arg("-l").arg(&src).output().expect("gofmt runs").stdout;
    let theirs: BTreeSet<PathBuf> = String::from_utf8_lossy(&listed).lines().map(PathBuf::from).collect();
    let ours: BTreeSet<PathBuf> = changed.iter().map(|c| c.0.clone()).collect();
    let differ: Vec<_> = theirs.symmetric_difference(&ours).filter(|p| !excepted(p)).collect();
    assert!(differ.is_empty(), "changed by one formatter only: {differ:?}");
    for (path, f) in changed.iter().filter(|c| !excepted(&c.0)) {
        let out = Command::new(&gofmt).arg(path).output().expect("gofmt runs").stdout;
        assert!(out == f.as_bytes(), "{} is printed otherwise by gofmt", path.display());
    }
}

/// A small generator of numbers; the same every time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % n.max(1)
    }
}

#[test]
fn mutated_files_never_panic() {
    const PIECES: [&[u8]; 24] = [
        b"(",
        b")",
        b"{",
        b"}",
        b"[",
        b"]",
        b",",
        b";",
        b":=",
        b"func",
        b"type T[",
        b"case",
        b"*",
        b"<-chan",
        b"/*",
        b"`",
        b"\"",
        b"'",
        b"\0",
        b"\xff",
        b"\xef\xbb\xbf",
        b"//line x:1\n",
        b"//go:embed\n",
        b"...",
    ];
    let mut r = Numbers(7);
    let texts: Vec<Vec<u8>> =
        files("valid").iter().chain(&files("errors")).map(|p| std::fs::read(p).expect("readable")).collect();
    for _ in 0..3000 {
        let mut text = texts[r.below(texts.len())].clone();
        for _ in 0..1 + r.below(6) {
            let at = r.below(text.len() + 1);
            match r.below(3) {
                0 => {
                    let piece = PIECES[r.below(PIECES.len())];
                    text.splice(at..at, piece.iter().copied());
                }
                1 => {
                    let end = (at + r.below(20)).min(text.len());
                    text.drain(at..end);
                }
                _ => {
                    let end = (at + r.below(40)).min(text.len());
                    let copy = text[at..end].to_vec();
                    let to = r.below(text.len() + 1);
                    text.splice(to..to, copy);
                }
            }
        }
        for comments in [Comments::Skip, Comments::Keep] {
            let mode = ParseMode { comments, ..ParseMode::default() };
            let _ = go_ast::format(&text);
            let _ = parse(go_source::FileId(0), Pos(1), &text, &Interner::new(), mode);
        }
        let _ = errors("m.go", &text);
    }
}

#[test]
fn deep_nesting_is_refused_and_long_chains_are_not() {
    let nest = |open: &str, middle: &str, close: &str| {
        let n = 100_000;
        format!("package p\nvar x = {}{middle}{}\n", open.repeat(n), close.repeat(n))
    };
    for text in [
        nest("(", "1", ")"),
        nest("f(", "1", ")"),
        nest("[]", "int", ""),
        nest("func() {", "", "}"),
        nest("!", "x", ""),
        nest("a[", "1", "]"),
        nest("T{", "", "}"),
        nest("[]T{{", "", "}}"),
        nest("interface{ m(x ", "int", ")}"),
        nest("map[a]", "int", ""),
        nest("struct{ x ", "int", "}"),
    ] {
        let all = errors("deep.go", text.as_bytes());
        assert!(all.iter().any(|(_, m)| m == "exceeded max nesting depth"), "{}", &text[..40]);
    }
    let long = [
        format!("package p\nvar x = 1{}\n", " + 1".repeat(100_000)),
        format!("package p\nvar x = f{}\n", "()".repeat(100_000)),
        format!("package p\nvar x = a{}\n", ".b".repeat(100_000)),
        format!("package p\ntype T[P *[]A{}] int\n", "|A".repeat(100_000)),
        format!("package p\nfunc f() {{ if x {{ }}{} }}\n", " else if x { }".repeat(100_000)),
    ];
    for text in long {
        assert_eq!(errors("long.go", text.as_bytes()), []);
    }
}
