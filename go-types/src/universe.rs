//! The universe scope: predeclared types, constants, nil, builtins; and package unsafe.
//!
//! Source: spec "Predeclared identifiers", "Package unsafe".

use crate::check::operand::EvalKind;
use crate::constant::ConstValue;
use crate::object::{Color, ObjectKind, VarKind};
use crate::store::{PackageData, Store};
use crate::ty::{Alias, BasicKind, Interface, Named, Signature, Type, TypeId, TypeSet};
use go_source::{Pos, Symbol};
use std::sync::Arc;

/// Predeclared functions, package unsafe's included.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[expect(missing_docs, reason = "each variant is its builtin")]
pub enum Builtin {
    Append,
    Cap,
    Clear,
    Close,
    Complex,
    Copy,
    Delete,
    Imag,
    Len,
    Make,
    Max,
    Min,
    New,
    Panic,
    Print,
    Println,
    Real,
    Recover,
    UnsafeAdd,
    UnsafeAlignof,
    UnsafeOffsetof,
    UnsafeSizeof,
    UnsafeSlice,
    UnsafeSliceData,
    UnsafeString,
    UnsafeStringData,
    /// Test support: `assert(cond)`.
    Assert,
    /// Test support: `trace(x)`.
    Trace,
}

impl Builtin {
    /// All of them.
    pub const ALL: &'static [Builtin] = &[
        Builtin::Append,
        Builtin::Cap,
        Builtin::Clear,
        Builtin::Close,
        Builtin::Complex,
        Builtin::Copy,
        Builtin::Delete,
        Builtin::Imag,
        Builtin::Len,
        Builtin::Make,
        Builtin::Max,
        Builtin::Min,
        Builtin::New,
        Builtin::Panic,
        Builtin::Print,
        Builtin::Println,
        Builtin::Real,
        Builtin::Recover,
        Builtin::UnsafeAdd,
        Builtin::UnsafeAlignof,
        Builtin::UnsafeOffsetof,
        Builtin::UnsafeSizeof,
        Builtin::UnsafeSlice,
        Builtin::UnsafeSliceData,
        Builtin::UnsafeString,
        Builtin::UnsafeStringData,
        Builtin::Assert,
        Builtin::Trace,
    ];

    /// Name, least number of arguments, whether more are allowed, what a call is as a statement.
    fn row(self) -> (&'static str, usize, bool, EvalKind) {
        use EvalKind::{Expression as E, Statement as S};
        match self {
            Builtin::Append => ("append", 1, true, E),
            Builtin::Cap => ("cap", 1, false, E),
            Builtin::Clear => ("clear", 1, false, S),
            Builtin::Close => ("close", 1, false, S),
            Builtin::Complex => ("complex", 2, false, E),
            Builtin::Copy => ("copy", 2, false, S),
            Builtin::Delete => ("delete", 2, false, S),
            Builtin::Imag => ("imag", 1, false, E),
            Builtin::Len => ("len", 1, false, E),
            Builtin::Make => ("make", 1, true, E),
            Builtin::Max => ("max", 1, true, E),
            Builtin::Min => ("min", 1, true, E),
            Builtin::New => ("new", 1, false, E),
            Builtin::Panic => ("panic", 1, false, S),
            Builtin::Print => ("print", 0, true, S),
            Builtin::Println => ("println", 0, true, S),
            Builtin::Real => ("real", 1, false, E),
            Builtin::Recover => ("recover", 0, false, S),
            Builtin::UnsafeAdd => ("Add", 2, false, E),
            Builtin::UnsafeAlignof => ("Alignof", 1, false, E),
            Builtin::UnsafeOffsetof => ("Offsetof", 1, false, E),
            Builtin::UnsafeSizeof => ("Sizeof", 1, false, E),
            Builtin::UnsafeSlice => ("Slice", 2, false, E),
            Builtin::UnsafeSliceData => ("SliceData", 1, false, E),
            Builtin::UnsafeString => ("String", 2, false, E),
            Builtin::UnsafeStringData => ("StringData", 1, false, E),
            Builtin::Assert => ("assert", 1, false, S),
            Builtin::Trace => ("trace", 0, true, E),
        }
    }

    /// Name, without a package.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().0
    }

    /// Number of arguments, the least one if variadic.
    #[must_use]
    pub fn nargs(self) -> usize {
        self.row().1
    }

    /// Whether more than [`Builtin::nargs`] arguments are allowed.
    #[must_use]
    pub fn variadic(self) -> bool {
        self.row().2
    }

    /// Whether a call may stand as a statement.
    #[must_use]
    pub fn kind(self) -> EvalKind {
        self.row().3
    }

    /// Whether it belongs to package unsafe.
    #[must_use]
    pub fn is_unsafe(self) -> bool {
        self.name().starts_with(|c: char| c.is_ascii_uppercase())
    }

    /// Whether only tests have it.
    #[must_use]
    pub fn is_test(self) -> bool {
        matches!(self, Builtin::Assert | Builtin::Trace)
    }
}

