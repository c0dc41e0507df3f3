//! The object model between code generation and linking: machine functions, data, relocations.
//!
//! Plain values; nothing here knows Go types or instruction sets.

use alloc::string::String;
use alloc::vec::Vec;

/// A symbol of the program being linked. Ids are dense per [`SymbolKind`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct SymbolId(pub u32);

/// Families of symbols; each has its own index space.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[repr(u32)]
pub enum SymbolKind {
    /// Code of a function.
    Func = 0,
    /// Static closure object of a function used as a value.
    FuncValue = 1,
    /// A package variable.
    Global = 2,
    /// Read-only or initialised data.
    Data = 3,
    /// A type descriptor.
    TypeDesc = 4,
    /// An itab.
    Itab = 5,
    /// Bytes of a string constant.
    Str = 6,
    /// A name defined by the runtime object or by the linker.
    Named = 7,
    /// `name·thunk`: a function under the closure convention.
    Thunk = 8,
}

impl SymbolId {
    /// The symbol number `index` of a family (`index` < 2^28).
    #[must_use]
    pub const fn new(kind: SymbolKind, index: u32) -> SymbolId {
        SymbolId((kind as u32) << 28 | index)
    }

    /// Its family.
    #[must_use]
    pub fn kind(self) -> SymbolKind {
        match self.0 >> 28 {
            0 => SymbolKind::Func,
            1 => SymbolKind::FuncValue,
            2 => SymbolKind::Global,
            3 => SymbolKind::Data,
            4 => SymbolKind::TypeDesc,
            5 => SymbolKind::Itab,
            6 => SymbolKind::Str,
            8 => SymbolKind::Thunk,
            _ => SymbolKind::Named,
        }
    }

    /// Its index in the family.
    #[must_use]
    pub fn index(self) -> u32 {
        self.0 & 0x0fff_ffff
    }
}

/// How an address is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RelocKind {
    /// 64-bit absolute address (S + A).
    Abs64,
    /// 32-bit absolute address, zero-extended (S + A).
    Abs32,
    /// 32-bit relative to the place (S + A − P).
    Pc32,
}

/// A relocation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Reloc {
    /// Byte offset of the patched field.
    pub offset: u32,
    /// How.
    pub kind: RelocKind,
    /// Whose address.
    pub target: SymbolId,
    /// Addend.
    pub addend: i64,
}

/// From `offset` on, code belongs to `line` (global source position) of inline site `inl`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LineRow {
    /// Code offset.
    pub offset: u32,
    /// Global source position (`go_source::Pos` value); 0 is unknown.
    pub pos: u32,
    /// Index + 1 into [`MachineFunction::inlines`], 0 for the function itself.
    pub inl: u32,
}

/// An inlined call.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct InlineSite {
    /// Enclosing site (index + 1), 0 for the function itself.
    pub parent: u32,
    /// Name of the inlined function.
    pub name: String,
    /// Position of the call.
    pub call_pos: u32,
    /// Position of the inlined function's declaration.
    pub func_pos: u32,
}

/// A call site with a landing pad (functions with defer).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CallSite {
    /// Return address, as an offset into the code.
    pub ret: u32,
    /// Landing pad, as an offset into the code.
    pub landing: u32,
    /// Frame pointer minus stack pointer at the landing pad, in bytes.
    pub fp_to_sp: u32,
}

/// Machine code of one function.
#[derive(Clone, Debug)]
pub struct MachineFunction {
    /// Its symbol (`Func` or `Thunk`).
    pub symbol: SymbolId,
    /// Name as in traces: `main.main`, `main.(*T).M`, `main.f.func1`.
    pub name: String,
    /// Code.
    pub code: Vec<u8>,
    /// Alignment of the code.
    pub align: u32,
    /// Relocations in the code.
    pub relocs: Vec<Reloc>,
    /// Line rows, ascending by offset.
    pub lines: Vec<LineRow>,
    /// Inlined calls.
    pub inlines: Vec<InlineSite>,
    /// Landing pads, ascending by `ret`.
    pub call_sites: Vec<CallSite>,
    /// Global position of the declaration.
    pub pos: u32,
    /// A generated wrapper that traces leave out.
    pub wrapper: bool,
    /// Takes the closure context as leading parameter.
    pub closure: bool,
    /// Has no entry check.
    pub nosplit: bool,
    /// Assembled from a package's own source: signals do not interrupt it.
    pub assembly: bool,
}

impl MachineFunction {
    /// A function of bare code: 16-byte alignment, no relocations, no tables. It is taken to have no
    /// entry check (`nosplit`).
    #[must_use]
    pub fn new(symbol: SymbolId, name: &str, code: Vec<u8>) -> MachineFunction {
        MachineFunction {
            symbol,
            name: name.into(),
            code,
            align: 16,
            relocs: Vec::new(),
            lines: Vec::new(),
            inlines: Vec::new(),
            call_sites: Vec::new(),
            pos: 0,
            wrapper: false,
            closure: false,
            nosplit: true,
            assembly: false,
        }
    }
}

/// Where data goes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum DataSection {
    /// Read-only.
    Rodata,
    /// Writable, holds pointers the collector must see.
    Data,
    /// Writable, without pointers.
    NoPtrData,
}

/// A data object. If `bytes` is shorter than `size`, the rest is zero; without bytes and relocations
/// it goes to bss.
#[derive(Clone, Debug)]
pub struct DataObject {
    /// Its symbol.
    pub symbol: SymbolId,
    /// Name for the symbol table; empty for anonymous ones (strings, types).
    pub name: String,
    /// Section.
    pub section: DataSection,
    /// Initial bytes.
    pub bytes: Vec<u8>,
    /// Size in bytes.
    pub size: u64,
    /// Alignment in bytes.
    pub align: u32,
    /// Relocations.
    pub relocs: Vec<Reloc>,
}
