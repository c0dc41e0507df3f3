//! Expression switches and type switches. Source: spec "Switch statements".

use super::stmt::StmtContext;
use super::{Checker, Operand};
use crate::codes;
use crate::constant::ConstValue;
use crate::info::Mode;
use crate::object::{ObjId, ObjectKind, VarKind};
use crate::ty::TypeId;
use go_ast::{BinaryOp, CaseClause, ExprId, ExprKind, Ident};
use go_source::Pos;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// A constant case value, as far as duplicates are looked for.
#[derive(PartialEq, Eq, Hash)]
enum CaseValue {
    Int(i64),
    Uint(u64),
    Float(u64),
    Str(Arc<[u8]>),
}

impl Checker {
    pub(crate) fn switch_stmt(&mut self, inner: StmtContext, tag: Option<ExprId>, clauses: &[CaseClause]) {
        let mut x = Operand::new();
        if let Some(tag) = tag {
            self.expr(None, &mut x, tag);
            // As if assigned to an invisible variable.
            self.assignment(&mut x, None, "switch expression");
            if x.is_valid() && !self.comparable(x.ty) && !self.has_nil(x.ty) {
                let (s, t) = (self.operand_string(&x), self.type_string(x.ty));
                let msg = format!("cannot switch on {s} ({t} is not comparable)");
                self.error(&x, codes::INVALID_EXPR_SWITCH, msg);
                x.invalidate();
            }
        } else {
            x.mode = Mode::Constant;
            x.ty = TypeId::BOOL;
            x.val = ConstValue::Bool(true);
            x.file = self.env().file;
            x.label = Some(Arc::from("true"));
        }
        self.case_defaults(clauses);
        let mut seen = FxHashMap::default();
        for (i, clause) in clauses.iter().enumerate() {
            let last = i + 1 == clauses.len();
            let inner = StmtContext { fallthrough_ok: !last, final_switch_case: last, ..inner };
            if let Some(exprs) = &clause.exprs {
                self.case_values(&x, exprs, &mut seen);
            }
            self.open_scope(clause.pos, clause.end);
            self.stmt_list(inner, &clause.body);
            self.close_scope();
        }
    }

    fn case_defaults(&mut self, clauses: &[CaseClause]) {
        let defaults = clauses.iter().filter(|c| c.exprs.is_none()).map(|c| c.pos);
        self.multiple_defaults(defaults.collect());
    }

    fn case_values(&mut self, x: &Operand, values: &[ExprId], seen: &mut FxHashMap<CaseValue, Vec<(Pos, TypeId)>>) {
        for e in values {
            let mut v = Operand::new();
            self.expr(None, &mut v, *e);
            if !x.is_valid() || !v.is_valid() {
                continue;
            }
            self.convert_untyped(&mut v, x.ty);
            if !v.is_valid() {
                continue;
            }
            // v first, so that errors are at the case values.
            let mut res = v.clone();
            let mut y = x.clone();
            self.comparison(&mut res, &mut y, BinaryOp::Eq, true);
            if !res.is_valid() || v.mode != Mode::Constant {
                continue;
            }
            let Some(val) = case_value(&v.val) else { continue };
            let list = seen.entry(val).or_default();
            let mut dup = None;
            for (pos, ty) in list.iter() {
                if self.identical(v.ty, *ty) {
                    dup = Some(*pos);
                    break;
                }
            }
            let pos = self.operand_pos(&v);
            let Some(first) = dup else {
                list.push((self.expr_pos(*e), v.ty));
                continue;
            };
            let s = self.operand_string(&v);
            let mut err = self.new_error(codes::DUPLICATE_CASE);
            err.add(pos, format!("duplicate case {s} in expression switch"));
            err.add(first, "previous case");
            self.report(err);
        }
    }

    /// Whether `e` is the predeclared nil.
    fn is_nil_expr(&self, e: ExprId) -> bool {
        let tree = &self.env().tree;
        match tree.expr(tree.unparen(e)).kind {
            ExprKind::Name(name) => {
                self.lookup(name).is_some_and(|o| matches!(self.store.objects[o].kind, ObjectKind::Nil))
            }
            _ => false,
        }
    }

