//! The IR: functions of blocks of instructions in SSA form, in go/ssa's vocabulary, with block
//! parameters instead of phis.
//!
//! Values are typed with [`Ty`]; a value of any Go type is one [`Value`] (code generation splits
//! strings, slices, interfaces and small structs into scalars). Data only; see `verify.rs` for the
//! rules and `build.rs` for the builder.

use crate::ty::Ty;
use go_abi::object::SymbolId;
use go_source::{IndexVec, Pos, new_id};
use smallvec::SmallVec;
use std::sync::Arc;

new_id! {
    /// A function of the program.
    FuncId;
    /// A package variable of the program.
    GlobalId;
    /// A data object of the program.
    DataId;
    /// A string constant of the program.
    StrId;
    /// A basic block of a function.
    Block;
    /// An instruction of a function.
    Inst;
    /// A value of a function.
    Value;
    /// An allocation site of a function: `Alloc`, `Buffer`, `MakeClosure`, `MakeInterface`.
    Site;
}

/// Where a value comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ValueDef {
    /// Parameter `n` of a block (of the entry block: of the function).
    Param(Block, u32),
    /// Result `n` of an instruction.
    Result(Inst, u32),
}

/// A value.
#[derive(Clone, Copy, Debug)]
pub struct ValueData {
    /// Type.
    pub ty: Ty,
    /// Definition.
    pub def: ValueDef,
}

/// Arithmetic and bitwise operators, by Go's rules for the operand type (wrap-around, shifts of any
/// count, float rounding). Division and remainder of integers expect a non-zero divisor: lowering
/// puts a check before them; MinInt / -1 wraps.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[expect(missing_docs, reason = "each variant is its operator")]
pub enum BinOp {
    Add,
    Sub,
    Mul,
    Div,
    Rem,
    And,
    Or,
    Xor,
    AndNot,
    /// The count is an unsigned integer of any width (lowering checks negative counts).
    Shl,
    Shr,
}

/// Comparisons of scalars (integers, floats, bools, pointers, and other one-word values). Strings,
/// interfaces, structs and arrays are compared by what lowering expands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[expect(missing_docs, reason = "each variant is its operator")]
pub enum CmpOp {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

/// Unary operators.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum UnOp {
    /// Arithmetic negation.
    Neg,
    /// Boolean not.
    Not,
    /// Bitwise complement.
    Com,
}

/// What a bounds check guards; decides the runtime function that reports it, which receives
/// (`index`, `len`).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[expect(missing_docs, reason = "named after the runtime's panicXxx functions")]
pub enum BoundsKind {
    /// `s[x]`: 0 <= x < len
    Index,
    /// `s[:x]`: 0 <= x <= len, of a slice with that capacity: "with capacity"
    SliceAcap,
    /// `s[:x]` of arrays and strings: "with length"
    SliceAlen,
    /// `s[x:y]`: x <= y
    SliceB,
    Slice3Alen,
    Slice3Acap,
    Slice3B,
    Slice3C,
    /// Slice to array conversion: len(slice) >= array length; `index` is the slice's length, `len` the array's.
    SliceConvert,
}

/// Whom a call calls.
#[derive(Clone, Debug, PartialEq)]
pub enum Callee {
    /// A known function (with body, or extern).
    Func(FuncId),
    /// A func value; nil is checked by faulting or explicitly.
    Closure(Value),
    /// Method number `method` (index into the interface type's sorted methods) of an interface value.
    Interface {
        /// The interface value.
        recv: Value,
        /// Index of the method.
        method: u32,
    },
}

/// Operations the back end knows by themselves; operands and results as documented in
/// `intrinsics.rs`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[expect(missing_docs, reason = "named after the operations")]
pub enum Intrinsic {
    /// (ptr) -> value of result type; sequentially consistent.
    AtomicLoad,
    /// (ptr, value)
    AtomicStore,
    /// (ptr, value) -> old
    AtomicXchg,
    /// (ptr, delta) -> new
    AtomicAdd,
    /// (ptr, old, new) -> bool
    AtomicCas,
    /// (ptr, mask) -> old
    AtomicAnd,
    /// (ptr, mask) -> old
    AtomicOr,
    Sqrt,
    Floor,
    Ceil,
    Trunc,
    RoundToEven,
    Abs,
    Copysign,
    Fma,
    /// min/max of floats by Go's rules (NaN, signed zeros)
    FloatMin,
    FloatMax,
    /// Leading zeros of the operand's width -> int
    Clz,
    /// Trailing zeros (width for 0) -> int
    Ctz,
    Popcnt,
    Bswap,
    /// bit reversal
    BitRev,
    /// (x, k int) rotate left
    Rotl,
    /// (x, y u64) -> (hi, lo)
    MulHiLo,
    /// (x, y, carry u64) -> (sum, carry)
    AddCarry,
    /// (x, y, borrow u64) -> (diff, borrow)
    SubBorrow,
    /// (hi, lo, y u64) -> (quo, rem); y > hi checked before
    Div128,
    /// () -> *g
    GetG,
    /// () -> uintptr
    CallerPc,
    CallerSp,
    /// () -> uintptr: frame pointer (rbp) of this function
    FramePointer,
    /// () -> unsafe.Pointer: closure context of this function
    ClosurePtr,
    /// (dst, src, n uintptr): may overlap; no barriers needed
    MemMove,
    /// (dst, n uintptr)
    MemZero,
    /// (ptr)
    Prefetch,
    /// () spin hint
    Pause,
    /// keeps the operand alive up to here
    KeepAlive,
    /// () publication barrier
    Fence,
    /// (fn closure word) -> uintptr: code address
    FuncPc,
}

