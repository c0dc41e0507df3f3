//! `go` and `defer` statements. Records of deferred calls live in the frame, or on the heap where a
//! statement can run several times; those in bodies of ranges over functions go to the list that
//! `deferrangefunc` made.

use super::body::Body;
use super::closure::WrapKind;
use crate::ir::{Op, Value};
use go_ast::ExprId;

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
        self.call_rt("deferproc", &[d, f, fp]);
    }

    fn defer_record(&mut self) -> Value {
        let ty = self.lo.named_type("runtime", "_defer");
        self.layout(ty);
        let pty = self.ptr_to(ty);
        if self.fr.loop_depth > 0 || self.fr.has_goto {
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
