//! The entry points: add packages, check them in full, or type single objects and bodies of them.
//!
//! Own packages are checked in full, in go/types' order of phases. Of other packages only what is
//! asked for is checked: objects by [`Checker::ensure_object`] (or by being referred to), bodies by
//! [`Checker::check_body`], initialisers by [`Checker::ensure_var_init`]; checks that only find
//! errors are left out there. Nothing here reads files or prints.

use super::version::{GO_CURRENT, Version};
use super::{BranchChecks, CheckOptions, Checker, Delayed, Env, PackageInput, PackageState, Progress};
use crate::codes;
use crate::info::Info;
use crate::object::{Color, ObjId, ObjectKind, PkgId, ScopeId};
use crate::store::{PackageData, Store};
use crate::ty::TypeId;
use go_ast::{DeclKind, File};
use go_source::{Diagnostic, Interner, Pos, SourceMap, Span, Symbol};
use rustc_hash::FxHashMap;
use std::sync::Arc;

impl Checker {
    /// A checker that knows the universe and package unsafe.
    #[must_use]
    pub fn new(interner: Arc<Interner>, options: CheckOptions) -> Checker {
        let mut c = Checker {
            store: Store::new(interner),
            info: Info::default(),
            diagnostics: Vec::new(),
            options,
            trees: FxHashMap::default(),
            decls: FxHashMap::default(),
            methods: FxHashMap::default(),
            env: None,
            obj_path: Vec::new(),
            obj_path_idx: FxHashMap::default(),
            delayed: Vec::new(),
            states: FxHashMap::default(),
            dot_imports: FxHashMap::default(),
            sig_scopes: FxHashMap::default(),
            mono: super::mono::MonoGraph::default(),
            sources: None,
            untyped: FxHashMap::default(),
            core: Default::default(),
            body_once: None,
        };
        c.info.consts.push(crate::constant::ConstValue::Unknown);
        crate::universe::declare(&mut c.store, c.options.test_builtins);
        c
    }

    /// Tells the checker the files' names, for messages that mention other places.
    pub fn set_sources(&mut self, sources: Arc<SourceMap>) {
        self.sources = Some(sources);
    }

    /// Adds a package: its objects and imports are collected, nothing else is looked at. Packages
    /// that it imports must have been added before.
    pub fn add_package(&mut self, input: PackageInput) -> PkgId {
        let name = self.package_name(&input.files);
        let scope = self.store.new_scope(Some(Store::UNIVERSE), Pos::NONE, Pos::NONE);
        let pkg = self.store.packages.push(PackageData {
            path: input.path,
            name,
            scope,
            files: Vec::new(),
            imports: Vec::new(),
            go_version: input.go_version,
            fake: false,
            own: input.own,
        });
        self.states.insert(
            pkg,
            PackageState { objects: Vec::new(), imports: Vec::new(), progress: Progress::Collected, failed: false },
        );
        let files = self.init_files(pkg, input.files);
        self.collect_objects(pkg, &files, &input.imports);
        self.env = None;
        if !input.own {
            self.direct_cycles(pkg);
        }
        pkg
    }

    /// The name that the first file gives the package.
    fn package_name(&self, files: &[Arc<File>]) -> Symbol {
        files.iter().map(|f| f.package_name.name).find(|n| !n.is_blank()).unwrap_or(Symbol::EMPTY)
    }

