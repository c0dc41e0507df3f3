//! Calls of predeclared functions (spec "Built-in functions"); package unsafe's are in
//! `unsafe_builtins`.
//!
//! The callee of a call that is not constant is recorded with the signature that the builtin has
//! there, so that later stages know its types.

use super::call::CallParts;
use super::index::Negative;
use super::version::{GO1_21, GO1_26};
use super::{Checker, Operand};
use crate::codes;
use crate::constant::{self, ConstValue};
use crate::info::Mode;
use crate::object::{ObjectKind, VarKind};
use crate::ty::{BasicKind, Interface, Signature, Term, Type, TypeId, TypeParam};
use crate::universe::Builtin;
use go_ast::{BinaryOp, ExprId};
use go_source::{Pos, Symbol};
use std::sync::Arc;

impl Checker {
    /// Checks a call of builtin `b`; the result is left in `x`. False if the call is erroneous.
    pub(crate) fn builtin(&mut self, x: &mut Operand, call: CallParts<'_>, b: Builtin) -> bool {
        if call.dots && b != Builtin::Append {
            let name = b.name();
            let msg = format!("invalid operation: invalid use of ... with built-in {name}");
            self.err_expr(call.call, codes::INVALID_DOT_DOT_DOT, msg);
            self.use_exprs(call.args);
            return false;
        }
        if !matches!(b, Builtin::Len | Builtin::Cap) {
            return self.builtin_call(x, call, b);
        }
        // len and cap are constant if their argument has no calls and receives.
        let saved = std::mem::replace(&mut self.env_mut().has_call_or_recv, false);
        let ok = self.builtin_call(x, call, b);
        self.env_mut().has_call_or_recv = saved;
        ok
    }

    fn builtin_call(&mut self, x: &mut Operand, call: CallParts<'_>, b: Builtin) -> bool {
        let special = matches!(b, Builtin::Make | Builtin::New | Builtin::UnsafeOffsetof | Builtin::Trace);
        let mut args: Vec<Operand> = Vec::new();
        let mut nargs = call.args.len();
        if !special {
            args = self.expr_list(call.args);
            nargs = args.len();
            if args.iter().any(|a| !a.is_valid()) {
                return false;
            }
            if let Some(first) = args.first() {
                *x = first.clone();
            }
        }
        let want = b.nargs();
        let problem = if nargs < want {
            "not enough"
        } else if !b.variadic() && nargs > want {
            "too many"
        } else {
            ""
        };
        if !problem.is_empty() {
            let cs = self.expr_string(call.call);
            let msg = format!("invalid operation: {problem} arguments for {cs} (expected {want}, found {nargs})");
            self.err_expr(call.call, codes::WRONG_ARG_COUNT, msg);
            return false;
        }
        match b {
            Builtin::Append => self.builtin_append(x, call, &mut args),
            Builtin::Cap | Builtin::Len => self.builtin_len(x, call, b),
            Builtin::Clear => self.builtin_clear(x, call),
            Builtin::Close => self.builtin_close(x, call),
            Builtin::Complex => self.builtin_complex(x, call, &mut args[1]),
            Builtin::Copy => self.builtin_copy(x, call, &args[1]),
            Builtin::Delete => self.builtin_delete(x, call, &args[1]),
            Builtin::Imag | Builtin::Real => self.builtin_part(x, call, b),
            Builtin::Make => self.builtin_make(x, call),
            Builtin::Max | Builtin::Min => self.builtin_min_max(x, call, b, &mut args),
            Builtin::New => self.builtin_new(x, call),
            Builtin::Panic => self.builtin_panic(x, call),
            Builtin::Print | Builtin::Println => self.builtin_print(x, call, b, &mut args),
            Builtin::Recover => {
                x.mode = Mode::Value;
                x.ty = TypeId::EMPTY_INTERFACE;
                self.record_builtin_sig(call.fun, Some(x.ty), &[]);
                true
            }
            Builtin::UnsafeAdd
            | Builtin::UnsafeAlignof
            | Builtin::UnsafeOffsetof
            | Builtin::UnsafeSizeof
            | Builtin::UnsafeSlice
            | Builtin::UnsafeSliceData
            | Builtin::UnsafeString
            | Builtin::UnsafeStringData => self.unsafe_builtin(x, call, b, &mut args),
            Builtin::Assert => self.builtin_assert(x, call),
            Builtin::Trace => self.builtin_trace(x, call),
        }
    }

