//! `lift`: variables in memory become values (mem2reg with scalar replacement of structs).
//!
//! A cell qualifies if nothing but loads, stores and field addresses of loads and stores use its
//! address, no use is in the recover block, and all parts that are accessed are small. Source: pruned
//! SSA construction with dominance frontiers (Cytron et al.).

use super::dom::Cfg;
use super::{Changed, PassCx};
use crate::build::for_each_target_mut;
use crate::ir::{Block, Function, Inst, InstData, Op, Results, Value, ValueData, ValueDef};
use crate::ty::{Ty, TyKind};
use crate::visit;
use rustc_hash::FxHashMap;
use smallvec::SmallVec;

/// Most leaves that a struct is taken apart into.
const MAX_LEAVES: usize = 24;

/// A field path inside a cell.
type Path = SmallVec<[u32; 4]>;

/// A qualifying cell.
struct Cell {
    ty: Ty,
    /// Paths of its leaves in order, with their variables.
    leaves: Vec<(Path, Var)>,
}

/// Number of a leaf variable.
type Var = usize;

/// What an instruction does to a cell.
#[derive(Clone)]
enum Access {
    Alloc(usize),
    Load(usize, Path),
    Store(usize, Path, Value),
    /// A field address: goes away.
    Addr,
}

struct Lift<'a> {
    cx: &'a PassCx<'a>,
    f: &'a mut Function,
    cells: Vec<Cell>,
    access: FxHashMap<Inst, Access>,
    var_tys: Vec<Ty>,
    repl: Vec<Option<Value>>,
    /// Zeros to put at the head of the entry block.
    entry_zeros: Vec<Inst>,
    /// Parameters added to blocks: (block, variable) in order.
    phis: Vec<Vec<(Var, Value)>>,
}

/// Runs the pass.
pub fn run(cx: &PassCx<'_>, f: &mut Function) -> Changed {
    let mut l = Lift {
        cx,
        repl: vec![None; f.values.len()],
        phis: vec![Vec::new(); f.blocks.len()],
        f,
        cells: Vec::new(),
        access: FxHashMap::default(),
        var_tys: Vec::new(),
        entry_zeros: Vec::new(),
    };
    if !l.find_cells() {
        return Changed::No;
    }
    let cfg = Cfg::new(l.f);
    l.place_params(&cfg);
    l.rename(&cfg);
    l.apply();
    Changed::Yes
}

