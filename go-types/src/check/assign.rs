//! Initialisations and assignments. Source: spec "Assignment statements", "Short variable
//! declarations", "Variable declarations", "Return statements".

use super::{Checker, Operand};
use crate::codes;
use crate::info::Mode;
use crate::object::{ObjId, ObjectKind, VarKind};
use crate::ty::{Type, TypeId};
use go_ast::{ExprId, ExprKind, StmtId};
use go_source::Pos;
use rustc_hash::FxHashSet;

/// `1 value`, `2 values`.
pub(crate) fn measure(n: usize, unit: &str) -> String {
    format!("{n} {unit}{}", if n == 1 { "" } else { "s" })
}

/// What the last type of a list stands for in [`Checker::types_summary`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum LastType {
    /// One value.
    Plain,
    /// A variadic parameter `...T`.
    Variadic,
    /// An argument `x...`.
    Dots,
}

impl Checker {
    /// Initialises a constant with operand `x`.
    pub(crate) fn init_const(&mut self, lhs: ObjId, x: &mut Operand) {
        let ty = self.obj_type(lhs);
        if !x.is_valid() || !self.is_valid_type(x.ty) || ty.is_some_and(|t| !self.is_valid_type(t)) {
            if ty.is_none() {
                self.set_obj_type(lhs, TypeId::INVALID);
            }
            return;
        }
        if x.mode != Mode::Constant {
            let s = self.operand_string(x);
            self.error(&*x, codes::INVALID_CONST_INIT, format!("{s} is not constant"));
            if ty.is_none() {
                self.set_obj_type(lhs, TypeId::INVALID);
            }
            return;
        }
        let ty = match ty {
            Some(t) => t,
            None => {
                self.set_obj_type(lhs, x.ty);
                x.ty
            }
        };
        self.assignment(x, Some(ty), "constant declaration");
        if x.is_valid() {
            self.set_const_value(lhs, x.val.clone());
        }
    }

    /// Initialises a variable with operand `x`; a variable without a type gets that of `x`.
    pub(crate) fn init_var(&mut self, lhs: ObjId, x: &mut Operand, context: &str) {
        let ty = self.obj_type(lhs);
        if !x.is_valid() || !self.is_valid_type(x.ty) || ty.is_some_and(|t| !self.is_valid_type(t)) {
            if ty.is_none() {
                self.set_obj_type(lhs, TypeId::INVALID);
            }
            x.invalidate();
            return;
        }
        let ty = match ty {
            Some(t) => t,
            None => {
                if x.ty == TypeId::UNTYPED_NIL {
                    let msg = format!("use of untyped nil in {context}");
                    self.error(&*x, codes::UNTYPED_NIL_USE, msg);
                    self.set_obj_type(lhs, TypeId::INVALID);
                    x.invalidate();
                    return;
                }
                let t = self.default_type(x.ty);
                self.set_obj_type(lhs, t);
                t
            }
        };
        self.assignment(x, Some(ty), context);
    }

    /// The type of the left side of an assignment, `Ok(None)` for the blank identifier. Mentioning
    /// a variable there is not a use of it.
    fn lhs_var(&mut self, lhs: ExprId) -> Result<Option<TypeId>, ()> {
        let tree = self.tree();
        let inner = tree.expr(tree.unparen(lhs));
        let mut v = None;
        if let ExprKind::Name(name) = inner.kind {
            if name.is_blank() {
                return Ok(None);
            }
            let pkg = Some(self.env().pkg);
            if let Some(obj) = self.lookup(name)
                && self.store.objects[obj].pkg == pkg
                && let ObjectKind::Var { used, .. } = self.store.objects[obj].kind
            {
                v = Some((obj, used));
            }
        }
        let mut x = Operand::new();
        self.expr(None, &mut x, lhs);
        if let Some((obj, was)) = v
            && let ObjectKind::Var { used, .. } = &mut self.store.objects[obj].kind
        {
            *used = was;
        }
        if !x.is_valid() || !self.is_valid_type(x.ty) {
            return Err(());
        }
        if matches!(x.mode, Mode::Variable | Mode::MapIndex) {
            return Ok(Some(x.ty));
        }
        if let Some(e) = x.expr
            && let ExprKind::Selector { x: base, .. } = tree.expr(e).kind
        {
            let mut op = Operand::new();
            self.expr(None, &mut op, base);
            if op.mode == Mode::MapIndex {
                let s = self.expr_string(e);
                let msg = format!("cannot assign to struct field {s} in map");
                self.error(&x, codes::UNADDRESSABLE_FIELD_ASSIGN, msg);
                return Err(());
            }
        }
        let s = self.operand_expr_string(&x);
        let msg = format!("cannot assign to {s} (neither addressable nor a map index expression)");
        self.error(&x, codes::UNASSIGNABLE_OPERAND, msg);
        Err(())
    }