    /// Records the signature of a builtin's callee; untyped arguments count with their default
    /// types.
    pub(crate) fn record_builtin_sig(&mut self, fun: ExprId, result: Option<TypeId>, params: &[TypeId]) {
        let sig = self.make_sig(result, params, false);
        self.record_builtin_type(fun, sig);
    }

    fn make_sig(&mut self, result: Option<TypeId>, params: &[TypeId], variadic: bool) -> TypeId {
        let var = |c: &mut Checker, kind, ty| c.store.new_var(kind, Pos::NONE, None, Symbol::EMPTY, ty);
        let params = params
            .iter()
            .map(|t| {
                let t = self.default_type(*t);
                var(self, VarKind::Param, t)
            })
            .collect();
        let results = result.iter().map(|t| var(self, VarKind::Result, *t)).collect();
        let sig = Signature { params, results, variadic, ..Signature::default() };
        self.store.new_type(Type::Signature(Arc::new(sig)))
    }

    fn new_slice(&mut self, elem: TypeId) -> TypeId {
        self.store.new_type(Type::Slice { elem })
    }

    /// Element type of the slices that `x` may be, or why there is none.
    fn slice_elem(&mut self, x: &Operand) -> Result<TypeId, String> {
        let mut elem: Option<TypeId> = None;
        for (_, u) in self.typeset(x.ty) {
            let Some(Type::Slice { elem: e }) = u.map(|u| self.store.types[u].clone()) else {
                let s = if x.is_nil() { "untyped nil".to_owned() } else { self.operand_string(x) };
                return Err(format!("argument must be a slice; have {s}"));
            };
            match elem {
                None => elem = Some(e),
                Some(first) if !self.identical(first, e) => {
                    let (a, b) = (self.type_string(first), self.type_string(e));
                    let s = self.operand_string(x);
                    return Err(format!("mismatched slice element types {a} and {b} in {s}"));
                }
                Some(_) => {}
            }
        }
        Ok(elem.unwrap_or_default())
    }

    /// Whether all of `t`'s types are byte slices or strings, and whether there is a string.
    fn bytes_or_string(&mut self, t: TypeId) -> (bool, bool) {
        let mut has_string = false;
        for (_, u) in self.typeset(t) {
            let Some(u) = u else { return (false, false) };
            if let Type::Slice { elem } = self.store.types[u]
                && self.identical(elem, TypeId::BYTE)
            {
                continue;
            }
            if !self.is_string(u) {
                return (false, has_string);
            }
            has_string = true;
        }
        (true, has_string)
    }

    /// append(s S, x ...E) S
    fn builtin_append(&mut self, x: &mut Operand, call: CallParts<'_>, args: &mut [Operand]) -> bool {
        let elem = match self.slice_elem(x) {
            Ok(e) => e,
            Err(cause) => {
                self.err_operand(x, codes::INVALID_APPEND, format!("invalid append: {cause}"));
                return false;
            }
        };
        let mut sig = None;
        if let [_, y] = args
            && call.dots
        {
            let bytes = self.new_slice(TypeId::BYTE);
            if self.assignable_to(x, bytes, None).is_ok() && self.bytes_or_string(y.ty) == (true, true) {
                let y_ty = y.ty;
                if self.is_untyped(y_ty) {
                    // append(b, "abc"...): the constant is a string at run time.
                    self.convert_untyped(y, TypeId::STRING);
                }
                sig = Some(self.make_sig(Some(x.ty), &[x.ty, y_ty], true));
            }
        }
        let sig = match sig {
            Some(sig) => sig,
            None => {
                let rest = self.new_slice(elem);
                let sig = self.make_sig(Some(x.ty), &[x.ty, rest], true);
                self.arguments(call, sig, Vec::new(), &[], args, &[]);
                sig
            }
        };
        self.record_builtin_type(call.fun, sig);
        x.mode = Mode::Value;
        true
    }

