//! `dce`: drops instructions and block parameters whose results nobody uses. A dead load leaves the nil
//! check that it implied.

use super::simplify::non_nil;
use super::{Changed, PassCx, is_pure};
use crate::build::{for_each_target, for_each_target_mut};
use crate::ir::{Block, Function, Inst, Op, Value, ValueDef};
use crate::visit;

/// Runs the pass.
pub fn run(_cx: &PassCx<'_>, f: &mut Function) -> Changed {
    let mut live = vec![false; f.values.len()];
    let mut work: Vec<Value> = Vec::new();
    let mut keep = vec![false; f.insts.len()];
    // Arguments passed to each block, for parameters that turn out to be used.
    let mut incoming: Vec<Vec<(Block, usize)>> = vec![Vec::new(); f.blocks.len()];
    for (b, data) in f.blocks.iter_enumerated() {
        for i in &data.insts {
            let op = &f.insts[*i].op;
            let effect = match op {
                // Kept only if used; see below.
                Op::Load { .. } => false,
                op => !is_pure(op),
            };
            if effect {
                keep[i.0 as usize] = true;
                visit::operands(op, &mut |v| work.push(v));
            }
        }
        let mut n = 0;
        for_each_target(&data.term, |t| {
            incoming[t.block.0 as usize].push((b, n));
            n += 1;
        });
        match &data.term {
            crate::ir::Terminator::Branch { cond, .. } => work.push(*cond),
            crate::ir::Terminator::Switch { value, .. } => work.push(*value),
            crate::ir::Terminator::Return(vs) => work.extend(vs.iter().copied()),
            _ => {}
        }
    }
    work.extend(f.blocks[Block(0)].params.iter().copied());
    while let Some(v) = work.pop() {
        if std::mem::replace(&mut live[v.0 as usize], true) {
            continue;
        }
        match f.values[v].def {
            ValueDef::Result(i, _) => {
                if !std::mem::replace(&mut keep[i.0 as usize], true) {
                    visit::operands(&f.insts[i].op, &mut |v| work.push(v));
                }
            }
            ValueDef::Param(b, k) => {
                for (p, n) in &incoming[b.0 as usize] {
                    let mut j = 0;
                    for_each_target(&f.blocks[*p].term, |t| {
                        if j == *n
                            && let Some(a) = t.args.get(k as usize)
                        {
                            work.push(*a);
                        }
                        j += 1;
                    });
                }
            }
        }
    }
    // Dead loads: the address must still be checked (and what it is computed from kept).
    let mut checks: Vec<Inst> = Vec::new();
    for data in f.blocks.iter() {
        for i in &data.insts {
            if let Op::Load { addr } = f.insts[*i].op
                && !keep[i.0 as usize]
                && !non_nil(f, addr)
            {
                checks.push(*i);
                work.push(addr);
            }
        }
    }
    while let Some(v) = work.pop() {
        if std::mem::replace(&mut live[v.0 as usize], true) {
            continue;
        }
        match f.values[v].def {
            ValueDef::Result(i, _) => {
                if !std::mem::replace(&mut keep[i.0 as usize], true) {
                    visit::operands(&f.insts[i].op, &mut |v| work.push(v));
                }
            }
            ValueDef::Param(b, k) => {
                for (p, n) in &incoming[b.0 as usize] {
                    let mut j = 0;
                    for_each_target(&f.blocks[*p].term, |t| {
                        if j == *n
                            && let Some(a) = t.args.get(k as usize)
                        {
                            work.push(*a);
                        }
                        j += 1;
                    });
                }
            }
        }
    }
    let mut changed = Changed::No;
    for i in checks {
        // A load that another dead load's address needs was kept meanwhile.
        if keep[i.0 as usize] {
            continue;
        }
        let Op::Load { addr } = f.insts[i].op else { continue };
        f.insts[i].op = Op::NilCheck { ptr: addr };
        f.insts[i].results.clear();
        keep[i.0 as usize] = true;
        changed = Changed::Yes;
    }
    for b in 0..f.blocks.len() {
        let b = Block(b as u32);
        let before = f.blocks[b].insts.len();
        f.blocks[b].insts.retain(|i| keep[i.0 as usize]);
        if f.blocks[b].insts.len() != before {
            changed = Changed::Yes;
        }
    }
    if drop_params(f, &live) {
        changed = Changed::Yes;
    }
    changed
}

/// Drops the dead parameters of blocks and the arguments for them.
fn drop_params(f: &mut Function, live: &[bool]) -> bool {
    let dead: Vec<Option<Vec<bool>>> = f
        .blocks
        .iter_enumerated()
        .map(|(b, data)| {
            let d: Vec<bool> = data.params.iter().map(|p| b != Block(0) && !live[p.0 as usize]).collect();
            d.contains(&true).then_some(d)
        })
        .collect();
    if dead.iter().all(Option::is_none) {
        return false;
    }
    for b in 0..f.blocks.len() {
        let b = Block(b as u32);
        if let Some(d) = &dead[b.0 as usize] {
            let mut k = 0;
            f.blocks[b].params.retain(|_| {
                k += 1;
                !d[k - 1]
            });
            for (n, p) in f.blocks[b].params.clone().into_iter().enumerate() {
                f.values[p].def = ValueDef::Param(b, n as u32);
            }
        }
        for_each_target_mut(&mut f.blocks[b].term, |t| {
            if let Some(d) = &dead[t.block.0 as usize] {
                let mut k = 0;
                t.args.retain(|_| {
                    k += 1;
                    !d[k - 1]
                });
            }
        });
    }
    true
}
