//! Loads, stores, copies and zeroing of Go values.

use super::Fx;
use crate::abi::clif_type;
use crate::repr::Repr;
use cranelift_codegen::ir::{AbiParam, InstBuilder, MemFlagsData, Signature, Type, Value as V, types};
use cranelift_codegen::isa::CallConv;
use go_ir::{BlockData, Inst, Op, Part, Ty, Value};
use smallvec::SmallVec;

/// Copies and zeroing up to this many bytes are inline.
const INLINE: u64 = 128;

/// Whether an access can fault on a nil pointer.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The address is good.
    Never,
    /// It may be nil.
    OnNil,
}

impl Fault {
    pub(crate) fn flags(self) -> MemFlagsData {
        match self {
            Fault::Never => MemFlagsData::trusted(),
            Fault::OnNil => MemFlagsData::new(),
        }
    }
}

/// Chunks of a small block: (type, offset).
fn chunks(size: u64) -> SmallVec<[(Type, i32); 16]> {
    let mut out = SmallVec::new();
    let mut at = 0;
    while at < size {
        let left = size - at;
        let (t, n) = match left {
            16.. => (types::I8X16, 16),
            8.. => (types::I64, 8),
            4.. => (types::I32, 4),
            2.. => (types::I16, 2),
            _ => (types::I8, 1),
        };
        out.push((t, at as i32));
        at += n;
    }
    out
}

impl Fx<'_, '_> {
    /// Loads a value; large ones are copied to a temporary.
    pub(crate) fn read(&mut self, ty: Ty, base: V, off: i32, fault: Fault) -> Repr {
        match self.prog.types.layout_of(ty).parts.clone() {
            Some(parts) => Repr::Parts(self.load_parts(&parts, base, off, fault)),
            None => {
                let src = self.offset(base, off);
                let tmp = self.temp(ty);
                self.copy_checked(ty, tmp, src, Fault::Never, fault);
                Repr::Mem(tmp)
            }
        }
    }

    /// Reads a value from memory that will not change while it is used.
    pub(crate) fn read_stable(&mut self, ty: Ty, base: V, off: i32) -> Repr {
        match self.prog.types.layout_of(ty).parts.clone() {
            Some(parts) => Repr::Parts(self.load_parts(&parts, base, off, Fault::Never)),
            None => Repr::Mem(self.offset(base, off)),
        }
    }

    fn load_parts(&mut self, parts: &[Part], base: V, off: i32, fault: Fault) -> SmallVec<[V; 4]> {
        parts
            .iter()
            .map(|p| self.b.ins().load(clif_type(p.scalar), fault.flags(), base, off + p.offset as i32))
            .collect()
    }

    /// `base + off`
    pub(crate) fn offset(&mut self, base: V, off: i32) -> V {
        if off == 0 { base } else { self.b.ins().iadd_imm_s(base, i64::from(off)) }
    }

    /// Stores a value.
    pub(crate) fn write(&mut self, ty: Ty, base: V, off: i32, value: &Repr, flags: MemFlagsData) {
        match value {
            Repr::Parts(vals) => {
                let parts = self.prog.types.layout_of(ty).parts.clone().expect("bug: parts");
                for (p, v) in parts.iter().zip(vals) {
                    self.b.ins().store(flags, *v, base, off + p.offset as i32);
                }
            }
            Repr::Mem(src) => {
                let dst = self.offset(base, off);
                let fault = if flags.notrap() { Fault::Never } else { Fault::OnNil };
                self.copy_checked(ty, dst, *src, fault, Fault::Never);
            }
        }
    }

    /// Copies a value between good addresses.
    pub(crate) fn copy(&mut self, ty: Ty, dst: V, src: V) {
        self.copy_checked(ty, dst, src, Fault::Never, Fault::Never);
    }

    fn copy_checked(&mut self, ty: Ty, dst: V, src: V, dst_fault: Fault, src_fault: Fault) {
        let size = self.prog.types.layout_of(ty).size;
        if dst == src || size == 0 {
            return;
        }
        if size <= INLINE {
            let cs = chunks(size);
            let vals: SmallVec<[V; 16]> =
                cs.iter().map(|(t, o)| self.b.ins().load(*t, src_fault.flags(), src, *o)).collect();
            for ((_, o), v) in cs.iter().zip(vals) {
                self.b.ins().store(dst_fault.flags(), v, dst, *o);
            }
            return;
        }
        // The fault of a nil pointer must happen in Go code.
        for (p, f) in [(src, src_fault), (dst, dst_fault)] {
            if f == Fault::OnNil {
                self.b.ins().load(types::I8, f.flags(), p, 0);
            }
        }
        let n = self.b.ins().iconst(types::I64, size as i64);
        self.call_memmove(dst, src, n);
    }