    /// `t`, or the array that `t` points to.
    fn array_ptr_deref(&mut self, t: TypeId) -> TypeId {
        let p = self.unalias(t);
        if let Type::Pointer { elem } = self.store.types[p] {
            let u = self.under(elem);
            if matches!(self.store.types[u], Type::Array { .. }) {
                return u;
            }
        }
        t
    }

    /// len(x), cap(x)
    fn builtin_len(&mut self, x: &mut Operand, call: CallParts<'_>, b: Builtin) -> bool {
        let is_len = b == Builtin::Len;
        let u = self.under(x.ty);
        let t = self.array_ptr_deref(u);
        let mut mode = Mode::Invalid;
        let mut val = ConstValue::Unknown;
        match self.store.types[t].clone() {
            Type::Basic(_) if is_len && self.is_string(t) => {
                mode = Mode::Value;
                if x.is_const() {
                    mode = Mode::Constant;
                    if let ConstValue::Str(s) = &x.val {
                        val = ConstValue::Int64(s.len() as i64);
                    }
                }
            }
            Type::Array { len, .. } => {
                mode = Mode::Value;
                if !self.env().has_call_or_recv {
                    mode = Mode::Constant;
                    if len >= 0 {
                        val = ConstValue::Int64(len);
                    }
                }
            }
            Type::Slice { .. } | Type::Chan { .. } => mode = Mode::Value,
            Type::Map { .. } if is_len => mode = Mode::Value,
            Type::Interface(_) if self.is_type_param(x.ty) => {
                let types = self.typeset(x.ty);
                let mut ok = true;
                for (_, u) in types {
                    let Some(u) = u else {
                        ok = false;
                        break;
                    };
                    let t = self.array_ptr_deref(u);
                    ok &= match self.store.types[t] {
                        Type::Array { .. } | Type::Slice { .. } | Type::Chan { .. } => true,
                        Type::Basic(_) => is_len && self.is_string(t),
                        Type::Map { .. } => is_len,
                        _ => false,
                    };
                }
                if ok {
                    mode = Mode::Value;
                }
            }
            _ => {}
        }
        if mode == Mode::Invalid {
            if self.is_valid_type(u) {
                let code = if is_len { codes::INVALID_LEN } else { codes::INVALID_CAP };
                let s = self.operand_string(x);
                let msg = format!("invalid argument: {s} for built-in {}", b.name());
                self.err_operand(x, code, msg);
            }
            return false;
        }
        if mode != Mode::Constant {
            self.record_builtin_sig(call.fun, Some(TypeId::INT), &[x.ty]);
        }
        x.mode = mode;
        x.ty = TypeId::INT;
        x.val = val;
        true
    }

    /// clear(m)
    fn builtin_clear(&mut self, x: &mut Operand, call: CallParts<'_>) -> bool {
        self.verify_versionf(call.fun, GO1_21, "clear");
        for (_, u) in self.typeset(x.ty) {
            let ok = u.is_some_and(|u| matches!(self.store.types[u], Type::Map { .. } | Type::Slice { .. }));
            if !ok {
                let s = self.operand_string(x);
                let msg =
                    format!("invalid argument: cannot clear {s}: argument must be (or constrained by) map or slice");
                self.err_operand(x, codes::INVALID_CLEAR, msg);
                return false;
            }
        }
        x.mode = Mode::NoValue;
        self.record_builtin_sig(call.fun, None, &[x.ty]);
        true
    }

    /// close(c)
    fn builtin_close(&mut self, x: &mut Operand, call: CallParts<'_>) -> bool {
        for (_, u) in self.typeset(x.ty) {
            let what = match u.map(|u| &self.store.types[u]) {
                Some(Type::Chan { dir: go_ast::ChanDir::Recv, .. }) => "receive-only channel",
                Some(Type::Chan { .. }) => continue,
                _ => "non-channel",
            };
            let s = self.operand_string(x);
            let msg = format!("invalid operation: cannot close {what} {s}");
            self.err_operand(x, codes::INVALID_CLOSE, msg);
            return false;
        }
        x.mode = Mode::NoValue;
        self.record_builtin_sig(call.fun, None, &[x.ty]);
        true
    }

