//! What comes from the overlay: exactly what OVERLAY.md lists.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

#[test]
fn files_from_the_overlay_are_those_listed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let text = std::fs::read_to_string(root.join("go-rt/overlay/OVERLAY.md")).expect("OVERLAY.md can be read");
    let (_, section) = text.split_once("\n## Files\n").expect("OVERLAY.md has a list of files");
    let block = section.split("```").nth(1).expect("the list stands between fences");
    let listed: BTreeSet<String> = block.lines().filter(|l| !l.is_empty()).map(str::to_owned).collect();

    let out =
        Command::new(env!("CARGO_BIN_EXE_gorc")).args(["build", "-debug-overlay", "std"]).output().expect("gorc runs");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let mut package = String::new();
    let mut found = BTreeSet::new();
    for line in String::from_utf8_lossy(&out.stdout).lines() {
        match line.strip_prefix('\t') {
            None => package = line.split(' ').next().unwrap_or_default().to_owned(),
            Some(entry) if entry.starts_with(['+', '=']) => {
                found.insert(format!("{package} {entry}"));
            }
            Some(_) => {}
        }
    }
    let more: Vec<&String> = found.difference(&listed).collect();
    assert!(more.is_empty(), "from the overlay, but not in OVERLAY.md: {more:?}");
    let gone: Vec<&String> = listed.difference(&found).collect();
    assert!(gone.is_empty(), "in OVERLAY.md, but no longer used: {gone:?}");
}
