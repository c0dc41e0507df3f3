//! Packages with assembly: their files to objects, what lowering wants to know of these, and the objects
//! as the linker takes them. The assembler is go-asm; the border to Go is go-lower's (`assembly.rs`).

use std::path::Path;
use std::sync::Arc;

use go_abi::layout::g::ASM_STACK;
use go_abi::layout::m;
use go_abi::object::{DataObject, DataSection, MachineFunction, Reloc, RelocKind, SymbolId, SymbolKind};
use go_asm::{Arch, Flags, Object, Options, Source, Symbol, Text, assemble};
use go_ir::{FuncId, Program};
use go_load::Package;
use go_load::sdk::Sdk;
use go_lower::{AssemblyFunction, abi0_symbol, entry_symbol};
use go_types::check::Checker;
use go_types::constant::exact_string;
use go_types::object::{ObjectKind, PkgId};
use go_types::ty::{BasicKind, Type, TypeId};
use rustc_hash::FxHashMap;

use crate::cli::Failure;
use crate::frontend::{Frontend, link_path};

/// The assembled files of one package.
pub(crate) struct Assembled {
    /// Link path of the package.
    path: String,
    object: Object,
}

/// Assembles a package's files; nothing if it has none.
pub(crate) fn assemble_package(front: &mut Frontend, p: usize, sdk: &Sdk) -> Result<Option<Assembled>, Failure> {
    let package = front.graph.packages[p].clone();
    let Some(id) = front.ids[p].filter(|_| !package.assembly.is_empty()) else { return Ok(None) };
    let mut texts = Vec::with_capacity(package.assembly.len());
    for name in &package.assembly {
        let path = package.dir.join(name);
        texts.push(std::fs::read_to_string(&path).map_err(|e| format!("open {}: {e}", path.display()))?);
    }
    let header = match texts.iter().any(|t| wants_go_asm(t)) {
        true => go_asm_header(front, id),
        false => String::new(),
    };
    let dirs = [package.dir.clone(), sdk.root.join("pkg/include")];
    let include = |_from: &str, name: &str| match name {
        "go_asm.h" => Some(header.clone()),
        _ => dirs.iter().find_map(|d| std::fs::read_to_string(d.join(name)).ok()),
    };
    let path = link_path(&package);
    let options = Options {
        package: &path,
        arch: Arch::Amd64,
        defines: &[("GOOS_linux", "1"), ("GOARCH_amd64", "1"), ("GOAMD64_v1", "1")],
        include: &include,
    };
    let names: Vec<String> = package.assembly.iter().map(|n| shown(&package, n)).collect();
    let sources: Vec<Source<'_>> = names.iter().zip(&texts).map(|(name, text)| Source { name, text }).collect();
    let mut object = assemble(&sources, &options).map_err(|errors| {
        // The go command assembles file by file and stops at the first with errors.
        let file = errors.first().map_or("", |e| e.file.as_str());
        let lines: String = errors.iter().filter(|e| e.file == file).map(|e| format!("{e}\n")).collect();
        format!("# {}\n{lines}asm: assembly of {file} failed", package.path)
    })?;
    if let Some(t) = object.texts.iter().find(|t| t.abi_internal) {
        let file = &object.files[t.file as usize];
        let what = "ABIInternal is the register convention of gc's own runtime, which gorc does not have";
        return Err(format!("# {}\n{file}:{}: {}: {what}", package.path, t.line, t.symbol).into());
    }
    object.texts.iter_mut().for_each(fill_tls);
    Ok(Some(Assembled { path, object }))
}

/// Whether a file includes `go_asm.h`, or files that may do so.
fn wants_go_asm(text: &str) -> bool {
    let mut names = text.lines().filter_map(|l| l.trim_start().strip_prefix("#include")?.split('"').nth(1));
    names.any(|name| !matches!(name, "textflag.h" | "funcdata.h"))
}

/// A file as messages show it: as the package's Go files are shown.
fn shown(package: &Package, name: &str) -> String {
    let folder = package.files.first().and_then(|f| Path::new(&f.display).parent());
    folder.map_or_else(|| name.to_owned(), |d| d.join(name).display().to_string())
}

/// Whether `go_asm.h` has constants of the type: all but floating-point and complex ones.
fn is_in_header(checker: &mut Checker, ty: TypeId) -> bool {
    use BasicKind as B;
    let under = checker.under(ty);
    let Type::Basic(kind) = checker.store.types[under] else { return false };
    !matches!(
        kind,
        B::Float32 | B::Float64 | B::Complex64 | B::Complex128 | B::UntypedFloat | B::UntypedComplex | B::Invalid
    )
}

