//! Laws of the IR's text form on generated functions.

mod laws;

use proptest::prelude::*;

/// Instructions on the parameters `v0: int`, `v1: *int`, `v2: []T`, `v3: bool`, `v4: float64`, with their results' types.
const OPS: &[(&str, &str)] = &[
    ("const -7", "int"),
    ("const 9223372036854775807", "int"),
    ("fconst 1e300", "float64"),
    ("fconst inf", "float64"),
    ("fconst -0.0", "float64"),
    ("str \"a\\n\\\"b\\xe4\"", "string"),
    ("zero", "struct{int, [3]T}"),
    ("add v0, v0", "int"),
    ("shl v0, v0", "int"),
    ("andnot v0, v0", "int"),
    ("cmp_lt v0, v0", "bool"),
    ("neg v4", "float64"),
    ("not v3", "bool"),
    ("load v1", "int"),
    ("store v1, v0", ""),
    ("field_addr v1, 2", "*int"),
    ("index_addr v1, v0", "*int"),
    ("ptr_add v1, v0", "*int"),
    ("nil_check v1", ""),
    ("bounds_check Index v0, v0", ""),
    ("bounds_check Slice3Acap unsigned v0, v0", ""),
    ("compose v1, v0, v0", "[]int"),
    ("extract v2, 1", "int"),
    ("convert v0", "uint8"),
    ("bitcast v4", "uint64"),
    ("select v3, v0, v0", "int"),
    ("alloc T #3", "*T"),
    ("global main.g", "*int"),
    ("func_value main.f", "func()"),
    ("call main.(*T[int]).M(v0, v1)", "int"),
    ("call main.none()", ""),
    ("call_closure v1(v0)", "int"),
    ("make_closure main.f.func1 [v0, v1] #0", "func(int) (bool)"),
    ("capture 1", "*int"),
    ("make_interface v0: int #1", "interface{0}"),
    ("type_desc map[string]chan T", "unsafe.Pointer"),
    ("defer_enable", ""),
    ("intrinsic Sqrt(v4)", "float64"),
    ("intrinsic GetG()", "uintptr"),
];

const ENDS: &[&str] = &[
    "jump b1(v0)",
    "branch v3, b1(v0), b2",
    "switch v0 [-1 => b1(v0), 2 => b2], b3",
    "return v0",
    "return",
    "unreachable",
];

fn function() -> impl Strategy<Value = String> {
    let block =
        (prop::collection::vec(prop::sample::select(OPS), 0..8), prop::sample::select(ENDS), any::<(bool, bool)>());
    prop::collection::vec(block, 1..5).prop_map(|blocks| {
        let mut s = "func main.f[int](int, *int, []T, bool, float64) (int) nosplit {\n".to_owned();
        let mut value = 10;
        for (b, (ops, end, (cold, recover))) in blocks.into_iter().enumerate() {
            let params =
                ["(v0: int, v1: *int, v2: []T, v3: bool, v4: float64)", "(v5: int)", "", "(v6: string, v7: [2]T)"];
            let flags =
                format!("{}{}", if cold { " cold" } else { "" }, if recover && b == 2 { " recover" } else { "" });
            s.push_str(&format!("b{b}{}:{flags}\n", params.get(b).unwrap_or(&"")));
            for (op, ty) in ops {
                if ty.is_empty() {
                    s.push_str(&format!("  {op}\n"));
                } else {
                    s.push_str(&format!("  v{value}: {ty} = {op}\n"));
                    value += 1;
                }
            }
            s.push_str(&format!("  {end}\n"));
        }
        s.push_str("}\n");
        s
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn printing_and_parsing_are_inverse(text in function()) {
        let text = format!("type T = struct{{int, *T}}\n{text}");
        prop_assert!(laws::check(&text), "{} does not parse", text);
    }

    #[test]
    fn broken_texts_are_refused_without_panic(text in function(), at in any::<prop::sample::Index>(), new in "[ -~]{0,3}") {
        let at = at.index(text.len());
        laws::check(&format!("{}{new}{}", &text[..at], &text[at + 1..]));
    }
}
