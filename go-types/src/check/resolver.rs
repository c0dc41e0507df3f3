//! Collecting the objects of a package: package scope, file scopes, imports, methods.
//!
//! Nothing is typed here. Source: spec "Declarations and scope", "Import declarations".

use super::version::{GO1_18, GO1_27, Version};
use super::{Checker, DeclInfo, Env};
use crate::codes;
use crate::constant::ConstValue;
use crate::object::{DeclRef, ObjId, ObjectKind, PkgId, ScopeId, VarKind};
use crate::store::{PackageData, Store};
use crate::ty::TypeId;
use go_ast::{DeclId, DeclKind, ExprId, ExprKind, Field, File, Ident, Import};
use go_source::{Pos, Symbol};
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// A method that waits for its receiver's base type.
struct MethodInfo {
    obj: ObjId,
    ptr: bool,
    recv: Symbol,
}

/// Parts of a receiver type expression `*T[P, Q]`.
pub(crate) struct ReceiverParts {
    /// `*`
    pub(crate) ptr: bool,
    /// `T`
    pub(crate) base: ExprId,
    /// `P, Q`: identifiers with their expressions.
    pub(crate) tparams: Vec<(Ident, ExprId)>,
    /// There was an index.
    pub(crate) indexed: bool,
}

/// Whether a name is exported.
pub(crate) fn is_exported(name: &str) -> bool {
    match name.as_bytes().first() {
        Some(b) if b.is_ascii() => b.is_ascii_uppercase(),
        Some(_) => name.chars().next().is_some_and(char::is_uppercase),
        None => false,
    }
}

impl Checker {
    /// Collects all objects of the files of `pkg`.
    pub(crate) fn collect_objects(&mut self, pkg: PkgId, files: &[Arc<File>], imports: &FxHashMap<String, PkgId>) {
        let pkg_scope = self.store.packages[pkg].scope;
        let mut methods = Vec::new();
        let mut file_scopes = Vec::with_capacity(files.len());
        for file in files {
            let scope = self.store.new_scope(Some(pkg_scope), file.package_pos, file.eof);
            file_scopes.push(scope);
            let version = self.file_version(pkg, file);
            self.env = Some(Env::new(pkg, Arc::clone(file), scope, version));
            for import in &file.imports {
                self.collect_import(pkg, scope, import, imports);
            }
            for id in &file.decls {
                self.collect_decl(pkg, file, *id, scope, &mut methods);
            }
        }
        self.verify_file_scopes(pkg_scope, &file_scopes);
        for m in methods {
            if let Some((ptr, base)) = self.resolve_base_type_name(pkg_scope, m.ptr, m.recv) {
                if let ObjectKind::Func { ptr_recv, .. } = &mut self.store.objects[m.obj].kind {
                    *ptr_recv = ptr;
                }
                self.methods.entry(base).or_default().push(m.obj);
            }
        }
    }

    /// Names of a file scope must differ from those of the package.
    fn verify_file_scopes(&mut self, pkg_scope: ScopeId, file_scopes: &[ScopeId]) {
        for scope in file_scopes {
            let objects = self.store.scopes[*scope].objects.clone();
            for obj in objects {
                let name = self.store.objects[obj].name;
                let Some(alt) = self.store.lookup_in(pkg_scope, name) else { continue };
                let text = self.store.text(name);
                let mut err = self.new_error(codes::DUPLICATE_DECL);
                let pos = self.store.objects[alt].pos;
                if let ObjectKind::PkgName { imported, .. } = self.store.objects[obj].kind {
                    let what = self.package_string(imported);
                    err.add(pos, format!("{text} already declared through import of {what}"));
                    self.add_alt_decl(&mut err, obj);
                } else {
                    let what = self.store.objects[obj].pkg.map(|p| self.package_string(p));
                    let what = what.unwrap_or_default();
                    err.add(pos, format!("{text} already declared through dot-import of {what}"));
                    self.add_alt_decl(&mut err, obj);
                }
                self.report(err);
            }
        }
    }

