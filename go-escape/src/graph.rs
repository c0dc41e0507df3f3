//! The flow graph of one function: nodes, directed flows, contents.
//!
//! A node is a place that holds pointers: an SSA value, or a *cell*, the contents of all objects that
//! some node points to. Values flow along directed edges; where a value flows, the contents of what it
//! points to are one cell (Das, "Unification-based pointer analysis with directional assignments":
//! directed at the top level, unified below). Thus building is near-linear, and a pointer that is now
//! global, now local does not make the local variable escape.
//!
//! Marks go backward along flows and down into contents: where a node is marked, all that flowed into
//! it, and all that those values point to, is marked.

/// No node.
pub(crate) const NONE: u32 = u32::MAX;

/// Values here are known beyond this call: in global or unknown memory, with unknown code, or in a heap
/// object.
pub(crate) const LEAKED: u8 = 1;
/// Values here are reachable by the caller after the return: results, memory of parameters.
pub(crate) const OUTER: u8 = 2;

/// Bytes that values here point to may be written. Stays at this level: goes backward along flows only.
pub(crate) const WRITTEN: u8 = 4;
/// All memory that values here lead to may be written.
pub(crate) const ALL_WRITTEN: u8 = 8;
/// Marks that decide about stack or heap.
pub(crate) const ESCAPES: u8 = LEAKED | OUTER;

/// A flow graph under construction.
#[derive(Debug, Default)]
pub(crate) struct Graph {
    parent: Vec<u32>,
    cell: Vec<u32>,
    marks: Vec<u8>,
    /// Flows (from, to), by the numbers that the nodes had then.
    edges: Vec<(u32, u32)>,
    unify_work: Vec<(u32, u32)>,
}

impl Graph {
    /// Empties the graph and keeps its memory.
    pub(crate) fn clear(&mut self) {
        self.parent.clear();
        self.cell.clear();
        self.marks.clear();
        self.edges.clear();
    }

    /// Number of nodes.
    pub(crate) fn len(&self) -> usize {
        self.parent.len()
    }

    /// A new node.
    pub(crate) fn node(&mut self) -> u32 {
        let n = self.parent.len() as u32;
        self.parent.push(n);
        self.cell.push(NONE);
        self.marks.push(0);
        n
    }

    /// A node for pointers into unknown memory: what is stored there leaks.
    pub(crate) fn unknown(&mut self) -> u32 {
        let n = self.node();
        let c = self.cell_of(n);
        self.mark(c, LEAKED);
        n
    }

    /// Representative of a node.
    pub(crate) fn find(&mut self, mut n: u32) -> u32 {
        while self.parent[n as usize] != n {
            let p = self.parent[n as usize];
            self.parent[n as usize] = self.parent[p as usize];
            n = p;
        }
        n
    }

    /// Marks of a node.
    pub(crate) fn marks(&mut self, n: u32) -> u8 {
        let n = self.find(n);
        self.marks[n as usize]
    }

    /// Adds marks; they spread in [`Solver::spread`].
    pub(crate) fn mark(&mut self, n: u32, bits: u8) {
        let n = self.find(n);
        self.marks[n as usize] |= bits;
    }

    /// The contents of what `n` points to; made if new.
    pub(crate) fn cell_of(&mut self, n: u32) -> u32 {
        let n = self.find(n);
        if self.cell[n as usize] == NONE {
            let c = self.node();
            self.cell[n as usize] = c;
            return c;
        }
        self.find(self.cell[n as usize])
    }

    /// The contents of what `n` points to, or `NONE` if nobody asked for them.
    pub(crate) fn known_cell(&mut self, n: u32) -> u32 {
        let n = self.find(n);
        match self.cell[n as usize] {
            NONE => NONE,
            c => self.find(c),
        }
    }

    /// Makes the contents of what `n` points to be `c`.
    pub(crate) fn set_cell(&mut self, n: u32, c: u32) {
        let n = self.find(n);
        match self.cell[n as usize] {
            NONE => self.cell[n as usize] = c,
            old => self.unify(old, c),
        }
    }

    /// Makes two cells one, and so their contents, all the way down.
    fn unify(&mut self, a: u32, b: u32) {
        let mut work = std::mem::take(&mut self.unify_work);
        work.push((a, b));
        while let Some((a, b)) = work.pop() {
            let (a, b) = (self.find(a), self.find(b));
            if a == b {
                continue;
            }
            // The older node stands for both.
            let (a, b) = (a.min(b), a.max(b));
            self.parent[b as usize] = a;
            self.marks[a as usize] |= self.marks[b as usize];
            match (self.cell[a as usize], self.cell[b as usize]) {
                (_, NONE) => {}
                (NONE, c) => self.cell[a as usize] = c,
                (c, d) => work.push((c, d)),
            }
        }
        self.unify_work = work;
    }

