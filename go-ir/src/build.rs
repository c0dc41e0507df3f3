//! Builds functions: blocks, instructions, values. Never looks at syntax or types' meaning.
//!
//! Block parameters are explicit, so blocks need no sealing. Emitting after a terminator goes to a
//! fresh block without predecessors, which [`FunctionBuilder::finish`] drops.

use crate::ir::{
    Attrs, Block, BlockData, FuncId, Function, Inst, InstData, Op, Site, Target, Terminator, Value, ValueData, ValueDef,
};
use crate::ty::Ty;
use go_source::{IndexVec, Pos};
use smallvec::{SmallVec, smallvec};

/// Builder of one function.
#[derive(Debug)]
pub struct FunctionBuilder {
    /// The function so far.
    pub func: Function,
    /// Position given to new instructions.
    pub pos: Pos,
    current: Option<Block>,
    entry_len: usize,
}

impl FunctionBuilder {
    /// A builder whose entry block exists, with the function's parameters, and is current.
    #[must_use]
    pub fn new(id: FuncId, params: &[Ty], results: &[Ty], attrs: Attrs, pos: Pos) -> FunctionBuilder {
        let mut b = FunctionBuilder {
            func: Function {
                id,
                params: params.to_vec(),
                results: results.to_vec(),
                blocks: IndexVec::new(),
                insts: IndexVec::new(),
                values: IndexVec::new(),
                sites: 0,
                closure_ty: None,
                recover_block: None,
                inlines: Vec::new(),
                attrs,
                pos,
            },
            pos,
            current: None,
            entry_len: 0,
        };
        let entry = b.new_block();
        for p in params {
            b.add_param(entry, *p);
        }
        b.current = Some(entry);
        b
    }

    /// The function's parameters.
    #[must_use]
    pub fn params(&self) -> Vec<Value> {
        self.func.blocks[Block(0)].params.clone()
    }

    /// A new, empty block.
    pub fn new_block(&mut self) -> Block {
        self.func.blocks.push(BlockData { term_pos: self.pos, ..BlockData::default() })
    }

    /// A new block that is rarely executed.
    pub fn new_cold_block(&mut self) -> Block {
        let b = self.new_block();
        self.func.blocks[b].cold = true;
        b
    }

    /// Appends a parameter to a block.
    pub fn add_param(&mut self, block: Block, ty: Ty) -> Value {
        let n = self.func.blocks[block].params.len() as u32;
        let v = self.func.values.push(ValueData { ty, def: ValueDef::Param(block, n) });
        self.func.blocks[block].params.push(v);
        v
    }

    /// Goes on in `block`.
    pub fn switch_to(&mut self, block: Block) {
        self.current = Some(block);
    }

    /// The block that is being filled; `None` after a terminator.
    #[must_use]
    pub fn current(&self) -> Option<Block> {
        self.current
    }

