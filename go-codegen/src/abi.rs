//! Assignment of Go values to registers and to the argument block, and the machine signatures.
//!
//! ABIInternal's recursive rule with gorc's counts (`go_abi::regs`). Source: the ABI document of
//! cmd/compile, "Function call argument and result passing".

use cranelift_codegen::ir::{AbiParam, Signature, Type, types};
use cranelift_codegen::isa::CallConv;
use go_abi::regs::{FLOAT_REGS, INT_REGS};
use go_ir::{Part, Scalar, Ty, TyKind, TypeTable};

/// Where one argument or result goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ArgPlace {
    /// In registers, part by part (nothing for zero-size values).
    Regs(Vec<Part>),
    /// In the argument block, at this offset.
    Block(u64),
}

/// Places of all arguments and results, and the size of the argument block.
#[derive(Clone, Debug, Default)]
pub struct BlockLayout {
    /// Arguments.
    pub params: Vec<ArgPlace>,
    /// Results.
    pub results: Vec<ArgPlace>,
    /// Offset of the results in the block.
    pub ret_offset: u64,
    /// Size of the block; 0 if there is none.
    pub size: u64,
}

/// Appends the parts of `t` at `base`; false if the type cannot be in registers.
fn parts_of(types: &TypeTable, t: Ty, base: u64, out: &mut Vec<Part>) -> bool {
    if out.len() > INT_REGS + FLOAT_REGS {
        return false;
    }
    let layout = types.layout_of(t);
    match types.under(t) {
        TyKind::Struct(fields) => {
            fields.iter().zip(&layout.field_offsets).all(|(f, off)| parts_of(types, f.ty, base + off, out))
        }
        TyKind::Array(_, 0) => true,
        TyKind::Array(e, 1) => parts_of(types, *e, base, out),
        TyKind::Array(..) => false,
        TyKind::Basic(_)
        | TyKind::Pointer(_)
        | TyKind::Slice(_)
        | TyKind::Func(_)
        | TyKind::Interface(_)
        | TyKind::Map(..)
        | TyKind::Chan(..)
        | TyKind::Named(_) => {
            let parts = layout.parts.as_ref().expect("bug: basic types have parts");
            out.extend(parts.iter().map(|p| Part { scalar: p.scalar, offset: base + p.offset }));
            true
        }
    }
}

/// Assigns a list of values; `offset` is where block space starts and is advanced.
#[must_use]
pub fn assign(types: &TypeTable, tys: &[Ty], offset: &mut u64) -> Vec<ArgPlace> {
    let (mut ints, mut floats) = (0, 0);
    tys.iter()
        .map(|t| {
            let mut parts = Vec::new();
            if parts_of(types, *t, 0, &mut parts) {
                let f = parts.iter().filter(|p| p.scalar.is_float()).count();
                let i = parts.len() - f;
                if ints + i <= INT_REGS && floats + f <= FLOAT_REGS {
                    ints += i;
                    floats += f;
                    return ArgPlace::Regs(parts);
                }
            }
            let l = types.layout_of(*t);
            *offset = offset.next_multiple_of(u64::from(l.align));
            let at = *offset;
            *offset += l.size;
            ArgPlace::Block(at)
        })
        .collect()
}

/// Places of the arguments and results of a function.
#[must_use]
pub fn block_layout(types: &TypeTable, params: &[Ty], results: &[Ty]) -> BlockLayout {
    let mut size = 0;
    let params = assign(types, params, &mut size);
    size = size.next_multiple_of(8);
    let ret_offset = size;
    let results = assign(types, results, &mut size);
    BlockLayout { params, results, ret_offset, size: size.next_multiple_of(8) }
}

/// Cranelift's type of a scalar.
pub(crate) fn clif_type(s: Scalar) -> Type {
    match s {
        Scalar::I8 => types::I8,
        Scalar::I16 => types::I16,
        Scalar::I32 => types::I32,
        Scalar::I64 | Scalar::Ptr => types::I64,
        Scalar::F32 => types::F32,
        Scalar::F64 => types::F64,
    }
}

/// Whether a function takes the closure context.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Convention {
    /// Plain.
    Plain,
    /// With the context as leading parameter.
    Closure,
}

/// Machine signature of a Go function.
pub(crate) fn signature(layout: &BlockLayout, convention: Convention) -> Signature {
    let mut sig = Signature::new(CallConv::Tail);
    if convention == Convention::Closure {
        sig.params.push(AbiParam::new(types::I64));
    }
    for p in &layout.params {
        if let ArgPlace::Regs(parts) = p {
            sig.params.extend(parts.iter().map(|p| AbiParam::new(clif_type(p.scalar))));
        }
    }
    for r in &layout.results {
        if let ArgPlace::Regs(parts) = r {
            sig.returns.extend(parts.iter().map(|p| AbiParam::new(clif_type(p.scalar))));
        }
    }
    sig
}

/// How an extern's results come back.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum ExternResults {
    /// In registers.
    Regs,
    /// Through a hidden pointer to that many 8-byte slots.
    Slots(usize),
}

/// Scalars of a list of values, in order. Values without parts (large ones) are not allowed in
/// externs; their bytes would have no place.
pub(crate) fn scalars(types: &TypeTable, tys: &[Ty]) -> Vec<Scalar> {
    tys.iter()
        .flat_map(|t| {
            let mut parts = Vec::new();
            parts_of(types, *t, 0, &mut parts);
            parts.into_iter().map(|p| p.scalar)
        })
        .collect()
}

/// Machine signature of a function of the runtime object (System V).
pub(crate) fn extern_signature(types: &TypeTable, params: &[Ty], results: &[Ty]) -> (Signature, ExternResults) {
    let mut sig = Signature::new(CallConv::SystemV);
    let results = scalars(types, results);
    let how = if results.len() <= 2 { ExternResults::Regs } else { ExternResults::Slots(results.len()) };
    if let ExternResults::Slots(_) = how {
        sig.params.push(AbiParam::new(types::I64));
    } else {
        sig.returns.extend(results.iter().map(|s| AbiParam::new(clif_type(*s))));
    }
    for s in scalars(types, params) {
        // Narrow integers are extended by the caller: Rust's C ABI on x86-64 does not rely on it,
        // but hand-written assembly may.
        let ty = clif_type(s);
        sig.params.push(if ty.is_int() && ty.bits() < 32 { AbiParam::new(ty).uext() } else { AbiParam::new(ty) });
    }
    (sig, how)
}
