//! Function types and receivers. Source: spec "Function types", "Method declarations".

use super::Checker;
use super::resolver::ReceiverParts;
use super::version::GO1_18;
use crate::codes;
use crate::info::Mode;
use crate::object::{ObjId, VarKind};
use crate::subst::SubstMap;
use crate::ty::{BasicKind, Signature, Type, TypeId, TypeList};
use go_ast::{ExprId, ExprKind, Field, FuncType, Ident};
use go_source::{Pos, Symbol};
use std::sync::Arc;

/// Parameters with the identifiers that declare them.
struct Params {
    names: Vec<Option<Ident>>,
    vars: Vec<ObjId>,
    variadic: bool,
}

impl Checker {
    /// Opens a scope inside the current one.
    pub(crate) fn open_scope(&mut self, pos: Pos, end: Pos) {
        let parent = self.env().scope;
        let scope = self.store.new_scope(Some(parent), pos, end);
        self.env_mut().scope = scope;
    }

    /// Goes back to the enclosing scope.
    pub(crate) fn close_scope(&mut self) {
        let scope = self.env().scope;
        if let Some(parent) = self.store.scopes[scope].parent {
            self.env_mut().scope = parent;
        }
    }

    /// Fills the signature type `sig` from its syntax. Its scope is kept for the body.
    pub(crate) fn func_type(&mut self, sig: TypeId, recv: Option<&Field>, ftyp: &FuncType, end: Pos) {
        self.open_scope(ftyp.pos, end);
        let scope = self.env().scope;
        self.store.scopes[scope].is_func = true;
        self.sig_scopes.insert(sig, scope);

        let mut data = Signature::default();
        let mut recv_var = None;
        if let Some(field) = recv {
            let (var, tparams) = self.collect_recv(field, ftyp.pos);
            recv_var = Some(var);
            data.recv_type_params = tparams;
        }
        if !ftyp.type_params.is_empty() {
            let tparams = self.declare_type_params(&ftyp.type_params);
            data.type_params = Arc::from(tparams.clone());
            // Constraints may refer to the function's own type parameters.
            self.store.types[sig] = Type::Signature(Arc::new(data.clone()));
            self.collect_bounds(&ftyp.type_params, &tparams);
        }
        let params = self.collect_params(VarKind::Param, &ftyp.params);
        let results = self.collect_params(VarKind::Result, &ftyp.results);
        if let (Some(var), Some(name)) = (recv_var, recv.and_then(|f| f.name)) {
            self.declare(scope, Some(name), var, end);
        }
        for list in [&params, &results] {
            for (name, var) in list.names.iter().zip(&list.vars) {
                if name.is_some() {
                    self.declare(scope, *name, *var, end);
                }
            }
        }
        data.recv = recv_var;
        data.variadic = params.variadic;
        data.params = Arc::from(params.vars);
        data.results = Arc::from(results.vars);
        self.store.types[sig] = Type::Signature(Arc::new(data));
        self.close_scope();
    }

    /// The receiver variable of a method and the type parameters that its type expression declares.
    fn collect_recv(&mut self, field: &Field, scope_pos: Pos) -> (ObjId, TypeList) {
        let parts = self.unpack_recv(field.ty, true);
        let base = parts.base;
        let (recv_type, tparams) = if parts.tparams.is_empty() {
            (self.plain_recv_type(field.ty, base), Vec::new())
        } else {
            self.generic_recv_type(field, &parts, scope_pos)
        };
        let pkg = Some(self.env().pkg);
        let recv = match field.name {
            Some(n) => self.store.new_var(VarKind::Recv, n.pos, pkg, n.name, recv_type),
            None => {
                let pos = field.pos;
                let v = self.store.new_var(VarKind::Recv, pos, pkg, Symbol::EMPTY, recv_type);
                self.record_implicit(pos, v);
                v
            }
        };
        self.set_obj_type(recv, recv_type);
        self.later_check(move |c| c.valid_recv(base, recv));
        (recv, Arc::from(tparams))
    }

