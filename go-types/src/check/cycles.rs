//! Cycles in declarations: which ones are valid, and their report.
//!
//! Source: spec "Type declarations", "Alias declarations".

use super::Checker;
use crate::codes;
use crate::object::{ObjId, ObjectKind, PkgId};
use crate::ty::{Type, TypeId};
use go_ast::{DeclKind, ExprKind};
use rustc_hash::FxHashMap;

impl Checker {
    /// Whether the cycle that starts with `obj`, which is being declared, is permitted; reports it
    /// otherwise.
    pub(crate) fn valid_cycle(&mut self, obj: ObjId) -> bool {
        let start = self.obj_path_idx[&obj];
        let cycle = self.obj_path[start..].to_vec();
        let (mut values, mut type_defs) = (0, 0);
        for o in &cycle {
            match self.store.objects[*o].kind {
                ObjectKind::Const { .. } | ObjectKind::Var { .. } => values += 1,
                ObjectKind::TypeName => {
                    let ty = self.obj_type(*o);
                    let in_list = self.env.as_ref().is_some_and(|e| e.in_tparam_list);
                    if in_list && ty.is_some_and(|t| self.is_generic(t)) {
                        return true;
                    }
                    if !ty.is_some_and(|t| matches!(self.store.types[t], Type::Alias(_))) {
                        type_defs += 1;
                    }
                }
                _ => {}
            }
        }
        // Cycles of values only are found when the initialisation is ordered; cycles of types need
        // a definition among them.
        if values == cycle.len() || values == 0 && type_defs > 0 {
            return true;
        }
        let first = self.first_in_src(&cycle);
        self.cycle_error(&cycle, first);
        false
    }

    /// Index of the object that stands first in the source.
    pub(crate) fn first_in_src(&self, path: &[ObjId]) -> usize {
        let mut best = 0;
        for (i, o) in path.iter().enumerate() {
            if self.store.objects[*o].pos < self.store.objects[path[best]].pos {
                best = i;
            }
        }
        best
    }

    /// Reports a cycle of declarations, beginning with the object at `start`.
    pub(crate) fn cycle_error(&mut self, cycle: &[ObjId], start: usize) {
        let obj = cycle[start];
        let is_type = matches!(self.store.objects[obj].kind, ObjectKind::TypeName);
        if let Some(t) = self.obj_type(obj)
            && let Type::Alias(a) = self.store.types[t]
        {
            // Valid from now on, so that there are no follow-on errors.
            let alias = &mut self.store.aliases[a];
            alias.from_rhs = TypeId::INVALID;
            alias.actual = Some(TypeId::INVALID);
        }
        let name = self.cycle_name(obj);
        let pos = self.store.objects[obj].pos;
        if cycle.len() == 1 {
            let msg = if is_type {
                format!("invalid recursive type: {name} refers to itself")
            } else {
                format!("invalid cycle in declaration: {name} refers to itself")
            };
            self.error(pos, codes::INVALID_DECL_CYCLE, msg);
            return;
        }
        let mut err = self.new_error(codes::INVALID_DECL_CYCLE);
        err.add(
            pos,
            if is_type {
                format!("invalid recursive type {name}")
            } else {
                format!("invalid cycle in declaration of {name}")
            },
        );
        let mut at = obj;
        for i in 0..cycle.len() {
            let next = cycle[(start + i + 1) % cycle.len()];
            let (a, b) = (self.cycle_name(at), self.cycle_name(next));
            err.add(self.store.objects[at].pos, format!("{a} refers to {b}"));
            at = next;
        }
        self.report(err);
    }

    /// Name of an object in a cycle: with type arguments, and with its package if imported.
    fn cycle_name(&mut self, obj: ObjId) -> String {
        if let Some(t) = self.obj_type(obj)
            && let Some(n) = self.store.named_data(t)
            && !n.type_args.is_empty()
        {
            return self.type_string(t);
        }
        let o = &self.store.objects[obj];
        let name = self.store.text(o.name);
        match o.pkg {
            Some(p) if Some(p) != self.env.as_ref().map(|e| e.pkg) => {
                format!("{}.{name}", self.store.text(self.store.packages[p].name))
            }
            _ => name.to_owned(),
        }
    }

    /// Finds type declarations that lead from name to name back to themselves, without any type
    /// literal on the way.
    pub(crate) fn direct_cycles(&mut self, pkg: PkgId) {
        // Path index while on the path, None once done.
        let mut idx: FxHashMap<ObjId, Option<usize>> = FxHashMap::default();
        for obj in self.states[&pkg].objects.clone() {
            if matches!(self.store.objects[obj].kind, ObjectKind::TypeName) {
                self.direct_cycle(pkg, obj, &mut idx);
            }
        }
    }

    fn direct_cycle(&mut self, pkg: PkgId, obj: ObjId, idx: &mut FxHashMap<ObjId, Option<usize>>) {
        let scope = self.store.packages[pkg].scope;
        let mut path: Vec<ObjId> = Vec::new();
        let mut at = obj;
        loop {
            match idx.get(&at) {
                Some(None) => break,
                Some(Some(start)) => {
                    let cycle = path[*start..].to_vec();
                    self.set_obj_type(at, TypeId::INVALID);
                    let first = self.first_in_src(&cycle);
                    self.cycle_error(&cycle, first);
                    break;
                }
                None => {}
            }
            idx.insert(at, Some(path.len()));
            path.push(at);
            let Some(d) = self.decls.get(&at) else { break };
            let Some(tree) = self.trees.get(&d.decl.file) else { break };
            let DeclKind::Type { ty, .. } = &tree.decl(d.decl.decl).kind else { break };
            let ExprKind::Name(name) = tree.expr(*ty).kind else { break };
            match self.store.lookup_in(scope, name) {
                Some(o) if matches!(self.store.objects[o].kind, ObjectKind::TypeName) => at = o,
                _ => break,
            }
        }
        for o in path {
            idx.insert(o, None);
        }
    }

    /// Whether `t` has an underlying type already; reports a cycle if it is being declared.
    pub(crate) fn is_complete(&mut self, t: TypeId) -> bool {
        let mut t = t;
        for _ in 0..1000 {
            let (obj, rhs) = match self.store.types[t] {
                Type::Alias(a) => (self.store.aliases[a].obj, Some(self.store.aliases[a].from_rhs)),
                Type::Named(n) => (self.store.named[n].obj, self.store.named[n].from_rhs),
                _ => return true,
            };
            if let Some(i) = self.obj_path_idx.get(&obj) {
                let cycle = self.obj_path[*i..].to_vec();
                let first = self.first_in_src(&cycle);
                self.cycle_error(&cycle, first);
                return false;
            }
            match rhs {
                Some(r) => t = r,
                None => return true,
            }
        }
        false
    }
}
