//! Translation of one IR function to Cranelift's IR.
//!
//! Values of a Go type are scalar parts or immutable temporary memory ([`crate::repr::Repr`]). A file
//! per group of operations; nothing here chooses between stack and heap.

mod arith;
mod call;
mod check;
mod inst;
mod intrinsic;
mod landing;
mod mem;

use crate::abi::{ArgPlace, BlockLayout, Convention, block_layout, clif_type, signature};
use crate::repr::Repr;
use cranelift_codegen::ir::{
    self as clif, BlockArg, ExtFuncData, ExternalName, FuncRef, GlobalValueData, InstBuilder, MemFlagsData, SigRef,
    Signature, SourceLoc, StackSlotData, StackSlotKind, TrapCode, Type, UserExternalName, UserFuncName, types,
};
use cranelift_codegen::isa::OwnedTargetIsa;
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext, Switch};
use go_abi::layout::g::off;
use go_abi::object::SymbolId;
use go_ir::{Block, FuncBody, FuncId, Function, Inst, Op, Program, StorageMap, Target, Terminator, Ty, Value};
use go_source::{Idx, Pos};
use rustc_hash::FxHashMap;
use smallvec::SmallVec;

/// A source location: Cranelift's `SourceLoc` is an index into a list of these.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Loc {
    /// Position.
    pub(crate) pos: Pos,
    /// Inlined call.
    pub(crate) inl: u32,
}

/// Trap code after calls that do not return.
pub(crate) fn unreachable_trap() -> TrapCode {
    TrapCode::unwrap_user(1)
}

/// State of a translation.
pub(crate) struct Fx<'a, 'b> {
    pub(crate) b: FunctionBuilder<'b>,
    pub(crate) prog: &'a Program,
    pub(crate) f: &'a Function,
    pub(crate) storage: &'a StorageMap,
    pub(crate) values: Vec<Option<Repr>>,
    pub(crate) uses: Vec<u32>,
    blocks: Vec<clif::Block>,
    /// Slots of memory block parameters.
    param_slots: FxHashMap<Value, clif::StackSlot>,
    pub(crate) layout: BlockLayout,
    pub(crate) arg_block: Option<clif::Value>,
    pub(crate) ctx: Option<clif::Value>,
    funcs: FxHashMap<SymbolId, FuncRef>,
    sigs: FxHashMap<Signature, SigRef>,
    symbols: FxHashMap<SymbolId, clif::GlobalValue>,
    /// Calls may resume at the landing pad.
    pub(crate) in_try: bool,
    pub(crate) landing: Option<clif::Block>,
    kept: landing::Kept,
    locs: Vec<Loc>,
    loc_map: FxHashMap<Loc, u32>,
    /// Base pointers checked for nil in the current block (functions with explicit checks).
    pub(crate) checked: SmallVec<[Value; 8]>,
    pending_edges: Vec<(clif::Block, Target)>,
}

/// Whether the code of a function may call something that takes more stack than the slack below
/// `g.stack_lo` has for leaves.
pub(crate) fn may_call(f: &Function) -> bool {
    let calls = |op: &Op| {
        matches!(
            op,
            Op::Call { .. } | Op::MakeClosure { .. } | Op::MakeInterface { .. } | Op::Alloc { .. } | Op::Buffer { .. }
        )
    };
    f.blocks.iter().flat_map(|b| &b.insts).any(|i| calls(&f.insts[*i].op))
}

/// Translates a function; returns its source locations.
pub(crate) fn function(
    out: &mut clif::Function,
    builder: &mut FunctionBuilderContext,
    prog: &Program,
    f: &Function,
    storage: &StorageMap,
    isa: &OwnedTargetIsa,
) -> Vec<Loc> {
    let layout = block_layout(&prog.types, &f.params, &f.results);
    let convention = if f.attrs.closure { Convention::Closure } else { Convention::Plain };
    out.signature = signature(&layout, convention);
    out.name = UserFuncName::user(0, Program::func_symbol(f.id).0);
    let mut b = FunctionBuilder::new(out, builder);
    let blocks: Vec<clif::Block> = f.blocks.ids().map(|_| b.create_block()).collect();
    let mut fx = Fx {
        b,
        prog,
        f,
        storage,
        values: vec![None; f.values.len()],
        uses: count_uses(f),
        blocks,
        param_slots: FxHashMap::default(),
        layout,
        arg_block: None,
        ctx: None,
        funcs: FxHashMap::default(),
        sigs: FxHashMap::default(),
        symbols: FxHashMap::default(),
        in_try: false,
        landing: None,
        kept: landing::Kept::new(f),
        locs: Vec::new(),
        loc_map: FxHashMap::default(),
        checked: SmallVec::new(),
        pending_edges: Vec::new(),
    };
    fx.prologue(convention);
    fx.declare_params();
    let order = reverse_postorder(f);
    for block in order {
        fx.block(block);
    }
    fx.landing_pad();
    fx.b.seal_all_blocks();
    fx.b.finalize(isa.frontend_config());
    fx.locs
}

