//! Cranelift's result as a [`MachineFunction`].

use crate::lower::{Loc, may_call};
use crate::{CodegenError, Worker, entry};
use cranelift_codegen::binemit::Reloc as ClifReloc;
use cranelift_codegen::ir::ExternalName;
use cranelift_codegen::{FinalizedMachExceptionHandler, FinalizedRelocTarget};
use go_abi::object::{CallSite, InlineSite, LineRow, MachineFunction, Reloc, RelocKind, SymbolId, SymbolKind};
use go_ir::{FuncId, Program};

/// What was translated.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    /// A function.
    Function,
    /// Its thunk.
    Thunk,
}

/// Compiles the translated function and collects the result.
pub(crate) fn finish(
    worker: &mut Worker<'_>,
    program: &Program,
    func: FuncId,
    what: What,
    locs: &[Loc],
) -> Result<MachineFunction, CodegenError> {
    let decl = &program.funcs[func];
    let isa = &*worker.backend.isa;
    let fail = |message: String| CodegenError::Backend { name: decl.name.to_string(), message };
    if let Err(e) = worker.context.compile(isa, &mut worker.control) {
        let text = e.inner.to_string();
        return Err(fail(text));
    }
    let names = worker.context.func.params.user_named_funcs().clone();
    let code = worker.context.compiled_code().expect("bug: just compiled");
    let buffer = &code.buffer;
    let body = program.body(func);
    let align = buffer.alignment.max(16);
    let check = match body {
        Some(b) if what == What::Function && !b.attrs.nosplit => {
            let frame = buffer.frame_layout().expect("bug: just compiled").frame_to_fp_offset;
            entry::check(frame.saturating_add(b.attrs.callee_stack), may_call(b), code.code_buffer().len(), align)
        }
        _ => None,
    };
    // Everything below moves by what stands in front.
    let front = check.as_ref().map_or(0, |c| c.head.len() as u32);
    let symbol_index = func.0;
    let symbol = match what {
        What::Function => SymbolId::new(SymbolKind::Func, symbol_index),
        What::Thunk => SymbolId::new(SymbolKind::Thunk, symbol_index),
    };
    let mut relocs = Vec::with_capacity(buffer.relocs().len());
    for r in buffer.relocs() {
        let kind = match r.kind {
            ClifReloc::Abs8 => RelocKind::Abs64,
            ClifReloc::Abs4 => RelocKind::Abs32,
            ClifReloc::X86PCRel4 | ClifReloc::X86CallPCRel4 | ClifReloc::X86CallPLTRel4 => RelocKind::Pc32,
            other => return Err(fail(format!("unexpected relocation {other}"))),
        };
        let (target, addend) = match &r.target {
            FinalizedRelocTarget::ExternalName(ExternalName::User(u)) => (SymbolId(names[*u].index), r.addend),
            FinalizedRelocTarget::ExternalName(n) => {
                return Err(fail(format!("unexpected symbol {n:?}")));
            }
            FinalizedRelocTarget::Func(offset) => (symbol, r.addend + i64::from(*offset + front)),
        };
        relocs.push(Reloc { offset: r.offset + front, kind, target, addend });
    }
    let mut lines = Vec::new();
    for s in buffer.get_srclocs_sorted() {
        let row = match s.loc.is_default() {
            true => LineRow { offset: s.start + front, pos: 0, inl: 0 },
            false => {
                let l = &locs[s.loc.bits() as usize];
                LineRow { offset: s.start + front, pos: l.pos.0, inl: l.inl }
            }
        };
        if lines.last().is_none_or(|p: &LineRow| (p.pos, p.inl) != (row.pos, row.inl)) {
            lines.push(row);
        }
    }
    if let Some(first) = lines.first_mut().filter(|l| l.offset == front) {
        first.offset = 0;
    }
    let mut call_sites = Vec::new();
    for c in buffer.call_sites() {
        for h in c.exception_handlers {
            if let FinalizedMachExceptionHandler::Default(landing) = h {
                let fp_to_sp = c.frame_offset.ok_or_else(|| fail("call site without frame offset".into()))?;
                call_sites.push(CallSite { ret: c.ret_addr + front, landing: *landing + front, fp_to_sp });
            }
        }
    }
    let inlines = match (what, body) {
        (What::Function, Some(b)) => b
            .inlines
            .iter()
            .map(|i| InlineSite {
                parent: i.parent,
                name: program.funcs[i.func].name.to_string(),
                call_pos: i.pos.0,
                func_pos: program.body(i.func).map_or(0, |f| f.pos.0),
            })
            .collect(),
        _ => Vec::new(),
    };
    let code = match check {
        Some(check) => {
            let morestack = program.find_named("runtime.morestack").expect("bug: runtime.morestack is not declared");
            check.wrap(code.code_buffer(), &mut relocs, morestack)
        }
        None => code.code_buffer().to_vec(),
    };
    Ok(MachineFunction {
        symbol,
        name: decl.name.to_string(),
        code,
        align,
        relocs,
        lines,
        inlines,
        call_sites,
        pos: body.map_or(0, |b| b.pos.0),
        wrapper: what == What::Thunk || decl.attrs.wrapper,
        closure: what == What::Thunk || body.is_some_and(|b| b.attrs.closure),
        nosplit: what == What::Thunk || decl.attrs.nosplit,
        assembly: false,
    })
}
