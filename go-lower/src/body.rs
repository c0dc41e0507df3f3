//! Lowering of one function body: the state, and the helpers that all constructs use.
//!
//! A [`Body`] lowers an outermost function together with the function literals in it: each has a
//! `Frame`; the frames of the enclosing functions wait on a stack while an inner one is lowered, and
//! captures are found on the way. Variables are `Alloc` cells, or plain values if nothing assigns or
//! addresses them after their declaration. Order of evaluation: `order.rs`.

use super::analysis::Facts;
use super::defer::OpenDefer;
use super::program::{Instance, Lowerer};
use go_ast::{DeclKind, ExprId, File};
use go_ir::build::FunctionBuilder;
use go_ir::ir::{Attrs, BinOp, Block, Callee, CmpOp, FuncId, GlobalId, Intrinsic, Op, UnOp, Value};
use go_ir::ty::{Basic, Layout, Ty, TyKind};
use go_source::{FileId, Pos, Symbol};
use go_types::info::{Mode, TypeAndValue};
use go_types::object::{ObjId, ObjectKind, VarKind};
use go_types::ty::{Type, TypeId};
use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::{SmallVec, smallvec};
use std::sync::Arc;

/// Values, usually few.
pub type Values = SmallVec<[Value; 2]>;

/// Largest variable that is captured by value, as gc's.
const MAX_CAPTURE_SIZE: u64 = 128;

/// Names a variable while a body is lowered.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum VarKey {
    /// A variable of the source.
    Obj(ObjId),
    /// A variable that lowering made.
    Hidden(u32),
}

/// Where a variable is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Var {
    /// In memory at `ptr`.
    Cell {
        /// Its address.
        ptr: Value,
        /// Its type.
        ty: Ty,
    },
    /// A value that never changes.
    Direct(Value),
}

/// An operand: in memory, or a value.
#[derive(Clone, Copy, Debug)]
pub(super) enum Opnd {
    /// Variable of type `ty` at `ptr`.
    Addr {
        /// Its address.
        ptr: Value,
        /// Its type.
        ty: Ty,
    },
    /// A value.
    Val(Value),
}

/// A captured variable of a closure.
#[derive(Clone, Copy, Debug)]
pub(super) struct CaptureVar {
    /// Which.
    pub key: VarKey,
    /// The closure holds its address.
    pub by_ref: bool,
}

/// What `break` and `continue` can leave or repeat.
#[derive(Clone, Copy, Debug)]
pub(super) struct JumpTarget {
    /// Unique in the body.
    pub id: u32,
    /// Its label.
    pub label: Option<Symbol>,
    /// Where `break` goes; `None` in the frame of a range-over-func body: leaves the function.
    pub brk: Option<Block>,
    /// Where `continue` goes.
    pub cont: Option<Block>,
    /// Whether `continue` applies (loops).
    pub is_loop: bool,
    /// The statement is a range over a function whose body is this frame.
    pub range_body: bool,
}

/// How control leaves the body of a range over a function.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Exit {
    /// `return`; results are stored.
    Return,
    /// `break` out of a target.
    Break(u32),
    /// `continue` of a target.
    Continue(u32),
    /// `goto` a label.
    Goto(Symbol),
}

/// State of the body of a range over a function (which is a closure).
#[derive(Clone, Debug)]
pub(super) struct RangeBody {
    /// The variable with the iteration's state.
    pub state: VarKey,
    /// Ways out, with their codes.
    pub exits: Vec<(i64, Exit)>,
}

/// State of one function (or closure) while it is lowered.
pub(super) struct Frame {
    /// Its builder.
    pub b: FunctionBuilder,
    /// Link name.
    pub name: String,
    /// Made from a function literal (names of inner ones follow a shorter scheme).
    pub is_closure: bool,
    /// From a literal that is called where it stands.
    pub called_at_once: bool,
    /// Variables in reach.
    pub vars: FxHashMap<VarKey, Var>,
    /// Captured variables in order of capture number.
    pub captures: Vec<CaptureVar>,
    /// Values of operands that were evaluated ahead of their expression.
    pub ordered: FxHashMap<ExprId, Value>,
    /// Enclosing statements, innermost last.
    pub targets: Vec<JumpTarget>,
    /// Label of the statement to come.
    pub pending_label: Option<Symbol>,
    /// Blocks of labels.
    pub labels: FxHashMap<Symbol, Block>,
    /// Labels inside the body of a range over a function.
    pub own_labels: FxHashSet<Symbol>,
    /// Where `fallthrough` goes, innermost switch last.
    pub falls: Vec<Option<Block>>,
    /// Result types of the real function.
    pub result_tys: Vec<Ty>,
    /// Result variables, if they are in memory.
    pub result_keys: Option<Vec<VarKey>>,
    /// The exit block of a function with defers.
    pub exit: Option<Block>,
    /// Defers may run several times per activation.
    pub loop_depth: u32,
    /// The function has gotos.
    pub has_goto: bool,
    /// Frame pointer of the real function, once asked for.
    pub frame_key: VarKey,
    /// Exit code of ranges over functions.
    pub next_key: Option<VarKey>,
    /// Token of defers in bodies of ranges over functions.
    pub defer_token: Option<VarKey>,
    /// Set in the frame of a range-over-func body.
    pub range_body: Option<RangeBody>,
    /// Variables whose first growth by `append` was lowered.
    pub appended: FxHashSet<ObjId>,
    /// Defer statements that run at most once per activation.
    pub open_defers: Vec<OpenDefer>,
    /// There are other defer statements.
    pub listed_defers: bool,
    /// Counters of made functions.
    pub func_gen: u32,
    /// Of `gowrap`, `deferwrap`.
    pub wrap_gen: u32,
    /// Of range bodies.
    pub range_gen: u32,
}

