//! What comes from the overlay: packages and files must be listed in OVERLAY.md, which only shrinks.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

#[test]
fn everything_from_the_overlay_is_listed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let list = std::fs::read_to_string(root.join("go-rt/overlay/OVERLAY.md")).expect("OVERLAY.md can be read");
    let out = Command::new(env!("CARGO_BIN_EXE_gorc"))
        .args(["build", "-debug-overlay", "std"])
        .output()
        .expect("gorc runs");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let mut package = String::new();
    let mut missing = BTreeSet::new();
    let mut found = 0;
    for line in String::from_utf8_lossy(&out.stdout).lines() {
        match line.strip_prefix('\t') {
            None => package = line.split(' ').next().unwrap_or_default().to_owned(),
            Some(entry) => {
                let Some(file) = entry.strip_prefix("+ ") else { continue };
                found += 1;
                if !list.contains(file) || !list.contains(&package) {
                    missing.insert(format!("{package}/{file}"));
                }
            }
        }
    }
    assert!(found > 0, "the overlay is not used at all");
    assert!(missing.is_empty(), "not in OVERLAY.md: {missing:?}");
}
