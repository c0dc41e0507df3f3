//! Expressions: operands in memory or as values, selectors, operators, conditions.

use super::body::{Body, Opnd, Values, Var, VarKey};
use go_ast::{BinaryOp, ExprId, ExprKind, UnaryOp};
use go_ir::ir::{BinOp, Block, CmpOp, Op, UnOp, Value};
use go_ir::ty::{Basic, Ty, TyKind};
use go_types::info::{Mode, Selection, SelectionKind};
use go_types::object::{ObjId, ObjectKind};
use go_types::universe::Builtin;
use std::sync::Arc;

/// Accesses at larger offsets from a pointer need their own nil check.
pub(super) const SAFE_OFFSET: u64 = 4096;

impl Body<'_, '_> {
    /// Value of an expression, of the type recorded for it.
    pub(super) fn expr(&mut self, e: ExprId) -> Value {
        let o = self.operand(e);
        self.opnd_value(o)
    }

    /// Value of an operand.
    pub(super) fn opnd_value(&mut self, o: Opnd) -> Value {
        match o {
            Opnd::Addr { ptr, ty } => self.load(ptr, ty),
            Opnd::Val(v) => v,
        }
    }

    /// Type of an operand.
    pub(super) fn opnd_ty(&self, o: Opnd) -> Ty {
        match o {
            Opnd::Addr { ty, .. } => ty,
            Opnd::Val(v) => self.fr.b.ty(v),
        }
    }

    /// Value of an expression assigned to something of type `ty`.
    pub(super) fn expr_to(&mut self, e: ExprId, ty: Ty) -> Value {
        if let Some(v) = self.fr.ordered.remove(&e) {
            return self.convert_to(v, ty);
        }
        let inner = self.tree.unparen(e);
        if self.tv(inner).mode == Mode::Nil {
            return self.zero(ty);
        }
        let tv = self.tv(e);
        if tv.val.0 != 0 {
            let c = self.lo.checker.info.consts[tv.val].clone();
            let own = self.ety(e);
            if self.is_iface(ty) {
                self.at(e);
                return self.const_to_iface(&c, own, ty);
            }
            return self.const_val(&c, ty);
        }
        let v = self.expr(e);
        self.convert_to(v, ty)
    }

    /// Constant value of an expression as an integer.
    pub(super) fn const_int(&self, e: ExprId) -> Option<i64> {
        let c = self.lo.checker.info.const_value(self.tree.id, e)?;
        Some(super::constant::to_i64(c))
    }

    /// Constant value of a boolean expression, seen through `!`, `&&`, `||`.
    pub(super) fn const_bool(&self, e: ExprId) -> Option<bool> {
        if let Some(c) = self.lo.checker.info.const_value(self.tree.id, e) {
            return match c {
                go_types::constant::ConstValue::Bool(b) => Some(*b),
                _ => None,
            };
        }
        match self.tree.exprs[e].kind {
            ExprKind::Paren(x) => self.const_bool(x),
            ExprKind::Unary { op: UnaryOp::Not, x } => self.const_bool(x).map(|b| !b),
            ExprKind::Binary { op: BinaryOp::AndAnd, x, y } => match (self.const_bool(x), self.const_bool(y)) {
                (Some(false), _) => Some(false),
                (Some(true), b) => b,
                _ => None,
            },
            ExprKind::Binary { op: BinaryOp::OrOr, x, y } => match (self.const_bool(x), self.const_bool(y)) {
                (Some(true), _) => Some(true),
                (Some(false), b) => b,
                _ => None,
            },
            _ => None,
        }
    }

