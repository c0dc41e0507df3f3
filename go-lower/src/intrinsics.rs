//! Functions that the compiler makes itself, by link name: atomics, bit operations, special
//! registers. Calls become [`Intrinsic`]s; taken as values they need a body, which
//! [`lower_intrinsic_func`] makes.

use super::body::{Body, Values};
use super::program::Lowerer;
use go_ir::ir::{BinOp, CmpOp, FuncId, Intrinsic, Op, Value};
use go_ir::ty::{Basic, Ty, TyKind};
use go_source::Pos;
use smallvec::smallvec;

/// What a call of an intrinsic function does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    /// The operands as they are, the declared results.
    Plain(Intrinsic),
    /// As `Plain`, but the result is not wanted.
    Drop(Intrinsic),
    /// Number of bits: 64 − leading zeros of the zero-extended operand.
    Len,
    /// 128-bit division with its checks.
    Div,
    /// Product and whether it overflows.
    MulOverflow,
    /// Entry of a function.
    FuncPc,
    /// The same bits as the result's type.
    Cast,
    /// Marks for escape analysis: the operands, as far as there are results.
    Escape,
}

/// Whether the compiler makes the function with this link name.
#[must_use]
pub fn is_intrinsic_name(name: &str) -> bool {
    lookup(name).is_some()
}

/// Gives an intrinsic function a body, for uses as a value.
pub fn lower_intrinsic_func(lo: &mut Lowerer<'_>, func: FuncId) {
    super::body::lower_made(lo, func, Pos::NONE, |s, params| {
        let r = s.intrinsic_call(func, params).unwrap_or_default();
        s.ret(&r);
    });
}

fn lookup(name: &str) -> Option<Kind> {
    if let Some(f) = name.strip_prefix("internal/abi.")
        && (f.starts_with("EscapeNonString[") || f.starts_with("EscapeToResultNonString["))
    {
        return Some(Kind::Escape);
    }
    let (pkg, f) = name.rsplit_once('.')?;
    match pkg {
        "internal/runtime/atomic" => runtime_atomic(f),
        "sync/atomic" => sync_atomic(f),
        "internal/runtime/sys" => sys(f),
        "math/bits" => bits(f),
        "math" => math(f),
        "math/big" if f == "mulWW" => Some(Kind::Plain(Intrinsic::MulHiLo)),
        "internal/runtime/math" => match f {
            "MulUintptr" => Some(Kind::MulOverflow),
            "Add64" => Some(Kind::Plain(Intrinsic::AddCarry)),
            _ => None,
        },
        "crypto/internal/constanttime" if f == "boolToUint8" => Some(Kind::Cast),
        "internal/abi" if matches!(f, "FuncPCABI0" | "FuncPCABIInternal") => Some(Kind::FuncPc),
        "runtime" => match f {
            "getg" => Some(Kind::Plain(Intrinsic::GetG)),
            "KeepAlive" => Some(Kind::Drop(Intrinsic::KeepAlive)),
            "publicationBarrier" => Some(Kind::Drop(Intrinsic::Fence)),
            _ => None,
        },
        _ => None,
    }
}

fn runtime_atomic(f: &str) -> Option<Kind> {
    use Intrinsic as I;
    Some(match f {
        "Load" | "Load8" | "Load64" | "Loadp" | "Loadint32" | "Loadint64" | "Loaduint" | "Loaduintptr" | "LoadAcq"
        | "LoadAcq64" | "LoadAcquintptr" => Kind::Plain(I::AtomicLoad),
        "Store" | "Store8" | "Store64" | "StoreRel" | "StoreRel64" | "StoreReluintptr" | "StorepNoWB"
        | "Storeint32" | "Storeint64" | "Storeuintptr" => Kind::Drop(I::AtomicStore),
        "Xchg" | "Xchg8" | "Xchg64" | "Xchgint32" | "Xchgint64" | "Xchguintptr" => Kind::Plain(I::AtomicXchg),
        "Xadd" | "Xadd64" | "Xaddint32" | "Xaddint64" | "Xadduintptr" => Kind::Plain(I::AtomicAdd),
        "Cas" | "Cas64" | "CasRel" | "Casint32" | "Casint64" | "Casp1" | "Casuintptr" => Kind::Plain(I::AtomicCas),
        "And32" | "And64" | "Anduintptr" => Kind::Plain(I::AtomicAnd),
        "Or32" | "Or64" | "Oruintptr" => Kind::Plain(I::AtomicOr),
        "And" | "And8" => Kind::Drop(I::AtomicAnd),
        "Or" | "Or8" => Kind::Drop(I::AtomicOr),
        _ => return None,
    })
}

