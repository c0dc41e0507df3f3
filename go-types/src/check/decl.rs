//! Typing declared objects on first use, and local declarations.
//!
//! Source: spec "Declarations and scope".

use super::resolver::{const_source, decl_pos};
use super::version::{GO1_9, GO1_18, GO1_23};
use super::{Checker, Env, Operand};
use crate::codes;
use crate::constant::ConstValue;
use crate::object::{ObjId, ObjectKind, PkgId, ScopeId, VarKind};
use crate::ty::{Alias, Interface, Named, Type, TypeId, TypeParam};
use go_ast::{BinaryOp, DeclId, DeclKind, ExprId, ExprKind, Field, Ident, UnaryOp};
use go_source::Pos;
use rustc_hash::FxHashMap;
use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

impl Checker {
    /// Enters `obj` into `scope` (unless it is blank), and records the identifier's definition.
    pub(crate) fn declare(&mut self, scope: ScopeId, id: Option<Ident>, obj: ObjId, scope_pos: Pos) {
        let name = self.store.objects[obj].name;
        if !name.is_blank() {
            if let Some(alt) = self.store.insert(scope, obj) {
                let mut err = self.new_error(codes::DUPLICATE_DECL);
                let pos = self.store.objects[obj].pos;
                err.add(pos, format!("{} redeclared in this block", self.store.text(name)));
                self.add_alt_decl(&mut err, alt);
                self.report(err);
                return;
            }
            self.store.objects[obj].scope_pos = scope_pos;
            if let ObjectKind::Var { kind: VarKind::Local, .. } = self.store.objects[obj].kind {
                self.env_mut().local_vars.push(obj);
            }
        }
        if let Some(id) = id {
            self.record_def(id.pos, obj);
        }
    }

    /// Notes that the declaration being checked refers to package-level object `to`.
    pub(crate) fn add_decl_dep(&mut self, to: ObjId) {
        let Some(from) = self.env().decl else { return };
        if self.store.objects[to].pkg != Some(self.env().pkg) || !self.decls.contains_key(&to) {
            return;
        }
        if let Some(d) = self.decls.get_mut(&from) {
            d.deps.insert(to);
        }
    }

    pub(crate) fn push(&mut self, obj: ObjId) {
        self.obj_path_idx.insert(obj, self.obj_path.len());
        self.obj_path.push(obj);
    }

    pub(crate) fn pop(&mut self) {
        if let Some(obj) = self.obj_path.pop() {
            self.obj_path_idx.remove(&obj);
        }
    }

    /// Determines the type of `obj` if it is not known; reports a cycle if that is going on.
    pub(crate) fn obj_decl(&mut self, obj: ObjId) {
        if !self.obj_path.is_empty() && self.obj_path_idx.contains_key(&obj) {
            let valid = self.valid_cycle(obj);
            match self.store.objects[obj].kind {
                ObjectKind::Const { .. } | ObjectKind::Var { .. } if !valid || self.obj_type(obj).is_none() => {
                    self.set_obj_type(obj, TypeId::INVALID);
                }
                ObjectKind::TypeName if !valid => self.set_obj_type(obj, TypeId::INVALID),
                _ => {}
            }
            return;
        }
        if self.obj_type(obj).is_some() {
            return;
        }
        let (Some(info), Some(pkg)) = (self.decls.get(&obj), self.store.objects[obj].pkg) else {
            self.set_obj_type(obj, TypeId::INVALID);
            return;
        };
        let (scope, decl, version) = (info.file_scope, info.decl, info.version);
        let (vtyp, init, inherited) = (info.vtyp, info.init, info.inherited);
        let lhs = info.lhs.clone();
        let Some(tree) = self.trees.get(&decl.file).cloned() else { return };

        let lazy = self.is_lazy(pkg);
        let top = (lazy && self.obj_path.is_empty()).then_some(self.delayed.len());
        self.push(obj);
        let mut env = Env::new(pkg, Arc::clone(&tree), scope, version);
        let decl_obj = self.decl_owner(obj);
        match &self.store.objects[obj].kind {
            ObjectKind::Const { val } => {
                env.decl = Some(decl_obj);
                let iota = val.clone();
                let saved = self.env.replace(env);
                self.const_decl(obj, vtyp, init, inherited, iota);
                self.env = saved;
            }
            ObjectKind::Var { .. } => {
                env.decl = Some(decl_obj);
                let saved = self.env.replace(env);
                self.var_decl(obj, &lhs, vtyp, init);
                self.env = saved;
            }
            ObjectKind::TypeName => {
                let saved = self.env.replace(env);
                self.type_decl(obj, decl.decl);
                self.collect_methods(obj);
                self.env = saved;
            }
            ObjectKind::Func { .. } => {
                let saved = self.env.replace(env);
                self.func_decl(obj, decl.decl);
                self.env = saved;
            }
            _ => {}
        }
        self.pop();
        if let Some(top) = top {
            self.process_delayed(top);
        }
    }

