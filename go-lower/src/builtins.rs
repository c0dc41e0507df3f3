//! Calls of predeclared functions and of package unsafe's.

use super::body::{Body, Opnd, Values};
use go_ast::{ExprId, ExprKind};
use go_ir::ir::{CmpOp, Intrinsic, Op, Value};
use go_ir::ty::{Basic, Ty, TyKind};
use go_types::info::Mode;
use go_types::universe::Builtin;
use smallvec::smallvec;
use std::sync::Arc;

/// Arrays behind `make` with constant size up to this many bytes are allocation sites of their own
/// (gc's limit for implicit stack variables).
const MAX_MADE_ARRAY: u64 = 64 << 10;

impl Body<'_, '_> {
    /// A call of a builtin; no value for those that have none.
    pub(super) fn builtin_call(&mut self, e: ExprId, b: Builtin, args: &[ExprId], ellipsis: bool) -> Values {
        let one = |v: Value| -> Values { smallvec![v] };
        match b {
            Builtin::Append => one(self.append(e, args, ellipsis)),
            Builtin::Copy => one(self.copy(e, args)),
            Builtin::Len | Builtin::Cap => one(self.len_cap(e, b, args[0])),
            Builtin::Make => one(self.make(e, args)),
            Builtin::New => one(self.new_value(e, args[0])),
            Builtin::Min | Builtin::Max => one(self.min_max(e, b, args)),
            Builtin::Complex => {
                let ty = self.ety(e);
                let part = self.complex_part_ty(ty);
                self.order_all(args);
                let re = self.expr_to(args[0], part);
                let im = self.expr_to(args[1], part);
                one(self.compose(&[re, im], ty))
            }
            Builtin::Real | Builtin::Imag => {
                let v = self.expr(args[0]);
                let (re, im) = self.complex_split(v);
                let ty = self.ety(e);
                let v = if b == Builtin::Real { re } else { im };
                one(self.bitcast(v, ty))
            }
            Builtin::UnsafeAdd => {
                self.order_all(args);
                let p = self.expr(args[0]);
                let n = self.index_value(args[1]);
                let ty = self.ety(e);
                one(self.fr.b.emit(Op::PtrAdd { base: p, offset: n.v }, ty))
            }
            Builtin::UnsafeSlice | Builtin::UnsafeString => one(self.unsafe_slice(e, b, args)),
            Builtin::UnsafeSliceData => {
                let s = self.expr(args[0]);
                let (p, _, _) = self.slice_parts(s);
                let ty = self.ety(e);
                one(self.bitcast(p, ty))
            }
            Builtin::UnsafeStringData => {
                let s = self.expr(args[0]);
                let (p, _) = self.str_parts(s);
                let ty = self.ety(e);
                one(self.bitcast(p, ty))
            }
            Builtin::UnsafeAlignof | Builtin::UnsafeOffsetof | Builtin::UnsafeSizeof => {
                one(self.unsafe_layout(e, b, args[0]))
            }
            Builtin::Clear
            | Builtin::Close
            | Builtin::Delete
            | Builtin::Panic
            | Builtin::Print
            | Builtin::Println
            | Builtin::Recover
            | Builtin::Assert
            | Builtin::Trace => {
                let vs = self.builtin_operands(b, args);
                self.at(e);
                let r = self.builtin_on_values(b, &vs);
                match r {
                    Some(v) => {
                        let ty = self.ety(e);
                        one(self.bitcast(v, ty))
                    }
                    None => Values::new(),
                }
            }
        }
    }