/// Fills the universe scope of a new store and creates package unsafe ([`Store::UNSAFE`]).
pub(crate) fn declare(store: &mut Store, test_builtins: bool) {
    let unsafe_scope = store.new_scope(Some(Store::UNIVERSE), Pos::NONE, Pos::NONE);
    let name = store.interner.intern("unsafe");
    let pkg = store.packages.push(PackageData {
        path: "unsafe".to_owned(),
        name,
        scope: unsafe_scope,
        files: Vec::new(),
        imports: Vec::new(),
        go_version: (1, 0),
        fake: false,
        own: false,
    });
    debug_assert_eq!(pkg, Store::UNSAFE);
    declare_types(store, unsafe_scope);

    for (name, ty, val) in [
        ("true", TypeId::UNTYPED_BOOL, ConstValue::Bool(true)),
        ("false", TypeId::UNTYPED_BOOL, ConstValue::Bool(false)),
        ("iota", TypeId::UNTYPED_INT, ConstValue::Int64(0)),
    ] {
        define(store, ObjectKind::Const { val }, name, ty);
    }
    define(store, ObjectKind::Nil, "nil", TypeId::UNTYPED_NIL);
    for b in Builtin::ALL {
        if b.is_test() && !test_builtins {
            continue;
        }
        let (scope, pkg) = if b.is_unsafe() { (unsafe_scope, Some(Store::UNSAFE)) } else { (Store::UNIVERSE, None) };
        let name = store.interner.intern(b.name());
        let kind = ObjectKind::Builtin(*b);
        let obj = store.new_object(kind, Pos::NONE, pkg, name, TypeId::INVALID);
        store.objects[obj].color = Color::Black;
        store.insert(scope, obj);
    }
}

fn define(store: &mut Store, kind: ObjectKind, name: &str, ty: TypeId) -> crate::object::ObjId {
    let name = store.interner.intern(name);
    let obj = store.new_object(kind, Pos::NONE, None, name, ty);
    store.objects[obj].color = Color::Black;
    store.insert(Store::UNIVERSE, obj);
    obj
}

fn declare_types(store: &mut Store, unsafe_scope: crate::object::ScopeId) {
    for k in BasicKind::ALL {
        if *k == BasicKind::UnsafePointer {
            let name = store.interner.intern("Pointer");
            let kind = ObjectKind::TypeName;
            let obj = store.new_object(kind, Pos::NONE, Some(Store::UNSAFE), name, k.id());
            store.insert(unsafe_scope, obj);
        } else if !k.name().contains(' ') {
            define(store, ObjectKind::TypeName, k.name(), k.id());
        }
    }
    define(store, ObjectKind::TypeName, "byte", TypeId::BYTE);
    define(store, ObjectKind::TypeName, "rune", TypeId::RUNE);

    // type error interface{ Error() string }
    let obj = define(store, ObjectKind::TypeName, "error", TypeId::ERROR);
    let error = store.new_named(named(obj, TypeId::ERROR));
    debug_assert_eq!(error, TypeId::ERROR);

    // type any = interface{}
    let obj = define(store, ObjectKind::TypeName, "any", TypeId::ANY);
    let any = store.new_alias(Alias {
        obj,
        orig: TypeId::ANY,
        type_params: Arc::from([]),
        type_args: Arc::from([]),
        from_rhs: TypeId::EMPTY_INTERFACE,
        actual: Some(TypeId::EMPTY_INTERFACE),
    });
    debug_assert_eq!(any, TypeId::ANY);

    // type comparable interface{ comparable }
    let obj = define(store, ObjectKind::TypeName, "comparable", TypeId::COMPARABLE);
    let comparable = store.new_named(named(obj, TypeId::COMPARABLE));
    debug_assert_eq!(comparable, TypeId::COMPARABLE);

    let (recv, res) = (VarKind::Recv, VarKind::Result);
    let recv = store.new_var(recv, Pos::NONE, None, Symbol::EMPTY, TypeId::ERROR);
    let res = store.new_var(res, Pos::NONE, None, Symbol::EMPTY, TypeId::STRING);
    let sig = store.new_type(Type::Signature(Arc::new(Signature {
        recv: Some(recv),
        results: Arc::from([res]),
        ..Signature::default()
    })));
    let name = store.interner.intern("Error");
    let kind = ObjectKind::Func { ptr_recv: false, origin: None };
    let method = store.new_object(kind, Pos::NONE, None, name, sig);
    let iface = store.new_interface(Interface {
        methods: vec![method],
        complete: true,
        type_set: Some(Arc::new(TypeSet { methods: vec![method], ..TypeSet::default() })),
        ..Interface::default()
    });
    set_underlying(store, TypeId::ERROR, iface);
    let iface = store.new_interface(Interface {
        complete: true,
        type_set: Some(Arc::new(TypeSet { comparable: true, ..TypeSet::default() })),
        ..Interface::default()
    });
    set_underlying(store, TypeId::COMPARABLE, iface);
}

fn named(obj: crate::object::ObjId, id: TypeId) -> Named {
    Named {
        obj,
        orig: id,
        type_params: Arc::from([]),
        type_args: Arc::from([]),
        underlying: None,
        from_rhs: None,
        methods: Vec::new(),
    }
}

fn set_underlying(store: &mut Store, t: TypeId, u: TypeId) {
    if let Type::Named(n) = store.types[t] {
        store.named[n].underlying = Some(u);
        store.named[n].from_rhs = Some(u);
    }
}