    // ---- constants and variables ----

    /// Types a constant and determines its value.
    pub(crate) fn const_decl(
        &mut self,
        obj: ObjId,
        ty: Option<ExprId>,
        init: Option<ExprId>,
        inherited: bool,
        iota: ConstValue,
    ) {
        let env = self.env_mut();
        let saved = (env.iota.replace(iota), env.err_pos.take());
        self.const_decl_value(obj, ty, init, inherited);
        let env = self.env_mut();
        (env.iota, env.err_pos) = saved;
    }

    fn const_decl_value(&mut self, obj: ObjId, ty: Option<ExprId>, init: Option<ExprId>, inherited: bool) {
        self.set_const_value(obj, ConstValue::Unknown);
        if let Some(e) = ty {
            let t = self.typ(e);
            if !self.is_const_type(t) {
                let u = self.under(t);
                if self.is_valid_type(u) {
                    let s = self.type_string(t);
                    let msg = format!("invalid constant type {s}");
                    self.error(e, codes::INVALID_CONST_TYPE, msg);
                }
                self.set_obj_type(obj, TypeId::INVALID);
                return;
            }
            self.set_obj_type(obj, t);
        }
        let mut x = Operand::new();
        if let Some(init) = init {
            if inherited {
                let pos = self.store.objects[obj].pos;
                self.env_mut().err_pos = Some(pos);
            }
            self.expr(None, &mut x, init);
        }
        self.init_const(obj, &mut x);
    }

    pub(crate) fn set_const_value(&mut self, obj: ObjId, value: ConstValue) {
        if let ObjectKind::Const { val } = &mut self.store.objects[obj].kind {
            *val = value;
        }
    }

    /// Types a variable and checks its initialisation.
    pub(crate) fn var_decl(&mut self, obj: ObjId, lhs: &[ObjId], ty: Option<ExprId>, init: Option<ExprId>) {
        if let Some(e) = ty {
            let t = self.var_type(e);
            self.set_obj_type(obj, t);
        }
        let Some(init) = init else {
            if ty.is_none() {
                self.set_obj_type(obj, TypeId::INVALID);
            }
            return;
        };
        if lhs.len() <= 1 {
            if ty.is_some()
                && self.is_lazy(self.env().pkg)
                && self.obj_path.last() == Some(&obj)
                && let Some(d) = self.decls.get_mut(&obj)
            {
                d.init_pending = true;
                return;
            }
            self.var_init(obj, init);
            return;
        }
        if ty.is_some()
            && let Some(t) = self.obj_type(obj)
        {
            for v in lhs {
                self.set_obj_type(*v, t);
            }
        }
        self.init_vars(lhs, &[init], None);
    }

    fn var_init(&mut self, obj: ObjId, init: ExprId) {
        let name = self.store.text(self.store.objects[obj].name);
        let target = self.new_target(self.obj_type(obj), name);
        let mut x = Operand::new();
        self.expr(target.as_ref(), &mut x, init);
        self.init_var(obj, &mut x, "variable declaration");
    }