/// An operation. Operands are values defined before; results are in [`InstData::results`].
#[derive(Clone, Debug, PartialEq)]
pub enum Op {
    /// Integer, bool, or pointer-sized constant, by the result's type (sign- or zero-extended to 64 bits).
    ConstInt(i64),
    /// Float constant (`float32` results: already rounded); bits of an f64.
    ConstFloat(u64),
    /// String constant.
    ConstStr(StrId),
    /// The zero value of any type.
    Zero,
    /// A func value of a known function without captures.
    FuncValue(FuncId),
    /// Address of a package variable.
    GlobalAddr(GlobalId),
    /// Address of a data object.
    DataAddr(DataId),
    /// `*abi.Type` of a type.
    TypeDesc(Ty),
    /// Itab of (concrete type, interface type), an unsafe pointer.
    Itab(Ty, Ty),
    /// Address of a symbol the linker or the runtime object defines.
    SymbolAddr(Arc<str>),
    /// A new zeroed variable of type `ty`; result `*ty`. Executed anew each time (loops).
    Alloc {
        /// Type of the variable.
        ty: Ty,
        /// Site.
        site: Site,
    },
    /// Address of a variable of type `ty` if the site is on the stack, else nil; not zeroed. Room that
    /// code may use where it would allocate otherwise (result `*ty`).
    Buffer {
        /// Type of the variable.
        ty: Ty,
        /// Site.
        site: Site,
    },
    /// Loads the result's type. Faults if `addr` is nil and its access is not checked otherwise.
    Load {
        /// Address.
        addr: Value,
    },
    /// Stores `value`.
    Store {
        /// Address.
        addr: Value,
        /// Value.
        value: Value,
    },
    /// Address of field `field` of the struct at `base` (result: pointer to the field). Does not fault.
    FieldAddr {
        /// Pointer to the struct.
        base: Value,
        /// Its (possibly named) struct type.
        ty: Ty,
        /// Field index.
        field: u32,
    },
    /// `base + index * size(elem)`, unchecked; `base` points to element 0; result `*elem`.
    IndexAddr {
        /// Pointer to element 0 (or to the array).
        base: Value,
        /// Index, of type int.
        index: Value,
        /// Element type.
        elem: Ty,
    },
    /// `base + offset` bytes.
    PtrAdd {
        /// Pointer.
        base: Value,
        /// Byte offset (int or uintptr).
        offset: Value,
    },
    /// Panics like a nil dereference if `ptr` is nil.
    NilCheck {
        /// Pointer.
        ptr: Value,
    },
    /// Panics unless the bounds hold; both operands are int (or uint64 when `unsigned`).
    BoundsCheck {
        /// Which check.
        kind: BoundsKind,
        /// The index came from an unsigned type: printed as such.
        unsigned: bool,
        /// Index.
        index: Value,
        /// Length (or capacity, or high bound).
        len: Value,
    },
    /// Value of the result's type from its parts: struct fields, array elements, string (ptr, len),
    /// slice (ptr, len, cap), interface (tab or type word, data), complex (re, im).
    Compose(SmallVec<[Value; 4]>),
    /// Part `index` of an aggregate, numbered as in `Compose`.
    Extract {
        /// Aggregate.
        agg: Value,
        /// Part.
        index: u32,
    },
    /// Unary operation on a scalar.
    Unary(UnOp, Value),
    /// Binary operation on scalars of the result's type (complex: lowering expands).
    Binary(BinOp, Value, Value),
    /// Comparison; result bool.
    Compare(CmpOp, Value, Value),
    /// Numeric conversion from the operand's to the result's type, by Go's rules.
    Convert(Value),
    /// Same bits under the result's type: named/underlying, pointer/unsafe.Pointer/uintptr, float/int.
    Bitcast(Value),
    /// `cond ? a : b`
    Select {
        /// Condition.
        cond: Value,
        /// If true.
        then: Value,
        /// If false.
        els: Value,
    },
    /// A call. Results are those of the callee.
    Call {
        /// Whom.
        callee: Callee,
        /// Arguments, receiver first for methods called as `Func`.
        args: Vec<Value>,
    },
    /// A func value that captures values (by reference: capture the pointer).
    MakeClosure {
        /// Function; its body reads captures with `Capture`.
        func: FuncId,
        /// Captured values.
        captures: Vec<Value>,
        /// Type of the closure object: `struct { F uintptr; X0 T0; X1 T1; … }`.
        ty: Ty,
        /// Site.
        site: Site,
    },
    /// Captured value number `n` of this closure: field `n + 1` of [`Function::closure_ty`].
    Capture(u32),
    /// Interface value of the result's type from a value of concrete type (boxing it if it is not
    /// pointer-shaped).
    MakeInterface {
        /// Value.
        value: Value,
        /// Its type.
        ty: Ty,
        /// Site.
        site: Site,
    },
    /// From here on, calls of this function may resume at its `recover_block` (functions with defer).
    DeferEnable,
    /// An intrinsic.
    Intrinsic(Intrinsic, SmallVec<[Value; 4]>),
}

