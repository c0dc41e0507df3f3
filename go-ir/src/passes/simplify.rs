//! `simplify`: constant folding, algebra, parts of composed values, constant branches, merging of
//! blocks, threading of jumps to a branch on a constant.

use super::{Changed, PassCx, replace_values};
use crate::build::{for_each_target, for_each_target_mut, remove_unreachable};
use crate::ir::{BinOp, Block, BoundsKind, CmpOp, Function, Inst, Op, Terminator, UnOp, Value, ValueDef};
use crate::ty::{Basic, Ty, TyKind};

/// Rounds at most; each makes the function smaller.
const MAX_ROUNDS: usize = 6;

/// Runs the pass.
pub fn run(cx: &PassCx<'_>, f: &mut Function) -> Changed {
    let mut result = Changed::No;
    for _ in 0..MAX_ROUNDS {
        let mut changed = fold_all(cx, f);
        changed |= trivial_params(f);
        changed |= thread_jumps(f);
        changed |= fold_terminators(f);
        remove_unreachable(f);
        changed |= merge_blocks(f);
        if !changed {
            break;
        }
        result = Changed::Yes;
    }
    result
}

/// The operation that defines a value.
pub(crate) fn def(f: &Function, v: Value) -> Option<&Op> {
    match f.values[v].def {
        ValueDef::Result(i, _) => Some(&f.insts[i].op),
        ValueDef::Param(..) => None,
    }
}

/// Constant integer value.
pub(crate) fn const_of(f: &Function, v: Value) -> Option<i64> {
    match def(f, v)? {
        Op::ConstInt(n) => Some(*n),
        Op::Zero => Some(0),
        _ => None,
    }
}

/// Whether an address is surely not nil.
pub(crate) fn non_nil(f: &Function, v: Value) -> bool {
    match def(f, v) {
        Some(
            Op::Alloc { .. }
            | Op::GlobalAddr(_)
            | Op::DataAddr(_)
            | Op::FuncValue(_)
            | Op::MakeClosure { .. }
            | Op::TypeDesc(_)
            | Op::Itab(..)
            | Op::SymbolAddr(_)
            | Op::IndexAddr { .. },
        ) => true,
        Some(Op::FieldAddr { base, .. } | Op::PtrAdd { base, .. }) => non_nil(f, *base),
        Some(Op::Bitcast(x)) => non_nil(f, *x),
        _ => false,
    }
}

enum Fold {
    /// The result is another value.
    Value(Value),
    /// The operation is another.
    Op(Op),
    /// The instruction has no effect.
    Remove,
}

fn fold_all(cx: &PassCx<'_>, f: &mut Function) -> bool {
    let mut repl: Vec<Option<Value>> = vec![None; f.values.len()];
    let mut changed = false;
    for b in 0..f.blocks.len() {
        let b = Block(b as u32);
        let insts = std::mem::take(&mut f.blocks[b].insts);
        let mut out = Vec::with_capacity(insts.len());
        for i in insts {
            // Operands already folded in this round.
            let resolve = |mut v: Value| {
                while let Some(w) = repl[v.0 as usize] {
                    v = w;
                }
                v
            };
            let mut op = std::mem::replace(&mut f.insts[i].op, Op::Zero);
            crate::visit::map_operands(&mut op, &mut |v| resolve(v));
            f.insts[i].op = op;
            match fold(cx, f, i) {
                Some(Fold::Value(v)) => {
                    let r = f.insts[i].results[0];
                    if r != v {
                        repl[r.0 as usize] = Some(v);
                    }
                    changed = true;
                }
                Some(Fold::Op(op)) => {
                    f.insts[i].op = op;
                    out.push(i);
                    changed = true;
                }
                Some(Fold::Remove) => changed = true,
                None => out.push(i),
            }
        }
        f.blocks[b].insts = out;
    }
    if changed {
        replace_values(f, &repl);
    }
    changed
}

/// Bits and sign of an integer type.
fn int_kind(cx: &PassCx<'_>, t: Ty) -> Option<(u32, bool)> {
    match cx.types.under(t) {
        TyKind::Basic(b) => Some(match b {
            Basic::Int8 => (8, true),
            Basic::Int16 => (16, true),
            Basic::Int32 => (32, true),
            Basic::Int | Basic::Int64 => (64, true),
            Basic::Uint8 => (8, false),
            Basic::Uint16 => (16, false),
            Basic::Uint32 => (32, false),
            Basic::Uint | Basic::Uint64 | Basic::Uintptr => (64, false),
            _ => return None,
        }),
        _ => None,
    }
}

