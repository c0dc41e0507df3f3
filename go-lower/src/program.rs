//! The program level of lowering: which functions, variables and types there are.
//!
//! A [`Lowerer`] owns the work lists; bodies ask it for functions, globals and types, and thereby
//! make them reachable (`reach.rs` runs the lists). Conversion of types: `types.rs`; symbols:
//! `symbols.rs`; method sets and wrappers: `methods.rs`; package variables: `init.rs`, `static_data.rs`;
//! descriptors: `descriptors.rs`. Code of bodies is not made here.

use super::early::Finished;
use super::methods::MethodSet;
use super::symbols::Symbols;
use go_ir::ir::{Attrs, Data, DataId, DataInit, FuncBody, FuncDecl, FuncId, Global, GlobalId};
use go_ir::passes::{self, Early};
use go_ir::program::Program;
use go_ir::ty::Ty;
use go_source::{FileId, Pos, Symbol};
use go_types::check::Checker;
use go_types::object::{ObjId, ObjectKind, PkgId};
use go_types::ty::{Type, TypeId};
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// What type parameters stand for while a body is lowered.
#[derive(Clone, Debug, Default)]
pub struct Instance {
    /// Type parameter → type argument.
    pub map: Vec<(TypeId, Ty)>,
    /// All type arguments of the function (receiver's first): `outer` of local named types.
    pub args: Vec<Ty>,
}

/// A function waiting for its body.
pub(super) enum Job {
    /// A declared function.
    Declared(FuncId, ObjId, Arc<Instance>),
    /// An intrinsic function used as a value.
    Intrinsic(FuncId),
    /// An equality function.
    Eq(FuncId, Ty),
    /// A hash function.
    Hash(FuncId, Ty),
    /// A method wrapper.
    Wrapper(FuncId, super::methods::Wrapper),
    /// A function of assembly, called from Go.
    Assembly(FuncId, ObjId),
    /// The entry from assembly of a function.
    Entry(FuncId, FuncId),
}

/// What is known about a package of the program beyond what the checker knows.
#[derive(Clone, Debug, Default)]
pub struct PackageFacts {
    /// The checker's id.
    pub pkg: Option<PkgId>,
    /// Direct imports, by the checker's ids.
    pub imports: Vec<PkgId>,
    /// Functions whose references go to another symbol (name, full target symbol).
    pub aliases: Vec<(String, String)>,
    /// Initialisers without effects may be dropped (SDK packages).
    pub std: bool,
    /// Functions that the package's assembly defines, by full symbol.
    pub assembly: FxHashMap<String, AssemblyFunction>,
    /// Embedded files: variable position → contents, see `init.rs`.
    pub embeds: Vec<EmbedVar>,
}

/// A function in assembly: memory arguments and results (ABI0), no entry check. Its code is at the symbol
/// [`abi0_symbol`] of its name.
#[derive(Clone, Debug, Default)]
pub struct AssemblyFunction {
    /// Bytes of stack that it and what it calls in assembly can use, arguments not included.
    pub stack: u32,
    /// Full symbols of functions and variables of Go that its code refers to. For functions among them
    /// [`entry_symbol`] names a function of the program that takes the address of memory arguments.
    pub refers_to: Vec<String>,
}

/// What the names of functions with arguments and results in memory end in.
pub const ABI0: &str = "·abi0";

/// The symbol at which a function stands that takes its arguments and leaves its results in memory.
#[must_use]
pub fn abi0_symbol(name: &str) -> String {
    format!("{name}{ABI0}")
}

/// The symbol of the function that assembly's calls of `name` lead to: it takes the address of the memory that
/// holds arguments and results.
#[must_use]
pub fn entry_symbol(name: &str) -> String {
    format!("{name}·entry")
}

/// The files of a `//go:embed` variable.
#[derive(Clone, Debug)]
pub struct EmbedVar {
    /// Position of the directive.
    pub pos: Pos,
    /// (name, contents) in order; directories end in `/` and have no contents.
    pub files: Vec<(String, Arc<[u8]>)>,
}