    /// An expression as an operand: in memory if it denotes a variable.
    pub(super) fn operand(&mut self, e: ExprId) -> Opnd {
        if let Some(v) = self.fr.ordered.remove(&e) {
            return Opnd::Val(v);
        }
        let tv = self.tv(e);
        if tv.val.0 != 0 {
            let c = self.lo.checker.info.consts[tv.val].clone();
            let ty = self.ety(e);
            return Opnd::Val(self.const_val(&c, ty));
        }
        let tree = Arc::clone(&self.tree);
        match &tree.exprs[e].kind {
            ExprKind::Paren(x) => self.operand(*x),
            ExprKind::Name(_) => self.name(e),
            ExprKind::Selector { x, sel } => match self.lo.checker.info.selections.get(&sel.pos).cloned() {
                None => match self.object_at(sel.pos) {
                    Some(o) => self.object_operand(e, o, sel.pos),
                    None => {
                        let ty = self.ety(e);
                        Opnd::Val(self.zero(ty))
                    }
                },
                Some(s) => match s.kind {
                    SelectionKind::FieldVal => {
                        let x = self.operand(*x);
                        self.at(e);
                        self.walk_path(x, &s.path)
                    }
                    SelectionKind::MethodVal => Opnd::Val(self.method_value(e, *x, &s, sel.pos)),
                    SelectionKind::MethodExpr => Opnd::Val(self.method_expr(e, &s, sel.pos)),
                },
            },
            ExprKind::Index { x, indices } => self.index(e, *x, indices),
            ExprKind::Star(x) => {
                let p = self.expr(*x);
                self.at(e);
                self.deref(p)
            }
            ExprKind::BasicLit { .. } | ExprKind::KeyValue { .. } | ExprKind::Bad => {
                let ty = self.ety(e);
                Opnd::Val(self.zero(ty))
            }
            ExprKind::CompositeLit { .. } => self.composite(e),
            ExprKind::FuncLit { ty, body } => Opnd::Val(self.func_lit(e, *ty, body)),
            ExprKind::Slice { x, bounds, full } => Opnd::Val(self.slice_expr(e, *x, bounds, *full)),
            ExprKind::TypeAssert { x, .. } => Opnd::Val(self.type_assert(e, *x)),
            ExprKind::Call { .. } => {
                let values = self.call(e);
                match values.first() {
                    Some(v) => Opnd::Val(*v),
                    None => Opnd::Val(self.zero(Ty::BOOL)),
                }
            }
            ExprKind::Unary { op, x } => Opnd::Val(self.unary(e, *op, *x)),
            ExprKind::Binary { op, x, y } => Opnd::Val(self.binary(e, *op, *x, *y)),
            ExprKind::ArrayType { .. }
            | ExprKind::SliceType { .. }
            | ExprKind::StructType { .. }
            | ExprKind::FuncType(_)
            | ExprKind::InterfaceType { .. }
            | ExprKind::MapType { .. }
            | ExprKind::ChanType { .. }
            | ExprKind::Ellipsis { .. } => Opnd::Val(self.zero(Ty::UNSAFE_POINTER)),
        }
    }

    fn name(&mut self, e: ExprId) -> Opnd {
        let pos = self.tree.exprs[e].pos;
        match self.object_at(pos) {
            Some(o) => self.object_operand(e, o, pos),
            None => {
                let ty = self.ety(e);
                Opnd::Val(self.zero(ty))
            }
        }
    }

    /// What an identifier that denotes `o` stands for.
    fn object_operand(&mut self, e: ExprId, o: ObjId, pos: go_source::Pos) -> Opnd {
        match self.lo.checker.store.objects[o].kind.clone() {
            ObjectKind::Var { .. } => {
                if let Some(g) = self.global_of(o) {
                    let ty = self.lo.prog.globals[g].ty;
                    let pty = self.ptr_to(ty);
                    self.layout(ty);
                    let ptr = self.fr.b.emit(Op::GlobalAddr(g), pty);
                    return Opnd::Addr { ptr, ty };
                }
                match self.lookup(VarKey::Obj(o)) {
                    Var::Cell { ptr, ty } => Opnd::Addr { ptr, ty },
                    Var::Direct(v) => Opnd::Val(v),
                }
            }
            ObjectKind::Func { .. } => {
                let f = self.func_at(o, pos);
                let ty = self.ety(e);
                Opnd::Val(self.func_as_value(f, ty))
            }
            ObjectKind::Nil
            | ObjectKind::PkgName { .. }
            | ObjectKind::Const { .. }
            | ObjectKind::TypeName
            | ObjectKind::Label { .. }
            | ObjectKind::Builtin(_) => {
                let ty = self.ety(e);
                Opnd::Val(self.zero(ty))
            }
        }
    }

