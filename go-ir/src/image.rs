//! A program's data as link objects: strings, variables, descriptors, itabs, closure objects.

use crate::ir::{FuncBody, FuncId, Op};
use crate::lower::descriptors::Descriptors;
use crate::program::Program;
use go_abi::object::{DataObject, DataSection, Reloc, RelocKind, SymbolId, SymbolKind};
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

/// The data of a program whose bodies are in their final form.
#[must_use]
pub fn image_data(prog: &Program, d: &Descriptors) -> ImageData {
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
    for f in prog.funcs.iter() {
        let FuncBody::Ir(body) = &f.body else { continue };
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
