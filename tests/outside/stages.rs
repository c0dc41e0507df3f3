//! Each stage by itself, as a stranger would call it, from text to a running executable of one function.

use go_abi::object::{DataObject, DataSection, MachineFunction, Reloc, RelocKind, SymbolId, SymbolKind};
use go_codegen::{Backend, Options};
use go_lower::{Lowerer, PackageFacts};
use go_ir::{Program, StorageMap};
use go_link::{LinkInput, link};

/// No runtime is needed: no allocation, nothing that can panic, and small leaves have no stack check.
const SOURCE: &str = "package p

func gcd(a, b uint) uint {
	for a != b {
		if a > b {
			a -= b
		} else {
			b -= a
		}
	}
	return a
}
";

/// The function, lowered and optimised.
fn program() -> Program {
    let mut c = outside::check(SOURCE);
    assert!(c.checker.take_diagnostics().is_empty());
    let facts = PackageFacts { pkg: Some(c.package), ..PackageFacts::default() };
    let mut program = Lowerer::new(&mut c.checker, vec![facts]).lower_functions(&["p.gcd"]).unwrap().prog;
    go_ir::passes::run(&mut program, &go_ir::passes::Options::default());
    program
}

#[test]
fn lexer_gives_tokens_of_any_bytes() {
    let text = b"x \xff:= 08";
    let toks = go_lexer::tokenize(text);
    assert!(toks.kinds.contains(&go_lexer::Tok::Define));
    assert_eq!(toks.errors().count(), 2);
}

#[test]
fn assembler_gives_code_and_diagnostics() {
    use go_asm::{Arch, Options, Source, assemble};
    let options = Options { package: "p", arch: Arch::Amd64, defines: &[], include: &|_, _| None };
    let text = "TEXT ·f(SB), 4, $0\n\tCALL ·g(SB)\n\tRET\n";
    let object = assemble(&[Source { name: "f.s", text }], &options).unwrap();
    assert_eq!(object.texts[0].relocs[0].target.name, "p.g");
    let errors = assemble(&[Source { name: "f.s", text: "\tFROB AX\n" }], &options).unwrap_err();
    assert_eq!(errors[0].to_string(), "f.s:1: unrecognized instruction \"FROB\"");
}

#[test]
fn parser_gives_a_tree_and_diagnostics() {
    let interner = go_source::Interner::new();
    let text = b"package p\nfunc f() { return 1 + }\nvar x = 2\n";
    let parsed = go_ast::parse(go_source::FileId(0), go_source::Pos(1), text, &interner, Default::default());
    assert_eq!(parsed.diagnostics[0].message, "syntax error: unexpected }, expected expression");
    assert_eq!(parsed.file.decls.len(), 2);
    assert_eq!(go_ast::format(b"package p\nvar  x=1").unwrap(), "package p\n\nvar x = 1\n");
}

#[test]
fn checker_gives_types_and_diagnostics() {
    let mut c = outside::check("package p\nfunc f() (int, string) { return 1<<3, 2 }\n");
    let found = c.checker.take_diagnostics();
    assert_eq!(found[0].message, "cannot use 2 (untyped int constant) as string value in return statement");
    assert_eq!(c.sources.location(found[0].span.lo).line, 2);
    let of = |text: &str| {
        c.tree.exprs.ids().find(|e| go_ast::expr_string(&c.tree, &c.interner, *e) == text).expect("is in the tree")
    };
    let shift = c.checker.info.type_and_value(c.tree.id, of("1 << 3"));
    assert_eq!(c.checker.type_string(shift.ty), "int");
}

#[test]
fn lowering_gives_readable_ir() {
    let program = program();
    let body = program.body(program.by_name["p.gcd"]).unwrap();
    let text = go_ir::text::print::function_text(&program, body);
    assert!(text.starts_with("func p.gcd(uint, uint) (uint) {"), "{text}");
    // The text is a program again, the same one but for the numbers of values.
    let print = |text: &str| {
        let p = go_ir::text::parse::parse(text, &go_source::Interner::new()).unwrap();
        go_ir::text::print::function_text(&p, p.body(p.by_name["p.gcd"]).unwrap())
    };
    let once = print(&text);
    assert_eq!(once.lines().count(), text.lines().count());
    assert_eq!(print(&once), once);
}

#[test]
fn escape_analysis_decides_per_site() {
    let text = "type T = struct{int}
func main.keep() (int) {
b0:
  v0: *T = alloc T #0
  v1: *int = field_addr v0, 0
  v2: int = load v1
  return v2
}
func main.leak() (*T) {
b0:
  v0: *T = alloc T #0
  return v0
}";
    let program = go_ir::text::parse::parse(text, &go_source::Interner::new()).unwrap();
    let (storage, _report) = go_escape::analyze(&program);
    assert!(storage.is_stack(program.by_name["main.keep"], go_ir::Site(0)));
    assert!(!storage.is_stack(program.by_name["main.leak"], go_ir::Site(0)));
}

#[test]
fn code_of_one_function_links_to_an_executable() {
    let program = program();
    let backend = Backend::new(&Options { verify: go_codegen::Verify::On, ..Options::default() }).unwrap();
    let f = program.by_name["p.gcd"];
    let gcd = backend.worker().compile(&program, f, &StorageMap::all_heap()).unwrap();
    assert!(!gcd.code.is_empty());
    // Read the first argument from data, take 18 as second, call, exit with the result.
    let number = DataObject {
        symbol: SymbolId::new(SymbolKind::Data, 0),
        name: "number".into(),
        section: DataSection::NoPtrData,
        bytes: 84u32.to_le_bytes().to_vec(),
        size: 4,
        align: 4,
        relocs: Vec::new(),
    };
    let mut code = vec![0x8b, 0x3c, 0x25, 0, 0, 0, 0]; // mov edi, [number]
    code.extend([0xbe, 18, 0, 0, 0]); // mov esi, 18
    code.extend([0xe8, 0, 0, 0, 0]); // call gcd
    let call = code.len() as u32 - 4;
    code.extend([0x89, 0xc7, 0xb8, 60, 0, 0, 0, 0x0f, 0x05]); // mov edi, eax; mov eax, 60 (exit); syscall
    let mut start = MachineFunction::new(SymbolId::new(SymbolKind::Func, 1 << 20), "start", code);
    start.relocs = vec![
        Reloc { offset: 3, kind: RelocKind::Abs32, target: number.symbol, addend: 0 },
        Reloc { offset: call, kind: RelocKind::Pc32, target: gcd.symbol, addend: -4 },
    ];
    let image = link(&LinkInput::bare(&[start, gcd], &[number], "start")).unwrap();
    let out = outside::run("gcd", &image);
    assert_eq!(out.status.code(), Some(6), "{:?}", out.status);
}

#[test]
fn linker_says_what_is_missing() {
    let mut f = MachineFunction::new(SymbolId::new(SymbolKind::Func, 0), "start", vec![0xe8, 0, 0, 0, 0]);
    let absent = SymbolId::new(SymbolKind::Func, 7);
    f.relocs.push(Reloc { offset: 1, kind: RelocKind::Pc32, target: absent, addend: -4 });
    let error = link(&LinkInput::bare(&[f], &[], "start")).err().expect("an error").to_string();
    assert_eq!(error, "start: relocation target Func 7 not defined");
}
