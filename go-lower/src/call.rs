//! Calls: whom a call expression calls, its receiver and arguments, method values.

use super::body::{Body, Opnd, Values, VarKey};
use go_ast::{ExprId, ExprKind};
use go_ir::ir::{Callee, FuncId, Op, Value};
use go_ir::ty::{FuncSig, Ty, TyKind};
use go_source::Pos;
use go_types::info::{Mode, Selection, SelectionKind};
use go_types::object::{ObjId, ObjectKind};
use go_types::ty::Type;
use std::sync::Arc;

/// A call whose operands are evaluated.
#[derive(Clone, Debug)]
pub(super) struct Prepared {
    /// Whom.
    pub callee: Callee,
    /// Arguments with the receiver.
    pub args: Vec<Value>,
    /// Result types.
    pub results: Vec<Ty>,
}

/// The function part of a call, before its operands are evaluated.
#[derive(Clone, Debug)]
enum Target {
    Static(FuncId),
    Method { x: ExprId, sel: Selection, pos: Pos },
    Value(ExprId),
}

impl Body<'_, '_> {
    /// Instance of a function object named at `pos`.
    pub(super) fn func_at(&mut self, o: ObjId, pos: Pos) -> FuncId {
        let targs = self.type_args_at(pos);
        let origin = match self.lo.checker.store.objects[o].kind {
            ObjectKind::Func { origin: Some(orig), .. } => orig,
            _ => o,
        };
        self.lo.func_of(origin, targs)
    }

    /// Type arguments recorded at an identifier.
    fn type_args_at(&mut self, pos: Pos) -> Vec<Ty> {
        match self.lo.checker.info.instances.get(&pos) {
            Some(i) => {
                let args = Arc::clone(&i.type_args);
                args.iter().map(|t| self.ty(*t)).collect()
            }
            None => Vec::new(),
        }
    }

    /// A known function as a func value.
    pub(super) fn func_as_value(&mut self, f: FuncId, ty: Ty) -> Value {
        self.fr.b.emit(Op::FuncValue(f), ty)
    }

    /// Signature of a function type.
    pub(super) fn signature(&self, t: Ty) -> Arc<FuncSig> {
        match self.under(t) {
            TyKind::Func(s) => s,
            _ => Arc::new(FuncSig::default()),
        }
    }

    fn call_target(&mut self, fun: ExprId) -> Target {
        let f = self.tree.unparen(fun);
        let tree = Arc::clone(&self.tree);
        match &tree.exprs[f].kind {
            ExprKind::Index { x, .. } => {
                if let Some(o) = self.generic_func(*x) {
                    let pos = self.ident_pos(*x);
                    return Target::Static(self.func_at(o, pos));
                }
                // An instantiated generic method, `x.m[T]`.
                let inner = self.tree.unparen(*x);
                if let Some((rx, sel, pos)) = self.selection(inner)
                    && sel.kind == SelectionKind::MethodVal
                {
                    return Target::Method { x: rx, sel, pos };
                }
            }
            ExprKind::Name(_) | ExprKind::Selector { .. } => {
                if let Some(o) = self.generic_func(f) {
                    let pos = self.ident_pos(f);
                    return Target::Static(self.func_at(o, pos));
                }
                if let Some((x, sel, pos)) = self.selection(f)
                    && sel.kind == SelectionKind::MethodVal
                {
                    return Target::Method { x, sel, pos };
                }
            }
            _ => {}
        }
        Target::Value(f)
    }

    /// Lowers a call expression; the results have the callee's result types.
    pub(super) fn call(&mut self, e: ExprId) -> Values {
        let tree = Arc::clone(&self.tree);
        let ExprKind::Call { fun, args, ellipsis, .. } = &tree.exprs[e].kind else { return Values::new() };
        let f = tree.unparen(*fun);
        match self.tv(f).mode {
            Mode::TypeExpr => {
                let v = self.conversion(e, args[0]);
                return Values::from_slice(&[v]);
            }
            Mode::Builtin => {
                if let Some(b) = self.builtin_of(f) {
                    return self.builtin_call(e, b, args, ellipsis.is_some());
                }
            }
            _ => {}
        }
        let p = self.prepare_call(e, *fun, args, ellipsis.is_some());
        self.at(e);
        self.emit_call(p)
    }

