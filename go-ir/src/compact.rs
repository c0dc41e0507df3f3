//! Gives the memory of dropped instructions and values back.
//!
//! Passes take instructions out of blocks and leave them in the function's tables; of a function as lowered
//! more than half of them are gone after the first passes. What is left keeps its order.

use crate::ir::{Function, Inst, Value, ValueDef};
use crate::visit;
use go_source::IndexVec;

/// Renumbers the instructions and values that are in use, and shrinks all tables to what is in them.
pub fn compact(f: &mut Function) {
    const GONE: u32 = u32::MAX;
    let mut insts = vec![GONE; f.insts.len()];
    let mut values = vec![GONE; f.values.len()];
    for b in f.blocks.iter() {
        for v in &b.params {
            values[v.0 as usize] = 0;
        }
        for i in &b.insts {
            insts[i.0 as usize] = 0;
            for v in &f.insts[*i].results {
                values[v.0 as usize] = 0;
            }
        }
    }
    number(&mut insts);
    number(&mut values);
    let value = |v: Value| Value(values[v.0 as usize]);
    let in_use = |map: &[u32], i: usize| map[i] != GONE;
    let mut kept = Vec::with_capacity(insts.iter().filter(|n| **n != GONE).count());
    for (i, mut data) in std::mem::take(&mut f.insts.raw).into_iter().enumerate() {
        if in_use(&insts, i) {
            visit::map_operands(&mut data.op, &mut |v| value(v));
            data.results.iter_mut().for_each(|v| *v = value(*v));
            kept.push(data);
        }
    }
    f.insts = IndexVec::from_raw(kept);
    let mut kept = Vec::with_capacity(values.iter().filter(|n| **n != GONE).count());
    for (i, mut data) in std::mem::take(&mut f.values.raw).into_iter().enumerate() {
        if in_use(&values, i) {
            if let ValueDef::Result(inst, _) = &mut data.def {
                *inst = Inst(insts[inst.0 as usize]);
            }
            kept.push(data);
        }
    }
    f.values = IndexVec::from_raw(kept);
    for b in f.blocks.iter_mut() {
        b.params.iter_mut().for_each(|v| *v = value(*v));
        b.params.shrink_to_fit();
        b.insts.iter_mut().for_each(|i| *i = Inst(insts[i.0 as usize]));
        b.insts.shrink_to_fit();
        visit::map_terminator(&mut b.term, &mut |v| value(v));
    }
    f.blocks.raw.shrink_to_fit();
    f.inlines.shrink_to_fit();
}

/// Numbers the entries that are in use (0), in order.
fn number(map: &mut [u32]) {
    for (next, n) in map.iter_mut().filter(|n| **n == 0).enumerate() {
        *n = next as u32;
    }
}