/// Lowers the body of an outermost function.
pub struct Body<'l, 'a> {
    /// The program level.
    pub lo: &'l mut Lowerer<'a>,
    pub(super) fr: Frame,
    pub(super) outer: Vec<Frame>,
    pub(super) tree: Arc<File>,
    pub(super) inst: Arc<Instance>,
    pub(super) facts: Facts,
    pub(super) version: (u32, u32),
    pub(super) calls: FxHashMap<ExprId, bool>,
    pub(super) etys: FxHashMap<ExprId, Ty>,
    /// The literal that is about to be called.
    pub(super) called_at_once: Option<ExprId>,
    next_hidden: u32,
    next_target: u32,
}

impl Frame {
    fn new(b: FunctionBuilder, name: String, frame_key: VarKey) -> Frame {
        Frame {
            result_tys: b.func.results.clone(),
            b,
            name,
            is_closure: false,
            called_at_once: false,
            vars: FxHashMap::default(),
            captures: Vec::new(),
            ordered: FxHashMap::default(),
            targets: Vec::new(),
            pending_label: None,
            labels: FxHashMap::default(),
            own_labels: FxHashSet::default(),
            falls: Vec::new(),
            result_keys: None,
            exit: None,
            loop_depth: 0,
            has_goto: false,
            frame_key,
            next_key: None,
            defer_token: None,
            range_body: None,
            appended: FxHashSet::default(),
            open_defers: Vec::new(),
            listed_defers: false,
            func_gen: 0,
            wrap_gen: 0,
            range_gen: 0,
        }
    }
}

/// One step of a package's initialisation.
#[derive(Clone, Debug)]
pub enum InitStep {
    /// `lhs = rhs` with the variables of one initialiser (`None`: blank, value dropped).
    Assign {
        /// Variables.
        lhs: Vec<Option<ObjId>>,
        /// File of the expression.
        file: FileId,
        /// The expression.
        rhs: ExprId,
    },
    /// Calls a function without arguments.
    Call(FuncId),
}

/// Lowers the body of a declared function or method; `obj` is the origin object.
pub fn lower_function(lo: &mut Lowerer<'_>, func: FuncId, obj: ObjId, inst: &Arc<Instance>) {
    let decl = lo.checker.decls[&obj].decl;
    let tree = Arc::clone(&lo.checker.trees[&decl.file]);
    let DeclKind::Func { name, body: Some(block), .. } = &tree.all_decls[decl.decl].kind else { return };
    let sig_ty = lo.checker.store.objects[obj].ty;
    let Type::Signature(sig) = lo.checker.store.types[sig_ty].clone() else { return };
    let mut params: Vec<ObjId> = Vec::new();
    params.extend(sig.recv);
    params.extend(sig.params.iter());
    let mut body = Body::new(lo, func, Arc::clone(&tree), Arc::clone(inst), name.pos);
    body.facts = body.analyze(Some(block), &[]);
    let results: Vec<ObjId> = sig.results.to_vec();
    body.function_body(block, &params, &results);
    body.finish_outermost();
}

/// Lowers a package's initialisation function (no parameters, no results). `closure_base` is the
/// number of function literals that earlier parts of the same package's initialisation made.
pub fn lower_init(lo: &mut Lowerer<'_>, func: FuncId, name: &str, steps: &[InitStep], closure_base: u32) -> u32 {
    let any_file = steps.iter().find_map(|s| match s {
        InitStep::Assign { file, .. } => Some(*file),
        InitStep::Call(_) => None,
    });
    let tree = match any_file {
        Some(f) => Arc::clone(&lo.checker.trees[&f]),
        None => match lo.checker.trees.values().min_by_key(|t| t.id.0) {
            Some(t) => Arc::clone(t),
            None => return closure_base,
        },
    };
    let mut body = Body::new(lo, func, tree, Arc::new(Instance::default()), Pos::NONE);
    body.fr.name = name.to_owned();
    body.fr.func_gen = closure_base;
    for s in steps {
        match s {
            InitStep::Call(f) => {
                body.fr.b.pos = Pos::NONE;
                body.call_func(*f, &[]);
            }
            InitStep::Assign { lhs, file, rhs } => {
                body.set_file(*file);
                body.facts = body.analyze(None, &[*rhs]);
                body.fr.b.pos = body.tree.exprs[*rhs].pos;
                body.init_globals(lhs, *rhs);
            }
        }
    }
    body.fr.b.pos = Pos::NONE;
    if body.fr.b.is_open() {
        body.fr.b.ret(&[]);
    }
    let n = body.fr.func_gen;
    body.finish_outermost();
    n
}

