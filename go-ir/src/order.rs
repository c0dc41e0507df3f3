//! Order of work on functions that need results about others: callees first, and what can be done at the
//! same time.
//!
//! Source: Tarjan, "Depth-first search and linear graph algorithms" (1972).

/// A graph whose nodes are numbers: for each the nodes that it needs.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    start: Vec<u32>,
    list: Vec<u32>,
}

impl Graph {
    /// A graph without nodes.
    #[must_use]
    pub fn new() -> Graph {
        Graph { start: vec![0], list: Vec::new() }
    }

    /// Adds a node that needs these (they may be added later).
    pub fn push(&mut self, needs: impl IntoIterator<Item = u32>) {
        self.list.extend(needs);
        self.start.push(self.list.len() as u32);
    }

    /// Number of nodes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.start.len() - 1
    }

    /// Whether there are no nodes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What a node needs, in the order given.
    #[must_use]
    pub fn needs(&self, node: u32) -> &[u32] {
        &self.list[self.start[node as usize] as usize..self.start[node as usize + 1] as usize]
    }
}

/// What [`order`] finds out about a graph.
#[derive(Clone, Debug, Default)]
pub struct Order {
    /// All nodes, each after those that it needs where there is no recursion: the order in which a
    /// depth-first search leaves them.
    pub post: Vec<u32>,
    /// The strongly connected components, each after those that it needs; of nodes in order of number.
    pub components: Vec<Vec<u32>>,
}

/// Orders a graph.
#[must_use]
pub fn order(g: &Graph) -> Order {
    const NEW: u32 = u32::MAX;
    let n = g.len();
    let mut index = vec![NEW; n];
    let mut low = vec![0u32; n];
    let mut on_stack = vec![false; n];
    let mut stack: Vec<u32> = Vec::new();
    let mut next = 0;
    let mut out = Order { post: Vec::with_capacity(n), components: Vec::new() };
    // Nodes that are being visited, with the number of needs that were looked at.
    let mut path: Vec<(u32, usize)> = Vec::new();
    for root in 0..n as u32 {
        if index[root as usize] != NEW {
            continue;
        }
        path.push((root, 0));
        while let Some((v, k)) = path.last_mut() {
            let at = *v as usize;
            if index[at] == NEW {
                index[at] = next;
                low[at] = next;
                next += 1;
                stack.push(*v);
                on_stack[at] = true;
            }
            if let Some(w) = g.needs(*v).get(*k) {
                *k += 1;
                if index[*w as usize] == NEW {
                    path.push((*w, 0));
                } else if on_stack[*w as usize] {
                    low[at] = low[at].min(index[*w as usize]);
                }
                continue;
            }
            let v = *v;
            path.pop();
            out.post.push(v);
            if let Some((p, _)) = path.last() {
                low[*p as usize] = low[*p as usize].min(low[at]);
            }
            if low[at] == index[at] {
                let first = stack.iter().rposition(|w| *w == v).expect("bug: node left the stack early");
                let mut nodes = stack.split_off(first);
                nodes.iter().for_each(|w| on_stack[*w as usize] = false);
                nodes.sort_unstable();
                out.components.push(nodes);
            }
        }
    }
    out
}

impl Order {
    /// Groups of nodes that can be worked on at the same time, one group after the other: what a node needs
    /// is in an earlier group, and so is, in its own component, what stands before it in [`Order::post`].
    #[must_use]
    pub fn waves(&self, g: &Graph) -> Vec<Vec<u32>> {
        let mut component = vec![0u32; g.len()];
        for (c, nodes) in self.components.iter().enumerate() {
            nodes.iter().for_each(|v| component[*v as usize] = c as u32);
        }
        // The first wave after all nodes of a component.
        let mut after = vec![0u32; self.components.len()];
        let mut waves: Vec<Vec<u32>> = Vec::new();
        for v in &self.post {
            let own = component[*v as usize];
            let others = g.needs(*v).iter().map(|w| after[component[*w as usize] as usize]);
            let wave = others.max().unwrap_or(0).max(after[own as usize]);
            if waves.len() <= wave as usize {
                waves.push(Vec::new());
            }
            waves[wave as usize].push(*v);
            after[own as usize] = wave + 1;
        }
        waves
    }

    /// As [`Order::waves`], of whole components (by index).
    #[must_use]
    pub fn component_waves(&self, g: &Graph) -> Vec<Vec<u32>> {
        let mut wave_of = vec![0u32; g.len()];
        let mut waves: Vec<Vec<u32>> = Vec::new();
        for (c, nodes) in self.components.iter().enumerate() {
            // Own nodes do not count: their waves are not known yet.
            let needs = nodes.iter().flat_map(|v| g.needs(*v)).filter(|w| nodes.binary_search(w).is_err());
            let wave = needs.map(|w| wave_of[*w as usize] + 1).max().unwrap_or(0);
            nodes.iter().for_each(|v| wave_of[*v as usize] = wave);
            if waves.len() <= wave as usize {
                waves.resize(wave as usize + 1, Vec::new());
            }
            waves[wave as usize].push(c as u32);
        }
        waves
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(needs: &[&[u32]]) -> Graph {
        let mut g = Graph::new();
        needs.iter().for_each(|n| g.push(n.iter().copied()));
        g
    }

    #[test]
    fn callees_come_first() {
        // 0 → 1 ⇄ 2 → 3; 4 → 3
        let g = graph(&[&[1], &[2], &[1, 3], &[], &[3]]);
        let o = order(&g);
        assert_eq!(o.post, [3, 2, 1, 0, 4]);
        assert_eq!(o.components, [vec![3], vec![1, 2], vec![0], vec![4]]);
        assert_eq!(o.waves(&g), [vec![3], vec![2, 4], vec![1], vec![0]]);
        assert_eq!(o.component_waves(&g), [vec![0], vec![1, 3], vec![2]]);
    }

    #[test]
    fn a_node_that_needs_itself_is_one_component() {
        let g = graph(&[&[0, 1], &[]]);
        let o = order(&g);
        assert_eq!(o.components, [vec![1], vec![0]]);
        assert_eq!(o.waves(&g), [vec![1], vec![0]]);
    }
}
