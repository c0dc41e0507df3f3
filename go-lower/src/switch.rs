//! Expression and type switches.

use super::body::Body;
use go_ast::{BinaryOp, CaseClause, ExprId, StmtId};
use go_ir::ir::{Block, CmpOp, Target, Terminator, Value};
use go_ir::ty::{Basic, Ty};
use go_types::constant::ConstValue;
use go_types::info::Mode;
use smallvec::smallvec;
use std::collections::BTreeMap;

/// Integer switches with at least so many constants use a multiway branch.
const MIN_TABLE: usize = 4;
/// String switches with at least so many constants branch on the length first.
const MIN_STRINGS: usize = 6;

impl Body<'_, '_> {
    /// An expression switch.
    pub(super) fn switch_stmt(&mut self, init: Option<StmtId>, tag: Option<ExprId>, clauses: &[CaseClause]) {
        let label = self.fr.pending_label.take();
        if let Some(i) = init {
            self.stmt(i);
        }
        let done = self.fr.b.new_block();
        let bodies: Vec<Block> = clauses.iter().map(|_| self.fr.b.new_block()).collect();
        let default = clauses.iter().position(|c| c.exprs.is_none());
        let otherwise = default.map_or(done, |d| bodies[d]);
        let entered = match tag {
            None => self.switch_true(clauses, &bodies, otherwise, default),
            Some(t) => match self.switch_const(t, clauses) {
                Some(hit) => {
                    let hit = hit.or(default);
                    self.fr.b.jump(hit.map_or(done, |h| bodies[h]));
                    let mut v = vec![false; clauses.len()];
                    if let Some(h) = hit {
                        v[h] = true;
                    }
                    v
                }
                None => {
                    self.switch_tag(t, clauses, &bodies, otherwise);
                    vec![true; clauses.len()]
                }
            },
        };
        self.fr.pending_label = label;
        self.push_target(done, None);
        let mut fell = false;
        for (i, c) in clauses.iter().enumerate() {
            if !entered[i] && !fell {
                continue;
            }
            self.fr.b.switch_to(bodies[i]);
            self.fr.b.pos = c.pos;
            self.fr.falls.push(bodies.get(i + 1).copied());
            self.stmts(&c.body);
            self.fr.falls.pop();
            fell = self.ends_in_fallthrough(&c.body);
            self.fr.b.jump(done);
        }
        self.fr.targets.pop();
        self.fr.b.switch_to(done);
    }

    fn ends_in_fallthrough(&self, body: &[StmtId]) -> bool {
        let mut last = body.last().copied();
        while let Some(s) = last {
            match &self.tree.stmts[s].kind {
                go_ast::StmtKind::Labeled { stmt, .. } => last = Some(*stmt),
                go_ast::StmtKind::Branch { kind: go_ast::BranchKind::Fallthrough, .. } => return true,
                _ => return false,
            }
        }
        false
    }

    /// Conditions in order; which clauses can be entered.
    fn switch_true(
        &mut self,
        clauses: &[CaseClause],
        bodies: &[Block],
        otherwise: Block,
        default: Option<usize>,
    ) -> Vec<bool> {
        let mut entered = vec![false; clauses.len()];
        for (i, c) in clauses.iter().enumerate() {
            for e in c.exprs.iter().flat_map(|es| es.iter()) {
                match self.const_bool(*e) {
                    Some(false) => continue,
                    Some(true) => {
                        entered[i] = true;
                        self.fr.b.jump(bodies[i]);
                        return entered;
                    }
                    None => {}
                }
                entered[i] = true;
                let next = self.fr.b.new_block();
                self.at(*e);
                let ty = self.ety(*e);
                if self.is_iface(ty) {
                    // `true` compared with an interface value.
                    let v = self.expr(*e);
                    let yes = self.iconst(1, Ty::BOOL);
                    let hit = self.iface_eq_concrete(v, yes);
                    self.fr.b.branch(hit, bodies[i], next);
                } else {
                    self.cond(*e, bodies[i], next);
                }
                self.fr.b.switch_to(next);
            }
        }
        if let Some(d) = default {
            entered[d] = true;
        }
        self.fr.b.jump(otherwise);
        entered
    }