    /// Zeroes `size` bytes at a good address.
    pub(crate) fn zero(&mut self, dst: V, size: u64, fault: Fault) {
        if size == 0 {
            return;
        }
        if size > INLINE {
            if fault == Fault::OnNil {
                self.b.ins().load(types::I8, fault.flags(), dst, 0);
            }
            let n = self.b.ins().iconst(types::I64, size as i64);
            self.call_memclr(dst, n);
            return;
        }
        let mut wide = None;
        for (t, o) in chunks(size) {
            let z = if t == types::I8X16 {
                *wide.get_or_insert_with(|| {
                    let c = self.b.func.dfg.constants.insert([0u8; 16].as_slice().into());
                    self.b.ins().vconst(types::I8X16, c)
                })
            } else {
                self.b.ins().iconst(t, 0)
            };
            self.b.ins().store(fault.flags(), z, dst, o);
        }
    }

    fn leaf(&mut self, name: &str, args: &[V]) {
        let mut sig = Signature::new(CallConv::SystemV);
        sig.params.extend(args.iter().map(|_| AbiParam::new(types::I64)));
        let sym = self.prog.find_named(name).unwrap_or_else(|| panic!("bug: symbol {name} is not declared"));
        let f = self.func_ref(sym, sig);
        self.b.ins().call(f, args);
    }

    /// `memmove(dst, src, n)`
    pub(crate) fn call_memmove(&mut self, dst: V, src: V, n: V) {
        self.leaf("runtime.memmove", &[dst, src, n]);
    }

    /// `memclr(dst, n)`
    pub(crate) fn call_memclr(&mut self, dst: V, n: V) {
        self.leaf("runtime.memclrNoHeapPointers", &[dst, n]);
    }

    /// Whether the address of an access may be nil; emits the explicit check where faults are not allowed.
    pub(crate) fn fault_of(&mut self, addr: Value) -> Fault {
        match self.nil_root(addr) {
            None => Fault::Never,
            Some(root) => {
                if self.explicit_checks() {
                    self.explicit_nil(root);
                    Fault::Never
                } else if self.checked.contains(&root) {
                    Fault::Never
                } else {
                    Fault::OnNil
                }
            }
        }
    }

    /// The value whose nilness decides whether `addr` is good; `None` if it always is.
    pub(crate) fn nil_root(&self, addr: Value) -> Option<Value> {
        let mut v = addr;
        loop {
            let go_ir::ValueDef::Result(i, _) = self.f.values[v].def else {
                return Some(v);
            };
            match &self.f.insts[i].op {
                Op::FieldAddr { base, .. } => v = *base,
                Op::IndexAddr { base, .. } => {
                    if let go_ir::ValueDef::Result(d, _) = self.f.values[*base].def
                        && let Op::Extract { .. } = self.f.insts[d].op
                    {
                        return None; // element of a slice, after its bounds check
                    }
                    v = *base;
                }
                Op::Bitcast(x) => v = *x,
                Op::Alloc { .. }
                | Op::GlobalAddr(_)
                | Op::DataAddr(_)
                | Op::TypeDesc(_)
                | Op::SymbolAddr(_)
                | Op::FuncValue(_)
                | Op::MakeClosure { .. }
                | Op::Itab(..) => return None,
                _ => return Some(v),
            }
        }
    }

    /// A load; large values that are used up before memory changes are not copied.
    pub(crate) fn load(&mut self, i: Inst, addr: Value, rest: &[Inst], block: &BlockData) {
        let ty = self.result_ty(i);
        let fault = self.fault_of(addr);
        let base = self.scalar(addr);
        let result = self.f.insts[i].results[0];
        if self.prog.types.layout_of(ty).parts.is_none() && self.used_before_writes(result, rest, block) {
            if fault == Fault::OnNil {
                self.b.ins().load(types::I8, fault.flags(), base, 0);
            }
            self.values[result.0 as usize] = Some(Repr::Mem(base));
            return;
        }
        let r = self.read(ty, base, 0, fault);
        self.values[result.0 as usize] = Some(r);
    }

    fn used_before_writes(&self, v: Value, rest: &[Inst], block: &BlockData) -> bool {
        let mut left = self.uses[v.0 as usize];
        for i in rest {
            if left == 0 {
                return true;
            }
            let inst = &self.f.insts[*i];
            let mut here = 0;
            go_ir::visit::operands(&inst.op, &mut |x| here += u32::from(x == v));
            if here > 0 {
                left -= here;
                let fine = match &inst.op {
                    Op::Store { .. } | Op::Call { .. } | Op::MakeInterface { .. } => true,
                    Op::Extract { .. } => self.prog.types.layout_of(self.ty(inst.results[0])).parts.is_some(),
                    _ => false,
                };
                if !fine {
                    return false;
                }
            }
            if left == 0 {
                return true;
            }
            match &inst.op {
                Op::Store { .. }
                | Op::Call { .. }
                | Op::Intrinsic(..)
                | Op::Alloc { .. }
                | Op::MakeClosure { .. }
                | Op::MakeInterface { .. } => return false,
                _ => {}
            }
        }
        let mut here = 0;
        if matches!(block.term, go_ir::Terminator::Return(_)) {
            go_ir::visit::terminator_operands(&block.term, &mut |x| here += u32::from(x == v));
        }
        left == here
    }
}