/// Cuts a number to a width, sign- or zero-extended.
fn wrap(n: i64, bits: u32, signed: bool) -> i64 {
    if bits == 64 {
        return n;
    }
    let sh = 64 - bits;
    if signed { (n << sh) >> sh } else { (((n as u64) << sh) >> sh) as i64 }
}

fn is_bool(cx: &PassCx<'_>, t: Ty) -> bool {
    matches!(cx.types.under(t), TyKind::Basic(Basic::Bool))
}

fn fold(cx: &PassCx<'_>, f: &Function, i: Inst) -> Option<Fold> {
    let inst = &f.insts[i];
    let ty = inst.results.first().map(|r| f.values[*r].ty);
    match &inst.op {
        Op::Extract { agg, index } => fold_extract(cx, f, *agg, *index, ty?),
        Op::Compose(parts) => fold_compose(f, parts, ty?),
        Op::Bitcast(x) => {
            if f.values[*x].ty == ty? {
                return Some(Fold::Value(*x));
            }
            match def(f, *x)? {
                Op::Bitcast(y) => {
                    if f.values[*y].ty == ty? {
                        return Some(Fold::Value(*y));
                    }
                    Some(Fold::Op(Op::Bitcast(*y)))
                }
                Op::Zero => Some(Fold::Op(Op::Zero)),
                Op::ConstInt(n) if int_kind(cx, f.values[*x].ty).is_some() && int_kind(cx, ty?).is_some() => {
                    let (bits, signed) = int_kind(cx, ty?)?;
                    Some(Fold::Op(Op::ConstInt(wrap(*n, bits, signed))))
                }
                _ => None,
            }
        }
        Op::Convert(x) => {
            if f.values[*x].ty == ty? {
                return Some(Fold::Value(*x));
            }
            let (bits, signed) = int_kind(cx, ty?)?;
            int_kind(cx, f.values[*x].ty)?;
            let n = const_of(f, *x)?;
            Some(Fold::Op(Op::ConstInt(wrap(n, bits, signed))))
        }
        Op::Select { cond, then, els } => {
            if then == els {
                return Some(Fold::Value(*then));
            }
            Some(Fold::Value(if const_of(f, *cond)? != 0 { *then } else { *els }))
        }
        Op::Unary(op, x) => fold_unary(cx, f, *op, *x, ty?),
        Op::Binary(op, a, b) => fold_binary(cx, f, *op, *a, *b, ty?),
        Op::Compare(op, a, b) => fold_compare(cx, f, *op, *a, *b),
        Op::NilCheck { ptr } => non_nil(f, *ptr).then_some(Fold::Remove),
        Op::BoundsCheck { kind, index, len, .. } => {
            let (n, l) = (const_of(f, *index)?, const_of(f, *len)?);
            let ok = match kind {
                BoundsKind::Index => (0..l).contains(&n),
                BoundsKind::SliceConvert => n >= l,
                _ => (0..=l).contains(&n),
            };
            ok.then_some(Fold::Remove)
        }
        Op::Load { addr } => {
            // The type in a known itab.
            let Op::PtrAdd { base, offset } = def(f, *addr)? else { return None };
            match def(f, *base)? {
                Op::Itab(c, _) if const_of(f, *offset) == Some(8) && ty? == Ty::UNSAFE_POINTER => {
                    Some(Fold::Op(Op::TypeDesc(*c)))
                }
                _ => None,
            }
        }
        Op::PtrAdd { base, offset } => {
            (const_of(f, *offset)? == 0 && f.values[*base].ty == ty?).then_some(Fold::Value(*base))
        }
        _ => None,
    }
}

