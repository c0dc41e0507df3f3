//! Operands, types and objects as text for messages.
//!
//! Packages are qualified by name except for the one being checked, by path where a name is
//! ambiguous among the packages that it imports. Source: go/types' `format.go`, `operand.go`.

use super::expr_string;
use super::{Checker, Operand};
use crate::constant::{ConstValue, quote};
use crate::info::Mode;
use crate::object::{ObjId, ObjectKind, PkgId, VarKind};
use crate::store::Store;
use crate::ty::{Signature, Type, TypeId};
use crate::type_string::TypeWriter;
use go_ast::ExprId;
use go_source::{FileId, Pos};
use rustc_hash::FxHashSet;

impl Checker {
    /// How `pkg` is written before a name in messages about the current package.
    pub(crate) fn qualifier(&self, pkg: PkgId) -> String {
        let current = self.env.as_ref().map(|e| e.pkg);
        if current == Some(pkg) {
            return String::new();
        }
        let data = &self.store.packages[pkg];
        let ambiguous = current.is_some_and(|c| self.is_ambiguous_package_name(c, pkg));
        if ambiguous { quote(data.path.as_bytes()) } else { self.store.text(data.name).to_owned() }
    }

    /// Whether another package that `from` needs has `pkg`'s name and a different path.
    fn is_ambiguous_package_name(&self, from: PkgId, pkg: PkgId) -> bool {
        let (name, path) = (self.store.packages[pkg].name, self.store.packages[pkg].path.as_str());
        let mut seen: FxHashSet<PkgId> = FxHashSet::default();
        let mut work = vec![from];
        let mut other = false;
        let mut this = false;
        while let Some(p) = work.pop() {
            if !seen.insert(p) {
                continue;
            }
            let data = &self.store.packages[p];
            if data.name == name {
                if data.path == path {
                    this = true;
                } else {
                    other = true;
                }
            }
            if this && other {
                return true;
            }
            work.extend(data.imports.iter().copied());
        }
        false
    }

