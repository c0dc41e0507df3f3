//! What holds for the text form of any IR. Used by property tests and by `fuzz/`.

use go_ir::text::parse::parse;
use go_ir::text::print::function_text;
use go_ir::{FuncId, Program};
use go_source::Interner;

fn print(prog: &Program) -> String {
    (0..prog.funcs.len()).filter_map(|i| prog.body(FuncId(i as u32))).map(|f| function_text(prog, f)).collect()
}

/// Parses `text`; if that succeeds, printing and parsing again changes nothing. Whether it succeeded.
pub(crate) fn check(text: &str) -> bool {
    let interner = Interner::new();
    let Ok(prog) = parse(text, &interner) else { return false };
    let once = print(&prog);
    let types: String = text.lines().filter(|l| l.trim().starts_with("type ")).map(|l| format!("{l}\n")).collect();
    let again = parse(&format!("{types}{once}"), &interner).unwrap_or_else(|e| panic!("{e}\n{once}"));
    assert_eq!(once, print(&again), "text changes when parsed");
    true
}
