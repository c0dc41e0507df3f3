//! Operands to forms, and forms to bytes.

use super::forms::{Form, gpr_bits, is_implicit};
use super::names::{Order, Size, Spec};
use super::reg::{Class, Reg, TLS};
use super::x87;
use crate::model::{Reloc, RelocKind, Symbol};
use crate::prog::{Addr, Base, Kind, Rounding, Suffix};
use iced_x86::{Encoder, Instruction, Mnemonic, OpCodeOperandKind as K, OpKind, Register, RoundingControl};

/// An encoded instruction.
#[derive(Clone, Debug, Default)]
pub(crate) struct Encoded {
    pub(crate) bytes: Vec<u8>,
    pub(crate) relocs: Vec<Reloc>,
}

/// Why an instruction has no encoding.
pub(crate) enum Refusal {
    /// No form takes the operands.
    Invalid,
    /// A message of its own, before the instruction.
    Because(String),
    /// A message that says all.
    Plain(String),
}

fn because<T>(message: &str) -> Result<T, Refusal> {
    Err(Refusal::Because(message.to_owned()))
}

/// Encodes an instruction whose operands are final: no pseudo register but SB.
pub(crate) fn encode(spec: Spec, suffix: Suffix, args: &[Addr], word: &str) -> Result<Encoded, Refusal> {
    for a in args {
        if !matches!(a.kind, Kind::Mem | Kind::Addr) {
            continue;
        }
        if i32::try_from(a.offset).is_err() && word != "LEAL" {
            return because("offset too large");
        }
    }
    let gathers = word.starts_with("VGATHER") || word.starts_with("VPGATHER");
    if gathers && !word.contains("PF") {
        check_gather(args)?;
    }
    let mut args: Vec<&Addr> = args.iter().collect();
    if spec.implied_x0 {
        let x0 = Reg { class: Class::X, num: 0 };
        if args.len() != 3 || args[0].as_reg() != Some(x0) {
            return Err(Refusal::Invalid);
        }
        args.remove(0);
    }
    match spec.order {
        Order::Reversed => args.reverse(),
        Order::Intel => {}
        Order::ImmLast => {
            let last = args.len().saturating_sub(1);
            args[..last].reverse();
        }
    }
    let number;
    if spec.order == Order::ImmLast && args.len() == 3 && args[2].is_mem() && is_bare(args[2]) {
        // The `$` of a comparison's predicate may be left out.
        number = Addr::imm(args[2].offset);
        args[2] = &number;
    }
    let plain = suffix.is_none();
    for form in spec.forms {
        if (plain || form.evex) && matches(form, &spec, &args) {
            return finish(form, suffix, shown(form, &spec, &args).unwrap_or_default(), None);
        }
    }
    // The mask is before the destination, which is first now.
    if let Some(mask) = args.get(1).and_then(|a| a.as_reg()).filter(|r| r.class == Class::K && r.num != 0) {
        args.remove(1);
        for form in spec.forms {
            if form.evex && form.info.can_use_op_mask_register() && matches(form, &spec, &args) {
                return finish(form, suffix, &args, Some(mask));
            }
        }
    }
    Err(Refusal::Invalid)
}

/// A number without registers.
fn is_bare(a: &Addr) -> bool {
    a.base == Base::None && a.reg.is_none() && a.index.is_none()
}

/// The operands that the form has, without an F0 that it implies; none if their number is wrong.
fn shown<'a, 'b>(form: &Form, spec: &Spec, args: &'b [&'a Addr]) -> Option<&'b [&'a Addr]> {
    let count = form.kinds.iter().filter(|&&k| !is_implicit(k)).count();
    if !spec.with_f0 || count == 2 {
        return (args.len() == count).then_some(args);
    }
    let [first, second] = args else { return None };
    let is_f0 = |a: &Addr| a.as_reg() == Some(Reg { class: Class::F, num: 0 });
    let is_f = |a: &Addr| a.as_reg().is_some_and(|r| r.class == Class::F);
    // A load has F0 as its destination, which is first here, a store as its source.
    match count {
        0 => (is_f(first) && is_f0(second)).then_some(&[]),
        _ if x87::stores(form.code) => is_f0(second).then_some(&args[..1]),
        _ => is_f0(first).then_some(&args[1..]),
    }
}

