//! Finds generic code that instantiates itself with ever larger types.
//!
//! Type parameters (and local types that depend on them) are vertices; an instantiation of `P` with
//! a type that holds `Q` is an edge from `Q` to `P`, of weight 1 if the type is larger than `Q`
//! itself. A path of positive weight back to its start has no end. Source: spec "Instantiations";
//! Bellman-Ford's algorithm for heaviest paths.

use super::Checker;
use crate::codes;
use crate::object::{ObjId, ObjectKind};
use crate::ty::{Type, TypeId};
use go_ast::ExprId;
use go_source::Pos;
use rustc_hash::FxHashMap;

/// The graph of a package's instantiations.
#[derive(Default, Debug)]
pub struct MonoGraph {
    vertices: Vec<Vertex>,
    edges: Vec<Edge>,
    /// Type parameters of method receivers → those of the base type.
    canon: FxHashMap<TypeId, TypeId>,
    /// Vertex of a type name; `None` if it depends on no type parameters.
    by_name: FxHashMap<ObjId, Option<usize>>,
}

#[derive(Debug)]
struct Vertex {
    weight: u32,
    pre: usize,
    len: usize,
    obj: ObjId,
}

#[derive(Debug)]
struct Edge {
    dst: usize,
    src: usize,
    weight: u32,
    pos: Pos,
    ty: TypeId,
}

impl Checker {
    /// Reports an instantiation cycle, if there is one.
    pub(crate) fn monomorph(&mut self) {
        let g = &mut self.mono;
        let mut again = true;
        while std::mem::take(&mut again) {
            for i in 0..g.edges.len() {
                let e = &g.edges[i];
                let (src, dst) = (e.src, e.dst);
                let w = g.vertices[src].weight + e.weight;
                if w <= g.vertices[dst].weight {
                    continue;
                }
                g.vertices[dst].pre = i;
                g.vertices[dst].len = g.vertices[src].len + 1;
                if g.vertices[dst].len == g.vertices.len() {
                    self.report_instance_loop(dst);
                    return;
                }
                g.vertices[dst].weight = w;
                again = true;
            }
        }
    }

    fn report_instance_loop(&mut self, mut v: usize) {
        let mut stack = Vec::new();
        let mut seen = vec![false; self.mono.vertices.len()];
        while !seen[v] {
            stack.push(v);
            seen[v] = true;
            v = self.mono.edges[self.mono.vertices[v].pre].src;
        }
        let start = stack.iter().position(|s| *s == v).unwrap_or(0);
        let mut err = self.new_error(codes::INVALID_INSTANCE_CYCLE);
        let obj0 = self.mono.vertices[v].obj;
        err.add(self.store.objects[obj0].pos, "instantiation cycle:");
        for v in &stack[start..] {
            let e = &self.mono.edges[self.mono.vertices[*v].pre];
            let obj = self.mono.vertices[e.dst].obj;
            let (pos, ty) = (e.pos, e.ty);
            let name = self.store.text(self.store.objects[obj].name);
            let ts = self.type_string(ty);
            let is_named = matches!(self.store.types[self.store.objects[obj].ty], Type::Named(_));
            let what = if is_named { "implicitly parameterized by" } else { "instantiated as" };
            err.add(pos, format!("{name} {what} {ts}"));
        }
        self.report(err);
    }

    /// Notes that a receiver's type parameter stands for one of the base type.
    pub(crate) fn mono_record_canon(&mut self, recv: TypeId, base: TypeId) {
        self.mono.canon.insert(recv, base);
    }

    /// Notes an instantiation of `tparams` with `targs`; `xlist` gives positions as far as it goes.
    pub(crate) fn mono_record_instance(&mut self, pos: Pos, tparams: &[TypeId], targs: &[TypeId], xlist: &[ExprId]) {
        if self.is_lazy(self.env().pkg) {
            return;
        }
        for (i, (tpar, targ)) in tparams.iter().zip(targs).enumerate() {
            let pos = xlist.get(i).map_or(pos, |e| self.start_pos(*e));
            let Type::TypeParam(p) = self.store.types[*tpar] else { continue };
            let obj = self.store.type_params[p].obj;
            if self.store.objects[obj].pkg == Some(self.env().pkg) {
                self.mono_assign(pos, *tpar, *targ, *targ);
            }
        }
    }

