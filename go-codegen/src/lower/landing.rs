//! The landing pad: where the runtime resumes a frame after a recovered panic.
//!
//! A panic may begin at any instruction of the function (a fault), not only in its calls. So code behind
//! the landing pad takes nothing from registers: what it uses of values from before is kept in stack slots,
//! written where the value is defined and read behind the pad. Thereby all landing pads of a function are
//! interchangeable, which is what the runtime's search for one relies on.

use super::Fx;
use crate::repr::Repr;
use cranelift_codegen::ir::{self as clif, InstBuilder, types};
use go_ir::{Block, Function, Value};
use go_source::Idx;
use rustc_hash::FxHashSet;

/// What the code behind the landing pad uses from before.
#[derive(Default)]
pub(super) struct Kept {
    /// Values with the slots that their defining code fills, by number.
    values: Vec<(Value, Option<clif::StackSlot>)>,
    /// Slot of the argument block's address.
    arg_block: Option<clif::StackSlot>,
    /// Slot of the closure context.
    ctx: Option<clif::StackSlot>,
}

/// Blocks reachable from a block.
fn reachable(f: &Function, from: Block) -> Vec<bool> {
    let mut seen = vec![false; f.blocks.len()];
    let mut work = vec![from];
    while let Some(b) = work.pop() {
        if !std::mem::replace(&mut seen[b.index()], true) {
            work.extend(go_ir::visit::successors(&f.blocks[b].term));
        }
    }
    seen
}

impl Kept {
    /// What the blocks behind the landing pad use and do not define. Nothing is kept in functions without a
    /// landing pad, nor where normal code runs into those blocks.
    pub(super) fn new(f: &Function) -> Kept {
        let Some(recover) = f.recover_block else { return Kept::default() };
        let (behind, normal) = (reachable(f, recover), reachable(f, Block(0)));
        if behind.iter().zip(&normal).any(|(a, b)| *a && *b) {
            return Kept::default();
        }
        let mut defined: FxHashSet<Value> = FxHashSet::default();
        let mut used: Vec<Value> = Vec::new();
        for (_, data) in f.blocks.iter_enumerated().filter(|(b, _)| behind[b.index()]) {
            defined.extend(&data.params);
            for i in &data.insts {
                defined.extend(&f.insts[*i].results);
                go_ir::visit::operands(&f.insts[*i].op, &mut |v| used.push(v));
            }
            go_ir::visit::terminator_operands(&data.term, &mut |v| used.push(v));
        }
        used.retain(|v| !defined.contains(v));
        used.sort_unstable_by_key(|v| v.0);
        used.dedup();
        Kept { values: used.into_iter().map(|v| (v, None)).collect(), arg_block: None, ctx: None }
    }
}

impl Fx<'_, '_> {
    /// Keeps what the prologue made.
    pub(super) fn keep_entry(&mut self) {
        if self.f.recover_block.is_none() {
            return;
        }
        self.kept.arg_block = self.arg_block.map(|v| self.keep_word(v));
        self.kept.ctx = self.ctx.map(|v| self.keep_word(v));
    }

    fn keep_word(&mut self, v: clif::Value) -> clif::StackSlot {
        let slot = self.bytes_slot(8);
        self.b.ins().stack_store(types::I64, v, slot, 0);
        slot
    }

    /// Fills the slot of a value that has just been defined, if it is kept.
    pub(super) fn keep(&mut self, v: Value) {
        let Ok(at) = self.kept.values.binary_search_by_key(&v.0, |(v, _)| v.0) else { return };
        let words = match self.repr(v) {
            Repr::Parts(parts) => parts,
            Repr::Mem(addr) => [addr].into_iter().collect(),
        };
        let slot = self.bytes_slot(8 * words.len().max(1) as u64);
        for (n, w) in words.into_iter().enumerate() {
            self.b.ins().stack_store(types::I64, w, slot, 8 * n as i32);
        }
        self.kept.values[at].1 = Some(slot);
    }

    /// Reads what was kept, at the start of the block behind the landing pad.
    pub(super) fn restore_kept(&mut self) {
        for (v, slot) in self.kept.values.clone() {
            let Some(slot) = slot else { continue };
            let mut read = |old: clif::Value, n: usize| {
                let t = self.b.func.dfg.value_type(old);
                self.b.ins().stack_load(types::I64, t, slot, 8 * n as i32)
            };
            let new = match self.values[v.index()].take() {
                Some(Repr::Parts(parts)) => {
                    Repr::Parts(parts.into_iter().enumerate().map(|(n, p)| read(p, n)).collect())
                }
                Some(Repr::Mem(addr)) => Repr::Mem(read(addr, 0)),
                None => continue,
            };
            self.values[v.index()] = Some(new);
        }
        if let Some(slot) = self.kept.arg_block {
            self.arg_block = Some(self.b.ins().stack_load(types::I64, types::I64, slot, 0));
        }
        if let Some(slot) = self.kept.ctx {
            self.ctx = Some(self.b.ins().stack_load(types::I64, types::I64, slot, 0));
        }
    }

    /// The pad itself.
    pub(super) fn landing_pad(&mut self) {
        if let (Some(landing), Some(recover)) = (self.landing, self.f.recover_block) {
            self.b.switch_to_block(landing);
            self.b.set_cold_block(landing);
            let target = self.blocks[recover.index()];
            self.b.ins().jump(target, &[]);
        }
    }
}