/// Translates the thunk of a function: same code under the closure convention.
pub(crate) fn thunk(
    out: &mut clif::Function,
    builder: &mut FunctionBuilderContext,
    prog: &Program,
    func: FuncId,
    isa: &OwnedTargetIsa,
) {
    let decl = &prog.funcs[func];
    let layout = block_layout(&prog.types, &decl.params, &decl.results);
    out.signature = signature(&layout, Convention::Closure);
    out.name = UserFuncName::user(0, Program::func_symbol(func).0);
    let mut b = FunctionBuilder::new(out, builder);
    let entry = b.create_block();
    b.append_block_params_for_function_params(entry);
    b.switch_to_block(entry);
    let args: Vec<clif::Value> = b.block_params(entry)[1..].to_vec();
    let import = |b: &mut FunctionBuilder<'_>, sig: Signature| {
        let sig = b.import_signature(sig);
        let name = b
            .func
            .declare_imported_user_function(UserExternalName { namespace: 0, index: Program::func_symbol(func).0 });
        b.import_function(ExtFuncData {
            name: ExternalName::user(name),
            signature: sig,
            colocated: true,
            patchable: false,
        })
    };
    if matches!(decl.body, FuncBody::Extern) {
        let (sig, how) = crate::abi::extern_signature(&prog.types, &decl.params, &decl.results);
        let rets: Vec<Type> = signature(&layout, Convention::Plain).returns.iter().map(|p| p.value_type).collect();
        let callee = import(&mut b, sig);
        let mut all = Vec::new();
        let slot = match how {
            crate::abi::ExternResults::Slots(n) => {
                let s = b.create_sized_stack_slot(StackSlotData::new(StackSlotKind::ExplicitSlot, 8 * n as u32, 3));
                all.push(b.ins().stack_addr(types::I64, s, 0));
                Some(s)
            }
            crate::abi::ExternResults::Regs => None,
        };
        all.extend(args);
        let call = b.ins().call(callee, &all);
        let results: Vec<clif::Value> = match slot {
            Some(s) => {
                let p = b.ins().stack_addr(types::I64, s, 0);
                rets.iter()
                    .enumerate()
                    .map(|(i, t)| b.ins().load(*t, MemFlagsData::trusted(), p, 8 * i as i32))
                    .collect()
            }
            None => b.inst_results(call).to_vec(),
        };
        b.ins().return_(&results);
    } else {
        let callee = import(&mut b, signature(&layout, Convention::Plain));
        b.ins().return_call(callee, &args);
    }
    b.seal_all_blocks();
    b.finalize(isa.frontend_config());
}

fn count_uses(f: &Function) -> Vec<u32> {
    let mut uses = vec![0u32; f.values.len()];
    for block in f.blocks.iter() {
        for i in &block.insts {
            go_ir::visit::operands(&f.insts[*i].op, &mut |v| uses[v.index()] += 1);
        }
        go_ir::visit::terminator_operands(&block.term, &mut |v| uses[v.index()] += 1);
    }
    uses
}

/// Reachable blocks, each after at least one predecessor that dominates it where possible.
fn reverse_postorder(f: &Function) -> Vec<Block> {
    let mut seen = vec![false; f.blocks.len()];
    let mut post = Vec::with_capacity(f.blocks.len());
    let mut roots = vec![Block(0)];
    roots.extend(f.recover_block);
    let mut segments: Vec<Vec<Block>> = Vec::new();
    for root in roots {
        if seen[root.index()] {
            continue;
        }
        seen[root.index()] = true;
        let mut stack = vec![(root, go_ir::visit::successors(&f.blocks[root].term), 0)];
        while let Some((block, succs, next)) = stack.last_mut() {
            if let Some(s) = succs.get(*next).copied() {
                *next += 1;
                if !seen[s.index()] {
                    seen[s.index()] = true;
                    stack.push((s, go_ir::visit::successors(&f.blocks[s].term), 0));
                }
            } else {
                post.push(*block);
                stack.pop();
            }
        }
        let mut seg = std::mem::take(&mut post);
        seg.reverse();
        segments.push(seg);
    }
    segments.concat()
}