    /// Evaluated operands of a builtin that `go` and `defer` may call too.
    pub(super) fn builtin_operands(&mut self, b: Builtin, args: &[ExprId]) -> Vec<Value> {
        self.order_all(args);
        match b {
            // Of a deferred `recover()` too: the function with the defer statement counts as its caller.
            Builtin::Recover => vec![self.frame_ptr()],
            Builtin::Panic => {
                let any = self.any_ty();
                vec![self.expr_to(args[0], any)]
            }
            Builtin::Delete => {
                let m = self.expr(args[0]);
                let kt = match self.under(self.fr.b.ty(m)) {
                    TyKind::Map(k, _) => k,
                    _ => Ty::INT,
                };
                vec![m, self.expr_to(args[1], kt)]
            }
            Builtin::Print | Builtin::Println if self.is_spread(args) => self.expr_multi(args[0], 0).to_vec(),
            Builtin::Print | Builtin::Println => {
                args.iter()
                    .map(|a| {
                        if self.tv(self.tree.unparen(*a)).mode == Mode::Nil {
                            return self.zero(Ty::UNSAFE_POINTER);
                        }
                        let mut ty = self.ety(*a);
                        // Constants without a type are printed as int64.
                        if self.tv(*a).val.0 != 0 && ty == Ty::INT {
                            ty = Ty::INT64;
                        }
                        self.expr_to(*a, ty)
                    })
                    .collect()
            }
            _ => args.iter().map(|a| self.expr(*a)).collect(),
        }
    }

    /// The type `any`.
    pub(super) fn any_ty(&mut self) -> Ty {
        self.lo.prog.types.intern(TyKind::Interface(Arc::from([])))
    }

    /// A builtin on evaluated operands.
    pub(super) fn builtin_on_values(&mut self, b: Builtin, vs: &[Value]) -> Option<Value> {
        match b {
            Builtin::Clear => self.clear_value(vs[0]),
            Builtin::Close => {
                self.call_rt("closechan", vs);
            }
            Builtin::Delete => self.map_delete(vs[0], vs[1]),
            Builtin::Panic => {
                self.call_rt("gopanic", vs);
                self.fr.b.unreachable();
            }
            Builtin::Print | Builtin::Println => self.print(vs, b == Builtin::Println),
            Builtin::Recover => {
                let any = self.any_ty();
                return Some(self.call_rt1("gorecover", vs, any));
            }
            Builtin::Copy => return Some(self.copy_values(vs[0], vs[1])),
            _ => {}
        }
        None
    }

    fn print(&mut self, vs: &[Value], line: bool) {
        self.call_rt("printlock", &[]);
        for (i, v) in vs.iter().enumerate() {
            if line && i > 0 {
                self.call_rt("printsp", &[]);
            }
            self.print_value(*v);
        }
        if line {
            self.call_rt("printnl", &[]);
        }
        self.call_rt("printunlock", &[]);
    }

    fn print_value(&mut self, v: Value) {
        let t = self.fr.b.ty(v);
        let (name, arg) = match self.under(t) {
            TyKind::Basic(b) => match b {
                Basic::Bool => ("printbool", v),
                Basic::Float32 => ("printfloat32", v),
                Basic::Float64 => ("printfloat64", v),
                Basic::Complex64 => ("printcomplex64", v),
                Basic::Complex128 => ("printcomplex128", v),
                Basic::String => {
                    let quoted =
                        self.lo.prog.types.named(t).is_some_and(|n| n.pkg_path == "runtime" && n.name == "quoted");
                    (if quoted { "printquoted" } else { "printstring" }, v)
                }
                Basic::UnsafePointer => ("printpointer", v),
                Basic::Uintptr => {
                    let hex = self.is_runtime_hex(t);
                    (if hex { "printhex" } else { "printuintptr" }, self.convert_num(v, Ty::UINT64))
                }
                Basic::Uint | Basic::Uint8 | Basic::Uint16 | Basic::Uint32 | Basic::Uint64 => {
                    let hex = self.is_runtime_hex(t);
                    (if hex { "printhex" } else { "printuint" }, self.convert_num(v, Ty::UINT64))
                }
                _ => ("printint", self.convert_num(v, Ty::INT64)),
            },
            TyKind::Interface(m) => (if m.is_empty() { "printeface" } else { "printiface" }, v),
            TyKind::Slice(_) => ("printslice", v),
            _ => ("printpointer", self.bitcast(v, Ty::UNSAFE_POINTER)),
        };
        // `uintptr` and `uint64` parameters differ by name only.
        let f = self.lo.runtime(name);
        let arg = match self.lo.prog.funcs[f].params.first() {
            Some(p) if self.basic(*p).is_some_and(|b| super::body::basic_signed(b).is_some()) => {
                let p = *p;
                self.convert_num(arg, p)
            }
            _ => arg,
        };
        self.call_func(f, &[arg]);
    }

