//! Sites in loops: a stack site has one slot, which is used again each time its instruction runs.
//!
//! That is right only if no earlier instance can be in use when the instruction runs again. An instance
//! from an earlier round is reachable after the head of a loop only through a parameter of the head, or
//! through memory made outside the loop. So the quick rule: nothing that may hold the site's address,
//! directly or through other objects, is a parameter of the head of a loop around the site, or an object
//! made outside the innermost loop. Where it does not hold, liveness decides: no value that may lead to
//! the site is live across its instruction (the copies of loop variables per iteration are such sites).

use crate::build::{Builder, SiteNode};
use crate::graph::{NONE, Solver};
use go_ir::passes::dom::Cfg;
use go_ir::visit;
use go_ir::{Block, Function, Value, ValueDef};

/// Steps that liveness may take for one function.
const LIVENESS_BUDGET: u32 = 60_000;
/// Steps that following holders may take for one function.
const HOLDER_BUDGET: u32 = 400_000;

/// Loops of a function.
struct Nest {
    /// Innermost loop of each block.
    of: Vec<u32>,
    /// Enclosing loop.
    parent: Vec<u32>,
    /// Head.
    head: Vec<Block>,
    /// A loop has several entries: nothing is known about its rounds.
    irreducible: bool,
}

impl Nest {
    fn new(cfg: &Cfg) -> Nest {
        let n = cfg.order.len();
        let mut nest = Nest { of: vec![NONE; n], parent: Vec::new(), head: Vec::new(), irreducible: false };
        for h in cfg.rpo.iter().rev() {
            let here = cfg.order[h.0 as usize];
            let mut work: Vec<Block> = Vec::new();
            for p in &cfg.preds[h.0 as usize] {
                if cfg.order[p.0 as usize] >= here {
                    if cfg.dominates(*h, *p) {
                        work.push(*p);
                    } else {
                        nest.irreducible = true;
                    }
                }
            }
            if work.is_empty() {
                continue;
            }
            let this = nest.head.len() as u32;
            nest.head.push(*h);
            nest.parent.push(NONE);
            while let Some(b) = work.pop() {
                if b == *h {
                    continue;
                }
                let mut l = nest.of[b.0 as usize];
                if l == NONE {
                    nest.of[b.0 as usize] = this;
                    work.extend(&cfg.preds[b.0 as usize]);
                    continue;
                }
                while nest.parent[l as usize] != NONE {
                    l = nest.parent[l as usize];
                }
                if l != this {
                    nest.parent[l as usize] = this;
                    work.extend(&cfg.preds[nest.head[l as usize].0 as usize]);
                }
            }
            if nest.of[h.0 as usize] == NONE {
                nest.of[h.0 as usize] = this;
            }
        }
        nest
    }

    /// Whether loop `l` contains block `b`.
    fn contains(&self, l: u32, b: Block) -> bool {
        let mut x = self.of[b.0 as usize];
        while x != NONE {
            if x == l {
                return true;
            }
            x = self.parent[x as usize];
        }
        false
    }
}

/// The check of one function's sites in loops.
pub(crate) struct LoopCheck<'a> {
    f: &'a Function,
    cfg: Cfg,
    nest: Nest,
    start: Vec<u32>,
    succs: Vec<u32>,
    /// Site that owns each cell as its contents (first of a list by `next_owner`).
    owner: Vec<u32>,
    next_owner: Vec<u32>,
    /// Loops at whose head each node is a parameter (first of a list).
    head_param: Vec<u32>,
    head_params: Vec<(u32, u32)>,
    seen: Vec<u32>,
    stamp: u32,
    reached: Vec<u32>,
    holder_steps: u32,
    liveness: Option<Liveness>,
}

