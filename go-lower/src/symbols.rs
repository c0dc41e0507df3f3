//! Link symbols: natural names, `//go:linkname`, the overlay's aliases, and function directives.

use super::program::PackageFacts;
use go_ast::DeclKind;
use go_ir::ir::Attrs;
use go_source::FileId;
use go_types::check::Checker;
use go_types::object::{ObjId, ObjectKind, PkgId};
use go_types::ty::Type;
use rustc_hash::FxHashMap;

/// What directives say about one function.
#[derive(Clone, Copy, Default)]
struct Pragmas {
    nosplit: bool,
    noinline: bool,
    noescape: bool,
}

/// All symbols of a program.
#[derive(Default)]
pub(super) struct Symbols {
    /// Link symbol given to an object by a linkname directive.
    names: FxHashMap<ObjId, String>,
    /// Symbols that objects with bodies define under another package's name.
    pushed: FxHashMap<String, ObjId>,
    /// Aliases: symbol → symbol.
    aliases: FxHashMap<String, String>,
    packages: FxHashMap<String, PkgId>,
    pragmas: FxHashMap<ObjId, Pragmas>,
    /// Number of an `init` function in its package.
    inits: FxHashMap<ObjId, usize>,
    pub(super) file_pkg: FxHashMap<FileId, PkgId>,
}

impl Symbols {
    /// Reads the directives of all files.
    pub(super) fn collect(checker: &Checker, facts: &[PackageFacts]) -> Symbols {
        let mut s = Symbols::default();
        for f in facts {
            let Some(pkg) = f.pkg else { continue };
            let data = &checker.store.packages[pkg];
            let path = s.package_path(checker, pkg);
            s.packages.insert(path.clone(), pkg);
            for (name, target) in &f.aliases {
                s.aliases.insert(format!("{path}.{name}"), target.clone());
            }
            for file in &data.files {
                s.file_pkg.insert(*file, pkg);
            }
            for (n, init) in checker.init_functions(pkg).into_iter().enumerate() {
                s.inits.insert(init, n);
            }
        }
        for f in facts {
            let Some(pkg) = f.pkg else { continue };
            s.collect_package(checker, pkg);
        }
        s
    }

    fn collect_package(&mut self, checker: &Checker, pkg: PkgId) {
        let data = &checker.store.packages[pkg];
        for file in &data.files {
            let Some(tree) = checker.trees.get(file) else { continue };
            for d in &tree.directives {
                let Some(rest) = d.text.strip_prefix("go:linkname ").or_else(|| d.text.strip_prefix("go:linknamestd "))
                else {
                    continue;
                };
                let mut words = rest.split_whitespace();
                let (Some(local), Some(remote)) = (words.next(), words.next()) else { continue };
                let Some(obj) = checker.lookup_object(pkg, local) else { continue };
                self.names.insert(obj, remote.to_string());
                if self.has_body(checker, obj) {
                    self.pushed.insert(remote.to_string(), obj);
                }
            }
        }
        let by_pos: FxHashMap<_, _> =
            checker.package_objects_of(pkg).iter().map(|o| (checker.store.objects[*o].pos, *o)).collect();
        for file in &data.files {
            let Some(tree) = checker.trees.get(file) else { continue };
            for d in &tree.directives {
                if !matches!(&*d.text, "go:nosplit" | "go:noinline" | "go:noescape") {
                    continue;
                }
                // A directive belongs to the declaration after it.
                let next = tree.decls.partition_point(|i| tree.all_decls[*i].keyword_pos < d.pos);
                let Some(DeclKind::Func { name, .. }) = tree.decls.get(next).map(|i| &tree.all_decls[*i].kind) else {
                    continue;
                };
                if let Some(obj) = by_pos.get(&name.pos) {
                    let p = self.pragmas.entry(*obj).or_default();
                    p.nosplit |= &*d.text == "go:nosplit";
                    p.noinline |= &*d.text == "go:noinline";
                    p.noescape |= &*d.text == "go:noescape";
                }
            }
        }
    }

    /// Path of a package as symbols show it.
    pub(super) fn package_path(&self, checker: &Checker, pkg: PkgId) -> String {
        let d = &checker.store.packages[pkg];
        if checker.store.text(d.name) == "main" && d.own { "main".into() } else { d.path.clone() }
    }

    /// Whether a function has a body in Go, or a variable an initialiser.
    pub(super) fn has_body(&self, checker: &Checker, obj: ObjId) -> bool {
        let Some(info) = checker.decls.get(&obj) else { return false };
        let Some(tree) = checker.trees.get(&info.decl.file) else { return false };
        match &tree.all_decls[info.decl.decl].kind {
            DeclKind::Func { body, .. } => body.is_some(),
            DeclKind::Var { values, .. } => !values.is_empty(),
            DeclKind::Bad | DeclKind::Const { .. } | DeclKind::Type { .. } => false,
        }
    }

