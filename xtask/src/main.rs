//! Developer commands: `cargo xtask tidy|book|conformance|bless|bench|std-status|std-test|bisect|asm-modules`.
//!
//! Only what developers and CI run; nothing of the product is here.

mod asm_modules;
mod bisect;
mod book;
mod std_status;
mod std_test;

use anyhow::{Context, Result, bail};
use go_testkit::{crates, layers, ratchet, tidy};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

const USAGE: &str = "usage: cargo xtask COMMAND
  tidy                      file sizes, module comments, layers, what crates bring with them
  book [--check] [CHAPTER]  rewrite the outputs of the commands in book/ and gorc's README; --check
                            fails where they differ, and on broken links
  conformance [--bless] [--tier T]
                            outside programs: listed ones must pass; --bless lists what passes besides
  bless                     rewrite golden texts (UPDATE_EXPECT, BLESS) of all crates
  bench [--go CMD] [--outside]
                            cold builds, in the same run as real Go's; --outside runs the
                            benchmark programs beside the workspace too (set GORC_BENCH)
  bench frontend [--go CMD] lexing, parsing, checking of std, in the same run as go/scanner, go/parser, go/types
  asm-modules [--go CMD] [WORD...]
                            the assembly of public modules (xtask/asm-modules.txt) as go-asm and as real Go's
                            assembler make it; the go command downloads what is missing
  std-status [WORD...]      which packages of the standard library check, compile and run
  std-test [--go CMD] [--run WORDS] [PACKAGE...]
                            tests of the standard library (those that count allocations) with go test's verdicts
  bisect PROGRAM [--expect FILE] [--gorc GORC]
                            the application of a pass that breaks a program";

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["tidy"] => tidy_all(),
        ["book", rest @ ..] => book::run(rest),
        ["conformance", rest @ ..] => conformance(rest),
        ["bless"] => bless(),
        ["bench", "frontend", rest @ ..] => bench_frontend(rest),
        ["bench", rest @ ..] => bench(rest),
        ["asm-modules", rest @ ..] => asm_modules::run(rest),
        ["std-status", rest @ ..] => std_status::run(rest),
        ["std-test", rest @ ..] => std_test::run(rest),
        ["bisect", rest @ ..] => bisect::run(rest),
        _ => bail!("{USAGE}"),
    }
}

fn workspace() -> PathBuf {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR"));
    dir.parent().unwrap_or(dir).to_path_buf()
}

fn tidy_all() -> Result<()> {
    let root = workspace();
    let found = tidy::check(&root).context("reading sources")?;
    for n in &found.notes {
        println!("note: {n}");
    }
    let mut problems = found.problems;
    problems.extend(layers::violations(&root).map_err(anyhow::Error::msg)?);
    problems.extend(crates::missing(&root).map_err(anyhow::Error::msg)?);
    for p in &problems {
        println!("{p}");
    }
    if !problems.is_empty() {
        bail!("{} problems", problems.len());
    }
    Ok(())
}

/// Builds gorc for release and returns the path of the executable.
fn release_gorc() -> Result<PathBuf> {
    let root = workspace();
    let status = Command::new(cargo()).args(["build", "--release", "-p", "gorc-cli"]).current_dir(&root).status()?;
    if !status.success() {
        bail!("gorc does not build");
    }
    Ok(target_dir().join("release/gorc"))
}

/// Where cargo puts what it builds.
fn target_dir() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace().join("target"), PathBuf::from)
}

/// The command of real Go, which follows `--go` (else it is the one on PATH), and the other arguments.
fn go_command<'a>(args: &[&'a str]) -> (&'a str, Vec<&'a str>) {
    let Some(i) = args.iter().position(|a| *a == "--go") else { return ("go", args.to_vec()) };
    let go = args.get(i + 1).copied().unwrap_or("go");
    (go, args.iter().enumerate().filter(|(k, _)| *k != i && *k != i + 1).map(|(_, a)| *a).collect())
}

fn cargo() -> std::ffi::OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// The folder with the outside programs: `GORC_CONFORMANCE`, else beside the workspace.
fn conformance_dir() -> Option<PathBuf> {
    let dir = match std::env::var_os("GORC_CONFORMANCE") {
        Some(d) => PathBuf::from(d),
        None => workspace().join("../shared/conformance"),
    };
    dir.join("run").is_file().then_some(dir)
}

fn conformance(args: &[&str]) -> Result<()> {
    let Some(dir) = conformance_dir() else {
        println!("no conformance programs beside the workspace (set GORC_CONFORMANCE): skipped");
        return Ok(());
    };
    let bless = args.contains(&"--bless");
    let tier = args.iter().position(|a| *a == "--tier").and_then(|i| args.get(i + 1)).copied().unwrap_or("");
    let gorc = release_gorc()?;
    let runner = || {
        let mut c = Command::new("python3");
        c.arg(dir.join("run")).arg("--gorc").arg(&gorc).args(["--tier", tier]);
        c
    };
    let listed = runner().arg("--list").output().context("listing the programs")?;
    let all: BTreeSet<String> = String::from_utf8_lossy(&listed.stdout).lines().map(str::to_owned).collect();
    let out = runner().output().context("running the programs")?;
    let text = String::from_utf8_lossy(&out.stdout).into_owned();
    let failed: BTreeSet<String> =
        text.lines().filter_map(|l| l.strip_prefix("FAIL ")).map(|l| l.trim().to_owned()).collect();
    let passed: BTreeSet<String> = all.difference(&failed).cloned().collect();
    println!("{} of {} pass", passed.len(), all.len());
    let list = workspace().join("tests/conformance/programs.txt");
    let verdict = ratchet::compare(&ratchet::read(&list), &all, &passed);
    if bless {
        ratchet::add(&list, &verdict.new)?;
    } else if !verdict.new.is_empty() {
        println!("pass and are not listed (cargo xtask conformance --bless adds them): {}", verdict.new.join(" "));
    }
    if !verdict.broken.is_empty() {
        for case in &verdict.broken {
            let from = text.find(&format!("FAIL {case}\n")).unwrap_or(0);
            let rest = &text[from..];
            let end = rest[1..].find("\nFAIL ").map_or(rest.len(), |e| e + 2);
            println!("{}", &rest[..end]);
        }
        bail!("passed before and do not now: {}", verdict.broken.join(" "));
    }
    Ok(())
}

