//! Types must not contain themselves: finds named types whose values would be infinitely large.
//!
//! Walks the memory of a type (the `nest`) through instances of generic types, looking up type
//! parameters in the instance that encloses them. Source: spec "Type declarations".

use super::Checker;
use crate::object::ObjId;
use crate::ty::{Type, TypeId};

impl Checker {
    /// Reports named type `t` if it contains itself.
    pub(crate) fn valid_type(&mut self, t: TypeId) {
        self.valid_type_in(t, &mut Vec::new(), &mut Vec::new());
    }

    fn valid_type_in(&mut self, t: TypeId, nest: &mut Vec<TypeId>, path: &mut Vec<TypeId>) -> bool {
        let t = self.unalias(t);
        match self.store.types[t].clone() {
            Type::Array { elem, .. } => self.valid_type_in(elem, nest, path),
            Type::Struct(s) => s.fields.iter().all(|f| {
                let ty = self.store.objects[*f].ty;
                self.valid_type_in(ty, nest, path)
            }),
            Type::Union(terms) => terms.iter().all(|term| self.valid_type_in(term.ty, nest, path)),
            Type::Interface(i) => {
                let embeddeds = self.store.interfaces[i].embeddeds.clone();
                embeddeds.iter().all(|e| self.valid_type_in(*e, nest, path))
            }
            Type::Named(n) => {
                for e in nest.clone() {
                    if self.identical(e, t) {
                        self.invalid_recursive(t, path);
                        return false;
                    }
                }
                let orig = self.store.named[n].orig;
                let rhs = match self.store.types[orig] {
                    Type::Named(o) => self.named_rhs(orig, o),
                    _ => None,
                };
                let Some(rhs) = rhs else { return true };
                nest.push(t);
                path.push(t);
                let ok = self.valid_type_in(rhs, nest, path);
                nest.pop();
                path.pop();
                ok
            }
            Type::TypeParam(_) => {
                // The argument that the enclosing instance gives for the parameter is valid or not
                // where the instance was made, that is outside of it.
                let Some(inst) = nest.last().copied() else { return true };
                let Some(data) = self.store.named_data(inst) else { return true };
                let (orig, args) = (data.orig, data.type_args.clone());
                let params = self.type_params_of(orig);
                let arg = params.iter().position(|p| *p == t).and_then(|i| args.get(i).copied());
                let Some(arg) = arg else { return true };
                nest.pop();
                let ok = self.valid_type_in(arg, nest, path);
                nest.push(inst);
                ok
            }
            Type::Basic(_)
            | Type::Slice { .. }
            | Type::Pointer { .. }
            | Type::Tuple(_)
            | Type::Signature(_)
            | Type::Map { .. }
            | Type::Chan { .. }
            | Type::Alias(_) => true,
        }
    }

    fn invalid_recursive(&mut self, t: TypeId, path: &[TypeId]) {
        let Some((_, n)) = self.store.as_named(t) else { return };
        let orig = self.store.named[n].orig;
        if let Type::Named(o) = self.store.types[orig] {
            // An underlying type that is known already stays, as in gc.
            self.store.named[o].underlying.get_or_insert(TypeId::INVALID);
            self.store.named[o].from_rhs = Some(TypeId::INVALID);
        }
        for (start, p) in path.iter().enumerate() {
            if self.identical(*p, t) {
                let cycle: Vec<ObjId> =
                    path[start..].iter().filter_map(|p| self.store.named_data(*p).map(|d| d.obj)).collect();
                self.cycle_error(&cycle, 0);
                return;
            }
        }
    }
}
