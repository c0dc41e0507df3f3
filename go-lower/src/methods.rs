//! Method sets of IR types, and the wrappers that promoted methods, value receivers and interface
//! method tables need. Source: spec "Method sets", "Selectors".

use super::body::lower_made;
use super::program::{Instance, Job, Lowerer};
use go_ir::ir::{Attrs, Callee, CmpOp, FuncId, Op, Value};
use go_ir::ty::{FuncSig, Ty, TyKind};
use go_source::{Pos, Symbol};
use go_types::object::ObjId;
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// Where a method comes from.
#[derive(Clone, Debug)]
pub(super) enum Source {
    /// Declared on a named type.
    Declared { obj: ObjId, args: Vec<Ty>, ptr_recv: bool },
    /// A method of an embedded interface.
    Iface { iface: Ty, index: u32 },
}

/// A method of a type's method set.
#[derive(Clone, Debug)]
pub(super) struct Method {
    pub(super) name: Symbol,
    pub(super) pkg: Option<Symbol>,
    /// A `Func` type.
    pub(super) sig: Ty,
    /// Embedded fields on the way.
    path: Vec<u32>,
    source: Source,
}

/// A method set, sorted as `internal/abi` wants it.
pub(super) type MethodSet = Vec<Method>;

/// A wrapper waiting for its body.
pub(super) struct Wrapper {
    recv: Ty,
    /// The parameter is the data word of an interface that holds the value itself.
    from_word: bool,
    method: Method,
}

/// Where the receiver is while the path is walked.
#[derive(Clone, Copy)]
enum At {
    Val(Value, Ty),
    Addr(Value, Ty),
}

