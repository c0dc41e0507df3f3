//! Judges by which the assembler is tested: the expected bytes in comments of the SDK's test data, and
//! the SDK's own assembler.

#![allow(dead_code, reason = "each user takes what it needs")]

use go_asm::{Arch, Diagnostic, Object, Options, Source, assemble};
use std::path::Path;

/// A line of test data that came out wrong.
pub(crate) struct Wrong {
    /// File and line.
    pub(crate) place: String,
    /// The instruction.
    pub(crate) line: String,
    /// Expected bytes.
    pub(crate) want: String,
    /// Bytes, or the error.
    pub(crate) got: String,
}

/// Assembles one file with textflag.h and whatever else is in `folders`.
pub(crate) fn run(name: &str, text: &str, package: &str, folders: &[&Path]) -> Result<Object, Vec<Diagnostic>> {
    let include = |_: &str, name: &str| folders.iter().find_map(|f| std::fs::read_to_string(f.join(name)).ok());
    let defines = [("GOOS_linux", "1"), ("GOARCH_amd64", "1"), ("GOAMD64_v1", "1")];
    let options = Options { package, arch: Arch::Amd64, defines: &defines, include: &include };
    assemble(&[Source { name, text }], &options)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// Checks the lines of a file that have expected bytes; the number of right ones and the wrong ones.
pub(crate) fn test_data(path: &Path) -> (usize, Vec<Wrong>) {
    let text = std::fs::read_to_string(path).expect("test data");
    let name = path.file_name().expect("a file").to_string_lossy();
    let mut right = 0;
    let mut wrong = Vec::new();
    for (i, line) in text.lines().enumerate() {
        let Some((instruction, comment)) = line.split_once("//") else { continue };
        let instruction = instruction.trim();
        let wants: Vec<&str> = comment.trim().split(" or ").collect();
        let is_hex = |s: &&str| s.len() >= 2 && s.len().is_multiple_of(2) && s.bytes().all(|b| b.is_ascii_hexdigit());
        if instruction.is_empty() || !wants.iter().all(is_hex) {
            continue;
        }
        let source = format!("TEXT t(SB), 516, $0\n{instruction}\n");
        let got = match run("t.s", &source, "p", &[]) {
            Ok(object) => hex(&object.texts[0].code),
            Err(errors) => errors[0].to_string(),
        };
        if wants.contains(&got.as_str()) {
            right += 1;
        } else {
            wrong.push(Wrong {
                place: format!("{name}:{}", i + 1),
                line: instruction.to_owned(),
                want: comment.trim().to_owned(),
                got,
            });
        }
    }
    (right, wrong)
}

/// Checks the lines of a file that must be refused; the number of right ones and the wrong ones.
pub(crate) fn test_errors(path: &Path) -> (usize, Vec<Wrong>) {
    let text = std::fs::read_to_string(path).expect("test data");
    let name = path.file_name().expect("a file").to_string_lossy();
    let mut right = 0;
    let mut wrong = Vec::new();
    for (i, line) in text.lines().enumerate() {
        let Some((instruction, want)) = line.split_once("// ERROR \"") else { continue };
        let (instruction, want) = (instruction.trim(), want.trim().trim_end_matches('"'));
        let source = format!("TEXT t(SB), 516, $0\n{instruction}\n");
        let got = match run("t.s", &source, "p", &[]) {
            Ok(object) => hex(&object.texts[0].code),
            Err(errors) => errors[0].to_string(),
        };
        if got.contains(want) {
            right += 1;
        } else {
            let (place, line) = (format!("{name}:{}", i + 1), instruction.to_owned());
            wrong.push(Wrong { place, line, want: want.to_owned(), got });
        }
    }
    (right, wrong)
}

pub(crate) mod forms;
pub(crate) mod go;
