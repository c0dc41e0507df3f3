//! Range clauses. Source: spec "For statements with range clause".

use super::stmt::StmtContext;
use super::version::{GO1_22, GO1_23};
use super::{Checker, Operand};
use crate::codes;
use crate::constant::ConstValue;
use crate::info::Mode;
use crate::object::{ObjectKind, VarKind};
use crate::ty::{BasicKind, Type, TypeId, basic_info};
use go_ast::{ChanDir, ExprId, ExprKind, StmtId, StmtKind};

/// Types of the iteration variables that a range operand permits.
type KeyVal = (Option<TypeId>, Option<TypeId>);

impl Checker {
    pub(crate) fn range_stmt(&mut self, inner: StmtContext, s: StmtId) {
        let tree = self.tree();
        let stmt = tree.stmt(s);
        let StmtKind::Range { key, value, extra, define, x: range_x, body, .. } = &stmt.kind else {
            return;
        };
        let mut x = Operand::new();
        self.env_mut().has_call_or_recv = false;
        self.expr(None, &mut x, *range_x);
        if x.is_valid() && value.is_none() && !self.env().has_call_or_recv {
            self.record_constant_range(&x, *range_x);
        }

        let (mut key_type, mut val_type) = (None, None);
        if x.is_valid() {
            match self.range_key_val(x.ty) {
                Err(cause) => {
                    let s = self.operand_string(&x);
                    let msg = if cause.is_empty() {
                        format!("cannot range over {s}")
                    } else {
                        format!("cannot range over {s}: {cause}")
                    };
                    self.soft_errorf(&x, codes::INVALID_RANGE_EXPR, msg);
                    (key_type, val_type) = (Some(TypeId::INVALID), Some(TypeId::INVALID));
                }
                Ok((k, v)) => {
                    (key_type, val_type) = (k, v);
                    self.check_iteration_vars(&x, (k, v), *key, *value, *extra);
                }
            }
        }

        self.open_scope(stmt.span.lo, stmt.span.hi);
        let over_int = self.is_integer(x.ty);
        let lhs = [(*key, key_type), (*value, val_type)];
        if *define {
            self.define_iteration_vars(s, &lhs, over_int, &mut x, body.lbrace);
        } else if key.is_some() {
            for (e, ty) in lhs {
                let Some(e) = e else { continue };
                let Some(ty) = ty.filter(|t| *t != TypeId::INVALID) else { continue };
                if over_int {
                    self.assign_var(e, None, Some(&mut x), "range clause");
                    if x.is_valid() && !self.is_integer(x.ty) {
                        let t = self.type_string(x.ty);
                        let msg = format!("cannot use iteration variable of type {t}");
                        self.soft_errorf(e, codes::INVALID_RANGE_EXPR, msg);
                    }
                } else {
                    let mut y = Operand::with(Mode::Value, tree.id, e, ty);
                    self.assign_var(e, None, Some(&mut y), "assignment");
                }
            }
        } else if over_int {
            self.assignment(&mut x, None, "range clause");
        }
        self.block(inner, body);
    }

    /// The operand of a range with at most one variable is not evaluated if its length is constant:
    /// it is recorded as that constant, as gc does.
    fn record_constant_range(&mut self, x: &Operand, range_x: ExprId) {
        let mut u = self.under(x.ty);
        if let Type::Pointer { elem } = self.store.types[u] {
            let e = self.under(elem);
            if matches!(self.store.types[e], Type::Array { .. }) {
                u = e;
            }
        }
        let Type::Array { len, .. } = self.store.types[u] else { return };
        let tree = self.tree();
        let e = tree.unparen(range_x);
        let mut c = Operand::with(Mode::Constant, tree.id, e, TypeId::INT);
        c.val = ConstValue::Int64(len);
        self.record(&c);
    }

    fn check_iteration_vars(
        &mut self,
        x: &Operand,
        (k, v): KeyVal,
        key: Option<ExprId>,
        value: Option<ExprId>,
        extra: Option<ExprId>,
    ) {
        let s = |c: &mut Checker| c.operand_string(x);
        let (at, msg) = match (key, value, extra) {
            (Some(key), ..) if k.is_none() => (key, format!("range over {} permits no iteration variables", s(self))),
            (_, Some(value), _) if v.is_none() => {
                (value, format!("range over {} permits only one iteration variable", s(self)))
            }
            (_, _, Some(extra)) => (extra, "range clause permits at most two iteration variables".to_owned()),
            _ => return,
        };
        self.soft_errorf(at, codes::INVALID_ITER_VAR, msg);
    }