impl Lowerer<'_> {
    /// The method set of a type that is not an interface.
    pub(super) fn method_set(&mut self, t: Ty) -> Arc<MethodSet> {
        if let Some(s) = self.method_sets.get(&t) {
            return Arc::clone(s);
        }
        let set = Arc::new(self.compute_method_set(t));
        self.method_sets.insert(t, Arc::clone(&set));
        set
    }

    fn compute_method_set(&mut self, t: Ty) -> MethodSet {
        let (base, is_ptr) = match self.prog.types.kind(t) {
            TyKind::Pointer(e) => (*e, true),
            _ => (t, false),
        };
        if is_ptr && matches!(self.prog.types.under(base), TyKind::Interface(_) | TyKind::Pointer(_)) {
            return Vec::new();
        }
        type Key = (Symbol, Option<Symbol>);
        let mut done: FxHashSet<Key> = FxHashSet::default();
        let mut seen: FxHashSet<Ty> = FxHashSet::default();
        let mut out: MethodSet = Vec::new();
        let mut current = vec![(base, Vec::<u32>::new(), is_ptr)];
        while !current.is_empty() {
            let mut level: FxHashMap<Key, (u32, Option<(Method, bool)>)> = FxHashMap::default();
            let mut order: Vec<Key> = Vec::new();
            let mut next = Vec::new();
            let mut add = |key: Key, m: Option<(Method, bool)>| {
                let e = level.entry(key).or_insert_with(|| {
                    order.push(key);
                    (0, None)
                });
                e.0 += 1;
                e.1 = m;
            };
            for (ty, path, indirect) in current {
                if let TyKind::Named(k) = self.prog.types.kind(ty).clone() {
                    if !seen.insert(ty) {
                        continue;
                    }
                    for (obj, name, pkg, ptr_recv) in self.declared_methods(ObjId(k.obj)) {
                        let Some(sig) = self.method_sig(obj, &k.args) else { continue };
                        let source = Source::Declared { obj, args: k.args.clone(), ptr_recv };
                        let m = Method { name, pkg, sig, path: path.clone(), source };
                        add((name, pkg), Some((m, !ptr_recv || indirect)));
                    }
                }
                match self.prog.types.under(ty).clone() {
                    TyKind::Struct(fields) => {
                        for (i, f) in fields.iter().enumerate() {
                            add((f.name, f.pkg), None);
                            if f.embedded {
                                let mut p = path.clone();
                                p.push(i as u32);
                                match self.prog.types.kind(f.ty) {
                                    TyKind::Pointer(e) => next.push((*e, p, true)),
                                    _ => next.push((f.ty, p, indirect)),
                                }
                            }
                        }
                    }
                    TyKind::Interface(ms) if !path.is_empty() => {
                        for (i, m) in ms.iter().enumerate() {
                            let source = Source::Iface { iface: ty, index: i as u32 };
                            let e = Method { name: m.name, pkg: m.pkg, sig: m.sig, path: path.clone(), source };
                            add((m.name, m.pkg), Some((e, true)));
                        }
                    }
                    _ => {}
                }
            }
            for key in order {
                let (count, m) = level.remove(&key).unwrap_or_default();
                if !done.insert(key) || count != 1 {
                    continue;
                }
                if let Some((m, true)) = m {
                    out.push(m);
                }
            }
            current = next;
        }
        self.sort_methods(&mut out, |m| (m.name, m.pkg));
        out
    }

    /// Methods declared on a type name: object, name, package of unexported ones, pointer receiver.
    fn declared_methods(&mut self, type_name: ObjId) -> Vec<(ObjId, Symbol, Option<Symbol>, bool)> {
        self.checker.ensure_object(type_name);
        let t = self.checker.store.objects[type_name].ty;
        let t = self.checker.unalias(t);
        let n = self.checker.num_methods(t);
        let mut out = Vec::with_capacity(n);
        for i in 0..n {
            let Some(m) = self.checker.named_method(t, i) else { continue };
            let o = &self.checker.store.objects[m];
            let (name, pkg) = (o.name, o.pkg);
            if name.is_blank() {
                continue;
            }
            let pkg = self.name_pkg(name, pkg);
            let ptr = self.checker.has_ptr_recv(m);
            out.push((m, name, pkg, ptr));
        }
        out
    }

    /// Signature of a method without its receiver; `None` for generic methods, which are in no
    /// method set that interfaces or reflect could see.
    fn method_sig(&mut self, obj: ObjId, args: &[Ty]) -> Option<Ty> {
        let sig = self.signature_of(obj);
        if !sig.type_params.is_empty() {
            return None;
        }
        let inst = Instance {
            map: sig.recv_type_params.iter().copied().zip(args.iter().copied()).collect(),
            args: args.to_vec(),
        };
        let mut list = |vars: &[ObjId]| {
            vars.iter()
                .map(|v| {
                    let t = self.checker.store.objects[*v].ty;
                    self.ty(t, &inst)
                })
                .collect::<Vec<_>>()
        };
        let params = list(&sig.params);
        let results = list(&sig.results);
        Some(self.intern(TyKind::Func(Arc::new(FuncSig { params, results, variadic: sig.variadic }))))
    }

    /// Function with receiver type exactly `recv` for the method `name` of a concrete type
    /// (promoted ones too).
    pub fn method_of(&mut self, recv: Ty, name: Symbol, pkg: Option<Symbol>) -> FuncId {
        let set = self.method_set(recv);
        let m = set.iter().find(|m| m.name == name && m.pkg == pkg);
        let Some(m) = m.cloned() else {
            // Addressable receivers: the method of the pointer type.
            let text = self.checker.store.text(name).to_string();
            panic!("bug: {} has no method {text}", self.link_string(recv))
        };
        self.method_func(recv, &m)
    }

    /// Index of a method among an interface type's.
    pub fn iface_method_index(&self, iface: Ty, name: Symbol, pkg: Option<Symbol>) -> u32 {
        match self.prog.types.under(iface) {
            TyKind::Interface(ms) => ms.iter().position(|m| m.name == name && m.pkg == pkg).unwrap_or_default() as u32,
            _ => 0,
        }
    }

    fn method_func(&mut self, recv: Ty, m: &Method) -> FuncId {
        let is_ptr = matches!(self.prog.types.kind(recv), TyKind::Pointer(_));
        if m.path.is_empty()
            && let Source::Declared { obj, args, ptr_recv } = &m.source
            && *ptr_recv == is_ptr
        {
            return self.func_of(*obj, args.clone());
        }
        self.wrapper(recv, m, false)
    }

    /// Function for an interface's method table: the receiver is the data word.
    pub(super) fn iface_entry(&mut self, t: Ty, m: &Method) -> FuncId {
        if matches!(self.prog.types.kind(t), TyKind::Pointer(_)) {
            return self.method_func(t, m);
        }
        if self.is_direct(t) {
            return self.wrapper(t, m, true);
        }
        let p = self.intern(TyKind::Pointer(t));
        let set = self.method_set(p);
        match set.iter().find(|x| x.name == m.name && x.pkg == m.pkg).cloned() {
            Some(pm) => self.method_func(p, &pm),
            // A pointer to a pointer type has no methods of its own: only named pointers get here.
            None => self.wrapper(t, m, true),
        }
    }

    /// The function of a method expression as reflect's `Type.Method` calls it.
    pub(super) fn value_entry(&mut self, t: Ty, m: &Method) -> FuncId {
        self.method_func(t, m)
    }

    /// Whether an interface's data word is the value itself.
    pub(super) fn is_direct(&mut self, t: Ty) -> bool {
        self.prog.types.layout(t);
        self.prog.types.is_direct_iface(t)
    }

    fn wrapper(&mut self, recv: Ty, m: &Method, from_word: bool) -> FuncId {
        let text = self.checker.store.text(m.name).to_string();
        let link = match self.prog.types.kind(recv) {
            TyKind::Pointer(e) => match self.prog.types.named(*e) {
                Some(n) => {
                    let path = n.pkg_path.clone();
                    let short = n.link_name.strip_prefix(&format!("{path}.")).unwrap_or(&n.link_name).to_string();
                    format!("{path}.(*{short}).{text}")
                }
                None => format!("go.({}).{text}", self.link_string(recv)),
            },
            TyKind::Named(_) => format!("{}.{text}", self.link_string(recv)),
            _ => format!("go.({}).{text}", self.link_string(recv)),
        };
        let link = if from_word { format!("{link}-word") } else { link };
        if let Some(f) = self.prog.by_name.get(link.as_str()) {
            return *f;
        }
        let TyKind::Func(sig) = self.prog.types.kind(m.sig).clone() else { panic!("bug: method without signature") };
        let mut params = vec![if from_word { Ty::UNSAFE_POINTER } else { recv }];
        params.extend(sig.params.iter().copied());
        let attrs = Attrs { wrapper: true, ..Attrs::default() };
        let f = self.add_made_func(&link, params, sig.results.clone(), attrs);
        self.jobs.push(Job::Wrapper(f, Wrapper { recv, from_word, method: m.clone() }));
        // What the wrapper calls is reachable, and must be known before its body is made.
        match &m.source {
            Source::Declared { obj, args, .. } => {
                self.func_of(*obj, args.clone());
            }
            Source::Iface { iface, index } => self.use_iface_method(*iface, *index),
        }
        f
    }
}

