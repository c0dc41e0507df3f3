//! Compares the assembler with others.
//!
//! `compare data FILE...` takes the expected bytes from comments in the files, `compare go SDK FOLDER...`
//! from the SDK's assembler, for the packages in the folders; without folders for the standard library.
//! `compare module SDK FOLDER PACKAGE...` does so for packages that the module in a folder can import.
//! `compare files SDK FILE...` does so for single files.
//! `compare forms SDK [NAME...]` tries combinations of operands for the instructions named, or for all,
//! `compare suffixes SDK [NAME...]` those with suffixes of AVX-512.

#[path = "../tests/judge/mod.rs"]
mod judge;

use judge::go::{Outcome, Sdk};
use std::path::{Path, PathBuf};

fn main() -> Result<(), String> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    match &words[..] {
        ["data", files @ ..] => {
            let (mut right, mut all) = (0, 0);
            for file in files {
                let (good, wrong) = judge::test_data(Path::new(file));
                right += good;
                all += good + wrong.len();
                for w in wrong {
                    println!("{}: {}\n\twant {}\n\tgot  {}", w.place, w.line, w.want, w.got);
                }
            }
            println!("{right} of {all} lines right");
            Ok(())
        }
        ["go", sdk, folders @ ..] => {
            let sdk = Sdk::new(Path::new(sdk));
            let mut dirs: Vec<PathBuf> = folders.iter().map(PathBuf::from).collect();
            if dirs.is_empty() {
                dirs = sdk.std_packages()?;
            }
            packages(&sdk, dirs.iter().map(|d| (d.as_path(), ".")))
        }
        ["module", sdk, folder, names @ ..] => {
            packages(&Sdk::new(Path::new(sdk)), names.iter().map(|n| (Path::new(folder), *n)))
        }
        ["files", root, files @ ..] => {
            let sdk = Sdk::new(Path::new(root));
            let scratch = go_testkit::TempDir::new("asm").map_err(|e| e.to_string())?;
            let mut sum = Outcome::default();
            for file in files.iter().map(Path::new) {
                let dir = file.parent().unwrap_or(file);
                let name = file.file_name().unwrap_or_default().to_string_lossy();
                let text = std::fs::read_to_string(file).map_err(|e| e.to_string())?;
                let outcome = sdk.compare_file(dir, &name, &text, "p", scratch.path())?;
                outcome.notes.iter().for_each(|note| println!("{note}"));
                sum.add(outcome);
            }
            println!("{}", sum.summary());
            Ok(())
        }
        [mode @ ("forms" | "suffixes"), root, names @ ..] => {
            let sdk = Sdk::new(Path::new(root));
            let scratch = go_testkit::TempDir::new("asm").map_err(|e| e.to_string())?;
            let mut all = judge::forms::instructions(Path::new(root));
            if !names.is_empty() {
                all.retain(|n| names.contains(&n.as_str()));
            }
            let mut sum = judge::forms::Tally::default();
            for name in &all {
                let lines =
                    if *mode == "forms" { judge::forms::combinations(name) } else { judge::forms::suffixes(name) };
                if lines.is_empty() {
                    continue;
                }
                let tally = match judge::forms::compare(&sdk, &lines, scratch.path()) {
                    Ok(tally) => tally,
                    Err(e) => {
                        println!("{name}: not compared: {}", e.lines().next().unwrap_or_default());
                        continue;
                    }
                };
                let lists =
                    [("missing", &tally.missing), ("only here", &tally.lenient), ("different", &tally.different)];
                for (what, list) in lists {
                    list.iter().for_each(|line| println!("{what}: {line}"));
                }
                sum.add(tally);
            }
            println!("{}", sum.summary());
            Ok(())
        }
        _ => Err("usage: compare data FILE... | compare go SDK [FOLDER...] | compare forms SDK [NAME...]".into()),
    }
}

/// Compares packages: the folder to look from, and the pattern.
fn packages<'a>(sdk: &Sdk, list: impl Iterator<Item = (&'a Path, &'a str)>) -> Result<(), String> {
    let scratch = go_testkit::TempDir::new("asm").map_err(|e| e.to_string())?;
    let mut sum = Outcome::default();
    for (dir, pattern) in list {
        let name = if pattern == "." { dir.display().to_string() } else { pattern.to_owned() };
        let outcome = sdk
            .compare(dir, pattern, scratch.path())
            .unwrap_or_else(|e| Outcome { notes: vec![format!("{name}: {e}")], ..Outcome::default() });
        println!("{name}: {}", outcome.summary());
        outcome.refusals.iter().for_each(|r| println!("  refused by both: {r}"));
        outcome.notes.iter().for_each(|note| println!("\t{note}"));
        sum.add(outcome);
    }
    println!("{}", sum.summary());
    Ok(())
}