fn matches(form: &Form, spec: &Spec, args: &[&Addr]) -> bool {
    let Some(args) = shown(form, spec, args) else { return false };
    let kinds = form.kinds.iter().filter(|&&k| !is_implicit(k));
    fits_size(form, spec.size) && kinds.zip(args).all(|(&kind, a)| fits(form, kind, a))
}

fn fits_size(form: &Form, size: Size) -> bool {
    match size {
        Size::Any => true,
        Size::Gpr(bits) => form.kinds.iter().all(|&k| gpr_bits(k).is_none_or(|b| b == bits)) && has_size(form, bits),
        Size::Pair(dst, src) => {
            form.kinds.len() == 2 && gpr_bits(form.kinds[0]) == Some(dst) && gpr_bits(form.kinds[1]) == Some(src)
        }
        Size::Vector(class) => form.kinds.iter().any(|&k| k == source_kind(class)),
    }
}

/// Forms without general registers tell their size otherwise.
fn has_size(form: &Form, bits: u32) -> bool {
    if form.kinds.iter().any(|&k| gpr_bits(k).is_some()) {
        return true;
    }
    let immediate = form.kinds.iter().any(|&k| matches!(k, K::imm8sex64 | K::imm32sex64));
    let size = form.info.operand_size();
    size == 0 || size == bits || bits == 64 && immediate
}

fn source_kind(class: Class) -> K {
    match class {
        Class::Y => K::ymm_or_mem,
        Class::Z => K::zmm_or_mem,
        _ => K::xmm_or_mem,
    }
}

fn fits(form: &Form, kind: K, a: &Addr) -> bool {
    let mem = a.is_mem();
    let class = |c: Class| a.as_reg().is_some_and(|r| r.class == c && (r.num < 16 || form.evex || c == Class::Z));
    let plain_mem = mem && !a.index.is_some_and(Reg::is_vector) && address_ok(a);
    let gpr = |num: Option<u8>| a.as_reg().is_some_and(|r| r.class == Class::Gpr && num.is_none_or(|n| n == r.num));
    let number = (a.kind == Kind::Const).then_some(a.offset);
    let within = |low: i64, high: i64| number.is_some_and(|v| (low..=high).contains(&v));
    let vsib = |c: Class| mem && a.index.is_some_and(|r| r.class == c && (r.num < 16 || form.evex)) && address_ok(a);
    match kind {
        K::mem | K::mem_mib | K::mem_mpx => plain_mem,
        K::mem_vsib32x | K::mem_vsib64x => vsib(Class::X),
        K::mem_vsib32y | K::mem_vsib64y => vsib(Class::Y),
        K::mem_vsib32z | K::mem_vsib64z => vsib(Class::Z),
        K::r8_or_mem => plain_mem || a.as_reg().is_some_and(|r| r.r8().is_some()),
        K::r8_reg | K::r8_opcode => a.as_reg().is_some_and(|r| r.r8().is_some()),
        K::r16_or_mem | K::r32_or_mem | K::r64_or_mem => plain_mem || gpr(None),
        K::r16_reg | K::r16_rm | K::r16_opcode | K::r32_reg | K::r32_rm | K::r32_opcode | K::r32_vvvv => gpr(None),
        K::r64_reg | K::r64_rm | K::r64_opcode | K::r64_vvvv => gpr(None),
        K::r16_reg_mem | K::r32_reg_mem | K::r64_reg_mem => gpr(None),
        K::mm_or_mem => plain_mem || class(Class::M),
        K::mm_reg | K::mm_rm => class(Class::M),
        K::xmm_or_mem => plain_mem || class(Class::X),
        K::ymm_or_mem => plain_mem || class(Class::Y),
        K::zmm_or_mem => plain_mem || class(Class::Z),
        K::xmm_reg | K::xmm_rm | K::xmm_vvvv | K::xmm_is4 | K::xmm_is5 => class(Class::X),
        K::ymm_reg | K::ymm_rm | K::ymm_vvvv | K::ymm_is4 | K::ymm_is5 => class(Class::Y),
        K::zmm_reg | K::zmm_rm | K::zmm_vvvv => class(Class::Z),
        K::xmmp3_vvvv => is_list(a, Class::X),
        K::zmmp3_vvvv => is_list(a, Class::Z),
        K::k_or_mem => plain_mem || class(Class::K),
        K::k_reg | K::k_rm | K::k_vvvv | K::kp1_reg => class(Class::K),
        K::seg_reg => class(Class::Seg),
        K::cr_reg => class(Class::Cr),
        K::dr_reg => class(Class::Dr),
        K::fs => a.as_reg() == Some(Reg { class: Class::Seg, num: 4 }),
        K::gs => a.as_reg() == Some(Reg { class: Class::Seg, num: 5 }),
        K::al => a.as_reg() == Some(Reg { class: Class::Byte, num: 0 }),
        K::cl => gpr(Some(1)) || a.as_reg() == Some(Reg { class: Class::Byte, num: 1 }),
        K::ax | K::eax | K::rax => gpr(Some(0)),
        K::st0 => a.as_reg() == Some(Reg { class: Class::F, num: 0 }),
        K::sti_opcode => class(Class::F),
        K::imm8_const_1 => number == Some(1),
        K::imm8 if byte_range(form) == (-128, 255) && form.kinds.iter().any(|&k| gpr_bits(k) == Some(8)) => {
            within(-1 << 31, u32::MAX.into())
        }
        K::imm8 => {
            let (low, high) = byte_range(form);
            within(low, high)
        }
        K::imm8sex16 | K::imm8sex32 | K::imm8sex64 => within(-128, 127),
        K::imm4_m2z => within(0, 3),
        K::imm16 | K::imm32 | K::imm32sex64 => within(-1 << 31, u32::MAX.into()),
        K::imm64 => number.is_some(),
        _ => false,
    }
}

