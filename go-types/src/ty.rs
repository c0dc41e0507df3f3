//! Types: the data of every Go type, in one store per program.
//!
//! Types are not hash-consed: identity is [`crate::predicates`]'s `identical`, as in go/types.
//! Data only; no checking happens here.

use crate::object::ObjId;
use go_ast::ChanDir;
use go_source::{Pos, Symbol, new_id};
use std::sync::Arc;

new_id! {
    /// A type of the program. Ids below [`BasicKind::COUNT`] are the basic types themselves.
    TypeId;
    /// Data of a named type.
    NamedId;
    /// Data of an alias type.
    AliasId;
    /// Data of a type parameter.
    TypeParamId;
    /// Data of an interface type.
    InterfaceId;
}

impl Default for TypeId {
    fn default() -> Self {
        TypeId::INVALID
    }
}

/// The predeclared basic types, untyped kinds included.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[repr(u8)]
#[expect(missing_docs, reason = "each variant is its type")]
pub enum BasicKind {
    Invalid = 0,
    Bool,
    Int,
    Int8,
    Int16,
    Int32,
    Int64,
    Uint,
    Uint8,
    Uint16,
    Uint32,
    Uint64,
    Uintptr,
    Float32,
    Float64,
    Complex64,
    Complex128,
    String,
    UnsafePointer,
    UntypedBool,
    UntypedInt,
    UntypedRune,
    UntypedFloat,
    UntypedComplex,
    UntypedString,
    UntypedNil,
}

macro_rules! basic_ids {
    ($($name:ident = $kind:ident;)*) => {
        impl TypeId {$(
            #[doc = concat!("The basic type `", stringify!($kind), "`.")]
            pub const $name: TypeId = TypeId(BasicKind::$kind as u32);
        )*}
        impl BasicKind {
            /// All kinds, in id order.
            pub const ALL: &'static [BasicKind] = &[$(BasicKind::$kind),*];
            /// Number of basic types.
            pub const COUNT: u32 = Self::ALL.len() as u32;
        }
    };
}
basic_ids! {
    INVALID = Invalid; BOOL = Bool; INT = Int; INT8 = Int8; INT16 = Int16; INT32 = Int32; INT64 = Int64;
    UINT = Uint; UINT8 = Uint8; UINT16 = Uint16; UINT32 = Uint32; UINT64 = Uint64; UINTPTR = Uintptr;
    FLOAT32 = Float32; FLOAT64 = Float64; COMPLEX64 = Complex64; COMPLEX128 = Complex128; STRING = String;
    UNSAFE_POINTER = UnsafePointer; UNTYPED_BOOL = UntypedBool; UNTYPED_INT = UntypedInt;
    UNTYPED_RUNE = UntypedRune; UNTYPED_FLOAT = UntypedFloat; UNTYPED_COMPLEX = UntypedComplex;
    UNTYPED_STRING = UntypedString; UNTYPED_NIL = UntypedNil;
}

impl BasicKind {
    /// The type's id.
    #[must_use]
    pub fn id(self) -> TypeId {
        TypeId(self as u32)
    }
}

/// A list of types or type parameters.
pub type TypeList = Arc<[TypeId]>;

/// A type.
#[derive(Clone, Debug)]
pub enum Type {
    /// A basic type. `byte` and `rune` are aliases of the universe that denote `Uint8`, `Int32`
    /// (kept apart by name only in the universe's objects, as in go/types: see `universe.rs`).
    Basic(BasicKind),
    /// `[len]elem`; a negative length is unknown (erroneous).
    Array {
        /// Element type.
        elem: TypeId,
        /// Length.
        len: i64,
    },
    /// `[]elem`
    Slice {
        /// Element type.
        elem: TypeId,
    },
    /// A struct.
    Struct(Arc<StructType>),
    /// `*elem`
    Pointer {
        /// Base type.
        elem: TypeId,
    },
    /// A list of variables: results of a call.
    Tuple(Arc<[ObjId]>),
    /// A function type.
    Signature(Arc<Signature>),
    /// A union of terms in a constraint.
    Union(Arc<[Term]>),
    /// An interface.
    Interface(InterfaceId),
    /// `map[key]elem`
    Map {
        /// Key type.
        key: TypeId,
        /// Element type.
        elem: TypeId,
    },
    /// A channel.
    Chan {
        /// Direction.
        dir: ChanDir,
        /// Element type.
        elem: TypeId,
    },
    /// A defined type, possibly an instance.
    Named(NamedId),
    /// A type parameter.
    TypeParam(TypeParamId),
    /// An alias (materialised, as `gotypesalias=1`).
    Alias(AliasId),
}

