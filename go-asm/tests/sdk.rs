//! The standard library's assembly files: equal to what the SDK's assembler makes of them.

mod judge;

use judge::go::{Outcome, Sdk};
use std::path::PathBuf;

fn sdk() -> Option<PathBuf> {
    let env = go_load::sdk::Env::new(std::env::vars());
    Some(go_load::sdk::Sdk::find(&env).ok()?.root)
}

#[test]
fn functions_and_data_are_equal() {
    let Some(root) = sdk() else {
        eprintln!("no SDK: skipped");
        return;
    };
    let scratch = go_testkit::TempDir::new("asm-sdk").expect("a folder");
    let go = Sdk::new(&root);
    let mut sum = Outcome::default();
    for dir in go.std_packages().expect("packages") {
        // The runtime's own is not for others to build: it uses thread-local storage.
        if dir == root.join("src/runtime") || dir.ends_with("internal/runtime/cgo") || dir.ends_with("runtime/cgo") {
            continue;
        }
        sum.add(go.compare(&dir, scratch.path()).unwrap_or_else(|e| panic!("{}: {e}", dir.display())));
    }
    assert_eq!(sum.notes, Vec::<String>::new());
    assert_eq!((sum.equal, sum.equal_data), (sum.functions, sum.data));
    assert!(sum.functions > 200, "only {} functions", sum.functions);
}
