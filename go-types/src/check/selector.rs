//! Selector expressions: qualified identifiers, fields, method values and method expressions (spec
//! "Qualified identifiers", "Selectors", "Method expressions", "Method values").

use super::{Checker, Operand};
use crate::codes;
use crate::info::{Mode, SelectionKind};
use crate::object::{ObjId, ObjectKind, PkgId, VarKind};
use crate::ty::{Signature, Type, TypeId};
use go_ast::{ExprId, ExprKind, Ident};
use go_source::Symbol;
use std::sync::Arc;

impl Checker {
    /// Evaluates the selector expression `e`. With `want_type` only a type will do.
    pub(crate) fn selector(&mut self, x: &mut Operand, e: ExprId, want_type: bool) {
        let tree = self.tree();
        let ExprKind::Selector { x: inner, sel } = tree.expr(e).kind else { return };
        x.file = tree.id;
        let ok = match self.imported_package(inner) {
            Some(pkg) => self.qualified_ident(x, e, pkg, sel),
            None => self.selected(x, e, (inner, sel), want_type),
        };
        x.expr = Some(e);
        if !ok {
            x.invalidate();
            x.ty = TypeId::INVALID;
        }
    }

    /// The package that `e` names, if it is a package name.
    fn imported_package(&mut self, e: ExprId) -> Option<PkgId> {
        let tree = self.tree();
        let ExprKind::Name(name) = tree.expr(e).kind else { return None };
        let obj = self.lookup(name)?;
        let ObjectKind::PkgName { imported, used } = &mut self.store.objects[obj].kind else {
            return None;
        };
        *used = true;
        let imported = *imported;
        self.record_use(tree.expr(e).span.lo, obj);
        Some(imported)
    }

    /// `pkg.Name`
    fn qualified_ident(&mut self, x: &mut Operand, e: ExprId, pkg: PkgId, sel: Ident) -> bool {
        let data = &self.store.packages[pkg];
        let (scope, fake) = (data.scope, data.fake);
        // gc sees packages through export data, where unexported names do not exist; the checker's own
        // tests import from source.
        let visible = self.is_exported(sel.name) || self.options.test_builtins;
        let Some(exp) = self.store.lookup_in(scope, sel.name).filter(|_| visible) else {
            if !fake && is_valid_name(self.store.text(sel.name)) {
                let es = self.expr_string(e);
                let msg = match self.exported_ignoring_case(pkg, sel.name) {
                    Some(alt) => format!("undefined: {es} (but have {alt})"),
                    None => format!("undefined: {es}"),
                };
                self.error(sel.pos, codes::UNDECLARED_IMPORTED_NAME, msg);
            }
            return false;
        };
        if !self.is_exported(sel.name) {
            let name = self.store.text(sel.name);
            let pkg_name = self.store.text(self.store.packages[pkg].name);
            let msg = format!("name {name} not exported by package {pkg_name}");
            self.error(sel.pos, codes::UNEXPORTED_NAME, msg);
        }
        self.record_use(sel.pos, exp);
        if self.obj_type(exp).is_none() {
            self.obj_decl(exp);
        }
        let obj = &self.store.objects[exp];
        x.ty = obj.ty;
        match &obj.kind {
            ObjectKind::Const { val } => {
                if !self.is_valid_type(x.ty) {
                    return false;
                }
                x.val = val.clone();
                x.mode = Mode::Constant;
            }
            ObjectKind::TypeName => x.mode = Mode::TypeExpr,
            ObjectKind::Var { .. } => x.mode = Mode::Variable,
            ObjectKind::Func { .. } => x.mode = Mode::Value,
            ObjectKind::Builtin(b) => {
                x.builtin = Some(*b);
                x.mode = Mode::Builtin;
            }
            ObjectKind::PkgName { .. } | ObjectKind::Label { .. } | ObjectKind::Nil => return false,
        }
        true
    }