fn fold_extract(cx: &PassCx<'_>, f: &Function, agg: Value, index: u32, ty: Ty) -> Option<Fold> {
    match def(f, agg)? {
        Op::Compose(parts) => {
            let p = *parts.get(index as usize)?;
            Some(if f.values[p].ty == ty { Fold::Value(p) } else { Fold::Op(Op::Bitcast(p)) })
        }
        Op::Zero => Some(Fold::Op(Op::Zero)),
        Op::ConstStr(id) if index == 1 => {
            let n = cx.string_lens.get(id.0 as usize)?;
            Some(Fold::Op(Op::ConstInt(*n as i64)))
        }
        Op::Bitcast(x) => {
            let part = |t: Ty| match cx.types.under(t) {
                TyKind::Struct(fs) => fs.get(index as usize).map(|f| f.ty),
                _ => None,
            };
            let xt = f.values[*x].ty;
            let same = cx.types.underlying(xt) == cx.types.underlying(f.values[agg].ty) || part(xt) == Some(ty);
            same.then_some(Fold::Op(Op::Extract { agg: *x, index }))
        }
        Op::MakeInterface { value, ty: t, .. } => {
            if index == 0 {
                let it = f.values[agg].ty;
                return match cx.types.under(it) {
                    TyKind::Interface(ms) if ms.is_empty() => Some(Fold::Op(Op::TypeDesc(*t))),
                    _ => Some(Fold::Op(Op::Itab(*t, it))),
                };
            }
            match cx.types.under(*t) {
                TyKind::Pointer(_) | TyKind::Func(_) | TyKind::Map(..) | TyKind::Chan(..) => {
                    Some(Fold::Op(Op::Bitcast(*value)))
                }
                _ => None,
            }
        }
        _ => None,
    }
}

fn fold_compose(f: &Function, parts: &[Value], ty: Ty) -> Option<Fold> {
    if !parts.is_empty() && parts.iter().all(|p| matches!(def(f, *p), Some(Op::Zero))) {
        return Some(Fold::Op(Op::Zero));
    }
    // All parts of one value in order, and nothing else.
    let Some(Op::Extract { agg, index: 0 }) = parts.first().and_then(|p| def(f, *p)) else { return None };
    if f.values[*agg].ty != ty {
        return None;
    }
    let whole = parts
        .iter()
        .enumerate()
        .all(|(k, p)| matches!(def(f, *p), Some(Op::Extract { agg: a, index }) if a == agg && *index as usize == k));
    whole.then_some(Fold::Value(*agg))
}

fn fold_unary(cx: &PassCx<'_>, f: &Function, op: UnOp, x: Value, ty: Ty) -> Option<Fold> {
    if op == UnOp::Not {
        match def(f, x)? {
            Op::Unary(UnOp::Not, y) => return Some(Fold::Value(*y)),
            Op::Compare(c, a, b) => {
                let float = matches!(cx.types.under(f.values[*a].ty), TyKind::Basic(Basic::Float32 | Basic::Float64));
                let inv = match c {
                    CmpOp::Eq => CmpOp::Ne,
                    CmpOp::Ne => CmpOp::Eq,
                    _ if float => return None,
                    CmpOp::Lt => CmpOp::Ge,
                    CmpOp::Le => CmpOp::Gt,
                    CmpOp::Gt => CmpOp::Le,
                    CmpOp::Ge => CmpOp::Lt,
                };
                if f.values[x].ty == ty {
                    return Some(Fold::Op(Op::Compare(inv, *a, *b)));
                }
                return None;
            }
            _ => {}
        }
        let n = const_of(f, x)?;
        return Some(Fold::Op(Op::ConstInt(i64::from(n == 0))));
    }
    let (bits, signed) = int_kind(cx, ty)?;
    let n = const_of(f, x)?;
    let r = match op {
        UnOp::Neg => n.wrapping_neg(),
        UnOp::Com => !n,
        UnOp::Not => return None,
    };
    Some(Fold::Op(Op::ConstInt(wrap(r, bits, signed))))
}