    fn with_writer(&self, pkg_info: bool, f: impl FnOnce(&mut TypeWriter<'_>)) -> String {
        let qualifier = |p: PkgId| {
            if pkg_info { self.store.packages[p].path.clone() } else { self.qualifier(p) }
        };
        let pos = |p: Pos| self.pos_string(p);
        let mut w = TypeWriter::new(&self.store, &qualifier);
        w.pos_text = Some(&pos);
        w.pkg_info = pkg_info;
        f(&mut w);
        w.buf
    }

    /// A type as text.
    #[must_use]
    pub fn type_string(&self, t: TypeId) -> String {
        self.with_writer(false, |w| w.typ(t))
    }

    /// A list of types as text, in brackets.
    #[must_use]
    pub fn types_string(&self, list: &[TypeId]) -> String {
        let list: Vec<String> = list.iter().map(|t| self.type_string(*t)).collect();
        format!("[{}]", list.join(", "))
    }

    /// A type parameter list as text, in brackets, with constraints.
    #[must_use]
    pub fn tparams_string(&self, list: &[TypeId]) -> String {
        self.with_writer(false, |w| w.tparam_list(list))
    }

    /// A signature as text, without `func`; with `pkg_info`, packages are told apart by path.
    pub(crate) fn signature_string(&self, sig: &Signature, names: bool, pkg_info: bool) -> String {
        self.with_writer(pkg_info, |w| {
            w.param_names = names;
            w.signature(sig);
        })
    }

    /// An expression of the file being checked as text.
    #[must_use]
    pub fn expr_string(&self, e: ExprId) -> String {
        expr_string::expr_string(&self.env().tree, &self.store.interner, e)
    }

    /// An expression of any file as text.
    #[must_use]
    pub fn expr_string_in(&self, file: FileId, e: ExprId) -> String {
        match self.trees.get(&file) {
            Some(tree) => expr_string::expr_string(tree, &self.store.interner, e),
            None => self.expr_string(e),
        }
    }

    /// The operand's expression (or what stands for it) as text; empty if it has none.
    #[must_use]
    pub fn operand_expr_string(&self, x: &Operand) -> String {
        match (&x.label, x.expr) {
            (Some(l), _) => l.to_string(),
            (None, Some(e)) => self.expr_string_in(x.file, e),
            (None, None) => String::new(),
        }
    }

    /// Description of an operand: `x (variable of type int)`.
    pub fn operand_string(&mut self, x: &Operand) -> String {
        if x.mode == Mode::Nil {
            return match x.ty {
                TypeId::INVALID => "nil (with invalid type)".to_owned(),
                TypeId::UNTYPED_NIL => "nil".to_owned(),
                t => format!("nil (of type {})", self.type_string(t)),
            };
        }
        let mut expr = self.operand_expr_string(x);
        if expr.is_empty() {
            expr = match x.mode {
                Mode::Builtin => x.builtin.map_or("", |b| b.name()).to_owned(),
                Mode::TypeExpr => self.type_string(x.ty),
                Mode::Constant => x.val.to_string(),
                _ => String::new(),
            };
        }
        let mut s = String::new();
        if !expr.is_empty() {
            s.push_str(&expr);
            s.push_str(" (");
        }
        let mut has_type = false;
        if !matches!(x.mode, Mode::Invalid | Mode::NoValue | Mode::Builtin | Mode::TypeExpr) {
            if self.is_untyped(x.ty) {
                s.push_str(self.basic_kind(x.ty).map_or("", |k| k.name()));
                s.push(' ');
            } else {
                has_type = true;
            }
        }
        s.push_str(mode_string(x.mode));
        if x.mode == Mode::Constant {
            let v = x.val.to_string();
            if v != expr {
                s.push(' ');
                s.push_str(&v);
            }
        }
        if has_type {
            if self.is_valid_type(x.ty) {
                self.describe_type(x.ty, &mut s);
            } else {
                s.push_str(" with invalid type");
            }
        }
        if !expr.is_empty() {
            s.push(')');
        }
        s
    }

    fn describe_type(&mut self, t: TypeId, s: &mut String) {
        s.push_str(" of ");
        if self.is_generic(t) {
            s.push_str("generic ");
        }
        let tpar = self.store.as_type_param(t);
        if tpar.is_none() && matches!(self.store.types[t], Type::Alias(_) | Type::Named(_)) {
            let mut what = self.composite_kind(t);
            if what.is_empty() {
                what = match self.under(t) {
                    TypeId::BYTE => "byte",
                    TypeId::RUNE => "rune",
                    u => self.basic_kind(u).map_or("", |k| k.name()),
                };
            }
            if !what.is_empty() {
                s.push_str(what);
                s.push(' ');
            }
        }
        s.push_str("type ");
        s.push_str(&self.type_string(t));
        if let Some(p) = tpar {
            s.push_str(" constrained by ");
            s.push_str(&self.type_string(self.store.type_params[p].bound));
            if self.has_empty_typeset(t) {
                s.push_str(" with empty type set");
            }
        }
    }

    /// Several operands as text, in brackets.
    pub fn operands_string(&mut self, list: &[Operand]) -> String {
        let list: Vec<String> = list.iter().map(|x| self.operand_string(x)).collect();
        format!("[{}]", list.join(", "))
    }

    /// The kind of a composite type (`struct`, `slice`, …); empty for basic types.
    pub fn composite_kind(&mut self, t: TypeId) -> &'static str {
        let u = self.under(t);
        match self.store.types[u] {
            Type::Basic(_) => "",
            Type::Array { .. } => "array",
            Type::Slice { .. } => "slice",
            Type::Struct(_) => "struct",
            Type::Pointer { .. } => "pointer",
            Type::Signature(_) => "func",
            Type::Interface(_) => "interface",
            Type::Map { .. } => "map",
            Type::Chan { .. } => "chan",
            Type::Tuple(_) => "tuple",
            Type::Union(_) => "union",
            Type::Named(_) | Type::TypeParam(_) | Type::Alias(_) => "",
        }
    }

