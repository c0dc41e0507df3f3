//! What checking finds out about the syntax: the side tables that leave this crate.

use crate::constant::ConstValue;
use crate::object::{ObjId, PkgId};
use crate::ty::{TypeId, TypeList};
use go_ast::ExprId;
use go_source::{FileId, IndexVec, Pos, new_id};
use rustc_hash::FxHashMap;

new_id! {
    /// A constant value in [`Info::consts`]; 0 is none.
    ConstId;
}

#[expect(clippy::derivable_impls, reason = "the macro derives the rest")]
impl Default for ConstId {
    fn default() -> Self {
        ConstId(0)
    }
}

/// How an expression may be used.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[repr(u8)]
pub enum Mode {
    /// Nothing is known (not checked, or invalid).
    #[default]
    Invalid,
    /// A call without results.
    NoValue,
    /// A builtin function.
    Builtin,
    /// A type.
    TypeExpr,
    /// A constant.
    Constant,
    /// An addressable variable.
    Variable,
    /// A map index expression.
    MapIndex,
    /// A value.
    Value,
    /// The untyped nil.
    Nil,
    /// A value that may yield a second, boolean one (`x.(T)`, `<-c`).
    CommaOk,
    /// Same, for cgo.
    CgoFunc,
}

/// What is recorded about one expression.
#[derive(Clone, Copy, Default, Debug)]
pub struct TypeAndValue {
    /// Type (for `CommaOk` uses with two values: a tuple).
    pub ty: TypeId,
    /// Mode.
    pub mode: Mode,
    /// Constant value, `ConstId(0)` if none.
    pub val: ConstId,
}

/// Kind of a selection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SelectionKind {
    /// `x.f`: a field.
    FieldVal,
    /// `x.m`: a method of a value.
    MethodVal,
    /// `T.m`: a method of a type.
    MethodExpr,
}

/// A selector expression that is not a qualified identifier.
#[derive(Clone, Debug)]
pub struct Selection {
    /// Kind.
    pub kind: SelectionKind,
    /// Type of `x` in `x.f`.
    pub recv: TypeId,
    /// The field or method.
    pub obj: ObjId,
    /// Path of field indices; the last is the field's, or the method's index.
    pub path: Vec<u32>,
    /// Whether a pointer was dereferenced on the way.
    pub indirect: bool,
}

/// An instantiation of a generic function or type at an identifier.
#[derive(Clone, Debug)]
pub struct Instance {
    /// Type arguments.
    pub type_args: TypeList,
    /// The instantiated type.
    pub ty: TypeId,
}

/// A package-level variable initialisation.
#[derive(Clone, Debug)]
pub struct Initializer {
    /// Variables on the left (several for one call).
    pub lhs: Vec<ObjId>,
    /// File of the expression.
    pub file: FileId,
    /// The expression.
    pub rhs: ExprId,
}

/// All facts about the syntax of a program.
#[derive(Default, Debug)]
pub struct Info {
    /// Per file, indexed by expression.
    pub types: FxHashMap<FileId, Vec<TypeAndValue>>,
    /// Constant values; index 0 is a dummy.
    pub consts: IndexVec<ConstId, ConstValue>,
    /// Ids of small integers, which are frequent.
    small_consts: FxHashMap<i64, ConstId>,
    /// Declared identifiers, by position.
    pub defs: FxHashMap<Pos, ObjId>,
    /// Used identifiers, by position (of the name, or of a selector's `sel`).
    pub uses: FxHashMap<Pos, ObjId>,
    /// Objects without an identifier: type switch clauses by position of the clause, imports by
    /// position of the spec.
    pub implicits: FxHashMap<Pos, ObjId>,
    /// Selections, by position of the selected name.
    pub selections: FxHashMap<Pos, Selection>,
    /// Instantiations, by position of the generic identifier.
    pub instances: FxHashMap<Pos, Instance>,
    /// Initialisation order of the packages that were checked in full.
    pub init_order: FxHashMap<PkgId, Vec<Initializer>>,
}

impl Info {
    /// What is known about expression `e` of `file`.
    pub fn type_and_value(&self, file: FileId, e: ExprId) -> TypeAndValue {
        self.types.get(&file).and_then(|v| v.get(e.0 as usize)).copied().unwrap_or_default()
    }

    /// The id of a constant value.
    pub(crate) fn intern_const(&mut self, v: &ConstValue) -> ConstId {
        if self.consts.is_empty() {
            self.consts.push(ConstValue::Unknown);
        }
        let ConstValue::Int64(i) = v else { return self.consts.push(v.clone()) };
        let consts = &mut self.consts;
        *self.small_consts.entry(*i).or_insert_with(|| consts.push(v.clone()))
    }

    /// Its constant value.
    pub fn const_value(&self, file: FileId, e: ExprId) -> Option<&ConstValue> {
        let tv = self.type_and_value(file, e);
        (tv.val.0 != 0).then(|| &self.consts[tv.val])
    }
}
