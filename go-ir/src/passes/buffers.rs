//! `buffers`: stack buffers that are not to be (their sites are not on the stack) become nil, and the
//! code that would have used them goes away. Runs after escape analysis.

use super::{PassCx, dce, gvn, simplify};
use crate::ir::{FuncBody, FuncId, Op};
use crate::program::Program;
use crate::storage::StorageMap;
use rayon::prelude::*;

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

fn without(id: FuncId, f: &mut crate::ir::Function, storage: &StorageMap) -> bool {
    let mut changed = false;
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