/// The results of an instruction: almost always none or one.
#[derive(Clone, Debug, Default)]
pub enum Results {
    /// None.
    #[default]
    None,
    /// One.
    One(Value),
    /// Any number.
    Many(Box<[Value]>),
}

impl Results {
    /// No results.
    #[must_use]
    pub fn new() -> Results {
        Results::None
    }

    /// Appends one.
    pub fn push(&mut self, v: Value) {
        *self = match self {
            Results::None => Results::One(v),
            _ => Results::Many(self.iter().copied().chain([v]).collect()),
        };
    }

    /// Drops all.
    pub fn clear(&mut self) {
        *self = Results::None;
    }
}

impl FromIterator<Value> for Results {
    fn from_iter<I: IntoIterator<Item = Value>>(values: I) -> Results {
        let all: SmallVec<[Value; 4]> = values.into_iter().collect();
        match all[..] {
            [] => Results::None,
            [v] => Results::One(v),
            _ => Results::Many(all.into_boxed_slice()),
        }
    }
}

impl std::ops::Deref for Results {
    type Target = [Value];

    fn deref(&self) -> &[Value] {
        match self {
            Results::None => &[],
            Results::One(v) => std::slice::from_ref(v),
            Results::Many(vs) => vs,
        }
    }
}

impl std::ops::DerefMut for Results {
    fn deref_mut(&mut self) -> &mut [Value] {
        match self {
            Results::None => &mut [],
            Results::One(v) => std::slice::from_mut(v),
            Results::Many(vs) => vs,
        }
    }
}

impl<'a> IntoIterator for &'a Results {
    type Item = &'a Value;
    type IntoIter = std::slice::Iter<'a, Value>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// An instruction.
#[derive(Clone, Debug)]
pub struct InstData {
    /// Operation.
    pub op: Op,
    /// Results.
    pub results: Results,
    /// Source position.
    pub pos: Pos,
    /// Inlined call it belongs to: index + 1 into [`Function::inlines`], 0 for none.
    pub inl: u32,
}

/// A jump target with its arguments.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Target {
    /// Block.
    pub block: Block,
    /// One argument per parameter.
    pub args: SmallVec<[Value; 2]>,
}

// `new_id!` ids have no default of their own; a target needs one.
#[expect(clippy::derivable_impls, reason = "the type is declared by a macro")]
impl Default for Block {
    fn default() -> Self {
        Block(0)
    }
}

/// How a block ends.
#[derive(Clone, Debug, PartialEq, Default)]
pub enum Terminator {
    /// Not set yet (an error for the verifier).
    #[default]
    None,
    /// Unconditional.
    Jump(Target),
    /// Conditional.
    Branch {
        /// A bool.
        cond: Value,
        /// If true.
        then: Target,
        /// If false.
        els: Target,
    },
    /// Multiway on an integer.
    Switch {
        /// An integer.
        value: Value,
        /// Cases.
        cases: Vec<(i64, Target)>,
        /// Otherwise.
        default: Target,
    },
    /// Return of the results.
    Return(SmallVec<[Value; 2]>),
    /// Never reached (after a call that does not return).
    Unreachable,
}