    /// Clause that a constant tag selects among constant cases (`Some(None)`: none of them).
    fn switch_const(&self, tag: ExprId, clauses: &[CaseClause]) -> Option<Option<usize>> {
        let info = &self.lo.checker.info;
        let t = info.const_value(self.tree.id, tag)?;
        let mut hit = None;
        for (i, c) in clauses.iter().enumerate() {
            for e in c.exprs.iter().flat_map(|es| es.iter()) {
                let v = info.const_value(self.tree.id, *e)?;
                if hit.is_none() && v == t {
                    hit = Some(i);
                }
            }
        }
        Some(hit)
    }

    fn switch_tag(&mut self, tag: ExprId, clauses: &[CaseClause], bodies: &[Block], otherwise: Block) {
        let ty = self.ety(tag);
        // Nobody changes the bytes while they are compared, if no case does.
        let quiet = !clauses.iter().flat_map(|c| c.exprs.iter().flatten()).any(|e| self.has_call(*e));
        let v = if quiet { self.read_only_string(tag, ty) } else { self.expr_to(tag, ty) };
        self.at(tag);
        if self.int_signed(ty).is_some()
            && let Some(cases) = self.const_cases(clauses)
            && cases.len() >= MIN_TABLE
        {
            let mut seen = std::collections::BTreeSet::new();
            let cases = cases
                .into_iter()
                .filter(|(n, _)| seen.insert(*n))
                .map(|(n, i)| (n, Target { block: bodies[i], args: smallvec![] }))
                .collect();
            let default = Target { block: otherwise, args: smallvec![] };
            self.fr.b.terminate(Terminator::Switch { value: v, cases, default });
            return;
        }
        if self.basic(ty) == Some(Basic::String)
            && let Some(cases) = self.const_strings(clauses)
            && cases.len() >= MIN_STRINGS
        {
            self.switch_strings(v, cases, bodies, otherwise);
            return;
        }
        for (i, c) in clauses.iter().enumerate() {
            for e in c.exprs.iter().flat_map(|es| es.iter()) {
                self.at(*e);
                let hit = if self.tv(self.tree.unparen(*e)).mode == Mode::Nil {
                    self.is_nil(v)
                } else {
                    // The comparison takes the tag's value from the ordered operands.
                    if self.has_call(*e) {
                        self.order(*e);
                    }
                    self.fr.ordered.insert(tag, v);
                    self.comparison(*e, BinaryOp::Eq, tag, *e)
                };
                let next = self.fr.b.new_block();
                self.fr.b.branch(hit, bodies[i], next);
                self.fr.b.switch_to(next);
            }
        }
        self.fr.b.jump(otherwise);
    }

    fn const_cases(&self, clauses: &[CaseClause]) -> Option<Vec<(i64, usize)>> {
        let mut out = Vec::new();
        for (i, c) in clauses.iter().enumerate() {
            for e in c.exprs.iter().flat_map(|es| es.iter()) {
                out.push((self.const_int(*e)?, i));
            }
        }
        Some(out)
    }

    fn const_strings(&self, clauses: &[CaseClause]) -> Option<Vec<(Vec<u8>, usize)>> {
        let mut out = Vec::new();
        for (i, c) in clauses.iter().enumerate() {
            for e in c.exprs.iter().flat_map(|es| es.iter()) {
                match self.lo.checker.info.const_value(self.tree.id, *e)? {
                    ConstValue::Str(s) => out.push((s.to_vec(), i)),
                    _ => return None,
                }
            }
        }
        Some(out)
    }

