//! Summaries of functions: what a call does to the flow graph of its caller.
//!
//! A summary is a small graph over *ends*: parameters, captured values, results, and the cells reachable
//! from them. At a call parameters become the arguments' nodes, cells become fresh nodes (or those that
//! the arguments have already), and marks and flows are copied.

use crate::graph::{ALL_WRITTEN, Graph, LEAKED, NONE, Solver, WRITTEN};

/// Most cells of a summary; what lies deeper leaks.
const MAX_CELLS: usize = 24;
/// Contents that nobody touches.
pub(crate) const NO_CELL: u16 = u16::MAX;

/// An end of a summary.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct End {
    /// Marks of the graph that callers must know: `LEAKED` alone, or whether it is written.
    pub(crate) marks: u8,
    /// Its contents: number of a cell, or `NO_CELL`.
    pub(crate) cell: u16,
}

const PLAIN: End = End { marks: 0, cell: NO_CELL };

impl End {
    /// Whether it leaks.
    pub(crate) fn leaks(self) -> bool {
        self.marks & LEAKED != 0
    }
}

/// What a function does with what it gets. Ends are numbered: parameters, captures, results, cells.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Summary {
    /// Number of parameters.
    pub(crate) params: u16,
    /// Number of captured values.
    pub(crate) captures: u16,
    /// Number of results.
    pub(crate) results: u16,
    /// All ends.
    pub(crate) ends: Box<[End]>,
    /// Flows between ends, sorted.
    pub(crate) flows: Box<[(u16, u16)]>,
}

impl Summary {
    /// Of a function that does nothing (start of the fixed point of recursion).
    pub(crate) fn nothing(params: usize, captures: usize, results: usize) -> Summary {
        Summary {
            params: params as u16,
            captures: captures as u16,
            results: results as u16,
            ends: vec![PLAIN; params + captures + results].into(),
            flows: Box::default(),
        }
    }

    /// Of a function that may do anything.
    pub(crate) fn anything(params: usize, captures: usize, results: usize) -> Summary {
        let n = params + captures + results;
        let mut ends = vec![End { marks: LEAKED, cell: n as u16 }; n + 1];
        for e in &mut ends[..params + captures] {
            e.cell = NO_CELL;
        }
        for e in &mut ends[params + captures..n] {
            e.marks = 0;
        }
        ends[n].cell = NO_CELL;
        Summary {
            params: params as u16,
            captures: captures as u16,
            results: results as u16,
            ends: ends.into(),
            flows: Box::default(),
        }
    }

    /// First result's number.
    pub(crate) fn first_result(&self) -> usize {
        (self.params + self.captures) as usize
    }

    fn first_cell(&self) -> usize {
        (self.params + self.captures + self.results) as usize
    }

    /// Copies the effect into the graph of a caller. `nodes` are those of parameters, captures and
    /// results (`NONE`: no pointer, or nil).
    pub(crate) fn apply(&self, g: &mut Graph, nodes: &[u32], scratch: &mut Vec<u32>) {
        let first = self.first_cell();
        scratch.clear();
        scratch.extend_from_slice(nodes);
        scratch.resize(self.ends.len(), NONE);
        // Cells that belong to nobody's memory here are fresh.
        for k in first..self.ends.len() {
            scratch[k] = g.node();
        }
        for (k, e) in self.ends.iter().enumerate() {
            let n = scratch[k];
            if n == NONE {
                continue;
            }
            if e.marks != 0 {
                g.mark(n, e.marks);
            }
            if e.cell != NO_CELL {
                g.set_cell(n, scratch[e.cell as usize]);
            }
        }
        for (a, b) in &self.flows {
            let (a, b) = (scratch[*a as usize], scratch[*b as usize]);
            if a != NONE && b != NONE {
                g.flow(a, b);
            }
        }
    }
}

/// The ends of a graph, found before its marks are final.
#[derive(Debug, Default)]
pub(crate) struct Ends {
    counts: (usize, usize, usize),
    /// Nodes of the ends.
    reps: Vec<u32>,
    /// Contents of each end, numbered as ends.
    cells: Vec<u16>,
    end_of: Vec<u16>,
    seen: Vec<u32>,
    stack: Vec<u32>,
}

