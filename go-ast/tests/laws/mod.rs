//! What holds for the tree and the canonical layout of any text. Used by property tests and by `fuzz/`.

use go_ast::visit::{Child, Walk, walk};
use go_ast::{Comments, ParseMode, Parsed, check_all_branches, parse};
use go_source::{Interner, Pos, SourceMap};

/// Parses `text` in both modes: positions lie inside the file, and walking the tree ends.
pub(crate) fn check_tree(text: &[u8]) {
    for comments in [Comments::Skip, Comments::Keep] {
        let mut sources = SourceMap::new();
        let id = sources.add("x.go".to_owned(), text.into()).expect("fits");
        let base = sources.file(id).base;
        let interner = Interner::new();
        let parsed = parse(id, base, text, &interner, ParseMode { comments, ..ParseMode::default() });
        let file = sources.file(id);
        file.set_line_directives(parsed.line_directives_for(&file.name));
        let branches = check_all_branches(&parsed, &interner, &sources);
        let end = base.offset(text.len() as u32);
        let inside = |p: Pos| base <= p && p <= end;
        for d in parsed.diagnostics.iter().chain(&parsed.late_diagnostics).chain(&branches) {
            assert!(inside(d.span.lo), "{}: outside the file", d.message);
            sources.location(d.span.lo);
        }
        check_nodes(&parsed, &inside);
    }
}

fn check_nodes(parsed: &Parsed, inside: &dyn Fn(Pos) -> bool) {
    let file = &parsed.file;
    for e in file.exprs.iter() {
        assert!(inside(e.span.lo) && inside(e.span.hi) && inside(e.pos), "{:?}: outside the file", e.kind);
        assert!(e.span.lo <= e.span.hi, "{:?}: ends before it starts", e.kind);
    }
    for s in file.stmts.iter() {
        assert!(inside(s.span.lo) && inside(s.span.hi) && inside(s.pos), "{:?}: outside the file", s.kind);
        assert!(s.span.lo <= s.span.hi, "{:?}: ends before it starts", s.kind);
    }
    // Types may be shared by several names, so that a node may come more than once, but not without end.
    let nodes = file.exprs.len() + file.stmts.len() + file.all_decls.len();
    let mut seen = 0;
    for d in &file.decls {
        walk(file, Child::Decl(*d), |_| {
            seen += 1;
            assert!(seen <= 100 * (nodes + 1), "the tree is a graph");
            Walk::Into
        });
    }
}

/// Formatting a few times changes nothing any more (like gofmt, which may take a second round where
/// a literal with line ends stands on a line), and no token goes or comes but separators.
pub(crate) fn check_format(text: &[u8]) {
    let Ok(mut text) = go_ast::format(text) else { return };
    let tokens = written(&text);
    for _ in 0..4 {
        let next = match go_ast::format(text.as_bytes()) {
            Ok(next) => next,
            Err(e) => panic!("formatted text has errors: {}\n{text}", e[0].message),
        };
        assert!(tokens == written(&next), "formatting changes tokens:\n{text}\n----\n{next}");
        if text == next {
            return;
        }
        text = next;
    }
    panic!("format is not stable:\n{text}");
}

/// The names and literals of a text.
fn written(text: &str) -> Vec<Vec<u8>> {
    let toks = go_lexer::tokenize(text.as_bytes());
    let kept = (0..toks.len()).filter(|i| toks.kinds[*i] == go_lexer::Tok::Name || toks.kinds[*i].is_literal());
    kept.map(|i| toks.text(i, text.as_bytes()).to_vec()).collect()
}