fn sync_atomic(f: &str) -> Option<Kind> {
    use Intrinsic as I;
    let forms: [(&str, Kind); 7] = [
        ("Add", Kind::Plain(I::AtomicAdd)),
        ("And", Kind::Plain(I::AtomicAnd)),
        ("Or", Kind::Plain(I::AtomicOr)),
        ("CompareAndSwap", Kind::Plain(I::AtomicCas)),
        ("Load", Kind::Plain(I::AtomicLoad)),
        ("Store", Kind::Drop(I::AtomicStore)),
        ("Swap", Kind::Plain(I::AtomicXchg)),
    ];
    forms.iter().find_map(|(prefix, k)| {
        let ty = f.strip_prefix(prefix)?;
        matches!(ty, "Int32" | "Int64" | "Uint32" | "Uint64" | "Uintptr" | "Pointer").then_some(*k)
    })
}

fn sys(f: &str) -> Option<Kind> {
    use Intrinsic as I;
    Some(match f {
        "Bswap32" | "Bswap64" => Kind::Plain(I::Bswap),
        "GetCallerPC" => Kind::Plain(I::CallerPc),
        "GetCallerSP" => Kind::Plain(I::CallerSp),
        "GetClosurePtr" => Kind::Plain(I::ClosurePtr),
        "Len64" | "Len8" => Kind::Len,
        "OnesCount64" => Kind::Plain(I::Popcnt),
        "TrailingZeros8" | "TrailingZeros32" | "TrailingZeros64" => Kind::Plain(I::Ctz),
        "Prefetch" | "PrefetchStreamed" => Kind::Drop(I::Prefetch),
        _ => return None,
    })
}

fn bits(f: &str) -> Option<Kind> {
    use Intrinsic as I;
    Some(match f {
        "Add" | "Add64" => Kind::Plain(I::AddCarry),
        "Sub" | "Sub64" => Kind::Plain(I::SubBorrow),
        "Mul" | "Mul64" => Kind::Plain(I::MulHiLo),
        "Div" | "Div64" => Kind::Div,
        "Len" | "Len8" | "Len16" | "Len32" | "Len64" => Kind::Len,
        "OnesCount" | "OnesCount8" | "OnesCount16" | "OnesCount32" | "OnesCount64" => Kind::Plain(I::Popcnt),
        "Reverse" | "Reverse8" | "Reverse16" | "Reverse32" | "Reverse64" => Kind::Plain(I::BitRev),
        "ReverseBytes" | "ReverseBytes16" | "ReverseBytes32" | "ReverseBytes64" => Kind::Plain(I::Bswap),
        "RotateLeft" | "RotateLeft8" | "RotateLeft16" | "RotateLeft32" | "RotateLeft64" => Kind::Plain(I::Rotl),
        "TrailingZeros" | "TrailingZeros8" | "TrailingZeros16" | "TrailingZeros32" | "TrailingZeros64" => {
            Kind::Plain(I::Ctz)
        }
        _ => return None,
    })
}

fn math(f: &str) -> Option<Kind> {
    use Intrinsic as I;
    Some(match f {
        "Abs" => Kind::Plain(I::Abs),
        "Ceil" => Kind::Plain(I::Ceil),
        "Copysign" => Kind::Plain(I::Copysign),
        "Floor" => Kind::Plain(I::Floor),
        "RoundToEven" => Kind::Plain(I::RoundToEven),
        "Trunc" => Kind::Plain(I::Trunc),
        "sqrt" | "Sqrt" => Kind::Plain(I::Sqrt),
        _ => return None,
    })
}

