//! Makes broken (and sometimes sound) programs from sound ones: tokens and pieces of trees are
//! removed, repeated, exchanged, replaced, or brought in from another file.
//!
//! Everything follows from the text, the donor and the numbers, so that a program can be made again.

use go_ast::{DeclKind, ExprKind, File, InterfaceElem, ParseMode};
use go_lexer::Tok;
use go_source::{FileId, Interner, Pos, Span};
use std::ops::Range;

/// A small generator of numbers (xorshift).
pub(crate) struct Random(u64);

impl Random {
    /// The numbers of a seed and an index: neighbours have nothing in common.
    pub(crate) fn new(seed: u64, index: u64) -> Random {
        let mut z = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(index).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        Random((z ^ (z >> 31)) | 1)
    }

    /// A number below `n` (below 1 if `n` is 0).
    pub(crate) fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        ((self.0 >> 11) % n.max(1) as u64) as usize
    }

    fn pick<'t, T>(&mut self, list: &'t [T]) -> Option<&'t T> {
        list.get(self.below(list.len()))
    }
}

/// Where the pieces of a text stand.
#[derive(Default)]
struct Pieces {
    tokens: Vec<(Tok, Range<usize>)>,
    names: Vec<Range<usize>>,
    literals: Vec<Range<usize>>,
    operators: Vec<Range<usize>>,
    exprs: Vec<Range<usize>>,
    types: Vec<Range<usize>>,
    stmts: Vec<Range<usize>>,
    decls: Vec<Range<usize>>,
}

impl Pieces {
    fn of(text: &[u8]) -> Pieces {
        let toks = go_lexer::tokenize(text);
        let mut p = Pieces::default();
        for i in 0..toks.len() {
            let (kind, at) = (toks.kinds[i], toks.starts[i] as usize..toks.ends[i] as usize);
            // Automatic semicolons have no text.
            if at.is_empty() || at.end > text.len() || kind == Tok::Semi && text.get(at.start) != Some(&b';') {
                continue;
            }
            match kind {
                Tok::Name => p.names.push(at.clone()),
                Tok::Int | Tok::Float | Tok::Imag | Tok::Char | Tok::Str => p.literals.push(at.clone()),
                k if k.is_operator() || k.is_assign_op() => p.operators.push(at.clone()),
                _ => {}
            }
            p.tokens.push((kind, at));
        }
        let base = Pos(1);
        let file = go_ast::parse(FileId(0), base, text, &Interner::new(), ParseMode::default()).file;
        let range = |s: Span| {
            let lo = (s.lo.0.saturating_sub(base.0) as usize).min(text.len());
            lo..(s.hi.0.saturating_sub(base.0) as usize).clamp(lo, text.len())
        };
        p.exprs = file.exprs.iter().map(|e| range(e.span)).collect();
        p.stmts = file.stmts.iter().map(|s| range(s.span)).collect();
        for d in file.decls.iter().map(|d| &file.all_decls[*d]) {
            p.decls.push(range(Span::new(d.keyword_pos, d.span.hi)));
        }
        p.types = types(&file).into_iter().map(|t| range(file.exprs[t].span)).collect();
        for list in [&mut p.exprs, &mut p.stmts, &mut p.decls, &mut p.types] {
            list.retain(|r| !r.is_empty());
        }
        p
    }
}