fn bless() -> Result<()> {
    let status = Command::new(cargo())
        .args(["test", "--workspace"])
        .env("BLESS", "1")
        .env("UPDATE_EXPECT", "1")
        .current_dir(workspace())
        .status()?;
    if !status.success() {
        bail!("tests fail even when blessed");
    }
    println!("read the differences before they are committed");
    book::run(&[])
}

/// Measures the stages of the front end on all of std (`GOROOT`), then those of real Go on the same files.
fn bench_frontend(args: &[&str]) -> Result<()> {
    let (go, _) = go_command(args);
    let ours = |args: &[&str]| {
        let mut c = Command::new(cargo());
        c.args(["run", "-q", "--release", "-p", "gorc-types", "--example", "bench_frontend", "--"]);
        c.args(args).current_dir(workspace());
        c
    };
    println!("gorc:");
    if !ours(&["3"]).status()?.success() {
        bail!("the front end cannot be measured");
    }
    let files = ours(&["--files"]).output()?;
    let dir = go_testkit::TempDir::new("frontend")?;
    let (list, exe) = (dir.path().join("files"), dir.path().join("frontend"));
    std::fs::write(&list, &files.stdout)?;
    let source = workspace().join("xtask/bench/frontend.go");
    let built = Command::new(go).args(["build", "-o"]).arg(&exe).arg(source).env("GO111MODULE", "off").status();
    match built {
        Ok(s) if s.success() => {
            println!("go:");
            Command::new(&exe).stdin(std::fs::File::open(&list)?).status()?;
        }
        _ => println!("no real Go that builds xtask/bench/frontend.go (--go CMD): left out"),
    }
    Ok(())
}

/// Times cold builds of hello and of a TLS server with gorc and, if there is one, with real Go (empty
/// GOCACHE), taken in turns.
fn bench(args: &[&str]) -> Result<()> {
    let (go, _) = go_command(args);
    let gorc = release_gorc()?;
    let dir = go_testkit::TempDir::new("bench")?;
    for (source, rounds) in [("tests/run/hello.go", 3), ("xtask/bench/tls_server.go", 2)] {
        let source = workspace().join(source);
        let name = source.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let (out, cache) = (dir.path().join(&name), dir.path().join("cache"));
        let cold = |tool: &Path| -> Result<Option<Duration>> {
            if cache.exists() {
                std::fs::remove_dir_all(&cache)?;
            }
            let start = Instant::now();
            let status = Command::new(tool)
                .args(["build", "-o"])
                .arg(&out)
                .arg(&source)
                .env("GOCACHE", &cache)
                .env("GOTOOLCHAIN", "local")
                .env("CGO_ENABLED", "0")
                .status();
            Ok(status.is_ok_and(|s| s.success()).then(|| start.elapsed()))
        };
        let (mut ours, mut theirs) = (Duration::MAX, None);
        let mut sizes = [0, 0];
        for _ in 0..rounds {
            let Some(t) = cold(&gorc)? else { bail!("gorc cannot build {name}") };
            ours = ours.min(t);
            sizes[0] = std::fs::metadata(&out)?.len();
            if let Some(t) = cold(Path::new(go))? {
                theirs = Some(theirs.map_or(t, |b: Duration| b.min(t)));
                sizes[1] = std::fs::metadata(&out)?.len();
            }
        }
        println!("{name}, cold build, gorc: {:.0} ms, {} bytes", ours.as_secs_f64() * 1e3, sizes[0]);
        match theirs {
            Some(t) => println!(
                "{name}, cold build, go: {:.0} ms, {} bytes; ratio {:.1}",
                t.as_secs_f64() * 1e3,
                sizes[1],
                t.as_secs_f64() / ours.as_secs_f64()
            ),
            None => println!("no real Go to compare with ({go})"),
        }
    }
    if args.contains(&"--outside") { outside_bench(&gorc, go) } else { Ok(()) }
}

/// The programs of `GORC_BENCH` (else beside the workspace), as both toolchains build them.
fn outside_bench(gorc: &Path, go: &str) -> Result<()> {
    let dir = match std::env::var_os("GORC_BENCH") {
        Some(d) => PathBuf::from(d),
        None => workspace().join("../shared/bench"),
    };
    let compare = dir.join("compare");
    if !compare.is_file() {
        println!("no benchmark programs beside the workspace (set GORC_BENCH): skipped");
        return Ok(());
    }
    let status = Command::new(compare).arg("--a").arg(gorc).arg("--b").arg(go).current_dir(&dir).status()?;
    if !status.success() {
        bail!("the benchmark programs fail");
    }
    Ok(())
}
