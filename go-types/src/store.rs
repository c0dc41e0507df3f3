//! The store of one program: all types, objects, scopes and packages.
//!
//! Constructors and plain access only; rules are elsewhere.

use crate::object::{Color, ObjId, Object, ObjectKind, PkgId, Scope, ScopeId, VarKind};
use crate::ty::{
    Alias, AliasId, BasicKind, Interface, InterfaceId, Named, NamedId, Type, TypeId, TypeParam, TypeParamId, TypeSet,
};
use go_source::{FileId, IndexVec, Interner, Pos, Symbol};
use std::sync::Arc;

/// A package known to the checker.
#[derive(Clone, Debug)]
pub struct PackageData {
    /// Import path (unique; `main` programs keep the path they were loaded under).
    pub path: String,
    /// Package name.
    pub name: Symbol,
    /// Package scope.
    pub scope: ScopeId,
    /// Source files.
    pub files: Vec<FileId>,
    /// Direct imports.
    pub imports: Vec<PkgId>,
    /// Language version as (1, minor).
    pub go_version: (u32, u32),
    /// Could not be loaded: uses of it are silent.
    pub fake: bool,
    /// Part of the program's own packages: checked in full.
    pub own: bool,
}

/// All types, objects, scopes and packages of a program.
#[derive(Debug)]
pub struct Store {
    /// Names.
    pub interner: Arc<Interner>,
    /// Types; the basic ones come first.
    pub types: IndexVec<TypeId, Type>,
    /// Data of named types.
    pub named: IndexVec<NamedId, Named>,
    /// Data of aliases.
    pub aliases: IndexVec<AliasId, Alias>,
    /// Data of type parameters.
    pub type_params: IndexVec<TypeParamId, TypeParam>,
    /// Data of interfaces.
    pub interfaces: IndexVec<InterfaceId, Interface>,
    /// Objects.
    pub objects: IndexVec<ObjId, Object>,
    /// Scopes; the universe is the first.
    pub scopes: IndexVec<ScopeId, Scope>,
    /// Packages.
    pub packages: IndexVec<PkgId, PackageData>,
}

impl Store {
    /// A store that holds the basic types and an empty universe scope (see `universe::declare`).
    #[must_use]
    pub fn new(interner: Arc<Interner>) -> Store {
        let mut s = Store {
            interner,
            types: IndexVec::new(),
            named: IndexVec::new(),
            aliases: IndexVec::new(),
            type_params: IndexVec::new(),
            interfaces: IndexVec::new(),
            objects: IndexVec::new(),
            scopes: IndexVec::new(),
            packages: IndexVec::new(),
        };
        for k in BasicKind::ALL {
            s.types.push(Type::Basic(*k));
        }
        s.types.push(Type::Basic(BasicKind::Uint8)); // byte
        s.types.push(Type::Basic(BasicKind::Int32)); // rune
        s.new_interface(Interface {
            complete: true,
            type_set: Some(Arc::new(TypeSet::default())),
            ..Interface::default()
        });
        s.scopes.push(Scope::default());
        s
    }

    /// The universe scope.
    pub const UNIVERSE: ScopeId = ScopeId(0);
    /// Package unsafe, created by `universe::declare`.
    pub const UNSAFE: PkgId = PkgId(0);

    /// Adds a type.
    pub fn new_type(&mut self, t: Type) -> TypeId {
        self.types.push(t)
    }

    /// Adds an interface type.
    pub fn new_interface(&mut self, i: Interface) -> TypeId {
        let id = self.interfaces.push(i);
        self.types.push(Type::Interface(id))
    }

    /// Adds a named type.
    pub fn new_named(&mut self, n: Named) -> TypeId {
        let id = self.named.push(n);
        self.types.push(Type::Named(id))
    }

    /// Adds a type parameter.
    pub fn new_type_param(&mut self, p: TypeParam) -> TypeId {
        let id = self.type_params.push(p);
        self.types.push(Type::TypeParam(id))
    }

    /// Adds an alias.
    pub fn new_alias(&mut self, a: Alias) -> TypeId {
        let id = self.aliases.push(a);
        self.types.push(Type::Alias(id))
    }

    /// Adds an object.
    pub fn new_object(&mut self, kind: ObjectKind, pos: Pos, pkg: Option<PkgId>, name: Symbol, ty: TypeId) -> ObjId {
        let color = if ty == TypeId::INVALID { Color::White } else { Color::Black };
        self.objects.push(Object { kind, name, pkg, ty, pos, parent: None, scope_pos: Pos::NONE, color, order: 0 })
    }

    /// Adds a variable.
    pub fn new_var(&mut self, kind: VarKind, pos: Pos, pkg: Option<PkgId>, name: Symbol, ty: TypeId) -> ObjId {
        let kind = ObjectKind::Var { kind, embedded: false, used: false, origin: None };
        self.new_object(kind, pos, pkg, name, ty)
    }

    /// Adds a scope.
    pub fn new_scope(&mut self, parent: Option<ScopeId>, pos: Pos, end: Pos) -> ScopeId {
        self.scopes.push(Scope { parent, pos, end, ..Scope::default() })
    }

    /// The object called `name` in `scope` itself.
    pub fn lookup_in(&self, scope: ScopeId, name: Symbol) -> Option<ObjId> {
        self.scopes[scope].names.get(&name).copied()
    }

    /// Inserts `obj` into `scope`; returns the object that already has its name, if any (then
    /// nothing is inserted). Blank names are not inserted.
    pub fn insert(&mut self, scope: ScopeId, obj: ObjId) -> Option<ObjId> {
        let name = self.objects[obj].name;
        if name.is_blank() {
            return None;
        }
        let s = &mut self.scopes[scope];
        if let Some(old) = s.names.get(&name) {
            return Some(*old);
        }
        s.names.insert(name, obj);
        s.objects.push(obj);
        if self.objects[obj].parent.is_none() {
            self.objects[obj].parent = Some(scope);
        }
        None
    }

    /// Text of a name.
    pub fn text(&self, s: Symbol) -> &'static str {
        self.interner.resolve(s)
    }
}
