//! Calls of package unsafe's functions (spec "Package unsafe").

use super::call::CallParts;
use super::index::Negative;
use super::version::{GO1_17, GO1_20};
use super::{Checker, Operand};
use crate::codes;
use crate::constant::ConstValue;
use crate::info::{Mode, SelectionKind};
use crate::object::ObjectKind;
use crate::ty::{Type, TypeId};
use crate::universe::Builtin;
use go_ast::ExprKind;

impl Checker {
    /// Checks a call of unsafe's function `b`; the result is left in `x`.
    pub(crate) fn unsafe_builtin(
        &mut self,
        x: &mut Operand,
        call: CallParts<'_>,
        b: Builtin,
        args: &mut [Operand],
    ) -> bool {
        match b {
            Builtin::UnsafeAdd => self.unsafe_add(x, call, &mut args[1]),
            Builtin::UnsafeAlignof => {
                self.assignment(x, None, "argument to unsafe.Alignof");
                if !x.is_valid() {
                    return false;
                }
                let align = if self.has_var_size(x.ty) { None } else { Some(self.alignof(x.ty)) };
                self.size_result(x, call, align);
                true
            }
            Builtin::UnsafeSizeof => {
                self.assignment(x, None, "argument to unsafe.Sizeof");
                if !x.is_valid() {
                    return false;
                }
                let size = if self.has_var_size(x.ty) { None } else { Some(self.sizeof(x.ty)) };
                if size.is_some_and(|s| s < 0) {
                    let s = self.operand_string(x);
                    self.err_operand(x, codes::TYPE_TOO_LARGE, format!("{s} is too large"));
                    return false;
                }
                self.size_result(x, call, size);
                true
            }
            Builtin::UnsafeOffsetof => self.unsafe_offsetof(x, call),
            Builtin::UnsafeSlice => self.unsafe_slice(x, call, &mut args[1]),
            Builtin::UnsafeSliceData => self.unsafe_slice_data(x, call),
            Builtin::UnsafeString => self.unsafe_string(x, call, &mut args[1]),
            Builtin::UnsafeStringData => {
                self.verify_versionf(call.fun, GO1_20, "unsafe.StringData");
                self.assignment(x, Some(TypeId::STRING), "argument to unsafe.StringData");
                if !x.is_valid() {
                    return false;
                }
                x.mode = Mode::Value;
                x.ty = self.store.new_type(Type::Pointer { elem: TypeId::BYTE });
                self.record_builtin_sig(call.fun, Some(x.ty), &[TypeId::STRING]);
                true
            }
            _ => false,
        }
    }

    /// The result of a size function: constant if the size is known.
    fn size_result(&mut self, x: &mut Operand, call: CallParts<'_>, size: Option<i64>) {
        match size {
            Some(n) => {
                x.mode = Mode::Constant;
                x.val = ConstValue::Int64(n);
            }
            None => {
                x.mode = Mode::Value;
                self.record_builtin_sig(call.fun, Some(TypeId::UINTPTR), &[x.ty]);
            }
        }
        x.ty = TypeId::UINTPTR;
    }

    /// unsafe.Add(ptr unsafe.Pointer, len IntegerType) unsafe.Pointer
    fn unsafe_add(&mut self, x: &mut Operand, call: CallParts<'_>, y: &mut Operand) -> bool {
        self.verify_versionf(call.fun, GO1_17, "unsafe.Add");
        self.assignment(x, Some(TypeId::UNSAFE_POINTER), "argument to unsafe.Add");
        if !x.is_valid() {
            return false;
        }
        if !self.unsafe_length(y, codes::INVALID_UNSAFE_ADD, Negative::Permitted) {
            return false;
        }
        x.mode = Mode::Value;
        x.ty = TypeId::UNSAFE_POINTER;
        self.record_builtin_sig(call.fun, Some(x.ty), &[x.ty, y.ty]);
        true
    }

    /// unsafe.Offsetof(x.f) uintptr
    fn unsafe_offsetof(&mut self, x: &mut Operand, call: CallParts<'_>) -> bool {
        let Some(arg0) = call.args.first().copied() else { return false };
        let tree = self.tree();
        let selx = tree.unparen(arg0);
        let ExprKind::Selector { x: inner, sel } = tree.expr(selx).kind else {
            let s = self.expr_string(arg0);
            let msg = format!("invalid argument: {s} is not a selector expression");
            self.err_expr(arg0, codes::BAD_OFFSETOF_SYNTAX, msg);
            self.use_exprs(&[arg0]);
            return false;
        };
        self.expr(None, x, inner);
        if !x.is_valid() {
            return false;
        }
        let base = self.deref_struct_ptr(x.ty);
        let pkg = Some(self.env().pkg);
        let name = self.store.text(sel.name);
        let (obj, path, indirect) = self.lookup_field_or_method(base, false, pkg, sel.name, false);
        let Some(obj) = obj else {
            let bs = self.type_string(base);
            let msg = format!("invalid argument: {bs} has no single field {name}");
            self.err_operand(x, codes::MISSING_FIELD_OR_METHOD, msg);
            return false;
        };
        if matches!(self.store.objects[obj].kind, ObjectKind::Func { .. }) {
            let s = self.expr_string(arg0);
            let msg = format!("invalid argument: {s} is a method value");
            self.err_expr(arg0, codes::INVALID_OFFSETOF, msg);
            return false;
        }
        if indirect {
            let bs = self.type_string(base);
            let msg = format!("invalid argument: field {name} is embedded via a pointer in {bs}");
            self.err_operand(x, codes::INVALID_OFFSETOF, msg);
            return false;
        }
        let found = (obj, path.clone(), false);
        self.record_selection(sel, SelectionKind::FieldVal, base, found);
        let fty = self.store.objects[obj].ty;
        let mode = if x.mode == Mode::Variable { Mode::Variable } else { Mode::Value };
        self.record_type_and_value(selx, mode, fty, None);

        let offset = if self.has_var_size(base) {
            None
        } else {
            let offset = self.offsetof(base, &path);
            if offset < 0 {
                let s = self.operand_string(x);
                self.err_operand(x, codes::TYPE_TOO_LARGE, format!("{s} is too large"));
                return false;
            }
            Some(offset)
        };
        x.ty = fty;
        self.size_result(x, call, offset);
        true
    }

