//! Texts of Go programs that follow the grammar (and little else) as proptest strategies.

use proptest::prelude::*;

fn name() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "a", "b", "f", "g", "x", "T", "U", "P", "_", "int", "string", "error", "any", "nil", "len", "iota",
    ])
    .prop_map(str::to_owned)
}

fn literal() -> impl Strategy<Value = String> {
    let list =
        vec!["0", "1", "42", "0x1F", "1.5", "1e100", "2i", "'x'", "\"s\"", "`r\n`", "1<<70", "0b1", "0o7", "1_0"];
    prop::sample::select(list).prop_map(str::to_owned)
}

/// Types.
pub(crate) fn ty() -> impl Strategy<Value = String> {
    name().prop_recursive(4, 24, 3, |t| {
        prop_oneof![
            t.clone().prop_map(|t| format!("*{t}")),
            t.clone().prop_map(|t| format!("[]{t}")),
            (0..5u8, t.clone()).prop_map(|(n, t)| format!("[{n}]{t}")),
            (t.clone(), t.clone()).prop_map(|(k, v)| format!("map[{k}]{v}")),
            t.clone().prop_map(|t| format!("chan {t}")),
            t.clone().prop_map(|t| format!("<-chan {t}")),
            (t.clone(), t.clone()).prop_map(|(a, b)| format!("func({a}) {b}")),
            (t.clone(), t.clone()).prop_map(|(a, b)| format!("func(x {a}, y ...{b})")),
            (t.clone(), t.clone()).prop_map(|(a, b)| format!("struct {{ a {a}; b, c {b} `t` }}")),
            t.clone().prop_map(|a| format!("struct{{{a}}}")),
            (t.clone(), t.clone()).prop_map(|(a, b)| format!("interface {{ m(x {a}) {b}; ~{a} | {b} }}")),
            (name(), t.clone()).prop_map(|(n, t)| format!("{n}[{t}]")),
            t.prop_map(|t| format!("({t})")),
        ]
    })
}

/// Expressions.
pub(crate) fn expr() -> impl Strategy<Value = String> {
    let binary = vec!["+", "-", "*", "/", "%", "&", "|", "^", "&^", "<<", ">>", "==", "!=", "<", "<=", "&&", "||"];
    let unary = vec!["-", "+", "!", "^", "*", "&", "<-"];
    prop_oneof![name(), literal()].prop_recursive(5, 48, 3, move |e| {
        prop_oneof![
            (e.clone(), prop::sample::select(binary.clone()), e.clone()).prop_map(|(a, o, b)| format!("{a}{o} {b}")),
            (prop::sample::select(unary.clone()), e.clone()).prop_map(|(o, e)| format!("{o} {e}")),
            e.clone().prop_map(|e| format!("({e})")),
            (e.clone(), e.clone(), e.clone()).prop_map(|(f, a, b)| format!("{f}({a}, {b})")),
            (e.clone(), e.clone()).prop_map(|(f, a)| format!("{f}({a}...)")),
            (e.clone(), e.clone()).prop_map(|(x, i)| format!("{x}[{i}]")),
            (e.clone(), e.clone(), e.clone()).prop_map(|(x, i, j)| format!("{x}[{i}:{j}]")),
            (e.clone(), e.clone()).prop_map(|(x, i)| format!("{x}[:{i}:{i}]")),
            (e.clone(), name()).prop_map(|(x, f)| format!("{x}.{f}")),
            (e.clone(), ty()).prop_map(|(x, t)| format!("{x}.({t})")),
            (ty(), e.clone(), e.clone()).prop_map(|(t, a, b)| format!("[]{t}{{{a}, {b}: {a}}}")),
            (name(), e.clone()).prop_map(|(t, a)| format!("({t}{{a: {a}}})")),
            (ty(), e.clone()).prop_map(|(t, e)| format!("({t})({e})")),
            (ty(), e).prop_map(|(t, e)| format!("func(p {t}) {t} {{ return {e} }}")),
        ]
    })
}

