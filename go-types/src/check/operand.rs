//! Operands: the intermediate results of evaluating expressions (spec "Operands").
//!
//! Data and simple queries only. Assignability and conversion have files of their own; printing an
//! operand is `format`'s business.

use super::{Checker, Operand};
use crate::constant::ConstValue;
use crate::info::Mode;
use crate::object::ObjId;
use crate::ty::{Signature, Type, TypeId};
use go_ast::ExprId;
use go_source::{Code, FileId, Pos};
use std::sync::Arc;

/// What an evaluated expression is as a statement.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EvalKind {
    /// A conversion.
    Conversion,
    /// Some other expression: not permitted as a statement.
    Expression,
    /// A call or receive: permitted as a statement.
    Statement,
}

/// The function type that a generic function value is assigned to: source of reverse inference.
#[derive(Clone, Debug)]
pub struct Target {
    /// The signature type.
    pub sig: TypeId,
    /// What it is assigned to, for messages.
    pub desc: String,
}

impl Default for Operand {
    fn default() -> Self {
        Operand::new()
    }
}

impl Operand {
    /// An invalid operand, ready to be filled by an evaluation.
    #[must_use]
    pub fn new() -> Operand {
        Operand {
            mode: Mode::Invalid,
            expr: None,
            file: FileId(0),
            ty: TypeId::INVALID,
            val: ConstValue::Unknown,
            builtin: None,
            label: None,
        }
    }

    /// An operand for `expr` of the file being checked.
    #[must_use]
    pub fn with(mode: Mode, file: FileId, expr: ExprId, ty: TypeId) -> Operand {
        Operand { mode, expr: Some(expr), file, ty, ..Operand::new() }
    }

    /// A value that has no expression of its own (one result of a call, the `ok` of a comma-ok
    /// form): `label` stands for it in messages, `expr` gives the position.
    #[must_use]
    pub fn labelled(file: FileId, expr: ExprId, label: String, ty: TypeId) -> Operand {
        Operand { mode: Mode::Value, expr: Some(expr), file, ty, label: Some(Arc::from(label)), ..Operand::new() }
    }

    /// Whether evaluation succeeded.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        self.mode != Mode::Invalid
    }

    /// Marks the operand as erroneous.
    pub fn invalidate(&mut self) {
        self.mode = Mode::Invalid;
    }

    /// Whether this is the predeclared nil (typed by context or not).
    #[must_use]
    pub fn is_nil(&self) -> bool {
        self.mode == Mode::Nil
    }

    /// Whether this is a constant.
    #[must_use]
    pub fn is_const(&self) -> bool {
        self.mode == Mode::Constant
    }
}

impl Checker {
    /// Start position of the leftmost token of expression `e` in the file being checked.
    pub(crate) fn start_pos(&self, e: ExprId) -> Pos {
        go_ast::start_pos(&self.env().tree, e)
    }

    /// Position that gc's syntax package gives `e` (the operator of binary expressions).
    pub(crate) fn expr_pos(&self, e: ExprId) -> Pos {
        self.env().tree.expr(e).pos
    }

    /// Start position of the operand's expression.
    pub(crate) fn operand_pos(&self, x: &Operand) -> Pos {
        match x.expr {
            Some(e) => match self.trees.get(&x.file) {
                Some(tree) => go_ast::start_pos(tree, e),
                None => self.start_pos(e),
            },
            None => Pos::NONE,
        }
    }

    /// The target for reverse inference if the common underlying type of `ty` is a function type.
    pub(crate) fn new_target(&mut self, ty: Option<TypeId>, desc: &str) -> Option<Target> {
        let ty = ty?;
        let u = self.common_under(ty, None).ok()?;
        matches!(self.store.types[u], Type::Signature(_)).then(|| Target { sig: u, desc: desc.to_owned() })
    }

    /// The signature data of `ty` itself (no underlying type is taken).
    pub(crate) fn as_signature(&self, ty: TypeId) -> Option<Arc<Signature>> {
        match &self.store.types[ty] {
            Type::Signature(s) => Some(Arc::clone(s)),
            Type::Basic(_)
            | Type::Array { .. }
            | Type::Slice { .. }
            | Type::Struct(_)
            | Type::Pointer { .. }
            | Type::Tuple(_)
            | Type::Union(_)
            | Type::Interface(_)
            | Type::Map { .. }
            | Type::Chan { .. }
            | Type::Named(_)
            | Type::TypeParam(_)
            | Type::Alias(_) => None,
        }
    }

    /// The variables of `ty` if it is a tuple.
    pub(crate) fn as_tuple(&self, ty: TypeId) -> Option<Arc<[ObjId]>> {
        if let Type::Tuple(vars) = &self.store.types[ty] { Some(Arc::clone(vars)) } else { None }
    }
}

/// Reporting at the usual places.
impl Checker {
    /// Reports an error at the start of expression `e`.
    pub(crate) fn err_expr(&mut self, e: ExprId, code: Code, msg: impl Into<String>) {
        let pos = self.start_pos(e);
        self.error(pos, code, msg.into());
    }

    /// Reports an error at the start of the operand's expression.
    pub(crate) fn err_operand(&mut self, x: &Operand, code: Code, msg: impl Into<String>) {
        let pos = self.operand_pos(x);
        self.error(pos, code, msg.into());
    }
}
