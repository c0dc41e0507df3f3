//! Objects: what names denote.

use crate::constant::ConstValue;
use crate::ty::TypeId;
use crate::universe::Builtin;
use go_ast::DeclId;
use go_source::{FileId, Pos, Symbol, new_id};

new_id! {
    /// An object of the program.
    ObjId;
    /// A scope of the program.
    ScopeId;
    /// A package of the program.
    PkgId;
}

/// What role a variable plays.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum VarKind {
    /// Package level.
    Package,
    /// Local.
    Local,
    /// Receiver.
    Recv,
    /// Parameter.
    Param,
    /// Result.
    Result,
    /// Struct field.
    Field,
}

/// Kind of an object and what only that kind has.
#[derive(Clone, Debug)]
pub enum ObjectKind {
    /// An import's local name.
    PkgName {
        /// What it imports.
        imported: PkgId,
        /// Referred to at least once.
        used: bool,
    },
    /// A constant.
    Const {
        /// Its value.
        val: ConstValue,
    },
    /// A type name.
    TypeName,
    /// A variable.
    Var {
        /// Role.
        kind: VarKind,
        /// Embedded field.
        embedded: bool,
        /// Referred to at least once (locals).
        used: bool,
        /// For a field or parameter of an instance: the generic one.
        origin: Option<ObjId>,
    },
    /// A function or method.
    Func {
        /// Whether the receiver is a pointer (known before the signature is).
        ptr_recv: bool,
        /// For a method of an instance: the generic one.
        origin: Option<ObjId>,
    },
    /// A label.
    Label {
        /// Referred to.
        used: bool,
    },
    /// A predeclared function.
    Builtin(Builtin),
    /// `nil`
    Nil,
}

/// Progress of an object's type (go/types' colours).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Color {
    /// Not looked at.
    White,
    /// Done.
    Black,
    /// Being declared; index on the object path.
    Grey(u32),
}

/// An object.
#[derive(Clone, Debug)]
pub struct Object {
    /// Kind.
    pub kind: ObjectKind,
    /// Name.
    pub name: Symbol,
    /// Package; `None` for the universe.
    pub pkg: Option<PkgId>,
    /// Type; `INVALID` until known.
    pub ty: TypeId,
    /// Where it is declared.
    pub pos: Pos,
    /// Scope that holds it.
    pub parent: Option<ScopeId>,
    /// From where on it is visible in a local scope.
    pub scope_pos: Pos,
    /// Progress.
    pub color: Color,
    /// Source order within its package, from 1; 0 if it has none.
    pub order: u32,
}

impl Object {
    /// Whether it is an embedded field.
    #[must_use]
    pub fn is_embedded(&self) -> bool {
        matches!(self.kind, ObjectKind::Var { embedded: true, .. })
    }

    /// Whether it is a struct field.
    #[must_use]
    pub fn is_field(&self) -> bool {
        matches!(self.kind, ObjectKind::Var { kind: VarKind::Field, .. })
    }

    /// The generic variable or function that this one was instantiated from.
    #[must_use]
    pub fn origin(&self) -> Option<ObjId> {
        match self.kind {
            ObjectKind::Var { origin, .. } | ObjectKind::Func { origin, .. } => origin,
            _ => None,
        }
    }
}

/// Where a package-level object (or local type/const) is declared.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct DeclRef {
    /// File.
    pub file: FileId,
    /// Declaration in it.
    pub decl: DeclId,
}

/// A scope: names to objects.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// Enclosing scope.
    pub parent: Option<ScopeId>,
    /// Names in it. Small scopes are searched linearly, large ones have a map.
    pub names: rustc_hash::FxHashMap<Symbol, ObjId>,
    /// Objects in order of insertion.
    pub objects: Vec<ObjId>,
    /// Start and end in the source.
    pub pos: Pos,
    /// End.
    pub end: Pos,
    /// Scope of a function's parameters and body.
    pub is_func: bool,
}