/// Everything that lowering works on.
pub struct Lowerer<'a> {
    /// The checked program.
    pub checker: &'a mut Checker,
    /// The result.
    pub prog: Program,
    /// The packages, each after those that it imports.
    pub packages: Vec<PackageFacts>,
    /// Functions that assembly defines.
    pub(super) assembly: FxHashMap<String, AssemblyFunction>,
    pub(super) symbols: Symbols,
    pub(super) jobs: Vec<Job>,
    /// Functions by origin object and type arguments.
    pub(super) funcs: FxHashMap<(ObjId, Vec<Ty>), FuncId>,
    pub(super) globals: FxHashMap<ObjId, GlobalId>,
    pub(super) global_objs: FxHashMap<GlobalId, ObjId>,
    /// Package variables that became reachable and whose initialiser was not looked at.
    pub(super) new_globals: Vec<ObjId>,
    /// Initialisers that run: first variable of the left side → function.
    pub(super) init_funcs: FxHashMap<(FileId, go_ast::ExprId), Option<FuncId>>,
    pub(super) init_counts: FxHashMap<PkgId, u32>,
    pub(super) type_cache: FxHashMap<TypeId, Ty>,
    pub(super) type_depth: u32,
    pub(super) method_sets: FxHashMap<Ty, Arc<MethodSet>>,
    pub(super) datas: FxHashMap<(Vec<u8>, u32), DataId>,
    pub(super) eq_funcs: FxHashMap<Ty, FuncId>,
    pub(super) hash_funcs: FxHashMap<Ty, FuncId>,
    /// Types with full descriptors.
    pub(super) used_types: FxHashSet<Ty>,
    pub(super) new_types: Vec<Ty>,
    /// Interface types whose methods are kept.
    asserted: FxHashSet<Ty>,
    /// Types whose values become dynamic values of interfaces.
    pub(super) live: FxHashSet<Ty>,
    pub(super) new_live: Vec<Ty>,
    /// Methods called through interfaces: (name, signature).
    pub(super) called: FxHashSet<(Symbol, Ty)>,
    pub(super) new_called: Vec<(Symbol, Ty)>,
    /// Live types by name of a method.
    pub(super) live_by_method: FxHashMap<Symbol, Vec<(Ty, usize)>>,
    /// All exported methods of live types are kept: reflect may ask for any.
    pub(super) reflect_methods: bool,
    /// Method table entries in use: (type, index in its method set) → (interface entry, function).
    pub(super) kept_methods: FxHashMap<(Ty, usize), (FuncId, FuncId)>,
    /// Passes that run on finished bodies.
    pub(super) early: Option<Early>,
    pub(super) finished: Finished,
}

