//! `buffers`: what escape analysis decided about buffers and conversions becomes code. Stack buffers that are
//! not to be (their sites are not on the stack) become nil, and the code that would have used them goes away;
//! `[]byte(s)` that nobody writes becomes the string's own bytes. Runs after escape analysis.

use super::{PassCx, dce, gvn, simplify};
use crate::ir::{Block, FuncBody, FuncId, Function, Inst, InstData, Op, Results, Value, ValueData, ValueDef};
use crate::program::Program;
use crate::storage::StorageMap;
use crate::ty::Ty;
use rayon::prelude::*;
use smallvec::SmallVec;

/// Runs the pass over all functions.
pub fn run(prog: &mut Program, storage: &StorageMap) {
    let lens: Vec<usize> = prog.strings.iter().map(|s| s.len()).collect();
    let cx = PassCx { types: &prog.types, string_lens: &lens };
    let bodies: Vec<_> = prog
        .funcs
        .iter_mut()
        .enumerate()
        .filter_map(|(k, f)| match &mut f.body {
            FuncBody::Ir(b) => Some((FuncId(k as u32), b)),
            FuncBody::None | FuncBody::Extern => None,
        })
        .collect();
    bodies.into_par_iter().with_min_len(64).for_each(|(id, f)| {
        if without(id, f, storage) {
            gvn::run(&cx, f);
            simplify::run(&cx, f);
            dce::run(&cx, f);
        }
    });
}

fn without(id: FuncId, f: &mut Function, storage: &StorageMap) -> bool {
    let mut changed = borrow(id, f, storage);
    for i in f.insts.iter_mut() {
        if let Op::Buffer { site, .. } = i.op
            && !storage.is_local(id, site)
        {
            i.op = Op::Zero;
            changed = true;
        }
    }
    changed
}

/// Conversions that need no copy.
fn borrow(id: FuncId, f: &mut Function, storage: &StorageMap) -> bool {
    let mut changed = false;
    for b in 0..f.blocks.len() {
        let b = Block(b as u32);
        let mut k = 0;
        while k < f.blocks[b].insts.len() {
            let i = f.blocks[b].insts[k];
            if let Op::Call { args, .. } = &f.insts[i].op
                && storage.is_borrowed(id, i)
                && let [_, s] = args[..]
            {
                let address = part(f, i, s, 0, Ty::UNSAFE_POINTER);
                let len = part(f, i, s, 1, Ty::INT);
                f.insts[i].op = Op::Compose(SmallVec::from_slice(&[address.1, len.1, len.1]));
                f.blocks[b].insts.splice(k..k, [address.0, len.0]);
                k += 2;
                changed = true;
            }
            k += 1;
        }
    }
    changed
}

/// An instruction for a part of an aggregate, at the place of another.
fn part(f: &mut Function, at: Inst, agg: Value, index: u32, ty: Ty) -> (Inst, Value) {
    let (pos, inl) = (f.insts[at].pos, f.insts[at].inl);
    let inst = f.insts.push(InstData { op: Op::Extract { agg, index }, results: Results::new(), pos, inl });
    let v = f.values.push(ValueData { ty, def: ValueDef::Result(inst, 0) });
    f.insts[inst].results.push(v);
    (inst, v)
}