impl Body<'_, '_> {
    /// Whether calls of `f` become an intrinsic.
    pub(super) fn is_intrinsic(&self, f: FuncId) -> bool {
        lookup(&self.lo.prog.funcs[f].name).is_some()
    }

    /// A call of `f` as an intrinsic, if it is one.
    pub(super) fn intrinsic_call(&mut self, f: FuncId, args: &[Value]) -> Option<Values> {
        let kind = lookup(&self.lo.prog.funcs[f].name)?;
        let results = self.lo.prog.funcs[f].results.clone();
        Some(match kind {
            Kind::Plain(i) => {
                let args = args.iter().copied().collect();
                self.fr.b.emit_multi(Op::Intrinsic(i, args), &results)
            }
            Kind::Drop(i) => {
                let result = match i {
                    Intrinsic::AtomicAnd | Intrinsic::AtomicOr => args.get(1).map(|v| self.fr.b.ty(*v)),
                    _ => None,
                };
                let tys: Vec<Ty> = result.into_iter().collect();
                self.fr.b.emit_multi(Op::Intrinsic(i, args.iter().copied().collect()), &tys);
                Values::new()
            }
            Kind::Len => {
                let x = self.convert_num(args[0], Ty::UINT64);
                let z = self.intrinsic(Intrinsic::Clz, &[x], Ty::INT);
                let w = self.int(64);
                smallvec![self.bin(BinOp::Sub, w, z)]
            }
            Kind::Div => {
                let (hi, lo, y) = (args[0], args[1], args[2]);
                let zero = self.is_zero(y);
                self.panic_if(zero, "panicdivide");
                let over = self.cmp(CmpOp::Le, y, hi);
                self.panic_if(over, "panicoverflow");
                self.fr.b.emit_multi(Op::Intrinsic(Intrinsic::Div128, smallvec![hi, lo, y]), &results)
            }
            Kind::MulOverflow => {
                let t = self.fr.b.ty(args[0]);
                let r = self.fr.b.emit_multi(Op::Intrinsic(Intrinsic::MulHiLo, smallvec![args[0], args[1]]), &[t, t]);
                let none = self.is_zero(r[0]);
                let over = self.not(none);
                smallvec![r[1], over]
            }
            Kind::Cast => smallvec![self.bitcast(args[0], results[0])],
            Kind::Escape => match results.first() {
                Some(ty) if self.has_only_strings(*ty) => {
                    let v = self.unfollowed(args[0]);
                    smallvec![v]
                }
                _ => args.iter().copied().take(results.len()).collect(),
            },
            Kind::FuncPc => {
                let f = match self.fr.b.def_op(args[0]) {
                    Some(Op::MakeInterface { value, .. }) => *value,
                    _ => {
                        let (_, data) = self.iface_parts(args[0]);
                        data
                    }
                };
                smallvec![self.intrinsic(Intrinsic::FuncPc, &[f], Ty::UINTPTR)]
            }
        })
    }

    /// Whether all pointers in values of a type are those of strings.
    fn has_only_strings(&mut self, ty: Ty) -> bool {
        match self.under(ty) {
            TyKind::Basic(b) => b != Basic::UnsafePointer,
            TyKind::Array(e, _) => self.has_only_strings(e),
            TyKind::Struct(fields) => fields.iter().all(|f| self.has_only_strings(f.ty)),
            _ => false,
        }
    }

    /// The same value, as if it came from nowhere: escape analysis does not follow it (as `abi.NoEscape`).
    fn unfollowed(&mut self, v: Value) -> Value {
        let ty = self.fr.b.ty(v);
        let p = self.spill(v);
        let address = self.bitcast(p, Ty::UINTPTR);
        let zero = self.iconst(0, Ty::UINTPTR);
        let address = self.fr.b.emit(Op::Binary(BinOp::Xor, address, zero), Ty::UINTPTR);
        let pty = self.ptr_to(ty);
        let p = self.bitcast(address, pty);
        self.load(p, ty)
    }
}
