//! Nil and bounds checks.

use super::{Fx, unreachable_trap};
use crate::abi::{Convention, block_layout, signature};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, MemFlagsData, Value as V, types};
use go_ir::{BoundsKind, Program, Value};

impl Fx<'_, '_> {
    /// Whether faults must be explicit checks here: functions with defer resume only at calls.
    pub(crate) fn explicit_checks(&self) -> bool {
        self.f.recover_block.is_some()
    }

    /// `NilCheck`
    pub(crate) fn nil_check(&mut self, ptr: Value) {
        let Some(root) = self.nil_root(ptr) else { return };
        if self.checked.contains(&root) {
            return;
        }
        if self.explicit_checks() {
            self.explicit_nil(root);
        } else {
            let p = self.scalar(root);
            self.b.ins().load(types::I8, MemFlagsData::new(), p, 0);
            self.checked.push(root);
        }
    }

    /// Branches to the nil panic if `root` is nil.
    pub(crate) fn explicit_nil(&mut self, root: Value) {
        if self.checked.contains(&root) {
            return;
        }
        let p = match self.repr(root) {
            crate::repr::Repr::Parts(ps) => ps[0],
            crate::repr::Repr::Mem(_) => return,
        };
        self.explicit_nil_scalar(p);
        self.checked.push(root);
    }

    /// Same, for a machine value.
    pub(crate) fn explicit_nil_scalar(&mut self, p: V) {
        let is_nil = self.b.ins().icmp_imm_s(IntCC::Equal, p, 0);
        self.cold_panic(is_nil, "runtime.panicmem", &[]);
    }

    /// If `cond`, calls a runtime function that does not return.
    pub(crate) fn cold_panic(&mut self, cond: V, name: &str, args: &[V]) {
        let cold = self.b.create_block();
        let go_on = self.b.create_block();
        self.b.set_cold_block(cold);
        self.b.ins().brif(cond, cold, &[], go_on, &[]);
        self.b.switch_to_block(cold);
        let id = self.func_named(name);
        let decl = &self.prog.funcs[id];
        let layout = block_layout(&self.prog.types, &decl.params, &decl.results);
        let sig = signature(&layout, Convention::Plain);
        let f = self.func_ref(Program::func_symbol(id), sig.clone());
        self.go_call(super::call::Code::Direct(f), sig, args);
        self.b.ins().trap(unreachable_trap());
        self.b.switch_to_block(go_on);
    }

    /// `BoundsCheck`
    pub(crate) fn bounds_check(&mut self, kind: BoundsKind, unsigned: bool, index: Value, len: Value) {
        let (i, n) = (self.scalar(index), self.scalar(len));
        let (cc, name, name_u) = match kind {
            BoundsKind::Index => (IntCC::UnsignedGreaterThanOrEqual, "runtime.panicIndex", "runtime.panicIndexU"),
            BoundsKind::SliceAlen => (IntCC::UnsignedGreaterThan, "runtime.panicSliceAlen", "runtime.panicSliceAlenU"),
            BoundsKind::SliceAcap => (IntCC::UnsignedGreaterThan, "runtime.panicSliceAcap", "runtime.panicSliceAcapU"),
            BoundsKind::SliceB => (IntCC::UnsignedGreaterThan, "runtime.panicSliceB", "runtime.panicSliceBU"),
            BoundsKind::Slice3Alen => {
                (IntCC::UnsignedGreaterThan, "runtime.panicSlice3Alen", "runtime.panicSlice3AlenU")
            }
            BoundsKind::Slice3Acap => {
                (IntCC::UnsignedGreaterThan, "runtime.panicSlice3Acap", "runtime.panicSlice3AcapU")
            }
            BoundsKind::Slice3B => (IntCC::UnsignedGreaterThan, "runtime.panicSlice3B", "runtime.panicSlice3BU"),
            BoundsKind::Slice3C => (IntCC::UnsignedGreaterThan, "runtime.panicSlice3C", "runtime.panicSlice3CU"),
            BoundsKind::SliceConvert => {
                (IntCC::UnsignedLessThan, "runtime.panicSliceConvert", "runtime.panicSliceConvert")
            }
        };
        let bad = self.b.ins().icmp(cc, i, n);
        // The runtime takes the array's length first, as for `0 <= x <= y` with y the slice's.
        let args = if kind == BoundsKind::SliceConvert { [n, i] } else { [i, n] };
        self.cold_panic(bad, if unsigned { name_u } else { name }, &args);
    }
}
