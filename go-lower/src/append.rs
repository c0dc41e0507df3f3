//! `append`, `copy`, `clear`: the common case inline, growth in the runtime.

use super::body::{Body, VarKey};
use go_ast::{ExprId, ExprKind};
use go_ir::ir::{BinOp, Block, CmpOp, Intrinsic, Op, Value};
use go_ir::ty::{Basic, Ty, TyKind};
use go_types::info::Mode;
use go_types::universe::Builtin;

/// Bytes of the stack buffer for first growth (gc's `VariableMakeThreshold`).
const APPEND_BUFFER: u64 = 32;

/// Room on the stack for an empty slice that grows.
#[derive(Clone, Copy)]
struct Buffer {
    /// Variable with its address; nil once it is used.
    cell: Value,
    /// Type of the address.
    ptr: Ty,
    /// Elements.
    len: u64,
    /// Bytes.
    bytes: u64,
}

impl Body<'_, '_> {
    /// `append(s, …)`
    pub(super) fn append(&mut self, e: ExprId, args: &[ExprId], ellipsis: bool) -> Value {
        let ty = self.ety(e);
        let elem = self.elem(ty);
        if ellipsis && let Some((len_arg, mty)) = self.make_argument(args[1]) {
            self.order_all(&[args[0], len_arg]);
            let s = self.expr_to(args[0], ty);
            let n = self.index_value(len_arg);
            self.at(e);
            let _ = mty;
            return self.append_zeros(s, n.v, elem, ty);
        }
        self.order_all(args);
        let s = self.expr_to(args[0], ty);
        if ellipsis {
            let st = self.ety(args[1]);
            let is_string = self.basic(st) == Some(Basic::String);
            let (src, n) = if let Some(s) = self.slice_of_string(args[1], 1) {
                let v = self.expr(s);
                self.str_parts(v)
            } else if is_string {
                let v = self.expr(args[1]);
                self.str_parts(v)
            } else {
                let v = self.expr_to(args[1], ty);
                let (p, n, _) = self.slice_parts(v);
                (p, n)
            };
            self.at(e);
            return self.append_slice(s, src, n, elem, ty);
        }
        let vs: Vec<Value> = args[1..].iter().map(|a| self.expr_to(*a, elem)).collect();
        self.at(e);
        if vs.is_empty() {
            return s;
        }
        let buffer = self.append_buffer(args[0], vs.len() as u64, elem);
        self.append_values(s, &vs, elem, ty, buffer)
    }

    /// The stack buffer for the first growth of the empty slice that `arg` is: gc gives one to each
    /// local variable that values are appended to, at the first such place in the source, and to each
    /// other operand that is not stored in memory.
    fn append_buffer(&mut self, arg: ExprId, n: u64, elem: Ty) -> Option<Buffer> {
        let size = self.size_of(elem);
        if size == 0 || size > APPEND_BUFFER {
            return None;
        }
        let len = APPEND_BUFFER / size;
        let arg = self.tree.unparen(arg);
        match self.tree.exprs[arg].kind {
            ExprKind::Name(_) if self.tv(arg).mode != Mode::Nil => {
                let o = *self.lo.checker.info.uses.get(&self.tree.exprs[arg].pos)?;
                let facts = self.facts.var(o);
                let is_local = self.fr.vars.contains_key(&VarKey::Obj(o));
                if !is_local || facts.addressed || facts.captured || !self.fr.appended.insert(o) {
                    return None;
                }
            }
            ExprKind::Selector { .. } | ExprKind::Index { .. } | ExprKind::Star(_) => return None,
            _ => {}
        }
        if n > len {
            return None;
        }
        let arr = self.lo.prog.types.array(elem, len);
        self.layout(arr);
        let (arr_ptr, cell_ptr) = (self.ptr_to(arr), {
            let p = self.ptr_to(arr);
            self.ptr_to(p)
        });
        let site = self.fr.b.new_site();
        let buf = self.fr.b.emit_entry(Op::Buffer { ty: arr, site }, arr_ptr);
        let site = self.fr.b.new_site();
        let cell = self.fr.b.emit_entry(Op::Alloc { ty: arr_ptr, site }, cell_ptr);
        self.fr.b.emit_entry_void(Op::Store { addr: cell, value: buf });
        Some(Buffer { cell, ptr: arr_ptr, len, bytes: len * size })
    }

