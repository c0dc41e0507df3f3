//! Names of instructions: the language's to Intel's.
//!
//! Most are Intel's with the operand size as suffix; `L` is 32 bits, `Q` 64. The tables hold the rest.

use super::forms::{Form, forms};
use super::reg::Class;
use super::x87;
use iced_x86::Code;
use rustc_hash::FxHashMap;
use std::sync::LazyLock;

/// How the operands are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Order {
    /// Sources first, destination last.
    Reversed,
    /// As Intel writes them: comparisons of integers.
    Intel,
    /// The immediate last, the rest reversed: `CMPPS`.
    ImmLast,
}

/// Which of a mnemonic's forms a name stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Size {
    /// All.
    Any,
    /// General registers of that many bits.
    Gpr(u32),
    /// Destination and source of different sizes.
    Pair(u32, u32),
    /// The source is a vector of that class.
    Vector(Class),
}

/// What a name stands for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spec {
    /// Tried in this order.
    pub(crate) forms: &'static [Form],
    pub(crate) size: Size,
    pub(crate) order: Order,
    /// The first operand is written, but implied: it must be X0.
    pub(crate) implied_x0: bool,
    /// F0 is written where forms of the x87 imply it.
    pub(crate) with_f0: bool,
}

impl Spec {
    fn new(forms: &'static [Form], size: Size) -> Spec {
        Spec { forms, size, order: Order::Reversed, implied_x0: false, with_f0: false }
    }
}

/// Names of conditions: the language's, with Intel's.
const CONDITIONS: [(&str, &str); 16] = [
    ("OS", "O"),
    ("OC", "NO"),
    ("CS", "B"),
    ("CC", "AE"),
    ("EQ", "E"),
    ("NE", "NE"),
    ("LS", "BE"),
    ("HI", "A"),
    ("MI", "S"),
    ("PL", "NS"),
    ("PS", "P"),
    ("PC", "NP"),
    ("LT", "L"),
    ("GE", "GE"),
    ("LE", "LE"),
    ("GT", "G"),
];

/// Other spellings of conditional jumps, with the number of the condition.
const JUMP_SPELLINGS: [(&str, u8); 28] = [
    ("O", 0),
    ("NO", 1),
    ("B", 2),
    ("C", 2),
    ("LO", 2),
    ("NAE", 2),
    ("AE", 3),
    ("HS", 3),
    ("NB", 3),
    ("NC", 3),
    ("E", 4),
    ("Z", 4),
    ("NZ", 5),
    ("BE", 6),
    ("NA", 6),
    ("A", 7),
    ("NBE", 7),
    ("S", 8),
    ("NS", 9),
    ("P", 10),
    ("PE", 10),
    ("NP", 11),
    ("PO", 11),
    ("L", 12),
    ("NGE", 12),
    ("NL", 13),
    ("NG", 14),
    ("NLE", 15),
];

/// A jump within a function, or a call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Jump {
    Call,
    Jmp,
    /// Condition number.
    If(u8),
    /// Only short: the bytes of the opcode.
    Short(&'static [u8]),
    Xbegin,
}

/// The jump of a name.
pub(crate) fn jump(word: &str) -> Option<Jump> {
    Some(match word {
        "CALL" => Jump::Call,
        "JMP" => Jump::Jmp,
        "JCXZL" => Jump::Short(&[0x67, 0xe3]),
        "JCXZQ" | "JCXZW" => Jump::Short(&[0xe3]),
        "LOOP" => Jump::Short(&[0xe2]),
        "LOOPEQ" => Jump::Short(&[0xe1]),
        "LOOPNE" => Jump::Short(&[0xe0]),
        "XBEGIN" => Jump::Xbegin,
        "JG" => Jump::If(15),
        _ => {
            let condition = word.strip_prefix('J')?;
            if let Some(i) = CONDITIONS.iter().position(|c| c.0 == condition) {
                return Some(Jump::If(i as u8));
            }
            let (_, i) = JUMP_SPELLINGS.iter().find(|s| s.0 == condition)?;
            Jump::If(*i)
        }
    })
}

