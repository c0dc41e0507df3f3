//! The programs of `testdata`: their listings, and the messages for wrong sources.
//!
//! `UPDATE_EXPECT=1` writes the listings anew.

mod judge;

use go_asm::{Object, Reloc};
use std::fmt::Write;
use std::path::{Path, PathBuf};

fn testdata() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata")
}

fn relocs(out: &mut String, relocs: &[Reloc]) {
    for r in relocs {
        let _ = writeln!(out, "    {:#x} {:?} {}{:+}", r.offset, r.kind, r.target, r.addend);
    }
}

fn hex(out: &mut String, bytes: &[u8]) {
    for (i, line) in bytes.chunks(16).enumerate() {
        let _ = write!(out, "    {:04x}", i * 16);
        line.iter().for_each(|b| out.push_str(&format!(" {b:02x}")));
        out.push('\n');
    }
}

fn listing(object: &Object) -> String {
    let mut out = String::new();
    for t in &object.texts {
        let _ = write!(out, "text {} flags {} frame {} stack {}", t.symbol, t.flags.0, t.frame, t.stack);
        let _ =
            writeln!(out, " args {:?} align {} bp {} calls {} sp {}", t.args, t.align, t.saves_bp, t.calls, t.sets_sp);
        let lines: Vec<String> = t.lines.iter().map(|l| format!("{:x}:{}", l.offset, l.line)).collect();
        let _ = writeln!(out, "    lines {}", lines.join(" "));
        hex(&mut out, &t.code);
        relocs(&mut out, &t.relocs);
    }
    for d in &object.data {
        let _ = writeln!(out, "data {} flags {} size {} align {}", d.symbol, d.flags.0, d.size, d.align);
        hex(&mut out, &d.bytes);
        relocs(&mut out, &d.relocs);
    }
    out
}

fn programs() -> Vec<PathBuf> {
    let files = std::fs::read_dir(testdata()).expect("testdata").flatten().map(|e| e.path());
    let mut files: Vec<PathBuf> = files.filter(|p| p.extension().is_some_and(|e| e == "s")).collect();
    files.sort();
    files
}

#[test]
fn listings() {
    let dir = testdata();
    assert!(programs().len() > 4);
    for file in programs() {
        let text = std::fs::read_to_string(&file).expect("a program");
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let object = judge::run(&name, &text, "p", &[&dir]).unwrap_or_else(|e| panic!("{name}: {e:?}"));
        let got = listing(&object);
        let want_file = file.with_extension("want");
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            std::fs::write(&want_file, &got).expect("writing a listing");
        }
        let want = std::fs::read_to_string(&want_file).unwrap_or_default();
        assert_eq!(got, want, "{name}");
    }
}

/// The programs are what the SDK's assembler makes of them, too.
#[test]
fn listings_are_the_sdk_s() {
    let env = go_load::sdk::Env::new(std::env::vars());
    let Ok(sdk) = go_load::sdk::Sdk::find(&env) else {
        eprintln!("no SDK: skipped");
        return;
    };
    let scratch = go_testkit::TempDir::new("asm-files").expect("a folder");
    let sdk = judge::go::Sdk::new(&sdk.root);
    if !sdk.has_tools() {
        eprintln!("no SDK with its tools: skipped");
        return;
    }
    for file in programs() {
        let text = std::fs::read_to_string(&file).expect("a program");
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let outcome = sdk.compare_file(&testdata(), &name, &text, "p", scratch.path()).expect("the SDK's assembler");
        assert_eq!(outcome.notes, Vec::<String>::new());
        assert!(outcome.functions > 0);
    }
}

#[test]
fn messages() {
    let text = std::fs::read_to_string(testdata().join("errors.txt")).expect("errors.txt");
    let mut cases = 0;
    let mut problems = String::new();
    for case in text.split("\n\n").skip(1) {
        let (wants, source): (Vec<&str>, Vec<&str>) = case.trim_end().lines().partition(|l| l.starts_with("> "));
        let source = source.join("\n") + "\n";
        let want: String = wants.iter().map(|w| format!("{}\n", &w[2..])).collect();
        let got: String = match judge::run("e.s", &source, "p", &[]) {
            Ok(_) => "no error\n".into(),
            Err(errors) => errors.iter().map(|e| format!("{}: {}\n", e.line, e.message)).collect(),
        };
        cases += 1;
        if got != want {
            let _ = writeln!(problems, "{source}want\n{want}got\n{got}");
        }
    }
    assert!(cases > 15);
    assert!(problems.is_empty(), "{problems}");
}
