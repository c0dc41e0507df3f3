//! Function literals, and the closures that `go` and `defer` call.

use super::body::{Body, Values};
use go_ast::{Block, ExprId, ExprKind};
use go_ir::ir::{Callee, FuncId, Op, Value};
use go_ir::ty::{FuncSig, Ty, TyKind};
use go_types::info::Mode;
use go_types::object::ObjId;
use go_types::ty::Type;
use go_types::universe::Builtin;
use std::sync::Arc;

/// What calls a made closure; part of its name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum WrapKind {
    /// `go`
    Go,
    /// `defer`
    Defer,
}

impl Body<'_, '_> {
    /// Link name of the next function literal of the current function.
    fn literal_name(&mut self) -> String {
        self.fr.func_gen += 1;
        let sep = if self.fr.is_closure && !self.fr.called_at_once { "." } else { ".func" };
        format!("{}{sep}{}", self.fr.name, self.fr.func_gen)
    }

    /// A function literal.
    pub(super) fn func_lit(&mut self, e: ExprId, _ty: ExprId, body: &Block) -> Value {
        let fty = self.ety(e);
        let sig = self.signature(fty);
        let name = self.literal_name();
        let pos = self.tree.exprs[e].pos;
        let func = self.lo.add_made_func(&name, sig.params.clone(), sig.results.clone(), Self::closure_attrs());
        let (params, results) = self.literal_objects(e);
        let at_once = self.called_at_once.take() == Some(e);
        let facts = self.facts.of_fn(body.lbrace);
        self.push_frame(func, pos);
        // gc inlines such literals, which shows in the names of those inside them.
        self.fr.called_at_once = at_once && !facts.has_defer && !facts.has_go_or_recover;
        self.function_body(body, &params, &results);
        let captures = self.pop_frame();
        self.fr.b.pos = pos;
        self.closure_value(func, &captures, fty)
    }

    /// Parameter and result variables of a function literal.
    fn literal_objects(&self, e: ExprId) -> (Vec<ObjId>, Vec<ObjId>) {
        let t = self.lo.checker.unalias(self.tv(e).ty);
        match &self.lo.checker.store.types[t] {
            Type::Signature(s) => (s.params.to_vec(), s.results.to_vec()),
            _ => (Vec::new(), Vec::new()),
        }
    }

    /// The type `func()`.
    pub(super) fn thunk_ty(&mut self) -> Ty {
        self.lo.prog.types.intern(TyKind::Func(Arc::new(FuncSig::default())))
    }

    fn wrap_name(&mut self, kind: WrapKind) -> String {
        self.fr.wrap_gen += 1;
        let what = match kind {
            WrapKind::Go => "gowrap",
            WrapKind::Defer => "deferwrap",
        };
        format!("{}.{what}{}", self.fr.name, self.fr.wrap_gen)
    }

    /// The call of a `go` or `defer` statement as a `func()` whose operands are evaluated now.
    pub(super) fn delayed_call(&mut self, e: ExprId, kind: WrapKind) -> Value {
        let tree = Arc::clone(&self.tree);
        let call = tree.unparen(e);
        let thunk = self.thunk_ty();
        let ExprKind::Call { fun, args, ellipsis, .. } = &tree.exprs[call].kind else { return self.zero(thunk) };
        let f = tree.unparen(*fun);
        match self.tv(f).mode {
            Mode::Builtin => {
                if let Some(b) = self.builtin_of(f) {
                    return self.delayed_builtin(call, b, args, ellipsis.is_some(), kind);
                }
            }
            Mode::TypeExpr => {
                // A conversion: evaluated for nothing.
                self.expr(call);
                return self.delayed(kind, &[], |_, _| Values::new());
            }
            _ => {}
        }
        let fty = self.ety(f);
        let sig = self.signature(fty);
        let plain = sig.params.is_empty() && sig.results.is_empty();
        let is_lit = matches!(tree.exprs[f].kind, ExprKind::FuncLit { .. });
        if plain && (is_lit || !self.is_method_or_func(f)) {
            let v = self.expr(f);
            self.at(call);
            return self.bitcast(v, thunk);
        }
        let p = self.prepare_call(call, *fun, args, ellipsis.is_some());
        self.at(call);
        if plain
            && let Callee::Func(id) = &p.callee
            && p.args.is_empty()
            && !self.is_intrinsic(*id)
        {
            return self.func_as_value(*id, thunk);
        }
        let mut captured: Vec<Value> = Vec::new();
        match &p.callee {
            Callee::Closure(v) => {
                captured.push(*v);
            }
            Callee::Interface { recv, .. } => {
                let (tab, _) = self.iface_parts(*recv);
                self.nil_check(tab);
                captured.push(*recv);
            }
            Callee::Func(_) => {}
        }
        captured.extend_from_slice(&p.args);
        let results = p.results.clone();
        let callee = p.callee.clone();
        self.delayed(kind, &captured, move |s, vs| {
            let (callee, args) = match callee {
                Callee::Func(id) => (Callee::Func(id), vs),
                Callee::Closure(_) => (Callee::Closure(vs[0]), &vs[1..]),
                Callee::Interface { method, .. } => (Callee::Interface { recv: vs[0], method }, &vs[1..]),
            };
            s.emit_call(super::call::Prepared { callee, args: args.to_vec(), results })
        })
    }

    fn is_method_or_func(&self, f: ExprId) -> bool {
        self.generic_func(f).is_some()
            || matches!(self.tree.exprs[f].kind, ExprKind::Index { .. })
            || self.selection(f).is_some_and(|(_, s, _)| s.kind != go_types::info::SelectionKind::FieldVal)
    }

    fn delayed_builtin(&mut self, call: ExprId, b: Builtin, args: &[ExprId], _ellipsis: bool, kind: WrapKind) -> Value {
        let vs = self.builtin_operands(b, args);
        self.at(call);
        self.delayed(kind, &vs, move |s, vs| {
            s.builtin_on_values(b, vs);
            Values::new()
        })
    }

    /// A closure without parameters over `captured`, whose body `make` emits.
    fn delayed(
        &mut self,
        kind: WrapKind,
        captured: &[Value],
        make: impl FnOnce(&mut Self, &[Value]) -> Values,
    ) -> Value {
        let thunk = self.thunk_ty();
        let name = self.wrap_name(kind);
        let mut attrs = Self::closure_attrs();
        attrs.wrapper = true;
        let tys: Vec<Ty> = captured.iter().map(|v| self.fr.b.ty(*v)).collect();
        let func: FuncId = self.lo.add_made_func(&name, Vec::new(), Vec::new(), attrs);
        let pos = self.fr.b.pos;
        self.push_frame(func, pos);
        let vs: Vec<Value> =
            tys.iter().enumerate().map(|(i, t)| self.fr.b.emit_entry(Op::Capture(i as u32), *t)).collect();
        make(self, &vs);
        if self.fr.b.is_open() {
            self.fr.b.ret(&[]);
        }
        self.pop_frame();
        self.make_closure(func, captured.to_vec(), thunk)
    }
}
