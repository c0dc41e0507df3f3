//! Register names.

use iced_x86::Register;
use std::fmt;

/// Kinds of registers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Class {
    /// `AX`: 16, 32 or 64 bits, the instruction tells.
    Gpr,
    /// `AL`
    Byte,
    /// `AH`
    High,
    F,
    M,
    K,
    X,
    Y,
    Z,
    Seg,
    Cr,
    Dr,
    Tr,
    /// `GDTR`, `IDTR`, `LDTR`, `MSW`, `TASK`: no instruction takes them.
    System,
    Tls,
    /// `SB`, `FP`, `PC`
    Pseudo,
}

/// A register of the language.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Reg {
    pub(crate) class: Class,
    pub(crate) num: u8,
}

/// Stack pointer.
pub(crate) const SP: Reg = Reg { class: Class::Gpr, num: 4 };
/// Thread-local storage.
pub(crate) const TLS: Reg = Reg { class: Class::Tls, num: 0 };
/// Frame pointer.
pub(crate) const BP: Reg = Reg { class: Class::Gpr, num: 5 };

const GPR: [&str; 8] = ["AX", "CX", "DX", "BX", "SP", "BP", "SI", "DI"];
const BYTE: [&str; 8] = ["AL", "CL", "DL", "BL", "SPB", "BPB", "SIB", "DIB"];
const HIGH: [&str; 4] = ["AH", "CH", "DH", "BH"];
const SEG: [&str; 6] = ["CS", "SS", "DS", "ES", "FS", "GS"];
const SYSTEM: [&str; 5] = ["GDTR", "IDTR", "LDTR", "MSW", "TASK"];
const PSEUDO: [&str; 3] = ["SB", "FP", "PC"];

impl Reg {
    /// The register of a name.
    pub(crate) fn parse(name: &str) -> Option<Reg> {
        let find = |names: &[&str], class| {
            let num = names.iter().position(|n| *n == name)? as u8;
            Some(Reg { class, num })
        };
        let lists: [(&[&str], Class); 6] = [
            (&GPR, Class::Gpr),
            (&BYTE, Class::Byte),
            (&HIGH, Class::High),
            (&SEG, Class::Seg),
            (&SYSTEM, Class::System),
            (&PSEUDO, Class::Pseudo),
        ];
        if let Some(reg) = lists.iter().find_map(|&(names, class)| find(names, class)) {
            return Some(reg);
        }
        match name {
            "TLS" => return Some(TLS),
            "g" => return Some(Reg { class: Class::Gpr, num: 14 }),
            _ => {}
        }
        let split = name.find(|c: char| c.is_ascii_digit())?;
        let (letters, rest) = name.split_at(split);
        let digits = rest.trim_end_matches('B');
        if digits.len() > 1 && digits.starts_with('0') {
            return None;
        }
        let num: u8 = digits.parse().ok()?;
        let class = match (letters, rest.len() - digits.len(), num) {
            ("R", 0, 8..=15) => Class::Gpr,
            ("R", 1, 8..=15) => Class::Byte,
            ("F", 0, 0..=7) => Class::F,
            ("M", 0, 0..=7) => Class::M,
            ("K", 0, 0..=7) => Class::K,
            ("X", 0, 0..=31) => Class::X,
            ("Y", 0, 0..=31) => Class::Y,
            ("Z", 0, 0..=31) => Class::Z,
            ("CR", 0, 0..=15) => Class::Cr,
            ("DR", 0, 0..=7) => Class::Dr,
            ("TR", 0, 0..=7) => Class::Tr,
            _ => return None,
        };
        Some(Reg { class, num })
    }

    pub(crate) fn is_pseudo(self) -> bool {
        self.class == Class::Pseudo
    }

    pub(crate) fn is_vector(self) -> bool {
        matches!(self.class, Class::X | Class::Y | Class::Z)
    }

    fn at(first: Register, num: u8) -> Register {
        first + u32::from(num)
    }

    /// As a byte register.
    pub(crate) fn r8(self) -> Option<Register> {
        match (self.class, self.num) {
            (Class::Gpr | Class::Byte, 0..=3) => Some(Self::at(Register::AL, self.num)),
            (Class::Gpr | Class::Byte, n) => Some(Self::at(Register::SPL, n - 4)),
            (Class::High, n) => Some(Self::at(Register::AH, n)),
            _ => None,
        }
    }

    /// As a register of 16, 32 or 64 bits.
    pub(crate) fn gpr(self, bits: u32) -> Option<Register> {
        let first = match bits {
            16 => Register::AX,
            32 => Register::EAX,
            _ => Register::RAX,
        };
        (self.class == Class::Gpr).then(|| Self::at(first, self.num))
    }

    /// As a register that has one size.
    pub(crate) fn fixed(self) -> Option<Register> {
        Some(match self.class {
            Class::F => Self::at(Register::ST0, self.num),
            Class::M => Self::at(Register::MM0, self.num),
            Class::K => Self::at(Register::K0, self.num),
            Class::X => Self::at(Register::XMM0, self.num),
            Class::Y => Self::at(Register::YMM0, self.num),
            Class::Z => Self::at(Register::ZMM0, self.num),
            Class::Cr => Self::at(Register::CR0, self.num),
            Class::Dr => Self::at(Register::DR0, self.num),
            Class::Tr => Self::at(Register::TR0, self.num),
            Class::Seg => {
                const REGS: [Register; 6] =
                    [Register::CS, Register::SS, Register::DS, Register::ES, Register::FS, Register::GS];
                REGS[self.num as usize]
            }
            _ => return None,
        })
    }
}

impl fmt::Display for Reg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let n = self.num as usize;
        let letter = match self.class {
            Class::Gpr if n < 8 => return f.write_str(GPR[n]),
            Class::Byte if n < 8 => return f.write_str(BYTE[n]),
            Class::High => return f.write_str(HIGH[n]),
            Class::Seg => return f.write_str(SEG[n]),
            Class::System => return f.write_str(SYSTEM[n]),
            Class::Pseudo => return f.write_str(PSEUDO[n]),
            Class::Tls => return f.write_str("TLS"),
            Class::Byte => return write!(f, "R{n}B"),
            Class::Gpr => "R",
            Class::F => "F",
            Class::M => "M",
            Class::K => "K",
            Class::X => "X",
            Class::Y => "Y",
            Class::Z => "Z",
            Class::Cr => "CR",
            Class::Dr => "DR",
            Class::Tr => "TR",
        };
        write!(f, "{letter}{n}")
    }
}
