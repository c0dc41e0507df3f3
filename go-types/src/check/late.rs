//! What gc checks once a package has no type errors: anonymous interfaces that refer to themselves,
//! and functions without bodies.

use super::Checker;
use crate::codes;
use crate::object::PkgId;
use crate::ty::{Type, TypeId};
use go_ast::{DeclKind, ExprKind};
use go_source::{Code, FileId, Pos, Symbol};
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// gc gives this error no code of internal/types/errors.
const MISSING_FUNC_BODY: Code = Code("MissingFuncBody");

impl Checker {
    /// Runs the checks on a package that had no errors.
    pub(crate) fn late_checks(&mut self, pkg: PkgId) {
        let files = self.store.packages[pkg].files.clone();
        let mut cyclic = FxHashMap::default();
        for file in &files {
            self.anonymous_cycles(*file, &mut cyclic);
        }
        if self.options.require_bodies && self.diagnostics.is_empty() {
            self.missing_bodies(&files);
        }
    }

    fn anonymous_cycles(&mut self, file: FileId, cyclic: &mut FxHashMap<TypeId, bool>) {
        let Some(tree) = self.trees.get(&file).cloned() else { return };
        let mut list: Vec<_> = tree
            .exprs
            .iter_enumerated()
            .filter(|(_, e)| matches!(&e.kind, ExprKind::InterfaceType { elems } if !elems.is_empty()))
            .collect();
        list.sort_by_key(|(_, e)| e.span.lo);
        let mut end = Pos::NONE;
        for (id, e) in list {
            if e.span.lo < end {
                continue; // inside another one
            }
            end = e.span.hi;
            let t = self.unalias(self.info.type_and_value(file, id).ty);
            if self.has_interface_cycle(t, cyclic) {
                let msg =
                    "invalid recursive type: anonymous interface refers to itself (see https://go.dev/issue/56103)";
                self.error(e.pos, codes::INVALID_TYPE_CYCLE, msg);
                for c in cyclic.values_mut() {
                    *c = false;
                }
            }
        }
    }

    /// Whether an interface is reached again from its methods without passing a named type.
    fn has_interface_cycle(&mut self, t: TypeId, cyclic: &mut FxHashMap<TypeId, bool>) -> bool {
        if !matches!(self.store.types[t], Type::Interface(_)) {
            return false;
        }
        let methods = self.type_set(t).methods.clone();
        methods.iter().any(|m| {
            let ty = self.store.objects[*m].ty;
            self.visit_for_cycle(ty, cyclic)
        })
    }

    fn visit_for_cycle(&mut self, t: TypeId, cyclic: &mut FxHashMap<TypeId, bool>) -> bool {
        let t = self.unalias(t);
        let vars = match self.store.types[t].clone() {
            Type::Pointer { elem } | Type::Array { elem, .. } | Type::Chan { elem, .. } | Type::Slice { elem } => {
                return self.visit_for_cycle(elem, cyclic);
            }
            Type::Map { key, elem } => {
                return self.visit_for_cycle(key, cyclic) || self.visit_for_cycle(elem, cyclic);
            }
            Type::Struct(s) => s.fields.clone(),
            Type::Signature(s) => s.params.iter().chain(s.results.iter()).copied().collect(),
            Type::Tuple(vars) => vars.to_vec(),
            Type::Interface(i) => {
                let data = &self.store.interfaces[i];
                if data.methods.is_empty() && data.embeddeds.is_empty() {
                    return false;
                }
                if let Some(x) = cyclic.get(&t) {
                    return *x;
                }
                cyclic.insert(t, true);
                if self.has_interface_cycle(t, cyclic) {
                    return true;
                }
                cyclic.insert(t, false);
                return false;
            }
            Type::Basic(_) | Type::Named(_) | Type::TypeParam(_) | Type::Union(_) | Type::Alias(_) => return false,
        };
        vars.iter().any(|v| {
            let ty = self.store.objects[*v].ty;
            self.visit_for_cycle(ty, cyclic)
        })
    }

    /// Functions need bodies, unless a linkname says where one is.
    fn missing_bodies(&mut self, files: &[FileId]) {
        let trees: Vec<_> = files.iter().filter_map(|f| self.trees.get(f).map(Arc::clone)).collect();
        let linked: FxHashSet<Symbol> = trees
            .iter()
            .flat_map(|t| &t.directives)
            .filter_map(|d| d.text.strip_prefix("go:linkname "))
            .filter_map(|args| args.split_whitespace().next())
            .map(|name| self.store.interner.intern(name))
            .collect();
        for tree in &trees {
            for d in &tree.decls {
                let decl = tree.decl(*d);
                if let DeclKind::Func { name, recv, body: None, .. } = &decl.kind
                    && !linked.contains(&name.name)
                {
                    let pos = if recv.is_some() { decl.keyword_pos.offset(5) } else { name.pos };
                    self.error(pos, MISSING_FUNC_BODY, "missing function body");
                }
            }
        }
    }
}