    /// Chooses the files that belong to the package and reports those that do not, or that need a
    /// newer language.
    fn init_files(&mut self, pkg: PkgId, files: Vec<Arc<File>>) -> Vec<Arc<File>> {
        let name = self.store.packages[pkg].name;
        let mut out = Vec::with_capacity(files.len());
        let mut first = true;
        for f in files {
            self.trees.insert(f.id, Arc::clone(&f));
            let version = self.file_version(pkg, &f);
            let scope = self.store.packages[pkg].scope;
            self.env = Some(Env::new(pkg, Arc::clone(&f), scope, version));
            let have = f.package_name;
            if std::mem::take(&mut first) {
                let v = self.store.packages[pkg].go_version;
                if v > GO_CURRENT {
                    let msg = format!(
                        "package requires newer Go version go{}.{} (application built with go{}.{})",
                        v.0, v.1, GO_CURRENT.0, GO_CURRENT.1
                    );
                    self.error(f.package_pos, codes::TOO_NEW, msg);
                }
            }
            if have.name.is_blank() {
                self.error(have, codes::BLANK_PKG_NAME, "invalid package name _");
            } else if have.name != name {
                let (a, b) = (self.store.text(have.name), self.store.text(name));
                let msg = format!("package {a}; expected package {b}");
                self.error(f.package_pos, codes::MISMATCHED_PKG_NAME, msg);
                continue;
            }
            if let Some(v) = f.go_version
                && v > GO_CURRENT
            {
                let msg = format!("file requires newer Go version go{}.{}", v.0, v.1);
                self.error(have, codes::TOO_NEW, msg);
            }
            self.store.packages[pkg].files.push(f.id);
            out.push(f);
        }
        out
    }

    /// The version in force in a file: the package's, or max(1.21, the file's `//go:build` line).
    pub(crate) fn file_version(&self, pkg: PkgId, file: &File) -> Version {
        match file.go_version {
            Some(v) => v.max((1, 21)),
            None => self.store.packages[pkg].go_version,
        }
    }

    /// Checks a package in full: all declarations, bodies, initialisation order, unused imports.
    pub fn check_package(&mut self, pkg: PkgId) {
        let Some(state) = self.states.get_mut(&pkg) else { return };
        if state.progress == Progress::Checked {
            return;
        }
        state.progress = Progress::Checking;
        let saved = self.env.take();
        self.mono = super::mono::MonoGraph::default();
        self.with_package_env(pkg, |c| {
            c.direct_cycles(pkg);
            c.package_objects(pkg);
            c.catch_up(pkg);
        });
        self.process_delayed(0);
        self.with_package_env(pkg, |c| {
            c.init_order(pkg);
            c.unused_imports(pkg);
            c.record_untyped();
            if !c.states[&pkg].failed {
                c.monomorph();
            }
            if !c.states[&pkg].failed && c.options.branches == BranchChecks::ByParser {
                c.late_checks(pkg);
            }
        });
        self.env = saved;
        if let Some(s) = self.states.get_mut(&pkg) {
            s.progress = Progress::Checked;
        }
    }

    /// Queues bodies and initialisations of objects that were typed before the package's own check.
    fn catch_up(&mut self, pkg: PkgId) {
        for obj in self.states[&pkg].objects.clone() {
            let Some(info) = self.decls.get_mut(&obj) else { continue };
            if std::mem::replace(&mut info.init_pending, false) {
                self.later(move |c| c.pending_init(obj));
            } else if matches!(self.store.objects[obj].kind, ObjectKind::Func { .. })
                && !std::mem::replace(&mut info.body_checked, true)
            {
                self.later(move |c| c.declared_body(obj));
            }
        }
    }

    /// Runs `f` in the environment of a package as a whole.
    fn with_package_env(&mut self, pkg: PkgId, f: impl FnOnce(&mut Checker)) {
        let first = self.store.packages[pkg].files.first().copied();
        let Some(tree) = first.and_then(|id| self.trees.get(&id).cloned()) else { return };
        let version = self.file_version(pkg, &tree);
        let scope = self.store.packages[pkg].scope;
        let saved = self.env.replace(Env::new(pkg, tree, scope, version));
        f(self);
        self.env = saved;
    }

    /// Types a package-level object or method, if that has not been done.
    pub fn ensure_object(&mut self, obj: ObjId) {
        if self.store.objects[obj].color == Color::Black {
            return;
        }
        let top = self.delayed.len();
        self.obj_decl(obj);
        self.finish(top);
    }