    /// A value of `from` can be in `to`.
    pub(crate) fn flow(&mut self, from: u32, to: u32) {
        let (a, b) = (self.find(from), self.find(to));
        if a == b {
            return;
        }
        self.edges.push((a, b));
        match (self.cell[a as usize], self.cell[b as usize]) {
            (NONE, NONE) => {
                let c = self.node();
                self.cell[a as usize] = c;
                self.cell[b as usize] = c;
            }
            (NONE, c) => self.cell[a as usize] = c,
            (c, NONE) => self.cell[b as usize] = c,
            (c, d) => {
                if c != d {
                    self.unify(c, d);
                }
            }
        }
    }

    /// Contents of memory at `from` are copied to memory at `to`.
    pub(crate) fn copy_contents(&mut self, from: u32, to: u32) {
        let (c, d) = (self.cell_of(from), self.cell_of(to));
        self.flow(c, d);
    }
}

/// Adjacency of the representatives of a finished graph.
#[derive(Debug, Default)]
pub(crate) struct Solver {
    start: Vec<u32>,
    preds: Vec<u32>,
    work: Vec<u32>,
}

impl Solver {
    /// Takes over the edges of a graph. No nodes or flows may be added afterwards.
    pub(crate) fn prepare(&mut self, g: &mut Graph) {
        let n = g.len();
        let mut edges = std::mem::take(&mut g.edges);
        for e in &mut edges {
            *e = (g.find(e.0), g.find(e.1));
        }
        self.start.clear();
        self.start.resize(n + 1, 0);
        for (_, to) in &edges {
            self.start[*to as usize] += 1;
        }
        let mut sum = 0;
        for s in &mut self.start {
            sum += *s;
            *s = sum;
        }
        self.preds.clear();
        self.preds.resize(edges.len(), 0);
        for (from, to) in &edges {
            self.start[*to as usize] -= 1;
            self.preds[self.start[*to as usize] as usize] = *from;
        }
        g.edges = edges;
        self.work.clear();
    }

    /// Nodes that flow into representative `n`.
    pub(crate) fn preds(&self, n: u32) -> &[u32] {
        &self.preds[self.start[n as usize] as usize..self.start[n as usize + 1] as usize]
    }

    /// Forward adjacency: (start, successors) as `preds`.
    pub(crate) fn successors(&self, g: &Graph) -> (Vec<u32>, Vec<u32>) {
        let n = g.len();
        let mut start = vec![0u32; n + 1];
        for (from, _) in &g.edges {
            start[*from as usize] += 1;
        }
        let mut sum = 0;
        for s in &mut start {
            sum += *s;
            *s = sum;
        }
        let mut out = vec![0u32; g.edges.len()];
        for (from, to) in &g.edges {
            start[*from as usize] -= 1;
            out[start[*from as usize] as usize] = *to;
        }
        (start, out)
    }

    /// Spreads all marks from all nodes.
    pub(crate) fn spread_all(&mut self, g: &mut Graph) {
        for n in 0..g.len() as u32 {
            if g.marks[n as usize] != 0 && g.parent[n as usize] == n {
                self.work.push(n);
            }
        }
        self.drain(g);
    }

    /// Marks a node and spreads.
    pub(crate) fn spread(&mut self, g: &mut Graph, n: u32, bits: u8) {
        let n = g.find(n);
        if g.marks[n as usize] | bits != g.marks[n as usize] {
            g.marks[n as usize] |= bits;
            self.work.push(n);
            self.drain(g);
        }
    }

    fn drain(&mut self, g: &mut Graph) {
        while let Some(n) = self.work.pop() {
            let m = g.marks[n as usize];
            let (from, to) = (self.start[n as usize] as usize, self.start[n as usize + 1] as usize);
            for k in from..to {
                self.reach(g, self.preds[k], m);
            }
            let c = g.known_cell(n);
            if c != NONE {
                self.reach(g, c, m & !WRITTEN);
            }
        }
    }

    fn reach(&mut self, g: &mut Graph, n: u32, m: u8) {
        let old = g.marks[n as usize];
        if old | m != old {
            g.marks[n as usize] = old | m;
            self.work.push(n);
        }
    }
}
