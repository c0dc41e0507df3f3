//! Decides the sites of one function and summarizes it.

use crate::build::{Builder, World};
use crate::graph::{ESCAPES, LEAKED, NONE, Solver};
use crate::loops::LoopCheck;
use crate::report::{Decision, Reason, SiteKind, Storage};
use crate::summary::{Ends, Summary};
use go_ir::{FuncId, Function, Inst, Op};

/// A node of an allocation site that is on the stack.
const LOCAL: u32 = u32::MAX;
/// Largest object on the stack, in bytes (gc's limit for variables).
const MAX_OBJECT: u64 = 128 << 10;
/// Largest object that is not a declared variable (gc's limit for `new`, literals, `make`).
const MAX_IMPLICIT: u64 = 64 << 10;
/// Most bytes of stack objects in one frame.
const MAX_FRAME: u64 = 256 << 10;
/// The same for functions without stack check, which share the slack below the stack's limit.
const MAX_UNCHECKED_FRAME: u64 = 128;

/// Analyses functions one by one; its memory is used again.
#[derive(Debug, Default)]
pub(crate) struct Analyzer {
    b: Builder,
    solver: Solver,
    ends: Ends,
    heap: Vec<Option<Reason>>,
    /// Decisions so far.
    pub(crate) decisions: Vec<Decision>,
    /// Conversions `[]byte(s)` that need no copy, so far.
    pub(crate) borrowed: Vec<(FuncId, Inst)>,
    /// Per node: `LOCAL`, or the number of the last walk that passed it.
    seen: Vec<u32>,
    work: Vec<u32>,
}

impl Analyzer {
    /// Analyses a function with IR: appends the decisions, returns the summary.
    pub(crate) fn function(&mut self, w: &World<'_>, id: FuncId) -> Summary {
        let f = w.prog.body(id).expect("only functions with bodies are analysed");
        self.b.build(w, f);
        self.solver.prepare(&mut self.b.g);
        self.solver.spread_all(&mut self.b.g);
        self.ends.discover(&mut self.b.g, &mut self.solver, &self.b.ends, self.b.counts);
        self.decide(f);
        self.record(id, f);
        self.borrow(id);
        self.ends.summarize(&mut self.b.g, &self.solver)
    }

    fn decide(&mut self, f: &Function) {
        self.heap.clear();
        self.heap.resize(self.b.sites.len(), None);
        for k in 0..self.b.sites.len() {
            let s = self.b.sites[k];
            let declared = matches!(f.insts[s.inst].op, Op::Alloc { .. });
            if s.size > if declared { MAX_OBJECT } else { MAX_IMPLICIT } {
                self.put_on_heap(k, Reason::TooLarge);
            }
        }
        self.follow_marks();
        if let Some(mut check) = LoopCheck::new(f, &mut self.b, &self.solver) {
            for k in 0..self.b.sites.len() {
                let s = self.b.sites[k];
                if self.heap[k].is_none() && !check.is_reusable(&mut self.b, &s) {
                    self.put_on_heap(k, Reason::Loop);
                }
            }
            self.follow_marks();
        }
        self.limit_frame(if f.attrs.nosplit { MAX_UNCHECKED_FRAME } else { MAX_FRAME });
    }

    /// Puts a site on the heap: what is stored in it must be there too.
    fn put_on_heap(&mut self, k: usize, why: Reason) {
        self.heap[k] = Some(why);
        let c = self.b.g.known_cell(self.b.sites[k].node);
        if c != NONE {
            self.solver.spread(&mut self.b.g, c, LEAKED);
        }
    }

    /// Puts all marked sites on the heap, and what follows from that.
    fn follow_marks(&mut self) {
        let mut changed = true;
        while changed {
            changed = false;
            for k in 0..self.b.sites.len() {
                if self.heap[k].is_some() {
                    continue;
                }
                let m = self.b.g.marks(self.b.sites[k].node);
                if m & ESCAPES != 0 {
                    self.put_on_heap(k, if m & LEAKED != 0 { Reason::Leaks } else { Reason::Outlives });
                    changed = true;
                }
            }
        }
    }

    /// Keeps the frame small: the largest objects go first.
    fn limit_frame(&mut self, limit: u64) {
        loop {
            let mut left: Vec<usize> = (0..self.b.sites.len()).filter(|k| self.heap[*k].is_none()).collect();
            let mut total: u64 = left.iter().map(|k| self.b.sites[*k].size).sum();
            if total <= limit {
                return;
            }
            left.sort_by_key(|k| std::cmp::Reverse(self.b.sites[*k].size));
            for k in left {
                if total > limit {
                    total -= self.b.sites[k].size;
                    self.put_on_heap(k, Reason::TooLarge);
                }
            }
            self.follow_marks();
        }
    }

    /// Finds conversions from strings to bytes whose result is only read, during this call, and whose string is
    /// not in a stack slot, which could be used again before.
    fn borrow(&mut self, id: FuncId) {
        if self.b.conversions.is_empty() {
            return;
        }
        self.seen.clear();
        self.seen.resize(self.b.g.len(), 0);
        for (s, heap) in self.b.sites.iter().zip(&self.heap) {
            if heap.is_none() {
                let site = self.b.g.find(s.node);
                self.seen[site as usize] = LOCAL;
            }
        }
        for k in 0..self.b.conversions.len() {
            let (inst, string, bytes) = self.b.conversions[k];
            if self.b.g.marks(bytes) == 0 && !self.may_be_local(string, k as u32 + 1) {
                self.borrowed.push((id, inst));
            }
        }
    }

    /// Whether `n` can be the address of a slot of this function: walk number `walk` back along the flows.
    fn may_be_local(&mut self, n: u32, walk: u32) -> bool {
        if n == NONE {
            return false;
        }
        self.work.clear();
        self.work.push(self.b.g.find(n));
        while let Some(x) = self.work.pop() {
            match self.seen[x as usize] {
                LOCAL => return true,
                w if w == walk => {}
                _ => {
                    self.seen[x as usize] = walk;
                    self.work.extend(self.solver.preds(x));
                }
            }
        }
        false
    }

    fn record(&mut self, id: FuncId, f: &Function) {
        for (s, h) in self.b.sites.iter().zip(&self.heap) {
            let data = &f.insts[s.inst];
            let kind = match data.op {
                Op::MakeClosure { .. } => SiteKind::Closure,
                Op::MakeInterface { .. } => SiteKind::Interface,
                _ => SiteKind::Variable,
            };
            self.decisions.push(Decision {
                func: id,
                site: s.site,
                inst: s.inst,
                kind,
                pos: data.pos,
                storage: h.map_or(Storage::Stack, Storage::Heap),
            });
        }
    }
}