    /// `make([]T, n)` as the spread argument of append: its length.
    fn make_argument(&mut self, a: ExprId) -> Option<(ExprId, Ty)> {
        let a = self.tree.unparen(a);
        if self.fr.ordered.contains_key(&a) {
            return None;
        }
        let ExprKind::Call { fun, args, .. } = &self.tree.exprs[a].kind else { return None };
        if args.len() != 2 || self.builtin_of(*fun) != Some(Builtin::Make) {
            return None;
        }
        let len = args[1];
        let t = self.ety(a);
        matches!(self.under(t), TyKind::Slice(_)).then_some((len, t))
    }

    /// Makes room for `n` more elements: base pointer (`*elem`), new length, capacity.
    fn grow(&mut self, s: Value, n: Value, elem: Ty, buffer: Option<Buffer>) -> (Value, Value, Value, Value) {
        let (p, len, cap) = self.slice_parts(s);
        let new_len = self.bin(BinOp::Add, len, n);
        let ul = self.convert_num(new_len, Ty::UINT);
        let uc = self.convert_num(cap, Ty::UINT);
        let full = self.cmp(CmpOp::Gt, ul, uc);
        let slow = self.fr.b.new_cold_block();
        let done = self.fr.b.new_block();
        let pty = self.ptr_to(elem);
        let rp = self.fr.b.add_param(done, pty);
        let rc = self.fr.b.add_param(done, Ty::INT);
        let fast = self.fr.b.new_block();
        self.fr.b.branch(full, slow, fast);
        self.fr.b.switch_to(fast);
        self.fr.b.jump_with(done, &[p, cap]);
        self.fr.b.switch_to(slow);
        if let Some(buf) = buffer {
            self.grow_into_buffer(buf, len, pty, done);
        }
        let desc = self.type_desc(elem);
        let r = self.call_rt("growslice", &[p, new_len, cap, n, desc])[0];
        let np = self.extract(r, 0, Ty::UNSAFE_POINTER);
        let np = self.bitcast(np, pty);
        let nc = self.extract(r, 2, Ty::INT);
        self.fr.b.jump_with(done, &[np, nc]);
        self.fr.b.switch_to(done);
        (rp, len, new_len, rc)
    }

    /// `if len == 0 && buf != nil { p, cap, buf = buf, len(buf), nil; goto done }`
    fn grow_into_buffer(&mut self, buf: Buffer, len: Value, pty: Ty, done: Block) {
        let (empty, take) = (self.fr.b.new_cold_block(), self.fr.b.new_cold_block());
        let call = self.fr.b.new_cold_block();
        let c = self.is_zero(len);
        self.fr.b.branch(c, empty, call);
        self.fr.b.switch_to(empty);
        let p = self.load(buf.cell, buf.ptr);
        let none = self.is_zero(p);
        self.fr.b.branch(none, call, take);
        self.fr.b.switch_to(take);
        let bytes = self.iconst(buf.bytes as i64, Ty::UINTPTR);
        self.intrinsic_void(Intrinsic::MemZero, &[p, bytes]);
        let nil = self.zero(buf.ptr);
        self.store(buf.cell, nil);
        let p = self.bitcast(p, pty);
        let cap = self.int(buf.len as i64);
        self.fr.b.jump_with(done, &[p, cap]);
        self.fr.b.switch_to(call);
    }

