//! Intrinsics.

use super::Fx;
use crate::abi::clif_type;
use crate::repr::Repr;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{
    AbiParam, AtomicRmwOp, InstBuilder, MemFlagsData, Signature, StackSlotData, StackSlotKind, Value as V, types,
};
use cranelift_codegen::isa::CallConv;
use go_abi::layout::g::MORESTACK_CODE;
use go_ir::{Inst, Intrinsic, Value};

impl Fx<'_, '_> {
    /// `Intrinsic`
    pub(crate) fn intrinsic(&mut self, i: Inst, which: Intrinsic, args: &[Value]) {
        use Intrinsic as I;
        match which {
            I::AtomicLoad
            | I::AtomicStore
            | I::AtomicXchg
            | I::AtomicAdd
            | I::AtomicCas
            | I::AtomicAnd
            | I::AtomicOr => {
                self.atomic(i, which, args);
            }
            I::Sqrt | I::Floor | I::Ceil | I::Trunc | I::RoundToEven | I::Abs => {
                let x = self.scalar(args[0]);
                let r = match which {
                    I::Sqrt => self.b.ins().sqrt(x),
                    I::Floor => self.b.ins().floor(x),
                    I::Ceil => self.b.ins().ceil(x),
                    I::Trunc => self.b.ins().trunc(x),
                    I::RoundToEven => self.b.ins().nearest(x),
                    _ => self.b.ins().fabs(x),
                };
                self.def1(i, r);
            }
            I::Copysign | I::FloatMin | I::FloatMax => {
                let (x, y) = (self.scalar(args[0]), self.scalar(args[1]));
                let r = match which {
                    I::Copysign => self.b.ins().fcopysign(x, y),
                    I::FloatMin => self.b.ins().fmin(x, y),
                    _ => self.b.ins().fmax(x, y),
                };
                self.def1(i, r);
            }
            I::Fma => {
                let (x, y, z) = (self.scalar(args[0]), self.scalar(args[1]), self.scalar(args[2]));
                let r = self.b.ins().fma(x, y, z);
                self.def1(i, r);
            }
            I::Clz | I::Ctz | I::Popcnt => {
                let x = self.scalar(args[0]);
                let r = match which {
                    I::Clz => self.b.ins().clz(x),
                    I::Ctz => self.b.ins().ctz(x),
                    _ => self.b.ins().popcnt(x),
                };
                let r = self.as_result_width(i, r);
                self.def1(i, r);
            }
            I::Bswap => {
                let x = self.scalar(args[0]);
                let r = self.b.ins().bswap(x);
                self.def1(i, r);
            }
            I::BitRev => {
                let x = self.scalar(args[0]);
                let r = self.b.ins().bitrev(x);
                self.def1(i, r);
            }
            I::Rotl => {
                let (x, k) = (self.scalar(args[0]), self.scalar(args[1]));
                let r = self.b.ins().rotl(x, k);
                self.def1(i, r);
            }
            I::MulHiLo => {
                let (x, y) = (self.scalar(args[0]), self.scalar(args[1]));
                let hi = self.b.ins().umulhi(x, y);
                let lo = self.b.ins().imul(x, y);
                self.def_pair(i, hi, lo);
            }
            I::AddCarry => {
                let (x, y, c) = (self.scalar(args[0]), self.scalar(args[1]), self.scalar(args[2]));
                let s = self.b.ins().iadd(x, y);
                let c1 = self.b.ins().icmp(IntCC::UnsignedLessThan, s, x);
                let sum = self.b.ins().iadd(s, c);
                let c2 = self.b.ins().icmp(IntCC::UnsignedLessThan, sum, s);
                let c = self.b.ins().bor(c1, c2);
                let carry = self.b.ins().uextend(types::I64, c);
                self.def_pair(i, sum, carry);
            }
            I::SubBorrow => {
                let (x, y, c) = (self.scalar(args[0]), self.scalar(args[1]), self.scalar(args[2]));
                let d = self.b.ins().isub(x, y);
                let b1 = self.b.ins().icmp(IntCC::UnsignedLessThan, x, y);
                let diff = self.b.ins().isub(d, c);
                let b2 = self.b.ins().icmp(IntCC::UnsignedLessThan, d, c);
                let b = self.b.ins().bor(b1, b2);
                let borrow = self.b.ins().uextend(types::I64, b);
                self.def_pair(i, diff, borrow);
            }
            I::Div128 => {
                let args: Vec<V> = args.iter().map(|a| self.scalar(*a)).collect();
                let mut sig = Signature::new(CallConv::SystemV);
                sig.params.extend([AbiParam::new(types::I64); 3]);
                sig.returns.extend([AbiParam::new(types::I64); 2]);
                let sym = self.prog.find_named("runtime.div128").expect("bug: runtime.div128 is not declared");
                let f = self.func_ref(sym, sig);
                let call = self.b.ins().call(f, &args);
                let rs = self.b.inst_results(call);
                let (q, r) = (rs[0], rs[1]);
                self.def_pair(i, q, r);
            }
            I::GetG => {
                let r = self.b.ins().get_pinned_reg(types::I64);
                self.def1(i, r);
            }
            I::CallerPc => {
                let r = self.caller_pc();
                self.def1(i, r);
            }
            I::CallerSp => {
                let fp = self.b.ins().get_frame_pointer(types::I64);
                let r = self.b.ins().iadd_imm_s(fp, 16);
                self.def1(i, r);
            }
            I::FramePointer => {
                let r = self.b.ins().get_frame_pointer(types::I64);
                self.def1(i, r);
            }
            I::ClosurePtr => {
                let r = self.ctx.unwrap_or_else(|| self.b.ins().iconst(types::I64, 0));
                self.def1(i, r);
            }
            I::MemMove => {
                let (d, s, n) = (self.scalar(args[0]), self.scalar(args[1]), self.scalar(args[2]));
                self.call_memmove(d, s, n);
            }
            I::MemZero => {
                let (d, n) = (self.scalar(args[0]), self.scalar(args[1]));
                self.call_memclr(d, n);
            }
            I::Prefetch | I::Pause => {
                for r in self.f.insts[i].results.clone().iter().copied() {
                    self.values[r.0 as usize] = Some(Repr::Parts(Default::default()));
                }
            }
            I::KeepAlive => {
                // A store to a slot of its own keeps the operand alive up to here.
                if let Repr::Parts(ps) = self.repr(args[0]) {
                    for p in ps {
                        let s = self.b.create_sized_stack_slot(StackSlotData::new(StackSlotKind::ExplicitSlot, 8, 3));
                        let a = self.b.ins().stack_addr(types::I64, s, 0);
                        self.b.ins().store(MemFlagsData::trusted(), p, a, 0);
                    }
                }
            }
            I::Fence => {
                self.b.ins().fence();
            }
            I::FuncPc => {
                let p = self.scalar(args[0]);
                let r = self.b.ins().load(types::I64, MemFlagsData::trusted(), p, 0);
                self.def1(i, r);
            }
        }
    }