/// Lowers a made function (wrapper, equality function, …): `make` fills in the body, given the
/// parameters.
pub fn lower_made(lo: &mut Lowerer<'_>, func: FuncId, pos: Pos, make: impl FnOnce(&mut Body<'_, '_>, &[Value])) {
    let Some(tree) = lo.checker.trees.values().min_by_key(|t| t.id.0).map(Arc::clone) else { return };
    let mut body = Body::new(lo, func, tree, Arc::new(Instance::default()), pos);
    let params = body.fr.b.params();
    make(&mut body, &params);
    body.finish_outermost();
}

impl<'l, 'a> Body<'l, 'a> {
    /// A body for `func`, whose declaration has parameters, results and attributes.
    fn new(lo: &'l mut Lowerer<'a>, func: FuncId, tree: Arc<File>, inst: Arc<Instance>, pos: Pos) -> Body<'l, 'a> {
        let d = &lo.prog.funcs[func];
        let b = FunctionBuilder::new(func, &d.params, &d.results, d.attrs, pos);
        let name = d.name.to_string();
        let version = lo.file_version(tree.id);
        Body {
            lo,
            fr: Frame::new(b, name, VarKey::Hidden(0)),
            outer: Vec::new(),
            tree,
            inst,
            facts: Facts::default(),
            version,
            calls: FxHashMap::default(),
            etys: FxHashMap::default(),
            called_at_once: None,
            next_hidden: 1,
            next_target: 0,
        }
    }

    fn set_file(&mut self, file: FileId) {
        if self.tree.id != file {
            self.tree = Arc::clone(&self.lo.checker.trees[&file]);
            self.version = self.lo.file_version(file);
        }
        self.calls.clear();
        self.etys.clear();
    }

    fn finish_outermost(self) {
        let f = self.fr.b.finish();
        self.lo.set_body(f);
    }

    /// A fresh name for a variable made by lowering.
    pub(super) fn hidden(&mut self) -> VarKey {
        let k = VarKey::Hidden(self.next_hidden);
        self.next_hidden += 1;
        k
    }

    /// A fresh id for a jump target.
    pub(super) fn target_id(&mut self) -> u32 {
        self.next_target += 1;
        self.next_target
    }

    // ---- functions -------------------------------------------------------------------------

    /// Lowers parameters, body and exits of the current (real) function.
    pub(super) fn function_body(&mut self, block: &go_ast::Block, params: &[ObjId], results: &[ObjId]) {
        let facts = self.facts.of_fn(block.lbrace);
        let values = self.fr.b.params();
        for (o, v) in params.iter().zip(values) {
            self.bind_new(*o, v);
        }
        self.fr.has_goto = facts.has_goto;
        let named = results.iter().any(|o| {
            let n = self.lo.checker.store.objects[*o].name;
            n != Symbol::EMPTY
        });
        if named || facts.has_defer || facts.has_range_func {
            let mut keys = Vec::new();
            for (o, ty) in results.iter().zip(self.fr.result_tys.clone()) {
                let n = self.lo.checker.store.objects[*o].name;
                let key = if n == Symbol::EMPTY || n.is_blank() { self.hidden() } else { VarKey::Obj(*o) };
                let ptr = self.alloc(ty);
                self.fr.vars.insert(key, Var::Cell { ptr, ty });
                keys.push(key);
            }
            self.fr.result_keys = Some(keys);
        }
        if facts.has_defer {
            self.fr.b.emit_void(Op::DeferEnable);
            let exit = self.fr.b.new_block();
            self.fr.exit = Some(exit);
        }
        self.block_stmts(block);
        self.fr.b.pos = block.rbrace;
        if self.fr.b.is_open() {
            self.return_stored();
        }
        self.deferred_exits(block.rbrace);
    }

    /// The exit block and the recover block of a function with defers.
    fn deferred_exits(&mut self, pos: Pos) {
        let Some(exit) = self.fr.exit else { return };
        let recover = self.fr.b.new_cold_block();
        self.fr.b.func.recover_block = Some(recover);
        for block in [exit, recover] {
            self.fr.b.switch_to(block);
            self.fr.b.pos = pos;
            if block != exit || !self.run_open_defers() {
                let fp = self.fr.b.emit(Op::Intrinsic(Intrinsic::FramePointer, smallvec![]), Ty::UINTPTR);
                self.call_rt("deferreturn", &[fp]);
            }
            let values = self.load_results();
            self.fr.b.ret(&values);
        }
    }

    fn load_results(&mut self) -> Values {
        let keys = self.fr.result_keys.clone().unwrap_or_default();
        keys.iter().map(|k| self.read_var(*k)).collect()
    }