    /// `package name ("path")`, as go/types prints a package.
    fn package_string(&self, pkg: PkgId) -> String {
        let p = &self.store.packages[pkg];
        format!("package {} ({:?})", self.store.text(p.name), p.path)
    }

    // ---- imports ----

    fn collect_import(&mut self, pkg: PkgId, scope: ScopeId, import: &Import, imports: &FxHashMap<String, PkgId>) {
        let tree = self.tree();
        if matches!(tree.expr(import.path).kind, ExprKind::BasicLit { bad: true, .. } | ExprKind::Bad) {
            return;
        }
        let path = self.store.text(import.path_value);
        if let Err(why) = validate_import_path(path) {
            let msg = format!("invalid import path ({why})");
            self.error(import.path, codes::BAD_IMPORT_PATH, msg);
            return;
        }
        let imp = self.import_package(import.path, path, imports);
        let mut name = self.store.packages[imp].name;
        if let Some(local) = import.name {
            name = local.name;
            if path == "C" {
                self.error(local, codes::IMPORT_C_RENAMED, "cannot rename import \"C\"");
                return;
            }
        }
        let text = self.store.text(name);
        if text == "init" {
            let msg = "cannot import package as init - init must be a func";
            self.error(import.pos, codes::INVALID_INIT_DECL, msg);
            return;
        }
        if !self.store.packages[pkg].imports.contains(&imp) {
            self.store.packages[pkg].imports.push(imp);
        }
        let fake = self.store.packages[imp].fake;
        let kind = ObjectKind::PkgName { imported: imp, used: fake };
        let obj = self.store.new_object(kind, import.pos, Some(pkg), name, TypeId::INVALID);
        self.set_obj_type(obj, TypeId::INVALID);
        match import.name {
            Some(local) => self.record_def(local.pos, obj),
            None => self.record_implicit(import.pos, obj),
        }
        if let Some(s) = self.states.get_mut(&pkg) {
            s.imports.push(obj);
        }
        if text == "." {
            self.dot_import(scope, import, imp, obj);
        } else {
            self.declare(scope, None, obj, Pos::NONE);
        }
    }

    fn dot_import(&mut self, scope: ScopeId, import: &Import, imp: PkgId, pkg_name: ObjId) {
        let from = self.store.packages[imp].scope;
        for obj in self.store.scopes[from].objects.clone() {
            let name = self.store.objects[obj].name;
            if !is_exported(self.store.text(name)) {
                continue;
            }
            if let Some(alt) = self.store.lookup_in(scope, name) {
                let mut err = self.new_error(codes::DUPLICATE_DECL);
                let pos = import.name.map_or(import.pos, |n| n.pos);
                err.add(pos, format!("{} redeclared in this block", self.store.text(name)));
                self.add_alt_decl(&mut err, alt);
                self.report(err);
            } else {
                self.store.insert(scope, obj);
                self.dot_imports.insert((scope, name), pkg_name);
            }
        }
    }

    /// The package of an import path; an opaque one if it is missing.
    fn import_package(&mut self, at: ExprId, path: &str, imports: &FxHashMap<String, PkgId>) -> PkgId {
        if let Some(p) = imports.get(path) {
            return *p;
        }
        if path == "unsafe" {
            return Store::UNSAFE;
        }
        if !(path == "C" && self.options.fake_import_c) {
            let msg = format!("could not import {path} (package not found)");
            self.error(at, codes::BROKEN_IMPORT, msg);
        }
        let base = path.trim_end_matches('/');
        let name = base.rsplit('/').next().unwrap_or(base);
        let name = self.store.interner.intern(name);
        let scope = self.store.new_scope(Some(Store::UNIVERSE), Pos::NONE, Pos::NONE);
        self.store.packages.push(PackageData {
            path: path.to_owned(),
            name,
            scope,
            files: Vec::new(),
            imports: Vec::new(),
            go_version: (0, 0),
            fake: true,
            own: false,
        })
    }

    // ---- declarations ----