impl Ends {
    /// Finds the cells reachable from `nodes` (parameters, captures, results; `counts` of each). Memory
    /// beyond the limit leaks from here on.
    pub(crate) fn discover(
        &mut self,
        g: &mut Graph,
        solver: &mut Solver,
        nodes: &[u32],
        counts: (usize, usize, usize),
    ) {
        let first = nodes.len();
        self.counts = counts;
        self.end_of.clear();
        self.end_of.resize(g.len(), NO_CELL);
        self.reps.clear();
        self.reps.extend_from_slice(nodes);
        self.cells.clear();
        for (k, n) in nodes.iter().enumerate() {
            if *n != NONE {
                self.end_of[*n as usize] = k as u16;
            }
        }
        let mut k = 0;
        while k < self.reps.len() {
            let mut end = NO_CELL;
            let c = match self.reps[k] {
                NONE => NONE,
                n => g.known_cell(n),
            };
            if c != NONE {
                if self.end_of[c as usize] == NO_CELL && self.reps.len() - first < MAX_CELLS {
                    self.end_of[c as usize] = self.reps.len() as u16;
                    self.reps.push(c);
                }
                end = self.end_of[c as usize];
                if end == NO_CELL {
                    solver.spread(g, self.reps[k], LEAKED);
                }
            }
            self.cells.push(end);
            k += 1;
        }
    }

    /// The summary, from final marks.
    pub(crate) fn summarize(&mut self, g: &mut Graph, solver: &Solver) -> Summary {
        let (inputs, first) = (self.counts.0 + self.counts.1, self.counts.0 + self.counts.1 + self.counts.2);
        let marks: Vec<u8> = self.reps.iter().map(|r| if *r == NONE { 0 } else { told(g.marks(*r)) }).collect();
        // Flows, found backward from each result and cell; what has leaked needs no tracking.
        let mut flows: Vec<(u16, u16)> = Vec::new();
        self.seen.clear();
        self.seen.resize(g.len(), 0);
        for (t, r) in self.reps.iter().enumerate().skip(inputs) {
            if *r == NONE || marks[t] & LEAKED != 0 {
                continue;
            }
            let stamp = t as u32 + 1;
            self.stack.clear();
            self.stack.push(*r);
            self.seen[*r as usize] = stamp;
            while let Some(x) = self.stack.pop() {
                for p in solver.preds(x) {
                    if std::mem::replace(&mut self.seen[*p as usize], stamp) == stamp {
                        continue;
                    }
                    let e = self.end_of[*p as usize];
                    if e == NO_CELL {
                        self.stack.push(*p);
                    } else if marks[e as usize] & LEAKED == 0 {
                        flows.push((e, t as u16));
                    }
                }
            }
        }
        prune(first, &self.cells, &marks, flows, self.counts)
    }
}

/// What a caller must know of a node's marks: of what has leaked it does not matter who writes it.
fn told(marks: u8) -> u8 {
    if marks & LEAKED != 0 { LEAKED } else { marks & (WRITTEN | ALL_WRITTEN) }
}

/// Drops cells that mean nothing to a caller.
fn prune(
    first: usize,
    cell_end: &[u16],
    marks: &[u8],
    mut flows: Vec<(u16, u16)>,
    counts: (usize, usize, usize),
) -> Summary {
    let n = marks.len();
    let mut keep: Vec<bool> = marks.iter().map(|m| *m != 0).collect();
    keep[..first].fill(true);
    for (a, b) in &flows {
        keep[*a as usize] = true;
        keep[*b as usize] = true;
    }
    // A cell is needed if the one below it is; chains are short.
    let mut changed = true;
    while changed {
        changed = false;
        for k in first..n {
            if !keep[k] && cell_end[k] != NO_CELL && keep[cell_end[k] as usize] && cell_end[k] as usize != k {
                keep[k] = true;
                changed = true;
            }
        }
    }
    let mut number = vec![NO_CELL; n];
    let mut next = 0u16;
    for k in 0..n {
        if keep[k] {
            number[k] = next;
            next += 1;
        }
    }
    let mut ends = Vec::with_capacity(next as usize);
    for k in 0..n {
        if keep[k] {
            let cell = match cell_end[k] {
                NO_CELL => NO_CELL,
                c => number[c as usize],
            };
            ends.push(End { marks: marks[k], cell });
        }
    }
    for f in &mut flows {
        *f = (number[f.0 as usize], number[f.1 as usize]);
    }
    flows.sort_unstable();
    flows.dedup();
    Summary {
        params: counts.0 as u16,
        captures: counts.1 as u16,
        results: counts.2 as u16,
        ends: ends.into(),
        flows: flows.into(),
    }
}