    /// Checks the initialisation that [`Checker::var_decl`] left out.
    pub(crate) fn pending_init(&mut self, obj: ObjId) {
        let (Some(info), Some(pkg)) = (self.decls.get(&obj), self.store.objects[obj].pkg) else {
            return;
        };
        let (scope, version, init, file) = (info.file_scope, info.version, info.init, info.decl.file);
        let (Some(init), Some(tree)) = (init, self.trees.get(&file).cloned()) else { return };
        let mut env = Env::new(pkg, tree, scope, version);
        env.decl = Some(obj);
        let saved = self.env.replace(env);
        self.var_init(obj, init);
        self.env = saved;
    }

    // ---- types ----

    /// Types a type declaration, local or not.
    fn type_decl(&mut self, obj: ObjId, id: DeclId) {
        let tree = self.tree();
        let decl = tree.decl(id);
        let DeclKind::Type { name, type_params, alias, ty: rhs_expr } = &decl.kind else { return };
        let rhs_expr = *rhs_expr;
        let mut version_err = false;
        let tparam0 = type_params.first().map(|f| f.pos);
        let scope = self.env().scope;
        // Delayed before the right side is looked at, so that outer types come before inner ones, and
        // this before anything that expands the type.
        let outcome = Rc::new(Cell::new((true, TypeId::INVALID)));
        let later_outcome = Rc::clone(&outcome);
        self.later_check(move |c| {
            if let Some(t) = c.obj_type(obj)
                && c.as_named(t).is_some()
            {
                c.valid_type(t);
            }
            let (version_err, rhs) = later_outcome.get();
            if !version_err && c.is_imported_constraint(rhs) {
                let s = c.type_string(rhs);
                c.verify_versionf(rhs_expr, GO1_18, format!("using type constraint {s}"));
            }
        });
        let at = if *alias {
            if let Some(p) = tparam0 {
                version_err = !self.verify_versionf(p, GO1_23, "generic type alias");
            }
            version_err = version_err || !self.verify_versionf(*name, GO1_9, "type alias");
            let id = self.new_alias(obj);
            if !type_params.is_empty() {
                self.open_scope(decl.span.lo, decl.span.hi);
                let tparams = self.declare_type_params(type_params);
                self.set_alias_type_params(id, &tparams);
                self.collect_bounds(type_params, &tparams);
            }
            let rhs = self.declared_type(rhs_expr, Some(obj));
            let mut from = rhs;
            if let Type::Alias(a) = self.store.types[id] {
                if matches!(self.store.types[rhs], Type::TypeParam(_))
                    && self.store.aliases[a].type_params.contains(&rhs)
                {
                    let msg = "cannot use type parameter declared in alias declaration as RHS";
                    self.error(rhs_expr, codes::MISPLACED_TYPE_PARAM, msg);
                    from = TypeId::INVALID;
                }
                let alias = &mut self.store.aliases[a];
                alias.from_rhs = from;
                alias.actual = None;
            }
            rhs
        } else {
            if let Some(p) = tparam0 {
                version_err = !self.verify_versionf(p, GO1_18, "type parameter");
            }
            let id = self.new_named(obj);
            if !type_params.is_empty() {
                self.open_scope(decl.span.lo, decl.span.hi);
                let tparams = self.declare_type_params(type_params);
                if let Type::Named(n) = self.store.types[id] {
                    self.store.named[n].type_params = Arc::from(tparams.clone());
                }
                self.collect_bounds(type_params, &tparams);
            }
            let rhs = self.declared_type(rhs_expr, Some(obj));
            let mut from = rhs;
            if self.is_type_param(rhs) {
                let msg = "cannot use a type parameter as RHS in type declaration";
                self.error(rhs_expr, codes::MISPLACED_TYPE_PARAM, msg);
                from = TypeId::INVALID;
            }
            if let Type::Named(n) = self.store.types[id] {
                self.store.named[n].from_rhs = Some(from);
                self.store.named[n].underlying = None;
            }
            rhs
        };
        self.env_mut().scope = scope;
        outcome.set((version_err, at));
    }

