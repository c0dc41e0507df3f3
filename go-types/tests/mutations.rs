//! Broken programs must never make the checker panic or run without end: the test files of
//! `internal/types/testdata` are mutated (lines and words removed, repeated, exchanged) and checked.
//!
//! `ROUNDS=n` runs n mutations per file (default 1), `SEED=n` starts elsewhere; names of files as
//! arguments restrict it. Needs an SDK (`GOROOT`).

use go_ast::{ParseMode, parse};
use go_source::{Interner, SourceMap};
use go_types::check::{CheckOptions, Checker, PackageInput};
use rustc_hash::FxHashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A small generator of numbers (xorshift), so that runs can be repeated.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n.max(1) as u64) as usize
    }
}

static DONE: AtomicUsize = AtomicUsize::new(0);
static CURRENT: Mutex<String> = Mutex::new(String::new());

fn main() {
    // Only an SDK of the supported version will do, wherever it is; a test fetches none.
    let sdk = go_load::sdk::Sdk::find(&go_load::sdk::Env::new(std::env::vars()));
    let goroot = sdk.map(|s| s.root.display().to_string()).unwrap_or_default();
    let data = Path::new(&goroot).join("src/internal/types/testdata");
    if !data.is_dir() {
        println!("no Go SDK (set GOROOT): skipped");
        return;
    }
    let number = |name: &str, default| std::env::var(name).ok().and_then(|v| v.parse().ok()).unwrap_or(default);
    let (rounds, seed) = (number("ROUNDS", 1), number("SEED", 1));
    let filters: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with('-')).collect();
    let mut files: Vec<PathBuf> = Vec::new();
    for dir in ["check", "spec", "examples", "fixedbugs"] {
        let entries = std::fs::read_dir(data.join(dir)).into_iter().flatten().flatten();
        files.extend(entries.map(|e| e.path()).filter(|p| p.extension().is_some()));
    }
    files.sort();
    files.retain(|f| filters.is_empty() || filters.iter().any(|x| f.ends_with(x)));
    let texts: Vec<(PathBuf, String)> =
        files.into_iter().filter_map(|f| Some((f.clone(), std::fs::read_to_string(f).ok()?))).collect();

    let run = std::thread::Builder::new().stack_size(512 << 20).spawn(move || {
        let mut failures = 0;
        for round in 0..rounds {
            for (i, (path, text)) in texts.iter().enumerate() {
                let mut r = Random(seed * 1_000_003 + round * 7_919 + i as u64 * 104_729 + 1);
                let mutated = mutate(text, &mut r);
                *CURRENT.lock().expect("lock") = format!("{}\n{mutated}", path.display());
                if catch_unwind(AssertUnwindSafe(|| check(&mutated))).is_err() {
                    failures += 1;
                    println!("panic in a mutation of {} (round {round}):", path.display());
                    save(failures, &mutated);
                }
                DONE.fetch_add(1, Ordering::Relaxed);
            }
        }
        failures
    });
    let run = run.expect("thread");
    let mut last = 0;
    let mut idle = 0;
    while !run.is_finished() {
        std::thread::sleep(Duration::from_millis(100));
        let done = DONE.load(Ordering::Relaxed);
        idle = if done == last { idle + 1 } else { 0 };
        last = done;
        if idle > 300 {
            println!("no end of checking {}", CURRENT.lock().expect("lock"));
            std::process::exit(1);
        }
    }
    let failures = run.join().expect("run");
    println!("{} mutations, {failures} failures", DONE.load(Ordering::Relaxed));
    std::process::exit(i32::from(failures > 0));
}

/// Keeps a failing program for a closer look, if a folder for it is given.
fn save(n: usize, text: &str) {
    if let Ok(dir) = std::env::var("SAVE") {
        let _ = std::fs::write(Path::new(&dir).join(format!("mutation{n}.go")), text);
    }
}

fn check(text: &str) {
    let interner = Arc::new(Interner::new());
    let mut sources = SourceMap::new();
    let text: Arc<[u8]> = text.as_bytes().into();
    let id = sources.add("x.go".to_owned(), Arc::clone(&text)).expect("fits");
    let base = sources.file(id).base;
    let parsed = parse(id, base, &text, &interner, ParseMode::default());
    let mut checker = Checker::new(Arc::clone(&interner), CheckOptions::default());
    checker.set_sources(Arc::new(sources));
    let pkg = checker.add_package(PackageInput {
        path: "p".to_owned(),
        files: vec![Arc::new(parsed.file)],
        imports: FxHashMap::default(),
        go_version: (1, 27),
        own: true,
    });
    checker.check_package(pkg);
}

/// Changes a text in a few places.
fn mutate(text: &str, r: &mut Random) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for _ in 0..1 + r.below(6) {
        if lines.len() < 4 {
            break;
        }
        let (a, b) = (r.below(lines.len()), r.below(lines.len()));
        match r.below(6) {
            0 => {
                lines.remove(a);
            }
            1 => {
                let l = lines[a].clone();
                lines.insert(b, l);
            }
            2 => lines.swap(a, b),
            _ => {
                let words = split(&lines[a]);
                let others = split(&lines[b]);
                if words.is_empty() || others.is_empty() {
                    continue;
                }
                let (i, j) = (r.below(words.len()), r.below(others.len()));
                let mut words: Vec<&str> = words;
                match r.below(3) {
                    0 => {
                        words.remove(i);
                    }
                    1 => words[i] = others[j],
                    _ => words.insert(i, others[j]),
                }
                lines[a] = words.concat();
            }
        }
    }
    lines.join("\n")
}

/// Words, and what is between them character by character.
fn split(line: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut start = 0;
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    for (i, c) in line.char_indices() {
        if i > start && is_word(c) && line[start..i].chars().all(is_word) {
            continue;
        }
        if i > start {
            out.push(&line[start..i]);
            start = i;
        }
    }
    if start < line.len() {
        out.push(&line[start..]);
    }
    out
}
