//! A whole program in IR: functions, variables, data, strings, types.

use crate::ir::{Data, DataId, DataInit, FuncBody, FuncDecl, FuncId, Function, Global, GlobalId, StrId};
use crate::ty::{Ty, TyKind, TypeTable};
use go_abi::object::{SymbolId, SymbolKind};
use go_source::{IndexVec, Symbol};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// Symbols that code generation refers to by itself.
pub const BACKEND_SYMBOLS: &[&str] = &[
    "runtime.morestack",
    "runtime.memmove",
    "runtime.memclrNoHeapPointers",
    "runtime.mallocgc",
    "runtime.zerobase",
    "runtime.div128",
];

/// Runtime functions (by link name) that code generation calls by itself; they must be in the program.
pub const BACKEND_FUNCS: &[&str] = &[
    "runtime.panicmem",
    "runtime.panicIndex",
    "runtime.panicIndexU",
    "runtime.panicSliceAlen",
    "runtime.panicSliceAlenU",
    "runtime.panicSliceAcap",
    "runtime.panicSliceAcapU",
    "runtime.panicSliceB",
    "runtime.panicSliceBU",
    "runtime.panicSlice3Alen",
    "runtime.panicSlice3AlenU",
    "runtime.panicSlice3Acap",
    "runtime.panicSlice3AcapU",
    "runtime.panicSlice3B",
    "runtime.panicSlice3BU",
    "runtime.panicSlice3C",
    "runtime.panicSlice3CU",
    "runtime.panicSliceConvert",
];

/// Type descriptors and itabs of a program, as bytes.
#[derive(Debug, Default)]
pub struct Descriptors {
    /// (type, contents, size) in order of type string.
    pub types: Vec<(Ty, DataInit, u64)>,
    /// Types that reflect's lookups find, in order of type string.
    pub typelinks: Vec<Ty>,
    /// Contents of the itabs, in order of their symbols.
    pub itabs: Vec<DataInit>,
}

/// A program. Read-only (and shared between threads) once lowering and passes are done.
#[derive(Debug, Default)]
pub struct Program {
    /// Types.
    pub types: TypeTable,
    /// Functions.
    pub funcs: IndexVec<FuncId, FuncDecl>,
    /// Package variables.
    pub globals: IndexVec<GlobalId, Global>,
    /// Data objects.
    pub datas: IndexVec<DataId, Data>,
    /// String constants.
    pub strings: IndexVec<StrId, Arc<[u8]>>,
    string_map: FxHashMap<Arc<[u8]>, StrId>,
    /// Itabs in use: (concrete type, interface type), in order of their symbol index.
    pub itabs: Vec<(Ty, Ty)>,
    itab_map: FxHashMap<(Ty, Ty), u32>,
    /// Names that the linker or the runtime object defines, in order of their symbol index.
    pub named: Vec<Arc<str>>,
    named_map: FxHashMap<Arc<str>, u32>,
    /// What code that is not IR refers to; kept whether or not IR does.
    pub extern_roots: Vec<SymbolId>,
    /// Functions by link name.
    pub by_name: FxHashMap<Arc<str>, FuncId>,
    /// Values that interfaces share instead of allocating memory: [`Program::SMALL_VALUES_ZERO`] bytes of zeros,
    /// then the numbers below 256 in eight bytes each.
    pub small_values: Option<DataId>,
    /// Methods that are called through interfaces, by concrete type, name and package of the name: functions that
    /// take the data word as receiver.
    pub methods: FxHashMap<(Ty, Symbol, Option<Symbol>), FuncId>,
    /// The passes before inlining were applied to all bodies while the program was lowered.
    pub passed_early: bool,
}

impl Program {
    /// Bytes of zeros at the start of [`Program::small_values`], as many as a slice has.
    pub const SMALL_VALUES_ZERO: usize = 24;

    /// Contents of [`Program::small_values`].
    #[must_use]
    pub fn small_values_bytes() -> Vec<u8> {
        let numbers = (0..256u64).flat_map(u64::to_le_bytes);
        std::iter::repeat_n(0, Program::SMALL_VALUES_ZERO).chain(numbers).collect()
    }

