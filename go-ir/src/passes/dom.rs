//! Control flow facts: predecessors, reverse post-order, dominators (Cooper, Harvey, Kennedy: "A Simple,
//! Fast Dominance Algorithm").

use crate::build::for_each_target;
use crate::ir::{Block, Function};

/// Predecessors and dominators of a function's blocks. The recover block counts as a successor of the
/// entry.
#[derive(Debug)]
pub struct Cfg {
    /// Predecessors, one entry per edge.
    pub preds: Vec<Vec<Block>>,
    /// Reachable blocks in reverse post-order.
    pub rpo: Vec<Block>,
    /// Position in `rpo`; `u32::MAX` if unreachable.
    pub order: Vec<u32>,
    /// Immediate dominators (the entry's is itself).
    pub idom: Vec<Block>,
}

/// Distinct or repeated successors of a block.
pub fn successors(f: &Function, b: Block) -> Vec<Block> {
    let mut out = Vec::new();
    for_each_target(&f.blocks[b].term, |t| out.push(t.block));
    if b == Block(0)
        && let Some(r) = f.recover_block
    {
        out.push(r);
    }
    out
}

impl Cfg {
    /// Computes the facts of a function.
    #[must_use]
    pub fn new(f: &Function) -> Cfg {
        let n = f.blocks.len();
        let succs: Vec<Vec<Block>> = (0..n).map(|i| successors(f, Block(i as u32))).collect();
        let mut post = Vec::with_capacity(n);
        let mut seen = vec![false; n];
        let mut stack: Vec<(Block, usize)> = vec![(Block(0), 0)];
        seen[0] = true;
        while let Some((b, i)) = stack.pop() {
            let ss = &succs[b.0 as usize];
            if i < ss.len() {
                stack.push((b, i + 1));
                let s = ss[i];
                if !std::mem::replace(&mut seen[s.0 as usize], true) {
                    stack.push((s, 0));
                }
            } else {
                post.push(b);
            }
        }
        post.reverse();
        let rpo = post;
        let mut order = vec![u32::MAX; n];
        for (i, b) in rpo.iter().enumerate() {
            order[b.0 as usize] = i as u32;
        }
        let mut preds = vec![Vec::new(); n];
        for b in &rpo {
            for s in &succs[b.0 as usize] {
                preds[s.0 as usize].push(*b);
            }
        }
        let mut cfg = Cfg { preds, rpo, order, idom: vec![Block(u32::MAX); n] };
        cfg.compute_idom();
        cfg
    }

    fn compute_idom(&mut self) {
        self.idom[0] = Block(0);
        let mut changed = true;
        while changed {
            changed = false;
            for i in 1..self.rpo.len() {
                let b = self.rpo[i];
                let mut new: Option<Block> = None;
                for p in &self.preds[b.0 as usize] {
                    if self.idom[p.0 as usize].0 == u32::MAX {
                        continue;
                    }
                    new = Some(match new {
                        None => *p,
                        Some(q) => self.intersect(*p, q),
                    });
                }
                if let Some(d) = new
                    && self.idom[b.0 as usize] != d
                {
                    self.idom[b.0 as usize] = d;
                    changed = true;
                }
            }
        }
    }

    fn intersect(&self, mut a: Block, mut b: Block) -> Block {
        while a != b {
            while self.order[a.0 as usize] > self.order[b.0 as usize] {
                a = self.idom[a.0 as usize];
            }
            while self.order[b.0 as usize] > self.order[a.0 as usize] {
                b = self.idom[b.0 as usize];
            }
        }
        a
    }

    /// Whether a block can be reached.
    #[must_use]
    pub fn is_reachable(&self, b: Block) -> bool {
        self.order[b.0 as usize] != u32::MAX
    }

    /// Whether `a` dominates `b` (both reachable).
    #[must_use]
    pub fn dominates(&self, a: Block, mut b: Block) -> bool {
        while self.order[b.0 as usize] > self.order[a.0 as usize] {
            b = self.idom[b.0 as usize];
        }
        a == b
    }

    /// Children in the dominator tree.
    #[must_use]
    pub fn children(&self) -> Vec<Vec<Block>> {
        let mut out = vec![Vec::new(); self.idom.len()];
        for b in &self.rpo[1.min(self.rpo.len())..] {
            out[self.idom[b.0 as usize].0 as usize].push(*b);
        }
        out
    }

    /// Dominance frontiers.
    #[must_use]
    pub fn frontiers(&self) -> Vec<Vec<Block>> {
        let mut out: Vec<Vec<Block>> = vec![Vec::new(); self.idom.len()];
        for b in &self.rpo {
            let ps = &self.preds[b.0 as usize];
            if ps.len() < 2 {
                continue;
            }
            for p in ps {
                let mut r = *p;
                while r != self.idom[b.0 as usize] {
                    let list = &mut out[r.0 as usize];
                    if list.last() != Some(b) {
                        list.push(*b);
                    }
                    r = self.idom[r.0 as usize];
                }
            }
        }
        out
    }
}
