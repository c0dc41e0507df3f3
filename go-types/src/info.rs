//! What checking finds out about the syntax: the side tables that leave this crate.

use crate::constant::ConstValue;
use crate::object::{ObjId, PkgId};
use crate::ty::{TypeId, TypeList};
use go_ast::ExprId;
use go_source::{FileId, IndexVec, Pos, Span, new_id};
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

/// Facts about positions. Those inside a body that is looked at only once are kept apart while they are needed
/// ([`crate::check::Checker::check_body_once`]).
#[derive(Debug)]
pub struct PosMap<T> {
    kept: FxHashMap<Pos, T>,
    of_body: FxHashMap<Pos, T>,
    body: Span,
}

impl<T> Default for PosMap<T> {
    fn default() -> Self {
        PosMap { kept: FxHashMap::default(), of_body: FxHashMap::default(), body: NO_BODY }
    }
}

/// No position is in it.
const NO_BODY: Span = Span { lo: Pos(u32::MAX), hi: Pos(u32::MAX) };

impl<T> PosMap<T> {
    fn map_of(&self, pos: Pos) -> &FxHashMap<Pos, T> {
        if self.body.lo <= pos && pos < self.body.hi { &self.of_body } else { &self.kept }
    }

    /// The fact about a position.
    pub fn get(&self, pos: &Pos) -> Option<&T> {
        self.map_of(*pos).get(pos)
    }

    /// Whether there is one.
    pub fn contains_key(&self, pos: &Pos) -> bool {
        self.map_of(*pos).contains_key(pos)
    }

    /// Records a fact.
    pub(crate) fn insert(&mut self, pos: Pos, fact: T) {
        let in_body = self.body.lo <= pos && pos < self.body.hi;
        if in_body { &mut self.of_body } else { &mut self.kept }.insert(pos, fact);
    }

    /// All facts, in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = (&Pos, &T)> {
        self.kept.iter().chain(&self.of_body)
    }

    fn begin(&mut self, body: Span) {
        self.body = body;
    }

    fn end(&mut self) {
        self.body = NO_BODY;
        if self.of_body.capacity() > LARGE_BODY {
            self.of_body = FxHashMap::default();
        }
        self.of_body.clear();
    }
}

/// Tables for so many facts of one body are not kept for the next.
const LARGE_BODY: usize = 1 << 14;

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
    pub defs: PosMap<ObjId>,
    /// Used identifiers, by position (of the name, or of a selector's `sel`).
    pub uses: PosMap<ObjId>,
    /// Objects without an identifier: type switch clauses by position of the clause, imports by
    /// position of the spec.
    pub implicits: PosMap<ObjId>,
    /// Selections, by position of the selected name.
    pub selections: PosMap<Selection>,
    /// Instantiations, by position of the generic identifier.
    pub instances: PosMap<Instance>,
    /// Initialisation order of the packages that were checked in full.
    pub init_order: FxHashMap<PkgId, Vec<Initializer>>,
}

impl Info {
    /// Keeps facts about positions inside a body apart from now on.
    pub(crate) fn begin_body(&mut self, body: Span) {
        self.defs.begin(body);
        self.uses.begin(body);
        self.implicits.begin(body);
        self.selections.begin(body);
        self.instances.begin(body);
    }

    /// Forgets them.
    pub(crate) fn end_body(&mut self) {
        self.defs.end();
        self.uses.end();
        self.implicits.end();
        self.selections.end();
        self.instances.end();
    }

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