    /// complex(x, y floatT) complexT
    fn builtin_complex(&mut self, x: &mut Operand, call: CallParts<'_>, y: &mut Operand) -> bool {
        match (self.is_untyped(x.ty), self.is_untyped(y.ty)) {
            (false, false) => {}
            (true, false) => self.convert_untyped(x, y.ty),
            (false, true) => self.convert_untyped(y, x.ty),
            (true, true) if x.is_const() && y.is_const() => {
                for o in [&mut *x, &mut *y] {
                    if self.is_numeric(o.ty) && constant::sign(&constant::imag(&o.val)) == 0 {
                        o.ty = TypeId::UNTYPED_FLOAT;
                    }
                }
            }
            (true, true) => {
                self.convert_untyped(x, TypeId::FLOAT64);
                self.convert_untyped(y, TypeId::FLOAT64);
            }
        }
        if !x.is_valid() || !y.is_valid() {
            return false;
        }
        if !self.identical(x.ty, y.ty) {
            let cs = self.expr_string(call.call);
            let (xt, yt) = (self.type_string(x.ty), self.type_string(y.ty));
            let msg = format!("invalid operation: {cs} (mismatched types {xt} and {yt})");
            self.err_operand(x, codes::INVALID_COMPLEX, msg);
            return false;
        }
        let Some(res) = self.apply_type_func(x, Builtin::Complex) else {
            let xt = self.type_string(x.ty);
            let msg = format!("invalid argument: arguments have type {xt}, expected floating-point");
            self.err_operand(x, codes::INVALID_COMPLEX, msg);
            return false;
        };
        if x.is_const() && y.is_const() {
            x.val = constant::make_complex(constant::to_float(&x.val), constant::to_float(&y.val));
        } else {
            x.mode = Mode::Value;
            self.record_builtin_sig(call.fun, Some(res), &[x.ty, x.ty]);
        }
        x.ty = res;
        true
    }

    /// copy(dst, src []E) int
    fn builtin_copy(&mut self, x: &mut Operand, call: CallParts<'_>, y: &Operand) -> bool {
        let dst = match self.slice_elem(x) {
            Ok(e) => e,
            Err(cause) => {
                self.err_operand(x, codes::INVALID_COPY, format!("invalid copy: {cause}"));
                return false;
            }
        };
        let bytes = self.new_slice(TypeId::BYTE);
        let special = self.assignable_to(x, bytes, None).is_ok() && self.bytes_or_string(y.ty).0;
        if special && self.is_untyped(y.ty) {
            // copy(b, "abc"): the constant is a string at run time.
            let mut y = y.clone();
            self.convert_untyped(&mut y, TypeId::STRING);
        }
        if !special {
            let src = match self.slice_elem(y) {
                Ok(e) => e,
                Err(_) if self.all_string(y.ty) => TypeId::BYTE,
                Err(cause) => {
                    self.err_operand(y, codes::INVALID_COPY, format!("invalid copy: {cause}"));
                    return false;
                }
            };
            if !self.identical(dst, src) {
                let (xs, ys) = (self.operand_string(x), self.operand_string(y));
                let (d, s) = (self.type_string(dst), self.type_string(src));
                let msg = format!("invalid copy: arguments {xs} and {ys} have different element types {d} and {s}");
                self.err_operand(x, codes::INVALID_COPY, msg);
                return false;
            }
        }
        self.record_builtin_sig(call.fun, Some(TypeId::INT), &[x.ty, y.ty]);
        x.mode = Mode::Value;
        x.ty = TypeId::INT;
        true
    }

