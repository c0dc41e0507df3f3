//! A program's data as link objects: strings, variables, descriptors, itabs, closure objects.

use crate::ir::{Callee, FuncBody, FuncId, Function, InstData, Op};
use crate::program::{Descriptors, Program};
use go_abi::object::{DataObject, DataSection, Reloc, RelocKind, SymbolId, SymbolKind};
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// Everything besides code that the linker needs.
#[derive(Debug, Default)]
pub struct ImageData {
    /// Data objects.
    pub objects: Vec<DataObject>,
    /// Functions that need a thunk: plain ones used as values.
    pub thunks: Vec<FuncId>,
    /// Symbols that stand for names.
    pub names: Vec<(SymbolId, Arc<str>)>,
    /// Type descriptors for reflect's lookups, in order of type string.
    pub typelinks: Vec<SymbolId>,
    /// Itabs.
    pub itabs: Vec<SymbolId>,
}

fn relocs(init: &crate::ir::DataInit) -> Vec<Reloc> {
    init.relocs
        .iter()
        .map(|r| Reloc {
            offset: r.offset as u32,
            kind: if r.width == 8 { RelocKind::Abs64 } else { RelocKind::Abs32 },
            target: r.target,
            addend: r.addend,
        })
        .collect()
}

/// Functions with a body that something still refers to, once calls were inlined: those that
/// `main.main`, initialisation, the runtime object and the data reach. In order of their ids.
#[must_use]
pub fn live_functions(prog: &Program, d: &Descriptors) -> Vec<FuncId> {
    let types: FxHashMap<_, _> = d.types.iter().map(|(t, init, _)| (*t, init)).collect();
    let mut seen: FxHashSet<SymbolId> = FxHashSet::default();
    let mut work: Vec<SymbolId> = Vec::new();
    let mut reach = |s: SymbolId, work: &mut Vec<SymbolId>| {
        if seen.insert(s) {
            work.push(s);
        }
    };
    let by_extern = go_abi::runtime_fns::EXTERN_CALLS.iter().map(|(_, to)| to);
    let roots = go_abi::runtime_fns::GO_ROOTS.iter().chain(crate::program::BACKEND_FUNCS).chain(by_extern);
    for name in roots.copied().chain(["main.main", "go:initall"]) {
        if let Some(f) = prog.by_name.get(name) {
            reach(Program::func_symbol(*f), &mut work);
        }
    }
    for s in &prog.extern_roots {
        reach(*s, &mut work);
    }
    let mut live = Vec::new();
    while let Some(s) = work.pop() {
        let index = s.index();
        match s.kind() {
            SymbolKind::Func => {
                let Some(body) = prog.body(FuncId(index)) else { continue };
                live.push(FuncId(index));
                for b in body.blocks.iter() {
                    for i in &b.insts {
                        references(prog, &body.insts[*i], body, &mut |s| reach(s, &mut work));
                    }
                }
            }
            SymbolKind::FuncValue | SymbolKind::Thunk => reach(SymbolId::new(SymbolKind::Func, index), &mut work),
            SymbolKind::Global => {
                let init = &prog.globals[crate::ir::GlobalId(index)].init;
                init.relocs.iter().for_each(|r| reach(r.target, &mut work));
            }
            SymbolKind::Data => {
                let init = &prog.datas[crate::ir::DataId(index)].init;
                init.relocs.iter().for_each(|r| reach(r.target, &mut work));
            }
            SymbolKind::TypeDesc => {
                if let Some(init) = types.get(&crate::ty::Ty(index)) {
                    init.relocs.iter().for_each(|r| reach(r.target, &mut work));
                }
            }
            SymbolKind::Itab => {
                if let Some(init) = d.itabs.get(index as usize) {
                    init.relocs.iter().for_each(|r| reach(r.target, &mut work));
                }
            }
            SymbolKind::Str | SymbolKind::Named => {}
        }
    }
    live.sort_unstable();
    live
}