    /// An exported name of `pkg` that differs from `name` only in case.
    fn exported_ignoring_case(&self, pkg: PkgId, name: Symbol) -> Option<&'static str> {
        let name = self.store.text(name);
        let scope = &self.store.scopes[self.store.packages[pkg].scope];
        let mut found: Vec<&'static str> = scope
            .objects
            .iter()
            .map(|o| self.store.objects[*o].name)
            .filter(|n| self.is_exported(*n))
            .map(|n| self.store.text(n))
            .filter(|n| super::under::equal_fold(n, name))
            .collect();
        found.sort_unstable();
        found.first().copied()
    }

    /// `x.sel` where `x` is a value or a type.
    fn selected(&mut self, x: &mut Operand, e: ExprId, (inner, sel): (ExprId, Ident), want_type: bool) -> bool {
        self.expr_or_type(x, inner, false);
        match x.mode {
            Mode::Builtin => {
                let s = self.operand_string(x);
                let pos = self.expr_pos(e);
                let msg = format!("invalid use of {s} in selector expression");
                self.error(pos, codes::UNCALLED_BUILTIN, msg);
                return false;
            }
            Mode::Invalid => return false,
            _ => {}
        }
        if !self.is_complete(x.ty) {
            return false;
        }
        if want_type {
            let es = self.expr_string(e);
            self.error(sel.pos, codes::NOT_A_TYPE, format!("{es} is not a type"));
            return false;
        }
        let u = self.under(x.ty);
        if let Type::Pointer { elem } = self.store.types[u]
            && !self.is_complete(elem)
        {
            return false;
        }

        let pkg = Some(self.env().pkg);
        let addressable = x.mode == Mode::Variable;
        let (obj, path, indirect) = self.lookup_field_or_method(x.ty, addressable, pkg, sel.name, false);
        let Some(obj) = obj else {
            self.missing_selection(x, sel, !path.is_empty(), indirect);
            return false;
        };
        if matches!(self.store.objects[obj].kind, ObjectKind::Var { .. }) {
            if x.mode == Mode::TypeExpr {
                let (name, ts) = (self.store.text(sel.name), self.type_string(x.ty));
                let msg = format!("operand for field selector {name} must be value of type {ts}");
                self.err_expr(inner, codes::MISSING_FIELD_OR_METHOD, msg);
                return false;
            }
            self.record_selection(sel, SelectionKind::FieldVal, x.ty, (obj, path, indirect));
            x.mode = if addressable || indirect { Mode::Variable } else { Mode::Value };
            x.ty = self.store.objects[obj].ty;
            return true;
        }
        self.obj_decl(obj);
        self.add_decl_dep(self.origin_func(obj));
        let Some(sig) = self.as_signature(self.store.objects[obj].ty) else {
            return false;
        };
        if x.mode == Mode::TypeExpr {
            self.record_selection(sel, SelectionKind::MethodExpr, x.ty, (obj, path, indirect));
            let Some(recv) = sig.recv else {
                let msg = "illegal cycle in method declaration";
                self.err_expr(e, codes::INVALID_DECL_CYCLE, msg);
                return false;
            };
            x.ty = self.method_expr_type(&sig, recv, x.ty);
        } else {
            self.record_selection(sel, SelectionKind::MethodVal, x.ty, (obj, path, indirect));
            let sig = Signature { recv: None, ..(*sig).clone() };
            x.ty = self.store.new_type(Type::Signature(Arc::new(sig)));
        }
        x.mode = Mode::Value;
        true
    }

    /// The declared method that `obj` (maybe a method of an instance) comes from.
    fn origin_func(&self, obj: ObjId) -> ObjId {
        match self.store.objects[obj].kind {
            ObjectKind::Func { origin: Some(o), .. } => o,
            _ => obj,
        }
    }

    /// The type of `T.m`: the receiver becomes the first parameter.
    fn method_expr_type(&mut self, sig: &Signature, recv: ObjId, recv_ty: TypeId) -> TypeId {
        let r = self.store.objects[recv].clone();
        let named = sig.params.first().is_some_and(|p| self.store.objects[*p].name != Symbol::EMPTY);
        let name = match (named, r.name == Symbol::EMPTY) {
            (false, _) => Symbol::EMPTY,
            (true, true) => Symbol::BLANK,
            (true, false) => r.name,
        };
        let first = self.store.new_var(VarKind::Param, r.pos, r.pkg, name, recv_ty);
        let params: Arc<[ObjId]> = std::iter::once(first).chain(sig.params.iter().copied()).collect();
        let sig = Signature {
            recv: None,
            type_params: sig.type_params.clone(),
            recv_type_params: Arc::from([]),
            params,
            results: sig.results.clone(),
            variadic: sig.variadic,
        };
        self.store.new_type(Type::Signature(Arc::new(sig)))
    }

    /// Reports that `x` has no `sel`, or more than one (`ambiguous`), or one that needs a pointer
    /// (`indirect`).
    fn missing_selection(&mut self, x: &Operand, sel: Ident, ambiguous: bool, indirect: bool) {
        let u = self.under(x.ty);
        if !self.is_valid_type(u) {
            return;
        }
        let name = self.store.text(sel.name);
        let xs = self.operand_expr_string(x);
        if ambiguous {
            let msg = format!("ambiguous selector {xs}.{name}");
            self.error(sel.pos, codes::AMBIGUOUS_SELECTOR, msg);
            return;
        }
        if indirect {
            let ts = self.type_string(x.ty);
            let msg = if x.mode == Mode::TypeExpr {
                format!("invalid method expression {ts}.{name} (needs pointer receiver (*{ts}).{name})")
            } else {
                format!("cannot call pointer method {name} on {ts}")
            };
            self.error(sel.pos, codes::INVALID_METHOD_EXPR, msg);
            return;
        }
        let why = if self.is_interface_ptr(x.ty) {
            self.interface_ptr_error(x.ty)
        } else {
            let pkg = Some(self.env().pkg);
            let addressable = x.mode == Mode::Variable;
            let (alt, ..) = self.lookup_field_or_method(x.ty, addressable, pkg, sel.name, true);
            self.lookup_error(x.ty, name, alt, false)
        };
        let msg = format!("{xs}.{name} undefined ({why})");
        self.error(sel.pos, codes::MISSING_FIELD_OR_METHOD, msg);
    }

    /// Why the lookup of `sel` in `ty` failed, when `alt` was found by ignoring case and packages.
    /// `struct_lit` asks for the wording of keys of struct literals.
    pub(crate) fn lookup_error(&mut self, ty: TypeId, sel: &str, alt: Option<ObjId>, struct_lit: bool) -> String {
        #[derive(Clone, Copy)]
        enum Case {
            Missing,
            Misspelled,
            Unexported,
            Inaccessible,
        }
        let ts = self.type_string(ty);
        let mut case = Case::Missing;
        let mut alt_name = "";
        let mut what = "object";
        if let Some(alt) = alt {
            let obj = &self.store.objects[alt];
            what = match obj.kind {
                ObjectKind::Var { .. } => "field",
                ObjectKind::Func { .. } => "method",
                _ => "object",
            };
            alt_name = self.store.text(obj.name);
            let same_tail = tail(sel) == tail(alt_name);
            let exported = super::under::is_exported;
            if obj.pkg == Some(self.env().pkg) {
                case = Case::Misspelled;
            } else if exported(sel) {
                if exported(alt_name) {
                    case = Case::Misspelled;
                } else if same_tail {
                    case = Case::Unexported;
                }
            } else if exported(alt_name) {
                if same_tail {
                    case = Case::Misspelled;
                }
            } else if sel == alt_name {
                case = Case::Inaccessible;
            }
        }
        if struct_lit {
            let unknown = format!("unknown field {sel} in struct literal of type {ts}");
            return match case {
                Case::Missing => unknown,
                Case::Misspelled => format!("{unknown}, but does have {alt_name}"),
                Case::Unexported => format!("{unknown}, but does have unexported {alt_name}"),
                Case::Inaccessible => {
                    format!("cannot refer to unexported field {alt_name} in struct literal of type {ts}")
                }
            };
        }
        let none = format!("type {ts} has no field or method {sel}");
        match case {
            Case::Missing => none,
            Case::Misspelled => format!("{none}, but does have {what} {alt_name}"),
            Case::Unexported => format!("{none}, but does have unexported {what} {alt_name}"),
            Case::Inaccessible => format!("cannot refer to unexported {what} {alt_name}"),
        }
    }
}

/// Whether `name` can be an identifier: others were reported by the scanner.
pub(crate) fn is_valid_name(name: &str) -> bool {
    let letter = |c: char| c == '_' || c.is_alphabetic();
    name.chars().enumerate().all(|(i, c)| letter(c) || i > 0 && c.is_numeric())
}

/// A name without its first character; a name of one character as it is.
fn tail(s: &str) -> &str {
    let mut chars = s.chars();
    chars.next();
    if chars.as_str().is_empty() { s } else { chars.as_str() }
}