/// `go_asm.h`: constants as `const_name`, struct types as `name__size` and `name_field`.
fn go_asm_header(front: &mut Frontend, pkg: PkgId) -> String {
    let mut out = String::new();
    let checker = &mut front.checker;
    for obj in checker.package_objects_of(pkg).to_vec() {
        checker.ensure_object(obj);
        let o = &checker.store.objects[obj];
        let name = checker.store.text(o.name).to_owned();
        let ty = o.ty;
        match &o.kind {
            ObjectKind::Const { val, .. } => {
                let val = val.clone();
                if name != "_" && is_in_header(checker, ty) {
                    out.push_str(&format!("#define const_{name} {}\n", exact_string(&val)));
                }
            }
            ObjectKind::TypeName => {
                let under = checker.under(ty);
                let Type::Struct(s) = &checker.store.types[under] else { continue };
                let fields = s.fields.clone();
                if checker.store.named_data(ty).is_some_and(|n| !n.type_params.is_empty()) {
                    continue;
                }
                out.push_str(&format!("#define {name}__size {}\n", checker.sizeof(ty)));
                for (f, at) in fields.iter().zip(checker.offsetsof(&fields)) {
                    let field = checker.store.text(checker.store.objects[*f].name);
                    if field != "_" {
                        out.push_str(&format!("#define {name}_{field} {at}\n"));
                    }
                }
            }
            _ => {}
        }
    }
    out
}

impl Assembled {
    /// What lowering wants to know: the functions that Go can call, by full symbol.
    pub(crate) fn functions(&self) -> FxHashMap<String, AssemblyFunction> {
        let by_name: FxHashMap<&Symbol, &Text> = self.object.texts.iter().map(|t| (&t.symbol, t)).collect();
        let data: FxHashMap<&Symbol, &go_asm::Data> = self.object.data.iter().map(|d| (&d.symbol, d)).collect();
        let global = self.object.texts.iter().filter(|t| t.symbol.local.is_none());
        global
            .map(|t| {
                let mut f = AssemblyFunction::default();
                let mut outside = Vec::new();
                f.stack = stack_of(t, &by_name, &mut Vec::new());
                let mut seen = vec![&t.symbol];
                let mut next = 0;
                while next < seen.len() {
                    let symbol = seen[next];
                    next += 1;
                    let relocs = match (by_name.get(symbol), data.get(symbol)) {
                        (Some(t), _) => &t.relocs,
                        (None, Some(d)) => &d.relocs,
                        (None, None) => {
                            outside.push(symbol.name.clone());
                            continue;
                        }
                    };
                    for r in relocs {
                        if !seen.contains(&&r.target) {
                            seen.push(&r.target);
                        }
                    }
                }
                // It checks its stack itself, as no one else knows what it needs.
                if outside.iter().any(|name| name.starts_with("runtime.morestack")) {
                    f.stack = f.stack.saturating_add(ASM_STACK as u32);
                }
                f.refers_to = outside;
                (t.symbol.name.clone(), f)
            })
            .collect()
    }
}

/// Stack that a function and the functions of the same object that it calls can use.
fn stack_of<'a>(t: &'a Text, all: &FxHashMap<&Symbol, &'a Text>, open: &mut Vec<&'a Symbol>) -> u32 {
    // Recursion cannot be bounded; gc does not see it either in functions without stack check.
    if open.contains(&&t.symbol) {
        return 0;
    }
    open.push(&t.symbol);
    let callees = t.relocs.iter().filter(|r| r.kind == go_asm::RelocKind::Call).filter_map(|r| all.get(&r.target));
    let deepest = callees.map(|c| stack_of(c, all, open)).max().unwrap_or(0);
    open.pop();
    t.stack.saturating_add(deepest).saturating_add(8)
}

/// Fills in the place of g in thread-local storage, so that only references to symbols are left.
fn fill_tls(t: &mut Text) {
    for r in t.relocs.extract_if(.., |r| r.kind == go_asm::RelocKind::Tls32) {
        let at = r.offset as usize;
        let place = (i64::from(m::TLS_G) + r.addend) as i32;
        t.code[at..at + 4].copy_from_slice(&place.to_le_bytes());
    }
}

/// Code and data from assembly as the linker takes them.
#[derive(Default)]
pub(crate) struct LinkParts {
    /// Functions, and the places where assembly enters Go.
    pub(crate) functions: Vec<MachineFunction>,
    /// Data.
    pub(crate) data: Vec<DataObject>,
    /// Names of what they refer to outside.
    pub(crate) names: Vec<(SymbolId, Arc<str>)>,
}

