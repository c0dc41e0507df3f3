//! Basic literals and function literals (spec "Constants", "Function literals").

use super::version::GO1_13;
use super::{Checker, Operand};
use crate::codes;
use crate::constant::{self, ConstValue};
use crate::info::Mode;
use crate::ty::TypeId;
use go_ast::{ExprId, ExprKind, LitKind};

/// Longer literals are refused.
const MAX_LITERAL: usize = 10000;

impl Checker {
    /// Evaluates the basic literal `e`.
    pub(crate) fn basic_lit(&mut self, x: &mut Operand, e: ExprId) {
        let tree = self.tree();
        let ExprKind::BasicLit { kind, value, bad } = tree.expr(e).kind else { return };
        if bad {
            return;
        }
        let text = self.store.text(value);
        let numeric = matches!(kind, LitKind::Int | LitKind::Float | LitKind::Imag);
        if numeric {
            self.lang_compat(e, kind, text);
            if text.len() > MAX_LITERAL {
                let msg = format!("excessively long constant: {}... ({} chars)", &text[..10], text.len());
                self.err_expr(e, codes::INVALID_CONST_VAL, msg);
                return;
            }
        }
        let val = constant::make_from_literal(text, kind);
        if matches!(val, ConstValue::Unknown) {
            self.err_expr(e, codes::INVALID_CONST_VAL, format!("malformed constant: {text}"));
            return;
        }
        x.mode = Mode::Constant;
        x.ty = match kind {
            LitKind::Int => TypeId::UNTYPED_INT,
            LitKind::Float => TypeId::UNTYPED_FLOAT,
            LitKind::Imag => TypeId::UNTYPED_COMPLEX,
            LitKind::Char => TypeId::UNTYPED_RUNE,
            LitKind::String => TypeId::UNTYPED_STRING,
        };
        x.val = val;
        x.expr = Some(e);
        let pos = self.op_pos(e);
        self.overflow(x, pos);
    }

    /// Reports number literals that the file's language version does not have.
    fn lang_compat(&mut self, e: ExprId, kind: LitKind, text: &str) {
        if text.len() <= 2 || self.allow_version(GO1_13) {
            return;
        }
        let what = if text.contains('_') {
            "underscore in numeric literal"
        } else {
            match text.as_bytes() {
                [b'0', b'b' | b'B', ..] => "binary literal",
                [b'0', b'o' | b'O', ..] => "0o/0O-style octal literal",
                [b'0', b'x' | b'X', ..] if kind != LitKind::Int => "hexadecimal floating-point literal",
                _ => return,
            }
        };
        self.version_errorf(e, GO1_13, what);
    }

    /// Evaluates the function literal `e`; its body is checked later, in the same environment.
    pub(crate) fn func_lit(&mut self, x: &mut Operand, e: ExprId) {
        let tree = self.tree();
        let ExprKind::FuncLit { ty, .. } = tree.expr(e).kind else { return };
        let sig = self.typ(ty);
        if self.as_signature(sig).is_none() {
            let s = self.expr_string(e);
            let msg = format!("invalid function literal {s}");
            self.err_expr(e, codes::INVALID_SYNTAX_TREE, msg);
            return;
        }
        // The body may refer to the type being declared around it: it is checked later, but before
        // the enclosing scope changes.
        let (decl, iota) = (self.env().decl, self.env().iota.clone());
        self.later(move |c| {
            let tree = c.tree();
            if let ExprKind::FuncLit { body, .. } = &tree.expr(e).kind {
                c.func_body(decl, sig, body, iota);
            }
        });
        x.mode = Mode::Value;
        x.ty = sig;
    }
}