/// A basic block.
#[derive(Clone, Debug, Default)]
pub struct BlockData {
    /// Parameters.
    pub params: Vec<Value>,
    /// Instructions in order.
    pub insts: Vec<Inst>,
    /// End.
    pub term: Terminator,
    /// Position of the terminator.
    pub term_pos: Pos,
    /// Rarely executed (panics, slow paths).
    pub cold: bool,
}

/// An inlined call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inlined {
    /// Enclosing inlined call: index + 1, 0 for none.
    pub parent: u32,
    /// The inlined function.
    pub func: FuncId,
    /// Position of the call.
    pub pos: Pos,
}

/// A function with a body.
#[derive(Clone, Debug)]
pub struct Function {
    /// Its id.
    pub id: FuncId,
    /// Parameter types, receiver first.
    pub params: Vec<Ty>,
    /// Result types.
    pub results: Vec<Ty>,
    /// Blocks; the first is the entry, whose parameters are the function's.
    pub blocks: IndexVec<Block, BlockData>,
    /// Instructions.
    pub insts: IndexVec<Inst, InstData>,
    /// Values.
    pub values: IndexVec<Value, ValueData>,
    /// Number of allocation sites.
    pub sites: u32,
    /// Where control resumes after a recovered panic (functions with defer): runs the remaining
    /// deferred calls and returns. May use only values defined before `DeferEnable`.
    pub recover_block: Option<Block>,
    /// Inlined calls.
    pub inlines: Vec<Inlined>,
    /// Type of the closure object, for functions with captures (see `Op::MakeClosure`).
    pub closure_ty: Option<Ty>,
    /// Facts.
    pub attrs: Attrs,
    /// Position of the declaration.
    pub pos: Pos,
}

impl Function {
    /// A new instruction with one result, at the position of another. It is in no block yet.
    pub fn new_inst(&mut self, op: Op, ty: Ty, like: Inst) -> (Inst, Value) {
        let (pos, inl) = (self.insts[like].pos, self.insts[like].inl);
        let inst = self.insts.push(InstData { op, results: Results::new(), pos, inl });
        let value = self.values.push(ValueData { ty, def: ValueDef::Result(inst, 0) });
        self.insts[inst].results.push(value);
        (inst, value)
    }
}

/// Facts about a function.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Attrs {
    /// Called with a closure context (reads captures, or is only ever a func value).
    pub closure: bool,
    /// `//go:nosplit`: no stack check.
    pub nosplit: bool,
    /// `//go:noinline`, or not inlinable for another reason.
    pub noinline: bool,
    /// Generated wrapper, hidden in traces.
    pub wrapper: bool,
    /// Never returns.
    pub noreturn: bool,
    /// Bytes of stack that what it calls takes without an entry check of its own (assembly): they are
    /// checked with the frame.
    pub callee_stack: u32,
}

/// How a function of the program is given.
#[derive(Clone, Debug)]
pub enum FuncBody {
    /// Not lowered (yet, or never reached).
    None,
    /// IR.
    Ir(Box<Function>),
    /// Defined by the runtime object; called by the C convention (SystemV), symbol = the name.
    Extern,
}

/// A function of the program.
#[derive(Clone, Debug)]
pub struct FuncDecl {
    /// Link name (`main.f`, `fmt.(*pp).free`), unique.
    pub name: Arc<str>,
    /// Parameter types, receiver first.
    pub params: Vec<Ty>,
    /// Result types.
    pub results: Vec<Ty>,
    /// Body.
    pub body: FuncBody,
    /// Facts (known before the body is).
    pub attrs: Attrs,
}

/// What a field of static data holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DataReloc {
    /// Byte offset.
    pub offset: u64,
    /// Whose address.
    pub target: SymbolId,
    /// Addend.
    pub addend: i64,
    /// 8, or 4 for NameOff/TypeOff/TextOff fields.
    pub width: u8,
}

/// Static contents.
#[derive(Clone, Debug, Default)]
pub struct DataInit {
    /// Bytes (shorter than the size: the rest is zero).
    pub bytes: Vec<u8>,
    /// Addresses in it.
    pub relocs: Vec<DataReloc>,
}

/// A package variable.
#[derive(Clone, Debug)]
pub struct Global {
    /// Link name.
    pub name: Arc<str>,
    /// Type.
    pub ty: Ty,
    /// Initial contents; zero otherwise.
    pub init: DataInit,
}

/// An anonymous or named data object.
#[derive(Clone, Debug)]
pub struct Data {
    /// Link name, may be empty.
    pub name: Arc<str>,
    /// Contents.
    pub init: DataInit,
    /// Size.
    pub size: u64,
    /// Alignment.
    pub align: u32,
    /// Writable.
    pub writable: bool,
    /// Holds pointers to heap objects (writable data only).
    pub has_pointers: bool,
}