impl Fx<'_, '_> {
    /// Entry: parameters. The stack is checked before ([`crate::entry`]).
    fn prologue(&mut self, convention: Convention) {
        let entry = self.b.create_block();
        self.b.append_block_params_for_function_params(entry);
        self.b.switch_to_block(entry);
        let params: Vec<clif::Value> = self.b.block_params(entry).to_vec();
        let mut next = params.into_iter();
        if convention == Convention::Closure {
            self.ctx = next.next();
        }
        if self.layout.size > 0 {
            let g = self.b.ins().get_pinned_reg(types::I64);
            self.arg_block = Some(self.b.ins().load(types::I64, MemFlagsData::trusted(), g, off::ARGBLOCK));
        }
        let places = self.layout.params.clone();
        let ir_params = self.f.blocks[Block(0)].params.clone();
        for (place, v) in places.iter().zip(ir_params) {
            let ty = self.f.values[v].ty;
            let repr = match place {
                ArgPlace::Regs(parts) => {
                    let vals: SmallVec<[clif::Value; 4]> =
                        parts.iter().map(|_| next.next().expect("bug: parameter count")).collect();
                    if self.prog.types.layout_of(ty).parts.is_some() {
                        Repr::Parts(vals)
                    } else {
                        let addr = self.temp(ty);
                        for (p, x) in parts.iter().zip(vals) {
                            self.b.ins().store(MemFlagsData::trusted(), x, addr, p.offset as i32);
                        }
                        Repr::Mem(addr)
                    }
                }
                ArgPlace::Block(off) => {
                    let base = self.arg_block.expect("bug: argument block");
                    self.read_stable(ty, base, *off as i32)
                }
            };
            self.values[v.index()] = Some(repr);
        }
        self.keep_entry();
        let first = self.blocks[0];
        self.b.ins().jump(first, &[]);
    }

    fn declare_params(&mut self) {
        for (id, block) in self.f.blocks.iter_enumerated() {
            if id == Block(0) {
                continue;
            }
            for v in &block.params {
                let ty = self.f.values[*v].ty;
                let target = self.blocks[id.index()];
                match self.prog.types.layout_of(ty).parts.clone() {
                    Some(parts) => {
                        let vals =
                            parts.iter().map(|p| self.b.append_block_param(target, clif_type(p.scalar))).collect();
                        self.values[v.index()] = Some(Repr::Parts(vals));
                    }
                    None => {
                        let slot = self.slot(ty);
                        self.param_slots.insert(*v, slot);
                    }
                }
            }
        }
    }

    fn block(&mut self, id: Block) {
        let target = self.blocks[id.index()];
        let f = self.f;
        let data = &f.blocks[id];
        if data.cold {
            self.b.set_cold_block(target);
        }
        self.b.switch_to_block(target);
        self.checked.clear();
        if f.recover_block == Some(id) {
            self.restore_kept();
        }
        for v in &data.params {
            if let Some(slot) = self.param_slots.get(v).copied() {
                let addr = self.b.ins().stack_addr(types::I64, slot, 0);
                self.values[v.index()] = Some(Repr::Mem(addr));
            }
        }
        for v in &data.params {
            self.keep(*v);
        }
        for (n, i) in data.insts.iter().enumerate() {
            let inst = &f.insts[*i];
            self.set_loc(inst.pos, inst.inl);
            self.inst(*i, &data.insts[n + 1..], data);
            for v in &inst.results {
                self.keep(*v);
            }
        }
        self.set_loc(data.term_pos, 0);
        self.terminator(&data.term);
    }