/// Instructions without operands whose bytes are their definition here.
pub(crate) fn fixed(word: &str) -> Option<&'static [u8]> {
    Some(match word {
        "MOVSB" => &[0xa4],
        "MOVSW" => &[0x66, 0xa5],
        "MOVSL" => &[0xa5],
        "MOVSQ" => &[0x48, 0xa5],
        "CMPSB" => &[0xa6],
        "CMPSW" => &[0x66, 0xa7],
        "CMPSL" => &[0xa7],
        "CMPSQ" => &[0x48, 0xa7],
        "STOSB" => &[0xaa],
        "STOSW" => &[0x66, 0xab],
        "STOSL" => &[0xab],
        "STOSQ" => &[0x48, 0xab],
        "LODSB" => &[0xac],
        "LODSW" => &[0x66, 0xad],
        "LODSL" => &[0xad],
        "LODSQ" => &[0x48, 0xad],
        "SCASB" => &[0xae],
        "SCASW" => &[0x66, 0xaf],
        "SCASL" => &[0xaf],
        "SCASQ" => &[0x48, 0xaf],
        "INSB" => &[0x6c],
        "INSW" => &[0x66, 0x6d],
        "INSL" => &[0x6d],
        "OUTSB" => &[0x6e],
        "OUTSW" => &[0x66, 0x6f],
        "OUTSL" => &[0x6f],
        "XLAT" => &[0xd7],
        "LOCK" => &[0xf0],
        "REP" | "XRELEASE" => &[0xf3],
        "REPN" | "XACQUIRE" => &[0xf2],
        "UNDEF" => &[0x0f, 0x0b],
        "UD1" => &[0x0f, 0xb9],
        "LEAVEQ" => &[0xc9],
        "PUSHFL" | "PUSHFQ" => &[0x9c],
        "PUSHFW" => &[0x66, 0x9c],
        "POPFL" | "POPFQ" => &[0x9d],
        "POPFW" => &[0x66, 0x9d],
        "IRETL" => &[0xcf],
        "IRETW" => &[0x66, 0xcf],
        "SYSENTER64" => &[0x48, 0x0f, 0x34],
        "SYSEXIT64" => &[0x48, 0x0f, 0x35],
        "SYSEXIT" => &[0x0f, 0x35],
        "SYSRET" => &[0x0f, 0x07],
        "ICEBP" => &[0xf1],
        "MONITOR" => &[0x0f, 0x01, 0xc8],
        "MWAIT" => &[0x0f, 0x01, 0xc9],
        "FNOP" => &[0xd9, 0xd0],
        _ => return None,
    })
}

/// Names that differ from Intel's in more than a size.
const ALIASES: &[(&str, &str)] = &[
    ("MASKMOVOU", "MASKMOVDQU"),
    ("MOVNTO", "MOVNTDQ"),
    ("MOVO", "MOVDQA"),
    ("MOVOA", "MOVDQA"),
    ("MOVOU", "MOVDQU"),
    ("PACKSSLW", "PACKSSDW"),
    ("PADDL", "PADDD"),
    ("PCMPEQL", "PCMPEQD"),
    ("PCMPGTL", "PCMPGTD"),
    ("PMADDWL", "PMADDWD"),
    ("PMULULQ", "PMULUDQ"),
    ("PSHUFL", "PSHUFD"),
    ("PSLLL", "PSLLD"),
    ("PSLLO", "PSLLDQ"),
    ("PSRAL", "PSRAD"),
    ("PSRLL", "PSRLD"),
    ("PSRLO", "PSRLDQ"),
    ("PSUBL", "PSUBD"),
    ("PUNPCKHLQ", "PUNPCKHDQ"),
    ("PUNPCKHWL", "PUNPCKHWD"),
    ("PUNPCKLLQ", "PUNPCKLDQ"),
    ("PUNPCKLWL", "PUNPCKLWD"),
];