    /// Checks the body of a declared function or method, if that has not been done.
    pub fn check_body(&mut self, func: ObjId) {
        self.ensure_object(func);
        let Some(info) = self.decls.get_mut(&func) else { return };
        if std::mem::replace(&mut info.body_checked, true) {
            return;
        }
        let top = self.delayed.len();
        self.declared_body(func);
        self.finish(top);
    }

    /// As [`Checker::check_body`], for a body that is looked at only once: what is known about positions in it
    /// can be forgotten then ([`Checker::forget_body`]). Nothing is to forget of a body that was checked before.
    pub fn check_body_once(&mut self, func: ObjId) {
        self.ensure_object(func);
        if let Some(span) = self.unchecked_body(func) {
            self.info.begin_body(span);
            self.body_once = Some((span, self.store.scopes.next_id()));
        }
        self.check_body(func);
    }

    /// Forgets positions and names inside the body that [`Checker::check_body_once`] checked last.
    pub fn forget_body(&mut self) {
        let Some((span, first)) = self.body_once.take() else { return };
        self.info.end_body();
        // Scopes of declarations outside that were needed on the way stay.
        for s in self.store.scopes.raw[first.0 as usize..].iter_mut() {
            if span.lo <= s.pos && s.end <= span.hi {
                s.names = FxHashMap::default();
                s.objects = Vec::new();
            }
        }
    }

    /// Where the body of a declared function is, if it was not checked yet.
    fn unchecked_body(&self, func: ObjId) -> Option<Span> {
        let info = self.decls.get(&func).filter(|i| !i.body_checked)?;
        match &self.trees.get(&info.decl.file)?.decl(info.decl.decl).kind {
            DeclKind::Func { body: Some(b), .. } => Some(Span { lo: b.lbrace, hi: b.rbrace }),
            _ => None,
        }
    }

    /// Types a package-level variable and checks its initialisation, if that has not been done.
    pub fn ensure_var_init(&mut self, var: ObjId) {
        self.ensure_object(var);
        let Some(info) = self.decls.get_mut(&var) else { return };
        if std::mem::replace(&mut info.init_pending, false) {
            let top = self.delayed.len();
            self.pending_init(var);
            self.finish(top);
        }
    }

    /// Completes what an entry point started.
    fn finish(&mut self, top: usize) {
        self.process_delayed(top);
        if self.env.is_none() {
            self.record_untyped();
        }
    }

    /// Whether `pkg` is checked without looking for errors that only a full check finds.
    pub(crate) fn is_lazy(&self, pkg: PkgId) -> bool {
        self.states.get(&pkg).is_none_or(|s| s.progress == Progress::Collected)
    }

    /// Package-level objects, methods and init functions of a package in source order.
    pub fn package_objects_of(&self, pkg: PkgId) -> &[ObjId] {
        self.states.get(&pkg).map_or(&[], |s| &s.objects)
    }

    /// The `init` functions of a package in source order.
    pub fn init_functions(&self, pkg: PkgId) -> Vec<ObjId> {
        let init = self.store.interner.intern("init");
        let is_init = |o: &ObjId| {
            let obj = &self.store.objects[*o];
            obj.name == init && matches!(obj.kind, ObjectKind::Func { .. }) && self.func_decl_recv(*o).is_none()
        };
        self.package_objects_of(pkg).iter().copied().filter(is_init).collect()
    }

    /// The receiver field of a declared method.
    fn func_decl_recv(&self, func: ObjId) -> Option<go_ast::Field> {
        let d = self.decls.get(&func)?;
        let tree = self.trees.get(&d.decl.file)?;
        match &tree.decl(d.decl.decl).kind {
            DeclKind::Func { recv, .. } => recv.clone(),
            _ => None,
        }
    }