/// Which numbers an operand of one byte may be.
fn byte_range(form: &Form) -> (i64, i64) {
    match form.info.mnemonic() {
        Mnemonic::Bt | Mnemonic::Btc | Mnemonic::Btr | Mnemonic::Bts => (-128, 127),
        Mnemonic::Psllw | Mnemonic::Pslld | Mnemonic::Psllq | Mnemonic::Psraw | Mnemonic::Psrad => (-128, 127),
        Mnemonic::Psrlw | Mnemonic::Psrld | Mnemonic::Psrlq | Mnemonic::Pslldq | Mnemonic::Psrldq => (-128, 127),
        Mnemonic::Sha1rnds4 | Mnemonic::Extractps => (0, 3),
        Mnemonic::Int => (-1 << 31, u32::MAX.into()),
        Mnemonic::Shl | Mnemonic::Shr | Mnemonic::Sar | Mnemonic::Rol | Mnemonic::Ror => (0, 255),
        Mnemonic::Rcl | Mnemonic::Rcr => (0, 255),
        _ => (-128, 255),
    }
}

fn is_list(a: &Addr, class: Class) -> bool {
    match (a.kind.clone(), a.reg) {
        (Kind::List(high), Some(low)) => {
            low.class == class && high.class == class && high.num == low.num.wrapping_add(3)
        }
        _ => false,
    }
}

/// Whether there is an encoding of the memory operand.
fn address_ok(a: &Addr) -> bool {
    let general = |r: Reg| matches!(r.class, Class::Gpr | Class::Seg) || r == TLS && a.index.is_none();
    if a.base == Base::Symbol {
        return a.reg.is_none() && a.index.is_none();
    }
    let index = a.index.is_none_or(|r| {
        r.class == Class::Seg || (r.class == Class::Gpr && r.num != 4 || r.is_vector()) && a.scale != 0
    });
    index && a.reg.is_none_or(general)
}