/// Symbols that an instruction's code refers to.
fn references(prog: &Program, i: &InstData, body: &Function, f: &mut impl FnMut(SymbolId)) {
    match &i.op {
        Op::FuncValue(v) => f(Program::func_value_symbol(*v)),
        Op::GlobalAddr(g) => f(Program::global_symbol(*g)),
        Op::DataAddr(d) => f(Program::data_symbol(*d)),
        Op::TypeDesc(t) | Op::Alloc { ty: t, .. } | Op::Buffer { ty: t, .. } => f(Program::type_symbol(*t)),
        Op::Itab(c, t) => {
            if let Some(s) = prog.find_itab(*c, *t) {
                f(s);
            }
        }
        Op::MakeClosure { func, ty, .. } => {
            f(Program::func_symbol(*func));
            f(Program::type_symbol(*ty));
        }
        Op::MakeInterface { ty, .. } => {
            f(Program::type_symbol(*ty));
            if let Some(s) = prog.find_itab(*ty, body.values[i.results[0]].ty) {
                f(s);
            }
        }
        Op::Call { callee: Callee::Func(id), .. } => f(Program::func_symbol(*id)),
        Op::SymbolAddr(name) => {
            if let Some(id) = prog.by_name.get(name) {
                f(Program::func_symbol(*id));
            }
        }
        _ => {}
    }
}

/// The data of a program whose bodies are in their final form; `live` are the functions that are
/// compiled ([`live_functions`]).
#[must_use]
pub fn image_data(prog: &Program, d: &Descriptors, live: &[FuncId]) -> ImageData {
    let mut out = ImageData::default();
    let mut push = |symbol, name: &str, section, init: &crate::ir::DataInit, size, align| {
        out.objects.push(DataObject {
            symbol,
            name: name.to_string(),
            section,
            bytes: init.bytes.clone(),
            size,
            align,
            relocs: relocs(init),
        });
    };
    for (t, init, size) in &d.types {
        push(Program::type_symbol(*t), "", DataSection::Rodata, init, *size, 8);
    }
    for (i, init) in d.itabs.iter().enumerate() {
        let size = init.bytes.len() as u64;
        push(SymbolId::new(SymbolKind::Itab, i as u32), "", DataSection::Rodata, init, size, 8);
    }
    for (id, data) in prog.datas.iter_enumerated() {
        let section = match (data.writable, data.has_pointers) {
            (false, _) => DataSection::Rodata,
            (true, true) => DataSection::Data,
            (true, false) => DataSection::NoPtrData,
        };
        push(Program::data_symbol(id), &data.name, section, &data.init, data.size, data.align);
    }
    for (id, g) in prog.globals.iter_enumerated() {
        let l = prog.types.layout_of(g.ty);
        let section = if l.ptr_bytes > 0 { DataSection::Data } else { DataSection::NoPtrData };
        push(Program::global_symbol(id), &g.name, section, &g.init, l.size.max(1), l.align);
    }
    let mut is_value = vec![false; prog.funcs.len()];
    for body in live.iter().filter_map(|f| prog.body(*f)) {
        for b in body.blocks.iter() {
            for i in &b.insts {
                if let Op::FuncValue(v) = body.insts[*i].op {
                    is_value[v.0 as usize] = true;
                }
            }
        }
    }
    for o in &out.objects {
        for r in o.relocs.iter().filter(|r| r.target.kind() == SymbolKind::FuncValue) {
            is_value[r.target.index() as usize] = true;
        }
    }
    for (id, f) in prog.funcs.iter_enumerated() {
        if !is_value[id.0 as usize] {
            continue;
        }
        let code = if f.attrs.closure { SymbolKind::Func } else { SymbolKind::Thunk };
        if code == SymbolKind::Thunk {
            out.thunks.push(id);
        }
        out.objects.push(DataObject {
            symbol: Program::func_value_symbol(id),
            name: String::new(),
            section: DataSection::Rodata,
            bytes: vec![0; 8],
            size: 8,
            align: 8,
            relocs: vec![Reloc { offset: 0, kind: RelocKind::Abs64, target: SymbolId::new(code, id.0), addend: 0 }],
        });
    }
    for (id, s) in prog.strings.iter_enumerated() {
        out.objects.push(DataObject {
            symbol: Program::str_symbol(id),
            name: String::new(),
            section: DataSection::Rodata,
            bytes: s.to_vec(),
            size: s.len() as u64,
            align: 1,
            relocs: Vec::new(),
        });
    }
    for (i, n) in prog.named.iter().enumerate() {
        out.names.push((SymbolId::new(SymbolKind::Named, i as u32), Arc::clone(n)));
    }
    for (id, f) in prog.funcs.iter_enumerated() {
        if matches!(f.body, FuncBody::Extern) {
            out.names.push((Program::func_symbol(id), Arc::clone(&f.name)));
        }
    }
    out.typelinks = d.typelinks.iter().map(|t| Program::type_symbol(*t)).collect();
    out.itabs = (0..d.itabs.len()).map(|i| SymbolId::new(SymbolKind::Itab, i as u32)).collect();
    out
}