    fn collect_decl(&mut self, pkg: PkgId, file: &File, id: DeclId, scope: ScopeId, methods: &mut Vec<MethodInfo>) {
        let decl = file.decl(id);
        let mut info = DeclInfo {
            file_scope: scope,
            decl: DeclRef { file: file.id, decl: id },
            version: self.env().version,
            lhs: Vec::new(),
            vtyp: None,
            init: None,
            inherited: false,
            init_pending: false,
            deps: Default::default(),
            body_checked: false,
        };
        match &decl.kind {
            DeclKind::Bad => {}
            DeclKind::Const { names, iota, .. } => {
                let (ty, values, inherited) = const_source(file, id);
                for (i, name) in names.iter().enumerate() {
                    let val = ConstValue::Int64(i64::from(*iota));
                    let kind = ObjectKind::Const { val };
                    let obj = self.new_pkg_object(kind, pkg, *name);
                    let mut d = info.clone();
                    d.vtyp = ty;
                    d.init = values.get(i).copied();
                    d.inherited = inherited;
                    self.declare_pkg_obj(pkg, *name, obj, d);
                }
                self.arity(decl_pos(file, id), names, values, true, inherited);
            }
            DeclKind::Var { names, ty, values } => {
                let objs: Vec<ObjId> = names
                    .iter()
                    .map(|name| self.store.new_var(VarKind::Package, name.pos, Some(pkg), name.name, TypeId::INVALID))
                    .collect();
                info.vtyp = *ty;
                let shared = values.len() == 1 && names.len() > 1;
                for (i, (name, obj)) in names.iter().zip(&objs).enumerate() {
                    let mut d = info.clone();
                    if shared {
                        d.lhs = objs.clone();
                        d.init = Some(values[0]);
                    } else {
                        d.init = values.get(i).copied();
                    }
                    self.declare_pkg_obj(pkg, *name, *obj, d);
                }
                if ty.is_none() || !values.is_empty() {
                    self.arity(decl_pos(file, id), names, values, false, false);
                }
            }
            DeclKind::Type { name, .. } => {
                let obj = self.new_pkg_object(ObjectKind::TypeName, pkg, *name);
                self.declare_pkg_obj(pkg, *name, obj, info);
            }
            DeclKind::Func { name, recv, ty, body, .. } => {
                let kind = ObjectKind::Func { ptr_recv: false, origin: None };
                let obj = self.new_pkg_object(kind, pkg, *name);
                self.collect_func(pkg, file, (*name, obj), recv.as_ref(), *ty, body.is_some(), methods);
                self.add_decl_info(pkg, obj, info);
            }
        }
    }

    fn new_pkg_object(&mut self, kind: ObjectKind, pkg: PkgId, name: Ident) -> ObjId {
        self.store.new_object(kind, name.pos, Some(pkg), name.name, TypeId::INVALID)
    }

    fn collect_func(
        &mut self,
        pkg: PkgId,
        file: &File,
        (name, obj): (Ident, ObjId),
        recv: Option<&Field>,
        ty: ExprId,
        has_body: bool,
        methods: &mut Vec<MethodInfo>,
    ) {
        let ExprKind::FuncType(ftyp) = &file.expr(ty).kind else { return };
        let text = self.store.text(name.name);
        let tparam0 = ftyp.type_params.first().map(|f| f.pos);
        if let Some(recv) = recv {
            let parts = self.unpack_recv(recv.ty, false);
            if let ExprKind::Name(base) = file.expr(parts.base).kind
                && !name.name.is_blank()
            {
                methods.push(MethodInfo { obj, ptr: parts.ptr, recv: base });
            }
            if let Some(pos) = tparam0 {
                self.verify_versionf(pos, GO1_27, "generic method");
            }
            self.record_def(name.pos, obj);
            return;
        }
        let is_main = text == "main" && self.store.text(self.store.packages[pkg].name) == "main";
        if text == "init" || is_main {
            let code = if is_main { codes::INVALID_MAIN_DECL } else { codes::INVALID_INIT_DECL };
            if let Some(pos) = tparam0 {
                self.soft_errorf(pos, code, format!("func {text} must have no type parameters"));
            }
            if !ftyp.params.is_empty() || !ftyp.results.is_empty() {
                let msg = format!("func {text} must have no arguments and no return values");
                self.soft_errorf(name, code, msg);
            }
        } else if let Some(pos) = tparam0 {
            self.verify_versionf(pos, GO1_18, "type parameter");
        }
        let scope = self.store.packages[pkg].scope;
        if text == "init" {
            self.store.objects[obj].parent = Some(scope);
            self.record_def(name.pos, obj);
            if !has_body {
                self.soft_errorf(name, codes::MISSING_INIT_BODY, "func init must have a body");
            }
        } else {
            self.declare(scope, Some(name), obj, Pos::NONE);
        }
    }