    /// An object as text: `var x int`, `func (T).m()`, `type T struct{…}`.
    pub fn object_string(&mut self, obj: ObjId) -> String {
        let o = self.store.objects[obj].clone();
        let name = self.store.text(o.name);
        let mut ty = Some(o.ty);
        let kind = match &o.kind {
            ObjectKind::PkgName { imported, .. } => {
                let path = &self.store.packages[*imported].path;
                let mut s = format!("package {name}");
                if !path.is_empty() && path != name {
                    s.push_str(&format!(" ({})", quote(path.as_bytes())));
                }
                return s;
            }
            ObjectKind::Const { .. } => "const",
            ObjectKind::TypeName if self.is_type_param(o.ty) => "type parameter",
            ObjectKind::TypeName => "type",
            ObjectKind::Var { kind: VarKind::Field, .. } => "field",
            ObjectKind::Var { .. } => "var",
            ObjectKind::Func { .. } => {
                let full = self.func_name(obj, &|p| self.qualifier(p));
                let sig = match &self.store.types[o.ty] {
                    Type::Signature(sig) => self.signature_string(sig, true, false),
                    _ => String::new(),
                };
                return format!("func {full}{sig}");
            }
            ObjectKind::Label { .. } => {
                ty = None;
                "label"
            }
            ObjectKind::Builtin(_) => {
                ty = None;
                "builtin"
            }
            ObjectKind::Nil => return "nil".to_owned(),
        };
        let mut s = format!("{kind} ");
        if let Some(p) = o.pkg
            && self.store.lookup_in(self.store.packages[p].scope, o.name) == Some(obj)
        {
            let q = self.qualifier(p);
            if !q.is_empty() {
                s.push_str(&q);
                s.push('.');
            }
        }
        s.push_str(name);
        let Some(mut t) = ty else { return s };
        if matches!(o.kind, ObjectKind::TypeName) {
            if matches!(self.store.types[t], Type::Basic(_)) {
                return s;
            }
            let tparams = self.type_params_of(t);
            if !tparams.is_empty() {
                s.push_str(&self.tparams_string(&tparams));
            }
            if self.is_alias_name(obj) {
                s.push_str(" =");
                if let Type::Alias(a) = self.store.types[t] {
                    t = self.store.aliases[a].from_rhs;
                }
            } else if let Type::TypeParam(p) = self.store.types[t] {
                t = self.store.type_params[p].bound;
            } else {
                t = self.under(t);
            }
        }
        s.push(' ');
        s.push_str(&self.type_string(t));
        s
    }

    /// Name of a function with its package, or its receiver if it is a method.
    pub(crate) fn func_name(&self, f: ObjId, qualifier: &dyn Fn(PkgId) -> String) -> String {
        let o = &self.store.objects[f];
        let name = self.store.text(o.name);
        if let Type::Signature(sig) = &self.store.types[o.ty] {
            if let Some(r) = sig.recv {
                let rt = self.store.objects[r].ty;
                if matches!(self.store.types[rt], Type::Interface(_)) {
                    return format!("(interface).{name}");
                }
                return format!("({}).{name}", self.store.type_string(rt, qualifier));
            }
            if let Some(p) = o.pkg {
                let q = qualifier(p);
                if !q.is_empty() {
                    return format!("{q}.{name}");
                }
            }
        }
        name.to_owned()
    }

    /// Whether a type name is an alias.
    #[must_use]
    pub fn is_alias_name(&self, obj: ObjId) -> bool {
        let o = &self.store.objects[obj];
        if !matches!(o.kind, ObjectKind::TypeName) {
            return false;
        }
        match self.store.types[o.ty] {
            Type::Basic(k) => {
                o.pkg != Some(Store::UNSAFE)
                    && (o.ty != TypeId::INVALID || o.pkg.is_some())
                    && (o.pkg.is_some()
                        || k.name() != self.store.text(o.name)
                        || o.ty == TypeId::BYTE
                        || o.ty == TypeId::RUNE)
            }
            Type::Named(n) => self.store.named[n].obj != obj,
            Type::TypeParam(p) => self.store.type_params[p].obj != obj,
            _ => true,
        }
    }

    /// A constant value as gc prints it.
    #[must_use]
    pub fn const_string(&self, v: &ConstValue) -> String {
        v.to_string()
    }
}

fn mode_string(m: Mode) -> &'static str {
    match m {
        Mode::Invalid => "invalid operand",
        Mode::NoValue => "no value",
        Mode::Builtin => "built-in",
        Mode::TypeExpr => "type",
        Mode::Constant => "constant",
        Mode::Variable => "variable",
        Mode::MapIndex => "map index expression",
        Mode::Value => "value",
        Mode::Nil => "nil",
        Mode::CommaOk => "comma, ok expression",
        Mode::CgoFunc => "cgo function",
    }
}