fn finish(form: &Form, suffix: Suffix, args: &[&Addr], mask: Option<Reg>) -> Result<Encoded, Refusal> {
    let mem = args.iter().find(|a| a.is_mem());
    let info = form.info;
    let mut ins = Instruction::default();
    ins.set_code(form.code);
    if suffix.zeroing {
        if mask.is_none() {
            return because("mask register must be specified for .Z instructions");
        }
        if !info.can_use_zeroing_masking() {
            return because("unsupported zeroing");
        }
        ins.set_zeroing_masking(true);
    }
    if suffix.broadcast {
        if !info.can_broadcast() {
            return because("unsupported broadcast");
        }
        if mem.is_none() {
            return because("illegal broadcast without memory argument");
        }
        ins.set_is_broadcast(true);
    }
    if suffix.sae {
        if mem.is_some() {
            return because("illegal SAE with memory argument");
        }
        if !info.can_suppress_all_exceptions() {
            return because("unsupported SAE");
        }
        ins.set_suppress_all_exceptions(true);
    }
    if let Some(rounding) = suffix.rounding {
        if mem.is_some() {
            return because("illegal rounding with memory argument");
        }
        if !info.can_use_rounding_control() || info.ignores_rounding_control() {
            return because("unsupported rounding");
        }
        ins.set_rounding_control(match rounding {
            Rounding::Nearest => RoundingControl::RoundToNearest,
            Rounding::Down => RoundingControl::RoundDown,
            Rounding::Up => RoundingControl::RoundUp,
            Rounding::Zero => RoundingControl::RoundTowardZero,
        });
    }
    if let Some(mask) = mask.and_then(Reg::fixed) {
        ins.set_op_mask(mask);
    } else if info.require_op_mask_register() {
        return Err(Refusal::Invalid);
    }
    let mut symbol = None;
    let mut tls = None;
    let mut next = args.iter();
    for (i, &kind) in form.kinds.iter().enumerate() {
        let i = i as u32;
        let implicit = match kind {
            K::seg_rDI => Some(OpKind::MemorySegRDI),
            K::seg_rSI => Some(OpKind::MemorySegRSI),
            K::es_rDI => Some(OpKind::MemoryESRDI),
            _ => None,
        };
        if let Some(kind) = implicit {
            ins.set_op_kind(i, kind);
            continue;
        }
        let Some(a) = next.next() else { return Err(Refusal::Invalid) };
        set_operand(&mut ins, i, kind, a);
        if a.is_mem() && a.base == Base::Symbol {
            symbol = a.symbol.clone().map(|s| (s, a.offset));
        }
        tls = tls.or(a.offset_in_tls());
    }
    let mut encoder = Encoder::new(64);
    encoder.encode(&ins, 0).map_err(|_| Refusal::Invalid)?;
    let offsets = encoder.get_constant_offsets();
    let mut bytes = encoder.take_buffer();
    if suffix.sae && info.l() == 2 {
        // The length is ignored then; gc's assembler writes that of the registers.
        if let Some(p2) = bytes.get_mut(3) {
            *p2 |= 0x40;
        }
    }
    let mut relocs = Vec::new();
    if let Some((target, offset)) = symbol {
        let at = offsets.displacement_offset();
        bytes[at..at + 4].fill(0);
        relocs.push(Reloc {
            offset: at as u32,
            kind: RelocKind::Pc32,
            target: (*target).clone(),
            addend: offset - (bytes.len() - at) as i64,
        });
    }
    if let Some(addend) = tls {
        let at = offsets.displacement_offset();
        bytes[at..at + 4].fill(0);
        let target = Symbol { name: "TLS".into(), local: None };
        relocs.push(Reloc { offset: at as u32, kind: RelocKind::Tls32, target, addend });
    }
    Ok(Encoded { bytes, relocs })
}