    /// A receiver type without type parameters.
    fn plain_recv_type(&mut self, e: ExprId, base: ExprId) -> TypeId {
        let recv_type = self.var_type(e);
        // Methods on instantiated types are not permitted, not even through aliases.
        let mut t = self.unpointer(recv_type);
        while let Type::Alias(a) = self.store.types[t] {
            let rhs = self.store.aliases[a].from_rhs;
            if rhs == t {
                break; // still being declared
            }
            t = self.unpointer(rhs);
            let generic = match self.store.types[t] {
                Type::Named(n) => {
                    let orig = self.store.named[n].orig;
                    !self.type_params_of(orig).is_empty()
                }
                Type::Alias(a) => !self.store.aliases[a].type_params.is_empty(),
                _ => false,
            };
            if generic {
                let s = self.type_string(t);
                let msg = format!("cannot define new methods on instantiated type {s}");
                self.error(base, codes::INVALID_RECV, msg);
                return TypeId::INVALID;
            }
        }
        recv_type
    }

    fn unpointer(&self, mut t: TypeId) -> TypeId {
        while let Type::Pointer { elem } = self.store.types[t] {
            t = elem;
        }
        t
    }

    /// A receiver type with type parameters: declares them, takes over the base type's
    /// constraints, and instantiates the base type with them.
    fn generic_recv_type(&mut self, field: &Field, parts: &ReceiverParts, scope_pos: Pos) -> (TypeId, Vec<TypeId>) {
        let base = parts.base;
        let mut cause = String::new();
        let t = self.generic_type(base, Some(&mut cause));
        let mut base_type = None;
        if self.is_valid_type(t) {
            match self.store.types[t] {
                Type::Named(_) => base_type = Some(t),
                Type::Alias(_) => {
                    let s = self.type_string(t);
                    let msg = format!("cannot define new methods on generic alias type {s}");
                    self.error(base, codes::INVALID_RECV, msg);
                }
                _ => {}
            }
        } else if !cause.is_empty() {
            self.error(base, codes::INVALID_RECV, cause);
        }
        let mut tparams = Vec::with_capacity(parts.tparams.len());
        for (i, (name, e)) in parts.tparams.iter().enumerate() {
            let p = self.declare_type_param(*name, i, scope_pos);
            if let Type::TypeParam(id) = self.store.types[p] {
                let obj = self.store.type_params[id].obj;
                self.record_use(name.pos, obj);
            }
            self.record_type_and_value(*e, Mode::TypeExpr, p, None);
            tparams.push(p);
        }
        let Some(base_type) = base_type else { return (TypeId::INVALID, tparams) };
        let base_tparams = self.type_params_of(base_type);
        if tparams.len() == base_tparams.len() {
            let smap = SubstMap::new(&base_tparams, &tparams);
            for (p, b) in tparams.iter().zip(base_tparams.iter()) {
                self.mono_record_canon(*p, *b);
                let bound = self.bound_of(*b);
                let bound = self.subst(field.pos, bound, &smap);
                if let Type::TypeParam(id) = self.store.types[*p] {
                    self.store.type_params[id].bound = bound;
                }
            }
        } else {
            let got = super::assign::measure(tparams.len(), "type parameter");
            let want = base_tparams.len();
            let msg = format!("receiver declares {got}, but receiver base type declares {want}");
            self.error(base, codes::BAD_RECV, msg);
        }
        self.verify_versionf(base, GO1_18, "type instantiation");
        let targs: TypeList = Arc::from(tparams.clone());
        let pos = self.expr_pos(field.ty);
        let mut recv_type = self.instance(pos, base_type, &targs);
        self.record_instance(base, targs, recv_type);
        if parts.ptr && self.is_valid_type(recv_type) {
            recv_type = self.store.new_type(Type::Pointer { elem: recv_type });
        }
        self.record_parenthesized_recv_types(field.ty, recv_type);
        (recv_type, tparams)
    }