/// Names with sizes that are not a plain suffix.
const SIZED: &[(&str, &str, Size)] = &[
    ("CVTSD2SL", "CVTSD2SI", Size::Gpr(32)),
    ("CVTSD2SQ", "CVTSD2SI", Size::Gpr(64)),
    ("CVTSS2SL", "CVTSS2SI", Size::Gpr(32)),
    ("CVTSS2SQ", "CVTSS2SI", Size::Gpr(64)),
    ("CVTTSD2SL", "CVTTSD2SI", Size::Gpr(32)),
    ("CVTTSD2SQ", "CVTTSD2SI", Size::Gpr(64)),
    ("CVTTSS2SL", "CVTTSS2SI", Size::Gpr(32)),
    ("CVTTSS2SQ", "CVTTSS2SI", Size::Gpr(64)),
    ("CVTSL2SD", "CVTSI2SD", Size::Gpr(32)),
    ("CVTSQ2SD", "CVTSI2SD", Size::Gpr(64)),
    ("CVTSL2SS", "CVTSI2SS", Size::Gpr(32)),
    ("CVTSQ2SS", "CVTSI2SS", Size::Gpr(64)),
    ("CRC32B", "CRC32", Size::Pair(32, 8)),
    ("CRC32W", "CRC32", Size::Pair(32, 16)),
    ("CRC32L", "CRC32", Size::Pair(32, 32)),
    ("CRC32Q", "CRC32", Size::Pair(64, 64)),
    ("IMUL3W", "IMUL", Size::Gpr(16)),
    ("IMUL3L", "IMUL", Size::Gpr(32)),
    ("IMUL3Q", "IMUL", Size::Gpr(64)),
    ("MOVBLSX", "MOVSX", Size::Pair(32, 8)),
    ("MOVBLZX", "MOVZX", Size::Pair(32, 8)),
    ("MOVBQSX", "MOVSX", Size::Pair(64, 8)),
    ("MOVBQZX", "MOVZX", Size::Pair(64, 8)),
    ("MOVBWSX", "MOVSX", Size::Pair(16, 8)),
    ("MOVBWZX", "MOVZX", Size::Pair(16, 8)),
    ("MOVWLSX", "MOVSX", Size::Pair(32, 16)),
    ("MOVWLZX", "MOVZX", Size::Pair(32, 16)),
    ("MOVWQSX", "MOVSX", Size::Pair(64, 16)),
    ("MOVWQZX", "MOVZX", Size::Pair(64, 16)),
    ("MOVSWW", "MOVSX", Size::Pair(16, 16)),
    ("MOVZWW", "MOVZX", Size::Pair(16, 16)),
    ("MOVLQSX", "MOVSXD", Size::Pair(64, 32)),
    ("MOVBEWW", "MOVBE", Size::Gpr(16)),
    ("MOVBELL", "MOVBE", Size::Gpr(32)),
    ("MOVBEQQ", "MOVBE", Size::Gpr(64)),
    ("MOVNTIL", "MOVNTI", Size::Gpr(32)),
    ("MOVNTIQ", "MOVNTI", Size::Gpr(64)),
    ("SALB", "SHL", Size::Gpr(8)),
    ("SALW", "SHL", Size::Gpr(16)),
    ("SALL", "SHL", Size::Gpr(32)),
    ("SALQ", "SHL", Size::Gpr(64)),
    ("LLDT", "LLDT", Size::Gpr(32)),
    ("LMSW", "LMSW", Size::Gpr(32)),
    ("LTR", "LTR", Size::Gpr(32)),
    ("VERR", "VERR", Size::Gpr(32)),
    ("VERW", "VERW", Size::Gpr(32)),
    ("UMONITOR", "UMONITOR", Size::Gpr(64)),
];