    /// delete(m, key)
    fn builtin_delete(&mut self, x: &mut Operand, call: CallParts<'_>, key_arg: &Operand) -> bool {
        let map = x.ty;
        let mut key: Option<TypeId> = None;
        for (_, u) in self.typeset(map) {
            let Some(&Type::Map { key: k, .. }) = u.map(|u| &self.store.types[u]) else {
                let s = self.operand_string(x);
                let msg = format!("invalid argument: {s} is not a map");
                self.err_operand(x, codes::INVALID_DELETE, msg);
                return false;
            };
            if let Some(first) = key
                && !self.identical(first, k)
            {
                let s = self.operand_string(x);
                let msg = format!("invalid argument: maps of {s} must have identical key types");
                self.err_operand(x, codes::INVALID_DELETE, msg);
                return false;
            }
            key = Some(k);
        }
        let key = key.unwrap_or_default();
        *x = key_arg.clone();
        self.assignment(x, Some(key), "argument to delete");
        if !x.is_valid() {
            return false;
        }
        x.mode = Mode::NoValue;
        self.record_builtin_sig(call.fun, None, &[map, key]);
        true
    }

    /// real(complexT) floatT, imag(complexT) floatT
    fn builtin_part(&mut self, x: &mut Operand, call: CallParts<'_>, b: Builtin) -> bool {
        if self.is_untyped(x.ty) {
            if x.is_const() {
                if self.is_numeric(x.ty) {
                    x.ty = TypeId::UNTYPED_COMPLEX;
                }
            } else {
                self.convert_untyped(x, TypeId::COMPLEX128);
                if !x.is_valid() {
                    return false;
                }
            }
        }
        let is_real = b == Builtin::Real;
        let Some(res) = self.apply_type_func(x, b) else {
            let code = if is_real { codes::INVALID_REAL } else { codes::INVALID_IMAG };
            let xt = self.type_string(x.ty);
            let msg = format!("invalid argument: argument has type {xt}, expected complex type");
            self.err_operand(x, code, msg);
            return false;
        };
        if x.is_const() {
            x.val = if is_real { constant::real(&x.val) } else { constant::imag(&x.val) };
        } else {
            x.mode = Mode::Value;
            self.record_builtin_sig(call.fun, Some(res), &[x.ty]);
        }
        x.ty = res;
        true
    }

    /// The result type of complex, real, imag for an argument `x`; for type parameters one that is
    /// made up (and reported as not supported).
    fn apply_type_func(&mut self, x: &Operand, b: Builtin) -> Option<TypeId> {
        let param = self.unalias(x.ty);
        let Type::TypeParam(p) = self.store.types[param] else {
            return self.part_type(x.ty, b);
        };
        let mut terms = Vec::new();
        for t in self.tparam_terms(param)? {
            terms.push(Term { tilde: t.tilde, ty: self.part_type(t.ty, b)? });
        }
        let code = match b {
            Builtin::Real => codes::INVALID_REAL,
            Builtin::Imag => codes::INVALID_IMAG,
            _ => codes::INVALID_COMPLEX,
        };
        let s = self.operand_string(x);
        let name = b.name();
        let msg = format!("{s} not supported as argument to built-in {name} for go1.18 (see go.dev/issue/50937)");
        self.soft_errorf(x, code, msg);

        let union = self.store.new_type(Type::Union(Arc::from(terms)));
        let bound = self.store.new_interface(Interface {
            embeddeds: vec![union],
            embed_pos: vec![Pos::NONE],
            complete: true,
            ..Interface::default()
        });
        let old = self.store.type_params[p].clone();
        let name = self.store.objects[old.obj].name;
        let pkg = Some(self.env().pkg);
        let kind = ObjectKind::TypeName;
        let obj = self.store.new_object(kind, Pos::NONE, pkg, name, TypeId::INVALID);
        let ty = self.store.new_type_param(TypeParam { obj, index: old.index, bound });
        self.set_obj_type(obj, ty);
        Some(ty)
    }

    fn part_type(&mut self, t: TypeId, b: Builtin) -> Option<TypeId> {
        let kind = self.under_basic(t)?;
        Some(match (b, kind) {
            (Builtin::Complex, BasicKind::Float32) => TypeId::COMPLEX64,
            (Builtin::Complex, BasicKind::Float64) => TypeId::COMPLEX128,
            (Builtin::Complex, BasicKind::UntypedFloat) => TypeId::UNTYPED_COMPLEX,
            (Builtin::Real | Builtin::Imag, BasicKind::Complex64) => TypeId::FLOAT32,
            (Builtin::Real | Builtin::Imag, BasicKind::Complex128) => TypeId::FLOAT64,
            (Builtin::Real | Builtin::Imag, BasicKind::UntypedComplex) => TypeId::UNTYPED_FLOAT,
            _ => return None,
        })
    }