impl<'a> LoopCheck<'a> {
    /// Prepares the check; `None` if no site is in a loop.
    pub(crate) fn new(f: &'a Function, b: &mut Builder, solver: &Solver) -> Option<LoopCheck<'a>> {
        if !b.has_loops || b.sites.is_empty() {
            return None;
        }
        let cfg = Cfg::new(f);
        let nest = Nest::new(&cfg);
        let in_loop = |s: &SiteNode| nest.irreducible || nest.of[s.block.0 as usize] != NONE;
        if !b.sites.iter().any(in_loop) {
            return None;
        }
        let n = b.g.len();
        let (start, succs) = solver.successors(&b.g);
        let mut owner = vec![NONE; n];
        let mut next_owner = vec![NONE; b.sites.len()];
        for k in 0..b.sites.len() {
            let c = b.g.known_cell(b.sites[k].node);
            if c != NONE {
                next_owner[k] = owner[c as usize];
                owner[c as usize] = k as u32;
            }
        }
        let mut head_param = vec![NONE; n];
        let mut head_params = Vec::new();
        for (l, h) in nest.head.iter().enumerate() {
            for p in &f.blocks[*h].params {
                let node = b.node_of[p.0 as usize];
                if node != NONE {
                    head_params.push((l as u32, head_param[node as usize]));
                    head_param[node as usize] = head_params.len() as u32 - 1;
                }
            }
        }
        Some(LoopCheck {
            f,
            cfg,
            nest,
            start,
            succs,
            owner,
            next_owner,
            head_param,
            head_params,
            seen: vec![0; n],
            stamp: 0,
            reached: Vec::new(),
            holder_steps: 0,
            liveness: None,
        })
    }

    /// Whether the slot of a site can be used again.
    pub(crate) fn is_reusable(&mut self, b: &mut Builder, s: &SiteNode) -> bool {
        let inner = self.nest.of[s.block.0 as usize];
        if self.nest.irreducible {
            return self.cfg.order[s.block.0 as usize] == 0 && inner == NONE;
        }
        if inner == NONE {
            return true;
        }
        match self.holders(b, s, inner) {
            Some(true) => true,
            Some(false) => self.is_dead_before(b, s),
            None => false,
        }
    }

    /// Follows what can hold the site's address. Whether the quick rule holds; `None`: it can never be
    /// reused, or following takes too long.
    fn holders(&mut self, b: &mut Builder, s: &SiteNode, inner: u32) -> Option<bool> {
        self.stamp += 1;
        self.reached.clear();
        self.reached.push(s.node);
        self.seen[s.node as usize] = self.stamp;
        let mut quick = true;
        let mut k = 0;
        while k < self.reached.len() {
            let n = self.reached[k];
            k += 1;
            self.holder_steps += 1;
            if self.holder_steps > HOLDER_BUDGET {
                return None;
            }
            let mut p = self.head_param[n as usize];
            while p != NONE {
                let (l, next) = self.head_params[p as usize];
                quick &= !self.nest.contains(l, s.block);
                p = next;
            }
            let mut o = self.owner[n as usize];
            while o != NONE {
                let m = b.sites[o as usize];
                if m.pinned {
                    return None;
                }
                quick &= self.nest.contains(inner, m.block);
                if self.seen[m.node as usize] != self.stamp {
                    self.seen[m.node as usize] = self.stamp;
                    self.reached.push(m.node);
                }
                o = self.next_owner[o as usize];
            }
            for e in self.start[n as usize]..self.start[n as usize + 1] {
                let t = self.succs[e as usize];
                if self.seen[t as usize] != self.stamp {
                    self.seen[t as usize] = self.stamp;
                    self.reached.push(t);
                }
            }
        }
        Some(quick)
    }

    /// Whether no value that leads to the site (nodes in `reached`) is live across its instruction.
    fn is_dead_before(&mut self, b: &mut Builder, s: &SiteNode) -> bool {
        if s.pinned {
            return false;
        }
        let mut live = match self.liveness.take() {
            Some(l) => l,
            None => Liveness::new(self.f, b),
        };
        let mut ok = true;
        'all: for n in &self.reached {
            for k in live.first[*n as usize]..live.first[*n as usize + 1] {
                let v = live.values[k as usize];
                if live.is_live_across(self.f, &self.cfg, v, s.block, s.at) {
                    ok = false;
                    break 'all;
                }
            }
        }
        self.liveness = Some(live);
        ok
    }
}

