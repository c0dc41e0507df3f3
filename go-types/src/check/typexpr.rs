//! Identifiers and type expressions. Source: spec "Types".

use super::version::GO1_18;
use super::{Checker, Operand};
use crate::codes;
use crate::constant::ConstValue;
use crate::info::Mode;
use crate::object::{ObjId, ObjectKind, ScopeId, VarKind};
use crate::store::Store;
use crate::ty::{Interface, Type, TypeId};
use go_ast::{ExprId, ExprKind};
use go_source::Symbol;
use std::sync::Arc;

impl Checker {
    /// Looks `name` up from the innermost scope outwards.
    pub(crate) fn lookup_scope(&self, name: Symbol) -> Option<(ScopeId, ObjId)> {
        let mut scope = Some(self.env().scope);
        while let Some(s) = scope {
            if let Some(obj) = self.store.lookup_in(s, name) {
                return Some((s, obj));
            }
            scope = self.store.scopes[s].parent;
        }
        None
    }

    /// The object that `name` denotes in the current scope.
    pub(crate) fn lookup(&self, name: Symbol) -> Option<ObjId> {
        self.lookup_scope(name).map(|(_, o)| o)
    }

    /// Evaluates identifier `e`. With `want_type` it is expected to denote a type.
    pub(crate) fn ident(&mut self, x: &mut Operand, e: ExprId, want_type: bool) {
        let tree = self.tree();
        x.invalidate();
        x.expr = Some(e);
        x.file = tree.id;
        let expr = tree.expr(e);
        let ExprKind::Name(name) = expr.kind else { return };
        let pos = expr.span.lo;
        let Some((scope, obj)) = self.lookup_scope(name) else {
            if name.is_blank() {
                self.error(pos, codes::INVALID_BLANK, "cannot use _ as value or type");
            } else if super::selector::is_valid_name(self.store.text(name)) {
                let msg = format!("undefined: {}", self.store.text(name));
                self.error(pos, codes::UNDECLARED_NAME, msg);
            }
            return;
        };
        if scope == Store::UNIVERSE {
            let ty = self.store.objects[obj].ty;
            if ty == TypeId::ANY || ty == TypeId::COMPARABLE {
                let what = format!("predeclared {}", self.store.text(name));
                if !self.verify_versionf(pos, GO1_18, what) {
                    return;
                }
            }
        }
        self.record_use(pos, obj);
        let got_type = matches!(self.store.objects[obj].kind, ObjectKind::TypeName);
        if want_type && !got_type {
            let kind = self.object_kind(obj);
            let msg = format!("{} ({kind}) is not a type", self.store.text(name));
            self.error(pos, codes::NOT_A_TYPE, msg);
            self.mark_used_if_local(obj);
            return;
        }
        let pkg = self.env().pkg;
        let mut ty = self.obj_type(obj);
        if ty.is_none() || got_type && want_type && self.store.objects[obj].pkg == Some(pkg) {
            self.obj_decl(obj);
            ty = self.obj_type(obj);
        }
        let ty = ty.unwrap_or_default();
        if !self.dot_imports.is_empty()
            && let Some(pkg_name) = self.dot_imports.get(&(scope, name)).copied()
        {
            self.mark_pkg_name_used(pkg_name);
        }
        match &self.store.objects[obj].kind {
            ObjectKind::PkgName { .. } => {
                let msg = format!("use of package {} not in selector", self.store.text(name));
                self.error(pos, codes::INVALID_PKG_USE, msg);
                return;
            }
            ObjectKind::Const { val } => {
                let val = val.clone();
                self.add_decl_dep(obj);
                if ty == TypeId::INVALID {
                    return;
                }
                x.val = val;
                if scope == Store::UNIVERSE && self.store.text(name) == "iota" {
                    match self.env().iota.clone() {
                        Some(iota) => x.val = iota,
                        None => {
                            let msg = "cannot use iota outside constant declaration";
                            self.error(pos, codes::INVALID_IOTA, msg);
                            return;
                        }
                    }
                }
                x.mode = Mode::Constant;
            }
            ObjectKind::TypeName => x.mode = Mode::TypeExpr,
            ObjectKind::Var { .. } => {
                self.mark_used_if_local(obj);
                self.add_decl_dep(obj);
                if ty == TypeId::INVALID {
                    return;
                }
                x.mode = Mode::Variable;
            }
            ObjectKind::Func { .. } => {
                self.add_decl_dep(obj);
                x.mode = Mode::Value;
            }
            ObjectKind::Builtin(b) => {
                x.builtin = Some(*b);
                x.mode = Mode::Builtin;
            }
            ObjectKind::Nil => x.mode = Mode::Nil,
            ObjectKind::Label { .. } => return,
        }
        x.ty = ty;
    }