    /// Whether control can get here (as far as terminators say).
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.current.is_some()
    }

    /// Type of a value.
    #[must_use]
    pub fn ty(&self, v: Value) -> Ty {
        self.func.values[v].ty
    }

    /// The operation that defines a value, if an instruction does.
    #[must_use]
    pub fn def_op(&self, v: Value) -> Option<&Op> {
        match self.func.values[v].def {
            ValueDef::Result(i, _) => Some(&self.func.insts[i].op),
            ValueDef::Param(..) => None,
        }
    }

    /// Value of an integer constant.
    #[must_use]
    pub fn const_int_of(&self, v: Value) -> Option<i64> {
        match self.def_op(v) {
            Some(Op::ConstInt(n)) => Some(*n),
            Some(Op::Zero) => Some(0),
            _ => None,
        }
    }

    fn block_for_emit(&mut self) -> Block {
        match self.current {
            Some(b) => b,
            None => {
                let b = self.new_block();
                self.current = Some(b);
                b
            }
        }
    }

    fn make_inst(&mut self, op: Op, tys: &[Ty]) -> Inst {
        let inst = self.func.insts.next_id();
        let results = tys
            .iter()
            .enumerate()
            .map(|(n, ty)| self.func.values.push(ValueData { ty: *ty, def: ValueDef::Result(inst, n as u32) }));
        let results = results.collect();
        self.func.insts.push(InstData { op, results, pos: self.pos, inl: 0 })
    }

    /// Appends an instruction with one result.
    pub fn emit(&mut self, op: Op, ty: Ty) -> Value {
        let block = self.block_for_emit();
        let inst = self.make_inst(op, &[ty]);
        self.func.blocks[block].insts.push(inst);
        self.func.insts[inst].results[0]
    }

    /// Appends an instruction without results.
    pub fn emit_void(&mut self, op: Op) {
        let block = self.block_for_emit();
        let inst = self.make_inst(op, &[]);
        self.func.blocks[block].insts.push(inst);
    }

    /// Appends an instruction with any number of results.
    pub fn emit_multi(&mut self, op: Op, tys: &[Ty]) -> SmallVec<[Value; 2]> {
        let block = self.block_for_emit();
        let inst = self.make_inst(op, tys);
        self.func.blocks[block].insts.push(inst);
        self.func.insts[inst].results.iter().copied().collect()
    }

    /// Adds an instruction to the head of the entry block, after those added this way before; its
    /// operands must be such instructions' results or parameters.
    pub fn emit_entry(&mut self, op: Op, ty: Ty) -> Value {
        let inst = self.make_inst(op, &[ty]);
        let at = self.entry_len;
        self.func.blocks[Block(0)].insts.insert(at, inst);
        self.entry_len += 1;
        self.func.insts[inst].results[0]
    }

    /// As [`Self::emit_entry`], without result.
    pub fn emit_entry_void(&mut self, op: Op) {
        let inst = self.make_inst(op, &[]);
        let at = self.entry_len;
        self.func.blocks[Block(0)].insts.insert(at, inst);
        self.entry_len += 1;
    }

    /// A new allocation site.
    pub fn new_site(&mut self) -> Site {
        let s = Site(self.func.sites);
        self.func.sites += 1;
        s
    }

    /// Ends the current block.
    pub fn terminate(&mut self, term: Terminator) {
        let block = self.block_for_emit();
        self.func.blocks[block].term = term;
        self.func.blocks[block].term_pos = self.pos;
        self.current = None;
    }

    /// `goto block`, if this point is reachable.
    pub fn jump(&mut self, block: Block) {
        self.jump_with(block, &[]);
    }

    /// `goto block(args)`, if this point is reachable.
    pub fn jump_with(&mut self, block: Block, args: &[Value]) {
        if self.current.is_some() {
            self.terminate(Terminator::Jump(Target { block, args: SmallVec::from_slice(args) }));
        }
    }

    /// `if cond goto then else goto els`
    pub fn branch(&mut self, cond: Value, then: Block, els: Block) {
        self.terminate(Terminator::Branch { cond, then: plain(then), els: plain(els) });
    }

    /// Returns from the function.
    pub fn ret(&mut self, values: &[Value]) {
        self.terminate(Terminator::Return(SmallVec::from_slice(values)));
    }

    /// Marks the end of the block as never reached.
    pub fn unreachable(&mut self) {
        self.terminate(Terminator::Unreachable);
    }

    /// The finished function, without unreachable blocks. An open end becomes `Unreachable`.
    #[must_use]
    pub fn finish(mut self) -> Function {
        if self.current.is_some() {
            self.unreachable();
        }
        remove_unreachable(&mut self.func);
        self.func
    }
}

fn plain(block: Block) -> Target {
    Target { block, args: smallvec![] }
}

/// Calls `f` with each target of a terminator.
pub fn for_each_target(t: &Terminator, mut f: impl FnMut(&Target)) {
    match t {
        Terminator::Jump(a) => f(a),
        Terminator::Branch { then, els, .. } => {
            f(then);
            f(els);
        }
        Terminator::Switch { cases, default, .. } => {
            for (_, c) in cases {
                f(c);
            }
            f(default);
        }
        Terminator::None | Terminator::Return(_) | Terminator::Unreachable => {}
    }
}

/// Calls `f` with each target of a terminator, mutable.
pub fn for_each_target_mut(t: &mut Terminator, mut f: impl FnMut(&mut Target)) {
    match t {
        Terminator::Jump(a) => f(a),
        Terminator::Branch { then, els, .. } => {
            f(then);
            f(els);
        }
        Terminator::Switch { cases, default, .. } => {
            for (_, c) in cases {
                f(c);
            }
            f(default);
        }
        Terminator::None | Terminator::Return(_) | Terminator::Unreachable => {}
    }
}

/// Drops the blocks that control cannot reach, and renumbers the rest in order.
pub fn remove_unreachable(f: &mut Function) {
    let n = f.blocks.len();
    let mut live = vec![false; n];
    let mut work = vec![Block(0)];
    work.extend(f.recover_block);
    while let Some(b) = work.pop() {
        if std::mem::replace(&mut live[b.0 as usize], true) {
            continue;
        }
        for_each_target(&f.blocks[b].term, |t| work.push(t.block));
    }
    if live.iter().all(|l| *l) {
        return;
    }
    let mut map = vec![Block(u32::MAX); n];
    let mut kept = IndexVec::new();
    for (i, data) in std::mem::take(&mut f.blocks.raw).into_iter().enumerate() {
        if live[i] {
            map[i] = kept.push(data);
        }
    }
    f.blocks = kept;
    for i in 0..f.blocks.len() {
        let b = Block(i as u32);
        let params = std::mem::take(&mut f.blocks[b].params);
        for v in &params {
            if let ValueDef::Param(_, k) = f.values[*v].def {
                f.values[*v].def = ValueDef::Param(b, k);
            }
        }
        f.blocks[b].params = params;
        for_each_target_mut(&mut f.blocks[b].term, |t| t.block = map[t.block.0 as usize]);
    }
    f.recover_block = f.recover_block.map(|b| map[b.0 as usize]);
}
