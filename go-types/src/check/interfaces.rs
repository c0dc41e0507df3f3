//! Interface types. Source: spec "Interface types".

use super::Checker;
use crate::codes;
use crate::object::{ObjId, ObjectKind, VarKind};
use crate::ty::{Type, TypeId, TypeSet};
use go_ast::{ExprId, InterfaceElem};
use go_source::Symbol;
use std::sync::Arc;

impl Checker {
    /// Fills the interface type `id` from its elements. `def` is the type name declared by it.
    pub(crate) fn interface_type(&mut self, id: TypeId, e: ExprId, elems: &[InterfaceElem], def: Option<ObjId>) {
        let Type::Interface(iface) = self.store.types[id] else { return };
        let pkg = Some(self.env().pkg);
        // The receiver of the methods is the declared type, for better messages.
        let recv_type = def.and_then(|d| self.obj_type(d)).and_then(|t| self.as_named(t)).unwrap_or(id);
        for elem in elems {
            match elem {
                InterfaceElem::Embedded(x) => {
                    let pos = self.start_pos(*x);
                    let t = self.parse_union(*x);
                    let data = &mut self.store.interfaces[iface];
                    data.embeddeds.push(t);
                    data.embed_pos.push(pos);
                }
                InterfaceElem::Method { name, .. } if name.name.is_blank() => {
                    let msg = "methods must have a unique non-blank name";
                    self.error(*name, codes::BLANK_IFACE_METHOD, msg);
                }
                InterfaceElem::Method { name, ty } => {
                    let t = self.typ(*ty);
                    let Type::Signature(sig) = &mut self.store.types[t] else {
                        if self.is_valid_type(t) {
                            let s = self.type_string(t);
                            let msg = format!("{s} is not a method signature");
                            self.error(*ty, codes::INVALID_SYNTAX_TREE, msg);
                        }
                        continue;
                    };
                    let mut data = (**sig).clone();
                    let recv = self.store.new_var(VarKind::Recv, name.pos, pkg, Symbol::EMPTY, recv_type);
                    data.recv = Some(recv);
                    self.store.types[t] = Type::Signature(Arc::new(data));
                    self.sig_scopes.remove(&t);
                    let kind = ObjectKind::Func { ptr_recv: false, origin: None };
                    let m = self.store.new_object(kind, name.pos, pkg, name.name, t);
                    self.record_def(name.pos, m);
                    self.store.interfaces[iface].methods.push(m);
                }
            }
        }
        self.store.interfaces[iface].complete = true;
        if elems.is_empty() {
            self.store.interfaces[iface].type_set = Some(Arc::new(TypeSet::default()));
            return;
        }
        let mut methods = std::mem::take(&mut self.store.interfaces[iface].methods);
        self.sort_methods(&mut methods);
        self.store.interfaces[iface].methods = methods;
        let pos = self.expr_pos(e);
        self.later_check(move |c| {
            c.compute_interface_type_set(pos, id);
        });
    }
}