fn fold_binary(cx: &PassCx<'_>, f: &Function, op: BinOp, a: Value, b: Value, ty: Ty) -> Option<Fold> {
    if is_bool(cx, ty) {
        // Conjunction and disjunction.
        let (ca, cb) = (const_of(f, a), const_of(f, b));
        let (c, other) = match (ca, cb) {
            (Some(c), _) => (c, b),
            (_, Some(c)) => (c, a),
            _ => return None,
        };
        return match (op, c != 0) {
            (BinOp::And, true) | (BinOp::Or, false) => Some(Fold::Value(other)),
            (BinOp::And, false) => Some(Fold::Op(Op::ConstInt(0))),
            (BinOp::Or, true) => Some(Fold::Op(Op::ConstInt(1))),
            _ => None,
        };
    }
    let (bits, signed) = int_kind(cx, ty)?;
    let (ca, cb) = (const_of(f, a), const_of(f, b));
    if let (Some(x), Some(y)) = (ca, cb) {
        let (ux, uy) = (x as u64, y as u64);
        let count_bits = int_kind(cx, f.values[b].ty).map_or(64, |k| k.0);
        let count = wrap(y, count_bits, false) as u64;
        let r = match op {
            BinOp::Add => x.wrapping_add(y),
            BinOp::Sub => x.wrapping_sub(y),
            BinOp::Mul => x.wrapping_mul(y),
            BinOp::Div if y != 0 => {
                if signed {
                    x.wrapping_div(y)
                } else {
                    (ux / uy) as i64
                }
            }
            BinOp::Rem if y != 0 => {
                if signed {
                    x.wrapping_rem(y)
                } else {
                    (ux % uy) as i64
                }
            }
            BinOp::Div | BinOp::Rem => return None,
            BinOp::And => x & y,
            BinOp::Or => x | y,
            BinOp::Xor => x ^ y,
            BinOp::AndNot => x & !y,
            BinOp::Shl => {
                if count >= u64::from(bits) {
                    0
                } else {
                    x << count
                }
            }
            BinOp::Shr => {
                if signed {
                    x >> count.min(63)
                } else if count >= u64::from(bits) {
                    0
                } else {
                    (ux >> count) as i64
                }
            }
        };
        return Some(Fold::Op(Op::ConstInt(wrap(r, bits, signed))));
    }
    match (op, ca, cb) {
        // `p ^ 0` of an address says that the result is not to be followed (`abi.NoEscape`): escape analysis
        // must see it, and code generation folds it.
        (BinOp::Xor, _, Some(0)) | (BinOp::Xor, Some(0), _) if ty == Ty::UINTPTR => None,
        (BinOp::Add | BinOp::Or | BinOp::Xor, Some(0), _) => Some(Fold::Value(b)),
        (BinOp::Add | BinOp::Sub | BinOp::Or | BinOp::Xor | BinOp::AndNot | BinOp::Shl | BinOp::Shr, _, Some(0)) => {
            Some(Fold::Value(a))
        }
        (BinOp::Mul, _, Some(1)) | (BinOp::Div, _, Some(1)) => Some(Fold::Value(a)),
        (BinOp::Mul, Some(1), _) => Some(Fold::Value(b)),
        (BinOp::Mul | BinOp::And, _, Some(0)) | (BinOp::Mul | BinOp::And, Some(0), _) => {
            Some(Fold::Op(Op::ConstInt(0)))
        }
        (BinOp::Sub | BinOp::Xor, _, _) if a == b => Some(Fold::Op(Op::ConstInt(0))),
        _ => None,
    }
}

fn fold_compare(cx: &PassCx<'_>, f: &Function, op: CmpOp, a: Value, b: Value) -> Option<Fold> {
    let truth = |b: bool| Some(Fold::Op(Op::ConstInt(i64::from(b))));
    let t = f.values[a].ty;
    let float = matches!(cx.types.under(t), TyKind::Basic(Basic::Float32 | Basic::Float64));
    if a == b && !float {
        return truth(matches!(op, CmpOp::Eq | CmpOp::Le | CmpOp::Ge));
    }
    if float {
        return None;
    }
    if let (Some(x), Some(y)) = (const_of(f, a), const_of(f, b)) {
        let signed = int_kind(cx, t).is_none_or(|k| k.1);
        let o = if signed { x.cmp(&y) } else { (x as u64).cmp(&(y as u64)) };
        return truth(match op {
            CmpOp::Eq => o.is_eq(),
            CmpOp::Ne => o.is_ne(),
            CmpOp::Lt => o.is_lt(),
            CmpOp::Le => o.is_le(),
            CmpOp::Gt => o.is_gt(),
            CmpOp::Ge => o.is_ge(),
        });
    }
    if !matches!(op, CmpOp::Eq | CmpOp::Ne) {
        return None;
    }
    if let (Some(Op::TypeDesc(x)), Some(Op::TypeDesc(y))) = (def(f, a), def(f, b)) {
        return truth((x == y) == (op == CmpOp::Eq));
    }
    let nil = |v: Value| matches!(def(f, v), Some(Op::Zero));
    if nil(b) && known_object(f, a) || nil(a) && known_object(f, b) {
        return truth(op == CmpOp::Ne);
    }
    // A bool compared with a constant.
    if is_bool(cx, t) {
        let (c, x) = match (const_of(f, a), const_of(f, b)) {
            (Some(c), None) => (c, b),
            (None, Some(c)) => (c, a),
            _ => return None,
        };
        return Some(if (c != 0) == (op == CmpOp::Eq) { Fold::Value(x) } else { Fold::Op(Op::Unary(UnOp::Not, x)) });
    }
    None
}