    /// Returns the results that stand in the result variables.
    pub(super) fn return_stored(&mut self) {
        match self.fr.exit {
            Some(exit) => self.fr.b.jump(exit),
            None => {
                let values = self.load_results();
                if values.len() == self.fr.result_tys.len() {
                    self.fr.b.ret(&values);
                } else {
                    // End of a function that cannot get here (missing return is an error before).
                    self.fr.b.unreachable();
                }
            }
        }
    }

    /// Returns `values` from the current real function.
    pub(super) fn return_values(&mut self, values: &[Value]) {
        match self.fr.result_keys.clone() {
            Some(keys) => {
                for (k, v) in keys.iter().zip(values) {
                    self.write_var(*k, *v);
                }
                self.return_stored();
            }
            None => self.fr.b.ret(values),
        }
    }

    /// Starts the frame of an inner function.
    pub(super) fn push_frame(&mut self, func: FuncId, pos: Pos) {
        let d = &self.lo.prog.funcs[func];
        let b = FunctionBuilder::new(func, &d.params, &d.results, d.attrs, pos);
        let name = d.name.to_string();
        let key = self.hidden();
        let mut frame = Frame::new(b, name, key);
        frame.is_closure = true;
        self.outer.push(std::mem::replace(&mut self.fr, frame));
    }

    /// Ends the frame of an inner function; returns what it captures.
    pub(super) fn pop_frame(&mut self) -> Vec<CaptureVar> {
        let outer = self.outer.pop().expect("bug: no enclosing function");
        let inner = std::mem::replace(&mut self.fr, outer);
        let mut f = inner.b.finish();
        let mut captured: Vec<(u32, Ty)> = f
            .insts
            .iter()
            .filter_map(|i| match i.op {
                Op::Capture(n) => Some((n, f.values[i.results[0]].ty)),
                _ => None,
            })
            .collect();
        if !captured.is_empty() {
            captured.sort_unstable_by_key(|c| c.0);
            let tys: Vec<Ty> = captured.iter().map(|c| c.1).collect();
            f.closure_ty = Some(self.closure_object_ty(&tys));
        }
        self.lo.set_body(f);
        inner.captures
    }

    /// The func value of a function whose frame was just ended.
    pub(super) fn closure_value(&mut self, func: FuncId, captures: &[CaptureVar], ty: Ty) -> Value {
        if captures.is_empty() {
            return self.fr.b.emit(Op::FuncValue(func), ty);
        }
        let mut values = Vec::with_capacity(captures.len());
        for c in captures {
            let v = match self.lookup(c.key) {
                Var::Cell { ptr, .. } if c.by_ref => ptr,
                Var::Cell { ptr, ty } => self.load(ptr, ty),
                Var::Direct(v) => v,
            };
            values.push(v);
        }
        self.make_closure(func, values, ty)
    }

    /// A func value with captured values.
    pub(super) fn make_closure(&mut self, func: FuncId, captures: Vec<Value>, ty: Ty) -> Value {
        if captures.is_empty() {
            return self.fr.b.emit(Op::FuncValue(func), ty);
        }
        let site = self.fr.b.new_site();
        let tys: Vec<Ty> = captures.iter().map(|v| self.fr.b.ty(*v)).collect();
        let object = self.closure_object_ty(&tys);
        self.fr.b.emit(Op::MakeClosure { func, captures, ty: object, site }, ty)
    }

    /// Type of the object of a closure with captures of the given types.
    fn closure_object_ty(&mut self, captures: &[Ty]) -> Ty {
        let interner = Arc::clone(&self.lo.checker.store.interner);
        let field = |name: &str, ty: Ty| go_ir::ty::Field {
            name: interner.intern(name),
            pkg: None,
            ty,
            embedded: false,
            tag: Symbol::EMPTY,
        };
        let mut fields = vec![field("F", Ty::UINTPTR)];
        for (i, t) in captures.iter().enumerate() {
            fields.push(field(&format!("X{i}"), *t));
        }
        let ty = self.lo.prog.types.intern(TyKind::Struct(fields.into()));
        self.layout(ty);
        ty
    }

    // ---- variables -------------------------------------------------------------------------

    /// IR type of a variable.
    pub(super) fn obj_ty(&mut self, o: ObjId) -> Ty {
        let t = self.lo.checker.store.objects[o].ty;
        self.ty(t)
    }

    /// Declares a local variable with an initial value.
    pub(super) fn bind_new(&mut self, o: ObjId, v: Value) {
        let facts = self.facts.var(o);
        let ty = self.fr.b.ty(v);
        let direct = !facts.assigned && !facts.addressed && self.layout(ty).parts.is_some();
        let var = if direct {
            Var::Direct(v)
        } else {
            let ptr = self.alloc(ty);
            self.store(ptr, v);
            Var::Cell { ptr, ty }
        };
        self.fr.vars.insert(VarKey::Obj(o), var);
    }

    /// Declares a zeroed local variable that is always in memory.
    pub(super) fn bind_cell(&mut self, o: ObjId, ty: Ty) -> Value {
        let ptr = self.alloc(ty);
        self.fr.vars.insert(VarKey::Obj(o), Var::Cell { ptr, ty });
        ptr
    }