/// The expressions of a file that stand where types do.
fn types(file: &File) -> Vec<go_ast::ExprId> {
    let mut out = Vec::new();
    for (id, e) in file.exprs.iter_enumerated() {
        match &e.kind {
            ExprKind::ArrayType { elem, .. } | ExprKind::SliceType { elem } | ExprKind::ChanType { elem, .. } => {
                out.extend([id, *elem]);
            }
            ExprKind::MapType { key, value } => out.extend([id, *key, *value]),
            ExprKind::StructType { fields } => {
                out.push(id);
                out.extend(fields.iter().map(|f| f.ty));
            }
            ExprKind::InterfaceType { elems } => {
                out.push(id);
                out.extend(elems.iter().filter_map(|e| match e {
                    InterfaceElem::Embedded(t) => Some(*t),
                    InterfaceElem::Method { .. } => None,
                }));
            }
            ExprKind::FuncType(t) => {
                out.extend(t.params.iter().chain(&t.results).chain(&t.type_params).map(|f| f.ty));
            }
            ExprKind::CompositeLit { ty: Some(t), .. } | ExprKind::TypeAssert { ty: Some(t), .. } => out.push(*t),
            _ => {}
        }
    }
    for d in file.all_decls.iter() {
        match &d.kind {
            DeclKind::Const { ty: Some(t), .. } | DeclKind::Var { ty: Some(t), .. } => out.push(*t),
            DeclKind::Type { ty, .. } => out.push(*ty),
            _ => {}
        }
    }
    out
}

/// What may stand where a literal did.
const LITERALS: &[&str] = &[
    "0",
    "1",
    "-1",
    "nil",
    "iota",
    "true",
    "1<<63",
    "1<<64",
    "1<<1000",
    "1e1000000000",
    "1e-1000000000",
    "0x1p-2",
    "'x'",
    "'\\u00e4'",
    "\"\"",
    "\"\\xff\"",
    "`a\nb`",
    "1i",
    "0x",
    "08",
    "1_",
    "'",
    "\"",
    "1.5",
    "-0.0",
    "9223372036854775808",
    "~0",
    "^uint(0)",
    "'\\400'",
    "0b12",
    "struct{}{}",
    "[]int{5: 1, 2}",
    "[...]string{9: \"\"}",
    "map[any]int{}",
];
/// What may stand where a type did.
const TYPES: &[&str] = &[
    "int",
    "uint8",
    "string",
    "float32",
    "complex128",
    "any",
    "error",
    "comparable",
    "bool",
    "uintptr",
    "struct{}",
    "interface{ ~int | string }",
    "[]byte",
    "[3]int",
    "[...]int",
    "[1<<62]int",
    "map[string]int",
    "map[[]int]int",
    "chan int",
    "<-chan int",
    "func()",
    "func(int) (string, error)",
    "*int",
    "unsafe.Pointer",
    "interface{ m() }",
    "T",
    "T[int]",
    "T[T]",
    "nil",
    "rune",
    "interface{ comparable; ~string }",
    "struct{ int; T }",
    "...int",
];
/// What may stand where an operator did.
const OPERATORS: &[&str] = &[
    "+", "-", "*", "/", "%", "&", "|", "^", "&^", "<<", ">>", "==", "!=", "<", "<=", ">", ">=", "&&", "||", "!", "~",
    "<-", ":=", "=", "+=", "<<=", "&^=", "++", "--", ".", "...", ",", ";", ":",
];
/// Statements that may come in.
const STATEMENTS: &[&str] = &[
    "return",
    "break",
    "continue",
    "goto L",
    "L:",
    "fallthrough",
    "var _ = x",
    "x := x",
    "for range 10 {}",
    "defer f()",
    "go f()",
    "switch x := x.(type) { case int, string: _ = x; default: }",
    "select { case <-c: case c <- x: default: }",
    "if x {} else {}",
    "for i, v := range f { _, _ = i, v }",
    "type T[P any] struct { f *T[P] }",
    "const c = iota",
    "{ var x T; _ = x }",
    "x, y = y, x",
    "_ = func() T { return T{} }()",
    "type A = A",
    "type I interface { I }",
    "panic(recover())",
    "clear(x)",
    "x <<= 1.0",
];
/// Bytes that scanners trip over.
const NOISE: &[&[u8]] = &[
    b"\0",
    b"\xff",
    b"\xef\xbb\xbf",
    b"/*",
    b"*/",
    b"//",
    b"`",
    b"\"",
    b"'",
    b"\\",
    b"\r",
    b"\n",
    b"\xe2\x80\xa8",
    b"#",
    b"$",
    b"//line x:1\n",
    b"/*line :5*/",
    b"//go:embed x\n",
    b"//go:linkname a b\n",
    b"//go:build ignore\n",
    b"\xed\xa0\x80",
];