    /// Declares a package-level constant, type or variable.
    fn declare_pkg_obj(&mut self, pkg: PkgId, name: Ident, obj: ObjId, info: DeclInfo) {
        let text = self.store.text(name.name);
        if text == "init" {
            let msg = "cannot declare init - must be func";
            self.error(name, codes::INVALID_INIT_DECL, msg);
            return;
        }
        if text == "main" && self.store.text(self.store.packages[pkg].name) == "main" {
            let msg = "cannot declare main - must be func";
            self.error(name, codes::INVALID_MAIN_DECL, msg);
            return;
        }
        let scope = self.store.packages[pkg].scope;
        self.declare(scope, Some(name), obj, Pos::NONE);
        self.add_decl_info(pkg, obj, info);
    }

    fn add_decl_info(&mut self, pkg: PkgId, obj: ObjId, info: DeclInfo) {
        self.decls.insert(obj, info);
        if let Some(s) = self.states.get_mut(&pkg) {
            s.objects.push(obj);
            self.store.objects[obj].order = s.objects.len() as u32;
        }
    }

    /// Checks that names and values of a declaration match in number.
    pub(crate) fn arity(&mut self, pos: Pos, names: &[Ident], inits: &[ExprId], const_decl: bool, inherited: bool) {
        let (l, r) = (names.len(), inits.len());
        if l < r {
            let n = inits[l];
            if inherited {
                let at = self.expr_pos(n);
                let at = self.pos_string(at);
                self.error(pos, codes::WRONG_ASSIGN_COUNT, format!("extra init expr at {at}"));
            } else {
                let s = self.expr_string(n);
                self.error(n, codes::WRONG_ASSIGN_COUNT, format!("extra init expr {s}"));
            }
        } else if l > r && (const_decl || r != 1) {
            let n = names[r];
            let msg = format!("missing init expr for {}", self.store.text(n.name));
            self.error(n, codes::WRONG_ASSIGN_COUNT, msg);
        }
    }

    // ---- receivers ----

    /// Takes a receiver type expression apart. Type parameters are only looked at, and reported if
    /// they are no identifiers, with `unpack_params`.
    pub(crate) fn unpack_recv(&mut self, rtyp: ExprId, unpack_params: bool) -> ReceiverParts {
        let tree = self.tree();
        let mut base = tree.unparen(rtyp);
        let mut parts = ReceiverParts { ptr: false, base, tparams: Vec::new(), indexed: false };
        if let ExprKind::Star(x) = tree.expr(base).kind {
            parts.ptr = true;
            base = tree.unparen(x);
        }
        if let ExprKind::Index { x, indices } = &tree.expr(base).kind {
            base = *x;
            parts.indexed = true;
            if unpack_params {
                for arg in indices {
                    let e = tree.expr(*arg);
                    let name = match e.kind {
                        ExprKind::Name(name) => name,
                        ExprKind::Bad => Symbol::BLANK,
                        _ => {
                            let s = self.expr_string(*arg);
                            let msg = format!("receiver type parameter {s} must be an identifier");
                            self.error(*arg, codes::BAD_DECL, msg);
                            Symbol::BLANK
                        }
                    };
                    parts.tparams.push((Ident { name, pos: e.span.lo }, *arg));
                }
            }
        }
        parts.base = base;
        parts
    }

