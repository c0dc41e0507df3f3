//! Recording of facts about the syntax in [`crate::info::Info`].
//!
//! Invariant: once a body is checked and [`Checker::record_untyped`] has run, every expression of it
//! has its final type, mode and constant value recorded. Never reports errors.

use super::{Checker, Operand, UntypedExpr};
use crate::constant::ConstValue;
use crate::info::{ConstId, Instance, Mode, Selection, SelectionKind, TypeAndValue};
use crate::object::{ObjId, VarKind};
use crate::ty::{Type, TypeId, TypeList};
use go_ast::{ExprId, ExprKind, Ident};
use go_source::{FileId, Pos, Symbol};
use std::sync::Arc;

impl Checker {
    /// Records what `x` says about its expression; untyped expressions wait for their final type.
    pub(crate) fn record(&mut self, x: &Operand) {
        let Some(e) = x.expr else { return };
        let (ty, val) = match x.mode {
            Mode::Invalid | Mode::NoValue => (TypeId::INVALID, None),
            Mode::Constant => (x.ty, Some(x.val.clone())),
            _ => (x.ty, None),
        };
        if self.is_untyped(ty) {
            let val = val.unwrap_or(ConstValue::Unknown);
            let info = UntypedExpr { is_lhs: false, mode: x.mode, ty, val };
            self.untyped.insert((x.file, e), info);
        } else {
            self.record_type_and_value(e, x.mode, ty, val.as_ref());
        }
    }

    /// Records the types of expressions that are untyped to the end: conditions, shift counts,
    /// operands of constant expressions. They get their default types, save for constants that
    /// only exist in larger constant expressions and do not fit.
    pub(crate) fn record_untyped(&mut self) {
        let mut rest: Vec<_> = self.untyped.drain().collect();
        rest.sort_unstable_by_key(|((file, e), _)| (*file, *e));
        for ((file, e), info) in rest {
            let ty = self.default_type(info.ty);
            if info.mode != Mode::Constant {
                self.record_in(file, e, info.mode, ty, None);
                continue;
            }
            match self.representable_const(&info.val, ty) {
                Some(v) => self.record_in(file, e, info.mode, ty, Some(&v)),
                None => self.record_in(file, e, info.mode, info.ty, Some(&info.val)),
            }
        }
    }

    /// Records type and value of expression `e` of the file being checked.
    pub(crate) fn record_type_and_value(&mut self, e: ExprId, mode: Mode, ty: TypeId, val: Option<&ConstValue>) {
        let file = self.env().file;
        self.record_in(file, e, mode, ty, val);
    }

    fn record_in(&mut self, file: FileId, e: ExprId, mode: Mode, ty: TypeId, val: Option<&ConstValue>) {
        if mode == Mode::Invalid {
            return;
        }
        let val = match val {
            Some(v) if mode == Mode::Constant => self.info.intern_const(v),
            _ => ConstId(0),
        };
        let len = self.trees.get(&file).map_or(0, |t| t.exprs.len());
        let table = self.info.types.entry(file).or_default();
        if table.len() <= e.0 as usize {
            table.resize(len.max(e.0 as usize + 1), TypeAndValue::default());
        }
        table[e.0 as usize] = TypeAndValue { ty, mode, val };
    }

    /// Records the specialised signature of the builtin that `fun` (maybe parenthesised) denotes.
    pub(crate) fn record_builtin_type(&mut self, fun: ExprId, sig: TypeId) {
        let tree = self.tree();
        let mut f = fun;
        loop {
            self.record_type_and_value(f, Mode::Builtin, sig, None);
            match tree.expr(f).kind {
                ExprKind::Paren(inner) => f = inner,
                _ => return,
            }
        }
    }

    /// Records that `e` is used for two values: its type becomes a tuple of the operands' types.
    pub(crate) fn record_comma_ok_types(&mut self, e: ExprId, a: &[Operand]) {
        let [a0, a1] = a else { return };
        if !a0.is_valid() {
            return;
        }
        let tree = self.tree();
        let pkg = Some(self.env().pkg);
        let mut e = e;
        loop {
            let expr = tree.expr(e);
            let mut var = |ty| self.store.new_var(VarKind::Local, expr.span.lo, pkg, Symbol::EMPTY, ty);
            let vars: Arc<[ObjId]> = Arc::from([var(a0.ty), var(a1.ty)]);
            let tuple = self.store.new_type(Type::Tuple(vars));
            let file = self.env().file;
            let mode = self.info.type_and_value(file, e).mode;
            self.record_type_and_value(e, mode, tuple, None);
            match expr.kind {
                ExprKind::Paren(inner) => e = inner,
                _ => return,
            }
        }
    }

    /// Records an instantiation at the identifier that `e` (a name, selector, or an index expression
    /// of one) denotes.
    pub(crate) fn record_instance(&mut self, e: ExprId, type_args: TypeList, ty: TypeId) {
        let tree = self.tree();
        let mut e = e;
        let pos = loop {
            match tree.expr(e).kind {
                ExprKind::Name(_) => break tree.expr(e).span.lo,
                ExprKind::Selector { sel, .. } => break sel.pos,
                ExprKind::Index { x, .. } | ExprKind::Paren(x) => e = x,
                _ => return,
            }
        };
        self.info.instances.insert(pos, Instance { type_args, ty });
    }

    /// Records the object that an identifier declares.
    pub(crate) fn record_def(&mut self, pos: Pos, obj: ObjId) {
        self.info.defs.insert(pos, obj);
    }

    /// Records the object that an identifier denotes.
    pub(crate) fn record_use(&mut self, pos: Pos, obj: ObjId) {
        self.info.uses.insert(pos, obj);
    }

    /// Records an object that has no identifier.
    pub(crate) fn record_implicit(&mut self, pos: Pos, obj: ObjId) {
        self.info.implicits.insert(pos, obj);
    }

    /// Records a selection at the selected name.
    pub(crate) fn record_selection(
        &mut self,
        sel: Ident,
        kind: SelectionKind,
        recv: TypeId,
        found: (ObjId, Vec<u32>, bool),
    ) {
        let (obj, path, indirect) = found;
        self.record_use(sel.pos, obj);
        self.info.selections.insert(sel.pos, Selection { kind, recv, obj, path, indirect });
    }
}