/// What may be put around an expression or a type: before and after.
const AROUND: &[(&str, &str)] = &[
    ("(", ")"),
    ("*", ""),
    ("&", ""),
    ("", "()"),
    ("", "[0]"),
    ("", ".f"),
    ("[]T{", "}"),
    ("", "[int]"),
    ("func() { ", " }"),
    ("<-", ""),
    ("!", ""),
    ("", "(nil)"),
    ("len(", ")"),
    ("append(", ", 1)"),
    ("", ".(type)"),
    ("", ".(int)"),
    ("", "[:]"),
    ("", "..."),
    ("[]", ""),
    ("*", "[int]"),
    ("map[string]", ""),
    ("chan ", ""),
    ("struct{ ", " }"),
    ("interface{ ", " }"),
    ("~", ""),
    ("", " | string"),
    ("func(", ")"),
    ("[", "]int"),
    ("int(", ")"),
    ("string(", ")"),
    ("unsafe.Sizeof(", ")"),
    ("make(", ", 1)"),
    ("new(", ")"),
    ("", "{}"),
    ("", " + 1"),
    ("1 << ", ""),
    ("min(", ", 2)"),
    ("T[", "]"),
    ("complex(", ", 0)"),
    ("-", ""),
];

/// A text with one to six changes; `donor` lends pieces.
pub(crate) fn mutate(text: &[u8], donor: &[u8], r: &mut Random) -> Vec<u8> {
    let mut text = text.to_vec();
    let donor_pieces = Pieces::of(donor);
    // Most programs get few changes, or all would fail at the first.
    let changes = [1, 1, 1, 1, 2, 2, 3, 5][r.below(8)];
    for _ in 0..changes {
        let own = Pieces::of(&text);
        change(&mut text, &own, donor, &donor_pieces, r);
    }
    text
}

fn change(text: &mut Vec<u8>, own: &Pieces, donor: &[u8], donor_pieces: &Pieces, r: &mut Random) {
    match r.below(40) {
        0..=4 => tokens(text, own, donor, donor_pieces, r),
        5..=10 => rename(text, own, r),
        11..=27 => tree(text, own, donor, donor_pieces, r),
        28..=30 => from_list(text, &own.literals, LITERALS, r),
        31..=33 => from_list(text, &own.types, TYPES, r),
        34..=35 => from_list(text, &own.operators, OPERATORS, r),
        36 => {
            if let Some(at) = r.pick(&own.stmts).cloned() {
                let s = STATEMENTS[r.below(STATEMENTS.len())];
                put(text, at.start..at.start, format!("{s}\n").as_bytes());
            }
        }
        37 => around(text, if r.below(2) == 0 { &own.exprs } else { &own.types }, r),
        38 => {
            let at = r.below(text.len() + 1);
            match r.below(3) {
                0 => put(text, at..at, NOISE[r.below(NOISE.len())]),
                1 => put(text, at..at, &[r.below(256) as u8, r.below(256) as u8]),
                _ => put(text, at..(at + r.below(30)).min(text.len()), b""),
            }
        }
        _ => {
            if let Some((_, at)) = r.pick(&own.tokens) {
                text.truncate(if r.below(4) == 0 { at.start } else { at.end });
            }
        }
    }
}

fn put(text: &mut Vec<u8>, at: Range<usize>, new: &[u8]) {
    text.splice(at, new.iter().copied());
}

fn from_list(text: &mut Vec<u8>, places: &[Range<usize>], list: &[&str], r: &mut Random) {
    if let Some(at) = r.pick(places) {
        put(text, at.clone(), list[r.below(list.len())].as_bytes());
    }
}

