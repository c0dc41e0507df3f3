//! From checked types to IR types: type parameters replaced, aliases gone, named types identified.

use super::program::{Instance, Lowerer};
use go_ir::ty::{Basic, ChanDir, Field, FuncSig, IfaceMethod, NamedInfo, NamedKey, Ty, TyKind};
use go_source::Symbol;
use go_types::object::{ObjId, ObjectKind};
use go_types::ty::{BasicKind, Type, TypeId};
use std::sync::Arc;

/// Whether a name is exported.
pub(super) fn is_exported(text: &str) -> bool {
    text.chars().next().is_some_and(char::is_uppercase)
}

fn basic(k: BasicKind) -> Ty {
    match k {
        BasicKind::Bool | BasicKind::UntypedBool => Ty::BOOL,
        BasicKind::Int | BasicKind::UntypedInt | BasicKind::Invalid => Ty::INT,
        BasicKind::Int8 => Ty::INT8,
        BasicKind::Int16 => Ty::INT16,
        BasicKind::Int32 | BasicKind::UntypedRune => Ty::INT32,
        BasicKind::Int64 => Ty::INT64,
        BasicKind::Uint => Ty::UINT,
        BasicKind::Uint8 => Ty::UINT8,
        BasicKind::Uint16 => Ty::UINT16,
        BasicKind::Uint32 => Ty::UINT32,
        BasicKind::Uint64 => Ty::UINT64,
        BasicKind::Uintptr => Ty::UINTPTR,
        BasicKind::Float32 => Ty::FLOAT32,
        BasicKind::Float64 | BasicKind::UntypedFloat => Ty::FLOAT64,
        BasicKind::Complex64 => Ty::COMPLEX64,
        BasicKind::Complex128 | BasicKind::UntypedComplex => Ty::COMPLEX128,
        BasicKind::String | BasicKind::UntypedString => Ty::STRING,
        BasicKind::UnsafePointer | BasicKind::UntypedNil => Ty::UNSAFE_POINTER,
    }
}

