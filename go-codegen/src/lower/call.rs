//! Calls: direct, through closures, through interfaces, into the runtime object.

use super::Fx;
use crate::abi::{ArgPlace, Convention, ExternResults, block_layout, clif_type, extern_signature, scalars, signature};
use crate::repr::Repr;
use cranelift_codegen::ir::{
    BlockArg, BlockCall, ExceptionTableData, ExceptionTableItem, FuncRef, InstBuilder, MemFlagsData, Signature,
    Value as V, types,
};
use go_abi::layout::g::off;
use go_ir::{Callee, FuncBody, FuncId, Inst, Program, Ty, TyKind, Value};
use smallvec::SmallVec;

/// Offset of the method table in an itab (`abi.ITab.Fun`).
const ITAB_FUN: i32 = 24;

/// What is called.
#[derive(Clone, Copy)]
pub(crate) enum Code {
    /// A known function.
    Direct(FuncRef),
    /// A code address.
    Indirect(V),
}

impl Fx<'_, '_> {
    /// Calls Go code; in functions with defer the call may resume at the landing pad.
    pub(crate) fn go_call(&mut self, code: Code, sig: Signature, args: &[V]) -> SmallVec<[V; 4]> {
        if !self.in_try {
            let call = match code {
                Code::Direct(f) => self.b.ins().call(f, args),
                Code::Indirect(p) => {
                    let s = self.sig_ref(sig);
                    self.b.ins().call_indirect(s, p, args)
                }
            };
            return self.b.inst_results(call).iter().copied().collect();
        }
        let landing = *self.landing.get_or_insert_with(|| self.b.create_block());
        let normal = self.b.create_block();
        let rets: Vec<_> = sig.returns.iter().map(|r| r.value_type).collect();
        let vals: SmallVec<[V; 4]> = rets.iter().map(|t| self.b.append_block_param(normal, *t)).collect();
        let sig = self.sig_ref(sig);
        let ret_args: Vec<BlockArg> = (0..rets.len() as u32).map(BlockArg::TryCallRet).collect();
        let pool = &mut self.b.func.dfg.value_lists;
        let normal_call = BlockCall::new(normal, ret_args, pool);
        let landing_call = BlockCall::new(landing, [], pool);
        let table = ExceptionTableData::new(sig, normal_call, [ExceptionTableItem::Default(landing_call)]);
        let table = self.b.func.dfg.exception_tables.push(table);
        match code {
            Code::Direct(f) => self.b.ins().try_call(f, args, table),
            Code::Indirect(p) => self.b.ins().try_call_indirect(p, args, table),
        };
        self.b.switch_to_block(normal);
        vals
    }

    /// The scalars of an argument under a place in registers.
    fn arg_parts(&mut self, v: Value, parts: &[go_ir::Part], out: &mut Vec<V>) {
        match self.repr(v) {
            Repr::Parts(ps) => out.extend(ps),
            Repr::Mem(addr) => {
                for p in parts {
                    out.push(self.b.ins().load(clif_type(p.scalar), MemFlagsData::trusted(), addr, p.offset as i32));
                }
            }
        }
    }

    /// `Call`
    pub(crate) fn call(&mut self, i: Inst, callee: &Callee, args: &[Value]) {
        match callee {
            Callee::Func(id) => {
                if matches!(self.prog.funcs[*id].body, FuncBody::Extern) {
                    self.extern_call(i, *id, args);
                    return;
                }
                let decl = &self.prog.funcs[*id];
                let (params, results) = (decl.params.clone(), decl.results.clone());
                let sym = Program::func_symbol(*id);
                self.call_with(i, &params, &results, Convention::Plain, &[], args, |fx, sig| {
                    Code::Direct(fx.func_ref(sym, sig))
                });
            }
            Callee::Closure(c) => {
                let TyKind::Func(sig) = self.prog.types.under(self.ty(*c)).clone() else {
                    panic!("bug: call of a value that is not a function")
                };
                let fault = self.fault_of(*c);
                let ctx = self.scalar(*c);
                self.call_with(i, &sig.params, &sig.results, Convention::Closure, &[ctx], args, |fx, _| {
                    Code::Indirect(fx.b.ins().load(types::I64, fault.flags(), ctx, 0))
                });
            }
            Callee::Interface { recv, method } => {
                let TyKind::Interface(methods) = self.prog.types.under(self.ty(*recv)).clone() else {
                    panic!("bug: method call of a value that is not an interface")
                };
                let TyKind::Func(sig) = self.prog.types.under(methods[*method as usize].sig).clone() else {
                    panic!("bug: method without signature")
                };
                let Repr::Parts(parts) = self.repr(*recv) else { panic!("bug: interface in memory") };
                let (tab, data) = (parts[0], parts[1]);
                let fault = self.fault_of(*recv);
                let off = ITAB_FUN + 8 * *method as i32;
                let mut params = vec![Ty::UNSAFE_POINTER];
                params.extend(sig.params.iter().copied());
                // The data word takes the receiver's place.
                self.call_lead(i, &params, &sig.results, data, args, |fx, _| {
                    Code::Indirect(fx.b.ins().load(types::I64, fault.flags(), tab, off))
                });
            }
        }
    }