    /// Return address of the function, as if it had not begun on a new stack segment: between it and its
    /// caller there may be a frame of `runtime.morestack`.
    fn caller_pc(&mut self) -> V {
        let fp = self.b.ins().get_frame_pointer(types::I64);
        let ret = self.b.ins().load(types::I64, MemFlagsData::trusted(), fp, 8);
        let caller = self.b.ins().load(types::I64, MemFlagsData::trusted(), fp, 0);
        let above = self.b.ins().load(types::I64, MemFlagsData::trusted(), caller, 8);
        let more = self.named("runtime.morestack");
        let at = self.b.ins().isub(ret, more);
        let is_more = self.b.ins().icmp_imm_u(IntCC::UnsignedLessThan, at, MORESTACK_CODE as i64);
        self.b.ins().select(is_more, above, ret)
    }

    fn def_pair(&mut self, i: Inst, a: V, b: V) {
        let rs = self.f.insts[i].results.clone();
        self.values[rs[0].0 as usize] = Some(Repr::one(a));
        self.values[rs[1].0 as usize] = Some(Repr::one(b));
    }

    fn as_result_width(&mut self, i: Inst, v: V) -> V {
        let l = self.prog.types.layout_of(self.result_ty(i));
        let to = clif_type(l.parts.as_ref().expect("bug: scalar result")[0].scalar);
        let from = self.b.func.dfg.value_type(v);
        match from.bits().cmp(&to.bits()) {
            std::cmp::Ordering::Equal => v,
            std::cmp::Ordering::Less => self.b.ins().uextend(to, v),
            std::cmp::Ordering::Greater => self.b.ins().ireduce(to, v),
        }
    }

    fn atomic(&mut self, i: Inst, which: Intrinsic, args: &[Value]) {
        use Intrinsic as I;
        let fault = self.fault_of(args[0]);
        let flags = fault.flags();
        let p = self.scalar(args[0]);
        match which {
            I::AtomicLoad => {
                let l = self.prog.types.layout_of(self.result_ty(i));
                let t = clif_type(l.parts.as_ref().expect("bug: scalar")[0].scalar);
                let r = self.b.ins().atomic_load(t, flags, p);
                self.def1(i, r);
            }
            I::AtomicStore => {
                let v = self.scalar(args[1]);
                self.b.ins().atomic_store(flags, v, p);
            }
            I::AtomicCas => {
                let (old, new) = (self.scalar(args[1]), self.scalar(args[2]));
                let got = self.b.ins().atomic_cas(flags, p, old, new);
                let r = self.b.ins().icmp(IntCC::Equal, got, old);
                self.def1(i, r);
            }
            _ => {
                let v = self.scalar(args[1]);
                let t = self.b.func.dfg.value_type(v);
                let op = match which {
                    I::AtomicXchg => AtomicRmwOp::Xchg,
                    I::AtomicAdd => AtomicRmwOp::Add,
                    I::AtomicAnd => AtomicRmwOp::And,
                    _ => AtomicRmwOp::Or,
                };
                let old = self.b.ins().atomic_rmw(t, flags, op, p, v);
                let r = if which == I::AtomicAdd { self.b.ins().iadd(old, v) } else { old };
                if !self.f.insts[i].results.is_empty() {
                    self.def1(i, r);
                }
            }
        }
    }
}