impl Lowerer<'_> {
    /// The IR type of a checked type under an instance.
    pub fn ty(&mut self, t: TypeId, inst: &Instance) -> Ty {
        if let Some(ty) = self.type_cache.get(&t) {
            return *ty;
        }
        let mut open = false;
        let ty = self.convert_type(t, inst, &mut open);
        if !open {
            self.type_cache.insert(t, ty);
        }
        if self.type_depth == 0 {
            self.prog.types.layout(ty);
        }
        ty
    }

    /// Interns a derived type and computes its layout.
    pub fn intern(&mut self, k: TyKind) -> Ty {
        let t = self.prog.types.intern(k);
        self.prog.types.layout(t);
        t
    }

    /// `open` is set when the result depends on the instance.
    fn convert_type(&mut self, t: TypeId, inst: &Instance, open: &mut bool) -> Ty {
        if let Some(ty) = self.type_cache.get(&t) {
            return *ty;
        }
        self.type_depth += 1;
        let mut inner = false;
        let ty = self.convert_inner(t, inst, &mut inner);
        self.type_depth -= 1;
        if inner {
            *open = true;
        } else {
            self.type_cache.insert(t, ty);
        }
        ty
    }

    fn convert_inner(&mut self, t: TypeId, inst: &Instance, open: &mut bool) -> Ty {
        match self.checker.store.types[t].clone() {
            Type::Basic(k) => basic(k),
            Type::Array { elem, len } => {
                let e = self.convert_type(elem, inst, open);
                self.prog.types.array(e, len.max(0) as u64)
            }
            Type::Slice { elem } => {
                let e = self.convert_type(elem, inst, open);
                self.prog.types.slice(e)
            }
            Type::Pointer { elem } => {
                let e = self.convert_type(elem, inst, open);
                self.prog.types.pointer(e)
            }
            Type::Map { key, elem } => {
                let k = self.convert_type(key, inst, open);
                let e = self.convert_type(elem, inst, open);
                self.prog.types.intern(TyKind::Map(k, e))
            }
            Type::Chan { dir, elem } => {
                let e = self.convert_type(elem, inst, open);
                self.prog.types.intern(TyKind::Chan(chan_dir(dir), e))
            }
            Type::Struct(s) => {
                let mut fields = Vec::with_capacity(s.fields.len());
                for (i, f) in s.fields.iter().enumerate() {
                    let o = &self.checker.store.objects[*f];
                    let (name, pkg, fty) = (o.name, o.pkg, o.ty);
                    let embedded = matches!(o.kind, ObjectKind::Var { embedded: true, .. });
                    let tag = s.tags.get(i).copied().unwrap_or(Symbol::EMPTY);
                    let ty = self.convert_type(fty, inst, open);
                    let pkg = self.name_pkg(name, pkg);
                    fields.push(Field { name, pkg, ty, embedded, tag });
                }
                self.prog.types.intern(TyKind::Struct(fields.into()))
            }
            Type::Tuple(vars) => {
                // Only met as the type of calls with one or more results; stands for the first.
                match vars.first() {
                    Some(v) => {
                        let t = self.checker.store.objects[*v].ty;
                        self.convert_type(t, inst, open)
                    }
                    None => Ty::INT,
                }
            }
            Type::Signature(s) => {
                let list = |lo: &mut Self, vars: &[ObjId], open: &mut bool| {
                    vars.iter()
                        .map(|v| {
                            let t = lo.checker.store.objects[*v].ty;
                            lo.convert_type(t, inst, open)
                        })
                        .collect::<Vec<_>>()
                };
                let params = list(self, &s.params, open);
                let results = list(self, &s.results, open);
                self.prog.types.intern(TyKind::Func(Arc::new(FuncSig { params, results, variadic: s.variadic })))
            }
            Type::Union(_) => self.prog.types.intern(TyKind::Interface(Arc::new([]))),
            Type::Interface(_) => {
                let set = self.checker.type_set(t);
                let mut methods = Vec::with_capacity(set.methods.len());
                for m in &set.methods {
                    self.checker.ensure_object(*m);
                    let o = &self.checker.store.objects[*m];
                    let (name, pkg, mty) = (o.name, o.pkg, o.ty);
                    let sig = self.convert_type(mty, inst, open);
                    let pkg = self.name_pkg(name, pkg);
                    methods.push(IfaceMethod { name, pkg, sig });
                }
                self.sort_methods(&mut methods, |m| (m.name, m.pkg));
                self.prog.types.intern(TyKind::Interface(methods.into()))
            }
            Type::Named(_) => self.convert_named(t, inst, open),
            Type::TypeParam(_) => {
                *open = true;
                let found = inst.map.iter().find(|(p, _)| *p == t);
                match found {
                    Some((_, ty)) => *ty,
                    None => Ty::INT,
                }
            }
            Type::Alias(_) => {
                let u = self.checker.unalias(t);
                self.convert_type(u, inst, open)
            }
        }
    }

    /// Package path that belongs to a name: unexported names (and `_`) only.
    pub(super) fn name_pkg(&self, name: Symbol, pkg: Option<go_types::object::PkgId>) -> Option<Symbol> {
        let store = &self.checker.store;
        if is_exported(store.text(name)) {
            return None;
        }
        pkg.map(|p| store.interner.intern(&store.packages[p].path))
    }

    /// Sorts by name as runtime and reflect expect: exported names first, then by text, then by package.
    pub(super) fn sort_methods<T>(&self, v: &mut [T], key: impl Fn(&T) -> (Symbol, Option<Symbol>)) {
        let store = &self.checker.store;
        v.sort_by(|a, b| {
            let (an, ap) = key(a);
            let (bn, bp) = key(b);
            let text = |s: Symbol| store.text(s);
            (!is_exported(text(an)), text(an), ap.map(text)).cmp(&(!is_exported(text(bn)), text(bn), bp.map(text)))
        });
    }

    fn convert_named(&mut self, t: TypeId, inst: &Instance, open: &mut bool) -> Ty {
        let Some(data) = self.checker.store.named_data(t).cloned() else { return Ty::INT };
        // Instances have a type name of their own; the generic type's identifies them.
        let type_name = self.checker.store.named_data(data.orig).map_or(data.obj, |n| n.obj);
        self.checker.ensure_object(type_name);
        let mut args = Vec::with_capacity(data.type_args.len());
        for a in data.type_args.iter() {
            args.push(self.convert_type(*a, inst, open));
        }
        let o = &self.checker.store.objects[type_name];
        let (name, pkg, parent) = (o.name, o.pkg, o.parent);
        let local = match pkg {
            Some(p) => parent != Some(self.checker.store.packages[p].scope),
            None => false,
        };
        let mut outer = Vec::new();
        if local && !inst.args.is_empty() {
            *open = true;
            outer = inst.args.clone();
        }
        let key = NamedKey { obj: type_name.0, args: args.clone(), outer: outer.clone() };
        let ty = self.prog.types.intern(TyKind::Named(Arc::new(key)));
        if self.prog.types.named(ty).is_some() {
            return ty;
        }
        let (path, pkg_name) = match pkg {
            Some(p) => {
                let d = &self.checker.store.packages[p];
                (self.symbols.package_path(self.checker, p), self.checker.store.text(d.name).to_string())
            }
            None => (String::new(), String::new()),
        };
        let base = self.checker.store.text(name);
        let text = args.iter().map(|a| self.link_string(*a)).collect::<Vec<_>>().join(",");
        let shown = if args.is_empty() { base.to_string() } else { format!("{base}[{text}]") };
        let mut link_name = if path.is_empty() { shown.clone() } else { format!("{path}.{shown}") };
        if local {
            link_name.push_str(&format!("·{}", type_name.0));
            for o in &outer {
                link_name.push_str(&format!("·{}", self.link_string(*o)));
            }
        }
        self.prog.types.set_named(ty, NamedInfo { underlying: None, pkg_path: path, pkg_name, name: shown, link_name });
        let under = self.checker.under(t);
        let mut ignored = false;
        let u = self.convert_type(under, inst, &mut ignored);
        let u = if matches!(self.prog.types.kind(u), TyKind::Named(_)) { self.prog.types.underlying(u) } else { u };
        if let Some(n) = self.prog.types.named(ty).cloned() {
            self.prog.types.set_named(ty, NamedInfo { underlying: Some(u), ..n });
        }
        ty
    }

    /// Text that identifies a type in link names: full package paths.
    pub fn link_string(&self, t: Ty) -> String {
        self.type_text(t, true)
    }

    /// Text of a type as reflect's `String` shows it: package names.
    pub fn reflect_string(&self, t: Ty) -> String {
        self.type_text(t, false)
    }

    fn type_text(&self, t: Ty, link: bool) -> String {
        let text = |s: Symbol| self.checker.store.text(s);
        match self.prog.types.kind(t) {
            TyKind::Basic(b) => match b {
                Basic::Bool => "bool",
                Basic::Int => "int",
                Basic::Int8 => "int8",
                Basic::Int16 => "int16",
                Basic::Int32 => "int32",
                Basic::Int64 => "int64",
                Basic::Uint => "uint",
                Basic::Uint8 => "uint8",
                Basic::Uint16 => "uint16",
                Basic::Uint32 => "uint32",
                Basic::Uint64 => "uint64",
                Basic::Uintptr => "uintptr",
                Basic::Float32 => "float32",
                Basic::Float64 => "float64",
                Basic::Complex64 => "complex64",
                Basic::Complex128 => "complex128",
                Basic::String => "string",
                Basic::UnsafePointer => "unsafe.Pointer",
            }
            .to_string(),
            TyKind::Pointer(e) => format!("*{}", self.type_text(*e, link)),
            TyKind::Slice(e) => format!("[]{}", self.type_text(*e, link)),
            TyKind::Array(e, n) => format!("[{n}]{}", self.type_text(*e, link)),
            TyKind::Map(k, e) => format!("map[{}]{}", self.type_text(*k, link), self.type_text(*e, link)),
            TyKind::Chan(dir, e) => {
                let inner = self.type_text(*e, link);
                match dir {
                    ChanDir::Send => format!("chan<- {inner}"),
                    ChanDir::Recv => format!("<-chan {inner}"),
                    ChanDir::Both if matches!(self.prog.types.kind(*e), TyKind::Chan(ChanDir::Recv, _)) => {
                        format!("chan ({inner})")
                    }
                    ChanDir::Both => format!("chan {inner}"),
                }
            }
            TyKind::Func(s) => format!("func{}", self.signature_text(s, link)),
            TyKind::Struct(fields) => {
                if fields.is_empty() {
                    return "struct {}".into();
                }
                let fs: Vec<String> = fields
                    .iter()
                    .map(|f| {
                        let mut s = String::new();
                        if !f.embedded {
                            if link && let Some(p) = f.pkg {
                                s.push_str(text(p));
                                s.push('.');
                            }
                            s.push_str(text(f.name));
                            s.push(' ');
                        }
                        s.push_str(&self.type_text(f.ty, link));
                        if f.tag != Symbol::EMPTY {
                            s.push_str(&format!(" {}", quote(text(f.tag))));
                        }
                        s
                    })
                    .collect();
                format!("struct {{ {} }}", fs.join("; "))
            }
            TyKind::Interface(ms) => {
                if ms.is_empty() {
                    return "interface {}".into();
                }
                let parts: Vec<String> = ms
                    .iter()
                    .map(|m| {
                        let sig = match self.prog.types.kind(m.sig) {
                            TyKind::Func(s) => self.signature_text(s, link),
                            _ => String::new(),
                        };
                        let pkg = match m.pkg {
                            Some(p) if link => format!("{}.", text(p)),
                            Some(p) => format!("{}.", text(p).rsplit('/').next().unwrap_or_default()),
                            None => String::new(),
                        };
                        format!("{pkg}{}{sig}", text(m.name))
                    })
                    .collect();
                format!("interface {{ {} }}", parts.join("; "))
            }
            TyKind::Named(_) => match self.prog.types.named(t) {
                Some(n) if link => n.link_name.clone(),
                Some(n) if n.pkg_name.is_empty() => n.name.clone(),
                Some(n) => format!("{}.{}", n.pkg_name, n.name),
                None => "?".into(),
            },
        }
    }

    fn signature_text(&self, s: &FuncSig, link: bool) -> String {
        let mut params: Vec<String> = s.params.iter().map(|p| self.type_text(*p, link)).collect();
        if s.variadic
            && let Some(last) = params.last_mut()
            && let Some(rest) = last.strip_prefix("[]")
        {
            *last = format!("...{rest}");
        }
        let results: Vec<String> = s.results.iter().map(|p| self.type_text(*p, link)).collect();
        let results = match results.as_slice() {
            [] => String::new(),
            [one] => format!(" {one}"),
            many => format!(" ({})", many.join(", ")),
        };
        format!("({}){results}", params.join(", "))
    }
}

/// A string in Go's double quotes.
fn quote(s: &str) -> String {
    let mut out = String::from("\"");
    for c in s.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if (c as u32) < 0x20 => out.push_str(&format!("\\x{:02x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// The direction of a channel type, in the IR's terms.
fn chan_dir(dir: go_ast::ChanDir) -> ChanDir {
    match dir {
        go_ast::ChanDir::Both => ChanDir::Both,
        go_ast::ChanDir::Send => ChanDir::Send,
        go_ast::ChanDir::Recv => ChanDir::Recv,
    }
}