    /// Finds a variable of this function or of an enclosing one (which is then captured).
    pub(super) fn lookup(&mut self, key: VarKey) -> Var {
        if let Some(v) = self.fr.vars.get(&key) {
            return *v;
        }
        let found = self.outer.iter().rev().find_map(|f| f.vars.get(&key).map(|v| (*v, f)));
        let Some((var, frame)) = found else {
            // Only after an error that checking did not report; keep going with a fresh variable.
            let ty = match key {
                VarKey::Obj(o) => self.obj_ty(o),
                VarKey::Hidden(_) => Ty::INT,
            };
            let ptr = self.alloc(ty);
            let v = Var::Cell { ptr, ty };
            self.fr.vars.insert(key, v);
            return v;
        };
        let (ty, is_cell) = match var {
            Var::Cell { ty, .. } => (ty, true),
            Var::Direct(v) => (frame.b.ty(v), false),
        };
        let by_ref = is_cell && !self.captured_by_value(key, ty);
        let n = self.fr.captures.len() as u32;
        self.fr.captures.push(CaptureVar { key, by_ref });
        let var = if by_ref {
            let pty = self.ptr_to(ty);
            let ptr = self.fr.b.emit_entry(Op::Capture(n), pty);
            Var::Cell { ptr, ty }
        } else {
            let v = self.fr.b.emit_entry(Op::Capture(n), ty);
            if self.layout(ty).parts.is_some() {
                Var::Direct(v)
            } else {
                let pty = self.ptr_to(ty);
                let site = self.fr.b.new_site();
                let ptr = self.fr.b.emit_entry(Op::Alloc { ty, site }, pty);
                self.fr.b.emit_entry_void(Op::Store { addr: ptr, value: v });
                Var::Cell { ptr, ty }
            }
        };
        self.fr.vars.insert(key, var);
        var
    }

    fn captured_by_value(&mut self, key: VarKey, ty: Ty) -> bool {
        let VarKey::Obj(o) = key else { return false };
        if self.is_result(key) {
            return false;
        }
        let f = self.facts.var(o);
        !f.assigned && !f.addressed && self.layout(ty).size <= MAX_CAPTURE_SIZE
    }

    fn is_result(&self, key: VarKey) -> bool {
        std::iter::once(&self.fr)
            .chain(self.outer.iter())
            .any(|f| f.range_body.is_none() && f.result_keys.as_ref().is_some_and(|k| k.contains(&key)))
    }

    /// Value of a variable.
    pub(super) fn read_var(&mut self, key: VarKey) -> Value {
        match self.lookup(key) {
            Var::Cell { ptr, ty } => self.load(ptr, ty),
            Var::Direct(v) => v,
        }
    }

    /// Assigns a variable that is in memory.
    pub(super) fn write_var(&mut self, key: VarKey, v: Value) {
        if let Var::Cell { ptr, ty } = self.lookup(key) {
            let v = self.convert_to(v, ty);
            self.store(ptr, v);
        }
    }

    /// A fresh variable in memory, made by lowering.
    pub(super) fn hidden_cell(&mut self, ty: Ty) -> VarKey {
        let key = self.hidden();
        let ptr = self.alloc(ty);
        self.fr.vars.insert(key, Var::Cell { ptr, ty });
        key
    }

    /// Frame pointer of the real function around this point.
    pub(super) fn frame_ptr(&mut self) -> Value {
        let key = self.fr.frame_key;
        let op = Op::Intrinsic(Intrinsic::FramePointer, smallvec![]);
        if self.fr.range_body.is_none() {
            return self.fr.b.emit(op, Ty::UINTPTR);
        }
        let real = self.outer.iter_mut().rev().find(|f| f.range_body.is_none()).expect("bug: range body alone");
        if !real.vars.contains_key(&key) {
            let v = real.b.emit_entry(op, Ty::UINTPTR);
            real.vars.insert(key, Var::Direct(v));
        }
        self.read_var(key)
    }

    // ---- syntax and types ------------------------------------------------------------------

    /// What the checker recorded about an expression.
    pub(super) fn tv(&self, e: ExprId) -> TypeAndValue {
        self.lo.checker.info.type_and_value(self.tree.id, e)
    }

    /// Whether an expression denotes a type.
    pub(super) fn is_type_expr(&self, e: ExprId) -> bool {
        self.tv(e).mode == Mode::TypeExpr
    }

    /// IR type of a checked type.
    pub(super) fn ty(&mut self, t: TypeId) -> Ty {
        let t = default_type(t);
        let inst = Arc::clone(&self.inst);
        self.lo.ty(t, &inst)
    }

    /// IR type of an expression (of the first part of a comma-ok expression).
    pub(super) fn ety(&mut self, e: ExprId) -> Ty {
        if let Some(t) = self.etys.get(&e) {
            return *t;
        }
        let mut t = self.tv(e).ty;
        if let Type::Tuple(vars) = &self.lo.checker.store.types[t]
            && let Some(first) = vars.first()
        {
            t = self.lo.checker.store.objects[*first].ty;
        }
        let ty = self.ty(t);
        self.etys.insert(e, ty);
        ty
    }

