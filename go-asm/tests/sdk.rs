//! The standard library's assembly files: equal to what the SDK's assembler makes of them.

mod judge;

use judge::go::{Outcome, Sdk};
use std::path::PathBuf;

fn sdk() -> Option<PathBuf> {
    let env = go_load::sdk::Env::new(std::env::vars());
    let root = go_load::sdk::Sdk::find(&env).ok()?.root;
    Sdk::new(&root).has_tools().then_some(root)
}

#[test]
fn functions_and_data_are_equal() {
    let Some(root) = sdk() else {
        eprintln!("no SDK with its tools: skipped");
        return;
    };
    let scratch = go_testkit::TempDir::new("asm-sdk").expect("a folder");
    let go = Sdk::new(&root);
    let mut sum = Outcome::default();
    for dir in go.std_packages().expect("packages") {
        sum.add(go.compare(&dir, ".", scratch.path()).unwrap_or_else(|e| panic!("{}: {e}", dir.display())));
    }
    assert_eq!(sum.notes, Vec::<String>::new());
    assert_eq!((sum.equal, sum.equal_data), (sum.functions, sum.data));
    assert!(sum.functions > 350, "only {} functions", sum.functions);
}

/// Operands for the instructions that programs use most: both assemblers take and refuse the same.
#[test]
fn combinations_of_operands_are_equal() {
    let Some(root) = sdk() else {
        eprintln!("no SDK with its tools: skipped");
        return;
    };
    let scratch = go_testkit::TempDir::new("asm-forms").expect("a folder");
    let go = Sdk::new(&root);
    let names = "ADDQ CMPL SHLQ LEAQ BTL MOVWLZX MOVL VMOVDQU VPADDQ VADDPD VPBROADCASTB PEXTRQ KMOVW VCVTSI2SDQ";
    let lines: Vec<String> = names.split(' ').flat_map(judge::forms::combinations).collect();
    let tally = judge::forms::compare(&go, &lines, scratch.path()).expect("the SDK's assembler");
    assert_eq!((tally.missing, tally.lenient, tally.different), (vec![], vec![], vec![]));
    assert!(tally.equal > 500, "only {}", tally.equal);
    let lines: Vec<String> = "VADDPD VPTERNLOGQ VCVTSD2SIQ".split(' ').flat_map(judge::forms::suffixes).collect();
    let tally = judge::forms::compare(&go, &lines, scratch.path()).expect("the SDK's assembler");
    assert_eq!((tally.missing, tally.lenient, tally.different), (vec![], vec![], vec![]));
    assert!(tally.equal > 20, "only {}", tally.equal);
}