    /// The package-level object called `name` of a package.
    pub fn lookup_object(&self, pkg: PkgId, name: &str) -> Option<ObjId> {
        let name = self.store.interner.intern(name);
        self.store.lookup_in(self.store.packages[pkg].scope, name)
    }

    /// Package-level objects of the same package that an object's initialisation or body refers
    /// to (what has been checked of it).
    pub fn dependencies(&self, obj: ObjId) -> impl Iterator<Item = ObjId> + '_ {
        self.decls.get(&self.decl_owner(obj)).into_iter().flat_map(|d| d.deps.iter().copied())
    }

    /// The diagnostics so far, sorted by position, without repetitions: of equal messages that are
    /// reported for the same line one after the other only the first counts, as in gc.
    pub fn take_diagnostics(&mut self) -> Vec<Diagnostic> {
        let mut ds = std::mem::take(&mut self.diagnostics);
        let mut last = None;
        ds.retain(|d| {
            let at = Some((self.line_of(d.span.lo), d.message.clone(), d.labels.clone()));
            let same = at.as_ref().is_some_and(|a| a.0 != 0) && at == last;
            last = at;
            !same
        });
        ds.sort_by_key(|d| d.span.lo);
        ds.dedup_by(|a, b| a.span.lo == b.span.lo && a.message == b.message && a.labels == b.labels);
        ds
    }

    // ---- delayed actions ----

    /// Delays `f` until the end of the current statement or declaration.
    pub(crate) fn later(&mut self, f: impl FnOnce(&mut Checker) + 'static) {
        let env = self.env();
        let d = Delayed { pkg: env.pkg, tree: Arc::clone(&env.tree), version: env.version, action: Some(Box::new(f)) };
        self.delayed.push(d);
    }

    /// Delays a check that finds errors only; packages that are not checked in full do without.
    pub(crate) fn later_check(&mut self, f: impl FnOnce(&mut Checker) + 'static) {
        if !self.is_lazy(self.env().pkg) {
            self.later(f);
        }
    }

    /// Runs the actions delayed since there were `top` of them, and those that they delay.
    pub(crate) fn process_delayed(&mut self, top: usize) {
        let mut i = top;
        while i < self.delayed.len() {
            let d = &mut self.delayed[i];
            i += 1;
            let Some(action) = d.action.take() else { continue };
            let (pkg, version) = (d.pkg, d.version);
            let tree = Arc::clone(&d.tree);
            let scope = self.scope_of_action(pkg);
            match &mut self.env {
                Some(env) => {
                    let old = (env.pkg, env.file, Arc::clone(&env.tree), env.version);
                    (env.pkg, env.file, env.version) = (pkg, tree.id, version);
                    env.tree = tree;
                    action(self);
                    let env = self.env_mut();
                    (env.pkg, env.file, env.tree, env.version) = old;
                }
                None => {
                    self.env = Some(Env::new(pkg, tree, scope, version));
                    action(self);
                    self.env = None;
                }
            }
        }
        self.delayed.truncate(top);
    }

    fn scope_of_action(&self, pkg: PkgId) -> ScopeId {
        self.store.packages[pkg].scope
    }

    // ---- object types ----

    /// The type of an object, if it is known already.
    pub(crate) fn obj_type(&self, obj: ObjId) -> Option<TypeId> {
        let o = &self.store.objects[obj];
        (o.color == Color::Black).then_some(o.ty)
    }

    /// Sets the type of an object.
    pub(crate) fn set_obj_type(&mut self, obj: ObjId, ty: TypeId) {
        let o = &mut self.store.objects[obj];
        o.ty = ty;
        o.color = Color::Black;
    }

    /// The object that holds the dependencies of `obj`: of several variables with one
    /// initialisation, the first.
    pub(crate) fn decl_owner(&self, obj: ObjId) -> ObjId {
        self.decls.get(&obj).and_then(|d| d.lhs.first().copied()).unwrap_or(obj)
    }
}
