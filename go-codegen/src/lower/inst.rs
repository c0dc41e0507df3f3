//! Translation of single instructions.

use super::Fx;
use super::mem::Fault;
use crate::abi::clif_type;
use crate::repr::Repr;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::immediates::{Ieee32, Ieee64};
use cranelift_codegen::ir::{AbiParam, InstBuilder, MemFlagsData, Signature, Value as V, types};
use cranelift_codegen::isa::CallConv;
use go_ir::{Basic, BlockData, Inst, Op, Program, Scalar, Site, Ty, TyKind, Value};
use smallvec::SmallVec;

impl Fx<'_, '_> {
    /// Translates instruction `i`; `rest` are those after it in its block.
    pub(crate) fn inst(&mut self, i: Inst, rest: &[Inst], block: &BlockData) {
        let f = self.f;
        match &f.insts[i].op {
            Op::ConstInt(n) => {
                let t = self.result_scalar(i);
                let bits = t.bits();
                let n = if bits < 64 { (*n as u64 & ((1u64 << bits) - 1)) as i64 } else { *n };
                let v = self.b.ins().iconst(t, n);
                self.def1(i, v);
            }
            Op::ConstFloat(bits) => {
                let x = f64::from_bits(*bits);
                let v = if self.result_scalar(i) == types::F32 {
                    self.b.ins().f32const(Ieee32::with_float(x as f32))
                } else {
                    self.b.ins().f64const(Ieee64::with_float(x))
                };
                self.def1(i, v);
            }
            Op::ConstStr(s) => {
                let n = self.prog.strings[*s].len();
                let p = if n == 0 { self.b.ins().iconst(types::I64, 0) } else { self.symbol(Program::str_symbol(*s)) };
                let len = self.b.ins().iconst(types::I64, n as i64);
                self.def(i, Repr::Parts(SmallVec::from_slice(&[p, len])));
            }
            Op::Zero => {
                let r = self.zero_repr(self.result_ty(i));
                self.def(i, r);
            }
            Op::FuncValue(id) => self.symbol_result(i, Program::func_value_symbol(*id)),
            Op::GlobalAddr(g) => self.symbol_result(i, Program::global_symbol(*g)),
            Op::DataAddr(d) => self.symbol_result(i, Program::data_symbol(*d)),
            Op::TypeDesc(t) => self.symbol_result(i, Program::type_symbol(*t)),
            Op::Itab(c, t) => {
                let s = self.prog.find_itab(*c, *t).expect("bug: itab is not in the program");
                self.symbol_result(i, s);
            }
            Op::SymbolAddr(name) => {
                let v = self.named(name);
                self.def1(i, v);
            }
            Op::Alloc { ty, site } => {
                let v = self.alloc(*ty, *site);
                self.def1(i, v);
            }
            Op::Buffer { ty, site } => {
                let v = if self.storage.is_stack(self.f.id, *site) {
                    self.temp(*ty)
                } else if self.storage.is_local(self.f.id, *site) {
                    self.heap(*ty)
                } else {
                    self.b.ins().iconst(types::I64, 0)
                };
                self.def1(i, v);
            }
            Op::Load { addr } => self.load(i, *addr, rest, block),
            Op::Store { addr, value } => self.store(*addr, *value),
            Op::FieldAddr { base, ty, field } => {
                let off = self.prog.types.layout_of(*ty).field_offsets[*field as usize];
                let p = self.scalar(*base);
                let v = if off == 0 { p } else { self.b.ins().iadd_imm_s(p, off as i64) };
                self.def1(i, v);
            }
            Op::IndexAddr { base, index, elem } => {
                let size = self.prog.types.layout_of(*elem).size;
                let p = self.scalar(*base);
                let v = if let Some(n) = self.const_int(*index) {
                    self.b.ins().iadd_imm_s(p, n.wrapping_mul(size as i64))
                } else {
                    let x = self.scalar(*index);
                    let off = match size {
                        1 => x,
                        s if s.is_power_of_two() => self.b.ins().ishl_imm_s(x, i64::from(s.trailing_zeros())),
                        s => self.b.ins().imul_imm_s(x, s as i64),
                    };
                    self.b.ins().iadd(p, off)
                };
                self.def1(i, v);
            }
            Op::PtrAdd { base, offset } => {
                let (p, o) = (self.scalar(*base), self.scalar(*offset));
                let v = self.b.ins().iadd(p, o);
                self.def1(i, v);
            }
            Op::NilCheck { ptr } => self.nil_check(*ptr),
            Op::BoundsCheck { kind, unsigned, index, len } => self.bounds_check(*kind, *unsigned, *index, *len),
            Op::Compose(vals) => self.compose(i, vals),
            Op::Extract { agg, index } => self.extract(i, *agg, *index),
            Op::Unary(op, x) => self.unary(i, *op, *x),
            Op::Binary(op, x, y) => self.binary(i, *op, *x, *y),
            Op::Compare(op, x, y) => self.compare(i, *op, *x, *y),
            Op::Convert(x) => self.convert(i, *x),
            Op::Bitcast(x) => self.bitcast(i, *x),
            Op::Select { cond, then, els } => self.select(i, *cond, *then, *els),
            Op::Call { callee, args } => self.call(i, callee, args),
            Op::MakeClosure { func, captures, ty, site } => {
                let p = self.raw_alloc(*ty, *site);
                let code = self.symbol(Program::func_symbol(*func));
                self.b.ins().store(MemFlagsData::trusted(), code, p, 0);
                let offs = self.prog.types.layout_of(*ty).field_offsets.clone();
                for (c, off) in captures.iter().zip(&offs[1..]) {
                    let r = self.repr(*c);
                    self.write(self.ty(*c), p, *off as i32, &r, MemFlagsData::trusted());
                }
                self.def1(i, p);
            }
            Op::Capture(n) => {
                let ct = f.closure_ty.expect("bug: capture outside a closure");
                let off = self.prog.types.layout_of(ct).field_offsets[*n as usize + 1];
                let ctx = self.ctx.expect("bug: no closure context");
                let r = self.read_stable(self.result_ty(i), ctx, off as i32);
                self.def(i, r);
            }
            Op::MakeInterface { value, ty, site } => self.make_interface(i, *value, *ty, *site),
            Op::DeferEnable => self.in_try = f.recover_block.is_some(),
            Op::Intrinsic(which, args) => self.intrinsic(i, *which, args),
        }
    }