fn comment() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => Just(String::new()),
        1 => Just(" // c".to_owned()),
        1 => Just("\n// own line".to_owned()),
    ]
}

/// Statements, each ended by a line end.
pub(crate) fn stmt() -> impl Strategy<Value = String> {
    let simple = prop_oneof![
        expr().prop_map(|e| format!("_ = {e}")),
        (name(), expr()).prop_map(|(n, e)| format!("{n} := {e}")),
        (expr(), expr()).prop_map(|(a, b)| format!("{a} = {b}")),
        (expr(), expr()).prop_map(|(a, b)| format!("a, {a} = {b}, a")),
        (name(), expr()).prop_map(|(n, e)| format!("{n} <<= {e}")),
        expr().prop_map(|e| format!("({e})++")),
        (expr(), expr()).prop_map(|(a, b)| format!("({a}) <- {b}")),
        expr().prop_map(|e| format!("return {e}")),
        expr().prop_map(|e| format!("defer f({e})")),
        expr().prop_map(|e| format!("go f({e})")),
        (name(), ty()).prop_map(|(n, t)| format!("var {n} {t}")),
        (name(), ty(), expr()).prop_map(|(n, t, e)| format!("var {n}, y {t} = {e}, {e}")),
        (name(), expr()).prop_map(|(n, e)| format!("const {n} = {e}")),
        (name(), ty()).prop_map(|(n, t)| format!("type {n} {t}")),
        prop::sample::select(vec!["break", "continue", "goto L", "fallthrough", ";"]).prop_map(str::to_owned),
    ];
    let line = (simple, comment()).prop_map(|(s, c)| format!("{s}{c}\n"));
    line.prop_recursive(3, 24, 3, |s| {
        prop_oneof![
            (expr(), s.clone(), s.clone()).prop_map(|(e, a, b)| format!("if ({e}) {{\n{a}}} else {{\n{b}}}\n")),
            (expr(), s.clone()).prop_map(|(e, a)| format!("for ({e}) {{\n{a}}}\n")),
            (name(), expr(), s.clone()).prop_map(|(n, e, a)| format!("for {n}, v := range ({e}) {{\n{a}}}\n")),
            (expr(), expr(), s.clone()).prop_map(|(t, e, a)| format!("switch ({t}) {{\ncase {e}:\n{a}default:\n}}\n")),
            (expr(), ty(), s.clone())
                .prop_map(|(x, t, a)| format!("switch x := ({x}).(type) {{\ncase {t}, nil:\n{a}}}\n")),
            (expr(), s.clone()).prop_map(|(c, a)| format!("select {{\ncase x := <-({c}):\n{a}default:\n}}\n")),
            (s.clone(), s.clone()).prop_map(|(a, b)| format!("{{\n{a}{b}}}\n")),
            s.prop_map(|a| format!("L: {a}")),
        ]
    })
}

/// Files.
pub(crate) fn program() -> impl Strategy<Value = String> {
    let decl = prop_oneof![
        (name(), ty(), prop::collection::vec(stmt(), 0..4))
            .prop_map(|(n, t, s)| format!("func {n}(x {t}) (r {t}) {{\n{}}}\n", s.concat())),
        (name(), name(), ty()).prop_map(|(r, n, t)| format!("func (r *{r}) {n}(a, b {t})\n")),
        (name(), ty(), ty()).prop_map(|(n, c, t)| format!("type {n}[P {c}, Q any] {t}\n")),
        (name(), ty()).prop_map(|(n, t)| format!("type {n} = {t}\n")),
        (name(), ty(), expr()).prop_map(|(n, t, e)| format!("var {n} {t} = {e}\n")),
        (name(), expr(), name()).prop_map(|(n, e, m)| format!("const (\n{n} = {e}\n{m} // c\n)\n")),
    ];
    prop::collection::vec(decl, 0..6).prop_map(|d| format!("package p\n\n{}", d.concat()))
}