/// Makes the body of a wrapper.
pub(super) fn lower_wrapper(lo: &mut Lowerer<'_>, func: FuncId, w: &Wrapper) {
    let m = &w.method;
    let target = match &m.source {
        Source::Declared { obj, args, .. } => Some(lo.func_of(*obj, args.clone())),
        Source::Iface { .. } => None,
    };
    let panicwrap = lo.runtime("panicwrap");
    let TyKind::Func(sig) = lo.prog.types.kind(m.sig).clone() else { return };
    lower_made(lo, func, Pos::NONE, |b, params| {
        let first = if w.from_word { b.bitcast(params[0], w.recv) } else { params[0] };
        let mut at = At::Val(first, w.recv);
        for step in &m.path {
            if let TyKind::Pointer(e) = b.under(ty_of(at)) {
                let p = value(b, at);
                b.nil_check(p);
                at = At::Addr(p, e);
            }
            let TyKind::Struct(fields) = b.under(ty_of(at)) else { return };
            let fty = fields[*step as usize].ty;
            at = match at {
                At::Addr(p, t) => {
                    let pty = b.lo.intern(TyKind::Pointer(fty));
                    At::Addr(b.fr.b.emit(Op::FieldAddr { base: p, ty: t, field: *step }, pty), fty)
                }
                At::Val(v, _) => At::Val(b.extract(v, *step, fty), fty),
            };
        }
        let mut args: Vec<Value> = Vec::new();
        let callee = match &m.source {
            Source::Iface { index, .. } => {
                let recv = value(b, at);
                Callee::Interface { recv, method: *index }
            }
            Source::Declared { ptr_recv, .. } => {
                let is_ptr = matches!(b.under(ty_of(at)), TyKind::Pointer(_))
                    && !matches!(b.lo.prog.types.kind(ty_of(at)), TyKind::Named(_));
                let recv = match (ptr_recv, is_ptr, at) {
                    (true, true, _) => value(b, at),
                    (true, false, At::Addr(p, _)) => p,
                    (true, false, At::Val(v, _)) => v,
                    (false, true, _) => {
                        let p = value(b, at);
                        if m.path.is_empty() {
                            let nil = b.zero(b.fr.b.ty(p));
                            let bad = b.fr.b.emit(Op::Compare(CmpOp::Eq, p, nil), Ty::BOOL);
                            let cold = b.fr.b.new_cold_block();
                            let go_on = b.fr.b.new_block();
                            b.fr.b.branch(bad, cold, go_on);
                            b.fr.b.switch_to(cold);
                            b.call_func(panicwrap, &[]);
                            b.fr.b.unreachable();
                            b.fr.b.switch_to(go_on);
                        }
                        let TyKind::Pointer(e) = b.under(ty_of(at)) else { return };
                        b.load(p, e)
                    }
                    (false, false, _) => value(b, at),
                };
                args.push(recv);
                match target {
                    Some(f) => Callee::Func(f),
                    None => return,
                }
            }
        };
        args.extend_from_slice(&params[1..]);
        let r = b.fr.b.emit_multi(Op::Call { callee, args }, &sig.results);
        b.fr.b.ret(&r);
    });
}

fn ty_of(at: At) -> Ty {
    match at {
        At::Val(_, t) | At::Addr(_, t) => t,
    }
}

fn value(b: &mut super::body::Body<'_, '_>, at: At) -> Value {
    match at {
        At::Val(v, _) => v,
        At::Addr(p, t) => b.load(p, t),
    }
}