/// Names whose forms and their order are listed.
const LISTED: &[(&str, &[Code])] = &[
    ("MOVB", &[Code::Mov_rm8_r8, Code::Mov_r8_rm8, Code::Mov_r8_imm8, Code::Mov_rm8_imm8]),
    (
        "MOVW",
        &[
            Code::Mov_rm16_r16,
            Code::Mov_r16_rm16,
            Code::Mov_r16_imm16,
            Code::Mov_rm16_imm16,
            Code::Mov_r32m16_Sreg,
            Code::Mov_Sreg_r32m16,
        ],
    ),
    (
        "MOVL",
        &[
            Code::Mov_rm32_r32,
            Code::Mov_r32_rm32,
            Code::Mov_r32_imm32,
            Code::Mov_rm32_imm32,
            Code::Movd_mm_rm32,
            Code::Movd_rm32_mm,
            Code::Movd_xmm_rm32,
            Code::Movd_rm32_xmm,
            Code::Mov_r64_cr,
            Code::Mov_cr_r64,
            Code::Mov_r64_dr,
            Code::Mov_dr_r64,
        ],
    ),
    (
        "MOVQ",
        &[
            Code::Movdq2q_mm_xmm,
            Code::Movq_xmm_xmmm64,
            Code::Movq_xmmm64_xmm,
            Code::Mov_rm64_r64,
            Code::Mov_r64_rm64,
            Code::Mov_rm64_imm32,
            Code::Mov_r64_imm64,
            Code::Movq_mm_mmm64,
            Code::Movq_mmm64_mm,
            Code::Movq_mm_rm64,
            Code::Movq_rm64_mm,
            Code::Movq_xmm_rm64,
            Code::Movq_rm64_xmm,
            Code::Mov_r64_cr,
            Code::Mov_cr_r64,
            Code::Mov_r64_dr,
            Code::Mov_dr_r64,
        ],
    ),
    (
        "VMOVQ",
        &[
            Code::VEX_Vmovq_rm64_xmm,
            Code::VEX_Vmovq_xmmm64_xmm,
            Code::VEX_Vmovq_xmm_rm64,
            Code::VEX_Vmovq_xmm_xmmm64,
            Code::EVEX_Vmovq_rm64_xmm,
            Code::EVEX_Vmovq_xmmm64_xmm,
            Code::EVEX_Vmovq_xmm_rm64,
            Code::EVEX_Vmovq_xmm_xmmm64,
        ],
    ),
    ("MOVLPS", &[Code::Movlps_xmm_m64, Code::Movlps_m64_xmm, Code::Movhlps_xmm_xmm]),
    ("MOVHPS", &[Code::Movhps_xmm_m64, Code::Movhps_m64_xmm, Code::Movlhps_xmm_xmm]),
    ("CVTPD2PL", &[Code::Cvtpd2dq_xmm_xmmm128, Code::Cvtpd2pi_mm_xmmm128]),
    ("CVTPS2PL", &[Code::Cvtps2dq_xmm_xmmm128, Code::Cvtps2pi_mm_xmmm64]),
    ("CVTTPD2PL", &[Code::Cvttpd2dq_xmm_xmmm128, Code::Cvttpd2pi_mm_xmmm128]),
    ("CVTTPS2PL", &[Code::Cvttps2dq_xmm_xmmm128, Code::Cvttps2pi_mm_xmmm64]),
    ("CVTPL2PD", &[Code::Cvtdq2pd_xmm_xmmm64, Code::Cvtpi2pd_xmm_mmm64]),
    ("CVTPL2PS", &[Code::Cvtdq2ps_xmm_xmmm128, Code::Cvtpi2ps_xmm_mmm64]),
    ("MOVQOZX", &[Code::Movq2dq_xmm_mm, Code::Movq_xmm_xmmm64]),
    ("MOVLQZX", &[Code::Mov_r32_rm32]),
    ("MOVQL", &[Code::Mov_rm32_r32]),
    ("FXSAVE64", &[Code::Fxsave64_m512byte]),
    ("FXRSTOR64", &[Code::Fxrstor64_m512byte]),
];

static TABLE: LazyLock<FxHashMap<String, Spec>> = LazyLock::new(|| {
    let mut table = FxHashMap::default();
    let mut add = |name: &str, mnemonic: &str, size| {
        let forms = forms(mnemonic).unwrap_or_else(|| panic!("{name}: no instruction {mnemonic}"));
        table.insert(name.to_owned(), Spec::new(forms, size));
    };
    for (name, mnemonic) in ALIASES {
        add(name, mnemonic, Size::Any);
    }
    for (name, mnemonic, size) in SIZED {
        add(name, mnemonic, *size);
    }
    for (go, intel) in CONDITIONS {
        add(&format!("SET{go}"), &format!("SET{intel}"), Size::Gpr(8));
        for (letter, bits) in [('W', 16), ('L', 32), ('Q', 64)] {
            add(&format!("CMOV{letter}{go}"), &format!("CMOV{intel}"), Size::Gpr(bits));
        }
    }
    let mut list = |(name, codes): &(&str, &[Code]), with_f0, order| {
        let forms: Vec<Form> = codes.iter().map(|&c| Form::of(c)).collect();
        table.insert((*name).to_owned(), Spec { with_f0, order, ..Spec::new(forms.leak(), Size::Any) });
    };
    LISTED.iter().chain(x87::PLAIN).for_each(|l| list(l, false, Order::Reversed));
    x87::WITH_F0.iter().for_each(|l| list(l, true, Order::Reversed));
    x87::F0_FIRST.iter().for_each(|l| list(l, false, Order::Intel));
    for name in WIDE_SOURCE {
        let forms = forms(name).expect("a known name");
        table.insert((*name).to_owned(), Spec::new(forms, Size::Vector(Class::Z)));
    }
    for name in ["CMPPD", "CMPPS", "CMPSD", "CMPSS"] {
        let forms = forms(name).expect("a known name");
        table.insert(name.to_owned(), Spec { order: Order::ImmLast, ..Spec::new(forms, Size::Any) });
    }
    for (name, bits) in [("CMPB", 8), ("CMPW", 16), ("CMPL", 32), ("CMPQ", 64)] {
        let forms = forms("CMP").expect("a known name");
        table.insert(name.to_owned(), Spec { order: Order::Intel, ..Spec::new(forms, Size::Gpr(bits)) });
    }
    for name in ["BLENDVPD", "BLENDVPS", "PBLENDVB", "SHA256RNDS2"] {
        let forms = forms(name).expect("a known name");
        table.insert(name.to_owned(), Spec { implied_x0: true, ..Spec::new(forms, Size::Any) });
    }
    table
});

