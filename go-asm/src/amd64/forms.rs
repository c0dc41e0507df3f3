//! The forms of each instruction: iced's op-code tables by mnemonic, in the order of preference.

use iced_x86::{Code, EncodingKind, Mnemonic, OpCodeInfo, OpCodeOperandKind as K};
use rustc_hash::FxHashMap;
use std::sync::LazyLock;

/// One encoding of an instruction.
#[derive(Debug)]
pub(crate) struct Form {
    pub(crate) code: Code,
    pub(crate) info: &'static OpCodeInfo,
    /// Operands in Intel's order.
    pub(crate) kinds: Vec<K>,
    pub(crate) evex: bool,
}

impl Form {
    /// The form of a code.
    pub(crate) fn of(code: Code) -> Form {
        let info = code.op_code();
        let kinds: Vec<K> = (0..info.op_count()).map(|i| info.op_kind(i)).collect();
        Form { code, info, kinds, evex: info.encoding() == EncodingKind::EVEX }
    }

    /// Forms are tried in ascending order: VEX before EVEX, what is shorter for the same operands first,
    /// 32-bit registers where the instruction's name leaves the size open, stores before loads where both
    /// fit registers and the encoding is VEX or EVEX.
    fn rank(&self) -> (bool, bool, bool, bool, usize) {
        let short = |k: &K| {
            matches!(
                k,
                K::imm8sex16
                    | K::imm8sex32
                    | K::imm8sex64
                    | K::imm8_const_1
                    | K::r8_opcode
                    | K::r16_opcode
                    | K::r32_opcode
                    | K::r64_opcode
            )
        };
        let long = self.kinds.iter().any(|&k| gpr_bits(k) == Some(64));
        let vex = self.info.encoding() != EncodingKind::Legacy;
        let stores = matches!(
            self.kinds.first(),
            Some(K::xmm_or_mem | K::ymm_or_mem | K::zmm_or_mem | K::xmm_rm | K::ymm_rm | K::zmm_rm)
        );
        (self.evex, !self.kinds.iter().any(short), long, !(vex && stores), self.code as usize)
    }
}

/// The size of general registers that an operand may be.
pub(crate) fn gpr_bits(kind: K) -> Option<u32> {
    Some(match kind {
        K::r8_or_mem | K::r8_reg | K::r8_opcode | K::al => 8,
        K::r16_or_mem | K::r16_reg | K::r16_reg_mem | K::r16_rm | K::r16_opcode | K::ax => 16,
        K::r32_or_mem | K::r32_reg | K::r32_reg_mem | K::r32_rm | K::r32_opcode | K::r32_vvvv | K::eax => 32,
        K::r64_or_mem | K::r64_reg | K::r64_reg_mem | K::r64_rm | K::r64_opcode | K::r64_vvvv | K::rax => 64,
        _ => return None,
    })
}

/// Operands that instructions have without naming them.
pub(crate) fn is_implicit(kind: K) -> bool {
    kind == K::seg_rDI
}

/// Forms that gc's assembler does not use: later VEX forms of what AVX-512 brought, a shorter store.
fn is_known(code: Code) -> bool {
    let late = matches!(
        code.mnemonic(),
        Mnemonic::Vpdpbusd
            | Mnemonic::Vpdpbusds
            | Mnemonic::Vpdpwssd
            | Mnemonic::Vpdpwssds
            | Mnemonic::Vpmadd52luq
            | Mnemonic::Vpmadd52huq
    );
    if late {
        return code.op_code().encoding() == EncodingKind::EVEX;
    }
    !matches!(
        code,
        Code::VEX_Vpextrw_r32_xmm_imm8
            | Code::VEX_Vpextrw_r64_xmm_imm8
            | Code::EVEX_Vpextrw_r32_xmm_imm8
            | Code::EVEX_Vpextrw_r64_xmm_imm8
    )
}

static INDEX: LazyLock<FxHashMap<String, Vec<Form>>> = LazyLock::new(|| {
    let mut index: FxHashMap<String, Vec<Form>> = FxHashMap::default();
    for code in Code::values() {
        let info = code.op_code();
        let known = matches!(info.encoding(), EncodingKind::Legacy | EncodingKind::VEX | EncodingKind::EVEX);
        if !known || !info.mode64() || !info.is_instruction() {
            continue;
        }
        let form = Form::of(code);
        // String instructions have names of their own, absolute addresses no syntax.
        let other = |k: &K| matches!(k, K::mem_offs | K::seg_rSI | K::es_rDI | K::seg_rBX_al);
        if form.kinds.iter().any(other) || !is_known(code) {
            continue;
        }
        let name = format!("{:?}", info.mnemonic()).to_ascii_uppercase();
        index.entry(name).or_default().push(form);
    }
    for forms in index.values_mut() {
        forms.sort_by_key(Form::rank);
    }
    index
});

/// The forms of a mnemonic in capitals, none if there is no such instruction.
pub(crate) fn forms(mnemonic: &str) -> Option<&'static [Form]> {
    INDEX.get(mnemonic).map(Vec::as_slice)
}