/// As [`non_nil`], but only for addresses of objects themselves (never computed from other pointers).
fn known_object(f: &Function, v: Value) -> bool {
    match def(f, v) {
        Some(Op::Bitcast(x)) => known_object(f, *x),
        Some(Op::IndexAddr { .. } | Op::FieldAddr { .. } | Op::PtrAdd { .. }) => false,
        _ => non_nil(f, v),
    }
}

/// Removes block parameters that always receive the same value.
fn trivial_params(f: &mut Function) -> bool {
    let n = f.blocks.len();
    let mut same: Vec<Vec<Option<Option<Value>>>> = f.blocks.iter().map(|b| vec![None; b.params.len()]).collect();
    for data in f.blocks.iter() {
        for_each_target(&data.term, |t| {
            for (k, a) in t.args.iter().enumerate() {
                let p = f.blocks[t.block].params[k];
                if *a == p {
                    continue;
                }
                let s = &mut same[t.block.0 as usize][k];
                *s = Some(match *s {
                    None => Some(*a),
                    Some(Some(v)) if v == *a => Some(v),
                    Some(_) => None,
                });
            }
        });
    }
    let mut repl: Vec<Option<Value>> = vec![None; f.values.len()];
    let mut any = false;
    for (b, row) in same.iter_mut().enumerate().skip(1) {
        let block = Block(b as u32);
        for (k, s) in row.iter_mut().enumerate() {
            if let Some(Some(v)) = s {
                let p = f.blocks[block].params[k];
                // No cycles among replacements.
                let mut w = *v;
                while let Some(next) = repl[w.0 as usize] {
                    w = next;
                }
                if w == p {
                    *s = None;
                    continue;
                }
                repl[p.0 as usize] = Some(w);
                any = true;
            } else {
                *s = None;
            }
        }
    }
    if !any {
        return false;
    }
    for (b, row) in same.iter().enumerate().skip(1) {
        let block = Block(b as u32);
        let gone: Vec<bool> = row.iter().map(Option::is_some).collect();
        if !gone.contains(&true) {
            continue;
        }
        let mut k = 0;
        f.blocks[block].params.retain(|_| {
            k += 1;
            !gone[k - 1]
        });
        for (n, p) in f.blocks[block].params.clone().into_iter().enumerate() {
            f.values[p].def = ValueDef::Param(block, n as u32);
        }
    }
    for b in 0..n {
        for_each_target_mut(&mut f.blocks[Block(b as u32)].term, |t| {
            let gone = &same[t.block.0 as usize];
            let mut k = 0;
            t.args.retain(|_| {
                k += 1;
                gone[k - 1].is_none()
            });
        });
    }
    replace_values(f, &repl);
    true
}

/// Number of uses of each value.
fn use_counts(f: &Function) -> Vec<u32> {
    let mut n = vec![0; f.values.len()];
    for data in f.blocks.iter() {
        for i in &data.insts {
            crate::visit::operands(&f.insts[*i].op, &mut |v| n[v.0 as usize] += 1);
        }
        crate::visit::terminator_operands(&data.term, &mut |v| n[v.0 as usize] += 1);
    }
    n
}

