//! Types as text, in Go syntax.
//!
//! Never computes anything: what is not known yet (type sets, underlying types) is not needed.
//! Source: go/types' `typestring.go` for the forms.

use crate::constant::quote;
use crate::object::{ObjId, PkgId};
use crate::store::Store;
use crate::ty::{Signature, Type, TypeId};
use go_ast::ChanDir;
use go_source::Pos;

/// How a package is written before a name; empty for no qualification.
pub type Qualifier<'a> = &'a dyn Fn(PkgId) -> String;

/// How types are written.
pub(crate) struct TypeWriter<'a> {
    /// Types, names.
    pub(crate) store: &'a Store,
    /// The text so far.
    pub(crate) buf: String,
    qualifier: Qualifier<'a>,
    /// Text of a position, for type parameters called like a predeclared type.
    pub(crate) pos_text: Option<&'a dyn Fn(Pos) -> String>,
    /// Whether names of parameters are written.
    pub(crate) param_names: bool,
    /// Whether the package of the first unexported field is added.
    pub(crate) pkg_info: bool,
    seen: Vec<TypeId>,
}

impl Store {
    /// `t` in Go syntax, packages written as `qualifier` says.
    #[must_use]
    pub fn type_string(&self, t: TypeId, qualifier: Qualifier<'_>) -> String {
        let mut w = TypeWriter::new(self, qualifier);
        w.typ(t);
        w.buf
    }

    /// `t` in Go syntax, packages written with their import paths.
    #[must_use]
    pub fn type_string_full(&self, t: TypeId) -> String {
        self.type_string(t, &|p| self.packages[p].path.clone())
    }
}

