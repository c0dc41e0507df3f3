//! Comparisons (spec "Comparison operators"): strings, interfaces, structs and arrays are expanded
//! here; large operands are compared in memory.

use super::body::{Body, Opnd};
use super::program::Lowerer;
use go_ast::{BinaryOp, ExprId};
use go_ir::ir::{CmpOp, FuncId, Op, Value};
use go_ir::ty::{Basic, Ty, TyKind};
use go_source::Pos;
use go_types::info::Mode;

/// Arrays up to this length are compared element by element without a loop.
const UNROLL: u64 = 4;
/// Strings up to this length are compared with a constant by integer loads.
const SHORT_STRING: usize = 16;

/// Lowers `type:.eq.T`: `func(p, q unsafe.Pointer) bool`, whether two values of type `t` in memory are
/// equal.
pub fn lower_eq_func(lo: &mut Lowerer<'_>, func: FuncId, t: Ty) {
    super::body::lower_made(lo, func, Pos::NONE, |s, params| {
        let v = s.eq_body(t, params[0], params[1]);
        s.ret(&[v]);
    });
}

impl Body<'_, '_> {
    /// A comparison expression, as a plain bool.
    pub(super) fn comparison(&mut self, e: ExprId, op: BinaryOp, x: ExprId, y: ExprId) -> Value {
        let nil_x = self.tv(self.tree.unparen(x)).mode == Mode::Nil;
        let nil_y = self.tv(self.tree.unparen(y)).mode == Mode::Nil;
        if nil_x || nil_y {
            let other = if nil_x { y } else { x };
            let v = self.expr(other);
            self.at(e);
            let r = self.is_nil(v);
            return if op == BinaryOp::Ne { self.not(r) } else { r };
        }
        if self.has_call(y) {
            self.order(x);
            self.order(y);
        }
        let (tx, ty) = (self.ety(x), self.ety(y));
        if matches!(op, BinaryOp::Eq | BinaryOp::Ne) {
            let r = self.equality(e, x, y, tx, ty);
            return if op == BinaryOp::Ne { self.not(r) } else { r };
        }
        let cop = match op {
            BinaryOp::Lt => CmpOp::Lt,
            BinaryOp::Le => CmpOp::Le,
            BinaryOp::Gt => CmpOp::Gt,
            _ => CmpOp::Ge,
        };
        if self.basic(tx) == Some(Basic::String) {
            let a = self.read_only_string(x, Ty::STRING);
            let b = self.read_only_string(y, Ty::STRING);
            self.at(e);
            return self.string_order(cop, a, b);
        }
        let a = self.expr_to(x, tx);
        let b = self.expr_to(y, tx);
        self.at(e);
        self.cmp(cop, a, b)
    }

    /// Orders two strings.
    pub(super) fn string_order(&mut self, op: CmpOp, a: Value, b: Value) -> Value {
        let c = self.call_rt1("cmpstring", &[a, b], Ty::INT);
        let z = self.int(0);
        self.cmp(op, c, z)
    }

    fn equality(&mut self, e: ExprId, x: ExprId, y: ExprId, tx: Ty, ty: Ty) -> Value {
        match (self.is_iface(tx), self.is_iface(ty)) {
            (true, true) => {
                let a = self.expr(x);
                let b = self.expr(y);
                self.at(e);
                self.iface_eq(a, b)
            }
            (true, false) => {
                let a = self.expr(x);
                let b = self.expr_to(y, ty);
                self.at(e);
                self.iface_eq_concrete(a, b)
            }
            (false, true) => {
                let a = self.expr_to(x, tx);
                let b = self.expr(y);
                self.at(e);
                self.iface_eq_concrete(b, a)
            }
            (false, false) => {
                if self.basic(tx) == Some(Basic::String) {
                    let a = self.read_only_string(x, Ty::STRING);
                    let b = self.read_only_string(y, Ty::STRING);
                    self.at(e);
                    return self.string_eq(a, b);
                }
                if self.layout(tx).parts.is_none() {
                    let a = self.operand(x);
                    let b = self.operand(y);
                    self.at(e);
                    return self.eq_operands(tx, a, b);
                }
                let a = self.expr_to(x, tx);
                let b = self.expr_to(y, tx);
                self.at(e);
                self.eq_values(tx, a, b)
            }
        }
    }