fn around(text: &mut Vec<u8>, places: &[Range<usize>], r: &mut Random) {
    let Some(at) = r.pick(places) else { return };
    let (before, after) = AROUND[r.below(AROUND.len())];
    put(text, at.end..at.end, after.as_bytes());
    put(text, at.start..at.start, before.as_bytes());
}

/// Removes, repeats, exchanges, replaces a token.
fn tokens(text: &mut Vec<u8>, own: &Pieces, donor: &[u8], donor_pieces: &Pieces, r: &mut Random) {
    let (Some((kind, at)), Some((_, other))) = (r.pick(&own.tokens), r.pick(&own.tokens)) else { return };
    let with_blank = |t: &[u8]| [b" ", t, b" "].concat();
    match r.below(6) {
        0 => put(text, at.clone(), b""),
        1 => {
            let copy = with_blank(&text[at.clone()]);
            put(text, at.end..at.end, &copy);
        }
        2 => exchange(text, at, other),
        3 => {
            let same: Vec<_> = donor_pieces.tokens.iter().filter(|(k, _)| k == kind).collect();
            if let Some((_, from)) = r.pick(&same) {
                put(text, at.clone(), &donor[from.clone()]);
            }
        }
        4 => {
            let copy = with_blank(&text[other.clone()]);
            put(text, at.start..at.start, &copy);
        }
        _ => {
            let copy = with_blank(&text[other.clone()]);
            put(text, at.clone(), &copy);
        }
    }
}

/// Exchanges two pieces that do not overlap.
fn exchange(text: &mut Vec<u8>, a: &Range<usize>, b: &Range<usize>) {
    let (a, b) = if a.start <= b.start { (a, b) } else { (b, a) };
    if a.end <= b.start {
        let new = [&text[b.clone()], &text[a.end..b.start], &text[a.clone()]].concat();
        put(text, a.start..b.end, &new);
    }
}

/// One name becomes another of the file, here or everywhere.
fn rename(text: &mut Vec<u8>, own: &Pieces, r: &mut Random) {
    let (Some(at), Some(other)) = (r.pick(&own.names), r.pick(&own.names)) else { return };
    let (old, new) = (text[at.clone()].to_vec(), text[other.clone()].to_vec());
    if r.below(6) > 0 {
        return put(text, at.clone(), &new);
    }
    for at in own.names.iter().rev().filter(|a| text[(*a).clone()] == *old).cloned().collect::<Vec<_>>() {
        put(text, at, &new);
    }
}

/// Pieces of trees: removed, repeated, exchanged, replaced by others of their sort.
fn tree(text: &mut Vec<u8>, own: &Pieces, donor: &[u8], donor_pieces: &Pieces, r: &mut Random) {
    let (mine, theirs, separator): (_, _, &[u8]) = match r.below(8) {
        0..=2 => (&own.exprs, &donor_pieces.exprs, b", "),
        3..=4 => (&own.types, &donor_pieces.types, b", "),
        5..=6 => (&own.stmts, &donor_pieces.stmts, b"\n"),
        _ => (&own.decls, &donor_pieces.decls, b"\n\n"),
    };
    let (Some(at), Some(other)) = (r.pick(mine), r.pick(mine)) else { return };
    let foreign = r.pick(theirs).map(|f| donor[f.clone()].to_vec());
    match r.below(12) {
        0 => put(text, at.clone(), b""),
        1 => {
            let copy = [&text[at.clone()], separator].concat();
            put(text, at.start..at.start, &copy);
        }
        2 => exchange(text, at, other),
        3..=8 => {
            let copy = text[other.clone()].to_vec();
            put(text, at.clone(), &copy);
        }
        9..=10 => {
            if let Some(f) = foreign {
                put(text, at.clone(), &f);
            }
        }
        _ => {
            if let Some(f) = foreign {
                let f = [&f, separator].concat();
                put(text, at.start..at.start, &f);
            }
        }
    }
}