/// Conversions that halve the size of elements: without a suffix the source is of 512 bits.
const WIDE_SOURCE: &[&str] =
    &["VCVTPD2DQ", "VCVTPD2PS", "VCVTPD2UDQ", "VCVTQQ2PS", "VCVTTPD2DQ", "VCVTTPD2UDQ", "VCVTUQQ2PS"];

/// Names of Intel's that the language spells differently or that mean something else.
const SHADOWED: &[&str] = &[
    "MOV",
    "MOVSX",
    "MOVZX",
    "MOVSXD",
    "MOVDQA",
    "MOVDQU",
    "MOVD",
    "RET",
    "JMP",
    "CALL",
    "NOP",
    "PUSH",
    "POP",
    "INC",
    "DEC",
    "ADD",
    "SUB",
    "AND",
    "OR",
    "XOR",
    "CMP",
    "TEST",
    "SHL",
    "SHR",
    "SAR",
    "ROL",
    "ROR",
    "LEA",
    "NEG",
    "NOT",
    "MUL",
    "IMUL",
    "DIV",
    "IDIV",
    "XCHG",
    "XADD",
    "BT",
    "BTS",
    "BTR",
    "BTC",
    "BSF",
    "BSR",
    "BSWAP",
    "ADC",
    "SBB",
    "CMPXCHG",
    "POPCNT",
    "LZCNT",
    "TZCNT",
    "CRC32",
    "IN",
    "OUT",
    "INS",
    "OUTS",
    "VCVTSI2SD",
    "VCVTSI2SS",
    "VCVTUSI2SD",
    "VCVTUSI2SS",
    "VCVTSD2USI",
    "VCVTSS2USI",
    "VCVTTSD2USI",
    "VCVTTSS2USI",
    "VFPCLASSPD",
    "VFPCLASSPS",
];

/// What the name stands for, none if the language has no such instruction.
pub(crate) fn resolve(word: &str) -> Option<Spec> {
    let word = if word == "MOVD" { "MOVQ" } else { word };
    let word = if word == "MOVDQ2Q" { "MOVQ" } else { word };
    if let Some(spec) = TABLE.get(word) {
        return Some(*spec);
    }
    if !SHADOWED.contains(&word) {
        if let Some(forms) = forms(word) {
            return Some(Spec::new(forms, Size::Any));
        }
    }
    let (stem, last) = word.split_at_checked(word.len().checked_sub(1)?)?;
    let size = match last {
        "B" => Size::Gpr(8),
        "W" => Size::Gpr(16),
        "L" => Size::Gpr(32),
        "Q" => Size::Gpr(64),
        "X" if word.starts_with('V') => Size::Vector(Class::X),
        "Y" if word.starts_with('V') => Size::Vector(Class::Y),
        "Z" if word.starts_with('V') => Size::Vector(Class::Z),
        _ => return None,
    };
    Some(Spec::new(forms(stem)?, size))
}

/// The double shift that a shift with three operands is.
pub(crate) fn double_shift(word: &str) -> Option<Spec> {
    let (mnemonic, bits) = match word {
        "SHLW" => ("SHLD", 16),
        "SHLL" => ("SHLD", 32),
        "SHLQ" => ("SHLD", 64),
        "SHRW" => ("SHRD", 16),
        "SHRL" => ("SHRD", 32),
        "SHRQ" => ("SHRD", 64),
        _ => return None,
    };
    Some(Spec::new(forms(mnemonic)?, Size::Gpr(bits)))
}

/// A single form.
pub(crate) fn single(code: Code) -> Spec {
    static SINGLES: LazyLock<[Form; 2]> = LazyLock::new(|| [Form::of(Code::Call_rm64), Form::of(Code::Jmp_rm64)]);
    let forms: &'static [Form] = &*SINGLES;
    let i = usize::from(code == Code::Jmp_rm64);
    Spec::new(&forms[i..=i], Size::Any)
}