/// Fields and tags of a struct.
#[derive(Clone, Debug, Default)]
pub struct StructType {
    /// Field variables in order.
    pub fields: Vec<ObjId>,
    /// Unquoted tags, one per field, or empty if no field has one.
    pub tags: Vec<Symbol>,
}

/// A function type. Receiver and parameter names are not part of its identity.
#[derive(Clone, Debug, Default)]
pub struct Signature {
    /// Receiver variable of a method.
    pub recv: Option<ObjId>,
    /// Type parameters of the function or (1.27) generic method.
    pub type_params: TypeList,
    /// Type parameters that the receiver's type expression declares.
    pub recv_type_params: TypeList,
    /// Parameters.
    pub params: Arc<[ObjId]>,
    /// Results.
    pub results: Arc<[ObjId]>,
    /// Whether the last parameter (of slice type, or string for `append`-like builtins) is `...T`.
    pub variadic: bool,
}

/// One term of a union.
#[derive(Clone, Copy, Debug)]
pub struct Term {
    /// `~T`
    pub tilde: bool,
    /// `T`
    pub ty: TypeId,
}

/// Data of an interface type.
#[derive(Clone, Debug, Default)]
pub struct Interface {
    /// Explicitly declared methods.
    pub methods: Vec<ObjId>,
    /// Embedded elements.
    pub embeddeds: Vec<TypeId>,
    /// Their positions.
    pub embed_pos: Vec<Pos>,
    /// Made for a constraint literal such as `[T ~int]`.
    pub implicit: bool,
    /// All methods and embedded elements are set up.
    pub complete: bool,
    /// The type set, once computed.
    pub type_set: Option<Arc<TypeSet>>,
}

/// The type set of an interface.
#[derive(Clone, Debug)]
pub struct TypeSet {
    /// All methods, sorted by unique id (package path for unexported names, then name).
    pub methods: Vec<ObjId>,
    /// Type terms; `None` means all types.
    pub terms: Option<Vec<Term>>,
    /// Whether the types must be comparable (`terms` is then `None`).
    pub comparable: bool,
}

/// Data of a defined type or of an instance of a generic one.
#[derive(Clone, Debug)]
pub struct Named {
    /// Its type name.
    pub obj: ObjId,
    /// The generic type that this one instantiates, or itself.
    pub orig: TypeId,
    /// Type parameters of a generic type (empty for instances).
    pub type_params: TypeList,
    /// Type arguments of an instance.
    pub type_args: TypeList,
    /// Underlying type: never `Named`, `Alias`; `None` until resolved (or expanded).
    pub underlying: Option<TypeId>,
    /// The type on the right of the declaration, for cycle detection.
    pub from_rhs: Option<TypeId>,
    /// Declared methods (for instances: expanded on demand, parallel to the origin's).
    pub methods: Vec<Option<ObjId>>,
}

/// Data of an alias.
#[derive(Clone, Debug)]
pub struct Alias {
    /// Its type name.
    pub obj: ObjId,
    /// The generic alias that this one instantiates, or itself.
    pub orig: TypeId,
    /// Type parameters.
    pub type_params: TypeList,
    /// Type arguments.
    pub type_args: TypeList,
    /// Right side as written.
    pub from_rhs: TypeId,
    /// The first type along the chain that is not an alias; `None` until resolved.
    pub actual: Option<TypeId>,
}

/// Data of a type parameter.
#[derive(Clone, Debug)]
pub struct TypeParam {
    /// Its type name.
    pub obj: ObjId,
    /// Position in its list.
    pub index: usize,
    /// Its constraint (any type; wrapped into an interface on use).
    pub bound: TypeId,
}