/// Jumps with a constant to a block that only branches on it go straight to where it branches.
fn thread_jumps(f: &mut Function) -> bool {
    let uses = use_counts(f);
    let mut changed = false;
    for b in 1..f.blocks.len() {
        let block = Block(b as u32);
        let data = &f.blocks[block];
        let Terminator::Branch { cond, then, els } = data.term.clone() else { continue };
        if !data.insts.is_empty() || Some(block) == f.recover_block {
            continue;
        }
        let Some(k) = data.params.iter().position(|p| *p == cond) else { continue };
        // The parameters live in this block only: used by its terminator and nowhere else.
        let mut own = vec![0u32; data.params.len()];
        crate::visit::terminator_operands(&data.term, &mut |v| {
            if let Some(j) = data.params.iter().position(|p| *p == v) {
                own[j] += 1;
            }
        });
        if data.params.iter().zip(&own).any(|(p, n)| uses[p.0 as usize] != *n) {
            continue;
        }
        let params = data.params.clone();
        for p in 0..f.blocks.len() {
            let pred = Block(p as u32);
            if pred == block {
                continue;
            }
            let mut term = std::mem::take(&mut f.blocks[pred].term);
            for_each_target_mut(&mut term, |t| {
                if t.block != block {
                    return;
                }
                let Some(c) = const_of(f, t.args[k]) else { return };
                let to = if c != 0 { &then } else { &els };
                if to.block == block {
                    return;
                }
                let args = t.args.clone();
                let new = to
                    .args
                    .iter()
                    .map(|a| match params.iter().position(|p| p == a) {
                        Some(j) => args[j],
                        None => *a,
                    })
                    .collect();
                t.block = to.block;
                t.args = new;
                changed = true;
            });
            f.blocks[pred].term = term;
        }
    }
    changed
}

/// Constant and needless branches; jumps through empty blocks.
fn fold_terminators(f: &mut Function) -> bool {
    let mut changed = false;
    for b in 0..f.blocks.len() {
        let b = Block(b as u32);
        let mut term = std::mem::take(&mut f.blocks[b].term);
        match &mut term {
            Terminator::Branch { cond, then, els } => {
                if let Some(Op::Unary(UnOp::Not, x)) = def(f, *cond) {
                    *cond = *x;
                    std::mem::swap(then, els);
                    changed = true;
                }
                if let Some(c) = const_of(f, *cond) {
                    term = Terminator::Jump(if c != 0 { then.clone() } else { els.clone() });
                    changed = true;
                } else if then == els {
                    term = Terminator::Jump(then.clone());
                    changed = true;
                }
            }
            Terminator::Switch { value, cases, default } => {
                if let Some(c) = const_of(f, *value) {
                    let t = cases.iter().find(|(n, _)| *n == c).map_or_else(|| default.clone(), |(_, t)| t.clone());
                    term = Terminator::Jump(t);
                    changed = true;
                }
            }
            _ => {}
        }
        for_each_target_mut(&mut term, |t| {
            for _ in 0..4 {
                if !t.args.is_empty() || t.block == b {
                    break;
                }
                let d = &f.blocks[t.block];
                if !d.insts.is_empty() || !d.params.is_empty() {
                    break;
                }
                let Terminator::Jump(next) = &d.term else { break };
                if next.block == t.block {
                    break;
                }
                *t = next.clone();
                changed = true;
            }
        });
        f.blocks[b].term = term;
    }
    changed
}

/// Appends blocks to their only predecessor if that jumps to nothing else.
fn merge_blocks(f: &mut Function) -> bool {
    let n = f.blocks.len();
    let mut preds = vec![0u32; n];
    preds[0] = 1;
    if let Some(r) = f.recover_block {
        preds[r.0 as usize] += 2;
    }
    for data in f.blocks.iter() {
        for_each_target(&data.term, |t| preds[t.block.0 as usize] += 1);
    }
    let mut repl: Vec<Option<Value>> = vec![None; f.values.len()];
    let mut changed = false;
    let mut dead = vec![false; n];
    for b in 0..n {
        if dead[b] {
            continue;
        }
        let b = Block(b as u32);
        while let Terminator::Jump(t) = &f.blocks[b].term {
            let (next, args) = (t.block, t.args.clone());
            if preds[next.0 as usize] != 1 || next == b || next == Block(0) || dead[next.0 as usize] {
                break;
            }
            let data = std::mem::take(&mut f.blocks[next]);
            dead[next.0 as usize] = true;
            for (p, a) in data.params.iter().zip(args) {
                repl[p.0 as usize] = Some(a);
            }
            let cold = f.blocks[b].cold && data.cold;
            let d = &mut f.blocks[b];
            d.insts.extend(data.insts);
            d.term = data.term;
            d.term_pos = data.term_pos;
            d.cold = cold || d.cold && b != Block(0);
            f.blocks[next].term = Terminator::Unreachable;
            changed = true;
        }
    }
    if changed {
        replace_values(f, &repl);
        remove_unreachable(f);
    }
    changed
}
