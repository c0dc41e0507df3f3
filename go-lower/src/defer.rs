//! `go` and `defer` statements. Records of deferred calls live in the frame, or on the heap where a
//! statement can run several times; the end of a function calls directly what runs at most once; those in bodies of ranges over functions go to the list that
//! `deferrangefunc` made.

use super::body::{Body, VarKey};
use super::closure::WrapKind;
use go_ast::ExprId;
use go_ir::ir::{Callee, Intrinsic, Op, Value};
use go_ir::ty::TyKind;
use smallvec::smallvec;

/// Most deferred calls that the end of a function makes directly.
const MAX_OPEN: usize = 8;

/// A defer statement that runs at most once per activation.
#[derive(Clone, Copy, Debug)]
pub(super) struct OpenDefer {
    /// Variable with the function to call; nil until the statement runs.
    func: VarKey,
    /// Variable with the record before this one.
    link: VarKey,
}

impl Body<'_, '_> {
    /// `go call`
    pub(super) fn go_stmt(&mut self, e: ExprId) {
        let f = self.delayed_call(e, WrapKind::Go);
        self.fr.b.pos = self.tree.exprs[self.tree.unparen(e)].pos;
        self.call_rt("newproc", &[f]);
    }

    /// `defer call`
    pub(super) fn defer_stmt(&mut self, e: ExprId) {
        let f = self.delayed_call(e, WrapKind::Defer);
        self.at(e);
        if self.fr.range_body.is_some() {
            if let Some(key) = self.fr.defer_token {
                let token = self.read_var(key);
                self.call_rt("deferprocat", &[f, token]);
            }
            return;
        }
        let d = self.defer_record();
        let fp = self.frame_ptr();
        let known = matches!(self.fr.b.def_op(f), Some(Op::MakeClosure { .. } | Op::FuncValue(_)));
        if known && !self.may_repeat() {
            self.open_defer(f);
        } else {
            self.fr.listed_defers = true;
        }
        self.call_rt("deferproc", &[d, f, fp]);
    }

    /// Whether the statement can run several times per activation.
    fn may_repeat(&self) -> bool {
        self.fr.loop_depth > 0 || self.fr.has_goto
    }

    /// Remembers, before `f` is recorded, what the end of the function needs to call it directly.
    fn open_defer(&mut self, f: Value) {
        let ty = self.fr.b.ty(f);
        let record = self.lo.named_type("runtime", "_defer");
        let link_ty = self.ptr_to(record);
        let at = self.defer_list();
        let link = self.load(at, link_ty);
        let d = OpenDefer { func: self.entry_cell(ty), link: self.entry_cell(link_ty) };
        self.write_var(d.func, f);
        self.write_var(d.link, link);
        self.fr.open_defers.push(d);
    }

    /// Address of the goroutine's list of deferred calls.
    fn defer_list(&mut self) -> Value {
        let g = self.lo.named_type("runtime", "g");
        self.layout(g);
        let name = self.lo.checker.store.interner.intern("_defer");
        let field = match self.lo.prog.types.under(g) {
            TyKind::Struct(fields) => fields.iter().position(|f| f.name == name),
            _ => None,
        };
        let field = field.expect("bug: no field _defer in runtime.g") as u32;
        let pg = self.ptr_to(g);
        let gp = self.fr.b.emit(Op::Intrinsic(Intrinsic::GetG, smallvec![]), pg);
        self.field_addr(gp, g, field)
    }

    /// Runs the deferred calls at the normal end of a function without looking at the list, which holds
    /// just these: last one first, each taken off the list before it is called, as what it panics with must
    /// not find it. False if the function has defer statements that only the list knows.
    pub(super) fn run_open_defers(&mut self) -> bool {
        let open = std::mem::take(&mut self.fr.open_defers);
        if self.fr.listed_defers || self.fr.defer_token.is_some() || open.len() > MAX_OPEN {
            return false;
        }
        for d in open.iter().rev() {
            let f = self.read_var(d.func);
            let (run, next) = (self.fr.b.new_block(), self.fr.b.new_block());
            let none = self.is_zero(f);
            self.fr.b.branch(none, next, run);
            self.fr.b.switch_to(run);
            let link = self.read_var(d.link);
            let at = self.defer_list();
            self.store(at, link);
            self.fr.b.emit_void(Op::Call { callee: Callee::Closure(f), args: Vec::new() });
            self.fr.b.jump(next);
            self.fr.b.switch_to(next);
        }
        true
    }

    fn defer_record(&mut self) -> Value {
        let ty = self.lo.named_type("runtime", "_defer");
        self.layout(ty);
        let pty = self.ptr_to(ty);
        if self.may_repeat() {
            let desc = self.type_desc(ty);
            return self.call_rt1("newobject", &[desc], pty);
        }
        let site = self.fr.b.new_site();
        self.fr.b.emit_entry(Op::Alloc { ty, site }, pty)
    }

    /// The token for defers in bodies of a range over a function.
    pub(super) fn range_defer_token(&mut self) {
        let fp = self.frame_ptr();
        let any = self.any_ty();
        let token = self.call_rt1("deferrangefunc", &[fp], any);
        let key = self.hidden();
        self.fr.vars.insert(key, super::body::Var::Direct(token));
        self.fr.defer_token = Some(key);
    }
}