    /// The object of the identifier at `pos`.
    pub(super) fn object_at(&self, pos: Pos) -> Option<ObjId> {
        let info = &self.lo.checker.info;
        info.uses.get(&pos).or_else(|| info.defs.get(&pos)).copied()
    }

    /// The package variable behind an object.
    pub(super) fn global_of(&mut self, o: ObjId) -> Option<GlobalId> {
        match self.lo.checker.store.objects[o].kind {
            ObjectKind::Var { kind: VarKind::Package, .. } => Some(self.lo.global(o)),
            _ => None,
        }
    }

    /// Package path as symbols of unexported names need it.
    pub(super) fn name_key(&self, o: ObjId) -> (Symbol, Option<Symbol>) {
        let store = &self.lo.checker.store;
        let obj = &store.objects[o];
        let text = store.text(obj.name);
        if text.chars().next().is_some_and(char::is_uppercase) {
            return (obj.name, None);
        }
        (obj.name, obj.pkg.map(|p| store.interner.intern(&store.packages[p].path)))
    }

    /// Kind of the underlying type.
    pub fn under(&self, t: Ty) -> TyKind {
        self.lo.prog.types.under(t).clone()
    }

    /// Layout of a type.
    pub fn layout(&mut self, t: Ty) -> Arc<Layout> {
        self.lo.prog.types.layout(t)
    }

    /// Size of a type.
    pub fn size_of(&mut self, t: Ty) -> u64 {
        self.layout(t).size
    }

    /// `*t`
    pub fn ptr_to(&mut self, t: Ty) -> Ty {
        self.lo.prog.types.pointer(t)
    }

    /// Element type of a pointer, slice, array, channel, or map.
    pub fn elem(&self, t: Ty) -> Ty {
        match self.under(t) {
            TyKind::Pointer(e) | TyKind::Slice(e) | TyKind::Array(e, _) | TyKind::Chan(_, e) | TyKind::Map(_, e) => e,
            _ => Ty::UINT8,
        }
    }

    /// Whether a type is an interface.
    pub fn is_iface(&self, t: Ty) -> bool {
        matches!(self.under(t), TyKind::Interface(_))
    }

    /// Whether a type is an interface without methods.
    pub fn is_eface(&self, t: Ty) -> bool {
        matches!(self.under(t), TyKind::Interface(m) if m.is_empty())
    }

    /// The basic kind under a type.
    pub fn basic(&self, t: Ty) -> Option<Basic> {
        match self.under(t) {
            TyKind::Basic(b) => Some(b),
            _ => None,
        }
    }

    /// Whether values of an integer type have a sign; `None` for other types.
    pub fn int_signed(&self, t: Ty) -> Option<bool> {
        self.basic(t).and_then(basic_signed)
    }

    /// Type of field `i` of a struct type.
    pub fn field_ty(&self, t: Ty, i: u32) -> Ty {
        match self.under(t) {
            TyKind::Struct(f) => f[i as usize].ty,
            _ => Ty::INT,
        }
    }

    // ---- instructions ----------------------------------------------------------------------

    /// An integer (bool, pointer) constant.
    pub fn iconst(&mut self, n: i64, ty: Ty) -> Value {
        self.fr.b.emit(Op::ConstInt(n), ty)
    }

    /// An `int` constant.
    pub fn int(&mut self, n: i64) -> Value {
        self.iconst(n, Ty::INT)
    }

    /// The zero value.
    pub fn zero(&mut self, ty: Ty) -> Value {
        self.fr.b.emit(Op::Zero, ty)
    }

    /// `*ptr`
    pub fn load(&mut self, ptr: Value, ty: Ty) -> Value {
        self.fr.b.emit(Op::Load { addr: ptr }, ty)
    }

    /// `*ptr = v`
    pub fn store(&mut self, ptr: Value, v: Value) {
        self.fr.b.emit_void(Op::Store { addr: ptr, value: v });
    }

    /// A new zeroed variable.
    pub fn alloc(&mut self, ty: Ty) -> Value {
        let pty = self.ptr_to(ty);
        let site = self.fr.b.new_site();
        self.layout(ty);
        self.fr.b.emit(Op::Alloc { ty, site }, pty)
    }

    /// A new variable that holds `v`.
    pub fn spill(&mut self, v: Value) -> Value {
        let ty = self.fr.b.ty(v);
        let p = self.alloc(ty);
        self.store(p, v);
        p
    }

    /// A value from its parts.
    pub fn compose(&mut self, parts: &[Value], ty: Ty) -> Value {
        self.fr.b.emit(Op::Compose(SmallVec::from_slice(parts)), ty)
    }

    /// Part `index` of an aggregate.
    pub fn extract(&mut self, agg: Value, index: u32, ty: Ty) -> Value {
        if let Some(Op::Compose(parts)) = self.fr.b.def_op(agg)
            && let Some(p) = parts.get(index as usize)
            && self.fr.b.ty(*p) == ty
        {
            return *p;
        }
        self.fr.b.emit(Op::Extract { agg, index }, ty)
    }