    fn result_scalar(&self, i: Inst) -> cranelift_codegen::ir::Type {
        let l = self.prog.types.layout_of(self.result_ty(i));
        clif_type(l.parts.as_ref().expect("bug: scalar")[0].scalar)
    }

    fn symbol_result(&mut self, i: Inst, s: go_abi::object::SymbolId) {
        let v = self.symbol(s);
        self.def1(i, v);
    }

    /// The zero value of a type.
    pub(crate) fn zero_repr(&mut self, ty: Ty) -> Repr {
        let l = self.prog.types.layout_of(ty).clone();
        match &l.parts {
            Some(parts) => Repr::Parts(
                parts
                    .iter()
                    .map(|p| match p.scalar {
                        Scalar::F32 => self.b.ins().f32const(Ieee32::with_float(0.0)),
                        Scalar::F64 => self.b.ins().f64const(Ieee64::with_float(0.0)),
                        s => self.b.ins().iconst(clif_type(s), 0),
                    })
                    .collect(),
            ),
            None => {
                let addr = self.temp(ty);
                self.zero(addr, l.size, Fault::Never);
                Repr::Mem(addr)
            }
        }
    }

    fn store(&mut self, addr: Value, value: Value) {
        let ty = self.ty(value);
        let fault = self.fault_of(addr);
        let base = self.scalar(addr);
        // Zeroing in place instead of copying a zeroed temporary.
        if self.prog.types.layout_of(ty).parts.is_none()
            && let go_ir::ValueDef::Result(d, _) = self.f.values[value].def
            && matches!(self.f.insts[d].op, Op::Zero)
        {
            let size = self.prog.types.layout_of(ty).size;
            self.zero(base, size, fault);
            return;
        }
        let r = self.repr(value);
        self.write(ty, base, 0, &r, fault.flags());
    }