    /// The object that defines what `obj` refers to: itself, or the one its symbol names.
    pub(super) fn resolve(&self, checker: &Checker, obj: ObjId) -> ObjId {
        let o = &checker.store.objects[obj];
        match &o.kind {
            ObjectKind::Func { .. } => {
                if self.is_method(checker, obj) {
                    return obj;
                }
                let symbol = self.func_symbol(checker, obj);
                if let Some(t) = self.aliases.get(&symbol) {
                    return self.object_of(checker, t).unwrap_or(obj);
                }
                if self.has_body(checker, obj) {
                    return obj;
                }
                match self.object_of(checker, &symbol) {
                    Some(t) if t != obj => t,
                    _ => obj,
                }
            }
            ObjectKind::Var { .. } => {
                if self.has_body(checker, obj) {
                    return obj;
                }
                let symbol = self.func_symbol(checker, obj);
                let defined = self.pushed.get(&symbol).copied().or_else(|| self.natural(checker, &symbol));
                defined.unwrap_or(obj)
            }
            _ => obj,
        }
    }

    fn is_method(&self, checker: &Checker, obj: ObjId) -> bool {
        checker
            .decls
            .get(&obj)
            .and_then(|d| checker.trees.get(&d.decl.file).map(|t| (t, d)))
            .is_some_and(|(t, d)| matches!(t.all_decls[d.decl.decl].kind, DeclKind::Func { recv: Some(_), .. }))
    }

    /// The package-level object with this natural name.
    fn natural(&self, checker: &Checker, symbol: &str) -> Option<ObjId> {
        let slash = symbol.rfind('/').map_or(0, |i| i + 1);
        let dot = slash + symbol[slash..].find('.')?;
        let pkg = self.packages.get(&symbol[..dot])?;
        checker.lookup_object(*pkg, &symbol[dot + 1..])
    }

    /// The object that a symbol names: one with a body that was given the name, else the natural one.
    pub(super) fn object_of(&self, checker: &Checker, symbol: &str) -> Option<ObjId> {
        if let Some(t) = self.aliases.get(symbol) {
            return self.object_of(checker, t);
        }
        if let Some(o) = self.pushed.get(symbol) {
            return Some(*o);
        }
        let o = self.natural(checker, symbol)?;
        // A name that the object gave up for another, and that goes elsewhere.
        if !self.has_body(checker, o)
            && let Some(n) = self.names.get(&o)
            && n != symbol
        {
            return self.object_of(checker, n);
        }
        Some(o)
    }

    /// Link symbol of a function, method or variable (its generic form).
    pub(super) fn func_symbol(&self, checker: &Checker, obj: ObjId) -> String {
        if let Some(n) = self.names.get(&obj) {
            return n.clone();
        }
        let o = &checker.store.objects[obj];
        let name = checker.store.text(o.name);
        let path = o.pkg.map(|p| self.package_path(checker, p)).unwrap_or_default();
        if let Some(n) = self.inits.get(&obj) {
            return format!("{path}.init.{n}");
        }
        if let Type::Signature(sig) = &checker.store.types[o.ty]
            && let Some(r) = sig.recv
        {
            let mut t = checker.unalias(checker.store.objects[r].ty);
            let mut ptr = false;
            if let Type::Pointer { elem } = checker.store.types[t] {
                t = checker.unalias(elem);
                ptr = true;
            }
            let base =
                checker.store.named_data(t).map_or("?", |n| checker.store.text(checker.store.objects[n.obj].name));
            return if ptr { format!("{path}.(*{base}).{name}") } else { format!("{path}.{base}.{name}") };
        }
        format!("{path}.{name}")
    }

    /// `//go:noescape`: a function without body keeps nothing of what it is given.
    pub(super) fn is_noescape(&self, obj: ObjId) -> bool {
        self.pragmas.get(&obj).is_some_and(|p| p.noescape)
    }

    /// Facts from directives.
    pub(super) fn attrs(&self, checker: &Checker, obj: ObjId) -> Attrs {
        let p = self.pragmas.get(&obj).copied().unwrap_or_default();
        // Only these packages run code where the stack must not grow (fork, signals, switches).
        let strict = checker.store.objects[obj]
            .pkg
            .is_some_and(|p| matches!(checker.store.packages[p].path.as_str(), "syscall" | "runtime"));
        Attrs { nosplit: p.nosplit && strict, noinline: p.noinline, ..Attrs::default() }
    }
}

/// Functions that never return to their callers.
pub(super) fn is_noreturn(symbol: &str) -> bool {
    let Some(name) = symbol.strip_prefix("runtime.") else { return false };
    matches!(
        name,
        "gopanic"
            | "throw"
            | "fatal"
            | "panicmem"
            | "panicnil"
            | "panicdivide"
            | "panicshift"
            | "panicoverflow"
            | "panicwrap"
            | "panicdottypeE"
            | "panicdottypeI"
            | "panicnildottype"
            | "panicmakeslicelen"
            | "panicmakeslicecap"
            | "panicunsafeslicelen"
            | "panicunsafeslicenilptr"
            | "panicunsafestringlen"
            | "panicunsafestringnilptr"
            | "panicrangestate"
            | "block"
    ) || name.starts_with("panicIndex")
        || name.starts_with("panicSlice")
}