    fn call_lead(
        &mut self,
        i: Inst,
        params: &[Ty],
        results: &[Ty],
        data: V,
        args: &[Value],
        code: impl FnOnce(&mut Self, Signature) -> Code,
    ) {
        // Interface receivers are one pointer word and always in the first integer register.
        self.call_places(i, params, results, Convention::Plain, &[data], 1, args, code);
    }

    #[expect(clippy::too_many_arguments, reason = "one place assembles all kinds of calls")]
    fn call_with(
        &mut self,
        i: Inst,
        params: &[Ty],
        results: &[Ty],
        convention: Convention,
        lead: &[V],
        args: &[Value],
        code: impl FnOnce(&mut Self, Signature) -> Code,
    ) {
        self.call_places(i, params, results, convention, lead, 0, args, code);
    }

    #[expect(clippy::too_many_arguments, reason = "one place assembles all kinds of calls")]
    fn call_places(
        &mut self,
        i: Inst,
        params: &[Ty],
        results: &[Ty],
        convention: Convention,
        lead: &[V],
        skip: usize,
        args: &[Value],
        code: impl FnOnce(&mut Self, Signature) -> Code,
    ) {
        let layout = block_layout(&self.prog.types, params, results);
        let sig = signature(&layout, convention);
        let mut vals: Vec<V> = lead.to_vec();
        let block = (layout.size > 0).then(|| {
            let s = self.bytes_slot(layout.size);
            self.b.ins().stack_addr(types::I64, s, 0)
        });
        for (place, v) in layout.params[skip..].iter().zip(args) {
            match place {
                ArgPlace::Regs(parts) => self.arg_parts(*v, parts, &mut vals),
                ArgPlace::Block(off) => {
                    let r = self.repr(*v);
                    let ty = self.ty(*v);
                    self.write(ty, block.expect("bug: argument block"), *off as i32, &r, MemFlagsData::trusted());
                }
            }
        }
        let target = code(self, sig.clone());
        if let Some(addr) = block {
            let g = self.b.ins().get_pinned_reg(types::I64);
            self.b.ins().store(MemFlagsData::trusted(), addr, g, off::ARGBLOCK);
        }
        let rets = self.go_call(target, sig, &vals);
        let mut rets = rets.into_iter();
        let out: go_ir::Results = self.f.insts[i].results.clone();
        for ((place, v), ty) in layout.results.iter().zip(out.iter().copied()).zip(results) {
            let repr = match place {
                ArgPlace::Regs(parts) => {
                    let ps: SmallVec<[V; 4]> = parts.iter().map(|_| rets.next().expect("bug: results")).collect();
                    if self.prog.types.layout_of(*ty).parts.is_some() {
                        Repr::Parts(ps)
                    } else {
                        let addr = self.temp(*ty);
                        for (p, x) in parts.iter().zip(ps) {
                            self.b.ins().store(MemFlagsData::trusted(), x, addr, p.offset as i32);
                        }
                        Repr::Mem(addr)
                    }
                }
                ArgPlace::Block(off) => self.read_stable(*ty, block.expect("bug: argument block"), *off as i32),
            };
            self.values[v.0 as usize] = Some(repr);
        }
    }

    /// Call of a function of the runtime object, by the C convention.
    fn extern_call(&mut self, i: Inst, id: FuncId, args: &[Value]) {
        let decl = &self.prog.funcs[id];
        let (params, results) = (decl.params.clone(), decl.results.clone());
        let (sig, how) = extern_signature(&self.prog.types, &params, &results);
        let mut vals = Vec::new();
        let slots = match how {
            ExternResults::Slots(n) => {
                let s = self.bytes_slot(8 * n as u64);
                let addr = self.b.ins().stack_addr(types::I64, s, 0);
                vals.push(addr);
                Some(addr)
            }
            ExternResults::Regs => None,
        };
        for (v, ty) in args.iter().zip(&params) {
            match self.repr(*v) {
                Repr::Parts(ps) => vals.extend(ps),
                Repr::Mem(addr) => {
                    let l = block_layout(&self.prog.types, &[*ty], &[]);
                    if let ArgPlace::Regs(parts) = &l.params[0] {
                        for p in parts {
                            let x =
                                self.b.ins().load(clif_type(p.scalar), MemFlagsData::trusted(), addr, p.offset as i32);
                            vals.push(x);
                        }
                    }
                }
            }
        }
        let f = self.func_ref(Program::func_symbol(id), sig);
        let call = self.b.ins().call(f, &vals);
        let mut rets: Vec<V> = self.b.inst_results(call).to_vec();
        if let Some(addr) = slots {
            rets = scalars(&self.prog.types, &results)
                .iter()
                .enumerate()
                .map(|(n, s)| self.b.ins().load(clif_type(*s), MemFlagsData::trusted(), addr, 8 * n as i32))
                .collect();
        }
        let mut rets = rets.into_iter();
        let out: go_ir::Results = self.f.insts[i].results.clone();
        for (v, ty) in out.into_iter().zip(&results) {
            let n = scalars(&self.prog.types, &[*ty]).len();
            let ps: SmallVec<[V; 4]> = rets.by_ref().take(n).collect();
            self.values[v.0 as usize] = Some(Repr::Parts(ps));
        }
    }
}
