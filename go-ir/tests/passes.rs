//! Runs the files of `testdata/PASS/*.ir`: input, a line `; ----`, and what the pass makes of it.
//! `BLESS=1` rewrites the expected text.

use go_ir::passes::{self, Options, PassId, Verify};
use go_ir::text::{parse::parse, print::function_text};
use go_source::Interner;
use std::path::Path;

/// Printed functions of a text after a pass.
fn apply(pass: PassId, input: &str, file: &Path) -> String {
    let interner = Interner::new();
    let mut prog = parse(input, &interner).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    let print = |prog: &go_ir::Program| -> String {
        (0..prog.funcs.len())
            .filter_map(|i| prog.body(go_ir::FuncId(i as u32)))
            .map(|f| function_text(prog, f))
            .collect()
    };
    // Printing and parsing are inverse, but for numbers of values.
    let once = print(&prog);
    let types: String = input.lines().filter(|l| l.starts_with("type ")).map(|l| format!("{l}\n")).collect();
    let again = parse(&format!("{types}{once}"), &interner).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    assert_eq!(once, print(&again), "{}: text changes when parsed", file.display());
    let disabled = PassId::ALL.into_iter().filter(|p| *p != pass).collect();
    let complaints = passes::run(&mut prog, &Options { disabled, verify: Verify::On, ..Options::default() }).complaints;
    assert!(complaints.is_empty(), "{}: {complaints:?}", file.display());
    print(&prog)
}

#[test]
fn passes_do_what_their_files_say() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
    let mut failures = Vec::new();
    for pass in PassId::ALL {
        let Ok(dir) = std::fs::read_dir(root.join(pass.name())) else { continue };
        for entry in dir.flatten() {
            let file = entry.path();
            if file.extension().is_none_or(|e| e != "ir") {
                continue;
            }
            let text = std::fs::read_to_string(&file).expect("readable");
            let (input, want) = text.split_once("; ----\n").unwrap_or((&text, ""));
            let got = apply(pass, input, &file);
            if got != want {
                if std::env::var_os("BLESS").is_some() {
                    std::fs::write(&file, format!("{input}; ----\n{got}")).expect("writable");
                } else {
                    failures.push(format!("{}:\n{got}", file.display()));
                }
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