    /// Emits a prepared call.
    pub(super) fn emit_call(&mut self, p: Prepared) -> Values {
        if let Callee::Interface { recv, method } = &p.callee {
            let t = self.fr.b.ty(*recv);
            self.lo.use_iface_method(t, *method);
        }
        if let Callee::Func(f) = &p.callee
            && let Some(r) = self.intrinsic_call(*f, &p.args)
        {
            return r;
        }
        let noreturn = matches!(&p.callee, Callee::Func(f) if self.lo.prog.funcs[*f].attrs.noreturn);
        let r = self.fr.b.emit_multi(Op::Call { callee: p.callee, args: p.args }, &p.results);
        if noreturn {
            self.fr.b.unreachable();
        }
        r
    }

    /// Evaluates the operands of a call.
    pub(super) fn prepare_call(&mut self, e: ExprId, fun: ExprId, args: &[ExprId], ellipsis: bool) -> Prepared {
        let target = self.call_target(fun);
        let fty = self.ety(self.tree.unparen(fun));
        let sig = self.signature(fty);
        // Calls among the operands come first, in order; then the rest is read.
        let mut all: Vec<ExprId> = Vec::new();
        match &target {
            Target::Method { x, .. } => all.push(*x),
            Target::Value(f) => all.push(*f),
            Target::Static(_) => {}
        }
        all.extend_from_slice(args);
        let spread = self.is_spread(args);
        if spread {
            // `f(g())`: only the function part can come before.
            if let Some(first) = all.first().copied()
                && all.len() > args.len()
            {
                self.order(first);
            }
        } else {
            self.order_all(&all);
        }
        let spread_values = if spread { Some(self.expr_multi(args[0], 0)) } else { None };
        let (callee, mut values, results) = match target {
            Target::Static(f) => (Callee::Func(f), Vec::new(), self.lo.prog.funcs[f].results.clone()),
            Target::Value(f) => {
                self.called_at_once = Some(f);
                let v = self.expr(f);
                self.called_at_once = None;
                (Callee::Closure(v), Vec::new(), sig.results.clone())
            }
            Target::Method { x, sel, pos } => {
                let (callee, recv) = self.method_callee(x, &sel, pos);
                let results = match &callee {
                    Callee::Func(f) => self.lo.prog.funcs[*f].results.clone(),
                    _ => sig.results.clone(),
                };
                (callee, recv.into_iter().collect(), results)
            }
        };
        match spread_values {
            Some(vs) => self.spread_args(&vs, &sig, &mut values),
            None => self.plain_args(e, args, &sig, ellipsis, &mut values),
        }
        if let Callee::Func(f) = &callee {
            // Instances may see other (identical) parameter types.
            let params = self.lo.prog.funcs[*f].params.clone();
            for (v, p) in values.iter_mut().zip(params) {
                *v = self.bitcast(*v, p);
            }
        }
        Prepared { callee, args: values, results }
    }

    /// Whether the only argument is a call with several results.
    pub(super) fn is_spread(&self, args: &[ExprId]) -> bool {
        args.len() == 1
            && match &self.lo.checker.store.types[self.tv(args[0]).ty] {
                Type::Tuple(vars) => vars.len() != 1,
                _ => false,
            }
    }

    fn spread_args(&mut self, vs: &[Value], sig: &FuncSig, out: &mut Vec<Value>) {
        let fixed = if sig.variadic { sig.params.len() - 1 } else { sig.params.len() };
        for (v, p) in vs.iter().zip(&sig.params[..fixed]) {
            out.push(self.convert_to(*v, *p));
        }
        if sig.variadic {
            let st = sig.params[fixed];
            let elem = self.elem(st);
            let rest: Vec<Value> = vs.get(fixed..).unwrap_or(&[]).iter().map(|v| self.convert_to(*v, elem)).collect();
            out.push(self.slice_of(&rest, st));
        }
    }

    fn plain_args(&mut self, e: ExprId, args: &[ExprId], sig: &FuncSig, ellipsis: bool, out: &mut Vec<Value>) {
        let n = sig.params.len();
        if !sig.variadic || ellipsis {
            for (a, p) in args.iter().zip(&sig.params) {
                out.push(self.expr_to(*a, *p));
            }
            return;
        }
        for (a, p) in args.iter().zip(&sig.params[..n - 1]) {
            out.push(self.expr_to(*a, *p));
        }
        let st = sig.params[n - 1];
        let elem = self.elem(st);
        let rest: Vec<Value> = args.get(n - 1..).unwrap_or(&[]).iter().map(|a| self.expr_to(*a, elem)).collect();
        self.at(e);
        out.push(self.slice_of(&rest, st));
    }

    /// A slice of the given elements in a fresh array; nil if there is none.
    pub(super) fn slice_of(&mut self, vs: &[Value], st: Ty) -> Value {
        if vs.is_empty() {
            return self.zero(st);
        }
        let elem = self.elem(st);
        let arr = self.lo.prog.types.array(elem, vs.len() as u64);
        let p = self.alloc(arr);
        for (i, v) in vs.iter().enumerate() {
            let a = self.const_elem_addr(p, i as i64, elem);
            self.store(a, *v);
        }
        self.slice_from_array(p, vs.len() as u64, vs.len() as u64, st)
    }