    fn terminator(&mut self, term: &Terminator) {
        match term {
            Terminator::None | Terminator::Unreachable => {
                self.b.ins().trap(unreachable_trap());
            }
            Terminator::Jump(t) => {
                let args = self.target_args(t);
                let block = self.blocks[t.block.index()];
                self.b.ins().jump(block, &args);
            }
            Terminator::Branch { cond, then, els } => {
                let c = self.scalar(*cond);
                let (tb, ta) = self.edge(then);
                let (eb, ea) = self.edge(els);
                self.b.ins().brif(c, tb, &ta, eb, &ea);
                self.fill_edges();
            }
            Terminator::Switch { value, cases, default } => {
                let v = self.scalar(*value);
                let bits = self.b.func.dfg.value_type(v).bits();
                let mut sw = Switch::new();
                for (n, t) in cases {
                    let key = if bits == 64 { *n as u64 as u128 } else { u128::from(*n as u64 & ((1 << bits) - 1)) };
                    let block = self.edge_block(t);
                    sw.set_entry(key, block);
                }
                let d = self.edge_block(default);
                sw.emit(&mut self.b, v, d);
                self.fill_edges();
            }
            Terminator::Return(vals) => self.ret(vals),
        }
    }

    /// Arguments for a jump, after copying memory parameters into their slots. Only valid when the
    /// edge has a single predecessor path (plain jumps and edge blocks).
    fn target_args(&mut self, t: &Target) -> Vec<BlockArg> {
        let f = self.f;
        let params = &f.blocks[t.block].params;
        let mut args = Vec::new();
        let mut mems = Vec::new();
        for (p, a) in params.iter().zip(&t.args) {
            let ty = self.f.values[*p].ty;
            match self.repr(*a) {
                Repr::Parts(vals) => args.extend(vals.into_iter().map(BlockArg::Value)),
                Repr::Mem(src) => mems.push((self.param_slots[p], src, ty)),
            }
        }
        let several = mems.len() > 1;
        let staged: Vec<_> = mems
            .into_iter()
            .map(|(slot, src, ty)| {
                if several {
                    let tmp = self.temp(ty);
                    self.copy(ty, tmp, src);
                    (slot, tmp, ty)
                } else {
                    (slot, src, ty)
                }
            })
            .collect();
        for (slot, src, ty) in staged {
            let dst = self.b.ins().stack_addr(types::I64, slot, 0);
            self.copy(ty, dst, src);
        }
        args
    }

    fn has_mem_params(&self, b: Block) -> bool {
        self.f.blocks[b].params.iter().any(|p| self.param_slots.contains_key(p))
    }

    /// Block and arguments of a branch edge; edges that must copy memory get a block of their own.
    fn edge(&mut self, t: &Target) -> (clif::Block, Vec<BlockArg>) {
        if self.has_mem_params(t.block) {
            (self.edge_block(t), Vec::new())
        } else {
            let args = self.target_args(t);
            (self.blocks[t.block.index()], args)
        }
    }

    /// A block without parameters that leads to `t`.
    fn edge_block(&mut self, t: &Target) -> clif::Block {
        if t.args.is_empty() {
            return self.blocks[t.block.index()];
        }
        let e = self.b.create_block();
        self.pending_edges.push((e, t.clone()));
        e
    }

    fn fill_edges(&mut self) {
        for (e, t) in std::mem::take(&mut self.pending_edges) {
            self.b.switch_to_block(e);
            let args = self.target_args(&t);
            let block = self.blocks[t.block.index()];
            self.b.ins().jump(block, &args);
        }
    }

    fn ret(&mut self, vals: &[Value]) {
        let places = self.layout.results.clone();
        let mut out = Vec::new();
        for (place, v) in places.iter().zip(vals) {
            let ty = self.f.values[*v].ty;
            let repr = self.repr(*v);
            match place {
                ArgPlace::Regs(parts) => match repr {
                    Repr::Parts(ps) => out.extend(ps),
                    Repr::Mem(addr) => {
                        for p in parts {
                            out.push(self.b.ins().load(
                                clif_type(p.scalar),
                                MemFlagsData::trusted(),
                                addr,
                                p.offset as i32,
                            ));
                        }
                    }
                },
                ArgPlace::Block(off) => {
                    let base = self.arg_block.expect("bug: argument block");
                    self.write(ty, base, *off as i32, &repr, MemFlagsData::trusted());
                }
            }
        }
        self.b.ins().return_(&out);
    }

    /// Representation of a value.
    pub(crate) fn repr(&self, v: Value) -> Repr {
        self.values[v.index()].clone().unwrap_or_else(|| {
            panic!("bug: {}: value {v:?} used before its definition", self.prog.funcs[self.f.id].name)
        })
    }