    /// A zeroed variable.
    fn alloc(&mut self, ty: Ty, site: Site) -> V {
        let size = self.prog.types.layout_of(ty).size;
        if self.storage.is_stack(self.f.id, site) {
            let p = self.temp(ty);
            self.zero(p, size, Fault::Never);
            return p;
        }
        self.heap(ty)
    }

    /// Memory for an object whose fields are all stored right away.
    fn raw_alloc(&mut self, ty: Ty, site: Site) -> V {
        if self.storage.is_stack(self.f.id, site) { self.temp(ty) } else { self.heap(ty) }
    }

    /// A zeroed heap object.
    fn heap(&mut self, ty: Ty) -> V {
        let l = self.prog.types.layout_of(ty).clone();
        if l.size == 0 {
            return self.named("runtime.zerobase");
        }
        let mut sig = Signature::new(CallConv::SystemV);
        sig.params.extend([AbiParam::new(types::I64), AbiParam::new(types::I64), AbiParam::new(types::I8).uext()]);
        sig.returns.push(AbiParam::new(types::I64));
        let sym = self.prog.find_named("runtime.mallocgc").expect("bug: runtime.mallocgc is not declared");
        let f = self.func_ref(sym, sig);
        let size = self.b.ins().iconst(types::I64, l.size as i64);
        let desc =
            if l.ptr_bytes == 0 { self.b.ins().iconst(types::I64, 0) } else { self.symbol(Program::type_symbol(ty)) };
        let zero = self.b.ins().iconst(types::I8, 1);
        let call = self.b.ins().call(f, &[size, desc, zero]);
        self.b.inst_results(call)[0]
    }

    /// Part offsets of an aggregate: struct fields or array elements.
    fn member(&self, agg: Ty, index: u32) -> (Ty, u64, usize) {
        let types = &self.prog.types;
        match types.under(agg) {
            TyKind::Struct(fields) => {
                let before: usize = fields[..index as usize]
                    .iter()
                    .map(|f| types.layout_of(f.ty).parts.as_ref().map_or(0, |p| p.len()))
                    .sum();
                (fields[index as usize].ty, types.layout_of(agg).field_offsets[index as usize], before)
            }
            TyKind::Array(e, _) => {
                let l = types.layout_of(*e);
                let parts = l.parts.as_ref().map_or(0, |p| p.len());
                (*e, l.size * u64::from(index), parts * index as usize)
            }
            other => panic!("bug: {other:?} has no members"),
        }
    }

    fn is_composite(&self, t: Ty) -> bool {
        matches!(self.prog.types.under(t), TyKind::Struct(_) | TyKind::Array(..))
    }

    fn compose(&mut self, i: Inst, vals: &[Value]) {
        let ty = self.result_ty(i);
        if self.prog.types.layout_of(ty).parts.is_some() {
            let mut parts = SmallVec::new();
            for v in vals {
                if let Repr::Parts(ps) = self.repr(*v) {
                    parts.extend(ps);
                }
            }
            self.def(i, Repr::Parts(parts));
            return;
        }
        let addr = self.temp(ty);
        for (n, v) in vals.iter().enumerate() {
            let (mt, off, _) = self.member(ty, n as u32);
            let r = self.repr(*v);
            self.write(mt, addr, off as i32, &r, MemFlagsData::trusted());
        }
        self.def(i, Repr::Mem(addr));
    }

    fn extract(&mut self, i: Inst, agg: Value, index: u32) {
        let at = self.ty(agg);
        let r = match self.repr(agg) {
            Repr::Parts(ps) => {
                if self.is_composite(at) {
                    let (mt, _, first) = self.member(at, index);
                    let n = self.prog.types.layout_of(mt).parts.as_ref().map_or(0, |p| p.len());
                    Repr::Parts(ps[first..first + n].iter().copied().collect())
                } else {
                    Repr::one(ps[index as usize])
                }
            }
            Repr::Mem(addr) => {
                let (mt, off, _) = self.member(at, index);
                self.read_stable(mt, addr, off as i32)
            }
        };
        self.def(i, r);
    }