    /// `*p` as an operand.
    pub(super) fn deref(&mut self, p: Value) -> Opnd {
        let ty = self.elem(self.fr.b.ty(p));
        let size = self.size_of(ty);
        if size == 0 || size > SAFE_OFFSET {
            self.nil_check(p);
        }
        Opnd::Addr { ptr: p, ty }
    }

    /// Selects along a path of field indices, following embedded pointers.
    pub(super) fn walk_path(&mut self, mut o: Opnd, path: &[u32]) -> Opnd {
        for i in path {
            let ty = self.opnd_ty(o);
            if let TyKind::Pointer(elem) = self.under(ty) {
                let p = self.opnd_value(o);
                let off = self.layout(elem).field_offsets.get(*i as usize).copied().unwrap_or(0);
                if off >= SAFE_OFFSET {
                    self.nil_check(p);
                }
                o = Opnd::Addr { ptr: p, ty: elem };
            }
            o = match o {
                Opnd::Addr { ptr, ty } => {
                    let fty = self.field_ty(ty, *i);
                    Opnd::Addr { ptr: self.field_addr(ptr, ty, *i), ty: fty }
                }
                Opnd::Val(v) => {
                    let fty = self.field_ty(self.fr.b.ty(v), *i);
                    Opnd::Val(self.extract(v, *i, fty))
                }
            };
        }
        o
    }

    /// Address of an operand; a value is put into a fresh variable.
    pub(super) fn opnd_addr(&mut self, o: Opnd) -> Value {
        match o {
            Opnd::Addr { ptr, .. } => ptr,
            Opnd::Val(v) => self.spill(v),
        }
    }

    /// `&x`, with the nil checks that taking an address needs.
    fn address_of(&mut self, e: ExprId, x: ExprId) -> Value {
        let inner = self.tree.unparen(x);
        if matches!(self.tree.exprs[inner].kind, ExprKind::CompositeLit { .. }) {
            return self.composite_ptr(inner);
        }
        let o = self.operand(inner);
        self.at(e);
        let p = self.opnd_addr(o);
        self.check_path(p);
        let ty = self.ety(e);
        self.bitcast(p, ty)
    }

    /// Nil check of the pointer that an address is derived from.
    pub(super) fn check_path(&mut self, p: Value) {
        let mut root = p;
        let mut derived = false;
        loop {
            match self.fr.b.def_op(root) {
                Some(Op::FieldAddr { base, .. }) => {
                    derived = true;
                    root = *base;
                }
                Some(Op::IndexAddr { base, elem, .. }) => {
                    // An array in memory; slices' elements are never behind a nil pointer.
                    let is_array = self.elem(self.fr.b.ty(*base)) != *elem;
                    if !is_array {
                        return;
                    }
                    derived = true;
                    root = *base;
                }
                Some(Op::Alloc { .. } | Op::GlobalAddr(_) | Op::DataAddr(_) | Op::Capture(_)) => return,
                _ => break,
            }
        }
        // `&*p` needs the check as well.
        let _ = derived;
        self.nil_check(root);
    }

    fn unary(&mut self, e: ExprId, op: UnaryOp, x: ExprId) -> Value {
        match op {
            UnaryOp::Plus | UnaryOp::Tilde => self.expr(x),
            UnaryOp::Addr => self.address_of(e, x),
            UnaryOp::Recv => {
                let ch = self.expr(x);
                self.at(e);
                self.recv(ch, None).0
            }
            UnaryOp::Not => {
                let ty = self.ety(e);
                let v = self.expr(x);
                self.fr.b.emit(Op::Unary(UnOp::Not, v), ty)
            }
            UnaryOp::Neg => {
                let v = self.expr(x);
                self.at(e);
                self.negate(v)
            }
            UnaryOp::Xor => {
                let v = self.expr(x);
                let ty = self.fr.b.ty(v);
                self.fr.b.emit(Op::Unary(UnOp::Com, v), ty)
            }
        }
    }