    /// Same bits under another type.
    pub fn bitcast(&mut self, v: Value, ty: Ty) -> Value {
        if self.fr.b.ty(v) == ty {
            return v;
        }
        if let Some(Op::Bitcast(x)) = self.fr.b.def_op(v)
            && self.fr.b.ty(*x) == ty
        {
            return *x;
        }
        self.fr.b.emit(Op::Bitcast(v), ty)
    }

    /// Numeric conversion.
    pub fn convert_num(&mut self, v: Value, ty: Ty) -> Value {
        if self.fr.b.ty(v) == ty {
            return v;
        }
        if let (Some(n), Some(b)) = (self.fr.b.const_int_of(v), self.basic(ty))
            && basic_signed(b).is_some()
        {
            return self.iconst(super::constant::wrap_int(b, n), ty);
        }
        self.fr.b.emit(Op::Convert(v), ty)
    }

    /// Binary operation on scalars of one type.
    pub fn bin(&mut self, op: BinOp, a: Value, b: Value) -> Value {
        let ty = self.fr.b.ty(a);
        self.fr.b.emit(Op::Binary(op, a, b), ty)
    }

    /// Comparison of scalars.
    pub fn cmp(&mut self, op: CmpOp, a: Value, b: Value) -> Value {
        self.fr.b.emit(Op::Compare(op, a, b), Ty::BOOL)
    }

    /// `!v`
    pub fn not(&mut self, v: Value) -> Value {
        self.fr.b.emit(Op::Unary(UnOp::Not, v), Ty::BOOL)
    }

    /// Whether a one-word value is zero (nil).
    pub fn is_zero(&mut self, v: Value) -> Value {
        let ty = self.fr.b.ty(v);
        let z = self.zero(ty);
        self.cmp(CmpOp::Eq, v, z)
    }

    /// `cond ? a : b`
    pub fn select(&mut self, cond: Value, then: Value, els: Value) -> Value {
        let ty = self.fr.b.ty(then);
        self.fr.b.emit(Op::Select { cond, then, els }, ty)
    }

    /// Address of a field.
    pub fn field_addr(&mut self, base: Value, ty: Ty, field: u32) -> Value {
        let fty = self.field_ty(ty, field);
        let pty = self.ptr_to(fty);
        self.fr.b.emit(Op::FieldAddr { base, ty, field }, pty)
    }

    /// Address of an element.
    pub fn index_addr(&mut self, base: Value, index: Value, elem: Ty) -> Value {
        let pty = self.ptr_to(elem);
        self.layout(elem);
        self.fr.b.emit(Op::IndexAddr { base, index, elem }, pty)
    }

    /// Faults if `ptr` is nil.
    pub fn nil_check(&mut self, ptr: Value) {
        if matches!(
            self.fr.b.def_op(ptr),
            Some(Op::Alloc { .. } | Op::GlobalAddr(_) | Op::DataAddr(_) | Op::FieldAddr { .. })
        ) {
            return;
        }
        self.fr.b.emit_void(Op::NilCheck { ptr });
    }

    /// Pointer and length of a string.
    pub fn str_parts(&mut self, s: Value) -> (Value, Value) {
        let pty = self.ptr_to(Ty::UINT8);
        (self.extract(s, 0, pty), self.extract(s, 1, Ty::INT))
    }

    /// Pointer (`*elem`), length and capacity of a slice.
    pub fn slice_parts(&mut self, s: Value) -> (Value, Value, Value) {
        let elem = self.elem(self.fr.b.ty(s));
        let pty = self.ptr_to(elem);
        (self.extract(s, 0, pty), self.extract(s, 1, Ty::INT), self.extract(s, 2, Ty::INT))
    }

    /// First word (type or itab) and data word of an interface value.
    pub fn iface_parts(&mut self, v: Value) -> (Value, Value) {
        (self.extract(v, 0, Ty::UNSAFE_POINTER), self.extract(v, 1, Ty::UNSAFE_POINTER))
    }

    /// Descriptor of a type.
    pub fn type_desc(&mut self, t: Ty) -> Value {
        self.lo.describe_type(t);
        self.fr.b.emit(Op::TypeDesc(t), Ty::UNSAFE_POINTER)
    }

    /// Descriptor of an interface type that values are asserted or converted to at run time: types are
    /// searched for its methods.
    pub(super) fn target_desc(&mut self, t: Ty) -> Value {
        self.lo.use_type(t);
        self.type_desc(t)
    }

    /// Itab of a concrete type for an interface type.
    pub fn itab(&mut self, concrete: Ty, iface: Ty) -> Value {
        self.lo.use_itab(concrete, iface);
        self.fr.b.emit(Op::Itab(concrete, iface), Ty::UNSAFE_POINTER)
    }