    /// Records the types of a receiver's expression and of what its parentheses and star enclose.
    fn record_parenthesized_recv_types(&mut self, mut e: ExprId, mut t: TypeId) {
        let tree = self.tree();
        loop {
            self.record_type_and_value(e, Mode::TypeExpr, t, None);
            match tree.expr(e).kind {
                ExprKind::Paren(x) => e = x,
                ExprKind::Star(x) => {
                    let Type::Pointer { elem } = self.store.types[t] else { return };
                    t = elem;
                    e = x;
                }
                _ => return,
            }
        }
    }

    /// Collects, without declaring, parameters or results.
    fn collect_params(&mut self, kind: VarKind, list: &[Field]) -> Params {
        let tree = self.tree();
        let pkg = Some(self.env().pkg);
        let mut out =
            Params { names: Vec::with_capacity(list.len()), vars: Vec::with_capacity(list.len()), variadic: false };
        let mut prev = None;
        let mut ty = TypeId::INVALID;
        for (i, field) in list.iter().enumerate() {
            if prev != Some(field.ty) {
                prev = Some(field.ty);
                let mut e = field.ty;
                if let ExprKind::Ellipsis { elem } = tree.expr(e).kind {
                    if kind == VarKind::Param && i + 1 == list.len() {
                        out.variadic = true;
                    } else {
                        self.error(e, codes::INVALID_SYNTAX_TREE, "invalid use of ...");
                    }
                    e = elem;
                }
                ty = self.var_type(e);
            }
            let var = match field.name {
                Some(n) => self.store.new_var(kind, n.pos, pkg, n.name, ty),
                None => {
                    let v = self.store.new_var(kind, field.pos, pkg, Symbol::EMPTY, ty);
                    self.record_implicit(field.pos, v);
                    v
                }
            };
            self.set_obj_type(var, ty);
            out.names.push(field.name);
            out.vars.push(var);
        }
        if out.variadic
            && let (Some(last), Some(field)) = (out.vars.last().copied(), list.last())
        {
            let elem = self.store.objects[last].ty;
            let slice = self.store.new_type(Type::Slice { elem });
            self.store.objects[last].ty = slice;
            self.record_type_and_value(field.ty, Mode::TypeExpr, slice, None);
        }
        out
    }

    /// Reports a receiver whose base type may not have methods.
    fn valid_recv(&mut self, at: ExprId, recv: ObjId) {
        let recv_type = self.store.objects[recv].ty;
        let unaliased = self.unalias(recv_type);
        let rtyp = match self.store.types[unaliased] {
            Type::Pointer { elem } => elem,
            _ => recv_type,
        };
        let atyp = self.unalias(rtyp);
        if !self.is_valid_type(atyp) {
            return;
        }
        match self.store.types[atyp] {
            Type::Named(n) => {
                let obj = &self.store.objects[self.store.named[n].obj];
                if obj.pkg != Some(self.env().pkg) || self.store.text(obj.name).starts_with("_Ctype_") {
                    let s = self.type_string(rtyp);
                    let msg = format!("cannot define new methods on non-local type {s}");
                    self.error(at, codes::INVALID_RECV, msg);
                    return;
                }
                let u = self.under(atyp);
                let cause = match self.store.types[u] {
                    Type::Basic(BasicKind::UnsafePointer) => "unsafe.Pointer",
                    Type::Pointer { .. } | Type::Interface(_) => "pointer or interface type",
                    _ => return,
                };
                let s = self.type_string(rtyp);
                let msg = format!("invalid receiver type {s} ({cause})");
                self.error(at, codes::INVALID_RECV, msg);
            }
            Type::Basic(_) => {
                let s = self.type_string(rtyp);
                let msg = format!("cannot define new methods on non-local type {s}");
                self.error(at, codes::INVALID_RECV, msg);
            }
            _ => {
                let s = self.type_string(recv_type);
                self.error(at, codes::INVALID_RECV, format!("invalid receiver type {s}"));
            }
        }
    }
}
