//! `gvn`: equal pure operations are computed once (scoped by the dominator tree), and checks that
//! dominating checks or branches imply go away.

use super::dom::Cfg;
use super::simplify::{const_of, def};
use super::{Changed, PassCx, is_pure, replace_values};
use crate::build::for_each_target;
use crate::ir::{BinOp, Block, BoundsKind, CmpOp, Function, Inst, Op, Terminator, Value, ValueDef};
use crate::ty::{Basic, Ty, TyKind};
use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;

/// Steps up to this size do not overflow an induction variable in any real run.
const MAX_STEP: i64 = 64;

type Key = (u8, Ty, SmallVec<[u64; 4]>);

struct Gvn<'a> {
    cx: &'a PassCx<'a>,
    f: &'a mut Function,
    repl: Vec<Option<Value>>,
    numbers: FxHashMap<Key, Value>,
    non_nil: FxHashSet<Value>,
    /// `a < b` (signed).
    lt: FxHashSet<(Value, Value)>,
    /// `a <= b` (signed).
    le: FxHashSet<(Value, Value)>,
    /// Known not negative.
    non_neg: FxHashSet<Value>,
    /// Least value of a length.
    at_least: FxHashMap<Value, i64>,
    log: Vec<Undo>,
    changed: bool,
}

enum Undo {
    Number(Key),
    NonNil(Value),
    Lt(Value, Value),
    Le(Value, Value),
    NonNeg(Value),
    AtLeast(Value, Option<i64>),
}

/// Runs the pass.
pub fn run(cx: &PassCx<'_>, f: &mut Function) -> Changed {
    let cfg = Cfg::new(f);
    let mut g = Gvn {
        cx,
        repl: vec![None; f.values.len()],
        f,
        numbers: FxHashMap::default(),
        non_nil: FxHashSet::default(),
        lt: FxHashSet::default(),
        le: FxHashSet::default(),
        non_neg: FxHashSet::default(),
        at_least: FxHashMap::default(),
        log: Vec::new(),
        changed: false,
    };
    g.walk(&cfg);
    if g.changed {
        replace_values(g.f, &g.repl);
        return Changed::Yes;
    }
    Changed::No
}

