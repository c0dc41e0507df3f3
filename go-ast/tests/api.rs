//! What comes with the tree: directives of declarations, language versions, `//line`, positions.

use go_ast::{DeclKind, ParseMode, Parsed, expr_string, parse, start_pos};
use go_source::{Interner, SourceMap};

fn parsed(text: &str) -> (Parsed, Interner, SourceMap) {
    let mut sources = SourceMap::new();
    let id = sources.add("dir/a.go".to_owned(), text.as_bytes().into()).expect("fits");
    let interner = Interner::new();
    let file = sources.file(id).clone();
    let p = parse(id, file.base, &file.text, &interner, ParseMode::default());
    file.set_line_directives(p.line_directives_for(&file.name));
    (p, interner, sources)
}

#[test]
fn directives_belong_to_the_next_declaration() {
    let (p, _, _) = parsed(
        "//go:build go1.21\n\npackage p\n\n//go:noinline\n// doc\n//go:nosplit\nfunc f() {}\n\nfunc g() {}\n\n//go:embed x\nvar (\n\ta = 1\n)\n",
    );
    assert_eq!(p.file.go_version, Some((1, 21)));
    let verbs = |i: usize| -> Vec<&str> { p.file.directives_of(p.file.decls[i]).iter().map(|d| &*d.text).collect() };
    assert_eq!(verbs(0), ["go:noinline", "go:nosplit"]);
    assert!(verbs(1).is_empty());
    let messages: Vec<_> = p.diagnostics.iter().map(|d| d.message.as_str()).collect();
    assert_eq!(messages, ["misplaced go:embed directive"]);
}

#[test]
fn misplaced_directives_on_declarations_are_late() {
    let (p, _, _) = parsed("package p\n\n//go:noinline\ntype t int\n");
    assert!(p.diagnostics.is_empty());
    assert_eq!(p.late_diagnostics[0].message, "misplaced compiler directive");
}

#[test]
fn line_directives_move_positions() {
    let (p, _, sources) =
        parsed("package p\n//line b.go:10\nvar x = )\n/*line :20:5*/var y = )\n//line /abs/c.go:1\nvar z = )\n");
    let shown: Vec<String> = p
        .diagnostics
        .iter()
        .map(|d| sources.location(d.span.lo))
        .map(|l| format!("{}:{}:{}", l.file, l.line, l.column))
        .collect();
    assert_eq!(shown, ["dir/b.go:10:0", "dir/b.go:20:13", "/abs/c.go:1:0"]);
}

#[test]
fn positions_are_those_of_gc() {
    let (p, interner, sources) = parsed("package p\n\nvar x = a.b(c)[d] + e{}.f\n");
    let DeclKind::Var { values, .. } = &p.file.decl(p.file.decls[0]).kind else { panic!() };
    let sum = p.file.expr(values[0]);
    assert_eq!(sources.location(sum.pos).column, 19);
    assert_eq!(sources.location(start_pos(&p.file, values[0])).column, 9);
    assert_eq!(expr_string(&p.file, &interner, values[0]), "a.b(c)[d] + e{}.f");
}
