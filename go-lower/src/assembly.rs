//! The border between Go and assembly: functions that call assembly with arguments in memory, and
//! functions that assembly's calls of Go lead to. Never sees assembly itself: what it defines and refers
//! to is told by [`PackageFacts`](super::PackageFacts).

use super::body::{Body, lower_made};
use super::program::{Job, Lowerer, abi0_symbol, entry_symbol};
use go_ir::ir::{Attrs, FuncBody, FuncDecl, FuncId, Op, Value};
use go_ir::program::Program;
use go_ir::ty::{Field, Ty, TyKind};
use go_source::Pos;
use go_types::object::{ObjId, ObjectKind};

/// Bytes of stack that `runtime.asmcall` takes besides the copy of the frame, with some reserve.
const CALL: u32 = 192;

/// Memory of arguments and results as assembly sees it: they follow each other like the fields of a
/// struct, results from a multiple of the word size on.
struct Frame {
    ty: Ty,
    /// Field number of the first result.
    results: u32,
    /// Where the results begin.
    results_at: u64,
    /// Bytes, a multiple of 8.
    size: u64,
}

impl Lowerer<'_> {
    fn asm_frame(&mut self, params: &[Ty], results: &[Ty]) -> Frame {
        let name = self.checker.store.interner.intern("_");
        let field = |ty: Ty| Field { name, pkg: None, ty, embedded: false, tag: go_source::Symbol::EMPTY };
        let mut fields: Vec<Field> = params.iter().map(|t| field(*t)).collect();
        let mut first = fields.len() as u32;
        if !results.is_empty() {
            let align = self.intern(TyKind::Array(Ty::UINTPTR, 0));
            fields.push(field(align));
            first += 1;
            fields.extend(results.iter().map(|t| field(*t)));
        }
        let ty = self.intern(TyKind::Struct(fields.into()));
        let layout = self.prog.types.layout(ty);
        let size = layout.size.next_multiple_of(8);
        let at = layout.field_offsets.get(first as usize).copied().unwrap_or(size);
        Frame { ty, results: first, results_at: at & !7, size }
    }

    /// The body of a function that is defined in assembly: it calls that with a frame in memory.
    pub(super) fn lower_assembly(&mut self, f: FuncId, obj: ObjId) {
        let name = self.prog.funcs[f].name.to_string();
        let Some(asm) = self.assembly.get(&name).cloned() else { return };
        for symbol in &asm.refers_to {
            self.refer(symbol);
        }
        let (params, results) = (self.prog.funcs[f].params.clone(), self.prog.funcs[f].results.clone());
        let frame = self.asm_frame(&params, &results);
        let call = if self.symbols.is_noescape(obj) { "asmcallNoescape" } else { "asmcall" };
        let call = self.runtime(call);
        self.prog.funcs[f].attrs.callee_stack =
            asm.stack.saturating_add(CALL).saturating_add(u32::try_from(frame.size).unwrap_or(u32::MAX));
        let code = abi0_symbol(&name);
        self.prog.named_symbol(&code);
        let pos = self.checker.store.objects[obj].pos;
        lower_made(self, f, pos, |b, args| {
            let mem = b.alloc(frame.ty);
            for (i, arg) in args.iter().enumerate() {
                let at = b.frame_field(mem, &frame, i as u32, params[i]);
                b.store(at, *arg);
            }
            let code = b.fr.b.emit(Op::SymbolAddr(code.into()), Ty::UNSAFE_POINTER);
            let address = b.bitcast(mem, Ty::UNSAFE_POINTER);
            let size = b.iconst(frame.size as i64, Ty::UINTPTR);
            let results_at = b.iconst(frame.results_at as i64, Ty::UINTPTR);
            b.call_func(call, &[code, address, size, results_at]);
            let values: Vec<Value> = b.frame_values(mem, &frame, frame.results, &results);
            b.fr.b.ret(&values);
        });
    }

    /// Something of Go that assembly refers to is part of the program.
    fn refer(&mut self, symbol: &str) {
        let Some(obj) = self.symbols.object_of(self.checker, symbol) else { return };
        match self.checker.store.objects[obj].kind {
            ObjectKind::Func { .. } => {
                let target = self.func_of(obj, Vec::new());
                let entry = entry_symbol(symbol);
                if self.prog.by_name.contains_key(entry.as_str()) {
                    return;
                }
                let f = self.prog.add_func(FuncDecl {
                    name: entry.into(),
                    params: vec![Ty::UNSAFE_POINTER],
                    results: Vec::new(),
                    body: FuncBody::None,
                    attrs: Attrs { noinline: true, wrapper: true, ..Attrs::default() },
                });
                self.prog.extern_roots.push(Program::func_symbol(f));
                self.jobs.push(Job::Entry(f, target));
            }
            ObjectKind::Var { .. } => {
                let g = self.global(obj);
                self.prog.extern_roots.push(Program::global_symbol(g));
            }
            _ => {}
        }
    }
}

/// The entry from assembly of `target`.
pub(super) fn lower_entry(lo: &mut Lowerer<'_>, f: FuncId, target: FuncId) {
    let (params, results) = (lo.prog.funcs[target].params.clone(), lo.prog.funcs[target].results.clone());
    let frame = lo.asm_frame(&params, &results);
    lower_made(lo, f, Pos::NONE, |b, args| {
        let ptr = b.ptr_to(frame.ty);
        let mem = b.bitcast(args[0], ptr);
        let args = b.frame_values(mem, &frame, 0, &params);
        let values = b.call_func(target, &args);
        for (i, v) in values.iter().enumerate() {
            let at = b.frame_field(mem, &frame, frame.results + i as u32, results[i]);
            b.store(at, *v);
        }
        b.fr.b.ret(&[]);
    });
}

impl Body<'_, '_> {
    fn frame_field(&mut self, mem: Value, frame: &Frame, field: u32, ty: Ty) -> Value {
        let pty = self.ptr_to(ty);
        self.fr.b.emit(Op::FieldAddr { base: mem, ty: frame.ty, field }, pty)
    }

    fn frame_values(&mut self, mem: Value, frame: &Frame, first: u32, types: &[Ty]) -> Vec<Value> {
        let mut out = Vec::with_capacity(types.len());
        for (i, ty) in types.iter().enumerate() {
            let at = self.frame_field(mem, frame, first + i as u32, *ty);
            out.push(self.load(at, *ty));
        }
        out
    }
}
