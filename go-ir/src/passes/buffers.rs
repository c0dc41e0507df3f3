//! `buffers`: what escape analysis decided about buffers and conversions becomes code. Stack buffers that are
//! not to be (their sites are not on the stack) become nil, and the code that would have used them goes away;
//! `[]byte(s)` that nobody writes becomes the string's own bytes; constants in interfaces become data. Runs after
//! escape analysis.

use super::{PassCx, dce, gvn, simplify};
use crate::ir::{Block, Data, DataId, DataInit, DataReloc, FuncBody, FuncId, Function, Inst, Op, Value, ValueDef};
use crate::program::Program;
use crate::storage::StorageMap;
use crate::ty::{Ty, TyKind};
use go_abi::object::SymbolId;
use rayon::prelude::*;
use rustc_hash::FxHashMap;
use smallvec::SmallVec;

/// Largest constant that interfaces share.
const MAX_CONSTANT: u64 = 1024;

/// Runs the pass over all functions.
pub fn run(prog: &mut Program, storage: &StorageMap) {
    share_constants(prog, storage);
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

/// Constants in interfaces that would be allocated become read-only data.
fn share_constants(prog: &mut Program, storage: &StorageMap) {
    let mut found: Vec<(FuncId, Inst, DataInit)> = (0..prog.funcs.len())
        .into_par_iter()
        .with_min_len(64)
        .flat_map_iter(|k| constants(prog, FuncId(k as u32), storage))
        .collect();
    found.sort_by_key(|c| (c.0, c.1));
    let mut known: FxHashMap<(Vec<u8>, Vec<(u64, SymbolId)>, u32), DataId> = FxHashMap::default();
    let mut before: FxHashMap<(FuncId, Inst), [Inst; 2]> = FxHashMap::default();
    let mut funcs = Vec::new();
    for (id, inst, init) in found {
        let FuncBody::Ir(f) = &mut prog.funcs[id].body else { continue };
        let Op::MakeInterface { ty, .. } = f.insts[inst].op else { continue };
        let l = prog.types.layout_of(ty);
        let relocs = init.relocs.iter().map(|r| (r.offset, r.target)).collect();
        let data = *known.entry((init.bytes.clone(), relocs, l.align)).or_insert_with(|| {
            prog.datas.push(Data {
                name: "".into(),
                size: l.size,
                align: l.align,
                writable: false,
                has_pointers: false,
                init,
            })
        });
        let iface = f.values[f.insts[inst].results[0]].ty;
        let word = match prog.types.under(iface) {
            TyKind::Interface(ms) if ms.is_empty() => Op::TypeDesc(ty),
            _ => Op::Itab(ty, iface),
        };
        let word = f.new_inst(word, Ty::UNSAFE_POINTER, inst);
        let data = f.new_inst(Op::DataAddr(data), Ty::UNSAFE_POINTER, inst);
        f.insts[inst].op = Op::Compose(SmallVec::from_slice(&[word.1, data.1]));
        before.insert((id, inst), [word.0, data.0]);
        funcs.push(id);
    }
    funcs.dedup();
    for id in funcs {
        let FuncBody::Ir(f) = &mut prog.funcs[id].body else { continue };
        for b in f.blocks.iter_mut() {
            let old = std::mem::take(&mut b.insts);
            let with = old.into_iter().flat_map(|i| before.get(&(id, i)).copied().into_iter().flatten().chain([i]));
            b.insts = with.collect();
        }
    }
}

/// The constants that a function puts into interfaces which outlive it.
fn constants(prog: &Program, id: FuncId, storage: &StorageMap) -> Vec<(FuncId, Inst, DataInit)> {
    let mut out = Vec::new();
    let Some(f) = prog.body(id) else { return out };
    for i in f.blocks.iter().flat_map(|b| &b.insts) {
        let Op::MakeInterface { value, ty, site } = f.insts[*i].op else { continue };
        let size = prog.types.layout_of(ty).size;
        if storage.is_local(id, site) || size == 0 || size > MAX_CONSTANT || prog.types.is_direct_iface(ty) {
            continue;
        }
        let mut init = DataInit { bytes: vec![0; size as usize], relocs: Vec::new() };
        if constant(prog, f, value, 0, &mut init) {
            out.push((id, *i, init));
        }
    }
    out
}

/// Puts a constant value at `at`; false if it is not constant.
fn constant(prog: &Program, f: &Function, v: Value, at: u64, out: &mut DataInit) -> bool {
    let ValueDef::Result(i, _) = f.values[v].def else { return false };
    let ty = f.values[v].ty;
    let l = prog.types.layout_of(ty);
    let put = |out: &mut DataInit, at: u64, bytes: &[u8]| {
        out.bytes[at as usize..][..bytes.len()].copy_from_slice(bytes);
    };
    match &f.insts[i].op {
        Op::Zero => true,
        Op::ConstInt(n) if l.ptr_bytes == 0 && l.size <= 8 => {
            put(out, at, &n.to_le_bytes()[..l.size as usize]);
            true
        }
        Op::ConstFloat(bits) if l.size == 4 => {
            put(out, at, &(f64::from_bits(*bits) as f32).to_le_bytes());
            true
        }
        Op::ConstFloat(bits) if l.size == 8 => {
            put(out, at, &bits.to_le_bytes());
            true
        }
        Op::ConstStr(s) => {
            let n = prog.strings[*s].len() as u64;
            if n > 0 {
                out.relocs.push(DataReloc { offset: at, target: Program::str_symbol(*s), addend: 0, width: 8 });
                put(out, at + 8, &n.to_le_bytes());
            }
            true
        }
        Op::Bitcast(x) => prog.types.layout_of(f.values[*x].ty).size == l.size && constant(prog, f, *x, at, out),
        Op::Compose(parts) => match prog.types.under(ty) {
            TyKind::Struct(_) => {
                parts.iter().zip(&l.field_offsets).all(|(p, off)| constant(prog, f, *p, at + off, out))
            }
            TyKind::Array(e, _) => {
                let size = prog.types.layout_of(*e).size;
                (0..).zip(parts).all(|(k, p)| constant(prog, f, *p, at + k * size, out))
            }
            _ => false,
        },
        _ => false,
    }
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
                let address = f.new_inst(Op::Extract { agg: s, index: 0 }, Ty::UNSAFE_POINTER, i);
                let len = f.new_inst(Op::Extract { agg: s, index: 1 }, Ty::INT, i);
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