    /// make(T, n), make(T, n, m)
    fn builtin_make(&mut self, x: &mut Operand, call: CallParts<'_>) -> bool {
        let Some((arg0, sizes)) = call.args.split_first() else { return false };
        let t = self.var_type(*arg0);
        if !self.is_valid_type(t) {
            return false;
        }
        let common = self.common_under(
            t,
            Some(&mut |c: &mut Checker, _, u| match u.map(|u| &c.store.types[u]) {
                Some(Type::Slice { .. } | Type::Map { .. } | Type::Chan { .. }) => None,
                None => Some("no specific type".to_owned()),
                Some(_) => Some("type must be slice, map, or channel".to_owned()),
            }),
        );
        let u = match common {
            Ok(u) => u,
            Err(cause) => {
                let s = self.expr_string(*arg0);
                let msg = format!("invalid argument: cannot make {s}: {cause}");
                self.err_expr(*arg0, codes::INVALID_MAKE, msg);
                return false;
            }
        };
        let min = if matches!(self.store.types[u], Type::Slice { .. }) { 2 } else { 1 };
        let nargs = call.args.len();
        if nargs < min || min + 1 < nargs {
            let cs = self.expr_string(call.call);
            let max = min + 1;
            let msg = format!("invalid operation: {cs} expects {min} or {max} arguments; found {nargs}");
            self.err_expr(call.call, codes::WRONG_ARG_COUNT, msg);
            return false;
        }
        let mut types = vec![t];
        let mut known = Vec::new();
        for arg in sizes {
            let (ty, size) = self.index(*arg, -1);
            types.push(ty);
            if size >= 0 {
                known.push(size);
            }
        }
        if let [len, cap] = known[..]
            && len > cap
        {
            let msg = "invalid argument: length and capacity swapped";
            self.err_expr(sizes[0], codes::SWAPPED_MAKE_ARGS, msg);
        }
        x.mode = Mode::Value;
        x.ty = t;
        self.record_builtin_sig(call.fun, Some(t), &types);
        true
    }

    /// max(x, ...), min(x, ...)
    fn builtin_min_max(&mut self, x: &mut Operand, call: CallParts<'_>, b: Builtin, args: &mut [Operand]) -> bool {
        let name = b.name();
        self.verify_versionf(call.fun, GO1_21, format!("built-in {name}"));
        let op = if b == Builtin::Max { BinaryOp::Gt } else { BinaryOp::Lt };
        for (i, a) in args.iter_mut().enumerate() {
            if !a.is_valid() {
                return false;
            }
            if !self.all_ordered(a.ty) {
                let s = self.operand_string(a);
                let msg = format!("invalid argument: {s} cannot be ordered");
                self.err_operand(a, codes::INVALID_MIN_MAX_OPERAND, msg);
                return false;
            }
            if i == 0 {
                continue;
            }
            self.match_types(x, a);
            if !x.is_valid() {
                return false;
            }
            if !self.identical(x.ty, a.ty) {
                let (xt, at) = (self.type_string(x.ty), self.type_string(a.ty));
                let e = self.operand_expr_string(a);
                let msg = format!("invalid argument: mismatched types {xt} (previous argument) and {at} (type of {e})");
                self.err_operand(a, codes::MISMATCHED_TYPES, msg);
                return false;
            }
            if x.is_const() && a.is_const() {
                if constant::compare(&a.val, op, &x.val) {
                    *x = a.clone();
                }
            } else {
                x.mode = Mode::Value;
            }
        }
        if !x.is_const() {
            x.mode = Mode::Value;
            let context = format!("argument to built-in {name}");
            self.assignment(x, Some(TypeId::EMPTY_INTERFACE), &context);
            if !x.is_valid() {
                return false;
            }
        }
        for a in args.iter() {
            if let (Some(e), None) = (a.expr, &a.label) {
                self.update_expr_type(e, x.ty, true);
            }
        }
        if !x.is_const() {
            let types = vec![x.ty; args.len()];
            self.record_builtin_sig(call.fun, Some(x.ty), &types);
        }
        true
    }