    /// unsafe.Slice(ptr *T, len IntegerType) []T
    fn unsafe_slice(&mut self, x: &mut Operand, call: CallParts<'_>, y: &mut Operand) -> bool {
        self.verify_versionf(call.fun, GO1_17, "unsafe.Slice");
        let u = self.common_under(x.ty, None).unwrap_or_default();
        let Type::Pointer { elem } = self.store.types[u] else {
            let s = self.operand_string(x);
            let msg = format!("invalid argument: {s} is not a pointer");
            self.err_operand(x, codes::INVALID_UNSAFE_SLICE, msg);
            return false;
        };
        if !self.unsafe_length(y, codes::INVALID_UNSAFE_SLICE, Negative::Refused) {
            return false;
        }
        x.mode = Mode::Value;
        x.ty = self.store.new_type(Type::Slice { elem });
        self.record_builtin_sig(call.fun, Some(x.ty), &[u, y.ty]);
        true
    }

    /// unsafe.SliceData(slice []T) *T
    fn unsafe_slice_data(&mut self, x: &mut Operand, call: CallParts<'_>) -> bool {
        self.verify_versionf(call.fun, GO1_20, "unsafe.SliceData");
        let u = self.common_under(x.ty, None).unwrap_or_default();
        let Type::Slice { elem } = self.store.types[u] else {
            let s = self.operand_string(x);
            let msg = format!("invalid argument: {s} is not a slice");
            self.err_operand(x, codes::INVALID_UNSAFE_SLICE_DATA, msg);
            return false;
        };
        x.mode = Mode::Value;
        x.ty = self.store.new_type(Type::Pointer { elem });
        self.record_builtin_sig(call.fun, Some(x.ty), &[u]);
        true
    }

    /// unsafe.String(ptr *byte, len IntegerType) string
    fn unsafe_string(&mut self, x: &mut Operand, call: CallParts<'_>, y: &mut Operand) -> bool {
        self.verify_versionf(call.fun, GO1_20, "unsafe.String");
        let ptr = self.store.new_type(Type::Pointer { elem: TypeId::BYTE });
        self.assignment(x, Some(ptr), "argument to unsafe.String");
        if !x.is_valid() {
            return false;
        }
        if !self.unsafe_length(y, codes::INVALID_UNSAFE_STRING, Negative::Refused) {
            return false;
        }
        x.mode = Mode::Value;
        x.ty = TypeId::STRING;
        self.record_builtin_sig(call.fun, Some(x.ty), &[ptr, y.ty]);
        true
    }

    /// Whether the size of `t` depends on type parameters, or is infinite since `t` contains itself
    /// (which is reported if it was not yet).
    pub(crate) fn has_var_size(&mut self, t: TypeId) -> bool {
        let t = self.unalias(t);
        match self.store.types[t].clone() {
            Type::Named(n) => {
                if let Some(known) = self.core.var_sizes.get(&t) {
                    return *known;
                }
                let obj = self.store.named[n].obj;
                if let Some(i) = self.obj_path_idx.get(&obj).copied() {
                    let cycle = self.obj_path[i..].to_vec();
                    let start = self.first_in_src(&cycle);
                    self.cycle_error(&cycle, start);
                    return true;
                }
                self.push(obj);
                let rhs = self.named_rhs(t, n);
                let var = rhs.is_some_and(|rhs| self.has_var_size(rhs));
                self.pop();
                let var = var || self.is_simd_placeholder(obj);
                self.core.var_sizes.insert(t, var);
                var
            }
            Type::Array { elem, .. } => self.has_var_size(elem),
            Type::Struct(s) => s.fields.iter().any(|f| {
                let ty = self.store.objects[*f].ty;
                self.has_var_size(ty)
            }),
            Type::TypeParam(_) => true,
            _ => false,
        }
    }

    /// The portable vector type's marker, whose size only the back end knows.
    fn is_simd_placeholder(&self, obj: crate::object::ObjId) -> bool {
        let o = &self.store.objects[obj];
        self.store.text(o.name) == "_simd" && o.pkg.is_some_and(|p| self.store.packages[p].path == "simd")
    }
}