    /// A slice over the array at `p`.
    pub(super) fn slice_from_array(&mut self, p: Value, len: u64, cap: u64, st: Ty) -> Value {
        let elem = self.elem(st);
        let pty = self.ptr_to(elem);
        let p = self.bitcast(p, pty);
        let len = self.int(len as i64);
        let cap = self.int(cap as i64);
        self.compose(&[p, len, cap], st)
    }

    /// Whether a selection's operand has a type parameter as its type.
    fn recv_is_type_param(&self, sel: &Selection) -> bool {
        let t = self.lo.checker.unalias(sel.recv);
        matches!(self.lo.checker.store.types[t], Type::TypeParam(_))
    }

    /// Resolves a method call on `x`: whom to call, and the receiver argument (none for interfaces).
    pub(super) fn method_callee(&mut self, x: ExprId, sel: &Selection, pos: Pos) -> (Callee, Option<Value>) {
        let (name, pkg) = self.name_key(sel.obj);
        let o = self.operand(x);
        self.at(x);
        if self.recv_is_type_param(sel) {
            let ty = self.opnd_ty(o);
            let v = self.opnd_value(o);
            if self.is_iface(ty) {
                let method = self.lo.iface_method_index(ty, name, pkg);
                return (Callee::Interface { recv: v, method }, None);
            }
            let f = self.lo.method_of(ty, name, pkg);
            return (Callee::Func(f), Some(v));
        }
        let path = &sel.path[..sel.path.len().saturating_sub(1)];
        let o = self.walk_path(o, path);
        let ty = self.opnd_ty(o);
        if self.is_iface(ty) {
            let recv = self.opnd_value(o);
            let method = self.lo.iface_method_index(ty, name, pkg);
            return (Callee::Interface { recv, method }, None);
        }
        let f = self.concrete_method(ty, sel.obj, pos);
        let recv = self.receiver(o, f);
        (Callee::Func(f), Some(recv))
    }

    /// The function of method `obj` declared on the named type `ty` (or on what it points to).
    pub(super) fn concrete_method(&mut self, ty: Ty, obj: ObjId, pos: Pos) -> FuncId {
        let base = match self.lo.prog.types.kind(ty) {
            TyKind::Pointer(e) => *e,
            _ => ty,
        };
        let mut targs = match self.lo.prog.types.kind(base) {
            TyKind::Named(k) => k.args.clone(),
            _ => Vec::new(),
        };
        targs.extend(self.type_args_at(pos));
        let origin = match self.lo.checker.store.objects[obj].kind {
            ObjectKind::Func { origin: Some(o), .. } => o,
            _ => obj,
        };
        self.lo.func_of(origin, targs)
    }

    /// Receiver argument of method `f` from an operand that holds the type it is declared on, or a
    /// pointer to that.
    pub(super) fn receiver(&mut self, o: Opnd, f: FuncId) -> Value {
        let want = self.lo.prog.funcs[f].params.first().copied().unwrap_or(Ty::UNSAFE_POINTER);
        let have = self.opnd_ty(o);
        if have == want {
            return self.opnd_value(o);
        }
        if matches!(self.under(want), TyKind::Pointer(_)) && self.elem(want) == have {
            let p = self.opnd_addr(o);
            self.check_derived(p);
            return p;
        }
        // Value receiver through a pointer.
        let p = self.opnd_value(o);
        let o = self.deref(p);
        let v = self.opnd_value(o);
        self.bitcast(v, want)
    }

    /// Nil check of the root of a field address (plain pointers are left to the callee).
    fn check_derived(&mut self, p: Value) {
        if matches!(self.fr.b.def_op(p), Some(Op::FieldAddr { .. } | Op::IndexAddr { .. })) {
            self.check_path(p);
        }
    }

    // ---- method values ---------------------------------------------------------------------

    /// `x.m` as a func value: a closure over the receiver.
    pub(super) fn method_value(&mut self, e: ExprId, x: ExprId, sel: &Selection, pos: Pos) -> Value {
        let fty = self.ety(e);
        let (callee, recv) = self.method_callee(x, sel, pos);
        self.at(e);
        match callee {
            Callee::Interface { recv, method } => {
                // A nil interface panics now, not when called.
                let (tab, _) = self.iface_parts(recv);
                self.nil_check(tab);
                let ity = self.fr.b.ty(recv);
                self.lo.use_iface_method(ity, method);
                let f = self.bound_iface_method(ity, method, fty);
                self.make_closure(f, vec![recv], fty)
            }
            Callee::Func(f) => {
                let recv = recv.unwrap_or_else(|| self.zero(Ty::UNSAFE_POINTER));
                let bound = self.bound_method(f, fty);
                self.make_closure(bound, vec![recv], fty)
            }
            Callee::Closure(v) => v,
        }
    }