    /// Follows aliases from a receiver's base type name to the defined type of the package, and
    /// tells whether a pointer was met.
    fn resolve_base_type_name(&self, pkg_scope: ScopeId, mut ptr: bool, name: Symbol) -> Option<(bool, ObjId)> {
        let mut seen = FxHashSet::default();
        let mut name = name;
        loop {
            let obj = self.store.lookup_in(pkg_scope, name)?;
            if !matches!(self.store.objects[obj].kind, ObjectKind::TypeName) || !seen.insert(obj) {
                return None;
            }
            let d = self.decls.get(&obj)?;
            let tree = self.trees.get(&d.decl.file)?;
            let DeclKind::Type { alias, type_params, ty, .. } = &tree.decl(d.decl.decl).kind else {
                return None;
            };
            if !alias {
                return Some((ptr, obj));
            }
            if !type_params.is_empty() {
                return None;
            }
            let mut ty = tree.unparen(*ty);
            if let ExprKind::Star(x) = tree.expr(ty).kind {
                if ptr {
                    return None;
                }
                ptr = true;
                ty = tree.unparen(x);
            }
            let ExprKind::Name(n) = tree.expr(ty).kind else { return None };
            name = n;
        }
    }

    // ---- phases over all objects ----

    /// Types all objects of a package: defined types, then aliases, then the rest.
    pub(crate) fn package_objects(&mut self, pkg: PkgId) {
        let list = self.states[&pkg].objects.clone();
        let mut aliases = Vec::new();
        let mut others = Vec::new();
        for obj in list {
            if !matches!(self.store.objects[obj].kind, ObjectKind::TypeName) {
                others.push(obj);
            } else if self.is_alias_decl(obj) {
                aliases.push(obj);
            } else {
                self.obj_decl(obj);
            }
        }
        for obj in aliases.into_iter().chain(others) {
            self.obj_decl(obj);
        }
    }

    fn is_alias_decl(&self, obj: ObjId) -> bool {
        let Some(d) = self.decls.get(&obj) else { return false };
        let Some(tree) = self.trees.get(&d.decl.file) else { return false };
        matches!(tree.decl(d.decl.decl).kind, DeclKind::Type { alias: true, .. })
    }

    /// The version of the file that declares `obj`, if it is a package-level object.
    pub fn object_version(&self, obj: ObjId) -> Option<Version> {
        self.decls.get(&obj).map(|d| d.version)
    }
}

/// Position of a constant or variable spec: its first name.
pub(crate) fn decl_pos(file: &File, id: DeclId) -> Pos {
    match &file.decl(id).kind {
        DeclKind::Const { names, .. } | DeclKind::Var { names, .. } => {
            names.first().map_or(file.decl(id).span.lo, |n| n.pos)
        }
        _ => file.decl(id).span.lo,
    }
}

/// Type and values that hold for a constant spec, and whether they are an earlier spec's.
pub(crate) fn const_source(file: &File, id: DeclId) -> (Option<ExprId>, &[ExprId], bool) {
    let DeclKind::Const { ty, values, inherited, .. } = &file.decl(id).kind else {
        return (None, &[], false);
    };
    match inherited.map(|d| &file.decl(d).kind) {
        Some(DeclKind::Const { ty, values, .. }) => (*ty, values, true),
        _ => (*ty, values, false),
    }
}

/// Checks the characters of an import path.
fn validate_import_path(path: &str) -> Result<(), String> {
    if path.is_empty() {
        return Err("empty string".to_owned());
    }
    const ILLEGAL: &str = "!\"#$%&'()*,:;<=>?[\\]^{|}`\u{FFFD}";
    for c in path.chars() {
        if c.is_control() || c.is_whitespace() || ILLEGAL.contains(c) {
            let u = u32::from(c);
            let quoted = if c.is_control() { String::new() } else { format!(" '{c}'") };
            return Err(format!("invalid character U+{u:04X}{quoted}"));
        }
    }
    Ok(())
}