impl<'a> TypeWriter<'a> {
    pub(crate) fn new(store: &'a Store, qualifier: Qualifier<'a>) -> TypeWriter<'a> {
        TypeWriter {
            store,
            buf: String::new(),
            qualifier,
            pos_text: None,
            param_names: true,
            pkg_info: false,
            seen: Vec::new(),
        }
    }

    fn text(&mut self, s: &str) {
        self.buf.push_str(s);
    }

    /// Writes a type.
    pub(crate) fn typ(&mut self, t: TypeId) {
        if self.seen.contains(&t) {
            let kind = match self.store.types[t] {
                Type::Basic(_) => "Basic",
                Type::Array { .. } => "Array",
                Type::Slice { .. } => "Slice",
                Type::Struct(_) => "Struct",
                Type::Pointer { .. } => "Pointer",
                Type::Tuple(_) => "Tuple",
                Type::Signature(_) => "Signature",
                Type::Union(_) => "Union",
                Type::Interface(_) => "Interface",
                Type::Map { .. } => "Map",
                Type::Chan { .. } => "Chan",
                Type::Named(_) => "Named",
                Type::TypeParam(_) => "TypeParam",
                Type::Alias(_) => "Alias",
            };
            self.text(&format!("<cycle to {kind}>"));
            return;
        }
        self.seen.push(t);
        self.typ_inner(t);
        self.seen.pop();
    }

    fn typ_inner(&mut self, t: TypeId) {
        let store = self.store;
        match &store.types[t] {
            Type::Basic(k) => {
                if t == TypeId::UNSAFE_POINTER {
                    let prefix = self.package_prefix(Some(Store::UNSAFE));
                    self.text(&prefix);
                }
                self.text(match t {
                    TypeId::BYTE => "byte",
                    TypeId::RUNE => "rune",
                    _ => k.name(),
                });
            }
            Type::Array { elem, len } => {
                self.text(&format!("[{len}]"));
                self.typ(*elem);
            }
            Type::Slice { elem } => {
                self.text("[]");
                self.typ(*elem);
            }
            Type::Struct(s) => {
                self.text("struct{");
                for (i, f) in s.fields.iter().enumerate() {
                    if i > 0 {
                        self.text("; ");
                    }
                    let f = &store.objects[*f];
                    let name = store.text(f.name);
                    let annotate = self.pkg_info && !crate::check::under::is_exported(name);
                    if annotate {
                        self.pkg_info = false; // only once
                    }
                    if !f.is_embedded() {
                        self.text(name);
                        self.text(" ");
                    }
                    self.typ(f.ty);
                    if annotate && let Some(p) = f.pkg {
                        self.text(&format!(" /* package {} */ ", store.packages[p].path));
                    }
                    let tag = s.tag(i);
                    if tag != go_source::Symbol::EMPTY {
                        self.text(" ");
                        self.text(&quote(store.text(tag).as_bytes()));
                    }
                }
                self.text("}");
            }
            Type::Pointer { elem } => {
                self.text("*");
                self.typ(*elem);
            }
            Type::Tuple(vars) => self.tuple(vars, false),
            Type::Signature(sig) => {
                self.text("func");
                self.signature(sig);
            }
            Type::Union(terms) => {
                if terms.is_empty() {
                    self.text("<empty union>");
                }
                for (i, term) in terms.iter().enumerate() {
                    if i > 0 {
                        self.text(" | ");
                    }
                    if term.tilde {
                        self.text("~");
                    }
                    self.typ(term.ty);
                }
            }
            Type::Interface(i) => {
                let comparable = store.named_data(TypeId::COMPARABLE).and_then(|n| n.underlying);
                if comparable == Some(t) {
                    self.text("interface{comparable}");
                    return;
                }
                let iface = &store.interfaces[*i];
                if iface.implicit {
                    if iface.methods.is_empty() && iface.embeddeds.len() == 1 {
                        self.typ(iface.embeddeds[0]);
                        return;
                    }
                    self.text("/* implicit */ ");
                }
                self.text("interface{");
                let mut first = true;
                for m in &iface.methods {
                    if !std::mem::take(&mut first) {
                        self.text("; ");
                    }
                    let m = &store.objects[*m];
                    self.text(store.text(m.name));
                    if let Type::Signature(sig) = &store.types[m.ty] {
                        self.signature(sig);
                    }
                }
                for e in &iface.embeddeds {
                    if !std::mem::take(&mut first) {
                        self.text("; ");
                    }
                    self.typ(*e);
                }
                self.text("}");
            }
            Type::Map { key, elem } => {
                self.text("map[");
                self.typ(*key);
                self.text("]");
                self.typ(*elem);
            }
            Type::Chan { dir, elem } => {
                let parens =
                    *dir == ChanDir::Both && matches!(store.types[*elem], Type::Chan { dir: ChanDir::Recv, .. });
                self.text(match dir {
                    ChanDir::Both => "chan ",
                    ChanDir::Send => "chan<- ",
                    ChanDir::Recv => "<-chan ",
                });
                if parens {
                    self.text("(");
                }
                self.typ(*elem);
                if parens {
                    self.text(")");
                }
            }
            Type::Named(n) => {
                let n = &store.named[*n];
                self.type_name(n.obj);
                if !n.type_args.is_empty() {
                    self.type_list(&n.type_args);
                } else if !n.type_params.is_empty() {
                    self.tparam_list(&n.type_params);
                }
            }
            Type::TypeParam(p) => {
                let obj = &store.objects[store.type_params[*p].obj];
                let name = store.text(obj.name);
                self.text(name);
                // A type parameter called like something predeclared would mislead.
                if store.lookup_in(Store::UNIVERSE, obj.name).is_some() {
                    match self.pos_text {
                        Some(f) => {
                            let pos = f(obj.pos);
                            self.text(&format!(" /* with {name} declared at {pos} */"));
                        }
                        None => self.text(" /* type parameter */"),
                    }
                }
            }
            Type::Alias(a) => {
                let a = &store.aliases[*a];
                self.type_name(a.obj);
                if !a.type_args.is_empty() {
                    self.type_list(&a.type_args);
                } else if !a.type_params.is_empty() {
                    self.tparam_list(&a.type_params);
                }
            }
        }
    }

    fn package_prefix(&self, pkg: Option<PkgId>) -> String {
        let Some(p) = pkg else { return String::new() };
        let mut s = (self.qualifier)(p);
        if !s.is_empty() {
            s.push('.');
        }
        s
    }

    /// Writes a name with its package.
    pub(crate) fn type_name(&mut self, obj: ObjId) {
        let o = &self.store.objects[obj];
        let prefix = self.package_prefix(o.pkg);
        self.text(&prefix);
        self.text(self.store.text(o.name));
    }

    fn type_list(&mut self, list: &[TypeId]) {
        self.text("[");
        for (i, t) in list.iter().enumerate() {
            if i > 0 {
                self.text(", ");
            }
            self.typ(*t);
        }
        self.text("]");
    }

    /// Writes a type parameter list with its constraints.
    pub(crate) fn tparam_list(&mut self, list: &[TypeId]) {
        self.text("[");
        let mut prev: Option<TypeId> = None;
        for (i, t) in list.iter().enumerate() {
            let bound = match self.store.types[*t] {
                Type::TypeParam(p) => self.store.type_params[p].bound,
                _ => TypeId::INVALID,
            };
            if i > 0 {
                if let Some(p) = prev
                    && p != bound
                {
                    self.text(" ");
                    self.typ(p);
                }
                self.text(", ");
            }
            prev = Some(bound);
            self.typ(*t);
        }
        if let Some(p) = prev {
            self.text(" ");
            self.typ(p);
        }
        self.text("]");
    }

    fn tuple(&mut self, vars: &[ObjId], variadic: bool) {
        let store = self.store;
        self.text("(");
        for (i, v) in vars.iter().enumerate() {
            if i > 0 {
                self.text(", ");
            }
            let v = &store.objects[*v];
            let name = store.text(v.name);
            if !name.is_empty() && self.param_names {
                self.text(name);
                self.text(" ");
            }
            if variadic && i + 1 == vars.len() {
                if let Type::Slice { elem } = store.types[v.ty] {
                    self.text("...");
                    self.typ(elem);
                } else {
                    // append([]byte, string...) and its like
                    self.typ(v.ty);
                    self.text("...");
                }
            } else {
                self.typ(v.ty);
            }
        }
        self.text(")");
    }

    /// Writes a signature without `func`.
    pub(crate) fn signature(&mut self, sig: &Signature) {
        if !sig.type_params.is_empty() {
            self.tparam_list(&sig.type_params);
        }
        self.tuple(&sig.params, sig.variadic);
        match &*sig.results {
            [] => {}
            [r] if self.store.objects[*r].name == go_source::Symbol::EMPTY => {
                self.text(" ");
                self.typ(self.store.objects[*r].ty);
            }
            list => {
                self.text(" ");
                self.tuple(list, false);
            }
        }
    }
}
