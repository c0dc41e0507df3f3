//! `cargo xtask std-status`: how far each package of the standard library gets.
//!
//! Every package is checked. Those that programs may import are also compiled in a program that refers to
//! all their exported functions and types (with the methods, which reflect may call), and that program runs.

use anyhow::{Context, Result, bail};
use go_testkit::TempDir;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A package as `gorc build -debug-overlay` lists it.
#[derive(Debug, PartialEq, Eq)]
struct Package {
    path: String,
    files: Vec<PathBuf>,
}

/// How far a package got.
enum Status {
    Runs,
    Checks,
    Fails { at: &'static str, why: String },
}

/// Runs the command: all packages, or those whose paths hold one of the words.
pub(crate) fn run(words: &[&str]) -> Result<()> {
    let gorc = crate::release_gorc()?;
    let listing = Command::new(&gorc).args(["build", "-debug-overlay", "std"]).output()?;
    if !listing.status.success() {
        bail!("gorc build -debug-overlay std:\n{}", String::from_utf8_lossy(&listing.stderr));
    }
    let mut packages = packages(&String::from_utf8_lossy(&listing.stdout));
    packages.retain(|p| words.is_empty() || words.iter().any(|w| p.path.contains(w)));
    packages.sort_by(|a, b| a.path.cmp(&b.path));
    let dir = TempDir::new("std-status")?;
    let (mut runs, mut checks, mut failed) = (0, 0, 0);
    for p in &packages {
        match status(&gorc, p, dir.path())? {
            Status::Runs => runs += 1,
            Status::Checks => checks += 1,
            Status::Fails { at, why } => {
                failed += 1;
                println!("{:<32} {at}: {}", p.path, why.trim_end().replace('\n', "\n    "));
            }
        }
    }
    println!("{} packages: {runs} compile and run, {checks} (internal) check, {failed} fail", packages.len());
    if failed > 0 {
        bail!("{failed} packages fail");
    }
    Ok(())
}

/// Reads the listing: a line with path, name, version and folder, then a line for each file.
fn packages(listing: &str) -> Vec<Package> {
    let mut out: Vec<Package> = Vec::new();
    let mut folder = Path::new("");
    for line in listing.lines() {
        if let Some(file) = line.strip_prefix('\t') {
            if let Some(p) = out.last_mut() {
                p.files.push(folder.join(file.trim_start_matches('+').trim()));
            }
        } else if let Some((path, rest)) = line.split_once(" (") {
            folder = Path::new(rest.rsplit(' ').next().unwrap_or_default());
            out.push(Package { path: path.to_owned(), files: Vec::new() });
        }
    }
    // Some folders hold only tests.
    out.retain(|p| p.path != "unsafe" && p.path != "builtin" && !p.files.is_empty());
    out
}

fn status(gorc: &Path, p: &Package, dir: &Path) -> Result<Status> {
    let vendored = p.path.starts_with("vendor/");
    if !vendored {
        let checked = Command::new(gorc).args(["check", &p.path]).output()?;
        if !checked.status.success() {
            return Ok(fails("check", &checked));
        }
    }
    if vendored || p.path.split('/').any(|e| e == "internal") {
        return Ok(Status::Checks);
    }
    let mut sources = Vec::new();
    for f in &p.files {
        // The overlay's own files are not in the folder; what they define is reached from the others.
        if let Ok(text) = std::fs::read_to_string(f) {
            sources.push(text);
        }
    }
    let main = dir.join("main.go");
    let exe = dir.join("program");
    std::fs::write(&main, program(&p.path, &sources)).with_context(|| main.display().to_string())?;
    let built = Command::new(gorc).args(["build", "-o"]).arg(&exe).arg(&main).output()?;
    if !built.status.success() {
        return Ok(fails("build", &built));
    }
    let ran = Command::new(&exe).output()?;
    Ok(if ran.status.success() { Status::Runs } else { fails("run", &ran) })
}

fn fails(at: &'static str, out: &Output) -> Status {
    let text = String::from_utf8_lossy(&out.stderr);
    let lines: Vec<&str> = text.lines().take(6).collect();
    Status::Fails { at, why: lines.join("\n") }
}

/// A program that refers to what a package exports.
fn program(path: &str, sources: &[String]) -> String {
    let mut functions = Vec::new();
    let mut types = Vec::new();
    let mut in_comment = false;
    for line in sources.iter().flat_map(|s| s.lines()) {
        in_comment |= line.starts_with("/*");
        if in_comment {
            in_comment = !line.contains("*/");
            continue;
        }
        if let Some(name) = line.strip_prefix("func ").and_then(|rest| exported(rest, '(')) {
            functions.push(name);
        } else if let Some(name) = line.strip_prefix("type ").and_then(|rest| exported(rest, ' ')) {
            // Interfaces may be constraints, and have no methods of their own.
            if !line.contains(" interface") {
                types.push(name);
            }
        }
    }
    let mut list: Vec<String> = functions.iter().map(|f| format!("\tp.{f},\n")).collect();
    list.extend(types.iter().map(|t| format!("\t(*p.{t})(nil),\n")));
    list.sort_unstable();
    list.dedup();
    let name = if list.is_empty() { "_" } else { "p" };
    // A method found by its number makes all exported methods of these types reachable. Package time is
    // there for time/tzdata, which does not link without it (with real Go neither).
    format!(
        "package main\n\nimport (\n\t{name} \"{path}\"\n\t\"reflect\"\n\t_ \"time\"\n)\n\nvar table = []any{{\n{}}}\n\n\
         func main() {{\n\tfor _, x := range table {{\n\t\tv := reflect.ValueOf(x)\n\
         \t\tif v.Kind() == reflect.Func && v.Pointer() == 0 {{\n\t\t\tpanic(\"a function without code\")\n\t\t}}\n\
         \t\tfor i := range v.NumMethod() {{\n\t\t\t_ = v.Method(i)\n\t\t}}\n\t}}\n}}\n",
        list.concat()
    )
}

/// The exported name that a declaration starts with, if `end` follows it: not so in generic ones.
fn exported(rest: &str, end: char) -> Option<&str> {
    let len = rest.find(|c: char| !c.is_alphanumeric() && c != '_')?;
    let (name, after) = rest.split_at(len);
    (name.starts_with(|c: char| c.is_uppercase()) && after.starts_with(end)).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listings_are_read() {
        let text = "a/b (b) go1.27 /go/src/a/b\n\t  x.go\n\t+ y.go\nunsafe (unsafe) go1.27 /go/src/unsafe\n";
        let files = vec![PathBuf::from("/go/src/a/b/x.go"), PathBuf::from("/go/src/a/b/y.go")];
        assert_eq!(packages(text), [Package { path: "a/b".into(), files }]);
    }

    #[test]
    fn exported_and_not_generic() {
        let source = "func F(x int) {\nfunc G[T any]() {\nfunc h() {\ntype T struct {\ntype U[P any] int\n\
                      type C interface {\n/*\nfunc V() {\n*/\n"
            .to_owned();
        let text = program("a/b", &[source]);
        assert!(text.contains("\tp.F,\n") && text.contains("\t(*p.T)(nil),\n"));
        assert!(!text.contains("p.G") && !text.contains("p.h") && !text.contains("p.U"));
        assert!(!text.contains("p.C") && !text.contains("p.V"));
    }
}