    fn eq_operands(&mut self, t: Ty, a: Opnd, b: Opnd) -> Value {
        let p = self.opnd_addr(a);
        let q = self.opnd_addr(b);
        self.nil_check(p);
        self.nil_check(q);
        self.eq_mem(t, p, q)
    }

    /// `v == nil`
    pub(super) fn is_nil(&mut self, v: Value) -> Value {
        let t = self.fr.b.ty(v);
        match self.under(t) {
            TyKind::Interface(_) => {
                let (tab, _) = self.iface_parts(v);
                self.is_zero(tab)
            }
            TyKind::Slice(_) => {
                let (p, _, _) = self.slice_parts(v);
                self.is_zero(p)
            }
            _ => self.is_zero(v),
        }
    }

    /// `a == b` for values of one type.
    pub fn eq_values(&mut self, t: Ty, a: Value, b: Value) -> Value {
        match self.under(t) {
            TyKind::Basic(Basic::String) => self.string_eq(a, b),
            TyKind::Basic(Basic::Complex64 | Basic::Complex128) => self.complex_eq(a, b),
            TyKind::Interface(_) => self.iface_eq(a, b),
            TyKind::Struct(fields) => {
                let fields: Vec<(u32, Ty)> = fields
                    .iter()
                    .enumerate()
                    .filter(|(_, f)| !f.name.is_blank())
                    .map(|(i, f)| (i as u32, f.ty))
                    .collect();
                self.all_of(fields.len(), |s, k| {
                    let (i, ft) = fields[k];
                    let x = s.extract(a, i, ft);
                    let y = s.extract(b, i, ft);
                    s.eq_values(ft, x, y)
                })
            }
            TyKind::Array(elem, n) => {
                if n <= UNROLL {
                    return self.all_of(n as usize, |s, k| {
                        let x = s.extract(a, k as u32, elem);
                        let y = s.extract(b, k as u32, elem);
                        s.eq_values(elem, x, y)
                    });
                }
                let p = self.spill(a);
                let q = self.spill(b);
                self.eq_mem(t, p, q)
            }
            _ => self.cmp(CmpOp::Eq, a, b),
        }
    }

    /// Conjunction of `n` conditions, evaluated until one is false.
    fn all_of(&mut self, n: usize, mut part: impl FnMut(&mut Self, usize) -> Value) -> Value {
        match n {
            0 => return self.iconst(1, Ty::BOOL),
            1 => return part(self, 0),
            _ => {}
        }
        let done = self.fr.b.new_block();
        let result = self.fr.b.add_param(done, Ty::BOOL);
        let no = self.fr.b.new_block();
        for k in 0..n {
            let v = part(self, k);
            if k + 1 == n {
                self.fr.b.jump_with(done, &[v]);
            } else {
                let next = self.fr.b.new_block();
                self.fr.b.branch(v, next, no);
                self.fr.b.switch_to(next);
            }
        }
        self.fr.b.switch_to(no);
        let f = self.iconst(0, Ty::BOOL);
        self.fr.b.jump_with(done, &[f]);
        self.fr.b.switch_to(done);
        result
    }

    /// Equality of two values of type `t` in memory.
    pub fn eq_mem(&mut self, t: Ty, p: Value, q: Value) -> Value {
        let layout = self.layout(t);
        if self.lo.prog.types.is_regular_memory(t) {
            return self.eq_bytes(p, q, layout.size);
        }
        if layout.parts.is_some() {
            let a = self.load(p, t);
            let b = self.load(q, t);
            return self.eq_values(t, a, b);
        }
        let f = self.lo.eq_func(t);
        self.call_func(f, &[p, q])[0]
    }

