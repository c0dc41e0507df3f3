//! `cargo xtask asm-modules`: the assembly of public modules, as go-asm and as real Go's assembler make it.
//! Modules come from the module proxy by way of the go command. Judges nothing itself: go-asm's example
//! `compare` does.

use super::{cargo, go_command, target_dir, workspace};
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the comparisons of all modules add up to.
#[derive(Default)]
struct Sum {
    modules: usize,
    packages: usize,
    /// The numbers of `compare`'s last line.
    numbers: [usize; 7],
    differences: usize,
}

/// Compares the modules of `xtask/asm-modules.txt` whose names have one of the words in them, or all.
pub(crate) fn run(args: &[&str]) -> Result<()> {
    let (go, words) = go_command(args);
    let root = output(Command::new(go).args(["env", "GOROOT"]).env("GOTOOLCHAIN", "local"))?;
    let root = PathBuf::from(root.trim());
    let list = std::fs::read_to_string(workspace().join("xtask/asm-modules.txt"))?;
    let modules = list.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#'));
    let compare = example()?;
    let mut sum = Sum::default();
    for module in modules.filter(|m| words.is_empty() || words.iter().any(|w| m.contains(w))) {
        let folder = target_dir().join("asm-modules").join(module.replace(['/', '@'], "+"));
        let packages = fetch(go, module, &folder).with_context(|| module.to_owned())?;
        let mut command = Command::new(&compare);
        command.args(["module".as_ref(), root.as_os_str(), folder.as_os_str()]).args(&packages);
        let text = output(&mut command)?;
        let last = text.lines().last().unwrap_or_default();
        println!("{module}: {} packages, {last}", packages.len());
        text.lines().filter(|l| l.starts_with("  ")).for_each(|l| println!("{l}"));
        for note in text.lines().filter(|l| l.starts_with('\t')) {
            println!("{note}");
            sum.differences += 1;
        }
        let numbers = last.split(|c: char| !c.is_ascii_digit()).filter_map(|n| n.parse::<usize>().ok());
        sum.numbers.iter_mut().zip(numbers).for_each(|(a, b)| *a += b);
        sum.modules += 1;
        sum.packages += packages.len();
    }
    let [equal, functions, _, equal_data, data, files, refused] = sum.numbers;
    println!(
        "{} modules, {} packages, {files} files: {equal} of {functions} functions and {equal_data} of {data} data \
         equal; {refused} files refused by both",
        sum.modules, sum.packages
    );
    if sum.differences > 0 {
        bail!("{} differences", sum.differences);
    }
    Ok(())
}

/// The comparing example of go-asm, built.
fn example() -> Result<PathBuf> {
    let status = Command::new(cargo())
        .args(["build", "-q", "--release", "-p", "gorc-asm", "--example", "compare"])
        .current_dir(workspace())
        .status()?;
    if !status.success() {
        bail!("the comparison does not build");
    }
    Ok(target_dir().join("release/examples/compare"))
}

/// Makes a module in `folder` that requires `module`; the packages of that which have assembly.
fn fetch(go: &str, module: &str, folder: &Path) -> Result<Vec<String>> {
    let command = |args: &[&str]| {
        let mut c = Command::new(go);
        c.args(args).current_dir(folder).env("GOTOOLCHAIN", "local").env("GOFLAGS", "-mod=mod");
        c.env("GOOS", "linux").env("GOARCH", "amd64").env("CGO_ENABLED", "0");
        c
    };
    std::fs::create_dir_all(folder)?;
    let (path, version) = module.split_once('@').context("no version")?;
    if !folder.join("go.mod").exists() {
        std::fs::write(folder.join("go.mod"), "module compare\n")?;
        // Some packages of a module may need what nobody has any more: the others count.
        let all = format!("{path}/...@{version}");
        if output(&mut command(&["get", &all])).is_err() {
            output(&mut command(&["get", module]))?;
        }
    }
    let list =
        output(&mut command(&["list", "-e", "-f", "{{if .SFiles}}{{.ImportPath}}{{end}}", &format!("{path}/...")]))?;
    Ok(list.lines().map(str::to_owned).collect())
}

fn output(command: &mut Command) -> Result<String> {
    let out = command.output().with_context(|| format!("{command:?}"))?;
    if !out.status.success() {
        bail!("{command:?}: {}", String::from_utf8_lossy(&out.stderr));
    }
    Ok(String::from_utf8_lossy(&out.stdout).into_owned())
}