    /// Adds edges from what `ty`, a part of `targ`, holds.
    fn mono_assign(&mut self, pos: Pos, tpar: TypeId, targ: TypeId, ty: TypeId) {
        let ty = self.unalias(ty);
        match self.store.types[ty].clone() {
            Type::TypeParam(_) => {
                let src = self.mono_type_param_vertex(ty);
                self.mono_flow(pos, tpar, targ, src, ty);
            }
            Type::Named(n) => {
                let orig = self.store.named[n].orig;
                if let Some(src) = self.mono_local_vertex(orig) {
                    self.mono_flow(pos, tpar, targ, src, ty);
                }
                for t in self.store.named[n].type_args.clone().iter() {
                    self.mono_assign(pos, tpar, targ, *t);
                }
            }
            Type::Array { elem, .. } | Type::Slice { elem } | Type::Pointer { elem } | Type::Chan { elem, .. } => {
                self.mono_assign(pos, tpar, targ, elem)
            }
            Type::Map { key, elem } => {
                self.mono_assign(pos, tpar, targ, key);
                self.mono_assign(pos, tpar, targ, elem);
            }
            Type::Interface(_) => {
                for m in self.type_set(ty).methods.clone() {
                    let t = self.store.objects[m].ty;
                    self.mono_assign(pos, tpar, targ, t);
                }
            }
            Type::Signature(s) => {
                for v in s.params.iter().chain(s.results.iter()) {
                    let t = self.store.objects[*v].ty;
                    self.mono_assign(pos, tpar, targ, t);
                }
            }
            Type::Struct(s) => {
                for v in &s.fields {
                    let t = self.store.objects[*v].ty;
                    self.mono_assign(pos, tpar, targ, t);
                }
            }
            Type::Basic(_) | Type::Tuple(_) | Type::Union(_) | Type::Alias(_) => {}
        }
    }

    fn mono_flow(&mut self, pos: Pos, tpar: TypeId, targ: TypeId, src: usize, ty: TypeId) {
        let weight = u32::from(targ != ty);
        let dst = self.mono_type_param_vertex(tpar);
        self.mono.edges.push(Edge { dst, src, weight, pos, ty: targ });
    }

    fn mono_type_param_vertex(&mut self, tpar: TypeId) -> usize {
        let tpar = self.mono.canon.get(&tpar).copied().unwrap_or(tpar);
        let Type::TypeParam(p) = self.store.types[tpar] else { return 0 };
        let obj = self.store.type_params[p].obj;
        if let Some(Some(i)) = self.mono.by_name.get(&obj) {
            return *i;
        }
        let i = self.mono_new_vertex(obj);
        self.mono.by_name.insert(obj, Some(i));
        i
    }

    fn mono_new_vertex(&mut self, obj: ObjId) -> usize {
        self.mono.vertices.push(Vertex { weight: 0, pre: 0, len: 0, obj });
        self.mono.vertices.len() - 1
    }

    /// The vertex of a local type that depends on type parameters of enclosing functions.
    fn mono_local_vertex(&mut self, named: TypeId) -> Option<usize> {
        let obj = self.store.named_data(named)?.obj;
        let o = &self.store.objects[obj];
        let pkg = self.env().pkg;
        if o.pkg != Some(pkg) {
            return None;
        }
        let root = self.store.packages[pkg].scope;
        if o.parent == Some(root) {
            return None;
        }
        if let Some(v) = self.mono.by_name.get(&obj) {
            return *v;
        }
        let pos = o.pos;
        let mut scope = o.parent;
        let mut idx = None;
        while let Some(s) = scope
            && s != root
        {
            for elem in self.store.scopes[s].objects.clone() {
                let e = &self.store.objects[elem];
                let (ty, before) = (e.ty, e.pos < pos);
                if matches!(e.kind, ObjectKind::TypeName)
                    && before
                    && matches!(self.store.types[ty], Type::TypeParam(_))
                {
                    let i = match idx {
                        Some(i) => i,
                        None => *idx.insert(self.mono_new_vertex(obj)),
                    };
                    let src = self.mono_type_param_vertex(ty);
                    self.mono.edges.push(Edge { dst: i, src, weight: 1, pos, ty });
                }
            }
            scope = self.store.scopes[s].parent;
        }
        self.mono.by_name.insert(obj, idx);
        idx
    }
}