    fn negate(&mut self, v: Value) -> Value {
        let ty = self.fr.b.ty(v);
        if matches!(self.basic(ty), Some(Basic::Complex64 | Basic::Complex128)) {
            return self.complex_neg(v);
        }
        self.fr.b.emit(Op::Unary(UnOp::Neg, v), ty)
    }

    fn binary(&mut self, e: ExprId, op: BinaryOp, x: ExprId, y: ExprId) -> Value {
        let ty = self.ety(e);
        match op {
            BinaryOp::AndAnd | BinaryOp::OrOr => {
                let (t, f, done) = (self.fr.b.new_block(), self.fr.b.new_block(), self.fr.b.new_block());
                let result = self.fr.b.add_param(done, ty);
                self.cond(e, t, f);
                for (b, n) in [(t, 1), (f, 0)] {
                    self.fr.b.switch_to(b);
                    let v = self.iconst(n, ty);
                    self.fr.b.jump_with(done, &[v]);
                }
                self.fr.b.switch_to(done);
                result
            }
            _ if op.is_comparison() => {
                let v = self.comparison(e, op, x, y);
                self.bitcast(v, ty)
            }
            _ if op.is_shift() => {
                if self.has_call(y) {
                    self.order(x);
                    self.order(y);
                }
                let a = self.expr_to(x, ty);
                let (n, signed_n) = self.shift_count(y);
                self.at(e);
                self.shift(op, a, n, signed_n)
            }
            BinaryOp::Add if self.basic(ty) == Some(Basic::String) => self.concat(e, ty),
            _ => {
                if self.has_call(y) {
                    self.order(x);
                    self.order(y);
                }
                let a = self.expr_to(x, ty);
                let b = self.expr_to(y, ty);
                self.at(e);
                self.arith(op, a, b)
            }
        }
    }

    /// Count of a shift and whether it must be checked for being negative.
    pub(super) fn shift_count(&mut self, y: ExprId) -> (Value, bool) {
        if let Some(n) = self.const_int(y) {
            let v = self.iconst(n, Ty::UINT);
            return (v, false);
        }
        let v = self.expr(y);
        let signed = self.int_signed(self.fr.b.ty(v)).unwrap_or(false);
        (v, signed)
    }

    /// A shift, with the check of a signed count.
    pub(super) fn shift(&mut self, op: BinaryOp, a: Value, n: Value, signed_count: bool) -> Value {
        let mut n = n;
        if signed_count {
            let nty = self.fr.b.ty(n);
            let zero = self.zero(nty);
            let neg = self.cmp(CmpOp::Lt, n, zero);
            self.panic_if(neg, "panicshift");
            // Not negative: the unsigned type of the same width.
            n = self.convert_num(n, Ty::UINT);
        }
        let op = if op == BinaryOp::Shl { BinOp::Shl } else { BinOp::Shr };
        self.bin(op, a, n)
    }

    /// Arithmetic on two values of one type; checks integer divisors.
    pub(super) fn arith(&mut self, op: BinaryOp, a: Value, b: Value) -> Value {
        let ty = self.fr.b.ty(a);
        match self.basic(ty) {
            Some(Basic::Complex64 | Basic::Complex128) => return self.complex_arith(op, a, b),
            Some(Basic::String) => return self.concat_values(&[a, b], ty),
            _ => {}
        }
        let is_int = self.int_signed(ty).is_some();
        if is_int && matches!(op, BinaryOp::Div | BinaryOp::Rem) {
            match self.fr.b.const_int_of(b) {
                Some(n) if n != 0 => {}
                _ => {
                    let bad = self.is_zero(b);
                    self.panic_if(bad, "panicdivide");
                }
            }
        }
        let op = match op {
            BinaryOp::Add => BinOp::Add,
            BinaryOp::Sub => BinOp::Sub,
            BinaryOp::Mul => BinOp::Mul,
            BinaryOp::Div => BinOp::Div,
            BinaryOp::Rem => BinOp::Rem,
            BinaryOp::And | BinaryOp::AndAnd => BinOp::And,
            BinaryOp::Or | BinaryOp::OrOr => BinOp::Or,
            BinaryOp::Xor => BinOp::Xor,
            BinaryOp::AndNot => BinOp::AndNot,
            BinaryOp::Shl => BinOp::Shl,
            BinaryOp::Shr => BinOp::Shr,
            BinaryOp::Eq | BinaryOp::Ne | BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge => BinOp::Sub,
        };
        self.bin(op, a, b)
    }