    fn eq_bytes(&mut self, p: Value, q: Value, size: u64) -> Value {
        let int = match size {
            0 => return self.iconst(1, Ty::BOOL),
            1 => Ty::UINT8,
            2 => Ty::UINT16,
            4 => Ty::UINT32,
            8 => Ty::UINT64,
            _ => {
                let n = self.iconst(size as i64, Ty::UINTPTR);
                return self.call_rt1("memequal", &[p, q, n], Ty::BOOL);
            }
        };
        let pty = self.ptr_to(int);
        let p = self.bitcast(p, pty);
        let q = self.bitcast(q, pty);
        let a = self.load(p, int);
        let b = self.load(q, int);
        self.cmp(CmpOp::Eq, a, b)
    }

    /// Equality of two values of type `t` in memory, part by part (body of `type:.eq.T`).
    pub(super) fn eq_body(&mut self, t: Ty, p: Value, q: Value) -> Value {
        let pty = self.ptr_to(t);
        let p = self.bitcast(p, pty);
        let q = self.bitcast(q, pty);
        if self.lo.prog.types.is_regular_memory(t) {
            let size = self.size_of(t);
            return self.eq_bytes(p, q, size);
        }
        match self.under(t) {
            TyKind::Struct(fields) => {
                let runs = self.field_runs(t, fields.len());
                self.all_of(runs.len(), |s, k| {
                    let (first, size) = runs[k];
                    let a = s.field_addr(p, t, first);
                    let b = s.field_addr(q, t, first);
                    match size {
                        Some(n) => s.eq_bytes(a, b, n),
                        None => {
                            let ft = s.field_ty(t, first);
                            s.eq_mem(ft, a, b)
                        }
                    }
                })
            }
            TyKind::Array(elem, n) => self.eq_array(elem, n, p, q),
            _ => {
                let a = self.load(p, t);
                let b = self.load(q, t);
                self.eq_values(t, a, b)
            }
        }
    }

    /// Fields of a struct as (first field, byte size) of runs of plain memory, or single other fields.
    fn field_runs(&mut self, t: Ty, n: usize) -> Vec<(u32, Option<u64>)> {
        let TyKind::Struct(fields) = self.under(t) else { return Vec::new() };
        let offsets = self.layout(t).field_offsets.clone();
        let mut runs: Vec<(u32, Option<u64>)> = Vec::new();
        let mut end = u64::MAX;
        for i in 0..n {
            let f = &fields[i];
            if f.name.is_blank() {
                end = u64::MAX;
                continue;
            }
            let size = self.size_of(f.ty);
            if !self.lo.prog.types.is_regular_memory(f.ty) {
                runs.push((i as u32, None));
                end = u64::MAX;
            } else if end == offsets[i]
                && let Some((_, Some(run))) = runs.last_mut()
            {
                *run += size;
                end += size;
            } else {
                runs.push((i as u32, Some(size)));
                end = offsets[i] + size;
            }
        }
        runs
    }

    fn eq_array(&mut self, elem: Ty, n: u64, p: Value, q: Value) -> Value {
        let (head, body, next, yes, no, done) = (
            self.fr.b.new_block(),
            self.fr.b.new_block(),
            self.fr.b.new_block(),
            self.fr.b.new_block(),
            self.fr.b.new_block(),
            self.fr.b.new_block(),
        );
        let result = self.fr.b.add_param(done, Ty::BOOL);
        let i = self.fr.b.add_param(head, Ty::INT);
        let zero = self.int(0);
        self.fr.b.jump_with(head, &[zero]);
        self.fr.b.switch_to(head);
        let len = self.int(n as i64);
        let more = self.cmp(CmpOp::Lt, i, len);
        self.fr.b.branch(more, body, yes);
        self.fr.b.switch_to(body);
        let a = self.index_addr(p, i, elem);
        let b = self.index_addr(q, i, elem);
        let same = self.eq_mem(elem, a, b);
        self.fr.b.branch(same, next, no);
        self.fr.b.switch_to(next);
        let one = self.int(1);
        let i1 = self.bin(go_ir::ir::BinOp::Add, i, one);
        self.fr.b.jump_with(head, &[i1]);
        for (b, n) in [(yes, 1), (no, 0)] {
            self.fr.b.switch_to(b);
            let v = self.iconst(n, Ty::BOOL);
            self.fr.b.jump_with(done, &[v]);
        }
        self.fr.b.switch_to(done);
        result
    }