    fn new_alias(&mut self, obj: ObjId) -> TypeId {
        let id = self.store.new_alias(Alias {
            obj,
            orig: TypeId::INVALID,
            type_params: Arc::from([]),
            type_args: Arc::from([]),
            from_rhs: TypeId::INVALID,
            actual: None,
        });
        if let Type::Alias(a) = self.store.types[id] {
            // An alias whose right side is itself is not complete yet.
            self.store.aliases[a].orig = id;
            self.store.aliases[a].from_rhs = id;
        }
        if self.obj_type(obj).is_none() {
            self.set_obj_type(obj, id);
        }
        id
    }

    fn set_alias_type_params(&mut self, id: TypeId, tparams: &[TypeId]) {
        if let Type::Alias(a) = self.store.types[id] {
            self.store.aliases[a].type_params = Arc::from(tparams);
        }
    }

    fn new_named(&mut self, obj: ObjId) -> TypeId {
        let id = self.store.new_named(Named {
            obj,
            orig: TypeId::INVALID,
            type_params: Arc::from([]),
            type_args: Arc::from([]),
            underlying: None,
            from_rhs: None,
            methods: Vec::new(),
        });
        if let Type::Named(n) = self.store.types[id] {
            self.store.named[n].orig = id;
        }
        if self.obj_type(obj).is_none() {
            self.set_obj_type(obj, id);
        }
        id
    }

    /// Declares type parameters, without constraints yet, in the current scope.
    pub(crate) fn declare_type_params(&mut self, list: &[Field]) -> Vec<TypeId> {
        let scope_pos = list.first().map_or(Pos::NONE, |f| f.pos);
        let mut out = Vec::with_capacity(list.len());
        for (i, f) in list.iter().enumerate() {
            let name = f.name.unwrap_or(Ident { name: go_source::Symbol::BLANK, pos: f.pos });
            out.push(self.declare_type_param(name, i, scope_pos));
        }
        out
    }

    /// Declares one type parameter.
    pub(crate) fn declare_type_param(&mut self, name: Ident, index: usize, scope_pos: Pos) -> TypeId {
        let pkg = self.env().pkg;
        let obj = self.store.new_object(ObjectKind::TypeName, name.pos, Some(pkg), name.name, TypeId::INVALID);
        let id = self.store.new_type_param(TypeParam { obj, index, bound: TypeId::INVALID });
        self.set_obj_type(obj, id);
        let scope = self.env().scope;
        self.declare(scope, Some(name), obj, scope_pos);
        id
    }

    /// Evaluates the constraints of declared type parameters.
    pub(crate) fn collect_bounds(&mut self, list: &[Field], tparams: &[TypeId]) {
        let was = std::mem::replace(&mut self.env_mut().in_tparam_list, true);
        let mut bound = TypeId::INVALID;
        for (i, f) in list.iter().enumerate() {
            if i == 0 || f.ty != list[i - 1].ty {
                bound = self.bound(f.ty);
                if self.is_type_param(bound) {
                    let msg = "cannot use a type parameter as constraint";
                    self.error(f.ty, codes::MISPLACED_TYPE_PARAM, msg);
                    bound = TypeId::INVALID;
                }
            }
            if let Type::TypeParam(p) = self.store.types[tparams[i]] {
                self.store.type_params[p].bound = bound;
            }
        }
        self.env_mut().in_tparam_list = was;
    }

