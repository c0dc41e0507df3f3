//! The SDK's test data for its assembler: expected bytes are in the comments.

mod judge;

use std::path::PathBuf;

fn sdk() -> Option<PathBuf> {
    let env = go_load::sdk::Env::new(std::env::vars());
    Some(go_load::sdk::Sdk::find(&env).ok()?.root)
}

/// Files for amd64 that have bytes in comments.
fn files(root: &std::path::Path) -> Vec<PathBuf> {
    let dir = root.join("src/cmd/asm/internal/asm/testdata");
    let mut files: Vec<PathBuf> = ["amd64.s", "amd64enc.s", "amd64enc_extra.s"].iter().map(|f| dir.join(f)).collect();
    for entry in std::fs::read_dir(dir.join("avx512enc")).into_iter().flatten().flatten() {
        files.push(entry.path());
    }
    files.sort();
    files
}

#[test]
fn all_lines_are_right() {
    let Some(root) = sdk() else {
        eprintln!("no SDK: skipped");
        return;
    };
    let mut right = 0;
    let mut problems = Vec::new();
    for file in files(&root) {
        let (good, wrong) = judge::test_data(&file);
        right += good;
        problems.extend(wrong.into_iter().map(|w| format!("{}: {}: want {}, got {}", w.place, w.line, w.want, w.got)));
    }
    assert_eq!(problems, Vec::<String>::new());
    assert!(right > 25_000, "only {right} lines have expected bytes");
}

#[test]
fn wrong_lines_are_refused() {
    let Some(root) = sdk() else {
        eprintln!("no SDK: skipped");
        return;
    };
    let (right, wrong) = judge::test_errors(&root.join("src/cmd/asm/internal/asm/testdata/amd64error.s"));
    let problems: Vec<String> =
        wrong.into_iter().map(|w| format!("{}: {}: want {}, got {}", w.place, w.line, w.want, w.got)).collect();
    assert_eq!(problems, Vec::<String>::new());
    assert!(right > 100, "only {right} lines");
}
