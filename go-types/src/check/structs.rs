//! Struct types. Source: spec "Struct types".

use super::Checker;
use crate::codes;
use crate::object::{ObjId, ObjectKind, VarKind};
use crate::ty::{BasicKind, StructType, Type, TypeId};
use go_ast::{ExprId, ExprKind, Field, Ident, LitKind};
use go_source::{Pos, Symbol};
use rustc_hash::FxHashMap;
use std::sync::Arc;

impl Checker {
    /// The type of a struct type expression.
    pub(crate) fn struct_type(&mut self, list: &[Field]) -> TypeId {
        let mut s = StructType { fields: Vec::with_capacity(list.len()), tags: Vec::new() };
        let mut seen: FxHashMap<Symbol, ObjId> = FxHashMap::default();
        let mut prev = None;
        let mut ty = TypeId::INVALID;
        for f in list {
            if prev != Some(f.ty) {
                ty = self.var_type(f.ty);
                prev = Some(f.ty);
            }
            let tag = f.tag.map_or(Symbol::EMPTY, |t| self.tag(t));
            match f.name {
                Some(name) if !f.embedded => self.add_field(&mut s, &mut seen, name, ty, tag, false),
                _ => {
                    let pos = self.start_pos(f.ty);
                    let Some(name) = self.embedded_field_ident(f.ty) else {
                        let text = self.expr_string(f.ty);
                        let msg = format!("invalid embedded field type {text}");
                        self.error(pos, codes::INVALID_SYNTAX_TREE, msg);
                        let name = Ident { name: Symbol::BLANK, pos };
                        let (ty, tag) = (TypeId::INVALID, Symbol::EMPTY);
                        self.add_field(&mut s, &mut seen, name, ty, tag, true);
                        continue;
                    };
                    self.add_field(&mut s, &mut seen, name, ty, tag, true);
                    self.later_check(move |c| c.check_embedded(pos, ty));
                }
            }
        }
        self.store.new_type(Type::Struct(Arc::new(s)))
    }

    fn add_field(
        &mut self,
        s: &mut StructType,
        seen: &mut FxHashMap<Symbol, ObjId>,
        name: Ident,
        ty: TypeId,
        tag: Symbol,
        embedded: bool,
    ) {
        if tag != Symbol::EMPTY && s.tags.is_empty() {
            s.tags.resize(s.fields.len(), Symbol::EMPTY);
        }
        let has_tags = tag != Symbol::EMPTY || !s.tags.is_empty();
        let kind = ObjectKind::Var { kind: VarKind::Field, embedded, used: false, origin: None };
        let pkg = Some(self.env().pkg);
        let obj = self.store.new_object(kind, name.pos, pkg, name.name, ty);
        self.set_obj_type(obj, ty);
        if !name.name.is_blank() {
            if let Some(alt) = seen.get(&name.name).copied() {
                let mut err = self.new_error(codes::DUPLICATE_DECL);
                err.add(name.pos, format!("{} redeclared", self.store.text(name.name)));
                self.add_alt_decl(&mut err, alt);
                self.report(err);
                return;
            }
            seen.insert(name.name, obj);
        }
        if has_tags {
            s.tags.push(tag);
        }
        s.fields.push(obj);
        self.record_def(name.pos, obj);
    }

    /// The name of an embedded field; `None` if its type is not of the form `T` or `*T`.
    fn embedded_field_ident(&self, e: ExprId) -> Option<Ident> {
        let tree = &self.env().tree;
        let expr = tree.expr(e);
        match expr.kind {
            ExprKind::Name(name) => Some(Ident { name, pos: expr.span.lo }),
            ExprKind::Star(x) => match tree.expr(x).kind {
                ExprKind::Star(_) => None,
                _ => self.embedded_field_ident(x),
            },
            ExprKind::Selector { sel, .. } => Some(sel),
            ExprKind::Index { x, .. } | ExprKind::Paren(x) => self.embedded_field_ident(x),
            _ => None,
        }
    }

    fn check_embedded(&mut self, pos: Pos, ty: TypeId) {
        let t = self.unalias(ty);
        let (t, is_ptr) = match self.store.types[t] {
            Type::Pointer { elem } => (elem, true),
            _ => (ty, false),
        };
        let u = self.under(t);
        let (code, msg) = match self.store.types[u] {
            Type::Basic(BasicKind::UnsafePointer) => {
                (codes::INVALID_PTR_EMBED, "embedded field type cannot be unsafe.Pointer")
            }
            Type::Pointer { .. } => (codes::INVALID_PTR_EMBED, "embedded field type cannot be a pointer"),
            Type::Interface(_) if self.is_type_param(t) => {
                (codes::MISPLACED_TYPE_PARAM, "embedded field type cannot be a (pointer to a) type parameter")
            }
            Type::Interface(_) if is_ptr => {
                (codes::INVALID_PTR_EMBED, "embedded field type cannot be a pointer to an interface")
            }
            _ => return,
        };
        self.error(pos, code, msg);
    }

    /// The unquoted text of a field tag.
    fn tag(&mut self, e: ExprId) -> Symbol {
        let tree = self.tree();
        let ExprKind::BasicLit { kind, value, bad } = tree.expr(e).kind else {
            return Symbol::EMPTY;
        };
        if bad {
            return Symbol::EMPTY;
        }
        let text = self.store.text(value);
        if kind == LitKind::String
            && let Some(bytes) = go_lexer::unquote(text)
        {
            return self.store.interner.intern(&String::from_utf8_lossy(&bytes));
        }
        self.error(e, codes::INVALID_SYNTAX_TREE, format!("incorrect tag syntax: {text:?}"));
        Symbol::EMPTY
    }
}