impl Gvn<'_> {
    fn walk(&mut self, cfg: &Cfg) {
        enum Step {
            Enter(Block),
            Leave(usize),
        }
        let children = cfg.children();
        let mut stack = vec![Step::Enter(Block(0))];
        while let Some(s) = stack.pop() {
            match s {
                Step::Leave(mark) => self.undo(mark),
                Step::Enter(b) => {
                    let mark = self.log.len();
                    if Some(b) == self.f.recover_block {
                        // Entered from anywhere: only what holds at its start counts.
                        stack.push(Step::Leave(mark));
                        continue;
                    }
                    self.edge_facts(cfg, b);
                    self.block(b);
                    stack.push(Step::Leave(mark));
                    for c in &children[b.0 as usize] {
                        stack.push(Step::Enter(*c));
                    }
                }
            }
        }
    }

    fn undo(&mut self, mark: usize) {
        while self.log.len() > mark {
            match self.log.pop() {
                Some(Undo::Number(k)) => {
                    self.numbers.remove(&k);
                }
                Some(Undo::NonNil(v)) => {
                    self.non_nil.remove(&v);
                }
                Some(Undo::Lt(a, b)) => {
                    self.lt.remove(&(a, b));
                }
                Some(Undo::Le(a, b)) => {
                    self.le.remove(&(a, b));
                }
                Some(Undo::NonNeg(v)) => {
                    self.non_neg.remove(&v);
                }
                Some(Undo::AtLeast(v, old)) => {
                    match old {
                        Some(n) => self.at_least.insert(v, n),
                        None => self.at_least.remove(&v),
                    };
                }
                None => break,
            }
        }
    }

    fn resolve(&self, mut v: Value) -> Value {
        while let Some(Some(w)) = self.repl.get(v.0 as usize) {
            v = *w;
        }
        v
    }

    fn add_non_nil(&mut self, v: Value) {
        if self.non_nil.insert(v) {
            self.log.push(Undo::NonNil(v));
        }
    }

    fn add_lt(&mut self, a: Value, b: Value) {
        if self.lt.insert((a, b)) {
            self.log.push(Undo::Lt(a, b));
        }
        self.add_le(a, b);
        if let Some(n) = const_of(self.f, a) {
            self.add_at_least(b, n.saturating_add(1));
        }
    }

    fn add_le(&mut self, a: Value, b: Value) {
        if self.le.insert((a, b)) {
            self.log.push(Undo::Le(a, b));
        }
        if let Some(n) = const_of(self.f, a) {
            self.add_at_least(b, n);
        }
    }

    fn add_at_least(&mut self, v: Value, n: i64) {
        let old = self.at_least.get(&v).copied();
        if old.is_none_or(|o| o < n) {
            self.at_least.insert(v, n);
            self.log.push(Undo::AtLeast(v, old));
        }
    }

    fn add_non_neg(&mut self, v: Value) {
        if self.non_neg.insert(v) {
            self.log.push(Undo::NonNeg(v));
        }
    }

    /// Facts that hold because of the branch by which a block is entered.
    fn edge_facts(&mut self, cfg: &Cfg, b: Block) {
        let [p] = cfg.preds[b.0 as usize][..] else { return };
        let Terminator::Branch { cond, then, els } = &self.f.blocks[p].term else { return };
        if then.block == els.block {
            return;
        }
        let (cond, truth) = (*cond, then.block == b);
        self.fact(self.resolve(cond), truth);
    }

    fn fact(&mut self, cond: Value, truth: bool) {
        let Some(Op::Compare(op, a, b)) = def(self.f, cond).cloned() else { return };
        let (a, b) = (self.resolve(a), self.resolve(b));
        let t = self.f.values[a].ty;
        match self.cx.types.under(t) {
            TyKind::Basic(Basic::Int | Basic::Int64) => {}
            TyKind::Pointer(_) | TyKind::Basic(Basic::UnsafePointer) => {
                let differs = (op == CmpOp::Ne) == truth && matches!(op, CmpOp::Eq | CmpOp::Ne);
                if differs {
                    for (x, y) in [(a, b), (b, a)] {
                        if const_of(self.f, y) == Some(0) {
                            self.add_non_nil(x);
                        }
                    }
                }
                return;
            }
            _ => return,
        }
        let op = if truth {
            op
        } else {
            match op {
                CmpOp::Eq => CmpOp::Ne,
                CmpOp::Ne => CmpOp::Eq,
                CmpOp::Lt => CmpOp::Ge,
                CmpOp::Le => CmpOp::Gt,
                CmpOp::Gt => CmpOp::Le,
                CmpOp::Ge => CmpOp::Lt,
            }
        };
        match op {
            CmpOp::Lt => self.add_lt(a, b),
            CmpOp::Le => self.add_le(a, b),
            CmpOp::Gt => self.add_lt(b, a),
            CmpOp::Ge => self.add_le(b, a),
            CmpOp::Eq => {
                self.add_le(a, b);
                self.add_le(b, a);
            }
            CmpOp::Ne => {
                // A length that is not 0 is at least 1.
                for (x, y) in [(a, b), (b, a)] {
                    if const_of(self.f, y) == Some(0) && self.is_non_neg(x, 0) {
                        self.add_at_least(x, 1);
                    }
                }
            }
        }
    }

    fn block(&mut self, b: Block) {
        let insts = std::mem::take(&mut self.f.blocks[b].insts);
        let mut out = Vec::with_capacity(insts.len());
        for i in insts {
            let mut op = std::mem::replace(&mut self.f.insts[i].op, Op::Zero);
            crate::visit::map_operands(&mut op, &mut |v| self.resolve(v));
            self.f.insts[i].op = op;
            if self.visit(i) {
                out.push(i);
            } else {
                self.changed = true;
            }
        }
        self.f.blocks[b].insts = out;
    }

    /// Whether the instruction stays.
    fn visit(&mut self, i: Inst) -> bool {
        match self.f.insts[i].op.clone() {
            Op::NilCheck { ptr } => {
                if self.non_nil.contains(&ptr) || super::simplify::non_nil(self.f, ptr) {
                    return false;
                }
                self.add_non_nil(ptr);
                return true;
            }
            Op::Load { addr } | Op::Store { addr, .. } => {
                self.accessed(addr);
                return true;
            }
            Op::BoundsCheck { kind, index, len, .. } => return self.bounds(kind, index, len),
            _ => {}
        }
        let inst = &self.f.insts[i];
        if inst.results.len() != 1 || !is_pure(&inst.op) {
            return true;
        }
        let result = inst.results[0];
        let Some(key) = key(&inst.op, self.f.values[result].ty) else { return true };
        if let Some(v) = self.numbers.get(&key) {
            self.repl[result.0 as usize] = Some(*v);
            return false;
        }
        self.numbers.insert(key.clone(), result);
        self.log.push(Undo::Number(key));
        true
    }

    /// Memory at `addr` was accessed: its pointer is not nil (fields at small offsets included).
    fn accessed(&mut self, addr: Value) {
        let mut v = addr;
        loop {
            self.add_non_nil(v);
            match def(self.f, v) {
                Some(Op::FieldAddr { base, ty, field }) => {
                    let off = self.cx.types.layout_of(*ty).field_offsets.get(*field as usize).copied();
                    if off.is_none_or(|o| o >= 4096) {
                        return;
                    }
                    v = *base;
                }
                Some(Op::Bitcast(x)) => v = *x,
                _ => return,
            }
        }
    }

    fn bounds(&mut self, kind: BoundsKind, index: Value, len: Value) -> bool {
        if kind == BoundsKind::SliceConvert {
            // Here `index` is the slice's length.
            if let Some(n) = const_of(self.f, len) {
                if self.at_least.get(&index).is_some_and(|m| *m >= n) {
                    return false;
                }
                self.add_at_least(index, n);
            }
            return true;
        }
        let non_neg = self.is_non_neg(index, 0);
        let known = match (kind, const_of(self.f, index)) {
            (BoundsKind::Index, Some(n)) => n >= 0 && self.at_least.get(&len).is_some_and(|m| n < *m),
            (BoundsKind::Index, None) => non_neg && self.lt.contains(&(index, len)),
            (_, Some(n)) => n >= 0 && self.at_least.get(&len).is_some_and(|m| n <= *m),
            (_, None) => non_neg && (index == len || self.le.contains(&(index, len)) || self.is_len_of_cap(index, len)),
        };
        if known {
            return false;
        }
        if kind == BoundsKind::Index {
            self.add_lt(index, len);
        } else {
            self.add_le(index, len);
        }
        self.add_non_neg(index);
        true
    }

    /// `len(s)` and `cap(s)` of one slice.
    fn is_len_of_cap(&self, a: Value, b: Value) -> bool {
        match (def(self.f, a), def(self.f, b)) {
            (Some(Op::Extract { agg: x, index: 1 }), Some(Op::Extract { agg: y, index: 2 })) => {
                x == y && matches!(self.cx.types.under(self.f.values[*x].ty), TyKind::Slice(_))
            }
            _ => false,
        }
    }

    fn is_non_neg(&self, v: Value, depth: u32) -> bool {
        if self.non_neg.contains(&v) || self.at_least.get(&v).is_some_and(|n| *n >= 0) {
            return true;
        }
        if depth > 4 {
            return false;
        }
        match self.f.values[v].def {
            ValueDef::Result(i, _) => match &self.f.insts[i].op {
                Op::ConstInt(n) => *n >= 0,
                Op::Zero => true,
                Op::Extract { agg, index } => {
                    *index > 0
                        && matches!(
                            self.cx.types.under(self.f.values[*agg].ty),
                            TyKind::Slice(_) | TyKind::Basic(Basic::String)
                        )
                }
                Op::Convert(x) => matches!(
                    self.cx.types.under(self.f.values[*x].ty),
                    TyKind::Basic(Basic::Uint8 | Basic::Uint16 | Basic::Uint32)
                ),
                Op::Binary(BinOp::And, a, b) => self.is_non_neg(*a, depth + 1) || self.is_non_neg(*b, depth + 1),
                Op::Binary(BinOp::Shr | BinOp::Div | BinOp::Rem, a, b) => {
                    self.is_non_neg(*a, depth + 1)
                        && (!matches!(self.f.insts[i].op, Op::Binary(BinOp::Div, ..)) || self.is_non_neg(*b, depth + 1))
                }
                _ => false,
            },
            ValueDef::Param(b, k) => self.is_induction(b, k, v, depth),
        }
    }

    /// A loop variable that starts at zero or above and only grows by small steps.
    fn is_induction(&self, b: Block, k: u32, v: Value, depth: u32) -> bool {
        if b == Block(0) {
            return false;
        }
        let mut ok = true;
        let mut any = false;
        for data in self.f.blocks.iter() {
            for_each_target(&data.term, |t| {
                if t.block != b || !ok {
                    return;
                }
                any = true;
                let a = self.resolve(t.args[k as usize]);
                if a == v {
                    return;
                }
                let step = match def(self.f, a) {
                    Some(Op::Binary(BinOp::Add, x, y)) if self.resolve(*x) == v => const_of(self.f, *y),
                    _ => None,
                };
                ok = match step {
                    Some(n) => (0..=MAX_STEP).contains(&n),
                    None => {
                        const_of(self.f, a).is_some_and(|n| n >= 0)
                            || !matches!(self.f.values[a].def, ValueDef::Param(..)) && self.is_non_neg(a, depth + 1)
                    }
                };
            });
        }
        ok && any
    }
}

