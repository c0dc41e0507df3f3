use super::*;

fn ctx() -> BuildContext {
    BuildContext::new(Os::Linux, Arch::Amd64)
}

fn selected(src: &str) -> bool {
    matches_header(&ctx(), &[], src.as_bytes()).unwrap().selected
}

fn fails(src: &str) -> String {
    matches_header(&ctx(), &[], src.as_bytes()).unwrap_err().to_string()
}

#[test]
fn names_select_by_system_and_architecture() {
    let c = ctx();
    for good in [
        "a.go",
        "linux.go",
        "amd64.go",
        "a_linux.go",
        "a_amd64.go",
        "a_linux_amd64.go",
        "a_linux_test.go",
        "a_b.go",
        "a_linux_b.go",
        "windows_x.go",
        "a_unix.go",
        "a.windows.go",
        "_x_linux.go",
    ] {
        assert!(c.matches_name(good), "{good}");
    }
    for bad in [
        "a_windows.go",
        "a_arm64.go",
        "a_windows_amd64.go",
        "a_linux_arm64.go",
        "a_windows_test.go",
        "a_amd64_windows.go",
        "a_js_wasm.go",
        "a_plan9.s",
    ] {
        assert!(!c.matches_name(bad), "{bad}");
    }
}

#[test]
fn expressions_follow_precedence_and_tags() {
    assert!(selected("//go:build linux && amd64\n\npackage p"));
    assert!(selected("//go:build !windows || nope\n\npackage p"));
    assert!(!selected("//go:build (linux || darwin) && !amd64\n\npackage p"));
    assert!(selected("//go:build unix && gc && go1.27 && !go1.28\n\npackage p"));
    assert!(!selected("//go:build cgo\n\npackage p"));
    assert!(selected("//go:build goexperiment.jsonv2 && goexperiment.regabiargs && amd64.v1\n\npackage p"));
    assert!(!selected("//go:build goexperiment.arenas\n\npackage p"));
    assert!(!selected("//go:build ignore\n\npackage p"));
}

#[test]
fn tags_for_one_package_hold_there_only() {
    let src = b"//go:build purego\n\npackage p";
    assert!(matches_header(&ctx(), &["purego"], src).unwrap().selected);
    assert!(!matches_header(&ctx(), &[], src).unwrap().selected);
}

#[test]
fn old_lines_count_only_without_a_new_one_and_before_a_blank_line() {
    assert!(!selected("// +build windows\n\npackage p"));
    assert!(selected("// +build windows\npackage p"));
    assert!(selected("// +build linux darwin\n// +build !arm64\n\npackage p"));
    assert!(!selected("// +build linux,arm64\n\npackage p"));
    assert!(selected("//go:build linux\n// +build windows\n\npackage p"));
    assert!(selected("// +buildwindows\n\npackage p"));
}

#[test]
fn a_line_inside_a_block_comment_or_after_the_clause_is_text() {
    assert!(selected("/*\n//go:build windows\n*/\n\npackage p"));
    assert!(selected("package p\n\n//go:build windows\n"));
    assert!(!selected("/* x */\n//go:build windows\n\npackage p"));
    assert!(!selected("\u{feff}//go:build windows\n\npackage p"));
}

#[test]
fn malformed_lines_are_told_as_go_tells_them() {
    assert_eq!(fails("//go:build linux &&\n\npackage p"), "parsing //go:build line: unexpected end of expression");
    assert_eq!(fails("//go:build a b\n\npackage p"), "parsing //go:build line: unexpected token b");
    assert_eq!(fails("//go:build (a\n\npackage p"), "parsing //go:build line: missing close paren");
    assert_eq!(fails("//go:build !!a\n\npackage p"), "parsing //go:build line: double negation not allowed");
    assert_eq!(fails("//go:build a & b\n\npackage p"), "parsing //go:build line: invalid syntax at &");
    assert_eq!(fails("//go:build a,b\n\npackage p"), "parsing //go:build line: invalid syntax at ,");
    assert_eq!(fails("//go:build a\n//go:build b\n\npackage p"), "multiple //go:build comments");
}

#[test]
fn go_version_is_the_least_that_the_structure_implies() {
    let v = |s: &str| parse(s).unwrap().go_version();
    assert_eq!(v("linux && go1.22"), Some(22));
    assert_eq!(v("(linux && go1.22) || (windows && go1.20)"), Some(20));
    assert_eq!(v("linux || (windows && go1.22)"), None);
    assert_eq!(v("!go1.22"), None);
    assert_eq!(v("go1"), Some(0));
    assert_eq!(v("!(!go1.5 || !linux)"), Some(5));
}

#[test]
fn experiments_change_tags_and_unknown_ones_are_refused() {
    let mut c = ctx();
    c.set_experiments("nojsonv2,arenas").unwrap();
    assert!(!c.has_tag("goexperiment.jsonv2", &[]) && c.has_tag("goexperiment.arenas", &[]));
    assert_eq!(c.set_experiments("zzz").unwrap_err().to_string(), "unknown GOEXPERIMENT zzz");
}