    fn select(&mut self, i: Inst, cond: Value, then: Value, els: Value) {
        let c = self.scalar(cond);
        let r = match (self.repr(then), self.repr(els)) {
            (Repr::Parts(a), Repr::Parts(b)) => {
                Repr::Parts(a.iter().zip(&b).map(|(x, y)| self.b.ins().select(c, *x, *y)).collect())
            }
            (Repr::Mem(a), Repr::Mem(b)) => Repr::Mem(self.b.ins().select(c, a, b)),
            _ => panic!("bug: operands of select differ in representation"),
        };
        self.def(i, r);
    }

    /// Address of memory that holds a value, for an interface. Small numbers and empty strings and slices
    /// have places that all share; the rest is allocated.
    fn boxed(&mut self, repr: &Repr, ty: Ty, site: Site) -> V {
        let shared = match repr {
            Repr::Parts(ps) if !self.storage.is_local(self.f.id, site) => self.shared_value(ty, ps),
            _ => None,
        };
        let Some((hit, address)) = shared else { return self.boxed_alone(repr, ty, site) };
        let Some(hit) = hit else { return address };
        let (other, done) = (self.b.create_block(), self.b.create_block());
        let result = self.b.append_block_param(done, types::I64);
        self.b.ins().brif(hit, done, &[address.into()], other, &[]);
        self.b.switch_to_block(other);
        let p = self.boxed_alone(repr, ty, site);
        self.b.ins().jump(done, &[p.into()]);
        self.b.switch_to_block(done);
        result
    }

    fn boxed_alone(&mut self, repr: &Repr, ty: Ty, site: Site) -> V {
        let p = self.raw_alloc(ty, site);
        self.write(ty, p, 0, repr, MemFlagsData::trusted());
        p
    }

    /// Whether a value has a shared place (`None`: always), and that place.
    fn shared_value(&mut self, ty: Ty, parts: &[V]) -> Option<(Option<V>, V)> {
        let table = Program::data_symbol(self.prog.small_values?);
        let under = self.prog.types.under(ty);
        if matches!(under, TyKind::Basic(Basic::String) | TyKind::Slice(_)) {
            // A slice is nil if its pointer is.
            let part = if matches!(under, TyKind::Slice(_)) { parts[0] } else { parts[1] };
            let hit = self.b.ins().icmp_imm_s(IntCC::Equal, part, 0);
            return Some((Some(hit), self.symbol(table)));
        }
        let l = self.prog.types.layout_of(ty);
        let [v] = *parts else { return None };
        if l.ptr_bytes > 0 || l.size > 8 || u64::from(l.align) != l.size {
            return None;
        }
        let t = self.b.func.dfg.value_type(v);
        let bits = match t {
            types::F32 => self.b.ins().bitcast(types::I32, MemFlagsData::new(), v),
            types::F64 => self.b.ins().bitcast(types::I64, MemFlagsData::new(), v),
            _ => v,
        };
        let wide = if l.size == 8 { bits } else { self.b.ins().uextend(types::I64, bits) };
        let base = self.symbol(table);
        let offset = self.b.ins().ishl_imm_s(wide, 3);
        let address = self.b.ins().iadd(base, offset);
        let address = self.b.ins().iadd_imm_s(address, Program::SMALL_VALUES_ZERO as i64);
        if l.size == 1 {
            return Some((None, address));
        }
        Some((Some(self.b.ins().icmp_imm_s(IntCC::UnsignedLessThan, wide, 256)), address))
    }

    fn make_interface(&mut self, i: Inst, value: Value, ty: Ty, site: Site) {
        let iface = self.result_ty(i);
        let TyKind::Interface(methods) = self.prog.types.under(iface) else {
            panic!("bug: MakeInterface of a type that is not an interface")
        };
        let tab = if methods.is_empty() {
            Program::type_symbol(ty)
        } else {
            self.prog.find_itab(ty, iface).expect("bug: itab is not in the program")
        };
        let repr = self.repr(value);
        let size = self.prog.types.layout_of(ty).size;
        let data = if self.prog.types.is_direct_iface(ty) {
            match repr {
                Repr::Parts(ps) => ps[0],
                Repr::Mem(_) => panic!("bug: pointer in memory"),
            }
        } else if size == 0 {
            self.named("runtime.zerobase")
        } else {
            self.boxed(&repr, ty, site)
        };
        let tab = self.symbol(tab);
        self.def(i, Repr::Parts(SmallVec::from_slice(&[tab, data])));
    }
}