    /// `f-fm`: a closure that calls method `f` with the captured receiver.
    fn bound_method(&mut self, f: FuncId, fty: Ty) -> FuncId {
        let name = format!("{}-fm", self.lo.prog.funcs[f].name);
        let recv_ty = self.lo.prog.funcs[f].params[0];
        self.bound(&name, fty, recv_ty, |s, recv, params| {
            let mut args = vec![recv];
            args.extend_from_slice(params);
            s.call_func(f, &args)
        })
    }

    fn bound_iface_method(&mut self, ity: Ty, method: u32, fty: Ty) -> FuncId {
        let name = match self.lo.prog.types.named(ity) {
            Some(n) => format!("{}.{}-fm", n.link_name, self.method_name(ity, method)),
            None => format!("go:interface{}.{}-fm", ity.0, self.method_name(ity, method)),
        };
        let sig = self.signature(fty);
        self.bound(&name, fty, ity, |s, recv, params| {
            let callee = Callee::Interface { recv, method };
            s.fr.b.emit_multi(Op::Call { callee, args: params.to_vec() }, &sig.results)
        })
    }

    fn method_name(&self, ity: Ty, method: u32) -> &'static str {
        match self.under(ity) {
            TyKind::Interface(ms) => self.lo.checker.store.text(ms[method as usize].name),
            _ => "",
        }
    }

    fn bound(
        &mut self,
        name: &str,
        fty: Ty,
        recv_ty: Ty,
        call: impl FnOnce(&mut Self, Value, &[Value]) -> Values,
    ) -> FuncId {
        if let Some(f) = self.lo.prog.by_name.get(name) {
            return *f;
        }
        let sig = self.signature(fty);
        let mut attrs = Self::closure_attrs();
        attrs.wrapper = true;
        let id = self.lo.add_made_func(name, sig.params.clone(), sig.results.clone(), attrs);
        let pos = self.fr.b.pos;
        self.push_frame(id, pos);
        let recv = self.fr.b.emit_entry(Op::Capture(0), recv_ty);
        let params = self.fr.b.params();
        let r = call(self, recv, &params);
        self.fr.b.ret(&r);
        self.pop_frame();
        id
    }

    /// `T.m` as a func value whose first parameter is the receiver.
    pub(super) fn method_expr(&mut self, e: ExprId, sel: &Selection, pos: Pos) -> Value {
        let fty = self.ety(e);
        let recv = self.ty(sel.recv);
        let (name, pkg) = self.name_key(sel.obj);
        if self.is_iface(recv) {
            let f = self.iface_method_expr(recv, name, pkg, fty);
            return self.func_as_value(f, fty);
        }
        let targs = self.type_args_at(pos);
        let f = if targs.is_empty() {
            self.lo.method_of(recv, name, pkg)
        } else {
            self.concrete_method(recv, sel.obj, pos)
        };
        self.func_as_value(f, fty)
    }

    fn iface_method_expr(
        &mut self,
        ity: Ty,
        name: go_source::Symbol,
        pkg: Option<go_source::Symbol>,
        fty: Ty,
    ) -> FuncId {
        let method = self.lo.iface_method_index(ity, name, pkg);
        self.lo.use_iface_method(ity, method);
        let text = self.method_name(ity, method);
        let link = match self.lo.prog.types.named(ity) {
            Some(n) => format!("{}.{text}", n.link_name),
            None => format!("go:interface{}.{text}", ity.0),
        };
        if let Some(f) = self.lo.prog.by_name.get(link.as_str()) {
            return *f;
        }
        let sig = self.signature(fty);
        let attrs = go_ir::ir::Attrs { wrapper: true, ..Default::default() };
        let id = self.lo.add_made_func(&link, sig.params.clone(), sig.results.clone(), attrs);
        let pos = self.fr.b.pos;
        self.push_frame(id, pos);
        let params = self.fr.b.params();
        let callee = Callee::Interface { recv: params[0], method };
        let r = self.fr.b.emit_multi(Op::Call { callee, args: params[1..].to_vec() }, &sig.results);
        self.fr.b.ret(&r);
        self.pop_frame();
        id
    }

    /// A local variable's key.
    pub(super) fn key(o: ObjId) -> VarKey {
        VarKey::Obj(o)
    }
}