    /// Declares the variables of `for k, v := range`.
    fn define_iteration_vars(
        &mut self,
        s: StmtId,
        lhs: &[(Option<ExprId>, Option<TypeId>); 2],
        over_int: bool,
        x: &mut Operand,
        scope_pos: go_source::Pos,
    ) {
        let tree = self.tree();
        let pkg = Some(self.env().pkg);
        let mut vars = Vec::new();
        for (e, ty) in lhs {
            let Some(e) = *e else { continue };
            let expr = tree.expr(e);
            let pos = expr.span.lo;
            let name = match expr.kind {
                ExprKind::Name(name) => name,
                _ => {
                    let text = self.expr_string(e);
                    let msg = format!("cannot declare {text}");
                    self.error(e, codes::INVALID_SYNTAX_TREE, msg);
                    go_source::Symbol::BLANK
                }
            };
            let obj = self.store.new_var(VarKind::Local, pos, pkg, name, TypeId::INVALID);
            if matches!(expr.kind, ExprKind::Name(_)) {
                self.record_def(pos, obj);
                if !name.is_blank() {
                    vars.push(obj);
                }
            }
            let Some(ty) = ty.filter(|t| *t != TypeId::INVALID) else {
                self.set_obj_type(obj, TypeId::INVALID);
                if let ObjectKind::Var { used, .. } = &mut self.store.objects[obj].kind {
                    *used = true;
                }
                continue;
            };
            if over_int {
                self.init_var(obj, x, "range clause");
            } else {
                let mut y = Operand::with(Mode::Value, tree.id, e, ty);
                self.init_var(obj, &mut y, "assignment");
            }
        }
        if vars.is_empty() {
            let msg = "no new variables on left side of :=";
            self.error(s, codes::NO_NEW_VAR, msg);
            return;
        }
        let scope = self.env().scope;
        for obj in vars {
            self.declare(scope, None, obj, scope_pos);
        }
    }

    /// Key and value types of a range over a value of type `orig`; the error is the cause, or empty.
    pub(crate) fn range_key_val(&mut self, orig: TypeId) -> Result<KeyVal, String> {
        let mut cond = |c: &mut Checker, t: Option<TypeId>, u: Option<TypeId>| {
            if let (Some(t), Some(u)) = (t, u)
                && let Type::Chan { dir: ChanDir::Send, .. } = c.store.types[u]
            {
                return Some(format!("receive from send-only channel {}", c.type_string(t)));
            }
            None
        };
        let mut u = self.common_under(orig, Some(&mut cond))?;
        if let Type::Pointer { elem } = self.store.types[u] {
            let e = self.under(elem);
            if matches!(self.store.types[e], Type::Array { .. }) {
                u = e;
            }
        }
        match self.store.types[u].clone() {
            Type::Basic(BasicKind::String | BasicKind::UntypedString) => Ok((Some(TypeId::INT), Some(TypeId::RUNE))),
            Type::Basic(k) if k.info() & basic_info::INTEGER != 0 => {
                if !self.allow_version(GO1_22) {
                    return Err("requires go1.22 or later".to_owned());
                }
                Ok((Some(orig), None))
            }
            Type::Array { elem, .. } | Type::Slice { elem } => Ok((Some(TypeId::INT), Some(elem))),
            Type::Map { key, elem } => Ok((Some(key), Some(elem))),
            Type::Chan { elem, .. } => Ok((Some(elem), None)),
            Type::Signature(sig) => {
                if !self.allow_version(GO1_23) {
                    return Err("requires go1.23 or later".to_owned());
                }
                self.range_func(&sig.params, sig.results.len())
            }
            _ => Err(String::new()),
        }
    }

    /// Key and value types of a range over a function.
    fn range_func(&mut self, params: &[crate::object::ObjId], results: usize) -> Result<KeyVal, String> {
        let bad = |s: &str| Err(format!("func must be func(yield func(...) bool): {s}"));
        if params.len() != 1 {
            return bad("wrong argument count");
        }
        if results != 0 {
            return bad("unexpected results");
        }
        let yield_type = self.store.objects[params[0]].ty;
        let u = match self.common_under(yield_type, None) {
            Ok(u) => u,
            Err(why) => return bad(&format!("in yield type, {why}")),
        };
        let Some(cb) = self.as_signature(u) else { return bad("argument is not func") };
        if cb.params.len() > 2 {
            return bad("yield func has too many parameters");
        }
        let result = (cb.results.len() == 1).then(|| self.store.objects[cb.results[0]].ty);
        match result {
            Some(t) if self.identical(t, TypeId::BOOL) => {}
            Some(t) if self.is_boolean(t) => {
                return bad("yield func returns user-defined boolean, not bool");
            }
            _ => return bad("yield func does not return bool"),
        }
        if cb.variadic {
            let s = self.type_string(u);
            return Err(format!("yield func of type {s} cannot be variadic"));
        }
        let ty = |i: usize| cb.params.get(i).map(|p| self.store.objects[*p].ty);
        Ok((ty(0), ty(1)))
    }
}