    /// Evaluates a constraint; `~T` and `A|B` become implicit interfaces.
    fn bound(&mut self, e: ExprId) -> TypeId {
        let tree = self.tree();
        let literal = matches!(
            tree.expr(e).kind,
            ExprKind::Unary { op: UnaryOp::Tilde, .. } | ExprKind::Binary { op: BinaryOp::Or, .. }
        );
        if !literal {
            return self.typ(e);
        }
        let id = self.store.new_interface(Interface::default());
        let pos = self.start_pos(e);
        let elem = self.parse_union(e);
        if let Type::Interface(i) = self.store.types[id] {
            let data = &mut self.store.interfaces[i];
            data.embeddeds.push(elem);
            data.embed_pos.push(pos);
            data.complete = true;
            data.implicit = true;
        }
        self.later(move |c| {
            c.compute_interface_type_set(pos, id);
        });
        id
    }

    /// Adds the methods collected for `obj` to its type, and checks that their names are unique.
    fn collect_methods(&mut self, obj: ObjId) {
        let Some(methods) = self.methods.remove(&obj) else { return };
        let base = self.obj_type(obj).and_then(|t| self.store.as_named(t)).map(|(_, n)| n);
        if base.is_some() {
            self.later_check(move |c| c.check_field_uniqueness(obj));
        }
        let mut seen: FxHashMap<go_source::Symbol, ObjId> = FxHashMap::default();
        for m in methods {
            let name = self.store.objects[m].name;
            if let Some(alt) = seen.get(&name).copied() {
                let (pos, alt_pos) = (self.store.objects[m].pos, self.store.objects[alt].pos);
                let at = self.pos_string(alt_pos);
                let ts = self.store.text(self.store.objects[obj].name);
                let ms = self.store.text(name);
                let msg = format!("method {ts}.{ms} already declared at {at}");
                self.error(pos, codes::DUPLICATE_METHOD, msg);
                continue;
            }
            seen.insert(name, m);
            if let Some(n) = base {
                self.store.named[n].methods.push(Some(m));
            }
        }
    }

    /// Field names of a struct type must differ from its methods' names.
    fn check_field_uniqueness(&mut self, obj: ObjId) {
        let Some(t) = self.obj_type(obj) else { return };
        let Some((_, n)) = self.store.as_named(t) else { return };
        let u = self.under(t);
        let Type::Struct(s) = self.store.types[u].clone() else { return };
        let methods: Vec<ObjId> = self.store.named[n].methods.iter().flatten().copied().collect();
        for f in &s.fields {
            let name = self.store.objects[*f].name;
            if name.is_blank() {
                continue;
            }
            if let Some(m) = methods.iter().find(|m| self.store.objects[**m].name == name) {
                let mut err = self.new_error(codes::DUPLICATE_FIELD_AND_METHOD);
                let text = self.store.text(name);
                let pos = self.store.objects[*m].pos;
                err.add(pos, format!("field and method with the same name {text}"));
                self.add_alt_decl(&mut err, *f);
                self.report(err);
            }
        }
    }

    // ---- functions ----

    fn func_decl(&mut self, obj: ObjId, id: DeclId) {
        let tree = self.tree();
        let decl = tree.decl(id);
        let DeclKind::Func { name, recv, ty, body, .. } = &decl.kind else { return };
        let ExprKind::FuncType(ftyp) = &tree.expr(*ty).kind else {
            self.set_obj_type(obj, TypeId::INVALID);
            return;
        };
        let sig = self.store.new_type(Type::Signature(Arc::default()));
        self.set_obj_type(obj, sig);
        let end = self.store_end(*ty);
        self.func_type(sig, recv.as_ref(), ftyp, end);
        if !ftyp.type_params.is_empty() && body.is_none() {
            // gc's position: what follows `func`.
            let pos = if recv.is_some() { decl.keyword_pos.offset(5) } else { name.pos };
            let msg = "generic function is missing function body";
            self.soft_errorf(pos, codes::BAD_DECL, msg);
        }
        if body.is_some() && !self.is_lazy(self.env().pkg) {
            if let Some(d) = self.decls.get_mut(&obj) {
                d.body_checked = true;
            }
            self.later(move |c| c.declared_body(obj));
        }
    }

    fn store_end(&self, e: ExprId) -> Pos {
        self.env().tree.expr(e).span.hi
    }

