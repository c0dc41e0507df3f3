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

/// Properties of basic types, as a set of bits.
pub mod basic_info {
    /// `bool`
    pub const BOOLEAN: u8 = 1;
    /// Integers.
    pub const INTEGER: u8 = 2;
    /// Unsigned integers (which have `INTEGER` too).
    pub const UNSIGNED: u8 = 4;
    /// Floats.
    pub const FLOAT: u8 = 8;
    /// Complex numbers.
    pub const COMPLEX: u8 = 16;
    /// Strings.
    pub const STRING: u8 = 32;
    /// Types of untyped values.
    pub const UNTYPED: u8 = 64;
    /// Types with `<`.
    pub const ORDERED: u8 = INTEGER | FLOAT | STRING;
    /// Numbers.
    pub const NUMERIC: u8 = INTEGER | FLOAT | COMPLEX;
    /// Types that constants can have.
    pub const CONST_TYPE: u8 = BOOLEAN | NUMERIC | STRING;
}

impl BasicKind {
    /// Its properties, bits of [`basic_info`].
    #[must_use]
    pub fn info(self) -> u8 {
        use basic_info as b;
        match self {
            BasicKind::Invalid | BasicKind::UnsafePointer => 0,
            BasicKind::Bool => b::BOOLEAN,
            BasicKind::Int | BasicKind::Int8 | BasicKind::Int16 | BasicKind::Int32 | BasicKind::Int64 => b::INTEGER,
            BasicKind::Uint
            | BasicKind::Uint8
            | BasicKind::Uint16
            | BasicKind::Uint32
            | BasicKind::Uint64
            | BasicKind::Uintptr => b::INTEGER | b::UNSIGNED,
            BasicKind::Float32 | BasicKind::Float64 => b::FLOAT,
            BasicKind::Complex64 | BasicKind::Complex128 => b::COMPLEX,
            BasicKind::String => b::STRING,
            BasicKind::UntypedBool => b::BOOLEAN | b::UNTYPED,
            BasicKind::UntypedInt | BasicKind::UntypedRune => b::INTEGER | b::UNTYPED,
            BasicKind::UntypedFloat => b::FLOAT | b::UNTYPED,
            BasicKind::UntypedComplex => b::COMPLEX | b::UNTYPED,
            BasicKind::UntypedString => b::STRING | b::UNTYPED,
            BasicKind::UntypedNil => b::UNTYPED,
        }
    }

    /// Its name in messages (`unsafe.Pointer` without its package).
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            BasicKind::Invalid => "invalid type",
            BasicKind::Bool => "bool",
            BasicKind::Int => "int",
            BasicKind::Int8 => "int8",
            BasicKind::Int16 => "int16",
            BasicKind::Int32 => "int32",
            BasicKind::Int64 => "int64",
            BasicKind::Uint => "uint",
            BasicKind::Uint8 => "uint8",
            BasicKind::Uint16 => "uint16",
            BasicKind::Uint32 => "uint32",
            BasicKind::Uint64 => "uint64",
            BasicKind::Uintptr => "uintptr",
            BasicKind::Float32 => "float32",
            BasicKind::Float64 => "float64",
            BasicKind::Complex64 => "complex64",
            BasicKind::Complex128 => "complex128",
            BasicKind::String => "string",
            BasicKind::UnsafePointer => "Pointer",
            BasicKind::UntypedBool => "untyped bool",
            BasicKind::UntypedInt => "untyped int",
            BasicKind::UntypedRune => "untyped rune",
            BasicKind::UntypedFloat => "untyped float",
            BasicKind::UntypedComplex => "untyped complex",
            BasicKind::UntypedString => "untyped string",
            BasicKind::UntypedNil => "untyped nil",
        }
    }
}

/// Types that `Store::new` and `universe::declare` create right after the basic ones, in this order.
impl TypeId {
    /// `byte`, identical to `uint8`.
    pub const BYTE: TypeId = TypeId(BasicKind::COUNT);
    /// `rune`, identical to `int32`.
    pub const RUNE: TypeId = TypeId(BasicKind::COUNT + 1);
    /// An empty interface for general use.
    pub const EMPTY_INTERFACE: TypeId = TypeId(BasicKind::COUNT + 2);
    /// The predeclared type `error`.
    pub const ERROR: TypeId = TypeId(BasicKind::COUNT + 3);
    /// The predeclared alias `any`.
    pub const ANY: TypeId = TypeId(BasicKind::COUNT + 4);
    /// The predeclared constraint `comparable`.
    pub const COMPARABLE: TypeId = TypeId(BasicKind::COUNT + 5);
}

/// A list of types or type parameters.
pub type TypeList = Arc<[TypeId]>;

/// A type.
#[derive(Clone, Debug)]
pub enum Type {
    /// A basic type. `byte` and `rune` have ids of their own ([`TypeId::BYTE`], [`TypeId::RUNE`]),
    /// so that messages keep the name as written; they are identical to `uint8` and `int32`.
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

impl StructType {
    /// The tag of field `i`, empty if it has none.
    #[must_use]
    pub fn tag(&self, i: usize) -> Symbol {
        self.tags.get(i).copied().unwrap_or_default()
    }
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

/// The type set of an interface. A type set without terms (`Some(vec![])`) is empty.
#[derive(Clone, Debug, Default)]
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
    /// Right side as written; the alias itself while it is being declared.
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