impl<'a> Lowerer<'a> {
    /// A lowerer of the checker's packages, given in dependency order.
    #[must_use]
    pub fn new(checker: &'a mut Checker, mut packages: Vec<PackageFacts>) -> Lowerer<'a> {
        let assembly = packages.iter_mut().flat_map(|p| std::mem::take(&mut p.assembly)).collect();
        let symbols = Symbols::collect(checker, &packages);
        Lowerer {
            checker,
            prog: Program::new(),
            packages,
            assembly,
            symbols,
            jobs: Vec::new(),
            funcs: FxHashMap::default(),
            globals: FxHashMap::default(),
            global_objs: FxHashMap::default(),
            new_globals: Vec::new(),
            init_funcs: FxHashMap::default(),
            init_counts: FxHashMap::default(),
            type_cache: FxHashMap::default(),
            type_depth: 0,
            method_sets: FxHashMap::default(),
            datas: FxHashMap::default(),
            eq_funcs: FxHashMap::default(),
            hash_funcs: FxHashMap::default(),
            used_types: FxHashSet::default(),
            new_types: Vec::new(),
            asserted: FxHashSet::default(),
            live: FxHashSet::default(),
            new_live: Vec::new(),
            called: FxHashSet::default(),
            new_called: Vec::new(),
            live_by_method: FxHashMap::default(),
            reflect_methods: false,
            kept_methods: FxHashMap::default(),
            early: None,
            finished: Finished::default(),
        }
    }

    /// Lets the passes before inlining run on the bodies as they are finished, on other threads; with
    /// options that want passes to be applied one by one, nothing changes.
    #[must_use]
    pub fn with_early_passes(mut self, options: &passes::Options) -> Self {
        self.early = Early::of(options);
        self
    }

    /// Function (or method) `obj` (its origin) with type arguments (the receiver's first).
    pub fn func_of(&mut self, obj: ObjId, targs: Vec<Ty>) -> FuncId {
        let key = (obj, targs);
        if let Some(f) = self.funcs.get(&key) {
            return *f;
        }
        let (obj, targs) = key;
        self.checker.ensure_object(obj);
        let target = self.symbols.resolve(self.checker, obj);
        if target != obj {
            let f = self.func_of(target, targs.clone());
            // Declared here without a body, defined elsewhere: a compiler of single packages cannot inline
            // it, and traces show that (`main.main`, which the runtime calls, has a frame of its own).
            self.prog.funcs[f].attrs.noinline = true;
            self.funcs.insert((obj, targs), f);
            return f;
        }
        let base = self.symbols.func_symbol(self.checker, obj);
        let name = if targs.is_empty() { base } else { self.instance_name(&base, obj, &targs) };
        if let Some(f) = self.prog.by_name.get(name.as_str()) {
            let f = *f;
            self.funcs.insert((obj, targs), f);
            return f;
        }
        let inst = Arc::new(self.instance_of(obj, &targs));
        let (params, results) = self.func_types(obj, &inst);
        let has_body = self.symbols.has_body(self.checker, obj);
        let mut attrs = self.symbols.attrs(self.checker, obj);
        attrs.noreturn = super::symbols::is_noreturn(&name);
        // They stand between a caller and a method or function that it means: recover and traces look
        // through them, as with gc.
        attrs.wrapper |= matches!(name.as_str(), "reflect.callMethod" | "reflect.callReflect" | "runtime.reflectcall");
        let intrinsic = super::intrinsics::is_intrinsic_name(&name);
        let assembly = !has_body && !intrinsic && self.assembly.contains_key(&name);
        attrs.noinline |= assembly;
        let body = if has_body || intrinsic || assembly { FuncBody::None } else { FuncBody::Extern };
        let is_extern = matches!(body, FuncBody::Extern);
        let f = self.prog.add_func(FuncDecl { name: name.as_str().into(), params, results, body, attrs });
        self.funcs.insert((obj, targs), f);
        if is_extern {
            for (from, to) in go_abi::runtime_fns::EXTERN_CALLS {
                if *from == name {
                    self.func_by_symbol(to);
                }
            }
        } else if assembly {
            self.jobs.push(Job::Assembly(f, obj));
        } else if intrinsic {
            self.jobs.push(Job::Intrinsic(f));
        } else {
            self.jobs.push(Job::Declared(f, obj, inst));
        }
        if matches!(
            name.as_str(),
            "reflect.Value.Method"
                | "reflect.Value.MethodByName"
                | "reflect.(*rtype).Method"
                | "reflect.(*rtype).MethodByName"
        ) {
            self.reflect_methods = true;
        }
        f
    }

    /// The function that a full link symbol names.
    pub fn func_by_symbol(&mut self, symbol: &str) -> Option<FuncId> {
        let obj = self.symbols.object_of(self.checker, symbol)?;
        matches!(self.checker.store.objects[obj].kind, ObjectKind::Func { .. }).then(|| self.func_of(obj, Vec::new()))
    }

    /// Name of an instance: type arguments in brackets, before a method's name for the receiver's.
    fn instance_name(&mut self, base: &str, obj: ObjId, targs: &[Ty]) -> String {
        let sig = self.signature_of(obj);
        let of_recv = sig.recv_type_params.len().min(targs.len());
        let text = |lo: &Self, ts: &[Ty]| ts.iter().map(|t| lo.link_string(*t)).collect::<Vec<_>>().join(",");
        let mut out = base.to_string();
        if of_recv > 0 {
            let inner = format!("[{}]", text(self, &targs[..of_recv]));
            // `p.(*T).M` or `p.T.M`: the list follows the type's name.
            let dot = out.rfind('.').unwrap_or(0);
            let at = if out[..dot].ends_with(')') { dot - 1 } else { dot };
            out.insert_str(at, &inner);
        }
        if targs.len() > of_recv {
            out.push_str(&format!("[{}]", text(self, &targs[of_recv..])));
        }
        out
    }

    pub(super) fn signature_of(&mut self, obj: ObjId) -> Arc<go_types::ty::Signature> {
        self.checker.ensure_object(obj);
        match &self.checker.store.types[self.checker.store.objects[obj].ty] {
            Type::Signature(s) => Arc::clone(s),
            _ => Arc::default(),
        }
    }

    fn instance_of(&mut self, obj: ObjId, targs: &[Ty]) -> Instance {
        let sig = self.signature_of(obj);
        let params = sig.recv_type_params.iter().chain(sig.type_params.iter());
        Instance { map: params.copied().zip(targs.iter().copied()).collect(), args: targs.to_vec() }
    }

    /// Parameter (receiver first) and result types of a function.
    fn func_types(&mut self, obj: ObjId, inst: &Instance) -> (Vec<Ty>, Vec<Ty>) {
        let sig = self.signature_of(obj);
        let mut params = Vec::new();
        for v in sig.recv.iter().chain(sig.params.iter()) {
            let t = self.checker.store.objects[*v].ty;
            params.push(self.ty(t, inst));
        }
        let mut results = Vec::new();
        for v in sig.results.iter() {
            let t = self.checker.store.objects[*v].ty;
            results.push(self.ty(t, inst));
        }
        (params, results)
    }

    /// Function of package runtime.
    pub fn runtime(&mut self, name: &str) -> FuncId {
        let symbol = format!("runtime.{name}");
        if let Some(f) = self.prog.by_name.get(symbol.as_str()) {
            return *f;
        }
        self.func_by_symbol(&symbol).unwrap_or_else(|| panic!("bug: package runtime has no function {name}"))
    }

    /// A named type of a package that is part of the program.
    pub fn named_type(&mut self, pkg: &str, name: &str) -> Ty {
        let obj = self
            .symbols
            .object_of(self.checker, &format!("{pkg}.{name}"))
            .unwrap_or_else(|| panic!("bug: no type {pkg}.{name}"));
        self.checker.ensure_object(obj);
        let t = self.checker.store.objects[obj].ty;
        self.ty(t, &Instance::default())
    }

    /// A package variable.
    pub fn global(&mut self, obj: ObjId) -> GlobalId {
        if let Some(g) = self.globals.get(&obj) {
            return *g;
        }
        self.checker.ensure_object(obj);
        let target = self.symbols.resolve(self.checker, obj);
        if target != obj {
            let g = self.global(target);
            self.globals.insert(obj, g);
            return g;
        }
        let t = self.checker.store.objects[obj].ty;
        let ty = self.ty(t, &Instance::default());
        let name = self.symbols.func_symbol(self.checker, obj);
        // The SDK defines this one in assembly: small integers as interface data.
        let mut init = DataInit::default();
        if name == "runtime.staticuint64s" {
            init.bytes = (0..256u64).flat_map(u64::to_le_bytes).collect();
        }
        let g = self.prog.globals.push(Global { name: name.as_str().into(), ty, init });
        self.globals.insert(obj, g);
        self.global_objs.insert(g, obj);
        self.new_globals.push(obj);
        g
    }

    /// Package variable of package runtime.
    pub fn runtime_global(&mut self, name: &str) -> GlobalId {
        let obj = self
            .symbols
            .object_of(self.checker, &format!("runtime.{name}"))
            .unwrap_or_else(|| panic!("bug: package runtime has no variable {name}"));
        self.global(obj)
    }

    /// A full descriptor of the type is needed at run time. An interface type's may be the target of
    /// an assertion, so that types are searched for its methods.
    pub fn use_type(&mut self, t: Ty) {
        self.describe_type(t);
        self.keep_iface_methods(t);
    }

    /// As `use_type`, for types that are only part of something described.
    pub(super) fn describe_type(&mut self, t: Ty) {
        if self.used_types.insert(t) {
            self.new_types.push(t);
        }
    }

    /// If `t` is an interface type: its methods count as called.
    pub(super) fn keep_iface_methods(&mut self, t: Ty) {
        if let go_ir::ty::TyKind::Interface(ms) = self.prog.types.under(t).clone()
            && self.asserted.insert(t)
        {
            for i in 0..ms.len() {
                self.use_iface_method(t, i as u32);
            }
        }
    }

    /// A value of the type becomes the dynamic value of an interface: its methods can be called.
    pub fn use_iface_value(&mut self, t: Ty) {
        if self.live.insert(t) {
            self.new_live.push(t);
        }
        self.use_type(t);
    }

    /// An itab is needed. The runtime compares itabs by address and finds them by the interface type
    /// as it was declared, so each (type, declared interface type) has one.
    pub fn use_itab(&mut self, concrete: Ty, iface: Ty) {
        self.prog.itab_symbol(concrete, iface);
        self.use_iface_value(concrete);
        self.describe_type(iface);
    }

    /// A method is called through an interface.
    pub fn use_iface_method(&mut self, iface: Ty, index: u32) {
        if let go_ir::ty::TyKind::Interface(ms) = self.prog.types.under(iface)
            && let Some(m) = ms.get(index as usize)
        {
            let key = (m.name, m.sig);
            if self.called.insert(key) {
                self.new_called.push(key);
            }
        }
    }

    /// `type:.eq.T`: `func(p, q unsafe.Pointer) bool`.
    pub fn eq_func(&mut self, t: Ty) -> FuncId {
        if let Some(f) = self.eq_funcs.get(&t) {
            return *f;
        }
        let name = format!("type:.eq.{}", self.link_string(t));
        let params = vec![Ty::UNSAFE_POINTER, Ty::UNSAFE_POINTER];
        let f = self.add_made_func(&name, params, vec![Ty::BOOL], Attrs::default());
        self.eq_funcs.insert(t, f);
        self.jobs.push(Job::Eq(f, t));
        f
    }

    /// `type:.hash.T`: `func(p unsafe.Pointer, seed uintptr) uintptr`.
    pub fn hash_func(&mut self, t: Ty) -> FuncId {
        if let Some(f) = self.hash_funcs.get(&t) {
            return *f;
        }
        let name = format!("type:.hash.{}", self.link_string(t));
        let params = vec![Ty::UNSAFE_POINTER, Ty::UINTPTR];
        let f = self.add_made_func(&name, params, vec![Ty::UINTPTR], Attrs::default());
        self.hash_funcs.insert(t, f);
        self.jobs.push(Job::Hash(f, t));
        f
    }

    /// Adds a function made by lowering (closure, wrapper). A name that is taken gets a number.
    pub fn add_made_func(&mut self, name: &str, params: Vec<Ty>, results: Vec<Ty>, attrs: Attrs) -> FuncId {
        let mut unique: Arc<str> = name.into();
        let mut n = 1;
        while self.prog.by_name.contains_key(&unique) {
            unique = format!("{name}·{n}").as_str().into();
            n += 1;
        }
        self.prog.add_func(FuncDecl { name: unique, params, results, body: FuncBody::None, attrs })
    }

    /// Read-only data with the value of a constant of a type (bytes in memory layout).
    pub fn const_data(&mut self, bytes: &[u8], align: u32) -> DataId {
        let key = (bytes.to_vec(), align);
        if let Some(d) = self.datas.get(&key) {
            return *d;
        }
        let d = self.prog.datas.push(Data {
            name: "".into(),
            init: DataInit { bytes: bytes.to_vec(), relocs: Vec::new() },
            size: bytes.len() as u64,
            align,
            writable: false,
            has_pointers: false,
        });
        self.datas.insert(key, d);
        d
    }

    /// Language version in force in a file.
    pub fn file_version(&self, file: FileId) -> (u32, u32) {
        if let Some(v) = self.checker.trees.get(&file).and_then(|t| t.go_version) {
            return v.max((1, 21));
        }
        self.symbols.file_pkg.get(&file).map_or((1, 27), |p| self.checker.store.packages[*p].go_version)
    }
}
