//! The program level of lowering: types, instances, wrappers, descriptors, reachability.

use crate::ir::{Attrs, DataId, FuncBody, FuncDecl, FuncId, GlobalId};
use crate::program::Program;
use crate::ty::Ty;
use go_source::{FileId, Symbol};
use go_types::check::Checker;
use go_types::object::ObjId;
use go_types::ty::TypeId;
use std::sync::Arc;

/// What type parameters stand for while a body is lowered.
#[derive(Clone, Debug, Default)]
pub struct Instance {
    /// Type parameter → type argument.
    pub map: Vec<(TypeId, Ty)>,
    /// All type arguments of the function (receiver's first): `outer` of local named types.
    pub args: Vec<Ty>,
}

/// Everything that lowering works on.
pub struct Lowerer<'a> {
    /// The checked program.
    pub checker: &'a mut Checker,
    /// The result.
    pub prog: Program,
}

impl Lowerer<'_> {
    /// The IR type of a checked type under an instance.
    pub fn ty(&mut self, _t: TypeId, _inst: &Instance) -> Ty {
        Ty::INT
    }

    /// Function (or method) `obj` (its origin) with type arguments (the receiver's first).
    pub fn func_of(&mut self, _obj: ObjId, _targs: Vec<Ty>) -> FuncId {
        FuncId(0)
    }

    /// Function with receiver type exactly `recv` for the method `name` of a concrete type
    /// (promoted ones too).
    pub fn method_of(&mut self, _recv: Ty, _name: Symbol, _pkg: Option<Symbol>) -> FuncId {
        FuncId(0)
    }

    /// Index of a method among an interface type's.
    pub fn iface_method_index(&self, _iface: Ty, _name: Symbol, _pkg: Option<Symbol>) -> u32 {
        0
    }

    /// Function of package runtime.
    pub fn runtime(&mut self, _name: &str) -> FuncId {
        FuncId(0)
    }

    /// A named type of a package that is part of the program.
    pub fn named_type(&mut self, _pkg: &str, _name: &str) -> Ty {
        Ty::INT
    }

    /// A package variable.
    pub fn global(&mut self, _obj: ObjId) -> GlobalId {
        GlobalId(0)
    }

    /// Package variable of package runtime.
    pub fn runtime_global(&mut self, _name: &str) -> GlobalId {
        GlobalId(0)
    }

    /// A descriptor of the type is needed at run time.
    pub fn use_type(&mut self, _t: Ty) {}

    /// A value of the type becomes the dynamic value of an interface.
    pub fn use_iface_value(&mut self, _t: Ty) {}

    /// An itab is needed.
    pub fn use_itab(&mut self, _concrete: Ty, _iface: Ty) {}

    /// A method is called through an interface.
    pub fn use_iface_method(&mut self, _iface: Ty, _index: u32) {}

    /// `type:.eq.T`: `func(p, q unsafe.Pointer) bool`.
    pub fn eq_func(&mut self, _t: Ty) -> FuncId {
        FuncId(0)
    }

    /// Adds a function made by lowering (closure, wrapper) under a unique link name.
    pub fn add_made_func(&mut self, name: &str, params: Vec<Ty>, results: Vec<Ty>, attrs: Attrs) -> FuncId {
        let name: Arc<str> = name.into();
        self.prog.add_func(FuncDecl { name, params, results, body: FuncBody::None, attrs })
    }

    /// Read-only data with the value of a constant of a type (bytes in memory layout).
    pub fn const_data(&mut self, _bytes: &[u8], _align: u32) -> DataId {
        DataId(0)
    }

    /// Language version in force in a file.
    pub fn file_version(&self, _file: FileId) -> (u32, u32) {
        (1, 27)
    }
}