    fn is_runtime_hex(&self, t: Ty) -> bool {
        self.lo.prog.types.named(t).is_some_and(|n| n.pkg_path == "runtime" && n.name == "hex")
    }

    /// `len(x)`, `cap(x)`
    fn len_cap(&mut self, e: ExprId, b: Builtin, x: ExprId) -> Value {
        let t = self.ety(x);
        match self.under(t) {
            TyKind::Array(_, n) => {
                // Evaluated for its calls only.
                if self.has_call(x) {
                    self.expr(x);
                }
                self.int(n as i64)
            }
            TyKind::Pointer(arr) => {
                if self.has_call(x) {
                    self.expr(x);
                }
                match self.under(arr) {
                    TyKind::Array(_, n) => self.int(n as i64),
                    _ => self.int(0),
                }
            }
            TyKind::Map(..) => {
                let m = self.expr(x);
                self.at(e);
                self.map_len(m)
            }
            TyKind::Chan(..) => {
                let c = self.expr(x);
                self.at(e);
                self.call_rt1(if b == Builtin::Len { "chanlen" } else { "chancap" }, &[c], Ty::INT)
            }
            TyKind::Slice(_) => {
                if b == Builtin::Len
                    && let Some(s) = self.slice_of_string(x, 4)
                {
                    let s = self.expr(s);
                    self.at(e);
                    return self.call_rt1("countrunes", &[s], Ty::INT);
                }
                let s = if b == Builtin::Len { self.read_only_slice(x) } else { self.expr(x) };
                self.extract(s, if b == Builtin::Len { 1 } else { 2 }, Ty::INT)
            }
            _ => {
                if let Some(bytes) = self.string_of_bytes(x) {
                    let s = self.expr(bytes);
                    return self.extract(s, 1, Ty::INT);
                }
                let s = self.expr(x);
                self.extract(s, 1, Ty::INT)
            }
        }
    }

    /// `make(T, …)`
    fn make(&mut self, e: ExprId, args: &[ExprId]) -> Value {
        let ty = self.ety(e);
        self.order_all(&args[1..]);
        match self.under(ty) {
            TyKind::Slice(elem) => self.make_slice(e, ty, elem, &args[1..]),
            TyKind::Map(..) => {
                let hint = args.get(1).map(|a| self.index_value(*a).v);
                self.at(e);
                self.make_map(ty, hint)
            }
            _ => {
                let n = args.get(1).map(|a| self.index_value(*a).v);
                self.at(e);
                self.make_chan(ty, n)
            }
        }
    }

    fn make_slice(&mut self, e: ExprId, ty: Ty, elem: Ty, args: &[ExprId]) -> Value {
        let len = self.index_value(args[0]);
        let cap = match args.get(1) {
            Some(c) => self.index_value(*c),
            None => len,
        };
        self.at(e);
        let size = self.size_of(elem);
        if let Some(c) = cap.known
            && c >= 0
            && (c as u64).saturating_mul(size) <= MAX_MADE_ARRAY
            && len.known.is_none_or(|l| (0..=c).contains(&l))
        {
            if len.known.is_none() {
                self.check_make_len(len.v, cap.v);
            }
            let arr = self.lo.prog.types.array(elem, c as u64);
            let p = self.alloc(arr);
            let pty = self.ptr_to(elem);
            let p = self.bitcast(p, pty);
            return self.compose(&[p, len.v, cap.v], ty);
        }
        let desc = self.type_desc(elem);
        let pty = self.ptr_to(elem);
        let p = self.call_rt1("makeslice", &[desc, len.v, cap.v], pty);
        self.compose(&[p, len.v, cap.v], ty)
    }

    /// Panics unless `0 <= len <= cap`.
    fn check_make_len(&mut self, len: Value, cap: Value) {
        let ul = self.convert_num(len, Ty::UINT);
        let uc = self.convert_num(cap, Ty::UINT);
        let bad = self.cmp(CmpOp::Gt, ul, uc);
        self.panic_block(bad, |s| {
            let z = s.int(0);
            let neg = s.cmp(CmpOp::Lt, len, z);
            s.panic_if(neg, "panicmakeslicelen");
            s.call_rt("panicmakeslicecap", &[]);
        });
    }

