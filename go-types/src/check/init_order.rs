//! The order in which package-level variables are initialised, and cycles in it.
//!
//! Functions are taken out of the graph of dependencies, connecting those that use them with what
//! they use; then what depends on nothing is removed again and again, first in source order first.
//! Source: spec "Package initialization".

use super::Checker;
use crate::codes;
use crate::info::Initializer;
use crate::object::{ObjId, ObjectKind, PkgId};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeSet;

#[derive(Default)]
struct Node {
    pred: FxHashSet<usize>,
    succ: FxHashSet<usize>,
}

/// What orders the queue: constants first, then fewest open dependencies, then source order.
type Priority = (bool, usize, u32, usize);

impl Checker {
    /// Computes the initialisation order of a package that was checked in full, and reports cycles.
    pub(crate) fn init_order(&mut self, pkg: PkgId) {
        let objs = self.states[&pkg].objects.clone();
        let order = self.order_variables(&objs, true);
        self.info.init_order.insert(pkg, order);
    }

    /// The initialisers of those variables of `pkg` that are `live`, in order. Bodies of the live
    /// functions and the live variables' initialisations must have been checked; dependencies on
    /// other objects are ignored.
    pub fn init_order_of(&mut self, pkg: PkgId, live: &FxHashSet<ObjId>) -> Vec<Initializer> {
        let objs: Vec<ObjId> = self.package_objects_of(pkg).iter().copied().filter(|o| live.contains(o)).collect();
        self.order_variables(&objs, false)
    }

    fn order_variables(&mut self, objs: &[ObjId], report: bool) -> Vec<Initializer> {
        let (objs, mut nodes) = self.dependency_graph(objs);
        let is_func: Vec<bool> =
            objs.iter().map(|o| matches!(self.store.objects[*o].kind, ObjectKind::Func { .. })).collect();
        remove_functions(&mut nodes, &is_func);

        let mut ndeps: Vec<usize> = nodes.iter().map(|n| n.succ.len()).collect();
        let rank = |c: &Checker, i: usize, n: usize| -> Priority {
            let o = &c.store.objects[objs[i]];
            (!matches!(o.kind, ObjectKind::Const { .. }), n, o.order, i)
        };
        let mut queue: BTreeSet<Priority> = BTreeSet::new();
        for i in 0..objs.len() {
            if !is_func[i] {
                queue.insert(rank(self, i, ndeps[i]));
            }
        }
        let mut out = Vec::new();
        let mut emitted = FxHashSet::default();
        while let Some(p) = queue.pop_first() {
            let i = p.3;
            let obj = objs[i];
            if report && ndeps[i] > 0 {
                let mut seen = FxHashSet::default();
                if let Some(cycle) = self.find_path(obj, obj, &mut seen) {
                    self.report_init_cycle(&cycle);
                }
            }
            for p in &nodes[i].pred {
                if queue.remove(&rank(self, *p, ndeps[*p])) {
                    ndeps[*p] -= 1;
                    queue.insert(rank(self, *p, ndeps[*p]));
                } else {
                    ndeps[*p] = ndeps[*p].saturating_sub(1);
                }
            }
            if !matches!(self.store.objects[obj].kind, ObjectKind::Var { .. }) {
                continue;
            }
            let Some(info) = self.decls.get(&obj) else { continue };
            let Some(rhs) = info.init else { continue };
            if !emitted.insert(self.decl_owner(obj)) {
                continue;
            }
            let lhs = if info.lhs.is_empty() { vec![obj] } else { info.lhs.clone() };
            out.push(Initializer { lhs, file: info.decl.file, rhs });
        }
        out
    }

    /// Nodes for the objects that can be dependencies, with edges between them.
    fn dependency_graph(&self, objs: &[ObjId]) -> (Vec<ObjId>, Vec<Node>) {
        let objs: Vec<ObjId> =
            objs.iter().copied().filter(|o| !matches!(self.store.objects[*o].kind, ObjectKind::TypeName)).collect();
        let index: FxHashMap<ObjId, usize> = objs.iter().enumerate().map(|(i, o)| (*o, i)).collect();
        let mut nodes: Vec<Node> = objs.iter().map(|_| Node::default()).collect();
        for (i, o) in objs.iter().enumerate() {
            for d in self.dependencies(*o) {
                if let Some(j) = index.get(&d).copied() {
                    nodes[i].succ.insert(j);
                    nodes[j].pred.insert(i);
                }
            }
        }
        (objs, nodes)
    }

    /// The objects on a path of dependencies from `from` to `to`, reversed.
    fn find_path(&self, from: ObjId, to: ObjId, seen: &mut FxHashSet<ObjId>) -> Option<Vec<ObjId>> {
        // Explicit stack: chains of dependencies can be as long as a package is large.
        let deps = |o: ObjId| {
            let mut v: Vec<ObjId> = self.dependencies(o).collect();
            v.sort_by_key(|d| std::cmp::Reverse(self.store.objects[*d].order));
            v
        };
        seen.insert(from);
        let mut stack = vec![(from, deps(from))];
        while let Some((_, list)) = stack.last_mut() {
            let Some(d) = list.pop() else {
                stack.pop();
                continue;
            };
            if d == to {
                let mut path = vec![d];
                path.extend(stack.iter().skip(1).rev().map(|(o, _)| *o));
                return Some(path);
            }
            if seen.insert(d) {
                stack.push((d, deps(d)));
            }
        }
        None
    }

    fn report_init_cycle(&mut self, cycle: &[ObjId]) {
        let obj = cycle[0];
        let name = |c: &Checker, o: ObjId| c.store.text(c.store.objects[o].name);
        if cycle.len() == 1 {
            let msg = format!("initialization cycle: {} refers to itself", name(self, obj));
            self.error(obj, codes::INVALID_INIT_CYCLE, msg);
            return;
        }
        let mut err = self.new_error(codes::INVALID_INIT_CYCLE);
        let pos = |c: &Checker, o: ObjId| c.store.objects[o].pos;
        err.add(pos(self, obj), format!("initialization cycle for {}", name(self, obj)));
        let mut at = obj;
        for next in cycle.iter().rev() {
            let text = format!("{} refers to {}", name(self, at), name(self, *next));
            err.add(pos(self, at), text);
            at = *next;
        }
        self.report(err);
    }
}

/// Connects users of functions with what the functions use, and drops the functions; cheap ones
/// first, since the cost grows with the number of edges.
fn remove_functions(nodes: &mut [Node], is_func: &[bool]) {
    let mut funcs: Vec<usize> = (0..nodes.len()).filter(|i| is_func[*i]).collect();
    funcs.sort_by_key(|i| nodes[*i].pred.len() * nodes[*i].succ.len());
    for n in funcs {
        let node = std::mem::take(&mut nodes[n]);
        for p in &node.pred {
            if *p == n {
                continue;
            }
            for s in &node.succ {
                if *s != n {
                    nodes[*p].succ.insert(*s);
                    nodes[*s].pred.insert(*p);
                }
            }
            nodes[*p].succ.remove(&n);
        }
        for s in &node.succ {
            if *s != n {
                nodes[*s].pred.remove(&n);
            }
        }
    }
}