    /// Appends values.
    fn append_values(&mut self, s: Value, vs: &[Value], elem: Ty, ty: Ty, buffer: Option<Buffer>) -> Value {
        let n = self.int(vs.len() as i64);
        let (p, len, new_len, cap) = self.grow(s, n, elem, buffer);
        for (i, v) in vs.iter().enumerate() {
            let at = if i == 0 {
                len
            } else {
                let k = self.int(i as i64);
                self.bin(BinOp::Add, len, k)
            };
            let a = self.index_addr(p, at, elem);
            self.store(a, *v);
        }
        self.compose(&[p, new_len, cap], ty)
    }

    fn append_slice(&mut self, s: Value, src: Value, n: Value, elem: Ty, ty: Ty) -> Value {
        let (p, len, new_len, cap) = self.grow(s, n, elem, None);
        let dst = self.index_addr(p, len, elem);
        self.move_elems(dst, src, n, elem);
        self.compose(&[p, new_len, cap], ty)
    }

    fn append_zeros(&mut self, s: Value, n: Value, elem: Ty, ty: Ty) -> Value {
        let z = self.int(0);
        let neg = self.cmp(CmpOp::Lt, n, z);
        self.panic_if(neg, "panicmakeslicelen");
        let (p, len, new_len, cap) = self.grow(s, n, elem, None);
        let dst = self.index_addr(p, len, elem);
        self.zero_elems(dst, n, elem);
        self.compose(&[p, new_len, cap], ty)
    }

    /// Byte size of `n` elements.
    fn byte_count(&mut self, n: Value, elem: Ty) -> Value {
        let size = self.size_of(elem) as i64;
        let n = self.convert_num(n, Ty::UINTPTR);
        if size == 1 {
            return n;
        }
        let s = self.iconst(size, Ty::UINTPTR);
        self.bin(BinOp::Mul, n, s)
    }

    /// Copies `n` elements; the areas may overlap.
    pub(super) fn move_elems(&mut self, dst: Value, src: Value, n: Value, elem: Ty) {
        if self.size_of(elem) == 0 {
            return;
        }
        let bytes = self.byte_count(n, elem);
        self.intrinsic_void(Intrinsic::MemMove, &[dst, src, bytes]);
    }

    /// Zeroes `n` elements.
    pub(super) fn zero_elems(&mut self, dst: Value, n: Value, elem: Ty) {
        if self.size_of(elem) == 0 {
            return;
        }
        let bytes = self.byte_count(n, elem);
        self.intrinsic_void(Intrinsic::MemZero, &[dst, bytes]);
    }

    /// `copy(dst, src)`
    pub(super) fn copy(&mut self, e: ExprId, args: &[ExprId]) -> Value {
        self.order_all(args);
        let d = self.expr(args[0]);
        let s = self.read_only_slice(args[1]);
        self.at(e);
        self.copy_values(d, s)
    }

    /// Copies slice or string `s` to slice `d`; number of elements.
    pub(super) fn copy_values(&mut self, d: Value, s: Value) -> Value {
        let (dp, dn, _) = self.slice_parts(d);
        let elem = self.elem(self.fr.b.ty(d));
        let (sp, sn) = if self.basic(self.fr.b.ty(s)) == Some(Basic::String) {
            self.str_parts(s)
        } else {
            let (p, n, _) = self.slice_parts(s);
            (p, n)
        };
        let less = self.cmp(CmpOp::Lt, sn, dn);
        let n = self.select(less, sn, dn);
        self.move_elems(dp, sp, n, elem);
        n
    }

    /// `clear(x)` of a map or slice value.
    pub(super) fn clear_value(&mut self, v: Value) {
        let t = self.fr.b.ty(v);
        match self.under(t) {
            TyKind::Map(..) => {
                let desc = self.type_desc(t);
                self.call_rt("mapclear", &[desc, v]);
            }
            TyKind::Slice(elem) => {
                let (p, n, _) = self.slice_parts(v);
                self.zero_elems(p, n, elem);
            }
            _ => {}
        }
    }
}