/// Registers of a gather must differ, or the processor refuses it.
fn check_gather(args: &[Addr]) -> Result<(), Refusal> {
    let [first, second, third] = args else { return because("need a third arg for gather instruction") };
    let num = |a: &Addr| a.as_reg().or(a.index).map(|r| r.num);
    if second.as_reg().is_some_and(|r| r.class == Class::K) {
        if num(first) == num(third) {
            return because("index and destination registers should be distinct");
        }
    } else if num(first) == num(second) || num(second) == num(third) || num(first) == num(third) {
        return because("mask, index, and destination registers should be distinct");
    }
    Ok(())
}

fn set_operand(ins: &mut Instruction, i: u32, kind: K, a: &Addr) {
    if let Some(register) = register(kind, a) {
        ins.set_op_kind(i, OpKind::Register);
        ins.set_op_register(i, register);
        return;
    }
    if a.is_mem() {
        ins.set_op_kind(i, OpKind::Memory);
        return set_memory(ins, a);
    }
    let v = a.offset;
    match kind {
        K::imm8 | K::imm8_const_1 | K::imm4_m2z => {
            let second = (0..i).any(|j| ins.op_kind(j) == OpKind::Immediate8);
            if second {
                ins.set_op_kind(i, OpKind::Immediate8_2nd);
                ins.set_immediate8_2nd(v as u8);
            } else {
                ins.set_op_kind(i, OpKind::Immediate8);
                ins.set_immediate8(v as u8);
            }
        }
        K::imm8sex16 => {
            ins.set_op_kind(i, OpKind::Immediate8to16);
            ins.set_immediate8to16(v as i16);
        }
        K::imm8sex32 => {
            ins.set_op_kind(i, OpKind::Immediate8to32);
            ins.set_immediate8to32(v as i32);
        }
        K::imm8sex64 => {
            ins.set_op_kind(i, OpKind::Immediate8to64);
            ins.set_immediate8to64(v);
        }
        K::imm16 => {
            ins.set_op_kind(i, OpKind::Immediate16);
            ins.set_immediate16(v as u16);
        }
        K::imm32 => {
            ins.set_op_kind(i, OpKind::Immediate32);
            ins.set_immediate32(v as u32);
        }
        K::imm32sex64 => {
            ins.set_op_kind(i, OpKind::Immediate32to64);
            ins.set_immediate32to64(i64::from(v as i32));
        }
        _ => {
            ins.set_op_kind(i, OpKind::Immediate64);
            ins.set_immediate64(v as u64);
        }
    }
}

fn register(kind: K, a: &Addr) -> Option<Register> {
    if let (Kind::List(_), Some(low)) = (&a.kind, a.reg) {
        return low.fixed();
    }
    let reg = a.as_reg()?;
    match (kind, gpr_bits(kind)) {
        (K::cl, _) => Some(Register::CL),
        (_, Some(8)) => reg.r8(),
        (_, Some(bits)) if reg.class == Class::Gpr => reg.gpr(bits),
        _ => reg.fixed(),
    }
}

fn set_memory(ins: &mut Instruction, a: &Addr) {
    if a.base == Base::Symbol {
        ins.set_memory_base(Register::RIP);
        ins.set_memory_displ_size(8);
        return;
    }
    let mut base = Register::None;
    for reg in [a.reg, a.index].into_iter().flatten() {
        match reg.class {
            Class::Seg => ins.set_segment_prefix(reg.fixed().unwrap_or(Register::None)),
            Class::Tls => ins.set_segment_prefix(Register::FS),
            _ => {}
        }
    }
    if let Some(reg) = a.reg.and_then(|r| r.gpr(64)) {
        base = reg;
        ins.set_memory_base(reg);
    }
    if let Some(index) = a.index.filter(|r| r.class != Class::Seg) {
        ins.set_memory_index(index.gpr(64).or(index.fixed()).unwrap_or(Register::None));
        ins.set_memory_index_scale(u32::from(a.scale.max(1)));
    }
    let offset = i64::from(a.offset as i32);
    ins.set_memory_displacement64(offset as u64);
    ins.set_memory_displ_size(match base {
        Register::None => 8,
        _ => u32::from(offset != 0),
    });
}