    /// The only part of a value.
    pub(crate) fn scalar(&self, v: Value) -> clif::Value {
        match self.repr(v) {
            Repr::Parts(p) if p.len() == 1 => p[0],
            other => panic!(
                "bug: {}: value {v:?} of type {:?} is not one scalar: {other:?}",
                self.prog.funcs[self.f.id].name,
                self.prog.types.kind(self.f.values[v].ty)
            ),
        }
    }

    /// IR type of a value.
    pub(crate) fn ty(&self, v: Value) -> Ty {
        self.f.values[v].ty
    }

    /// Records the result of an instruction.
    pub(crate) fn def(&mut self, i: Inst, r: Repr) {
        let v = self.f.insts[i].results[0];
        self.values[v.index()] = Some(r);
    }

    /// Records a one-scalar result.
    pub(crate) fn def1(&mut self, i: Inst, v: clif::Value) {
        self.def(i, Repr::one(v));
    }

    /// Type of an instruction's result.
    pub(crate) fn result_ty(&self, i: Inst) -> Ty {
        self.f.values[self.f.insts[i].results[0]].ty
    }

    /// A stack slot for a value of type `ty`.
    pub(crate) fn slot(&mut self, ty: Ty) -> clif::StackSlot {
        let l = self.prog.types.layout_of(ty);
        self.bytes_slot(l.size.max(1))
    }

    /// A stack slot of `size` bytes.
    pub(crate) fn bytes_slot(&mut self, size: u64) -> clif::StackSlot {
        let size = u32::try_from(size.next_multiple_of(8)).unwrap_or(u32::MAX - 15);
        self.b.create_sized_stack_slot(StackSlotData::new(StackSlotKind::ExplicitSlot, size, 3))
    }

    /// Address of a fresh temporary for a value of type `ty`.
    pub(crate) fn temp(&mut self, ty: Ty) -> clif::Value {
        let s = self.slot(ty);
        self.b.ins().stack_addr(types::I64, s, 0)
    }

    /// Sets the source location of what follows.
    fn set_loc(&mut self, pos: Pos, inl: u32) {
        let loc = Loc { pos, inl };
        let n = self.locs.len() as u32;
        let n = *self.loc_map.entry(loc).or_insert(n);
        if n as usize == self.locs.len() {
            self.locs.push(loc);
        }
        self.b.set_srcloc(SourceLoc::new(n));
    }

    /// Reference to a function symbol.
    pub(crate) fn func_ref(&mut self, sym: SymbolId, sig: Signature) -> FuncRef {
        if let Some(f) = self.funcs.get(&sym) {
            return *f;
        }
        let sig = self.sig_ref(sig);
        let name = self.b.func.declare_imported_user_function(UserExternalName { namespace: 0, index: sym.0 });
        let f = self.b.import_function(ExtFuncData {
            name: ExternalName::user(name),
            signature: sig,
            colocated: true,
            patchable: false,
        });
        self.funcs.insert(sym, f);
        f
    }

    /// Reference to a signature.
    pub(crate) fn sig_ref(&mut self, sig: Signature) -> SigRef {
        if let Some(s) = self.sigs.get(&sig) {
            return *s;
        }
        let r = self.b.import_signature(sig.clone());
        self.sigs.insert(sig, r);
        r
    }

    /// Address of a symbol.
    pub(crate) fn symbol(&mut self, sym: SymbolId) -> clif::Value {
        let gv = match self.symbols.get(&sym) {
            Some(gv) => *gv,
            None => {
                let name = self.b.func.declare_imported_user_function(UserExternalName { namespace: 0, index: sym.0 });
                let gv = self.b.create_global_value(GlobalValueData::Symbol {
                    name: ExternalName::user(name),
                    offset: 0.into(),
                    colocated: true,
                    tls: false,
                });
                self.symbols.insert(sym, gv);
                gv
            }
        };
        self.b.ins().symbol_value(types::I64, gv)
    }

    /// Address of a symbol known by name.
    pub(crate) fn named(&mut self, name: &str) -> clif::Value {
        let sym = self.prog.find_named(name).unwrap_or_else(|| panic!("bug: symbol {name} is not declared"));
        self.symbol(sym)
    }

    /// The function of a link name.
    pub(crate) fn func_named(&self, name: &str) -> FuncId {
        *self.prog.by_name.get(name).unwrap_or_else(|| panic!("bug: function {name} is not in the program"))
    }
}