    /// Checks the types of a case; the result is the type that the switch's variable has in it.
    fn case_types(
        &mut self,
        x: Option<&Operand>,
        types: &[ExprId],
        seen: &mut Vec<(Option<TypeId>, ExprId)>,
    ) -> TypeId {
        let mut t: Option<TypeId> = None;
        'next: for e in types {
            if self.is_nil_expr(*e) {
                t = None;
                let mut dummy = Operand::new();
                self.expr(None, &mut dummy, *e);
            } else {
                let ty = self.var_type(*e);
                t = Some(ty);
                if !self.is_valid_type(ty) {
                    continue;
                }
            }
            for (other, at) in seen.iter() {
                let same = match (t, *other) {
                    (None, None) => true,
                    (Some(a), Some(b)) => self.identical(a, b),
                    _ => false,
                };
                if same {
                    let s = t.map_or_else(|| "nil".to_owned(), |t| self.type_string(t));
                    let mut err = self.new_error(codes::DUPLICATE_CASE);
                    err.add(self.start_pos(*e), format!("duplicate case {s} in type switch"));
                    err.add(self.start_pos(*at), "previous case");
                    self.report(err);
                    continue 'next;
                }
            }
            seen.push((t, *e));
            if let (Some(x), Some(t)) = (x, t) {
                self.type_assertion(*e, x, t, true);
            }
        }
        match t {
            Some(t) if types.len() == 1 => t,
            _ => x.map_or(TypeId::INVALID, |x| x.ty),
        }
    }

    pub(crate) fn type_switch_stmt(
        &mut self,
        inner: StmtContext,
        binding: Option<Ident>,
        guard_x: ExprId,
        clauses: &[CaseClause],
    ) {
        let mut lhs = binding;
        if let Some(l) = lhs
            && l.name.is_blank()
        {
            let msg = "no new variable on left side of :=";
            self.soft_errorf(l, codes::NO_NEW_VAR, msg);
            lhs = None;
        }
        let mut x = Operand::new();
        self.expr(None, &mut x, guard_x);
        let mut sx = None;
        if x.is_valid() {
            if self.is_type_param(x.ty) {
                let s = self.operand_string(&x);
                let msg = format!("cannot use type switch on type parameter value {s}");
                self.error(&x, codes::INVALID_TYPE_SWITCH, msg);
            } else if self.is_interface(x.ty) {
                sx = Some(&x);
            } else {
                let s = self.operand_string(&x);
                self.error(&x, codes::INVALID_TYPE_SWITCH, format!("{s} is not an interface"));
            }
        }
        self.case_defaults(clauses);
        let pkg = Some(self.env().pkg);
        let mut vars: Vec<ObjId> = Vec::new();
        let mut seen = Vec::new();
        for clause in clauses {
            let exprs = clause.exprs.as_deref().unwrap_or(&[]);
            let t = self.case_types(sx, exprs, &mut seen);
            self.open_scope(clause.pos, clause.end);
            if let Some(l) = lhs {
                let obj = self.store.new_var(VarKind::Local, l.pos, pkg, l.name, t);
                self.set_obj_type(obj, t);
                let scope = self.env().scope;
                self.declare(scope, None, obj, clause.colon);
                self.record_implicit(clause.pos, obj);
                vars.push(obj);
            }
            self.stmt_list(inner, &clause.body);
            self.close_scope();
        }
        let Some(l) = lhs else { return };
        let mut any = false;
        for v in vars {
            if let ObjectKind::Var { used, .. } = &mut self.store.objects[v].kind {
                any |= std::mem::replace(used, true);
            }
        }
        if !any {
            let msg = format!("{} declared and not used", self.store.text(l.name));
            self.soft_errorf(l, codes::UNUSED_VAR, msg);
        }
    }
}

fn case_value(v: &ConstValue) -> Option<CaseValue> {
    match v {
        ConstValue::Int64(i) => Some(CaseValue::Int(*i)),
        ConstValue::BigInt(b) => u64::try_from(&**b).ok().map(CaseValue::Uint),
        ConstValue::Rat(_) | ConstValue::Float(_) => v.to_f64().map(|f| CaseValue::Float(f.to_bits())),
        ConstValue::Str(s) => Some(CaseValue::Str(Arc::clone(s.bytes()))),
        ConstValue::Unknown | ConstValue::Bool(_) | ConstValue::Complex(_) => None,
    }
}