    /// Branches on the length, then compares with each string of that length.
    fn switch_strings(&mut self, v: Value, cases: Vec<(Vec<u8>, usize)>, bodies: &[Block], otherwise: Block) {
        let mut by_len: BTreeMap<usize, Vec<(Vec<u8>, usize)>> = BTreeMap::new();
        for (s, i) in cases {
            by_len.entry(s.len()).or_default().push((s, i));
        }
        let (p, n) = self.str_parts(v);
        let mut targets = Vec::new();
        let mut groups = Vec::new();
        for (len, group) in by_len {
            let b = self.fr.b.new_block();
            targets.push((len as i64, Target { block: b, args: smallvec![] }));
            groups.push((b, group));
        }
        let default = Target { block: otherwise, args: smallvec![] };
        self.fr.b.terminate(Terminator::Switch { value: n, cases: targets, default });
        for (b, group) in groups {
            self.fr.b.switch_to(b);
            for (s, i) in group {
                let hit = if s.len() <= 16 {
                    self.bytes_eq_const(p, &s)
                } else {
                    let c = self.const_val(&ConstValue::Str(s.as_slice().into()), Ty::STRING);
                    let (q, _) = self.str_parts(c);
                    let len = self.iconst(s.len() as i64, Ty::UINTPTR);
                    self.call_rt1("memequal", &[p, q, len], Ty::BOOL)
                };
                let next = self.fr.b.new_block();
                self.fr.b.branch(hit, bodies[i], next);
                self.fr.b.switch_to(next);
            }
            self.fr.b.jump(otherwise);
        }
    }

    /// A type switch.
    pub(super) fn type_switch(&mut self, init: Option<StmtId>, x: ExprId, clauses: &[CaseClause]) {
        let label = self.fr.pending_label.take();
        if let Some(i) = init {
            self.stmt(i);
        }
        let v = self.expr(x);
        self.at(x);
        let word = self.type_word(v);
        let (_, data) = self.iface_parts(v);
        let done = self.fr.b.new_block();
        let bodies: Vec<Block> = clauses.iter().map(|_| self.fr.b.new_block()).collect();
        let default = clauses.iter().position(|c| c.exprs.is_none());
        // The asserted value of clauses with one interface type comes as a block parameter.
        let mut params: Vec<Option<Value>> = vec![None; clauses.len()];
        for (i, c) in clauses.iter().enumerate() {
            let Some(es) = &c.exprs else { continue };
            let single = es.len() == 1;
            for e in es.iter() {
                self.at(*e);
                let next = self.fr.b.new_block();
                if self.tv(self.tree.unparen(*e)).mode == Mode::Nil {
                    let hit = self.is_zero(word);
                    self.fr.b.branch(hit, bodies[i], next);
                } else {
                    let ty = self.ety(*e);
                    if self.is_iface(ty) {
                        let (r, ok) = self.assert_value_ok(v, ty);
                        if single {
                            let p = self.fr.b.add_param(bodies[i], ty);
                            params[i] = Some(p);
                            self.fr.b.terminate(Terminator::Branch {
                                cond: ok,
                                then: Target { block: bodies[i], args: smallvec![r] },
                                els: Target { block: next, args: smallvec![] },
                            });
                        } else {
                            self.fr.b.branch(ok, bodies[i], next);
                        }
                    } else {
                        let want = self.type_desc(ty);
                        let hit = self.cmp(CmpOp::Eq, word, want);
                        self.fr.b.branch(hit, bodies[i], next);
                    }
                }
                self.fr.b.switch_to(next);
            }
        }
        self.fr.b.jump(default.map_or(done, |d| bodies[d]));
        self.fr.pending_label = label;
        self.push_target(done, None);
        for (i, c) in clauses.iter().enumerate() {
            self.fr.b.switch_to(bodies[i]);
            self.fr.b.pos = c.pos;
            if let Some(o) = self.lo.checker.info.implicits.get(&c.pos).copied() {
                let ty = self.obj_ty(o);
                let value = match params[i] {
                    Some(p) => self.convert_to(p, ty),
                    None if self.is_iface(ty) => self.convert_to(v, ty),
                    None => self.unbox(data, ty),
                };
                self.bind_new(o, value);
            }
            self.stmts(&c.body);
            self.fr.b.jump(done);
        }
        self.fr.targets.pop();
        self.fr.b.switch_to(done);
    }
}