    /// `new(T)`, `new(x)`
    fn new_value(&mut self, e: ExprId, x: ExprId) -> Value {
        let pty = self.ety(e);
        let ty = self.elem(pty);
        let v = if self.is_type_expr(x) { None } else { Some(self.expr_to(x, ty)) };
        self.at(e);
        let p = self.alloc(ty);
        if let Some(v) = v {
            self.store(p, v);
        }
        self.bitcast(p, pty)
    }

    fn min_max(&mut self, e: ExprId, b: Builtin, args: &[ExprId]) -> Value {
        let ty = self.ety(e);
        self.order_all(args);
        let vs: Vec<Value> = args.iter().map(|a| self.expr_to(*a, ty)).collect();
        self.at(e);
        let kind = self.basic(ty);
        let min = b == Builtin::Min;
        let mut acc = vs[0];
        for v in &vs[1..] {
            acc = match kind {
                Some(Basic::String) => {
                    let op = if min { CmpOp::Lt } else { CmpOp::Gt };
                    let c = self.string_order(op, *v, acc);
                    self.select(c, *v, acc)
                }
                Some(Basic::Float32 | Basic::Float64) => {
                    let i = if min { Intrinsic::FloatMin } else { Intrinsic::FloatMax };
                    self.intrinsic(i, &[acc, *v], ty)
                }
                _ => {
                    let op = if min { CmpOp::Lt } else { CmpOp::Gt };
                    let c = self.cmp(op, *v, acc);
                    self.select(c, *v, acc)
                }
            };
        }
        acc
    }

    /// `unsafe.Slice(p, n)`, `unsafe.String(p, n)`
    fn unsafe_slice(&mut self, e: ExprId, b: Builtin, args: &[ExprId]) -> Value {
        let ty = self.ety(e);
        self.order_all(args);
        let p = self.expr(args[0]);
        let n = self.index_value(args[1]);
        self.at(e);
        // Lengths beyond int are negative as int, which the runtime reports alike.
        let elem = self.elem(self.fr.b.ty(p));
        let harmless = n.known == Some(0);
        if b == Builtin::UnsafeSlice {
            if !harmless {
                let desc = self.type_desc(elem);
                self.call_rt("unsafeslice", &[desc, p, n.v]);
            }
            let pty = self.ptr_to(elem);
            let p = self.bitcast(p, pty);
            // A nil pointer gives a nil slice only with length 0.
            return self.compose(&[p, n.v, n.v], ty);
        }
        if !harmless {
            self.call_rt("unsafestring", &[p, n.v]);
        }
        let pty = self.ptr_to(Ty::UINT8);
        let p = self.bitcast(p, pty);
        self.compose(&[p, n.v], ty)
    }

    /// Sizes that depend on type parameters.
    fn unsafe_layout(&mut self, e: ExprId, b: Builtin, x: ExprId) -> Value {
        let ty = self.ety(e);
        let n = match b {
            Builtin::UnsafeSizeof => {
                let t = self.ety(x);
                self.size_of(t)
            }
            Builtin::UnsafeAlignof => {
                let t = self.ety(x);
                u64::from(self.layout(t).align)
            }
            _ => self.offset_of(x),
        };
        self.iconst(n as i64, ty)
    }

    fn offset_of(&mut self, x: ExprId) -> u64 {
        let inner = self.tree.unparen(x);
        let ExprKind::Selector { x: base, sel } = self.tree.exprs[inner].kind else { return 0 };
        let Some(s) = self.lo.checker.info.selections.get(&sel.pos).cloned() else { return 0 };
        let mut t = self.ety(base);
        let mut off = 0;
        for i in &s.path {
            if let TyKind::Pointer(e) = self.under(t) {
                t = e;
                off = 0;
            }
            off += self.layout(t).field_offsets.get(*i as usize).copied().unwrap_or(0);
            t = self.field_ty(t, *i);
        }
        off
    }

    /// Whether a builtin call is a pure use of its operands (for statement context).
    pub(super) fn discard(&mut self, o: Opnd) {
        if let Opnd::Addr { ptr, ty } = o {
            self.load(ptr, ty);
        }
    }
}