    /// new(T), new(expr)
    fn builtin_new(&mut self, x: &mut Operand, call: CallParts<'_>) -> bool {
        let Some(arg) = call.args.first().copied() else { return false };
        self.expr_or_type_no_builtin(x, arg);
        match x.mode {
            Mode::Invalid => return false,
            Mode::TypeExpr => self.valid_var_type(arg, x.ty),
            _ => {
                if self.is_untyped(x.ty) {
                    self.assignment(x, None, "argument to new");
                    if !x.is_valid() {
                        return false;
                    }
                }
                if !self.allow_version(GO1_26) {
                    let what = format!("new({})", self.expr_string(arg));
                    self.version_errorf(call.fun, GO1_26, what);
                }
            }
        }
        let t = x.ty;
        x.mode = Mode::Value;
        x.ty = self.store.new_type(Type::Pointer { elem: t });
        self.record_builtin_sig(call.fun, Some(x.ty), &[t]);
        true
    }

    /// panic(x)
    fn builtin_panic(&mut self, x: &mut Operand, call: CallParts<'_>) -> bool {
        let sig = self.env().sig.and_then(|s| self.as_signature(s));
        if sig.is_some_and(|s| !s.results.is_empty()) {
            self.env_mut().is_panic.insert(call.call);
        }
        self.assignment(x, Some(TypeId::EMPTY_INTERFACE), "argument to panic");
        if !x.is_valid() {
            return false;
        }
        x.mode = Mode::NoValue;
        self.record_builtin_sig(call.fun, None, &[TypeId::EMPTY_INTERFACE]);
        true
    }

    /// print(x, ...), println(x, ...)
    fn builtin_print(&mut self, x: &mut Operand, call: CallParts<'_>, b: Builtin, args: &mut [Operand]) -> bool {
        let context = format!("argument to built-in {}", b.name());
        let mut types = Vec::with_capacity(args.len());
        for a in args {
            self.assignment(a, None, &context);
            if !a.is_valid() {
                return false;
            }
            types.push(a.ty);
        }
        x.mode = Mode::NoValue;
        self.record_builtin_sig(call.fun, None, &types);
        true
    }

    /// assert(cond), for tests.
    fn builtin_assert(&mut self, x: &mut Operand, call: CallParts<'_>) -> bool {
        if !x.is_const() || !self.is_boolean(x.ty) {
            let s = self.operand_string(x);
            let msg = format!("invalid argument: {s} is not a boolean constant");
            self.err_operand(x, codes::TEST, msg);
            return false;
        }
        match x.val {
            ConstValue::Bool(true) => {}
            ConstValue::Bool(false) => {
                let cs = self.expr_string(call.call);
                self.err_expr(call.call, codes::TEST, format!("{cs} failed"));
            }
            _ => {
                let s = self.operand_string(x);
                let msg = format!("internal error: value of {s} should be a boolean constant");
                self.err_operand(x, codes::TEST, msg);
                return false;
            }
        }
        true
    }

    /// trace(x, ...), for tests: gives its first argument.
    fn builtin_trace(&mut self, x: &mut Operand, call: CallParts<'_>) -> bool {
        let Some((first, rest)) = call.args.split_first() else {
            x.mode = Mode::NoValue;
            return true;
        };
        self.raw_expr(None, x, *first, None, false);
        for arg in rest {
            let mut t = Operand::new();
            self.raw_expr(None, &mut t, *arg, None, false);
        }
        x.is_valid()
    }

    /// Whether `y` is a valid length for unsafe's functions.
    pub(crate) fn unsafe_length(&mut self, y: &mut Operand, code: go_source::Code, negative: Negative) -> bool {
        self.is_valid_index(y, code, "length", negative)
    }
}