    /// Calls a known function; arguments are cast to its parameter types.
    pub fn call_func(&mut self, f: FuncId, args: &[Value]) -> Values {
        let d = &self.lo.prog.funcs[f];
        let (params, results) = (d.params.clone(), d.results.clone());
        let args = args
            .iter()
            .enumerate()
            .map(|(i, a)| match params.get(i) {
                Some(p) => self.bitcast(*a, *p),
                None => *a,
            })
            .collect();
        self.fr.b.emit_multi(Op::Call { callee: Callee::Func(f), args }, &results)
    }

    /// Calls a function of package runtime.
    pub fn call_rt(&mut self, name: &str, args: &[Value]) -> Values {
        let f = self.lo.runtime(name);
        self.call_func(f, args)
    }

    /// Calls a function of package runtime; its only result under the type `ty`.
    pub fn call_rt1(&mut self, name: &str, args: &[Value], ty: Ty) -> Value {
        let r = self.call_rt(name, args);
        match r.first() {
            Some(v) => self.bitcast(*v, ty),
            None => self.zero(ty),
        }
    }

    /// An intrinsic with one result.
    pub fn intrinsic(&mut self, i: Intrinsic, args: &[Value], ty: Ty) -> Value {
        self.fr.b.emit(Op::Intrinsic(i, SmallVec::from_slice(args)), ty)
    }

    /// An intrinsic without results.
    pub fn intrinsic_void(&mut self, i: Intrinsic, args: &[Value]) {
        self.fr.b.emit_void(Op::Intrinsic(i, SmallVec::from_slice(args)));
    }

    /// `if cond { panic by calling a runtime function }`
    pub fn panic_if(&mut self, cond: Value, name: &str) {
        let bad = self.fr.b.new_cold_block();
        let ok = self.fr.b.new_block();
        self.fr.b.branch(cond, bad, ok);
        self.fr.b.switch_to(bad);
        self.call_rt(name, &[]);
        self.fr.b.unreachable();
        self.fr.b.switch_to(ok);
    }

    /// `cond ? then() : els()` with control flow; both give a value of type `ty`.
    pub fn if_value(
        &mut self,
        cond: Value,
        ty: Ty,
        then: impl FnOnce(&mut Self) -> Value,
        els: impl FnOnce(&mut Self) -> Value,
    ) -> Value {
        let (t, e, done) = (self.fr.b.new_block(), self.fr.b.new_block(), self.fr.b.new_block());
        let result = self.fr.b.add_param(done, ty);
        self.fr.b.branch(cond, t, e);
        self.fr.b.switch_to(t);
        let v = then(self);
        self.fr.b.jump_with(done, &[v]);
        self.fr.b.switch_to(e);
        let v = els(self);
        self.fr.b.jump_with(done, &[v]);
        self.fr.b.switch_to(done);
        result
    }

    /// `if cond { then() }`
    pub fn if_then(&mut self, cond: Value, then: impl FnOnce(&mut Self)) {
        let (t, done) = (self.fr.b.new_block(), self.fr.b.new_block());
        self.fr.b.branch(cond, t, done);
        self.fr.b.switch_to(t);
        then(self);
        self.fr.b.jump(done);
        self.fr.b.switch_to(done);
    }

    /// Instructions of the body take the position of `e` from here on.
    pub(super) fn at(&mut self, e: ExprId) {
        self.fr.b.pos = self.tree.exprs[e].pos;
    }

    /// Ends a made function.
    pub fn ret(&mut self, values: &[Value]) {
        self.fr.b.ret(values);
    }

    /// The builder.
    pub fn builder(&mut self) -> &mut FunctionBuilder {
        &mut self.fr.b
    }

    /// Attributes of closures.
    pub(super) fn closure_attrs() -> Attrs {
        Attrs { closure: true, ..Attrs::default() }
    }
}

/// The type that an untyped one turns into by default.
fn default_type(t: TypeId) -> TypeId {
    match t {
        TypeId::UNTYPED_BOOL => TypeId::BOOL,
        TypeId::UNTYPED_INT => TypeId::INT,
        TypeId::UNTYPED_RUNE => TypeId::INT32,
        TypeId::UNTYPED_FLOAT => TypeId::FLOAT64,
        TypeId::UNTYPED_COMPLEX => TypeId::COMPLEX128,
        TypeId::UNTYPED_STRING => TypeId::STRING,
        TypeId::UNTYPED_NIL | TypeId::INVALID => TypeId::UNSAFE_POINTER,
        t => t,
    }
}

/// Whether an integer kind has a sign; `None` for other kinds.
pub fn basic_signed(b: Basic) -> Option<bool> {
    match b {
        Basic::Int | Basic::Int8 | Basic::Int16 | Basic::Int32 | Basic::Int64 => Some(true),
        Basic::Uint | Basic::Uint8 | Basic::Uint16 | Basic::Uint32 | Basic::Uint64 | Basic::Uintptr => Some(false),
        Basic::Bool
        | Basic::Float32
        | Basic::Float64
        | Basic::Complex64
        | Basic::Complex128
        | Basic::String
        | Basic::UnsafePointer => None,
    }
}