/// Uses of values, and the values of each node.
struct Liveness {
    /// Values by node: `values[first[n]..first[n + 1]]`.
    first: Vec<u32>,
    values: Vec<Value>,
    /// Uses by value: (block, position), `uses[use_first[v]..use_first[v + 1]]`.
    use_first: Vec<u32>,
    uses: Vec<(Block, u32)>,
    /// Position of each defining instruction.
    at: Vec<(Block, u32)>,
    seen: Vec<u32>,
    stamp: u32,
    steps: u32,
    work: Vec<Block>,
    in_recover: Vec<bool>,
}

/// Sorts pairs by key into a table of ranges.
fn ranges<T: Copy>(n: usize, pairs: &[(u32, T)], fill: T) -> (Vec<u32>, Vec<T>) {
    let mut first = vec![0u32; n + 1];
    for (k, _) in pairs {
        first[*k as usize] += 1;
    }
    let mut sum = 0;
    for x in &mut first {
        sum += *x;
        *x = sum;
    }
    let mut out = vec![fill; pairs.len()];
    for (k, v) in pairs {
        first[*k as usize] -= 1;
        out[first[*k as usize] as usize] = *v;
    }
    (first, out)
}

impl Liveness {
    fn new(f: &Function, b: &mut Builder) -> Liveness {
        let mut by_node = Vec::new();
        for v in 0..f.values.len() {
            if b.node_of[v] != NONE {
                by_node.push((b.g.find(b.node_of[v]), Value(v as u32)));
            }
        }
        let (first, values) = ranges(b.g.len(), &by_node, Value(0));
        let mut uses = Vec::new();
        let mut at = vec![(Block(0), 0); f.insts.len()];
        for (id, data) in f.blocks.iter_enumerated() {
            for (k, i) in data.insts.iter().enumerate() {
                at[i.0 as usize] = (id, k as u32);
                visit::operands(&f.insts[*i].op, &mut |v| uses.push((v.0, (id, k as u32))));
            }
            visit::terminator_operands(&data.term, &mut |v| uses.push((v.0, (id, u32::MAX))));
        }
        let (use_first, uses) = ranges(f.values.len(), &uses, (Block(0), 0));
        let mut in_recover = vec![false; f.blocks.len()];
        let mut work: Vec<Block> = f.recover_block.into_iter().collect();
        while let Some(x) = work.pop() {
            if !std::mem::replace(&mut in_recover[x.0 as usize], true) {
                work.extend(visit::successors(&f.blocks[x].term));
            }
        }
        Liveness {
            first,
            values,
            use_first,
            uses,
            at,
            seen: vec![0; f.blocks.len()],
            stamp: 0,
            steps: 0,
            work,
            in_recover,
        }
    }

    /// Whether `v`, defined before position `at` of `block`, can be used after it without being defined
    /// anew. Says yes when it would take too long to find out.
    fn is_live_across(&mut self, f: &Function, cfg: &Cfg, v: Value, block: Block, at: u32) -> bool {
        // Position of the definition, one higher: 0 is the head of the block.
        let (def, def_at) = match f.values[v].def {
            ValueDef::Param(b, _) => (b, 0),
            ValueDef::Result(i, _) => {
                let (b, k) = self.at[i.0 as usize];
                (b, k + 1)
            }
        };
        self.stamp += 1;
        self.work.clear();
        for k in self.use_first[v.0 as usize]..self.use_first[v.0 as usize + 1] {
            let (b, u) = self.uses[k as usize];
            if self.in_recover[b.0 as usize] {
                return true;
            }
            if !cfg.is_reachable(b) {
                continue;
            }
            // From the use back to the head of its block; the site's own operands count as used after it.
            if b == block && u >= at && !(def == b && def_at > at && def_at <= u) {
                return true;
            }
            if !(def == b && def_at <= u) {
                self.work.push(b);
            }
        }
        while let Some(b) = self.work.pop() {
            if std::mem::replace(&mut self.seen[b.0 as usize], self.stamp) == self.stamp {
                continue;
            }
            for p in &cfg.preds[b.0 as usize] {
                self.steps += 1;
                if self.steps > LIVENESS_BUDGET {
                    return true;
                }
                // From the end of the predecessor back to its head.
                if *p == block && !(def == *p && def_at > at + 1) {
                    return !(def == *p && def_at == at + 1);
                }
                if def != *p {
                    self.work.push(*p);
                }
            }
        }
        false
    }
}