    /// Marks a variable of the package being checked as used.
    pub(crate) fn mark_used_if_local(&mut self, obj: ObjId) {
        let pkg = self.env().pkg;
        let o = &mut self.store.objects[obj];
        if o.pkg == Some(pkg)
            && let ObjectKind::Var { used, .. } = &mut o.kind
        {
            *used = true;
        }
    }

    /// Marks an imported package name as used.
    pub(crate) fn mark_pkg_name_used(&mut self, obj: ObjId) {
        if let ObjectKind::PkgName { used, .. } = &mut self.store.objects[obj].kind {
            *used = true;
        }
    }

    /// What an object is, in a word or two.
    pub(crate) fn object_kind(&mut self, obj: ObjId) -> &'static str {
        match self.store.objects[obj].kind {
            ObjectKind::PkgName { .. } => "package name",
            ObjectKind::Const { .. } => "constant",
            ObjectKind::TypeName => match self.obj_type(obj).map(|t| &self.store.types[t]) {
                Some(Type::Alias(_)) => "type alias",
                Some(Type::TypeParam(_)) => "type parameter",
                _ => "defined type",
            },
            ObjectKind::Var { kind, .. } => match kind {
                VarKind::Package => "package-level variable",
                VarKind::Local => "local variable",
                VarKind::Recv => "receiver",
                VarKind::Param => "parameter",
                VarKind::Result => "result variable",
                VarKind::Field => "struct field",
            },
            ObjectKind::Func { .. } => {
                let has_recv = self.obj_type(obj).and_then(|t| self.as_signature(t)).is_some_and(|s| s.recv.is_some());
                if has_recv { "method" } else { "function" }
            }
            ObjectKind::Label { .. } => "label",
            ObjectKind::Builtin(_) => "built-in function",
            ObjectKind::Nil => "untyped nil",
        }
    }

    /// The type that `e` denotes; not a generic one.
    pub(crate) fn typ(&mut self, e: ExprId) -> TypeId {
        self.declared_type(e, None)
    }

    /// The type that `e` denotes; neither generic nor a constraint interface.
    pub(crate) fn var_type(&mut self, e: ExprId) -> TypeId {
        let t = self.declared_type(e, None);
        self.valid_var_type(e, t);
        t
    }

    /// Reports constraint interfaces used as types of variables (delayed).
    pub(crate) fn valid_var_type(&mut self, e: ExprId, t: TypeId) {
        match &self.store.types[t] {
            // Nothing that could be, or be named for, an interface.
            Type::TypeParam(_)
            | Type::Basic(_)
            | Type::Array { .. }
            | Type::Slice { .. }
            | Type::Struct(_)
            | Type::Pointer { .. }
            | Type::Signature(_)
            | Type::Map { .. }
            | Type::Chan { .. } => return,
            Type::Named(_) | Type::Alias(_) | Type::Interface(_) => {}
            Type::Tuple(_) | Type::Union(_) => return,
        }
        if self.is_type_param(t) {
            return;
        }
        self.later_check(move |c| {
            let u = c.under(t);
            if !matches!(c.store.types[u], Type::Interface(_)) {
                return;
            }
            let pos = c.start_pos(e);
            let set = c.compute_interface_type_set(pos, u);
            if set.is_method_set() {
                return;
            }
            let s = c.type_string(t);
            let why = if set.comparable {
                "interface is (or embeds) comparable"
            } else {
                "interface contains type constraints"
            };
            let msg = format!("cannot use type {s} outside a type constraint: {why}");
            c.soft_errorf(pos, codes::MISPLACED_CONSTRAINT_IFACE, msg);
        });
    }

    /// Like [`Checker::typ`]; `def` is the type name that the type is declared for, if any.
    pub(crate) fn declared_type(&mut self, e: ExprId, def: Option<ObjId>) -> TypeId {
        let mut t = self.typ_internal(e, def);
        if self.is_generic(t) {
            let s = self.type_string(t);
            let msg = format!("cannot use generic type {s} without instantiation");
            self.error(e, codes::WRONG_TYPE_ARG_COUNT, msg);
            t = TypeId::INVALID;
        }
        self.record_type_and_value(e, Mode::TypeExpr, t, None);
        t
    }

    /// The generic type that `e` denotes; a valid type that is not generic is described in `cause`.
    pub(crate) fn generic_type(&mut self, e: ExprId, cause: Option<&mut String>) -> TypeId {
        let mut t = self.typ_internal(e, None);
        if self.is_valid_type(t) && !self.is_generic(t) {
            if let Some(cause) = cause {
                *cause = format!("{} is not a generic type", self.type_string(t));
            }
            t = TypeId::INVALID;
        }
        self.record_type_and_value(e, Mode::TypeExpr, t, None);
        t
    }

    fn typ_internal(&mut self, e: ExprId, def: Option<ObjId>) -> TypeId {
        let tree = self.tree();
        match &tree.expr(e).kind {
            ExprKind::Bad => TypeId::INVALID,
            ExprKind::Name(_) => {
                let mut x = Operand::new();
                self.ident(&mut x, e, true);
                self.type_of_operand(&x)
            }
            ExprKind::Selector { .. } => {
                let mut x = Operand::new();
                x.file = tree.id;
                x.expr = Some(e);
                self.selector(&mut x, e, true);
                self.type_of_operand(&x)
            }
            ExprKind::Index { x, indices } => {
                self.verify_versionf(e, GO1_18, "type instantiation");
                self.instantiated_type(*x, indices)
            }
            ExprKind::Paren(x) => self.declared_type(*x, def),
            ExprKind::ArrayType { len, elem } => {
                let n = match len {
                    Some(len) => self.array_length(*len),
                    None => {
                        let msg = "invalid use of [...] array (outside a composite literal)";
                        self.error(e, codes::BAD_DOT_DOT_DOT_SYNTAX, msg);
                        -1
                    }
                };
                let elem = self.var_type(*elem);
                if n < 0 {
                    return TypeId::INVALID;
                }
                self.store.new_type(Type::Array { elem, len: n })
            }
            ExprKind::SliceType { elem } => {
                let elem = self.var_type(*elem);
                self.store.new_type(Type::Slice { elem })
            }
            ExprKind::Ellipsis { .. } => {
                self.error(e, codes::INVALID_SYNTAX_TREE, "invalid use of ...");
                TypeId::INVALID
            }
            ExprKind::StructType { fields } => self.struct_type(fields),
            ExprKind::Star(x) => {
                let elem = self.var_type(*x);
                if !self.is_valid_type(elem) {
                    return TypeId::INVALID;
                }
                self.store.new_type(Type::Pointer { elem })
            }
            ExprKind::FuncType(ftyp) => {
                let sig = self.store.new_type(Type::Signature(Arc::default()));
                self.func_type(sig, None, ftyp, tree.expr(e).span.hi);
                sig
            }
            ExprKind::InterfaceType { elems } => {
                let id = self.store.new_interface(Interface::default());
                self.interface_type(id, e, elems, def);
                id
            }
            ExprKind::MapType { key, value } => {
                let key_expr = *key;
                let key = self.var_type(key_expr);
                let elem = self.var_type(*value);
                self.later_check(move |c| {
                    if !c.comparable(key) {
                        let s = c.type_string(key);
                        let why = if c.is_type_param(key) { " (missing comparable constraint)" } else { "" };
                        let msg = format!("invalid map key type {s}{why}");
                        c.error(key_expr, codes::INCOMPARABLE_MAP_KEY, msg);
                    }
                });
                self.store.new_type(Type::Map { key, elem })
            }
            ExprKind::ChanType { dir, elem } => {
                let dir = *dir;
                let elem = self.var_type(*elem);
                self.store.new_type(Type::Chan { dir, elem })
            }
            ExprKind::BasicLit { .. }
            | ExprKind::CompositeLit { .. }
            | ExprKind::KeyValue { .. }
            | ExprKind::FuncLit { .. }
            | ExprKind::Slice { .. }
            | ExprKind::TypeAssert { .. }
            | ExprKind::Call { .. }
            | ExprKind::Unary { .. }
            | ExprKind::Binary { .. } => {
                let s = self.expr_string(e);
                self.error(e, codes::NOT_A_TYPE, format!("{s} is not a type"));
                self.use_exprs(&[e]);
                TypeId::INVALID
            }
        }
    }

    /// The type that an operand denotes; reports operands that are no types.
    fn type_of_operand(&mut self, x: &Operand) -> TypeId {
        match x.mode {
            Mode::TypeExpr => return x.ty,
            Mode::Invalid => {}
            Mode::NoValue => {
                let s = self.operand_string(x);
                self.error(x, codes::NOT_A_TYPE, format!("{s} used as type"));
            }
            _ => {
                let s = self.operand_string(x);
                self.error(x, codes::NOT_A_TYPE, format!("{s} is not a type"));
            }
        }
        TypeId::INVALID
    }

    /// The instance `x[xlist]` of a generic type.
    pub(crate) fn instantiated_type(&mut self, x: ExprId, xlist: &[ExprId]) -> TypeId {
        let mut cause = String::new();
        let gtyp = self.generic_type(x, Some(&mut cause));
        if !cause.is_empty() {
            let xs = self.expr_string(x);
            let list: Vec<String> = xlist.iter().map(|e| self.expr_string(*e)).collect();
            let msg = format!("invalid operation: {xs}[{}] ({cause})", list.join(", "));
            self.error(x, codes::NOT_A_GENERIC_TYPE, msg);
        }
        if !self.is_valid_type(gtyp) {
            return gtyp;
        }
        let Some(targs) = self.type_list(xlist) else { return TypeId::INVALID };
        let targs: Arc<[TypeId]> = Arc::from(targs);
        let pos = self.expr_pos(x);
        let inst = self.instance(pos, gtyp, &targs);
        if !matches!(self.store.types[inst], Type::Named(_) | Type::Alias(_)) {
            return TypeId::INVALID;
        }
        self.record_instance(x, Arc::clone(&targs), inst);
        let xlist: Vec<ExprId> = xlist.to_vec();
        self.later_check(move |c| {
            let tparams = c.type_params_of(gtyp);
            let obj = match c.store.types[gtyp] {
                Type::Named(n) => c.store.named[n].obj,
                Type::Alias(a) => c.store.aliases[a].obj,
                _ => return,
            };
            let name = c.store.text(c.store.objects[obj].name);
            if !c.validate_targ_len(pos, name, tparams.len(), targs.len()) {
                return;
            }
            match c.verify(pos, &tparams, &targs) {
                Err((i, why)) => {
                    let pos = xlist.get(i).map_or(pos, |e| c.start_pos(*e));
                    c.soft_errorf(pos, codes::INVALID_TYPE_ARG, why);
                }
                Ok(()) => c.mono_record_instance(pos, &tparams, &targs, &xlist),
            }
        });
        inst
    }

    /// The value of an array length, or -1 if it is invalid.
    fn array_length(&mut self, e: ExprId) -> i64 {
        let tree = self.tree();
        if let ExprKind::Name(name) = tree.expr(e).kind {
            let text = self.store.text(name);
            match self.lookup(name) {
                None => {
                    let msg = format!("undefined array length {text} or missing type constraint");
                    self.error(e, codes::INVALID_ARRAY_LEN, msg);
                    return -1;
                }
                Some(obj) if !matches!(self.store.objects[obj].kind, ObjectKind::Const { .. }) => {
                    self.error(e, codes::INVALID_ARRAY_LEN, format!("invalid array length {text}"));
                    return -1;
                }
                Some(_) => {}
            }
        }
        let mut x = Operand::new();
        self.expr(None, &mut x, e);
        if x.mode != Mode::Constant {
            if x.is_valid() {
                let s = self.operand_string(&x);
                let msg = format!("array length {s} must be constant");
                self.error(&x, codes::INVALID_ARRAY_LEN, msg);
            }
            return -1;
        }
        let is_integer = self.is_integer(x.ty);
        if (self.is_untyped(x.ty) || is_integer)
            && let ConstValue::Int64(n) = x.val.to_int()
            && n >= 0
            && (self.options.word_size >= 8 || n <= i64::from(i32::MAX))
        {
            return n;
        }
        let s = self.operand_string(&x);
        let msg =
            if is_integer { format!("invalid array length {s}") } else { format!("array length {s} must be integer") };
        self.error(&x, codes::INVALID_ARRAY_LEN, msg);
        -1
    }

    /// The types that a list of expressions denotes; `None` if one of them is invalid (all are
    /// evaluated).
    pub(crate) fn type_list(&mut self, list: &[ExprId]) -> Option<Vec<TypeId>> {
        let mut out = Some(Vec::with_capacity(list.len()));
        for e in list {
            let t = self.var_type(*e);
            if !self.is_valid_type(t) {
                out = None;
            }
            if let Some(v) = &mut out {
                v.push(t);
            }
        }
        out
    }
}