/// Puts the objects of all packages together. Symbols get ids behind those of the program.
pub(crate) fn link_parts(objects: &[Assembled], prog: &Program) -> LinkParts {
    let mut out = LinkParts::default();
    let (mut next_func, mut next_data) = (prog.funcs.len() as u32, prog.datas.len() as u32);
    let mut ids: FxHashMap<(usize, &Symbol), SymbolId> = FxHashMap::default();
    for (n, a) in objects.iter().enumerate() {
        for t in &a.object.texts {
            ids.insert((n, &t.symbol), SymbolId::new(SymbolKind::Func, next_func));
            next_func += 1;
        }
        for d in &a.object.data {
            ids.insert((n, &d.symbol), SymbolId::new(SymbolKind::Data, next_data));
            next_data += 1;
        }
    }
    let mut outside = Outside { prog, known: FxHashMap::default(), next_func, names: Vec::new(), entries: Vec::new() };
    for (n, a) in objects.iter().enumerate() {
        let mut relocs = |list: &[go_asm::Reloc]| -> Vec<Reloc> {
            list.iter()
                .filter_map(|r| {
                    let kind = match r.kind {
                        go_asm::RelocKind::Call | go_asm::RelocKind::Pc32 => RelocKind::Pc32,
                        go_asm::RelocKind::Abs64 => RelocKind::Abs64,
                        // Filled in.
                        go_asm::RelocKind::Tls32 => return None,
                    };
                    let target = ids.get(&(n, &r.target)).copied();
                    let target = target.unwrap_or_else(|| outside.symbol(&r.target.name));
                    Some(Reloc { offset: r.offset, kind, target, addend: r.addend })
                })
                .collect()
        };
        for t in &a.object.texts {
            let mut name = abi0_symbol(&t.symbol.name);
            if let Some(file) = t.symbol.local {
                name = format!("{}.{name}<{file}>", a.path);
            }
            let mut f = MachineFunction::new(ids[&(n, &t.symbol)], &name, t.code.clone());
            f.align = t.align.max(16);
            f.relocs = relocs(&t.relocs);
            f.assembly = true;
            out.functions.push(f);
        }
        for d in &a.object.data {
            out.data.push(DataObject {
                symbol: ids[&(n, &d.symbol)],
                name: String::new(),
                section: if d.flags.has(Flags::RODATA) { DataSection::Rodata } else { DataSection::NoPtrData },
                bytes: d.bytes.clone(),
                size: d.size,
                align: d.align.max(1),
                relocs: relocs(&d.relocs),
            });
        }
    }
    out.functions.append(&mut outside.entries);
    out.names = outside.names;
    out
}

/// What assembly refers to outside its own objects.
struct Outside<'a> {
    prog: &'a Program,
    known: FxHashMap<String, SymbolId>,
    next_func: u32,
    names: Vec<(SymbolId, Arc<str>)>,
    entries: Vec<MachineFunction>,
}

impl Outside<'_> {
    fn symbol(&mut self, name: &str) -> SymbolId {
        if let Some(s) = self.known.get(name) {
            return *s;
        }
        let s = match self.prog.by_name.get(entry_symbol(name).as_str()) {
            Some(f) => self.entry(name, *f),
            None => {
                let n = (self.prog.named.len() + self.names.len()) as u32;
                let s = SymbolId::new(SymbolKind::Named, n);
                let function = abi0_symbol(name);
                // Another package's assembly, else a variable (or nothing, which the linker tells).
                let is_assembly = self.prog.find_named(&function).is_some();
                self.names.push((s, if is_assembly { function.into() } else { name.into() }));
                s
            }
        };
        self.known.insert(name.to_owned(), s);
        s
    }

    /// Code that a call from assembly reaches: it finds the goroutine, which assembly need not keep in its
    /// register, and passes on the address of the arguments.
    fn entry(&mut self, name: &str, f: FuncId) -> SymbolId {
        let s = SymbolId::new(SymbolKind::Func, self.next_func);
        self.next_func += 1;
        let mut code = vec![0x64, 0x4c, 0x8b, 0x3c, 0x25]; // mov r15, fs:[curg]
        code.extend(m::off::CURG.to_le_bytes());
        code.extend([0x48, 0x8d, 0x7c, 0x24, 0x08]); // lea rdi, [rsp + 8]
        code.extend([0xe9, 0, 0, 0, 0]); // jmp
        let at = code.len() as u32 - 4;
        let mut stub = MachineFunction::new(s, &abi0_symbol(name), code);
        stub.relocs.push(Reloc { offset: at, kind: RelocKind::Pc32, target: Program::func_symbol(f), addend: -4 });
        stub.assembly = true;
        stub.wrapper = true;
        self.entries.push(stub);
        s
    }
}