impl Lift<'_> {
    /// Finds the cells that qualify and what accesses them.
    fn find_cells(&mut self) -> bool {
        let f = &*self.f;
        // Root cell and path of each address value.
        let mut root: Vec<Option<(u32, Path)>> = vec![None; f.values.len()];
        let mut allocs: Vec<(Inst, Ty)> = Vec::new();
        let mut bad: Vec<bool> = Vec::new();
        for data in f.blocks.iter() {
            for i in &data.insts {
                if let Op::Alloc { ty, .. } = &f.insts[*i].op {
                    root[f.insts[*i].results[0].0 as usize] = Some((allocs.len() as u32, Path::new()));
                    allocs.push((*i, *ty));
                    bad.push(false);
                }
            }
        }
        if allocs.is_empty() {
            return false;
        }
        // Field addresses may come before their base in block order: iterate until nothing changes.
        let mut grown = true;
        while grown {
            grown = false;
            for data in f.blocks.iter() {
                for i in &data.insts {
                    if let Op::FieldAddr { base, field, .. } = &f.insts[*i].op
                        && let Some((c, p)) = root[base.0 as usize].clone()
                    {
                        let r = &mut root[f.insts[*i].results[0].0 as usize];
                        if r.is_none() {
                            let mut p = p;
                            p.push(*field);
                            *r = Some((c, p));
                            grown = true;
                        }
                    }
                }
            }
        }
        let mut paths: Vec<Vec<Path>> = vec![Vec::new(); allocs.len()];
        let mut found: Vec<(Inst, u32, Access)> = Vec::new();
        for (b, data) in f.blocks.iter_enumerated() {
            let in_recover = f.recover_block == Some(b);
            for i in &data.insts {
                let inst = &f.insts[*i];
                match &inst.op {
                    Op::Alloc { .. } => {}
                    Op::Load { addr } => {
                        if let Some((c, p)) = &root[addr.0 as usize] {
                            let ty = self.path_ty(allocs[*c as usize].1, p);
                            if in_recover || ty != Some(f.values[inst.results[0]].ty) {
                                bad[*c as usize] = true;
                            }
                            paths[*c as usize].push(p.clone());
                            found.push((*i, *c, Access::Load(*c as usize, p.clone())));
                        }
                    }
                    Op::Store { addr, value } => {
                        if let Some((c, p)) = &root[addr.0 as usize] {
                            let ty = self.path_ty(allocs[*c as usize].1, p);
                            if in_recover || ty != Some(f.values[*value].ty) {
                                bad[*c as usize] = true;
                            }
                            paths[*c as usize].push(p.clone());
                            found.push((*i, *c, Access::Store(*c as usize, p.clone(), *value)));
                        }
                        if let Some((c, _)) = &root[value.0 as usize] {
                            bad[*c as usize] = true;
                        }
                    }
                    Op::FieldAddr { base, .. } => {
                        if let Some((c, _)) = &root[base.0 as usize] {
                            if in_recover {
                                bad[*c as usize] = true;
                            }
                            found.push((*i, *c, Access::Addr));
                        }
                    }
                    op => visit::operands(op, &mut |v| {
                        if let Some((c, _)) = &root[v.0 as usize] {
                            bad[*c as usize] = true;
                        }
                    }),
                }
            }
            visit::terminator_operands(&data.term, &mut |v| {
                if let Some((c, _)) = &root[v.0 as usize] {
                    bad[*c as usize] = true;
                }
            });
        }
        let mut number = vec![usize::MAX; allocs.len()];
        for (c, (inst, ty)) in allocs.iter().enumerate() {
            if bad[c] {
                continue;
            }
            let mut leaves = Vec::new();
            if !self.leaves(*ty, &mut Path::new(), &paths[c], &mut leaves) {
                continue;
            }
            number[c] = self.cells.len();
            let leaves = leaves
                .into_iter()
                .map(|(p, t)| {
                    self.var_tys.push(t);
                    (p, self.var_tys.len() - 1)
                })
                .collect();
            self.cells.push(Cell { ty: *ty, leaves });
            self.access.insert(*inst, Access::Alloc(number[c]));
        }
        for (i, c, mut a) in found {
            let n = number[c as usize];
            if n == usize::MAX {
                continue;
            }
            match &mut a {
                Access::Load(c, _) | Access::Store(c, _, _) => *c = n,
                Access::Alloc(_) | Access::Addr => {}
            }
            self.access.insert(i, a);
        }
        !self.cells.is_empty()
    }

    fn path_ty(&self, mut t: Ty, path: &Path) -> Option<Ty> {
        for i in path {
            t = match self.cx.types.under(t) {
                TyKind::Struct(fs) => fs.get(*i as usize)?.ty,
                _ => return None,
            };
        }
        Some(t)
    }

    /// Splits a type into leaves as the accesses ask for; false if a leaf is too large.
    fn leaves(&self, t: Ty, at: &mut Path, accesses: &[Path], out: &mut Vec<(Path, Ty)>) -> bool {
        let split = accesses.iter().any(|p| p.len() > at.len() && p.starts_with(at));
        let large = self.cx.types.layout_of(t).parts.is_none();
        if (split || large)
            && let TyKind::Struct(fs) = self.cx.types.under(t)
        {
            // Without field accesses a large struct is better off in memory.
            if large && !split {
                return false;
            }
            for (i, f) in fs.iter().enumerate() {
                at.push(i as u32);
                let ok = self.leaves(f.ty, at, accesses, out);
                at.pop();
                if !ok || out.len() > MAX_LEAVES {
                    return false;
                }
            }
            return true;
        }
        if large {
            return false;
        }
        out.push((at.clone(), t));
        true
    }

    /// Leaf variables under a path of a cell.
    fn vars_under<'c>(&self, cell: &'c Cell, path: &Path) -> impl Iterator<Item = &'c (Path, Var)> + use<'c> {
        let path = path.clone();
        cell.leaves.iter().filter(move |(p, _)| p.starts_with(&path))
    }

    /// Adds block parameters where values of a variable meet and are needed.
    fn place_params(&mut self, cfg: &Cfg) {
        let nv = self.var_tys.len();
        let nb = self.f.blocks.len();
        let mut def_blocks: Vec<Vec<Block>> = vec![Vec::new(); nv];
        let mut use_blocks: Vec<Vec<Block>> = vec![Vec::new(); nv];
        let mut seen_def: Vec<Block> = vec![Block(u32::MAX); nv];
        for b in &cfg.rpo {
            for i in &self.f.blocks[*b].insts {
                match self.access.get(i) {
                    Some(Access::Load(c, p)) => {
                        for (_, v) in self.vars_under(&self.cells[*c], p) {
                            if seen_def[*v] != *b && use_blocks[*v].last() != Some(b) {
                                use_blocks[*v].push(*b);
                            }
                        }
                    }
                    Some(Access::Store(c, p, _)) => {
                        for (_, v) in self.vars_under(&self.cells[*c], p) {
                            if def_blocks[*v].last() != Some(b) {
                                def_blocks[*v].push(*b);
                            }
                            seen_def[*v] = *b;
                        }
                    }
                    Some(Access::Alloc(c)) => {
                        for (_, v) in &self.cells[*c].leaves {
                            if def_blocks[*v].last() != Some(b) {
                                def_blocks[*v].push(*b);
                            }
                            seen_def[*v] = *b;
                        }
                    }
                    Some(Access::Addr) | None => {}
                }
            }
        }
        let frontiers = cfg.frontiers();
        let mut live = vec![u32::MAX; nb];
        let mut placed = vec![u32::MAX; nb];
        let mut defined = vec![u32::MAX; nb];
        for v in 0..nv {
            if use_blocks[v].is_empty() {
                continue;
            }
            let mark = v as u32;
            for d in &def_blocks[v] {
                defined[d.0 as usize] = mark;
            }
            // Blocks where the variable is live on entry.
            let mut work = use_blocks[v].clone();
            while let Some(b) = work.pop() {
                if std::mem::replace(&mut live[b.0 as usize], mark) == mark {
                    continue;
                }
                for p in &cfg.preds[b.0 as usize] {
                    if defined[p.0 as usize] != mark {
                        work.push(*p);
                    }
                }
            }
            let mut work = def_blocks[v].clone();
            while let Some(b) = work.pop() {
                for d in &frontiers[b.0 as usize] {
                    if live[d.0 as usize] != mark || placed[d.0 as usize] == mark {
                        continue;
                    }
                    placed[d.0 as usize] = mark;
                    if Some(*d) == self.f.recover_block {
                        continue;
                    }
                    let n = self.f.blocks[*d].params.len() as u32;
                    let val = self.f.values.push(ValueData { ty: self.var_tys[v], def: ValueDef::Param(*d, n) });
                    self.f.blocks[*d].params.push(val);
                    self.phis[d.0 as usize].push((v, val));
                    work.push(*d);
                }
            }
        }
        self.repl.resize(self.f.values.len(), None);
    }

    fn new_inst(&mut self, op: Op, ty: Ty, like: Inst) -> (Inst, Value) {
        self.repl.push(None);
        self.f.new_inst(op, ty, like)
    }

    /// Walks the dominator tree with the current value of each variable.
    fn rename(&mut self, cfg: &Cfg) {
        let children = cfg.children();
        let mut current: Vec<Option<Value>> = vec![None; self.var_tys.len()];
        enum Step {
            Enter(Block),
            Restore(Vec<(Var, Option<Value>)>),
        }
        let mut zeros: FxHashMap<Var, Value> = FxHashMap::default();
        let mut stack = vec![Step::Enter(Block(0))];
        while let Some(step) = stack.pop() {
            match step {
                Step::Restore(saved) => {
                    for (v, old) in saved.into_iter().rev() {
                        current[v] = old;
                    }
                }
                Step::Enter(b) => {
                    let mut saved: Vec<(Var, Option<Value>)> = Vec::new();
                    for (v, p) in self.phis[b.0 as usize].clone() {
                        saved.push((v, current[v]));
                        current[v] = Some(p);
                    }
                    self.rename_block(b, &mut current, &mut saved, &mut zeros);
                    self.fill_targets(b, &current, &mut zeros);
                    stack.push(Step::Restore(saved));
                    for c in &children[b.0 as usize] {
                        stack.push(Step::Enter(*c));
                    }
                }
            }
        }
    }

    fn rename_block(
        &mut self,
        b: Block,
        current: &mut [Option<Value>],
        saved: &mut Vec<(Var, Option<Value>)>,
        zeros: &mut FxHashMap<Var, Value>,
    ) {
        let old = std::mem::take(&mut self.f.blocks[b].insts);
        let mut out = Vec::with_capacity(old.len());
        for i in old {
            let Some(a) = self.access.get(&i).cloned() else {
                out.push(i);
                continue;
            };
            match a {
                Access::Addr => {}
                Access::Alloc(c) => {
                    for k in 0..self.cells[c].leaves.len() {
                        let v = self.cells[c].leaves[k].1;
                        let (z, val) = self.new_inst(Op::Zero, self.var_tys[v], i);
                        out.push(z);
                        saved.push((v, current[v]));
                        current[v] = Some(val);
                    }
                }
                Access::Load(c, path) => {
                    let result = self.f.insts[i].results[0];
                    let ty = self.f.values[result].ty;
                    let val = self.gather(c, &path, ty, current, zeros, i, &mut out);
                    self.repl[result.0 as usize] = Some(val);
                }
                Access::Store(c, path, value) => {
                    self.scatter(c, path, value, current, saved, i, &mut out);
                }
            }
        }
        self.f.blocks[b].insts = out;
    }

    /// Value under a path, composed of the leaves' values.
    fn gather(
        &mut self,
        c: usize,
        path: &Path,
        ty: Ty,
        current: &[Option<Value>],
        zeros: &mut FxHashMap<Var, Value>,
        like: Inst,
        out: &mut Vec<Inst>,
    ) -> Value {
        if let Some((_, v)) = self.cells[c].leaves.iter().find(|(p, _)| p == path) {
            let v = *v;
            return match current[v] {
                Some(val) => val,
                None => self.zero_of(v, zeros),
            };
        }
        let TyKind::Struct(fs) = self.cx.types.under(ty) else {
            unreachable!("bug: a path that is neither leaf nor struct")
        };
        let tys: Vec<Ty> = fs.iter().map(|f| f.ty).collect();
        let mut parts: SmallVec<[Value; 4]> = SmallVec::new();
        let mut p = path.clone();
        for (k, t) in tys.into_iter().enumerate() {
            p.push(k as u32);
            parts.push(self.gather(c, &p, t, current, zeros, like, out));
            p.pop();
        }
        let (i, v) = self.new_inst(Op::Compose(parts), ty, like);
        out.push(i);
        v
    }

    /// Sets the leaves under a path from a value.
    fn scatter(
        &mut self,
        c: usize,
        path: Path,
        value: Value,
        current: &mut [Option<Value>],
        saved: &mut Vec<(Var, Option<Value>)>,
        like: Inst,
        out: &mut Vec<Inst>,
    ) {
        if let Some((_, v)) = self.cells[c].leaves.iter().find(|(p, _)| *p == path) {
            let v = *v;
            saved.push((v, current[v]));
            current[v] = Some(value);
            return;
        }
        let Some(ty) = self.path_ty(self.cells[c].ty, &path) else { return };
        let TyKind::Struct(fs) = self.cx.types.under(ty) else { return };
        let tys: Vec<Ty> = fs.iter().map(|f| f.ty).collect();
        for (k, t) in tys.into_iter().enumerate() {
            let (i, part) = self.new_inst(Op::Extract { agg: value, index: k as u32 }, t, like);
            out.push(i);
            let mut p = path.clone();
            p.push(k as u32);
            self.scatter(c, p, part, current, saved, like, out);
        }
    }

    /// A zero in the entry block, for paths on which a variable has no value (never really read).
    fn zero_of(&mut self, v: Var, zeros: &mut FxHashMap<Var, Value>) -> Value {
        if let Some(z) = zeros.get(&v) {
            return *z;
        }
        let ty = self.var_tys[v];
        let i = self.f.insts.push(InstData { op: Op::Zero, results: Results::new(), pos: self.f.pos, inl: 0 });
        let val = self.f.values.push(ValueData { ty, def: ValueDef::Result(i, 0) });
        self.f.insts[i].results.push(val);
        self.repl.push(None);
        self.entry_zeros.push(i);
        zeros.insert(v, val);
        val
    }

    fn fill_targets(&mut self, b: Block, current: &[Option<Value>], zeros: &mut FxHashMap<Var, Value>) {
        let mut term = std::mem::take(&mut self.f.blocks[b].term);
        for_each_target_mut(&mut term, |t| {
            for (v, _) in self.phis[t.block.0 as usize].clone() {
                let val = match current[v] {
                    Some(val) => val,
                    None => self.zero_of(v, zeros),
                };
                t.args.push(val);
            }
        });
        self.f.blocks[b].term = term;
    }

    fn apply(&mut self) {
        let zeros = std::mem::take(&mut self.entry_zeros);
        self.f.blocks[Block(0)].insts.splice(0..0, zeros);
        super::replace_values(self.f, &self.repl);
    }
}