    /// The function that method number `method` of an interface type is for a concrete type.
    #[must_use]
    pub fn method_of(&self, concrete: Ty, iface: Ty, method: u32) -> Option<FuncId> {
        let TyKind::Interface(methods) = self.types.under(iface) else { return None };
        let m = methods.get(method as usize)?;
        self.methods.get(&(concrete, m.name, m.pkg)).copied()
    }

    /// An empty program.
    #[must_use]
    pub fn new() -> Program {
        let mut p = Program::default();
        for name in BACKEND_SYMBOLS {
            p.named_symbol(name);
        }
        p
    }

    /// Adds (or finds) a string constant.
    pub fn string(&mut self, bytes: &[u8]) -> StrId {
        if let Some(id) = self.string_map.get(bytes) {
            return *id;
        }
        let s: Arc<[u8]> = bytes.into();
        let id = self.strings.push(Arc::clone(&s));
        self.string_map.insert(s, id);
        id
    }

    /// Adds a function; its name must be new.
    pub fn add_func(&mut self, f: FuncDecl) -> FuncId {
        let name = Arc::clone(&f.name);
        let id = self.funcs.push(f);
        self.by_name.insert(name, id);
        id
    }

    /// The body of a function, if it has IR.
    pub fn body(&self, f: FuncId) -> Option<&Function> {
        match &self.funcs[f].body {
            FuncBody::Ir(b) => Some(b),
            FuncBody::None | FuncBody::Extern => None,
        }
    }

    /// Symbol of an itab; the pair is added if new.
    pub fn itab_symbol(&mut self, concrete: Ty, iface: Ty) -> SymbolId {
        let n = *self.itab_map.entry((concrete, iface)).or_insert_with(|| {
            self.itabs.push((concrete, iface));
            self.itabs.len() as u32 - 1
        });
        SymbolId::new(SymbolKind::Itab, n)
    }

    /// Symbol of an itab that is known.
    pub fn find_itab(&self, concrete: Ty, iface: Ty) -> Option<SymbolId> {
        self.itab_map.get(&(concrete, iface)).map(|n| SymbolId::new(SymbolKind::Itab, *n))
    }

    /// Symbol of a name that the linker or the runtime object defines; added if new.
    pub fn named_symbol(&mut self, name: &str) -> SymbolId {
        if let Some(n) = self.named_map.get(name) {
            return SymbolId::new(SymbolKind::Named, *n);
        }
        let n = self.named.len() as u32;
        let name: Arc<str> = name.into();
        self.named.push(Arc::clone(&name));
        self.named_map.insert(name, n);
        SymbolId::new(SymbolKind::Named, n)
    }

    /// Symbol of a known name.
    pub fn find_named(&self, name: &str) -> Option<SymbolId> {
        self.named_map.get(name).map(|n| SymbolId::new(SymbolKind::Named, *n))
    }

    /// Symbol of a function's code.
    #[must_use]
    pub fn func_symbol(f: FuncId) -> SymbolId {
        SymbolId::new(SymbolKind::Func, f.0)
    }

    /// Symbol of a function's static closure object.
    #[must_use]
    pub fn func_value_symbol(f: FuncId) -> SymbolId {
        SymbolId::new(SymbolKind::FuncValue, f.0)
    }

    /// Symbol of a package variable.
    #[must_use]
    pub fn global_symbol(g: GlobalId) -> SymbolId {
        SymbolId::new(SymbolKind::Global, g.0)
    }

    /// Symbol of a data object.
    #[must_use]
    pub fn data_symbol(d: DataId) -> SymbolId {
        SymbolId::new(SymbolKind::Data, d.0)
    }

    /// Symbol of a string's bytes.
    #[must_use]
    pub fn str_symbol(s: StrId) -> SymbolId {
        SymbolId::new(SymbolKind::Str, s.0)
    }

    /// Symbol of a type descriptor.
    #[must_use]
    pub fn type_symbol(t: Ty) -> SymbolId {
        SymbolId::new(SymbolKind::TypeDesc, t.0)
    }
}