    /// Checks the body of a declared function whose signature is known.
    pub(crate) fn declared_body(&mut self, obj: ObjId) {
        let (Some(info), Some(pkg)) = (self.decls.get(&obj), self.store.objects[obj].pkg) else {
            return;
        };
        let (scope, decl, version) = (info.file_scope, info.decl, info.version);
        let Some(tree) = self.trees.get(&decl.file).cloned() else { return };
        let DeclKind::Func { body: Some(body), .. } = &tree.decl(decl.decl).kind else { return };
        let Some(sig) = self.obj_type(obj) else { return };
        let env = Env::new(pkg, Arc::clone(&tree), scope, version);
        let saved = self.env.replace(env);
        self.func_body(Some(obj), sig, body, None);
        self.env = saved;
    }

    // ---- local declarations ----

    /// A constant, variable or type declaration among statements.
    pub(crate) fn decl_stmt(&mut self, list: &[DeclId]) {
        let tree = self.tree();
        let pkg = self.env().pkg;
        for id in list {
            match &tree.decl(*id).kind {
                DeclKind::Bad | DeclKind::Func { .. } => {}
                DeclKind::Const { names, iota, .. } => self.local_consts(pkg, *id, names, *iota),
                DeclKind::Var { names, ty, values } => {
                    self.local_vars(pkg, *id, names, *ty, values);
                }
                DeclKind::Type { name, .. } => {
                    let obj =
                        self.store.new_object(ObjectKind::TypeName, name.pos, Some(pkg), name.name, TypeId::INVALID);
                    let scope = self.env().scope;
                    self.declare(scope, Some(*name), obj, name.pos);
                    self.push(obj);
                    self.type_decl(obj, *id);
                    self.pop();
                }
            }
        }
    }

    fn local_consts(&mut self, pkg: PkgId, id: DeclId, names: &[Ident], iota: u32) {
        let tree = self.tree();
        let top = self.delayed.len();
        let (ty, values, inherited) = const_source(&tree, id);
        let mut lhs = Vec::with_capacity(names.len());
        for (i, name) in names.iter().enumerate() {
            let iota = ConstValue::Int64(i64::from(iota));
            let kind = ObjectKind::Const { val: iota.clone() };
            let obj = self.store.new_object(kind, name.pos, Some(pkg), name.name, TypeId::INVALID);
            lhs.push(obj);
            self.const_decl(obj, ty, values.get(i).copied(), inherited, iota);
        }
        self.arity(decl_pos(&tree, id), names, values, true, inherited);
        self.process_delayed(top);
        let scope = self.env().scope;
        let scope_pos = tree.decl(id).span.hi;
        for (name, obj) in names.iter().zip(lhs) {
            self.declare(scope, Some(*name), obj, scope_pos);
        }
    }

    fn local_vars(&mut self, pkg: PkgId, id: DeclId, names: &[Ident], ty: Option<ExprId>, values: &[ExprId]) {
        let tree = self.tree();
        let top = self.delayed.len();
        let lhs0: Vec<ObjId> = names
            .iter()
            .map(|n| self.store.new_var(VarKind::Local, n.pos, Some(pkg), n.name, TypeId::INVALID))
            .collect();
        for (i, obj) in lhs0.iter().enumerate() {
            if values.len() == names.len() {
                self.var_decl(*obj, &[], ty, Some(values[i]));
            } else if values.len() == 1 {
                self.var_decl(*obj, &lhs0, ty, Some(values[0]));
            } else {
                self.var_decl(*obj, &[], ty, values.get(i).copied());
            }
            if values.len() == 1 {
                break;
            }
        }
        if ty.is_none() || !values.is_empty() {
            self.arity(decl_pos(&tree, id), names, values, false, false);
        }
        self.process_delayed(top);
        let scope = self.env().scope;
        let scope_pos = tree.decl(id).span.hi;
        for (name, obj) in names.iter().zip(lhs0) {
            self.declare(scope, Some(*name), obj, scope_pos);
        }
    }
}