/// Identity of a pure operation; `None` for those that are not numbered.
fn key(op: &Op, ty: Ty) -> Option<Key> {
    let mut k: SmallVec<[u64; 4]> = SmallVec::new();
    let v = |x: &Value| u64::from(x.0);
    let tag = match op {
        Op::ConstInt(n) => {
            k.push(*n as u64);
            0
        }
        Op::ConstFloat(n) => {
            k.push(*n);
            1
        }
        Op::ConstStr(s) => {
            k.push(u64::from(s.0));
            2
        }
        Op::Zero => 3,
        Op::FuncValue(x) => {
            k.push(u64::from(x.0));
            4
        }
        Op::GlobalAddr(x) => {
            k.push(u64::from(x.0));
            5
        }
        Op::DataAddr(x) => {
            k.push(u64::from(x.0));
            6
        }
        Op::TypeDesc(x) => {
            k.push(u64::from(x.0));
            7
        }
        Op::Itab(a, b) => {
            k.extend([u64::from(a.0), u64::from(b.0)]);
            8
        }
        Op::FieldAddr { base, ty, field } => {
            k.extend([v(base), u64::from(ty.0), u64::from(*field)]);
            9
        }
        Op::IndexAddr { base, index, elem } => {
            k.extend([v(base), v(index), u64::from(elem.0)]);
            10
        }
        Op::PtrAdd { base, offset } => {
            k.extend([v(base), v(offset)]);
            11
        }
        Op::Compose(vs) => {
            k.extend(vs.iter().map(v));
            12
        }
        Op::Extract { agg, index } => {
            k.extend([v(agg), u64::from(*index)]);
            13
        }
        Op::Unary(o, a) => {
            k.extend([*o as u64, v(a)]);
            14
        }
        Op::Binary(o, a, b) => {
            k.extend([*o as u64, v(a), v(b)]);
            15
        }
        Op::Compare(o, a, b) => {
            k.extend([*o as u64, v(a), v(b)]);
            16
        }
        Op::Convert(a) => {
            k.push(v(a));
            17
        }
        Op::Bitcast(a) => {
            k.push(v(a));
            18
        }
        Op::Select { cond, then, els } => {
            k.extend([v(cond), v(then), v(els)]);
            19
        }
        Op::Capture(n) => {
            k.push(u64::from(*n));
            20
        }
        Op::Intrinsic(i, vs) => {
            k.push(*i as u64);
            k.extend(vs.iter().map(v));
            21
        }
        Op::SymbolAddr(_)
        | Op::Alloc { .. }
        | Op::Buffer { .. }
        | Op::Load { .. }
        | Op::Store { .. }
        | Op::NilCheck { .. }
        | Op::BoundsCheck { .. }
        | Op::Call { .. }
        | Op::MakeClosure { .. }
        | Op::MakeInterface { .. }
        | Op::DeferEnable => return None,
    };
    Some((tag, ty, k))
}