    /// Checks the assignment of `rhs`, or of the evaluated operand `x`, to `lhs`.
    pub(crate) fn assign_var(&mut self, lhs: ExprId, rhs: Option<ExprId>, x: Option<&mut Operand>, context: &str) {
        let Ok(t) = self.lhs_var(lhs) else {
            match (x, rhs) {
                (Some(x), _) => x.invalidate(),
                (None, Some(rhs)) => {
                    self.use_exprs(&[rhs]);
                }
                (None, None) => {}
            }
            return;
        };
        let mut own = Operand::new();
        let x = match (x, rhs) {
            (Some(x), _) => x,
            (None, Some(rhs)) => {
                let mut target = None;
                if let Some(t) = t {
                    let u = self.under(t);
                    if matches!(self.store.types[u], Type::Signature(_)) {
                        let desc = self.expr_string(lhs);
                        target = self.new_target(Some(t), &desc);
                    }
                }
                self.expr(target.as_ref(), &mut own, rhs);
                &mut own
            }
            (None, None) => return,
        };
        let context = if t.is_none() && context == "assignment" { "assignment to _ identifier" } else { context };
        self.assignment(x, t, context);
    }

    /// `(t1, t2, …)` for messages about the number of values.
    pub(crate) fn types_summary(&mut self, list: &[TypeId], last: LastType) -> String {
        let mut out = Vec::with_capacity(list.len());
        for (i, t) in list.iter().enumerate() {
            let mut s = if !self.is_valid_type(*t) {
                "unknown type".to_owned()
            } else if self.is_untyped(*t) {
                if self.is_numeric(*t) { "number".to_owned() } else { self.type_string(*t).replace("untyped ", "") }
            } else {
                self.type_string(*t)
            };
            if i + 1 == list.len() {
                match last {
                    LastType::Plain => {}
                    LastType::Variadic => {
                        if let Type::Slice { elem } = self.store.types[*t] {
                            s = self.type_string(elem);
                        }
                        s.insert_str(0, "...");
                    }
                    LastType::Dots => s.push_str("..."),
                }
            }
            out.push(s);
        }
        format!("({})", out.join(", "))
    }

    fn assign_error(&mut self, rhs: &[ExprId], l: usize, r: usize) {
        let vars = measure(l, "variable");
        let vals = measure(r, "value");
        let Some(rhs0) = rhs.first().copied() else { return };
        let tree = self.tree();
        let msg = match tree.expr(tree.unparen(rhs0)).kind {
            ExprKind::Call { fun, .. } if rhs.len() == 1 => {
                let f = self.expr_string(fun);
                format!("assignment mismatch: {vars} but {f} returns {vals}")
            }
            _ => format!("assignment mismatch: {vars} but {vals}"),
        };
        self.error(rhs0, codes::WRONG_ASSIGN_COUNT, msg);
    }

    fn return_error(&mut self, at: StmtId, lhs: &[ObjId], rhs: &[Operand]) {
        let (l, r) = (lhs.len(), rhs.len());
        let mut pos = self.env().tree.stmt(at).span.lo;
        let mut qualifier = "not enough";
        if r > l {
            pos = self.operand_pos(&rhs[l]);
            qualifier = "too many";
        } else if r > 0 {
            pos = self.operand_pos(&rhs[r - 1]);
        }
        let have: Vec<TypeId> = rhs.iter().map(|x| x.ty).collect();
        let want: Vec<TypeId> = lhs.iter().map(|v| self.store.objects[*v].ty).collect();
        let have = self.types_summary(&have, LastType::Plain);
        let want = self.types_summary(&want, LastType::Plain);
        let mut err = self.new_error(codes::WRONG_RESULT_COUNT);
        err.add(pos, format!("{qualifier} return values"));
        err.add(Pos::NONE, format!("have {have}"));
        err.add(Pos::NONE, format!("want {want}"));
        self.report(err);
    }

    fn is_call(&self, e: ExprId) -> bool {
        let tree = &self.env().tree;
        matches!(tree.expr(tree.unparen(e)).kind, ExprKind::Call { .. })
    }

    fn invalidate_untyped_vars(&mut self, vars: &[ObjId]) {
        for v in vars {
            if self.obj_type(*v).is_none() {
                self.set_obj_type(*v, TypeId::INVALID);
            }
        }
    }