    /// Goes to `t` or `f` by the value of a condition.
    pub(super) fn cond(&mut self, e: ExprId, t: Block, f: Block) {
        if let Some(b) = self.const_bool(e) {
            self.fr.b.jump(if b { t } else { f });
            return;
        }
        if self.fr.ordered.contains_key(&e) {
            let v = self.expr(e);
            self.fr.b.branch(v, t, f);
            return;
        }
        let tree = Arc::clone(&self.tree);
        match &tree.exprs[e].kind {
            ExprKind::Paren(x) => self.cond(*x, t, f),
            ExprKind::Unary { op: UnaryOp::Not, x } => self.cond(*x, f, t),
            ExprKind::Binary { op: BinaryOp::AndAnd, x, y } => {
                let mid = self.fr.b.new_block();
                self.cond(*x, mid, f);
                self.fr.b.switch_to(mid);
                self.cond(*y, t, f);
            }
            ExprKind::Binary { op: BinaryOp::OrOr, x, y } => {
                let mid = self.fr.b.new_block();
                self.cond(*x, t, mid);
                self.fr.b.switch_to(mid);
                self.cond(*y, t, f);
            }
            _ => {
                let v = self.expr(e);
                self.at(e);
                self.fr.b.branch(v, t, f);
            }
        }
    }

    /// The builtin that a function expression denotes.
    pub(super) fn builtin_of(&self, fun: ExprId) -> Option<Builtin> {
        let fun = self.tree.unparen(fun);
        let pos = match &self.tree.exprs[fun].kind {
            ExprKind::Name(_) => self.tree.exprs[fun].pos,
            ExprKind::Selector { sel, .. } => sel.pos,
            _ => return None,
        };
        match self.lo.checker.store.objects[self.object_at(pos)?].kind {
            ObjectKind::Builtin(b) => Some(b),
            _ => None,
        }
    }

    /// The selection at a selector expression.
    pub(super) fn selection(&self, e: ExprId) -> Option<(ExprId, Selection, go_source::Pos)> {
        match &self.tree.exprs[e].kind {
            ExprKind::Selector { x, sel } => {
                self.lo.checker.info.selections.get(&sel.pos).map(|s| (*x, s.clone(), sel.pos))
            }
            _ => None,
        }
    }

    /// Values of an expression that may have several (calls, comma-ok forms).
    pub(super) fn expr_multi(&mut self, e: ExprId, want: usize) -> Values {
        let inner = self.tree.unparen(e);
        let tree = Arc::clone(&self.tree);
        if want == 2 {
            match &tree.exprs[inner].kind {
                ExprKind::TypeAssert { x, .. } => {
                    let (v, ok) = self.type_assert_ok(inner, *x);
                    return Values::from_slice(&[v, ok]);
                }
                ExprKind::Unary { op: UnaryOp::Recv, x } => {
                    let ch = self.expr(*x);
                    self.at(inner);
                    let (v, ok) = self.recv_ok(ch);
                    return Values::from_slice(&[v, ok]);
                }
                ExprKind::Index { x, indices } => {
                    let t = self.ety(*x);
                    if matches!(self.under(t), TyKind::Map(..)) {
                        let (v, ok) = self.map_get_ok(inner, *x, indices[0]);
                        return Values::from_slice(&[v, ok]);
                    }
                }
                _ => {}
            }
        }
        if let ExprKind::Call { .. } = &tree.exprs[inner].kind
            && self.tv(inner).val.0 == 0
        {
            if let Some(v) = self.fr.ordered.remove(&inner) {
                return Values::from_slice(&[v]);
            }
            return self.call(inner);
        }
        Values::from_slice(&[self.expr(e)])
    }
}
