//! Laws of parser and printer on generated programs.

mod laws;
#[path = "laws/program.rs"]
mod program;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use std::process::Command;

#[test]
fn body_stays_on_its_line_after_a_header_that_went_on_to_others() {
    let text = "package p\n\nvar x = func(p struct { x int; y int }) int { return 1 }\n";
    let want = "package p\n\nvar x = func(p struct {\n\tx int\n\ty int\n}) int { return 1 }\n";
    assert_eq!(go_ast::format(text.as_bytes()).expect("no errors"), want);
}

/// Differential: skipped without an SDK (`GOROOT`).
#[test]
fn layout_is_that_of_gofmt() {
    let gofmt = std::env::var_os("GOROOT").map(|r| std::path::PathBuf::from(r).join("bin/gofmt"));
    let Some(gofmt) = gofmt.filter(|g| g.is_file()) else {
        eprintln!("skipped: no gofmt (set GOROOT)");
        return;
    };
    let dir = std::env::temp_dir().join(format!("gorc-layout-{}", std::process::id()));
    std::fs::create_dir_all(&dir).expect("folder");
    let count: usize = std::env::var("PROPTEST_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(400);
    let mut runner = TestRunner::deterministic();
    let programs: Vec<String> =
        (0..count).map(|_| program::program().new_tree(&mut runner).expect("program").current()).collect();
    for (i, text) in programs.iter().enumerate() {
        std::fs::write(dir.join(format!("{i}.go")), text).expect("written");
    }
    // It reports files with errors and formats the others.
    let out = Command::new(gofmt).arg("-w").arg(&dir).output().expect("gofmt runs");
    let refused = String::from_utf8_lossy(&out.stderr).into_owned();
    let mut differences = Vec::new();
    for (i, text) in programs.iter().enumerate() {
        let wanted = std::fs::read_to_string(dir.join(format!("{i}.go"))).expect("readable");
        let refused = refused.contains(&format!("/{i}.go:"));
        match go_ast::format(text.as_bytes()) {
            Ok(_) if refused => {} // go/parser checks more than gc's parser
            Ok(got) if got == wanted => {}
            Ok(got) => differences.push(format!("{text}\n---- ours\n{got}\n---- gofmt's\n{wanted}")),
            Err(_) if refused => {}
            Err(e) => differences.push(format!("{text}\n---- {}", e[0].message)),
        }
    }
    let _ = std::fs::remove_dir_all(&dir);
    differences.sort_by_key(String::len);
    assert!(differences.is_empty(), "{} of {count} differ:\n{}", differences.len(), differences[0]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn programs_parse_and_their_layout_is_stable(text in program::program()) {
        laws::check_tree(text.as_bytes());
        laws::check_format(text.as_bytes());
    }

    #[test]
    fn cut_programs_never_panic(text in program::program(), at in any::<prop::sample::Index>(), n in 0..20usize) {
        let at = at.index(text.len());
        let end = (at + n).min(text.len());
        let cut = [&text.as_bytes()[..at], &text.as_bytes()[end..]].concat();
        laws::check_tree(&cut);
        laws::check_format(&cut);
    }
}