    /// Initialises variables with expressions, or checks the results of return statement `ret`.
    pub(crate) fn init_vars(&mut self, lhs: &[ObjId], rhs: &[ExprId], ret: Option<StmtId>) {
        let (l, r) = (lhs.len(), rhs.len());
        let context = match ret {
            Some(_) => "return statement",
            None if l > 1 => "multiple assignment",
            None => "assignment",
        };
        if l == r && !(r == 1 && self.is_call(rhs[0])) {
            for (v, e) in lhs.iter().zip(rhs) {
                let name = self.store.text(self.store.objects[*v].name);
                let desc = if ret.is_some() && name.is_empty() { "result variable" } else { name };
                let target = self.new_target(self.obj_type(*v), desc);
                let mut x = Operand::new();
                self.expr(target.as_ref(), &mut x, *e);
                self.init_var(*v, &mut x, context);
            }
            return;
        }
        if r != 1 {
            if self.use_exprs(rhs) {
                match ret {
                    Some(at) => {
                        let ops = self.expr_list(rhs);
                        self.return_error(at, lhs, &ops);
                    }
                    None => self.assign_error(rhs, l, r),
                }
            }
            self.invalidate_untyped_vars(lhs);
            return;
        }
        let (mut ops, comma_ok) = self.multi_expr(rhs[0], l == 2 && ret.is_none());
        if l == ops.len() {
            for (v, x) in lhs.iter().zip(&mut ops) {
                self.init_var(*v, x, context);
            }
            if comma_ok && ops.iter().all(Operand::is_valid) {
                self.record_comma_ok_types(rhs[0], &ops);
            }
            return;
        }
        if ops[0].is_valid() {
            match ret {
                Some(at) => self.return_error(at, lhs, &ops),
                None => self.assign_error(rhs, l, ops.len()),
            }
        }
        self.invalidate_untyped_vars(lhs);
    }

    /// `lhs = rhs`
    pub(crate) fn assign_vars(&mut self, lhs: &[ExprId], rhs: &[ExprId]) {
        let (l, r) = (lhs.len(), rhs.len());
        let context = if l > 1 { "multiple assignment" } else { "assignment" };
        if l == r && !(r == 1 && self.is_call(rhs[0])) {
            for (a, b) in lhs.iter().zip(rhs) {
                self.assign_var(*a, Some(*b), None, context);
            }
            return;
        }
        if r != 1 {
            let ok_lhs = self.use_lhs(lhs);
            let ok_rhs = self.use_exprs(rhs);
            if ok_lhs && ok_rhs {
                self.assign_error(rhs, l, r);
            }
            return;
        }
        let (mut ops, comma_ok) = self.multi_expr(rhs[0], l == 2);
        if l == ops.len() {
            for (a, x) in lhs.iter().zip(&mut ops) {
                self.assign_var(*a, None, Some(x), context);
            }
            if comma_ok && ops.iter().all(Operand::is_valid) {
                self.record_comma_ok_types(rhs[0], &ops);
            }
            return;
        }
        if ops[0].is_valid() {
            self.assign_error(rhs, l, ops.len());
        }
        self.use_lhs(lhs);
    }

    /// `lhs := rhs`
    pub(crate) fn short_var_decl(&mut self, pos: Pos, lhs: &[ExprId], rhs: &[ExprId]) {
        let top = self.delayed.len();
        let tree = self.tree();
        let scope = self.env().scope;
        let pkg = Some(self.env().pkg);
        let mut seen = FxHashSet::default();
        let mut vars: Vec<Option<ObjId>> = Vec::with_capacity(lhs.len());
        let mut new_vars = Vec::new();
        let mut has_err = false;
        for e in lhs {
            let expr = tree.expr(*e);
            let ExprKind::Name(name) = expr.kind else {
                self.use_lhs(&[*e]);
                let s = self.expr_string(*e);
                let msg = format!("non-name {s} on left side of :=");
                self.error(*e, codes::BAD_DECL, msg);
                has_err = true;
                vars.push(None);
                continue;
            };
            let at = expr.span.lo;
            let text = self.store.text(name);
            if !name.is_blank() && !seen.insert(name) {
                let msg = format!("{text} repeated on left side of :=");
                self.error(at, codes::REPEATED_DECL, msg);
                has_err = true;
                vars.push(None);
                continue;
            }
            if let Some(alt) = self.store.lookup_in(scope, name) {
                self.record_use(at, alt);
                if matches!(self.store.objects[alt].kind, ObjectKind::Var { .. }) {
                    vars.push(Some(alt));
                } else {
                    let msg = format!("cannot assign to {text}");
                    self.error(at, codes::UNASSIGNABLE_OPERAND, msg);
                    has_err = true;
                    vars.push(None);
                }
                continue;
            }
            let obj = self.store.new_var(VarKind::Local, at, pkg, name, TypeId::INVALID);
            vars.push(Some(obj));
            if !name.is_blank() {
                new_vars.push(obj);
            }
            self.record_def(at, obj);
        }
        // Dummies stand in for invalid left sides.
        let lhs_vars: Vec<ObjId> = vars
            .iter()
            .zip(lhs)
            .map(|(v, e)| {
                v.unwrap_or_else(|| {
                    let at = tree.expr(*e).pos;
                    let blank = go_source::Symbol::BLANK;
                    self.store.new_var(VarKind::Local, at, pkg, blank, TypeId::INVALID)
                })
            })
            .collect();
        self.init_vars(&lhs_vars, rhs, None);
        self.process_delayed(top);
        if new_vars.is_empty() && !has_err {
            let msg = "no new variables on left side of :=";
            self.soft_errorf(pos, codes::NO_NEW_VAR, msg);
            return;
        }
        let scope_pos = rhs.last().map_or(pos, |e| tree.expr(*e).span.hi);
        for obj in new_vars {
            self.declare(scope, None, obj, scope_pos);
        }
    }
}