    fn const_string(&self, v: Value) -> Option<std::sync::Arc<[u8]>> {
        match self.fr.b.def_op(v) {
            Some(Op::ConstStr(id)) => Some(std::sync::Arc::clone(&self.lo.prog.strings[*id])),
            _ => None,
        }
    }

    /// `a == b` for strings.
    pub fn string_eq(&mut self, a: Value, b: Value) -> Value {
        if let Some(c) = self.const_string(b) {
            return self.string_eq_const(a, b, &c);
        }
        if let Some(c) = self.const_string(a) {
            return self.string_eq_const(b, a, &c);
        }
        let (p, n) = self.str_parts(a);
        let (q, m) = self.str_parts(b);
        let same_len = self.cmp(CmpOp::Eq, n, m);
        self.if_value(
            same_len,
            Ty::BOOL,
            |s| {
                let n = s.convert_num(n, Ty::UINTPTR);
                s.call_rt1("memequal", &[p, q, n], Ty::BOOL)
            },
            |s| s.iconst(0, Ty::BOOL),
        )
    }

    fn string_eq_const(&mut self, a: Value, b: Value, c: &[u8]) -> Value {
        let (p, n) = self.str_parts(a);
        let len = self.int(c.len() as i64);
        let same_len = self.cmp(CmpOp::Eq, n, len);
        if c.is_empty() {
            return same_len;
        }
        self.if_value(
            same_len,
            Ty::BOOL,
            |s| {
                if c.len() <= SHORT_STRING {
                    return s.bytes_eq_const(p, c);
                }
                let (q, _) = s.str_parts(b);
                let n = s.iconst(c.len() as i64, Ty::UINTPTR);
                s.call_rt1("memequal", &[p, q, n], Ty::BOOL)
            },
            |s| s.iconst(0, Ty::BOOL),
        )
    }

    /// Whether the bytes at `p` are `c`, by integer loads.
    pub(super) fn bytes_eq_const(&mut self, p: Value, c: &[u8]) -> Value {
        let mut chunks: Vec<(usize, usize)> = Vec::new();
        let mut at = 0;
        for w in [8usize, 4, 2, 1] {
            while c.len() - at >= w {
                chunks.push((at, w));
                at += w;
            }
        }
        self.all_of(chunks.len(), |s, k| {
            let (off, w) = chunks[k];
            let ty = match w {
                8 => Ty::UINT64,
                4 => Ty::UINT32,
                2 => Ty::UINT16,
                _ => Ty::UINT8,
            };
            let mut word = [0u8; 8];
            word[..w].copy_from_slice(&c[off..off + w]);
            let pty = s.ptr_to(ty);
            let q = if off == 0 {
                s.bitcast(p, pty)
            } else {
                let o = s.int(off as i64);
                s.fr.b.emit(Op::PtrAdd { base: p, offset: o }, pty)
            };
            let v = s.load(q, ty);
            let want = s.iconst(i64::from_le_bytes(word), ty);
            s.cmp(CmpOp::Eq, v, want)
        })
    }

    /// `a == b` for interface values.
    pub(super) fn iface_eq(&mut self, a: Value, b: Value) -> Value {
        let (_, x) = self.iface_parts(a);
        let (_, y) = self.iface_parts(b);
        let (wa, wb) = (self.type_word(a), self.type_word(b));
        let same = self.cmp(CmpOp::Eq, wa, wb);
        self.if_value(same, Ty::BOOL, |s| s.call_rt1("efaceeq", &[wa, x, y], Ty::BOOL), |s| s.iconst(0, Ty::BOOL))
    }

    /// `a == b` for an interface value and one of concrete type.
    pub(super) fn iface_eq_concrete(&mut self, a: Value, b: Value) -> Value {
        let t = self.fr.b.ty(b);
        let same = self.has_type(a, t);
        let (_, data) = self.iface_parts(a);
        self.if_value(
            same,
            Ty::BOOL,
            |s| {
                let v = s.unbox(data, t);
                s.eq_values(t, v, b)
            },
            |s| s.iconst(0, Ty::BOOL),
        )
    }
}
